/* SPDX-License-Identifier: BSD-2-Clause */
/* The console's keys, with the modifiers that were down (UEFI 2.10, section 12.2). */
#ifndef BATON_ABI_SIMPLE_TEXT_INPUT_EX_H
#define BATON_ABI_SIMPLE_TEXT_INPUT_EX_H

#include "abi/simple_text_input.h"

#define EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID                                                                         \
    EFI_GUID_VALUE(0xdd9e7534, 0x7762, 0x4698, 0x8c, 0x14, 0xf5, 0x85, 0x17, 0xa6, 0x25, 0xaa)

/* KeyShiftState; without the first one the others say nothing. */
#define EFI_SHIFT_STATE_VALID     0x80000000U
#define EFI_RIGHT_SHIFT_PRESSED   0x00000001U
#define EFI_LEFT_SHIFT_PRESSED    0x00000002U
#define EFI_RIGHT_CONTROL_PRESSED 0x00000004U
#define EFI_LEFT_CONTROL_PRESSED  0x00000008U
#define EFI_RIGHT_ALT_PRESSED     0x00000010U
#define EFI_LEFT_ALT_PRESSED      0x00000020U

typedef struct EFI_KEY_STATE {
    uint32_t KeyShiftState;
    uint8_t KeyToggleState; /* Caps Lock and the like */
    uint8_t Padding[3];
} EFI_KEY_STATE;

ABI_SIZE(EFI_KEY_STATE, 8);
ABI_OFFSET(EFI_KEY_STATE, KeyShiftState, 0);
ABI_OFFSET(EFI_KEY_STATE, KeyToggleState, 4);
ABI_OFFSET(EFI_KEY_STATE, Padding, 5);

/* A modifier alone, which is told of where somebody has asked for it, is a Key that is all zero. */
typedef struct EFI_KEY_DATA {
    EFI_INPUT_KEY Key;
    EFI_KEY_STATE KeyState;
} EFI_KEY_DATA;

ABI_SIZE(EFI_KEY_DATA, 12);
ABI_OFFSET(EFI_KEY_DATA, Key, 0);
ABI_OFFSET(EFI_KEY_DATA, KeyState, 4);

typedef struct EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL;
struct EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL {
    EFI_STATUS(EFIAPI *Reset)(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *This, BOOLEAN ExtendedVerification);
    EFI_STATUS(EFIAPI *ReadKeyStrokeEx)(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *This, EFI_KEY_DATA *KeyData);
    EFI_EVENT WaitForKeyEx;
    EFI_STATUS(EFIAPI *SetState)(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *This, const uint8_t *KeyToggleState);
    EFI_STATUS(EFIAPI *RegisterKeyNotify)
    (EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *This, const EFI_KEY_DATA *KeyData,
     EFI_STATUS(EFIAPI *KeyNotificationFunction)(EFI_KEY_DATA *KeyData), void **NotifyHandle);
    EFI_STATUS(EFIAPI *UnregisterKeyNotify)(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *This, void *NotificationHandle);
};

ABI_SIZE(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL, 48);
ABI_OFFSET(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL, Reset, 0);
ABI_OFFSET(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL, ReadKeyStrokeEx, 8);
ABI_OFFSET(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL, WaitForKeyEx, 16);
ABI_OFFSET(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL, SetState, 24);
ABI_OFFSET(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL, RegisterKeyNotify, 32);
ABI_OFFSET(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL, UnregisterKeyNotify, 40);

#endif
