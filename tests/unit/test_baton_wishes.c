/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a machine has what a kernel's note requires: each feature, there and not there, and what the refusal says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "log.h"
#include "made_kernel.h"

#define PAGE 4096ULL
#define HIGH 0xffffffff80000000ULL

static struct made_boot boot;
static struct chance chance;
static uint8_t tree[40];

static int setup(void **state)
{
    (void)state;
    log_reset();
    chance = chance_case(0);
    made_boot_start(&boot, &chance);
    boot.facts.machine.paging_levels = 4;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    made_boot_end(&boot);
    return 0;
}

/* The features, and how a machine comes to have one. */
enum needs { ALWAYS, NEVER, FRAMEBUFFER, ACPI, DEVICE_TREE, RANDOM, MOVABLE_AND_RANDOM, FIVE_LEVELS };

static const struct {
    uint64_t feature;
    enum needs needs;
    const char *refusal; /* behind "/kernel.elf: its note requires " */
} rows[] = {
    {BATON_FEATURE_FRAMEBUFFER, FRAMEBUFFER,
     "framebuffer (feature 0), but this machine has no screen that can be written as memory."},
    {BATON_FEATURE_ACPI, ACPI, "ACPI (feature 1), but the firmware gives no valid ACPI tables."},
    {BATON_FEATURE_DEVICE_TREE, DEVICE_TREE, "device tree (feature 2), but the firmware gives none."},
    {BATON_FEATURE_ENTROPY, RANDOM,
     "entropy (feature 3), but neither the firmware nor the processor gives random numbers."},
    {BATON_FEATURE_EL2, NEVER, "EL2 (feature 4), but only aarch64 machines have that."},
    {BATON_FEATURE_NO_EXECUTE, ALWAYS, NULL},
    {BATON_FEATURE_MINIMUM_RAM, ALWAYS, NULL}, /* of no bytes */
    {BATON_FEATURE_IDENTITY_MAP, ALWAYS, NULL},
    {BATON_FEATURE_RANDOM_SLIDE, MOVABLE_AND_RANDOM,
     "random slide (feature 8), but neither the firmware nor the processor gives random numbers."},
    {BATON_FEATURE_KERNEL_FILE, ALWAYS, NULL},
    {BATON_FEATURE_FIVE_LEVELS, FIVE_LEVELS,
     "five-level paging (feature 10), but the firmware has set up four, which Baton does not change."},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* A machine that has what one feature needs, or all but that. */
static void furnish(enum needs needs, bool all_but)
{
    struct facts *facts = &boot.facts;

    facts->framebuffer_count = (needs == FRAMEBUFFER) != all_but;
    facts->framebuffers[0] = (struct baton_framebuffer){.physical = 0x80000000, .size = 0x1000};
    facts->tables.has_rsdp = (needs == ACPI) != all_but;
    facts->tables.rsdp_size = 36;
    facts->device_tree = (struct bytes){tree, (needs == DEVICE_TREE) != all_but ? sizeof(tree) : 0};
    facts->random.present = (needs == RANDOM || needs == MOVABLE_AND_RANDOM) != all_but;
    facts->machine.paging_levels = (needs == FIVE_LEVELS) != all_but ? 5 : 4;
}

static void start(const struct made_kernel *kernel)
{
    made_boot_end(&boot);
    (void)setup(NULL);
    made_kernel_add(&boot, kernel, &chance);
}

static void check_refused(const char *message)
{
    assert_int_equal(made_boot_plan(&boot), STATUS_UNSUPPORTED);
    assert_string_equal(boot.error.text, message);
    assert_null(boot.plan.requests); /* nothing was asked for */
    assert_int_equal(boot.plan.request_count, 0);
}

static void check_boots(size_t row, bool movable)
{
    enum status status = made_boot_plan(&boot);

    if (status != STATUS_OK)
        fail_msg("feature %zu, movable %d: %d, %s", row, movable, status, boot.error.text);
}

static bool is_there(size_t row, bool movable, bool furnished)
{
    if (rows[row].needs == ALWAYS || rows[row].needs == NEVER)
        return rows[row].needs == ALWAYS;
    return furnished && (movable || rows[row].needs != MOVABLE_AND_RANDOM);
}

static void check_row(size_t row, bool required, bool movable, bool furnished)
{
    const char *refusal = rows[row].refusal;
    char message[256];

    start(&(struct made_kernel){.base = movable ? 0 : HIGH,
                                .movable = movable,
                                .has_note = true,
                                .required = required ? rows[row].feature : 0,
                                .wanted = required ? 0 : rows[row].feature});
    furnish(rows[row].needs, !furnished);
    if (!required || is_there(row, movable, furnished)) {
        check_boots(row, movable);
        return;
    }
    if (rows[row].needs == MOVABLE_AND_RANDOM && !movable)
        refusal = "random slide (feature 8), but it is linked at a fixed address. Link it with -static -pie.";
    (void)snprintf(message, sizeof(message), "/kernel.elf: its note requires %s", refusal);
    check_refused(message);
}

static void test_features(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROWS * 8; i++)
        check_row(i / 8, (i & 1) != 0, (i & 2) != 0, (i & 4) != 0);
}

