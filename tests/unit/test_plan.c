/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "made_sealed.h"
#include "plan.h"

#define SUBJECT "/kernel.elf"
#define MEND    "Link it elsewhere."
#define MIB     (1ULL << 20)

static struct facts facts;
static struct made_map made;
static struct error error;
static uint8_t room[8192];

static int setup(void **state)
{
    (void)state;
    memset(&facts, 0, sizeof(facts));
    memset(&error, 0, sizeof(error));
    made = made_map_start(20, 48);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    made_map_end(&made);
    return 0;
}

static void memory(uint32_t type, uint64_t base, uint64_t end)
{
    made_map_add_memory(&made, type, base, end - base);
    made_map_give(&made, &facts);
}

static void taken(uint64_t base, uint64_t size, const char *owner)
{
    facts.taken[facts.taken_count++] = (struct taken_range){base, size, owner};
}

/* ---- the arrays ---- */

static void test_start(void **state)
{
    const struct plan_sizes sizes = {.requests = 3, .loads = 4, .fills = 5, .mappings = 6, .protections = 7};
    struct plan plan;

    (void)state;
    for (size_t size = 0;; size++) {
        uint8_t *exact = malloc(size > 0 ? size : 1);
        struct arena arena = {exact, size, 0};
        enum status status;

        assert_non_null(exact);
        memset(exact, 0xaa, size > 0 ? size : 1);
        memset(&plan, 0xaa, sizeof(plan));
        status = plan_start(&sizes, &arena, &plan);
        if (status == STATUS_OK) {
            assert_int_equal(plan.request_count + plan.load_count + plan.fill_count + plan.mapping_count, 0);
            assert_int_equal(plan.protection_count, 0);
            memset(plan.requests, 1, 3 * sizeof(plan.requests[0]));
            memset(plan.places, 2, 3 * sizeof(plan.places[0]));
            memset(plan.loads, 3, 4 * sizeof(plan.loads[0]));
            memset(plan.fills, 4, 5 * sizeof(plan.fills[0]));
            memset(plan.mappings, 5, 6 * sizeof(plan.mappings[0]));
            memset(plan.protections, 6, 7 * sizeof(plan.protections[0]));
            assert_int_equal(plan.requests[2].kind, 0x01010101); /* no two of them share a byte */
            assert_int_equal(plan.places[2].physical, 0x0202020202020202);
            assert_int_equal(plan.loads[3].size, 0x0303030303030303);
            assert_int_equal(plan.fills[4].size, 0x0404040404040404);
            assert_int_equal(plan.mappings[5].size, 0x0505050505050505);
            free(exact);
            return;
        }
        assert_int_equal(status, STATUS_NEED_ROOM);
        assert_int_equal(plan.request_count, (size_t)0xaaaaaaaaaaaaaaaa); /* untouched */
        free(exact);
        assert_true(size < 8192);
    }
}

static struct plan start_plan(size_t requests)
{
    struct arena arena = {room, sizeof(room), 0};
    struct plan plan;

    assert_int_equal(plan_start(&(struct plan_sizes){requests, 4, 4, 4, 4, 4, 4}, &arena, &plan), STATUS_OK);
    return plan;
}

