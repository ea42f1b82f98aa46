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
#include "phys.h"

#define BLOCK_MAX     65536U
#define DISK_PATH_MAX 1024U /* bytes of a disk's device path; longer ones have no other volumes here */

/* bc13c2ff-59e6-4262-a352-b275fd6f7172, as it stands on a disk. */
static const uint8_t xbootldr_type[GPT_TYPE_SIZE] = {0xff, 0xc2, 0x13, 0xbc, 0xe6, 0x59, 0x62, 0x42,
                                                     0xa3, 0x52, 0xb2, 0x75, 0xfd, 0x6f, 0x71, 0x72};

static struct bytes path_of(const struct firmware *firmware, EFI_HANDLE device)
{
    static const EFI_GUID guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    void *path = NULL;

    if (firmware->boot->HandleProtocol(device, &guid, &path) != EFI_SUCCESS || !path)
        return (struct bytes){NULL, 0};
    return (struct bytes){path, DEVICE_PATH_MAX};
}

/* The blocks of the disk before the partition's node; NULL when the firmware does not offer them. */
static EFI_BLOCK_IO_PROTOCOL *blocks_of_disk(const struct firmware *firmware, struct bytes path,
                                             const struct partition_node *partition)
{
    static const EFI_GUID guid = EFI_BLOCK_IO_PROTOCOL_GUID;
    static const uint8_t end[] = {DEVICE_NODE_END, END_ENTIRE_DEVICE_PATH_SUBTYPE, DEVICE_NODE_HEADER, 0};
    uint8_t disk[DISK_PATH_MAX + sizeof(end)];
    EFI_DEVICE_PATH_PROTOCOL *rest = (EFI_DEVICE_PATH_PROTOCOL *)disk;
    EFI_HANDLE handle = NULL;
    void *interface = NULL;

    if (partition->offset > DISK_PATH_MAX)
        return NULL;
    memcpy(disk, path.data, (size_t)partition->offset);
    memcpy(disk + partition->offset, end, sizeof(end));
    if (firmware->boot->LocateDevicePath(&guid, &rest, &handle) != EFI_SUCCESS || rest->Type != END_DEVICE_PATH_TYPE ||
        firmware->boot->HandleProtocol(handle, &guid, &interface) != EFI_SUCCESS)
        return NULL;
    return interface;
}

static bool read_block(EFI_BLOCK_IO_PROTOCOL *blocks, uint64_t block, struct bytes room)
{
    return blocks->ReadBlocks(blocks, blocks->Media->MediaId, block, room.size, (void *)(uintptr_t)room.data) ==
           EFI_SUCCESS;
}

/* Whether the partition is of that type. The table's blocks are read into pages, which suit every disk's alignment. */
static bool is_xbootldr(struct ledger *ledger, EFI_BLOCK_IO_PROTOCOL *blocks, const struct partition_node *partition)
{
    const uint32_t size = blocks->Media ? blocks->Media->BlockSize : 0;
    size_t mark = ledger->count;
    EFI_PHYSICAL_ADDRESS base = 0;
    uint8_t type[GPT_TYPE_SIZE];
    struct gpt_place place;
    struct error error; /* then it is as if there were none */
    struct bytes room;
    bool is;

    if (size < 512 || size > BLOCK_MAX || !is_power_of_two(size) ||
        ledger_pages(ledger, AllocateAnyPages, EfiLoaderData, (size + PAGE_SIZE - 1) / PAGE_SIZE, &base, &error) !=
            STATUS_OK)
        return false;
    room = (struct bytes){phys_to_ptr(base), size};
    is = read_block(blocks, GPT_HEADER_BLOCK, room) && gpt_find(room, partition->number, &place) &&
         read_block(blocks, place.block, room) && gpt_read_type(room, place.offset, partition->guid, type) &&
         memcmp(type, xbootldr_type, sizeof(type)) == 0;
    ledger_undo(ledger, mark);
    return is;
}

/* Adds the volume if it is the boot disk's extended boot loader partition. */
static void add_xbootldr(struct ledger *ledger, struct volumes *volumes, EFI_HANDLE device,
                         const struct partition_node *boot)
{
    struct volume other = {.device = device,
                           .path = path_of(ledger->firmware, device),
                           .name = "for boot entries beside the loader's own (XBOOTLDR)"};
    EFI_BLOCK_IO_PROTOCOL *blocks;
    struct partition_node partition;

    if (!other.path.data || !partition_path_read(other.path, &partition) || partition.offset != boot->offset ||
        memcmp(other.path.data, volumes->items[0].path.data, (size_t)boot->offset) != 0)
        return;
    blocks = blocks_of_disk(ledger->firmware, other.path, &partition);
    if (!blocks)
        log_info("the boot disk's partition table cannot be read: there are no entries from another partition");
    if (!blocks || !is_xbootldr(ledger, blocks, &partition))
        return;
    if (volumes->count == VOLUMES_MAX)
        log_warning("the boot disk has more than one extended boot loader partition: the first one is taken");
    else
        volumes->items[volumes->count++] = other;
}

enum status volumes_find(struct ledger *ledger, struct volumes *ret_volumes, struct error *error)
{
    static const EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    const struct firmware *firmware = ledger->firmware;
    EFI_HANDLE *handles = NULL;
    UINTN count = 0;
    struct partition_node boot;

    *ret_volumes = (struct volumes){.count = 0};
    if (!firmware->loaded_image || !firmware->loaded_image->DeviceHandle)
        return error_set(error, STATUS_NOT_FOUND,
                         "The firmware does not say which volume the loader came from, so there is nowhere to look for "
                         "a kernel. Start it from the disk that holds the kernel.");
    ret_volumes->items[0].device = firmware->loaded_image->DeviceHandle;
    ret_volumes->items[0].path = path_of(firmware, firmware->loaded_image->DeviceHandle);
    ret_volumes->items[0].name = "that the loader came from";
    ret_volumes->count = 1;
    if (!ret_volumes->items[0].path.data || !partition_path_read(ret_volumes->items[0].path, &boot) ||
        firmware->boot->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles) != EFI_SUCCESS)
        return STATUS_OK;
    for (size_t i = 0; i < count; i++) {
        if (handles[i] != ret_volumes->items[0].device)
            add_xbootldr(ledger, ret_volumes, handles[i], &boot);
    }
    (void)firmware->boot->FreePool(handles); /* it came from the pool */
    return STATUS_OK;
}

void volumes_close(struct volumes *volumes)
{
    for (size_t i = 0; i < volumes->count; i++)
        volume_close(&volumes->items[i]);
}
