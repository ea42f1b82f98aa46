/* SPDX-License-Identifier: BSD-2-Clause */
/* Accessed and dirty bits are set from the start, so that tables are never written by the processor. */
#include "paging.h"

/*
 * An x86-64 entry:
 *
 *   63  62..52  51..12   11..9  8       7         6      5         4        3        2     1      0
 *   NX  -       address  -      global  PAT/size  dirty  accessed  PCD      PWT      user  write  present
 *
 * Bit 7 is the PAT bit in a 4 KiB leaf and "this is a leaf" above; there bit 12 is the PAT bit. PAT entry 5 is
 * PAT=1 PCD=0 PWT=1, entry 3 PAT=0 PCD=1 PWT=1.
 */
const struct paging_format paging_x86_64 = {
    .table = 1ULL << 0 | 1ULL << 1 | 1ULL << 5,
    .page = 1ULL << 0 | 1ULL << 5 | 1ULL << 6,
    .large = 1ULL << 0 | 1ULL << 5 | 1ULL << 6 | 1ULL << 7,
    .is_table_mask = 1ULL << 7,
    .write = 1ULL << 1,
    .no_execute = 1ULL << 63,
    .write_combining = 1ULL << 7 | 1ULL << 3,
    .write_combining_large = 1ULL << 12 | 1ULL << 3,
    .device = 1ULL << 4 | 1ULL << 3,
    .address_mask = 0x000ffffffffff000ULL,
};

/*
 * An AArch64 descriptor (VMSAv8-64, 4 KiB granule):
 *
 *   54   53   52    51     47..12   11  10  9..8          7          6          5   4..2             1           0
 *   UXN  PXN  cont  dirty  address  nG  AF  shareability  read-only  EL0 too    NS  index into MAIR  table/page  valid
 *
 * Bit 1 is 1 in a table's descriptor and in a 4 KiB leaf, 0 in a larger leaf. Shareability 3 is inner.
 */
#define AARCH64_PAGE (1ULL << 0 | 1ULL << 1 | 3ULL << 8 | 1ULL << 10)
#define AARCH64_FORMAT                                                                                                 \
    .table = 1ULL << 0 | 1ULL << 1, .is_table_mask = 1ULL << 1, .is_table = 1ULL << 1, .read_only = 1ULL << 7,         \
    .write_combining = 1ULL << 2, .write_combining_large = 1ULL << 2, .device = 2ULL << 2,                             \
    .address_mask = 0x0000fffffffff000ULL

/* Nothing is for EL0: all that EL1 may execute, EL0 may not. Nothing is global. */
const struct paging_format paging_aarch64 = {
    AARCH64_FORMAT,        .page = AARCH64_PAGE | 1ULL << 11,     .large = (AARCH64_PAGE & ~(1ULL << 1)) | 1ULL << 11,
    .execute = 1ULL << 54, .no_execute = 1ULL << 54 | 1ULL << 53, .has_two_roots = true,
};

/* Without EL0 bit 6 is 1, and bit 54 is for all there is (D8.4.1). */
const struct paging_format paging_aarch64_el2 = {
    AARCH64_FORMAT,
    .page = AARCH64_PAGE | 1ULL << 6,
    .large = (AARCH64_PAGE & ~(1ULL << 1)) | 1ULL << 6,
    .no_execute = 1ULL << 54,
};

/*
 * A RISC-V entry:
 *
 *   63  62..61      60..54  53..10        9..8  7      6         5       4     3        2      1     0
 *   N   PBMT        -       address >> 2  -     dirty  accessed  global  user  execute  write  read  valid
 *
 * An entry that can neither be read, written nor executed points to a table, and has all other bits clear. PBMT 1 is
 * non-cacheable, 2 I/O.
 */
#define RISCV64_LEAF (1ULL << 0 | 1ULL << 1 | 1ULL << 6 | 1ULL << 7)
#define RISCV64_FORMAT                                                                                                 \
    .table = 1ULL << 0, .page = RISCV64_LEAF, .large = RISCV64_LEAF, .is_table_mask = 7ULL << 1, .write = 1ULL << 2,   \
    .execute = 1ULL << 3, .address_mask = 0x003ffffffffffc00ULL, .address_shift = 2

const struct paging_format paging_riscv64 = {RISCV64_FORMAT};

const struct paging_format paging_riscv64_svpbmt = {
    RISCV64_FORMAT,
    .write_combining = 1ULL << 61,
    .write_combining_large = 1ULL << 61,
    .device = 2ULL << 61,
};
