/* SPDX-License-Identifier: BSD-2-Clause */
/* Text on port 0xE9, and how a kernel ends. */
#include "kit.h"

#include "format.h"
#include "memory.h"

#define COM1          0x3f8
#define COM1_STATUS   (COM1 + 5)
#define COM1_EMPTY    0x20
#define COM1_PATIENCE 100000

bool print_on_serial;

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

static void put(const char *text)
{
    for (; *text != '\0'; text++) {
        port_out(0xe9, *text);
        if (print_on_serial)
            put_serial(*text);
    }
}

static void print_list(const char *format, va_list arguments)
{
    char line[1024];

    format_list(line, sizeof(line), format, arguments);
    put(line);
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

    put("failed: ");
    va_start(arguments, format);
    print_list(format, arguments);
    va_end(arguments);
    put("\n");
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

/* ---- what compilers call by themselves ---- */

void *memcpy(void *restrict destination, const void *restrict source, size_t size)
{
    void *to = destination;

    __asm__ volatile("rep movsb" : "+D"(to), "+S"(source), "+c"(size) : : "memory");
    return destination;
}

void *memset(void *destination, int byte, size_t size)
{
    void *to = destination;

    __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
    return destination;
}
