/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory maps that firmware made (tests/unit/maps says which, and on what machine): sealed as they are, in other orders
 * and at other strides, and with whole boots on them, of which every guarantee of docs/protocol.md is looked at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "made_kernel.h"
#include "map_rules.h"

#define PAGE     4096ULL
#define MOST     512
#define WRITABLE (1ULL << 1)

#define CHECK(chance, condition)                                                                                       \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            CHANCE_FAIL((chance), "%s: not so: %s", current.name, #condition);                                         \
    } while (false)

/* The map that is looked at. */
static struct {
    const char *name;
    struct efi_descriptor descriptor[MOST];
    size_t count, descriptor_size;
} current;

static void read_map(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[256];

    assert_non_null(file);
    memset(&current, 0, sizeof(current));
    current.name = path;
    while (fgets(line, sizeof(line), file)) {
        struct efi_descriptor *descriptor = &current.descriptor[current.count];
        char *rest = line;

        if (line[0] == '#')
            continue;
        if (strncmp(line, "size ", 5) == 0) {
            current.descriptor_size = strtoul(line + 5, NULL, 10);
            continue;
        }
        assert_true(current.count < MOST);
        descriptor->type = (uint32_t)strtoul(rest, &rest, 10);
        descriptor->physical = strtoull(rest, &rest, 16);
        descriptor->pages = strtoull(rest, &rest, 16);
        descriptor->attributes = strtoull(rest, &rest, 16);
        assert_true(*rest == '\n' && descriptor->pages > 0);
        current.count++;
    }
    (void)fclose(file);
    assert_true(current.count > 10 && current.descriptor_size >= EFI_DESCRIPTOR_MINIMUM);
}

/* Runs a test with each map. */
static void for_each_map(void (*test)(struct chance *chance, uint64_t number))
{
    glob_t found;

    assert_int_equal(glob("tests/unit/maps/*.txt", 0, NULL, &found), 0);
    assert_true(found.gl_pathc >= 6);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        read_map(found.gl_pathv[i]);
        for (uint64_t number = 0; number < 40; number++) {
            struct chance chance = chance_case(i * 40 + number);

            test(&chance, number);
        }
    }
    globfree(&found);
}

/* ---- sealed ---- */

static struct placed_range place_by_chance(struct chance *chance)
{
    const struct efi_descriptor *descriptor = &current.descriptor[chance_below(chance, current.count)];
    uint64_t first = chance_below(chance, descriptor->pages);

    return (struct placed_range){descriptor->physical + first * PAGE, PAGE * chance_size(chance, 2000),
                                 map_rules_placed[chance_below(chance, MAP_RULES_PLACED)]};
}

/* The first time as it is; then shuffled, at another stride, with some of the loader's own in it. */
static void seal(struct chance *chance, uint64_t number)
{
    struct placed_range placed[20];
    struct map_sample sample = {
        made_map_start(current.count, number == 0 ? current.descriptor_size : (size_t)chance_between(chance, 40, 128)),
        placed, number == 0 ? 0 : (size_t)chance_below(chance, 20)};
    size_t order[MOST];

    for (size_t i = 0; i < current.count; i++)
        order[i] = i;
    for (size_t i = current.count; number > 1 && i > 1; i--) {
        size_t other = (size_t)chance_below(chance, i), swapped = order[i - 1];

        order[i - 1] = order[other];
        order[other] = swapped;
    }
    for (size_t i = 0; i < current.count; i++) {
        const struct efi_descriptor *descriptor = &current.descriptor[order[i]];

        made_map_add(&sample.made, descriptor->type, descriptor->physical, descriptor->pages, descriptor->attributes);
    }
    for (size_t i = 0; i < sample.placed_count; i++)
        placed[i] = place_by_chance(chance);
    map_rules_check(chance, &sample);
    made_map_end(&sample.made);
}

static void test_seal(void **state)
{
    (void)state;
    for_each_map(seal);
}

/* ---- whole boots ---- */

static int compare_descriptors(const void *a, const void *b)
{
    const struct efi_descriptor *left = a, *right = b;

    return left->physical < right->physical ? -1 : left->physical > right->physical;
}

/* The machine of the map, with a kernel of some kind and a module. */
static void start_boot(struct made_boot *boot, struct chance *chance)
{
    static const uint64_t bases[] = {0, 0x110000, 0xffffffff80000000};
    struct made_kernel kernel = {.base = bases[chance_below(chance, 3)],
                                 .zeros = chance_size(chance, 0x80000),
                                 .has_note = true,
                                 .stack_size = chance_size(chance, 0x40000),
                                 .wanted = chance_bits(chance) & 0x3ff};
    size_t module_size = (size_t)chance_size(chance, 0x100000);
    uint8_t *module = calloc(module_size, 1);

    assert_non_null(module);
    kernel.movable = kernel.base == 0;
    log_reset();
    made_boot_start(boot, chance);
    boot->spans.count = 0;
    qsort(current.descriptor, current.count, sizeof(current.descriptor[0]), compare_descriptors);
    for (size_t i = 0; i < current.count; i++) {
        const struct efi_descriptor *descriptor = &current.descriptor[i];

        spans_add(&boot->spans, descriptor->physical, descriptor->physical + descriptor->pages * PAGE, descriptor->type,
                  descriptor->attributes);
    }
    made_map_end(&boot->map);
    boot->map = spans_report(&boot->spans, current.descriptor_size);
    made_map_give(&boot->map, &boot->facts);
    boot->facts.random.present = true;
    boot->facts.random.slide = chance_bits(chance);
    boot->facts.random.direct_map = chance_bits(chance);
    boot->entry.options = "some options";
    made_kernel_add(boot, &kernel, chance);
    made_boot_add_file(boot, "/module", module, module_size);
}

