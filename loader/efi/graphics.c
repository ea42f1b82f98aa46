/* SPDX-License-Identifier: BSD-2-Clause */
#include "graphics.h"

#include "abi/graphics_output.h"
#include "checked.h"
#include "log.h"

/* The masks of a pixel format. False for a format that has no framebuffer to write to. */
static bool read_masks(const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info, struct baton_framebuffer *framebuffer)
{
    EFI_PIXEL_BITMASK masks;

    switch (info->PixelFormat) {
    case PixelRedGreenBlueReserved8BitPerColor:
        masks = (EFI_PIXEL_BITMASK){0x000000ff, 0x0000ff00, 0x00ff0000, 0xff000000};
        break;
    case PixelBlueGreenRedReserved8BitPerColor:
        masks = (EFI_PIXEL_BITMASK){0x00ff0000, 0x0000ff00, 0x000000ff, 0xff000000};
        break;
    case PixelBitMask:
        masks = info->PixelInformation;
        break;
    default:
        return false;
    }
    framebuffer->red_mask = masks.RedMask;
    framebuffer->green_mask = masks.GreenMask;
    framebuffer->blue_mask = masks.BlueMask;
    framebuffer->reserved_mask = masks.ReservedMask;
    /* A mode by masks may have fewer than 32 bits to a pixel: the highest mask bit says how many bytes it takes. */
    framebuffer->bits_per_pixel = 32;
    for (uint32_t all = masks.RedMask | masks.GreenMask | masks.BlueMask | masks.ReservedMask;
         framebuffer->bits_per_pixel > 8 && (all & (0xffU << (framebuffer->bits_per_pixel - 8))) == 0;)
        framebuffer->bits_per_pixel -= 8;
    return true;
}

static bool describe(const EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE *mode, struct baton_framebuffer *ret_framebuffer)
{
    const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = mode->Info;
    struct baton_framebuffer framebuffer = {.physical = mode->FrameBufferBase};
    uint64_t pitch, end;

    if (!info || mode->FrameBufferBase == 0 || !read_masks(info, &framebuffer))
        return false;
    framebuffer.width = info->HorizontalResolution;
    framebuffer.height = info->VerticalResolution;
    if (!checked_multiply(max_u64(info->PixelsPerScanLine, framebuffer.width), framebuffer.bits_per_pixel / 8,
                          &pitch) ||
        pitch > UINT32_MAX || !checked_multiply(pitch, framebuffer.height, &framebuffer.size) ||
        framebuffer.size == 0 || !checked_add(framebuffer.physical, framebuffer.size, &end) ||
        !checked_align_up(end, PAGE_SIZE, &end))
        return false;
    framebuffer.pitch = (uint32_t)pitch;
    *ret_framebuffer = framebuffer;
    return true;
}

/* Two framebuffers that share a page: the console splitter offers its screen once more under a handle of its own. */
static bool is_known(const struct baton_framebuffer *framebuffers, size_t count, const struct baton_framebuffer *found)
{
    for (size_t i = 0; i < count; i++) {
        const struct baton_framebuffer *known = &framebuffers[i];

        if (align_down(known->physical, PAGE_SIZE) < found->physical + found->size + PAGE_SIZE - 1 &&
            align_down(found->physical, PAGE_SIZE) < known->physical + known->size + PAGE_SIZE - 1)
            return true;
    }
    return false;
}

size_t graphics_find(const struct firmware *firmware, struct baton_framebuffer *framebuffers, size_t capacity)
{
    static const EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
    EFI_HANDLE *handles = NULL;
    UINTN handle_count = 0;
    size_t count = 0;

    if (firmware->boot->LocateHandleBuffer(ByProtocol, &guid, NULL, &handle_count, &handles) != EFI_SUCCESS) {
        log_info("no screen: the firmware has no graphics output");
        return 0;
    }
    for (UINTN i = 0; i < handle_count && count < capacity; i++) {
        void *interface = NULL;
        EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics;
        struct baton_framebuffer found;

        if (firmware->boot->HandleProtocol(handles[i], &guid, &interface) != EFI_SUCCESS)
            continue;
        graphics = interface;
        if (!graphics->Mode || !describe(graphics->Mode, &found)) {
            log_info("a screen has no framebuffer that a kernel could write to");
            continue;
        }
        if (is_known(framebuffers, count, &found))
            continue;
        framebuffers[count++] = found;
        log_info("screen: %ux%u, pitch %u bytes, %u bits, at 0x%llx", found.width, found.height, found.pitch,
                 found.bits_per_pixel, (unsigned long long)found.physical);
    }
    (void)firmware->boot->FreePool(handles); /* it came from the pool */
    return count;
}
