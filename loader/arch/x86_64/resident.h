/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stays in memory behind the loader: the trampoline into the kernel, and the last-gasp handler, which reports
 * exceptions until the kernel has handlers of its own.
 *
 * Its code, constants included, is one run of the loader's image (loader.lds), copied as it is. It refers to nothing
 * outside and holds no absolute address (resident.lds proves it), so it runs at the copy's physical address too. The
 * data pages behind it are at an address of the kernel's:
 *
 *     code     read and execute; in the direct map of a high kernel read only
 *     stack    the handler's. Below it are pages that cannot be written: its guard
 *     tables   struct resident_tables, right above the stack's top
 */
#ifndef BATON_RESIDENT_H
#define BATON_RESIDENT_H

#include "gasp.h"

#define RESIDENT_VECTORS 32
#define RESIDENT_STACK   8192ULL
#define RESIDENT_DATA    (RESIDENT_STACK + 4096) /* bytes: the stack and the tables */
#define GASP_ENTRY_SIZE  4

struct resident_gate {
    uint16_t offset_low;
    uint16_t selector;
    uint16_t attributes;
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};

/* trampoline.S has the offsets of gdt and idt. */
struct resident_tables {
    uint64_t gdt[5];
    uint32_t task[26]; /* the task state segment, of which only IST1 is used */
    struct resident_gate idt[RESIDENT_VECTORS];
    struct gasp gasp;
};

_Static_assert(offsetof(struct resident_tables, gdt) == 0, "trampoline.S");
_Static_assert(offsetof(struct resident_tables, idt) == 144, "trampoline.S");
_Static_assert(sizeof(struct resident_tables) <= 4096, "the tables are one page");

#pragma GCC visibility push(hidden)

/* The code's first byte, where the trampoline is entered, and its end. */
extern const uint8_t resident_start[], resident_end[];

/* The ways into the handler: RESIDENT_VECTORS of GASP_ENTRY_SIZE bytes. */
extern const uint8_t gasp_entries[];

#pragma GCC visibility pop

#endif
