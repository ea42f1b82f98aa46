/* SPDX-License-Identifier: BSD-2-Clause */
/* Device trees with overlays, and firmware that adds to them. What becomes of an overlay is the unit tests' matter:
 * here it is what the loader hands over, of which tree, and what it says when it cannot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device_tree_overlay.h"
#include "fake_pe.h"
#include "made_tree.h"
#include "scenario_parts.h"

#define TREE "devicetree /board.dtb\n"

static void add_linux(struct scenario *scenario, const char *lines)
{
    char *entry = NULL;
    size_t size;
    FILE *out = open_memstream(&entry, &size);

    if (!out)
        abort();
    (void)fprintf(out, "linux /vmlinuz\n%s", lines);
    (void)fclose(out);
    scenario_add_text(scenario, SCENARIO_ENTRY, entry);
    scenario_add_file(scenario, "/vmlinuz", fake_pe_program());
    scenario->start.path = "/vmlinuz";
    scenario->end = FAKE_STARTED;
}

/* A tree with a label, and `size` bytes in one property. */
static struct bytes make_board(size_t size)
{
    struct made_tree tree = {0};
    uint8_t *zeros = calloc(1, size + 1);

    if (!zeros)
        abort();
    made_tree_reserve(&tree, FAKE_RESERVED, FAKE_RESERVED_SIZE);
    made_tree_begin(&tree, "");
    made_tree_property(&tree, "large", zeros, size);
    made_tree_begin(&tree, "bus");
    made_tree_cells(&tree, "phandle", (const uint32_t[]){1}, 1);
    made_tree_end(&tree);
    made_tree_begin(&tree, "__symbols__");
    made_tree_text(&tree, "bus", "/bus");
    made_tree_end(&tree);
    made_tree_end(&tree);
    free(zeros);
    return made_tree_finish(&tree);
}

static void begin_fragment(struct made_tree *tree, const char *path)
{
    made_tree_begin(tree, "");
    made_tree_begin(tree, "fragment@0");
    made_tree_text(tree, "target-path", path);
    made_tree_begin(tree, "__overlay__");
}

static void end_fragment(struct made_tree *tree)
{
    made_tree_end(tree);
    made_tree_end(tree);
}

/* For a node that is there or not, with a reference to a label that is there or not, at a place that is there or not.
 */
static struct bytes make_overlay(const char *path, const char *label, const char *place)
{
    struct made_tree tree = {0};

    begin_fragment(&tree, path);
    made_tree_cells(&tree, "link", (const uint32_t[]){0xffffffff}, 1);
    made_tree_begin(&tree, "device");
    made_tree_end(&tree);
    end_fragment(&tree);
    made_tree_begin(&tree, "__symbols__");
    made_tree_text(&tree, "device", "/fragment@0/__overlay__/device");
    made_tree_end(&tree);
    made_tree_begin(&tree, "__fixups__");
    made_tree_text(&tree, label, place);
    made_tree_end(&tree);
    made_tree_end(&tree);
    return made_tree_finish(&tree);
}

#define PLACE "/fragment@0/__overlay__:link:0"

static struct bytes sound_overlay(void)
{
    return make_overlay("/bus", "bus", PLACE);
}

/* For what the other one adds. */
static struct bytes second_overlay(void)
{
    struct made_tree tree = {0};

    begin_fragment(&tree, "/bus/device");
    made_tree_text(&tree, "status", "okay");
    end_fragment(&tree);
    made_tree_end(&tree);
    return made_tree_finish(&tree);
}

static struct arena arena_for(struct bytes bytes)
{
    struct arena arena = {.size = DEVICE_TREE_ROOM * bytes.size + DEVICE_TREE_ROOM_MORE};

    arena.base = malloc(arena.size);
    if (!arena.base)
        abort();
    return arena;
}

static void release(struct bytes bytes)
{
    free((void *)(uintptr_t)bytes.data);
}

/* What is to come of it. All three are given back. */
static struct bytes merge(struct bytes base, struct bytes first, struct bytes second)
{
    struct arena arenas[] = {arena_for(base), arena_for(first), arena_for(second)};
    struct device_tree tree;
    struct error error;
    uint8_t *made;
    size_t size;

