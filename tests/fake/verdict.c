/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict.h"

#include <string.h>

#include "judge_counts.h"
#include "quirks.h"

#define TIME_TO_READ 10000000000ULL /* nanoseconds */

/* Something was booted. */
static bool is_boot(enum fake_end end)
{
    return end == FAKE_JUMPED || end == FAKE_STARTED;
}

/* Nothing on the volume is looked at. */
static bool has_no_volume(const struct scenario *scenario)
{
    return scenario->no_volume || fake_has(FAKE_QUIRK_NO_DEVICE);
}

/* The loader does not know which file is its own. */
static unsigned starts_itself(const struct scenario *scenario)
{
    return fake_has(FAKE_QUIRK_NO_FILE_PATH) ? scenario->itself : 0;
}

/* The firmware cannot be asked for its setup, or does not take the request. */
static bool lacks_setup(const struct fake_setup *setup)
{
    bool is_asked = (setup->indications & EFI_OS_INDICATIONS_BOOT_TO_FW_UI) != 0;

    return setup->restart_to_setup &&
           (fake_has(FAKE_QUIRK_NO_VARIABLES) || (!is_asked && fake_has(FAKE_QUIRK_FIXED_VARIABLES)));
}

/* A menu that nobody opens is counted down. */
static bool lacks_menu(const struct scenario *scenario)
{
    return scenario->by_variable && fake_has(FAKE_QUIRK_NO_VARIABLES);
}

/* The variable that asks for the menu could perhaps not be read. */
static bool may_not_know_of_menu(const struct scenario *scenario)
{
    return scenario->by_variable && fake_calls_failed(FAKE_GetVariable) > 0;
}

/* How a run ends on sound firmware. */
static enum fake_end usual_end(const struct scenario *scenario)
{
    if (starts_itself(scenario) > 0)
        return FAKE_STARTED;
    if (!scenario->is_menu || lacks_menu(scenario))
        return scenario->end;
    if (fake_has(FAKE_QUIRK_NO_CONIN) || fake_keyboard_is_stuck())
        return scenario->unattended;
    if (lacks_setup(&scenario->setup)) /* whoever asks for it is told, and what else is typed boots */
        return fake_has(FAKE_QUIRK_NO_VARIABLES) ? scenario->unattended : FAKE_WAITED;
    return scenario->end;
}

/* Secure Boot does not let it be booted. */
static bool is_forbidden(const struct scenario *scenario)
{
    const struct fake_file *file = scenario->end == FAKE_STARTED && scenario->start.path
                                       ? fake_volume_find(scenario->start.on_second, scenario->start.path)
                                       : NULL;

    return file ? !fake_secure_lets_load(file) : fake_secure_forbids_kernels();
}

/* Secure Boot is not as in the scenario, so that it may end with other words. */
static bool has_other_secure(const struct scenario *scenario)
{
    return fake_setup()->secure.is_there != scenario->setup.secure.is_there;
}

/* Where Secure Boot may be on: nobody has verified the tree. */
static bool leaves_tree_out(void)
{
    return strstr(fake_log_text(), "' does nothing while Secure Boot is on") != NULL;
}

/* The firmware would have added to the tree, and could not be asked. */
static bool lacks_fixups(const struct scenario *scenario)
{
    return scenario->start.plain_tree.size > 0 && fake_calls_failed(FAKE_LocateProtocol) > 0;
}

/* How a run ends when no call fails. */
static enum fake_end expected_end(const struct scenario *scenario)
{
    enum fake_end usual = usual_end(scenario);
    bool taken = fake_has(FAKE_QUIRK_HIGH_ONLY) || fake_has(FAKE_QUIRK_LOW_TAKEN);
    bool refused = has_no_volume(scenario) || (lacks_setup(&scenario->setup) && !scenario->is_menu) ||
                   (fake_second_is_vital() && fake_has(FAKE_QUIRK_NO_PARTITION)) || (taken && scenario->exact) ||
                   (fake_has(FAKE_QUIRK_SMALL_BLOCKS) && scenario->large);

