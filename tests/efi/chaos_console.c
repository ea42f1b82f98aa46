/* SPDX-License-Identifier: BSD-2-Clause */
/* Consoles, the clock, and events; nobody waits for anything. */
#include "chaos.h"

static EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *real_out, out;
static EFI_SIMPLE_TEXT_INPUT_PROTOCOL *real_in, in;
static EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *real_keys, keys;

static bool begins_with(const CHAR16 *text, const char *words)
{
    size_t alike = 0;

    while (words[alike] != '\0' && text[alike] == (CHAR16)words[alike])
        alike++;
    return words[alike] == '\0';
}

static EFI_STATUS EFIAPI output_string(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *this, const CHAR16 *text)
{
    (void)this;
    if (begins_with(text, "error: "))
        chaos_run.shown++;
    for (const CHAR16 *at = text; *at != 0; at++)
        chaos_run.lacks_path |= begins_with(at, "does not say where its volume is");
    return real_out->OutputString(real_out, text);
}

static EFI_STATUS EFIAPI query_mode(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *this, UINTN mode, UINTN *columns, UINTN *rows)
{
    (void)this;
    return real_out->QueryMode(real_out, mode, columns, rows);
}

static EFI_STATUS EFIAPI set_mode(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *this, UINTN mode)
{
    (void)this;
    return real_out->SetMode(real_out, mode);
}

static EFI_STATUS EFIAPI set_attribute(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *this, UINTN attribute)
{
    (void)this;
    return real_out->SetAttribute(real_out, attribute);
}

static EFI_STATUS EFIAPI clear_screen(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *this)
{
    (void)this;
    return real_out->ClearScreen(real_out);
}

static EFI_STATUS EFIAPI set_cursor_position(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *this, UINTN column, UINTN row)
{
    (void)this;
    return real_out->SetCursorPosition(real_out, column, row);
}

static EFI_STATUS EFIAPI enable_cursor(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *this, BOOLEAN visible)
{
    (void)this;
    return real_out->EnableCursor(real_out, visible);
}

static EFI_STATUS EFIAPI read_key_stroke(EFI_SIMPLE_TEXT_INPUT_PROTOCOL *this, EFI_INPUT_KEY *key)
{
    (void)this;
    return real_in->ReadKeyStroke(real_in, key);
}

static EFI_STATUS EFIAPI read_key_stroke_ex(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *this, EFI_KEY_DATA *data)
{
    (void)this;
    return real_keys->ReadKeyStrokeEx(real_keys, data);
}

EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *chaos_keys(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *real)
{
    real_keys = real;
    keys = *real;
    chaos_fill((void *)&keys.Reset, CHAOS_KEYS, 2);
    chaos_fill((void *)&keys.SetState, CHAOS_KEYS + 2, CHAOS_VOLUME - CHAOS_KEYS - 2);
    return &keys;
}

static EFI_STATUS EFIAPI create_event(uint32_t type, EFI_TPL tpl, EFI_EVENT_NOTIFY notify, void *context,
                                      EFI_EVENT *ret_event)
{
    EFI_STATUS status = boot->CreateEvent(type, tpl, notify, context, ret_event);

    if (status == EFI_SUCCESS)
        chaos_hold(CHAOS_EVENT, (uintptr_t)*ret_event, 0);
    return status;
}

static EFI_STATUS EFIAPI close_event(EFI_EVENT event)
{
    if (!chaos_let_go(CHAOS_EVENT, (uintptr_t)event, 0))
        return EFI_INVALID_PARAMETER;
    return boot->CloseEvent(event);
}

/* The first one happens at once: the loader has the timer there. */
static EFI_STATUS EFIAPI wait_for_event(UINTN count, EFI_EVENT *events, UINTN *ret_index)
{
    (void)count;
    (void)events;
    *ret_index = 0;
    return EFI_SUCCESS;
}

#define MEASURED 1000 /* microseconds, at the most: the loader's measuring of its counter */

/* With a wrong counter short loads would be long ones, of which it tells. */
static EFI_STATUS EFIAPI stall(UINTN microseconds)
{
    return boot->Stall(microseconds <= MEASURED ? microseconds : 1);
}

void chaos_console_install(EFI_SYSTEM_TABLE *system)
{
    real_out = system_table->ConOut;
    out = *real_out;
    chaos_fill((void *)&out.Reset, CHAOS_CONOUT, CHAOS_CONIN - CHAOS_CONOUT);
    system->ConOut = &out;
    real_in = system_table->ConIn;
    in = *real_in;
    chaos_fill((void *)&in.Reset, CHAOS_CONIN, CHAOS_KEYS - CHAOS_CONIN);
    system->ConIn = &in;
    CHAOS_TARGET(FAKE_OutputString, output_string);
    CHAOS_TARGET(FAKE_TextQueryMode, query_mode);
    CHAOS_TARGET(FAKE_SetAttribute, set_attribute);
    CHAOS_TARGET(FAKE_ClearScreen, clear_screen);
    CHAOS_TARGET(FAKE_TextSetMode, set_mode);
    CHAOS_TARGET(FAKE_SetCursorPosition, set_cursor_position);
    CHAOS_TARGET(FAKE_EnableCursor, enable_cursor);
    CHAOS_TARGET(FAKE_ReadKeyStroke, read_key_stroke);
    CHAOS_TARGET(FAKE_ReadKeyStrokeEx, read_key_stroke_ex);
    CHAOS_TARGET(FAKE_CreateEvent, create_event);
    CHAOS_TARGET(FAKE_CloseEvent, close_event);
    CHAOS_TARGET(FAKE_SetTimer, boot->SetTimer);
    CHAOS_TARGET(FAKE_WaitForEvent, wait_for_event);
    CHAOS_TARGET(FAKE_Stall, stall);
    CHAOS_TARGET(FAKE_SetWatchdogTimer, boot->SetWatchdogTimer);
    CHAOS_TARGET(FAKE_GetTime, system_table->RuntimeServices->GetTime);
    CHAOS_TARGET(FAKE_GetVariable, system_table->RuntimeServices->GetVariable);
    CHAOS_TARGET(FAKE_SetVariable, system_table->RuntimeServices->SetVariable);
}
