/* SPDX-License-Identifier: 0BSD */
#include <baton/console.h>

void kernel(const struct baton *baton);

void kernel(const struct baton *baton)
{
    static struct baton_console console;

    if (baton->magic == BATON_MAGIC) {
        baton_console_start(&console, baton);
        baton_console_print(&console, "Hello from %s, started by %s.\n", baton->kernel.path, baton->loader_name);
    }
    baton_exit(baton->magic == BATON_MAGIC ? BATON_EXIT_SUCCESS : 1);
}
