/* SPDX-License-Identifier: BSD-2-Clause */
/* Video modes and the framebuffer (UEFI 2.10, section 12.9). */
#ifndef BATON_ABI_GRAPHICS_OUTPUT_H
#define BATON_ABI_GRAPHICS_OUTPUT_H

#include "abi/base.h"

#define EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID                                                                              \
    EFI_GUID_VALUE(0x9042a9de, 0x23dc, 0x4a38, 0x96, 0xfb, 0x7a, 0xde, 0xd0, 0x80, 0x51, 0x6a)

typedef uint32_t EFI_GRAPHICS_PIXEL_FORMAT;
enum {
    PixelRedGreenBlueReserved8BitPerColor = 0, /* the first byte is red */
    PixelBlueGreenRedReserved8BitPerColor = 1, /* the first byte is blue */
    PixelBitMask = 2,                          /* as PixelInformation says */
    PixelBltOnly = 3,                          /* there is no framebuffer to write to */
    PixelFormatMax = 4,
};

typedef struct EFI_PIXEL_BITMASK {
    uint32_t RedMask;
    uint32_t GreenMask;
    uint32_t BlueMask;
    uint32_t ReservedMask;
} EFI_PIXEL_BITMASK;

ABI_SIZE(EFI_PIXEL_BITMASK, 16);
ABI_OFFSET(EFI_PIXEL_BITMASK, RedMask, 0);
ABI_OFFSET(EFI_PIXEL_BITMASK, GreenMask, 4);
ABI_OFFSET(EFI_PIXEL_BITMASK, BlueMask, 8);
ABI_OFFSET(EFI_PIXEL_BITMASK, ReservedMask, 12);

typedef struct EFI_GRAPHICS_OUTPUT_MODE_INFORMATION {
    uint32_t Version;
    uint32_t HorizontalResolution; /* pixels */
    uint32_t VerticalResolution;   /* pixels */
    EFI_GRAPHICS_PIXEL_FORMAT PixelFormat;
    EFI_PIXEL_BITMASK PixelInformation; /* only for PixelBitMask */
    uint32_t PixelsPerScanLine;
} EFI_GRAPHICS_OUTPUT_MODE_INFORMATION;

ABI_SIZE(EFI_GRAPHICS_OUTPUT_MODE_INFORMATION, 36);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_MODE_INFORMATION, Version, 0);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_MODE_INFORMATION, HorizontalResolution, 4);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_MODE_INFORMATION, VerticalResolution, 8);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_MODE_INFORMATION, PixelFormat, 12);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_MODE_INFORMATION, PixelInformation, 16);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_MODE_INFORMATION, PixelsPerScanLine, 32);

typedef struct EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE {
    uint32_t MaxMode; /* modes are 0 to MaxMode - 1 */
    uint32_t Mode;
    EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *Info;
    UINTN SizeOfInfo; /* bytes */
    EFI_PHYSICAL_ADDRESS FrameBufferBase;
    UINTN FrameBufferSize; /* bytes */
} EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE;

ABI_SIZE(EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE, 40);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE, MaxMode, 0);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE, Mode, 4);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE, Info, 8);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE, SizeOfInfo, 16);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE, FrameBufferBase, 24);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE, FrameBufferSize, 32);

typedef struct EFI_GRAPHICS_OUTPUT_BLT_PIXEL {
    uint8_t Blue;
    uint8_t Green;
    uint8_t Red;
    uint8_t Reserved;
} EFI_GRAPHICS_OUTPUT_BLT_PIXEL;

ABI_SIZE(EFI_GRAPHICS_OUTPUT_BLT_PIXEL, 4);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_BLT_PIXEL, Blue, 0);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_BLT_PIXEL, Green, 1);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_BLT_PIXEL, Red, 2);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_BLT_PIXEL, Reserved, 3);

typedef uint32_t EFI_GRAPHICS_OUTPUT_BLT_OPERATION;
enum {
    EfiBltVideoFill = 0,
    EfiBltVideoToBltBuffer = 1,
    EfiBltBufferToVideo = 2,
    EfiBltVideoToVideo = 3,
};

typedef struct EFI_GRAPHICS_OUTPUT_PROTOCOL EFI_GRAPHICS_OUTPUT_PROTOCOL;
struct EFI_GRAPHICS_OUTPUT_PROTOCOL {
    /* Info comes from the pool and is the caller's to free. */
    EFI_STATUS(EFIAPI *QueryMode)
    (EFI_GRAPHICS_OUTPUT_PROTOCOL *This, uint32_t ModeNumber, UINTN *SizeOfInfo,
     EFI_GRAPHICS_OUTPUT_MODE_INFORMATION **Info);
    EFI_STATUS(EFIAPI *SetMode)(EFI_GRAPHICS_OUTPUT_PROTOCOL *This, uint32_t ModeNumber);
    EFI_STATUS(EFIAPI *Blt)
    (EFI_GRAPHICS_OUTPUT_PROTOCOL *This, EFI_GRAPHICS_OUTPUT_BLT_PIXEL *BltBuffer,
     EFI_GRAPHICS_OUTPUT_BLT_OPERATION BltOperation, UINTN SourceX, UINTN SourceY, UINTN DestinationX,
     UINTN DestinationY, UINTN Width, UINTN Height, UINTN Delta);
    EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE *Mode;
};

ABI_SIZE(EFI_GRAPHICS_OUTPUT_PROTOCOL, 32);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_PROTOCOL, QueryMode, 0);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_PROTOCOL, SetMode, 8);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_PROTOCOL, Blt, 16);
ABI_OFFSET(EFI_GRAPHICS_OUTPUT_PROTOCOL, Mode, 24);

#endif
