/* SPDX-License-Identifier: BSD-2-Clause */
/* What selfcheck has to know of x86_64. */
#ifndef BATON_TESTS_MACHINE_H
#define BATON_TESTS_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include <baton/baton.h>

#pragma GCC visibility push(hidden)

#define MACHINE_HALF_BITS 47 /* of addresses */
#define MACHINE_RELATIVE  8  /* R_X86_64_RELATIVE */
#define MACHINE_LACKS     (BATON_FEATURE_EL2 | BATON_FEATURE_DEVICE_TREE)
#define MACHINE_SERIAL    SERIAL_NONE
#define MACHINE_MEMORY    0 /* where there is memory */
#define MACHINE_CHECKS    &registers_checks, &descriptors_checks, &devices_checks
#define MACHINE_LIES      &lies_entry, &lies_machine

extern const struct check_list registers_checks, descriptors_checks, devices_checks;
extern const struct lie_list lies_entry, lies_machine;

/* What entry_state does not have. */
struct fpu_state {
    uint32_t control, status, tag, ip, cs, operand, ds;
};

struct machine_state {
    struct fpu_state fpu;
    uint64_t dr7, fs_base, gs_base;
    uint64_t skew; /* bytes by which the stack is off when SSE is tried */
};

/* ---- page table entries: what a lie turns, and leaves of the kernel's own ---- */
#define ENTRY_PRESENT       (1ULL << 0)
#define ENTRY_WRITE         (1ULL << 1) /* differs between what can be written and what cannot */
#define ENTRY_EXECUTE       (1ULL << 63)
#define ENTRY_CACHE_BITS    (3ULL << 3)
#define ENTRY_ACCESSED      (1ULL << 5)
#define ENTRY_DIRTY         (1ULL << 6)
#define ENTRY_GLOBAL        (1ULL << 8)
#define ENTRY_USER_LEAF     (1ULL << 2) /* what is set in a leaf, and in the tables above, to give it to user mode */
#define ENTRY_USER_TABLE    (1ULL << 2)
#define ENTRY_OF(physical)  (physical)
#define ENTRY_SMALL(large)  ((large) & ~(1ULL << 7)) /* a leaf of 4 KiB that says what a larger one does */
#define ENTRY_NEW_TABLE     0x23ULL
#define ENTRY_NEW_LEAF      0x8000000000000063ULL
#define ENTRY_NEW_READ_ONLY 0x8000000000000061ULL
#define ENTRY_NEW_DEVICE    0x800000000000007bULL

/* ---- devices.c ---- */
uint32_t io_apic_read(uint64_t base, uint32_t number);
/* The first I/O APIC that ACPI lists; 0 when there is none. */
struct subject;
uint64_t io_apic_first(const struct subject *subject);

/* ---- pokes.c ---- */
void poke_port(uint16_t port, uint8_t value);
void poke_io_apic(uint64_t base, uint32_t number, uint32_t value);
void poke_msr(uint32_t number, uint64_t value);

/* ---- spill.c ---- */
/* Spills SSE registers to aligned places on the stack; false when the numbers come out wrong. */
bool sse_spill(uint64_t one);

/* ---- single instructions ---- */
static inline uint8_t port_read(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void port_write(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint64_t msr_read(uint32_t number)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
    return (uint64_t)high << 32 | low;
}

static inline void msr_write(uint32_t number, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "a"((uint32_t)value), "d"((uint32_t)(value >> 32)), "c"(number));
}

static inline void cpuid(uint32_t leaf, uint32_t *ret_registers)
{
    __asm__ volatile("cpuid"
                     : "=a"(ret_registers[0]), "=b"(ret_registers[1]), "=c"(ret_registers[2]), "=d"(ret_registers[3])
                     : "a"(leaf), "c"(0));
}

static inline void tlb_flush(void)
{
    __asm__ volatile("mov %%cr3, %%rax\n\tmov %%rax, %%cr3" : : : "rax", "memory");
}

static inline uint64_t counter_read(void)
{
    uint32_t low, high;

    __asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

#pragma GCC visibility pop

#endif
