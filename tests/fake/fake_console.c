/* SPDX-License-Identifier: BSD-2-Clause */
/* The console, which remembers what it was told. */
#include <string.h>

#include "fake.h"
#include "fake_memory.h"
#include "fake_traps.h"

#define TEXT_SIZE     (1 << 20)   /* a memory map in the log, and some tries, take half of it */
#define SLOW          10000000ULL /* nanoseconds that a character takes, with SLOW_CONOUT */
#define SMALL_COLUMNS 80          /* of mode 1 */
#define SMALL_ROWS    25
#define MODES         2
#define COLUMNS       100
#define ROWS          31
#define ATTRIBUTE     0x17 /* the firmware's colours */

static struct {
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL output;
    SIMPLE_TEXT_OUTPUT_MODE mode;
    bool colours_failed; /* SetAttribute did, once */
    bool cursor_failed;  /* so did EnableCursor */
    char text[TEXT_SIZE];
    size_t length;
} state;

static UINTN rows_of_console(void)
{
    return fake_setup()->text_rows > 0 ? fake_setup()->text_rows : ROWS;
}

static UINTN columns_of(int32_t mode)
{
    return mode == 0 ? COLUMNS : SMALL_COLUMNS;
}

void fake_console_change(void)
{
    state.mode.Mode = 1;
}

int32_t fake_console_mode(void)
{
    return state.mode.Mode;
}

const char *fake_console_text(void)
{
    return state.text;
}

static EFI_STATUS EFIAPI output_string(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *this, const CHAR16 *string)
{
    EFI_STATUS status = fake_call(FAKE_OutputString);
    size_t before = state.length;

    if (this != &state.output || !string)
        fake_complain("OutputString: odd arguments");
    if (fake_has(FAKE_QUIRK_PRINT_ALLOCATES))
        fake_memory_disturb();
    if (status != EFI_SUCCESS)
        return status;
    for (size_t i = 0; string[i] != 0 && state.length < TEXT_SIZE - 1; i++) {
        state.text[state.length++] = (char)(string[i] < 0x80 ? string[i] : '?');
        fake_clock_advance(fake_has(FAKE_QUIRK_SLOW_CONOUT) ? SLOW : 0);
    }
    state.text[state.length] = '\0';
    fake_progress_print(state.text + before, state.length - before);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI query_mode(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *this, UINTN mode, UINTN *columns, UINTN *rows)
{
    EFI_STATUS status = fake_call(FAKE_TextQueryMode);

    if (this != &state.output || mode >= MODES || !columns || !rows)
        fake_complain("ConOut->QueryMode: odd arguments");
    if (status != EFI_SUCCESS)
        return status;
    *columns = columns_of((int32_t)mode);
    *rows = mode == 0 ? rows_of_console() : SMALL_ROWS;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_mode(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *this, UINTN mode)
{
    EFI_STATUS status = fake_call(FAKE_TextSetMode);

    if (this != &state.output)
        fake_complain("ConOut->SetMode: odd arguments");
    if (status != EFI_SUCCESS)
        return status;
    if (mode >= MODES)
        return EFI_UNSUPPORTED;
    state.mode.Mode = (int32_t)mode;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_attribute(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *this, UINTN attribute)
{
    EFI_STATUS status = fake_call(FAKE_SetAttribute);

    if (this != &state.output || attribute > 0x7f)
        fake_complain("SetAttribute: odd arguments");
    if (status == EFI_SUCCESS)
        state.mode.Attribute = (int32_t)attribute;
    else
        state.colours_failed = true;
    return status;
}

static EFI_STATUS EFIAPI clear_screen(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *this)
{
    if (this != &state.output)
        fake_complain("ClearScreen: odd arguments");
    fake_progress_moved();
    return fake_call(FAKE_ClearScreen);
}

static EFI_STATUS EFIAPI set_cursor_position(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *this, UINTN column, UINTN row)
{
    EFI_STATUS status = fake_call(FAKE_SetCursorPosition);

    if (this != &state.output || column >= columns_of(state.mode.Mode) ||
        row >= (state.mode.Mode == 0 ? ROWS : SMALL_ROWS))
        fake_complain("SetCursorPosition: row %zu, column %zu", row, column);
    fake_progress_moved();
    return status;
}

static EFI_STATUS EFIAPI enable_cursor(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *this, BOOLEAN visible)
{
    EFI_STATUS status = fake_call(FAKE_EnableCursor);

    if (this != &state.output)
        fake_complain("EnableCursor: odd arguments");
    if (status == EFI_SUCCESS)
        state.mode.CursorVisible = visible;
    else
        state.cursor_failed = true;
    return status;
}

void fake_console_start(void)
{
    fake_progress_start();
    state.mode = (SIMPLE_TEXT_OUTPUT_MODE){.MaxMode = MODES, .Attribute = ATTRIBUTE, .CursorVisible = true};
    state.colours_failed = false;
    state.cursor_failed = false;
    state.length = 0;
    state.text[0] = '\0';
}

void fake_console_install(EFI_SYSTEM_TABLE *system)
{
    fake_traps_output(&state.output);
    state.output.OutputString = output_string;
    state.output.QueryMode = query_mode;
    state.output.SetMode = set_mode;
    state.output.SetAttribute = set_attribute;
    state.output.ClearScreen = clear_screen;
    state.output.SetCursorPosition = set_cursor_position;
    state.output.EnableCursor = enable_cursor;
    state.output.Mode = &state.mode;
    system->ConOut = fake_has(FAKE_QUIRK_NO_CONOUT) ? NULL : &state.output;
}

void fake_console_check(void)
{
    fake_progress_check();
    if (state.mode.Attribute != ATTRIBUTE && !state.colours_failed)
        fake_complain("the console's colours were not set back");
    if (!state.mode.CursorVisible && !state.cursor_failed)
        fake_complain("the console's cursor was not shown again");
}

/* A console may take milliseconds for a character, so the steps of a boot are not told there, unless somebody asked. */
void fake_console_check_jump(void)
{
    bool asked = fake_setup()->by_chance || fake_setup()->typed || strstr(fake_log_text(), "debug: ") != NULL;

    fake_progress_check();
    if (!asked && strstr(state.text, "info: "))
        fake_complain("the console was told \"%.60s\", and there was no need to", state.text);
}
