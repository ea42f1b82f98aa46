/* SPDX-License-Identifier: BSD-2-Clause */
#include "scenarios.h"

#include "made_tree.h"
#include "scenario_parts.h"

#define HIGH  0xffffffff80000000ULL
#define ENTRY SCENARIO_ENTRY

/* ---- boots ---- */

static void make_usual(struct scenario *scenario)
{
    scenario_add_kernel(scenario, "/kernel.elf", fake_kernel_elf(&(struct fake_recipe){.base = HIGH}));
}

static void make_high(struct scenario *scenario)
{
    scenario_add_text(scenario, "/loader/loader.conf", "default a\n");
    scenario_add_text(scenario, ENTRY, "title One\nkernel /os.elf\noptions one two\n");
    scenario->expected.command_line = "one two";
    scenario_add_elf(scenario, HIGH);
}

static void make_talkative(struct scenario *scenario)
{
    scenario_add_text(scenario, "/loader/loader.conf", "log-level debug\n");
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\n");
    scenario_add_elf(scenario, HIGH);
}

static void make_low(struct scenario *scenario)
{
    scenario->exact = true;
    scenario_add_text(scenario, ENTRY, "linux /os.elf\n");
    scenario_add_elf(scenario, 0x2000000);
}

static void make_lower_high(struct scenario *scenario)
{
    scenario->setup.levels = 5;
    scenario->setup.small_pages = true;
    scenario->setup.frequency_unknown = true;
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\n");
    scenario_add_elf(scenario, 0xffff900000000000ULL);
}

static void make_flat(struct scenario *scenario)
{
    scenario->exact = true;
    scenario_add_text(scenario, ENTRY, "kernel /flat.bin\nload-address 48M\nentry-offset 0x40\nmemory-size 64K\n");
    scenario_add_kernel(scenario, "/flat.bin", fake_kernel_flat(48 << 20, 0x40, 64 << 10));
}

static void make_random(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\nkaslr on\n");
    scenario_add_kernel(scenario, "/os.elf", fake_kernel_elf(&(struct fake_recipe){.base = 0, .movable = true}));
    scenario->expected.random = true;
}

static void make_seeded(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\nkaslr 7\n");
    scenario_add_kernel(
        scenario, "/os.elf",
        fake_kernel_elf(&(struct fake_recipe){.base = HIGH + 0x200000, .movable = true, .padding = 100000}));
    scenario->expected.random = true;
}

static void make_modules(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRY,
                      "kernel /os.elf\nmodule /m/one.img compressed=no\nmodule /m/empty\nmodule /m/page.img\n");
    scenario_add_elf(scenario, HIGH);
    scenario_add_module(scenario, "/m/one.img", "compressed=no", fake_pattern(20001, 1));
    scenario_add_module(scenario, "/m/empty", "", fake_pattern(0, 0));
    scenario_add_module(scenario, "/m/page.img", "", fake_pattern(4096, 2));
}

static void make_wishes(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\n");
    scenario_add_kernel(scenario, "/os.elf",
                        fake_kernel_elf(&(struct fake_recipe){
                            .base = HIGH,
                            .note = true,
                            .required = BATON_FEATURE_KERNEL_FILE | BATON_FEATURE_MINIMUM_RAM,
                            .wanted = BATON_FEATURE_IDENTITY_MAP | BATON_FEATURE_FRAMEBUFFER | BATON_FEATURE_ENTROPY,
                            .stack = 0x20001,
                            .ram = 64 << 20,
                        }));
    scenario->expected.kernel_file = true;
    scenario->expected.identity_map = true;
    scenario->expected.stack_size = 0x21000;
}

static void make_random_identity(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\n");
    scenario_add_kernel(scenario, "/os.elf",
                        fake_kernel_elf(&(struct fake_recipe){
                            .base = 0x400000,
                            .movable = true,
                            .note = true,
                            .required = BATON_FEATURE_IDENTITY_MAP,
                            .wanted = BATON_FEATURE_RANDOM_SLIDE,
                        }));
    scenario->expected.identity_map = true;
    scenario->expected.random = true;
}

static void make_video(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\nvideo 1024x768\n");
    scenario_add_elf(scenario, HIGH);
}

