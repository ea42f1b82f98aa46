/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the test kernels share: text, checksums, caught faults, page tables. A kernel supplies kernel_main; its entry
 * (entry.S) has written down the registers before. What is the machine's own is in the folder of its name.
 */
#ifndef BATON_TESTS_KIT_H
#define BATON_TESTS_KIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <baton/baton.h>

#include "entry_state.h"

#define PAGE         4096ULL
#define MEBI         (1024ULL * 1024)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* No detours by a global offset table. */
#pragma GCC visibility push(hidden)

extern const struct entry_state entry_state;

/* The linker scripts' marks. */
extern const char image_start[], text_start[], text_end[], rodata_start[], rodata_end[];
extern char data_start[], data_end[], bss_start[], bss_end[], image_end[];

_Noreturn void kernel_main(const struct baton *baton);

/* ---- output.c, for print.c ---- */
/* From here on text goes to the serial port, too; where there is no other way, it went nowhere before. */
void output_start(const struct baton *baton);
void output_put(const char *text);

/* ---- print.c ---- */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says "NAME: ok" and leaves QEMU with success. */
_Noreturn void finish(const char *name);

/* Says what is wrong and leaves QEMU without success. */
_Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* FNV-1a over 64 bits; harness/report.py computes the same. */
uint64_t checksum(const void *data, uint64_t size);

/* Where the direct map shows a physical address. */
static inline void *direct(const struct baton *baton, uint64_t physical)
{
    return (void *)(uintptr_t)(baton->direct_map.base + physical);
}

/* ---- memory.c ---- */
/* `size` bytes of the same word. */
void memory_fill(uint64_t *words, uint64_t word, uint64_t size);

/* ---- faults.c ---- */
struct fault {
    uint64_t vector; /* or the exception's class */
    uint64_t error;
    uint64_t address; /* that could not be read, written or executed */
    uint64_t pc;
};

/* Handlers of the kernel's own, which run on a stack of their own. A fault that no faults_catch expects ends the kernel
 * with a message. */
void faults_install(void);

/* Calls function(argument). True when it faulted; the fault is in *ret_fault then. May be nested. */
bool faults_catch(void (*function)(void *), void *argument, struct fault *ret_fault);

/* One byte is read. */
bool faults_can_read(const volatile void *address);

/* ---- page tables ---- */
#define MAPPED_WRITE   (1u << 0)
#define MAPPED_EXECUTE (1u << 1)
#define MAPPED_USER    (1u << 2)
#define MAPPED_GLOBAL  (1u << 3)
/* Only told when the visitor asks for them. */
#define MAPPED_ACCESSED (1u << 4)
#define MAPPED_DIRTY    (1u << 5)

/* One run of leaves that follow one another in both address spaces and are alike. */
struct mapping {
    uint64_t address; /* virtual */
    uint64_t physical;
    uint64_t size;  /* bytes */
    uint32_t flags; /* MAPPED_..., of all levels together */
    uint32_t cache; /* the number by which the entry says it: of a PAT entry, an index into MAIR, … */
    uint64_t other; /* bits of a leaf that are none of these, and not as they are on this machine */
};

/* ---- paging_entry.c, for paging.c ---- */
#define PAGING_ROOTS 2
struct paging_root {
    uint64_t physical;
    unsigned levels;
    uint64_t lower, upper; /* the upper bits of addresses in the lower and in the upper half of its entries */
};

struct paging_entry {
    bool present;
    bool leaf; /* it maps memory, and leads to no table */
    uint64_t physical;
    uint32_t allowed; /* MAPPED_WRITE, _EXECUTE, _USER and _ACCESSED, as far as this entry goes */
    uint32_t more;    /* MAPPED_..., what a leaf says alone */
    uint32_t cache;
    uint64_t other; /* as struct mapping has it */
};

/* Those that were in force on entry: one, or one for each half of the address space. */
unsigned paging_roots(struct paging_root *ret_roots);
void paging_decode(uint64_t entry, unsigned level, struct paging_entry *ret_entry);

/* ---- paging.c ---- */
struct paging_visitor {
    void (*run)(void *context, const struct mapping *mapping);
    void (*table)(void *context, uint64_t physical, unsigned level); /* level 1 is the lowest */
    void (*leaf)(void *context, const struct mapping *leaf);         /* may be NULL; what is told includes the size */
    bool accessed; /* tell accessed, of all levels together, and dirty */
    void *context;
};

struct paging_counts {
    uint64_t small, large, huge; /* leaves of 4 KiB, 2 MiB and 1 GiB */
    uint64_t tables;
};

/* Walks the live tables, which it reads through the direct map. False when a table cannot be read there. */
bool paging_walk(const struct baton *baton, const struct paging_visitor *visitor, struct paging_counts *ret_counts);

/* The entry for an address on this level, in the direct map; NULL when there is no table. */
uint64_t *paging_find(const struct baton *baton, uint64_t address, unsigned level);

#pragma GCC visibility pop

#endif
