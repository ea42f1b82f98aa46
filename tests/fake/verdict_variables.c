/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the firmware's variables are as they must be when a run is over. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "automatic_entries.h"
#include "verdict.h"
#include "version_string.h"

/* Nothing that has to do with variables went wrong. */
static bool is_sound(void)
{
    return fake_calls_failed(FAKE_GetVariable) == 0 && fake_calls_failed(FAKE_SetVariable) == 0 &&
           !fake_has(FAKE_QUIRK_FIXED_VARIABLES) && !fake_has(FAKE_QUIRK_NO_VARIABLES);
}

/* A variable for one boot is gone, whatever is in it; where it stays, it was not heeded. */
static void check_once(const char *name, const char *heeded)
{
    struct bytes value;
    uint32_t attributes;

    if (fake_variable_find(name, &value, &attributes) &&
        (strstr(fake_log_text(), heeded) || (is_sound() && strstr(fake_log_text(), "info: booting "))))
        check_broken(CHECK_ONE_SHOT, "%s is still there", name);
}

void verdict_once(void)
{
    check_once("LoaderEntryOneShot", "LoaderEntryOneShot: ");
    check_once("LoaderConfigTimeoutOneShot", "LoaderConfigTimeoutOneShot: ");
}

static bool is_text(struct bytes value, const char *text)
{
    size_t length = strlen(text) + 1, i = 0;

    while (i < length && value.size == 2 * length && value.data[2 * i] == (uint8_t)text[i] &&
           value.data[2 * i + 1] == 0)
        i++;
    return i == length;
}

/* An id of an entry that was tried, or what was there before. */
static bool may_be_last(const char *id)
{
    const char *at = fake_log_text();
    size_t length = strlen(id);

    for (size_t i = 0; i < fake_setup()->variable_count; i++) {
        const struct fake_variable *variable = &fake_setup()->variables[i];

        if (strcmp(variable->name, "LoaderEntryLastBooted") == 0 && is_text(variable->value, id))
            return true;
    }
    while ((at = strstr(at, "(/loader/entries/")) != NULL) {
        at += strlen("(/loader/entries/");
        if (strncmp(at, id, length) == 0 && at[length] == ')')
            return true;
    }
    return false;
}

static void check_last_booted(const struct scenario *scenario, bool untroubled)
{
    const char *expected = scenario->last_booted, *id = fake_variable_read("LoaderEntryLastBooted");
    bool is_as_expected = untroubled ? (expected && id ? strcmp(expected, id) == 0 : expected == id)
                                     : !id || (expected && may_be_last(id));

    if (!is_as_expected)
        check_broken(CHECK_LAST_BOOTED, "%s is kept as the entry that was booted last, and not %s", id ? id : "nothing",
                     expected ? expected : "nothing");
}

/* ---- what the operating system is told ---- */

static void check_value(const char *name, bool is_right, const char *value, const char *expected)
{
    struct bytes bytes;
    uint32_t attributes = 0;

    (void)fake_variable_find(name, &bytes, &attributes);
    if (!is_right || (value && attributes != (EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)))
        check_broken(CHECK_TOLD, "%s is \"%s\", with the attributes 0x%x, instead of \"%s\"", name,
                     value ? value : "(none)", attributes, expected ? expected : "(none)");
}

/* NULL: nothing is to be told. */
static void check_text(const char *name, const char *expected)
{
    const char *value = fake_variable_read(name);

    check_value(name, expected && value ? strcmp(expected, value) == 0 : expected == value, value, expected);
}

/* NAME+LEFT-DONE.conf is NAME.conf. */
static void drop_counters(char *id)
{
    char *plus = strrchr(id, '+'), *dot = strrchr(id, '.');

    if (plus && dot && plus < dot && strspn(plus + 1, "0123456789-") == (size_t)(dot - plus - 1))
        memmove(plus, dot, strlen(dot) + 1);
}

/* The id of the entry that was tried last, from "booting KERNEL (/FOLDER/ID)" or "(ID)". */
static const char *last_tried(void)
{
    static char id[300];
    const char *at = fake_log_text(), *line = NULL, *end;

    while ((at = strstr(at, "info: booting ")) != NULL)
        line = at++;
    end = line ? strstr(line, ")\n") : NULL;
    if (!end)
        return NULL;
    for (at = end; at > line && at[-1] != '/' && at[-1] != '('; at--)
        ;
    snprintf(id, sizeof(id), "%.*s", (int)(end - at), at);
    drop_counters(id);
    return id;
}

/* Whether loader.conf has these words. */
static bool conf_says(const char *words)
{
    const struct fake_file *file = fake_volume_find(false, "/loader/loader.conf");

    return file && memmem(file->bytes.data, file->bytes.size, words, strlen(words));
}

/* Whether this one is to be listed, though nobody has written it. */
static bool is_there(enum automatic_entry which)
{
    const struct entry entry = automatic_entry_make(which, "/shellx64.efi");

    switch (which) {
    case AUTOMATIC_FIRMWARE_SETUP:
        return fake_setup()->has_setup && !conf_says("auto-firmware no");
    case AUTOMATIC_POWER_OFF:
        return conf_says("auto-poweroff yes");
    case AUTOMATIC_REBOOT:
        return conf_says("auto-reboot yes");
    default:
        return fake_volume_find(false, entry.kernel) && !conf_says("auto-entries no");
    }
}

