/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies about random seeds. */
#include <string.h>

#include "abi/configuration_table.h"
#include "lies.h"

#define SEEDED "seed"

static const EFI_GUID guid = LINUX_EFI_RANDOM_SEED_TABLE_GUID;

/* ---- what a program was given ---- */

static void expect_seed(struct told *told, uint64_t seeded)
{
    told->scenario->start.seeded = seeded != 0;
}

static void write_to_file(const void *bytes, size_t size, size_t offset)
{
    (void)fake_blocks_write(fake_volume_find(false, FAKE_SEED_PATH), offset, (struct bytes){bytes, size});
}

static void give_away(struct told *told, uint64_t number)
{
    (void)told, (void)number;
    write_to_file(fake_started()->seed.data, FAKE_SEED_SIZE, 0);
}

static void keep_old(struct told *told, uint64_t number)
{
    (void)number;
    write_to_file(told->scenario->setup.files[2].bytes.data, FAKE_SEED_SIZE, 0);
}

static void leave_rest(struct told *told, uint64_t offset)
{
    (void)told;
    write_to_file("?", 1, offset);
}

/* ---- what is done to the firmware ---- */

static LINUX_EFI_RANDOM_SEED *make_seed(EFI_SYSTEM_TABLE *system, EFI_MEMORY_TYPE type, uint32_t size, uint8_t fill)
{
    void *room = NULL;
    LINUX_EFI_RANDOM_SEED *seed;

    (void)system->BootServices->AllocatePool(type, sizeof(*seed) + size, &room);
    seed = room;
    seed->Size = size;
    memset(seed->Bits, fill, size);
    return seed;
}

static void offer(EFI_SYSTEM_TABLE *system, EFI_MEMORY_TYPE type, uint32_t size, uint8_t fill)
{
    (void)system->BootServices->InstallConfigurationTable(&guid, make_seed(system, type, size, fill));
}

static void leave_listed(EFI_SYSTEM_TABLE *system)
{
    offer(system, EfiACPIReclaimMemory, FAKE_SEED_SIZE, 3);
}

static void list_nothing(EFI_SYSTEM_TABLE *system)
{
    (void)system->BootServices->InstallConfigurationTable(&guid, NULL);
}

static void count_nowhere(EFI_SYSTEM_TABLE *system)
{
    (void)system->BootServices->GetNextMonotonicCount(NULL);
}

static void offer_in_other_memory(EFI_SYSTEM_TABLE *system)
{
    offer(system, EfiLoaderData, FAKE_SEED_SIZE, 3);
}

static void offer_freed(EFI_SYSTEM_TABLE *system)
{
    LINUX_EFI_RANDOM_SEED *seed = make_seed(system, EfiACPIReclaimMemory, FAKE_SEED_SIZE, 3);

    (void)system->BootServices->InstallConfigurationTable(&guid, seed);
    (void)system->BootServices->FreePool(seed);
    (void)fake_seed_read();
}

static void take_from_linux(EFI_SYSTEM_TABLE *system)
{
    offer(system, EfiACPIReclaimMemory, FAKE_SEED_SIZE, 3);
    fake_images_give_seed();
    list_nothing(system);
}

static void offer_another_size(EFI_SYSTEM_TABLE *system)
{
    offer(system, EfiACPIReclaimMemory, FAKE_SEED_SIZE + 1, 3);
    (void)fake_seed_read();
}

static void keep_copy(EFI_SYSTEM_TABLE *system)
{
    offer(system, EfiACPIReclaimMemory, FAKE_SEED_SIZE, 3);
    (void)make_seed(system, EfiLoaderData, FAKE_SEED_SIZE, 3);
    (void)fake_seed_read();
}

static void keep_old_in_memory(EFI_SYSTEM_TABLE *system)
{
    LINUX_EFI_RANDOM_SEED *copy = make_seed(system, EfiLoaderData, FAKE_SEED_SIZE, 0);

    memcpy(copy->Bits, fake_volume_find(false, FAKE_SEED_PATH)->bytes.data, FAKE_SEED_SIZE);
    offer(system, EfiACPIReclaimMemory, FAKE_SEED_SIZE, 3);
    (void)fake_seed_read();
}

/* To two programs, the second of which is the loader's own. */
static void offer_twice(EFI_SYSTEM_TABLE *system)
{
    offer(system, EfiACPIReclaimMemory, FAKE_SEED_SIZE, 3);
    fake_images_give_seed();
    fake_images_give_seed();
}

static const struct lie lies[] = {
    {FOR("a seed that nobody gave", START_SEED), TELL(expect_seed, 0), ON(SEEDED)},
    {FOR("no seed", START_SEED), TELL(expect_seed, 1), ON("seed, no random numbers")},
    {FOR("the seed is on the disk", SEED_FILE), TELL(give_away, 0), ON(SEEDED)},
    {FOR("the old seed is on the disk", SEED_FILE), TELL(keep_old, 0), ON(SEEDED)},
    {FOR("the first byte behind the seed", SEED_FILE), TELL(leave_rest, FAKE_SEED_SIZE), ON("seed, long file")},
    {FOR("the last byte behind the seed", SEED_FILE), TELL(leave_rest, 1199), ON("seed, long file")},
    {WORDS("a seed that stays listed", "did to the configuration tables was not taken back"), ALONE(leave_listed)},
    {WORDS("nothing listed", "InstallConfigurationTable: odd arguments"), ALONE(list_nothing)},
    {WORDS("a count to nowhere", "GetNextMonotonicCount: odd arguments"), ALONE(count_nowhere)},
    {WORDS("a seed in other memory", "a table that is in no memory for it"), ALONE(offer_in_other_memory)},
    {WORDS("a seed that was freed", "is not in memory that Linux can free"), ALONE(offer_freed)},
    {WORDS("a seed of another size", "is not in memory that Linux can free"), ALONE(offer_another_size)},
    {WORDS("a copy of the seed", "the loader has the random seed in its memory"), ALONE(keep_copy)},
    {WORDS("a copy of the old seed", "the loader has the old random seed in its memory"), ALONE(keep_old_in_memory),
     ON(SEEDED)},
    {WORDS("Linux's own taken off", "a table that is in no memory for it"), ALONE(take_from_linux),
     ON("seed, taken by the program")},
    {WORDS("a seed for two programs", "the random seed is that of a program before"), ALONE(offer_twice)},
};
const struct lie_list lies_seed = {lies, COUNT(lies)};
