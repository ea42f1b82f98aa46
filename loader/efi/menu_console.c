/* SPDX-License-Identifier: BSD-2-Clause */
#include "menu_console.h"

#include "abi/simple_text_output.h"
#include "console.h"
#include "log.h"

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

void menu_console_start(struct menu_console *console, struct firmware *firmware)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = output_of(firmware);

    *console = (struct menu_console){.firmware = firmware, .had_cursor = out && out->Mode && out->Mode->CursorVisible};
    menu_console_clear(console);
    show_cursor(console, false);
    keyboard_clock_start(&console->clock, firmware, 1000);
}

void menu_console_stop(struct menu_console *console)
{
    keyboard_clock_stop(&console->clock);
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
