/* SPDX-License-Identifier: BSD-2-Clause */
/* The keyboard, and who sits before it. */
#include "abi/simple_text_input_ex.h"
#include "fake.h"
#include "fake_traps.h"

#define PATIENCE 5           /* waits of the loader before a key is pressed once more, since nothing came of it */
#define TIRED    2           /* times that it is */
#define QUIET    90000000ULL /* nanoseconds without a key, at the least */

static struct {
    EFI_SIMPLE_TEXT_INPUT_PROTOCOL input;
    EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL keys, others; /* the latter are no part of the console */
    bool is_connected;                              /* it is when it is read for the first time */
    unsigned early;                                 /* keys that were pressed before the loader began, still to come */
    const char *next;                               /* what is typed */
    bool is_pressed;                                /* `key` is to come */
    bool is_copied;                                 /* and once more, by the simple protocol */
    bool modifier_moves;                            /* one goes down or up, which is told of first */
    char key;
    unsigned idle, again;
    uint64_t quiet_until; /* nanoseconds of the clock */
    bool stuck_has_come;  /* the key that is held for ever, for the first time */
} state;

static int handle, other_handle, simple_event, event, no_event;

static bool is_kind(enum fake_keyboard kind)
{
    return fake_setup()->keyboard == kind;
}

bool fake_keyboard_is_event(EFI_EVENT which)
{
    return which == &simple_event || which == &event;
}

void fake_keyboard_wait(void)
{
    if (!state.is_connected)
        fake_complain("WaitForEvent: a keyboard may be connected only when somebody reads it");
    state.stuck_has_come = fake_setup()->stuck != '\0';
}

bool fake_keyboard_is_no_event(EFI_EVENT which)
{
    return which == &no_event;
}

bool fake_keyboard_lacks_modifiers(void)
{
    return is_kind(FAKE_KEYBOARD_SIMPLE) || is_kind(FAKE_KEYBOARD_EMPTY) || is_kind(FAKE_KEYBOARD_DEAD) ||
           is_kind(FAKE_KEYBOARD_UNSURE);
}

bool fake_keyboard_is_stuck(void)
{
    return fake_has(FAKE_QUIRK_STUCK_KEY) || fake_setup()->stuck != '\0';
}

static bool has_key(bool simple)
{
    return state.early > 0 || fake_has(FAKE_QUIRK_STUCK_KEY) || state.stuck_has_come ||
           (simple && is_kind(FAKE_KEYBOARD_TWICE) ? state.is_copied : state.is_pressed);
}

bool fake_keyboard_has_key(EFI_EVENT which)
{
    if (which == &event && is_kind(FAKE_KEYBOARD_DEAD))
        return false;
    return fake_keyboard_is_event(which) &&
           (has_key(which == &simple_event) || (which == &event && state.modifier_moves));
}

static void press(void)
{
    state.is_pressed = state.is_copied = true;
    state.modifier_moves = is_kind(FAKE_KEYBOARD_PARTIAL);
}

/* A failure may have lost the last key. */
static bool press_again(void)
{
    if (fake_injected() == 0 || state.again == TIRED || ++state.idle < PATIENCE)
        return false;
    state.idle = 0;
    state.again++;
    press();
    return true;
}

bool fake_keyboard_press(void)
{
    if (fake_has(FAKE_QUIRK_NO_CONIN))
        return false;
    state.stuck_has_come = fake_setup()->stuck != '\0';
    if (!state.next || fake_clock_nanoseconds() < state.quiet_until)
        return state.stuck_has_come;
    if (state.is_pressed && state.is_copied) /* nobody types faster than the loader reads */
        return true;
    if (*state.next == '\0')
        return press_again();
    if (*state.next == FAKE_TYPE_NOTHING) {
        state.next++;
        state.quiet_until = fake_clock_nanoseconds() + QUIET;
        return false;
    }
    state.key = *state.next++;
    press();
    return true;
}

/* As a keyboard says it, with a bit of KeyShiftState. Of a letter with Ctrl it says the letter. */
static EFI_KEY_DATA key_of(char typed)
{
    EFI_KEY_DATA data = {0};

    if (typed == FAKE_TYPE_UP)
        data.Key.ScanCode = 0x01;
    else if (typed == FAKE_TYPE_DOWN)
        data.Key.ScanCode = 0x02;
    else if (typed == FAKE_TYPE_BACK)
        data = (EFI_KEY_DATA){.Key = {.ScanCode = 0x04}, .KeyState = {.KeyShiftState = EFI_LEFT_CONTROL_PRESSED}};
    else if (typed == FAKE_TYPE_ESC)
        data.Key.ScanCode = 0x17;
    else if (typed == FAKE_TYPE_ALT_B)
        data = (EFI_KEY_DATA){.Key = {.UnicodeChar = 'b'}, .KeyState = {.KeyShiftState = EFI_LEFT_ALT_PRESSED}};
    else if (typed < ' ' && typed != '\b' && typed != '\t' && typed != '\r')
        data = (EFI_KEY_DATA){.Key = {.UnicodeChar = (CHAR16)(typed | 0x60)},
                              .KeyState = {.KeyShiftState = EFI_RIGHT_CONTROL_PRESSED}};
    else
        data.Key.UnicodeChar = (CHAR16)typed;
    return data;
}

