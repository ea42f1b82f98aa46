/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 4b: the registers on entry, by exact value. */
#include "selfcheck.h"

#define SATP_ASID      (0xffffULL << 44)
#define SSTATUS_SIE    (1ULL << 1)
#define SSTATUS_SPIE   (1ULL << 5)
#define SSTATUS_UBE    (1ULL << 6)
#define SSTATUS_SPP    (1ULL << 8)
#define SSTATUS_VS     (3ULL << 9)
#define SSTATUS_FS     (3ULL << 13)
#define SSTATUS_FS_ONE (1ULL << 13)
#define SSTATUS_SUM    (1ULL << 18)
#define SSTATUS_MXR    (1ULL << 19)
#define SSTATUS_TOLD   (SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_UBE | SSTATUS_SPP | SSTATUS_SUM | SSTATUS_MXR)

#pragma GCC visibility push(hidden)
extern const uint8_t kernel_entry[];
#pragma GCC visibility pop

static void check_argument(struct subject *subject)
{
    expect_equal("a0", subject->entry.x[10], (uint64_t)(uintptr_t)subject->baton);
}

/* But for sp and a0. */
static void check_others(struct subject *subject)
{
    for (unsigned i = 1; i < COUNT(subject->entry.x); i++)
        if (i != 2 && i != 10 && subject->entry.x[i] != 0)
            broken("x%u is %#lx instead of 0", i, subject->entry.x[i]);
}

static void check_stack(struct subject *subject)
{
    const struct baton_stack *stack = &subject->baton->stack;

    expect_equal("sp", subject->entry.x[2], stack->base + stack->size);
    expect_equal("sp % 16", subject->entry.x[2] % 16, 0);
}

/* The test knows the hart. */
static void check_levels(struct subject *subject)
{
    uint64_t levels;

    if (!option_number(subject->baton->command_line, "levels", &levels))
        broken("the test does not say levels=");
    else
        expect_equal("satp's mode", subject->entry.satp >> SATP_MODE_SHIFT, levels + SATP_MODE_LEVELS);
}

static void check_satp(struct subject *subject)
{
    const uint64_t root = (subject->entry.satp & SATP_PAGE_MASK) * PAGE;

    expect_equal("satp's ASID", subject->entry.satp & SATP_ASID, 0);
    if (!map_is_kind(subject, root, PAGE, BATON_MEMORY_PAGE_TABLES))
        broken("satp's tables are at %#lx, and the map does not call that page tables", root);
}

static void check_sstatus(struct subject *subject)
{
    expect_equal("sstatus's SIE, SPIE, UBE, SPP, SUM, MXR", subject->entry.sstatus & SSTATUS_TOLD, SSTATUS_SPIE);
    expect_equal("sstatus's VS", subject->entry.sstatus & SSTATUS_VS, 0);
}

static void check_interrupts(struct subject *subject)
{
    expect_equal("sie", subject->entry.sie, 0);
}

/* The handler's code, at its physical address. What it does only a kernel can tell that goes wrong. */
static void check_handler(struct subject *subject)
{
    const uint64_t handler = subject->entry.stvec;

    expect_equal("stvec's mode", handler & 3, 0);
    if (!map_is_kind(subject, handler & ~3ULL, 4, BATON_MEMORY_TRAMPOLINE) || handler >= subject->code_end)
        broken("stvec is %#lx, which is not in the trampoline's code", handler);
}

static void check_other_registers(struct subject *subject)
{
    expect_equal("sscratch", subject->entry.sscratch, 0);
    expect_equal("scounteren", subject->entry.scounteren, 0);
    expect_equal("sepc", subject->entry.sepc, (uint64_t)(uintptr_t)kernel_entry);
}

static bool float_fine;

static void spill(void *argument)
{
    const struct subject *subject = argument;

    float_fine = float_spill(subject->machine.wrong_number ? 2 : 1);
}

/* The test knows whether there is any. */
static void check_float(struct subject *subject)
{
    const bool any = !option_given(subject->baton->command_line, "no-float");
    struct fault fault;
    bool faulted;

    expect_equal("sstatus's FS", subject->entry.sstatus & SSTATUS_FS, any ? SSTATUS_FS_ONE : 0);
    expect_equal("fcsr", subject->entry.fcsr, 0);
    float_fine = false;
    faulted = faults_catch(spill, subject, &fault);
    if (faulted && any)
        broken("exception %lu in a function with floating-point registers on its stack", fault.vector);
    else if (any && !float_fine)
        broken("floating point's arithmetic is wrong");
}

static const struct check checks[] = {
    {"argument", check_argument},
    {"registers-zero", check_others},
    {"stack-pointer", check_stack},
    {"paging-levels", check_levels},
    {"satp", check_satp},
    {"sstatus", check_sstatus},
    {"interrupts", check_interrupts},
    {"handler", check_handler},
    {"other-registers", check_other_registers},
    {"floating-point", check_float},
};
const struct check_list registers_checks = {checks, COUNT(checks)};