static void test_add(void **state)
{
    struct plan plan = start_plan(2);

    (void)state;
    assert_int_equal(plan_add(&plan, &(struct plan_request){.what = "one", .size = 0x1000}), 0);
    assert_int_equal(plan_add(&plan, &(struct plan_request){.what = "two", .size = 0x2000}), 1);
    assert_int_equal(plan.request_count, 2);
    assert_string_equal(plan.requests[0].what, "one");
    assert_int_equal(plan.requests[1].size, 0x2000);

    plan_add_load(&plan, &(struct plan_load){.request = 1, .offset = 2, .file = 3, .file_offset = 4, .size = 5});
    plan_add_load(&plan, &(struct plan_load){.request = 1, .size = 0}); /* nothing */
    assert_int_equal(plan.load_count, 1);
    assert_int_equal(plan.loads[0].file_offset, 4);
    assert_int_equal(plan_load_size(&plan), 5);
    plan_add_load(&plan, &(struct plan_load){.request = 1, .offset = 7, .size = 0x2ff9});
    assert_int_equal(plan_load_size(&plan), 0x2ffe);

    plan_add_fill(&plan, 1, 0x10, 0x30);
    plan_add_fill(&plan, 1, 0x30, 0x30); /* nothing */
    plan_add_fill(&plan, 1, 0x30, 0x20); /* nothing */
    assert_int_equal(plan.fill_count, 1);
    assert_int_equal(plan.fills[0].request, 1);
    assert_int_equal(plan.fills[0].offset, 0x10);
    assert_int_equal(plan.fills[0].size, 0x20);

    plan_add_mapping(&plan, &(struct plan_mapping){.request = 1, .address = 77});
    assert_int_equal(plan.mapping_count, 1);
    assert_int_equal(plan.mappings[0].address, 77);
    plan_add_protection(&plan, &(struct plan_protection){.request = 1, .unmapped = true});
    assert_int_equal(plan.protection_count, 1);
    assert_true(plan.protections[0].unmapped);
}

static void test_room(void **state)
{
    (void)state;
    assert_int_equal(plan_request_room(&(struct plan_request){.size = 0x5000, .alignment = 0x1000}), 0x5000);
    assert_int_equal(plan_request_room(&(struct plan_request){.size = 0x5000, .alignment = 0x200000}), 0x204000);
    assert_int_equal(plan_request_room(&(struct plan_request){.size = 0x5000, .alignment = 0x200000, .exact = true}),
                     0x5000);
}

/* ---- the maps' room ---- */

static void test_enlarge_maps(void **state)
{
    struct plan plan = start_plan(4), before;

    (void)state;
    memory(EFI_TYPE_CONVENTIONAL, MIB, 2 * MIB);
    facts.framebuffer_count = 3;
    plan_add(&plan, &(struct plan_request){.what = "one"});
    plan.maps = plan_add(&plan, &(struct plan_request){.what = "maps", .size = 0x1000, .labelled = 0x1000});
    plan_add(&plan, &(struct plan_request){.what = "three"});
    assert_int_equal(plan_enlarge_maps(&plan, &facts, 100000, &error), STATUS_OK);
    assert_true(plan.maps_layout.raw_size >= 100000);
    assert_true(plan.maps_layout.intervals >= memory_map_intervals(plan.maps_layout.raw_size / 48, 3 + 3));
    assert_int_equal(plan.requests[1].size, plan.maps_layout.size);
    assert_int_equal(plan.requests[1].labelled, plan.maps_layout.labelled);
    assert_int_equal(plan.requests[0].size, 0);

    before = plan;
    assert_int_equal(plan_enlarge_maps(&plan, &facts, 1ULL << 40, &error), STATUS_INVALID);
    assert_string_equal(error.text, "The firmware's memory map of 1099511627776 bytes is absurd");
    assert_memory_equal(&plan.maps_layout, &before.maps_layout, sizeof(before.maps_layout));
    assert_int_equal(plan.requests[1].size, plan.maps_layout.size);
}

/* ---- is there enough memory? ---- */

static enum status check(const struct plan *plan)
{
    struct sealed sealed = sealed_start(&made, NULL, 0);
    struct plan_map now = {sealed.room.entry, sealed.count};
    enum status status;

    memset(&error, 0, sizeof(error));
    status = plan_check_memory(plan, &facts, &now, SUBJECT, &error);

    sealed_end(&sealed);
    return status;
}

static struct plan plan_for(uint64_t size)
{
    struct plan plan = start_plan(4);

    plan_add(&plan, &(struct plan_request){.what = SUBJECT, .mend = MEND, .size = size, .alignment = 0x1000});
    return plan;
}

static struct plan plan_at(uint64_t address, uint64_t size)
{
    struct plan plan = plan_for(size);

