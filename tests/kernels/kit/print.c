/* SPDX-License-Identifier: BSD-2-Clause */
/* Text, and how a kernel ends. */
#include "kit.h"

#include "format.h"

static void print_list(const char *format, va_list arguments)
{
    char line[1024];

    format_list(line, sizeof(line), format, arguments);
    output_put(line);
}

void print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_list(format, arguments);
    va_end(arguments);
}

_Noreturn void finish(const char *name)
{
    print("%s: ok\n", name);
    baton_exit(BATON_EXIT_SUCCESS);
}

_Noreturn void give_up(const char *format, ...)
{
    va_list arguments;

    output_put("failed: ");
    va_start(arguments, format);
    print_list(format, arguments);
    va_end(arguments);
    output_put("\n");
    baton_exit(0x7f);
}

uint64_t checksum(const void *data, uint64_t size)
{
    const uint8_t *bytes = data;
    uint64_t sum = 0xcbf29ce484222325ULL;

    for (uint64_t i = 0; i < size; i++)
        sum = (sum ^ bytes[i]) * 0x100000001b3ULL;
    return sum;
}
