/* SPDX-License-Identifier: BSD-2-Clause */
#include "menu_console.h"

#include "abi/simple_text_input.h"
#include "abi/simple_text_output.h"
#include "console.h"
#include "log.h"

#define SECOND         10000000ULL /* in the timer's 100 ns */
#define LOOKS          20U         /* at the keyboard in a second, without a timer */
#define LOOK           (1000000U / LOOKS)
#define BACKGROUND(of) ((UINTN)(of) << 4)

static EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *output_of(const struct firmware *firmware)
{
    return firmware->system->ConOut;
}

/* The last mode, or -1 to keep what there is. */
static int32_t fair_mode(const struct firmware *firmware)
{
    size_t rows, columns;

    console_size(firmware, &rows, &columns);
    return rows < CONSOLE_USUAL_ROWS || columns < CONSOLE_USUAL_COLUMNS ? output_of(firmware)->Mode->MaxMode - 1 : -1;
}

bool menu_console_set_mode(const struct firmware *firmware, enum config_console how, uint32_t number)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = output_of(firmware);
    int32_t mode = -1;
    EFI_STATUS result;

    if (!out || !out->Mode || how == CONFIG_CONSOLE_KEEP)
        return false;
    if (how == CONFIG_CONSOLE_NUMBER)
        mode = (int32_t)number; /* config_loader.c has nothing above INT32_MAX */
    else if (how == CONFIG_CONSOLE_MAX)
        mode = out->Mode->MaxMode - 1;
    else
        mode = fair_mode(firmware);
    if (mode < 0 || mode == out->Mode->Mode)
        return false;
    result = out->SetMode(out, (UINTN)mode);
    if (result != EFI_SUCCESS)
        log_info("the console has no mode %d (%s)", mode, firmware_status_name(result));
    return result == EFI_SUCCESS;
}

void menu_console_clear(const struct menu_console *console)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = output_of(console->firmware);

    if (!out)
        return;
    /* What these cannot do is seen, and does no harm. */
    (void)out->SetAttribute(out, EFI_LIGHTGRAY);
    (void)out->ClearScreen(out);
}

static void show_cursor(const struct menu_console *console, bool visible)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = output_of(console->firmware);

    if (out)
        (void)out->EnableCursor(out, visible); /* it only blinks somewhere */
}

/* Ends the timer, or gives it up. */
static void stop_timer(struct menu_console *console)
{
    if (console->timer)
        (void)console->firmware->boot->CloseEvent(console->timer); /* cannot fail for an event that was made */
    console->timer = NULL;
}

static void start_timer(struct menu_console *console)
{
    EFI_BOOT_SERVICES *boot = console->firmware->boot;

    if (boot->CreateEvent(EVT_TIMER, TPL_APPLICATION, NULL, NULL, &console->timer) != EFI_SUCCESS)
        console->timer = NULL;
    else if (boot->SetTimer(console->timer, TimerPeriodic, SECOND) != EFI_SUCCESS)
        stop_timer(console);
}

void menu_console_start(struct menu_console *console, const struct firmware *firmware)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = output_of(firmware);

    *console = (struct menu_console){.firmware = firmware, .had_cursor = out && out->Mode && out->Mode->CursorVisible};
    menu_console_clear(console);
    show_cursor(console, false);
    start_timer(console);
}

void menu_console_stop(struct menu_console *console)
{
    stop_timer(console);
    menu_console_clear(console);
    if (console->had_cursor)
        show_cursor(console, true);
}

static UINTN attribute_of(enum text_colour colour)
{
    static const UINTN attributes[] = {
        [TEXT_NORMAL] = EFI_LIGHTGRAY,
        [TEXT_HIGHLIGHT] = EFI_BLACK | BACKGROUND(EFI_LIGHTGRAY),
        [TEXT_DIM] = EFI_CYAN, /* grey on black is hard to see on some screens, and no grey at all on serial */
        [TEXT_ERROR] = EFI_LIGHTRED,
    };

    return attributes[colour];
}

void menu_console_draw(const struct menu_console *console, struct text_screen *screen)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = output_of(console->firmware);
    struct text_change change;

    while (out && text_screen_next_change(screen, &change)) {
        (void)out->SetCursorPosition(out, change.column, change.row); /* what is in the wrong place can be drawn anew */
        (void)out->SetAttribute(out, attribute_of(change.colour));
        (void)out->OutputString(out, change.units); /* there is nowhere to say that saying failed */
    }
}

/* Each look takes its time first, so that keys without end do not stop the clock. */
static bool wait_without_timer(struct menu_console *console, struct menu_key *ret_key)
{
    while (console->looks < LOOKS) {
        firmware_stall(console->firmware, LOOK);
        console->looks++;
        if (console_read_key(console->firmware, ret_key))
            return true;
    }
    console->looks = 0;
    return false;
}

bool menu_console_wait(struct menu_console *console, struct menu_key *ret_key)
{
    const struct firmware *firmware = console->firmware;
    EFI_SIMPLE_TEXT_INPUT_PROTOCOL *in = firmware->system->ConIn;

    while (console->timer) {
        EFI_EVENT events[2] = {console->timer, in ? in->WaitForKey : NULL}; /* asked in this order */
        UINTN which = 0;

        if (firmware->boot->WaitForEvent(events[1] ? 2 : 1, events, &which) != EFI_SUCCESS)
            stop_timer(console);
        else if (which == 0)
            return false;
        else if (console_read_key(firmware, ret_key)) /* some consoles signal the event without a key */
            return true;
    }
    return wait_without_timer(console, ret_key);
}
