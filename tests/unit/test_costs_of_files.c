/* SPDX-License-Identifier: BSD-2-Clause */
/* What files and firmware's tables cost when there is much in them: segments, relocations, notes, modules, tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "config.h"
#include "cost.h"
#include "device_tree.h"
#include "facts.h"
#include "image_relocations.h"
#include "log.h"
#include "made_elf.h"
#include "made_tables.h"
#include "made_tree.h"
#include "note.h"
#include "put.h"

#define PAGE 4096ULL
#define HIGH 0xffffffff80000000ULL
#define ROOM (16U << 20)

static uint8_t *room; /* for arenas */

static struct arena new_arena(void)
{
    return (struct arena){room, ROOM, 0};
}

/* ---- kernels ---- */

/* `count` segments of a page each, in no order; the first of them is code. */
static struct image make_image(size_t count, double *ret_taken)
{
    struct elf_segment *segments = calloc(count, sizeof(*segments));
    struct elf_header header = made_elf_header(HIGH, (uint32_t)count);
    struct arena arena = new_arena();
    struct error error;
    struct image image;
    struct bytes table;
    double start;

    assert_non_null(segments);
    header.file_type = ELF_TYPE_EXEC;
    for (size_t i = 0; i < count; i++) {
        size_t place = i * 7 % count;
        uint32_t flags = place == 0 ? ELF_READ | ELF_EXECUTE : place % 2 ? ELF_READ | ELF_WRITE : ELF_READ;

        segments[i] =
            (struct elf_segment){ELF_SEGMENT_LOAD, flags, place * PAGE, HIGH + place * PAGE, 0, PAGE, PAGE, PAGE};
    }
    table = made_elf_table(segments, count, ELF_PROGRAM_HEADER_SIZE);
    start = cpu_seconds();
    assert_int_equal(image_from_elf("K", count * PAGE, &header, table, &arena, &image, &error), STATUS_OK);
    *ret_taken = cpu_seconds() - start;
    assert_int_equal(image.run_count, count);
    free(segments);
    free((void *)(uintptr_t)table.data);
    return image;
}

static double lay_out(size_t count)
{
    double taken;

    (void)make_image(count, &taken);
    return taken;
}

/* `relocations` in `segments`, each in another one than the one before, but near that: it is steps that count, and not
 * what the host's caches hold. */
static double relocate(size_t relocations, size_t segments)
{
    double start, taken;
    const struct image image = make_image(segments, &taken);
    const struct relocations tables = {
        .tables = {{.size = 24 * relocations}}, .count = 1, .machine = 62, .relative = 8};
    uint8_t *table = calloc(relocations, 24), *memory = calloc(segments, PAGE);
    const struct bytes bytes[RELOCATION_TABLES] = {{table, 24 * relocations}};
    struct error error;

    assert_non_null(table);
    assert_non_null(memory);
    for (size_t i = 0; i < relocations; i++) {
        size_t page = 1 + i * 2 % (segments - 1);

        put_number(table + 24 * i, 8, HIGH + page * PAGE + i * 8 % (PAGE - 8));
        put_number(table + 24 * i + 8, 8, 8);
    }
    start = cpu_seconds();
    assert_int_equal(relocations_check("K", &tables, bytes, &image, &error), STATUS_OK);
    if (segments < 10) /* many pages take long because they are many pages */
        relocations_apply(&tables, bytes, &image, memory, 0x200000);
    taken = cpu_seconds() - start;
    free(table);
    free(memory);
    return taken;
}

static double relocate_many(size_t count)
{
    return relocate(count, 4);
}

static double relocate_many_in_many(size_t count)
{
    return relocate(count, count);
}

/* A note section full of other notes. */
static double read_notes(size_t count)
{
    uint8_t *notes = calloc(count, 24);
    struct wishes wishes = {0};
    struct error error;
    double start, taken;

    assert_non_null(notes);
    for (size_t i = 0; i < count; i++)
        memcpy(notes + 24 * i, "\6\0\0\0\4\0\0\0\2\0\0\0Baton\0\0\0", 20); /* ours, but of another kind */
    start = cpu_seconds();
    assert_int_equal(note_read_wishes("K", (struct bytes){notes, 24 * count}, &wishes, &error), STATUS_OK);
    taken = cpu_seconds() - start;
    assert_false(wishes.found);
    free(notes);
    return taken;
}

/* ---- boot entries ---- */

