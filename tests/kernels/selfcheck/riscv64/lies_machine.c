/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies in leaves that only this machine has. */
#include "selfcheck.h"

/* A bit that is software's, of a leaf of the stack's. */
static bool tell_software(struct subject *subject)
{
    const struct baton_memory *entry = entry_of_kind(subject, BATON_MEMORY_STACK);
    uint64_t *leaf = page_entry(subject, subject->baton->direct_map.base + entry->base + PAGE, 1);

    if (leaf)
        poke64(leaf, *leaf ^ 1ULL << 8);
    return leaf != NULL;
}

static const struct lie lies[] = {
    LIE("software-bit", "leaf-bits", tell_software),
};
const struct lie_list lies_machine = {lies, COUNT(lies)};
