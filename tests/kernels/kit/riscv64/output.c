/* SPDX-License-Identifier: BSD-2-Clause */
/* Text by semihosting, which QEMU writes to a file, and on the serial port that the baton names. */
#include <baton/console.h>

#include "kit.h"

static struct baton_serial serial;

void output_start(const struct baton *baton)
{
    serial = baton->serial;
}

/* SYS_WRITE0. The three instructions are the sign, and must lie in one page. */
static void write_semihosting(const char *text)
{
    __asm__ volatile("li a0, 4\n\t"
                     "mv a1, %0\n\t"
                     ".balign 16\n\t"
                     ".option push\n\t"
                     ".option norvc\n\t"
                     "slli zero, zero, 0x1f\n\t"
                     "ebreak\n\t"
                     "srai zero, zero, 7\n\t"
                     ".option pop"
                     :
                     : "r"(text)
                     : "a0", "a1", "memory");
}

void output_put(const char *text)
{
    write_semihosting(text);
    for (; *text != '\0'; text++)
        (void)baton_console_serial_put(&serial, *text, BATON_CONSOLE_PATIENCE);
}
