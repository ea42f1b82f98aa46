/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fails every call of the loader to the firmware, one after the other, in every scenario: with each status that the
 * specification allows, once, and from then on.
 *
 *     fault [SCENARIO]      the scenarios whose names begin so; all, the cuts, the quirks and the lies, without
 *     fault cuts            the power fails at every block that is written
 *     fault quirks          each quirk alone, and combined by chance
 *     fault SEED...         the combinations of quirks with these seeds (0x...), and a line for what each came to
 *
 * In the environment: BATON_SEED, the first case of the quirks' combinations.
 */
#include <sanitizer/common_interface_defs.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cuts.h"
#include "fake_memory.h"
#include "lies.h"
#include "messages.h"
#include "quirks.h"
#include "scenario_crowd.h"
#include "scenario_retry.h"
#include "verdict.h"
#include "workers.h"

/* Not there in a build without sanitizers, as that for coverage is. */
#pragma weak __sanitizer_set_death_callback

#define CASES       10000
#define TWICE       100  /* one case in so many is run once more */
#define CROWD_STEP  197  /* each so many-th call of a boot with very many entries fails */
#define CROWD_CALLS 9    /* for each of them */
#define CROWD_POOL  2048 /* bytes for each */
#define SHOWN       60   /* of what is wrong; it tends to be the same */

/* The sanitizer asks for it. Memory that is given back is handed out again after some runs, not after hundreds: new
 * pages are what costs most. */
const char *sanitizer_options(void) __asm__("__asan_default_options");
const char *sanitizer_options(void)
{
    return "quarantine_size_mb=4";
}

static const char *const lasting_names[] = {[FAKE_ONCE] = "once",
                                            [FAKE_SERVICE] = "from then on",
                                            [FAKE_ALL] = "and all calls from then on",
                                            [FAKE_OFTEN] = "and every fourth or so from then on"};

/* What is run now, for whom the sanitizers interrupt. */
static struct {
    const char *scenario;
    uint64_t quirks, seed;
    struct fake_injection injection;
    unsigned wrong;
} now;

static void tell_what(FILE *out)
{
    fprintf(out, "%s%s", now.scenario, quirk_names(now.quirks));
    if (now.injection.call > 0)
        fprintf(out, ", call %u (%s) fails with status %u, %s", now.injection.call,
                fake_injected() > 0 ? fake_service_name(fake_injected_service()) : "none", now.injection.status,
                lasting_names[now.injection.lasting]);
}

static void tell_case(FILE *out)
{
    tell_what(out);
    if (now.seed != 0)
        fprintf(out, "; to see it again: make fault SEED=0x%llx", (unsigned long long)now.seed);
    fprintf(out, "\n");
}

static void tell_death(void)
{
    fprintf(stderr, "the sanitizers ended it in: ");
    tell_case(stderr);
    fprintf(stderr, "%s", fake_log_text());
}

static void note_wrong(void)
{
    if (fake_complaints() == 0)
        return;
    if (now.wrong++ >= SHOWN)
        return;
    printf("WRONG: ");
    tell_case(stdout);
    printf("%s", fake_complaint_text());
    if (getenv("BATON_LOG"))
        printf("---- log\n%s----\n", fake_log_text());
}

/* One failure of one call, with all its statuses. Returns how many injections that were; 0: there is no such call. */
static unsigned fail_call(const struct scenario *scenario, unsigned call, enum fake_lasting lasting)
{
    unsigned injections = 0;

    for (unsigned status = 0;; status++) {
        now.injection = (struct fake_injection){call, status, lasting, {NULL, 0}};
        (void)verdict_run(scenario, &scenario->setup, &now.injection);
        note_wrong();
        if (fake_injected() == 0)
            return injections;
        injections++;
        if (status + 1 >= fake_status_count(fake_injected_service()))
            return injections;
    }
}

static unsigned fail_all(const struct scenario *scenario)
{
    unsigned injections = 0, wrong = now.wrong;
    struct fake_result untroubled;

    now.quirks = scenario->setup.quirks;
    now.injection = (struct fake_injection){0};
    untroubled = verdict_run(scenario, &scenario->setup, &now.injection);
    note_wrong();
    if (getenv("BATON_LOG"))
        printf("%s", fake_log_text());
    for (enum fake_lasting lasting = FAKE_ONCE; lasting < FAKE_LASTING_COUNT; lasting++) {
        /* A failure can make the loader try again, but nothing makes the calls before it more. */
        for (unsigned call = 1; call <= untroubled.calls; call++)
            injections += fail_call(scenario, call, lasting);
        if (fail_call(scenario, untroubled.calls + 1, lasting) != 0) {
            printf("WRONG: %s has a call behind its last one\n", scenario->name);
            now.wrong++;
        }
    }
    printf("  %-32s %5u calls %6u injections %6u wrong\n", scenario->name, untroubled.calls, injections,
           now.wrong - wrong);
    return injections;
}

