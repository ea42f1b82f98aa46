/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order of a report, on the ports and on the first screen.
 *
 * Whatever may be wrong by now, the report gets as far as it can. It is made in steps, the safest first. What the
 * kernel could have ruined is read by gasp_copy, which fails instead of faulting. Should a step end in an exception all
 * the same, it is not tried again: that exception gets a line, and the next step is next.
 */
#include "format.h"
#include "resident.h"
#include "screen.h"

#define HEAD_COLOUR     0xff7070U
#define EXCEPTIONS_MOST 8 /* all of them in the handler but the first; more than the steps can end in */
#define PORT_LINES      64
#define PORT_ROWS       20
#define SCREEN_LINES    12

/* Each twice: for the ports, then for the screen. */
enum step { STEP_EXCEPTION, STEP_TRACE, STEP_LOG, STEP_END, STEPS };

void gasp_put(struct gasp *gasp, const char *text, size_t size)
{
    const struct text line = {text, size};

    if (gasp->to_screen) {
        screen_write(&gasp->screen, text, size);
        return;
    }
    if (gasp->has_serial)
        serial_write(&gasp->serial, LOG_ERROR, line);
    if (gasp->has_debug_port)
        debug_port_write(NULL, LOG_ERROR, line);
}

void gasp_say(struct gasp *gasp, const char *format, ...)
{
    char line[256];
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    length = format_list(line, sizeof(line), format, arguments);
    va_end(arguments);
    gasp_put(gasp, line, length < sizeof(line) ? length : sizeof(line) - 1);
}

static void begin(struct gasp *gasp, const struct gasp_frame *frame)
{
    gasp->frame = *frame;
    gasp->has_serial = serial_start(&gasp->serial);
    gasp->has_debug_port = debug_port_present();
}

/* An exception in the handler. One on the screen's memory was the last there. */
static void report_another(struct gasp *gasp, const struct gasp_frame *frame)
{
    if (gasp->to_screen)
        gasp->screen.columns = 0;
    gasp->to_screen = false;
    gasp_say_exception(gasp, frame, "this report");
    gasp_say(gasp, " at 0x%llx, address 0x%llx\n", (gasp_number)gasp_instruction(frame),
             (gasp_number)gasp_address(frame));
}

static void say_exception(struct gasp *gasp)
{
    if (gasp->to_screen)
        screen_start(&gasp->screen, &gasp->framebuffer);
    else
        gasp_say(gasp, "\n"); /* whatever the kernel was saying */
    baton_console_colour(&gasp->screen, HEAD_COLOUR, BATON_CONSOLE_BACKGROUND);
    gasp_say_exception(gasp, &gasp->frame, "the kernel");
    gasp_say(gasp, "\n");
    baton_console_colour(&gasp->screen, BATON_CONSOLE_FOREGROUND, BATON_CONSOLE_BACKGROUND);
    gasp_say_cause(gasp);
    gasp_say_registers(gasp);
}

/* The log gets what is left of the screen but for the last line, since the screen does not scroll. */
static void say_log(struct gasp *gasp)
{
    const struct baton_console *screen = &gasp->screen;

    if (!gasp->to_screen)
        gasp_say_log(gasp, PORT_ROWS, SIZE_MAX);
    else if (screen->row + 3 < screen->rows)
        gasp_say_log(gasp, screen->rows - screen->row - 3, screen->columns);
}

static void do_step(struct gasp *gasp, enum step step)
{
    if (step == STEP_EXCEPTION)
        say_exception(gasp);
    else if (gasp->to_screen && gasp->screen.columns == 0)
        return;
    else if (step == STEP_TRACE)
        gasp_say_trace(gasp, gasp->to_screen ? SCREEN_LINES : PORT_LINES);
    else if (step == STEP_LOG)
        say_log(gasp);
    else
        gasp_say(gasp, "*** the machine is stopped ***\n");
}

void gasp_handle(const struct gasp_frame *frame)
{
    struct gasp *gasp = &((struct resident_tables *)(uintptr_t)(frame + 1))->gasp;

    if (++gasp->entered > EXCEPTIONS_MOST)
        halt();
    if (gasp->entered == 1)
        begin(gasp, frame);
    else
        report_another(gasp, frame);
    while (gasp->step < 2 * STEPS) {
        uint32_t step = gasp->step++;

        gasp->to_screen = step % 2 == 1;
        do_step(gasp, (enum step)(step / 2));
    }
    halt();
}
