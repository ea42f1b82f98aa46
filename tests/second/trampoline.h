/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trampoline's data: descriptor tables, the stack of IST 1, and what the switch and the last-gasp handler need to
 * know. It is read by the loader (built as PE) and by the trampoline (built as ELF, then flattened), so it has only
 * types that are alike in both. The assembly file has the offsets as numbers; trampoline.c asserts them.
 */
#ifndef SECOND_TRAMPOLINE_H
#define SECOND_TRAMPOLINE_H

#include <baton/baton.h>
#include <stddef.h>
#include <stdint.h>

#pragma pack(push, 1)
struct table_register {
    uint16_t limit;
    uint64_t base;
};
#pragma pack(pop)

struct trampoline_data {
    uint64_t self;              /*   0: where the kernel's page tables have this structure */
    uint64_t cr3;               /*   8 */
    uint64_t cr4;               /*  16 */
    uint64_t stack_top;         /*  24: RSP on entry */
    uint64_t entry;             /*  32 */
    const struct baton *baton;  /*  40 */
    uint64_t own_stack;         /*  48: top of the IST 1 stack */
    struct table_register gdtr; /*  56 */
    uint8_t pad0[6];
    struct table_register idtr; /*  72 */
    uint8_t pad1[6];
    uint64_t gdt[5]; /* null, code, data, task state (two) */
    uint64_t idt[64];
    uint8_t tss[104];

    struct baton_framebuffer screen; /* address: NULL when there is none */
    uint32_t white, column, row;
    uint32_t depth; /* of exceptions: the handler's own are reported in one line */
    uint8_t stack[16384] __attribute__((aligned(16)));
};

/* The code begins with this: a jump to the switch, which is a function of the data's physical address in RCX. */
struct trampoline_header {
    uint8_t jump[16];
    uint64_t data;  /* set by the loader: trampoline_data.self */
    uint32_t stubs; /* offset of the first exception's stub */
    uint32_t stub_size;
};

static inline void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/* To COM1, when there is one; a transmitter that is never ready is not waited for. */
static inline void serial_put(char c)
{
    if (in8(0x3fd) == 0xff)
        return;
    for (uint32_t tries = 0; tries < 100000 && !(in8(0x3fd) & 0x20); tries++)
        ;
    out8(0x3f8, (uint8_t)c);
}

#endif
