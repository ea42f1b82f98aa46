/* SPDX-License-Identifier: BSD-2-Clause */
/* Files on a FAT volume (UEFI 2.10, sections 13.4 and 13.5). */
#ifndef BATON_ABI_SIMPLE_FILE_SYSTEM_H
#define BATON_ABI_SIMPLE_FILE_SYSTEM_H

#include "abi/base.h"
#include "abi/time.h"

#define EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID                                                                           \
    EFI_GUID_VALUE(0x964e5b22, 0x6459, 0x11d2, 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b)

/* For GetInfo: what the buffer is filled with. */
#define EFI_FILE_INFO_ID EFI_GUID_VALUE(0x09576e92, 0x6d3f, 0x11d2, 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b)

#define EFI_FILE_SYSTEM_INFO_ID                                                                                        \
    EFI_GUID_VALUE(0x09576e93, 0x6d3f, 0x11d2, 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b)

#define EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_REVISION 0x00010000U
#define EFI_FILE_PROTOCOL_REVISION               0x00010000U
#define EFI_FILE_PROTOCOL_REVISION2              0x00020000U

#define EFI_FILE_MODE_READ   0x0000000000000001ULL
#define EFI_FILE_MODE_WRITE  0x0000000000000002ULL
#define EFI_FILE_MODE_CREATE 0x8000000000000000ULL

#define EFI_FILE_READ_ONLY  0x0000000000000001ULL
#define EFI_FILE_HIDDEN     0x0000000000000002ULL
#define EFI_FILE_SYSTEM     0x0000000000000004ULL
#define EFI_FILE_RESERVED   0x0000000000000008ULL
#define EFI_FILE_DIRECTORY  0x0000000000000010ULL
#define EFI_FILE_ARCHIVE    0x0000000000000020ULL
#define EFI_FILE_VALID_ATTR 0x0000000000000037ULL

/* Seeks to the end of the file. */
#define EFI_FILE_POSITION_END 0xffffffffffffffffULL

typedef struct EFI_FILE_IO_TOKEN {
    EFI_EVENT Event;
    EFI_STATUS Status;
    UINTN BufferSize; /* bytes */
    void *Buffer;
} EFI_FILE_IO_TOKEN;

ABI_SIZE(EFI_FILE_IO_TOKEN, 32);
ABI_OFFSET(EFI_FILE_IO_TOKEN, Event, 0);
ABI_OFFSET(EFI_FILE_IO_TOKEN, Status, 8);
ABI_OFFSET(EFI_FILE_IO_TOKEN, BufferSize, 16);
ABI_OFFSET(EFI_FILE_IO_TOKEN, Buffer, 24);

/* A file or a directory; reading a directory gives one EFI_FILE_INFO, and size 0 at the end. */
typedef struct EFI_FILE_PROTOCOL EFI_FILE_PROTOCOL;
struct EFI_FILE_PROTOCOL {
    uint64_t Revision;
    EFI_STATUS(EFIAPI *Open)
    (EFI_FILE_PROTOCOL *This, EFI_FILE_PROTOCOL **NewHandle, const CHAR16 *FileName, uint64_t OpenMode,
     uint64_t Attributes);
    EFI_STATUS(EFIAPI *Close)(EFI_FILE_PROTOCOL *This);
    EFI_STATUS(EFIAPI *Delete)(EFI_FILE_PROTOCOL *This);
    EFI_STATUS(EFIAPI *Read)(EFI_FILE_PROTOCOL *This, UINTN *BufferSize, void *Buffer);
    EFI_STATUS(EFIAPI *Write)(EFI_FILE_PROTOCOL *This, UINTN *BufferSize, const void *Buffer);
    EFI_STATUS(EFIAPI *GetPosition)(EFI_FILE_PROTOCOL *This, uint64_t *Position);
    EFI_STATUS(EFIAPI *SetPosition)(EFI_FILE_PROTOCOL *This, uint64_t Position);
    EFI_STATUS(EFIAPI *GetInfo)
    (EFI_FILE_PROTOCOL *This, const EFI_GUID *InformationType, UINTN *BufferSize, void *Buffer);
    EFI_STATUS(EFIAPI *SetInfo)
    (EFI_FILE_PROTOCOL *This, const EFI_GUID *InformationType, UINTN BufferSize, const void *Buffer);
    EFI_STATUS(EFIAPI *Flush)(EFI_FILE_PROTOCOL *This);
    /* From here on only with EFI_FILE_PROTOCOL_REVISION2. */
    EFI_STATUS(EFIAPI *OpenEx)
    (EFI_FILE_PROTOCOL *This, EFI_FILE_PROTOCOL **NewHandle, const CHAR16 *FileName, uint64_t OpenMode,
     uint64_t Attributes, EFI_FILE_IO_TOKEN *Token);
    EFI_STATUS(EFIAPI *ReadEx)(EFI_FILE_PROTOCOL *This, EFI_FILE_IO_TOKEN *Token);
    EFI_STATUS(EFIAPI *WriteEx)(EFI_FILE_PROTOCOL *This, EFI_FILE_IO_TOKEN *Token);
    EFI_STATUS(EFIAPI *FlushEx)(EFI_FILE_PROTOCOL *This, EFI_FILE_IO_TOKEN *Token);
};

