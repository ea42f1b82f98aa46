/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of the last-gasp handler's report. Texts are arrays, since a pointer to one would need relocation. */
#include "resident.h"

#define GENERAL_PROTECTION 13
#define PAGE_FAULT         14

#define ERROR_PRESENT  (1U << 0) /* of a page fault (Intel SDM volume 3, 4.7) */
#define ERROR_WRITE    (1U << 1)
#define ERROR_USER     (1U << 2)
#define ERROR_RESERVED (1U << 3)
#define ERROR_FETCH    (1U << 4)
#define ERROR_GATE     (1U << 1) /* of other faults: it was met on the way to a handler (6.13) */

#define PHYSICAL_END (1ULL << 46) /* the direct map reaches no further */
#define DEPTH_MOST   100000       /* frames */
#define LOG_MOST     3072         /* bytes of the log's tail */

typedef unsigned long long number; /* what %llx takes */

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

void gasp_say_exception(struct gasp *gasp, uint64_t vector, const char *where)
{
    const char *name = names;
    uint64_t before = vector;
    int length = 0;

    for (const char *at = names; *at != '\0' && before > 0; at++) {
        if (*at == '|') {
            name = at + 1;
            before--;
        }
    }
    while (name[length] != '\0' && name[length] != '|')
        length++;
    gasp_say(gasp, "*** exception %u (%.*s) in %s ***", (unsigned)vector, length, name, where);
}

static bool is_in_kernel(const struct gasp *gasp, uint64_t address)
{
    return address - gasp->baton.kernel.address < gasp->baton.kernel.size;
}

void gasp_say_address(struct gasp *gasp, uint64_t address)
{
    gasp_say(gasp, "0x%016llx", (number)address);
    if (is_in_kernel(gasp, address))
        gasp_say(gasp, " kernel + 0x%llx", (number)(address - gasp->baton.kernel.address));
}

/* What a page fault's address means to a person. */
static void say_place(struct gasp *gasp, uint64_t address)
{
    const struct baton *baton = &gasp->baton;

    if (address < BATON_PAGE_SIZE)
        gasp_say(gasp, ": a null pointer");
    else if (baton->magic == 0)
        return;
    else if (baton->stack.base - 1 - address < BATON_PAGE_SIZE)
        gasp_say(gasp, ": the stack's guard page. The stack overflowed");
    else if (!(gasp->frame.error & ERROR_PRESENT) && address - baton->direct_map.base < PHYSICAL_END)
        gasp_say(gasp, ": physical 0x%llx is not in the direct map", (number)(address - baton->direct_map.base));
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
    say_place(gasp, gasp->frame.cr2);
}

void gasp_say_cause(struct gasp *gasp)
{
    uint64_t vector = gasp->frame.vector, error = gasp->frame.error;

    gasp_say(gasp, "error code 0x%llx", (number)error);
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
        gasp_say(gasp, "%-3.3s 0x%016llx%s", registers[i].name, (number)words[registers[i].place],
                 i % 4 == 3 ? "\n" : "  ");
    gasp_say(gasp, "rip ");
    gasp_say_address(gasp, frame->rip);
    gasp_say(gasp, "  cs 0x%02llx  rflags 0x%08llx  ss 0x%02llx\n", (number)frame->cs, (number)frame->rflags,
             (number)frame->ss);
}

static void say_frame(struct gasp *gasp, unsigned depth, uint64_t address)
{
    gasp_say(gasp, "  #%u ", depth);
    gasp_say_address(gasp, address);
    gasp_say(gasp, "\n");
}

static void say_repeated(struct gasp *gasp, unsigned *repeated)
{
    if (*repeated > 0)
        gasp_say(gasp, "     and %u times more from there\n", *repeated);
    *repeated = 0;
}

/* Whether `link` got the frame at `frame`: the caller's frame, and the return address. */
static bool read_link(const struct gasp *gasp, uint64_t frame, uint64_t link[2])
{
    return frame % 8 == 0 && gasp_copy(link, frame, 2 * sizeof(link[0])) && link[1] != 0 &&
           (gasp->baton.kernel.size == 0 || is_in_kernel(gasp, link[1]));
}

/*
 * The chain that functions with frame pointers leave: at RBP the caller's RBP, above it the return address. Without
 * frame pointers RBP can hold anything, so the chain ends where it does not go up or leads out of the kernel.
 * A return address that repeats, as in a recursion without end, takes two lines: who began it is to be seen too.
 */
void gasp_say_trace(struct gasp *gasp, unsigned lines)
{
    uint64_t frame = gasp->frame.rbp, below = 0, said = 0;
    uint64_t link[2];
    unsigned depth = 0, repeated = 0;

    gasp_say(gasp, "backtrace:\n");
    say_frame(gasp, depth++, gasp->frame.rip);
    /* A call to where nothing can be executed has made no frame: its return address is the stack's last word. */
    if (gasp->frame.vector == PAGE_FAULT && (gasp->frame.error & ERROR_FETCH) &&
        gasp_copy(link, gasp->frame.rsp, sizeof(link[0])) && is_in_kernel(gasp, link[0]))
        say_frame(gasp, depth++, link[0]);
    while (lines > 0 && depth < DEPTH_MOST && frame > below && read_link(gasp, frame, link)) {
        if (link[1] == said) {
            repeated++;
        } else {
            say_repeated(gasp, &repeated);
            say_frame(gasp, depth, link[1]);
            lines--;
        }
        depth++;
        said = link[1];
        below = frame;
        frame = link[0];
    }
    say_repeated(gasp, &repeated);
    if (lines == 0 || depth == DEPTH_MOST)
        gasp_say(gasp, "  and so on\n");
}

/* How many of the text's bytes are its last whole lines that fit into `rows` of so many columns. `whole`: the text's
 * first byte begins a line. */
static size_t tail_size(struct text text, bool whole, size_t rows, size_t columns)
{
    size_t fitting = 0, length = 0; /* length: of the line that is looked at */

    for (size_t i = 2; i <= text.length + whole; i++) {
        if (i <= text.length && text.data[text.length - i] != '\n') {
            length++;
            continue;
        }
        if (length / columns + 1 > rows)
            break;
        rows -= length / columns + 1;
        fitting = i - 1;
        length = 0;
    }
    return fitting;
}

void gasp_say_log(struct gasp *gasp, size_t rows, size_t columns)
{
    const struct baton_log *log = &gasp->baton.log;
    size_t size = log->size < LOG_MOST ? (size_t)log->size : LOG_MOST;
    char text[LOG_MOST];
    uint64_t magic;
    size_t tail;

    if (!gasp_copy(&magic, gasp->hand_off, sizeof(magic)) || magic == 0 || magic != gasp->baton.magic ||
        !gasp_copy(text, (uintptr_t)log->text + log->size - size, size)) {
        gasp_say(gasp, "Baton's log is not there any more\n");
        return;
    }
    gasp_say(gasp, "the end of Baton's log:\n");
    tail = tail_size((struct text){text, size}, size == log->size, rows, columns);
    gasp_put(gasp, text + size - tail, tail);
}
