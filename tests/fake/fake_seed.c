/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_seed.h"

#include <string.h>

#include "abi/configuration_table.h"
#include "fake.h"
#include "fake_memory.h"
#include "phys.h"

#define EARLIER    0x3d67f008ULL /* in ACPI reclaim memory, and the end of a page */
#define ROOM       0xff0
#define SECRET     16 /* bytes that are looked for */
#define COUNT_HIGH 0x500000000ULL

static struct {
    uint64_t counts; /* that were given */
    uint8_t linux_own[FAKE_SEED_SIZE + 4];
} state;

static bool seed_fits(const void *table)
{
    return fake_memory_pool_type(table) == EfiACPIReclaimMemory;
}

/* It stays, and so must its memory: that is nobody's to free from here on. */
static void keep_seed(const void *others)
{
    const void *seed = fake_configuration_loaders(&fake_seed_kind.guid);

    (void)others;
    if (!seed || fake_memory_pool_type(seed) == UINT32_MAX)
        return;
    fake_configuration_list(&fake_seed_kind.guid, seed);
    fake_memory_take(seed);
}

const struct fake_configuration_kind fake_seed_kind = {
    .guid = LINUX_EFI_RANDOM_SEED_TABLE_GUID, .is_vital = false, .fits = seed_fits, .stuck = keep_seed};

static EFI_STATUS EFIAPI get_count(uint64_t *count)
{
    EFI_STATUS status = fake_call(FAKE_GetNextMonotonicCount);

    if (!count) {
        fake_complain("GetNextMonotonicCount: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    if (status == EFI_SUCCESS)
        *count = COUNT_HIGH + ++state.counts;
    return status;
}

void fake_seed_start(void)
{
    const struct bytes *earlier = &fake_setup()->earlier_seed;

    state.counts = 0;
    if (!earlier->data)
        return;
    memcpy(fake_memory_open(EARLIER, ROOM), earlier->data, earlier->size);
    fake_configuration_list(&fake_seed_kind.guid, (void *)(uintptr_t)EARLIER);
}

void fake_seed_install(EFI_BOOT_SERVICES *boot)
{
    boot->GetNextMonotonicCount = get_count;
}

/* The seed that is listed is where it was made, and nowhere else. */
static void check_secrets(const uint8_t *seed)
{
    const struct fake_setup *setup = fake_setup();

    if (!fake_is_given(seed, SECRET, NULL) && (fake_on_stack(seed) || fake_memory_find(seed, SECRET) != 1))
        fake_complain("the loader has the random seed in its memory");
    for (size_t i = 0; i < setup->file_count; i++) {
        const struct fake_file *file = &setup->files[i];

        if (strcmp(file->path, FAKE_SEED_PATH) == 0 && file->bytes.size >= SECRET &&
            !fake_is_given(file->bytes.data, SECRET, file) &&
            (fake_on_stack(file->bytes.data) || fake_memory_find(file->bytes.data, SECRET) != 0))
            fake_complain("the loader has the old random seed in its memory");
    }
}

struct bytes fake_seed_read(void)
{
    const LINUX_EFI_RANDOM_SEED *seed = fake_configuration_loaders(&fake_seed_kind.guid);

    if (!seed)
        return (struct bytes){NULL, 0};
    if (!seed_fits(seed) || seed->Size != FAKE_SEED_SIZE) {
        fake_complain("the random seed is not in memory that Linux can free, or has another size");
        return (struct bytes){NULL, 0};
    }
    check_secrets(seed->Bits);
    return (struct bytes){seed->Bits, seed->Size};
}

void fake_seed_take(void)
{
    const void *seed = fake_configuration_loaders(&fake_seed_kind.guid);

    if (!seed)
        return;
    fake_configuration_list(&fake_seed_kind.guid, state.linux_own);
    fake_memory_take(seed);
}
