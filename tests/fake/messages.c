/* SPDX-License-Identifier: BSD-2-Clause */
/* In place of base/error.c: messages are written as there, and noted. */
#include "messages.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "format.h"
#include "workers.h"

#define AT_MOST 256

static bool *said; /* by the place in loader_messages; all workers' */

/* What no machine here can make the loader say, and why. */
static const struct {
    const char *message;
    const char *reason;
} out_of_reach[] = {
    {"The menu takes more than %u MiB. Take some entries out.", "no volume has as many entries with titles as long"},
    {"%s: the initrds are too large together, with %llu bytes in this one. Load less.", "no volume holds 2^64 bytes"},
    {"%s: Baton cannot relocate kernels for %s (ELF machine %u)", "another machine's kernel is refused before"},
    {"%s: is not an ELF file", "what does not begin as one is not read as one"},
    {"%s: is truncated: %llu bytes at byte %llu lie outside the file. Copy it again.",
     "what is asked for has been compared with the file's size"},
    {"%s: planning its boot takes more than %u MiB. Link it with fewer segments.",
     "all program headers that a kernel can have take less"},
    {"%s: program header %u lies outside the table. Copy it again.", "the table has been read whole"},
    {"%s: the entry's texts, or the firmware's memory map, are absurdly long. Shorten its options.",
     "no machine has 2^64 bytes of them"},
    {"%s: the firmware gave memory at 0x%llx, which is out of the direct map's reach. Start the machine with less "
     "memory.",
     "the machine ends far below 64 TiB"},
    {"The firmware's memory map of %llu bytes is absurd", "no machine has so many descriptors"},
    {"%s: the entries take more than %u MiB. Take some of them out.",
     "hundreds of entry files are thousands of calls, of which each would be made to fail"},
};

void messages_start(void)
{
    said = workers_memory(AT_MOST * sizeof(said[0]));
}

void error_write(struct error *error, const char *format, ...)
{
    va_list arguments;

    for (size_t i = 0; said && loader_messages[i]; i++) {
        if (i == AT_MOST)
            abort();
        if (strcmp(loader_messages[i], format) == 0)
            said[i] = true;
    }
    va_start(arguments, format);
    format_list(error->text, sizeof(error->text), format, arguments);
    va_end(arguments);
}

static unsigned complain(const char *what, const char *message)
{
    printf("WRONG: %s: \"%s\"\n", what, message);
    return 1;
}

unsigned messages_judge(void)
{
    bool excused[AT_MOST] = {false};
    unsigned wrong = 0;

    for (size_t i = 0; i < sizeof(out_of_reach) / sizeof(out_of_reach[0]); i++) {
        size_t at = 0;

        while (loader_messages[at] && strcmp(loader_messages[at], out_of_reach[i].message) != 0)
            at++;
        if (!loader_messages[at])
            wrong += complain("the loader has no message", out_of_reach[i].message);
        else
            excused[at] = true;
    }
    for (size_t i = 0; loader_messages[i]; i++) {
        if (!said[i] && !excused[i])
            wrong += complain("no scenario comes to", loader_messages[i]);
        else if (said[i] && excused[i])
            wrong += complain("is not out of reach", loader_messages[i]);
    }
    return wrong;
}
