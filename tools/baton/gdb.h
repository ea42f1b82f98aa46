/* SPDX-License-Identifier: BSD-2-Clause */
/* What gdb must be told to debug a boot: where the loader and the kernel will be. */
#ifndef BATON_GDB_H
#define BATON_GDB_H

#include <stdint.h>

#include "error.h"
#include "host_file.h"
#include "pool.h"
#include "qemu.h"

/*
 * Boots the machine once, unseen, until the loader says in its log where it is. The firmware puts it at the same
 * place each time as long as the machine is the same. STATUS_DEVICE: it never said so.
 */
MUST_CHECK enum status gdb_find_loader(struct pool *pool, const struct scratch *scratch, struct qemu_machine machine,
                                       uint64_t *ret_base, struct error *error);

/*
 * Writes the script: symbols of `loader_elf` at `loader_base` and of `kernel_elf` (NULL for a flat kernel), and the
 * connection to `socket`.
 */
MUST_CHECK enum status gdb_write_script(struct pool *pool, const struct architecture *architecture, const char *script,
                                        const char *loader_elf, uint64_t loader_base, const char *kernel_elf,
                                        const char *socket, struct error *error);

#endif