/* A machine that has all of it boots a kernel that requires all but EL2. */
static void test_all_at_once(void **state)
{
    uint64_t all = 0;

    (void)state;
    for (size_t i = 0; i < ROWS; i++)
        all |= rows[i].needs == NEVER ? 0 : rows[i].feature;
    start(&(struct made_kernel){.movable = true, .has_note = true, .required = all, .wanted = ~all});
    furnish(ALWAYS, true);
    check_boots(0, true);
    assert_true(boot.plan.identity_map);
}

/* Of several that are missing the first is named. */
static void test_several_are_missing(void **state)
{
    (void)state;
    start(&(struct made_kernel){
        .base = HIGH, .has_note = true, .required = BATON_FEATURE_EL2 | BATON_FEATURE_ACPI | 1ULL << 63});
    check_refused("/kernel.elf: its note requires ACPI (feature 1), but the firmware gives no valid ACPI tables.");
}

static void test_unknown_features(void **state)
{
    (void)state;
    for (unsigned bit = ROWS; bit < 64; bit++) {
        char message[256];

        (void)snprintf(message, sizeof(message),
                       "/kernel.elf: its note requires something new (feature %u), but this version of Baton does not "
                       "know it. Update Baton.",
                       bit);
        start(&(struct made_kernel){.base = HIGH, .has_note = true, .required = 1ULL << bit});
        check_refused(message);
        start(&(struct made_kernel){.base = HIGH, .has_note = true, .wanted = 1ULL << bit});
        check_boots(bit, false);
    }
}

