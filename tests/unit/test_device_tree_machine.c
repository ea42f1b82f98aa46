/* SPDX-License-Identifier: BSD-2-Clause */
/* What a tree says of the console and of harts: QEMU's trees, and what else there may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <baton/baton.h>

#include "arena.h"
#include "device_tree_machine.h"
#include "made_tree.h"

#define CELL(number) ((number) >> 24 & 255), ((number) >> 16 & 255), ((number) >> 8 & 255), ((number)&255)

/* A tree with a UART, which is behind a bus, and harts. What is not said is as usual; `none` is not there. */
struct recipe {
    const char *stdout_path, *alias, *compatible, *status;
    const char *isa, *extensions, *second_isa;
    size_t extensions_size;
    bool has_no_bus, bus_translates, has_own_cells;
    uint32_t address_cells, reg[3];
    size_t reg_cells;
    uint32_t shift; /* 0: not said */
    const uint8_t *hart;
    size_t hart_size;
};

static const char none[] = "none";
static const uint32_t usual_reg[] = {0, 0x9000000, 0x1000};

static const char *or_usual(const char *text, const char *usual)
{
    return !text ? usual : text == none ? NULL : text;
}

static void add_text(struct made_tree *tree, const char *name, const char *value)
{
    if (value)
        made_tree_text(tree, name, value);
}

static void add_hart(struct made_tree *tree, const char *name, const char *isa, const struct recipe *recipe)
{
    made_tree_begin(tree, name);
    made_tree_text(tree, "device_type", "cpu");
    add_text(tree, "riscv,isa", isa);
    if (recipe->extensions)
        made_tree_property(tree, "riscv,isa-extensions", recipe->extensions, recipe->extensions_size);
    made_tree_end(tree);
}

static void add_serial(struct made_tree *tree, const struct recipe *recipe)
{
    made_tree_begin(tree, "serial@9000000");
    add_text(tree, "compatible", or_usual(recipe->compatible, "arm,pl011"));
    add_text(tree, "status", recipe->status);
    if (recipe->reg_cells == 0)
        made_tree_cells(tree, "reg", usual_reg, 3);
    else
        made_tree_cells(tree, "reg", recipe->reg, recipe->reg_cells);
    if (recipe->shift != 0)
        made_tree_cells(tree, "reg-shift", &recipe->shift, 1);
    made_tree_end(tree);
}

static struct bytes make(const struct recipe *recipe)
{
    struct made_tree tree = {0};

    made_tree_begin(&tree, "");
    made_tree_begin(&tree, "cpus");
    if (recipe->isa || recipe->extensions)
        add_hart(&tree, "cpu@0", recipe->isa, recipe);
    if (recipe->second_isa)
        add_hart(&tree, "cpu@1", recipe->second_isa, &(struct recipe){0});
    made_tree_end(&tree);
    if (!recipe->has_no_bus) {
        made_tree_begin(&tree, "soc");
        if (!recipe->bus_translates)
            made_tree_property(&tree, "ranges", "", 0);
        if (recipe->has_own_cells)
            made_tree_cells(&tree, "#address-cells", &recipe->address_cells, 1);
    }
    add_serial(&tree, recipe);
    if (!recipe->has_no_bus)
        made_tree_end(&tree);
    made_tree_begin(&tree, "aliases");
    add_text(&tree, "serial0", recipe->alias);
    made_tree_end(&tree);
    made_tree_begin(&tree, "chosen");
    add_text(&tree, "stdout-path", or_usual(recipe->stdout_path, "/soc/serial@9000000"));
    if (recipe->hart)
        made_tree_property(&tree, "boot-hartid", recipe->hart, recipe->hart_size);
    made_tree_end(&tree);
    made_tree_end(&tree);
    return made_tree_finish(&tree);
}

/* Read in a room of just the size that is said to be enough. */
static struct device_tree_machine read_made(const struct recipe *recipe)
{
    struct bytes bytes = make(recipe);
    struct device_tree_machine machine;
    struct arena arena = {.size = device_tree_room(bytes)};
    struct device_tree tree;

    arena.base = malloc(arena.size);
    assert_non_null(arena.base);
    assert_true(device_tree_read(bytes, 0, &arena, &tree));
    device_tree_machine_read(tree.root, &machine);
    free(arena.base);
    free((void *)(uintptr_t)bytes.data);
    return machine;
}