static struct fake_result run_case(const struct quirk_case *one)
{
    struct fake_result result;

    now.scenario = one->scenario->name;
    now.quirks = one->setup.quirks;
    now.seed = one->seed;
    now.injection = one->injection;
    result = verdict_run(one->scenario, &one->setup, &one->injection);
    note_wrong();
    return result;
}

/* A switch that nothing asks for would be tested by nothing. */
static void check_met(void)
{
    for (unsigned quirk = 0; quirk < FAKE_QUIRK_COUNT; quirk++) {
        if (fake_quirks_met() >> quirk & 1)
            continue;
        printf("WRONG: %s makes no difference to any scenario\n", fake_quirk_name((enum fake_quirk)quirk));
        now.wrong++;
    }
}

static void run_alone(const struct scenario *all, size_t count)
{
    unsigned runs = 0, wrong = now.wrong;
    struct quirk_case one;

    for (size_t i = 0; i < count; i++) {
        for (unsigned quirk = 0; quirk < FAKE_QUIRK_COUNT; quirk++, runs++) {
            quirk_alone(&all[i], (enum fake_quirk)quirk, &one);
            (void)run_case(&one);
        }
    }
    check_met();
    printf("  %-32s %5u runs %7u injections %6u wrong\n", "quirks, each alone", runs, 0, now.wrong - wrong);
}

/* What was run before must make no difference, or nobody could see a failure again. */
static void run_again(const struct quirk_case *one, uint64_t digest)
{
    struct fake_result result = run_case(one);

    if (fake_digest(&result) == digest)
        return;
    printf("WRONG: once more, this comes to something else: ");
    tell_case(stdout);
    now.wrong++;
}

static unsigned run_chance(const struct scenario *all, size_t count)
{
    unsigned injections = 0, wrong = now.wrong;
    struct quirk_case one;
    struct fake_result result;
    uint64_t first = 0;

    for (unsigned number = 0; number < CASES; number++) {
        quirk_chance(all, scenarios_usual(), count, number, &one);
        if (number == 0)
            first = one.seed;
        result = run_case(&one);
        injections += fake_injected() > 0 ? 1 : 0;
        if (number % TWICE == 0)
            run_again(&one, fake_digest(&result));
    }
    printf("  %-32s %5u runs %7u injections %6u wrong\n", "quirks, combined by chance", CASES, injections,
           now.wrong - wrong);
    printf("  the first case was SEED=0x%llx\n", (unsigned long long)first);
    return injections;
}

/* The case that begins with this seed, as `make fault SEED=` would. */
static void run_seed(const struct scenario *all, size_t count, const char *seed)
{
    struct quirk_case one;
    struct fake_result result;

    if (setenv("BATON_SEED", seed, 1) != 0)
        abort();
    quirk_chance(all, scenarios_usual(), count, 0, &one);
    result = run_case(&one);
    if (getenv("BATON_LOG"))
        printf("%s", fake_log_text());
    printf("  0x%llx: ", (unsigned long long)one.seed);
    tell_what(stdout);
    printf(": %s after %u calls, %u errors, %u complaints, digest %016llx\n", fake_end_name(result.end), result.calls,
           result.errors, fake_complaints(), (unsigned long long)fake_digest(&result));
}

static int run_seeds(const struct scenario *all, size_t count, char **seeds)
{
    unsigned cases = 0;

    for (; seeds[cases]; cases++)
        run_seed(all, count, seeds[cases]);
    printf("fault: %u cases, %u wrong\n", cases, now.wrong);
    return now.wrong == 0 ? 0 : 1;
}

static void note_cut(const char *what)
{
    now.scenario = what;
    note_wrong();
}

static void run_cuts(const struct scenario *all, size_t count)
{
    unsigned boots = 0, wrong = now.wrong;

    memset(&now.injection, 0, sizeof(now.injection));
    now.seed = 0;
    for (size_t i = 0; i < count; i++) {
        now.quirks = all[i].setup.quirks;
        boots += cuts_run(&all[i], note_cut);
    }
    printf("  %-32s %5u boots %6u injections %6u wrong\n", "power cuts at every block", boots, 0, now.wrong - wrong);
    if (boots == 0) {
        printf("WRONG: nothing was written\n");
        now.wrong++;
    }
}