static bool list_has(struct bytes list, const char *id)
{
    size_t start = 0;

    for (size_t i = 0; i + 1 < list.size; i += 2) {
        if (list.data[i] != 0 || list.data[i + 1] != 0)
            continue;
        if (is_text((struct bytes){list.data + start, i + 2 - start}, id))
            return true;
        start = i + 2;
    }
    return false;
}

/* Names, each with its end; how many, or SIZE_MAX when the last one lacks it. */
static size_t list_length(struct bytes list)
{
    size_t start = 0, count = 0;

    for (size_t i = 0; i + 1 < list.size; i += 2) {
        if (list.data[i] != 0 || list.data[i + 1] != 0)
            continue;
        count += i > start ? 1 : 0;
        start = i + 2;
    }
    return start == list.size ? count : SIZE_MAX;
}

/* The entries: `id` is one of them, and of the automatic ones those that are there and no other. */
static void check_list(const char *name, const char *id)
{
    struct bytes value = {NULL, 0};
    uint32_t attributes;
    size_t most = fake_setup()->file_count;

    (void)fake_variable_find(name, &value, &attributes);
    for (enum automatic_entry which = 0; which < AUTOMATIC_COUNT; which++) {
        const char *automatic = automatic_entry_make(which, NULL).id;

        most += is_there(which) ? 1 : 0;
        check_value(name, list_has(value, automatic) == is_there(which), "a list", automatic);
    }
    check_value(name, list_has(value, id) && list_length(value) <= most, "a list", id);
}

/* The file that has the counters of what was tried last, as the variable has it: from "so it is FILE from here on", or
 * from "booting KERNEL (FILE)" when it was not counted. NULL: it has none, or what was started has come back. */
static const char *counted_file(const struct fake_result *result)
{
    static char path[300];
    const char *at = fake_log_text(), *line = NULL, *start, *end;

    while ((at = strstr(at, "info: booting ")) != NULL)
        line = at++;
    if (result->end != FAKE_STARTED || !line)
        return NULL;
    start = strstr(line, ", so it is ");
    end = start ? strstr(start, " from here on\n") : strstr(line, ")\n");
    start = start ? start + strlen(", so it is ") : strstr(line, " (") + 2;
    snprintf(path, sizeof(path), "%.*s", (int)(end - start), start);
    for (char *slash = path; (slash = strchr(slash, '/')) != NULL;)
        *slash = '\\';
    return strchr(path, '+') ? path : NULL;
}

static uint64_t read_time(const char *name)
{
    const char *text = fake_variable_read(name);
    char *end = NULL;
    uint64_t time = text && text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : UINT64_MAX;

    check_value(name, end && *end == '\0', text, "a number");
    return time;
}

static void check_told(const struct fake_result *result)
{
    static const uint8_t features[8] = {0x7f, 0x27, 0x01};
    struct bytes value = {NULL, 0};
    uint32_t attributes;
    bool junk = fake_has(FAKE_QUIRK_JUNK_VARIABLES);
    uint64_t start = read_time("LoaderTimeInitUSec");

    check_value("LoaderTimeExecUSec", read_time("LoaderTimeExecUSec") >= start, NULL, "a later time");
    (void)fake_variable_find("LoaderFeatures", &value, &attributes);
    check_value("LoaderFeatures", value.size == 8 && memcmp(value.data, features, 8) == 0, "a number", "as in here");
    check_text("LoaderEntrySelected", last_tried());
    check_text("LoaderBootCountPath", counted_file(result));
    check_text("LoaderFirmwareInfo", "Fake 1.02");
    check_text("LoaderFirmwareType", "UEFI 2.100");
    check_text("LoaderDevicePartUUID",
               fake_has(FAKE_QUIRK_NO_PARTITION) ? NULL : "44332211-6655-8877-99aa-bbccddeeff01");
    check_text("LoaderImageIdentifier", fake_has(FAKE_QUIRK_NO_FILE_PATH) ? NULL : fake_loader_path());
    if (junk) /* these two cannot be written over: they have other attributes */
        return;
    check_text("LoaderInfo", "Baton " BATON_VERSION_STRING);
    check_list("LoaderEntries", last_tried());
}

void verdict_variables(const struct scenario *scenario, const struct fake_result *result, bool untroubled)
{
    bool is_booted = result->end == FAKE_JUMPED || result->end == FAKE_STARTED || fake_started()->came_back;

    verdict_once();
    check_last_booted(scenario, untroubled);
    if (fake_started()->count > 0 && is_booted && fake_injected() == 0 && is_sound())
        check_told(result);
    if (fake_calls_of(FAKE_StartImage) == 0 && fake_variables_told() > 0)
        check_broken(CHECK_TOLD_TO_NOBODY, "%zu variables are for an operating system that was not started",
                     fake_variables_told());
}
