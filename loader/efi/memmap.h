/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's memory map, for people who want to look at it: `baton.efi memmap`, and a key of the menu. */
#ifndef BATON_MEMMAP_H
#define BATON_MEMMAP_H

#include "ledger.h"
#include "text.h"

/* Fetches the map and writes it as a table of lines. Both lie in memory from the ledger's pool. */
MUST_CHECK enum status memmap_write(struct ledger *ledger, struct text *ret_text, struct error *error);

/* Prints the map on the console and gives back all it took. */
MUST_CHECK enum status memmap_command(const struct firmware *firmware, struct error *error);

#endif
