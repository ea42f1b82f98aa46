/* SPDX-License-Identifier: BSD-2-Clause */
#include "follow.h"

#include <stdio.h>
#include <string.h>

static void take_byte(struct follow *follow, char byte, void (*take)(void *context, bool is_whole), void *context)
{
    uint64_t length = follow->looked - follow->line_start;

    follow->looked++;
    if (byte == '\n') {
        take(context, true);
        follow->line_start = follow->looked;
        memset(follow->line, 0, sizeof(follow->line));
    } else if (length < sizeof(follow->line) - 1) {
        follow->line[length] = byte;
        take(context, false);
    }
}

static void read_on(struct follow *follow, FILE *file, void (*take)(void *context, bool is_whole), void *context)
{
    char buffer[4096];
    size_t size;

    while ((size = fread(buffer, 1, sizeof(buffer), file)) > 0) {
        for (size_t i = 0; i < size; i++)
            take_byte(follow, buffer[i], take, context);
    }
}

bool follow_look(struct follow *follow, void (*take)(void *context, bool is_whole), void *context)
{
    FILE *file = follow->path ? fopen(follow->path, "re") : NULL;
    uint64_t before = follow->looked;

    if (!file)
        return false;
    if (fseeko(file, (off_t)follow->looked, SEEK_SET) == 0)
        read_on(follow, file, take, context);
    (void)fclose(file);
    return follow->looked != before;
}
