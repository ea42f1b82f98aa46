/* SPDX-License-Identifier: BSD-2-Clause */
/* The ACPI tables (ACPI 6.5, sections 5.2.5 to 5.2.12; IA-PC HPET specification 1.0a, section 3.2.4). */
#ifndef BATON_ACPI_H
#define BATON_ACPI_H

#include "firmware_tables.h"

/*
 * Fills in what `tables` says of ACPI, and adds the pages of the RSDP, the XSDT and the RSDT, all tables that these
 * list, FACS and DSDT to `ranges`.
 *
 * An RSDP counts when its checksum is right (both, from revision 2 on) and at least one of XSDT and RSDT can be
 * followed; else the ACPI 1.0 pointer is tried. One of more than 36 bytes is copied as one of 36, its length and
 * checksum made to fit. XSDT and RSDT must have a right checksum to be followed; with a wrong one their pages are
 * added all the same, since the RSDP leads a kernel there. So are those of any other table: only addresses of devices,
 * which Baton would write to, are not taken from a table whose checksum is wrong. Tables of more than 16 MiB, and
 * entries behind the first 4,096 of a list, are left out.
 */
void acpi_find(const struct firmware_pointers *pointers, const struct physical_memory *memory,
               struct firmware_tables *tables, struct table_ranges *ranges);

#endif
