/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's memory map: rows by hand, then thousands of maps by chance against a naive reading of the rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "made_map.h"
#include "memory_map.h"

#define PAGE 4096ULL
#define END  (1ULL << 52)
#define WB   0xfULL

__extension__ typedef unsigned __int128 wide;

/* Every range of the firmware's is one of these, from the least strict kind to the strictest. */
static const uint32_t firmware_kinds[] = {
    BATON_MEMORY_USABLE,           BATON_MEMORY_BOOT_SERVICES, BATON_MEMORY_LOADER,       BATON_MEMORY_SPECIFIC_PURPOSE,
    BATON_MEMORY_ACPI_RECLAIMABLE, BATON_MEMORY_RUNTIME_DATA,  BATON_MEMORY_RUNTIME_CODE, BATON_MEMORY_ACPI_NVS,
    BATON_MEMORY_PERSISTENT,       BATON_MEMORY_UNACCEPTED,    BATON_MEMORY_MMIO,         BATON_MEMORY_RESERVED,
    BATON_MEMORY_UNUSABLE,
};

/* What the loader places, in the order in which one wins over the other, were they ever to overlap. */
static const uint32_t placed_kinds[] = {
    BATON_MEMORY_FRAMEBUFFER, BATON_MEMORY_FIRMWARE_TABLES, BATON_MEMORY_TRAMPOLINE, BATON_MEMORY_PAGE_TABLES,
    BATON_MEMORY_BATON,       BATON_MEMORY_STACK,           BATON_MEMORY_KERNEL,     BATON_MEMORY_MODULE,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- sealing in room that is exactly as large as it must be ---- */

struct sealed {
    struct memory_map_room room;
    size_t count;
};

static struct sealed seal_in(const struct made_map *made, const struct placed_range *placed, size_t placed_count,
                             size_t intervals)
{
    struct efi_map map = made_map_view(made);
    struct sealed sealed = {.room = {.intervals = intervals}};

    sealed.room.interval = malloc((intervals + 1) * sizeof(sealed.room.interval[0]) - 1);
    sealed.room.heap = malloc(2 * intervals * sizeof(sealed.room.heap[0]) + 1);
    sealed.room.entry = malloc(memory_map_entries(intervals) * sizeof(sealed.room.entry[0]));
    assert_non_null(sealed.room.interval);
    assert_non_null(sealed.room.heap);
    assert_non_null(sealed.room.entry);
    sealed.count = memory_map_seal(&map, placed, placed_count, &sealed.room);
    assert_true(sealed.count <= memory_map_entries(intervals));
    return sealed;
}

static struct sealed seal(const struct made_map *made, const struct placed_range *placed, size_t placed_count)
{
    return seal_in(made, placed, placed_count, memory_map_intervals(made->count, placed_count));
}

static void sealed_end(struct sealed *sealed)
{
    free(sealed->room.interval);
    free(sealed->room.heap);
    free(sealed->room.entry);
}

static void check_entries(const struct sealed *sealed, const struct baton_memory *expected, size_t count)
{
    for (size_t i = 0; i < count && i < sealed->count; i++) {
        const struct baton_memory *entry = &sealed->room.entry[i];

        if (memcmp(entry, &expected[i], sizeof(*entry)) != 0)
            fail_msg("entry %zu: 0x%llx bytes at 0x%llx, %s, type %u, attributes 0x%llx", i,
                     (unsigned long long)entry->size, (unsigned long long)entry->base, memory_kind_name(entry->kind),
                     entry->efi_type, (unsigned long long)entry->efi_attributes);
    }
    assert_int_equal(sealed->count, count);
}

/* ---- kinds ---- */

static void test_kinds(void **state)
{
    static const struct {
        uint32_t type;
        uint64_t attributes;
        uint32_t kind;
    } rows[] = {
        {EFI_TYPE_RESERVED, 0, BATON_MEMORY_RESERVED},
        {EFI_TYPE_LOADER_CODE, 0, BATON_MEMORY_LOADER},
        {EFI_TYPE_LOADER_DATA, 0, BATON_MEMORY_LOADER},
        {EFI_TYPE_BOOT_SERVICES_CODE, 0, BATON_MEMORY_BOOT_SERVICES},
        {EFI_TYPE_BOOT_SERVICES_DATA, 0, BATON_MEMORY_BOOT_SERVICES},
        {EFI_TYPE_RUNTIME_CODE, 0, BATON_MEMORY_RUNTIME_CODE},
        {EFI_TYPE_RUNTIME_DATA, 0, BATON_MEMORY_RUNTIME_DATA},
        {EFI_TYPE_CONVENTIONAL, 0, BATON_MEMORY_USABLE},
        {EFI_TYPE_CONVENTIONAL, ~EFI_ATTRIBUTE_SPECIFIC_PURPOSE, BATON_MEMORY_USABLE},
        {EFI_TYPE_CONVENTIONAL, EFI_ATTRIBUTE_SPECIFIC_PURPOSE, BATON_MEMORY_SPECIFIC_PURPOSE},
        {EFI_TYPE_CONVENTIONAL, EFI_ATTRIBUTE_SPECIFIC_PURPOSE | WB, BATON_MEMORY_SPECIFIC_PURPOSE},
        {EFI_TYPE_UNUSABLE, 0, BATON_MEMORY_UNUSABLE},
        {EFI_TYPE_ACPI_RECLAIM, 0, BATON_MEMORY_ACPI_RECLAIMABLE},
        {EFI_TYPE_ACPI_NVS, 0, BATON_MEMORY_ACPI_NVS},
        {EFI_TYPE_MMIO, 0, BATON_MEMORY_MMIO},
        {EFI_TYPE_MMIO_PORTS, 0, BATON_MEMORY_MMIO},
        {EFI_TYPE_PAL_CODE, 0, BATON_MEMORY_RESERVED},
        {EFI_TYPE_PERSISTENT, 0, BATON_MEMORY_PERSISTENT},
        {EFI_TYPE_UNACCEPTED, 0, BATON_MEMORY_UNACCEPTED},
        {16, WB, BATON_MEMORY_RESERVED},
        {0x70000000, WB, BATON_MEMORY_RESERVED}, /* vendors' */
        {0x80000001, WB, BATON_MEMORY_RESERVED}, /* systems' */
        {UINT32_MAX, WB, BATON_MEMORY_RESERVED},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (memory_kind_of(rows[i].type, rows[i].attributes) != rows[i].kind)
            fail_msg("type 0x%x: %s", rows[i].type, memory_kind_name(memory_kind_of(rows[i].type, rows[i].attributes)));
    }
}

static void test_kind_names(void **state)
{
    static const char *const names[] = {
        "unknown",         "usable",       "boot services", "loader",           "trampoline",       "page tables",
        "baton",           "stack",        "kernel",        "module",           "ACPI reclaimable", "ACPI NVS",
        "firmware tables", "runtime code", "runtime data",  "specific purpose", "persistent",       "unaccepted",
        "framebuffer",     "MMIO",         "reserved",      "unusable",         "withheld",
    };

    (void)state;
    for (uint32_t kind = 0; kind < COUNT(names); kind++)
        assert_string_equal(memory_kind_name(kind), names[kind]);
    assert_string_equal(memory_kind_name(COUNT(names)), "unknown");
    assert_string_equal(memory_kind_name(UINT32_MAX), "unknown");
}

/* ---- maps by hand ---- */

/* As firmware may give it: unsorted, split where nothing differs, with an empty descriptor and a hole. */
static void test_small_map(void **state)
{
    static const struct placed_range placed[] = {
        {0x200000, 0x100000, BATON_MEMORY_KERNEL},
        {0x80000000, 0x3000, BATON_MEMORY_FRAMEBUFFER}, /* where firmware reports nothing */
    };
    static const struct baton_memory expected[] = {
        {0, 0x1000, BATON_MEMORY_RESERVED, EFI_TYPE_CONVENTIONAL, WB}, /* page 0 */
        {0x1000, 0x9f000, BATON_MEMORY_USABLE, EFI_TYPE_CONVENTIONAL, WB},
        {0x100000, 0x100000, BATON_MEMORY_USABLE, EFI_TYPE_CONVENTIONAL, WB},
        {0x200000, 0x80000, BATON_MEMORY_KERNEL, EFI_TYPE_CONVENTIONAL, WB},
        {0x280000, 0x80000, BATON_MEMORY_KERNEL, EFI_TYPE_LOADER_DATA, WB},
        {0x300000, 0x100000, BATON_MEMORY_LOADER, EFI_TYPE_LOADER_DATA, WB},
        {0x400000, 0x1000, BATON_MEMORY_RUNTIME_CODE, EFI_TYPE_RUNTIME_CODE, WB | 1ULL << 63},
        {0x80000000, 0x3000, BATON_MEMORY_FRAMEBUFFER, EFI_TYPE_RESERVED, 0},
    };
    struct made_map made = made_map_start(6, 48);
    struct sealed sealed;

    (void)state;
    made_map_add(&made, EFI_TYPE_RUNTIME_CODE, 0x400000, 1, WB | 1ULL << 63);
    made_map_add(&made, EFI_TYPE_LOADER_DATA, 0x280000, 0x180, WB);
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, 0x100000, 0x100, WB);
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, 0x200000, 0x80, WB);
    made_map_add(&made, EFI_TYPE_RESERVED, 0x250000, 0, WB);
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, 0, 0xa0, WB);
    sealed = seal(&made, placed, COUNT(placed));
    check_entries(&sealed, expected, COUNT(expected));
    sealed_end(&sealed);
    made_map_end(&made);
}

