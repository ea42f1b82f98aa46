/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order is what counts:
 *
 *     open     the old seed, to be written: what could not be replaced is not used, or it would be used twice
 *     collect  whatever differs from boot to boot
 *     replace  the seed on the disk, flushed
 *     offer    the other one to the image
 *
 * There is no file but where somebody has put one: with random numbers of the firmware's Linux needs no other seed, and
 * without them a new file would be no good.
 */
#include "seed.h"

#include "abi/configuration_table.h"
#include "machine.h"
#include "memory.h"
#include "phys.h"
#include "random.h"
#include "random_seed.h"
#include "random_table.h"
#include "variables.h"
#include "wall_clock.h"

#define TOKEN_MAX   512 /* bytes; an installer writes 32 */
#define EARLIER_MAX 512 /* and no boot stage leaves more */

/* What a seed is made of. Secrets, all of it. */
struct collected {
    struct random_seed_sources sources;
    uint8_t firmware[RANDOM_SEED_SIZE];
    uint8_t token[TOKEN_MAX];
    uint64_t number, counter;
    EFI_TIME time;
};

static struct bytes bytes_of(const void *data, size_t size)
{
    return (struct bytes){data, size};
}

/* Also of an empty file there are bytes: none. One that is too long is not read. */
static enum status read_old(struct boot *boot, struct file *file, struct bytes *ret_old, struct error *error)
{
    void *room = NULL;
    enum status status;

    if (file->size > RANDOM_SEED_FILE_MAX) {
        *ret_old = (struct bytes){NULL, RANDOM_SEED_FILE_MAX + 1};
        return STATUS_OK;
    }
    status = ledger_memory(&boot->ledger, (size_t)file->size + 1, &room, error);
    if (status == STATUS_OK)
        status = file_read(file, 0, file->size, room, error);
    if (status == STATUS_OK)
        *ret_old = bytes_of(room, (size_t)file->size);
    return status;
}

/* The seed that an earlier boot stage has left, as far as it can be read. */
static struct bytes read_earlier(const struct boot *boot)
{
    uint64_t address = random_table_earlier(&boot->firmware);
    const LINUX_EFI_RANDOM_SEED *table;

    if (address == 0 || !firmware_tables_may_read(&boot->facts.memory, address, sizeof(*table)))
        return (struct bytes){NULL, 0};
    table = phys_to_ptr(address);
    if (table->Size > EARLIER_MAX ||
        !firmware_tables_may_read(&boot->facts.memory, address, sizeof(*table) + table->Size))
        return (struct bytes){NULL, 0};
    return bytes_of(table->Bits, table->Size);
}

static void collect(const struct boot *boot, struct bytes old, struct collected *collected)
{
    const struct firmware *firmware = &boot->firmware;
    struct bytes *source = collected->sources.source;

    source[RANDOM_SEED_FILE] = old;
    if (random_from_firmware(firmware, collected->firmware, sizeof(collected->firmware)))
        source[RANDOM_SEED_FIRMWARE] = bytes_of(collected->firmware, sizeof(collected->firmware));
    source[RANDOM_SEED_EARLIER] = read_earlier(boot);
    if (variable_get(firmware, VARIABLE_OF_LOADER, u"LoaderSystemToken", collected->token, TOKEN_MAX,
                     &source[RANDOM_SEED_TOKEN]) != STATUS_OK)
        source[RANDOM_SEED_TOKEN] = (struct bytes){NULL, 0};
    if (random_never_twice(firmware, &collected->number))
        source[RANDOM_SEED_BOOTS] = bytes_of(&collected->number, sizeof(collected->number));
    if (wall_clock_look(firmware, &collected->time))
        source[RANDOM_SEED_CLOCK] = bytes_of(&collected->time, sizeof(collected->time));
    collected->counter = machine_counter();
    source[RANDOM_SEED_COUNTER] = bytes_of(&collected->counter, sizeof(collected->counter));
    if (boot->facts.has_boot_partition)
        source[RANDOM_SEED_PARTITION] = bytes_of(boot->facts.boot_partition, sizeof(boot->facts.boot_partition));
}

static void wipe(struct bytes bytes)
{
    if (bytes.data)
        memory_wipe((void *)(uintptr_t)bytes.data, bytes.size);
}

/* What is behind the seed could tell of the ones before. `old` is used up. */
static enum status replace(struct file *file, struct bytes old, const uint8_t *seed, struct error *error)
{
    enum status status = STATUS_OK;

    wipe(old);
    if (old.size > RANDOM_SEED_SIZE) {
        status = file_write(file, RANDOM_SEED_SIZE, bytes_of(old.data + RANDOM_SEED_SIZE, old.size - RANDOM_SEED_SIZE),
                            error);
        if (status == STATUS_OK)
            status = file_flush(file, error);
    }
    if (status == STATUS_OK)
        status = file_write(file, 0, bytes_of(seed, RANDOM_SEED_SIZE), error);
    return status == STATUS_OK ? file_flush(file, error) : status;
}

static enum status give(struct boot *boot, struct file *file, bool secure_boot, struct error *error)
{
    struct collected collected;
    struct random_seed seed;
    struct bytes old;
    const char *refusal;
    enum status status = read_old(boot, file, &old, error);

    if (status != STATUS_OK)
        return status;
    memset(&collected, 0, sizeof(collected));
    collect(boot, old, &collected);
    refusal = random_seed_refusal(&collected.sources, secure_boot);
    if (refusal) {
        log_info("no random seed for what is started: %s", refusal);
    } else {
        random_seed_make(&collected.sources, &seed);
        status = replace(file, old, seed.file, error);
        if (status == STATUS_OK)
            status = random_table_offer(&boot->ledger, seed.kernel, sizeof(seed.kernel), error);
        memory_wipe(&seed, sizeof(seed));
    }
    memory_wipe(&collected, sizeof(collected));
    wipe(old);
    return status;
}

void seed_give(struct boot *boot, bool secure_boot)
{
    struct volume *volume = &boot->volumes.items[0];
    struct error error;
    struct file file;
    enum status status = volume_open(&boot->ledger, volume, &error); /* what is started may be on another one */

    if (status == STATUS_OK)
        status = file_open_to_write(volume, RANDOM_SEED_PATH, &file, &error);
    if (status == STATUS_NOT_FOUND)
        return; /* nobody asks for one */
    if (status == STATUS_OK) {
        status = give(boot, &file, secure_boot, &error);
        file_close(&file);
    }
    if (status != STATUS_OK)
        log_info("no random seed for what is started: %s", error.text);
}
