/* SPDX-License-Identifier: BSD-2-Clause */
#include "keyboard.h"

#define MILLISECOND  10000ULL /* in the timer's 100 ns */
#define LOOK         50U      /* milliseconds between looks at the keyboard, without a timer */
#define KEYS_AT_MOST 64       /* a keyboard that never runs out of keys is broken */

_Static_assert(MENU_SHIFTS_VALID == EFI_SHIFT_STATE_VALID &&
                   MENU_SHIFTS_CONTROL == (EFI_LEFT_CONTROL_PRESSED | EFI_RIGHT_CONTROL_PRESSED) &&
                   MENU_SHIFTS_ALT == (EFI_LEFT_ALT_PRESSED | EFI_RIGHT_ALT_PRESSED),
               "menu_keys.h");

/*
 * The next stroke of those that there are. Once the protocol that knows of modifiers has failed it is given up: the
 * simple one has the keys then. While it has not, that one is not asked, since each key may wait there, too.
 */
static bool read_stroke(struct firmware *firmware, EFI_KEY_DATA *ret_data)
{
    EFI_SIMPLE_TEXT_INPUT_PROTOCOL *in = firmware->system->ConIn;

    if (firmware->keys) {
        EFI_STATUS result = firmware->keys->ReadKeyStrokeEx(firmware->keys, ret_data);

        if (result == EFI_SUCCESS || result == EFI_NOT_READY)
            return result == EFI_SUCCESS;
        firmware->keys = NULL;
    }
    ret_data->KeyState.KeyShiftState = 0;
    return in && in->ReadKeyStroke(in, &ret_data->Key) == EFI_SUCCESS;
}

/* The next key of those that were pressed, without waiting. False when there is none: a modifier alone, of which
 * firmware tells when somebody has asked it to, is no key. */
static bool read_key(struct firmware *firmware, struct menu_key *ret_key)
{
    EFI_KEY_DATA data;

    for (unsigned i = 0; i < KEYS_AT_MOST && read_stroke(firmware, &data); i++) {
        if (data.Key.ScanCode == SCAN_NULL && data.Key.UnicodeChar == CHAR_NULL)
            continue;
        *ret_key = menu_key_make(data.Key.ScanCode, data.Key.UnicodeChar, data.KeyState.KeyShiftState);
        return true;
    }
    return false;
}

bool keyboard_forget(struct firmware *firmware, struct menu_key *ret_last)
{
    bool found = false;

    for (unsigned i = 0; i < KEYS_AT_MOST && read_key(firmware, ret_last); i++)
        found = true;
    return found;
}

/* Ends the timer, or gives it up. */
void keyboard_clock_stop(struct keyboard_clock *clock)
{
    if (clock->timer)
        (void)clock->firmware->boot->CloseEvent(clock->timer); /* cannot fail for an event that was made */
    clock->timer = NULL;
}

void keyboard_clock_start(struct keyboard_clock *clock, struct firmware *firmware, unsigned milliseconds)
{
    EFI_BOOT_SERVICES *boot = firmware->boot;

    *clock = (struct keyboard_clock){.firmware = firmware, .milliseconds = milliseconds};
    if (boot->CreateEvent(EVT_TIMER, TPL_APPLICATION, NULL, NULL, &clock->timer) != EFI_SUCCESS)
        clock->timer = NULL;
    else if (boot->SetTimer(clock->timer, TimerPeriodic, milliseconds * MILLISECOND) != EFI_SUCCESS)
        keyboard_clock_stop(clock);
}

/* Each look takes its time first, so that keys without end do not stop the clock. */
static bool wait_without_timer(struct keyboard_clock *clock, struct menu_key *ret_key)
{
    while (clock->looks < clock->milliseconds / LOOK) {
        firmware_stall(clock->firmware, LOOK * 1000U);
        clock->looks++;
        if (read_key(clock->firmware, ret_key))
            return true;
    }
    clock->looks = 0;
    return false;
}

static EFI_EVENT key_event(const struct firmware *firmware)
{
    if (firmware->keys)
        return firmware->keys->WaitForKeyEx;
    return firmware->system->ConIn ? firmware->system->ConIn->WaitForKey : NULL;
}

bool keyboard_clock_wait(struct keyboard_clock *clock, struct menu_key *ret_key)
{
    struct firmware *firmware = clock->firmware;

    while (clock->timer) {
        EFI_EVENT events[2] = {clock->timer, key_event(firmware)}; /* asked in this order */
        UINTN which = 0;

        if (firmware->boot->WaitForEvent(events[1] ? 2 : 1, events, &which) != EFI_SUCCESS)
            keyboard_clock_stop(clock);
        else if (which == 0)
            return false;
        else if (read_key(firmware, ret_key)) /* some consoles signal the event without a key */
            return true;
    }
    return wait_without_timer(clock, ret_key);
}

bool keyboard_wait(struct firmware *firmware, unsigned milliseconds, struct menu_key *ret_key)
{
    struct keyboard_clock clock;
    bool pressed;

    keyboard_clock_start(&clock, firmware, milliseconds);
    pressed = keyboard_clock_wait(&clock, ret_key);
    keyboard_clock_stop(&clock);
    return pressed;
}