static void test_nothing(void **state)
{
    static const struct placed_range absurd[] = {
        {0x1000, 0, BATON_MEMORY_KERNEL},
        {0x1000, UINT64_MAX - 0xfff, BATON_MEMORY_FRAMEBUFFER}, /* ends at 2^64 */
        {UINT64_MAX - 0xfff, 0x2000, BATON_MEMORY_FRAMEBUFFER},
    };
    struct made_map made = made_map_start(1, 40);
    struct sealed sealed = seal(&made, NULL, 0);

    (void)state;
    assert_int_equal(sealed.count, 0);
    sealed_end(&sealed);
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, END, 100, WB); /* no machine has so many address lines */
    sealed = seal(&made, absurd, COUNT(absurd));
    assert_int_equal(sealed.count, 0);
    sealed_end(&sealed);
    made_map_end(&made);
}

/* Page 0 is never free, whatever firmware says; what is stricter stays what it is. */
static void test_page_zero(void **state)
{
    static const uint32_t types[] = {EFI_TYPE_CONVENTIONAL, EFI_TYPE_BOOT_SERVICES_CODE, EFI_TYPE_BOOT_SERVICES_DATA,
                                     EFI_TYPE_LOADER_CODE,  EFI_TYPE_LOADER_DATA,        EFI_TYPE_RUNTIME_DATA,
                                     EFI_TYPE_UNUSABLE};

    (void)state;
    for (size_t i = 0; i < COUNT(types); i++) {
        for (uint64_t pages = 1; pages < 3; pages++) {
            struct made_map made = made_map_start(1, 48);
            uint32_t kind = memory_kind_of(types[i], WB);
            struct baton_memory expected[] = {
                {0, PAGE, kind > BATON_MEMORY_LOADER ? kind : BATON_MEMORY_RESERVED, types[i], WB},
                {PAGE, PAGE, kind, types[i], WB},
            };
            struct sealed sealed;

            made_map_add(&made, types[i], 0, pages, WB);
            sealed = seal(&made, NULL, 0);
            if (kind > BATON_MEMORY_LOADER) {
                expected[0].size = pages * PAGE;
                check_entries(&sealed, expected, 1);
            } else {
                check_entries(&sealed, expected, pages);
            }
            sealed_end(&sealed);
            made_map_end(&made);
        }
    }
}

