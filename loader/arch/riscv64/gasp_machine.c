/* SPDX-License-Identifier: BSD-2-Clause */
/* The words for an exception (gasp.h). */
#include "gasp.h"

/* scause (privileged architecture, table 4.2) */
#define INTERRUPT           (1ULL << 63)
#define FETCH_ACCESS        1
#define ILLEGAL_INSTRUCTION 2
#define LOAD_ACCESS         5
#define STORE_ACCESS        7
#define FETCH_PAGE          12
#define LOAD_PAGE           13
#define STORE_PAGE          15

#define SSTATUS_SPP (1ULL << 8)

#define LEAF_MOST (64ULL << 10) /* bytes from one frame to the next */

#define ENTRY_VALID (1U << 0)
#define ENTRY_LEAF  (7U << 1)             /* one of read, write, execute */
#define ENTRY_PAGES 0x003ffffffffffc00ULL /* the page number, from bit 10 on */

/* By number; the last one is for all that follow. */
static const char exceptions[] = "misaligned instruction|"
                                 "instruction access fault|"
                                 "illegal instruction|"
                                 "breakpoint|"
                                 "misaligned load|"
                                 "load access fault|"
                                 "misaligned store|"
                                 "store access fault|"
                                 "call from user mode|"
                                 "call from supervisor mode|"
                                 "reserved|"
                                 "reserved|"
                                 "instruction page fault|"
                                 "load page fault|"
                                 "reserved|"
                                 "store page fault|"
                                 "reserved|"
                                 "reserved|"
                                 "software check|"
                                 "hardware error|"
                                 "reserved";
static const char interrupts[] = "interrupt|"
                                 "software interrupt|"
                                 "interrupt|"
                                 "interrupt|"
                                 "interrupt|"
                                 "timer interrupt|"
                                 "interrupt|"
                                 "interrupt|"
                                 "interrupt|"
                                 "external interrupt|"
                                 "interrupt";

/* By number, three letters each. */
static const char names[] = "ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10s11t3 t4 t5 "
                            "t6 ";

void gasp_say_exception(struct gasp *gasp, const struct gasp_frame *frame, const char *where)
{
    gasp_say_head(gasp, frame->scause & ~INTERRUPT, frame->scause & INTERRUPT ? interrupts : exceptions, where);
}

/* The page tables' entry that decides about an address: a leaf's, or one of zeros. False: they cannot be read. */
static bool find_entry(const struct gasp *gasp, uint64_t address, uint64_t *ret_entry)
{
    const struct gasp_frame *frame = &gasp->frame;
    uint64_t table = (frame->satp & SATP_PAGE_MASK) * BATON_PAGE_SIZE, entry = 0;

    if (frame->satp >> SATP_MODE_SHIFT < SATP_SV39)
        return false;
    for (unsigned level = gasp_levels(frame); level > 0; level--) {
        uint64_t index = address >> (12 + 9 * (level - 1)) & 511;

        if (!gasp_copy(&entry, gasp->baton.direct_map.base + table + index * sizeof(entry), sizeof(entry)))
            return false;
        if (!(entry & ENTRY_VALID) || (entry & ENTRY_LEAF))
            break;
        table = (entry & ENTRY_PAGES) << 2;
    }
    *ret_entry = entry;
    return true;
}

/* The hart does not say what was wrong, but the tables do. */
static void say_page_fault(struct gasp *gasp, uint64_t address)
{
    uint64_t entry;
    bool known = find_entry(gasp, address, &entry), valid = known && (entry & ENTRY_VALID) != 0;

    if (known)
        gasp_say(gasp, ", %s", valid ? "present, but not permitted" : "not present");
    gasp_say_place(gasp, address, valid);
}

static bool is_page_fault(uint64_t cause)
{
    return cause == FETCH_PAGE || cause == LOAD_PAGE || cause == STORE_PAGE;
}

static bool is_fetch(uint64_t cause)
{
    return cause == FETCH_PAGE || cause == FETCH_ACCESS;
}

static bool is_store(uint64_t cause)
{
    return cause == STORE_PAGE || cause == STORE_ACCESS;
}

static void say_fault(struct gasp *gasp, const struct gasp_frame *frame)
{
    gasp_say(gasp, ": %s%s ",
             is_fetch(frame->scause)   ? "instruction fetch from"
             : is_store(frame->scause) ? "write to"
                                       : "read of",
             frame->sstatus & SSTATUS_SPP ? "" : " (user mode)");
    gasp_say_address(gasp, frame->stval);
    if (is_page_fault(frame->scause))
        say_page_fault(gasp, frame->stval);
    else
        gasp_say(gasp, ": the machine has nothing there, or does not permit it");
}

void gasp_say_cause(struct gasp *gasp)
{
    const struct gasp_frame *frame = &gasp->frame;

    gasp_say(gasp, "scause 0x%llx", (gasp_number)frame->scause);
    if (frame->scause & INTERRUPT)
        gasp_say(gasp, ": an interrupt that has no handler yet");
    else if (is_page_fault(frame->scause) || is_fetch(frame->scause) || is_store(frame->scause) ||
             frame->scause == LOAD_ACCESS)
        say_fault(gasp, frame);
    else if (frame->scause == ILLEGAL_INSTRUCTION && frame->stval != 0)
        gasp_say(gasp, ": 0x%llx", (gasp_number)frame->stval);
    gasp_say(gasp, "\n");
}

void gasp_say_registers(struct gasp *gasp)
{
    const struct gasp_frame *frame = &gasp->frame;
    const unsigned count = sizeof(frame->registers) / sizeof(frame->registers[0]);

    for (unsigned i = 0; i < count; i++)
        gasp_say(gasp, "%.3s 0x%016llx%s", names + 3 * (size_t)i, (gasp_number)frame->registers[i],
                 i % 4 == 3 || i + 1 == count ? "\n" : "  ");
    gasp_say(gasp, "pc  ");
    gasp_say_address(gasp, frame->sepc);
    gasp_say(gasp, "\nstval 0x%016llx  sstatus 0x%016llx  satp 0x%016llx\n", (gasp_number)frame->stval,
             (gasp_number)frame->sstatus, (gasp_number)frame->satp);
}

/* ra has it. A function of gcc's that calls nobody keeps it there, too: its frame has the caller's frame pointer in the
 * place of the return address. */
bool gasp_find_caller(const struct gasp *gasp, uint64_t *frame, uint64_t *ret_address)
{
    uint64_t callers;

    *ret_address = gasp->frame.registers[GASP_RA];
    if (is_fetch(gasp->frame.scause))
        return true;
    if (*frame % 8 != 0 || !gasp_copy(&callers, *frame - sizeof(callers), sizeof(callers)) || callers % 8 != 0 ||
        callers <= *frame || callers - *frame > LEAF_MOST)
        return false;
    *frame = callers;
    return true;
}
