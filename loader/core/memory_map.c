/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory_map.h"

#include "checked.h"
#include "sort.h"

/* Where two ranges overlap, the stricter kind wins: a higher rank. What the loader placed is above all. */
static const uint8_t ranks[] = {
    [BATON_MEMORY_USABLE] = 1,
    [BATON_MEMORY_BOOT_SERVICES] = 2,
    [BATON_MEMORY_LOADER] = 3,
    [BATON_MEMORY_TRAMPOLINE] = 31,
    [BATON_MEMORY_PAGE_TABLES] = 32,
    [BATON_MEMORY_BATON] = 33,
    [BATON_MEMORY_STACK] = 34,
    [BATON_MEMORY_KERNEL] = 35,
    [BATON_MEMORY_MODULE] = 36,
    [BATON_MEMORY_ACPI_RECLAIMABLE] = 5,
    [BATON_MEMORY_ACPI_NVS] = 8,
    [BATON_MEMORY_FIRMWARE_TABLES] = 29,
    [BATON_MEMORY_RUNTIME_CODE] = 7,
    [BATON_MEMORY_RUNTIME_DATA] = 6,
    [BATON_MEMORY_SPECIFIC_PURPOSE] = 4,
    [BATON_MEMORY_PERSISTENT] = 9,
    [BATON_MEMORY_UNACCEPTED] = 10,
    [BATON_MEMORY_FRAMEBUFFER] = 30,
    [BATON_MEMORY_MMIO] = 11,
    [BATON_MEMORY_RESERVED] = 12,
    [BATON_MEMORY_UNUSABLE] = 13,
    [BATON_MEMORY_WITHHELD] = 14,
};

const char *memory_kind_name(uint32_t kind)
{
    static const char *const names[] = {
        [0] = "unknown",
        [BATON_MEMORY_USABLE] = "usable",
        [BATON_MEMORY_BOOT_SERVICES] = "boot services",
        [BATON_MEMORY_LOADER] = "loader",
        [BATON_MEMORY_TRAMPOLINE] = "trampoline",
        [BATON_MEMORY_PAGE_TABLES] = "page tables",
        [BATON_MEMORY_BATON] = "baton",
        [BATON_MEMORY_STACK] = "stack",
        [BATON_MEMORY_KERNEL] = "kernel",
        [BATON_MEMORY_MODULE] = "module",
        [BATON_MEMORY_ACPI_RECLAIMABLE] = "ACPI reclaimable",
        [BATON_MEMORY_ACPI_NVS] = "ACPI NVS",
        [BATON_MEMORY_FIRMWARE_TABLES] = "firmware tables",
        [BATON_MEMORY_RUNTIME_CODE] = "runtime code",
        [BATON_MEMORY_RUNTIME_DATA] = "runtime data",
        [BATON_MEMORY_SPECIFIC_PURPOSE] = "specific purpose",
        [BATON_MEMORY_PERSISTENT] = "persistent",
        [BATON_MEMORY_UNACCEPTED] = "unaccepted",
        [BATON_MEMORY_FRAMEBUFFER] = "framebuffer",
        [BATON_MEMORY_MMIO] = "MMIO",
        [BATON_MEMORY_RESERVED] = "reserved",
        [BATON_MEMORY_UNUSABLE] = "unusable",
        [BATON_MEMORY_WITHHELD] = "withheld",
    };

    return kind < sizeof(names) / sizeof(names[0]) ? names[kind] : names[0];
}

uint32_t memory_kind_of(uint32_t efi_type, uint64_t attributes)
{
    switch (efi_type) {
    case EFI_TYPE_LOADER_CODE:
    case EFI_TYPE_LOADER_DATA:
        return BATON_MEMORY_LOADER;
    case EFI_TYPE_BOOT_SERVICES_CODE:
    case EFI_TYPE_BOOT_SERVICES_DATA:
        return BATON_MEMORY_BOOT_SERVICES;
    case EFI_TYPE_RUNTIME_CODE:
        return BATON_MEMORY_RUNTIME_CODE;
    case EFI_TYPE_RUNTIME_DATA:
        return BATON_MEMORY_RUNTIME_DATA;
    case EFI_TYPE_CONVENTIONAL:
        return attributes & EFI_ATTRIBUTE_SPECIFIC_PURPOSE ? BATON_MEMORY_SPECIFIC_PURPOSE : BATON_MEMORY_USABLE;
    case EFI_TYPE_UNUSABLE:
        return BATON_MEMORY_UNUSABLE;
    case EFI_TYPE_ACPI_RECLAIM:
        return BATON_MEMORY_ACPI_RECLAIMABLE;
    case EFI_TYPE_ACPI_NVS:
        return BATON_MEMORY_ACPI_NVS;
    case EFI_TYPE_MMIO:
    case EFI_TYPE_MMIO_PORTS:
        return BATON_MEMORY_MMIO;
    case EFI_TYPE_PERSISTENT:
        return BATON_MEMORY_PERSISTENT;
    case EFI_TYPE_UNACCEPTED:
        return BATON_MEMORY_UNACCEPTED;
    default:
        return BATON_MEMORY_RESERVED;
    }
}