/* The specification forbids it: half a page that is free is not, half a reserved page is. */
static void test_halves_of_pages(void **state)
{
    static const struct baton_memory expected[] = {
        {0x2000, 0x2000, BATON_MEMORY_USABLE, EFI_TYPE_CONVENTIONAL, WB},
        {0x8000, 0x4000, BATON_MEMORY_RESERVED, EFI_TYPE_RESERVED, WB},
    };
    struct made_map made = made_map_start(4, 48);
    struct sealed sealed;

    (void)state;
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, 0x1800, 3, WB);
    made_map_add(&made, EFI_TYPE_RESERVED, 0x8001, 3, WB);
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, 0x20800, 1, WB);
    made_map_add(&made, EFI_TYPE_RESERVED, 0x30800, 0, WB);
    sealed = seal(&made, NULL, 0);
    check_entries(&sealed, expected, COUNT(expected));
    sealed_end(&sealed);
    made_map_end(&made);
}

/* Two descriptors for the same page, in either order. */
static void test_stricter_wins(void **state)
{
    static const uint32_t types[] = {
        EFI_TYPE_CONVENTIONAL, EFI_TYPE_BOOT_SERVICES_DATA, EFI_TYPE_LOADER_DATA,  0x100 /* see below */,
        EFI_TYPE_ACPI_RECLAIM, EFI_TYPE_RUNTIME_DATA,       EFI_TYPE_RUNTIME_CODE, EFI_TYPE_ACPI_NVS,
        EFI_TYPE_PERSISTENT,   EFI_TYPE_UNACCEPTED,         EFI_TYPE_MMIO,         EFI_TYPE_RESERVED,
        EFI_TYPE_UNUSABLE,
    };

    (void)state;
    for (size_t weak = 0; weak < COUNT(types); weak++) {
        for (size_t strict = weak + 1; strict < COUNT(types); strict++) {
            for (unsigned swapped = 0; swapped < 2; swapped++) {
                struct made_map made = made_map_start(2, 48);
                struct sealed sealed;

                for (unsigned i = 0; i < 2; i++) {
                    uint32_t type = types[i == swapped ? weak : strict];

                    made_map_add(&made, type == 0x100 ? EFI_TYPE_CONVENTIONAL : type, 0x5000, 1,
                                 type == 0x100 ? EFI_ATTRIBUTE_SPECIFIC_PURPOSE : 0);
                }
                sealed = seal(&made, NULL, 0);
                assert_int_equal(sealed.count, 1);
                if (sealed.room.entry[0].kind != firmware_kinds[strict])
                    fail_msg("%s over %s", memory_kind_name(sealed.room.entry[0].kind),
                             memory_kind_name(firmware_kinds[strict]));
                sealed_end(&sealed);
                made_map_end(&made);
            }
        }
    }
}

