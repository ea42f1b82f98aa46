/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shows that each check can fail: one promise after the other is broken on purpose, the checks are run, what was
 * changed is put back. Each lie is one line:
 *
 *     lie NAME: for CHECK, caught by CHECK CHECK …
 */
#include "selfcheck.h"

#include "memory.h"

#define MAX_POKES  64
#define POKE_BYTES 64
#define LIE_PAGES  64 /* of each entry of the map, that are overwritten */

/* What was changed: memory, or what put_back puts back. */
struct poke {
    void (*put_back)(uint64_t place, uint64_t before);
    uint64_t address, size;
    uint8_t before[POKE_BYTES];
};

static struct poke pokes[MAX_POKES];
static unsigned poke_count;

static struct poke *next_poke(void)
{
    if (poke_count == MAX_POKES)
        give_up("a lie changes too much");
    return &pokes[poke_count++];
}

void poke(void *address, const void *bytes, uint64_t size)
{
    struct poke *old = next_poke();

    if (size > POKE_BYTES)
        give_up("a lie of %lu bytes", size);
    *old = (struct poke){NULL, (uint64_t)(uintptr_t)address, size, {0}};
    memcpy(old->before, address, size);
    machine_write(old->address, bytes, size);
}

void poke8(const volatile void *address, uint8_t value)
{
    poke((void *)(uintptr_t)address, &value, sizeof(value));
}

void poke32(const volatile void *address, uint32_t value)
{
    poke((void *)(uintptr_t)address, &value, sizeof(value));
}

void poke64(const volatile void *address, uint64_t value)
{
    poke((void *)(uintptr_t)address, &value, sizeof(value));
}

void poke_noted(void (*put_back)(uint64_t place, uint64_t before), uint64_t place, uint64_t before)
{
    struct poke *old = next_poke();

    *old = (struct poke){put_back, place, sizeof(before), {0}};
    memcpy(old->before, &before, sizeof(before));
}

static void put_back_mmio(uint64_t physical, uint64_t before)
{
    mmio_write(physical, (uint32_t)before);
}

void poke_mmio(uint64_t physical, uint32_t value)
{
    poke_noted(put_back_mmio, physical, mmio_read(physical));
    mmio_write(physical, value);
}

/* In reverse: a place that was changed twice becomes what it was first. */
static void restore(void)
{
    while (poke_count > 0) {
        const struct poke *old = &pokes[--poke_count];
        uint64_t value;

        memcpy(&value, old->before, sizeof(value));
        if (old->put_back)
            old->put_back(old->address, value);
        else
            machine_write(old->address, old->before, old->size);
    }
}

struct baton_memory *entry_number(const struct subject *subject, unsigned number)
{
    const struct baton_list *map = &subject->baton->memory_map;

    return (struct baton_memory *)((uintptr_t)map->first + (uintptr_t)number * map->stride);
}

struct baton_memory *entry_of_kind(const struct subject *subject, uint32_t kind)
{
    for (unsigned i = 0; i < subject->baton->memory_map.count; i++)
        if (entry_number(subject, i)->kind == kind)
            return entry_number(subject, i);
    return NULL;
}

static bool turn_bits(struct subject *subject, const struct lie *lie)
{
    uint8_t *const places[] = {[LIE_IN_ENTRY] = (uint8_t *)&subject->entry,
                               [LIE_IN_BATON] = (uint8_t *)subject->baton,
                               [LIE_IN_SUBJECT] = (uint8_t *)subject};
    uint64_t value = 0;

    memcpy(&value, places[lie->place] + lie->offset, lie->size);
    value ^= lie->bits;
    poke(places[lie->place] + lie->offset, &value, lie->size);
    return true;
}

static void tell(struct subject *subject, const struct lie *lie, const bool *already, bool overwriting)
{
    const char *words = subject->baton->command_line;
    bool told;

    if (!option_lists(words, "lies", "all") && !option_lists(words, "lies", lie->name))
        return;
    told = lie->tell ? lie->tell(subject) : turn_bits(subject, lie);
    if (told && overwriting)
        overwrite_run(subject, true, LIE_PAGES);
    else if (told)
        (void)checks_run(subject, true);
    restore();
    if (!told) {
        print("lie %s: for %s, impossible here\n", lie->name, lie->check);
        return;
    }
    print("lie %s: for %s, caught by", lie->name, lie->check);
    for (unsigned i = 0; i < checks_count(); i++)
        if (check_is_broken(i) && !already[i])
            print(" %s", check_name(i));
    print("\n");
}

/* Ends with the checks once more: what was put back must be what was there. */
void lies_run(struct subject *subject)
{
    static const struct lie_list *const lists[] = {MACHINE_LIES, &lies_baton, &lies_lists, &lies_memory,
                                                   &lies_mappings};
    static bool already[MAX_CHECKS];

    overwrite_run(subject, false, LIE_PAGES);
    for (unsigned i = 0; i < checks_count(); i++)
        already[i] = check_is_broken(i);
    for (size_t i = 0; i < COUNT(lists); i++)
        for (size_t k = 0; k < lists[i]->count; k++)
            tell(subject, &lists[i]->lies[k], already, false);
    print("selfcheck: after the lies\n");
    (void)checks_run(subject, false);
    for (size_t k = 0; k < lies_overwrite.count; k++)
        tell(subject, &lies_overwrite.lies[k], already, true);
    for (unsigned i = 0; i < checks_count(); i++)
        print("check %s\n", check_name(i));
}
