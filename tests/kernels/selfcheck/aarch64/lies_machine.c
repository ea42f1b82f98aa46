/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies of what lies between the exception levels, and in leaves. */
#include "selfcheck.h"

/* Bits of the first leaf of the direct map. */
static bool turn_leaf(const struct subject *subject, uint64_t bits)
{
    const struct baton_memory *entry = entry_of_kind(subject, BATON_MEMORY_STACK);
    uint64_t *leaf = page_entry(subject, subject->baton->direct_map.base + entry->base + PAGE, 1);

    if (leaf)
        poke64(leaf, *leaf ^ bits);
    return leaf != NULL;
}

static bool tell_not_shareable(struct subject *subject)
{
    return turn_leaf(subject, 3ULL << 8);
}

static bool tell_contiguous(struct subject *subject)
{
    return turn_leaf(subject, 1ULL << 52);
}

/* Hardware may make the page writable. */
static bool tell_dirty_management(struct subject *subject)
{
    return turn_leaf(subject, 1ULL << 51);
}

static bool tell_answer(struct subject *subject)
{
    poke64(&subject->machine.wrong_answer, 1);
    return option_given(subject->baton->command_line, "from-el2");
}

static bool tell_offset(struct subject *subject)
{
    poke64(&subject->machine.wrong_count, 1ULL << 32);
    return option_given(subject->baton->command_line, "from-el2");
}

static bool tell_access(struct subject *subject)
{
    poke8((const volatile uint8_t *)&subject->machine.wrong_access, true);
    return option_given(subject->baton->command_line, "from-el2");
}

static const struct lie lies[] = {
    LIE("not-shareable", "leaf-bits", tell_not_shareable),       LIE("contiguous", "leaf-bits", tell_contiguous),
    LIE("dirty-management", "leaf-bits", tell_dirty_management), LIE("wrong-answer", "hypervisor-call", tell_answer),
    LIE("counter-offset", "counter-offset", tell_offset),        LIE("trapped", "not-trapped", tell_access),
};
const struct lie_list lies_machine = {lies, COUNT(lies)};
