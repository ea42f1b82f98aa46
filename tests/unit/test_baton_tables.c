/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole boots on machines whose firmware left its tables anywhere, and whose device tree reserves memory: the kernel's
 * map has the kinds that docs/protocol.md, section 5, names, and the address space is as section 3 has it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "made_kernel.h"

#define PAGE       4096ULL
#define MIB        (1ULL << 20)
#define WB         (EFI_ATTRIBUTE_WRITE_BACK | 7)
#define UNMAPPED   0ULL
#define READ       0x8000000000000061ULL /* present, accessed, dirty, not executable */
#define READ_WRITE (READ | 2)
#define COMBINING  (READ_WRITE | 8) /* PAT entry 5; the third bit of it is elsewhere in each size */
#define ANY        UINT64_MAX       /* checked elsewhere */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct sample {
    struct made_boot boot;
    struct made_kernel kernel;
    struct chance *chance;
    const struct baton *baton;
    const struct baton_memory *entries;
    size_t count;
};

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            CHANCE_FAIL(sample->chance, "not so: %s", #condition);                                                     \
    } while (false)

/* ---- the machine ---- */

/* Some of everything; each a MiB or more, so that there is room for tables in it, at its ends, and across. */
static const struct span machine[] = {
    {0, 0xa0000, EFI_TYPE_CONVENTIONAL, WB},
    /* the BIOS area is not listed */
    {MIB, 40 * MIB, EFI_TYPE_CONVENTIONAL, WB},
    {40 * MIB, 41 * MIB, EFI_TYPE_BOOT_SERVICES_DATA, WB},
    {41 * MIB, 42 * MIB, EFI_TYPE_RESERVED, WB},
    {42 * MIB, 43 * MIB, EFI_TYPE_RESERVED, 0}, /* not even cacheable */
    {43 * MIB, 44 * MIB, EFI_TYPE_ACPI_NVS, WB},
    {44 * MIB, 45 * MIB, EFI_TYPE_ACPI_RECLAIM, WB},
    {45 * MIB, 46 * MIB, EFI_TYPE_RUNTIME_DATA, WB | 1ULL << 63},
    {46 * MIB, 47 * MIB, EFI_TYPE_RUNTIME_CODE, WB | 1ULL << 63},
    {47 * MIB, 48 * MIB, EFI_TYPE_LOADER_DATA, WB},
    {48 * MIB, 49 * MIB, EFI_TYPE_UNUSABLE, WB},
    {49 * MIB, 50 * MIB, EFI_TYPE_PERSISTENT, WB},
    {50 * MIB, 51 * MIB, EFI_TYPE_UNACCEPTED, WB},
    {51 * MIB, 52 * MIB, EFI_TYPE_MMIO, 1},
    {52 * MIB, 53 * MIB, EFI_TYPE_CONVENTIONAL, 1}, /* memory that firmware does not call cacheable */
    {53 * MIB, 54 * MIB, EFI_TYPE_CONVENTIONAL, WB | EFI_ATTRIBUTE_SPECIFIC_PURPOSE},
    {54 * MIB, 55 * MIB, 0x80000001, WB},
    /* and a hole behind */
    {64 * MIB, 512 * MIB, EFI_TYPE_CONVENTIONAL, WB},
    {4096 * MIB, 5120 * MIB, EFI_TYPE_CONVENTIONAL, WB},
};

static int compare_ranges(const void *a, const void *b)
{
    const struct table_range *left = a, *right = b;

    return left->base < right->base ? -1 : left->base > right->base;
}

/* Ranges by chance, sorted, apart: where the machine's memory is of one kind or another, and in its holes. */
static size_t make_ranges(struct chance *chance, struct table_range *ranges, size_t most, uint64_t pages)
{
    size_t count = (size_t)chance_below(chance, most + 1), kept = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t size = PAGE * chance_size(chance, pages);
        uint64_t base = PAGE * chance_below(chance, chance_one_in(chance, 4) ? 600 * MIB / PAGE : 58 * MIB / PAGE);

        if (chance_one_in(chance, 3)) /* exactly at a border of two kinds, or around it */
            base = (base & ~(MIB - 1)) - (base > MIB && chance_one_in(chance, 2) ? size / 2 / PAGE * PAGE : 0);
        ranges[i] = (struct table_range){base, size};
    }
    qsort(ranges, count, sizeof(ranges[0]), compare_ranges);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || ranges[i].base > ranges[kept - 1].base + ranges[kept - 1].size)
            ranges[kept++] = ranges[i];
    }
    return kept;
}

