/* SPDX-License-Identifier: BSD-2-Clause */
#include "chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define DEFAULT_SEED 0xba70ULL

struct chance chance_case(uint64_t number)
{
    const char *given = getenv("BATON_SEED");
    uint64_t seed = (given ? strtoull(given, NULL, 0) : DEFAULT_SEED) + number;

    return (struct chance){seed, seed};
}

/* SplitMix64: a counter, mixed. */
uint64_t chance_bits(struct chance *chance)
{
    uint64_t bits = chance->state += 0x9e3779b97f4a7c15ULL;

    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9ULL;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111ebULL;
    return bits ^ bits >> 31;
}

uint64_t chance_below(struct chance *chance, uint64_t limit)
{
    return chance_bits(chance) % limit;
}

uint64_t chance_between(struct chance *chance, uint64_t low, uint64_t high)
{
    uint64_t span = high - low;

    return span == UINT64_MAX ? chance_bits(chance) : low + chance_below(chance, span + 1);
}

bool chance_one_in(struct chance *chance, unsigned count)
{
    return chance_below(chance, count) == 0;
}

uint64_t chance_size(struct chance *chance, uint64_t high)
{
    unsigned bits = 0;

    while (bits < 63 && high >> (bits + 1) != 0)
        bits++;
    for (;;) {
        uint64_t lowest = 1ULL << chance_below(chance, bits + 1);
        uint64_t size = chance_between(chance, lowest, 2 * lowest - 1);

        if (size <= high)
            return size;
    }
}

void chance_fail(const struct chance *chance, const char *file, int line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vprint_error(format, arguments);
    va_end(arguments);
    print_error("\nto see it again: BATON_SEED=0x%llx\n", (unsigned long long)chance->seed);
    _fail(file, line);
    abort(); /* _fail does not return */
}

double cpu_seconds(void)
{
    struct timespec time = {0};

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}