static void make_no_such_video(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\nvideo 5000x10\n");
    scenario_add_elf(scenario, HIGH);
}

static void make_growth(struct scenario *scenario)
{
    scenario->setup.growth = 800;
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\n");
    scenario_add_elf(scenario, HIGH);
}

static void make_holes(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\n");
    scenario->setup.holes = 150;
    scenario_add_elf(scenario, HIGH);
}

static void make_holes_identity(struct scenario *scenario)
{
    make_random_identity(scenario);
    scenario->setup.holes = 150;
}

static void make_stale(struct scenario *scenario)
{
    scenario->setup.stale_exits = 8;
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\n");
    scenario_add_elf(scenario, HIGH);
}

/* A tree with memory of its own, by a reservation and by a node. */
static void make_tree(struct scenario *scenario)
{
    static const uint32_t two[] = {2}, reg[] = {0, FAKE_RESERVED + FAKE_RESERVED_SIZE / 2, 0, FAKE_RESERVED_SIZE / 2};
    struct made_tree tree = {0};

    made_tree_reserve(&tree, FAKE_RESERVED, FAKE_RESERVED_SIZE / 2);
    made_tree_begin(&tree, "");
    made_tree_cells(&tree, "#address-cells", two, 1);
    made_tree_cells(&tree, "#size-cells", two, 1);
    made_tree_begin(&tree, "reserved-memory");
    made_tree_cells(&tree, "#address-cells", two, 1);
    made_tree_cells(&tree, "#size-cells", two, 1);
    made_tree_begin(&tree, "secure");
    made_tree_cells(&tree, "reg", reg, 4);
    made_tree_end(&tree);
    made_tree_end(&tree);
    made_tree_end(&tree);
    scenario->setup.device_tree = made_tree_finish(&tree);
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\n");
    scenario_add_kernel(
        scenario, "/os.elf",
        fake_kernel_elf(&(struct fake_recipe){.base = HIGH, .note = true, .required = BATON_FEATURE_DEVICE_TREE}));
}

/* What is handed out first is what the loader runs on, and no 32-bit address reaches it. */
static void make_stack_above(struct scenario *scenario)
{
    make_usual(scenario);
    scenario->setup.quirks = FAKE_QUIRK(LOADER_ABOVE) | FAKE_QUIRK(FREE_STACK) | FAKE_QUIRK(FROM_ABOVE);
}

static void make_large(struct scenario *scenario)
{
    scenario->large = true;
    scenario_add_kernel(scenario, "/os.elf", fake_kernel_elf(&(struct fake_recipe){.base = HIGH, .padding = 250000}));
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\nmodule /large.img\n");
    scenario_add_module(scenario, "/large.img", "", fake_pattern(2400000, 4));
}

static void make_many_entries(struct scenario *scenario)
{
    scenario_add_text(scenario, "/loader/loader.conf", "default b*\n");
    scenario_add_text(scenario, "/loader/entries/b.conf", "kernel /missing.elf\nvideo 640x480\n");
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\n");
    scenario_add_text(scenario, "/loader/entries/arm.conf", "architecture aa64\nkernel /os.elf\n");
    scenario->setup.keys = 1;
    scenario->entries = 2;
    scenario->words = "missing.elf";
    scenario_add_elf(scenario, HIGH);
}

static void make_mistake(struct scenario *scenario)
{
    scenario_add_text(scenario, "/loader/entries/b.conf", "kernel\n");
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\n");
    scenario->words = "b.conf";
    scenario_add_elf(scenario, HIGH);
}

/* ---- refusals: `errors` 1, and the machine as before ---- */

static void make_empty(struct scenario *scenario)
{
    scenario->words = "There is no kernel to boot";
}

static void make_missing(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRY, "kernel /missing.elf\nvideo 800x600\n");
    scenario->words = "/missing.elf: there is no such file";
}

static void make_missing_module(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\nmodule /missing.img\nvideo 640x480\n");
    scenario_add_elf(scenario, HIGH);
    scenario->end = FAKE_RETURNED;
    scenario->words = "/missing.img: there is no such file";
}

static void make_folder(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRY, "kernel /loader\n");
    scenario->words = "/loader: is a folder";
}

static void make_empty_kernel(struct scenario *scenario)
{
    scenario_add_text(scenario, "/kernel.elf", "");
    scenario->words = "/kernel.elf: is empty";
}

