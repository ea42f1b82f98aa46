/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections 3.3 and 3.4: the list of all mappings that there are to be. */
#include "selfcheck.h"

struct list {
    struct subject *subject;
    struct expected *all;
    unsigned count, room;
};

static void add(struct list *list, const struct expected *piece)
{
    struct expected *last = list->count ? &list->all[list->count - 1] : NULL;

    if (piece->size == 0)
        return;
    if (last && last->address + last->size == piece->address && last->physical + last->size == piece->physical &&
        last->flags == piece->flags && last->type == piece->type && last->region == piece->region) {
        last->size += piece->size;
        return;
    }
    if (list->count < list->room)
        list->all[list->count++] = *piece;
}

/* ---- what the direct map gives each kind ---- */

/* False: nothing. Kinds that differ by page are not asked for. */
static bool flags_of_kind(const struct baton_memory *entry, uint32_t *ret_flags)
{
    *ret_flags = MAPPED_WRITE;
    switch (entry->kind) {
    case BATON_MEMORY_USABLE:
    case BATON_MEMORY_BOOT_SERVICES:
    case BATON_MEMORY_LOADER:
    case BATON_MEMORY_SPECIFIC_PURPOSE:
    case BATON_MEMORY_ACPI_RECLAIMABLE:
    case BATON_MEMORY_ACPI_NVS:
    case BATON_MEMORY_RUNTIME_DATA:
        return (entry->efi_attributes & EFI_ATTRIBUTE_WB) != 0;
    case BATON_MEMORY_RUNTIME_CODE:
        *ret_flags = 0;
        return (entry->efi_attributes & EFI_ATTRIBUTE_WB) != 0;
    case BATON_MEMORY_FIRMWARE_TABLES:
        *ret_flags = 0;
        return true;
    case BATON_MEMORY_BATON:
    case BATON_MEMORY_MODULE:
    case BATON_MEMORY_PAGE_TABLES:
    case BATON_MEMORY_STACK:
    case BATON_MEMORY_TRAMPOLINE:
    case BATON_MEMORY_KERNEL:
        return true;
    default:
        return false;
    }
}

static uint32_t flags_of_kernel_page(const struct subject *subject, uint64_t physical)
{
    uint64_t offset = physical - subject->baton->kernel.physical;
    uint32_t flags = image_page_flags(&subject->image, subject->image.link_base + offset);

    if (flags == PAGE_NOTHING)
        return MAPPED_WRITE;
    return is_high(subject) ? flags & ~MAPPED_EXECUTE : flags;
}

static uint32_t flags_of_trampoline_page(const struct subject *subject, uint64_t physical)
{
    if (physical >= subject->code_end)
        return MAPPED_WRITE;
    return has_identity(subject) ? MAPPED_EXECUTE : 0;
}

static void add_direct(struct list *list, const struct baton_memory *entry, struct expected piece, uint64_t base)
{
    const struct subject *subject = list->subject;
    uint64_t guard = subject->baton->stack.base - subject->baton->direct_map.base - PAGE;
    bool by_page = entry->kind == BATON_MEMORY_KERNEL || entry->kind == BATON_MEMORY_TRAMPOLINE ||
                   entry->kind == BATON_MEMORY_STACK || entry->base == 0;

    piece.size = by_page ? PAGE : entry->size;
    for (uint64_t at = entry->base; at < entry->base + entry->size; at += piece.size) {
        if (at == 0 || (entry->kind == BATON_MEMORY_STACK && at == guard))
            continue;
        piece.physical = at;
        piece.address = base + at;
        if (entry->kind == BATON_MEMORY_KERNEL)
            piece.flags = flags_of_kernel_page(subject, at);
        else if (entry->kind == BATON_MEMORY_TRAMPOLINE)
            piece.flags = flags_of_trampoline_page(subject, at);
        add(list, &piece);
    }
}

static void add_map(struct list *list, const char *region, uint64_t base)
{
    BATON_FOR_EACH (struct baton_memory, entry, &list->subject->baton->memory_map) {
        struct expected piece = {.type = TYPE_WRITE_BACK, .region = region};

        if (flags_of_kind(entry, &piece.flags))
            add_direct(list, entry, piece, base);
    }
}

