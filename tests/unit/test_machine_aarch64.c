/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader/arch/aarch64/machine.c on a processor that is made: QEMU keeps no caches, and forgives whoever forgets them.
 * What is cleaned is compared with what was written.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "made_instructions.h"

#include <cmocka.h>

#include "machine.h"
#include "resident.h"

#define PAGE        4096ULL
#define EL(number)  ((uint64_t)(number) << 2)
#define VHE         (1ULL << 8)
#define LINE(words) ((uint64_t)(words) << 16) /* CTR_EL0.DminLine: log2 of the words in a line */

/* In place of the resident code: more than a page of it. */
__asm__(".pushsection .rodata\n"
        ".globl resident_start, resident_end, gasp_stack_top\n"
        "resident_start: .fill 4992, 1, 0x5a\n"
        "gasp_stack_top: .quad 0\n"
        ".fill 10, 1, 0x5b\n"
        "resident_end:\n"
        ".popsection\n");
#define CODE      5010ULL
#define STACK_TOP 4992

static void start(unsigned level)
{
    made_instructions_start();
    made_register_set("CurrentEL", EL(level));
    made_register_set("ctr_el0", LINE(4));
    made_register_set("id_aa64mmfr1_el1", 0);
    made_register_set("s3_0_c0_c7_4", 0);
    made_register_set("midr_el1", 0x410fd083);
    made_register_set("cntfrq_el0", 62500000);
}

/* In place of gasp_inform.c: the last that is written before the kernel. */
void gasp_inform(struct gasp *gasp, const struct machine_entry *entry)
{
    memset(gasp, 0x77, sizeof(*gasp));
    gasp->hand_off = entry->argument;
}

/* ---- what is cleaned ---- */

/* All lines of that size with a byte of the memory, each once, and no other; then one barrier. */
static void check_cleaned(const struct made_acts *acts, size_t first, uint64_t base, uint64_t size, uint64_t line)
{
    uint64_t at = base / line * line;
    size_t i = first;

    for (; at < base + size; at += line, i++) {
        assert_true(i < acts->count);
        assert_int_equal(acts->items[i].kind, MADE_CLEAN);
        assert_int_equal(acts->items[i].number, at);
    }
    assert_true(i < acts->count);
    assert_int_equal(acts->items[i].kind, MADE_BARRIER);
}

static void test_lines(void **state)
{
    static const uint64_t bases[] = {0x40000000, 0x40000001, 0x4000003f, 0x40000040, 0x400007ff, 0x40000fff};
    static const uint64_t sizes[] = {1, 2, 63, 64, 65, 4096, 10000};

    (void)state;
    for (unsigned words = 2; words <= 9; words++) { /* 16 bytes to 2 KiB */
        for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]) * (sizeof(sizes) / sizeof(sizes[0])); i++) {
            uint64_t base = bases[i % (sizeof(bases) / sizeof(bases[0]))];
            uint64_t size = sizes[i / (sizeof(bases) / sizeof(bases[0]))];

            start(1);
            made_register_set("ctr_el0", LINE(words) | 0x8440c004 | 0xfULL << 24);
            machine_clean((const void *)(uintptr_t)base, size);
            check_cleaned(made_acts(), 0, base, size, 4ULL << words);
            assert_int_equal(made_acts()->count, (base + size - 1) / (4ULL << words) - base / (4ULL << words) + 2);
        }
    }
}

static void test_nothing_to_clean(void **state)
{
    (void)state;
    start(1);
    machine_clean((const void *)0x40000000, 0);
    assert_int_equal(made_acts()->count, 1);
    assert_int_equal(made_acts()->items[0].kind, MADE_BARRIER);
}

/* ---- the way into the kernel ---- */

struct way {
    uint8_t *memory;
    struct machine_entry entry;
    struct baton baton;
};

static void make_way(struct way *way, bool has_baton)
{
    struct machine_facts machine;

    *way = (struct way){.entry = {.data = 0xffff800000200000, .argument = 0x1234}};
    way->baton.serial = (struct baton_serial){.physical = 0x9000000, .kind = BATON_SERIAL_PL011};
    machine_describe(&machine);
    assert_int_equal(machine.trampoline_code, 2 * PAGE);
    assert_int_equal(machine.trampoline_data, 3 * PAGE);
    way->memory = aligned_alloc(PAGE, machine.trampoline_code + machine.trampoline_data);
    assert_non_null(way->memory);
    memset(way->memory, 0xcc, machine.trampoline_code + machine.trampoline_data);
    way->entry.baton = has_baton ? &way->baton : NULL;
}