static void make_garbage(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRY, "kernel /vmlinuz\nvideo 640x480\n");
    scenario_add_text(scenario, "/vmlinuz", "#!/bin/sh\nthis is no kernel\n");
    scenario->words = "/vmlinuz: is not an ELF file";
}

static void make_truncated(struct scenario *scenario)
{
    struct fake_kernel kernel = fake_kernel_elf(&(struct fake_recipe){.base = HIGH});

    kernel.file.size -= 100;
    scenario_add_kernel(scenario, "/os.elf", kernel);
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\n");
    scenario->end = FAKE_RETURNED;
    scenario->words = "/os.elf: is truncated";
}

static void make_cut_module(struct scenario *scenario)
{
    make_modules(scenario);
    scenario->setup.files[2].missing = 5000; /* the first module */
    scenario->end = FAKE_RETURNED;
    scenario->words = "/m/one.img: cannot be read at byte 15001 (it ends there)";
}

static void make_bad_module(struct scenario *scenario)
{
    make_modules(scenario);
    scenario->setup.files[2].bad = 10000;
    scenario->end = FAKE_RETURNED;
    scenario->words = "/m/one.img: cannot be read at byte 0 (EFI_DEVICE_ERROR)";
}

static void make_bad_kernel(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\n");
    scenario_add_elf(scenario, HIGH);
    scenario->setup.files[1].bad = 0x4800;
    scenario->end = FAKE_RETURNED;
    scenario->words = "/os.elf: cannot be read at byte";
}

static void make_taken(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\nvideo 640x480\n");
    scenario_add_elf(scenario, 0x900000);
    scenario->end = FAKE_RETURNED;
    scenario->words = "/os.elf: must lie at 0x900000";
}

static void make_wants_tree(struct scenario *scenario)
{
    scenario_add_kernel(
        scenario, "/os.elf",
        fake_kernel_elf(&(struct fake_recipe){.base = HIGH, .note = true, .required = BATON_FEATURE_DEVICE_TREE}));
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\n");
    scenario->end = FAKE_RETURNED;
    scenario->words = "note requires device tree";
}

static void make_wants_memory(struct scenario *scenario)
{
    scenario_add_kernel(scenario, "/os.elf",
                        fake_kernel_elf(&(struct fake_recipe){
                            .base = HIGH, .note = true, .required = BATON_FEATURE_MINIMUM_RAM, .ram = 1ULL << 40}));
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\n");
    scenario->end = FAKE_RETURNED;
    scenario->words = "note requires 1073741824 KiB of RAM";
}

static void make_no_execute(struct scenario *scenario)
{
    scenario->setup.no_execute_broken = true;
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\n");
    scenario_add_elf(scenario, HIGH);
    scenario->end = FAKE_RETURNED;
    scenario->words = "cannot mark memory as not executable";
}

static void make_confidential(struct scenario *scenario)
{
    scenario->setup.confidential = true;
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\n");
    scenario_add_elf(scenario, HIGH);
    scenario->end = FAKE_RETURNED;
    scenario->words = "confidential guest";
}

static void make_all_wrong(struct scenario *scenario)
{
    scenario_add_text(scenario, "/loader/entries/one.conf", "kernel /missing.elf\n");
    scenario_add_text(scenario, "/loader/entries/two.conf", "kernel /missing.elf\nvideo 640x480\n");
    scenario_add_text(scenario, "/loader/entries/three.conf", "kernel /loader\n");
    scenario->entries = 3;
}

static void make_stuck(struct scenario *scenario)
{
    scenario->setup.stale_exits = 100;
    scenario_add_text(scenario, ENTRY, "kernel /os.elf\n");
    scenario_add_elf(scenario, HIGH);
    scenario->end = FAKE_RESET;
    scenario->words = "ExitBootServices failed 16 times";
}

static void make_hart(struct scenario *scenario)
{
    make_high(scenario);
    scenario->setup.cpu_unknown = true;
}

static void make_no_hart(struct scenario *scenario)
{
    make_hart(scenario);
    scenario->setup.no_boot_hart = true;
}

/* ---- from the shell ---- */

