/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies about what the hart was like. */
#include "selfcheck.h"

static const struct lie lies[] = {
    LIE_ENTRY("a0", "argument", x[10], 8),
    LIE_ENTRY("ra", "registers-zero", x[1], 4),
    LIE_ENTRY("gp", "registers-zero", x[3], 1),
    LIE_ENTRY("tp", "registers-zero", x[4], 1ULL << 63),
    LIE_ENTRY("t0", "registers-zero", x[5], 1),
    LIE_ENTRY("a1", "registers-zero", x[11], 1),
    LIE_ENTRY("t6", "registers-zero", x[31], 1ULL << 12),
    LIE_ENTRY("sp", "stack-pointer", x[2], 8),
    LIE_ENTRY("other-levels", "paging-levels", satp, 1ULL << 60),
    LIE_ENTRY("asid", "satp", satp, 1ULL << 44),
    LIE_ENTRY("tables-elsewhere", "satp", satp, 1ULL << 40),
    LIE_ENTRY("interrupts-on", "sstatus", sstatus, 1 << 1),
    LIE_ENTRY("interrupts-off-later", "sstatus", sstatus, 1 << 5),
    LIE_ENTRY("big-endian", "sstatus", sstatus, 1 << 6),
    LIE_ENTRY("vectors", "sstatus", sstatus, 1 << 9),
    LIE_ENTRY("user-memory", "sstatus", sstatus, 1 << 18),
    LIE_ENTRY("executable-readable", "sstatus", sstatus, 1 << 19),
    LIE_ENTRY("timer-interrupt", "interrupts", sie, 1 << 5),
    LIE_ENTRY("handler-elsewhere", "handler", stvec, 1ULL << 40),
    LIE_ENTRY("handler-vectored", "handler", stvec, 1),
    LIE_ENTRY("sscratch", "other-registers", sscratch, 1),
    LIE_ENTRY("scounteren", "other-registers", scounteren, 7),
    LIE_ENTRY("sepc", "other-registers", sepc, 4),
    LIE_ENTRY("no-floating-point", "floating-point", sstatus, 1 << 13),
    LIE_ENTRY("fcsr", "floating-point", fcsr, 1),
    LIE_SUBJECT("wrong-number", "floating-point", machine.wrong_number, 1),
};
const struct lie_list lies_entry = {lies, COUNT(lies)};