/* The code as it is, with the handler's stack; zeros to the end. */
static void test_prepare(void **state)
{
    uint64_t top;
    struct way way;

    (void)state;
    start(1);
    make_way(&way, true);
    machine_prepare(way.memory, 0x40000000, &way.entry);
    memcpy(&top, way.memory + STACK_TOP, sizeof(top));
    assert_int_equal(top, way.entry.data + 2 * PAGE);
    memset(way.memory + STACK_TOP, 0, sizeof(top));
    assert_memory_equal(way.memory, resident_start, CODE);
    for (size_t i = CODE; i < 5 * PAGE; i++)
        assert_int_equal(way.memory[i], 0);
    assert_int_equal(made_acts()->count, 0);
    free(way.memory);
}

static void jump(void *context)
{
    struct way *way = context;

    machine_jump((uintptr_t)way->memory, &way->entry);
}

/* After all that was written, the whole trampoline is cleaned, then instructions are forgotten, then it is entered. */
static void check_jump(unsigned level, bool has_baton)
{
    const struct made_acts *acts = made_acts();
    const void *argument;
    uint64_t address;
    struct way way;
    struct gasp *gasp;
    uint8_t *seen = calloc(1, 5 * PAGE);

    assert_non_null(seen);
    start(level);
    make_way(&way, has_baton);
    machine_prepare(way.memory, (uintptr_t)way.memory, &way.entry);
    gasp = (struct gasp *)(void *)(way.memory + 4 * PAGE);
    made_watch(way.memory, seen, 5 * PAGE, 64);
    assert_true(made_enters(jump, &way, &address, &argument));
    assert_int_equal(address, (uintptr_t)way.memory);
    assert_ptr_equal(argument, &way.entry);
    check_cleaned(acts, 0, (uintptr_t)way.memory, 5 * PAGE, 64);
    assert_int_equal(acts->count, 5 * PAGE / 64 + 2);
    assert_int_equal(acts->items[acts->count - 1].kind, MADE_FORGET);
    assert_memory_equal(seen, way.memory, 5 * PAGE);
    assert_int_equal(gasp->hand_off, has_baton ? 0x1234 : 0);
    assert_int_equal(gasp->serial.uart.physical, has_baton ? 0x9000000 : 0);
    free(way.memory);
    free(seen);
}

static void test_jump(void **state)
{
    (void)state;
    check_jump(1, true);
    check_jump(2, true);
    check_jump(1, false);
}

/* Interrupts first; EL2's own timer is there at EL2 only. */
static void test_quiet(void **state)
{
    static const char *const timers[] = {"cntp_ctl_el0", "cntv_ctl_el0", "cnthp_ctl_el2"};

    (void)state;
    for (unsigned level = 1; level <= 2; level++) {
        start(level);
        machine_quiet(&(struct machine_controllers){0});
        assert_int_equal(made_acts()->count, 2 + level);
        assert_int_equal(made_acts()->items[0].kind, MADE_MASK);
        for (size_t i = 0; i < 1 + level; i++) {
            assert_int_equal(made_acts()->items[1 + i].kind, MADE_WRITE);
            assert_string_equal(made_acts()->items[1 + i].name, timers[i]);
            assert_int_equal(made_acts()->items[1 + i].number, 0);
        }
    }
}

/* ---- what the processor says ---- */

static void test_facts(void **state)
{
    struct machine_facts machine;
    uint64_t processor;

    (void)state;
    start(1);
    machine_describe(&machine);
    assert_false(machine.has_el2);
    assert_false(machine.has_vhe);
    assert_int_equal(machine.counter_frequency, 62500000);
    start(2);
    machine_describe(&machine);
    assert_true(machine.has_el2);
    assert_false(machine.has_vhe);
    made_register_set("id_aa64mmfr1_el1", VHE);
    machine_describe(&machine);
    assert_true(machine.has_vhe);
    assert_false(machine.has_only_el2);
    made_register_set("midr_el1", 0x610f0240);
    machine_describe(&machine);
    assert_true(machine.has_only_el2);
    made_register_set("midr_el1", 0x410fd083);
    made_register_set("s3_0_c0_c7_4", 0xfULL << 24);
    machine_describe(&machine);
    assert_true(machine.has_only_el2);
    made_register_set("CurrentEL", EL(1));
    machine_describe(&machine);
    assert_false(machine.has_only_el2);
    made_register_set("mpidr_el1", 0x81000302ULL | 4ULL << 32);
    assert_true(machine_boot_cpu(&processor));
    assert_int_equal(processor, 0x0400000302ULL); /* without the bits that are no affinity */
}

