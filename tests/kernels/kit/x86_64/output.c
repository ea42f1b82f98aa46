/* SPDX-License-Identifier: BSD-2-Clause */
/* Text on port 0xE9, and on COM1. */
#include "kit.h"

#define COM1          0x3f8
#define COM1_STATUS   (COM1 + 5)
#define COM1_EMPTY    0x20
#define COM1_PATIENCE 100000

static bool on_serial;

static void port_out(uint16_t port, char byte)
{
    __asm__ volatile("outb %0, %1" : : "a"(byte), "Nd"(port));
}

static void put_serial(char byte)
{
    uint8_t status = 0;

    for (unsigned i = 0; i < COM1_PATIENCE && !(status & COM1_EMPTY); i++)
        __asm__ volatile("inb %1, %0" : "=a"(status) : "Nd"((uint16_t)COM1_STATUS));
    port_out(COM1, byte);
}

void output_start(const struct baton *baton)
{
    (void)baton;
    on_serial = true;
}

void output_put(const char *text)
{
    for (; *text != '\0'; text++) {
        port_out(0xe9, *text);
        if (on_serial)
            put_serial(*text);
    }
}
