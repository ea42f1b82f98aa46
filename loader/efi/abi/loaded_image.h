/* SPDX-License-Identifier: BSD-2-Clause */
/* Where an image came from and what it was given (UEFI 2.10, section 9.1). */
#ifndef BATON_ABI_LOADED_IMAGE_H
#define BATON_ABI_LOADED_IMAGE_H

#include "abi/base.h"
#include "abi/device_path.h"
#include "abi/memory.h"
#include "abi/system_table.h"

#define EFI_LOADED_IMAGE_PROTOCOL_GUID                                                                                 \
    EFI_GUID_VALUE(0x5b1b31a1, 0x9562, 0x11d2, 0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b)

#define EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL_GUID                                                                     \
    EFI_GUID_VALUE(0xbc62157e, 0x3e33, 0x4fec, 0x99, 0x20, 0x2d, 0x3b, 0x36, 0xd7, 0x50, 0xdf)

#define EFI_LOADED_IMAGE_PROTOCOL_REVISION 0x1000U

typedef struct EFI_LOADED_IMAGE_PROTOCOL {
    uint32_t Revision;
    uint32_t Padding1;
    EFI_HANDLE ParentHandle;
    EFI_SYSTEM_TABLE *SystemTable;
    EFI_HANDLE DeviceHandle;            /* NULL when the image did not come from a device */
    EFI_DEVICE_PATH_PROTOCOL *FilePath; /* within the device; NULL is possible */
    void *Reserved;
    uint32_t LoadOptionsSize; /* bytes */
    uint32_t Padding2;
    void *LoadOptions; /* often, but not surely, a UTF-16 string */
    void *ImageBase;
    uint64_t ImageSize; /* bytes */
    EFI_MEMORY_TYPE ImageCodeType;
    EFI_MEMORY_TYPE ImageDataType;
    EFI_STATUS(EFIAPI *Unload)(EFI_HANDLE ImageHandle);
} EFI_LOADED_IMAGE_PROTOCOL;

ABI_SIZE(EFI_LOADED_IMAGE_PROTOCOL, 96);
ABI_OFFSET(EFI_LOADED_IMAGE_PROTOCOL, Revision, 0);
ABI_OFFSET(EFI_LOADED_IMAGE_PROTOCOL, Padding1, 4);
ABI_OFFSET(EFI_LOADED_IMAGE_PROTOCOL, ParentHandle, 8);
ABI_OFFSET(EFI_LOADED_IMAGE_PROTOCOL, SystemTable, 16);
ABI_OFFSET(EFI_LOADED_IMAGE_PROTOCOL, DeviceHandle, 24);
ABI_OFFSET(EFI_LOADED_IMAGE_PROTOCOL, FilePath, 32);
ABI_OFFSET(EFI_LOADED_IMAGE_PROTOCOL, Reserved, 40);
ABI_OFFSET(EFI_LOADED_IMAGE_PROTOCOL, LoadOptionsSize, 48);
ABI_OFFSET(EFI_LOADED_IMAGE_PROTOCOL, Padding2, 52);
ABI_OFFSET(EFI_LOADED_IMAGE_PROTOCOL, LoadOptions, 56);
ABI_OFFSET(EFI_LOADED_IMAGE_PROTOCOL, ImageBase, 64);
ABI_OFFSET(EFI_LOADED_IMAGE_PROTOCOL, ImageSize, 72);
ABI_OFFSET(EFI_LOADED_IMAGE_PROTOCOL, ImageCodeType, 80);
ABI_OFFSET(EFI_LOADED_IMAGE_PROTOCOL, ImageDataType, 84);
ABI_OFFSET(EFI_LOADED_IMAGE_PROTOCOL, Unload, 88);

#endif
