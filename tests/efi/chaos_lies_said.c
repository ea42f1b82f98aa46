/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies about what is said, how a run ends, and what is to be. */
#include "chaos_lies.h"

/* ---- what the console and port 0xE9 say ---- */

static void show(void)
{
    need(chaos_lie_table->ConOut->OutputString(chaos_lie_table->ConOut, (const CHAR16 *)u"error: a lie\r\n"),
         "a lie cannot be shown");
}

static void show_error(void)
{
    say_plainly("error: a lie");
    show();
}

static void show_errors(void)
{
    show_error();
    show_error();
}

static void show_mistakes(void)
{
    for (unsigned i = 0; i < 2; i++) {
        say_plainly("error: /loader/loader.conf: a lie");
        show();
    }
}

static void say_error(void)
{
    say_plainly("error: a lie");
}

/* ---- the ends of a run ---- */

static _Noreturn void return_to_firmware(EFI_STATUS status)
{
    (void)boot->Exit(chaos_run.loader, status, 0, NULL); /* does not return */
    give_up("the loader cannot be ended");
}

void chaos_lie_give_up(void)
{
    show_error();
    return_to_firmware(EFI_LOAD_ERROR);
}

static void give_up_for_nothing(void)
{
    chaos_run.injections++; /* which a boot can do without: it is not said to be vital */
    chaos_lie_give_up();
}

static void return_silently(void)
{
    chaos_run.injections++;
    return_to_firmware(EFI_SUCCESS);
}

static void return_success(void)
{
    show_error();
    return_silently();
}

static void reset_without_words(void)
{
    say_error();
    chaos_run.injections++;
    chaos_end_run(CHAOS_RESET);
}

static void reset_early(void)
{
    say_error();
    say_plainly("the machine restarts in 10 seconds");
    chaos_run.injections++;
    chaos_lie_table->RuntimeServices->ResetSystem(EfiResetCold, EFI_SUCCESS, 0, NULL);
}

static void reset_warm(void)
{
    chaos_lie_call->first = EfiResetWarm;
}

static void lose_complaint(void)
{
    chaos_run.wrong++;
}

/* ---- what is to be ---- */

void chaos_lie_expect_refusal(void)
{
    settings.refused = 1;
}

void chaos_lie_expect_boot(void)
{
    settings.refused = 0;
}

/* Boot services end, though they were not to. */
static void let_exit(void)
{
    chaos_run.injections = chaos_run.number;
}

const struct chaos_lie chaos_lies_said[] = {
    {"nothing", "none", .at = ANY_CALL},
    {"complaint-lost", "arrived", .at = ANY_CALL, .tell = lose_complaint},
    {"silent", "silent", .at = ANY_CALL, .tell = return_silently, AS_SERVICE},
    {"no-last-words", "last-words", .at = ANY_CALL, .tell = reset_without_words, AS_SERVICE},
    {"error-for-nothing", "untroubled", .at = ANY_CALL, .tell = show_error},
    {"error-twice", "errors", .at = ANY_CALL, .tell = show_errors, AS_ONCE},
    {"error-thrice", "errors", .at = ANY_CALL, .tell = show_error, AS_REFUSED},
    {"two-mistakes", "mistakes", .at = ANY_CALL, .tell = show_mistakes, AS_ONCE},
    {"not-shown", "shown", .at = ANY_CALL, .tell = say_error, AS_ONCE},
    {"only-shown", "shown", .at = ANY_CALL, .tell = show, AS_ONCE},
    {"success", "result", .at = ANY_CALL, .tell = return_success, AS_SERVICE},

    {"no-boot-untroubled", "not-entered", .at = ANY_CALL, .tell = chaos_lie_give_up, AS_SERVICE},
    {"no-boot-once", "not-entered", .at = ANY_CALL, .tell = give_up_for_nothing, AS_ONCE},
    {"no-boot-half", "not-entered", .at = ANY_CALL, .tell = chaos_lie_give_up, .way = CHAOS_HALF, .number = 1},
    {"no-boot-halves", "not-entered", .at = ANY_CALL, .tell = chaos_lie_give_up, .way = CHAOS_HALVES, .number = 1},
    {"no-boot-none", "not-entered", .at = ANY_CALL, .tell = chaos_lie_give_up, .way = CHAOS_NONE, .number = 1},
    {"no-boot-stale", "not-entered", .at = ANY_CALL, .tell = chaos_lie_give_up, .way = CHAOS_STALE, .number = 15},
    {"refused-and-entered", "entered", .prepare = chaos_lie_expect_refusal, .undo = chaos_lie_expect_boot,
     .at = ANY_CALL},
    {"no-exit-and-entered", "not-reset", .at = ANY_CALL, .tell = let_exit, NO_EXIT},
    {"reset-early", "reset-early", .at = ANY_CALL, .tell = reset_early, AS_SERVICE},
    {"reset-warm", "reset-odd", .at = FAKE_ResetSystem, .phase = FAKE_LEAVING, .tell = reset_warm, NO_EXIT},
    {.name = NULL},
};
