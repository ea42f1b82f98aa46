/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's configuration table (UEFI 2.10, section 4.6). */
#ifndef BATON_CONFIGURATION_TABLES_H
#define BATON_CONFIGURATION_TABLES_H

#include "firmware.h"
#include "firmware_pointers.h"

/* A GUID that is there twice counts once, the first that points anywhere. A table with an absurd count is cut. */
void configuration_tables_find(const struct firmware *firmware, struct firmware_pointers *ret_pointers);

#endif