    if (has_other_secure(scenario) && is_forbidden(scenario) &&
        (is_boot(usual) || (usual != FAKE_RESTARTED && !scenario->is_menu)))
        return FAKE_RETURNED;
    if (scenario->on_stack && fake_has(FAKE_QUIRK_LOADER_ABOVE) && !refused && !fake_has(FAKE_QUIRK_CONFIDENTIAL))
        return FAKE_JUMPED; /* the stack is elsewhere */
    if (refused || ((usual == FAKE_JUMPED || usual == FAKE_RESET) && fake_has(FAKE_QUIRK_CONFIDENTIAL)))
        return FAKE_RETURNED;
    return usual == FAKE_JUMPED && fake_has(FAKE_QUIRK_NEVER_LEAVES) ? FAKE_RESET : usual;
}

/* A single entry that boots, which nobody has asked for a choice of: no key is waited for. */
static void check_hurry(const struct scenario *scenario, const struct fake_result *result)
{
    if (result->end == FAKE_JUMPED && !scenario->is_menu && scenario->entries == 1 && scenario->errors == 0 &&
        fake_calls_of(FAKE_WaitForEvent) > 0)
        check_broken(CHECK_KEPT_WAITING, "the boot was kept waiting %u times", fake_calls_of(FAKE_WaitForEvent));
}

/* Nothing was done to it: it ends as it should, with the words that it should have. */
static void check_untroubled(const struct scenario *scenario, const struct fake_result *result)
{
    if (result->end != scenario->end)
        check_broken(CHECK_END, "the loader %s, and should have %s", fake_end_name(result->end),
                     fake_end_name(scenario->end));
    if (result->errors != scenario->errors)
        check_broken(CHECK_ERRORS, "%u errors were shown instead of %u", result->errors, scenario->errors);
    if (scenario->words && !strstr(fake_log_text(), scenario->words))
        check_broken(CHECK_WORDS, "the log lacks \"%s\"", scenario->words);
    if (scenario->shown && !strstr(fake_console_text(), scenario->shown))
        check_broken(CHECK_SHOWN, "the console lacks \"%s\"", scenario->shown);
    if (scenario->is_menu && !scenario->setup.program.sets_text_mode &&
        fake_console_mode() != (scenario->small_text ? 1 : 0))
        check_broken(CHECK_TEXT_MODE, "the console is in mode %d", fake_console_mode());
    if (scenario->read && fake_volume_reads(scenario->read) != scenario->reads)
        check_broken(CHECK_READS, "%s was read in %u calls instead of %u", scenario->read,
                     fake_volume_reads(scenario->read), scenario->reads);
    if (result->end == FAKE_JUMPED && fake_started()->count == 0 && !scenario->is_menu &&
        fake_setup()->stale_exits == 0 && fake_setup()->growth == 0 && fake_setup()->holes == 0 &&
        fake_calls_of(FAKE_GetMemoryMap) > 3 * scenario->entries + 2 * scenario->trees)
        check_broken(CHECK_MAP_CALLS, "the memory map was asked for %u times", fake_calls_of(FAKE_GetMemoryMap));
    check_hurry(scenario, result);
}

/* What is there twice is two entries when there is no memory to find that out. */
static unsigned twins_of(const struct scenario *scenario)
{
    unsigned files = 0;

    for (size_t i = 0; i < scenario->setup.file_count; i++)
        files += strncmp(scenario->setup.files[i].path, "/loader/entries/", 16) == 0 ? 1 : 0;
    return scenario->names[0] && fake_injected() > 0 && files > scenario->entries ? files - scenario->entries : 0;
}

/* One for each entry that is refused, or one for all, and one for each configuration file that is passed over. A key
 * that is there already answers an error, too, with the menu, in which there are entries again. */
static unsigned most_errors(const struct scenario *scenario, const struct fake_result *result)
{
    return scenario->entries + twins_of(scenario) + result->mistakes + starts_itself(scenario) +
           (fake_keyboard_is_stuck() || (fake_setup()->keys > 0 && fake_injected() > 0));
}

