/* SPDX-License-Identifier: BSD-2-Clause */
/* The keyboard, and who sits before it. */
#include "fake.h"
#include "fake_traps.h"

#define PATIENCE 5 /* waits of the loader before a key is pressed once more, since nothing came of it */
#define TIRED    2 /* times that it is */

static struct {
    EFI_SIMPLE_TEXT_INPUT_PROTOCOL input;
    unsigned keys;    /* that were pressed before the loader began, still to come */
    const char *next; /* what is typed */
    bool is_pressed;  /* `key` is to come */
    char key;
    unsigned idle, again;
} state;

static int key_event;

EFI_EVENT fake_keyboard_event(void)
{
    return &key_event;
}

bool fake_keyboard_has_key(void)
{
    return state.keys > 0 || state.is_pressed || fake_has(FAKE_QUIRK_STUCK_KEY);
}

/* A failure may have lost the last key. */
static bool press_again(void)
{
    if (fake_injected() == 0 || state.again == TIRED || ++state.idle < PATIENCE)
        return false;
    state.idle = 0;
    state.again++;
    state.is_pressed = true;
    return true;
}

bool fake_keyboard_press(void)
{
    if (!state.next || fake_has(FAKE_QUIRK_NO_CONIN))
        return false;
    if (*state.next == '\0')
        return press_again();
    if (*state.next == FAKE_TYPE_NOTHING) {
        state.next++;
        return false;
    }
    state.key = *state.next++;
    state.is_pressed = true;
    return true;
}

/* As a keyboard says it. */
static EFI_INPUT_KEY take_key(void)
{
    EFI_INPUT_KEY key = {0, ' '};

    if (state.keys > 0) {
        state.keys--;
        return key;
    }
    if (!state.is_pressed)
        return key; /* the one that is stuck */
    state.is_pressed = false;
    switch (state.key) {
    case FAKE_TYPE_UP:
        return (EFI_INPUT_KEY){.ScanCode = 0x01};
    case FAKE_TYPE_DOWN:
        return (EFI_INPUT_KEY){.ScanCode = 0x02};
    case FAKE_TYPE_ESC:
        return (EFI_INPUT_KEY){.ScanCode = 0x17};
    default:
        return (EFI_INPUT_KEY){.UnicodeChar = (CHAR16)state.key};
    }
}

static EFI_STATUS EFIAPI read_key_stroke(EFI_SIMPLE_TEXT_INPUT_PROTOCOL *this, EFI_INPUT_KEY *key)
{
    EFI_STATUS status = fake_call(FAKE_ReadKeyStroke);

    if (this != &state.input || !key)
        fake_complain("ReadKeyStroke: odd arguments");
    if (status != EFI_SUCCESS)
        return status;
    if (!fake_keyboard_has_key())
        return EFI_NOT_READY;
    *key = take_key();
    return EFI_SUCCESS;
}

void fake_keyboard_start(void)
{
    state.keys = fake_setup()->keys;
    state.next = fake_setup()->typed;
    state.is_pressed = false;
    state.key = '\0';
    state.idle = 0;
    state.again = 0;
}

void fake_keyboard_install(EFI_SYSTEM_TABLE *system)
{
    fake_traps_input(&state.input);
    state.input.ReadKeyStroke = read_key_stroke;
    state.input.WaitForKey = &key_event;
    system->ConIn = fake_has(FAKE_QUIRK_NO_CONIN) ? NULL : &state.input;
}