    if (!device_tree_read(base, 0, &arenas[0], &tree) ||
        device_tree_apply(&tree, "", (uint8_t *)(uintptr_t)first.data, first.size, &arenas[1], &error) != STATUS_OK ||
        (second.size > 0 &&
         device_tree_apply(&tree, "", (uint8_t *)(uintptr_t)second.data, second.size, &arenas[2], &error) != STATUS_OK))
        abort();
    size = device_tree_write(&tree, NULL);
    made = malloc(size);
    if (!made)
        abort();
    (void)device_tree_write(&tree, made);
    for (size_t i = 0; i < 3; i++)
        free(arenas[i].base);
    release(base);
    release(first);
    release(second);
    return (struct bytes){made, size};
}

/* ---- overlays ---- */

static void make_two(struct scenario *scenario)
{
    add_linux(scenario, TREE "devicetree-overlay a.dtbo \\second\\b.dtbo\n");
    scenario_add_file(scenario, "/board.dtb", make_board(0));
    scenario_add_file(scenario, "/a.dtbo", sound_overlay());
    scenario_add_file(scenario, "/second/b.dtbo", second_overlay());
    scenario->start.device_tree = merge(make_board(0), sound_overlay(), second_overlay());
    scenario->words = "/second/b.dtbo: is applied to the device tree";
}

/* Which is there again, as it was, when the program has come back. */
static void make_own(struct scenario *scenario)
{
    add_linux(scenario, "devicetree-overlay /a.dtbo\n");
    scenario_add_file(scenario, "/a.dtbo", sound_overlay());
    scenario->setup.device_tree = make_board(0);
    scenario->setup.fixups = (struct fake_fixups){.is_there = true}; /* which it has already */
    scenario->setup.program = (struct fake_program){.comes_back = true};
    scenario->start.device_tree = merge(make_board(0), sound_overlay(), (struct bytes){NULL, 0});
    scenario->end = FAKE_RETURNED;
    scenario->words = "a.conf: is the device tree";
}

/* What it adds reserves FAKE_ALSO_RESERVED. */
static struct bytes reserving_overlay(void)
{
    static const uint32_t two[] = {2}, reg[] = {0, FAKE_ALSO_RESERVED, 0, FAKE_RESERVED_SIZE};
    struct made_tree tree = {0};

    begin_fragment(&tree, "/");
    made_tree_begin(&tree, "reserved-memory");
    made_tree_cells(&tree, "#address-cells", two, 1);
    made_tree_cells(&tree, "#size-cells", two, 1);
    made_tree_begin(&tree, "more");
    made_tree_cells(&tree, "reg", reg, 4);
    made_tree_end(&tree);
    made_tree_end(&tree);
    end_fragment(&tree);
    made_tree_end(&tree);
    return made_tree_finish(&tree);
}

/* A kernel is given it in the baton, and what the firmware's own reserves is reserved still. */
static void make_own_for_a_kernel(struct scenario *scenario)
{
    scenario_add_text(scenario, SCENARIO_ENTRY, "kernel /os.elf\ndevicetree-overlay /a.dtbo\n");
    scenario_add_file(scenario, "/a.dtbo", reserving_overlay());
    scenario_add_elf(scenario, 0xffffffff80000000ULL);
    scenario->setup.device_tree = make_board(0);
    scenario->setup.entry_tree = merge(make_board(0), reserving_overlay(), (struct bytes){NULL, 0});
    scenario->trees = 1;
    scenario->words = "a.conf: is the device tree";
}

static void make_missing_for_a_kernel(struct scenario *scenario)
{
    scenario_add_text(scenario, SCENARIO_ENTRY, "kernel /os.elf\ndevicetree /missing.dtb\n");
    scenario_add_elf(scenario, 0xffffffff80000000ULL);
    scenario->end = FAKE_RETURNED;
    scenario->words = "/missing.dtb: there is no such file";
}

static void make_without(struct scenario *scenario)
{
    add_linux(scenario, "devicetree-overlay /missing.dtbo\n");
    scenario->words =
        "a.conf: 'devicetree-overlay' does nothing: there is no 'devicetree', and the firmware gives none";
}

static void make_secure(struct scenario *scenario)
{
    add_linux(scenario, "devicetree-overlay /a.dtbo\n");
    scenario_add_file(scenario, "/a.dtbo", sound_overlay());
    scenario->setup.device_tree = make_board(0);
    scenario->setup.secure = (struct fake_secure){.is_there = true, .secure_boot = 1};
    scenario->setup.files[1].is_signed = true;
    scenario->start.device_tree = merge(make_board(0), sound_overlay(), (struct bytes){NULL, 0}); /* should it be off */
    scenario->words = "a.conf: 'devicetree-overlay' does nothing while Secure Boot is on";
}

