/* SPDX-License-Identifier: BSD-2-Clause */
/* Text on port 0xE9, and the way out of QEMU. */
#include "inject.h"

#include "format.h"
#include "memory.h"

#define DEBUG_PORT  0xe9
#define SERIAL_PORT 0x3f8 /* QEMU's is always ready */

static void put(uint16_t port, const char *text)
{
    for (; *text != '\0'; text++)
        __asm__ volatile("outb %0, %1" : : "a"(*text), "Nd"(port));
}

static void say_line(uint16_t port, const char *line)
{
    put(port, "inject: ");
    put(port, line);
    put(port, port == SERIAL_PORT ? "\r\n" : "\n");
}

static void say_list(const char *format, va_list arguments)
{
    char line[512];

    format_list(line, sizeof(line), format, arguments);
    say_line(DEBUG_PORT, line);
}

void say_aloud(const char *format, ...)
{
    va_list arguments;
    char line[512];

    va_start(arguments, format);
    format_list(line, sizeof(line), format, arguments);
    va_end(arguments);
    say_line(DEBUG_PORT, line);
    say_line(SERIAL_PORT, line);
}

void say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say_list(format, arguments);
    va_end(arguments);
}

void say_plainly(const char *line)
{
    put(DEBUG_PORT, line);
    put(DEBUG_PORT, "\n");
}

_Noreturn void leave(uint64_t code)
{
    __asm__ volatile("outl %0, %1" : : "a"((uint32_t)code), "Nd"((uint16_t)0xf4));
    for (;;)
        __asm__ volatile("cli; hlt");
}

_Noreturn void give_up(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say_list(format, arguments);
    va_end(arguments);
    leave(0x7f);
}

void need(EFI_STATUS status, const char *what)
{
    if (EFI_ERROR(status))
        give_up("%s: status %#llx", what, (unsigned long long)status);
}
