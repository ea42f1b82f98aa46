/* SPDX-License-Identifier: BSD-2-Clause */
#include "gasp.h"

#include <string.h>

#include "host_file.h"
#include "process.h"

#define HEAD          "*** exception "
#define END           "*** the machine is stopped ***"
#define STANDSTILL_MS 1000
#define REPORT_MOST   65536 /* bytes */

static bool begins_with(const char *line, const char *wanted)
{
    return strncmp(line, wanted, strlen(wanted)) == 0;
}

static void look_at_line(void *context, bool is_whole)
{
    struct gasp *gasp = context;

    (void)is_whole; /* its beginning is enough */
    if (!gasp->began && begins_with(gasp->log.line, HEAD)) {
        gasp->began = true;
        gasp->start = gasp->log.line_start;
    }
    if (gasp->began && begins_with(gasp->log.line, END))
        gasp->ended = true;
}

bool gasp_look(struct gasp *gasp)
{
    if (gasp->ended || !gasp->log.path)
        return false;
    if (follow_look(&gasp->log, look_at_line, gasp))
        gasp->grew = process_now();
    if (gasp->began && process_now() - gasp->grew >= STANDSTILL_MS)
        gasp->ended = true;
    return gasp->ended;
}

const char *gasp_text(struct pool *pool, const struct gasp *gasp)
{
    struct bytes bytes;
    struct error ignored; /* then there is nothing */
    char *text;

    if (host_file_read_at(pool, gasp->log.path, gasp->start, REPORT_MOST, &bytes, &ignored) != STATUS_OK)
        return "";
    text = pool_copy(pool, (const char *)bytes.data, bytes.size);
    for (size_t i = 0; i < bytes.size; i++) {
        if (text[i] == '\0')
            text[i] = ' ';
    }
    return text;
}
