/* SPDX-License-Identifier: BSD-2-Clause */
/* The SMBIOS entry points and the tables that they lead to (SMBIOS 3.7, section 5.2). */
#ifndef BATON_SMBIOS_H
#define BATON_SMBIOS_H

#include "firmware_tables.h"

/*
 * Fills in what `tables` says of SMBIOS, and adds the pages of each entry point and its structure table to `ranges`. An
 * entry point counts when its checksums are right and its structure table, of at most 1 MiB, can be read.
 */
void smbios_find(const struct firmware_pointers *pointers, const struct physical_memory *memory,
                 struct firmware_tables *tables, struct table_ranges *ranges);

#endif