/* The entry is refused with these words. */
static void refuse(struct scenario *scenario, struct bytes base, struct bytes overlay, const char *words)
{
    add_linux(scenario, TREE "devicetree-overlay /a.dtbo\n");
    scenario_add_file(scenario, "/board.dtb", base);
    scenario_add_file(scenario, "/a.dtbo", overlay);
    scenario->end = FAKE_RETURNED;
    scenario->words = words;
}

static void make_missing(struct scenario *scenario)
{
    add_linux(scenario, TREE "devicetree-overlay /a.dtbo\n");
    scenario_add_file(scenario, "/board.dtb", make_board(0));
    scenario->end = FAKE_RETURNED;
    scenario->words = "/a.dtbo: there is no such file";
}

static void make_cut(struct scenario *scenario)
{
    struct bytes overlay = sound_overlay();

    refuse(scenario, make_board(0), (struct bytes){overlay.data, overlay.size - 1},
           "/a.dtbo: is no device tree overlay that can be read, or truncated.");
}

static void make_plain(struct scenario *scenario)
{
    refuse(scenario, make_board(0), make_board(0), "/a.dtbo: has no '__overlay__', and so is no overlay.");
}

static void make_no_label(struct scenario *scenario)
{
    refuse(scenario, make_board(0), make_overlay("/bus", "i2c", PLACE),
           "/a.dtbo: wants a node with the label 'i2c', which the device tree does not have.");
}

static void make_no_node(struct scenario *scenario)
{
    refuse(scenario, make_board(0), make_overlay("/i2c", "bus", PLACE),
           "/a.dtbo: its fragment@0 is for a node that the device tree does not have: /i2c. Is it for this machine?");
}

static void make_damaged(struct scenario *scenario)
{
    refuse(scenario, make_board(0), make_overlay("/bus", "bus", "/fragment@0/__overlay__:link:1"),
           "/a.dtbo: is a damaged overlay: its '__fixups__' makes no sense.");
}

/* As far as it is read without overlays nothing is wrong with it. */
static struct bytes damaged_board(void)
{
    struct bytes tree = make_board(0);

    ((uint8_t *)(uintptr_t)tree.data)[tree.size - 1] = 'x'; /* a name without an end */
    return tree;
}

static void make_damaged_tree(struct scenario *scenario)
{
    refuse(scenario, damaged_board(), sound_overlay(), "/board.dtb: is no device tree that can be read, or truncated.");
}

static void make_damaged_own(struct scenario *scenario)
{
    add_linux(scenario, "devicetree-overlay /a.dtbo\n");
    scenario_add_file(scenario, "/a.dtbo", sound_overlay());
    scenario->setup.device_tree = damaged_board();
    scenario->end = FAKE_RETURNED;
    scenario->words = "a.conf: the firmware's device tree is damaged, so no overlay can be applied to it.";
}

/* Each label becomes a path, which is a long one. */
static void make_too_large(struct scenario *scenario)
{
    enum { LENGTH = 60000, LABELS = 300 };
    struct made_tree base = {0}, overlay = {0};
    char *name = calloc(1, LENGTH + 2), label[16];

    if (!name)
        abort();
    memset(name, 'n', LENGTH);
    made_tree_begin(&base, "");
    made_tree_begin(&base, name);
    made_tree_end(&base);
    made_tree_end(&base);
    memmove(name + 1, name, LENGTH);
    name[0] = '/';
    begin_fragment(&overlay, name);
    end_fragment(&overlay);
    made_tree_begin(&overlay, "__symbols__");
    for (unsigned i = 0; i < LABELS; i++) {
        (void)snprintf(label, sizeof(label), "label%u", i);
        made_tree_text(&overlay, label, "/fragment@0/__overlay__");
    }
    made_tree_end(&overlay);
    made_tree_end(&overlay);
    free(name);
    refuse(scenario, made_tree_finish(&base), made_tree_finish(&overlay),
           "bytes with its overlays, and at most 16777216 work. Leave some out.");
}

/* ---- firmware that adds to trees ---- */

