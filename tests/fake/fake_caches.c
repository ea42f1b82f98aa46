/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Caches that nobody cleans by chance: machine_clean takes a number of each page that is cleaned, and a kernel must
 * find the pages so. QEMU forgives what real machines do not.
 */
#include <stdlib.h>

#include "fake.h"
#include "machine.h"
#include "phys.h"

#define PLACES 4096

static struct {
    struct {
        uint64_t base, size; /* physical */
        uint64_t *numbers;   /* one for each page */
    } places[PLACES];
    size_t count;
} state;

static uint64_t number_of(uint64_t page)
{
    const uint64_t *words = phys_to_ptr(page);
    uint64_t number = 0xcbf29ce484222325;

    for (size_t i = 0; i < FAKE_PAGE / sizeof(*words); i++)
        number = (number ^ words[i]) * 0x100000001b3;
    return number;
}

void fake_caches_start(void)
{
    for (size_t i = 0; i < state.count; i++)
        free(state.places[i].numbers);
    state.count = 0;
}

/* Only where a run is looked at as a whole: it takes longer than the run itself. */
void machine_clean(const void *memory, size_t size)
{
    const uint64_t base = ptr_to_phys(memory) & ~(FAKE_PAGE - 1);
    const uint64_t pages = (ptr_to_phys(memory) + size - base + FAKE_PAGE - 1) / FAKE_PAGE;
    uint64_t *numbers;

    if (fake_is_injected())
        return;
    if (state.count == PLACES || !(numbers = calloc(pages, sizeof(*numbers))))
        abort();
    for (uint64_t i = 0; i < pages; i++)
        numbers[i] = number_of(base + i * FAKE_PAGE);
    state.places[state.count].base = base;
    state.places[state.count].size = pages * FAKE_PAGE;
    state.places[state.count++].numbers = numbers;
}

bool fake_caches_are_clean(uint64_t page)
{
    for (size_t i = state.count; i-- > 0;) {
        uint64_t offset = page - state.places[i].base;

        if (offset < state.places[i].size)
            return state.places[i].numbers[offset / FAKE_PAGE] == number_of(page);
    }
    return fake_is_injected();
}
