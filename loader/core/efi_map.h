/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's memory map as GetMemoryMap returns it (UEFI 2.10, section 7.2.3), read as bytes: descriptors are
 * stepped by the size the firmware names, which is more than sizeof on EDK2.
 */
#ifndef BATON_EFI_MAP_H
#define BATON_EFI_MAP_H

#include <stdbool.h>

#include "bytes.h"

#define EFI_DESCRIPTOR_MINIMUM 40 /* bytes that every version of the descriptor has */

/* Memory types (EFI_MEMORY_TYPE). An open set: vendors add their own. */
#define EFI_TYPE_RESERVED           0u
#define EFI_TYPE_LOADER_CODE        1u
#define EFI_TYPE_LOADER_DATA        2u
#define EFI_TYPE_BOOT_SERVICES_CODE 3u
#define EFI_TYPE_BOOT_SERVICES_DATA 4u
#define EFI_TYPE_RUNTIME_CODE       5u
#define EFI_TYPE_RUNTIME_DATA       6u
#define EFI_TYPE_CONVENTIONAL       7u
#define EFI_TYPE_UNUSABLE           8u
#define EFI_TYPE_ACPI_RECLAIM       9u
#define EFI_TYPE_ACPI_NVS           10u
#define EFI_TYPE_MMIO               11u
#define EFI_TYPE_MMIO_PORTS         12u
#define EFI_TYPE_PAL_CODE           13u
#define EFI_TYPE_PERSISTENT         14u
#define EFI_TYPE_UNACCEPTED         15u

#define EFI_PHYSICAL_END (1ULL << 52) /* no machine has more address lines */

#define EFI_ATTRIBUTE_WRITE_BACK       0x8ULL
#define EFI_ATTRIBUTE_SPECIFIC_PURPOSE 0x40000ULL

struct efi_map {
    struct bytes bytes;     /* whole descriptors only */
    size_t descriptor_size; /* bytes, at least EFI_DESCRIPTOR_MINIMUM */
    uint32_t descriptor_version;
};

/* As the firmware lays it out; packed, because firmware may choose any size for it. */
struct __attribute__((packed)) efi_descriptor {
    uint32_t type;
    uint32_t padding;
    uint64_t physical;
    uint64_t virtual_address;
    uint64_t pages;
    uint64_t attributes;
};

size_t efi_map_count(const struct efi_map *map);

/* Descriptor `index`, which is below the count, as it stands in the map. */
static inline const struct efi_descriptor *efi_map_at(const struct efi_map *map, size_t index)
{
    return (const struct efi_descriptor *)(const void *)(map->bytes.data + index * map->descriptor_size);
}

/* Whether the specification knows the type. */
bool efi_type_is_known(uint32_t type);

/* "Conventional", "BootServicesData" and so on; "Unknown" for others. */
const char *efi_type_name(uint32_t type);

#endif
