/* SPDX-License-Identifier: BSD-2-Clause */
#include "menu_watch.h"

struct menu_watch menu_watch_start(uint32_t held)
{
    /* As if it had just arrived: the second that is under way is not a whole one. */
    return (struct menu_watch){.ignored = held, .heard_ignored = true};
}

bool menu_watch_key(struct menu_watch *watch, uint32_t code)
{
    if (code == watch->ignored) {
        watch->heard_ignored = true;
        return false;
    }
    if (code != watch->key)
        watch->seconds = 0;
    if (watch->first == 0)
        watch->first = code;
    watch->several = watch->several || code != watch->first;
    watch->key = code;
    watch->heard = true;
    return true;
}

bool menu_watch_second(struct menu_watch *watch)
{
    if (!watch->heard_ignored)
        watch->ignored = 0;
    watch->heard_ignored = false;
    watch->seconds = watch->heard ? watch->seconds + 1 : 0;
    watch->heard = false;
    if (watch->seconds < MENU_STUCK_SECONDS)
        return false;
    watch->seconds = 0;
    watch->ignored = watch->key;
    watch->heard_ignored = true;
    return true;
}