/* ---- the others ---- */

static void add_screens(struct list *list, const char *region, uint64_t base)
{
    BATON_FOR_EACH (struct baton_framebuffer, screen, &list->subject->baton->framebuffers) {
        uint64_t start = ROUND_DOWN(screen->physical), end = ROUND_UP(screen->physical + screen->size);

        add(list, &(struct expected){base + start, start, end - start, MAPPED_WRITE, TYPE_WRITE_COMBINING, region});
    }
}

/* The one page that has the registers. */
static void add_serial(struct list *list, const char *region, uint64_t base)
{
    const struct baton_serial *serial = &list->subject->baton->serial;
    uint64_t page = ROUND_DOWN(serial->physical);

    if (serial->registers)
        add(list, &(struct expected){base + page, page, PAGE, MAPPED_WRITE, TYPE_DEVICE, region});
}

static void add_kernel(struct list *list)
{
    const struct subject *subject = list->subject;
    const struct baton_kernel *kernel = &subject->baton->kernel;

    for (uint64_t at = 0; at < kernel->size; at += PAGE) {
        uint32_t flags = image_page_flags(&subject->image, subject->image.link_base + at);

        if (flags != PAGE_NOTHING)
            add(list, &(struct expected){kernel->address + at, kernel->physical + at, PAGE, flags, TYPE_WRITE_BACK,
                                         "kernel-mapping"});
    }
}

static const struct baton_memory *trampoline(const struct subject *subject)
{
    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map)
        if (entry->kind == BATON_MEMORY_TRAMPOLINE)
            return entry;
    return NULL;
}

static void add_trampoline(struct list *list)
{
    const struct baton_memory *entry = trampoline(list->subject);

    if (entry && list->subject->code_end > entry->base)
        add(list, &(struct expected){entry->base, entry->base, list->subject->code_end - entry->base, MAPPED_EXECUTE,
                                     TYPE_WRITE_BACK, "trampoline-mapping"});
}

/* Nearly sorted as they come. */
static void sort(struct expected *all, unsigned count)
{
    for (unsigned i = 1; i < count; i++) {
        struct expected piece = all[i];
        unsigned at = i;

        for (; at > 0 && all[at - 1].address > piece.address; at--)
            all[at] = all[at - 1];
        all[at] = piece;
    }
}

unsigned expected_collect(struct subject *subject, struct expected *ret_expected, unsigned room)
{
    struct list list = {subject, ret_expected, 0, room};

    if (!has_identity(subject))
        add_trampoline(&list);
    if (is_high(subject) && has_identity(subject)) {
        add_map(&list, "identity-mapping", 0);
        add_screens(&list, "identity-mapping", 0);
        add_serial(&list, "identity-mapping", 0);
    }
    add_map(&list, "direct-mapping", subject->baton->direct_map.base);
    add_screens(&list, "framebuffer-mapping", subject->baton->direct_map.base);
    add_serial(&list, "serial-mapping", subject->baton->direct_map.base);
    if (is_high(subject))
        add_kernel(&list);
    sort(list.all, list.count);
    return list.count;
}

/* ---- single entries ---- */

unsigned paging_levels(void)
{
    struct paging_root roots[PAGING_ROOTS];

    (void)paging_roots(roots);
    return roots[0].levels;
}

uint64_t *page_entry(const struct subject *subject, uint64_t address, unsigned level)
{
    return paging_find(subject->baton, address, level);
}

/* Code is what is executable at its physical address. */
void expected_find_code(struct subject *subject)
{
    const struct baton_memory *entry = trampoline(subject);

    subject->code_end = entry ? entry->base : 0;
    while (entry && subject->code_end < entry->base + entry->size) {
        const uint64_t *leaf = page_entry(subject, subject->code_end, 1);
        struct paging_entry said;

        if (!leaf)
            break;
        paging_decode(*leaf, 1, &said);
        if (!said.present || !(said.allowed & MAPPED_EXECUTE))
            break;
        subject->code_end += PAGE;
    }
}
