/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections 5 and 6: SMBIOS, and that all tables of the firmware's are labelled. */
#include "selfcheck.h"

#include "memory.h"

#define SIZE2 31
#define SIZE3 24

static const uint8_t guids[2][16] = {
    {0x31, 0x2d, 0x9d, 0xeb, 0x88, 0x2d, 0xd3, 0x11, 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d},
    {0x44, 0x15, 0xfd, 0xf2, 0x94, 0x97, 0x2c, 0x4a, 0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94},
};

static uint64_t number_at(const void *bytes, uint64_t offset, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, (const uint8_t *)bytes + offset, size);
    return value;
}

static bool sound2(const uint8_t *entry)
{
    return bytes_equal(entry, "_SM_", 4) && byte_sum(entry, SIZE2) == 0 && bytes_equal(entry + 16, "_DMI_", 5) &&
           byte_sum(entry + 16, SIZE2 - 16) == 0;
}

static bool sound3(const uint8_t *entry)
{
    return bytes_equal(entry, "_SM3_", 5) && byte_sum(entry, SIZE3) == 0;
}

/* The structures up to the one that ends the table; 0 when there is no such. */
static uint64_t structures_size(const uint8_t *table, uint64_t room)
{
    uint64_t at = 0;

    while (at + 4 <= room) {
        uint8_t kind = table[at];

        if (table[at + 1] < 4)
            return 0;
        at += table[at + 1];
        while (at + 2 <= room && (table[at] != 0 || table[at + 1] != 0))
            at++;
        at += 2;
        if (kind == 127)
            return at;
    }
    return 0;
}

void smbios_collect(const struct subject *subject, struct firmware_ranges *ranges)
{
    const uint8_t *entries[2] = {subject->baton->smbios2, subject->baton->smbios3};
    const uint64_t sizes[2] = {SIZE2, SIZE3};

    for (unsigned i = 0; i < 2; i++) {
        uint64_t place = configuration_table(subject, guids[i]);
        uint64_t table, room;

        if (!entries[i])
            continue;
        if (place)
            firmware_add(ranges, "an SMBIOS entry point", place, sizes[i], true);
        table = i == 0 ? number_at(entries[i], 24, 4) : number_at(entries[i], 16, 8);
        room = i == 0 ? number_at(entries[i], 22, 2) : number_at(entries[i], 12, 4);
        firmware_add(ranges, "the SMBIOS structures", table, room, false);
    }
}

static void check_entries(struct subject *subject)
{
    if (subject->baton->smbios2 && !sound2(subject->baton->smbios2))
        broken("the SMBIOS 2 entry point's anchor or checksum is wrong");
    if (subject->baton->smbios3 && !sound3(subject->baton->smbios3))
        broken("the SMBIOS 3 entry point's anchor or checksum is wrong");
}

static void check_original(struct subject *subject)
{
    const uint8_t *entries[2] = {subject->baton->smbios2, subject->baton->smbios3};
    const uint64_t sizes[2] = {SIZE2, SIZE3};

    for (unsigned i = 0; i < 2; i++) {
        uint64_t place = configuration_table(subject, guids[i]);
        const uint8_t *there = direct(subject->baton, place);

        if (!place || !firmware_readable(subject, place, sizes[i]))
            continue;
        if (!entries[i] && (i == 0 ? sound2(there) : sound3(there)))
            broken("the firmware has an SMBIOS entry point at %#lx, the baton none", place);
        else if (entries[i] && !bytes_equal(entries[i], there, sizes[i]))
            broken("the SMBIOS entry point is not the one at %#lx", place);
    }
}

static void check_structures(struct subject *subject)
{
    for (unsigned i = 0; i < subject->firmware.count; i++) {
        const struct firmware_range *range = &subject->firmware.range[i];

        if (!strings_equal(range->name, "the SMBIOS structures"))
            continue;
        if (!firmware_readable(subject, range->physical, range->size))
            broken("the SMBIOS structures at %#lx cannot be read", range->physical);
        else if (structures_size(direct(subject->baton, range->physical), range->size) == 0)
            broken("the SMBIOS structures at %#lx have no end", range->physical);
    }
}

/* Every page of a table is of the kind, and every page of the kind has a table. */
static void check_labels(struct subject *subject)
{
    const struct firmware_ranges *all = &subject->firmware;

    for (unsigned i = 0; i < all->count; i++)
        if (!map_is_kind(subject, ROUND_DOWN(all->range[i].physical),
                         ROUND_UP(all->range[i].physical + all->range[i].size) - ROUND_DOWN(all->range[i].physical),
                         BATON_MEMORY_FIRMWARE_TABLES))
            broken("%s at %#lx is not of the kind firmware tables", all->range[i].name, all->range[i].physical);
    if (!subject->baton->efi_system_table)
        return; /* the entry points' own pages are not known */
    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map) {
        for (uint64_t page = entry->base; page < entry->base + entry->size; page += PAGE) {
            bool any = false;

            if (entry->kind != BATON_MEMORY_FIRMWARE_TABLES)
                break;
            for (unsigned i = 0; i < all->count; i++)
                any |= all->range[i].physical < page + PAGE && all->range[i].physical + all->range[i].size > page;
            if (!any)
                broken("%#lx is of the kind firmware tables, and there is no table", page);
        }
    }
}

static const struct check checks[] = {
    {"smbios", check_entries},
    {"smbios-original", check_original},
    {"smbios-structures", check_structures},
    {"firmware-labels", check_labels},
};
const struct check_list smbios_checks = {checks, COUNT(checks)};
