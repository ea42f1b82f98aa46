/* SPDX-License-Identifier: BSD-2-Clause */
/* The words that the loader was started with. */
#ifndef BATON_ARGUMENTS_H
#define BATON_ARGUMENTS_H

#include <stdbool.h>

#include "firmware.h"
#include "text.h"

#define ARGUMENTS_SIZE 256

/*
 * Writes the arguments, separated by spaces and without the program's own name, into `buffer` of ARGUMENTS_SIZE bytes:
 * from the UEFI shell's parameters, or else from LoadOptions. Those can be odd-sized, unterminated or no text at all:
 * then there are none.
 */
struct text arguments_read(const struct firmware *firmware, char *buffer);

/* Whether a person gave them, in the UEFI shell; what else is in LoadOptions may be anything. */
bool arguments_are_from_shell(const struct firmware *firmware);

#endif