    plan.requests[0].exact = true;
    plan.requests[0].address = address;
    return plan;
}

static void test_one_piece(void **state)
{
    struct plan plan;

    (void)state;
    memory(EFI_TYPE_CONVENTIONAL, 8 * MIB, 11 * MIB); /* the largest piece is not the first, and not the last */
    memory(EFI_TYPE_CONVENTIONAL, MIB, 5 * MIB);
    memory(EFI_TYPE_BOOT_SERVICES_DATA, 16 * MIB, 64 * MIB); /* not free yet */
    memory(EFI_TYPE_CONVENTIONAL, 12 * MIB, 13 * MIB);
    plan = plan_for(4 * MIB);
    assert_int_equal(check(&plan), STATUS_OK);
    plan = plan_for(4 * MIB + 4096);
    assert_int_equal(check(&plan), STATUS_NO_MEMORY);
    assert_string_equal(error.text,
                        SUBJECT ": needs 4100 KiB of memory in one piece, and the largest free piece of this machine "
                                "has 4096 KiB. Give the machine more memory, or make it smaller.");
    plan = plan_for(3 * MIB); /* fits, but not when it is to be aligned */
    plan.requests[0].alignment = 2 * MIB;
    assert_int_equal(check(&plan), STATUS_NO_MEMORY);
    plan.requests[0].size = 2 * MIB + 4096;
    assert_int_equal(check(&plan), STATUS_OK);
}

static void test_all_together(void **state)
{
    struct plan plan = plan_for(3 * MIB);

    (void)state;
    memory(EFI_TYPE_CONVENTIONAL, MIB, 5 * MIB);
    memory(EFI_TYPE_CONVENTIONAL, 8 * MIB, 12 * MIB);
    plan_add(&plan, &(struct plan_request){.what = "/module", .size = 3 * MIB, .alignment = 0x1000});
    plan_add(&plan, &(struct plan_request){.what = "/other", .size = 2 * MIB, .alignment = 0x1000});
    assert_int_equal(check(&plan), STATUS_OK);
    plan.requests[2].size += 4096;
    assert_int_equal(check(&plan), STATUS_NO_MEMORY);
    assert_string_equal(error.text,
                        SUBJECT ": the kernel, its modules and what Baton adds need more than the 8192 KiB that are "
                                "free on this machine. Give it more memory, or load less.");
    plan.requests[1].size = 5 * MIB; /* the one that is too large is named */
    assert_int_equal(check(&plan), STATUS_NO_MEMORY);
    assert_memory_equal(error.text, "/module: needs 5120 KiB", 23);
}

/* Sizes from files may be anything. */
static void test_absurd_sizes(void **state)
{
    struct plan plan = plan_for(1ULL << 52);

    (void)state;
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, 0, 1ULL << 40, 0xf);
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, 0, UINT64_MAX, 0xf);
    made_map_give(&made, &facts);
    assert_int_equal(check(&plan), STATUS_OK); /* 4 PiB are there, or the firmware lies */
    plan.requests[0].size = 0 - 4096ULL;
    assert_int_equal(check(&plan), STATUS_NO_MEMORY);
    plan = plan_for(1ULL << 52);
    for (int i = 0; i < 3; i++)
        plan_add(&plan, &(struct plan_request){.what = "more", .size = 1ULL << 52, .alignment = 0x1000});
    assert_int_equal(check(&plan), STATUS_NO_MEMORY);
}

static void test_no_memory_at_all(void **state)
{
    struct plan plan = plan_for(4096);

    (void)state;
    made_map_give(&made, &facts);
    assert_int_equal(check(&plan), STATUS_NO_MEMORY);
    memory(EFI_TYPE_RESERVED, 0, MIB);
    assert_int_equal(check(&plan), STATUS_NO_MEMORY);
    assert_string_equal(error.text,
                        SUBJECT ": needs 4 KiB of memory in one piece, and the largest free piece of this machine has "
                                "0 KiB. Give the machine more memory, or make it smaller.");
}

