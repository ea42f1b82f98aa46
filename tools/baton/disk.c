/* SPDX-License-Identifier: BSD-2-Clause */
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checked.h"
#include "host_tools.h"
#include "process.h"
#include "text.h"

#define PARTITION_START  2048UL /* sectors: 1 MiB, what every tool aligns to */
#define TABLE_END        33UL   /* sectors of the table's copy at the disk's end (UEFI 2.10, 5.3) */
#define DISK_GUID        "6BC13EF2-90D7-4C1E-9F3A-6261746F6E01"
#define PARTITION_GUID   "6BC13EF2-90D7-4C1E-9F3A-6261746F6E02"
#define MIB              (1024ULL * 1024)
#define LARGE_DISK       (300 * MIB)
#define LARGEST_DISK     (1024ULL * 1024 * MIB) /* FAT32 has 2^28 clusters */
#define LARGE_CLUSTER    8u                     /* sectors */
#define FAT32_CLUSTERS   65600 /* below 65525 firmware reads the volume as FAT16 (FAT specification); a few to spare */
#define SPARE_BYTES      (2 * MIB)
#define RESERVED_SECTORS 64 /* mformat takes 32 */
#define FAT_COPIES       2
#define NAME_PER_SLOT    13 /* letters of a long name in one directory slot of 32 bytes */
#define SLOT_SIZE        32
#define SERIAL           "42415431"
#define FIXED_DATE       "1577836800" /* 2020-01-01 */

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

/* The first sector behind the partition on a disk of so many: 1 MiB-aligned, too. */
static uint64_t partition_end(uint64_t sectors)
{
    return (sectors - TABLE_END) / PARTITION_START * PARTITION_START;
}

/* The slots of one entry: its long name's, and the short one. */
static uint64_t slots_of(const struct volume_file *file)
{
    return 1 + round_up(strlen(host_file_name(file->path)), NAME_PER_SLOT) / NAME_PER_SLOT;
}

/* The clusters that hold the files and folders. */
static uint64_t count_clusters(const struct volume *volume, uint64_t cluster_size)
{
    uint64_t clusters = 0;
    uint64_t slots = 1; /* the volume's label in the root folder */

    for (size_t i = 0; i < volume->count; i++) {
        clusters += round_up(volume->files[i].size, cluster_size) / cluster_size;
        slots += slots_of(&volume->files[i]);
        if (!volume->files[i].source)
            slots += 2 + cluster_size / SLOT_SIZE; /* . and .., and the last cluster, which may be nearly empty */
    }
    return clusters + round_up(slots * SLOT_SIZE, cluster_size) / cluster_size + 1;
}

static uint64_t bytes_for(uint64_t clusters, unsigned cluster_sectors)
{
    uint64_t fat = round_up((clusters + 2) * 4, DISK_SECTOR) / DISK_SECTOR;

    return (RESERVED_SECTORS + FAT_COPIES * fat + clusters * cluster_sectors) * DISK_SECTOR;
}

/* The least disk with clusters of that many sectors, in whole MiB. */
static uint64_t least_size(const struct volume *volume, unsigned cluster_sectors)
{
    uint64_t clusters = count_clusters(volume, (uint64_t)cluster_sectors * DISK_SECTOR);

    return PARTITION_START * DISK_SECTOR +
           round_up(bytes_for(max_u64(clusters, FAT32_CLUSTERS), cluster_sectors), MIB) + MIB;
}

enum status disk_plan(const struct volume *volume, uint64_t size, struct disk_layout *ret_layout, struct error *error)
{
    unsigned cluster_sectors = 1;
    uint64_t least = least_size(volume, cluster_sectors);
    uint64_t wanted = size != 0 ? size : least + SPARE_BYTES;

    if (wanted >= LARGE_DISK) {
        cluster_sectors = LARGE_CLUSTER;
        least = least_size(volume, cluster_sectors);
        wanted = size != 0 ? size : max_u64(wanted, least + SPARE_BYTES);
    }
    if (wanted % DISK_SECTOR != 0)
        return error_set(error, STATUS_INVALID, "a disk's size is a multiple of %lu bytes", DISK_SECTOR);
    if (wanted > LARGEST_DISK)
        return error_set(error, STATUS_INVALID, "a FAT32 disk has at most %llu GiB", LARGEST_DISK / MIB / 1024);
    if (wanted < least)
        return error_set(error, STATUS_INVALID, "the disk is too small: these files on FAT32 need %llu MiB",
                         (unsigned long long)(least / MIB));
    ret_layout->sectors = wanted / DISK_SECTOR;
    ret_layout->partition_sectors = partition_end(ret_layout->sectors) - PARTITION_START;
    ret_layout->cluster_sectors = cluster_sectors;
    return STATUS_OK;
}

