/* SPDX-License-Identifier: BSD-2-Clause */
/* Overlays that dtc has compiled, applied here and by its fdtoverlay: both come to the same source. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chance.h"
#include "device_tree_overlay.h"
#include "made_tree.h"

#define OVERLAYS 3
#define HEAD     "/dts-v1/;\n"
#define PLUGIN   "/dts-v1/;\n/plugin/;\n"

static char folder[] = "/tmp/baton-dtc-XXXXXX";

static char *read_all(const char *name, size_t *ret_size)
{
    char path[64], *bytes = NULL;
    FILE *file;
    long size;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size = ftell(file);
    assert_true(size >= 0);
    rewind(file);
    bytes = malloc((size_t)size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)size, file), size);
    bytes[size] = '\0';
    (void)fclose(file);
    *ret_size = (size_t)size;
    return bytes;
}

static void write_all(const char *name, const void *bytes, size_t size)
{
    char path[64];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void shell(const char *command)
{
    char line[512];

    (void)snprintf(line, sizeof(line), "cd %s && %s", folder, command);
    if (system(line) != 0) /* NOLINT(cert-env33-c): the tools of the test, and names of its own */
        fail_msg("%s", command);
}

static struct bytes compile(const char *source, const char *name)
{
    char command[128];
    size_t size;
    char *bytes;

    write_all("source.dts", source, strlen(source));
    (void)snprintf(command, sizeof(command), "dtc -q -@ -I dts -O dtb -o %s source.dts", name);
    shell(command);
    bytes = read_all(name, &size);
    return (struct bytes){(uint8_t *)bytes, size};
}

static struct arena arena_for(size_t size)
{
    struct arena arena = {.size = DEVICE_TREE_ROOM * size + DEVICE_TREE_ROOM_MORE};

    arena.base = malloc(arena.size);
    assert_non_null(arena.base);
    return arena;
}

/* Ours, into a file. */
static void merge(struct bytes base, const struct bytes *overlay, size_t count, const char *name)
{
    struct arena arena[OVERLAYS + 1] = {arena_for(base.size)};
    struct device_tree tree;
    struct error error;
    uint8_t *room;
    uint64_t size;

    assert_true(device_tree_read(base, 0, &arena[0], &tree));
    for (size_t i = 0; i < count; i++) {
        arena[i + 1] = arena_for(overlay[i].size);
        if (device_tree_apply(&tree, "a.dtbo", (uint8_t *)(uintptr_t)overlay[i].data, overlay[i].size, &arena[i + 1],
                              &error) != STATUS_OK)
            fail_msg("%s", error.text);
    }
    size = device_tree_write(&tree, NULL);
    room = malloc(size);
    assert_non_null(room);
    assert_int_equal(device_tree_write(&tree, room), size);
    write_all(name, room, size);
    free(room);
    for (size_t i = 0; i <= count; i++)
        free(arena[i].base);
}

/* Ends the test unless both make the same of it. */
static void compare(const char *base_source, const char *const *overlay_sources, size_t count)
{
    struct bytes base = compile(base_source, "base.dtb"), overlay[OVERLAYS];
    char command[128] = "fdtoverlay -i base.dtb -o theirs.dtb", *ours, *theirs;
    size_t ours_size, theirs_size;

    for (size_t i = 0; i < count; i++) {
        char name[16];

        (void)snprintf(name, sizeof(name), " %zu.dtbo", i);
        overlay[i] = compile(overlay_sources[i], name + 1);
        strcat(command, name);
    }
    shell(command);
    merge(base, overlay, count, "ours.dtb");
    shell("dtc -q -s -I dtb -O dts -o theirs.dts theirs.dtb && dtc -q -s -I dtb -O dts -o ours.dts ours.dtb");
    ours = read_all("ours.dts", &ours_size);
    theirs = read_all("theirs.dts", &theirs_size);
    if (strcmp(ours, theirs) != 0) {
        print_message("---- base\n%s", base_source);
        for (size_t i = 0; i < count; i++)
            print_message("---- overlay\n%s", overlay_sources[i]);
        fail_msg("---- ours\n%s---- theirs\n%s", ours, theirs);
    }
    free(ours);
    free(theirs);
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)overlay[i].data);
    free((void *)(uintptr_t)base.data);
}

static const char board[] =
    HEAD "/memreserve/ 0x10000000 0x4000;\n"
         "/ {\n"
         "    compatible = \"made,board\"; #address-cells = <1>; #size-cells = <1>;\n"
         "    aliases { serial0 = &uart0; };\n"
         "    chosen { bootargs = \"quiet\"; };\n"
         "    soc: soc@40000000 {\n"
         "        compatible = \"simple-bus\";\n"
         "        pic: interrupt-controller@100 { reg = <0x100 4>; interrupt-controller; };\n"
         "        clk: clock { #clock-cells = <0>; clock-output-names = \"a\", \"b\"; };\n"
         "        uart0: serial@1000 { reg = <0x1000 1>; interrupt-parent = <&pic>;\n"
         "            clocks = <&clk>; status = \"okay\"; };\n"
         "        i2c0: i2c@2000 { reg = <0x2000 1>; status = \"disabled\"; odd = [01 02 03]; };\n"
         "    };\n"
         "};\n";

