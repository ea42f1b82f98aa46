/* SPDX-License-Identifier: BSD-2-Clause */
/* Where kernels run and where the direct map is, with random numbers, with a seed and without (docs/protocol.md,
 * sections 3.1 to 3.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "made_kernel.h"

#define PAGE    4096ULL
#define MIB     (1ULL << 20)
#define GIB     (1ULL << 30)
#define TIB     (1ULL << 40)
#define HIGH    0xffff800000000000ULL /* the upper half, */
#define MIDDLE  0xffffc00000000000ULL /* and the middle of it */
#define DEFAULT 0xffffffff80000000ULL

#define USUAL    "boots at its usual addresses, since there are no random numbers here"
#define OVERRULE "requires a random slide, but /loader/entries/x.conf says kaslr off"
#define NO_SLIDE "is linked at a fixed address, so kaslr moves "

struct sample {
    struct made_kernel kernel;
    enum entry_kaslr kaslr;
    uint64_t seed;
    bool random; /* whether the machine has random numbers */
    uint64_t slide_number, map_number;
};

/* What the plan made of it. */
struct outcome {
    enum status status;
    uint64_t run; /* where the link base runs */
    uint64_t map_base, map_limit;
    bool identity;
    char message[ERROR_TEXT_SIZE];
    char log[4096];
};

static void run_sample(const struct sample *sample, struct outcome *outcome)
{
    static struct made_boot boot;
    struct chance chance = chance_case(0);

    memset(outcome, 0, sizeof(*outcome));
    log_reset();
    made_boot_start(&boot, &chance);
    boot.entry.kaslr = sample->kaslr;
    boot.entry.kaslr_seed = sample->seed;
    boot.facts.random.present = sample->random;
    boot.facts.random.slide = sample->slide_number;
    boot.facts.random.direct_map = sample->map_number;
    made_kernel_add(&boot, &sample->kernel, &chance);
    outcome->status = made_boot_plan(&boot);
    if (outcome->status == STATUS_OK) {
        outcome->run = boot.plan.entry - 0x10;
        outcome->map_base = boot.plan.direct_map_base;
        outcome->map_limit = boot.plan.direct_map_limit;
        outcome->identity = boot.plan.identity_map;
        if (outcome->map_base != 0)
            assert_int_equal(boot.plan.mappings[0].address, outcome->run);
    } else {
        memcpy(outcome->message, boot.error.text, sizeof(outcome->message));
    }
    (void)log_copy(outcome->log, sizeof(outcome->log));
    made_boot_end(&boot);
}

/* ---- the rules ---- */

static bool is_asked_for(const struct sample *sample)
{
    const struct made_kernel *kernel = &sample->kernel;

    return sample->kaslr == ENTRY_KASLR_ON || sample->kaslr == ENTRY_KASLR_SEED ||
           (sample->kaslr == ENTRY_KASLR_UNSAID && kernel->has_note &&
            ((kernel->required | kernel->wanted) & BATON_FEATURE_RANDOM_SLIDE));
}

static bool is_required(const struct sample *sample)
{
    return sample->kernel.has_note && (sample->kernel.required & BATON_FEATURE_RANDOM_SLIDE);
}

static uint64_t start_address(const struct made_kernel *kernel)
{
    return kernel->movable && kernel->base < HIGH ? DEFAULT : kernel->base;
}

#define CHECK(chance, condition)                                                                                       \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            CHANCE_FAIL((chance), "not so: %s", #condition);                                                           \
    } while (false)

static void check_log(const struct chance *chance, const struct sample *sample, const struct outcome *outcome)
{
    bool usual = is_asked_for(sample) && sample->kaslr != ENTRY_KASLR_SEED && !sample->random;
    bool overrule = sample->kaslr == ENTRY_KASLR_OFF && is_required(sample);
    bool no_slide = sample->kaslr == ENTRY_KASLR_ON && !sample->kernel.movable;
    const char *moved = sample->kernel.base >= HIGH ? NO_SLIDE "the direct map only" : NO_SLIDE "nothing";

    CHECK(chance, (strstr(outcome->log, "/kernel.elf: " USUAL) != NULL) == usual);
    CHECK(chance, (strstr(outcome->log, "/kernel.elf: " OVERRULE) != NULL) == overrule);
    CHECK(chance, (strstr(outcome->log, NO_SLIDE) != NULL) == no_slide);
    CHECK(chance, !no_slide || strstr(outcome->log, moved) != NULL);
    CHECK(chance, usual || overrule || no_slide || outcome->log[0] == '\0');
}

static void check_low(const struct chance *chance, const struct sample *sample, const struct outcome *outcome)
{
    CHECK(chance, outcome->run == sample->kernel.base && outcome->map_base == 0);
    CHECK(chance, outcome->map_limit == 128 * TIB && !outcome->identity);
}

