/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels for other processors than the usual one: other page tables, and other places for what is high. */
#include "elf.h"
#include "made_tree.h"
#include "scenario_parts.h"

#define HIGH 0xffffffff80000000ULL
#define LOW  0x2000000ULL

/* A kernel of this recipe on this processor, with more lines in its entry. */
static void start(struct scenario *scenario, enum fake_processor processor, const char *text, struct fake_recipe recipe)
{
    const bool is_riscv64 = processor == FAKE_RISCV64_SV39 || processor == FAKE_RISCV64_SV48;

    recipe.machine = is_riscv64 ? ELF_MACHINE_RISCV : ELF_MACHINE_AARCH64;
    scenario->setup.processor = processor;
    scenario->setup.cpu_unknown = is_riscv64;
    scenario->expected.identity_map = recipe.required == BATON_FEATURE_IDENTITY_MAP;
    scenario->expected.at_el2 = recipe.required == BATON_FEATURE_EL2;
    scenario->exact = recipe.base == LOW;
    scenario_add_text(scenario, SCENARIO_ENTRY, text);
    scenario_add_kernel(scenario, "/os.elf", fake_kernel_elf(&recipe));
}

static void start_usual(struct scenario *scenario, enum fake_processor processor, struct fake_recipe recipe)
{
    start(scenario, processor, "kernel /os.elf\n", recipe);
}

static void start_random(struct scenario *scenario, enum fake_processor processor, struct fake_recipe recipe)
{
    scenario->expected.random = true;
    start(scenario, processor, "kernel /os.elf\nkaslr on\n", recipe);
}

static void refuse(struct scenario *scenario, enum fake_processor processor, struct fake_recipe recipe,
                   const char *words)
{
    start_usual(scenario, processor, recipe);
    scenario->words = words;
    scenario->end = FAKE_RETURNED;
}

/* A tree as firmware gives it that has no other tables: FAKE_RESERVED is reserved, the console and a hart are told. */
static void add_tree(struct scenario *scenario, const char *isa)
{
    static const uint32_t two[] = {2}, uart[] = {0, FAKE_SERIAL, 0, 0x1000}, hart[] = {FAKE_BOOT_CPU};
    struct made_tree tree = {0};

    made_tree_reserve(&tree, FAKE_RESERVED, FAKE_RESERVED_SIZE);
    made_tree_begin(&tree, "");
    made_tree_cells(&tree, "#address-cells", two, 1);
    made_tree_cells(&tree, "#size-cells", two, 1);
    made_tree_begin(&tree, "cpus");
    made_tree_begin(&tree, "cpu@3");
    made_tree_text(&tree, "device_type", "cpu");
    made_tree_text(&tree, "riscv,isa", isa);
    made_tree_end(&tree);
    made_tree_end(&tree);
    made_tree_begin(&tree, "pl011@feb00000");
    made_tree_text(&tree, "compatible", "arm,pl011");
    made_tree_cells(&tree, "reg", uart, 4);
    made_tree_end(&tree);
    made_tree_begin(&tree, "chosen");
    made_tree_text(&tree, "stdout-path", "/pl011@feb00000");
    made_tree_cells(&tree, "boot-hartid", hart, 1);
    made_tree_end(&tree);
    made_tree_end(&tree);
    scenario->setup.device_tree = made_tree_finish(&tree);
}

/* ---- an entry's device tree ---- */

/* It reserves FAKE_ALSO_RESERVED, and knows nothing else of the machine. */
static struct bytes make_entry_tree(void)
{
    struct made_tree tree = {0};
    uint8_t zeros[2000] = {0};

    made_tree_reserve(&tree, FAKE_ALSO_RESERVED, FAKE_RESERVED_SIZE);
    made_tree_begin(&tree, "");
    made_tree_property(&tree, "large", zeros, sizeof(zeros));
    made_tree_end(&tree);
    return made_tree_finish(&tree);
}

/* What the loader itself must know of the machine is in the firmware's tree. */
static void start_with_tree(struct scenario *scenario, enum fake_processor processor)
{
    scenario->setup.quirks = FAKE_QUIRK(NO_TABLES);
    add_tree(scenario, "none");
    scenario->setup.entry_tree = make_entry_tree();
    scenario_add_file(scenario, "/board.dtb", scenario->setup.entry_tree);
    start(scenario, processor, "kernel /os.elf\ndevicetree /board.dtb\n",
          (struct fake_recipe){.base = HIGH, .note = true, .required = BATON_FEATURE_DEVICE_TREE});
    scenario->trees = 1;
    scenario->words = "/board.dtb: is the device tree";
}

