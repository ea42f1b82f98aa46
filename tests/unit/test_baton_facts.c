/* SPDX-License-Identifier: BSD-2-Clause */
/* What gather found out, as the kernel finds it in the baton: copies, pointers, and a fact bit for each part. */
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
#define HIGH    0xffffffff80000000ULL
#define BEYOND  0x0000400000000000ULL /* physical: where no high kernel's direct map reaches */
#define SCREENS 5

/* Facts that are there in every boot. */
#define ALWAYS (BATON_FACT_EFI_MEMORY_MAP | BATON_FACT_LOG | BATON_FACT_TIMINGS | BATON_FACT_SECURE_BOOT)

struct sample {
    struct made_boot boot;
    struct chance *chance;
    const struct baton *baton;
    uint64_t expected; /* facts */
    uint8_t *tree;
};

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            CHANCE_FAIL(sample->chance, "not so: %s", #condition);                                                     \
    } while (false)

/* ---- making one ---- */

static bool add(struct sample *sample, uint64_t fact)
{
    bool there = chance_one_in(sample->chance, 2);

    sample->expected |= there ? fact : 0;
    return there;
}

static void fill(struct chance *chance, void *at, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)at)[i] = (uint8_t)chance_bits(chance);
}

/* What is not there has garbage in its place: the bit that says so counts. */
static void make_tables(struct sample *sample)
{
    struct facts *facts = &sample->boot.facts;
    struct firmware_tables *tables = &facts->tables;

    tables->has_rsdp = add(sample, BATON_FACT_RSDP);
    tables->rsdp_size = chance_one_in(sample->chance, 2) ? 20 : 36;
    tables->has_smbios2 = add(sample, BATON_FACT_SMBIOS);
    tables->has_smbios3 = add(sample, BATON_FACT_SMBIOS);
    fill(sample->chance, tables->rsdp, sizeof(tables->rsdp));
    fill(sample->chance, tables->smbios2, sizeof(tables->smbios2));
    fill(sample->chance, tables->smbios3, sizeof(tables->smbios3));
    if (add(sample, BATON_FACT_DEVICE_TREE)) {
        size_t size = (size_t)chance_size(sample->chance, 20000);

        sample->tree = malloc(size);
        assert_non_null(sample->tree);
        fill(sample->chance, sample->tree, size);
        facts->device_tree = (struct bytes){sample->tree, size};
    }
}

static void make_screens(struct sample *sample)
{
    struct facts *facts = &sample->boot.facts;
    struct chance *chance = sample->chance;

    facts->framebuffer_count = (size_t)chance_below(chance, SCREENS + 1);
    for (size_t i = 0; i < facts->framebuffer_count; i++) {
        struct framebuffer_edid *edid = &facts->edids[i];

        facts->framebuffers[i] =
            (struct baton_framebuffer){.physical = (chance_one_in(chance, 3) ? BEYOND : 0x80000000) + i * 0x1000000,
                                       .size = 0x100000,
                                       .width = 640};
        edid->size = chance_one_in(chance, 3) ? 0 : 128 * (uint32_t)chance_between(chance, 1, 4);
        fill(chance, edid->bytes, sizeof(edid->bytes));
        if (facts->framebuffers[i].physical < BEYOND)
            sample->expected |= BATON_FACT_FRAMEBUFFER;
    }
}

static void start(struct sample *sample, struct chance *chance)
{
    const struct stage_times times = {{0}};
    struct made_boot *boot = &sample->boot;
    struct facts *facts = &boot->facts;

    memset(sample, 0, sizeof(*sample));
    sample->chance = chance;
    log_reset();
    made_boot_start(boot, chance);
    made_kernel_add(boot, &(struct made_kernel){.base = HIGH}, chance);
    sample->expected = ALWAYS | (facts->machine.counter_frequency ? BATON_FACT_COUNTER_FREQUENCY : 0);
    make_tables(sample);
    make_screens(sample);
    facts->random.present = add(sample, BATON_FACT_ENTROPY);
    fill(chance, facts->random.entropy, sizeof(facts->random.entropy));
    facts->has_boot_partition = add(sample, BATON_FACT_BOOT_PARTITION);
    fill(chance, facts->boot_partition, sizeof(facts->boot_partition));
    facts->has_wall_clock = add(sample, BATON_FACT_WALL_CLOCK);
    facts->wall_clock = chance_bits(chance);
    facts->has_boot_cpu = add(sample, BATON_FACT_BOOT_CPU);
    facts->boot_cpu = chance_bits(chance);
    facts->secure_boot = chance_one_in(chance, 2) ? SECURE_BOOT_OFF : SECURE_BOOT_SETUP;
    facts->system_table = add(sample, BATON_FACT_EFI_SYSTEM_TABLE) ? (51ULL << 20) + 0x18 : 0;
    if (made_boot_plan(boot) != STATUS_OK || !made_boot_reserve(boot, chance))
        CHANCE_FAIL(chance, "%s", boot->error.text);
    made_boot_load(boot);
    made_boot_finish(boot, &times);
    sample->baton = (const void *)boot->plan.places[boot->plan.baton].memory;
}

static void end(struct sample *sample)
{
    made_boot_end(&sample->boot);
    free(sample->tree);
}

/* ---- what must be true ---- */

