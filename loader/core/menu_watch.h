/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which keys somebody pressed, and which only never end: a key that jams, or a book on the keyboard, must not keep a
 * machine from booting. What tells them apart is that fingers let go.
 *
 *     A key that was down when the watch began is ignored until a whole second passes without it.
 *     A key that arrives in each of MENU_STUCK_SECONDS seconds, with no other key between, is stuck, and ignored in the
 *     same way from then on.
 *
 * Keyboards repeat a key that is held, the first time after half a second; so a second without it means that it was
 * let go. Two keys that jam in turns are beyond this.
 */
#ifndef BATON_MENU_WATCH_H
#define BATON_MENU_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#define MENU_STUCK_SECONDS 15U

struct menu_watch {
    uint32_t key;       /* the last one that counted */
    uint32_t first;     /* the first one that counted */
    uint32_t ignored;   /* 0 when none is */
    unsigned seconds;   /* for how long there has been nothing but `key` */
    bool heard;         /* `key` arrived since the last second */
    bool heard_ignored; /* so did `ignored` */
    bool several;       /* different keys counted: that is a person */
};

/* Begins. `held` is the key that was down (menu_keys.h), 0 when none was. */
struct menu_watch menu_watch_start(uint32_t held);

/* A key arrived. Whether it counts. */
bool menu_watch_key(struct menu_watch *watch, uint32_t code);

/* A second passed. Whether a key is found to be stuck just now. */
bool menu_watch_second(struct menu_watch *watch);

#endif
