/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 4: selectors, descriptor tables, and where their exceptions would go. */
#include "selfcheck.h"

#define CODE_SELECTOR 0x08
#define DATA_SELECTOR 0x10
#define TASK_SELECTOR 0x18
#define GATES         32
#define ACCESSED      (1ULL << 40)
#define LIMIT_FLAGS   0x00ff000000000000ULL /* limit 16-19, AVL, L, D, G */

struct __attribute__((packed)) task_state {
    uint32_t reserved1;
    uint64_t rsp[3];
    uint64_t reserved2;
    uint64_t ist[7];
    uint64_t reserved3;
    uint16_t reserved4;
    uint16_t io_map;
};

static void check_selectors(struct subject *subject)
{
    const struct entry_state *s = &subject->entry;

    expect_equal("CS", s->cs, CODE_SELECTOR);
    expect_equal("SS", s->ss, DATA_SELECTOR);
    expect_equal("DS", s->ds, DATA_SELECTOR);
    expect_equal("ES", s->es, DATA_SELECTOR);
    expect_equal("FS", s->fs, DATA_SELECTOR);
    expect_equal("GS", s->gs, DATA_SELECTOR);
    expect_equal("LDTR", s->ldtr, 0);
    expect_equal("TR", s->tr, TASK_SELECTOR);
}

/* In the trampoline's memory, behind its code, as the direct map shows it. */
static bool in_data(const struct subject *subject, uint64_t address, uint64_t size)
{
    uint64_t physical = address - subject->baton->direct_map.base;

    return map_is_kind(subject, physical, size, BATON_MEMORY_TRAMPOLINE) && physical >= subject->code_end;
}

static void check_gdt(struct subject *subject)
{
    const uint64_t *gdt = (const uint64_t *)(uintptr_t)subject->entry.gdtr.base;

    expect_equal("the GDT's limit", subject->entry.gdtr.limit, 0x27);
    if (!in_data(subject, subject->entry.gdtr.base, 0x28)) {
        broken("the GDT at %#lx is not in the trampoline's data", subject->entry.gdtr.base);
        return;
    }
    expect_equal("the GDT's first entry", gdt[0], 0);
    /* Base and limit do not count in long mode: present, ring 0, code or data; L and not D for code. */
    expect_equal("the code segment's type", (gdt[1] | ACCESSED) >> 40 & 0xff, 0x9b);
    expect_equal("the code segment's L and D", gdt[1] >> 53 & 3, 1);
    expect_equal("the data segment's type", (gdt[2] | ACCESSED) >> 40 & 0xff, 0x93);
    expect_equal("the code segment's base", (gdt[1] >> 16 & 0xffffff) | gdt[1] >> 56, 0);
    expect_equal("the data segment's base", (gdt[2] >> 16 & 0xffffff) | gdt[2] >> 56, 0);
}

/* NULL, and said, when the GDT leads to none. */
static const struct task_state *task_state(const struct subject *subject)
{
    const uint64_t *gdt = (const uint64_t *)(uintptr_t)subject->entry.gdtr.base;
    uint64_t base, limit;

    if (subject->entry.gdtr.limit < 0x27) {
        broken("the GDT has no room for a TSS");
        return NULL;
    }
    base = (gdt[3] >> 16 & 0xffffff) | (gdt[3] >> 32 & 0xff000000) | gdt[4] << 32;
    limit = (gdt[3] & 0xffff) | (gdt[3] >> 32 & 0xf0000);
    expect_equal("the TSS descriptor's type", gdt[3] >> 40 & 0xff, 0x8b);
    if (limit < sizeof(struct task_state) - 1)
        broken("the TSS's limit is %#lx", limit);
    if (in_data(subject, base, sizeof(struct task_state)))
        return (const struct task_state *)(uintptr_t)base;
    broken("the TSS at %#lx is not in the trampoline's data", base);
    return NULL;
}

static void check_tss(struct subject *subject)
{
    (void)task_state(subject);
}

/* Its memory must be writable and nobody's; it grows downwards. */
static void check_gasp_stack(struct subject *subject)
{
    const struct task_state *task = task_state(subject);
    uint64_t top;

    if (!task)
        return;
    top = task->ist[0];
    if (!in_data(subject, top - 512, 512))
        broken("IST 1 is %#lx, which is not in the trampoline's data", top);
    if (top - subject->baton->stack.base <= subject->baton->stack.size)
        broken("IST 1, %#lx, is on the kernel's own stack", top);
}

struct gate {
    uint16_t offset_low, selector;
    uint8_t stack, attributes;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};

static void check_idt(struct subject *subject)
{
    const struct gate *gates = (const struct gate *)(uintptr_t)subject->entry.idtr.base;

    expect_equal("the IDT's limit", subject->entry.idtr.limit, 0x1ff);
    if (!in_data(subject, subject->entry.idtr.base, GATES * sizeof(*gates))) {
        broken("the IDT at %#lx is not in the trampoline's data", subject->entry.idtr.base);
        return;
    }
    for (unsigned i = 0; i < GATES; i++) {
        const struct gate *gate = &gates[i];

        if (gate->selector != CODE_SELECTOR || (gate->attributes != 0x8e && gate->attributes != 0x8f))
            broken("gate %u has selector %#x, type %#x", i, gate->selector, gate->attributes);
        if (gate->stack != 1)
            broken("gate %u uses IST %u instead of 1", i, gate->stack);
    }
}

/* The handler's code, at its physical address. */
static void check_gates(struct subject *subject)
{
    const struct gate *gates = (const struct gate *)(uintptr_t)subject->entry.idtr.base;

    if (subject->entry.idtr.limit < GATES * sizeof(*gates) - 1) {
        broken("there are no 32 gates");
        return;
    }
    for (unsigned i = 0; i < GATES; i++) {
        uint64_t target =
            gates[i].offset_low | (uint64_t)gates[i].offset_middle << 16 | (uint64_t)gates[i].offset_high << 32;

        if (!map_is_kind(subject, target, 1, BATON_MEMORY_TRAMPOLINE) || target >= subject->code_end)
            broken("gate %u leads to %#lx, which is not in the trampoline's code", i, target);
    }
}

static const struct check checks[] = {
    {"selectors", check_selectors},   {"gdt", check_gdt}, {"tss", check_tss},
    {"gasp-stack", check_gasp_stack}, {"idt", check_idt}, {"idt-gates", check_gates},
};
const struct check_list descriptors_checks = {checks, COUNT(checks)};
