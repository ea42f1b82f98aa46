/* SPDX-License-Identifier: BSD-2-Clause */
#include "transcript.h"

#include <stdbool.h>
#include <string.h>

#include "host_file.h"

#define LINES      40
#define TAIL_BYTES 16384
#define ESCAPE     '\x1b'

/* Behind a control sequence: ESC [, parameters, a letter (ECMA-48, section 5.4). *ret_letter is 0 for any other. */
static const char *skip_sequence(const char *text, char *ret_letter)
{
    *ret_letter = '\0';
    text++;
    if (*text != '[')
        return *text != '\0' ? text + 1 : text;
    text++;
    while (*text >= 0x20 && *text < 0x40)
        text++;
    if (*text == '\0')
        return text;
    *ret_letter = *text;
    return text + 1;
}

static const char *last_lines(const char *text, size_t lines)
{
    const char *start = text + strlen(text);

    while (start > text) {
        if (start[-1] == '\n' && start[0] != '\0' && --lines == 0)
            break;
        start--;
    }
    return start;
}

const char *transcript_clean(struct pool *pool, const char *raw, size_t lines)
{
    char *clean = pool_take(pool, strlen(raw) + 2);
    char *end = clean;

    while (*raw != '\0') {
        char letter = *raw;
        bool is_end;

        if (*raw == ESCAPE) {
            raw = skip_sequence(raw, &letter);
            letter = letter == 'H' || letter == 'J' ? '\n' : '\0';
        } else {
            raw++;
        }
        is_end = letter == '\n' && end > clean && end[-1] != '\n';
        if (is_end || letter == '\t' || (unsigned char)letter >= 0x20)
            *end++ = letter;
    }
    if (end > clean && end[-1] != '\n')
        *end++ = '\n';
    return last_lines(clean, lines);
}

void transcript_print(struct pool *pool, const char *what, const char *path, FILE *file)
{
    const char *text = transcript_clean(pool, host_file_tail(pool, path, TAIL_BYTES), LINES);

    (void)fprintf(file, "---- %s: %s\n%s", what, *text != '\0' ? "its last lines" : "nothing came", text);
}
