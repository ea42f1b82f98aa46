/* SPDX-License-Identifier: BSD-2-Clause */
#include "quirks.h"

#include <stdio.h>
#include <string.h>

#include "chance.h"

void quirk_alone(const struct scenario *scenario, enum fake_quirk quirk, struct quirk_case *ret_case)
{
    *ret_case = (struct quirk_case){.scenario = scenario, .setup = scenario->setup};
    ret_case->setup.quirks |= 1ULL << quirk;
}

static void set_writes(struct chance *chance, struct fake_writes *writes)
{
    writes->order = (enum fake_order)chance_below(chance, FAKE_ORDER_COUNT);
    writes->is_protected |= chance_one_in(chance, 4);
    writes->is_full |= chance_one_in(chance, 4);
    writes->no_flush |= chance_one_in(chance, 4);
    writes->no_rename |= chance_one_in(chance, 4);
}

void quirk_chance(const struct scenario *all, size_t usual, size_t count, uint64_t number, struct quirk_case *ret_case)
{
    struct chance chance = chance_case(number);
    const bool is_refusal = chance_one_in(&chance, 5);
    const struct scenario *scenario =
        is_refusal ? &all[usual + chance_below(&chance, count - usual)] : &all[chance_below(&chance, usual)];
    struct fake_setup *setup = &ret_case->setup;
    unsigned quirks = (unsigned)chance_between(&chance, 0, 6);

    *ret_case = (struct quirk_case){.scenario = scenario, .setup = scenario->setup, .seed = chance.seed};
    for (unsigned i = 0; i < quirks; i++)
        setup->quirks |= 1ULL << chance_below(&chance, FAKE_QUIRK_COUNT);
    if (chance_one_in(&chance, 4) && setup->levels == 0 && setup->processor == FAKE_X86_64)
        setup->levels = 5;
    setup->small_pages |= chance_one_in(&chance, 4);
    setup->frequency_unknown |= chance_one_in(&chance, 4);
    setup->has_timer |= chance_one_in(&chance, 4);
    setup->no_processor_random |= chance_one_in(&chance, 4);
    if (chance_one_in(&chance, 4))
        setup->keys = (unsigned)chance_between(&chance, 0, 3);
    if (chance_one_in(&chance, 4))
        setup->keyboard = (enum fake_keyboard)chance_below(&chance, FAKE_KEYBOARD_COUNT);
    if (setup->stale_exits == 0 && chance_one_in(&chance, 4))
        setup->stale_exits = (unsigned)chance_between(&chance, 1, 8);
    if (setup->growth == 0 && chance_one_in(&chance, 8))
        setup->growth = (unsigned)chance_between(&chance, 2, 400);
    if (!setup->secure.is_there && chance_one_in(&chance, 8))
        setup->secure = (struct fake_secure){.is_there = true, .secure_boot = (uint8_t)chance_below(&chance, 2)};
    if (chance_one_in(&chance, 4))
        set_writes(&chance, &setup->writes);
    if (setup->medium == 0 && chance_one_in(&chance, 8))
        setup->medium = chance_between(&chance, 50000, 5000000);
    if (!chance_one_in(&chance, 4))
        ret_case->injection = (struct fake_injection){(unsigned)chance_between(&chance, 1, 100),
                                                      (unsigned)chance_below(&chance, 10),
                                                      (enum fake_lasting)chance_below(&chance, FAKE_LASTING_COUNT),
                                                      {NULL, 0}};
}

/* What the log says of a quirk, unless another one comes before it. */
struct blame {
    enum fake_quirk quirk;
    /* all; of a kernel, an image; of what must lie somewhere exactly; of large files; of those that are read at once */
    enum { ANY, KERNEL, IMAGE, EXACT, LARGE, LARGE_READ } boots;
    uint64_t unless; /* one of these is there, too */
    const char *words;
};

