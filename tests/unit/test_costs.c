/* SPDX-License-Identifier: BSD-2-Clause */
/* What plans, memory maps and hand-offs cost when there are many map entries, or many modules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "address_space.h"
#include "cost.h"
#include "log.h"
#include "made_kernel.h"
#include "made_sealed.h"

#define PAGE 4096ULL
#define GIB  (1ULL << 30)
#define HIGH 0xffffffff80000000ULL
#define ROOM (64U << 20)
#define WB   (EFI_ATTRIBUTE_WRITE_BACK | 7)

static struct chance chance;
static uint8_t *room; /* for arenas */

static struct arena new_arena(void)
{
    return (struct arena){room, ROOM, 0};
}

/* ---- memory maps ---- */

/* Descriptors of one page, alternately of two types or all alike, in order or not. */
static struct made_map make_map(size_t count, bool alike, bool in_order)
{
    struct made_map map = made_map_start(count + 1, 48);
    size_t step = in_order ? 1 : 7; /* no divisor of 10, 1,000 and 10,000 */

    for (size_t i = 0; i < count; i++) {
        size_t page = in_order ? i : count - 1 - i * step % count;

        made_map_add(&map, alike || page % 2 ? EFI_TYPE_CONVENTIONAL : EFI_TYPE_RUNTIME_DATA, GIB + page * PAGE, 1, WB);
    }
    made_map_add(&map, EFI_TYPE_CONVENTIONAL, 4 * GIB, GIB / PAGE, WB);
    return map;
}

static double seal(size_t count)
{
    struct made_map map = make_map(count, false, false);
    struct placed_range placed[] = {{2 * GIB, GIB, BATON_MEMORY_KERNEL}};
    double start = cpu_seconds(), taken;
    struct sealed sealed = sealed_start(&map, placed, 1);

    taken = cpu_seconds() - start;
    assert_int_equal(sealed.count, count + 2);
    sealed_end(&sealed);
    made_map_end(&map);
    return taken;
}

/* All ranges cover one another: the worst for whoever looks at those that cover an address. */
static double seal_nested(size_t count)
{
    struct made_map map = made_map_start(count, 48);
    double start, taken;
    struct sealed sealed;

    for (size_t i = 0; i < count; i++)
        made_map_add(&map, (uint32_t)(i % 16), GIB + i * PAGE, 2 * (count - i), WB);
    start = cpu_seconds();
    sealed = sealed_start(&map, NULL, 0);
    taken = cpu_seconds() - start;
    assert_true(sealed.count > 1);
    sealed_end(&sealed);
    made_map_end(&map);
    return taken;
}

static double count_and_build(size_t count)
{
    struct made_map map = make_map(count, false, true);
    struct sealed sealed = sealed_start(&map, NULL, 0);
    const struct plan plan = {.direct_map_base = 0xffff800000000000, .direct_map_limit = 0x400000000000};
    struct facts facts = {.machine = {.paging_format = &paging_x86_64, .paging_levels = 4}};
    struct page_tables tables;
    uint8_t *pool;
    size_t counted;
    double start = cpu_seconds(), taken;

    counted = address_space_count(&plan, &facts, sealed.room.entry, sealed.count);
    taken = cpu_seconds() - start;
    pool = aligned_alloc(PAGE, counted * PAGE);
    assert_non_null(pool);
    memset(pool, 0, counted * PAGE);
    page_tables_start(&tables, &paging_x86_64, 4, 2, pool, 0, counted);
    start = cpu_seconds();
    (void)address_space_build(&plan, &facts, sealed.room.entry, sealed.count, &tables);
    taken += cpu_seconds() - start;
    free(pool);
    sealed_end(&sealed);
    made_map_end(&map);
    return taken;
}

/* ---- plans ---- */

/* A boot of a kernel with `modules`, on the map. The map is the boot's from here on. */
struct big_boot {
    struct made_boot boot;
    struct plan_file *files;
    struct entry_module *modules;
    struct arena arena;
};

static struct big_boot *start_boot(const struct made_kernel *kernel, struct made_map map, size_t modules)
{
    struct big_boot *big = calloc(1, sizeof(*big));
    struct made_boot *boot;