/* ---- by chance, against the rules written down as directly as can be ---- */

struct sample {
    struct made_map made;
    struct placed_range *placed;
    size_t placed_count;
};

/* Addresses meet each other, page 0 and the end of all addresses more often than chance would have it. */
static uint64_t make_address(struct chance *chance, uint64_t span)
{
    switch (chance_below(chance, 8)) {
    case 0:
        return END - PAGE * chance_size(chance, span);
    case 1:
        return PAGE * (chance_size(chance, span) - 1);
    case 2:
        return chance_bits(chance) & ~(PAGE - 1);
    default:
        return 0x100000 + PAGE * chance_below(chance, span);
    }
}

static uint64_t make_pages(struct chance *chance, uint64_t span)
{
    switch (chance_below(chance, 16)) {
    case 0:
        return 0;
    case 1:
        return chance_size(chance, UINT64_MAX);
    default:
        return chance_size(chance, span);
    }
}

static uint32_t make_type(struct chance *chance)
{
    switch (chance_below(chance, 8)) {
    case 0:
        return (uint32_t)chance_bits(chance);
    case 1:
    case 2:
        return EFI_TYPE_CONVENTIONAL;
    default:
        return (uint32_t)chance_below(chance, 17);
    }
}

/* `span` is the pages in which most of it lies. */
static struct sample make_sample(struct chance *chance, size_t descriptors, size_t placed, uint64_t span)
{
    static const uint64_t attributes[] = {WB, WB, WB, 1, 0, WB | 1ULL << 63, WB | EFI_ATTRIBUTE_SPECIFIC_PURPOSE};
    struct sample sample = {made_map_start(descriptors, (size_t)chance_between(chance, 40, 128)),
                            malloc((placed + 1) * sizeof(struct placed_range)), placed};

