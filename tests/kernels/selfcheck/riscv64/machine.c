/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck.h"

#include "memory.h"

#define SBI_HARTS       0x48534d /* the extension HSM */
#define SBI_HART_STATUS 2
#define HART_STARTED    0
#define MOST_HARTS      64

/* Nothing changes by looking later. */
void machine_look(struct machine_state *ret_machine)
{
    ret_machine->wrong_number = false;
}

static uint64_t entry_at(uint64_t table, unsigned index)
{
    uint64_t entry = *(volatile uint64_t *)window_open(table + index * sizeof(entry), ENTRY_NEW_LEAF);

    window_close();
    return entry;
}

/* By the live page tables, whatever the baton says. */
static uint64_t translate(uint64_t address)
{
    struct paging_root root[PAGING_ROOTS];
    uint64_t table;

    (void)paging_roots(root);
    table = root->physical;
    for (unsigned level = root->levels; level > 0; level--) {
        struct paging_entry entry;

        paging_decode(entry_at(table, address >> (12 + 9 * (level - 1)) & 511), level, &entry);
        if (!entry.present)
            break;
        if (entry.leaf)
            return entry.physical | (address & ((PAGE << 9 * (level - 1)) - 1));
        table = entry.physical;
    }
    give_up("%#lx is not mapped", address);
}

void machine_write(uint64_t address, const void *bytes, uint64_t size)
{
    const uint8_t *from = bytes;

    for (uint64_t done = 0, part; done < size; done += part) {
        uint64_t physical = translate(address + done);

        part = PAGE - physical % PAGE;
        part = part < size - done ? part : size - done;
        memcpy((void *)(uintptr_t)window_open(physical, ENTRY_NEW_LEAF), from + done, part);
        window_close();
    }
}

/* Svpbmt's types. What has none is as the hart knows it to be: memory is cached. */
uint32_t machine_memory_type(uint32_t cache)
{
    static const uint32_t types[] = {TYPE_WRITE_BACK, TYPE_WRITE_COMBINING, TYPE_DEVICE};

    return cache < COUNT(types) ? types[cache] : TYPE_OTHER;
}

uint64_t machine_largest_leaf(void)
{
    return PAGE << 18;
}

/* mhartid is for machine mode. U-Boot runs on one hart and leaves the others stopped. */
uint64_t machine_boot_cpu(void)
{
    uint64_t found = MOST_HARTS, status;

    for (uint64_t hart = 0; hart < MOST_HARTS; hart++) {
        if (!sbi_call(SBI_HARTS, SBI_HART_STATUS, hart, &status) || status != HART_STARTED)
            continue;
        if (found != MOST_HARTS)
            broken("the harts %lu and %lu have both been started", found, hart);
        found = hart;
    }
    return found;
}