/* Whether the loader, or the firmware that is still there, has what lies here: never free memory. */
static bool is_kept(const struct made_boot *boot, const struct baton *baton, const void *pointer, uint64_t size,
                    uint32_t kind)
{
    const struct baton_memory *entries = made_boot_see(boot, baton->memory_map.first, 1);
    uint64_t physical = baton_physical(baton, pointer);
    const struct baton_memory *entry = memory_map_find(entries, baton->memory_map.count, physical);

    return made_boot_see(boot, pointer, size) && entry && entry->kind == kind &&
           physical + size <= entry->base + entry->size;
}

static void check_pointers(const struct chance *chance, const struct made_boot *boot, const struct baton *baton)
{
    const struct baton_module *module = made_boot_see(boot, baton->modules.first, sizeof(*module));
    const struct plan *plan = &boot->plan;
    const struct baton_list *lists[] = {&baton->memory_map, &baton->modules, &baton->timings};

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        CHECK(chance,
              is_kept(boot, baton, lists[i]->first, (uint64_t)lists[i]->count * lists[i]->stride, BATON_MEMORY_BATON));
    CHECK(chance, is_kept(boot, baton, baton->loader_name, 6, BATON_MEMORY_BATON));
    CHECK(chance, is_kept(boot, baton, baton->command_line, 13, BATON_MEMORY_BATON));
    CHECK(chance, is_kept(boot, baton, baton->kernel.path, 12, BATON_MEMORY_BATON));
    CHECK(chance, is_kept(boot, baton, baton->log.text, baton->log.size + 1, BATON_MEMORY_BATON));
    CHECK(chance,
          is_kept(boot, baton, baton->efi_memory_map.descriptors, baton->efi_memory_map.size, BATON_MEMORY_BATON));
    CHECK(chance, is_kept(boot, baton, module->address, module->size, BATON_MEMORY_MODULE));
    CHECK(chance,
          is_kept(boot, baton, (const void *)(uintptr_t)baton->stack.base, baton->stack.size, BATON_MEMORY_STACK));
    CHECK(chance, is_kept(boot, baton, (const void *)(uintptr_t)(plan->direct_map_base + boot->root), PAGE,
                          BATON_MEMORY_PAGE_TABLES));
}

/* Each page that the firmware lists is in the map once, with what the firmware says of it, and what is free is mapped;
 * the firmware's own map is there as it was. */
static void check_memory(const struct chance *chance, const struct made_boot *boot, const struct baton *baton)
{
    const struct baton_memory *entries =
        made_boot_see(boot, baton->memory_map.first, (uint64_t)baton->memory_map.count * sizeof(*entries));
    uint64_t pages = 0, listed = 0;

    CHECK(chance, baton->efi_memory_map.size == boot->map.count * boot->map.descriptor_size);
    CHECK(chance, memcmp(made_boot_see(boot, baton->efi_memory_map.descriptors, baton->efi_memory_map.size),
                         boot->map.bytes, baton->efi_memory_map.size) == 0);
    for (size_t i = 0; i < boot->spans.count; i++)
        listed += (boot->spans.span[i].end - boot->spans.span[i].base) / PAGE;
    for (size_t i = 0; i < baton->memory_map.count; i++) {
        const struct baton_memory *entry = &entries[i];
        uint64_t physical = 0, leaf;

        CHECK(chance, entry->size > 0 && entry->size % PAGE == 0 && entry->base % PAGE == 0);
        CHECK(chance, i == 0 || entry[-1].base + entry[-1].size <= entry->base);
        pages += entry->size / PAGE;
        if (entry->kind == BATON_MEMORY_WITHHELD)
            CHECK(chance, !(entry->efi_attributes & EFI_ATTRIBUTE_WRITE_BACK));
        if (entry->kind != BATON_MEMORY_USABLE && entry->kind != BATON_MEMORY_BOOT_SERVICES &&
            entry->kind != BATON_MEMORY_LOADER)
            continue;
        leaf = made_boot_leaf(boot, baton->direct_map.base + entry->base, &physical);
        CHECK(chance, (leaf & WRITABLE) && physical == entry->base);
        leaf = made_boot_leaf(boot, baton->direct_map.base + entry->base + entry->size - 1, &physical);
        CHECK(chance, (leaf & WRITABLE) && physical == entry->base + entry->size - 1);
    }
    CHECK(chance, pages == listed);
    CHECK(chance, entries[0].base == 0 && entries[0].kind == BATON_MEMORY_RESERVED && entries[0].size == PAGE);
}

static void boot_on(struct chance *chance, uint64_t number)
{
    static struct made_boot boot;
    const struct stage_times times = {{0}};
    const struct baton *baton;
    enum status status;

    (void)number;
    start_boot(&boot, chance);
    status = made_boot_plan(&boot);
    if (status != STATUS_OK)
        CHANCE_FAIL(chance, "%s: %d, %s", current.name, status, boot.error.text);
    if (!made_boot_reserve(&boot, chance))
        CHANCE_FAIL(chance, "%s: the plan asks for what is not there", current.name);
    made_boot_load(&boot);
    made_boot_finish(&boot, &times);
    baton = (const void *)boot.plan.places[boot.plan.baton].memory;
    check_pointers(chance, &boot, baton);
    check_memory(chance, &boot, baton);
    made_boot_end(&boot);
}

static void test_boots(void **state)
{
    (void)state;
    for_each_map(boot_on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seal),
        cmocka_unit_test(test_boots),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
