/* SPDX-License-Identifier: BSD-2-Clause */
/* The words for an exception (gasp.h). */
#include "gasp.h"

#define GENERAL_PROTECTION 13
#define PAGE_FAULT         14

#define ERROR_PRESENT  (1U << 0) /* of a page fault (Intel SDM volume 3, 4.7) */
#define ERROR_WRITE    (1U << 1)
#define ERROR_USER     (1U << 2)
#define ERROR_RESERVED (1U << 3)
#define ERROR_FETCH    (1U << 4)
#define ERROR_GATE     (1U << 1) /* of other faults: it was met on the way to a handler (6.13) */

/* By vector; the last one is for all that follow (Intel SDM volume 3, 6.3.1; AMD APM volume 2, 8.2). */
static const char names[] = "divide error|"
                            "debug|"
                            "NMI|"
                            "breakpoint|"
                            "overflow|"
                            "bound range|"
                            "invalid opcode|"
                            "no FPU|"
                            "double fault|"
                            "FPU segment|"
                            "invalid TSS|"
                            "segment not present|"
                            "stack fault|"
                            "general protection|"
                            "page fault|"
                            "reserved|"
                            "x87 error|"
                            "alignment check|"
                            "machine check|"
                            "SIMD error|"
                            "virtualization|"
                            "control protection|"
                            "reserved";

void gasp_say_exception(struct gasp *gasp, const struct gasp_frame *frame, const char *where)
{
    gasp_say_head(gasp, frame->vector, names, where);
}

static void say_page_fault(struct gasp *gasp)
{
    uint64_t error = gasp->frame.error;

    gasp_say(gasp, "%s%s ",
             error & ERROR_FETCH   ? "instruction fetch from"
             : error & ERROR_WRITE ? "write to"
                                   : "read of",
             error & ERROR_USER ? " (user mode)" : "");
    gasp_say_address(gasp, gasp->frame.cr2);
    gasp_say(gasp, ", %s",
             error & ERROR_RESERVED  ? "whose page-table entry has reserved bits set"
             : error & ERROR_PRESENT ? "present, but not permitted"
                                     : "not present");
    gasp_say_place(gasp, gasp->frame.cr2, (error & ERROR_PRESENT) != 0);
}

void gasp_say_cause(struct gasp *gasp)
{
    uint64_t vector = gasp->frame.vector, error = gasp->frame.error;

    gasp_say(gasp, "error code 0x%llx", (gasp_number)error);
    if (vector == PAGE_FAULT) {
        gasp_say(gasp, ": ");
        say_page_fault(gasp);
    } else if (vector == GENERAL_PROTECTION && (error & ERROR_GATE)) {
        gasp_say(gasp, ": an interrupt that has no handler yet");
    }
    gasp_say(gasp, "\n");
}

void gasp_say_registers(struct gasp *gasp)
{
    /* With the place of each in the frame, in words. */
    static const struct {
        char name[3];
        uint8_t place;
    } registers[] = {{"rax", 18}, {"rbx", 17}, {"rcx", 16}, {"rdx", 15}, {"rsi", 14}, {"rdi", 13}, {"rbp", 12},
                     {"rsp", 24}, {"r8", 11},  {"r9", 10},  {"r10", 9},  {"r11", 8},  {"r12", 7},  {"r13", 6},
                     {"r14", 5},  {"r15", 4},  {"cr0", 0},  {"cr2", 1},  {"cr3", 2},  {"cr4", 3}};
    const struct gasp_frame *frame = &gasp->frame;
    const uint64_t *words = (const uint64_t *)(const void *)frame;

    for (unsigned i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
        gasp_say(gasp, "%-3.3s 0x%016llx%s", registers[i].name, (gasp_number)words[registers[i].place],
                 i % 4 == 3 ? "\n" : "  ");
    gasp_say(gasp, "rip ");
    gasp_say_address(gasp, frame->rip);
    gasp_say(gasp, "  cs 0x%02llx  rflags 0x%08llx  ss 0x%02llx\n", (gasp_number)frame->cs, (gasp_number)frame->rflags,
             (gasp_number)frame->ss);
}

/* After a call to where nothing can be executed the return address is the stack's last word. */
bool gasp_find_caller(const struct gasp *gasp, uint64_t *frame, uint64_t *ret_address)
{
    (void)frame;
    return gasp->frame.vector == PAGE_FAULT && (gasp->frame.error & ERROR_FETCH) &&
           gasp_copy(ret_address, gasp->frame.rsp, sizeof(*ret_address));
}
