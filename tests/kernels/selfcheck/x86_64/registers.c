/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 4: the registers on entry, by exact value. */
#include "selfcheck.h"

#define CR4_LA57 0x1000ULL

static void check_argument(struct subject *subject)
{
    expect_equal("RDI", subject->entry.rdi, (uint64_t)(uintptr_t)subject->baton);
}

static void check_others(struct subject *subject)
{
    const struct entry_state *s = &subject->entry;
    const struct {
        const char *name;
        uint64_t value;
    } others[] = {{"RAX", s->rax}, {"RBX", s->rbx}, {"RCX", s->rcx}, {"RDX", s->rdx}, {"RSI", s->rsi},
                  {"RBP", s->rbp}, {"R8", s->r8},   {"R9", s->r9},   {"R10", s->r10}, {"R11", s->r11},
                  {"R12", s->r12}, {"R13", s->r13}, {"R14", s->r14}, {"R15", s->r15}};

    for (size_t i = 0; i < COUNT(others); i++)
        expect_equal(others[i].name, others[i].value, 0);
}

static void check_stack(struct subject *subject)
{
    const struct baton_stack *stack = &subject->baton->stack;

    expect_equal("RSP", subject->entry.rsp, stack->base + stack->size - 8);
    expect_equal("(RSP + 8) % 16", (subject->entry.rsp + 8) % 16, 0);
}

static void check_return_address(struct subject *subject)
{
    expect_equal("the return address", subject->entry.return_address, 0);
}

static void check_rflags(struct subject *subject)
{
    expect_equal("RFLAGS", subject->entry.rflags, 2);
}

static void check_cr0(struct subject *subject)
{
    expect_equal("CR0", subject->entry.cr0, 0x80010033);
}

static void check_cr3(struct subject *subject)
{
    expect_equal("CR3's bits 0-11", subject->entry.cr3 & 0xfff, 0);
    if (!map_is_kind(subject, ROUND_DOWN(subject->entry.cr3), PAGE, BATON_MEMORY_PAGE_TABLES))
        broken("CR3 is %#lx, and the map does not call that page tables", subject->entry.cr3);
}

static void check_cr4(struct subject *subject)
{
    expect_equal("CR4 but for LA57", subject->entry.cr4 & ~CR4_LA57, 0x6e0);
}

/* The test knows what the firmware had. */
static void check_levels(struct subject *subject)
{
    bool five = option_given(subject->baton->command_line, "five");

    expect_equal("CR4.LA57", (subject->entry.cr4 & CR4_LA57) != 0, five);
}

static void check_cr8(struct subject *subject)
{
    expect_equal("CR8", subject->entry.cr8, 0);
}

static void check_dr7(struct subject *subject)
{
    expect_equal("DR7", subject->machine.dr7, 0x400);
}

static void check_bases(struct subject *subject)
{
    expect_equal("the base of FS", subject->machine.fs_base, 0);
    expect_equal("the base of GS", subject->machine.gs_base, 0);
}

static void check_efer(struct subject *subject)
{
    expect_equal("EFER", subject->entry.efer, 0xd00);
}

static void check_pat(struct subject *subject)
{
    expect_equal("PAT", subject->entry.pat, 0x0000010500070406ULL);
}

static void check_mxcsr(struct subject *subject)
{
    expect_equal("MXCSR", subject->entry.mxcsr, 0x1f80);
}

static void check_fpu(struct subject *subject)
{
    expect_equal("the x87 control word", subject->entry.fpu_control, 0x37f);
    expect_equal("the x87 status word", subject->entry.fpu_status, 0);
    expect_equal("the x87 tag word", subject->machine.fpu.tag & 0xffff, 0xffff);
}

static bool sse_fine;

/* Calls sse_spill(1) as C would, or with a stack that is off by `skew`. */
bool sse_call(uint64_t skew);
__asm__(".text\n"
        "sse_call:\n\t"
        "push %rbx\n\t"
        "mov %rdi, %rbx\n\t"
        "sub %rbx, %rsp\n\t"
        "mov $1, %edi\n\t"
        "call sse_spill\n\t"
        "add %rbx, %rsp\n\t"
        "pop %rbx\n\t"
        "ret");

static void spill(void *argument)
{
    const struct subject *subject = argument;

    sse_fine = sse_call(subject->machine.skew);
}

static void check_sse(struct subject *subject)
{
    struct fault fault;

    sse_fine = false;
    if (faults_catch(spill, subject, &fault))
        broken("vector %lu in a function with SSE registers on its stack", fault.vector);
    else if (!sse_fine)
        broken("SSE or x87 arithmetic is wrong");
}

static const struct check checks[] = {
    {"argument", check_argument},
    {"registers-zero", check_others},
    {"stack-pointer", check_stack},
    {"return-address", check_return_address},
    {"rflags", check_rflags},
    {"cr0", check_cr0},
    {"cr3", check_cr3},
    {"cr4", check_cr4},
    {"paging-levels", check_levels},
    {"cr8", check_cr8},
    {"dr7", check_dr7},
    {"segment-bases", check_bases},
    {"efer", check_efer},
    {"pat", check_pat},
    {"mxcsr", check_mxcsr},
    {"fpu", check_fpu},
    {"sse", check_sse},
};
const struct check_list registers_checks = {checks, COUNT(checks)};
