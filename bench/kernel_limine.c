/* SPDX-License-Identifier: BSD-2-Clause */
/* The bench's kernel for Limine, by its boot protocol: base revision 2, and the modules. */
#include "say.h"

#define REQUESTS __attribute__((section(".requests"), used))

struct limine_file {
    uint64_t revision;
    const void *address;
    uint64_t size;
};

struct limine_modules {
    uint64_t revision;
    uint64_t count;
    const struct limine_file *const *modules;
};

REQUESTS static volatile uint64_t base_revision[3] = {0xf9562b2d5c95a6c8, 0x6a7b384944536bdc, 2};

REQUESTS static volatile struct {
    uint64_t id[4];
    uint64_t revision;
    const struct limine_modules *response;
} modules = {{0xc7b1dd30df4c8b88, 0x0a82e883a194f07b, 0x3e7e279702be32af, 0xca1c4f3bd1280cee}, 0, NULL};

void kernel(void);

void kernel(void)
{
    uint64_t now = counter();
    const struct limine_modules *given = modules.response;

    if (base_revision[2] != 0)
        leave(EXIT_FAILED);
    say_line("kernel: counter=", now);
    for (uint64_t i = 0; given && i < given->count; i++)
        say_module(given->modules[i]->address, given->modules[i]->size);
    leave(EXIT_OK);
}
