/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An entry of the page tables of Sv39 and Sv48:
 *
 *     63 62 61 60      54 53                  10 9 8 7 6 5 4 3 2 1 0
 *     N  PBMT  reserved   physical page number   RSW D A G U X W R V
 *
 * One without R, W and X leads to a table, and says nothing else.
 */
#include "hart.h"

#define VALID           (1ULL << 0)
#define READ            (1ULL << 1)
#define WRITE           (1ULL << 2)
#define EXECUTE         (1ULL << 3)
#define USER            (1ULL << 4)
#define GLOBAL          (1ULL << 5)
#define ACCESSED        (1ULL << 6)
#define DIRTY           (1ULL << 7)
#define LEAF            (READ | WRITE | EXECUTE)
#define MEMORY_TYPE     (3ULL << 61)
#define PAGES           (SATP_PAGE_MASK << 10)
#define PAGE_TO_ADDRESS 2 /* an entry has address >> 2 */

unsigned paging_roots(struct paging_root *ret_roots)
{
    const unsigned levels = hart_levels();

    ret_roots[0] =
        (struct paging_root){(entry_state.satp & SATP_PAGE_MASK) * PAGE, levels, 0, ~0ULL << (12 + 9 * levels)};
    return 1;
}

/* What is neither told by the rest of struct paging_entry nor as it is promised. */
static uint64_t other_bits(uint64_t entry, uint64_t size)
{
    const uint64_t address = PAGES & (~(size - 1) >> PAGE_TO_ADDRESS);
    const uint64_t told = VALID | WRITE | EXECUTE | USER | GLOBAL | ACCESSED | DIRTY | MEMORY_TYPE | address;

    return (entry & ~told) ^ READ;
}

void paging_decode(uint64_t entry, unsigned level, struct paging_entry *ret_entry)
{
    const bool leaf = (entry & LEAF) != 0;
    const uint64_t size = leaf ? PAGE << 9 * (level - 1) : PAGE;

    *ret_entry = (struct paging_entry){
        .present = (entry & VALID) != 0,
        .leaf = leaf || level == 1,
        .physical = ((entry & PAGES) << PAGE_TO_ADDRESS) & ~(size - 1),
        .allowed = MAPPED_WRITE | MAPPED_EXECUTE | MAPPED_USER | MAPPED_ACCESSED,
    };
    if (!ret_entry->leaf)
        return;
    ret_entry->allowed = (entry & WRITE ? MAPPED_WRITE : 0) | (entry & EXECUTE ? MAPPED_EXECUTE : 0) |
                         (entry & USER ? MAPPED_USER : 0) | (entry & ACCESSED ? MAPPED_ACCESSED : 0);
    ret_entry->more = (entry & GLOBAL ? MAPPED_GLOBAL : 0) | (entry & DIRTY ? MAPPED_DIRTY : 0);
    ret_entry->cache = (uint32_t)((entry & MEMORY_TYPE) >> 61);
    ret_entry->other = other_bits(entry, size);
}