static void make_memmap(struct scenario *scenario)
{
    scenario->no_volume = true;
    scenario->setup.shell[0] = "memmap";
    scenario->setup.quirks = FAKE_QUIRK(PRINT_ALLOCATES);
    scenario->words = "Baton";
}

static void make_unknown_word(struct scenario *scenario)
{
    scenario->no_volume = true;
    scenario->setup.shell[0] = "frobnicate";
    scenario->words = "'frobnicate' is not known";
}

/* A scenario that is not to boot shows one error, unless it says otherwise. */
static const struct scenario_maker makers[] = {
    {"usual place", make_usual, 0},
    {"high", make_high, 0},
    {"debug log", make_talkative, 0},
    {"low", make_low, 0},
    {"lower high half, five levels", make_lower_high, 0},
    {"flat", make_flat, 0},
    {"movable, random", make_random, 0},
    {"movable, seed", make_seeded, 0},
    {"modules", make_modules, 0},
    {"kernel file, identity map", make_wishes, 0},
    {"random identity map", make_random_identity, 0},
    {"video mode", make_video, 0},
    {"no such video mode", make_no_such_video, 0},
    {"map grows at the exit", make_growth, 0},
    {"map full of holes at the exit", make_holes, 0},
    {"holes, and an identity map", make_holes_identity, 0},
    {"stale keys", make_stale, 0},
    {"device tree", make_tree, 0},
    {"large files", make_large, 0},
    {"second entry", make_many_entries, 1},
    {"mistake in an entry", make_mistake, 1},
    {"nothing to boot", make_empty, 1},
    {"missing kernel", make_missing, 1},
    {"missing module", make_missing_module, 1},
    {"kernel is a folder", make_folder, 1},
    {"empty kernel", make_empty_kernel, 1},
    {"no kernel", make_garbage, 1},
    {"truncated kernel", make_truncated, 1},
    {"module ends early", make_cut_module, 1},
    {"module with a bad sector", make_bad_module, 1},
    {"kernel with a bad sector", make_bad_kernel, 1},
    {"range is taken", make_taken, 1},
    {"requires a device tree", make_wants_tree, 1},
    {"requires much memory", make_wants_memory, 1},
    {"no NX", make_no_execute, 1},
    {"confidential guest", make_confidential, 1},
    {"three entries that fail", make_all_wrong, 3},
    {"firmware does not let go", make_stuck, 1},
    {"memmap", make_memmap, 0},
    {"unknown argument", make_unknown_word, 1},
    {"free stack above 4 GiB", make_stack_above, 0},
    {"boot hart", make_hart, 0},
    {"no boot hart", make_no_hart, 0},
};

#define AT_MOST 440

static void make(struct scenario *ret_scenario, const struct scenario_maker *maker)
{
    *ret_scenario = scenario_refused(maker->name, NULL);
    ret_scenario->errors = maker->errors;
    maker->make(ret_scenario);
}

static const struct scenario_maker_list usual = {makers, sizeof(makers) / sizeof(makers[0])};

/* Those that show all that a loader does. */
static const struct scenario_maker_list *const lists[] = {
    &usual,           &scenarios_start,      &scenarios_automatic, &scenarios_second,   &scenarios_variables,
    &scenarios_menu,  &scenarios_secure,     &scenarios_counted,   &scenarios_progress, &scenarios_seed,
    &scenarios_trees, &scenarios_processors,
};
#define LISTS (sizeof(lists) / sizeof(lists[0]))

static size_t make_usual_ones(struct scenario *ret_scenarios)
{
    size_t count = 0;

    for (size_t i = 0; i < LISTS; i++) {
        for (size_t k = 0; k < lists[i]->count; k++)
            make(&ret_scenarios[count++], &lists[i]->makers[k]);
    }
    return count;
}

size_t scenarios_usual(void)
{
    size_t count = 0;

    for (size_t i = 0; i < LISTS; i++)
        count += lists[i]->count;
    return count;
}

size_t scenarios(struct scenario **ret_scenarios)
{
    static struct scenario made[AT_MOST];
    static size_t count;

    if (count == 0) {
        count = make_usual_ones(made);
        count += scenarios_volume(made + count, AT_MOST - count);
        count += scenarios_elf(made + count, AT_MOST - count);
    }
    *ret_scenarios = made;
    return count;
}
