/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks of a disk or of a partition (UEFI 2.10, section 13.9). */
#ifndef BATON_ABI_BLOCK_IO_H
#define BATON_ABI_BLOCK_IO_H

#include "abi/base.h"

#define EFI_BLOCK_IO_PROTOCOL_GUID                                                                                     \
    EFI_GUID_VALUE(0x964e5b21, 0x6459, 0x11d2, 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b)

typedef uint64_t EFI_LBA;

typedef struct EFI_BLOCK_IO_MEDIA {
    uint32_t MediaId;
    BOOLEAN RemovableMedia;
    BOOLEAN MediaPresent;
    BOOLEAN LogicalPartition; /* a partition, and not a whole disk */
    BOOLEAN ReadOnly;
    BOOLEAN WriteCaching;
    uint8_t Padding1[3];
    uint32_t BlockSize; /* bytes */
    uint32_t IoAlign;   /* of buffers, a power of two; 0 and 1 are none */
    uint32_t Padding2;
    EFI_LBA LastBlock;
    /* From here on only with later revisions. */
    EFI_LBA LowestAlignedLba;
    uint32_t LogicalBlocksPerPhysicalBlock;
    uint32_t OptimalTransferLengthGranularity;
} EFI_BLOCK_IO_MEDIA;

ABI_SIZE(EFI_BLOCK_IO_MEDIA, 48);
ABI_OFFSET(EFI_BLOCK_IO_MEDIA, MediaId, 0);
ABI_OFFSET(EFI_BLOCK_IO_MEDIA, RemovableMedia, 4);
ABI_OFFSET(EFI_BLOCK_IO_MEDIA, MediaPresent, 5);
ABI_OFFSET(EFI_BLOCK_IO_MEDIA, LogicalPartition, 6);
ABI_OFFSET(EFI_BLOCK_IO_MEDIA, ReadOnly, 7);
ABI_OFFSET(EFI_BLOCK_IO_MEDIA, WriteCaching, 8);
ABI_OFFSET(EFI_BLOCK_IO_MEDIA, BlockSize, 12);
ABI_OFFSET(EFI_BLOCK_IO_MEDIA, IoAlign, 16);
ABI_OFFSET(EFI_BLOCK_IO_MEDIA, LastBlock, 24);
ABI_OFFSET(EFI_BLOCK_IO_MEDIA, LowestAlignedLba, 32);

typedef struct EFI_BLOCK_IO_PROTOCOL EFI_BLOCK_IO_PROTOCOL;
struct EFI_BLOCK_IO_PROTOCOL {
    uint64_t Revision;
    EFI_BLOCK_IO_MEDIA *Media;
    EFI_STATUS(EFIAPI *Reset)(EFI_BLOCK_IO_PROTOCOL *This, BOOLEAN ExtendedVerification);
    EFI_STATUS(EFIAPI *ReadBlocks)
    (EFI_BLOCK_IO_PROTOCOL *This, uint32_t MediaId, EFI_LBA Lba, UINTN BufferSize, void *Buffer);
    EFI_STATUS(EFIAPI *WriteBlocks)
    (EFI_BLOCK_IO_PROTOCOL *This, uint32_t MediaId, EFI_LBA Lba, UINTN BufferSize, const void *Buffer);
    EFI_STATUS(EFIAPI *FlushBlocks)(EFI_BLOCK_IO_PROTOCOL *This);
};

ABI_SIZE(EFI_BLOCK_IO_PROTOCOL, 48);
ABI_OFFSET(EFI_BLOCK_IO_PROTOCOL, Revision, 0);
ABI_OFFSET(EFI_BLOCK_IO_PROTOCOL, Media, 8);
ABI_OFFSET(EFI_BLOCK_IO_PROTOCOL, Reset, 16);
ABI_OFFSET(EFI_BLOCK_IO_PROTOCOL, ReadBlocks, 24);
ABI_OFFSET(EFI_BLOCK_IO_PROTOCOL, WriteBlocks, 32);
ABI_OFFSET(EFI_BLOCK_IO_PROTOCOL, FlushBlocks, 40);

#endif
