/* SPDX-License-Identifier: BSD-2-Clause */
/* COM1 and port 0xE9, which hear what the loader says whatever becomes of the console. In place of serial.c. */
#include "fake.h"

#include <string.h>

#include "serial.h"

#define TEXT_SIZE (1U << 18)

static struct {
    char text[TEXT_SIZE];
    size_t length;
    unsigned errors, mistakes;
    bool last_is_mistake;
} state;

void fake_log_start(void)
{
    state.length = 0;
    state.text[0] = '\0';
    state.errors = state.mistakes = 0;
    state.last_is_mistake = false;
}

const char *fake_log_text(void)
{
    return state.text;
}

/* A configuration file that is passed over is a mistake, but nothing that stops a boot. */
void fake_log_count(struct fake_result *result)
{
    result->errors = state.errors;
    result->mistakes = state.mistakes;
    result->last_is_mistake = state.last_is_mistake;
}

bool serial_start(struct serial *serial)
{
    serial->stuck = false;
    return true;
}

void serial_write(void *context, enum log_level level, struct text line)
{
    const struct serial *serial = context;

    (void)level;
    if (serial->stuck)
        fake_complain("the serial port is stuck");
    if (line.length == 0 || line.data[line.length - 1] != '\n')
        fake_complain("a line without an end went to the serial port");
}

bool debug_port_present(void)
{
    return true;
}

static bool begins_with(struct text line, const char *beginning)
{
    return line.length > strlen(beginning) && memcmp(line.data, beginning, strlen(beginning)) == 0;
}

/* Configuration files that are passed over, and the rest of a folder of them; when nothing is left to boot, the latter
 * is what is said last. */
static void note_mistake(struct text line)
{
    /* Of an image the same is said when it is booted. */
    bool image = begins_with(line, "error: /EFI/Linux/") && !strstr(state.text, "info: booting ");
    bool file =
        image || begins_with(line, "error: /loader/loader.conf") || begins_with(line, "error: /loader/entries/");
    bool rest = begins_with(line, "error: /loader/entries: cannot be read to its end") ||
                begins_with(line, "error: /EFI/Linux: cannot be read to its end");

    state.last_is_mistake = file;
    state.mistakes += file || rest ? 1 : 0;
}

/* Messages are put together from parts: each is a sentence, and ends as one. */
static void check_sentence(struct text line)
{
    char text[2048] = {0};

    memcpy(text, line.data, line.length < sizeof(text) ? line.length : sizeof(text) - 1);
    if (strstr(text, "..") || strstr(text, ". .") || strstr(text, "::") || !strchr(text, '.') ||
        strstr(text, "(null)") || strstr(text, "\n\n"))
        fake_complain("the message \"%s\" is badly put together", text);
}

void debug_port_write(void *context, enum log_level level, struct text line)
{
    (void)context;
    if (level == LOG_ERROR) {
        state.errors++;
        if (!fake_setup()->by_chance)
            check_sentence(line);
        note_mistake(line);
    }
    if (line.length >= TEXT_SIZE - state.length) {
        fake_complain("the loader talks without an end");
        return;
    }
    memcpy(state.text + state.length, line.data, line.length);
    state.length += line.length;
    state.text[state.length] = '\0';
}
