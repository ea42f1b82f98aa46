/* SPDX-License-Identifier: BSD-2-Clause */
/* Text on the console and in the log, pages from the firmware, and processor instructions. */
#include <stdarg.h>

#include "second.h"

EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
bool firmware_gone;
char log_text[LOG_SIZE];
uint32_t log_length;

/* The compiler calls these three by itself. */
void *memcpy(void *to, const void *from, size_t n)
{
    void *result = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
    return result;
}

void *memset(void *to, int byte, size_t n)
{
    void *result = to;
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(byte) : "memory");
    return result;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;
    for (; n > 0; n--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

size_t length(const char *text)
{
    size_t n = 0;
    while (text[n])
        n++;
    return n;
}

/* A full log loses its oldest half, up to the end of a line. */
static void log_character(char c)
{
    if (log_length == LOG_SIZE) {
        uint32_t from = LOG_SIZE / 2;
        while (from < LOG_SIZE && log_text[from - 1] != '\n')
            from++;
        log_length = LOG_SIZE - from;
        memcpy(log_text, log_text + from, log_length);
    }
    log_text[log_length++] = c;
}

static void put(char c)
{
    if (firmware_gone) {
        serial_put(c);
        return;
    }
    CHAR16 text[3] = {(CHAR16)(uint8_t)c, 0, 0};
    if (c == '\n') {
        text[0] = '\r';
        text[1] = '\n';
    }
    ST->ConOut->OutputString(ST->ConOut, text);
    log_character(c);
}

static void put_text(const char *text)
{
    while (*text)
        put(*text++);
}

static void put_number(uint64_t n, unsigned base)
{
    char digits[24];
    unsigned at = sizeof digits;
    digits[--at] = 0;
    do
        digits[--at] = "0123456789abcdef"[n % base];
    while ((n /= base) != 0);
    put_text(base == 16 ? "0x" : "");
    put_text(digits + at);
}

static void say_list(const char *before, const char *format, va_list list)
{
    put_text(before);
    for (; *format; format++) {
        if (*format != '%')
            put(*format);
        else if (*++format == 's')
            put_text(va_arg(list, const char *));
        else
            put_number(va_arg(list, uint64_t), *format == 'x' ? 16 : 10);
    }
    put('\n');
}

void say(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    say_list("second: ", format, list);
    va_end(list);
}

bool refuse(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    say_list("second: error: ", format, list);
    va_end(list);
    return false;
}

void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
    __asm__ volatile("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3]) : "a"(leaf), "c"(subleaf));
}

uint64_t read_tsc(void)
{
    uint32_t low, high;
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

uint64_t read_msr(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

void write_msr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

bool five_levels(void)
{
    uint64_t cr4;
    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    return cr4 & 0x1000;
}

/* What was taken, so that a boot that fails can give it back. */
static struct range taken[MAX_CLAIMS];
static uint32_t taken_count;

static bool take(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, uint64_t *address, uint64_t bytes)
{
    if (taken_count == MAX_CLAIMS || EFI_ERROR(BS->AllocatePages(how, type, bytes / PAGE, address)))
        return false;
    taken[taken_count++] = (struct range){*address, bytes};
    memset((void *)*address, 0, bytes);
    return true;
}

uint64_t take_pages(uint64_t bytes, EFI_MEMORY_TYPE type)
{
    uint64_t address = 0;

    if (bytes > LOWER_END)
        return 0;
    bytes = bytes ? page_up(bytes) : PAGE;
    /* Nothing may lie in page 0, which is never mapped: given page 0, we keep it and take another. */
    for (int tries = 0; tries < 2 && address == 0; tries++) {
        address = 32 * TIB - 1; /* what every direct map reaches, wherever chance puts it */
        if (!take(AllocateMaxAddress, type, &address, bytes))
            return 0;
    }
    return address;
}

bool take_pages_at(uint64_t address, uint64_t bytes)
{
    return take(AllocateAddress, EfiLoaderData, &address, bytes);
}

void give_all_back(void)
{
    for (; taken_count > 0; taken_count--)
        BS->FreePages(taken[taken_count - 1].base, taken[taken_count - 1].size / PAGE);
}
