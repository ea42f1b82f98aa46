/* SPDX-License-Identifier: BSD-2-Clause */
/* What a monitor says of itself (UEFI 2.10, section 12.9.2). Both protocols stand on the graphics output's handle. */
#ifndef BATON_ABI_EDID_H
#define BATON_ABI_EDID_H

#include "abi/base.h"

/* The monitor's own answer. */
#define EFI_EDID_DISCOVERED_PROTOCOL_GUID                                                                              \
    EFI_GUID_VALUE(0x1c0c34f6, 0xd380, 0x41fa, 0xa0, 0x49, 0x8a, 0xd0, 0x6c, 0x1a, 0x66, 0xaa)

/* The one in force, which the platform may have put in its place. */
#define EFI_EDID_ACTIVE_PROTOCOL_GUID                                                                                  \
    EFI_GUID_VALUE(0xbd8c1056, 0x9f36, 0x44ec, 0x92, 0xa8, 0xa6, 0x33, 0x7f, 0x81, 0x79, 0x86)

/* Both protocols look like this. */
typedef struct EFI_EDID_ACTIVE_PROTOCOL {
    uint32_t SizeOfEdid; /* bytes; 0 when there is none */
    uint32_t Padding;
    uint8_t *Edid;
} EFI_EDID_ACTIVE_PROTOCOL;

typedef EFI_EDID_ACTIVE_PROTOCOL EFI_EDID_DISCOVERED_PROTOCOL;

ABI_SIZE(EFI_EDID_ACTIVE_PROTOCOL, 16);
ABI_OFFSET(EFI_EDID_ACTIVE_PROTOCOL, SizeOfEdid, 0);
ABI_OFFSET(EFI_EDID_ACTIVE_PROTOCOL, Padding, 4);
ABI_OFFSET(EFI_EDID_ACTIVE_PROTOCOL, Edid, 8);

#endif
