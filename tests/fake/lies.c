/* SPDX-License-Identifier: BSD-2-Clause */
#include "lies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "phys.h"
#include "verdict.h"

#define USUAL "modules"
#define FREE  0x200000ULL /* in memory that the loader has nothing of */
#define MOST  4           /* checks that notice one lie; more would tell that they look at the same */

/* ---- what lies are told with ---- */

_Noreturn static void give_up(const char *what)
{
    fprintf(stderr, "lies: %s\n", what);
    abort();
}

void *told_memory(const struct told *told, const void *pointer)
{
    return phys_to_ptr((uintptr_t)pointer - told->baton->direct_map.base);
}

void told_turn_byte(const struct told *told, const void *pointer)
{
    uint8_t *byte = told_memory(told, pointer);

    *byte = (uint8_t) ~*byte;
}

struct baton_memory *told_entry(const struct told *told, size_t number)
{
    struct baton_memory *entries = told_memory(told, told->baton->memory_map.first);

    if (number >= told->baton->memory_map.count)
        give_up("the map has no such entry");
    return &entries[number];
}

struct baton_memory *told_entry_of_kind(const struct told *told, uint32_t kind)
{
    size_t number = 0;

    while (told_entry(told, number)->kind != kind)
        number++;
    return told_entry(told, number);
}

struct baton_memory *told_entry_at(const struct told *told, uint64_t physical)
{
    size_t number = 0;

    while (physical - told_entry(told, number)->base >= told_entry(told, number)->size)
        number++;
    return told_entry(told, number);
}

uint64_t told_label_free_memory(const struct told *told, uint32_t kind)
{
    struct baton_memory *entry = told_entry_at(told, FREE);

    if (entry->kind != BATON_MEMORY_USABLE || entry->base == 0)
        give_up("the memory that nobody has is not free");
    entry->kind = kind;
    return entry->base;
}

/* ---- telling one ---- */

static struct scenario find_scenario(const char *name)
{
    struct scenario *all;
    size_t count = scenarios(&all);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(all[i].name, name) == 0)
            return all[i];
    }
    fprintf(stderr, "lies: there is no scenario \"%s\"\n", name);
    abort();
}

static void turn_bits(const struct told *told, const struct lie *lie)
{
    uint8_t *const places[] = {[LIE_IN_BATON] = (uint8_t *)told->baton,
                               [LIE_IN_ENTRY] = (uint8_t *)&told->result->entry,
                               [LIE_IN_RESULT] = (uint8_t *)told->result};
    uint64_t value = 0;

    memcpy(&value, places[lie->place] + lie->offset, lie->size);
    value ^= lie->bits;
    memcpy(places[lie->place] + lie->offset, &value, lie->size);
}

static void change(struct told *told, const struct lie *lie)
{
    if (lie->place != LIE_TOLD)
        turn_bits(told, lie);
    if (lie->tell)
        lie->tell(told, lie->number);
}

/* Prints that and why it is wrong. */
static bool is_wrong(const struct lie *lie, const char *what)
{
    printf("WRONG: the lie %s, for %s, %s\n", lie->name, lie->words ? lie->words : check_name(lie->check), what);
    return true;
}

static bool is_noticed(const struct lie *lie)
{
    return lie->words ? strstr(fake_complaint_text(), lie->words) != NULL : check_is_broken(lie->check);
}

/* Whatever is changed after the jump was not cleaned. */
static unsigned count_broken(void)
{
    unsigned count = 0;

    for (enum check check = 0; check < CHECK_COUNT; check++)
        count += check != CHECK_CLEAN && check_is_broken(check) ? 1 : 0;
    return count;
}

static const struct lie *current;

/* Started in the loader's place. */
static EFI_STATUS EFIAPI misuse(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    current->misuse(system);
    return current->is_alone ? EFI_SUCCESS : efi_main(image, system);
}

/* Tells the lie. Returns whether that came out wrong. A loader that told the truth must pass, or it is not the lie that
 * is noticed. */
static bool tell(const struct lie *lie)
{
    struct scenario scenario = find_scenario(lie->on ? lie->on : USUAL);
    struct fake_injection injection = {.call = lie->call};
    struct fake_setup other = scenario.setup;
    const struct fake_setup *setup = lie->quirks != 0 ? &other : &scenario.setup;
    struct fake_result result;
    struct told told = {&scenario, &result, NULL};

    other.quirks |= lie->quirks;
    other.no_processor_random = true;
    current = lie;
    result = fake_run_program(setup, &injection, lie->misuse ? misuse : efi_main);
    told.baton = (struct baton *)(uintptr_t)result.entry.baton;
    if (!lie->misuse) {
        verdict_give(&scenario, setup, &injection, &result);
        if (fake_complaints() > 0)
            return is_wrong(lie, "was not the first to be told");
    }
    change(&told, lie);
    verdict_give(&scenario, setup, &injection, &result);
    if (getenv("BATON_LOG"))
        printf("lie %s:\n%s", lie->name, fake_complaint_text());
    if (!is_noticed(lie))
        return is_wrong(lie, "was not noticed");
    return !lie->is_wide && !lie->misuse && count_broken() > MOST && is_wrong(lie, "was noticed by too many");
}

unsigned lies_run(unsigned *ret_wrong)
{
    static const struct lie_list *const lists[] = {&lies_baton, &lies_facts, &lies_lists,   &lies_kernel,
                                                   &lies_map,   &lies_pages, &lies_verdict, &lies_firmware,
                                                   &lies_calls, &lies_start, &lies_counts,  &lies_seed};
    bool caught[CHECK_COUNT + 1] = {false};
    unsigned told = 0, wrong = 0;

    for (size_t i = 0; i < COUNT(lists); i++) {
        for (size_t k = 0; k < lists[i]->count; k++, told++) {
            const struct lie *lie = &lists[i]->lies[k];
            bool came_out_wrong = tell(lie);

            wrong += came_out_wrong ? 1 : 0;
            caught[lie->check] |= !came_out_wrong;
        }
    }
    for (enum check check = 0; check < CHECK_COUNT; check++) {
        if (!caught[check]) {
            printf("WRONG: no lie shows that the check %s can fail\n", check_name(check));
            wrong++;
        }
    }
    *ret_wrong = wrong;
    return told;
}
