/* SPDX-License-Identifier: BSD-2-Clause */
/* The random seed that a boot loader leaves for Linux in a configuration table (Linux, drivers/firmware/efi/libstub/
 * random.c; systemd's Boot Loader Interface has it, too). */
#ifndef BATON_RANDOM_TABLE_H
#define BATON_RANDOM_TABLE_H

#include "ledger.h"

/* Where an earlier boot stage has left one, physical; 0 when none has. Nothing behind it has been looked at. */
uint64_t random_table_earlier(const struct firmware *firmware);

/*
 * Leaves a seed of `size` bytes, in place of an earlier one. That is in the ledger, which puts the earlier one back;
 * but not when whoever was started has put its own in place, as Linux does, which frees this one then.
 * STATUS_NO_MEMORY, or STATUS_DEVICE, in words.
 */
MUST_CHECK enum status random_table_offer(struct ledger *ledger, const uint8_t *seed, size_t size, struct error *error);

#endif
