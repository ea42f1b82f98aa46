/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An entry of x86-64's page tables:
 *
 *     63  62        52 51                       12 11  9  8  7   6  5  4   3   2  1  0
 *     NX  (ignored)    physical address                   G  PS  D  A  PCD PWT U  W  P
 *
 * A leaf's PAT bit is bit 7 at level 1 and bit 12 above.
 */
#include "kit.h"

#define ENTRY_PRESENT    (1ULL << 0)
#define ENTRY_WRITE      (1ULL << 1)
#define ENTRY_USER       (1ULL << 2)
#define ENTRY_ACCESSED   (1ULL << 5)
#define ENTRY_DIRTY      (1ULL << 6)
#define ENTRY_LEAF       (1ULL << 7)
#define ENTRY_GLOBAL     (1ULL << 8)
#define ENTRY_NO_EXECUTE (1ULL << 63)
#define ENTRY_ADDRESS    0x000ffffffffff000ULL
#define CR4_LA57         (1ULL << 12)

unsigned paging_roots(struct paging_root *ret_roots)
{
    unsigned levels = entry_state.cr4 & CR4_LA57 ? 5 : 4;

    ret_roots[0] = (struct paging_root){entry_state.cr3 & ENTRY_ADDRESS, levels, 0, ~0ULL << (12 + 9 * levels)};
    return 1;
}

void paging_decode(uint64_t entry, unsigned level, struct paging_entry *ret_entry)
{
    const uint64_t pat = level == 1 ? entry >> 7 & 1 : entry >> 12 & 1;
    const bool leaf = level == 1 || (level <= 3 && entry & ENTRY_LEAF);
    const uint64_t size = leaf ? PAGE << 9 * (level - 1) : PAGE;

    *ret_entry = (struct paging_entry){
        .present = (entry & ENTRY_PRESENT) != 0,
        .leaf = leaf,
        .physical = entry & ENTRY_ADDRESS & ~(size - 1),
        .allowed = (entry & ENTRY_WRITE ? MAPPED_WRITE : 0) | (entry & ENTRY_USER ? MAPPED_USER : 0) |
                   (entry & ENTRY_NO_EXECUTE ? 0 : MAPPED_EXECUTE) | (entry & ENTRY_ACCESSED ? MAPPED_ACCESSED : 0),
        .more = (entry & ENTRY_GLOBAL ? MAPPED_GLOBAL : 0) | (entry & ENTRY_DIRTY ? MAPPED_DIRTY : 0),
        .cache = (uint32_t)(pat << 2 | (entry >> 3 & 3)),
    };
}