/* ---- exact ranges ---- */

static void test_exact_range_is_free(void **state)
{
    struct plan plan = plan_at(MIB, 4 * MIB);

    (void)state;
    memory(EFI_TYPE_CONVENTIONAL, 3 * MIB, 8 * MIB); /* in two pieces, in any order */
    memory(EFI_TYPE_CONVENTIONAL, 0, 3 * MIB);
    taken(0, MIB, "somebody below");
    taken(5 * MIB, MIB, "somebody above");
    assert_int_equal(check(&plan), STATUS_OK);
    assert_string_equal(error.text, "");

    made.count = 0; /* just as much as it takes */
    memory(EFI_TYPE_RESERVED, 5 * MIB, 16 * MIB);
    memory(EFI_TYPE_CONVENTIONAL, 3 * MIB, 5 * MIB);
    memory(EFI_TYPE_CONVENTIONAL, MIB, 3 * MIB);
    plan.requests[0].size = 2 * MIB; /* and one piece of two */
    facts.taken_count = 0;
    assert_int_equal(check(&plan), STATUS_OK);
    plan.requests[0].address = 3 * MIB;
    assert_int_equal(check(&plan), STATUS_OK);
}

static void test_exact_range_is_taken(void **state)
{
    static const struct {
        uint32_t type;
        const char *owner;
    } rows[] = {
        {EFI_TYPE_RESERVED, "Reserved"},
        {EFI_TYPE_LOADER_CODE, "the boot loader itself (Loader memory)"},
        {EFI_TYPE_LOADER_DATA, "the boot loader itself (Loader memory)"},
        {EFI_TYPE_BOOT_SERVICES_CODE, "the firmware (BootServicesCode)"},
        {EFI_TYPE_BOOT_SERVICES_DATA, "the firmware (BootServicesData)"},
        {EFI_TYPE_RUNTIME_CODE, "the firmware's runtime services"},
        {EFI_TYPE_RUNTIME_DATA, "the firmware's runtime services"},
        {EFI_TYPE_UNUSABLE, "Unusable"},
        {EFI_TYPE_ACPI_RECLAIM, "ACPI tables"},
        {EFI_TYPE_ACPI_NVS, "ACPI tables"},
        {EFI_TYPE_MMIO, "MMIO"},
        {EFI_TYPE_PERSISTENT, "Persistent"},
        {0x70000001, "Unknown"},
    };
    struct plan plan = plan_at(MIB, 4 * MIB);

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char expected[512];

        made.count = 0;
        memory(rows[i].type, 3 * MIB, 4 * MIB);
        memory(EFI_TYPE_CONVENTIONAL, 0, 3 * MIB);
        memory(EFI_TYPE_CONVENTIONAL, 4 * MIB, 5 * MIB);
        memory(EFI_TYPE_CONVENTIONAL, 0x1234000, 32 * MIB);
        assert_int_equal(check(&plan), STATUS_NO_MEMORY);
        strcpy(expected, SUBJECT ": must lie at 0x100000-0x500000, but 0x300000-0x400000 is taken by ");
        strcat(expected, rows[i].owner);
        strcat(expected, ". " MEND " This machine has room at 0x1300000.");
        assert_string_equal(error.text, expected);
    }
}

/* The first page, the last page, and right beside them. */
static void test_exact_range_borders(void **state)
{
    static const struct {
        uint64_t base, end;
        bool is_free;
    } rows[] = {
        {MIB - 4096, MIB, true},
        {MIB - 4096, MIB + 4096, false},
        {MIB, MIB + 4096, false},
        {5 * MIB - 4096, 5 * MIB, false},
        {5 * MIB - 4096, 6 * MIB, false},
        {5 * MIB, 6 * MIB, true},
        {0, 16 * MIB, false},
        {2 * MIB, 3 * MIB, false},
    };
    struct plan plan = plan_at(MIB, 4 * MIB);

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        made.count = facts.taken_count = 0;
        memory(EFI_TYPE_CONVENTIONAL, 0, 16 * MIB);
        memory(EFI_TYPE_RESERVED, rows[i].base, rows[i].end); /* the stricter of two wins */
        if ((check(&plan) == STATUS_OK) != rows[i].is_free)
            fail_msg("reserved, row %zu: %s", i, error.text);
        made.count = 0;
        memory(EFI_TYPE_CONVENTIONAL, 0, 16 * MIB);
        taken(rows[i].base, rows[i].end - rows[i].base, "somebody");
        if ((check(&plan) == STATUS_OK) != rows[i].is_free)
            fail_msg("taken, row %zu: %s", i, error.text);
    }
}

