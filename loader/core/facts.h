/* SPDX-License-Identifier: BSD-2-Clause */
/* What gather found out about the machine. Pure stages know no more of it than this. */
#ifndef BATON_FACTS_H
#define BATON_FACTS_H

#include <baton/baton.h>

#include "efi_map.h"
#include "paging.h"

#define FACTS_TAKEN        64
#define FACTS_FRAMEBUFFERS 8

/* Memory in use, whatever the firmware's map calls it: the running stack and the live page tables (firmware.md). */
struct taken_range {
    uint64_t base; /* physical */
    uint64_t size; /* bytes */
    const char *owner;
};

struct machine_facts {
    uint16_t elf_machine;
    const struct paging_format *paging_format;
    unsigned paging_levels;     /* as the loader was entered */
    bool gigabyte_pages;        /* leaves of 1 GiB */
    uint64_t counter_frequency; /* Hz; 0 when unknown */
    uint64_t trampoline_code;   /* bytes of pages for the code that switches address spaces */
    uint64_t trampoline_data;   /* bytes of pages for the descriptor tables */
};

struct facts {
    struct machine_facts machine;
    struct efi_map efi_map;
    struct taken_range taken[FACTS_TAKEN];
    size_t taken_count;
    struct baton_framebuffer framebuffers[FACTS_FRAMEBUFFERS]; /* `address` is not set yet */
    size_t framebuffer_count;
};

#endif
