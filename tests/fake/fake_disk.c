/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_disk.h"

#include <string.h>

#include "abi/block_io.h"
#include "abi/device_path.h"
#include "fake.h"
#include "fake_traps.h"

#define MEDIA_ID      77
#define ALIGNMENT     4096 /* of buffers: more than the specification's own examples */
#define BLOCKS        1000000
#define HEADER_BLOCK  1
#define TABLE_BLOCK   2
#define TABLE_ENTRIES 128
#define ENTRY_SIZE    128
#define SECOND_NUMBER 6 /* with small blocks, its entry does not lie in the table's first one */

struct disk_path {
    uint8_t before[6]; /* a node of another kind: nothing is aligned */
    EFI_DEVICE_PATH_PROTOCOL end;
};

struct partition_path {
    uint8_t before[6];
    uint8_t drive[sizeof(HARDDRIVE_DEVICE_PATH)];
    EFI_DEVICE_PATH_PROTOCOL end;
};

static struct {
    struct disk_path disk, other_disk;
    struct partition_path boot, second, other;
    EFI_BLOCK_IO_PROTOCOL blocks, other_blocks;
    EFI_BLOCK_IO_MEDIA media;
} state;

static int boot_disk, other_disk, second_device;

const uint8_t fake_partition[16] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
                                    0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x01};
static const uint8_t second_partition[16] = {0x21, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
                                             0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x01};
/* As they stand on a disk: c12a7328-f81f-11d2-ba4b-00a0c93ec93b, bc13c2ff-59e6-4262-a352-b275fd6f7172. */
static const uint8_t system_type[16] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
                                        0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};
static const uint8_t extended_type[16] = {0xff, 0xc2, 0x13, 0xbc, 0xe6, 0x59, 0x62, 0x42,
                                          0xa3, 0x52, 0xb2, 0x75, 0xfd, 0x6f, 0x71, 0x72};

bool fake_second_is_vital(void)
{
    return fake_setup()->second.is_there && !fake_setup()->second.is_spare;
}

EFI_HANDLE fake_second_device(void)
{
    return &second_device;
}

EFI_HANDLE fake_boot_disk(void)
{
    return &boot_disk;
}

EFI_HANDLE fake_other_disk(void)
{
    return &other_disk;
}

/* ---- what is on the disk ---- */

static void put(uint8_t *at, unsigned width, uint64_t number)
{
    for (unsigned i = 0; i < width; i++)
        at[i] = (uint8_t)(number >> (8 * i));
}

/* An entry of the table, where it lies in this block. */
static void put_entry(uint8_t *block, EFI_LBA number, uint32_t partition, const uint8_t *type, const uint8_t *guid)
{
    uint64_t byte = (uint64_t)(partition - 1) * ENTRY_SIZE;

    if (number != TABLE_BLOCK + byte / state.media.BlockSize)
        return;
    memcpy(block + byte % state.media.BlockSize, type, 16);
    memcpy(block + byte % state.media.BlockSize + 16, guid, 16);
}

static void write_block(uint8_t *block, EFI_LBA number)
{
    memset(block, number == HEADER_BLOCK ? 0xa5 : 0, state.media.BlockSize);
    if (number == HEADER_BLOCK) {
        memcpy(block, "EFI PART", 8);
        put(block + 72, 8, TABLE_BLOCK);
        put(block + 80, 4, TABLE_ENTRIES);
        put(block + 84, 4, ENTRY_SIZE);
        return;
    }
    put_entry(block, number, 1, system_type, fake_partition);
    if (fake_setup()->second.is_there)
        put_entry(block, number, SECOND_NUMBER, fake_setup()->second.has_other_type ? system_type : extended_type,
                  second_partition);
}

