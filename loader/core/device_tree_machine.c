/* SPDX-License-Identifier: BSD-2-Clause */
#include "device_tree_machine.h"

#include <baton/baton.h>

#include "device_tree_walk.h"
#include "memory.h"
#include "riscv_isa.h"

#define CELLS_USUAL  2  /* of an address, where nothing is said */
#define SHIFT_MOST   12 /* of a register's number: all are within SERIAL_PORT_SIZE */
#define PL011_STRIDE 4

static const struct device_tree_property *property_of(struct device_tree_node *node, const char *name)
{
    return node ? *device_tree_property(node, text_of(name)) : NULL;
}

static uint64_t number_of(struct device_tree_node *node, const char *name, uint64_t usual)
{
    const struct device_tree_property *property = property_of(node, name);
    uint64_t number;

    return property && device_tree_number(property->value, 0, 4, &number) ? number : usual;
}

/* The next of the strings that stand one behind the other; false behind the last one. */
static bool next_string(struct bytes *strings, struct text *ret_text)
{
    size_t length = 0;

    while (length < strings->size && strings->data[length] != '\0')
        length++;
    if (length == strings->size)
        return false;
    *ret_text = (struct text){(const char *)strings->data, length};
    *strings = (struct bytes){strings->data + length + 1, strings->size - length - 1};
    return true;
}

/* Whether one of a property's strings is this one. */
static bool has_string(const struct device_tree_property *property, const char *wanted)
{
    struct bytes rest = property ? property->value : (struct bytes){0};
    struct text text;

    while (next_string(&rest, &text)) {
        if (text_is(text, wanted))
            return true;
    }
    return false;
}

static bool is_enabled(struct device_tree_node *node)
{
    const struct device_tree_property *status = property_of(node, "status");

    return !status || has_string(status, "okay") || has_string(status, "ok");
}

/* ---- the console ---- */

/* "PATH:how it is set up", or "ALIAS:…". NULL: there is none. */
static struct device_tree_node *find_console(struct device_tree_node *root)
{
    const struct device_tree_property *property =
        property_of(device_tree_find(root, text_of("/chosen")), "stdout-path");
    struct bytes value = property ? property->value : (struct bytes){0};
    struct text text, path;

    if (!next_string(&value, &text))
        return NULL;
    path = device_tree_take_part(&text, ':');
    if (path.length > 0 && path.data[0] != '/') {
        struct device_tree_node *aliases = device_tree_find(root, text_of("/aliases"));

        property = aliases ? *device_tree_property(aliases, path) : NULL;
        value = property ? property->value : (struct bytes){0};
        if (!next_string(&value, &path))
            return NULL;
    }
    return path.length > 0 && path.data[0] == '/' ? device_tree_find(root, path) : NULL;
}

/* Where its registers are. False when it is behind a bus whose addresses are its own. */
static bool find_registers(struct device_tree_node *node, uint64_t *ret_physical)
{
    const struct device_tree_property *reg = property_of(node, "reg");
    uint64_t cells = number_of(node->parent, "#address-cells", CELLS_USUAL);

    for (struct device_tree_node *bus = node->parent; bus && bus->parent; bus = bus->parent) {
        const struct device_tree_property *ranges = property_of(bus, "ranges");

        if (!ranges || ranges->value.size != 0)
            return false;
    }
    return reg && cells >= 1 && cells <= 2 && device_tree_number(reg->value, 0, 4 * cells, ret_physical) &&
           *ret_physical != 0;
}

static uint32_t kind_of(const struct device_tree_property *compatible)
{
    static const struct {
        const char *name;
        uint32_t kind;
    } kinds[] = {
        {"arm,pl011", BATON_SERIAL_PL011}, {"arm,sbsa-uart", BATON_SERIAL_PL011},    {"ns16550a", BATON_SERIAL_16550},
        {"ns16550", BATON_SERIAL_16550},   {"snps,dw-apb-uart", BATON_SERIAL_16550},
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (has_string(compatible, kinds[i].name))
            return kinds[i].kind;
    }
    return 0;
}

static struct serial_port read_console(struct device_tree_node *root)
{
    struct device_tree_node *node = find_console(root);
    struct serial_port port = {.kind = kind_of(property_of(node, "compatible"))};
    uint64_t shift;

    if (!node || !node->parent || port.kind == 0 || !is_enabled(node) || !find_registers(node, &port.physical))
        return (struct serial_port){0};
    shift = number_of(node, "reg-shift", 0);
    if (shift > SHIFT_MOST)
        return (struct serial_port){0};
    port.stride = port.kind == BATON_SERIAL_PL011 ? PL011_STRIDE : 1U << shift;
    return port;
}

/* ---- RISC-V's harts ---- */

static bool is_in_isa(const struct device_tree_property *property, const char *extension)
{
    struct bytes value = property ? property->value : (struct bytes){0};
    struct text isa;

    return next_string(&value, &isa) && riscv_isa_has(isa, extension);
}

static bool is_hart(struct device_tree_node *node)
{
    return has_string(property_of(node, "device_type"), "cpu") && is_enabled(node);
}

/* False when there are no harts. */
static bool have_all_harts(struct device_tree_node *root, const char *extension)
{
    struct device_tree_node *cpus = device_tree_find(root, text_of("/cpus"));
    struct device_tree_node *hart = cpus ? cpus->children : NULL;
    bool have = false;

    for (; hart; hart = hart->next) {
        if (!is_hart(hart))
            continue;
        have = has_string(property_of(hart, "riscv,isa-extensions"), extension) ||
               is_in_isa(property_of(hart, "riscv,isa"), extension);
        if (!have)
            return false;
    }
    return have;
}

static bool read_boot_hart(struct device_tree_node *root, uint64_t *ret_hart)
{
    const struct device_tree_property *property =
        property_of(device_tree_find(root, text_of("/chosen")), "boot-hartid");

    return property && (property->value.size == 4 || property->value.size == 8) &&
           device_tree_number(property->value, 0, property->value.size, ret_hart);
}

void device_tree_machine_read(struct device_tree_node *root, struct device_tree_machine *ret_machine)
{
    *ret_machine = (struct device_tree_machine){.serial = read_console(root),
                                                .has_svpbmt = have_all_harts(root, RISCV_EXTENSION_SVPBMT)};
    ret_machine->has_boot_hart = read_boot_hart(root, &ret_machine->boot_hart);
}
