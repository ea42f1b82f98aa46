/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions and lines for the addresses of a last-gasp report. */
#ifndef BATON_SYMBOLS_H
#define BATON_SYMBOLS_H

#include <stdbool.h>
#include <stdio.h>

#include "host_file.h"

/* An address that the report gives as "0x… kernel + 0x…". */
struct symbols_address {
    uint64_t offset;  /* from kernel.address, the kernel's first page */
    uint64_t run;     /* where it runs */
    int frame;        /* of the backtrace; -1: it stands elsewhere in the report */
    bool is_returned; /* where a call comes back to: the call itself stands before it */
};

#define SYMBOLS_MOST 96 /* addresses */

/* Finds the report's addresses, each once, in their order. Returns how many. Pure. */
size_t symbols_find(const char *report, struct symbols_address *addresses);

/* Prints on `file` what stands at the addresses of `report`, by the kernel's ELF file `kernel`. */
void symbols_print(struct pool *pool, const struct scratch *scratch, const char *kernel, const char *report,
                   FILE *file);

#endif
