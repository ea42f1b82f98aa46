/* SPDX-License-Identifier: BSD-2-Clause */
/* The words for an exception (gasp.h). ESR: DDI 0487, D17.2.37. */
#include "gasp.h"

#define CLASS_UNKNOWN     0x00
#define CLASS_FETCH_LOWER 0x20
#define CLASS_FETCH       0x21
#define CLASS_DATA_LOWER  0x24
#define CLASS_DATA        0x25

#define ESR_WRITE      (1ULL << 6)
#define ESR_NO_ADDRESS (1ULL << 10)
#define ESR_STATUS     0x3fU
#define STATUS_KIND    0x3cU /* the last two bits are the level of the tables */
#define STATUS_MISSING 0x04U
#define STATUS_ACCESS  0x08U
#define STATUS_DENIED  0x0cU
#define STATUS_ALIGN   0x21U

#define VECTOR_KIND 3U /* which of four: synchronous, IRQ, FIQ, SError */

struct class_name {
    uint8_t class;
    char name[31];
};

static const struct class_name classes[] = {
    {CLASS_UNKNOWN, "undefined instruction"},
    {0x01, "WFI or WFE trapped"},
    {0x07, "floating point trapped"},
    {0x0d, "branch target"},
    {0x0e, "illegal state"},
    {0x11, "SVC"},
    {0x15, "SVC"},
    {0x16, "HVC"},
    {0x17, "SMC"},
    {0x18, "system register trapped"},
    {0x19, "SVE trapped"},
    {0x1c, "pointer authentication"},
    {CLASS_FETCH_LOWER, "instruction abort"},
    {CLASS_FETCH, "instruction abort"},
    {0x22, "misaligned instruction"},
    {CLASS_DATA_LOWER, "data abort"},
    {CLASS_DATA, "data abort"},
    {0x26, "misaligned stack pointer"},
    {0x2c, "floating point"},
    {0x2f, "SError"},
    {0x30, "breakpoint"},
    {0x31, "breakpoint"},
    {0x32, "single step"},
    {0x33, "single step"},
    {0x34, "watchpoint"},
    {0x35, "watchpoint"},
    {0x3c, "BRK"},
};
static const char others[3][10] = {"IRQ", "FIQ", "SError"};

static unsigned class_of(const struct gasp_frame *frame)
{
    return (unsigned)(frame->esr >> 26 & 0x3f);
}

static bool is_synchronous(const struct gasp_frame *frame)
{
    return (frame->vector & VECTOR_KIND) == 0;
}

void gasp_say_exception(struct gasp *gasp, const struct gasp_frame *frame, const char *where)
{
    const char *name = is_synchronous(frame) ? "reserved" : others[(frame->vector & VECTOR_KIND) - 1];

    for (unsigned i = 0; is_synchronous(frame) && i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (classes[i].class == class_of(frame))
            name = classes[i].name;
    }
    gasp_say(gasp, "*** exception %u (%s) in %s ***", class_of(frame), name, where);
}

static bool is_fetch(unsigned class)
{
    return class == CLASS_FETCH || class == CLASS_FETCH_LOWER;
}

static void say_abort(struct gasp *gasp, const struct gasp_frame *frame)
{
    const unsigned class = class_of(frame), status = frame->esr & ESR_STATUS, kind = status & STATUS_KIND;

    gasp_say(gasp, ": %s%s ",
             is_fetch(class)          ? "instruction fetch from"
             : frame->esr & ESR_WRITE ? "write to"
                                      : "read of",
             class == CLASS_FETCH_LOWER || class == CLASS_DATA_LOWER ? " (EL0)" : "");
    if (frame->esr & ESR_NO_ADDRESS) {
        gasp_say(gasp, "an address that the processor does not tell");
        return;
    }
    gasp_say_address(gasp, frame->far);
    gasp_say(gasp, ", %s",
             kind == STATUS_MISSING                           ? "not present"
             : kind == STATUS_DENIED || kind == STATUS_ACCESS ? "present, but not permitted"
             : status == STATUS_ALIGN                         ? "not aligned"
                                                              : "which the machine does not answer");
    gasp_say_place(gasp, frame->far, kind != STATUS_MISSING);
}

void gasp_say_cause(struct gasp *gasp)
{
    const struct gasp_frame *frame = &gasp->frame;
    const unsigned class = class_of(frame);

    gasp_say(gasp, "esr 0x%llx", (gasp_number)frame->esr);
    if (!is_synchronous(frame))
        gasp_say(gasp, ": an interrupt that has no handler yet");
    else if (is_fetch(class) || class == CLASS_DATA || class == CLASS_DATA_LOWER)
        say_abort(gasp, frame);
    gasp_say(gasp, "\n");
}

void gasp_say_registers(struct gasp *gasp)
{
    const struct gasp_frame *frame = &gasp->frame;
    const unsigned count = sizeof(frame->registers) / sizeof(frame->registers[0]);

    for (unsigned i = 0; i < count; i++)
        gasp_say(gasp, "x%-2u 0x%016llx%s", i, (gasp_number)frame->registers[i],
                 i % 4 == 3 || i + 1 == count ? "\n" : "  ");
    gasp_say(gasp, "pc  ");
    gasp_say_address(gasp, frame->elr);
    gasp_say(gasp, "\nsp  0x%016llx  far 0x%016llx  spsr 0x%08llx\n", (gasp_number)frame->sp, (gasp_number)frame->far,
             (gasp_number)frame->spsr);
}

/* x30 has it; else it may be of a call that came back. */
bool gasp_find_caller(const struct gasp *gasp, uint64_t *frame, uint64_t *ret_address)
{
    (void)frame;
    *ret_address = gasp->frame.registers[GASP_LR];
    return is_synchronous(&gasp->frame) && is_fetch(class_of(&gasp->frame));
}
