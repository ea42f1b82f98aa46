/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 4a: the registers on entry, by exact value. */
#include "selfcheck.h"

#include "format.h"

#define DAIF          0x3c0ULL
#define SCTLR         0x30d0190dULL
#define SCTLR_ALONE   0x30c5183dULL
#define TCR           0xb5103510ULL
#define TCR_ALONE     0x80803510ULL
#define TCR_IPS_SHIFT 32
#define TCR_PS_SHIFT  16
#define ADDRESS_SIZES 5 /* 48 bits, which is all that 4 KiB pages have without more */
#define MAIR          0x0444ffULL
#define TTBR_ADDRESS  0x0000fffffffff000ULL
#define CPACR_FPEN    (3ULL << 20)
#define CPACR_ZEN     (3ULL << 16)
#define CPTR_TFP      (1ULL << 10) /* EL2's traps */
#define CPTR_TZ       (1ULL << 8)
#define HCR_TGE       (1ULL << 27)
#define TIMER_ON      1ULL
#define VECTORS       2048ULL /* bytes */

static void check_argument(struct subject *subject)
{
    expect_equal("X0", subject->entry.x[0], (uint64_t)(uintptr_t)subject->baton);
}

static void check_others(struct subject *subject)
{
    for (unsigned i = 1; i < COUNT(subject->entry.x); i++)
        if (subject->entry.x[i] != 0)
            broken("X%u is %#lx instead of 0", i, subject->entry.x[i]);
}

static void check_stack(struct subject *subject)
{
    const struct baton_stack *stack = &subject->baton->stack;

    expect_equal("SP", subject->entry.sp, stack->base + stack->size);
    expect_equal("SP % 16", subject->entry.sp % 16, 0);
    expect_equal("SPSel", subject->entry.spsel, 1);
}

/* SS and IL cannot be read; with either of them the first instruction would not have been run as it was. */
static void check_pstate(struct subject *subject)
{
    expect_equal("DAIF", subject->entry.daif, DAIF);
    expect_equal("NZCV", subject->entry.nzcv, 0);
    expect_equal("PAN", subject->entry.pan, 0);
    expect_equal("UAO", subject->entry.uao, 0);
}

/* The test knows what the firmware runs at. */
static void check_level(struct subject *subject)
{
    uint64_t level;

    if (!option_number(subject->baton->command_line, "level", &level))
        broken("the test does not say level=");
    else
        expect_equal("CurrentEL", subject->entry.current_el >> 2, level);
    if (is_at_el2() && READ_REGISTER(id_aa64mmfr1_el1) >> 8 & 0xf)
        expect_equal("HCR_EL2's E2H and TGE", subject->entry.hcr & (HCR_E2H | HCR_TGE), HCR_E2H | HCR_TGE);
}

static void check_sctlr(struct subject *subject)
{
    expect_equal("SCTLR", subject->entry.sctlr, is_alone_at_el2() ? SCTLR_ALONE : SCTLR);
}

static void check_tcr(struct subject *subject)
{
    uint64_t size = READ_REGISTER(id_aa64mmfr0_el1) & 0xf;

    size = size > ADDRESS_SIZES ? ADDRESS_SIZES : size;
    expect_equal("TCR", subject->entry.tcr,
                 is_alone_at_el2() ? TCR_ALONE | size << TCR_PS_SHIFT : TCR | size << TCR_IPS_SHIFT);
}

static void check_mair(struct subject *subject)
{
    expect_equal("MAIR", subject->entry.mair, MAIR);
}

static void check_root(const struct subject *subject, const char *name, uint64_t root)
{
    if (root & ~TTBR_ADDRESS)
        broken("%s is %#lx, which is more than an address", name, root);
    if (!map_is_kind(subject, root & TTBR_ADDRESS, PAGE, BATON_MEMORY_PAGE_TABLES))
        broken("%s is %#lx, and the map does not call that page tables", name, root);
}

static void check_roots(struct subject *subject)
{
    check_root(subject, "TTBR0", subject->entry.ttbr0);
    if (is_alone_at_el2())
        return;
    check_root(subject, "TTBR1", subject->entry.ttbr1);
    expect_equal("TTBR1 - TTBR0", subject->entry.ttbr1 - subject->entry.ttbr0, PAGE);
}

static bool has_sve(void)
{
    return id_field(READ_REGISTER(id_aa64pfr0_el1), 32) != 0;
}

static void check_floating_point(struct subject *subject)
{
    const struct entry_state *entry = &subject->entry;

    if (is_alone_at_el2())
        expect_equal("CPTR_EL2's traps", entry->cpacr & (CPTR_TFP | CPTR_TZ), 0);
    else
        expect_equal("CPACR", entry->cpacr, CPACR_FPEN | (has_sve() ? CPACR_ZEN : 0));
    expect_equal("FPCR", entry->fpcr, 0);
    expect_equal("FPSR", entry->fpsr, 0);
}

/* The handler's code, at its physical address. What it does only a kernel can tell that goes wrong. */
static void check_vectors(struct subject *subject)
{
    const uint64_t vectors = subject->entry.vbar;

    expect_equal("VBAR % 2048", vectors % VECTORS, 0);
    if (!map_is_kind(subject, vectors, VECTORS, BATON_MEMORY_TRAMPOLINE) || vectors + VECTORS > subject->code_end)
        broken("VBAR is %#lx, which is not in the trampoline's code", vectors);
}

static void check_zeros(struct subject *subject)
{
    const struct entry_state *entry = &subject->entry;

    expect_equal("CNTKCTL", entry->cntkctl, 0);
    expect_equal("CONTEXTIDR", entry->contextidr, 0);
    expect_equal("TPIDR", entry->tpidr, 0);
    expect_equal("TPIDR_EL0", entry->tpidr_el0, 0);
    expect_equal("TPIDRRO_EL0", entry->tpidrro_el0, 0);
    expect_equal("MDSCR", entry->mdscr, 0);
}

static void check_timers(struct subject *subject)
{
    const struct entry_state *entry = &subject->entry;

    expect_equal("the physical timer's enable bit", entry->timer_physical & TIMER_ON, 0);
    expect_equal("the virtual timer's enable bit", entry->timer_virtual & TIMER_ON, 0);
    expect_equal("the hypervisor's timer's enable bit", entry->timer_hypervisor & TIMER_ON, 0);
    expect_equal("the hypervisor's virtual timer's enable bit", entry->timer_hypervisor_virtual & TIMER_ON, 0);
}

static bool simd_fine;

static void spill(void *argument)
{
    const struct subject *subject = argument;

    simd_fine = simd_spill(subject->machine.wrong_number ? 2 : 1);
}

static void check_simd(struct subject *subject)
{
    struct fault fault;

    simd_fine = false;
    if (faults_catch(spill, subject, &fault))
        broken("exception of class %#lx in a function with SIMD registers on its stack", fault.vector);
    else if (!simd_fine)
        broken("SIMD or floating point's arithmetic is wrong");
}

static const struct check checks[] = {
    {"argument", check_argument},
    {"registers-zero", check_others},
    {"stack-pointer", check_stack},
    {"pstate", check_pstate},
    {"exception-level", check_level},
    {"sctlr", check_sctlr},
    {"tcr", check_tcr},
    {"mair", check_mair},
    {"ttbr", check_roots},
    {"floating-point", check_floating_point},
    {"vectors", check_vectors},
    {"other-registers", check_zeros},
    {"timers", check_timers},
    {"simd", check_simd},
};
const struct check_list registers_checks = {checks, COUNT(checks)};
