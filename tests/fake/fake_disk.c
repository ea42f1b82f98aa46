/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_disk.h"

#include <string.h>

#include "abi/block_io.h"
#include "abi/device_path.h"
#include "abi/partition_info.h"
#include "crc32.h"
#include "fake.h"
#include "fake_memory.h"
#include "fake_traps.h"
#include "phys.h"

#define MEDIA_ID      77
#define ALIGNMENT     4096 /* of buffers: more than the specification's own examples */
#define BLOCKS        1000000
#define HEADER_BLOCK  1
#define TABLE_BLOCK   2
#define TABLE_ENTRIES 16 /* fewer than is usual, since their checksum takes its time in each run */
#define ENTRY_SIZE    128
#define SECOND_NUMBER 6 /* with small blocks, its entry does not lie in the table's first one */
#define HEADER_SIZE   92

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
    struct partition_path boot, second, twice, other;
    EFI_BLOCK_IO_PROTOCOL blocks, other_blocks;
    EFI_BLOCK_IO_MEDIA media;
    EFI_PARTITION_INFO_PROTOCOL boot_info, second_info, double_info, other_info;
    uint8_t table[TABLE_ENTRIES * ENTRY_SIZE];
    uint32_t checksum; /* of the table */
    bool is_connected; /* the second partition */
} state;

static int boot_disk, other_disk, second_device, double_device;

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