static EFI_KEY_DATA take_key(bool simple)
{
    bool *pressed = simple && is_kind(FAKE_KEYBOARD_TWICE) ? &state.is_copied : &state.is_pressed;

    if (state.early > 0 || !*pressed) { /* or one that is stuck */
        state.early -= state.early > 0;
        return key_of(fake_setup()->stuck != '\0' ? fake_setup()->stuck : ' ');
    }
    *pressed = false;
    return key_of(state.key);
}

/* The other protocol is not there, or was seen to fail. */
static bool may_read_simply(void)
{
    return is_kind(FAKE_KEYBOARD_SIMPLE) || is_kind(FAKE_KEYBOARD_EMPTY) || is_kind(FAKE_KEYBOARD_DEAD) ||
           fake_calls_failed(FAKE_HandleProtocol) > 0 || fake_calls_failed(FAKE_ReadKeyStrokeEx) > 0;
}

static EFI_STATUS EFIAPI read_key_stroke(EFI_SIMPLE_TEXT_INPUT_PROTOCOL *this, EFI_INPUT_KEY *key)
{
    EFI_STATUS status = fake_call(FAKE_ReadKeyStroke);
    EFI_KEY_DATA data;

    state.is_connected = true;
    if (this != &state.input || !key)
        fake_complain("ReadKeyStroke: odd arguments");
    if (!may_read_simply())
        fake_complain("ReadKeyStroke: it may hang, or have keys once more that ReadKeyStrokeEx has, too");
    if (status != EFI_SUCCESS)
        return status;
    if (!has_key(true))
        return EFI_NOT_READY;
    data = take_key(true);
    if (data.KeyState.KeyShiftState == EFI_RIGHT_CONTROL_PRESSED)
        data.Key.UnicodeChar &= 0x1f;
    *key = data.Key;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI read_key_stroke_ex(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *this, EFI_KEY_DATA *data)
{
    EFI_STATUS status = fake_call(FAKE_ReadKeyStrokeEx);
    bool modifier_moves = state.modifier_moves;

    state.is_connected = true;
    if (this != &state.keys || !data) {
        fake_complain("ReadKeyStrokeEx: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    if (status != EFI_SUCCESS || is_kind(FAKE_KEYBOARD_DEAD))
        return status != EFI_SUCCESS ? status : EFI_UNSUPPORTED;
    *data = (EFI_KEY_DATA){0};
    data->KeyState.KeyShiftState = EFI_SHIFT_STATE_VALID;
    if (!has_key(false) && !modifier_moves)
        return EFI_NOT_READY;
    state.modifier_moves = false;
    if (modifier_moves)
        return EFI_SUCCESS;
    *data = take_key(false);
    data->KeyState.KeyShiftState |= EFI_SHIFT_STATE_VALID;
    state.modifier_moves = is_kind(FAKE_KEYBOARD_PARTIAL) && !fake_keyboard_is_stuck();
    if (is_kind(FAKE_KEYBOARD_UNSURE))
        data->KeyState.KeyShiftState = EFI_LEFT_CONTROL_PRESSED | EFI_LEFT_ALT_PRESSED;
    return EFI_SUCCESS;
}

void fake_keyboard_start(void)
{
    state.early = fake_setup()->keys;
    state.next = fake_setup()->typed;
    state.is_connected = false;
    state.is_pressed = state.is_copied = false;
    state.modifier_moves = is_kind(FAKE_KEYBOARD_PARTIAL);
    state.key = '\0';
    state.idle = 0;
    state.again = 0;
    state.quiet_until = 0;
    state.stuck_has_come = false;
}

void fake_keyboard_install(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID simple_guid = EFI_SIMPLE_TEXT_INPUT_PROTOCOL_GUID,
                          guid = EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID;

    if (fake_has(FAKE_QUIRK_NO_CONIN))
        return;
    fake_traps_keys(&state.others);
    state.others.ReadKeyStrokeEx = read_key_stroke_ex;
    state.others.WaitForKeyEx = &no_event;
    fake_protocols_add(&other_handle, &guid, &state.others);
    fake_traps_input(&state.input);
    state.input.ReadKeyStroke = read_key_stroke;
    state.input.WaitForKey = &simple_event;
    system->ConIn = &state.input;
    system->ConsoleInHandle = &handle;
    fake_protocols_add(&handle, &simple_guid, &state.input);
    if (is_kind(FAKE_KEYBOARD_SIMPLE))
        return;
    fake_traps_keys(&state.keys);
    state.keys.ReadKeyStrokeEx = is_kind(FAKE_KEYBOARD_EMPTY) ? NULL : read_key_stroke_ex;
    state.keys.WaitForKeyEx = is_kind(FAKE_KEYBOARD_EMPTY) ? NULL : &event;
    if (is_kind(FAKE_KEYBOARD_NO_EVENT))
        state.keys.WaitForKeyEx = &no_event;
    fake_protocols_add(&handle, &guid, &state.keys);
}