/* The firmware's ranges and, over them, what the loader says: each layer has the ranges that cover the position. */
enum { LAYER_FIRMWARE, LAYER_LOADER, LAYERS };

/* One layer's ranges, by where they begin, and those of them that cover the position: a binary heap of their numbers,
 * the one that wins on top. */
struct cover {
    size_t next, end; /* the ranges that begin later */
    uint32_t *number;
    size_t count;
};

struct sealer {
    const struct memory_map_room *room;
    size_t count; /* intervals: one layer behind the other */
    size_t entries;
    struct cover covers[LAYERS];
};

static void add_interval(struct sealer *sealer, const struct memory_interval *interval)
{
    struct memory_interval *added = &sealer->room->interval[sealer->count];

    if (interval->base >= interval->end || sealer->count == sealer->room->intervals)
        return;
    *added = *interval;
    added->sequence = (uint32_t)sealer->count++;
}

static bool is_free_later(uint32_t kind)
{
    return kind == BATON_MEMORY_USABLE || kind == BATON_MEMORY_BOOT_SERVICES || kind == BATON_MEMORY_LOADER ||
           kind == BATON_MEMORY_SPECIFIC_PURPOSE;
}

/* Says whether page 0 is free. */
static bool add_firmware_ranges(struct sealer *sealer, const struct efi_map *efi)
{
    size_t count = efi_map_count(efi);
    bool page_zero_is_free = false;

    for (size_t i = 0; i < count; i++) {
        const struct efi_descriptor *descriptor = efi_map_at(efi, i);
        struct memory_interval interval = {.attributes = descriptor->attributes,
                                           .kind = memory_kind_of(descriptor->type, descriptor->attributes),
                                           .efi_type = descriptor->type};

        if (!efi_descriptor_range(descriptor, &interval.base, &interval.end))
            continue;
        if (is_free_later(interval.kind) && descriptor->physical != interval.base) { /* never more than there is */
            if ((interval.end - interval.base) / PAGE_SIZE > descriptor->pages) /* unless it was cut off at the end */
                interval.end -= PAGE_SIZE;
            interval.base += PAGE_SIZE;
        }
        add_interval(sealer, &interval);
        if (interval.base == 0 && is_free_later(interval.kind))
            page_zero_is_free = true;
    }
    return page_zero_is_free;
}

static void add_placed_ranges(struct sealer *sealer, const struct placed_range *placed, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct memory_interval interval = {.base = placed[i].base,
                                           .end = placed[i].base + placed[i].size,
                                           .kind = placed[i].kind,
                                           .efi_type = EFI_TYPE_RESERVED};

        add_interval(sealer, &interval);
    }
}

static int compare_intervals(const void *a, const void *b)
{
    const struct memory_interval *left = a, *right = b;

    if (left->base != right->base)
        return left->base < right->base ? -1 : 1;
    return left->sequence < right->sequence ? -1 : left->sequence > right->sequence;
}

/* The intervals from `first` on become a layer. Each is sorted for itself: firmware's map often is, nearly. */
static void end_layer(struct sealer *sealer, size_t layer, size_t first)
{
    sealer->covers[layer] = (struct cover){
        .next = first, .end = sealer->count, .number = sealer->room->heap + layer * sealer->room->intervals};
    sort(sealer->room->interval + first, sealer->count - first, sizeof(struct memory_interval), compare_intervals);
}

/* Page 0 is never reported usable: a null pointer must stay one, and real-mode firmware data lives there. */
static void add_layers(struct sealer *sealer, const struct efi_map *efi, const struct placed_range *placed,
                       size_t placed_count)
{
    static const struct memory_interval page_zero = {.base = 0, .end = PAGE_SIZE, .kind = BATON_MEMORY_RESERVED};
    bool page_zero_is_free = add_firmware_ranges(sealer, efi);
    size_t first = sealer->count;

    end_layer(sealer, LAYER_FIRMWARE, 0);
    add_placed_ranges(sealer, placed, placed_count);
    if (page_zero_is_free)
        add_interval(sealer, &page_zero);
    end_layer(sealer, LAYER_LOADER, first);
}

static uint32_t rank_of(uint32_t kind)
{
    return kind < sizeof(ranks) ? ranks[kind] : 0;
}

