/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * started.efi is what loaders under test start. Its load options say what it is to be given and how it comes back:
 *
 *     begin initrd=SIZE+SIZE status=NUMBER end
 *
 * Each initrd is so long, one behind the other at multiples of four; byte N of each is N * 7 % 251 (MODULE in
 * harness/chaos_scenarios.py). No size: there must be none. With another status than 0 it comes back with that error,
 * and leaves words.
 */
#ifndef BATON_TESTS_STARTED_H
#define BATON_TESTS_STARTED_H

#include <stdint.h>

/* What it looks at; the first that is wrong counts. */
enum started_check { STARTED_OPTIONS = 1, STARTED_INITRD, STARTED_CHECKS = STARTED_INITRD };

/* What it has to say, where there is such a configuration table; on port 0xE9 it says it anyway. */
struct started_record {
    uint64_t content; /* it was given all that it was to be given, and came back without an error: so often */
    uint64_t wrong;   /* what it was given is not right: an enum started_check */
};
#define STARTED_RECORD_GUID EFI_GUID_VALUE(0x2f7a1e54, 0x9c03, 0x4d68, 0xb1, 0x5e, 0x08, 0xc4, 0x72, 0xda, 0x36, 0x91)

#endif