static void test_counter(void **state)
{
    (void)state;
    start(1);
    made_register_set("cntvct_el0", 17);
    assert_int_equal(machine_counter(), 17);
    start(2);
    made_register_set("cntpct_el0", 18);
    assert_int_equal(machine_counter(), 18);
    assert_int_equal(machine_measure_counter(), 0);
}

static void test_random(void **state)
{
    uint8_t bytes[21] = {0}, more[21] = {0};

    (void)state;
    start(1);
    made_register_set("id_aa64isar0_el1", 0);
    assert_false(machine_random(bytes, sizeof(bytes)));
    made_register_set("id_aa64isar0_el1", 1ULL << 60);
    made_random_wait(9);
    assert_true(machine_random(bytes, sizeof(bytes) - 1));
    assert_int_equal(bytes[20], 0);
    assert_memory_not_equal(bytes, bytes + 8, 8);
    made_random_wait(10);
    assert_false(machine_random(more, sizeof(more)));
}

/* ---- the tables that are in use ---- */

/* A root with two tables, of which one has another. */
struct live {
    uint64_t tables[4][512];
};

static struct live *make_live(void)
{
    struct live *live = aligned_alloc(PAGE, sizeof(*live));

    assert_non_null(live);
    memset(live, 0, sizeof(*live));
    live->tables[0][0] = (uintptr_t)live->tables[1] | 3;
    live->tables[0][511] = (uintptr_t)live->tables[2] | 3;
    live->tables[1][7] = (uintptr_t)live->tables[3] | 3;
    live->tables[1][8] = 0x40000000 | 1; /* a block */
    return live;
}

/* In bytes. */
static uint64_t live_size(unsigned level, uint64_t sctlr, uint64_t tcr, const struct live *live, bool only_root)
{
    struct machine_range ranges[8];
    uint64_t size = 0;
    size_t count;

    start(level);
    made_register_set(level == 2 ? "sctlr_el2" : "sctlr_el1", sctlr);
    made_register_set(level == 2 ? "tcr_el2" : "tcr_el1", tcr);
    made_register_set(level == 2 ? "ttbr0_el2" : "ttbr0_el1", (uintptr_t)live->tables | 7ULL << 48 | 1);
    count = machine_live_tables(ranges, 8, only_root);
    for (size_t i = 0; i < count; i++)
        size += ranges[i].size;
    if (count > 0)
        assert_int_equal(ranges[0].base, (uintptr_t)live->tables);
    return size;
}

static void test_live_tables(void **state)
{
    const uint64_t bits48 = 64 - 48, granule_64k = 1ULL << 14;
    struct live *live = make_live();

    (void)state;
    for (unsigned level = 1; level <= 2; level++) {
        assert_int_equal(live_size(level, 1, bits48, live, false), 4 * PAGE);
        assert_int_equal(live_size(level, 1, bits48, live, true), PAGE);
        assert_int_equal(live_size(level, 1, bits48 | granule_64k, live, false), PAGE);
        assert_int_equal(live_size(level, 0, bits48, live, false), 0);
        assert_int_equal(live_size(level, 1, 64 - 39, live, false), 4 * PAGE); /* three levels */
        assert_int_equal(live_size(level, 1, 64 - 30, live, false), 3 * PAGE); /* two */
        assert_int_equal(live_size(level, 1, 64 - 34, live, false), 3 * PAGE); /* a root of 16 entries */
    }
    free(live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),       cmocka_unit_test(test_nothing_to_clean),
        cmocka_unit_test(test_prepare),     cmocka_unit_test(test_jump),
        cmocka_unit_test(test_quiet),       cmocka_unit_test(test_facts),
        cmocka_unit_test(test_counter),     cmocka_unit_test(test_random),
        cmocka_unit_test(test_live_tables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
