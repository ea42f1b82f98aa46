/* SPDX-License-Identifier: BSD-2-Clause */
/* loader/arch/riscv64/machine.c on a hart that is made: QEMU forgives whoever forgets fence.i, and has Sv48 always. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "made_riscv64.h"

#include <cmocka.h>

#include "csr.h"
#include "machine.h"
#include "resident.h"

#define PAGE  4096ULL
#define CODE  100ULL
#define PAGES 4 /* one of code, two of stack, one of tables */

/* In place of the resident code. */
__asm__(".pushsection .rodata\n"
        ".globl resident_start, resident_end, gasp_stack_top\n"
        "resident_start: .fill 88, 1, 0x5a\n"
        "gasp_stack_top: .quad 0\n"
        ".fill 4, 1, 0x5b\n"
        "resident_end:\n"
        ".popsection\n");

/* ---- which address spaces the hart has ---- */

static struct {
    unsigned most;    /* the highest mode */
    bool maps_itself; /* the tables that were tried would have kept the loader where it is */
    unsigned tries;
} hart;

/* The privileged architecture, 4.4 and 4.5: four levels of 512 entries, whose leaves may be as large as they come. */
static uint64_t translate(const uint64_t *root, uint64_t address)
{
    uint64_t entry = root[address >> 39 & 511];

    if ((entry & 0xf) != 0xf || (entry & 0xc0) != 0xc0)
        return ~address;
    return (entry >> 10 << 12) | (address & ((1ULL << 39) - 1));
}

uint64_t made_satp_try(uint64_t satp)
{
    const uint64_t *root = (const uint64_t *)(uintptr_t)((satp & SATP_PAGE_MASK) * PAGE);
    uint64_t here = (uintptr_t)&hart;

    hart.tries++;
    if (satp >> SATP_MODE_SHIFT > hart.most)
        return made_register("satp");
    hart.maps_itself = translate(root, here) == here && translate(root, 0x80000000) == 0x80000000 &&
                       translate(root, (1ULL << 47) - 1) == (1ULL << 47) - 1 && root[256] == 0;
    return satp;
}

static void start(unsigned most, uint64_t satp)
{
    made_instructions_start();
    made_register_set("satp", satp);
    hart.most = most;
    hart.tries = 0;
    hart.maps_itself = true;
}

static unsigned levels(unsigned most, uint64_t satp)
{
    struct machine_facts machine;

    start(most, satp);
    machine_describe(&machine);
    assert_true(hart.maps_itself);
    return machine.paging_levels;
}

/* The firmware's mode says what there is at least; for more a satp is tried, with tables that keep the loader mapped.
 */
static void test_levels(void **state)
{
    const uint64_t root = 0x80200, sv39 = (uint64_t)SATP_SV39 << SATP_MODE_SHIFT | root;

    (void)state;
    assert_int_equal(levels(SATP_SV39, 0), 3);
    assert_int_equal(hart.tries, 1);
    assert_int_equal(levels(SATP_SV48, 0), 4);
    assert_int_equal(levels(SATP_SV39, sv39), 3);
    assert_int_equal(levels(SATP_SV48, sv39), 4);
    assert_int_equal(levels(10, sv39), 4);
    assert_int_equal(levels(SATP_SV48, (uint64_t)SATP_SV48 << SATP_MODE_SHIFT | root), 4);
    assert_int_equal(hart.tries, 0);
    assert_int_equal(levels(10, 10ULL << SATP_MODE_SHIFT | root), 4); /* Sv57 has Sv48 below it */
    assert_int_equal(hart.tries, 0);
}

/* ---- the tables that are in use ---- */