static void test_exact_range_is_no_memory(void **state)
{
    struct plan plan = plan_at(MIB, 4 * MIB);

    (void)state;
    memory(EFI_TYPE_CONVENTIONAL, 0, 5 * MIB - 4096);
    memory(EFI_TYPE_CONVENTIONAL, 16 * MIB, 32 * MIB);
    assert_int_equal(check(&plan), STATUS_NO_MEMORY);
    assert_string_equal(error.text, SUBJECT ": must lie at 0x100000-0x500000, but not all of that is memory on this "
                                            "machine. " MEND " This machine has room at 0x1000000.");
}

/* The same memory reported twice does not fill a hole. */
static void test_exact_range_is_reported_twice(void **state)
{
    struct plan plan = plan_at(MIB, 4 * MIB);

    (void)state;
    memory(EFI_TYPE_CONVENTIONAL, 0, 3 * MIB);
    memory(EFI_TYPE_CONVENTIONAL, MIB, 3 * MIB);
    memory(EFI_TYPE_CONVENTIONAL, 16 * MIB, 32 * MIB);
    assert_int_equal(check(&plan), STATUS_NO_MEMORY);
}

/* ---- where else there is room ---- */

/* As with U-Boot: the loader's own stack lies in memory that the map calls free. */
static void test_stack_in_free_memory(void **state)
{
    struct plan plan = plan_at(MIB, 4 * MIB);

    (void)state;
    memory(EFI_TYPE_CONVENTIONAL, 0, 64 * MIB);
    taken(0xed000, 0x30000, "the stack that the loader runs on");
    assert_int_equal(check(&plan), STATUS_NO_MEMORY);
    assert_string_equal(error.text, SUBJECT ": must lie at 0x100000-0x500000, but 0xed000-0x11d000 is taken by the "
                                            "stack that the loader runs on. " MEND " This machine has room at "
                                            "0x200000.");
}

static void test_hint_is_not_taken(void **state)
{
    struct plan plan = plan_at(MIB, 4 * MIB);

    (void)state;
    memory(EFI_TYPE_CONVENTIONAL, MIB, 5 * MIB);
    memory(EFI_TYPE_CONVENTIONAL, 8 * MIB, 12 * MIB);
    memory(EFI_TYPE_CONVENTIONAL, 20 * MIB, 23 * MIB); /* too small */
    memory(EFI_TYPE_CONVENTIONAL, 31 * MIB + 4096, 36 * MIB);
    taken(MIB, 4096, "one");
    taken(12 * MIB - 4096, 4096, "two");
    assert_int_equal(check(&plan), STATUS_NO_MEMORY);
    assert_non_null(strstr(error.text, "0x100000-0x101000 is taken by one. "));
    assert_non_null(strstr(error.text, " This machine has room at 0x2000000."));
}

static void test_no_hint(void **state)
{
    struct plan plan = plan_at(MIB, 4 * MIB);

    (void)state;
    memory(EFI_TYPE_CONVENTIONAL, MIB, 5 * MIB);
    memory(EFI_TYPE_CONVENTIONAL, 8 * MIB + 4096, 12 * MIB + 4096); /* enough, but not from a whole MiB on */
    taken(4 * MIB, 4096, "the firmware's page tables");
    assert_int_equal(check(&plan), STATUS_NO_MEMORY);
    assert_string_equal(error.text,
                        SUBJECT ": must lie at 0x100000-0x500000, but 0x400000-0x401000 is taken by the firmware's "
                                "page tables, and this machine has no free piece of 4096 KiB at all. Give the machine "
                                "more memory.");
}

