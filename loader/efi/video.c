/* SPDX-License-Identifier: BSD-2-Clause */
#include "video.h"

#include "format.h"
#include "graphics.h"
#include "log.h"

#define MODES_AT_MOST 1024 /* of a screen; each costs two calls */
#define SIZES_AT_MOST 12   /* in the log */

struct size { /* pixels */
    uint32_t width, height;
};

/* What is wanted, and what there is. */
struct search {
    const struct firmware *firmware;
    struct size wanted;
    bool found;
    struct size sizes[SIZES_AT_MOST]; /* some of the sizes that a kernel could use, each once */
    size_t size_count;
    bool more; /* than there is room for */
};

static bool same_size(struct size a, struct size b)
{
    return a.width == b.width && a.height == b.height;
}

static void remember(struct search *search, struct size size)
{
    for (size_t i = 0; i < search->size_count; i++) {
        if (same_size(search->sizes[i], size))
            return;
    }
    search->more = search->size_count == SIZES_AT_MOST;
    if (!search->more)
        search->sizes[search->size_count++] = size;
}

/* How well a mode fits: its bits to a pixel, 0 when it does not fit at all. */
static uint32_t fit(struct search *search, const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info)
{
    struct baton_framebuffer format;
    struct size size = {info->HorizontalResolution, info->VerticalResolution};

    if (!graphics_read_format(info, &format))
        return 0;
    remember(search, size);
    return same_size(size, search->wanted) ? format.bits_per_pixel : 0;
}

/* The mode that fits best, the one that is set rather than its equals. False when none fits. */
static bool find_mode(struct search *search, EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics, uint32_t *ret_mode)
{
    uint32_t mode = graphics->Mode->Mode, best = fit(search, graphics->Mode->Info);

    for (uint32_t i = 0; i < graphics->Mode->MaxMode && i < MODES_AT_MOST; i++) {
        EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = NULL;
        UINTN size = 0;
        uint32_t bits;

        if (graphics->QueryMode(graphics, i, &size, &info) != EFI_SUCCESS || !info)
            continue;
        bits = fit(search, info);
        (void)search->firmware->boot->FreePool(info); /* it came from the pool */
        if (bits > best) {
            best = bits;
            mode = i;
        }
    }
    if (best > 0)
        *ret_mode = mode;
    return best > 0;
}

static void set_back(const struct firmware *firmware, void *subject, uint64_t number)
{
    EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics = subject;

    (void)firmware;
    (void)graphics->SetMode(graphics, (uint32_t)number); /* it was set before; a kernel that asks for none takes any */
}

static enum status set_one(struct search *search, struct ledger *ledger, EFI_HANDLE handle, struct error *error)
{
    EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics = graphics_of(search->firmware, handle);
    uint32_t mode;
    enum status status;
    EFI_STATUS result;

    if (!graphics || !find_mode(search, graphics, &mode))
        return STATUS_OK;
    search->found = true;
    if (mode == graphics->Mode->Mode)
        return STATUS_OK;
    status = ledger_prepare(ledger, error);
    if (status != STATUS_OK)
        return status;
    /* Before the act: a screen that fails half way is set back too. */
    ledger_note(ledger, &(struct ledger_entry){set_back, graphics, graphics->Mode->Mode});
    result = graphics->SetMode(graphics, mode);
    if (result != EFI_SUCCESS)
        log_warning("video %ux%u: the screen does not take it (%s)", search->wanted.width, search->wanted.height,
                    firmware_status_name(result));
    return STATUS_OK;
}

static void say_what_there_is(const struct search *search)
{
    char text[SIZES_AT_MOST * sizeof(" 65535x65535")] = " none";
    size_t length = 0;

    for (size_t i = 0; i < search->size_count && length < sizeof(text); i++)
        length += format_text(text + length, sizeof(text) - length, " %ux%u", search->sizes[i].width,
                              search->sizes[i].height);
    log_write(search->size_count > 0 ? LOG_WARNING : LOG_INFO, "video %ux%u: no screen has that mode; there are%s%s",
              search->wanted.width, search->wanted.height, text, search->more ? " ..." : "");
}

enum status video_set_size(struct ledger *ledger, uint32_t width, uint32_t height, struct error *error)
{
    struct search search = {.firmware = ledger->firmware, .wanted = {width, height}};
    EFI_HANDLE *handles;
    size_t count = graphics_handles(search.firmware, &handles);
    enum status status = STATUS_OK;

    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = set_one(&search, ledger, handles[i], error);
    if (handles)
        (void)search.firmware->boot->FreePool(handles); /* it came from the pool */
    if (status == STATUS_OK && !search.found)
        say_what_there_is(&search);
    return status;
}
