/* SPDX-License-Identifier: BSD-2-Clause */
/* Screens as other machines have them: rows that are longer than the picture is wide, formats given by masks. */
#include "inject.h"

#include "abi/graphics_output.h"

static void spoil(EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info)
{
    info->HorizontalResolution -= (uint32_t)settings.narrow;
    if (settings.masks && info->PixelFormat == PixelBlueGreenRedReserved8BitPerColor) {
        info->PixelFormat = PixelBitMask;
        info->PixelInformation = (EFI_PIXEL_BITMASK){0x00ff0000, 0x0000ff00, 0x000000ff, 0xff000000};
    }
    say("screen width=%u row=%u format=%u", info->HorizontalResolution, info->PixelsPerScanLine, info->PixelFormat);
}

void screen_spoil(void)
{
    static const EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
    EFI_HANDLE *handles;
    UINTN count = 0;

    if (!settings.narrow && !settings.masks)
        return;
    need(boot->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles), "no screen");
    for (UINTN i = 0; i < count; i++) {
        EFI_GRAPHICS_OUTPUT_PROTOCOL *screen;

        need(boot->HandleProtocol(handles[i], &guid, (void **)&screen), "no screen");
        spoil(screen->Mode->Info);
    }
}