/* What a board's add-on is: a device on a bus that is switched on, with links to the board's and its own. */
static const char add_on[] =
    PLUGIN "&i2c0 {\n"
           "    status = \"okay\"; #address-cells = <1>; #size-cells = <0>;\n"
           "    codec: codec@1a { reg = <0x1a>; clocks = <&clk>, <&mclk>; interrupt-parent = <&pic>; };\n"
           "    mclk: mclk { #clock-cells = <0>; };\n"
           "};\n"
           "&{/} { sound { audio-codec = <&codec>; links = <&codec 1 &uart0 2 &mclk 3>; label = \"on &codec\"; }; };\n"
           "&{/chosen} { stdout-path = \"serial0\"; };\n";

static void test_boards(void **state)
{
    static const char *const one[] = {add_on};
    static const char *const two[] = {add_on,
                                      PLUGIN "&codec { gain = <1 2 3>; amp: amp { for = <&codec &mclk>; }; };\n"
                                             "&soc { spare { of = <&amp>; deep { deeper { x = [ff]; }; }; }; };\n"};
    static const char *const replaced[] = {
        PLUGIN "&i2c0 { odd; reg = <0x9999 0x88 0x77 0x66>; compatible = \"longer,than,before\"; };\n",
        PLUGIN "&i2c0 { odd = \"\"; reg; };\n&uart0 { status = \"disabled\"; empty {}; };\n"};
    static const char *const by_path[] = {
        HEAD
        "/ { fragment@7 { target-path = \"/soc@40000000\"; __overlay__ { a = <1>; serial@1000 { b = <2>; }; }; };\n"
        "    other { target-path = \"/\"; __overlay__ { new { c = \"x\"; }; soc { d; }; }; };\n"
        "    last { target-path = \"/soc/serial\"; __overlay__ { e; }; };\n"
        "    nothing { target-path = \"/missing\"; }; };\n"};

    (void)state;
    compare(board, one, 1);
    compare(board, two, 2);
    compare(board, replaced, 2);
    compare(board, by_path, 1);
}

/* A tree without labels takes overlays that want none, and gets theirs. */
static void test_no_labels(void **state)
{
    static const char *const overlay[] = {
        PLUGIN "/ { fragment@0 { target-path = \"/\"; __overlay__ { a: a { b: b { of = <&a>; }; }; }; }; };\n",
        PLUGIN "&b { c: c { of = <&a &b &c>; }; };\n"};

    (void)state;
    compare(HEAD "/ { x { y; }; };\n", overlay, 2);
}

/* ---- by chance ---- */

struct source {
    struct chance *chance;
    char text[16384];
    size_t length;
    unsigned labels, first; /* that were given until now; the first that is the overlay's */
};

static void add(struct source *source, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct source *source, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    source->length +=
        (size_t)vsnprintf(source->text + source->length, sizeof(source->text) - source->length, format, arguments);
    va_end(arguments);
    assert_true(source->length < sizeof(source->text));
}

static void add_property(struct source *source, unsigned number)
{
    add(source, "p%u", number);
    switch (chance_below(source->chance, 4)) {
    case 0:
        break;
    case 1:
        add(source, " = \"%0*u\"", (int)chance_between(source->chance, 1, 9), number);
        break;
    case 2:
        add(source, " = [%02x %02x]", (unsigned)chance_below(source->chance, 256), number);
        break;
    default:
        add(source, " = <%u", number);
        for (uint64_t i = chance_below(source->chance, 4); i > 0 && source->labels > 0; i--)
            add(source, " &l%u", (unsigned)chance_below(source->chance, source->labels));
        add(source, ">");
    }
    add(source, "; ");
}

/* What is between the braces. Names in the overlay are others than in the tree when they have labels. */
static void add_content(struct source *source, unsigned depth)
{
    unsigned count = (unsigned)chance_below(source->chance, 4);

    for (unsigned i = 0; i < count; i++)
        add_property(source, i + (unsigned)chance_below(source->chance, 3) * 4);
    count = depth == 0 ? 0 : (unsigned)chance_below(source->chance, 4);
    for (unsigned i = 0; i < count; i++) {
        if (chance_one_in(source->chance, 2)) {
            add(source, "l%u: n%u { ", source->labels, source->labels);
            source->labels++;
        } else {
            add(source, "%c { ", (int)('a' + i));
        }
        add_content(source, depth - 1);
        add(source, "}; ");
    }
}

static void begin_source(struct source *source, const char *head)
{
    source->length = 0;
    add(source, "%s", head);
}

static void test_by_chance(void **state)
{
    static struct source base, overlay[OVERLAYS];

    (void)state;
    for (uint64_t i = 0; i < 60; i++) {
        struct chance chance = chance_case(i);
        size_t count = (size_t)chance_between(&chance, 1, OVERLAYS);
        const char *sources[OVERLAYS];
        unsigned labels;

        base = (struct source){.chance = &chance};
        begin_source(&base, HEAD "/ { l0: l { ");
        base.labels = 1;
        add_content(&base, 3);
        add(&base, "}; };\n");
        labels = base.labels;
        for (size_t j = 0; j < count; j++) {
            overlay[j] = (struct source){.chance = &chance, .labels = labels};
            begin_source(&overlay[j], PLUGIN);
            for (uint64_t k = chance_between(&chance, 1, 4); k > 0; k--) {
                add(&overlay[j], "&l%u { ", (unsigned)chance_below(&chance, labels));
                add_content(&overlay[j], 2);
                add(&overlay[j], "};\n");
            }
            labels = overlay[j].labels;
            sources[j] = overlay[j].text;
        }
        compare(base.text, sources, count);
    }
}

static int start(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    shell("rm -f *.dts *.dtb *.dtbo");
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boards),
        cmocka_unit_test(test_no_labels),
        cmocka_unit_test(test_by_chance),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