/* A framebuffer that no direct map reaches is not in the baton, so it is none. */
static void test_framebuffer_out_of_reach(void **state)
{
    static const struct {
        uint64_t base;
        uint64_t physical;
        bool there;
    } cases[] = {
        {HIGH, 0x400000000000 - PAGE, true},
        {HIGH, 0x400000000000, false},
        {0x200000, 0x400000000000, true},
        {0x200000, 0x800000000000, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        start(&(struct made_kernel){.base = cases[i].base, .has_note = true, .required = BATON_FEATURE_FRAMEBUFFER});
        furnish(FRAMEBUFFER, false);
        boot.facts.framebuffers[0].physical = cases[i].physical;
        if (cases[i].there)
            check_boots(i, false);
        else
            check_refused("/kernel.elf: its note requires framebuffer (feature 0), but this machine has no screen that "
                          "can be written as memory.");
    }
}

/* ---- minimum RAM ---- */

static uint64_t sum_ram(const struct efi_map *map)
{
    uint64_t pages = 0;

    for (size_t i = 0; i < efi_map_count(map); i++) {
        struct efi_descriptor descriptor = *efi_map_at(map, i);

        if ((descriptor.type == EFI_TYPE_CONVENTIONAL && !(descriptor.attributes & EFI_ATTRIBUTE_SPECIFIC_PURPOSE)) ||
            (descriptor.type >= EFI_TYPE_LOADER_CODE && descriptor.type <= EFI_TYPE_BOOT_SERVICES_DATA))
            pages += descriptor.pages;
    }
    return pages * PAGE;
}

static void check_minimum(uint64_t minimum, bool required, uint64_t ram, bool enough)
{
    char message[256];

    start(&(struct made_kernel){.base = HIGH,
                                .has_note = true,
                                .required = required ? BATON_FEATURE_MINIMUM_RAM : 0,
                                .wanted = required ? 0 : BATON_FEATURE_MINIMUM_RAM,
                                .minimum_ram = minimum});
    spans_add(&boot.spans, 1ULL << 40, 1ULL << 41, EFI_TYPE_CONVENTIONAL,
              EFI_ATTRIBUTE_WRITE_BACK | EFI_ATTRIBUTE_SPECIFIC_PURPOSE); /* which does not count */
    made_map_end(&boot.map);
    boot.map = spans_report(&boot.spans, 48);
    made_map_give(&boot.map, &boot.facts);
    assert_int_equal(sum_ram(&boot.facts.efi_map), ram);
    if (enough) {
        check_boots(6, false);
        return;
    }
    (void)snprintf(message, sizeof(message),
                   "/kernel.elf: its note requires %llu KiB of RAM, but this machine has %llu KiB that a kernel can "
                   "use. Give it more memory.",
                   (unsigned long long)(minimum / 1024 + (minimum % 1024 != 0)), (unsigned long long)(ram / 1024));
    check_refused(message);
}

static void test_minimum_ram(void **state)
{
    uint64_t ram = sum_ram(&boot.facts.efi_map);

    (void)state;
    assert_true(ram > 4000ULL << 20);
    check_minimum(0, true, ram, true);
    check_minimum(1, true, ram, true);
    check_minimum(ram - 1, true, ram, true);
    check_minimum(ram, true, ram, true);
    check_minimum(ram + 1, true, ram, false);
    check_minimum(ram + PAGE, true, ram, false);
    check_minimum(UINT64_MAX, true, ram, false);
    check_minimum(UINT64_MAX, false, ram, true);
}

/* Without the feature the number means nothing. */
static void test_minimum_without_feature(void **state)
{
    (void)state;
    start(&(struct made_kernel){.base = HIGH, .has_note = true, .minimum_ram = UINT64_MAX});
    check_boots(6, false);
}

/* More than 2^64 bytes in all, as broken firmware may say: enough for everything, not next to nothing. */
static void test_ram_beyond_counting(void **state)
{
    struct made_map map = made_map_start(4097, 40);

    (void)state;
    start(&(struct made_kernel){
        .base = HIGH, .has_note = true, .required = BATON_FEATURE_MINIMUM_RAM, .minimum_ram = UINT64_MAX});
    for (unsigned i = 0; i < 4097; i++)
        made_map_add_memory(&map, EFI_TYPE_CONVENTIONAL, 0, 1ULL << 52);
    made_map_give(&map, &boot.facts);
    check_boots(6, false);
    made_map_end(&map);
}

/* ---- stack size ---- */

static void test_stack_size(void **state)
{
    static const struct {
        uint64_t wish, usable;
    } sizes[] = {
        {0, 0x10000},       {1, 0x10000},       {0xffff, 0x10000},    {0x10000, 0x10000},
        {0x10001, 0x11000}, {0x10fff, 0x11000}, {0x123456, 0x124000}, {0x10000000, 0x10000000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        const struct plan_request *request;

        start(&(struct made_kernel){.base = HIGH, .has_note = true, .stack_size = sizes[i].wish});
        check_boots(i, false);
        request = &boot.plan.requests[boot.plan.stack];
        assert_int_equal(request->size, sizes[i].usable + PAGE); /* and the guard */
        assert_int_equal(boot.plan.stack_top, request->size);
    }
}

static void test_huge_stacks(void **state)
{
    static const uint64_t absurd[] = {UINT64_MAX, UINT64_MAX - 4094, UINT64_MAX - 4095, UINT64_MAX - 8190};
    char message[128];

    (void)state;
    for (size_t i = 0; i < sizeof(absurd) / sizeof(absurd[0]); i++) {
        start(&(struct made_kernel){.base = HIGH, .has_note = true, .stack_size = absurd[i]});
        (void)snprintf(
            message, sizeof(message),
            "/kernel.elf: its note asks for a stack of 0x%llx bytes, which is absurd. Give BATON_WISHES a smaller "
            "one.",
            (unsigned long long)absurd[i]);
        assert_int_equal(made_boot_plan(&boot), STATUS_INVALID);
        assert_string_equal(boot.error.text, message);
    }
    /* a size that is a number, and more than the machine has */
    for (unsigned bits = 33; bits < 64; bits++) {
        start(&(struct made_kernel){.base = HIGH, .has_note = true, .stack_size = 1ULL << bits});
        assert_int_equal(made_boot_plan(&boot), STATUS_NO_MEMORY);
        assert_non_null(strstr(boot.error.text, "the stack: needs "));
    }
}

/* A file system that says nonsense of a file whose headers can be read. */
static void test_absurd_kernel_file(void **state)
{
    (void)state;
    start(&(struct made_kernel){.base = HIGH, .has_note = true, .wanted = BATON_FEATURE_KERNEL_FILE});
    boot.files[0].size = UINT64_MAX - 4094; /* one byte more than the last that can be rounded up */
    assert_int_equal(made_boot_plan(&boot), STATUS_INVALID);
    assert_string_equal(boot.error.text,
                        "/kernel.elf: its size of 18446744073709547521 bytes is absurd. Copy it again.");
    boot.files[0].size--;
    assert_int_equal(made_boot_plan(&boot), STATUS_NO_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_features, setup, teardown),
        cmocka_unit_test_setup_teardown(test_all_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_several_are_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown_features, setup, teardown),
        cmocka_unit_test_setup_teardown(test_framebuffer_out_of_reach, setup, teardown),
        cmocka_unit_test_setup_teardown(test_minimum_ram, setup, teardown),
        cmocka_unit_test_setup_teardown(test_minimum_without_feature, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ram_beyond_counting, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stack_size, setup, teardown),
        cmocka_unit_test_setup_teardown(test_huge_stacks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_absurd_kernel_file, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
