/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies of memory that is called free and is not. */
#include "selfcheck.h"

/* A range of the baton's is said to lie in memory of this kind: when that is overwritten it changes. */
static bool log_in(struct subject *subject, uint32_t kind)
{
    const struct baton_memory *entry = entry_of_kind(subject, kind);

    if (!entry || entry->base == 0)
        return false;
    /* Some text, which the pattern is not. */
    poke64(direct(subject->baton, entry->base), 0x0000000a79786a6bULL);
    poke64(&subject->baton->log.text, (uint64_t)(uintptr_t)direct(subject->baton, entry->base));
    poke64(&subject->baton->log.size, 5);
    return true;
}

static bool tell_log_in_usable(struct subject *subject)
{
    return log_in(subject, BATON_MEMORY_USABLE);
}

static bool tell_log_in_loader(struct subject *subject)
{
    return log_in(subject, BATON_MEMORY_LOADER);
}

static bool tell_log_in_boot_services(struct subject *subject)
{
    return log_in(subject, BATON_MEMORY_BOOT_SERVICES);
}

static bool tell_log_in_trampoline(struct subject *subject)
{
    return log_in(subject, BATON_MEMORY_TRAMPOLINE);
}

/* Two usable pages that are the same memory. */
static bool tell_same_memory(struct subject *subject)
{
    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map) {
        uint64_t *leaf = page_entry(subject, subject->baton->direct_map.base + entry->base, 1);

        if (!leaf || entry->kind != BATON_MEMORY_USABLE || entry->size < 2 * PAGE)
            continue;
        poke64(leaf, *leaf + ENTRY_OF(PAGE));
        return true;
    }
    return false;
}

static bool tell_entropy_kept(struct subject *subject)
{
    const struct baton_memory *entry = entry_of_kind(subject, BATON_MEMORY_LOADER);

    if (!entry || !(subject->baton->facts & BATON_FACT_ENTROPY))
        return false;
    poke((uint8_t *)direct(subject->baton, entry->base) + 3, subject->baton->entropy, 64);
    return true;
}

static const struct lie overwriting[] = {
    LIE("entropy-kept", "entropy-not-kept", tell_entropy_kept),
    LIE("log-in-usable", "usable-is-free", tell_log_in_usable),
    LIE("log-in-loader", "usable-is-free", tell_log_in_loader),
    LIE("same-memory-twice", "usable-is-free", tell_same_memory),
    LIE("log-in-boot-services", "boot-services-are-free", tell_log_in_boot_services),
    LIE("log-in-trampoline", "trampoline-is-free", tell_log_in_trampoline),
};
const struct lie_list lies_overwrite = {overwriting, COUNT(overwriting)};
