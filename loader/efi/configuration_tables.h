/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's configuration table (UEFI 2.10, section 4.6). */
#ifndef BATON_CONFIGURATION_TABLES_H
#define BATON_CONFIGURATION_TABLES_H

#include "firmware.h"
#include "firmware_pointers.h"

/* Where the table with this GUID is, physically; 0 when there is none. Of a GUID that is there twice the first counts
 * that points anywhere. A list with an absurd count is cut. */
uint64_t configuration_table(const struct firmware *firmware, const EFI_GUID *guid);

/* All that a kernel may want. */
void configuration_tables_find(const struct firmware *firmware, struct firmware_pointers *ret_pointers);

#endif