static void make_facts(struct sample *sample)
{
    struct facts *facts = &sample->boot.facts;
    struct chance *chance = sample->chance;

    facts->tables.range_count = make_ranges(chance, facts->tables.ranges, chance_one_in(chance, 4) ? 120 : 8, 40);
    facts->reservation_count = make_ranges(chance, facts->reservations, chance_one_in(chance, 4) ? 60 : 6, 300);
    facts->framebuffer_count = (size_t)chance_below(chance, 3);
    for (uint64_t i = 0; i < facts->framebuffer_count; i++)
        facts->framebuffers[i] = (struct baton_framebuffer){.physical = (i == 0 ? 41 * MIB + 0x8100 : 0xc0000000),
                                                            .size = i == 0 ? 0x3456 : 8 * MIB + 1};
}

static void start(struct sample *sample, struct chance *chance)
{
    static const uint64_t bases[] = {0x200000, 0xffffffff80000000};
    struct made_boot *boot = &sample->boot;

    memset(sample, 0, sizeof(*sample));
    sample->chance = chance;
    log_reset();
    made_boot_start(boot, chance);
    boot->spans.count = 0;
    for (size_t i = 0; i < COUNT(machine); i++)
        spans_add(&boot->spans, machine[i].base, machine[i].end, machine[i].type, machine[i].attributes);
    made_map_end(&boot->map);
    boot->map = spans_report(&boot->spans, 48);
    made_map_give(&boot->map, &boot->facts);
    make_facts(sample);
    sample->kernel = (struct made_kernel){.base = bases[chance_below(chance, 2)],
                                          .has_note = true,
                                          .wanted = chance_bits(chance) & BATON_FEATURE_IDENTITY_MAP};
    made_kernel_add(boot, &sample->kernel, chance);
}

/* Whether it came as far as the jump. A low kernel's place may be reserved. */
static bool run(struct sample *sample)
{
    const struct stage_times times = {{0}};
    struct made_boot *boot = &sample->boot;
    enum status status = made_boot_plan(boot);

    if (status == STATUS_NO_MEMORY && sample->kernel.base == 0x200000) {
        CHECK(strstr(boot->error.text, "is taken by a reservation of the device tree's") ||
              strstr(boot->error.text, "is taken by the firmware's tables"));
        return false;
    }
    if (status != STATUS_OK)
        CHANCE_FAIL(sample->chance, "%d: %s", status, boot->error.text);
    if (!made_boot_reserve(boot, sample->chance))
        CHANCE_FAIL(sample->chance, "the plan asks for what is not there");
    made_boot_load(boot);
    made_boot_finish(boot, &times);
    sample->baton = (const void *)boot->plan.places[boot->plan.baton].memory;
    sample->count = sample->baton->memory_map.count;
    sample->entries = made_boot_see(boot, sample->baton->memory_map.first, sample->count * sizeof(sample->entries[0]));
    CHECK(sample->entries != NULL);
    return true;
}

/* ---- the rules, for one page ---- */

static bool is_in_ranges(const struct table_range *ranges, size_t count, uint64_t address)
{
    for (size_t i = 0; i < count; i++) {
        if (address >= ranges[i].base && address - ranges[i].base < ranges[i].size)
            return true;
    }
    return false;
}

static bool is_framebuffer(const struct facts *facts, uint64_t address)
{
    for (size_t i = 0; i < facts->framebuffer_count; i++) {
        const struct baton_framebuffer *framebuffer = &facts->framebuffers[i];

        if (address + PAGE > framebuffer->physical && address < framebuffer->physical + framebuffer->size)
            return true;
    }
    return false;
}

