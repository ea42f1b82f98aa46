/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line that tells how far a load is: a row of the console that begins with a carriage return, has a rate in it, and
 * is written anew, again and again. What a person would see of it, and when.
 */
#include <string.h>

#include "fake.h"

#define COLUMNS 79           /* of the row; behind them, some consoles begin a new one */
#define EARLY   450000000ULL /* nanoseconds of reading before which nothing is long */
#define OFTEN   240000000ULL /* nanoseconds between two lines: about a quarter of a second, at the least */

static struct {
    char row[COLUMNS + 1]; /* what is in it */
    size_t column;         /* of the cursor */
    bool is_taken;         /* the line was there, and no new row has begun since */
    uint64_t last;         /* when; 0: never */
} state;

void fake_progress_start(void)
{
    memset(&state, 0, sizeof(state));
    memset(state.row, ' ', COLUMNS);
}

void fake_progress_moved(void)
{
    memset(state.row, ' ', COLUMNS);
    state.column = 0;
    state.is_taken = false;
}

static bool is_clean(void)
{
    return !state.is_taken || (state.column == 0 && strspn(state.row, " ") == COLUMNS);
}

/* What the console did not do leaves something behind. */
static bool was_hindered(void)
{
    return fake_calls_failed(FAKE_OutputString) > 0;
}

static void put(char character)
{
    if (character == '\n') {
        fake_progress_moved();
    } else if (character == '\r') {
        state.column = 0;
    } else if (state.column < COLUMNS) {
        state.row[state.column++] = character;
    } else if (state.is_taken) {
        fake_complain("the progress takes more than %u columns", COLUMNS);
        fake_progress_moved();
    }
}

/* On a console that takes its time, that is what is long. */
static void note_line(void)
{
    uint64_t now = fake_clock_nanoseconds(), reading = fake_volume_reading();

    state.is_taken = true;
    if (reading < EARLY && !fake_has(FAKE_QUIRK_SLOW_CONOUT))
        fake_complain("progress was shown after %llu ms of reading", (unsigned long long)reading / 1000000);
    if (state.last != 0 && now - state.last < OFTEN)
        fake_complain("progress was shown again after %llu ms", (unsigned long long)(now - state.last) / 1000000);
    state.last = now;
}

void fake_progress_print(const char *text, size_t length)
{
    bool is_line = length > 0 && text[0] == '\r' && memmem(text, length, "iB/s", 4) != NULL;

    if (length > 0 && text[0] != '\r') {
        if (!is_clean() && !was_hindered())
            fake_complain("\"%.*s\" was written into the progress", (int)length, text);
        state.is_taken = false;
    }
    if (is_line)
        note_line();
    for (size_t i = 0; i < length; i++)
        put(text[i]);
}

void fake_progress_check_serial(void)
{
    if (fake_has(FAKE_QUIRK_SERIAL_CONSOLE) && !is_clean() && !was_hindered())
        fake_complain("a line went to the serial port while its console has progress in that row");
}

void fake_progress_check(void)
{
    if (!is_clean() && !was_hindered())
        fake_complain("progress was left on the console");
}
