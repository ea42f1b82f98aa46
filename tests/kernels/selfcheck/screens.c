/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 6: framebuffers. */
#include "selfcheck.h"

static uint32_t bit_count(uint32_t bits)
{
    uint32_t count = 0;

    for (; bits; bits &= bits - 1)
        count++;
    return count;
}

static void check_shape(struct subject *subject)
{
    BATON_FOR_EACH (struct baton_framebuffer, screen, &subject->baton->framebuffers) {
        if (screen->width == 0 || screen->height == 0)
            broken("a framebuffer of %u x %u", screen->width, screen->height);
        if (screen->pitch < (uint64_t)screen->width * screen->bits_per_pixel / 8)
            broken("pitch %u is less than %u pixels take", screen->pitch, screen->width);
        if (screen->size < (uint64_t)screen->pitch * screen->height)
            broken("size %lu is less than %u rows of %u", screen->size, screen->height, screen->pitch);
    }
}

static void check_pixels(struct subject *subject)
{
    BATON_FOR_EACH (struct baton_framebuffer, screen, &subject->baton->framebuffers) {
        uint32_t masks[4] = {screen->red_mask, screen->green_mask, screen->blue_mask, screen->reserved_mask};
        uint32_t all = masks[0] | masks[1] | masks[2] | masks[3];
        uint32_t sum = 0;

        for (unsigned i = 0; i < 4; i++)
            sum += bit_count(masks[i]);
        if (screen->bits_per_pixel != 32 && screen->bits_per_pixel != 24 && screen->bits_per_pixel != 16)
            broken("bits_per_pixel is %u", screen->bits_per_pixel);
        if (!masks[0] || !masks[1] || !masks[2] || bit_count(all) != sum)
            broken("the masks are %#x %#x %#x %#x", masks[0], masks[1], masks[2], masks[3]);
        if (screen->bits_per_pixel < 32 && all >> screen->bits_per_pixel != 0)
            broken("the masks reach beyond %u bits", screen->bits_per_pixel);
    }
}

static void check_place(struct subject *subject)
{
    BATON_FOR_EACH (struct baton_framebuffer, screen, &subject->baton->framebuffers)
        expect_equal("framebuffer.address", (uint64_t)(uintptr_t)screen->address,
                     subject->baton->direct_map.base + screen->physical);
}

static void check_edid(struct subject *subject)
{
    BATON_FOR_EACH (struct baton_framebuffer, screen, &subject->baton->framebuffers) {
        if ((screen->edid == NULL) != (screen->edid_size == 0))
            broken("edid is %#lx, and has %u bytes", (uint64_t)(uintptr_t)screen->edid, screen->edid_size);
        else if (screen->edid && !bytes_equal(screen->edid, "\0\377\377\377\377\377\377\0", 8))
            broken("edid does not begin as one");
        expect_equal("framebuffer.reserved", screen->reserved, 0);
    }
}

/* What is written can be read, at both ends. */
static void check_memory(struct subject *subject)
{
    BATON_FOR_EACH (struct baton_framebuffer, screen, &subject->baton->framebuffers) {
        volatile uint8_t *ends[2] = {screen->address, (uint8_t *)screen->address + screen->size - 1};

        for (unsigned i = 0; i < 2; i++) {
            uint8_t before = *ends[i];
            uint8_t after;

            *ends[i] = (uint8_t)~before;
            after = *ends[i];
            *ends[i] = before;
            if ((after ^ before) != 0xff)
                broken("byte %#lx of the framebuffer does not keep what is written", (uint64_t)(uintptr_t)ends[i]);
        }
    }
}

static const struct check checks[] = {
    {"framebuffer-shape", check_shape},   {"framebuffer-pixels", check_pixels},
    {"framebuffer-address", check_place}, {"edid", check_edid},
    {"framebuffer-memory", check_memory},
};
const struct check_list screens_checks = {checks, COUNT(checks)};