static void test_consoles(void **state)
{
    static const struct {
        struct recipe recipe;
        struct serial_port port;
    } rows[] = {
        {{0}, {BATON_SERIAL_PL011, 4, 0x9000000}},
        {{.stdout_path = "/soc/serial@9000000:115200n8"}, {BATON_SERIAL_PL011, 4, 0x9000000}},
        {{.stdout_path = "/soc/serial"}, {BATON_SERIAL_PL011, 4, 0x9000000}},
        {{.stdout_path = "serial0", .alias = "/soc/serial@9000000"}, {BATON_SERIAL_PL011, 4, 0x9000000}},
        {{.stdout_path = "serial0:115200", .alias = "/soc/serial"}, {BATON_SERIAL_PL011, 4, 0x9000000}},
        {{.status = "okay"}, {BATON_SERIAL_PL011, 4, 0x9000000}},
        {{.compatible = "arm,sbsa-uart"}, {BATON_SERIAL_PL011, 4, 0x9000000}},
        {{.compatible = "ns16550a"}, {BATON_SERIAL_16550, 1, 0x9000000}},
        {{.compatible = "snps,dw-apb-uart", .shift = 2}, {BATON_SERIAL_16550, 4, 0x9000000}},
        {{.has_no_bus = true, .stdout_path = "/serial@9000000"}, {BATON_SERIAL_PL011, 4, 0x9000000}},
        {{.reg = {1, 0x9000000, 0x1000}, .reg_cells = 3}, {BATON_SERIAL_PL011, 4, 0x109000000}},
        {{.has_own_cells = true, .address_cells = 1, .reg = {0x9000000, 0x1000}, .reg_cells = 2},
         {BATON_SERIAL_PL011, 4, 0x9000000}},
        /* none */
        {{.stdout_path = none}, {0}},
        {{.stdout_path = ""}, {0}},
        {{.stdout_path = "/soc/serial@9000001"}, {0}},
        {{.stdout_path = "/"}, {0}},
        {{.stdout_path = "/soc"}, {0}},
        {{.stdout_path = "serial0"}, {0}},
        {{.stdout_path = "serial0", .alias = "serial0"}, {0}},
        {{.stdout_path = "serial1", .alias = "/soc/serial@9000000"}, {0}},
        {{.status = "disabled"}, {0}},
        {{.compatible = none}, {0}},
        {{.compatible = "arm,pl01"}, {0}},
        {{.bus_translates = true}, {0}},
        {{.reg = {0x9000000}, .reg_cells = 1}, {0}},
        {{.reg = {0, 0, 0x1000}, .reg_cells = 3}, {0}},
        {{.has_own_cells = true, .address_cells = 3}, {0}},
        {{.has_own_cells = true, .address_cells = 0}, {0}},
        {{.compatible = "ns16550", .shift = 13}, {0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct device_tree_machine machine = read_made(&rows[i].recipe);

        assert_int_equal(machine.serial.kind, rows[i].port.kind);
        assert_int_equal(machine.serial.stride, rows[i].port.stride);
        assert_int_equal(machine.serial.physical, rows[i].port.physical);
    }
}

static void test_svpbmt(void **state)
{
    static const struct {
        struct recipe recipe;
        bool has;
    } rows[] = {
        {{.isa = "rv64imafdch_zicsr_zifencei_svpbmt"}, true},
        {{.isa = "rv64imac_svpbmt_zicsr"}, true},
        {{.extensions = "i\0m\0svpbmt", .extensions_size = 11}, true},
        {{.isa = "rv64imac_svpbmt", .second_isa = "rv64imac_svpbmt"}, true},
        {{.isa = "rv64imac"}, false},
        {{.isa = "rv64svpbmt"}, false},
        {{.isa = "rv64imac_svpbmt2"}, false},
        {{.isa = "rv64imac_xsvpbmt"}, false},
        {{.extensions = "i\0m\0svpbm", .extensions_size = 10}, false},
        {{.extensions = "svpbmt", .extensions_size = 6}, false}, /* without its NUL */
        {{.isa = "rv64imac_svpbmt", .second_isa = "rv64imac"}, false},
        {{0}, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(read_made(&rows[i].recipe).has_svpbmt, rows[i].has);
}

static void test_boot_hart(void **state)
{
    static const uint8_t hart[] = {CELL(1u), CELL(5u), 0};
    struct device_tree_machine machine;

    (void)state;
    assert_false(read_made(&(struct recipe){0}).has_boot_hart);
    assert_false(read_made(&(struct recipe){.hart = hart, .hart_size = 3}).has_boot_hart);
    assert_false(read_made(&(struct recipe){.hart = hart, .hart_size = 9}).has_boot_hart);
    machine = read_made(&(struct recipe){.hart = hart, .hart_size = 4});
    assert_true(machine.has_boot_hart);
    assert_int_equal(machine.boot_hart, 1);
    machine = read_made(&(struct recipe){.hart = hart, .hart_size = 8});
    assert_true(machine.has_boot_hart);
    assert_int_equal(machine.boot_hart, 0x100000005);
}

static void test_no_tree(void **state)
{
    static const uint8_t bytes[40];

    (void)state;
    assert_int_equal(device_tree_room((struct bytes){bytes, sizeof(bytes)}), 0);
    assert_int_equal(device_tree_room((struct bytes){NULL, 0}), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_consoles),
        cmocka_unit_test(test_svpbmt),
        cmocka_unit_test(test_boot_hart),
        cmocka_unit_test(test_no_tree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
