/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the test kernels share: text on port 0xE9, checksums, caught faults, page tables. A kernel supplies kernel_main;
 * its entry (entry.S) has written down the registers before.
 */
#ifndef BATON_TESTS_KIT_H
#define BATON_TESTS_KIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <baton/baton.h>

#define PAGE         4096ULL
#define MEBI         (1024ULL * 1024)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct __attribute__((packed)) table_register {
    uint16_t limit;
    uint64_t base;
};

/* Every register as the loader left it; entry.S knows the offsets. */
struct entry_state {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t return_address; /* the 8 bytes that rsp points to */
    uint64_t rflags;
    uint64_t cr0, cr2, cr3, cr4, cr8;
    uint64_t efer, pat;
    struct table_register gdtr;
    uint8_t padding1[6];
    struct table_register idtr;
    uint8_t padding2[6];
    uint16_t cs, ss, ds, es, fs, gs, tr, ldtr;
    uint32_t mxcsr;
    uint16_t fpu_control, fpu_status;
};
_Static_assert(offsetof(struct entry_state, gdtr) == 0xc8, "entry.S");
_Static_assert(offsetof(struct entry_state, idtr) == 0xd8, "entry.S");
_Static_assert(offsetof(struct entry_state, mxcsr) == 0xf8, "entry.S");
_Static_assert(sizeof(struct entry_state) == 0x100, "entry.S");

/* No detours by a global offset table. */
#pragma GCC visibility push(hidden)

extern const struct entry_state entry_state;

/* The linker scripts' marks. */
extern const char image_start[], text_start[], text_end[], rodata_start[], rodata_end[];
extern char data_start[], data_end[], bss_start[], bss_end[], image_end[];

_Noreturn void kernel_main(const struct baton *baton);

/* ---- print.c ---- */
/* Port 0xE9, and COM1 as well when this is set. */
extern bool print_on_serial;
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

/* ---- faults.c ---- */
struct fault {
    uint64_t vector;
    uint64_t error;
    uint64_t address; /* CR2 */
    uint64_t rip;
};

/* Own GDT, TSS and IDT; every handler runs on a stack of its own. A fault that no faults_catch expects ends the
 * kernel with a message. */
void faults_install(void);

/* Calls function(argument). True when it faulted; the fault is in *ret_fault then. May be nested. */
bool faults_catch(void (*function)(void *), void *argument, struct fault *ret_fault);

/* One byte is read. */
bool faults_can_read(const volatile void *address);

/* ---- paging.c ---- */
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
    uint32_t cache; /* the PAT entry's number */
};

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

#pragma GCC visibility pop

#endif
