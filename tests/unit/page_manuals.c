/* SPDX-License-Identifier: BSD-2-Clause */
#include "page_manuals.h"

#define BIT(n) (1ULL << (n))

/* Intel SDM 3A, tables 4-15 to 4-20; PAT entry 5 is write-combining, 3 uncached. */
static uint64_t x86_64_leaf(unsigned level, uint32_t permissions)
{
    uint64_t bits = BIT(0) | BIT(5) | BIT(6) | (level > 1 ? BIT(7) : 0);

    bits |= permissions & PERMIT_WRITE ? BIT(1) : 0;
    bits |= permissions & PERMIT_EXECUTE ? 0 : BIT(63);
    if (permissions & PERMIT_WRITE_COMBINING)
        bits |= BIT(3) | (level > 1 ? BIT(12) : BIT(7));
    return bits | (permissions & PERMIT_DEVICE ? BIT(3) | BIT(4) : 0);
}

/* DDI 0487, D8.3.2 and D8.4.1: attribute index in bits 4-2, AP[2] bit 7, SH 9-8, AF 10, nG 11, PXN 53, UXN 54. */
static uint64_t aarch64_leaf(unsigned level, uint32_t permissions)
{
    uint64_t index = permissions & PERMIT_WRITE_COMBINING ? 1 : permissions & PERMIT_DEVICE ? 2 : 0;

    return BIT(0) | (level == 1 ? BIT(1) : 0) | index << 2 | (permissions & PERMIT_WRITE ? 0 : BIT(7)) | 3ULL << 8 |
           BIT(10) | BIT(11) | BIT(54) | (permissions & PERMIT_EXECUTE ? 0 : BIT(53));
}

/* One range of addresses: AP[1] is 1, there is no nG, and XN is bit 54. */
static uint64_t aarch64_el2_leaf(unsigned level, uint32_t permissions)
{
    uint64_t bits = aarch64_leaf(level, permissions) & ~(BIT(11) | BIT(53) | BIT(54));

    return bits | BIT(6) | (permissions & PERMIT_EXECUTE ? 0 : BIT(54));
}

/* Privileged architecture, 4.4.1: V, R, W, X, then A and D. */
static uint64_t riscv64_leaf(unsigned level, uint32_t permissions)
{
    (void)level;
    return BIT(0) | BIT(1) | (permissions & PERMIT_WRITE ? BIT(2) : 0) | (permissions & PERMIT_EXECUTE ? BIT(3) : 0) |
           BIT(6) | BIT(7);
}

/* 5.3: PBMT, bits 62-61, is 1 for NC, 2 for IO. */
static uint64_t svpbmt_leaf(unsigned level, uint32_t permissions)
{
    uint64_t kind = permissions & PERMIT_WRITE_COMBINING ? 1 : permissions & PERMIT_DEVICE ? 2 : 0;

    return riscv64_leaf(level, permissions) | kind << 61;
}

const struct page_manual page_manuals[PAGE_MANUALS] = {
    {&paging_x86_64, 4, 47, x86_64_leaf, BIT(0) | BIT(1) | BIT(5), BIT(7), 0, 12, 52, 1},
    {&paging_x86_64, 5, 47, x86_64_leaf, BIT(0) | BIT(1) | BIT(5), BIT(7), 0, 12, 52, 1},
    {&paging_aarch64, 4, 48, aarch64_leaf, BIT(0) | BIT(1), BIT(1), BIT(1), 12, 48, 2},
    {&paging_aarch64_el2, 4, 47, aarch64_el2_leaf, BIT(0) | BIT(1), BIT(1), BIT(1), 12, 48, 1},
    {&paging_riscv64, 3, 38, riscv64_leaf, BIT(0), 7 << 1, 0, 10, 56, 1},
    {&paging_riscv64, 4, 47, riscv64_leaf, BIT(0), 7 << 1, 0, 10, 56, 1},
    {&paging_riscv64, 5, 47, riscv64_leaf, BIT(0), 7 << 1, 0, 10, 56, 1},
    {&paging_riscv64_svpbmt, 3, 38, svpbmt_leaf, BIT(0), 7 << 1, 0, 10, 56, 1},
    {&paging_riscv64_svpbmt, 4, 47, svpbmt_leaf, BIT(0), 7 << 1, 0, 10, 56, 1},
};
