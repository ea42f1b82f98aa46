/* SPDX-License-Identifier: BSD-2-Clause */
/* Words that hold addresses: in a kernel that can be moved, each has a relocation. */
#include "report.h"

#define WORDS        256
#define FOUR(at)     &target[at], &target[(at) + 1], &target[(at) + 2], &target[(at) + 3]
#define SIXTEEN(at)  FOUR(at), FOUR((at) + 4), FOUR((at) + 8), FOUR((at) + 12)
#define HUNDREDS(at) SIXTEEN(at), SIXTEEN((at) + 16), SIXTEEN((at) + 32), SIXTEEN((at) + 48)

static uint8_t target[WORDS] = {1};

/* Constant once they have been relocated, and variable ones. */
static uint8_t *const volatile constant[WORDS] = {HUNDREDS(0), HUNDREDS(64), HUNDREDS(128), HUNDREDS(192)};
static uint8_t *volatile variable[WORDS] = {HUNDREDS(0), HUNDREDS(64), HUNDREDS(128), HUNDREDS(192)};

/* At an odd address, where a packed table of relocations cannot name it. */
static struct __attribute__((packed)) {
    uint8_t byte;
    void (*function)(const struct baton *);
} volatile odd = {7, report_facts};

bool words_are_right(void)
{
    for (size_t i = 0; i < WORDS; i++)
        if (constant[i] != target + i || variable[i] != target + i)
            return false;
    return odd.byte == 7 && odd.function == report_facts;
}
