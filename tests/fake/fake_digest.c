/* SPDX-License-Identifier: BSD-2-Clause */
/* A run as one number. */
#include <string.h>

#include "fake.h"
#include "fake_memory.h"
#include "phys.h"

/* FNV-1a (Fowler, Noll, Vo). */
static uint64_t digest(uint64_t number, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        number = (number ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3;
    return number;
}

/* The firmware's memory map may have been asked for, and the list of descriptors has addresses of the host's. */
static bool has_host_addresses(void)
{
    const char *typed = fake_setup()->typed;

    return fake_setup()->options_size > 0 || fake_setup()->shell[0] != NULL || (typed && strchr(typed, 'M'));
}

uint64_t fake_digest(const struct fake_result *result)
{
    const uint64_t numbers[] = {result->end,
                                result->status,
                                result->calls,
                                fake_calls_digest(),
                                result->errors,
                                fake_injected(),
                                fake_complaints(),
                                result->entry.entry,
                                result->entry.root,
                                result->entry.argument,
                                result->trampoline,
                                fake_clock_nanoseconds(),
                                fake_variables_digest(),
                                fake_blocks_written()};
    const struct efi_map *map = fake_map_given();
    uint64_t number = digest(0xcbf29ce484222325, numbers, sizeof(numbers));

    number = digest(number, fake_log_text(), strlen(fake_log_text()));
    if (!has_host_addresses())
        number = digest(number, fake_console_text(), strlen(fake_console_text()));
    number = digest(number, map->bytes.data, map->bytes.size);
    if (result->end == FAKE_JUMPED &&
        fake_memory_is_loaders(ptr_to_phys(result->entry.baton), FAKE_PAGE, EfiLoaderData))
        number = digest(number, result->entry.baton, FAKE_PAGE);
    return number;
}
