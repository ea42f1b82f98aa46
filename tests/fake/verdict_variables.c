/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the firmware's variables are as they must be when a run is over. */
#include <string.h>

#include "verdict.h"

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

void verdict_variables(const struct scenario *scenario, bool untroubled)
{
    check_once("LoaderEntryOneShot", "LoaderEntryOneShot: ");
    check_once("LoaderConfigTimeoutOneShot", "LoaderConfigTimeoutOneShot: ");
    check_last_booted(scenario, untroubled);
}
