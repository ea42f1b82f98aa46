/* SPDX-License-Identifier: BSD-2-Clause */
/* The console, which remembers what it was told, and the keyboard. */
#include <string.h>

#include "fake.h"
#include "fake_memory.h"
#include "fake_traps.h"

#define TEXT_SIZE 65536
#define SLOW      10000000ULL /* nanoseconds that a character takes, with SLOW_CONOUT */
#define ATTRIBUTE 0x17        /* the firmware's colours */

static struct {
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL output;
    SIMPLE_TEXT_OUTPUT_MODE mode;
    EFI_SIMPLE_TEXT_INPUT_PROTOCOL input;
    unsigned keys;
    bool colours_failed; /* SetAttribute did, once */
    char text[TEXT_SIZE];
    size_t length;
} state;

static int key_event;

EFI_EVENT fake_console_key_event(void)
{
    return &key_event;
}

bool fake_console_has_key(void)
{
    return state.keys > 0 || fake_has(FAKE_QUIRK_STUCK_KEY);
}

const char *fake_console_text(void)
{
    return state.text;
}

static EFI_STATUS EFIAPI output_string(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *this, const CHAR16 *string)
{
    EFI_STATUS status = fake_call(FAKE_OutputString);

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
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI query_mode(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *this, UINTN mode, UINTN *columns, UINTN *rows)
{
    EFI_STATUS status = fake_call(FAKE_TextQueryMode);

    if (this != &state.output || mode != 0 || !columns || !rows)
        fake_complain("ConOut->QueryMode: odd arguments");
    if (status != EFI_SUCCESS)
        return status;
    *columns = 100;
    *rows = 31;
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
    return fake_call(FAKE_ClearScreen);
}

static EFI_STATUS EFIAPI read_key_stroke(EFI_SIMPLE_TEXT_INPUT_PROTOCOL *this, EFI_INPUT_KEY *key)
{
    EFI_STATUS status = fake_call(FAKE_ReadKeyStroke);

    if (this != &state.input || !key)
        fake_complain("ReadKeyStroke: odd arguments");
    if (status != EFI_SUCCESS)
        return status;
    if (!fake_console_has_key())
        return EFI_NOT_READY;
    state.keys -= state.keys > 0 ? 1 : 0;
    *key = (EFI_INPUT_KEY){.UnicodeChar = ' '};
    return EFI_SUCCESS;
}

void fake_console_start(void)
{
    state.mode = (SIMPLE_TEXT_OUTPUT_MODE){.MaxMode = 1, .Attribute = ATTRIBUTE};
    state.keys = fake_setup()->keys;
    state.colours_failed = false;
    state.length = 0;
    state.text[0] = '\0';
}

void fake_console_install(EFI_SYSTEM_TABLE *system)
{
    fake_traps_output(&state.output);
    fake_traps_input(&state.input);
    state.output.OutputString = output_string;
    state.output.QueryMode = query_mode;
    state.output.SetAttribute = set_attribute;
    state.output.ClearScreen = clear_screen;
    state.output.Mode = &state.mode;
    state.input.ReadKeyStroke = read_key_stroke;
    state.input.WaitForKey = &key_event;
    system->ConOut = fake_has(FAKE_QUIRK_NO_CONOUT) ? NULL : &state.output;
    system->ConIn = fake_has(FAKE_QUIRK_NO_CONIN) ? NULL : &state.input;
}

void fake_console_check(void)
{
    if (state.mode.Attribute != ATTRIBUTE && !state.colours_failed)
        fake_complain("the console's colours were not set back");
}

/* A console may take milliseconds for a character, so the steps of a boot are not told there, unless somebody asked. */
void fake_console_check_jump(void)
{
    bool asked = fake_setup()->by_chance || strstr(fake_log_text(), "debug: ") != NULL;

    if (!asked && strstr(state.text, "info: "))
        fake_complain("the console was told \"%.60s\", and there was no need to", state.text);
}
