/* SPDX-License-Identifier: BSD-2-Clause */
#include "check_disk.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "disk.h"
#include "host_tools.h"
#include "process.h"

/* UEFI 2.10, 5.2 (MBR) and 5.3 (GPT). */
#define GPT_SIGNATURE     "EFI PART"
#define GPT_ENTRIES_AT    72
#define GPT_COUNT_AT      80
#define GPT_STRIDE_AT     84
#define GPT_ENTRY_MINIMUM 128U
#define GPT_ENTRIES_MOST  1024U
#define GPT_STRIDE_MOST   4096U
#define GPT_FIRST_AT      32 /* of an entry: its first sector */
#define MBR_ENTRIES_AT    446
#define MBR_ENTRY_SIZE    16
#define MBR_ENTRIES       4
#define MBR_SYSTEM        0xef
#define BOOT_SIGNATURE_AT 510
#define BOOT_SIGNATURE    0xaa55
#define FAT32_NAME_AT     82
#define FAT_NAME_AT       54
#define LAST_SECTOR       (1ULL << 50)

/* C12A7328-F81F-11D2-BA4B-00A0C93EC93B as it stands on the disk. */
static const uint8_t system_partition[] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
                                           0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};

/* For mtools. */
static const char *const environment[] = {"LC_ALL=C.UTF-8", "MTOOLSRC=/dev/null", "MTOOLS_SKIP_CHECK=1", NULL};

static bool has_text(struct bytes bytes, uint64_t offset, const char *text)
{
    struct bytes slice;

    return bytes_slice(bytes, offset, strlen(text), &slice) && memcmp(slice.data, text, strlen(text)) == 0;
}

/* The first sector by the GPT; 0 when there is none. */
static uint64_t find_in_gpt(struct pool *pool, const char *path, struct bytes header)
{
    uint64_t at = bytes_number_or_zero(header, GPT_ENTRIES_AT, 8);
    uint64_t count = bytes_number_or_zero(header, GPT_COUNT_AT, 4),
             stride = bytes_number_or_zero(header, GPT_STRIDE_AT, 4);
    struct bytes table, entry;
    struct error ignored; /* a table that cannot be read has no partition */

    if (count > GPT_ENTRIES_MOST || stride < GPT_ENTRY_MINIMUM || stride > GPT_STRIDE_MOST || at > LAST_SECTOR ||
        host_file_read_at(pool, path, at * DISK_SECTOR, (size_t)(count * stride), &table, &ignored) != STATUS_OK)
        return 0;
    for (uint64_t i = 0; i < count && bytes_slice(table, i * stride, stride, &entry); i++) {
        if (memcmp(entry.data, system_partition, sizeof(system_partition)) == 0)
            return bytes_number_or_zero(entry, GPT_FIRST_AT, 8);
    }
    return 0;
}

static uint64_t find_in_mbr(struct bytes sector)
{
    for (uint64_t i = 0; i < MBR_ENTRIES; i++) {
        uint64_t at = MBR_ENTRIES_AT + i * MBR_ENTRY_SIZE;

        if (bytes_number_or_zero(sector, at + 4, 1) == MBR_SYSTEM)
            return bytes_number_or_zero(sector, at + 8, 4);
    }
    return 0;
}

enum status check_disk_find(struct pool *pool, const char *path, uint64_t *ret_offset, struct error *error)
{
    struct bytes head, header;
    uint64_t sector = 0;
    enum status status = host_file_read(pool, path, 2 * (size_t)DISK_SECTOR, &head, error);

    if (status != STATUS_OK)
        return status;
    if (bytes_slice(head, DISK_SECTOR, DISK_SECTOR, &header) && has_text(header, 0, GPT_SIGNATURE))
        sector = find_in_gpt(pool, path, header);
    else if (bytes_number_or_zero(head, BOOT_SIGNATURE_AT, 2) == BOOT_SIGNATURE)
        sector = find_in_mbr(head);
    if (sector != 0 && sector <= LAST_SECTOR) {
        *ret_offset = sector * DISK_SECTOR;
        return STATUS_OK;
    }
    if (has_text(head, FAT32_NAME_AT, "FAT32") || has_text(head, FAT_NAME_AT, "FAT")) {
        *ret_offset = 0;
        return STATUS_OK;
    }
    return error_set(
        error, STATUS_INVALID,
        "%s: has no EFI system partition, from which firmware could start a loader. \"baton image\" makes a "
        "disk with one.",
        path);
}

void check_disk_loaders(struct pool *pool, const char *path, bool ret_has[ARCHITECTURE_COUNT])
{
    const char *absolute, *mdir, *names = "";
    uint64_t offset;
    struct error ignored; /* then none is known */
    enum status status = check_disk_find(pool, path, &offset, &ignored);

    if (status == STATUS_OK)
        status = host_file_resolve(pool, path, &absolute, &ignored);
    if (status == STATUS_OK)
        status = host_tool_find(pool, "mdir", &mdir, &ignored);
    if (status == STATUS_OK)
        status = process_run_tool(
            pool,
            (const char *const[]){mdir, "-b", "-i", pool_format(pool, "%s@@%llu", absolute, (unsigned long long)offset),
                                  "::/EFI/BOOT", NULL},
            environment, &names, &ignored);
    names = pool_format(pool, "%s\n", names); /* the tool's last line end is taken off */
    for (size_t i = 0; i < ARCHITECTURE_COUNT; i++)
        ret_has[i] = status == STATUS_OK && strcasestr(names, pool_format(pool, "/%s\n", architectures[i].loader));
}

enum status check_disk_unpack(struct pool *pool, const char *path, const struct scratch *scratch,
                              const char **ret_folder, struct error *error)
{
    const char *folder = NULL, *mcopy = NULL, *absolute = NULL;
    uint64_t offset;
    enum status status = check_disk_find(pool, path, &offset, error);

    if (status == STATUS_OK)
        status = host_file_resolve(pool, path, &absolute, error);
    if (status == STATUS_OK)
        status = host_tool_find(pool, "mcopy", &mcopy, error);
    if (status != STATUS_OK)
        return status;
    folder = pool_format(pool, "%s/volume", scratch->path);
    if (mkdir(folder, 0700) != 0)
        return error_set(error, STATUS_DEVICE, "%s: %s", folder, strerror(errno));
    status = process_run_tool(pool,
                              (const char *const[]){mcopy, "-i",
                                                    pool_format(pool, "%s@@%llu", absolute, (unsigned long long)offset),
                                                    "-s", "-n", "::/", folder, NULL},
                              environment, NULL, error);
    if (status == STATUS_OK)
        *ret_folder = folder;
    return status;
}
