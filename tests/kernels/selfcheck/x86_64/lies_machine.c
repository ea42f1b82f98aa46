/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies in the descriptor tables and devices. */
#include "selfcheck.h"

#include "memory.h"

#define GATE(number, offset) ((number)*16 + (offset))

static uint8_t *gdt(const struct subject *subject)
{
    return (uint8_t *)(uintptr_t)subject->entry.gdtr.base;
}

static uint8_t *idt(const struct subject *subject)
{
    return (uint8_t *)(uintptr_t)subject->entry.idtr.base;
}

/* The TSS that descriptor 3 tells; NULL when there is none. */
static uint8_t *task(const struct subject *subject)
{
    uint64_t low, high;

    if (subject->entry.gdtr.limit < 0x27)
        return NULL;
    memcpy(&low, gdt(subject) + 0x18, sizeof(low));
    memcpy(&high, gdt(subject) + 0x20, sizeof(high));
    return (uint8_t *)(uintptr_t)((low >> 16 & 0xffffff) | (low >> 32 & 0xff000000) | high << 32);
}

static bool turn(uint8_t *byte, uint8_t bits)
{
    poke8(byte, *byte ^ bits);
    return true;
}

static bool tell_code_segment(struct subject *subject)
{
    return turn(gdt(subject) + 0x08 + 6, 0x40); /* D */
}

static bool tell_data_segment(struct subject *subject)
{
    return turn(gdt(subject) + 0x10 + 5, 0x02); /* read-only */
}

static bool tell_task_type(struct subject *subject)
{
    return task(subject) && turn(gdt(subject) + 0x18 + 5, 0x80);
}

static bool tell_task_elsewhere(struct subject *subject)
{
    return task(subject) && turn(gdt(subject) + 0x20 + 2, 0x01);
}

static bool tell_task_stack(struct subject *subject)
{
    if (!task(subject))
        return false;
    poke64(task(subject) + 36, subject->baton->stack.base + subject->baton->stack.size);
    return true;
}

static bool has_idt(const struct subject *subject)
{
    return subject->entry.idtr.limit >= 0x1ff;
}

static bool tell_gate_stack(struct subject *subject)
{
    return has_idt(subject) && turn(idt(subject) + GATE(14, 4), 1);
}

static bool tell_gate_absent(struct subject *subject)
{
    return has_idt(subject) && turn(idt(subject) + GATE(31, 5), 0x80);
}

static bool tell_gate_selector(struct subject *subject)
{
    return has_idt(subject) && turn(idt(subject) + GATE(0, 2), 0x18);
}

static bool tell_gate_target(struct subject *subject)
{
    return has_idt(subject) && turn(idt(subject) + GATE(6, 8), 0x01);
}

/* ---- devices ---- */

static bool tell_8259(struct subject *subject)
{
    (void)subject;
    poke_port(0x21, 0xfe);
    return true;
}

static bool tell_8259_second(struct subject *subject)
{
    (void)subject;
    poke_port(0xa1, 0xfe);
    return true;
}

static bool tell_io_apic(struct subject *subject)
{
    uint64_t base = io_apic_first(subject);

    if (base == 0)
        return false;
    poke_io_apic(base, 0x10 + 2 * 11, 0x0000002b);
    return true;
}

static bool tell_hpet(struct subject *subject)
{
    const struct acpi_header *hpet = acpi_find(subject, "HPET");
    uint64_t base;

    if (!hpet)
        return false;
    memcpy(&base, (const uint8_t *)hpet + 44, sizeof(base));
    poke_mmio(base + 0x10, 1);
    return true;
}

static bool tell_hpet_comparator(struct subject *subject)
{
    const struct acpi_header *hpet = acpi_find(subject, "HPET");
    uint64_t base;

    if (!hpet)
        return false;
    memcpy(&base, (const uint8_t *)hpet + 44, sizeof(base));
    poke_mmio(base + 0x100 + 0x20, mmio_read(base + 0x100 + 0x20) | 4);
    return true;
}

static void poke_local_apic(uint32_t offset, uint32_t value)
{
    uint64_t base = msr_read(0x1b);

    if (base & 1u << 10)
        poke_msr(0x800 + offset / 16, value);
    else
        poke_mmio((base & 0x000ffffffffff000ULL) + offset, value);
}

/* Interrupts are off in RFLAGS; it may count as long as it likes. */
static bool tell_apic_timer(struct subject *subject)
{
    (void)subject;
    poke_local_apic(0x380, 0x7fffffff);
    return true;
}

static bool tell_apic_unmasked(struct subject *subject)
{
    (void)subject;
    poke_local_apic(0x320, 0x20);
    return true;
}

static const struct lie lies[] = {
    LIE("code-segment", "gdt", tell_code_segment),
    LIE("data-segment", "gdt", tell_data_segment),
    LIE("task-type", "tss", tell_task_type),
    LIE("task-elsewhere", "tss", tell_task_elsewhere),
    LIE("task-stack", "gasp-stack", tell_task_stack),
    LIE("gate-stack", "idt", tell_gate_stack),
    LIE("gate-absent", "idt", tell_gate_absent),
    LIE("gate-selector", "idt", tell_gate_selector),
    LIE("gate-target", "idt-gates", tell_gate_target),
    LIE("8259", "8259-masked", tell_8259),
    LIE("second-8259", "8259-masked", tell_8259_second),
    LIE("io-apic", "io-apic-masked", tell_io_apic),
    LIE("hpet", "hpet", tell_hpet),
    LIE("hpet-comparator", "hpet", tell_hpet_comparator),
    LIE("apic-timer", "apic-timer", tell_apic_timer),
    LIE("apic-timer-unmasked", "apic-timer", tell_apic_unmasked),
};
const struct lie_list lies_machine = {lies, COUNT(lies)};