/* Of boots that get as far as the jump, as the last words, or as an image's start. */
static const struct blame said[] = {
    {FAKE_QUIRK_NEVER_LEAVES, KERNEL, 0, "ExitBootServices failed 16 times"},
    {FAKE_QUIRK_SHORT_READS, ANY, 0, "going on in small pieces"},
    {FAKE_QUIRK_BROKEN_READS, LARGE_READ, 0, "going on in small pieces"},
    {FAKE_QUIRK_NO_PARTITION, ANY, 0, "did not come from a GPT partition"},
    {FAKE_QUIRK_NO_VARIABLES, ANY, 0, "does not say whether its console is a serial port"},
    {FAKE_QUIRK_NO_SCREEN, ANY, 0, "no screen"},
    {FAKE_QUIRK_BLT_ONLY, ANY, FAKE_QUIRK(NO_SCREEN), "has no framebuffer that a kernel could write to"},
    {FAKE_QUIRK_NO_TIME, ANY, 0, "no wall clock (EFI_DEVICE_ERROR)"},
    {FAKE_QUIRK_NO_RANDOM, ANY, 0, "no random numbers from the firmware"},
    {FAKE_QUIRK_ZERO_RANDOM, ANY, FAKE_QUIRK(NO_RANDOM), "no random numbers from the firmware (all are zero)"},
    {FAKE_QUIRK_TEXT_OPTIONS, ANY, FAKE_QUIRK(GARBAGE_OPTIONS) | FAKE_QUIRK(OPTION_LIST),
     "'quiet splash' mean nothing"},
    {FAKE_QUIRK_BROKEN_RSDP, ANY, FAKE_QUIRK(NO_TABLES), "wrong checksum"},
    {FAKE_QUIRK_LOST_SYSTEM_TABLE, ANY, 0, "in memory that does not last"},
    {FAKE_QUIRK_JUNK_VARIABLES, ANY, FAKE_QUIRK(NO_VARIABLES) | FAKE_QUIRK(FIXED_VARIABLES), "its value is malformed"},
    {FAKE_QUIRK_FIXED_VARIABLES, IMAGE, 0, "the variable LoaderEntrySelected cannot be written (EFI_WRITE_PROTECTED)"},
};

/* Of boots that are refused: the first one that is there is the reason. */
static const struct blame refused[] = {
    {FAKE_QUIRK_NO_DEVICE, ANY, 0, "does not say which volume the loader came from"},
    {FAKE_QUIRK_CONFIDENTIAL, ANY, FAKE_QUIRK(NO_PARTITION), "this is a confidential guest"},
    {FAKE_QUIRK_HIGH_ONLY, EXACT, 0, "is taken by the firmware"},
    {FAKE_QUIRK_LOW_TAKEN, EXACT, 0, "is taken by the firmware"},
    {FAKE_QUIRK_SMALL_BLOCKS, LARGE, 0, "of memory in one piece"},
};

/* Whether it is to blame; then the log must say so. */
static bool check_blame(const struct scenario *scenario, const struct blame *blame)
{
    if (!fake_has(blame->quirk) || (fake_setup()->quirks & blame->unless) != 0 ||
        (blame->boots == KERNEL && scenario->end == FAKE_STARTED) ||
        (blame->boots == IMAGE && scenario->end != FAKE_STARTED) || (blame->boots == EXACT && !scenario->exact) ||
        (blame->boots == LARGE && !scenario->large) ||
        (blame->boots == LARGE_READ && (!scenario->large || fake_setup()->medium != 0)))
        return false;
    if (!strstr(fake_log_text(), blame->words))
        fake_complain("with %s, the log lacks \"%s\"", fake_quirk_name(blame->quirk), blame->words);
    return true;
}

void quirk_check_words(const struct scenario *scenario, const struct fake_result *result)
{
    bool refusal = result->end == FAKE_RETURNED && scenario->end == FAKE_JUMPED, found = false;

    if (result->end == FAKE_RESTARTED)
        return;
    for (size_t i = 0; result->end != FAKE_RETURNED && result->end != FAKE_WAITED && i < sizeof(said) / sizeof(said[0]);
         i++)
        (void)check_blame(scenario, &said[i]); /* each by itself */
    for (size_t i = 0; refusal && !found && i < sizeof(refused) / sizeof(refused[0]); i++)
        found = check_blame(scenario, &refused[i]);
}

const char *quirk_names(uint64_t quirks)
{
    static char text[2048];
    size_t length = 0;

    text[0] = '\0';
    for (unsigned i = 0; i < FAKE_QUIRK_COUNT; i++) {
        if (quirks >> i & 1)
            length +=
                (size_t)snprintf(text + length, sizeof(text) - length, ", %s", fake_quirk_name((enum fake_quirk)i));
    }
    return text;
}