    assert_non_null(sample.placed);
    for (size_t i = 0; i < descriptors; i++) {
        uint64_t address = make_address(chance, span), pages = make_pages(chance, span);

        if (chance_one_in(chance, 16) && address < END / 2 && pages < 1ULL << 32) /* the specification forbids it */
            address += chance_below(chance, PAGE);
        made_map_add(&sample.made, make_type(chance), address, pages,
                     attributes[chance_below(chance, COUNT(attributes))]);
    }
    for (size_t i = 0; i < placed; i++)
        sample.placed[i] =
            (struct placed_range){make_address(chance, span) % END, PAGE * (chance_size(chance, span) - 1),
                                  placed_kinds[chance_below(chance, COUNT(placed_kinds))]};
    return sample;
}

static void sample_end(struct sample *sample)
{
    made_map_end(&sample->made);
    free(sample->placed);
}

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
    return kind == BATON_MEMORY_USABLE || kind == BATON_MEMORY_BOOT_SERVICES || kind == BATON_MEMORY_LOADER;
}

/* What firmware claims, cut off at 2^52. A page that is only in part free is not free; one that is only in part
 * anything else is that. */
static struct claim *read_claims(const struct sample *sample)
{
    struct efi_map map = made_map_view(&sample->made);
    struct claim *claims = calloc(sample->made.count + 1, sizeof(*claims));

