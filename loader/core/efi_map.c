/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi_map.h"

_Static_assert(sizeof(struct efi_descriptor) == EFI_DESCRIPTOR_MINIMUM, "UEFI's layout");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "UEFI's byte order");

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

bool efi_type_is_known(uint32_t type)
{
    return type < sizeof(type_names) / sizeof(type_names[0]);
}

const char *efi_type_name(uint32_t type)
{
    return efi_type_is_known(type) ? type_names[type] : "Unknown";
}
