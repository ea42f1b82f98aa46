/* SPDX-License-Identifier: BSD-2-Clause */
#include "graphics.h"

#include "abi/edid.h"
#include "checked.h"
#include "edid.h"
#include "log.h"
#include "memory.h"

EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics_of(const struct firmware *firmware, EFI_HANDLE handle)
{
    static const EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
    EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics = firmware_protocol(firmware, handle, &guid);

    return graphics && graphics->Mode && graphics->Mode->Info ? graphics : NULL;
}

size_t graphics_handles(const struct firmware *firmware, EFI_HANDLE **ret_handles)
{
    static const EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;

    return firmware_handles(firmware, &guid, ret_handles);
}

bool graphics_read_format(const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info, struct baton_framebuffer *framebuffer)
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

    if (mode->FrameBufferBase == 0 || !graphics_read_format(info, &framebuffer))
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

/*
 * The place of a framebuffer among those that are known, `count` when it is a new one. Sharing a page makes it the
 * same: the console splitter offers its screen once more under a handle of its own.
 */
static size_t place_of(const struct facts *facts, const struct baton_framebuffer *found)
{
    size_t i = 0;

    for (; i < facts->framebuffer_count; i++) {
        const struct baton_framebuffer *known = &facts->framebuffers[i];

        if (align_down(known->physical, PAGE_SIZE) < found->physical + found->size + PAGE_SIZE - 1 &&
            align_down(found->physical, PAGE_SIZE) < known->physical + known->size + PAGE_SIZE - 1)
            break;
    }
    return i;
}

/* Copies the EDID of the screen with this handle: the one in force, or else the monitor's own. */
static void copy_edid(const struct firmware *firmware, EFI_HANDLE handle, struct framebuffer_edid *edid)
{
    static const EFI_GUID guids[] = {EFI_EDID_ACTIVE_PROTOCOL_GUID, EFI_EDID_DISCOVERED_PROTOCOL_GUID};

    for (size_t i = 0; i < sizeof(guids) / sizeof(guids[0]); i++) {
        const EFI_EDID_ACTIVE_PROTOCOL *source = firmware_protocol(firmware, handle, &guids[i]);

        if (!source || !source->Edid || source->SizeOfEdid == 0)
            continue;
        edid->size =
            (uint32_t)edid_size((struct bytes){source->Edid, (size_t)min_u64(source->SizeOfEdid, sizeof(edid->bytes))});
        memcpy(edid->bytes, source->Edid, edid->size);
        if (edid->size > 0)
            return;
        log_info("a screen's EDID is damaged");
    }
}

static void find_one(const struct firmware *firmware, EFI_HANDLE handle, struct facts *facts)
{
    const EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics = graphics_of(firmware, handle);
    struct baton_framebuffer found;
    size_t place;

    if (!graphics || !describe(graphics->Mode, &found)) {
        log_info("a screen has no framebuffer that a kernel could write to");
        return;
    }
    place = place_of(facts, &found);
    if (place == FACTS_FRAMEBUFFERS) {
        log_warning("a screen is left out: there are more than %u", FACTS_FRAMEBUFFERS);
        return;
    }
    if (place == facts->framebuffer_count) {
        facts->framebuffers[facts->framebuffer_count++] = found;
        facts->edids[place].size = 0;
        log_info("screen: %ux%u, pitch %u bytes, %u bits, at 0x%llx", found.width, found.height, found.pitch,
                 found.bits_per_pixel, (unsigned long long)found.physical);
    }
    /* The splitter's handle has none, so that of a known one counts too. */
    if (facts->edids[place].size == 0)
        copy_edid(firmware, handle, &facts->edids[place]);
}

void graphics_find(const struct firmware *firmware, struct facts *facts)
{
    EFI_HANDLE *handles;
    size_t count = graphics_handles(firmware, &handles);

    facts->framebuffer_count = 0;
    if (count == 0)
        log_info("no screen: the firmware has no graphics output");
    for (size_t i = 0; i < count; i++)
        find_one(firmware, handles[i], facts);
    if (handles)
        (void)firmware->boot->FreePool(handles); /* it came from the pool */
}