static EFI_STATUS EFIAPI read_blocks(EFI_BLOCK_IO_PROTOCOL *this, uint32_t media, EFI_LBA number, UINTN size,
                                     void *buffer)
{
    EFI_STATUS status = fake_call(FAKE_ReadBlocks);
    size_t count = size / state.media.BlockSize;

    fake_set_vital(fake_second_is_vital());
    if (this == &state.other_blocks)
        fake_complain("another disk was read than the one that the loader came from");
    if ((this != &state.blocks && this != &state.other_blocks) || media != MEDIA_ID || !buffer || size == 0 ||
        size % state.media.BlockSize != 0 || (uintptr_t)buffer % ALIGNMENT != 0) {
        fake_complain("ReadBlocks: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    if (status != EFI_SUCCESS)
        return status;
    if (number >= BLOCKS || count > BLOCKS - number)
        return EFI_INVALID_PARAMETER;
    for (size_t i = 0; i < count; i++) {
        if (fake_setup()->second.bad_block != 0 && number + i == fake_setup()->second.bad_block)
            return EFI_DEVICE_ERROR;
        write_block((uint8_t *)buffer + i * state.media.BlockSize, number + i);
    }
    return EFI_SUCCESS;
}

/* ---- where all that is ---- */

static struct partition_path path_of_partition(const struct disk_path *disk, uint32_t number, const uint8_t *guid)
{
    HARDDRIVE_DEVICE_PATH drive = {.Header = {MEDIA_DEVICE_PATH, MEDIA_HARDDRIVE_DP, {sizeof(drive), 0}},
                                   .PartitionNumber = number,
                                   .PartitionStart = (EFI_LBA)2048 * number,
                                   .PartitionSize = 1024,
                                   .MBRType = MBR_TYPE_EFI_PARTITION_TABLE_HEADER,
                                   .SignatureType = SIGNATURE_TYPE_GUID};
    struct partition_path path = {.end = disk->end};

    memcpy(drive.Signature, guid, sizeof(drive.Signature));
    if (fake_has(FAKE_QUIRK_NO_PARTITION))
        drive.SignatureType = SIGNATURE_TYPE_MBR;
    memcpy(path.before, disk->before, sizeof(path.before));
    memcpy(path.drive, &drive, sizeof(drive));
    return path;
}

static struct disk_path path_of_disk(uint8_t device)
{
    return (struct disk_path){{HARDWARE_DEVICE_PATH, 1, 6, 0, device, 1},
                              {END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, {4, 0}}};
}

static void add_disk(EFI_HANDLE handle, struct disk_path *path, EFI_BLOCK_IO_PROTOCOL *blocks)
{
    static const EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID, blocks_guid = EFI_BLOCK_IO_PROTOCOL_GUID;

    fake_traps_blocks(blocks);
    blocks->Revision = 0x10000;
    blocks->Media = &state.media;
    blocks->ReadBlocks = read_blocks;
    fake_protocols_add(handle, &path_guid, path);
    fake_protocols_add(handle, &blocks_guid, blocks);
}

void fake_disk_start(void)
{
    static const EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    uint32_t block_size = fake_setup()->second.block_size;

    state.media = (EFI_BLOCK_IO_MEDIA){.MediaId = MEDIA_ID,
                                       .MediaPresent = 1,
                                       .BlockSize = block_size == 0 ? 512 : block_size,
                                       .IoAlign = ALIGNMENT,
                                       .LastBlock = BLOCKS - 1};
    state.disk = path_of_disk(2);
    state.other_disk = path_of_disk(3);
    state.boot = path_of_partition(&state.disk, 1, fake_partition);
    state.second = path_of_partition(&state.disk, SECOND_NUMBER, second_partition);
    state.other = path_of_partition(&state.other_disk, SECOND_NUMBER, second_partition);
    add_disk(&boot_disk, &state.disk, &state.blocks);
    add_disk(&other_disk, &state.other_disk, &state.other_blocks);
    fake_protocols_add(fake_boot_device(), &path_guid, &state.boot);
    fake_protocols_add(fake_other_device(), &path_guid, &state.other);
    if (fake_setup()->second.is_there)
        fake_protocols_add(&second_device, &path_guid, &state.second);
}
