/* SPDX-License-Identifier: BSD-2-Clause */
/* <baton/console.h>'s text on a screen, once in the image: for the loader's last words and the last-gasp handler. */
#ifndef BATON_SCREEN_H
#define BATON_SCREEN_H

#include <baton/console.h>

#pragma GCC visibility push(hidden)

/* Clears the screen. NULL: no screen, and nothing happens when it is written to. */
void screen_start(struct baton_console *screen, const struct baton_framebuffer *framebuffer);

void screen_write(struct baton_console *screen, const char *text, size_t size);

#pragma GCC visibility pop

#endif
