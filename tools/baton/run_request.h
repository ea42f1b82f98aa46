/* SPDX-License-Identifier: BSD-2-Clause */
/* What `baton run` was asked for: its command line, checked. */
#ifndef BATON_RUN_REQUEST_H
#define BATON_RUN_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "boot_files.h"
#include "error.h"
#include "file_kind.h"
#include "options.h"
#include "pool.h"

#define RUN_DEFAULT_MEMORY "512M"

struct run_request {
    /* as the options give it; NULL or false for what was not given */
    struct boot_files files;
    const char *arch;
    const char *memory;
    const char *cpus;
    const char *timeout;
    const char *screenshot;
    const char *firmware;
    const char *e9;
    const char *gdb_script;
    bool test;
    bool headless;
    bool print;
    bool gdb;

    /* made of it by run_request_check */
    const char *path; /* what to run, absolute */
    enum file_kind kind;
    const struct architecture *architecture;
    int64_t limit; /* ms, 0 for none */
};

bool run_request_is_kernel(const struct run_request *request);

/*
 * Checks everything that can be wrong before anything is done, and looks at the file. `words` are those of the same
 * command line.
 */
MUST_CHECK enum status run_request_check(struct pool *pool, struct run_request *request, const struct words *words,
                                         struct error *error);

#endif
