/* SPDX-License-Identifier: BSD-2-Clause */
#include "screen.h"

void screen_start(struct baton_console *screen, const struct baton_framebuffer *framebuffer)
{
    baton_console_start_on(screen, framebuffer, NULL);
}

void screen_write(struct baton_console *screen, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        baton_console_screen_put(screen, text[i]);
}
