/* SPDX-License-Identifier: BSD-2-Clause */
#include "gasp.h"
#include "memory.h"

void gasp_inform(struct gasp *gasp, const struct machine_entry *entry)
{
    const struct baton *baton = entry->baton;

    gasp->hand_off = entry->argument;
    gasp->baton = *baton;
    memory_wipe(gasp->baton.entropy, sizeof(gasp->baton.entropy)); /* a secret that is the kernel's alone */
    if (baton->framebuffers.count > 0) {
        uint64_t physical = (uintptr_t)baton->framebuffers.first - baton->direct_map.base;

        memcpy(&gasp->framebuffer, (const void *)(uintptr_t)physical, sizeof(gasp->framebuffer));
    }
}
