/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory_map.h"

#include "checked.h"
#include "cover.h"

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

/* Where the entries go. */
struct output {
    struct baton_memory *last, *next; /* what was written, and where the next one goes */
};

/* The firmware's ranges and, over them, what the loader says. */
struct sealer {
    struct cover firmware, loader;
    struct output output;
};

static bool page_zero_is_free(const struct memory_intervals *firmware)
{
    for (size_t i = 0; i < firmware->count && firmware->interval[i].base == 0; i++) {
        if (memory_kind_is_free(firmware->interval[i].kind))
            return true;
    }
    return false;
}

static size_t add_interval(const struct memory_map_room *room, size_t count, uint64_t base, uint64_t size,
                           uint32_t kind)
{
    if (base + size <= base || count == room->intervals)
        return count;
    room->interval[count] = (struct memory_interval){
        .base = base, .end = base + size, .kind = kind, .efi_type = EFI_TYPE_RESERVED, .sequence = (uint32_t)count};
    return count + 1;
}

/* Page 0 is never reported usable: a null pointer must stay one, and real-mode firmware data lives there. */
static struct memory_intervals list_placed(const struct memory_intervals *firmware, const struct placed_range *placed,
                                           size_t placed_count, const struct memory_map_room *room)
{
    size_t count = 0;

    for (size_t i = 0; i < placed_count; i++)
        count = add_interval(room, count, placed[i].base, placed[i].size, placed[i].kind);
    if (page_zero_is_free(firmware))
        count = add_interval(room, count, 0, PAGE_SIZE, BATON_MEMORY_RESERVED);
    return memory_intervals_sort(room->interval, count);
}

static bool continues(const struct baton_memory *last, const struct baton_memory *entry)
{
    return last->base + last->size == entry->base && last->kind == entry->kind && last->efi_type == entry->efi_type &&
           last->efi_attributes == entry->efi_attributes;
}

static struct output emit(struct output output, struct baton_memory entry)
{
    if (continues(output.last, &entry)) {
        output.last->size += entry.size;
        return output;
    }
    *output.next = entry;
    return (struct output){output.next, output.next + 1};
}

/* A range of the loader's keeps the type and the attributes that the firmware gave the memory below it. */
static void emit_winner(struct sealer *sealer, uint64_t base, uint64_t end, const struct memory_interval *firmware,
                        const struct memory_interval *loader)
{
    const struct memory_interval *own = firmware ? firmware : loader;
    uint32_t kind = loader ? loader->kind : firmware->kind;

    sealer->output =
        emit(sealer->output, (struct baton_memory){base, end - base, kind, own->efi_type, own->attributes});
}

/* Ranges of the firmware's that lie alone, which nearly all do, up to `limit`. Returns the first position that is left.
 */
static uint64_t emit_alone(struct sealer *sealer, uint64_t position, uint64_t limit)
{
    struct cover *cover = &sealer->firmware;
    const struct memory_interval *interval = &cover->interval[cover->next], *end = &cover->interval[cover->end];
    struct output output = sealer->output;

    cover_leave(cover, position);
    if (cover->count > 0)
        return position;
    for (; interval < end && interval->end <= limit; interval++) {
        if (interval + 1 < end && interval[1].base < interval->end)
            break;
        output = emit(output, (struct baton_memory){interval->base, interval->end - interval->base, interval->kind,
                                                    interval->efi_type, interval->attributes});
        position = interval->end;
    }
    sealer->output = output;
    cover->next = (size_t)(interval - cover->interval);
    return position;
}

/* Goes through the addresses upwards, from one begin or end of a range to the next. */
static void sweep(struct sealer *sealer)
{
    const struct memory_interval *loader = NULL;
    uint64_t loader_end = 0;

    for (uint64_t position = 0, end; position != UINT64_MAX; position = end) {
        const struct memory_interval *firmware;

        if (position >= loader_end) {
            loader = cover_winner(&sealer->loader, position);
            loader_end = cover_change(&sealer->loader, loader);
        }
        if (!loader)
            position = emit_alone(sealer, position, loader_end);
        firmware = cover_winner(&sealer->firmware, position);
        end = min_u64(cover_change(&sealer->firmware, firmware), loader_end);
        if (end > position && (firmware || loader))
            emit_winner(sealer, position, end, firmware, loader);
    }
}

size_t memory_map_place(const struct memory_intervals *firmware, const struct placed_range *placed, size_t placed_count,
                        const struct memory_map_room *room)
{
    struct memory_intervals over = list_placed(firmware, placed, placed_count, room);
    struct baton_memory none = {0};
    struct sealer sealer = {
        .firmware = {.interval = firmware->interval, .end = firmware->count, .number = room->heap},
        .loader = {.interval = over.interval, .end = over.count, .number = room->heap + firmware->count},
        .output = {&none, room->entry},
    };

    sweep(&sealer);
    return (size_t)(sealer.output.next - room->entry);
}

size_t memory_map_seal(const struct efi_map *efi, const struct placed_range *placed, size_t placed_count,
                       const struct memory_map_room *room)
{
    struct memory_map_room rest = *room;
    struct memory_intervals firmware;

    memory_intervals_read(efi, room->interval, room->intervals, &firmware);
    rest.interval += firmware.count;
    rest.intervals -= firmware.count;
    return memory_map_place(&firmware, placed, placed_count, &rest);
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
