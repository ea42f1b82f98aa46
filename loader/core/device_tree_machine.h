/* SPDX-License-Identifier: BSD-2-Clause */
/* What a device tree says of the machine that nobody else does (Devicetree Specification 0.4, chapter 3, and the
 * bindings of what it names). */
#ifndef BATON_DEVICE_TREE_MACHINE_H
#define BATON_DEVICE_TREE_MACHINE_H

#include "device_tree_nodes.h"
#include "firmware_tables.h"

struct device_tree_machine {
    struct serial_port serial; /* the console's; kind 0: none that is known */
    bool has_boot_hart;        /* riscv64: which hart the firmware has started */
    uint64_t boot_hart;
    bool has_svpbmt; /* riscv64: every hart has pages that say of what kind the memory is */
};

/* The console is what /chosen's stdout-path names, by its path or an alias, when it is a UART that takes text by memory
 * and its addresses are the processor's. */
void device_tree_machine_read(struct device_tree_node *root, struct device_tree_machine *ret_machine);

#endif
