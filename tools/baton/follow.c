/* SPDX-License-Identifier: BSD-2-Clause */
#include "follow.h"

#include <stdio.h>
#include <string.h>

#define ESCAPE '\x1b'

static void end_line(struct follow *follow, void (*take)(void *context, bool is_whole), void *context)
{
    take(context, true);
    follow->line_start = follow->looked;
    follow->length = 0;
    memset(follow->line, 0, sizeof(follow->line));
}

/* Takes the byte when it is of a control sequence: ESC [, parameters, a letter (ECMA-48, section 5.4), or ESC and a
 * letter. *ret_moves: it was the last one of a sequence that goes elsewhere on the screen. */
static bool take_control(struct follow *follow, char byte, bool *ret_moves)
{
    enum follow_state before = follow->state;

    *ret_moves = false;
    if (before == FOLLOW_TEXT) {
        follow->state = byte == ESCAPE ? FOLLOW_ESCAPE : FOLLOW_TEXT;
        return byte == ESCAPE;
    }
    if (before == FOLLOW_ESCAPE) {
        follow->state = byte == '[' ? FOLLOW_SEQUENCE : FOLLOW_TEXT;
    } else if (byte < 0x20 || byte >= 0x40) {
        follow->state = FOLLOW_TEXT;
        *ret_moves = byte == 'H' || byte == 'J';
    }
    return true;
}

static void take_byte(struct follow *follow, char byte, void (*take)(void *context, bool is_whole), void *context)
{
    bool moves;

    follow->looked++;
    if (take_control(follow, byte, &moves)) {
        if (moves)
            end_line(follow, take, context);
    } else if (byte == '\n') {
        end_line(follow, take, context);
    } else if (follow->length < sizeof(follow->line) - 1) {
        follow->line[follow->length++] = byte;
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
