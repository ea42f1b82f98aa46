/* SPDX-License-Identifier: BSD-2-Clause */
#include "map_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define PAGE 4096ULL
#define END  (1ULL << 52)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

__extension__ typedef unsigned __int128 wide;

/* Every range of the firmware's is one of these, from the least strict kind to the strictest. */
static const uint32_t firmware_kinds[] = {
    BATON_MEMORY_USABLE,           BATON_MEMORY_BOOT_SERVICES, BATON_MEMORY_LOADER,       BATON_MEMORY_SPECIFIC_PURPOSE,
    BATON_MEMORY_ACPI_RECLAIMABLE, BATON_MEMORY_RUNTIME_DATA,  BATON_MEMORY_RUNTIME_CODE, BATON_MEMORY_ACPI_NVS,
    BATON_MEMORY_PERSISTENT,       BATON_MEMORY_UNACCEPTED,    BATON_MEMORY_MMIO,         BATON_MEMORY_RESERVED,
    BATON_MEMORY_UNUSABLE,
};

const uint32_t map_rules_placed[MAP_RULES_PLACED] = {
    BATON_MEMORY_RESERVED, /* a device tree's reservations */
    BATON_MEMORY_FIRMWARE_TABLES, BATON_MEMORY_FRAMEBUFFER, BATON_MEMORY_TRAMPOLINE, BATON_MEMORY_PAGE_TABLES,
    BATON_MEMORY_BATON,           BATON_MEMORY_STACK,       BATON_MEMORY_KERNEL,     BATON_MEMORY_MODULE,
};

static size_t rank(const uint32_t *kinds, size_t count, uint32_t kind)
{
    size_t rank = 0;

    while (rank < count && kinds[rank] != kind)
        rank++;
    assert_true(rank < count);
    return rank;
}

struct claim {
    uint64_t base, end;
    struct efi_descriptor descriptor;
};

static bool is_free(uint32_t kind)
{
    return kind == BATON_MEMORY_USABLE || kind == BATON_MEMORY_BOOT_SERVICES || kind == BATON_MEMORY_LOADER ||
           kind == BATON_MEMORY_SPECIFIC_PURPOSE;
}

/* What firmware claims, cut off at 2^52. A page that is only in part free is not free; one that is only in part
 * anything else is that. */
static struct claim *read_claims(const struct map_sample *sample)
{
    struct efi_map map = made_map_view(&sample->made);
    struct claim *claims = calloc(sample->made.count + 1, sizeof(*claims));

    assert_non_null(claims);
    for (size_t i = 0; i < sample->made.count; i++) {
        struct efi_descriptor descriptor = *efi_map_at(&map, i);
        wide end = (wide)descriptor.physical + (wide)descriptor.pages * PAGE;
        bool inwards = is_free(memory_kind_of(descriptor.type, descriptor.attributes));

        claims[i].descriptor = descriptor;
        if (descriptor.physical >= END || descriptor.pages == 0)
            continue;
        claims[i].base = (descriptor.physical + (inwards ? PAGE - 1 : 0)) & ~(PAGE - 1);
        claims[i].end = (uint64_t)((end > END ? END : end) + (inwards ? 0 : PAGE - 1)) & ~(PAGE - 1);
    }
    return claims;
}

/* What the rules say of one page. False when it is nobody's. */
static bool page_by_rules(const struct map_sample *sample, const struct claim *claims, uint64_t address,
                          struct baton_memory *ret_page)
{
    const struct efi_descriptor *winner = NULL;
    const struct placed_range *placed = NULL;
    bool some_free = false;
    uint32_t kind = 0;

    for (size_t i = 0; i < sample->made.count; i++) {
        uint32_t other = memory_kind_of(claims[i].descriptor.type, claims[i].descriptor.attributes);

        if (address < claims[i].base || address >= claims[i].end)
            continue;
        some_free = some_free || is_free(other);
        if (!winner ||
            rank(firmware_kinds, COUNT(firmware_kinds), other) > rank(firmware_kinds, COUNT(firmware_kinds), kind)) {
            winner = &claims[i].descriptor;
            kind = other;
        }
    }
    for (size_t i = 0; i < sample->placed_count; i++) {
        const struct placed_range *other = &sample->placed[i];

        if (address < other->base || address - other->base >= other->size)
            continue;
        if (!placed || rank(map_rules_placed, MAP_RULES_PLACED, other->kind) >
                           rank(map_rules_placed, MAP_RULES_PLACED, placed->kind))
            placed = other;
    }
    /* Page 0 is reserved when it would be free, also where a stricter kind claims it as well. */
    if (address == 0 && some_free)
        kind = BATON_MEMORY_RESERVED;
    *ret_page = (struct baton_memory){address, PAGE, placed ? placed->kind : kind, winner ? winner->type : 0,
                                      winner ? winner->attributes : 0};
    return winner || placed;
}

