/* SPDX-License-Identifier: BSD-2-Clause */
#include "refusal.h"

#include <string.h>

#include "host_file.h"
#include "log.h"
#include "text.h"
#include "transcript.h"

#define PROMPT   "Press "
#define LOG_MOST 262144 /* bytes of it that are looked at for errors */

/* What the loader's last lines begin with when it has refused all entries, or has none. */
static const char *const ends[] = {
    "warning: nothing is left to boot",
    "error: /loader/entries: holds no entry",
    "error: There is no kernel to boot",
};

static void look_at_line(void *context, bool is_whole)
{
    struct refusal *refusal = context;

    for (size_t i = 0; is_whole && i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (strncmp(refusal->log.line, ends[i], strlen(ends[i])) == 0)
            refusal->found = true;
    }
}

bool refusal_look(struct refusal *refusal)
{
    (void)follow_look(&refusal->log, look_at_line, refusal); /* most of the time there is nothing new */
    return refusal->found;
}

static bool begins_with_level(struct text line, enum log_level level)
{
    const char *name = log_level_name(level);
    size_t length = strlen(name);

    return line.length > length && memcmp(line.data, name, length) == 0 && line.data[length] == ':';
}

/* On a console, what comes behind an error that a person shall read. */
static bool is_prompt(struct text line)
{
    return line.length > strlen(PROMPT) && memcmp(line.data, PROMPT, strlen(PROMPT)) == 0;
}

/* A message goes on until the next one begins, or the console waits for a key. */
void refusal_print(struct pool *pool, const char *path, FILE *file)
{
    struct text rest = text_of(transcript_clean(pool, host_file_tail(pool, path, LOG_MOST), SIZE_MAX));
    struct text line;
    bool is_error = false;

    while (text_take_line(&rest, &line)) {
        for (int level = LOG_ERROR; level <= LOG_DEBUG; level++) {
            if (begins_with_level(line, (enum log_level)level))
                is_error = level == LOG_ERROR;
        }
        is_error = is_error && !is_prompt(line);
        if (is_error)
            (void)fprintf(file, "  %.*s\n", (int)line.length, line.data);
    }
}
