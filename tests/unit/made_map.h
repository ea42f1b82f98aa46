/* SPDX-License-Identifier: BSD-2-Clause */
/* A firmware's memory map for tests: bytes as GetMemoryMap would write them. */
#ifndef BATON_TEST_MADE_MAP_H
#define BATON_TEST_MADE_MAP_H

#include "facts.h"

struct made_map {
    uint8_t *bytes;
    size_t count, capacity; /* descriptors */
    size_t descriptor_size;
    struct memory_interval *interval; /* as many as have been read */
};

/* Room for `capacity` descriptors, filled with garbage. made_map_end gives it back. */
struct made_map made_map_start(size_t capacity, size_t descriptor_size);
void made_map_end(struct made_map *map);

void made_map_add(struct made_map *map, uint32_t type, uint64_t physical, uint64_t pages, uint64_t attributes);

/* `bytes` of write-back memory, which every kernel may have cached. */
void made_map_add_memory(struct made_map *map, uint32_t type, uint64_t physical, uint64_t bytes);

/* The map as the loader sees it. It lies in the bytes' place. */
struct efi_map made_map_view(const struct made_map *map);

/* The same, read. It is good until the next time, or made_map_end. */
struct memory_intervals made_map_read(struct made_map *map);

/* Makes it the machine's. */
void made_map_give(struct made_map *map, struct facts *facts);

#endif
