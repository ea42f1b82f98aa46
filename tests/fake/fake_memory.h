/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Modelled physical memory: ranges with types, pages and pool handed out of them, and a ledger of who has what. Only
 * what somebody has can be touched: an access to anything else ends the program. What is handed out is full of garbage.
 */
#ifndef BATON_FAKE_MEMORY_H
#define BATON_FAKE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/boot_services.h"
#include "efi_map.h"

struct fake_range {
    uint64_t base, end; /* physical */
    uint32_t type;
    uint64_t attributes;
};

void fake_memory_start(void);
void fake_memory_stop(void);
void fake_memory_install(EFI_BOOT_SERVICES *boot);

/* Complains of pages that the loader has, of memory from fake_memory_pool, of what else it has not given back. */
void fake_memory_check_pages(void);
void fake_memory_check_answers(void);
void fake_memory_check(void);

/* The ranges as they are, in order. */
size_t fake_memory_ranges(const struct fake_range **ret_ranges);

/* Whether the loader has been given all these bytes, as pages of `type`. */
bool fake_memory_is_loaders(uint64_t base, uint64_t size, uint32_t type);

/* Whether the stack that the loader runs on, or the live page tables, are in these bytes. */
bool fake_memory_is_in_use(uint64_t base, uint64_t size);

/* Whether all these bytes can be touched. */
bool fake_memory_is_open(uint64_t base, uint64_t size);

/* Memory of the firmware's own, which the loader may touch. */
void *fake_memory_open(uint64_t base, uint64_t size);

/* In how many of the loader's pieces of memory these bytes are. */
unsigned fake_memory_find(const void *bytes, size_t size);

/* Firmware allocates something of its own; the map changes. */
void fake_memory_disturb(void);

/* Adds about `count` descriptors to the map. */
void fake_memory_fragment(unsigned count);

/* Reserves `count` single pages that lie far from each other. */
void fake_memory_punch(unsigned count);

/* The most bytes that were handed out of it at once, in this run. */
size_t fake_memory_pool_most(void);

/* From the pool, for the firmware itself, which then gives it to the loader to free. */
void *fake_memory_pool(size_t size);

/* What the loader has got from the pool: of which type it is (UINT32_MAX: it is none); and from here on it is not
 * the loader's. */
uint32_t fake_memory_pool_type(const void *memory);
void fake_memory_take(const void *memory);

/* The number of the map's state: it changes with every allocation. */
uint64_t fake_memory_key(void);

/* ---- fake_layout.c: what is where before anything is handed out ---- */
/* The machine's ranges, in order; at most `capacity` of them. */
size_t fake_layout(struct fake_range *ret_ranges, size_t capacity);
uint64_t fake_layout_image(void);  /* where the loader is */
uint64_t fake_layout_screen(void); /* where the framebuffer is */
#define FAKE_SCREEN_SIZE 0x400000ULL

/* ---- fake_map.c: the map as the loader gets it ---- */
void fake_map_start(void);
void fake_map_install(EFI_BOOT_SERVICES *boot);
/* What the last whole GetMemoryMap gave, in the firmware's own copy. */
const struct efi_map *fake_map_given(void);

#endif