static void check_high(const struct chance *chance, const struct sample *sample, const struct outcome *outcome)
{
    const struct made_kernel *kernel = &sample->kernel;
    bool random = is_asked_for(sample) && (sample->random || sample->kaslr == ENTRY_KASLR_SEED);
    bool identity = kernel->has_note && ((kernel->required | kernel->wanted) & BATON_FEATURE_IDENTITY_MAP);
    uint64_t start = start_address(kernel), size = made_kernel_size(kernel), offset = outcome->run - start;
    uint64_t window = start < MIDDLE ? MIDDLE : HIGH, added = outcome->map_base - window;

    CHECK(chance, outcome->identity == identity);
    CHECK(chance, kernel->movable || offset == 0);
    CHECK(chance, offset % (2 * MIB) == 0);
    CHECK(chance, offset == 0 || offset + size <= GIB);
    CHECK(chance, outcome->run + (size - 1) >= outcome->run); /* no end of the address space inside */
    CHECK(chance, added % (identity ? 512 * GIB : GIB) == 0 && added < 32 * TIB);
    CHECK(chance, random || (offset == 0 && added == 0));
    /* its window ends where it would without an offset, and the kernel is in the other half */
    CHECK(chance, added + outcome->map_limit == 64 * TIB);
    CHECK(chance, start < MIDDLE ? outcome->run + (size - 1) < MIDDLE : outcome->run >= MIDDLE);
}

static void check_sample(const struct chance *chance, const struct sample *sample)
{
    struct outcome outcome, again;

    run_sample(sample, &outcome);
    if (is_required(sample) && !(sample->kernel.movable && sample->random)) {
        CHECK(chance, outcome.status == STATUS_UNSUPPORTED && strstr(outcome.message, "requires random slide"));
        return;
    }
    if (outcome.status != STATUS_OK)
        CHANCE_FAIL(chance, "%d: %s", outcome.status, outcome.message);
    if (!sample->kernel.movable && sample->kernel.base < HIGH)
        check_low(chance, sample, &outcome);
    else
        check_high(chance, sample, &outcome);
    check_log(chance, sample, &outcome);
    run_sample(sample, &again);
    CHECK(chance, again.run == outcome.run && again.map_base == outcome.map_base);
}

/* ---- every combination ---- */

static const struct {
    uint64_t base;
    bool fixed; /* can be linked there and not moved, on this machine */
} bases[] = {
    {0, false},           {0x1000, false},          {0x200000, true},        {0x7fff00000000, false}, {HIGH, true},
    {MIDDLE - GIB, true}, {MIDDLE - 3 * MIB, true}, {MIDDLE - 0x4000, true}, /* where a small kernel ends at the middle
                                                                              */
    {MIDDLE, true},       {DEFAULT, true},          {0 - 0x300000ULL, true}, {0 - 0x4000ULL, true},
};

static const struct {
    bool has_note;
    uint64_t required, wanted;
} notes[] = {
    {false, 0, 0},
    {true, 0, 0},
    {true, 0, BATON_FEATURE_RANDOM_SLIDE},
    {true, BATON_FEATURE_RANDOM_SLIDE, 0},
    {true, BATON_FEATURE_IDENTITY_MAP, BATON_FEATURE_RANDOM_SLIDE},
    {true, BATON_FEATURE_RANDOM_SLIDE, BATON_FEATURE_IDENTITY_MAP},
    {true, 0, BATON_FEATURE_IDENTITY_MAP},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_every_combination(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < COUNT(bases) * COUNT(notes) * 2 * 4 * 2; i++) {
        struct chance chance = chance_case(i);
        size_t base = i % COUNT(bases), note = i / COUNT(bases) % COUNT(notes);
        uint64_t rest = i / COUNT(bases) / COUNT(notes);
        struct sample sample = {.kernel = {.base = bases[base].base,
                                           .movable = rest % 2 == 0,
                                           .has_note = notes[note].has_note,
                                           .required = notes[note].required,
                                           .wanted = notes[note].wanted},
                                .kaslr = (enum entry_kaslr)(rest / 2 % 4),
                                .seed = chance_bits(&chance),
                                .random = rest / 8 != 0,
                                .slide_number = chance_bits(&chance),
                                .map_number = chance_bits(&chance)};

        if (sample.kernel.movable || bases[base].fixed)
            check_sample(&chance, &sample);
    }
}

/* Kernels of all sizes, up to those that leave no choice, at the largest numbers and others. */
static void test_sizes(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 3000; i++) {
        struct chance chance = chance_case(i);
        uint64_t size = PAGE * chance_between(&chance, 4, 4 + chance_size(&chance, 0x40000));
        uint64_t room = size < 0x4000 + 2 * MIB ? size : size - chance_below(&chance, 2 * MIB) / PAGE * PAGE;
        struct sample sample = {.kernel = {.movable = true, .zeros = room - 0x4000},
                                .kaslr = chance_one_in(&chance, 2) ? ENTRY_KASLR_ON : ENTRY_KASLR_SEED,
                                .seed = chance_size(&chance, UINT64_MAX),
                                .random = true,
                                .slide_number = UINT64_MAX - chance_size(&chance, UINT64_MAX),
                                .map_number = UINT64_MAX - chance_size(&chance, UINT64_MAX)};

        sample.kernel.base = chance_one_in(&chance, 2) ? 0 : MIDDLE - size;
        check_sample(&chance, &sample);
    }
}