/* A key that was pressed early and could not be read then ends the countdown of a menu later. */
static bool waits_by_key(const struct fake_result *result)
{
    return result->end == FAKE_WAITED && fake_setup()->keys > 0 && fake_calls_failed(FAKE_ReadKeyStrokeEx) > 0;
}

static void check_errors(const struct scenario *scenario, const struct fake_result *result)
{
    /* It was no boot; or a person did nothing, or wants something else. */
    bool may_be_quiet =
        (scenario->end == FAKE_RETURNED && scenario->errors == 0) || scenario->is_menu || waits_by_key(result);

    if (!is_boot(result->end) && result->end != FAKE_RESTARTED && (result->errors == 0 || result->last_is_mistake) &&
        !may_be_quiet)
        check_broken(CHECK_WITHOUT_A_WORD, "the loader %s without a word", fake_end_name(result->end));
    if (result->errors > most_errors(scenario, result))
        check_broken(CHECK_ERRORS_AT_MOST,
                     "%u errors were shown, %u of them of configuration files, and %u is the most", result->errors,
                     result->mistakes, most_errors(scenario, result));
    /* The entry that is entered was not refused. */
    if (is_boot(result->end) && result->errors >= most_errors(scenario, result))
        check_broken(CHECK_JUMP_AFTER_ERRORS, "the loader booted after %u errors, %u of them of configuration files",
                     result->errors, result->mistakes);
}

/* What a firmware goes by: an error makes it try its next boot option. */
static void check_status(const struct scenario *scenario, const struct fake_result *result)
{
    bool is_failure = result->errors > 0 && !fake_started()->came_back;
    /* Nothing was booted because nobody wanted it, or because there was nothing. */
    bool may_be_either = scenario->is_menu && result->errors == result->mistakes;

    if (result->end == FAKE_RETURNED && EFI_ERROR(result->status) != is_failure && !may_be_either)
        check_broken(CHECK_STATUS, "with %u errors shown the loader returned 0x%zx", result->errors, result->status);
}

/* What is an error is one on the screen, too. */
static void check_screen(const struct fake_result *result)
{
    unsigned shown = 0;
    bool log_is_shown = fake_setup()->typed && strchr(fake_setup()->typed, 'L');

    for (const char *at = fake_console_text(); (at = strstr(at, "error: ")) != NULL; at++)
        shown++;
    if (fake_calls_failed(FAKE_OutputString) == 0 && !fake_has(FAKE_QUIRK_NO_CONOUT) && result->end != FAKE_RESET &&
        (log_is_shown ? shown < result->errors : shown != result->errors))
        check_broken(CHECK_ERRORS_ON_SCREEN, "of %u errors the screen showed %u", result->errors, shown);
}

/* Nobody answers an error, so it stays for its time, whatever fails. */
static void check_time_to_read(const struct fake_result *result)
{
    bool is_answered = fake_setup()->typed || fake_setup()->keys > 0 || fake_keyboard_is_stuck();
    unsigned asked = 0;

    for (const char *at = fake_console_text(); (at = strstr(at, "it goes on by itself")) != NULL; at++)
        asked++;
    if (!is_answered && result->end != FAKE_CUT && fake_clock_waited() < asked * TIME_TO_READ)
        check_broken(CHECK_TIME_TO_READ, "%u times there were ten seconds to read what is wrong, %llu ms altogether",
                     asked, (unsigned long long)fake_clock_waited() / 1000000);
}

/* What keys can come to that were meant for something else. */
static bool may_be_typed(enum fake_end end)
{
    return end == FAKE_WAITED || (end == FAKE_RESTARTED && fake_setup()->restarts);
}

