/* SPDX-License-Identifier: BSD-2-Clause */
#include "error.h"

#include "format.h"

void error_write(struct error *error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    format_list(error->text, sizeof(error->text), format, arguments);
    va_end(arguments);
}