static const struct span *span_of(const struct sample *sample, uint64_t address)
{
    for (size_t i = 0; i < sample->boot.spans.count; i++) {
        const struct span *span = &sample->boot.spans.span[i];

        if (address >= span->base && address < span->end)
            return span;
    }
    return NULL;
}

static bool is_free(uint32_t kind)
{
    return kind == BATON_MEMORY_USABLE || kind == BATON_MEMORY_BOOT_SERVICES || kind == BATON_MEMORY_LOADER ||
           kind == BATON_MEMORY_SPECIFIC_PURPOSE;
}

/* The kind that section 5 gives a page; 0 when it is in no entry. */
static uint32_t kind_by_rules(const struct sample *sample, uint64_t address)
{
    const struct plan *plan = &sample->boot.plan;
    const struct facts *facts = &sample->boot.facts;
    const struct span *span = span_of(sample, address);
    uint32_t kind = span ? memory_kind_of(span->type, span->attributes) : 0;

    for (size_t i = 0; i < plan->request_count; i++) {
        if (address >= plan->places[i].physical && address - plan->places[i].physical < plan->requests[i].labelled)
            return plan->requests[i].kind;
    }
    if (is_framebuffer(facts, address))
        return BATON_MEMORY_FRAMEBUFFER;
    if (is_in_ranges(facts->tables.ranges, facts->tables.range_count, address))
        return BATON_MEMORY_FIRMWARE_TABLES;
    if (is_in_ranges(facts->reservations, facts->reservation_count, address) || (address == 0 && is_free(kind)))
        return BATON_MEMORY_RESERVED;
    return is_free(kind) && !(span->attributes & EFI_ATTRIBUTE_WRITE_BACK) ? BATON_MEMORY_WITHHELD : kind;
}

/* The leaf's bits, but for its size, that section 3.3 gives a page of a kind. */
static uint64_t leaf_by_rules(uint64_t address, uint32_t kind, uint64_t attributes)
{
    bool cached = (attributes & EFI_ATTRIBUTE_WRITE_BACK) != 0;

    if (address == 0)
        return ANY;
    switch (kind) {
    case BATON_MEMORY_USABLE:
    case BATON_MEMORY_BOOT_SERVICES:
    case BATON_MEMORY_LOADER:
    case BATON_MEMORY_SPECIFIC_PURPOSE:
        return READ_WRITE;
    case BATON_MEMORY_ACPI_RECLAIMABLE:
    case BATON_MEMORY_ACPI_NVS:
    case BATON_MEMORY_RUNTIME_DATA:
        return cached ? READ_WRITE : UNMAPPED;
    case BATON_MEMORY_RUNTIME_CODE:
        return cached ? READ : UNMAPPED;
    case BATON_MEMORY_FIRMWARE_TABLES:
        return READ;
    case BATON_MEMORY_BATON:
    case BATON_MEMORY_MODULE:
    case BATON_MEMORY_PAGE_TABLES:
        return READ_WRITE;
    case BATON_MEMORY_KERNEL:
    case BATON_MEMORY_STACK:
    case BATON_MEMORY_TRAMPOLINE:
        return ANY;
    case BATON_MEMORY_FRAMEBUFFER:
        return COMBINING;
    default:
        return UNMAPPED;
    }
}

/* ---- checking ---- */

static uint64_t leaf_at(const struct sample *sample, uint64_t address, uint64_t *ret_physical)
{
    *ret_physical = 0;
    return made_boot_leaf(&sample->boot, address, ret_physical);
}

/* A leaf without its address and size. */
static bool has_bits(uint64_t leaf, uint64_t expected)
{
    return (leaf & (1ULL << 63 | 0x7f)) == expected;
}

static void check_mapping(const struct sample *sample, uint64_t address, uint32_t kind, uint64_t attributes)
{
    const struct baton *baton = sample->baton;
    uint64_t expected = leaf_by_rules(address, kind, attributes), physical, leaf, twice, physical_twice;

    leaf = leaf_at(sample, baton->direct_map.base + address, &physical);
    if (expected != ANY && !has_bits(leaf, expected))
        CHANCE_FAIL(sample->chance, "0x%llx, %s, is mapped by 0x%llx instead of 0x%llx", (unsigned long long)address,
                    memory_kind_name(kind), (unsigned long long)leaf, (unsigned long long)expected);
    CHECK(leaf == 0 || physical == address);
    CHECK(leaf == 0 || kind == BATON_MEMORY_FRAMEBUFFER || address < baton->direct_map.end - baton->direct_map.base);
    if (baton->facts & BATON_FACT_IDENTITY_MAP) {
        twice = leaf_at(sample, address, &physical_twice);
        CHECK(twice == leaf && physical_twice == physical && (address != 0 || leaf == 0));
    }
}