static void test_size_at_the_border(void **state)
{
    static const struct {
        uint64_t size, number, offset;
    } rows[] = {
        {GIB, UINT64_MAX, 0},         {GIB, 1, 0},
        {GIB + PAGE, UINT64_MAX, 0},  {GIB - PAGE, 1, 0}, /* no step fits */
        {GIB - 2 * MIB, 1, 2 * MIB},  {GIB - 2 * MIB, 2, 0},
        {GIB - 2 * MIB + PAGE, 1, 0}, {GIB - 4 * MIB, 2, 4 * MIB},
        {0x4000, 511, GIB - 2 * MIB}, {0x4000, 512, 0},
        {2 * GIB, UINT64_MAX, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct sample sample = {.kernel = {.movable = true, .zeros = rows[i].size - 0x4000},
                                      .kaslr = ENTRY_KASLR_ON,
                                      .random = true,
                                      .slide_number = rows[i].number};
        struct outcome outcome;

        run_sample(&sample, &outcome);
        if (outcome.status != STATUS_OK || outcome.run != DEFAULT + rows[i].offset)
            fail_msg("row %zu: %d, 0x%llx", i, outcome.status, (unsigned long long)outcome.run);
    }
}

/* A movable kernel that is linked low can be larger than what is above the place where it would run. */
static void test_beyond_the_end(void **state)
{
    const struct sample sample = {.kernel = {.movable = true, .zeros = 2 * GIB - 0x3000}};
    struct outcome outcome;

    (void)state;
    run_sample(&sample, &outcome);
    assert_int_equal(outcome.status, STATUS_UNSUPPORTED);
    assert_string_equal(outcome.message,
                        "/kernel.elf: takes 0x80001000 bytes, which is more than there are from 0xffffffff80000000, "
                        "where it is to run, up to the end of the address space. Link the kernel lower in the upper "
                        "half.");
}

/* ---- chance ---- */

static int compare_numbers(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

/* Of `count` numbers below `limit`, each sixteenth of the range has its share, and most are different. */
static void check_spread(uint64_t *numbers, size_t count, uint64_t limit, size_t least_different)
{
    size_t shares[16] = {0}, different = 1;

    for (size_t i = 0; i < count; i++) {
        assert_true(numbers[i] < limit);
        shares[numbers[i] / ((limit + 15) / 16)]++;
    }
    for (size_t i = 0; i < 16; i++) {
        if (shares[i] < count / 16 * 7 / 10 || shares[i] > count / 16 * 13 / 10)
            fail_msg("share %zu has %zu of %zu", i, shares[i], count);
    }
    qsort(numbers, count, sizeof(numbers[0]), compare_numbers);
    for (size_t i = 1; i < count; i++)
        different += numbers[i] != numbers[i - 1];
    if (different < least_different)
        fail_msg("%zu different ones of %zu", different, count);
}

/* Seeds that follow one another, and the numbers of a good source, lead everywhere. The two choices are independent. */
static void check_choices(bool seeded)
{
    enum { SEEDS = 3200 };
    static uint64_t slides[SEEDS], maps[SEEDS], both[SEEDS];
    struct chance chance = chance_case(0);

    for (size_t i = 0; i < SEEDS; i++) {
        const struct sample sample = {.kernel = {.movable = true},
                                      .kaslr = seeded ? ENTRY_KASLR_SEED : ENTRY_KASLR_ON,
                                      .seed = i,
                                      .random = !seeded,
                                      .slide_number = chance_bits(&chance),
                                      .map_number = chance_bits(&chance)};
        struct outcome outcome;

        run_sample(&sample, &outcome);
        assert_int_equal(outcome.status, STATUS_OK);
        slides[i] = (outcome.run - DEFAULT) / (2 * MIB);
        maps[i] = (outcome.map_base - HIGH) / GIB;
        both[i] = (slides[i] / 128) * 4 + maps[i] / 8192;
    }
    check_spread(both, SEEDS, 16, 16);
    check_spread(slides, SEEDS, 512, 500);
    check_spread(maps, SEEDS, 32768, 2900);
}

static void test_seeds_spread(void **state)
{
    (void)state;
    check_choices(true);
}

static void test_numbers_spread(void **state)
{
    (void)state;
    check_choices(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_combination),  cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_size_at_the_border), cmocka_unit_test(test_beyond_the_end),
        cmocka_unit_test(test_seeds_spread),       cmocka_unit_test(test_numbers_spread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
