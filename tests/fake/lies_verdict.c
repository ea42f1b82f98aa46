/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies about how a run came out. */
#include "lies.h"

#define REFUSED "missing kernel"

#define HARMLESS 6 /* a call whose failure keeps nothing from being booted: asking for the console's mode */

/* The screen has shown another number, which is noticed as well. */
static void set_errors(struct told *told, uint64_t number)
{
    told->result->errors = (unsigned)number;
}

static void set_mistakes(struct told *told, uint64_t number)
{
    told->result->errors = told->result->mistakes = (unsigned)number;
}

static void set_end(struct told *told, uint64_t end)
{
    told->result->end = (enum fake_end)end;
}

static void hurry(struct told *told, uint64_t seconds)
{
    (void)told;
    fake_clock_advance(-(seconds * 1000000000));
}

static void expect_words(struct told *told, uint64_t number)
{
    (void)number;
    told->scenario->words = "words that nobody said";
}

static void expect_other_text(struct told *told, uint64_t number)
{
    (void)number;
    told->scenario->small_text = !told->scenario->small_text;
}

static void expect_shown(struct told *told, uint64_t number)
{
    (void)number;
    told->scenario->shown = "/large.img: 100 %";
}

static void expect_reads(struct told *told, uint64_t number)
{
    told->scenario->reads = (unsigned)number;
}

/* It was deleted, says the log. */
static void put_one_shot_back(struct told *told, uint64_t number)
{
    (void)told, (void)number;
    (void)fake_system_table()->RuntimeServices->SetVariable(
        u"LoaderEntryOneShot", &(EFI_GUID)LOADER_VARIABLE,
        EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS, 2, u"");
}

static void expect_last_booted(struct told *told, uint64_t number)
{
    static const char *const ids[] = {NULL, "a.conf", "c.conf"};

    told->scenario->last_booted = ids[number];
}

static const struct lie lies[] = {
    {FOR("returned instead of jumped", END), TELL(set_end, FAKE_RETURNED)},
    {FOR("reset instead of jumped", END), TELL(set_end, FAKE_RESET)},
    {FOR("reset instead of returned", END), TELL(set_end, FAKE_RESET), ON(REFUSED)},
    {FOR("jumped instead of returned", END), TELL(set_end, FAKE_JUMPED), ON("nothing to boot")},
    {FOR("an error in a boot", ERRORS), TELL(set_errors, 1)},
    {FOR("two errors of one refusal", ERRORS), TELL(set_errors, 2), ON(REFUSED)},
    {FOR("no error of a refusal", ERRORS), TELL(set_errors, 0), ON(REFUSED)},
    {FOR("words", WORDS), TELL(expect_words, 0), ON(REFUSED)},
    {FOR("progress that nobody saw", SHOWN), TELL(expect_shown, 0), ON("progress: slow medium")},
    {FOR("another text mode", TEXT_MODE), TELL(expect_other_text, 0), ON("menu, no longer saved")},
    {FOR("more reads than are needed", READS), TELL(expect_reads, 1), ON("progress: fast medium")},
    {FOR("a refusal without an error", WITHOUT_A_WORD), TELL(set_errors, 0), ON(REFUSED), WITH(UNSORTED)},
    {FOR("a refusal with a mistake alone", WITHOUT_A_WORD), RESULT(last_is_mistake, 1), ON(REFUSED), WITH(UNSORTED)},
    {FOR("a reset without an error", WITHOUT_A_WORD), TELL(set_errors, 0), ON("firmware does not let go"),
     WITH(UNSORTED)},
    {FOR("two errors of one entry", ERRORS_AT_MOST), TELL(set_errors, 2), ON(REFUSED), WITH(UNSORTED)},
    {FOR("an error and a jump", JUMP_AFTER_ERRORS), TELL(set_errors, 1), WITH(UNSORTED)},
    {FOR("an error of each entry and a jump", JUMP_AFTER_ERRORS), TELL(set_errors, 2), ON("second entry"),
     WITH(UNSORTED)},
    {FOR("success after an error", STATUS), RESULT(status, EFI_LOAD_ERROR), ON(REFUSED)},
    {FOR("failure without an error", STATUS), RESULT(status, EFI_LOAD_ERROR), ON("memmap")},
    {FOR("an error that the screen did not show", ERRORS_ON_SCREEN), TELL(set_errors, 1)},
    {FOR("an error that was gone too soon", TIME_TO_READ), TELL(hurry, 1), ON(REFUSED)},
    {FOR("the end on odd firmware", QUIRKY_END), TELL(set_end, FAKE_RETURNED), WITH(UNSORTED)},
    {FOR("the end of a refusal on odd firmware", QUIRKY_END), TELL(set_end, FAKE_RESET), ON(REFUSED), WITH(UNSORTED)},
    {FOR("errors on odd firmware", QUIRKY_ERRORS), TELL(set_errors, 1), WITH(UNSORTED)},
    {FOR("mistakes of one failure", MISTAKES), TELL(set_mistakes, 2), .call = HARMLESS},
    {FOR("a failure that matters", ONE_FAILURE), TELL(set_end, FAKE_RETURNED), .call = HARMLESS},
    {FOR("a jump of what is refused", JUMP_REFUSED), TELL(set_end, FAKE_JUMPED), ON("nothing to boot"),
     .call = HARMLESS},
    {FOR("a wait for nobody", WAITED), TELL(set_end, FAKE_WAITED), ON(REFUSED), .call = HARMLESS},
    {FOR("a restart that nobody wants", RESET_TOO_SOON), TELL(set_end, FAKE_RESTARTED), ON(REFUSED), .call = HARMLESS},
    {FOR("a reset of what was not left", RESET_TOO_SOON), TELL(set_end, FAKE_RESET), ON(REFUSED), .call = HARMLESS},
    {FOR("a one-shot entry that is still there", ONE_SHOT), TELL(put_one_shot_back, 0), ON("one-shot entry")},
    {FOR("the same of one that is malformed", ONE_SHOT), TELL(put_one_shot_back, 0), ON("one-shot entry, malformed")},
    {FOR("another entry booted last", LAST_BOOTED), TELL(expect_last_booted, 1), ON("saved entry")},
    {FOR("an entry booted last, for nobody", LAST_BOOTED), TELL(expect_last_booted, 0), ON("saved entry, none yet"),
     WITH(UNSORTED)},
    {FOR("no entry booted last", LAST_BOOTED), TELL(expect_last_booted, 2), ON("one-shot entry")},
};
const struct lie_list lies_verdict = {lies, COUNT(lies)};
