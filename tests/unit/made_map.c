/* SPDX-License-Identifier: BSD-2-Clause */
#include "made_map.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "put.h"

struct made_map made_map_start(size_t capacity, size_t descriptor_size)
{
    struct made_map map = {malloc(capacity * descriptor_size > 0 ? capacity * descriptor_size : 1), 0, capacity,
                           descriptor_size, NULL};

    assert(map.bytes);
    memset(map.bytes, 0xa5, capacity * descriptor_size);
    return map;
}

void made_map_end(struct made_map *map)
{
    free(map->bytes);
    free(map->interval);
    *map = (struct made_map){0};
}

void made_map_add(struct made_map *map, uint32_t type, uint64_t physical, uint64_t pages, uint64_t attributes)
{
    uint8_t *at = map->bytes + map->count * map->descriptor_size;

    assert(map->count < map->capacity);
    map->count++;
    put_number(at, 4, type);
    put_number(at + 8, 8, physical);
    put_number(at + 16, 8, ~physical);
    put_number(at + 24, 8, pages);
    put_number(at + 32, 8, attributes);
}

void made_map_add_memory(struct made_map *map, uint32_t type, uint64_t physical, uint64_t bytes)
{
    made_map_add(map, type, physical, bytes / 4096, EFI_ATTRIBUTE_WRITE_BACK | 0x7);
}

struct efi_map made_map_view(const struct made_map *map)
{
    return (struct efi_map){{map->bytes, map->count * map->descriptor_size}, map->descriptor_size, 1};
}

struct memory_intervals made_map_read(struct made_map *map)
{
    struct efi_map view = made_map_view(map);
    struct memory_intervals intervals;

    free(map->interval);
    map->interval = malloc(map->count * sizeof(map->interval[0]) + (map->count == 0));
    assert(map->interval);
    memory_intervals_read(&view, map->interval, map->count, &intervals);
    return intervals;
}

void made_map_give(struct made_map *map, struct facts *facts)
{
    facts->efi_map = made_map_view(map);
    facts->memory = made_map_read(map);
}
