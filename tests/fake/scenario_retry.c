/* SPDX-License-Identifier: BSD-2-Clause */
#include "scenario_retry.h"

#include <stdlib.h>
#include <string.h>

#define FIRST  "/loader/entries/a.conf"
#define SECOND "/loader/entries/b.conf"

static struct bytes find_file(const struct fake_setup *setup, const char *path)
{
    for (size_t i = 0; i < setup->file_count; i++) {
        if (strcmp(setup->files[i].path, path) == 0)
            return setup->files[i].bytes;
    }
    abort();
}

/* The same entry once more, so that it does not matter which is booted. */
const struct scenario *scenario_retry(void)
{
    static struct scenario retry;
    struct scenario *all;
    size_t count = scenarios(&all), i = 0;

    while (i < count && strcmp(all[i].name, "high") != 0)
        i++;
    if (i == count || all[i].setup.file_count == FAKE_FILES)
        abort();
    retry = all[i];
    retry.name = "two entries that boot";
    retry.entries = 2;
    retry.setup.files[retry.setup.file_count++] =
        (struct fake_file){.path = SECOND, .bytes = find_file(&retry.setup, FIRST)};
    return &retry;
}
