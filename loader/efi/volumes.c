/* SPDX-License-Identifier: BSD-2-Clause */
#include "volumes.h"

#include "abi/block_io.h"
#include "abi/device_path.h"
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

/* A partition table that is whole. */
struct table {
    struct gpt_table gpt;
    struct bytes bytes;
};

static struct bytes path_of(const struct firmware *firmware, EFI_HANDLE device)
{
    static const EFI_GUID guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    void *path = NULL;

    if (firmware->boot->HandleProtocol(device, &guid, &path) != EFI_SUCCESS || !path)
        return (struct bytes){NULL, 0};
    return (struct bytes){path, DEVICE_PATH_MAX};
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
    void *interface = NULL;

    if (partition->offset > DISK_PATH_MAX)
        return false;
    memcpy(own, path.data, (size_t)partition->offset);
    memcpy(own + partition->offset, end, sizeof(end));
    if (firmware->boot->LocateDevicePath(&guid, &rest, &disk.handle) != EFI_SUCCESS ||
        rest->Type != END_DEVICE_PATH_TYPE ||
        firmware->boot->HandleProtocol(disk.handle, &guid, &interface) != EFI_SUCCESS)
        return false;
    disk.blocks = interface;
    disk.block_size = disk.blocks->Media ? disk.blocks->Media->BlockSize : 0;
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

/* Whether the path is that of the partition on the disk before the boot partition's node. */
static bool is_partition(struct bytes path, const uint8_t guid[GPT_GUID_SIZE], struct bytes boot_path,
                         const struct partition_node *boot)
{
    struct partition_node partition;

    return path.data && partition_path_read(path, &partition) && partition.offset == boot->offset &&
           memcmp(path.data, boot_path.data, (size_t)boot->offset) == 0 &&
           memcmp(partition.guid, guid, sizeof(partition.guid)) == 0;
}

/* Adds the partition of the boot disk when the firmware has its file system; says whether it has. */
static bool add_partition(const struct firmware *firmware, struct volumes *volumes, const struct partition_node *boot,
                          const uint8_t guid[GPT_GUID_SIZE])
{
    static const EFI_GUID files = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    struct volume other = {.name = "for boot entries beside the loader's own (XBOOTLDR)"};
    EFI_HANDLE *handles = NULL;
    UINTN count = 0;
    size_t i = 0;

    if (firmware->boot->LocateHandleBuffer(ByProtocol, &files, NULL, &count, &handles) != EFI_SUCCESS)
        return false;
    for (; i < count; i++) {
        other.device = handles[i];
        other.path = path_of(firmware, handles[i]);
        if (is_partition(other.path, guid, volumes->items[0].path, boot))
            break;
    }
    (void)firmware->boot->FreePool(handles); /* it came from the pool */
    if (i == count)
        return false;
    volumes->items[volumes->count++] = other;
    return true;
}

/* Adds the extended boot loader partition, if the table has one. Firmware in a hurry connects drivers to no partition
 * but the one that it boots from; then it is asked to, for this disk alone: with all disks it may take minutes. */
static void add_xbootldr(const struct firmware *firmware, struct volumes *volumes, const struct partition_node *boot,
                         const struct disk *disk, const struct table *table)
{
    uint8_t guid[GPT_GUID_SIZE];
    uint32_t count = gpt_find_type(table->bytes, &table->gpt, xbootldr_type, guid);

    if (count == 0)
        return;
    if (count > 1)
        log_warning("the boot disk has more than one extended boot loader partition: the first one is taken");
    if (add_partition(firmware, volumes, boot, guid))
        return;
    (void)firmware->boot->ConnectController(disk->handle, NULL, NULL, true); /* what comes of it is looked at */
    if (!add_partition(firmware, volumes, boot, guid))
        log_warning("the boot disk has an extended boot loader partition (XBOOTLDR), and the firmware cannot read its "
                    "file system: there are no entries from it. Is it FAT?");
}

static void find_beside(struct ledger *ledger, struct volumes *volumes, const struct partition_node *boot)
{
    size_t mark = ledger->count;
    struct disk disk;
    struct table table;

    if (find_disk(ledger->firmware, volumes->items[0].path, boot, &disk) && read_table(ledger, &disk, &table))
        add_xbootldr(ledger->firmware, volumes, boot, &disk, &table);
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

void volumes_close(struct volumes *volumes)
{
    for (size_t i = 0; i < volumes->count; i++)
        volume_close(&volumes->items[i]);
}
