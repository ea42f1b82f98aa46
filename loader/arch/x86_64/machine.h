/* SPDX-License-Identifier: BSD-2-Clause */
/* What the loader knows of the processor: its state on entry, its counter, and the way into the kernel. */
#ifndef BATON_MACHINE_H
#define BATON_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <baton/baton.h>

#include "status.h"

#define MACHINE_ELF 62 /* EM_X86_64 */
#define MACHINE_PE  0x8664

/* The architecture's name in boot entries. */
#define MACHINE_NAME "x64"

/* The UEFI shell, where systemd-boot looks for it. */
#define MACHINE_SHELL "/shell" MACHINE_NAME ".efi"

/* The format of its page tables, one of paging.h's. */
#define MACHINE_PAGING paging_x86_64

/* The trampoline's memory: machine_trampoline_code() bytes for code, and behind them these for data (resident.h). */
#define MACHINE_TRAMPOLINE_DATA (3 * 4096ULL)

struct machine_range {
    uint64_t base; /* physical, page-aligned */
    uint64_t size; /* bytes */
};

/* Levels of the page tables in use: 4, or 5 with CR4.LA57, which cannot be changed in long mode. */
unsigned machine_paging_levels(void);

bool machine_has_gigabyte_pages(void);

/* Whether pages can be made no-execute. Every x86-64 processor can; some firmware setups switch it off. */
bool machine_has_no_execute(void);

/*
 * Whether the machine is a confidential guest (AMD SEV, Intel TDX), whose page tables need a bit that marks memory as
 * private: with tables that lack it, it dies without a word.
 */
bool machine_is_confidential(void);

/* The time-stamp counter. */
uint64_t machine_counter(void);

/* Its frequency in Hz, when the processor or the hypervisor says it (CPUID 0x15, 0x40000010); else 0. */
uint64_t machine_counter_frequency(void);

/* This processor's APIC id. */
uint64_t machine_boot_cpu(void);

/* Fills `bytes` from the processor's random number generator. false when there is none, or it does not work. */
MUST_CHECK bool machine_random(uint8_t *bytes, size_t size);

/* The stack pointer of the caller, about. */
uint64_t machine_stack_pointer(void);

/*
 * The pages that hold the live page tables, neighbours merged, at most `capacity` ranges; when there are more, the
 * last range covers all that are left. Returns how many. Firmware maps memory identically, so tables can be read.
 */
size_t machine_live_tables(struct machine_range *ranges, size_t capacity);

/* Where the kernel is entered, and with what. All addresses but `root` and `baton` are the kernel's. */
struct machine_entry {
    uint64_t root; /* physical address of the page tables' root */
    uint64_t entry;
    uint64_t stack_top; /* 16-aligned */
    uint64_t argument;
    uint64_t data;             /* the trampoline's data pages */
    const struct baton *baton; /* the loader's view of the argument; NULL: it is no baton */
};

/* Bytes of the trampoline's code, in whole pages. */
uint64_t machine_trampoline_code(void);

/*
 * Writes code and data into the trampoline's `memory` of machine_trampoline_code() + MACHINE_TRAMPOLINE_DATA bytes: the
 * way into the kernel, and the last-gasp handler. Of the entry only `data` is needed yet.
 */
void machine_prepare(uint8_t *memory, uint64_t physical, const struct machine_entry *entry);

/* Devices that can interrupt, as the firmware's tables list them; physical addresses. */
struct machine_controllers {
    const uint64_t *io_apic; /* the caller's */
    size_t io_apic_count;
    uint64_t hpet; /* 0: none */
};

/*
 * Stops the sources of interrupts, so that none waits for the moment when the kernel enables them: masks both 8259s,
 * every entry of the I/O APICs and the local APIC's timer, and stops the 8254 and the HPET. After the firmware was
 * left.
 */
void machine_quiet(const struct machine_controllers *controllers);

/* Enters the kernel by the trampoline, whose physical address this is and which machine_prepare wrote. Interrupts are
 * off, the baton is complete. The state on entry is in docs/protocol.md. */
_Noreturn void machine_jump(uint64_t trampoline, const struct machine_entry *entry);

/* Stops for good. */
_Noreturn void machine_halt(void);

#endif
