/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printf's formatting without a C library: %s %.*s %c %d %i %u %x %X %zu %lu %llu %p %%, with the flags '-', '0' and
 * '#', a width, a precision for strings, and the length modifiers z, l, ll, h, hh. Floating point is not known.
 */
#ifndef BATON_FORMAT_H
#define BATON_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Writes at most `size` bytes with the NUL that always ends them (nothing when `size` is 0), and returns how many
 * bytes the whole text has, without the NUL: when that is `size` or more, the text was cut.
 */
size_t format_list(char *buffer, size_t size, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));
size_t format_text(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
