/* SPDX-License-Identifier: BSD-2-Clause */
#include "volumes.h"

#include "abi/block_io.h"
#include "abi/device_path.h"
#include "abi/partition_info.h"
#include "checked.h"
#include "device_path.h"
#include "gpt.h"
#include "log.h"
#include "memory.h"
#include "partition_path.h"

#define BLOCK_MAX     65536U
#define DISK_PATH_MAX 1024U /* bytes of a disk's device path; longer ones have no other volumes here */

/* bc13c2ff-59e6-4262-a352-b275fd6f7172, as it stands on a disk. */
static const uint8_t xbootldr_type[GPT_GUID_SIZE] = {0xff, 0xc2, 0x13, 0xbc, 0xe6, 0x59, 0x62, 0x42,
                                                     0xa3, 0x52, 0xb2, 0x75, 0xfd, 0x6f, 0x71, 0x72};

struct disk {
    EFI_HANDLE handle;
    EFI_BLOCK_IO_PROTOCOL *blocks;
    uint32_t block_size; /* bytes */
};

/* The extended boot loader partitions of the boot disk. */
struct beside {
    uint32_t count;
    uint8_t guid[GPT_GUID_SIZE]; /* of the first one, as it stands on the disk */
    EFI_HANDLE controller;       /* to be connected where it has no file system yet: the partition, or its disk */
};

/* A partition table that is whole. */
struct table {
    struct gpt_table gpt;
    struct bytes bytes;
};

static struct bytes path_of(const struct firmware *firmware, EFI_HANDLE device)
{
    static const EFI_GUID guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    const void *path = firmware_protocol(firmware, device, &guid);

    return (struct bytes){path, path ? DEVICE_PATH_MAX : 0};
}

/* The disk before the partition's node. False when the firmware does not offer its blocks. */
static bool find_disk(const struct firmware *firmware, struct bytes path, const struct partition_node *partition,
                      struct disk *ret_disk)
{
    static const EFI_GUID guid = EFI_BLOCK_IO_PROTOCOL_GUID;
    static const uint8_t end[] = {DEVICE_NODE_END, END_ENTIRE_DEVICE_PATH_SUBTYPE, DEVICE_NODE_HEADER, 0};
    uint8_t own[DISK_PATH_MAX + sizeof(end)];
    EFI_DEVICE_PATH_PROTOCOL *rest = (EFI_DEVICE_PATH_PROTOCOL *)own;
    struct disk disk = {.handle = NULL};

    if (partition->offset > DISK_PATH_MAX)
        return false;
    memcpy(own, path.data, (size_t)partition->offset);
    memcpy(own + partition->offset, end, sizeof(end));
    if (firmware->boot->LocateDevicePath(&guid, &rest, &disk.handle) != EFI_SUCCESS ||
        rest->Type != END_DEVICE_PATH_TYPE)
        return false;
    disk.blocks = firmware_protocol(firmware, disk.handle, &guid);
    disk.block_size = disk.blocks && disk.blocks->Media ? disk.blocks->Media->BlockSize : 0;
    if (disk.block_size < 512 || disk.block_size > BLOCK_MAX || !is_power_of_two(disk.block_size))
        return false;
    *ret_disk = disk;
    return true;
}

/* Reads `size` bytes or a little more, up to the end of a block, to the start of a page, which suits every disk. */
static bool read_disk(struct ledger *ledger, const struct disk *disk, uint64_t block, size_t size,
                      struct bytes *ret_bytes)
{
    const size_t whole = (size + disk->block_size - 1) & ~((size_t)disk->block_size - 1);
    void *room = NULL;
    uint8_t *start;
    struct error error; /* then it is as if it could not be read */

