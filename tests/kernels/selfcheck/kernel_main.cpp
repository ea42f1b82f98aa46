/* SPDX-License-Identifier: BSD-2-Clause */
/* The entry as C++17: the header, its note and its loop do there what they do in C. The checks behind it are C. */
#include <baton/baton.h>

BATON_WISHES(BATON_FEATURE_NO_EXECUTE, BATON_FEATURE_FRAMEBUFFER, 0, 0);

extern "C" [[noreturn]] __attribute__((visibility("hidden"))) void selfcheck_main(const baton *handed);
extern "C" [[noreturn]] __attribute__((visibility("hidden"))) void kernel_main(const baton *handed);

namespace
{
/* The map's entries by the header's loop, which must be as many as the list says. */
bool loop_works(const baton *handed)
{
    uint32_t count = 0;

    BATON_FOR_EACH (baton_memory, entry, &handed->memory_map)
        count += entry->size != 0;
    return count != 0 && count == handed->memory_map.count;
}
} // namespace

extern "C" void kernel_main(const baton *handed)
{
    if (handed->magic != BATON_MAGIC || !loop_works(handed))
        baton_exit(0x7e);
    selfcheck_main(handed);
}
