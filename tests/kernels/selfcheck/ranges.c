/* SPDX-License-Identifier: BSD-2-Clause */
/* The two memory maps, and what kind of kernel this is. */
#include "selfcheck.h"

const struct baton_memory *map_entry(const struct subject *subject, uint64_t physical)
{
    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map)
        if (physical >= entry->base && physical - entry->base < entry->size)
            return entry;
    return NULL;
}

bool map_is_kind(const struct subject *subject, uint64_t physical, uint64_t size, uint32_t kind)
{
    uint64_t at = physical;

    while (at - physical < size) {
        const struct baton_memory *entry = map_entry(subject, at);

        if (!entry || entry->kind != kind)
            return false;
        at = entry->base + entry->size;
    }
    return true;
}

uint64_t kind_total(const struct subject *subject, uint32_t kind)
{
    uint64_t total = 0;

    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map)
        if (entry->kind == kind)
            total += entry->size;
    return total;
}

bool kind_is_free(uint32_t kind)
{
    return kind == BATON_MEMORY_USABLE || kind == BATON_MEMORY_BOOT_SERVICES || kind == BATON_MEMORY_LOADER;
}

bool kind_is_placed(uint32_t kind)
{
    return kind >= BATON_MEMORY_TRAMPOLINE && kind <= BATON_MEMORY_MODULE;
}

uint64_t efi_count(const struct subject *subject)
{
    const struct baton_efi_memory_map *map = &subject->baton->efi_memory_map;

    return map->descriptors && map->descriptor_size >= sizeof(struct efi_descriptor) ? map->size / map->descriptor_size
                                                                                     : 0;
}

const struct efi_descriptor *efi_descriptor(const struct subject *subject, uint64_t number)
{
    const struct baton_efi_memory_map *map = &subject->baton->efi_memory_map;

    return (const struct efi_descriptor *)((const uint8_t *)map->descriptors + number * map->descriptor_size);
}

uint64_t physical_of(const struct subject *subject, const void *pointer)
{
    return baton_physical(subject->baton, pointer);
}

uint64_t run_address(const struct subject *subject, uint64_t linked)
{
    return linked - subject->image.link_base + ROUND_DOWN((uint64_t)(uintptr_t)image_start);
}

bool is_high(const struct subject *subject)
{
    return subject->image.movable || subject->image.link_base >= UPPER_HALF;
}

uint64_t wish_required(const struct subject *subject)
{
    const struct baton_note *note = subject->image.note;

    return note ? note->required[0] | (uint64_t)note->required[1] << 32 : 0;
}

uint64_t wish_wanted(const struct subject *subject)
{
    const struct baton_note *note = subject->image.note;

    return note ? note->wanted[0] | (uint64_t)note->wanted[1] << 32 : 0;
}

bool has_identity(const struct subject *subject)
{
    return !is_high(subject) || ((wish_required(subject) | wish_wanted(subject)) & BATON_FEATURE_IDENTITY_MAP) != 0;
}