/* `tree` is what it is shown. */
static void expect_fixed_up(struct scenario *scenario, struct bytes tree, struct fake_fixups fixups)
{
    fixups.is_there = true;
    scenario->setup.fixups = fixups;
    scenario->start.device_tree = fake_fixups_apply(tree, fixups.more);
    scenario->start.plain_tree = tree;
    scenario->words = "/board.dtb: is the device tree";
}

static void fix_up(struct scenario *scenario, size_t size, struct fake_fixups fixups)
{
    struct bytes tree = make_board(size);

    add_linux(scenario, TREE);
    scenario_add_file(scenario, "/board.dtb", tree);
    expect_fixed_up(scenario, tree, fixups);
}

static void refuse_fixed_up(struct scenario *scenario, size_t size, struct fake_fixups fixups, const char *words)
{
    fix_up(scenario, size, fixups);
    scenario->end = FAKE_RETURNED;
    scenario->words = words;
}

static void make_fixed_up(struct scenario *scenario)
{
    fix_up(scenario, 0, (struct fake_fixups){.more = 16});
}

static void make_more_room(struct scenario *scenario)
{
    fix_up(scenario, 5000, (struct fake_fixups){.more = 10000});
}

static void make_fixed_up_overlay(struct scenario *scenario)
{
    add_linux(scenario, TREE "devicetree-overlay /a.dtbo\n");
    scenario_add_file(scenario, "/board.dtb", make_board(0));
    scenario_add_file(scenario, "/a.dtbo", sound_overlay());
    expect_fixed_up(scenario, merge(make_board(0), sound_overlay(), (struct bytes){NULL, 0}),
                    (struct fake_fixups){.more = 5000});
}

/* However much there is. */
static void make_never_enough(struct scenario *scenario)
{
    refuse_fixed_up(scenario, 0, (struct fake_fixups){.wants = 100000},
                    "/board.dtb: the firmware cannot adapt it to this machine (EFI_BUFFER_TOO_SMALL).");
}

static void make_absurd(struct scenario *scenario)
{
    refuse_fixed_up(scenario, 0, (struct fake_fixups){.wants = UINT64_MAX},
                    "/board.dtb: the firmware cannot adapt it to this machine (EFI_BUFFER_TOO_SMALL).");
}

/* Less than the tree has, which is then still given as much room as it needs. */
static void make_too_little(struct scenario *scenario)
{
    refuse_fixed_up(scenario, 9000, (struct fake_fixups){.wants = 8},
                    "/board.dtb: the firmware cannot adapt it to this machine (EFI_BUFFER_TOO_SMALL).");
}

static void make_spoiled(struct scenario *scenario)
{
    refuse_fixed_up(scenario, 0, (struct fake_fixups){.breaks = true},
                    "/board.dtb: the firmware cannot adapt it to this machine (what it leaves is no tree).");
}

static const struct scenario_maker makers[] = {
    {"device tree with overlays", make_two, 0},
    {"device tree of the firmware's, with an overlay", make_own, 0},
    {"device tree of the firmware's, with an overlay for a kernel", make_own_for_a_kernel, 0},
    {"device tree for a kernel, missing", make_missing_for_a_kernel, 1},
    {"device tree overlay without a tree", make_without, 0},
    {"device tree overlay, Secure Boot", make_secure, 0},
    {"device tree overlay, missing", make_missing, 1},
    {"device tree overlay, cut short", make_cut, 1},
    {"device tree overlay, none", make_plain, 1},
    {"device tree overlay, no label", make_no_label, 1},
    {"device tree overlay, no node", make_no_node, 1},
    {"device tree overlay, damaged", make_damaged, 1},
    {"device tree overlay, damaged tree", make_damaged_tree, 1},
    {"device tree overlay, the firmware's damaged", make_damaged_own, 1},
    {"device tree overlay, too large", make_too_large, 1},
    {"device tree, fixed up", make_fixed_up, 0},
    {"device tree, fixed up in more room", make_more_room, 0},
    {"device tree with an overlay, fixed up", make_fixed_up_overlay, 0},
    {"device tree, fixups without end", make_never_enough, 1},
    {"device tree, absurd fixups", make_absurd, 1},
    {"device tree, fixups in too little", make_too_little, 1},
    {"device tree, spoiled by fixups", make_spoiled, 1},
};
const struct scenario_maker_list scenarios_trees = {makers, sizeof(makers) / sizeof(makers[0])};