static void make_tree_aarch64(struct scenario *scenario)
{
    start_with_tree(scenario, FAKE_AARCH64);
}

static void make_tree_riscv64(struct scenario *scenario)
{
    start_with_tree(scenario, FAKE_RISCV64_SV39);
}

static void make_tree_alone(struct scenario *scenario)
{
    scenario->setup.entry_tree = make_entry_tree();
    scenario_add_file(scenario, "/board.dtb", scenario->setup.entry_tree);
    scenario->trees = 1;
    start(scenario, FAKE_AARCH64, "kernel /os.elf\ndevicetree /board.dtb\n", (struct fake_recipe){.base = HIGH});
}

/* Of an entry that is refused nothing is left: the next one has the firmware's tree. */
static void make_tree_refused(struct scenario *scenario)
{
    struct fake_recipe recipe = {
        .machine = ELF_MACHINE_AARCH64, .base = LOW, .note = true, .required = BATON_FEATURE_EL2};

    add_tree(scenario, "none");
    scenario_add_text(scenario, "/loader/entries/b.conf", "kernel /refused.elf\ndevicetree /board.dtb\n");
    scenario_add_file(scenario, "/board.dtb", make_entry_tree());
    scenario_add_file(scenario, "/refused.elf", fake_kernel_elf(&recipe).file);
    start_usual(scenario, FAKE_AARCH64, (struct fake_recipe){.base = HIGH});
    scenario->entries = 2;
    scenario->trees = 1;
    scenario->words = "/refused.elf: ";
}

/* ---- aarch64 ---- */

static void make_aarch64_tree(struct scenario *scenario)
{
    scenario->setup.quirks = FAKE_QUIRK(NO_TABLES);
    add_tree(scenario, "none");
    start_usual(scenario, FAKE_AARCH64, (struct fake_recipe){.base = HIGH});
}

static void make_aarch64(struct scenario *scenario)
{
    start_usual(scenario, FAKE_AARCH64, (struct fake_recipe){.base = HIGH});
}

static void make_aarch64_low(struct scenario *scenario)
{
    scenario->setup.small_pages = true;
    start_usual(scenario, FAKE_AARCH64, (struct fake_recipe){.base = LOW});
}

/* In the lower half of the upper half, which is twice as large as elsewhere. */
static void make_aarch64_lower(struct scenario *scenario)
{
    start_usual(scenario, FAKE_AARCH64, (struct fake_recipe){.base = 0xffff000000000000ULL});
}

static void make_aarch64_random(struct scenario *scenario)
{
    start_random(scenario, FAKE_AARCH64, (struct fake_recipe){.movable = true});
}

static void make_aarch64_identity(struct scenario *scenario)
{
    start_random(scenario, FAKE_AARCH64_EL2,
                 (struct fake_recipe){.base = HIGH, .note = true, .required = BATON_FEATURE_IDENTITY_MAP});
}

static void make_el2(struct scenario *scenario)
{
    start_usual(scenario, FAKE_AARCH64_EL2,
                (struct fake_recipe){.base = LOW, .note = true, .required = BATON_FEATURE_EL2});
}

static void make_vhe(struct scenario *scenario)
{
    start_usual(scenario, FAKE_AARCH64_VHE,
                (struct fake_recipe){.base = HIGH, .note = true, .required = BATON_FEATURE_EL2});
}

static void make_el2_high(struct scenario *scenario)
{
    refuse(scenario, FAKE_AARCH64_EL2, (struct fake_recipe){.base = HIGH, .note = true, .required = BATON_FEATURE_EL2},
           "EL2 of this processor has no upper half of addresses (no VHE), where the kernel is linked. Link it low.");
}

static void make_host(struct scenario *scenario)
{
    start_usual(scenario, FAKE_AARCH64_HOST,
                (struct fake_recipe){.base = HIGH, .note = true, .required = BATON_FEATURE_EL2});
}

static void make_host_only(struct scenario *scenario)
{
    refuse(scenario, FAKE_AARCH64_HOST, (struct fake_recipe){.base = HIGH},
           "is for EL1, which this version of Baton cannot set up from this processor's EL2");
}

static void make_el1_only(struct scenario *scenario)
{
    refuse(scenario, FAKE_AARCH64, (struct fake_recipe){.base = LOW, .note = true, .required = BATON_FEATURE_EL2},
           "the firmware starts programs at EL1.");
}

/* ---- riscv64 ---- */

static void make_sv39(struct scenario *scenario)
{
    start_usual(scenario, FAKE_RISCV64_SV39, (struct fake_recipe){.base = HIGH});
}

