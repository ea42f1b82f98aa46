/* SPDX-License-Identifier: BSD-2-Clause */
/* A file that is made on demand (UEFI 2.10, section 13.2); Linux takes its initrd this way. */
#ifndef BATON_ABI_LOAD_FILE_H
#define BATON_ABI_LOAD_FILE_H

#include "abi/base.h"
#include "abi/device_path.h"

#define EFI_LOAD_FILE2_PROTOCOL_GUID                                                                                   \
    EFI_GUID_VALUE(0x4006c0c1, 0xfcb3, 0x403e, 0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d)

typedef struct EFI_LOAD_FILE2_PROTOCOL EFI_LOAD_FILE2_PROTOCOL;
struct EFI_LOAD_FILE2_PROTOCOL {
    /* With a NULL Buffer, or one that is too small, only BufferSize is set: EFI_BUFFER_TOO_SMALL. */
    EFI_STATUS(EFIAPI *LoadFile)
    (EFI_LOAD_FILE2_PROTOCOL *This, EFI_DEVICE_PATH_PROTOCOL *FilePath, BOOLEAN BootPolicy, UINTN *BufferSize,
     void *Buffer);
};

ABI_SIZE(EFI_LOAD_FILE2_PROTOCOL, 8);
ABI_OFFSET(EFI_LOAD_FILE2_PROTOCOL, LoadFile, 0);

#endif
