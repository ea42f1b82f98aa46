/* SPDX-License-Identifier: BSD-2-Clause */
/* A clock that runs only when somebody waits for it; events and timers. */
#include <stdlib.h>

#include "fake.h"
#include "fake_memory.h"

#define LOOK        50000000ULL     /* nanoseconds that a look at the events takes */
#define SWITCHED_ON 5000000000ULL   /* nanoseconds from then to the loader */
#define LONG        10000           /* microseconds: a stall in which a person can press a key */
#define TOO_LONG    300000000000ULL /* nanoseconds */

struct event {
    struct event *next;
    bool armed;
    uint64_t due, period; /* nanoseconds; the latter 0 for an event that comes once */
    unsigned call;
};

static struct {
    uint64_t now; /* nanoseconds since the machine was switched on */
    struct event *events;
    unsigned lies; /* of the keyboard, still to come */
    bool watchdog_stopped;
} state;

void fake_clock_stop(void)
{
    while (state.events) {
        struct event *next = state.events->next;

        free(state.events);
        state.events = next;
    }
}

void fake_clock_start(void)
{
    state.now = SWITCHED_ON;
    state.lies = fake_has(FAKE_QUIRK_LYING_CONIN) ? 3 : 0;
    state.watchdog_stopped = false;
}

void fake_clock_advance(uint64_t nanoseconds)
{
    state.now += nanoseconds;
}

uint64_t fake_clock_nanoseconds(void)
{
    return state.now;
}

uint64_t fake_clock_waited(void)
{
    return state.now - SWITCHED_ON;
}

void fake_clock_check_events(void)
{
    for (const struct event *event = state.events; event; event = event->next)
        fake_complain("the event of call %u was not closed", event->call);
}

void fake_clock_check(void)
{
    fake_clock_check_events();
    if (!state.watchdog_stopped)
        fake_complain("the watchdog was not stopped");
}

static struct event **find(EFI_EVENT event)
{
    struct event **at = &state.events;

    while (*at && *at != event)
        at = &(*at)->next;
    return *at ? at : NULL;
}

static EFI_STATUS EFIAPI create_event(uint32_t type, EFI_TPL tpl, EFI_EVENT_NOTIFY notify, void *context,
                                      EFI_EVENT *event)
{
    EFI_STATUS status = fake_call(FAKE_CreateEvent);
    struct event *made;

    (void)tpl;
    (void)context;
    if (type != EVT_TIMER || notify || !event)
        fake_complain("CreateEvent: type 0x%x is not a plain timer", type);
    if (status != EFI_SUCCESS)
        return status;
    made = malloc(sizeof(*made));
    if (!made)
        abort();
    *made = (struct event){.next = state.events, .call = fake_calls()};
    state.events = made;
    *event = made;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_timer(EFI_EVENT event, EFI_TIMER_DELAY how, uint64_t delay)
{
    EFI_STATUS status = fake_call(FAKE_SetTimer);
    struct event **at = find(event);

    if (!at || (how != TimerRelative && how != TimerPeriodic)) {
        fake_complain("SetTimer: no such event, or delay %u", how);
        return EFI_INVALID_PARAMETER;
    }
    if (status != EFI_SUCCESS)
        return status;
    (*at)->armed = true;
    (*at)->due = state.now + delay * 100;
    (*at)->period = how == TimerPeriodic ? delay * 100 : 0;
    return EFI_SUCCESS;
}

static bool has_happened(EFI_EVENT event)
{
    struct event **at = find(event);
    bool lie = state.lies > 0;

    if (fake_keyboard_is_event(event)) {
        state.lies -= lie ? 1 : 0;
        return lie || fake_keyboard_has_key(event);
    }
    return at && (*at)->armed && (*at)->due <= state.now;
}

/* It has been told of. A period that was missed is not made up for. */
static void take_event(EFI_EVENT handle)
{
    struct event **at = find(handle);

    if (!at)
        return;
    (*at)->armed = (*at)->period != 0;
    while ((*at)->period != 0 && (*at)->due <= state.now)
        (*at)->due += (*at)->period;
}

/* A loader that waits for ever is not waited for. */
static void check_patience(void)
{
    if (state.now > SWITCHED_ON + TOO_LONG)
        fake_end_run(FAKE_WAITED);
}

static bool has_any(UINTN count, EFI_EVENT *events, bool (*is_such)(EFI_EVENT event))
{
    for (size_t i = 0; i < count; i++) {
        if (is_such(events[i]))
            return true;
    }
    return false;
}

/* In the order of the list; looking takes its time, too. When nothing has happened yet a key is pressed, or the clock
 * runs to what comes next. */
static EFI_STATUS EFIAPI wait_for_event(UINTN count, EFI_EVENT *events, UINTN *index)
{
    EFI_STATUS status = fake_call(FAKE_WaitForEvent);
    uint64_t next = UINT64_MAX;

    if (status != EFI_SUCCESS || has_any(count, events, fake_keyboard_is_no_event))
        return status != EFI_SUCCESS ? status : EFI_INVALID_PARAMETER;
    /* A refused boot has been undone before its message is read (docs/config.md, "When a boot is refused"). */
    fake_memory_check_pages();
    fake_graphics_check();
    if (has_any(count, events, fake_keyboard_is_event))
        fake_keyboard_wait();
    check_patience();
    state.now += LOOK;
    for (unsigned pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < count; i++) {
            struct event **at = find(events[i]);

            if (has_happened(events[i])) {
                take_event(events[i]);
                *index = i;
                return EFI_SUCCESS;
            }
            if (at && (*at)->armed && (*at)->due < next)
                next = (*at)->due;
            if (!at && !fake_keyboard_is_event(events[i]))
                fake_complain("WaitForEvent: there is no such event");
        }
        if (pass == 0 && has_any(count, events, fake_keyboard_is_event) && fake_keyboard_press() &&
            has_any(count, events, fake_keyboard_has_key))
            continue;
        if (next == UINT64_MAX)
            break;
        state.now = next;
    }
    fake_complain("WaitForEvent waits for ever");
    return EFI_INVALID_PARAMETER;
}

