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

#include <baton/baton.h>
#include <baton/console.h>

#include "serial.h"

#define RESIDENT_VECTORS 32
#define RESIDENT_STACK   8192ULL
#define GASP_ENTRY_SIZE  4

/* The stack as gasp_entry.S leaves it. */
struct gasp_frame {
    uint64_t cr0, cr2, cr3, cr4;
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

/* The handler's state. What the loader does not give is zero until the first exception. */
struct gasp {
    /* Copies, which a kernel does not overwrite so easily; zero when it got no baton, or has no screen. */
    struct baton baton;
    struct baton_framebuffer framebuffer;
    uint64_t hand_off; /* where the kernel has the baton itself */

    uint32_t entered; /* exceptions so far */
    uint32_t step;    /* of the report, to be done next */
    struct gasp_frame frame;
    bool has_serial;
    bool has_debug_port;
    bool to_screen; /* where text goes now: to the screen, or else to the ports */
    struct serial serial;
    struct baton_console screen; /* no columns: none */
};

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

_Static_assert(sizeof(struct gasp_frame) == 208, "gasp_entry.S");
_Static_assert(offsetof(struct resident_tables, gdt) == 0, "trampoline.S");
_Static_assert(offsetof(struct resident_tables, idt) == 144, "trampoline.S");
_Static_assert(sizeof(struct resident_tables) <= 4096, "the tables are one page");

#pragma GCC visibility push(hidden)

/* The code's first byte, where the trampoline is entered, and its end. */
extern const uint8_t resident_start[], resident_end[];

/* The ways into the handler: RESIDENT_VECTORS of GASP_ENTRY_SIZE bytes. */
extern const uint8_t gasp_entries[];

/* gasp_entry.S: as memcpy, but false when an exception says that this cannot be read. In the handler only. */
bool gasp_copy(void *to, uint64_t from, size_t size);

/* gasp.c: reports and stops. The frame ends where the tables begin. */
_Noreturn void gasp_handle(const struct gasp_frame *frame);
void gasp_put(struct gasp *gasp, const char *text, size_t size);
void gasp_say(struct gasp *gasp, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* gasp_report.c: the parts of a report. */
void gasp_say_exception(struct gasp *gasp, uint64_t vector, const char *where);
void gasp_say_address(struct gasp *gasp, uint64_t address);
void gasp_say_cause(struct gasp *gasp);
void gasp_say_registers(struct gasp *gasp);
void gasp_say_trace(struct gasp *gasp, unsigned lines);
void gasp_say_log(struct gasp *gasp, size_t rows, size_t columns);

#pragma GCC visibility pop

#endif
