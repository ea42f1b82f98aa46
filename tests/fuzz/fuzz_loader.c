/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole loader on the fake firmware, from its entry to the jump or back, with a machine, a volume and failing calls
 * by chance (loader_case.h). However that ends, it ends well (loader_verdict.h). Some cases are run twice: what was run
 * before makes no difference.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "loader_case.h"
#include "loader_verdict.h"
#include "physical.h"

#define TWICE 8 /* one case in so many */

static void tell(const struct fake_result *result)
{
    fprintf(stderr, "%s---- the loader %s after %u calls, %u of them failed, with %u errors\n%s", fake_log_text(),
            fake_end_name(result->end), result->calls, fake_injected(), result->errors, fake_complaint_text());
}

static struct fake_result run(const struct loader_case *one)
{
    struct fake_result result = loader_verdict_run(&one->setup, &one->injection);

    if (getenv("BATON_LOG") || fake_complaints() > 0)
        tell(&result);
    CHECK(fake_complaints() == 0);
    return result;
}

void fuzz(struct input *input)
{
    static struct loader_case one;
    const bool twice = bytes_sum((struct bytes){input->data, input->size}) % TWICE == 0;
    struct fake_result result;
    uint64_t digest;

    loader_case_make(input, &one);
    result = run(&one);
    if (twice) {
        digest = fake_digest(&result);
        result = run(&one);
        CHECK(fake_digest(&result) == digest);
    }
    fake_switch_off();
}