static EFI_STATUS EFIAPI close_event(EFI_EVENT event)
{
    struct event **at = find(event);
    struct event *found;

    (void)fake_call(FAKE_CloseEvent);
    if (!at) {
        fake_complain("CloseEvent: there is no such event");
        return EFI_INVALID_PARAMETER;
    }
    found = *at;
    *at = found->next;
    free(found);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI stall(UINTN microseconds)
{
    (void)fake_call(FAKE_Stall);
    state.now += microseconds * 1000;
    if (microseconds >= LONG) {
        check_patience();
        (void)fake_keyboard_press();
    }
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_watchdog_timer(UINTN timeout, uint64_t code, UINTN size, CHAR16 *data)
{
    (void)code;
    if (timeout != 0 || size != 0 || data)
        fake_complain("SetWatchdogTimer: %zu seconds", timeout);
    state.watchdog_stopped = true;
    return fake_call(FAKE_SetWatchdogTimer);
}

/* 2023-11-14 22:13:20 UTC, which is FAKE_WALL_CLOCK. */
static EFI_STATUS EFIAPI get_time(EFI_TIME *time, EFI_TIME_CAPABILITIES *capabilities)
{
    EFI_STATUS status = fake_call(FAKE_GetTime);

    if (!time || capabilities)
        fake_complain("GetTime: odd arguments");
    if (status != EFI_SUCCESS)
        return status;
    if (fake_has(FAKE_QUIRK_NO_TIME))
        return EFI_DEVICE_ERROR;
    *time = (EFI_TIME){.Year = 2023, .Month = 11, .Day = 14, .Hour = 22, .Minute = 13, .Second = 20};
    if (fake_has(FAKE_QUIRK_NO_ZONE)) {
        time->Hour = 23;
        time->TimeZone = EFI_UNSPECIFIED_TIMEZONE;
        time->Daylight = EFI_TIME_ADJUST_DAYLIGHT | EFI_TIME_IN_DAYLIGHT;
    }
    return EFI_SUCCESS;
}

void fake_clock_install(EFI_BOOT_SERVICES *boot, EFI_RUNTIME_SERVICES *runtime)
{
    boot->CreateEvent = create_event;
    boot->SetTimer = set_timer;
    boot->WaitForEvent = wait_for_event;
    boot->CloseEvent = close_event;
    boot->Stall = stall;
    boot->SetWatchdogTimer = set_watchdog_timer;
    runtime->GetTime = get_time;
}
