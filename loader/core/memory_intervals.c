/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory_intervals.h"

#include "checked.h"
#include "sort.h"

uint32_t memory_kind_of(uint32_t efi_type, uint64_t attributes)
{
    static const uint8_t kinds[] = {
        [EFI_TYPE_RESERVED] = BATON_MEMORY_RESERVED,
        [EFI_TYPE_LOADER_CODE] = BATON_MEMORY_LOADER,
        [EFI_TYPE_LOADER_DATA] = BATON_MEMORY_LOADER,
        [EFI_TYPE_BOOT_SERVICES_CODE] = BATON_MEMORY_BOOT_SERVICES,
        [EFI_TYPE_BOOT_SERVICES_DATA] = BATON_MEMORY_BOOT_SERVICES,
        [EFI_TYPE_RUNTIME_CODE] = BATON_MEMORY_RUNTIME_CODE,
        [EFI_TYPE_RUNTIME_DATA] = BATON_MEMORY_RUNTIME_DATA,
        [EFI_TYPE_CONVENTIONAL] = BATON_MEMORY_USABLE,
        [EFI_TYPE_UNUSABLE] = BATON_MEMORY_UNUSABLE,
        [EFI_TYPE_ACPI_RECLAIM] = BATON_MEMORY_ACPI_RECLAIMABLE,
        [EFI_TYPE_ACPI_NVS] = BATON_MEMORY_ACPI_NVS,
        [EFI_TYPE_MMIO] = BATON_MEMORY_MMIO,
        [EFI_TYPE_MMIO_PORTS] = BATON_MEMORY_MMIO,
        [EFI_TYPE_PAL_CODE] = BATON_MEMORY_RESERVED,
        [EFI_TYPE_PERSISTENT] = BATON_MEMORY_PERSISTENT,
        [EFI_TYPE_UNACCEPTED] = BATON_MEMORY_UNACCEPTED,
    };

    if (efi_type >= sizeof(kinds))
        return BATON_MEMORY_RESERVED;
    if (efi_type == EFI_TYPE_CONVENTIONAL && (attributes & EFI_ATTRIBUTE_SPECIFIC_PURPOSE))
        return BATON_MEMORY_SPECIFIC_PURPOSE;
    return kinds[efi_type];
}

/* Whole pages that there can be, as in every map that keeps to the specification. */
static bool is_plain(const struct efi_descriptor *descriptor)
{
    return descriptor->physical % PAGE_SIZE == 0 && descriptor->physical < EFI_PHYSICAL_END &&
           descriptor->pages - 1 < (EFI_PHYSICAL_END - descriptor->physical) / PAGE_SIZE;
}

/* False when there is not a page of it. A page in part is never counted to memory that will be free, and always to
 * what others use. */
static bool read_odd_range(const struct efi_descriptor *descriptor, struct memory_interval *interval)
{
    const uint64_t inwards = memory_kind_is_free(interval->kind) ? PAGE_SIZE - 1 : 0;
    const uint64_t physical = descriptor->physical, outwards = PAGE_SIZE - 1 - inwards;

    if (physical >= EFI_PHYSICAL_END)
        return false;
    interval->base = align_down(physical + inwards, PAGE_SIZE);
    interval->end = EFI_PHYSICAL_END;
    if (descriptor->pages <= (EFI_PHYSICAL_END - physical) / PAGE_SIZE) /* else it is cut off */
        interval->end = align_down(physical + descriptor->pages * PAGE_SIZE + outwards, PAGE_SIZE);
    return descriptor->pages > 0 && interval->base < interval->end;
}

static bool read_descriptor(const struct efi_descriptor *descriptor, struct memory_interval *ret_interval)
{
    ret_interval->attributes = descriptor->attributes;
    ret_interval->kind = memory_kind_of(descriptor->type, descriptor->attributes);
    ret_interval->efi_type = descriptor->type;
    if (!is_plain(descriptor))
        return read_odd_range(descriptor, ret_interval);
    ret_interval->base = descriptor->physical;
    ret_interval->end = descriptor->physical + descriptor->pages * PAGE_SIZE;
    return true;
}

static int compare_intervals(const void *a, const void *b)
{
    const struct memory_interval *left = a, *right = b;

    if (left->base != right->base)
        return left->base < right->base ? -1 : 1;
    return left->sequence < right->sequence ? -1 : left->sequence > right->sequence;
}

/* How many at the beginning stand in their order and do not overlap: in most firmware's maps all but a few. */
static size_t count_plain(const struct memory_interval *interval, size_t count)
{
    size_t plain = count > 0;

    while (plain < count && interval[plain - 1].end <= interval[plain].base)
        plain++;
    return plain;
}

struct memory_intervals memory_intervals_sort(struct memory_interval *interval, size_t count)
{
    const size_t plain = count_plain(interval, count);

    if (plain < count)
        sort_rest(interval, plain, count, sizeof(interval[0]), compare_intervals);
    return (struct memory_intervals){interval, count, plain < count && count_plain(interval, count) < count};
}

void memory_intervals_read(const struct efi_map *efi, struct memory_interval *room, size_t capacity,
                           struct memory_intervals *ret_intervals)
{
    size_t descriptors = efi_map_count(efi), count = 0;

    for (size_t i = 0; i < descriptors && count < capacity; i++) {
        if (read_descriptor(efi_map_at(efi, i), &room[count])) {
            room[count].sequence = (uint32_t)count;
            count++;
        }
    }
    *ret_intervals = memory_intervals_sort(room, count);
}

size_t memory_intervals_from(const struct memory_intervals *intervals, uint64_t address)
{
    size_t low = 0, high = intervals->overlap ? 0 : intervals->count; /* one that began long before may reach further */

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (intervals->interval[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct memory_interval *memory_intervals_find(const struct memory_intervals *intervals, uint64_t address)
{
    const struct memory_interval *interval = intervals->interval;

    for (size_t i = memory_intervals_from(intervals, address); i < intervals->count && interval[i].base <= address;
         i++) {
        if (interval[i].end > address)
            return &interval[i];
    }
    return NULL;
}
