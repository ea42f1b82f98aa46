/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections 3.3, 5 and 6: the ACPI tables, from the baton's RSDP on. */
#include "selfcheck.h"

#include "memory.h"

#define RSDP_RSDT        16
#define RSDP_XSDT        24
#define RSDP_SIZE1       20
#define RSDP_SIZE2       36
#define FADT_FACS        36
#define FADT_DSDT        40
#define FADT_FLAGS       112
#define FADT_LONG_FACS   132
#define FADT_LONG_DSDT   140
#define MOST_TABLE_SIZE  (64 * MEBI)
#define HARDWARE_REDUCED (1u << 20) /* among the FADT's flags: there need be no FACS */

static const uint8_t acpi2_guid[16] = {0x71, 0xe8, 0x68, 0x88, 0xf1, 0xe4, 0xd3, 0x11,
                                       0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81};
static const uint8_t acpi1_guid[16] = {0x30, 0x2d, 0x9d, 0xeb, 0x88, 0x2d, 0xd3, 0x11,
                                       0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d};

static uint64_t number_at(const void *bytes, uint64_t offset, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, (const uint8_t *)bytes + offset, size);
    return value;
}

static void cannot_read(struct firmware_ranges *ranges, const char *name, uint64_t physical)
{
    ranges->incomplete = true;
    ranges->name = name;
    ranges->at = physical;
}

/* A table that can be read, has a length, and adds up to zero; else NULL. */
static const struct acpi_header *table_at(const struct subject *subject, struct firmware_ranges *ranges,
                                          uint64_t physical, bool summed)
{
    const struct acpi_header *header = direct(subject->baton, physical);

    if (physical == 0)
        return NULL;
    if (!firmware_readable(subject, physical, sizeof(*header))) {
        cannot_read(ranges, "an ACPI table", physical);
        return NULL;
    }
    if (header->length < sizeof(*header) || header->length > MOST_TABLE_SIZE)
        return NULL;
    if (!firmware_readable(subject, physical, header->length)) {
        cannot_read(ranges, "the end of an ACPI table", physical);
        return NULL;
    }
    if (summed && byte_sum(header, header->length) != 0)
        return NULL;
    return header;
}

static void collect_fadt(const struct subject *subject, struct firmware_ranges *ranges, const struct acpi_header *fadt)
{
    const uint64_t facs[2] = {number_at(fadt, FADT_FACS, 4),
                              fadt->length >= FADT_LONG_FACS + 8 ? number_at(fadt, FADT_LONG_FACS, 8) : 0};
    const uint64_t dsdt[2] = {number_at(fadt, FADT_DSDT, 4),
                              fadt->length >= FADT_LONG_DSDT + 8 ? number_at(fadt, FADT_LONG_DSDT, 8) : 0};

    for (unsigned i = 0; i < 2; i++) {
        const struct acpi_header *table = table_at(subject, ranges, facs[i], false);

        if (table && bytes_equal(table->signature, "FACS", 4))
            firmware_add(ranges, "FACS", facs[i], table->length, false);
        table = table_at(subject, ranges, dsdt[i], true);
        if (table && bytes_equal(table->signature, "DSDT", 4))
            firmware_add(ranges, "DSDT", dsdt[i], table->length, true);
    }
}

static void collect_root(const struct subject *subject, struct firmware_ranges *ranges, uint64_t physical,
                         const char *signature, unsigned width)
{
    const struct acpi_header *root = table_at(subject, ranges, physical, true);

    if (!root || !bytes_equal(root->signature, signature, 4))
        return;
    firmware_add(ranges, signature, physical, root->length, true);
    for (uint64_t at = sizeof(*root); at + width <= root->length; at += width) {
        uint64_t where = number_at(root, at, width);
        const struct acpi_header *table = table_at(subject, ranges, where, true);

        if (!table)
            continue;
        firmware_add(ranges, "an ACPI table", where, table->length, true);
        if (bytes_equal(table->signature, "FACP", 4))
            collect_fadt(subject, ranges, table);
    }
}

