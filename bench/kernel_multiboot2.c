/* SPDX-License-Identifier: BSD-2-Clause */
/* The bench's kernel for GRUB: what it was given (Multiboot2 Specification 2.0, section 3.4). */
#include "say.h"

#define TAG_END    0
#define TAG_MODULE 3

struct tag {
    uint32_t type;
    uint32_t size;
    uint32_t module_start;
    uint32_t module_end;
};

void kernel_main(uint64_t now, const struct tag *information);

void kernel_main(uint64_t now, const struct tag *information)
{
    const uint8_t *at = (const uint8_t *)information + 8; /* behind the size of all of it */

    say_line("kernel: counter=", now);
    for (;;) {
        const struct tag *tag = (const struct tag *)at;

        if (tag->type == TAG_END)
            break;
        if (tag->type == TAG_MODULE)
            say_module((const void *)(uintptr_t)tag->module_start, tag->module_end - tag->module_start);
        at += (tag->size + 7) & ~7U;
    }
    leave(EXIT_OK);
}