    if (ledger_memory(ledger, whole + PAGE_SIZE, &room, &error) != STATUS_OK)
        return false;
    start = (uint8_t *)room + (-(uintptr_t)room & (PAGE_SIZE - 1));
    if (disk->blocks->ReadBlocks(disk->blocks, disk->blocks->Media->MediaId, block, whole, start) != EFI_SUCCESS)
        return false;
    *ret_bytes = (struct bytes){start, whole};
    return true;
}

/* The table of the header in that block. `other`: where the other header is, whatever becomes of this one. */
static bool read_table_of(struct ledger *ledger, const struct disk *disk, uint64_t block, struct table *ret_table,
                          uint64_t *other)
{
    struct gpt_table gpt;
    struct bytes bytes;

    if (!read_disk(ledger, disk, block, disk->block_size, &bytes))
        return false;
    *other = gpt_other_header(bytes);
    if (!gpt_read_header(bytes, block, &gpt) ||
        !read_disk(ledger, disk, gpt.block, (size_t)gpt.count * gpt.size, &bytes) || !gpt_is_whole(bytes, &gpt))
        return false;
    *ret_table = (struct table){gpt, bytes};
    return true;
}

/* Of the two tables the first one that is whole. The second one's header is where the first says or, since that may be
 * damaged, at the disk's end. */
static bool read_table(struct ledger *ledger, const struct disk *disk, struct table *ret_table)
{
    const uint64_t last = disk->blocks->Media->LastBlock;
    uint64_t second = 0, ignored;

    if (read_table_of(ledger, disk, GPT_HEADER_BLOCK, ret_table, &second))
        return true;
    if (second <= GPT_HEADER_BLOCK || second > last)
        second = last;
    if (!read_table_of(ledger, disk, second, ret_table, &ignored) &&
        (second == last || !read_table_of(ledger, disk, last, ret_table, &ignored)))
        return false;
    log_info("the boot disk's first partition table is damaged or cannot be read: its second one counts");
    return true;
}

/* Whether the path is that of a partition on the boot disk, which is what is before the boot partition's node. */
static bool is_on_disk(struct bytes path, struct bytes boot_path, const struct partition_node *boot,
                       struct partition_node *ret_partition)
{
    return path.data && partition_path_read(path, ret_partition) && ret_partition->offset == boot->offset &&
           memcmp(path.data, boot_path.data, (size_t)boot->offset) == 0;
}

/* Adds the partition when the firmware has its file system; says whether it has. */
static bool add_partition(const struct firmware *firmware, struct volumes *volumes, const struct partition_node *boot,
                          const struct beside *beside)
{
    static const EFI_GUID files = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    struct volume other = {.name = "for boot entries beside the loader's own (XBOOTLDR)"};
    struct partition_node partition;
    EFI_HANDLE *handles;
    size_t count = firmware_handles(firmware, &files, &handles), i = 0;

    for (; i < count; i++) {
        other.device = handles[i];
        other.path = path_of(firmware, handles[i]);
        if (is_on_disk(other.path, volumes->items[0].path, boot, &partition) &&
            memcmp(partition.guid, beside->guid, sizeof(partition.guid)) == 0)
            break;
    }
    if (handles)
        (void)firmware->boot->FreePool(handles); /* it came from the pool */
    if (i == count)
        return false;
    volumes->items[volumes->count++] = other;
    return true;
}

/* Firmware in a hurry connects drivers to no partition but the one that it boots from; then it is asked to, for this
 * one or its disk alone: with all disks it may take minutes. */
static void add_beside(const struct firmware *firmware, struct volumes *volumes, const struct partition_node *boot,
                       const struct beside *beside)
{
    if (beside->count > 1)
        log_warning("the boot disk has more than one extended boot loader partition: the first one is taken");
    if (beside->count == 0 || add_partition(firmware, volumes, boot, beside))
        return;
    (void)firmware->boot->ConnectController(beside->controller, NULL, NULL, true); /* what comes of it is looked at */
    if (!add_partition(firmware, volumes, boot, beside))
        log_warning("the firmware cannot read the extended boot loader partition (XBOOTLDR): there are no entries from "
                    "it. Is it FAT?");
}