/* A copy of these bytes, in the baton's memory; NULL when the part is not there. */
static void check_copy(const struct sample *sample, const void *pointer, const void *bytes, uint64_t size, bool there)
{
    const struct made_boot *boot = &sample->boot;
    const struct baton *baton = sample->baton;
    const struct baton_memory *entry;

    if (!there) {
        CHECK(!pointer);
        return;
    }
    CHECK(pointer && made_boot_see(boot, pointer, size) &&
          memcmp(made_boot_see(boot, pointer, size), bytes, size) == 0);
    entry = memory_map_find(made_boot_see(boot, baton->memory_map.first, 1), baton->memory_map.count,
                            baton_physical(baton, pointer));
    CHECK(entry && entry->kind == BATON_MEMORY_BATON);
}

static void check_tables(const struct sample *sample)
{
    const struct baton *baton = sample->baton;
    const struct facts *facts = &sample->boot.facts;
    const struct firmware_tables *tables = &facts->tables;
    bool has_tree = facts->device_tree.size > 0;

    check_copy(sample, baton->rsdp, tables->rsdp, tables->rsdp_size, tables->has_rsdp);
    check_copy(sample, baton->smbios2, tables->smbios2, sizeof(tables->smbios2), tables->has_smbios2);
    check_copy(sample, baton->smbios3, tables->smbios3, sizeof(tables->smbios3), tables->has_smbios3);
    check_copy(sample, baton->device_tree, facts->device_tree.data, facts->device_tree.size, has_tree);
    CHECK((uintptr_t)baton->device_tree % 8 == 0 && baton->device_tree_size == facts->device_tree.size);
}

static void check_screens(const struct sample *sample)
{
    const struct baton *baton = sample->baton;
    const struct facts *facts = &sample->boot.facts;
    const struct baton_framebuffer *screens =
        made_boot_see(&sample->boot, baton->framebuffers.first, (uint64_t)baton->framebuffers.count * sizeof(*screens));
    size_t next = 0;

    for (size_t i = 0; i < facts->framebuffer_count; i++) {
        if (facts->framebuffers[i].physical >= BEYOND)
            continue;
        CHECK(next < baton->framebuffers.count && screens[next].physical == facts->framebuffers[i].physical);
        CHECK(screens[next].edid_size == facts->edids[i].size);
        check_copy(sample, screens[next].edid, facts->edids[i].bytes, facts->edids[i].size, facts->edids[i].size > 0);
        next++;
    }
    CHECK(next == baton->framebuffers.count);
}

static void check_values(const struct sample *sample)
{
    static const uint8_t zeros[64];
    const struct baton *baton = sample->baton;
    const struct facts *facts = &sample->boot.facts;

    CHECK(baton->facts == sample->expected);
    CHECK(memcmp(baton->entropy, facts->random.present ? facts->random.entropy : zeros, 64) == 0);
    CHECK(memcmp(baton->boot_partition, facts->has_boot_partition ? facts->boot_partition : zeros, 16) == 0);
    CHECK(baton->wall_clock == (facts->has_wall_clock ? facts->wall_clock : 0));
    CHECK(baton->boot_cpu == (facts->has_boot_cpu ? facts->boot_cpu : 0));
    CHECK(baton->secure_boot ==
          (facts->secure_boot == SECURE_BOOT_SETUP ? BATON_SECURE_BOOT_SETUP : BATON_SECURE_BOOT_OFF));
    CHECK((uintptr_t)baton->efi_system_table ==
          (facts->system_table ? baton->direct_map.base + facts->system_table : 0));
}

static void test_facts(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 300; i++) {
        static struct sample sample;
        struct chance chance = chance_case(i);

        start(&sample, &chance);
        check_values(&sample);
        check_tables(&sample);
        check_screens(&sample);
        end(&sample);
    }
}

/* States in which no kernel is planned for, should one be handed over all the same. */
static void test_verified(void **state)
{
    static const struct {
        enum secure_boot state;
        uint64_t fact;
        uint32_t value;
    } rows[] = {
        {SECURE_BOOT_ON, BATON_FACT_SECURE_BOOT, BATON_SECURE_BOOT_ON},
        {SECURE_BOOT_UNKNOWN, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        static struct sample sample;
        struct chance chance = chance_case(i);
        struct baton *baton;

        start(&sample, &chance);
        sample.boot.facts.secure_boot = rows[i].state;
        baton = (struct baton *)(void *)sample.boot.plan.places[sample.boot.plan.baton].memory;
        memset(baton, 0, sizeof(*baton));
        sample.boot.protocol->build(&sample.boot.input, &sample.boot.plan);
        assert_int_equal(baton->facts & BATON_FACT_SECURE_BOOT, rows[i].fact);
        assert_int_equal(baton->secure_boot, rows[i].value);
        end(&sample);
    }
}

/* Sizes that overflow when they are added up. */
static void test_absurd_sizes(void **state)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 15, SIZE_MAX - 0x8000};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct chance chance = chance_case(0);
        struct made_boot boot;

        log_reset();
        made_boot_start(&boot, &chance);
        made_kernel_add(&boot, &(struct made_kernel){.base = HIGH}, &chance);
        boot.facts.device_tree.size = sizes[i];
        assert_int_equal(made_boot_plan(&boot), STATUS_INVALID);
        assert_string_equal(boot.error.text, "/loader/entries/x.conf: the entry's texts, or the firmware's memory map, "
                                             "are absurdly long. Shorten its options.");
        made_boot_end(&boot);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_verified),
        cmocka_unit_test(test_absurd_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
