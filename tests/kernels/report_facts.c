/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts that lead somewhere: firmware's tables, copies, descriptor tables. All are read, to say what was found. */
#include "report.h"

#define GATES         32
#define GDT_WORDS     5
#define TSS_WORD      3 /* of the GDT, and the next one */
#define TSS_IST1      36
#define ACPI_HEADER   36
#define TABLE_AT_MOST (16 * MEBI)

static uint64_t number(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;

    while (bytes-- > 0)
        value = value << 8 | at[bytes];
    return value;
}

static uint8_t sum_of(const uint8_t *bytes, uint64_t size)
{
    uint8_t sum = 0;

    for (uint64_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum;
}

static void print_bytes(const char *key, const void *bytes, size_t size)
{
    print("%s=", key);
    for (size_t i = 0; i < size; i++)
        print("%02x", ((const uint8_t *)bytes)[i]);
    print("\n");
}

void report_descriptors(void)
{
    const struct entry_state *state = &entry_state;
    const uint64_t *gdt = (const uint64_t *)(uintptr_t)state->gdtr.base;
    const uint8_t *idt = (const uint8_t *)(uintptr_t)state->idtr.base;
    const uint8_t *tss;

    print("entry.gdt_words=");
    for (unsigned i = 0; i < GDT_WORDS; i++)
        print("%#lx ", gdt[i]);
    print("\n");
    for (unsigned i = 0; i < GATES; i++) {
        const uint8_t *gate = idt + 16 * (size_t)i;
        uint64_t handler = number(gate, 2) | number(gate + 6, 6) << 16;

        print("gate=%u %#lx %#lx %u %#x\n", i, handler, number(gate + 2, 2), gate[4], gate[5]);
    }
    tss = (const uint8_t *)(uintptr_t)((gdt[TSS_WORD] >> 16 & 0xffffff) | (gdt[TSS_WORD] >> 56 & 0xff) << 24 |
                                       gdt[TSS_WORD + 1] << 32);
    print("entry.tss=%#lx\n", (uint64_t)(uintptr_t)tss);
    print("entry.tss_ist1=%#lx\n", number(tss + TSS_IST1, 8));
}

/* The table's bytes; NULL when they cannot be read. */
static const uint8_t *acpi_table(const struct baton *baton, uint64_t physical)
{
    const uint8_t *table = direct(baton, physical);
    uint64_t length = 0;

    if (physical == 0)
        return NULL;
    if (faults_can_read(table) && faults_can_read(table + ACPI_HEADER))
        length = number(table + 4, 4);
    for (uint64_t at = 0; length > 0 && at < length; at += PAGE)
        if (length > TABLE_AT_MOST || !faults_can_read(table + at))
            length = 0;
    if (length == 0 || !faults_can_read(table + length - 1)) {
        print("acpi=none %#lx 0 1\n", physical);
        return NULL;
    }
    /* The FACS has no checksum. */
    print("acpi=%.4s %#lx %#lx %u\n", (const char *)table, physical, length,
          number(table, 4) == 0x53434146 ? 0 : sum_of(table, length));
    return table;
}

static void report_fadt(const struct baton *baton, const uint8_t *fadt)
{
    bool is_long = number(fadt + 4, 4) >= 148;
    uint64_t facs = is_long ? number(fadt + 132, 8) : 0;
    uint64_t dsdt = is_long ? number(fadt + 140, 8) : 0;

    (void)acpi_table(baton, facs ? facs : number(fadt + 36, 4));
    (void)acpi_table(baton, dsdt ? dsdt : number(fadt + 40, 4));
}

static void report_acpi(const struct baton *baton)
{
    const uint8_t *rsdp = baton->rsdp;
    bool has_xsdt = rsdp && rsdp[15] >= 2 && number(rsdp + 24, 8) != 0;
    unsigned width = has_xsdt ? 8 : 4;
    const uint8_t *root;

    if (!rsdp)
        return;
    print_bytes("rsdp", rsdp, rsdp[15] >= 2 ? 36 : 20);
    root = acpi_table(baton, has_xsdt ? number(rsdp + 24, 8) : number(rsdp + 16, 4));
    for (uint64_t at = ACPI_HEADER; root && at + width <= number(root + 4, 4); at += width) {
        const uint8_t *table = acpi_table(baton, number(root + at, width));

        if (table && number(table, 4) == 0x50434146)
            report_fadt(baton, table);
    }
}

static void report_smbios_table(const struct baton *baton, const char *key, uint64_t physical, uint64_t size)
{
    const uint8_t *table = direct(baton, physical);

    print("%s=%#lx %#lx %d\n", key, physical, size, faults_can_read(table) && faults_can_read(table + size - 1));
}

static void report_smbios(const struct baton *baton)
{
    const uint8_t *two = baton->smbios2, *three = baton->smbios3;

    if (two) {
        print_bytes("smbios2", two, 31);
        report_smbios_table(baton, "smbios2.table", number(two + 24, 4), number(two + 22, 2));
    }
    if (three) {
        print_bytes("smbios3", three, 24);
        report_smbios_table(baton, "smbios3.table", number(three + 16, 8), number(three + 12, 4));
    }
}

static uint32_t own_apic_id(void)
{
    uint32_t eax = 1, ebx, ecx = 0, edx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    return ebx >> 24;
}

void report_facts(const struct baton *baton)
{
    const uint64_t *system_table = baton->efi_system_table;

    report_acpi(baton);
    report_smbios(baton);
    print_bytes("entropy", baton->entropy, sizeof(baton->entropy));
    print("measured.boot_cpu=%#x\n", own_apic_id());
    if (system_table)
        print("system_table=%#lx %d\n", faults_can_read(system_table) ? *system_table : 0,
              faults_can_read(system_table));
    if (baton->device_tree)
        print("device_tree=%#lx %#lx %#lx\n", (uint64_t)(uintptr_t)baton->device_tree, baton->device_tree_size,
              checksum(baton->device_tree, baton->device_tree_size));
    if (baton->kernel.file)
        print("kernel_file=%#lx %#lx %#lx\n", (uint64_t)(uintptr_t)baton->kernel.file, baton->kernel.file_size,
              checksum(baton->kernel.file, baton->kernel.file_size));
    BATON_FOR_EACH (struct baton_framebuffer, screen, &baton->framebuffers)
        if (screen->edid)
            print("edid=%u %#lx\n", screen->edid_size, checksum(screen->edid, screen->edid_size));
}
