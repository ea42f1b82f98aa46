/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chance.h"
#include "one_shot_timer.h"

#define HZ          2445000000ULL
#define TIMER_HZ    1193182ULL
#define TIMER_TICKS 299

/* A machine on which time goes on with each access, and now and then somebody else is at work for a while. */
static struct {
    uint64_t now;      /* ticks of the counter */
    uint64_t access;   /* what one of the timer takes at least */
    uint64_t pause;    /* how long somebody else works at most; 0: nobody does */
    uint64_t between;  /* and how long it lasts until that, on the average */
    uint64_t started;  /* when the timer was */
    uint64_t runs;     /* measurements */
    bool is_dead;      /* the timer stands still */
    bool is_absent;    /* nobody answers: all bits are ones */
    bool counter_dead; /* the counter stands still */
    struct chance chance;
} world;

static void elapse(uint64_t ticks)
{
    world.now += ticks;
    if (world.pause != 0 && chance_below(&world.chance, world.between) < ticks)
        world.now += chance_below(&world.chance, world.pause);
}

static uint64_t counter(void)
{
    elapse(25);
    return world.counter_dead ? 1 : world.now;
}

static void arm(void)
{
    elapse(2 * world.access);
    world.runs++;
}

static void start(void)
{
    elapse(world.access / 2);
    world.started = world.now;
    elapse(world.access / 2);
}

static bool is_over(void)
{
    bool over;

    elapse(world.access / 2);
    over = world.is_absent || (!world.is_dead && (world.now - world.started) * TIMER_HZ / HZ >= TIMER_TICKS);
    elapse(world.access / 2);
    return over;
}

static uint64_t measure(void)
{
    const struct one_shot_timer timer = {.frequency = TIMER_HZ,
                                         .ticks = TIMER_TICKS,
                                         .arm = arm,
                                         .start = start,
                                         .is_over = is_over,
                                         .counter = counter};

    world.now = 1ULL << 40;
    world.runs = 0;
    return one_shot_timer_measure(&timer);
}

static bool is_near(uint64_t frequency, unsigned part)
{
    return frequency > HZ - HZ / part && frequency < HZ + HZ / part;
}

/* An access takes some hundred nanoseconds on a PC: one measurement is enough. */
static void test_quiet_machine(void **state)
{
    (void)state;
    world.pause = 0;
    for (world.access = 200; world.access < 2000; world.access += 100) {
        assert_true(is_near(measure(), 200));
        assert_int_equal(world.runs, 1);
    }
}

/* 20 microseconds for an access, as on a hypervisor that is slow: vaguer, and still right. */
static void test_slow_access(void **state)
{
    (void)state;
    world.pause = 0;
    world.access = HZ / 50000;
    assert_true(is_near(measure(), 12));
    assert_int_equal(world.runs, 16);
}

/* Every 100 microseconds somebody else works for up to 50, or every millisecond for up to one: the shortest of some
 * measurements can still be a quarter too long. */
static void test_interrupted(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4000; i++) {
        uint64_t frequency;

        world.chance = chance_case(i);
        world.access = chance_between(&world.chance, 200, 5000);
        world.between = HZ / (i % 2 ? 10000 : 1000);
        world.pause = HZ / (i % 2 ? 20000 : 1000);
        frequency = measure();
        if (!is_near(frequency, 25))
            CHANCE_FAIL(&world.chance, "%llu Hz after %llu measurements", (unsigned long long)frequency,
                        (unsigned long long)world.runs);
    }
    world.pause = 0;
}

static void test_no_timer(void **state)
{
    (void)state;
    world.access = 1000;
    world.is_absent = true;
    assert_int_equal(measure(), 0);
    world.is_absent = false;
    world.is_dead = true;
    assert_int_equal(measure(), 0);
    world.is_dead = false;
    world.counter_dead = true;
    assert_int_equal(measure(), 0);
    world.counter_dead = false;
    assert_true(is_near(measure(), 200));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quiet_machine),
        cmocka_unit_test(test_slow_access),
        cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_no_timer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
