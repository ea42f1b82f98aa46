/* SPDX-License-Identifier: BSD-2-Clause */
/* COM1 and port 0xE9, which hear what the loader says whatever becomes of the console. In place of serial.c. */
#include "fake.h"

#include <string.h>

#include "serial.h"

#define TEXT_SIZE (1U << 18)

static struct {
    char text[TEXT_SIZE];
    size_t length;
    bool booting; /* an entry is tried: configuration has been read */
    unsigned errors, mistakes;
    bool last_is_mistake;
} state;

void fake_log_start(void)
{
    state.length = 0;
    state.text[0] = '\0';
    state.errors = state.mistakes = 0;
    state.booting = false;
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
    fake_progress_check_serial();
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

/* The second volume, or a folder of it, that is passed over; without one, the words are a refusal's. So they are when
 * nothing was found. */
static bool is_of_second(struct text line)
{
    bool is_folder = begins_with(line, "error: /loader/entries: ") || begins_with(line, "error: /EFI/Linux: ");

    return fake_setup()->second.is_there && (begins_with(line, "error: The volume for boot entries") ||
                                             (is_folder && !begins_with(line, "error: /loader/entries: holds no")));
}

/* Configuration files that are passed over (a refusal may name an entry's file as well), and the rest of a folder of
 * them; when nothing is left to boot, the latter is what is said last. */
static void note_mistake(struct text line)
{
    /* Of an image the same is said when it is booted. */
    bool file =
        !state.booting && (begins_with(line, "error: /loader/loader.conf") ||
                           begins_with(line, "error: /loader/entries/") || begins_with(line, "error: /EFI/Linux/"));
    bool rest = !state.booting &&
                (begins_with(line, "error: /loader/entries: cannot be ") || begins_with(line, "error: /EFI/Linux: "));

    state.last_is_mistake = file;
    state.mistakes += file || rest || is_of_second(line) ? 1 : 0;
}

/* Other than in a path. */
static bool has_two_stops(const char *text)
{
    for (const char *at = text; (at = strstr(at, "..")) != NULL; at++) {
        if (at == text || (at[-1] != '/' && at[-1] != '\''))
            return true;
    }
    return false;
}

/* As a sentence does, or with what is to be written down: linker-script lines, a boot entry's line. */
static bool ends_well(const char *text)
{
    static const char line[] = "load-address 0x100000";
    size_t length = strlen(text);

    while (length > 0 && text[length - 1] == '\n')
        length--;
    return length > 0 && (strchr(".?}", text[length - 1]) ||
                          (length >= strlen(line) && memcmp(text + length - strlen(line), line, strlen(line)) == 0));
}

/* Messages are put together from parts: each is a sentence, and ends as one. */
static void check_sentence(struct text line)
{
    char text[2048] = {0};

    memcpy(text, line.data, line.length < sizeof(text) ? line.length : sizeof(text) - 1);
    if (has_two_stops(text) || strstr(text, ". .") || strstr(text, "::") || !ends_well(text) ||
        strstr(text, "(null)") || strstr(text, "\n\n"))
        fake_complain("the message \"%s\" is badly put together", text);
}

void debug_port_write(void *context, enum log_level level, struct text line)
{
    (void)context;
    state.booting |= begins_with(line, "info: booting ");
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
