/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's memory map, fetched. */
#ifndef BATON_MAP_H
#define BATON_MAP_H

#include "efi_map.h"
#include "ledger.h"

/* A map and the buffer that it was fetched into. */
struct fetched_map {
    struct efi_map map;
    uint64_t capacity; /* bytes of the buffer */
};

/* The map as it is now, in memory from the ledger's pool. Two calls: one for the size, one for the map. */
MUST_CHECK enum status map_fetch(struct ledger *ledger, struct fetched_map *ret_fetched, struct error *error);

/* Says the map at debug level: a header line with the buffer, then a line for each descriptor. */
void map_log(const struct fetched_map *fetched);

#endif