static void check_page(const struct sample *sample, uint64_t address)
{
    const struct baton_memory *entry = memory_map_find(sample->entries, sample->count, address);
    const struct span *span = span_of(sample, address);
    uint32_t kind = kind_by_rules(sample, address);

    if ((entry ? entry->kind : 0) != kind)
        CHANCE_FAIL(sample->chance, "0x%llx is %s instead of %s", (unsigned long long)address,
                    entry ? memory_kind_name(entry->kind) : "in no entry", memory_kind_name(kind));
    CHECK(!entry || entry->efi_type == (span ? span->type : 0));
    CHECK(!entry || entry->efi_attributes == (span ? span->attributes : 0));
    check_mapping(sample, address, kind, span ? span->attributes : 0);
}

static void check_around(const struct sample *sample, uint64_t border)
{
    border &= ~(PAGE - 1);
    check_page(sample, border);
    check_page(sample, border + PAGE);
    if (border > 0)
        check_page(sample, border - PAGE);
}

static void check_ranges(const struct sample *sample, const struct table_range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_around(sample, ranges[i].base);
        check_around(sample, ranges[i].base + ranges[i].size);
        check_page(sample, ranges[i].base + PAGE * chance_below(sample->chance, ranges[i].size / PAGE));
    }
}

/* Nothing changes but where something begins or ends. */
static void check_every_border(const struct sample *sample)
{
    const struct made_boot *boot = &sample->boot;

    check_ranges(sample, boot->facts.tables.ranges, boot->facts.tables.range_count);
    check_ranges(sample, boot->facts.reservations, boot->facts.reservation_count);
    for (size_t i = 0; i < boot->spans.count; i++) {
        check_around(sample, boot->spans.span[i].base);
        check_around(sample, boot->spans.span[i].end);
    }
    for (size_t i = 0; i < boot->plan.request_count; i++) {
        check_around(sample, boot->plan.places[i].physical);
        check_around(sample, boot->plan.places[i].physical + boot->plan.requests[i].labelled);
        check_around(sample, boot->plan.places[i].physical + boot->plan.requests[i].size);
    }
    for (size_t i = 0; i < boot->facts.framebuffer_count; i++) {
        check_around(sample, boot->facts.framebuffers[i].physical);
        check_around(sample, boot->facts.framebuffers[i].physical + boot->facts.framebuffers[i].size);
    }
    for (size_t i = 0; i < sample->count; i++) {
        check_around(sample, sample->entries[i].base);
        check_around(sample, sample->entries[i].base + sample->entries[i].size);
    }
}

/* Sorted, apart, none empty, none that could be one with the next. */
static void check_shape(const struct sample *sample)
{
    for (size_t i = 1; i < sample->count; i++) {
        const struct baton_memory *before = &sample->entries[i - 1], *entry = before + 1;

        CHECK(before->base + before->size <= entry->base && entry->size > 0 && before->size > 0);
        CHECK(entry->base % PAGE == 0 && entry->size % PAGE == 0);
    }
}

static void test_machines(void **state)
{
    uint64_t booted = 0, refused = 0, tables = 0;

    (void)state;
    for (uint64_t i = 0; i < 1500; i++) {
        static struct sample sample;
        struct chance chance = chance_case(i);
        bool up;

        start(&sample, &chance);
        up = run(&sample);
        if (up) {
            check_shape(&sample);
            check_every_border(&sample);
        }
        booted += up;
        refused += !up;
        tables += sample.boot.facts.tables.range_count;
        made_boot_end(&sample.boot);
    }
    assert_true(booted > 1000 && refused > 5 && tables > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_machines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
