/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi_map.h"

#include "checked.h"

#define PHYSICAL_END (1ULL << 52) /* no machine has more address lines */

static const char *const type_names[] = {
    "Reserved",
    "LoaderCode",
    "LoaderData",
    "BootServicesCode",
    "BootServicesData",
    "RuntimeServicesCode",
    "RuntimeServicesData",
    "Conventional",
    "Unusable",
    "ACPIReclaim",
    "ACPINVS",
    "MMIO",
    "MMIOPorts",
    "PalCode",
    "Persistent",
    "Unaccepted",
};

size_t efi_map_count(const struct efi_map *map)
{
    return map->descriptor_size < EFI_DESCRIPTOR_MINIMUM ? 0 : map->bytes.size / map->descriptor_size;
}

struct efi_descriptor efi_map_read(const struct efi_map *map, size_t index)
{
    struct bytes slice = {0};

    (void)!bytes_slice(map->bytes, (uint64_t)index * map->descriptor_size, EFI_DESCRIPTOR_MINIMUM, &slice);
    return (struct efi_descriptor){
        .type = (uint32_t)bytes_number_or_zero(slice, 0, 4),
        .physical = bytes_number_or_zero(slice, 8, 8),
        .virtual_address = bytes_number_or_zero(slice, 16, 8),
        .pages = bytes_number_or_zero(slice, 24, 8),
        .attributes = bytes_number_or_zero(slice, 32, 8),
    };
}

bool efi_descriptor_range(const struct efi_descriptor *descriptor, uint64_t *ret_base, uint64_t *ret_end)
{
    uint64_t size, end;

    if (!checked_multiply(descriptor->pages, PAGE_SIZE, &size) || !checked_add(descriptor->physical, size, &end) ||
        !checked_align_up(end, PAGE_SIZE, &end) || end > PHYSICAL_END)
        end = PHYSICAL_END;
    if (descriptor->pages == 0 || descriptor->physical >= end)
        return false;
    *ret_base = align_down(descriptor->physical, PAGE_SIZE);
    *ret_end = end;
    return true;
}

bool efi_type_is_known(uint32_t type)
{
    return type < sizeof(type_names) / sizeof(type_names[0]);
}

const char *efi_type_name(uint32_t type)
{
    return efi_type_is_known(type) ? type_names[type] : "Unknown";
}
