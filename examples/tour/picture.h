/* SPDX-License-Identifier: 0BSD */
/* The pictures on the screen. Without a screen nothing happens. */
#ifndef TOUR_PICTURE_H
#define TOUR_PICTURE_H

#include <baton/baton.h>
#include <baton/console.h>

/* The logo where logo.h says, and one line of text below it; leaves the cursor two rows on. */
void picture_draw_title(struct baton_console *screen, const struct baton *baton);

/*
 * The memory map from the cursor on: all of RAM in address order as one long bar that is cut into rows, true to
 * scale, and below it what the colours mean, with totals. Holes between the map's entries are left out. Leaves the
 * cursor after it.
 */
void picture_draw_memory_map(struct baton_console *screen, const struct baton *baton);

#endif
