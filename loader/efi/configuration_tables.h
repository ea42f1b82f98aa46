/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's configuration table (UEFI 2.10, section 4.6). */
#ifndef BATON_CONFIGURATION_TABLES_H
#define BATON_CONFIGURATION_TABLES_H

#include "firmware_pointers.h"
#include "ledger.h"

/* A GUID that is there twice counts once, the first that points anywhere. A table with an absurd count is cut. */
void configuration_tables_find(const struct firmware *firmware, struct firmware_pointers *ret_pointers);

/* What is listed by that name, counted in the same way; NULL when nothing is. */
void *configuration_table_find(const struct firmware *firmware, const EFI_GUID *guid);

/*
 * Lists `table` in place of what is there by that name, which is constant. That is in the ledger, which puts back what
 * was there, unless somebody else has put another one in place; where it does so, and `release` is not NULL, it calls
 * that with the table. The firmware's status, or EFI_OUT_OF_RESOURCES when there is no place in the ledger.
 */
MUST_CHECK EFI_STATUS configuration_table_install(struct ledger *ledger, const EFI_GUID *guid, void *table,
                                                  void (*release)(const struct firmware *firmware, void *table));

#endif