/* NULL when the firmware does not say it. */
static const EFI_PARTITION_INFO_PROTOCOL *info_of(const struct firmware *firmware, EFI_HANDLE device)
{
    static const EFI_GUID guid = EFI_PARTITION_INFO_PROTOCOL_GUID;
    const EFI_PARTITION_INFO_PROTOCOL *info = firmware_protocol(firmware, device, &guid);

    return info && info->Type == PARTITION_TYPE_GPT ? info : NULL;
}

/* From what the firmware has read of the disk itself. False when it does not tell that of the boot partition: then it
 * is older than UEFI 2.7, or knows another table. */
static bool ask_firmware(const struct firmware *firmware, const struct volumes *volumes,
                         const struct partition_node *boot, struct beside *ret_beside)
{
    static const EFI_GUID guid = EFI_PARTITION_INFO_PROTOCOL_GUID;
    struct beside beside = {0};
    uint32_t first = UINT32_MAX;
    EFI_HANDLE *handles = NULL;
    size_t count = 0;

    if (info_of(firmware, volumes->items[0].device))
        count = firmware_handles(firmware, &guid, &handles);
    if (count == 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        const EFI_PARTITION_INFO_PROTOCOL *info = info_of(firmware, handles[i]);
        struct partition_node partition;

        if (!info || memcmp(&info->PartitionTypeGUID, xbootldr_type, sizeof(xbootldr_type)) != 0 ||
            !is_on_disk(path_of(firmware, handles[i]), volumes->items[0].path, boot, &partition))
            continue;
        beside.count++;
        if (partition.number >= first)
            continue;
        first = partition.number;
        memcpy(beside.guid, partition.guid, sizeof(beside.guid));
        beside.controller = handles[i];
    }
    (void)firmware->boot->FreePool(handles); /* it came from the pool */
    *ret_beside = beside;
    return true;
}

static bool ask_disk(struct ledger *ledger, const struct volumes *volumes, const struct partition_node *boot,
                     struct beside *ret_beside)
{
    struct disk disk;
    struct table table;

    if (!find_disk(ledger->firmware, volumes->items[0].path, boot, &disk) || !read_table(ledger, &disk, &table))
        return false;
    ret_beside->count = gpt_find_type(table.bytes, &table.gpt, xbootldr_type, ret_beside->guid);
    ret_beside->controller = disk.handle;
    return true;
}

static void find_beside(struct ledger *ledger, struct volumes *volumes, const struct partition_node *boot)
{
    size_t mark = ledger->count;
    struct beside beside;

    if (ask_firmware(ledger->firmware, volumes, boot, &beside) || ask_disk(ledger, volumes, boot, &beside))
        add_beside(ledger->firmware, volumes, boot, &beside);
    else
        log_info("the boot disk's partition table cannot be read: there are no entries from another partition");
    ledger_undo(ledger, mark);
}

enum status volumes_find(struct ledger *ledger, struct volumes *ret_volumes, struct error *error)
{
    const struct firmware *firmware = ledger->firmware;
    struct volume *own = &ret_volumes->items[0];
    struct partition_node boot;

    *ret_volumes = (struct volumes){.count = 0};
    if (!firmware->loaded_image || !firmware->loaded_image->DeviceHandle)
        return error_set(error, STATUS_NOT_FOUND,
                         "The firmware does not say which volume the loader came from, so there is nowhere to look for "
                         "a kernel. Start it from the disk that holds the kernel.");
    own->device = firmware->loaded_image->DeviceHandle;
    own->path = path_of(firmware, firmware->loaded_image->DeviceHandle);
    own->name = "that the loader came from";
    ret_volumes->count = 1;
    if (own->path.data && partition_path_read(own->path, &boot))
        find_beside(ledger, ret_volumes, &boot);
    return STATUS_OK;
}
