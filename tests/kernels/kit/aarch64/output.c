/* SPDX-License-Identifier: BSD-2-Clause */
/* Text by semihosting, which QEMU writes to a file, and on the serial port that the baton names. */
#include <baton/console.h>

#include "kit.h"

#define SYS_WRITE0 4

static struct baton_serial serial;

void output_start(const struct baton *baton)
{
    serial = baton->serial;
}

void output_put(const char *text)
{
    register uint64_t operation __asm__("x0") = SYS_WRITE0;
    register const char *argument __asm__("x1") = text;

    __asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(argument) : "memory");
    for (; *text != '\0'; text++)
        (void)baton_console_serial_put(&serial, *text, BATON_CONSOLE_PATIENCE);
}