    assert_non_null(big);
    boot = &big->boot;
    log_reset();
    made_boot_start(boot, &chance);
    made_map_end(&boot->map);
    boot->map = map;
    made_map_give(&boot->map, &boot->facts);
    made_kernel_add(boot, kernel, &chance);
    boot->files[0].head.size = MADE_END;
    big->files = calloc(modules + 1, sizeof(big->files[0]));
    big->modules = calloc(modules + 1, sizeof(big->modules[0]));
    assert_non_null(big->files);
    assert_non_null(big->modules);
    big->files[0] = boot->files[0];
    for (size_t i = 0; i < modules; i++) {
        big->files[1 + i] = (struct plan_file){.path = "/module", .size = 1 + i % 5000};
        big->modules[i] = (struct entry_module){"/module", "a name", "a command line"};
    }
    boot->entry.modules = big->modules;
    boot->entry.module_count = modules;
    boot->input.files = big->files;
    boot->input.file_count = 1 + modules;
    return big;
}

static void end_boot(struct big_boot *big)
{
    big->boot.input.file_count = 1; /* those that made_boot knows */
    made_boot_end(&big->boot);
    free(big->files);
    free(big->modules);
    free(big);
}

static double plan(struct big_boot *big)
{
    struct made_boot *boot = &big->boot;
    struct plan_want want;
    enum status status;
    double start = cpu_seconds();

    big->arena = new_arena();
    status = boot->protocol->plan(&boot->input, &big->arena, &boot->plan, &want, &boot->error);
    if (status != STATUS_OK)
        fail_msg("%d: %s", status, boot->error.text);
    return cpu_seconds() - start;
}

static double plan_high(size_t count)
{
    struct big_boot *big = start_boot(&(struct made_kernel){.base = HIGH}, make_map(count, false, false), 0);
    double taken = plan(big);

    end_boot(big);
    return taken;
}

/* A low kernel that lies on all of the map's entries. */
static double plan_low(size_t count, bool in_order)
{
    const struct made_kernel kernel = {.base = GIB, .zeros = (count - 4) * PAGE};
    struct big_boot *big = start_boot(&kernel, make_map(count, true, in_order), 0);
    double taken = plan(big);

    end_boot(big);
    return taken;
}

static double plan_low_in_order(size_t count)
{
    return plan_low(count, true);
}

static double plan_low_in_disorder(size_t count)
{
    return plan_low(count, false);
}

static double plan_modules(size_t count)
{
    struct big_boot *big = start_boot(&(struct made_kernel){.base = HIGH}, make_map(10, false, true), count);
    double taken = plan(big);

    end_boot(big);
    return taken;
}

/* Places for all requests, and memory for those that are written. */
static void reserve(struct made_boot *boot)
{
    struct plan *plan = &boot->plan;
    uint64_t next = 4 * GIB;

    for (size_t i = 0; i < plan->request_count; i++) {
        plan->places[i].physical = next;
        next += plan->requests[i].size;
        if (plan->requests[i].kind == BATON_MEMORY_MODULE)
            continue;
        plan->places[i].memory = aligned_alloc(PAGE, plan->requests[i].size);
        assert_non_null(plan->places[i].memory);
        memset(plan->places[i].memory, 0, plan->requests[i].size);
    }
}

static double build_and_seal(size_t count)
{
    struct big_boot *big = start_boot(&(struct made_kernel){.base = HIGH}, make_map(10, false, true), count);
    struct made_boot *boot = &big->boot;
    const struct baton *baton;
    uint8_t *raw;
    double start, taken;

    (void)plan(big);
    reserve(boot);
    baton = (const void *)boot->plan.places[boot->plan.baton].memory;
    raw = boot->plan.places[boot->plan.maps].memory;
    memcpy(raw, boot->map.bytes, boot->map.count * 48);
    start = cpu_seconds();
    boot->protocol->build(&boot->input, &boot->plan);
    (void)boot->protocol->seal(&boot->input, &boot->plan, &(struct efi_map){{raw, boot->map.count * 48}, 48, 1});
    taken = cpu_seconds() - start;
    assert_int_equal(baton->modules.count, count);
    end_boot(big);
    return taken;
}

static void test_costs(void **state)
{
    static const struct cost costs[] = {
        {"map entries: seal", seal, 10000},
        {"map entries, one over another: seal", seal_nested, 10000},
        {"map entries: count and build page tables", count_and_build, 10000},
        {"map entries: plan, high kernel", plan_high, 10000},
        {"map entries, sorted: plan, low kernel", plan_low_in_order, 10000},
        {"map entries, unsorted: plan, low kernel", plan_low_in_disorder, 10000},
        {"modules: plan", plan_modules, 10000},
        {"modules: build and seal", build_and_seal, 10000},
    };

    (void)state;
    cost_check(costs, sizeof(costs) / sizeof(costs[0]));
}

static int setup(void **state)
{
    (void)state;
    chance = chance_case(0);
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