/* Whether the firmware has read the table, and tells of it. */
static bool is_told(void)
{
    const struct fake_second *second = &fake_setup()->second;

    return !second->is_untold && second->damage == FAKE_NO_DAMAGE && second->bad_block == 0 &&
           second->block_size == 0 && !fake_has(FAKE_QUIRK_NO_PARTITION);
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

static void put_entry(uint32_t partition, const uint8_t *type, const uint8_t *guid)
{
    uint8_t *entry = state.table + (size_t)(partition - 1) * ENTRY_SIZE;

    memcpy(entry, type, 16);
    memcpy(entry + 16, guid, 16);
    put(entry + 32, 8, (EFI_LBA)2048 * partition);
    put(entry + 40, 8, (EFI_LBA)2048 * partition + 1023);
}

static void make_table(void)
{
    const struct fake_second *second = &fake_setup()->second;

    memset(state.table, 0, sizeof(state.table));
    put_entry(1, system_type, fake_partition);
    if (second->is_there)
        put_entry(SECOND_NUMBER, second->has_other_type ? system_type : extended_type, second_partition);
    if (second->is_double)
        put_entry(SECOND_NUMBER + 1, extended_type, fake_partition);
    state.checksum = crc32_add(0, state.table, sizeof(state.table));
}

static EFI_LBA table_blocks(void)
{
    return (sizeof(state.table) + state.media.BlockSize - 1) / state.media.BlockSize;
}

/* Where one of the two tables begins. */
static EFI_LBA table_block(bool is_backup)
{
    return is_backup ? BLOCKS - 1 - table_blocks() : TABLE_BLOCK;
}

static void write_header(uint8_t *block, bool is_backup)
{
    enum fake_damage damage = fake_setup()->second.damage;

    memset(block, 0xa5, state.media.BlockSize);
    memcpy(block, "EFI PART", 8);
    put(block + 8, 4, 0x10000);
    put(block + 12, 4, HEADER_SIZE);
    put(block + 16, 4, 0);
    put(block + 24, 8, is_backup ? BLOCKS - 1 : HEADER_BLOCK);
    put(block + 32, 8, is_backup ? HEADER_BLOCK : BLOCKS - 1);
    put(block + 72, 8, table_block(is_backup));
    put(block + 80, 4, TABLE_ENTRIES);
    put(block + 84, 4, ENTRY_SIZE);
    put(block + 88, 4, state.checksum);
    put(block + 16, 4, crc32_add(0, block, HEADER_SIZE));
    if (damage == FAKE_BOTH_DAMAGED || (damage == FAKE_HEADER_DAMAGED && !is_backup))
        block[56] ^= 1; /* in the disk's GUID */
    if (damage == FAKE_HEADER_GONE && !is_backup)
        memset(block, 0, state.media.BlockSize);
}

/* A part of the table, and zeros where it is over. */
static void write_table(uint8_t *block, EFI_LBA number, bool is_backup)
{
    size_t start = (size_t)number * state.media.BlockSize, rest = sizeof(state.table) - start;

    memset(block, 0, state.media.BlockSize);
    memcpy(block, state.table + start, rest < state.media.BlockSize ? rest : state.media.BlockSize);
    if (fake_setup()->second.damage == FAKE_TABLE_DAMAGED && !is_backup && number == 0)
        block[40] ^= 1;
}

static void write_block(uint8_t *block, EFI_LBA number)
{
    for (int is_backup = 0; is_backup < 2; is_backup++) {
        EFI_LBA table = table_block(is_backup);

        if (number == (is_backup ? BLOCKS - 1 : HEADER_BLOCK)) {
            write_header(block, is_backup);
            return;
        }
        if (number >= table && number - table < table_blocks()) {
            write_table(block, number - table, is_backup);
            return;
        }
    }
    memset(block, 0, state.media.BlockSize);
}

static EFI_STATUS EFIAPI read_blocks(EFI_BLOCK_IO_PROTOCOL *this, uint32_t media, EFI_LBA number, UINTN size,
                                     void *buffer)
{
    EFI_STATUS status = fake_call(FAKE_ReadBlocks);
    size_t count = size / state.media.BlockSize;

    fake_set_vital(fake_second_is_vital());
    if (this == &state.other_blocks)
        fake_complain("another disk was read than the one that the loader came from");
    if (is_told() && fake_injected() == 0)
        fake_complain("ReadBlocks: the firmware has told what is in the partition table");
    if ((this != &state.blocks && this != &state.other_blocks) || media != MEDIA_ID || !buffer || size == 0 ||
        size % state.media.BlockSize != 0 || (uintptr_t)buffer % ALIGNMENT != 0) {
        fake_complain("ReadBlocks: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    if (fake_memory_is_in_use(ptr_to_phys(buffer), size))
        fake_complain("ReadBlocks: into memory that is in use");
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

static void tell_partition(EFI_HANDLE handle, EFI_PARTITION_INFO_PROTOCOL *info, const uint8_t *type,
                           const uint8_t *guid)
{
    static const EFI_GUID info_guid = EFI_PARTITION_INFO_PROTOCOL_GUID;

    *info = (EFI_PARTITION_INFO_PROTOCOL){.Revision = 0x1000, .Type = PARTITION_TYPE_GPT};
    memcpy(&info->PartitionTypeGUID, type, sizeof(info->PartitionTypeGUID));
    memcpy(&info->UniquePartitionGUID, guid, sizeof(info->UniquePartitionGUID));
    fake_protocols_add(handle, &info_guid, info);
}

/* The later of two comes first, and one of another disk before them. */
static void tell_partitions(void)
{
    static const EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    const struct fake_second *second = &fake_setup()->second;

    tell_partition(fake_other_device(), &state.other_info, extended_type, second_partition);
    if (second->is_double) {
        fake_protocols_add(&double_device, &path_guid, &state.twice);
        tell_partition(&double_device, &state.double_info, extended_type, fake_partition);
    }
    if (second->is_there)
        tell_partition(&second_device, &state.second_info, second->has_other_type ? system_type : extended_type,
                       second_partition);
    tell_partition(fake_boot_device(), &state.boot_info, system_type, fake_partition);
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
    make_table();
    state.is_connected = !fake_setup()->second.is_unconnected;
    state.disk = path_of_disk(2);
    state.other_disk = path_of_disk(3);
    state.boot = path_of_partition(&state.disk, 1, fake_partition);
    state.second = path_of_partition(&state.disk, SECOND_NUMBER, second_partition);
    state.twice = path_of_partition(&state.disk, SECOND_NUMBER + 1, fake_partition);
    state.other = path_of_partition(&state.other_disk, SECOND_NUMBER, second_partition);
    add_disk(&boot_disk, &state.disk, &state.blocks);
    add_disk(&other_disk, &state.other_disk, &state.other_blocks);
    fake_protocols_add(fake_boot_device(), &path_guid, &state.boot);
    fake_protocols_add(fake_other_device(), &path_guid, &state.other);
    if (fake_second_is_connected() || (fake_setup()->second.is_there && is_told()))
        fake_protocols_add(&second_device, &path_guid, &state.second);
    if (is_told())
        tell_partitions();
}

bool fake_second_is_connected(void)
{
    return fake_setup()->second.is_there && state.is_connected;
}

/* Drivers of the boot disk's partitions; whoever asks for more may wait for minutes. */
static EFI_STATUS EFIAPI connect_controller(EFI_HANDLE controller, EFI_HANDLE *drivers, EFI_DEVICE_PATH_PROTOCOL *rest,
                                            BOOLEAN is_recursive)
{
    static const EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    EFI_STATUS status = fake_call(FAKE_ConnectController);
    const struct fake_second *second = &fake_setup()->second;

    fake_set_vital(fake_second_is_vital());
    if ((controller != &boot_disk && (!is_told() || (controller != &second_device && controller != &double_device))) ||
        drivers || rest || !is_recursive) {
        fake_complain("ConnectController: more, or less, than the boot disk with its partitions, or one of them");
        return EFI_INVALID_PARAMETER;
    }
    if (!second->is_there || second->has_other_type)
        fake_complain("ConnectController: nothing was missing");
    if (status != EFI_SUCCESS || state.is_connected)
        return status;
    state.is_connected = !second->is_no_volume;
    if (state.is_connected && !fake_protocols_find(&second_device, &path_guid))
        fake_protocols_add(&second_device, &path_guid, &state.second);
    if (state.is_connected)
        fake_volume_add_second();
    return EFI_SUCCESS;
}

void fake_disk_install(EFI_BOOT_SERVICES *boot)
{
    boot->ConnectController = connect_controller;
}
