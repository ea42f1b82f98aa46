/* SPDX-License-Identifier: BSD-2-Clause */
/* One screen, shown by two handles, as a console splitter does; the monitor's EDID is on the second. */
#include <stdlib.h>
#include <string.h>

#include "abi/edid.h"
#include "abi/graphics_output.h"
#include "fake.h"
#include "fake_memory.h"
#include "fake_traps.h"

#define FIRST_MODE 1

static const struct mode {
    uint32_t width, height;
    EFI_GRAPHICS_PIXEL_FORMAT format;
} modes[] = {
    {640, 480, PixelBlueGreenRedReserved8BitPerColor},
    {800, 600, PixelBlueGreenRedReserved8BitPerColor},
    {1024, 768, PixelBltOnly},
    {1024, 768, PixelRedGreenBlueReserved8BitPerColor},
    {320, 200, PixelBitMask},
};
#define MODES (sizeof(modes) / sizeof(modes[0]))

static struct {
    EFI_GRAPHICS_OUTPUT_PROTOCOL graphics;
    EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE mode;
    bool failed; /* SetMode did, once */
    uint8_t edid[128];
    EFI_EDID_ACTIVE_PROTOCOL active;
} state;

static EFI_GRAPHICS_OUTPUT_MODE_INFORMATION information(uint32_t number)
{
    const struct mode *mode = &modes[number];
    EFI_GRAPHICS_OUTPUT_MODE_INFORMATION info = {.HorizontalResolution = mode->width,
                                                 .VerticalResolution = mode->height,
                                                 .PixelFormat = mode->format,
                                                 .PixelsPerScanLine = mode->width};

    if (fake_has(FAKE_QUIRK_WIDE_ROWS))
        info.PixelsPerScanLine += 64;
    if (fake_has(FAKE_QUIRK_BLT_ONLY))
        info.PixelFormat = PixelBltOnly;
    else if (fake_has(FAKE_QUIRK_MASKS) && mode->format != PixelBltOnly)
        info.PixelFormat = PixelBitMask;
    else if (fake_has(FAKE_QUIRK_RED_FIRST) && mode->format == PixelBlueGreenRedReserved8BitPerColor)
        info.PixelFormat = PixelRedGreenBlueReserved8BitPerColor;
    if (info.PixelFormat == PixelBitMask)
        info.PixelInformation = (EFI_PIXEL_BITMASK){0xf800, 0x07e0, 0x001f, 0};
    return info;
}

/* The description moves each time: whoever kept a pointer to the old one is found out. */
static void enter_mode(uint32_t number)
{
    EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = malloc(sizeof(*info));

    if (!info)
        abort();
    free(state.mode.Info);
    *info = information(number);
    state.mode.Info = info;
    state.mode.Mode = number;
    state.mode.MaxMode = MODES;
    state.mode.SizeOfInfo = sizeof(*info);
    state.mode.FrameBufferBase = info->PixelFormat == PixelBltOnly ? 0 : fake_layout_screen();
    state.mode.FrameBufferSize = FAKE_SCREEN_SIZE;
}

static EFI_STATUS EFIAPI query_mode(EFI_GRAPHICS_OUTPUT_PROTOCOL *this, uint32_t number, UINTN *size,
                                    EFI_GRAPHICS_OUTPUT_MODE_INFORMATION **ret_info)
{
    EFI_STATUS status = fake_call(FAKE_GraphicsQueryMode);
    EFI_GRAPHICS_OUTPUT_MODE_INFORMATION info;

    if (this != &state.graphics || number >= MODES || !size || !ret_info) {
        fake_complain("GraphicsOutput->QueryMode: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    if (status != EFI_SUCCESS)
        return status;
    info = information(number);
    *ret_info = fake_memory_pool(sizeof(info));
    memcpy(*ret_info, &info, sizeof(info));
    *size = sizeof(info);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_mode(EFI_GRAPHICS_OUTPUT_PROTOCOL *this, uint32_t number)
{
    EFI_STATUS status = fake_call(FAKE_GraphicsSetMode);

    if (this != &state.graphics || number >= MODES) {
        fake_complain("GraphicsOutput->SetMode: odd arguments");
        return EFI_UNSUPPORTED;
    }
    if (status == EFI_SUCCESS && fake_has(FAKE_QUIRK_STUBBORN_SCREEN) && number != FIRST_MODE)
        status = EFI_DEVICE_ERROR;
    if (status == EFI_SUCCESS)
        enter_mode(number);
    else if (number == FIRST_MODE)
        state.failed = true;
    return status;
}

static void make_edid(void)
{
    uint8_t sum = 0;

    memset(state.edid, 0, sizeof(state.edid));
    memset(state.edid + 1, 0xff, 6);
    state.edid[8] = 0x12;
    state.edid[18] = 1;
    state.edid[19] = 4;
    for (size_t i = 0; i < 127; i++)
        sum = (uint8_t)(sum + state.edid[i]);
    state.edid[127] = (uint8_t)-sum;
}

void fake_graphics_start(void)
{
    static const EFI_GUID graphics = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID, active = EFI_EDID_ACTIVE_PROTOCOL_GUID;
    static int splitter, screen;

    fake_traps_graphics(&state.graphics);
    state.graphics.QueryMode = query_mode;
    state.graphics.SetMode = set_mode;
    state.graphics.Mode = &state.mode;
    state.failed = false;
    enter_mode(FIRST_MODE);
    if (fake_has(FAKE_QUIRK_NO_SCREEN))
        return;
    (void)fake_memory_open(fake_layout_screen(), FAKE_SCREEN_SIZE);
    make_edid();
    state.active = (EFI_EDID_ACTIVE_PROTOCOL){.SizeOfEdid = sizeof(state.edid), .Edid = state.edid};
    fake_protocols_add(&splitter, &graphics, &state.graphics);
    fake_protocols_add(&screen, &graphics, &state.graphics);
    fake_protocols_add(&screen, &active, &state.active);
}

void fake_graphics_check(void)
{
    if (state.mode.Mode != FIRST_MODE && !state.failed)
        fake_complain("the screen was left in mode %u", state.mode.Mode);
}

bool fake_graphics_screen(struct baton_framebuffer *ret_screen)
{
    const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = state.mode.Info;
    bool by_masks = info->PixelFormat == PixelBitMask, red_first = info->PixelFormat == 0;
    uint32_t bits = by_masks ? 16 : 32;

    if (fake_has(FAKE_QUIRK_NO_SCREEN) || info->PixelFormat == PixelBltOnly)
        return false;
    *ret_screen = (struct baton_framebuffer){
        .physical = fake_layout_screen(),
        .width = info->HorizontalResolution,
        .height = info->VerticalResolution,
        .pitch = info->PixelsPerScanLine * (bits / 8),
        .size = (uint64_t)info->PixelsPerScanLine * (bits / 8) * info->VerticalResolution,
        .bits_per_pixel = bits,
        .red_mask = by_masks    ? info->PixelInformation.RedMask
                    : red_first ? 0xff
                                : 0xff0000,
        .green_mask = by_masks ? info->PixelInformation.GreenMask : 0xff00,
        .blue_mask = by_masks    ? info->PixelInformation.BlueMask
                     : red_first ? 0xff0000
                                 : 0xff,
        .reserved_mask = by_masks ? 0 : 0xff000000,
    };
    return true;
}

struct bytes fake_graphics_edid(void)
{
    return (struct bytes){state.edid, sizeof(state.edid)};
}
