/* SPDX-License-Identifier: BSD-2-Clause */
/* Between UTF-8, which Baton uses, and UTF-16, which UEFI uses. What is malformed becomes U+FFFD. */
#ifndef BATON_UTF_H
#define BATON_UTF_H

#include <stddef.h>
#include <stdint.h>

#include "text.h"

/*
 * Takes one character off the front of a text that is not empty. Overlong forms and surrogates are malformed; of what
 * is malformed at least one byte is taken.
 */
uint32_t utf8_take(struct text *text);

/*
 * Converts as much of `text` as fits into `size` units with the NUL that always ends them, and returns how many bytes
 * of `text` that was: all of them, unless the room was too small. `size` is at least 3.
 */
size_t utf16_from_utf8(uint16_t *buffer, size_t size, struct text text);

/*
 * Converts `length` units into `buffer` of `size` bytes, NUL included, which always ends the text (`size` is at least
 * 1). What does not fit is cut between characters. Returns the bytes without the NUL.
 */
size_t utf8_from_utf16(char *buffer, size_t size, const uint16_t *units, size_t length);

#endif
