/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A descriptor of VMSAv8-64's, with a granule of 4 KiB:
 *
 *     a leaf  | 63  59 58  55 54  53  52   51  50 49 48 47     12 11 10 9  8 7  6  5  4   2 1 0
 *             | (free)        UXN PXN cont DBM GP 0     address   nG AF SH   RO EL0 NS index t 1
 *     a table | 63 62 61    60   59   58              47     12 11                         1 0
 *             | NS RO noEL0 noUX noPX (free)             address (free)                    1 1
 *
 * t is 1 in a leaf of level 1, and 0 in a larger one, which levels 2 and 3 have. At EL2 without VHE bit 54 is for all
 * there is, 53 and 11 are 0, and 6 is 1.
 */
#include "level.h"

#define VALID           (1ULL << 0)
#define TABLE           (1ULL << 1)
#define EL0             (1ULL << 6)
#define READ_ONLY       (1ULL << 7)
#define INNER_SHAREABLE (3ULL << 8)
#define ACCESSED        (1ULL << 10)
#define NOT_GLOBAL      (1ULL << 11)
#define PXN             (1ULL << 53)
#define UXN             (1ULL << 54)
#define TABLE_PXN       (1ULL << 59)
#define TABLE_UXN       (1ULL << 60)
#define TABLE_NO_EL0    (1ULL << 61)
#define TABLE_READ_ONLY (1ULL << 62)
#define INDEX           (7ULL << 2)
#define ADDRESS         0x0000fffffffff000ULL
#define UPPER           0xffff000000000000ULL
#define LEVELS          4

unsigned paging_roots(struct paging_root *ret_roots)
{
    ret_roots[0] = (struct paging_root){entry_state.ttbr0 & ADDRESS, LEVELS, 0, 0};
    ret_roots[1] = (struct paging_root){entry_state.ttbr1 & ADDRESS, LEVELS, UPPER, UPPER};
    return is_alone_at_el2() ? 1 : 2;
}

/* What is neither told by the rest of struct paging_entry nor as it is promised. */
static uint64_t other_bits(uint64_t entry, uint64_t size)
{
    const bool alone = is_alone_at_el2();
    const uint64_t told = VALID | TABLE | INDEX | READ_ONLY | UXN | (ADDRESS & ~(size - 1)) |
                          (alone ? ACCESSED : EL0 | ACCESSED | NOT_GLOBAL | PXN);

    return (entry & ~told) ^ (alone ? INNER_SHAREABLE | EL0 : INNER_SHAREABLE);
}

static void decode_leaf(uint64_t entry, uint64_t size, struct paging_entry *ret_entry)
{
    const bool alone = is_alone_at_el2();
    const bool user = !alone && (entry & EL0 || !(entry & UXN));

    ret_entry->physical = entry & ADDRESS & ~(size - 1);
    ret_entry->allowed = (entry & READ_ONLY ? 0 : MAPPED_WRITE) | (user ? MAPPED_USER : 0) |
                         (entry & (alone ? UXN : PXN) ? 0 : MAPPED_EXECUTE) | (entry & ACCESSED ? MAPPED_ACCESSED : 0);
    ret_entry->more = MAPPED_DIRTY | (alone || entry & NOT_GLOBAL ? 0 : MAPPED_GLOBAL);
    ret_entry->cache = (uint32_t)((entry & INDEX) >> 2);
    ret_entry->other = other_bits(entry, size);
}

void paging_decode(uint64_t entry, unsigned level, struct paging_entry *ret_entry)
{
    const bool table = (entry & TABLE) != 0;

    *ret_entry = (struct paging_entry){.leaf = level == 1 || !table};
    /* The lowest level has leaves with the bit only, the top one tables only. */
    ret_entry->present = entry & VALID && (table || (level == 2 || level == 3));
    if (ret_entry->leaf) {
        decode_leaf(entry, PAGE << 9 * (level - 1), ret_entry);
        return;
    }
    ret_entry->physical = entry & ADDRESS;
    ret_entry->allowed = MAPPED_ACCESSED | (entry & TABLE_READ_ONLY ? 0 : MAPPED_WRITE) |
                         (entry & TABLE_NO_EL0 && entry & TABLE_UXN ? 0 : MAPPED_USER) |
                         (entry & (is_alone_at_el2() ? TABLE_UXN : TABLE_PXN) ? 0 : MAPPED_EXECUTE);
}
