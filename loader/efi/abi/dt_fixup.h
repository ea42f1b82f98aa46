/* SPDX-License-Identifier: BSD-2-Clause */
/* What a firmware adds to a device tree of somebody else's (EFI Device Tree Fixup Protocol Specification, 2025-01-13).
 */
#ifndef BATON_ABI_DT_FIXUP_H
#define BATON_ABI_DT_FIXUP_H

#include "abi/base.h"

#define EFI_DT_FIXUP_PROTOCOL_GUID                                                                                     \
    EFI_GUID_VALUE(0xe617d64c, 0xfe08, 0x46da, 0xf4, 0xdc, 0xbb, 0xd5, 0x87, 0x0c, 0x73, 0x00)

#define EFI_DT_APPLY_FIXUPS   1U /* adds nodes and changes properties */
#define EFI_DT_RESERVE_MEMORY 2U /* reserves memory as the tree says */

typedef struct EFI_DT_FIXUP_PROTOCOL EFI_DT_FIXUP_PROTOCOL;
struct EFI_DT_FIXUP_PROTOCOL {
    uint64_t Revision;
    /* EFI_BUFFER_TOO_SMALL: BufferSize has the size that is needed, and the tree is as it was. After any other error
     * nobody knows what it is. */
    EFI_STATUS(EFIAPI *Fixup)(EFI_DT_FIXUP_PROTOCOL *This, void *Fdt, UINTN *BufferSize, uint32_t Flags);
};

ABI_SIZE(EFI_DT_FIXUP_PROTOCOL, 16);
ABI_OFFSET(EFI_DT_FIXUP_PROTOCOL, Revision, 0);
ABI_OFFSET(EFI_DT_FIXUP_PROTOCOL, Fixup, 8);

#endif
