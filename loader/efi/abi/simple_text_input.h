/* SPDX-License-Identifier: BSD-2-Clause */
/* The console's keys (UEFI 2.10, sections 12.2.1 and 12.3). */
#ifndef BATON_ABI_SIMPLE_TEXT_INPUT_H
#define BATON_ABI_SIMPLE_TEXT_INPUT_H

#include "abi/base.h"

#define EFI_SIMPLE_TEXT_INPUT_PROTOCOL_GUID                                                                            \
    EFI_GUID_VALUE(0x387477c1, 0x69c7, 0x11d2, 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b)

#define CHAR_NULL            0x0000U
#define CHAR_BACKSPACE       0x0008U
#define CHAR_TAB             0x0009U
#define CHAR_LINEFEED        0x000aU
#define CHAR_CARRIAGE_RETURN 0x000dU

#define SCAN_NULL      0x0000U
#define SCAN_UP        0x0001U
#define SCAN_DOWN      0x0002U
#define SCAN_RIGHT     0x0003U
#define SCAN_LEFT      0x0004U
#define SCAN_HOME      0x0005U
#define SCAN_END       0x0006U
#define SCAN_INSERT    0x0007U
#define SCAN_DELETE    0x0008U
#define SCAN_PAGE_UP   0x0009U
#define SCAN_PAGE_DOWN 0x000aU
#define SCAN_F1        0x000bU
#define SCAN_F2        0x000cU
#define SCAN_F10       0x0014U
#define SCAN_F12       0x0016U
#define SCAN_ESC       0x0017U

/* One of the two is 0. */
typedef struct EFI_INPUT_KEY {
    uint16_t ScanCode;
    CHAR16 UnicodeChar;
} EFI_INPUT_KEY;

ABI_SIZE(EFI_INPUT_KEY, 4);
ABI_OFFSET(EFI_INPUT_KEY, ScanCode, 0);
ABI_OFFSET(EFI_INPUT_KEY, UnicodeChar, 2);

typedef struct EFI_SIMPLE_TEXT_INPUT_PROTOCOL EFI_SIMPLE_TEXT_INPUT_PROTOCOL;
struct EFI_SIMPLE_TEXT_INPUT_PROTOCOL {
    EFI_STATUS(EFIAPI *Reset)(EFI_SIMPLE_TEXT_INPUT_PROTOCOL *This, BOOLEAN ExtendedVerification);
    EFI_STATUS(EFIAPI *ReadKeyStroke)(EFI_SIMPLE_TEXT_INPUT_PROTOCOL *This, EFI_INPUT_KEY *Key);
    EFI_EVENT WaitForKey;
};

ABI_SIZE(EFI_SIMPLE_TEXT_INPUT_PROTOCOL, 24);
ABI_OFFSET(EFI_SIMPLE_TEXT_INPUT_PROTOCOL, Reset, 0);
ABI_OFFSET(EFI_SIMPLE_TEXT_INPUT_PROTOCOL, ReadKeyStroke, 8);
ABI_OFFSET(EFI_SIMPLE_TEXT_INPUT_PROTOCOL, WaitForKey, 16);

#endif
