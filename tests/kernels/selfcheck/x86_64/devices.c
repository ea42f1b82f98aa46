/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 4: interrupt controllers and timers, found by ACPI. */
#include "selfcheck.h"

#include "memory.h"

#define MADT_FIRST       44
#define MADT_IO_APIC     1
#define IO_APIC_WINDOW   0x10
#define IO_APIC_VERSION  1
#define IO_APIC_INPUTS   0x10
#define MASKED           (1u << 16)
#define HPET_ADDRESS     44
#define HPET_CONFIG      0x10
#define HPET_TIMERS      0x100
#define APIC_BASE_MSR    0x1b
#define APIC_BASE_X2     (1u << 10)
#define X2APIC_MSR       0x800
#define APIC_TIMER       0x320
#define APIC_TIMER_START 0x380
#define APIC_TIMER_NOW   0x390

static void check_8259(struct subject *subject)
{
    (void)subject;
    expect_equal("the first 8259's mask", port_read(0x21), 0xff);
    expect_equal("the second 8259's mask", port_read(0xa1), 0xff);
}

uint32_t io_apic_read(uint64_t base, uint32_t number)
{
    mmio_write(base, number);
    return mmio_read(base + IO_APIC_WINDOW);
}

static void check_io_apic(uint64_t base)
{
    uint32_t last = io_apic_read(base, IO_APIC_VERSION) >> 16 & 0xff;

    for (uint32_t i = 0; i <= last; i++)
        if (!(io_apic_read(base, IO_APIC_INPUTS + 2 * i) & MASKED))
            broken("input %u of the I/O APIC at %#lx is not masked", i, base);
}

/* The MADT's entry of this kind behind `after`, or the first for 0; 0 when there is none. Offsets in the table. */
static uint32_t next_entry(const struct acpi_header *madt, uint8_t kind, uint32_t after)
{
    const uint8_t *bytes = (const uint8_t *)madt;
    uint32_t at = after ? after + bytes[after + 1] : MADT_FIRST;

    for (; at + 12 <= madt->length && bytes[at + 1] != 0; at += bytes[at + 1])
        if (bytes[at] == kind)
            return at;
    return 0;
}

static uint32_t io_apic_base(const struct acpi_header *madt, uint32_t entry)
{
    uint32_t base;

    memcpy(&base, (const uint8_t *)madt + entry + 4, sizeof(base));
    return base;
}

uint64_t io_apic_first(const struct subject *subject)
{
    const struct acpi_header *madt = acpi_find(subject, "APIC");
    uint32_t entry = madt ? next_entry(madt, MADT_IO_APIC, 0) : 0;

    return entry ? io_apic_base(madt, entry) : 0;
}

static void check_io_apics(struct subject *subject)
{
    const struct acpi_header *madt = acpi_find(subject, "APIC");

    for (uint32_t at = madt ? next_entry(madt, MADT_IO_APIC, 0) : 0; at; at = next_entry(madt, MADT_IO_APIC, at))
        check_io_apic(io_apic_base(madt, at));
}

static uint32_t local_apic_read(uint32_t offset)
{
    uint64_t base = msr_read(APIC_BASE_MSR);

    if (base & APIC_BASE_X2)
        return (uint32_t)msr_read(X2APIC_MSR + offset / 16);
    return mmio_read((base & 0x000ffffffffff000ULL) + offset);
}

static void check_apic_timer(struct subject *subject)
{
    uint32_t entry = local_apic_read(APIC_TIMER);

    (void)subject;
    if (!(entry & MASKED))
        broken("the local APIC's timer is not masked: %#x", entry);
    expect_equal("the local APIC timer's initial count", local_apic_read(APIC_TIMER_START), 0);
    expect_equal("the local APIC timer's current count", local_apic_read(APIC_TIMER_NOW), 0);
}

static void check_hpet(struct subject *subject)
{
    const struct acpi_header *hpet = acpi_find(subject, "HPET");
    uint64_t base;
    uint32_t last;

    if (!hpet)
        return;
    memcpy(&base, (const uint8_t *)hpet + HPET_ADDRESS, sizeof(base));
    last = mmio_read(base) >> 8 & 0x1f;
    expect_equal("the HPET's enable bit", mmio_read(base + HPET_CONFIG) & 1, 0);
    for (uint32_t i = 0; i <= last; i++)
        if (mmio_read(base + HPET_TIMERS + 0x20 * i) & 4)
            broken("the HPET's comparator %u has its interrupt on", i);
}

static const struct check checks[] = {
    {"8259-masked", check_8259},
    {"io-apic-masked", check_io_apics},
    {"apic-timer", check_apic_timer},
    {"hpet", check_hpet},
};
const struct check_list devices_checks = {checks, COUNT(checks)};
