/* SPDX-License-Identifier: BSD-2-Clause */
/* What docs/config.md says that an EFI program is given by its entry file, read once more and plainly. */
#ifndef BATON_FUZZ_READ_ENTRY_H
#define BATON_FUZZ_READ_ENTRY_H

#include <stdbool.h>

#include "bytes.h"

/* All of it lasts until the end of the run. */
struct entry_wishes {
    const char *path;    /* of the program */
    const char *options; /* "" without any */
    struct bytes initrd; /* of all its files */
    bool unsure;         /* an initrd's name is not plain, and which file that is nobody can say here */
};

/* False for a file that starts nothing here: it names no program, another machine, or an initrd that is not there. What
 * else is wrong with it is not looked at. */
bool read_entry(struct bytes file, struct entry_wishes *ret_wishes);

#endif
