/* SPDX-License-Identifier: BSD-2-Clause */
#include "extra_files.h"

static const struct {
    const char *suffix;
    struct extra_place place;
} kinds[EXTRA_KINDS] = {
    [EXTRA_CREDENTIAL] = {".cred", {EXTRA_FOLDER "/credentials", 0040500, 0100400}},
    [EXTRA_SYSTEM] = {".sysext.raw", {EXTRA_FOLDER "/sysext", 0040555, 0100444}},
    [EXTRA_CONFIG] = {".confext.raw", {EXTRA_FOLDER "/confext", 0040555, 0100444}},
};

bool extra_tell_kind(struct text path, enum extra_kind *ret_kind)
{
    for (enum extra_kind kind = 0; kind < EXTRA_KINDS; kind++) {
        if (!text_ends_with_ignoring_case(path, kinds[kind].suffix))
            continue;
        *ret_kind = kind;
        return true;
    }
    return false;
}

struct extra_place extra_place_of(enum extra_kind kind)
{
    return kinds[kind].place;
}