static double parse_entry(size_t count)
{
    char *text = malloc(64 * count + 64);
    struct arena arena = new_arena();
    struct error error;
    struct entry entry;
    size_t length;
    double start, taken;

    assert_non_null(text);
    length = (size_t)sprintf(text, "linux /kernel\n");
    for (size_t i = 0; i < count; i++)
        length += (size_t)sprintf(text + length, "module /%zu\n", i);
    start = cpu_seconds();
    assert_int_equal(config_parse_entry("/loader/entries/x.conf", (struct text){text, length}, &arena, &entry, &error),
                     STATUS_OK);
    taken = cpu_seconds() - start;
    assert_int_equal(entry.module_count, count);
    free(text);
    return taken;
}

/* ---- firmware's tables ---- */

/* Memory that is read with one look: what is measured is the loader. */
struct flat_memory {
    uint8_t *bytes;
    uint64_t size;
};

static const void *read_flat(void *context, uint64_t address, uint64_t size)
{
    const struct flat_memory *memory = context;

    return address < memory->size && size <= memory->size - address ? memory->bytes + address : NULL;
}

/* An XSDT of `count` tables, each on a page of its own, in no order. */
static double find_tables(size_t count)
{
    struct flat_memory memory = {.size = PAGE * (2 * count + 64) + 16 * count};
    struct made_memory made = {0};
    uint64_t *entries = calloc(count, sizeof(*entries)), root = PAGE * (2 * count + 32);
    struct firmware_tables *tables = calloc(1, sizeof(*tables));
    uint8_t *bytes;
    double start, taken;

    memory.bytes = calloc(memory.size, 1);
    assert_non_null(memory.bytes);
    assert_non_null(entries);
    assert_non_null(tables);
    for (size_t i = 0; i < count; i++)
        entries[i] = PAGE * (2 * (i * 7 % count) + 8);
    bytes = made_root(&made, root, 8, entries, count);
    memcpy(memory.bytes + root, bytes, 36 + 8 * count);
    bytes = made_rsdp(&made, PAGE, 2, 0, root);
    memcpy(memory.bytes + PAGE, bytes, 36);
    bytes = made_table(&made, 2 * PAGE, "SSDT", 36);
    for (size_t i = 0; i < count; i++)
        memcpy(memory.bytes + entries[i], bytes, 36);
    log_reset();
    start = cpu_seconds();
    firmware_tables_find(&(struct firmware_pointers){.acpi20 = PAGE}, &(struct physical_memory){read_flat, &memory},
                         tables);
    taken = cpu_seconds() - start;
    assert_true(tables->has_rsdp && tables->range_count >= (count < 100 ? count : 100));
    made_memory_end(&made);
    free(memory.bytes);
    free(entries);
    free(tables);
    return taken;
}

static double read_reservations(size_t count)
{
    struct made_tree tree = {0};
    struct table_ranges ranges = {0};
    struct bytes bytes;
    double start, taken;

    for (size_t i = 0; i < count; i++)
        made_tree_reserve(&tree, PAGE * (2 * (i * 7 % count) + 1), PAGE);
    made_tree_begin(&tree, "");
    made_tree_end(&tree);
    bytes = made_tree_finish(&tree);
    ranges.capacity = device_tree_most_reservations(bytes.size);
    ranges.range = malloc(ranges.capacity * sizeof(ranges.range[0]));
    assert_non_null(ranges.range);
    log_reset();
    start = cpu_seconds();
    device_tree_reservations(bytes, &ranges);
    taken = cpu_seconds() - start;
    assert_int_equal(ranges.count, count);
    free(ranges.range);
    free((void *)(uintptr_t)bytes.data);
    return taken;
}

static void test_costs(void **state)
{
    static const struct cost costs[] = {
        {"segments: lay out", lay_out, 10000},
        {"relocations: check and apply", relocate_many, 10000},
        {"relocations and segments: check", relocate_many_in_many, 10000},
        {"notes: look for ours", read_notes, 10000},
        {"modules: parse the entry", parse_entry, CONFIG_MODULES_MAX},
        {"ACPI tables: find", find_tables, 10000},
        {"reservations of a device tree", read_reservations, 10000},
    };

    (void)state;
    cost_check(costs, sizeof(costs) / sizeof(costs[0]));
}

static int setup(void **state)
{
    (void)state;
    room = malloc(ROOM);
    return room ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    free(room);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_costs, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