    assert_non_null(claims);
    for (size_t i = 0; i < sample->made.count; i++) {
        struct efi_descriptor descriptor = efi_map_read(&map, i);
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
static bool page_by_rules(const struct sample *sample, const struct claim *claims, uint64_t address,
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
        if (!placed || rank(placed_kinds, COUNT(placed_kinds), other->kind) >
                           rank(placed_kinds, COUNT(placed_kinds), placed->kind))
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
static size_t list_borders(const struct sample *sample, const struct claim *claims, uint64_t *ret_borders)
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

/* Sorted, disjoint, whole pages, nothing empty, and neighbours that differ. */
static void check_shape(const struct chance *chance, const struct sealed *sealed)
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
static void check_range(const struct chance *chance, const struct sample *sample, const struct claim *claims,
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

static void check_sample(const struct chance *chance, const struct sample *sample)
{
    struct sealed sealed = seal(&sample->made, sample->placed, sample->placed_count);
    struct claim *claims = read_claims(sample);
    uint64_t *borders = calloc(2 * (sample->made.count + sample->placed_count + 1), sizeof(*borders));
    size_t count, next = 0;

    assert_non_null(borders);
    count = list_borders(sample, claims, borders);
    check_shape(chance, &sealed);
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

static void test_by_chance(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 4000; i++) {
        struct chance chance = chance_case(i);
        struct sample sample = make_sample(&chance, (size_t)chance_below(&chance, 40),
                                           (size_t)chance_below(&chance, 12), chance_size(&chance, 200));

        check_sample(&chance, &sample);
        sample_end(&sample);
    }
}

static void test_thousands_of_entries(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 3; i++) {
        struct chance chance = chance_case(i);
        struct sample sample = make_sample(&chance, 5000, 50, i == 0 ? 1ULL << 40 : i == 1 ? 1000 : 100000);

        check_sample(&chance, &sample);
        sample_end(&sample);
    }
}

/* With less room than it takes, ranges are left out; nothing is written behind the room. */
static void test_too_little_room(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 300; i++) {
        struct chance chance = chance_case(i);
        struct sample sample = make_sample(&chance, 20, 5, 30);
        struct sealed sealed =
            seal_in(&sample.made, sample.placed, sample.placed_count, (size_t)chance_below(&chance, 26));

        check_shape(&chance, &sealed);
        sealed_end(&sealed);
        sample_end(&sample);
    }
}

static void test_find(void **state)
{
    static const struct baton_memory entries[] = {
        {0x1000, 0x1000, 1, 0, 0}, {0x2000, 0x3000, 2, 0, 0}, {END, PAGE, 3, 0, 0}};

    (void)state;
    assert_null(memory_map_find(entries, 0, 0x1000));
    assert_null(memory_map_find(entries, 3, 0));
    assert_null(memory_map_find(entries, 3, 0xfff));
    assert_ptr_equal(memory_map_find(entries, 3, 0x1000), &entries[0]);
    assert_ptr_equal(memory_map_find(entries, 3, 0x1fff), &entries[0]);
    assert_ptr_equal(memory_map_find(entries, 3, 0x2000), &entries[1]);
    assert_ptr_equal(memory_map_find(entries, 3, 0x4fff), &entries[1]);
    assert_null(memory_map_find(entries, 3, 0x5000));
    assert_ptr_equal(memory_map_find(entries, 3, END + 1), &entries[2]);
    assert_null(memory_map_find(entries, 3, UINT64_MAX));
    assert_null(memory_map_find(entries, 2, END));
}

/* ---- effort ---- */

/* The shapes that cost most: all ranges over the same page, each in the next, or apart and in the wrong order. */
enum shape { SHAPE_NESTED, SHAPE_STAIRS, SHAPE_BACKWARDS, SHAPES };

static double time_to_seal(enum shape shape, size_t count)
{
    struct made_map made = made_map_start(count, 48);
    struct sealed sealed;
    double start;

    for (size_t i = 0; i < count; i++) {
        uint32_t type = (uint32_t)(i % 16);

        if (shape == SHAPE_NESTED)
            made_map_add(&made, type, 0x100000 + i * PAGE, 2 * (count - i), WB);
        else if (shape == SHAPE_STAIRS)
            made_map_add(&made, type, 0x100000 + i * PAGE, count, WB);
        else
            made_map_add(&made, type, 0x100000 + (count - i) * 2 * PAGE, 1, WB);
    }
    start = cpu_seconds();
    sealed = seal(&made, NULL, 0);
    start = cpu_seconds() - start;
    sealed_end(&sealed);
    made_map_end(&made);
    return start;
}

/* 10,000 ranges in one map or in a thousand maps: four times the work by n log n, a thousand times by n². */
static void test_effort(void **state)
{
    (void)state;
    for (int shape = 0; shape < SHAPES; shape++) {
        double best = 1e9;

        for (unsigned tries = 0; tries < 3 && best > 40; tries++) {
            double small = 0, large;

            for (unsigned i = 0; i < 1000; i++)
                small += time_to_seal((enum shape)shape, 10);
            large = time_to_seal((enum shape)shape, 10000);
            best = large / small < best ? large / small : best;
        }
        if (best > 40)
            fail_msg("shape %d: 10,000 ranges take %.0f times as long as 1,000 times 10", shape, best);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_kind_names),
        cmocka_unit_test(test_small_map),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_page_zero),
        cmocka_unit_test(test_halves_of_pages),
        cmocka_unit_test(test_stricter_wins),
        cmocka_unit_test(test_by_chance),
        cmocka_unit_test(test_thousands_of_entries),
        cmocka_unit_test(test_too_little_room),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_effort),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