static void test_live_tables(void **state)
{
    uint64_t(*tables)[512] = aligned_alloc(PAGE, 3 * PAGE);
    struct machine_range ranges[4];

    (void)state;
    assert_non_null(tables);
    memset(tables, 0, 3 * PAGE);
    tables[0][2] = (uintptr_t)tables[1] >> 2 | 1;
    tables[1][3] = (uintptr_t)tables[2] >> 2 | 1;
    tables[1][4] = 0x80000000 >> 2 | 0xf; /* a leaf */
    start(SATP_SV48, 0);
    assert_int_equal(machine_live_tables(ranges, 4, false), 0);
    for (unsigned mode = SATP_SV39; mode <= SATP_SV48; mode++) {
        start(SATP_SV48, (uint64_t)mode << SATP_MODE_SHIFT | 5ULL << 44 | (uintptr_t)tables / PAGE);
        assert_int_equal(machine_live_tables(ranges, 4, false), 1);
        assert_int_equal(ranges[0].base, (uintptr_t)tables);
        assert_int_equal(ranges[0].size, 3 * PAGE);
        assert_int_equal(machine_live_tables(ranges, 4, true), 1);
        assert_int_equal(ranges[0].size, PAGE);
    }
    free(tables);
}

/* ---- the way into the kernel ---- */

void gasp_inform(struct gasp *gasp, const struct machine_entry *entry)
{
    memset(gasp, 0x77, sizeof(*gasp));
    gasp->hand_off = entry->argument;
}

struct way {
    uint8_t *memory;
    struct machine_entry entry;
};

static void jump(void *context)
{
    struct way *way = context;

    machine_jump((uintptr_t)way->memory, &way->entry);
}

/* Instructions are fetched anew, once all is written and before any is. */
static void check_jump(const struct baton *baton)
{
    struct way way = {aligned_alloc(PAGE, PAGES * PAGE),
                      {.data = 0xffffffc000200000, .argument = 0x1234, .baton = baton}};
    uint8_t *seen = calloc(PAGES, PAGE);
    const void *argument;
    uint64_t address, top;

    assert_non_null(way.memory);
    assert_non_null(seen);
    memset(way.memory, 0xcc, PAGES * PAGE);
    start(SATP_SV39, 0);
    machine_prepare(way.memory, (uintptr_t)way.memory, &way.entry);
    memcpy(&top, way.memory + 88, sizeof(top));
    assert_int_equal(top, way.entry.data + 2 * PAGE);
    assert_memory_equal(way.memory, resident_start, 88);
    for (size_t i = CODE; i < PAGES * PAGE; i++)
        assert_int_equal(way.memory[i], 0);
    made_watch(way.memory, seen, PAGES * PAGE, 0);
    assert_true(made_enters(jump, &way, &address, &argument));
    assert_int_equal(address, (uintptr_t)way.memory);
    assert_ptr_equal(argument, &way.entry);
    assert_int_equal(made_acts()->count, 1);
    assert_int_equal(made_acts()->items[0].kind, MADE_FORGET);
    assert_memory_equal(seen, way.memory, PAGES * PAGE);
    assert_int_equal(((struct gasp *)(void *)(way.memory + 3 * PAGE))->hand_off, baton ? 0x1234 : 0);
    free(way.memory);
    free(seen);
}

static void test_jump(void **state)
{
    static const struct baton baton;

    (void)state;
    check_jump(&baton);
    check_jump(NULL);
}

static void test_quiet(void **state)
{
    (void)state;
    start(SATP_SV39, 0);
    machine_quiet(&(struct machine_controllers){0});
    assert_int_equal(made_acts()->count, 1);
    assert_int_equal(made_acts()->items[0].kind, MADE_MASK);
}

static void test_what_there_is_not(void **state)
{
    uint8_t bytes[4] = {0};
    uint64_t hart_id = 5;

    (void)state;
    start(SATP_SV39, 0);
    made_register_set("time", 99);
    assert_int_equal(machine_counter(), 99);
    assert_int_equal(machine_measure_counter(), 0);
    assert_false(machine_random(bytes, sizeof(bytes)));
    assert_false(machine_boot_cpu(&hart_id));
    assert_int_equal(hart_id, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels), cmocka_unit_test(test_live_tables),       cmocka_unit_test(test_jump),
        cmocka_unit_test(test_quiet),  cmocka_unit_test(test_what_there_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