/* An empty file of the disk's size. */
static enum status make_file(const char *path, const struct disk_layout *layout, struct error *error)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool made;

    if (file < 0)
        return error_set(error, STATUS_DEVICE, "%s: %s", path, strerror(errno));
    made = ftruncate(file, (off_t)(layout->sectors * DISK_SECTOR)) == 0;
    if (close(file) != 0 || !made)
        return error_set(error, STATUS_DEVICE, "%s: %s", path, strerror(errno));
    return STATUS_OK;
}

/* mtools read "x:…" as a drive and "-…" as an option. */
static const char *host_path(struct pool *pool, const char *path)
{
    return path[0] == '/' ? path : pool_format(pool, "./%s", path);
}

/* Settings for mtools, so that nothing of this person's or machine's own changes the bytes. */
static struct list fixed_environment(struct pool *pool)
{
    const char *date = getenv("SOURCE_DATE_EPOCH");
    struct list settings = {0};

    list_add(pool, &settings, "LC_ALL=C.UTF-8");
    list_add(pool, &settings, "MTOOLSRC=/dev/null");
    list_add(pool, &settings, "TZ=UTC");
    list_add(pool, &settings, pool_format(pool, "SOURCE_DATE_EPOCH=%s", date && *date != '\0' ? date : FIXED_DATE));
    return settings;
}

static enum status run(struct pool *pool, const char *tool, const char *const *arguments, size_t count,
                       struct error *error)
{
    const struct list settings = fixed_environment(pool);
    struct list argv = {0};
    const char *path;
    enum status status = host_tool_find(pool, tool, &path, error);

    if (status != STATUS_OK)
        return status;
    list_add(pool, &argv, path);
    for (size_t i = 0; i < count; i++)
        list_add(pool, &argv, arguments[i]);
    return process_run_tool(pool, argv.items, settings.items, NULL, error);
}

/* One EFI system partition; the GUIDs are always the same, so that the same disk has the same bytes. */
static enum status write_table(struct pool *pool, const char *path, const struct disk_layout *layout,
                               struct error *error)
{
    const char *const arguments[] = {
        "--clear",
        "--disk-guid=" DISK_GUID,
        pool_format(pool, "--new=1:%lu:%llu", PARTITION_START,
                    (unsigned long long)(PARTITION_START + layout->partition_sectors - 1)),
        "--typecode=1:ef00",
        "--change-name=1:EFI system partition",
        "--partition-guid=1:" PARTITION_GUID,
        host_path(pool, path),
    };

    return run(pool, "sgdisk", arguments, sizeof(arguments) / sizeof(arguments[0]), error);
}

static enum status format_partition(struct pool *pool, const char *partition, const struct disk_layout *layout,
                                    struct error *error)
{
    const char *const arguments[] = {
        "-i",
        partition,
        "-F",
        "-c",
        pool_format(pool, "%u", layout->cluster_sectors),
        "-T",
        pool_format(pool, "%llu", (unsigned long long)layout->partition_sectors),
        "-H",
        pool_format(pool, "%lu", PARTITION_START),
        "-h",
        "255",
        "-s",
        "63",
        "-N",
        SERIAL,
        "-v",
        "BATON",
        "::",
    };

    return run(pool, "mformat", arguments, sizeof(arguments) / sizeof(arguments[0]), error);
}

static enum status copy(struct pool *pool, const char *partition, const struct volume_file *file, struct error *error)
{
    const char *target = pool_format(pool, "::%s", file->path);
    const char *const make_folder[] = {"-i", partition, target};
    const char *const copy_file[] = {"-i", partition, "-o", NULL, target};
    const char *arguments[sizeof(copy_file) / sizeof(copy_file[0])];

    if (!file->source)
        return run(pool, "mmd", make_folder, sizeof(make_folder) / sizeof(make_folder[0]), error);
    memcpy(arguments, copy_file, sizeof(copy_file));
    arguments[3] = host_path(pool, file->source);
    return run(pool, "mcopy", arguments, sizeof(arguments) / sizeof(arguments[0]), error);
}

static enum status check_date(struct error *error)
{
    const char *date = getenv("SOURCE_DATE_EPOCH");
    uint64_t seconds;

    if (date && *date != '\0' && !text_number(text_of(date), false, &seconds))
        return error_set(error, STATUS_INVALID, "$SOURCE_DATE_EPOCH is \"%s\": expected seconds since 1970", date);
    return STATUS_OK;
}

enum status disk_write(struct pool *pool, const char *path, const struct volume *volume,
                       const struct disk_layout *layout, struct error *error)
{
    const char *partition = pool_format(pool, "%s@@1M", host_path(pool, path));
    enum status status = check_date(error);

    if (status == STATUS_OK)
        status = make_file(path, layout, error);
    if (status == STATUS_OK)
        status = write_table(pool, path, layout, error);
    if (status == STATUS_OK)
        status = format_partition(pool, partition, layout, error);
    for (size_t i = 0; status == STATUS_OK && i < volume->count; i++)
        status = copy(pool, partition, &volume->files[i], error);
    return status;
}
