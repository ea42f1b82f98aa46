/* SPDX-License-Identifier: BSD-2-Clause */
/* The values of the configuration's keys that are more than a text or a number. config.h reads the files. */
#ifndef BATON_CONFIG_VALUES_H
#define BATON_CONFIG_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "entry.h"
#include "log.h"
#include "text.h"

/* Each returns false, and leaves its results alone, when the value is not one. */

/* A log level, under systemd-boot's names too. */
__attribute__((warn_unused_result)) bool config_level(struct text value, enum log_level *ret_level);

/* WIDTHxHEIGHT, pixels, decimal, 1 to 65535 each, with 'x' or 'X'. */
__attribute__((warn_unused_result)) bool config_size(struct text value, uint32_t *ret_width, uint32_t *ret_height);

/* on, off, or the seed: a number that fits in 64 bits. The seed is left alone for the first two. */
__attribute__((warn_unused_result)) bool config_kaslr(struct text value, enum entry_kaslr *ret_kaslr,
                                                      uint64_t *ret_seed);

/* yes or no, as systemd-boot has it: 1, yes, y, true, t, on; 0, no, n, false, f, off; in either case. */
__attribute__((warn_unused_result)) bool config_bool(struct text value, bool *ret_bool);

/* Takes empty parts, "." and ".." out of a path, which begins with '/' and does so afterwards; "/" when nothing is
 * left. False, and the path left alone, when it leads above the root. */
__attribute__((warn_unused_result)) bool config_resolve_path(char *path);

#endif