/* ---- bytes of files ---- */

static void test_file_bytes(void **state)
{
    const uint8_t head[100] = {1, 2, 3}, extra[50] = {4, 5, 6};
    const struct plan_file files[] = {
        {.path = "/other", .size = 1},
        {.path = SUBJECT, .size = 10000, .head = {head, 100}, .extents = {{5000, {extra, 50}}}, .extent_count = 1}};
    const struct plan_input input = {.files = files, .file_count = 2};
    static const struct {
        uint64_t offset, size;
        enum status status;
        int from; /* 1: the head, 2: the extra bytes */
    } rows[] = {
        {0, 100, STATUS_OK, 1},
        {99, 1, STATUS_OK, 1},
        {5000, 50, STATUS_OK, 2},
        {5049, 1, STATUS_OK, 2},
        {0, 101, STATUS_NEED_BYTES, 0},
        {99, 2, STATUS_NEED_BYTES, 0},
        {100, 1, STATUS_NEED_BYTES, 0},
        {4999, 2, STATUS_NEED_BYTES, 0},
        {5000, 51, STATUS_NEED_BYTES, 0},
        {9999, 1, STATUS_NEED_BYTES, 0},
        {0, 10000, STATUS_NEED_BYTES, 0},
        {10000, 1, STATUS_INVALID, 0},
        {0, 10001, STATUS_INVALID, 0},
        {UINT64_MAX, 2, STATUS_INVALID, 0},
        {5000, UINT64_MAX, STATUS_INVALID, 0},
        {UINT64_MAX - 5, 3, STATUS_INVALID, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bytes bytes = {NULL, 77};
        struct plan_want want = {77, 78, 79};
        enum status status = plan_file_bytes(&input, 1, rows[i].offset, rows[i].size, &bytes, &want, &error);

        if (status != rows[i].status)
            fail_msg("row %zu: %d", i, status);
        if (status == STATUS_OK) {
            assert_ptr_equal(bytes.data, rows[i].from == 1 ? head + rows[i].offset : extra + (rows[i].offset - 5000));
            assert_int_equal(bytes.size, rows[i].size);
        } else {
            assert_null(bytes.data);
        }
        assert_int_equal(want.file, status == STATUS_NEED_BYTES ? 1 : 77);
        assert_int_equal(want.offset, status == STATUS_NEED_BYTES ? rows[i].offset : 78);
        assert_int_equal(want.size, status == STATUS_NEED_BYTES ? rows[i].size : 79);
    }
    assert_int_equal(plan_file_bytes(&input, 1, 9999, 5, &(struct bytes){0}, &(struct plan_want){0}, &error),
                     STATUS_INVALID);
    assert_string_equal(error.text,
                        SUBJECT ": is truncated: 5 bytes at byte 9999 lie outside the file. Copy it again.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_start, setup, teardown),
        cmocka_unit_test_setup_teardown(test_add, setup, teardown),
        cmocka_unit_test_setup_teardown(test_room, setup, teardown),
        cmocka_unit_test_setup_teardown(test_enlarge_maps, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_piece, setup, teardown),
        cmocka_unit_test_setup_teardown(test_all_together, setup, teardown),
        cmocka_unit_test_setup_teardown(test_absurd_sizes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_memory_at_all, setup, teardown),
        cmocka_unit_test_setup_teardown(test_exact_range_is_free, setup, teardown),
        cmocka_unit_test_setup_teardown(test_exact_range_is_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(test_exact_range_borders, setup, teardown),
        cmocka_unit_test_setup_teardown(test_exact_range_is_no_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_exact_range_is_reported_twice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stack_in_free_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hint_is_not_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_hint, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file_bytes, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