static bool wins(const struct memory_interval *interval, const struct cover *cover, size_t a, size_t b)
{
    const struct memory_interval *left = &interval[cover->number[a]];
    const struct memory_interval *right = &interval[cover->number[b]];

    if (left->kind != right->kind)
        return rank_of(left->kind) > rank_of(right->kind);
    return left->sequence < right->sequence;
}

static void cover_swap(struct cover *cover, size_t a, size_t b)
{
    uint32_t number = cover->number[a];

    cover->number[a] = cover->number[b];
    cover->number[b] = number;
}

static void cover_push(const struct memory_interval *interval, struct cover *cover, uint32_t number)
{
    size_t node = cover->count++;

    cover->number[node] = number;
    while (node > 0 && wins(interval, cover, node, (node - 1) / 2)) {
        cover_swap(cover, node, (node - 1) / 2);
        node = (node - 1) / 2;
    }
}

static void cover_pop(const struct memory_interval *interval, struct cover *cover)
{
    size_t node = 0;

    cover->number[0] = cover->number[--cover->count];
    for (;;) {
        size_t child = 2 * node + 1;

        if (child >= cover->count)
            return;
        if (child + 1 < cover->count && wins(interval, cover, child + 1, child))
            child++;
        if (!wins(interval, cover, child, node))
            return;
        cover_swap(cover, node, child);
        node = child;
    }
}

/* The range that wins at `position` in one layer; NULL when the layer has none there. Positions ascend. */
static const struct memory_interval *cover_winner(const struct memory_interval *interval, struct cover *cover,
                                                  uint64_t position)
{
    while (cover->count > 0 && interval[cover->number[0]].end <= position)
        cover_pop(interval, cover);
    for (; cover->next < cover->end && interval[cover->next].base <= position; cover->next++)
        cover_push(interval, cover, (uint32_t)cover->next);
    return cover->count > 0 ? &interval[cover->number[0]] : NULL;
}

static bool continues(const struct baton_memory *last, uint64_t base, uint32_t kind, const struct memory_interval *own)
{
    return last->base + last->size == base && last->kind == kind && last->efi_type == own->efi_type &&
           last->efi_attributes == own->attributes;
}

/* A range of the loader's keeps the type and the attributes that the firmware gave the memory below it. */
static void emit(struct sealer *sealer, uint64_t base, uint64_t end, const struct memory_interval *firmware,
                 const struct memory_interval *loader)
{
    const struct memory_interval *own = firmware ? firmware : loader;
    uint32_t kind = loader ? loader->kind : firmware->kind;
    struct baton_memory *next = sealer->room->entry + sealer->entries;

    if (sealer->entries > 0 && continues(next - 1, base, kind, own)) {
        next[-1].size += end - base;
        return;
    }
    *next = (struct baton_memory){base, end - base, kind, own->efi_type, own->attributes};
    sealer->entries++;
}

/* Where a layer has another winner than at the position at the earliest; UINT64_MAX where it has no more. */
static uint64_t next_change(const struct memory_interval *interval, const struct cover *cover,
                            const struct memory_interval *winner)
{
    uint64_t change = cover->next < cover->end ? interval[cover->next].base : UINT64_MAX;

    return winner ? min_u64(change, winner->end) : change;
}

/* Goes through the addresses upwards, from one begin or end of a range to the next. */
static void sweep(struct sealer *sealer)
{
    const struct memory_interval *interval = sealer->room->interval;
    struct cover *firmware_cover = &sealer->covers[LAYER_FIRMWARE], *loader_cover = &sealer->covers[LAYER_LOADER];

    for (uint64_t position = 0, end; position != UINT64_MAX; position = end) {
        const struct memory_interval *firmware = cover_winner(interval, firmware_cover, position);
        const struct memory_interval *loader = cover_winner(interval, loader_cover, position);

        end = min_u64(next_change(interval, firmware_cover, firmware), next_change(interval, loader_cover, loader));
        if (firmware || loader)
            emit(sealer, position, end, firmware, loader);
    }
}

size_t memory_map_seal(const struct efi_map *efi, const struct placed_range *placed, size_t placed_count,
                       const struct memory_map_room *room)
{
    struct sealer sealer = {.room = room};

    add_layers(&sealer, efi, placed, placed_count);
    sweep(&sealer);
    return sealer.entries;
}

const struct baton_memory *memory_map_find(const struct baton_memory *entries, size_t count, uint64_t address)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (address < entries[middle].base)
            high = middle;
        else if (address - entries[middle].base >= entries[middle].size)
            low = middle + 1;
        else
            return &entries[middle];
    }
    return NULL;
}
