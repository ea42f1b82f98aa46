/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of the last-gasp handler's report. Texts are arrays, since a pointer to one would need relocation. */
#include "gasp.h"

#define DEPTH_MOST 100000 /* frames */
#define LOG_MOST   3072   /* bytes of the log's tail */

void gasp_say_head(struct gasp *gasp, uint64_t number, const char *names, const char *where)
{
    const char *name = names;
    uint64_t before = number;
    int length = 0;

    for (const char *at = names; *at != '\0' && before > 0; at++) {
        if (*at == '|') {
            name = at + 1;
            before--;
        }
    }
    while (name[length] != '\0' && name[length] != '|')
        length++;
    gasp_say(gasp, "*** exception %u (%.*s) in %s ***", (unsigned)number, length, name, where);
}

static bool is_in_kernel(const struct gasp *gasp, uint64_t address)
{
    return address - gasp->baton.kernel.address < gasp->baton.kernel.size;
}

void gasp_say_address(struct gasp *gasp, uint64_t address)
{
    gasp_say(gasp, "0x%016llx", (gasp_number)address);
    if (is_in_kernel(gasp, address))
        gasp_say(gasp, " kernel + 0x%llx", (gasp_number)(address - gasp->baton.kernel.address));
}

void gasp_say_place(struct gasp *gasp, uint64_t address, bool is_mapped)
{
    const struct baton *baton = &gasp->baton;

    if (address < BATON_PAGE_SIZE)
        gasp_say(gasp, ": a null pointer");
    else if (baton->magic == 0)
        return;
    else if (baton->stack.base - 1 - address < BATON_PAGE_SIZE)
        gasp_say(gasp, ": the stack's guard page. The stack overflowed");
    else if (!is_mapped && address - baton->direct_map.base < gasp_physical_end(&gasp->frame))
        gasp_say(gasp, ": physical 0x%llx is not in the direct map", (gasp_number)(address - baton->direct_map.base));
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
    return frame % 8 == 0 && gasp_copy(link, frame + GASP_LINK, 2 * sizeof(link[0])) && link[1] != 0 &&
           (gasp->baton.kernel.size == 0 || is_in_kernel(gasp, link[1]));
}

/*
 * The chain that functions with frame pointers leave: by the frame pointer the caller's, above it the return address.
 * Without frame pointers it can hold anything, so the chain ends where it does not go up or leads out of the kernel.
 * A return address that repeats, as in a recursion without end, takes two lines: who began it is to be seen too.
 */
void gasp_say_trace(struct gasp *gasp, unsigned lines)
{
    uint64_t frame = gasp_frame_pointer(&gasp->frame), below = 0, said = 0;
    uint64_t caller, link[2];
    unsigned depth = 0, repeated = 0;

    gasp_say(gasp, "backtrace:\n");
    say_frame(gasp, depth++, gasp_instruction(&gasp->frame));
    if (gasp_find_caller(gasp, &frame, &caller) && is_in_kernel(gasp, caller))
        say_frame(gasp, depth++, caller);
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