static int compare_addresses(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

/* Every address at which anything begins or ends: between two of them nothing changes. */
static size_t list_borders(const struct map_sample *sample, const struct claim *claims, uint64_t *ret_borders)
{
    size_t count = 0, kept = 0;

    ret_borders[count++] = 0;
    ret_borders[count++] = PAGE;
    for (size_t i = 0; i < sample->made.count; i++) {
        ret_borders[count++] = claims[i].base;
        ret_borders[count++] = claims[i].end;
    }
    for (size_t i = 0; i < sample->placed_count; i++) {
        ret_borders[count++] = sample->placed[i].base;
        ret_borders[count++] = sample->placed[i].base + sample->placed[i].size;
    }
    qsort(ret_borders, count, sizeof(ret_borders[0]), compare_addresses);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || ret_borders[kept - 1] != ret_borders[i])
            ret_borders[kept++] = ret_borders[i];
    }
    return kept;
}

void map_rules_check_shape(const struct chance *chance, const struct sealed *sealed)
{
    for (size_t i = 0; i < sealed->count; i++) {
        const struct baton_memory *entry = &sealed->room.entry[i], *before = entry - 1;

        if (entry->size == 0 || entry->size % PAGE != 0 || entry->base % PAGE != 0)
            CHANCE_FAIL(chance, "entry %zu: 0x%llx bytes at 0x%llx", i, (unsigned long long)entry->size,
                        (unsigned long long)entry->base);
        if (i > 0 && before->base + before->size > entry->base)
            CHANCE_FAIL(chance, "entries %zu and %zu overlap", i - 1, i);
        if (i > 0 && before->base + before->size == entry->base && before->kind == entry->kind &&
            before->efi_type == entry->efi_type && before->efi_attributes == entry->efi_attributes)
            CHANCE_FAIL(chance, "entries %zu and %zu are one", i - 1, i);
    }
}

/* `entry` says of the range from `base` on what the rules say of its first page, of which all others are like it. */
static void check_range(const struct chance *chance, const struct map_sample *sample, const struct claim *claims,
                        const struct baton_memory *entry, uint64_t base, uint64_t end)
{
    struct baton_memory expected;
    bool somebody = page_by_rules(sample, claims, base, &expected);

    if (!somebody && !entry)
        return;
    if (!somebody || !entry || entry->base > base || entry->base + entry->size < end)
        CHANCE_FAIL(chance, "0x%llx-0x%llx is %s", (unsigned long long)base, (unsigned long long)end,
                    entry ? "in the map" : "not in the map");
    if (entry->kind != expected.kind || entry->efi_type != expected.efi_type ||
        entry->efi_attributes != expected.efi_attributes)
        CHANCE_FAIL(chance, "0x%llx-0x%llx: %s, type %u, attributes 0x%llx instead of %s, %u, 0x%llx",
                    (unsigned long long)base, (unsigned long long)end, memory_kind_name(entry->kind), entry->efi_type,
                    (unsigned long long)entry->efi_attributes, memory_kind_name(expected.kind), expected.efi_type,
                    (unsigned long long)expected.efi_attributes);
}

void map_rules_check(const struct chance *chance, const struct map_sample *sample)
{
    struct sealed sealed = sealed_start(&sample->made, sample->placed, sample->placed_count);
    struct claim *claims = read_claims(sample);
    uint64_t *borders = calloc(2 * (sample->made.count + sample->placed_count + 1), sizeof(*borders));
    size_t count, next = 0;

    assert_non_null(borders);
    count = list_borders(sample, claims, borders);
    map_rules_check_shape(chance, &sealed);
    for (size_t i = 0; i + 1 < count; i++) {
        const struct baton_memory *entry;

        while (next < sealed.count && sealed.room.entry[next].base + sealed.room.entry[next].size <= borders[i])
            next++;
        entry = next < sealed.count && sealed.room.entry[next].base <= borders[i] ? &sealed.room.entry[next] : NULL;
        check_range(chance, sample, claims, entry, borders[i], borders[i + 1]);
        if (memory_map_find(sealed.room.entry, sealed.count, borders[i]) != entry ||
            memory_map_find(sealed.room.entry, sealed.count, borders[i + 1] - 1) != entry)
            CHANCE_FAIL(chance, "0x%llx is not found where it is", (unsigned long long)borders[i]);
    }
    if (sealed.count > 0 &&
        sealed.room.entry[sealed.count - 1].base + sealed.room.entry[sealed.count - 1].size > borders[count - 1])
        CHANCE_FAIL(chance, "the map has something behind the end");
    free(borders);
    free(claims);
    sealed_end(&sealed);
}