/* The firmware's own RSDP; 0 when it cannot be found from here. */
static uint64_t original(const struct subject *subject, uint64_t *ret_size)
{
    uint64_t places[2] = {configuration_table(subject, acpi2_guid), configuration_table(subject, acpi1_guid)};

    for (unsigned i = 0; i < 2; i++) {
        const uint8_t *rsdp = direct(subject->baton, places[i]);
        uint64_t size = RSDP_SIZE1;

        if (places[i] == 0 || !firmware_readable(subject, places[i], RSDP_SIZE1))
            continue;
        if (rsdp[15] != 0)
            size = RSDP_SIZE2;
        if (!bytes_equal(rsdp, "RSD PTR ", 8) || byte_sum(rsdp, RSDP_SIZE1) != 0 ||
            !firmware_readable(subject, places[i], size) || byte_sum(rsdp, size) != 0)
            continue;
        *ret_size = size;
        return places[i];
    }
    return 0;
}

void acpi_collect(const struct subject *subject, struct firmware_ranges *ranges)
{
    const uint8_t *rsdp = subject->baton->rsdp;
    uint64_t size = 0;
    uint64_t where = original(subject, &size);

    if (!rsdp)
        return;
    if (where)
        firmware_add(ranges, "RSDP", where, size, true);
    collect_root(subject, ranges, number_at(rsdp, RSDP_RSDT, 4), "RSDT", 4);
    if (rsdp[15] != 0)
        collect_root(subject, ranges, number_at(rsdp, RSDP_XSDT, 8), "XSDT", 8);
}

const struct acpi_header *acpi_find(const struct subject *subject, const char *signature)
{
    for (unsigned i = 0; i < subject->firmware.count; i++) {
        const struct firmware_range *range = &subject->firmware.range[i];
        const struct acpi_header *header = direct(subject->baton, range->physical);

        if (range->size >= sizeof(*header) && bytes_equal(header->signature, signature, 4))
            return header;
    }
    return NULL;
}

/* ---- checks ---- */

static void check_rsdp(struct subject *subject)
{
    const uint8_t *rsdp = subject->baton->rsdp;

    if (!rsdp)
        return;
    if (!bytes_equal(rsdp, "RSD PTR ", 8) || byte_sum(rsdp, RSDP_SIZE1) != 0)
        broken("the RSDP's signature or checksum is wrong");
    else if (rsdp[15] != 0 && byte_sum(rsdp, RSDP_SIZE2) != 0)
        broken("the RSDP's second checksum is wrong");
}

static void check_original(struct subject *subject)
{
    uint64_t size = 0;
    uint64_t where = original(subject, &size);

    if (!where || !subject->baton->efi_system_table)
        return;
    if (!subject->baton->rsdp)
        broken("the firmware has an RSDP at %#lx, the baton none", where);
    else if (!bytes_equal(subject->baton->rsdp, direct(subject->baton, where), size))
        broken("the RSDP is not the one that the firmware has at %#lx", where);
}

static bool is_complete(const struct subject *subject)
{
    const struct acpi_header *fadt = acpi_find(subject, "FACP");

    return fadt && acpi_find(subject, "DSDT") &&
           (acpi_find(subject, "FACS") || number_at(fadt, FADT_FLAGS, 4) & HARDWARE_REDUCED);
}

static void check_tables(struct subject *subject)
{
    if (!subject->baton->rsdp)
        return;
    if (subject->firmware.incomplete)
        broken("%s at %#lx cannot be read", subject->firmware.name, subject->firmware.at);
    if (!acpi_find(subject, "XSDT") && !acpi_find(subject, "RSDT"))
        broken("the RSDP leads neither to an XSDT nor to an RSDT");
    else if (!is_complete(subject))
        broken("no FADT with FACS and DSDT can be read");
}

static const struct check checks[] = {
    {"rsdp", check_rsdp},
    {"rsdp-original", check_original},
    {"acpi-tables", check_tables},
};
const struct check_list acpi_checks = {checks, COUNT(checks)};
