/* SPDX-License-Identifier: 0BSD */
/*
 * A tour of what Baton hands to a kernel. Shows the logo and the memory map on the screen, prints everything on the
 * serial port, and then takes the baton at its word: it allocates and overwrites every page that is said to be free,
 * and looks whether anything broke.
 *
 * It ends with "tour: ok" or "tour: FAILED" on the serial port and stops there, so that the screen can be looked at;
 * with the word "exit" on its command line it ends QEMU.
 */
#include <baton/baton.h>

#include "kinds.h"
#include "machine.h"
#include "map.h"
#include "pagetest.h"
#include "picture.h"
#include "print.h"
#include "report.h"
#include "text.h"

#define EXIT_FAILURE 0x11u

_Noreturn void kernel(const struct baton *given);

static void show(struct report *report, const struct baton *baton)
{
    print_summary(report, baton);
    print_modules(report, baton);
    print_memory_map(report, baton);
    print_log(report, baton);
    print_timings(report, baton);
    picture_draw_title(&report->screen, baton);
    picture_draw_memory_map(&report->screen, baton);
}

/* First what is free at once, then what becomes free as no one wants the firmware's and the loader's leftovers. */
static bool check(struct report *report, const struct baton *given, const struct baton *baton)
{
    return map_check(report, baton) && pagetest_run(report, given, baton, KINDS_USABLE, "usable") &&
           pagetest_run(report, given, baton, KINDS_LEFTOVER, "boot services and loader");
}

/* The section is for the flat binary, which is entered at its first byte. */
__attribute__((section(".text.entry"))) _Noreturn void kernel(const struct baton *given)
{
    static struct report report;
    static struct baton baton;
    bool ok;

    if (given->magic != BATON_MAGIC)
        machine_halt(); /* not started by Baton: nothing else can be relied on */
    baton = *given;
    report_start(&report, &baton);
    show(&report, &baton);
    ok = check(&report, given, &baton);
    if (ok)
        report_result(&report, "ok");
    if (text_has_word(baton.command_line, "exit"))
        baton_exit(ok ? BATON_EXIT_SUCCESS : EXIT_FAILURE);
    machine_halt();
}