/* On odd firmware, but no call was made to fail. */
static void check_quirky(const struct scenario *scenario, const struct fake_result *result)
{
    enum fake_end end = expected_end(scenario);

    /* A menu that waits for somebody may hear what is typed beside a key that is stuck. */
    if (scenario->unattended == FAKE_WAITED && fake_keyboard_is_stuck() && result->end == scenario->end)
        end = result->end;
    /* Whoever has typed something is waited for, when it comes to nothing. */
    if (result->end != end && !(may_be_typed(result->end) && fake_setup()->typed))
        check_broken(CHECK_QUIRKY_END, "the loader %s, and should have %s", fake_end_name(result->end),
                     fake_end_name(end));
    check_errors(scenario, result);
    if (has_other_secure(scenario))
        return;
    quirk_check_words(scenario, result);
    if (starts_itself(scenario) > 0)
        return;
    /* Without its partition the boot volume has no neighbours, and so none that something could be wrong with. */
    if (end == scenario->end && has_no_volume(scenario) == scenario->no_volume &&
        !(fake_setup()->second.is_there && fake_has(FAKE_QUIRK_NO_PARTITION)) && !scenario->is_menu &&
        result->errors != scenario->errors)
        check_broken(CHECK_QUIRKY_ERRORS, "%u errors were shown instead of %u", result->errors, scenario->errors);
}

/* An image is loaded by its device path, so it cannot do without the volume's. */
static bool lacks_path(const struct scenario *scenario)
{
    return expected_end(scenario) == FAKE_STARTED && strstr(fake_log_text(), "does not say where its volume is");
}

static void check_troubled(const struct scenario *scenario, const struct fake_result *result,
                           const struct fake_injection *injection)
{
    bool lasting = injection->lasting != FAKE_ONCE;

    check_errors(scenario, result);
    if (!lasting && result->mistakes > 1 + scenario->errors)
        check_broken(CHECK_MISTAKES, "one failure made %u configuration files be passed over", result->mistakes);
    if (!lasting && is_boot(expected_end(scenario)) && !is_boot(result->end) && !fake_injected_vital() &&
        !lacks_path(scenario) && !waits_by_key(result))
        check_broken(CHECK_ONE_FAILURE, "one failure of %s kept the kernel from being booted",
                     fake_service_name(fake_injected_service()));
    if (is_boot(result->end) && !is_boot(expected_end(scenario)) && !is_boot(scenario->unattended) &&
        !fake_secure_was_denied() && !leaves_tree_out() && !lacks_fixups(scenario) && !may_not_know_of_menu(scenario))
        check_broken(CHECK_JUMP_REFUSED, "the loader booted, where it should have refused");
    if (result->end == FAKE_WAITED && !scenario->is_menu && !waits_by_key(result))
        check_broken(CHECK_WAITED, "the loader waited for a person");
    if ((result->end == FAKE_RESET && fake_calls_of(FAKE_ExitBootServices) == 0) ||
        (result->end == FAKE_RESTARTED && scenario->end != FAKE_RESTARTED))
        check_broken(CHECK_RESET_TOO_SOON, "the machine was reset, though the firmware had not been left");
}

static bool is_same(const char *path, const char *expected)
{
    return expected && strcmp(path, expected) == 0;
}

static bool is_path(const struct expected_start *expected, const char *path)
{
    return is_same(path, expected->path) || is_same(path, expected->uncounted[0]) ||
           is_same(path, expected->uncounted[1]);
}

static bool is_tree(struct bytes tree, struct bytes expected)
{
    return tree.size == expected.size && (tree.size == 0 || memcmp(tree.data, expected.data, tree.size) == 0);
}

