/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device paths (UEFI 2.10, chapter 10): nodes one after the other without alignment, each with its own length, closed
 * by an end node. Where a node's numbers lie unaligned the struct is packed, so the compiler reads them bytewise.
 */
#ifndef BATON_ABI_DEVICE_PATH_H
#define BATON_ABI_DEVICE_PATH_H

#include "abi/base.h"

#define EFI_DEVICE_PATH_PROTOCOL_GUID                                                                                  \
    EFI_GUID_VALUE(0x09576e91, 0x6d3f, 0x11d2, 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b)

/* The vendor node under which Linux looks for its initrd's LoadFile2. */
#define LINUX_EFI_INITRD_MEDIA_GUID                                                                                    \
    EFI_GUID_VALUE(0x5568e427, 0x68fc, 0x4f3d, 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68)

#define HARDWARE_DEVICE_PATH  0x01
#define ACPI_DEVICE_PATH      0x02
#define MESSAGING_DEVICE_PATH 0x03
#define MEDIA_DEVICE_PATH     0x04
#define BBS_DEVICE_PATH       0x05
#define END_DEVICE_PATH_TYPE  0x7f

#define END_INSTANCE_DEVICE_PATH_SUBTYPE 0x01
#define END_ENTIRE_DEVICE_PATH_SUBTYPE   0xff
#define MSG_UART_DP                      0x0e
#define MEDIA_HARDDRIVE_DP               0x01
#define MEDIA_CDROM_DP                   0x02
#define MEDIA_VENDOR_DP                  0x03
#define MEDIA_FILEPATH_DP                0x04

/* The header of every node; alone it is an end node. */
typedef struct EFI_DEVICE_PATH_PROTOCOL {
    uint8_t Type;
    uint8_t SubType;
    uint8_t Length[2]; /* bytes of the whole node, little-endian */
} EFI_DEVICE_PATH_PROTOCOL;

ABI_SIZE(EFI_DEVICE_PATH_PROTOCOL, 4);
ABI_OFFSET(EFI_DEVICE_PATH_PROTOCOL, Type, 0);
ABI_OFFSET(EFI_DEVICE_PATH_PROTOCOL, SubType, 1);
ABI_OFFSET(EFI_DEVICE_PATH_PROTOCOL, Length, 2);

#define MBR_TYPE_PCAT                       0x01
#define MBR_TYPE_EFI_PARTITION_TABLE_HEADER 0x02
#define NO_DISK_SIGNATURE                   0x00
#define SIGNATURE_TYPE_MBR                  0x01
#define SIGNATURE_TYPE_GUID                 0x02

/* Section 10.3.5.1: the partition. */
typedef struct __attribute__((packed)) HARDDRIVE_DEVICE_PATH {
    EFI_DEVICE_PATH_PROTOCOL Header;
    uint32_t PartitionNumber;
    uint64_t PartitionStart; /* blocks */
    uint64_t PartitionSize;  /* blocks */
    uint8_t Signature[16];   /* the GPT partition's GUID as its bytes stand on the disk, or the MBR's 4 bytes */
    uint8_t MBRType;
    uint8_t SignatureType;
} HARDDRIVE_DEVICE_PATH;

ABI_SIZE(HARDDRIVE_DEVICE_PATH, 42);
ABI_OFFSET(HARDDRIVE_DEVICE_PATH, Header, 0);
ABI_OFFSET(HARDDRIVE_DEVICE_PATH, PartitionNumber, 4);
ABI_OFFSET(HARDDRIVE_DEVICE_PATH, PartitionStart, 8);
ABI_OFFSET(HARDDRIVE_DEVICE_PATH, PartitionSize, 16);
ABI_OFFSET(HARDDRIVE_DEVICE_PATH, Signature, 24);
ABI_OFFSET(HARDDRIVE_DEVICE_PATH, MBRType, 40);
ABI_OFFSET(HARDDRIVE_DEVICE_PATH, SignatureType, 41);

/* Section 10.3.5.4: a path on the volume, with backslashes and a NUL, to the end of the node. */
typedef struct __attribute__((packed)) FILEPATH_DEVICE_PATH {
    EFI_DEVICE_PATH_PROTOCOL Header;
    CHAR16 PathName[];
} FILEPATH_DEVICE_PATH;

ABI_SIZE(FILEPATH_DEVICE_PATH, 4);
ABI_OFFSET(FILEPATH_DEVICE_PATH, Header, 0);
ABI_OFFSET(FILEPATH_DEVICE_PATH, PathName, 4);

/* Sections 10.3.2.4, 10.3.4.16 and 10.3.5.3: a vendor's node; what follows the GUID is the vendor's. */
typedef struct __attribute__((packed)) VENDOR_DEVICE_PATH {
    EFI_DEVICE_PATH_PROTOCOL Header;
    EFI_GUID Guid;
} VENDOR_DEVICE_PATH;

ABI_SIZE(VENDOR_DEVICE_PATH, 20);
ABI_OFFSET(VENDOR_DEVICE_PATH, Header, 0);
ABI_OFFSET(VENDOR_DEVICE_PATH, Guid, 4);

/* The whole path of Linux's initrd: one vendor node, and the end. */
struct linux_initrd_path {
    VENDOR_DEVICE_PATH vendor;
    EFI_DEVICE_PATH_PROTOCOL end;
};
#define LINUX_INITRD_PATH                                                                                              \
    {                                                                                                                  \
        {{MEDIA_DEVICE_PATH, MEDIA_VENDOR_DP, {sizeof(VENDOR_DEVICE_PATH), 0}}, LINUX_EFI_INITRD_MEDIA_GUID},          \
            {END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, {sizeof(EFI_DEVICE_PATH_PROTOCOL), 0}},             \
    }

/* Section 10.3.4.15: a serial port's settings; with one in its path, a console is a serial port. */
typedef struct __attribute__((packed)) UART_DEVICE_PATH {
    EFI_DEVICE_PATH_PROTOCOL Header;
    uint32_t Reserved;
    uint64_t BaudRate;
    uint8_t DataBits;
    uint8_t Parity;
    uint8_t StopBits;
} UART_DEVICE_PATH;

ABI_SIZE(UART_DEVICE_PATH, 19);
ABI_OFFSET(UART_DEVICE_PATH, Header, 0);
ABI_OFFSET(UART_DEVICE_PATH, Reserved, 4);
ABI_OFFSET(UART_DEVICE_PATH, BaudRate, 8);
ABI_OFFSET(UART_DEVICE_PATH, DataBits, 16);
ABI_OFFSET(UART_DEVICE_PATH, Parity, 17);
ABI_OFFSET(UART_DEVICE_PATH, StopBits, 18);

#endif
