/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck.h"

#include "memory.h"

#define PAR_FAILED     1ULL
#define PAR_ADDRESS    0x0000fffffffff000ULL
#define MPIDR_AFFINITY 0xff00ffffffULL
#define CLOCK_SECONDS  0 /* PL031's data register */

#define LEAF           (1ULL << 0 | 1ULL << 1 | 3ULL << 8 | 1ULL << 10) /* a page, shareable, accessed */
#define LEAF_READ_ONLY (1ULL << 7)
#define LEAF_ALONE     (1ULL << 6 | 1ULL << 54)               /* no EL0, not executable */
#define LEAF_NOT_ALONE (1ULL << 11 | 1ULL << 53 | 1ULL << 54) /* not global, not executable */

/* Nothing changes by looking later. */
void machine_look(struct machine_state *ret_machine)
{
    ret_machine->wrong_answer = 0;
    ret_machine->wrong_count = 0;
    ret_machine->wrong_access = false;
    ret_machine->wrong_number = false;
}

uint64_t entry_execute(void)
{
    return is_alone_at_el2() ? 1ULL << 54 : 1ULL << 53;
}

uint64_t entry_new_leaf(uint64_t index, bool writable)
{
    return LEAF | index << 2 | (writable ? 0 : LEAF_READ_ONLY) | (is_alone_at_el2() ? LEAF_ALONE : LEAF_NOT_ALONE);
}

/* By the live page tables, whatever the baton says. */
static uint64_t translate(uint64_t address)
{
    uint64_t result;

    if (is_alone_at_el2())
        __asm__ volatile("at s1e2r, %0\n\tisb" : : "r"(address) : "memory");
    else
        __asm__ volatile("at s1e1r, %0\n\tisb" : : "r"(address) : "memory");
    result = READ_REGISTER(par_el1);
    if (result & PAR_FAILED)
        give_up("%#lx is not mapped", address);
    return (result & PAR_ADDRESS) | (address & (PAGE - 1));
}

void machine_write(uint64_t address, const void *bytes, uint64_t size)
{
    const uint8_t *from = bytes;

    for (uint64_t done = 0, part; done < size; done += part) {
        part = PAGE - (address + done) % PAGE;
        part = part < size - done ? part : size - done;
        memcpy((void *)(uintptr_t)window_open(translate(address + done), ENTRY_NEW_LEAF), from + done, part);
        window_close();
    }
}

/* MAIR's indices. */
uint32_t machine_memory_type(uint32_t cache)
{
    static const uint32_t types[] = {TYPE_WRITE_BACK, TYPE_WRITE_COMBINING, TYPE_DEVICE};

    return cache < COUNT(types) ? types[cache] : TYPE_OTHER;
}

uint64_t machine_largest_leaf(void)
{
    return PAGE << 18;
}

uint64_t machine_boot_cpu(void)
{
    return READ_REGISTER(mpidr_el1) & MPIDR_AFFINITY;
}

/* The test knows where the machine's PL031 is. */
bool machine_clock(const struct subject *subject, uint64_t *ret_seconds)
{
    uint64_t clock;

    if (!option_number(subject->baton->command_line, "rtc", &clock))
        return false;
    *ret_seconds = mmio_read(clock + CLOCK_SECONDS);
    return true;
}

/* The processor says it, and the loader has it from there. */
bool machine_frequency_is(uint64_t frequency, uint64_t *ret_measured)
{
    *ret_measured = READ_REGISTER(cntfrq_el0);
    return frequency == *ret_measured;
}
