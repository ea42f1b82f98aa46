/* SPDX-License-Identifier: BSD-2-Clause */
/* What a partition's table says of it (UEFI 2.10, section 13.18). */
#ifndef BATON_ABI_PARTITION_INFO_H
#define BATON_ABI_PARTITION_INFO_H

#include "abi/base.h"

#define EFI_PARTITION_INFO_PROTOCOL_GUID                                                                               \
    EFI_GUID_VALUE(0x8cf2f62c, 0xbc9b, 0x4821, 0x80, 0x8d, 0xec, 0x9e, 0xc4, 0x21, 0xa1, 0xa0)

#define PARTITION_TYPE_GPT 2

/* Of a GPT's partition; others have other information in its place. */
typedef struct __attribute__((packed)) EFI_PARTITION_INFO_PROTOCOL {
    uint32_t Revision;
    uint32_t Type; /* PARTITION_TYPE_... */
    uint8_t System;
    uint8_t Reserved[7];
    EFI_GUID PartitionTypeGUID;
    EFI_GUID UniquePartitionGUID;
    uint64_t StartingLBA;
    uint64_t EndingLBA;
    uint64_t Attributes;
    uint16_t PartitionName[36];
} EFI_PARTITION_INFO_PROTOCOL;

ABI_SIZE(EFI_PARTITION_INFO_PROTOCOL, 144);
ABI_OFFSET(EFI_PARTITION_INFO_PROTOCOL, Type, 4);
ABI_OFFSET(EFI_PARTITION_INFO_PROTOCOL, System, 8);
ABI_OFFSET(EFI_PARTITION_INFO_PROTOCOL, PartitionTypeGUID, 16);
ABI_OFFSET(EFI_PARTITION_INFO_PROTOCOL, UniquePartitionGUID, 32);
ABI_OFFSET(EFI_PARTITION_INFO_PROTOCOL, StartingLBA, 48);
ABI_OFFSET(EFI_PARTITION_INFO_PROTOCOL, PartitionName, 72);

#endif
