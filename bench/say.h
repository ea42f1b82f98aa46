/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the programs of the bench speak: lines "who: key=value" on a port of their own, numbers in hexadecimal. It is not
 * port 0xE9, where loaders would log at a cost. Works in 32-bit code, too.
 */
#ifndef BATON_BENCH_SAY_H
#define BATON_BENCH_SAY_H

#include <stddef.h>
#include <stdint.h>

#define SAY_PORT    0x4e9
#define EXIT_PORT   0xf4 /* QEMU's isa-debug-exit */
#define EXIT_OK     0x10
#define EXIT_FAILED 0x7f

static inline uint64_t counter(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

static inline void say_letter(char letter)
{
    __asm__ volatile("outb %0, %1" : : "a"(letter), "d"((uint16_t)SAY_PORT));
}

static inline void say(const char *text)
{
    for (; *text != '\0'; text++)
        say_letter(*text);
}

static inline void say_number(uint64_t number)
{
    for (int shift = 60; shift >= 0; shift -= 4)
        say_letter("0123456789abcdef"[number >> shift & 15]);
}

/* A whole line, as say_line("kernel: counter=", 5). */
static inline void say_line(const char *text, uint64_t number)
{
    say(text);
    say_number(number);
    say_letter('\n');
}

_Noreturn static inline void leave(uint32_t code)
{
    __asm__ volatile("outl %0, %1" : : "a"(code), "d"((uint16_t)EXIT_PORT));
    for (;;)
        __asm__ volatile("cli; hlt");
}

/* What a module holds at its beginning and its end, for the bench to compare with what is on the disk. */
static inline void say_module(const void *address, uint64_t size)
{
    const uint8_t *bytes = address;
    uint64_t first = 0, last = 0;

    for (unsigned i = 0; i < 8 && i < size; i++) {
        first = first << 8 | bytes[i];
        last = last << 8 | bytes[size - 8 + i];
    }
    say("kernel: module=");
    say_number(size);
    say_letter(' ');
    say_number(first);
    say_letter(' ');
    say_number(last);
    say_letter('\n');
}

#endif
