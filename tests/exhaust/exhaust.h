/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BATON_TEST_EXHAUST_H
#define BATON_TEST_EXHAUST_H

#include <stdint.h>
#include <stdio.h>

/* Says what was enumerated: "exhaust: AREA, WHAT: N CASES, W wrong". */
static inline void exhaust_tell(const char *area, const char *what, uint64_t count, const char *cases, uint64_t wrong)
{
    char digits[32];
    int length = 0;

    for (uint64_t rest = count, place = 0; place == 0 || rest > 0; rest /= 10, place++) {
        if (place > 0 && place % 3 == 0)
            digits[length++] = ',';
        digits[length++] = (char)('0' + rest % 10);
    }
    printf("exhaust: %s, %s: ", area, what);
    while (length > 0)
        putchar(digits[--length]);
    printf(" %s, %llu wrong\n", cases, (unsigned long long)wrong);
    (void)fflush(stdout);
}

#endif