static void make_sv39_low(struct scenario *scenario)
{
    start_usual(scenario, FAKE_RISCV64_SV39, (struct fake_recipe){.base = LOW});
}

static void make_sv39_lower(struct scenario *scenario)
{
    start_usual(scenario, FAKE_RISCV64_SV39, (struct fake_recipe){.base = 0xffffffc000000000ULL});
}

static void make_sv39_random(struct scenario *scenario)
{
    start_random(scenario, FAKE_RISCV64_SV39, (struct fake_recipe){.movable = true});
}

static void make_sv39_identity(struct scenario *scenario)
{
    start_usual(scenario, FAKE_RISCV64_SV39,
                (struct fake_recipe){.base = HIGH, .note = true, .required = BATON_FEATURE_IDENTITY_MAP});
}

/* Where other processors have the upper half's beginning. */
static void make_sv39_too_low(struct scenario *scenario)
{
    refuse(scenario, FAKE_RISCV64_SV39, (struct fake_recipe){.base = 0xffff800000000000ULL},
           "is linked at 0xffff800000000000, and the upper half of this processor's address space begins at "
           "0xffffffc000000000. Link the kernel at 0xffffffff80000000.");
}

static void make_sv48(struct scenario *scenario)
{
    add_tree(scenario, "rv64imac_zicsr_svpbmt");
    start_usual(scenario, FAKE_RISCV64_SV48, (struct fake_recipe){.base = HIGH});
}

/* ACPI says it instead, where a device tree that there is as well does not. */
static void make_sv48_acpi(struct scenario *scenario)
{
    add_tree(scenario, "rv64imac");
    scenario->setup.isa = "rv64imac_zicsr_svpbmt";
    start_usual(scenario, FAKE_RISCV64_SV48, (struct fake_recipe){.base = HIGH});
}

static void make_sv39_acpi(struct scenario *scenario)
{
    scenario->setup.isa = "rv64imac_zicsr";
    start_usual(scenario, FAKE_RISCV64_SV39, (struct fake_recipe){.base = HIGH});
}

/* Where nobody says which hart it is but the tree. */
static void make_sv48_random(struct scenario *scenario)
{
    scenario->setup.small_pages = true;
    scenario->setup.no_boot_hart = scenario->setup.tree_has_hart = true;
    add_tree(scenario, "rv64imac_svpbmt_zicsr");
    start_random(scenario, FAKE_RISCV64_SV48, (struct fake_recipe){.movable = true});
}

static const struct scenario_maker makers[] = {
    {"aarch64", make_aarch64, 0},
    {"aarch64, device tree", make_aarch64_tree, 0},
    {"aarch64, low", make_aarch64_low, 0},
    {"aarch64, lower high half", make_aarch64_lower, 0},
    {"aarch64, movable, random", make_aarch64_random, 0},
    {"aarch64, from EL2, identity map", make_aarch64_identity, 0},
    {"aarch64, EL2", make_el2, 0},
    {"aarch64, EL2 with VHE", make_vhe, 0},
    {"aarch64, EL2 and high", make_el2_high, 1},
    {"aarch64, EL2 that is not there", make_el1_only, 1},
    {"aarch64, EL2 that is always a host's", make_host, 0},
    {"aarch64, EL1 that cannot be set up", make_host_only, 1},
    {"riscv64, Sv39", make_sv39, 0},
    {"riscv64, Sv39, low", make_sv39_low, 0},
    {"riscv64, Sv39, lower high half", make_sv39_lower, 0},
    {"riscv64, Sv39, movable, random", make_sv39_random, 0},
    {"riscv64, Sv39, identity map", make_sv39_identity, 0},
    {"riscv64, Sv39, too low", make_sv39_too_low, 1},
    {"riscv64, Sv48, Svpbmt", make_sv48, 0},
    {"riscv64, Sv48, movable, random", make_sv48_random, 0},
    {"riscv64, Sv48, Svpbmt by ACPI", make_sv48_acpi, 0},
    {"riscv64, Sv39, no Svpbmt by ACPI", make_sv39_acpi, 0},
    {"aarch64, an entry's device tree", make_tree_aarch64, 0},
    {"riscv64, an entry's device tree", make_tree_riscv64, 0},
    {"aarch64, an entry's device tree, no other", make_tree_alone, 0},
    {"aarch64, device tree of a refused entry", make_tree_refused, 1},
};
const struct scenario_maker_list scenarios_processors = {makers, sizeof(makers) / sizeof(makers[0])};