/* So many calls that not each can be made to fail: only some are. What an entry costs is bounded. */
static unsigned long run_crowd(void)
{
    const struct scenario *scenario = scenario_crowd();
    unsigned long injections = 0;
    unsigned wrong = now.wrong;
    struct fake_result untroubled;

    now.scenario = scenario->name;
    now.quirks = 0;
    now.injection = (struct fake_injection){0};
    untroubled = verdict_run(scenario, &scenario->setup, &now.injection);
    note_wrong();
    if (untroubled.calls > CROWD_CALLS * SCENARIO_CROWD || fake_memory_pool_most() > CROWD_POOL * SCENARIO_CROWD) {
        printf("WRONG: %s take %u calls and %zu KiB\n", scenario->name, untroubled.calls,
               fake_memory_pool_most() >> 10);
        now.wrong++;
    }
    printf("  %-32s %5u calls, and %zu KiB of pool memory at once\n", scenario->name, untroubled.calls,
           fake_memory_pool_most() >> 10);
    for (unsigned call = 1; call <= untroubled.calls; call += CROWD_STEP)
        injections += fail_call(scenario, call, FAKE_ONCE);
    printf("  %-32s %5u calls %6lu injections %6u wrong\n", scenario->name, untroubled.calls, injections,
           now.wrong - wrong);
    return injections;
}

/* What all else is worth. */
static void run_lies(void)
{
    unsigned wrong = 0, told;

    now.scenario = "lies";
    told = lies_run(&wrong);
    printf("  %-32s %5u runs %7u injections %6u wrong\n", "lies that must be noticed", told, 0, wrong);
    now.wrong += wrong;
}

/* Of a run that is no scenario's. */
static bool is_part(const char *only)
{
    return strcmp(only, "lies") == 0 || strcmp(only, "cuts") == 0 || strcmp(only, "quirks") == 0;
}

/* ---- what there is to do, in pieces ---- */

static struct {
    const char *only; /* what is asked for; "": all */
    struct scenario *all;
    size_t count;
} work;

static struct {
    atomic_size_t scenarios;
    atomic_ulong injections;
    atomic_uint wrong;
} * totals;

static bool is_asked(const char *name)
{
    return work.only[0] == '\0' || strcmp(work.only, name) == 0;
}

static bool is_asked_scenario(const struct scenario *scenario)
{
    return strncmp(scenario->name, work.only, strlen(work.only)) == 0;
}

static unsigned long do_cuts(void)
{
    if (is_asked("cuts"))
        run_cuts(work.all, scenarios_usual());
    return 0;
}

static unsigned long do_alone(void)
{
    if (is_asked("quirks"))
        run_alone(work.all, work.count);
    return 0;
}

static unsigned long do_chance(void)
{
    return is_asked("quirks") ? run_chance(work.all, work.count) : 0;
}

static unsigned long do_lies(void)
{
    if (is_asked("lies"))
        run_lies();
    return 0;
}

static unsigned long do_crowd(void)
{
    if (!is_asked_scenario(scenario_crowd()))
        return 0;
    atomic_fetch_add(&totals->scenarios, 1);
    return run_crowd();
}

static unsigned long do_scenario(const struct scenario *scenario)
{
    if (!is_asked_scenario(scenario))
        return 0;
    atomic_fetch_add(&totals->scenarios, 1);
    now.scenario = scenario->name;
    return fail_all(scenario);
}

static unsigned long do_retry(void)
{
    return do_scenario(scenario_retry());
}

/* The longest ones come first, so that all processors end together; the scenarios are behind them. */
static unsigned long (*const parts[])(void) = {do_alone, do_chance, do_cuts, do_crowd, do_lies, do_retry};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static void do_piece(size_t piece)
{
    unsigned long injections;

    now.wrong = 0;
    injections = piece < PARTS ? parts[piece]() : do_scenario(&work.all[piece - PARTS]);
    atomic_fetch_add(&totals->injections, injections);
    atomic_fetch_add(&totals->wrong, now.wrong);
}

static void run_all(void)
{
    if (workers_run(do_piece, PARTS + work.count))
        return;
    printf("WRONG: not all has come to its end\n");
    atomic_fetch_add(&totals->wrong, 1);
}

int main(int count, char **arguments)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(tell_death);
    work.only = count > 1 ? arguments[1] : "";
    work.count = scenarios(&work.all);
    if (strncmp(work.only, "0x", 2) == 0)
        return run_seeds(work.all, work.count, arguments + 1);
    totals = workers_memory(sizeof(*totals));
    messages_start();
    run_all();
    if (is_asked(""))
        atomic_fetch_add(&totals->wrong, messages_judge());
    printf("fault: %zu scenarios, %lu injections, %u wrong\n", totals->scenarios, totals->injections, totals->wrong);
    return totals->wrong == 0 && (totals->scenarios > 0 || is_part(work.only)) ? 0 : 1;
}