/* What the image found that was started last. */
static void check_start(const struct scenario *scenario, const struct fake_started *started)
{
    const struct expected_start *expected = &scenario->start;
    const char *options = expected->options ? expected->options : "", *given = started->options ? started->options : "";
    struct bytes expected_tree = expected->device_tree;

    if (!is_path(expected, started->path) || started->on_second != expected->on_second)
        check_broken(CHECK_START_PATH, "%s of the %s volume was started, which nobody asked for", started->path,
                     started->on_second ? "second" : "boot");
    if (strcmp(given, options) != 0 && !(fake_setup()->typed && fake_secure_was_denied())) /* then it can be edited */
        check_broken(CHECK_START_OPTIONS, "the image was given the options \"%s\" instead of \"%s\"", given, options);
    if (leaves_tree_out())
        expected_tree = (struct bytes){NULL, 0};
    if (!is_tree(started->device_tree, expected_tree) &&
        !(lacks_fixups(scenario) && is_tree(started->device_tree, expected->plain_tree)))
        check_broken(CHECK_START_TREE, "the image was given another device tree, of %zu bytes instead of %zu",
                     started->device_tree.size, expected_tree.size);
    if (started->initrd.size != expected->initrd.size ||
        (started->initrd.size > 0 && !started->initrd_failed &&
         memcmp(started->initrd.data, expected->initrd.data, expected->initrd.size) != 0))
        check_broken(CHECK_START_INITRD, "the image was given another initrd, of %zu bytes instead of %zu",
                     started->initrd.size, expected->initrd.size);
}

/* The seed on the disk is another one, of which nobody knows who has not been told, before a program gets one. */
static void check_seed_file(const struct fake_started *started)
{
    const struct fake_file *old = NULL, *now = fake_blocks_find_on_disk(FAKE_SEED_PATH);
    const struct fake_setup *setup = fake_setup();
    size_t alike;
    bool is_new;

    for (size_t i = 0; i < setup->file_count; i++) {
        if (strcmp(setup->files[i].path, FAKE_SEED_PATH) == 0)
            old = &setup->files[i];
    }
    alike = old && old->bytes.size < FAKE_SEED_SIZE ? old->bytes.size : FAKE_SEED_SIZE;
    is_new = old && now && now->bytes.size >= FAKE_SEED_SIZE && now->bytes.size >= old->bytes.size &&
             memcmp(now->bytes.data, started->seed.data, FAKE_SEED_SIZE) != 0 &&
             (alike == 0 || memcmp(now->bytes.data, old->bytes.data, alike) != 0);
    for (size_t i = FAKE_SEED_SIZE; is_new && i < now->bytes.size; i++)
        is_new = now->bytes.data[i] == 0;
    if (!is_new)
        check_broken(CHECK_SEED_FILE, "a program was given a random seed, and the file on the disk is not new");
}

void verdict_give(const struct scenario *scenario, const struct fake_setup *setup,
                  const struct fake_injection *injection, const struct fake_result *result)
{
    bool untroubled = fake_injected() == 0 && setup == &scenario->setup;

    if (result->end == FAKE_JUMPED && scenario->expected.kernel)
        judge(result, &scenario->expected);
    /* After a cut, which it was depends on where that was. */
    if (fake_started()->count > 0 && !setup->writes.is_the_same && starts_itself(scenario) == 0)
        check_start(scenario, fake_started());
    verdict_variables(scenario, result, untroubled);
    if (fake_started()->seed.size > 0 && !setup->writes.is_the_same)
        check_seed_file(fake_started());
    if (untroubled && !setup->writes.is_the_same && (fake_started()->seed.size > 0) != scenario->start.seeded)
        check_broken(CHECK_START_SEED, "the image was given %s random seed", scenario->start.seeded ? "no" : "a");
    check_screen(result);
    check_time_to_read(result);
    check_status(scenario, result);
    judge_counts(scenario);
    if (untroubled && !setup->writes.is_the_same)
        judge_names(scenario);
    if (setup->writes.is_the_same)
        judge_after_cut(scenario, result);
    else if (untroubled)
        check_untroubled(scenario, result);
    else if (fake_injected() > 0)
        check_troubled(scenario, result, injection);
    else
        check_quirky(scenario, result);
}

struct fake_result verdict_run(const struct scenario *scenario, const struct fake_setup *setup,
                               const struct fake_injection *injection)
{
    struct fake_result result = fake_run(setup, injection);

    verdict_give(scenario, setup, injection, &result);
    return result;
}