ABI_SIZE(EFI_FILE_PROTOCOL, 120);
ABI_OFFSET(EFI_FILE_PROTOCOL, Revision, 0);
ABI_OFFSET(EFI_FILE_PROTOCOL, Open, 8);
ABI_OFFSET(EFI_FILE_PROTOCOL, Close, 16);
ABI_OFFSET(EFI_FILE_PROTOCOL, Delete, 24);
ABI_OFFSET(EFI_FILE_PROTOCOL, Read, 32);
ABI_OFFSET(EFI_FILE_PROTOCOL, Write, 40);
ABI_OFFSET(EFI_FILE_PROTOCOL, GetPosition, 48);
ABI_OFFSET(EFI_FILE_PROTOCOL, SetPosition, 56);
ABI_OFFSET(EFI_FILE_PROTOCOL, GetInfo, 64);
ABI_OFFSET(EFI_FILE_PROTOCOL, SetInfo, 72);
ABI_OFFSET(EFI_FILE_PROTOCOL, Flush, 80);
ABI_OFFSET(EFI_FILE_PROTOCOL, OpenEx, 88);
ABI_OFFSET(EFI_FILE_PROTOCOL, ReadEx, 96);
ABI_OFFSET(EFI_FILE_PROTOCOL, WriteEx, 104);
ABI_OFFSET(EFI_FILE_PROTOCOL, FlushEx, 112);

typedef struct EFI_SIMPLE_FILE_SYSTEM_PROTOCOL EFI_SIMPLE_FILE_SYSTEM_PROTOCOL;
struct EFI_SIMPLE_FILE_SYSTEM_PROTOCOL {
    uint64_t Revision;
    EFI_STATUS(EFIAPI *OpenVolume)(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *This, EFI_FILE_PROTOCOL **Root);
};

ABI_SIZE(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL, 16);
ABI_OFFSET(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL, Revision, 0);
ABI_OFFSET(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL, OpenVolume, 8);

typedef struct EFI_FILE_INFO {
    uint64_t Size;         /* bytes of this structure with the name */
    uint64_t FileSize;     /* bytes */
    uint64_t PhysicalSize; /* bytes on the volume */
    EFI_TIME CreateTime;
    EFI_TIME LastAccessTime;
    EFI_TIME ModificationTime;
    uint64_t Attribute;
    CHAR16 FileName[]; /* ends with a NUL */
} EFI_FILE_INFO;

ABI_SIZE(EFI_FILE_INFO, 80);
ABI_OFFSET(EFI_FILE_INFO, Size, 0);
ABI_OFFSET(EFI_FILE_INFO, FileSize, 8);
ABI_OFFSET(EFI_FILE_INFO, PhysicalSize, 16);
ABI_OFFSET(EFI_FILE_INFO, CreateTime, 24);
ABI_OFFSET(EFI_FILE_INFO, LastAccessTime, 40);
ABI_OFFSET(EFI_FILE_INFO, ModificationTime, 56);
ABI_OFFSET(EFI_FILE_INFO, Attribute, 72);
ABI_OFFSET(EFI_FILE_INFO, FileName, 80);

#endif
