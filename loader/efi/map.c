/* SPDX-License-Identifier: BSD-2-Clause */
#include "map.h"

#include "checked.h"
#include "log.h"

/* Allocating the buffer can split descriptors, and a size query's answer is an upper bound only on some firmware. */
#define SPARE_DESCRIPTORS 16
#define TRIES             4

enum status map_fetch(struct ledger *ledger, struct fetched_map *ret_fetched, struct error *error)
{
    EFI_BOOT_SERVICES *boot = ledger->firmware->boot;
    UINTN size = 0, key = 0, descriptor_size = 0;
    uint32_t version = 0;
    EFI_STATUS result = boot->GetMemoryMap(&size, NULL, &key, &descriptor_size, &version);

    for (unsigned i = 0; result == EFI_BUFFER_TOO_SMALL && i < TRIES; i++) {
        /* U-Boot before 2023.04 leaves the descriptor's size alone in a size query. */
        UINTN step = descriptor_size < EFI_DESCRIPTOR_MINIMUM ? 2 * EFI_DESCRIPTOR_MINIMUM : descriptor_size;
        UINTN capacity = size + SPARE_DESCRIPTORS * step;
        void *buffer = NULL;
        enum status status = ledger_memory(ledger, capacity, &buffer, error);

        if (status != STATUS_OK)
            return status;
        size = capacity;
        result = boot->GetMemoryMap(&size, buffer, &key, &descriptor_size, &version);
        if (result == EFI_SUCCESS && descriptor_size >= EFI_DESCRIPTOR_MINIMUM && size <= capacity) {
            ret_fetched->map = (struct efi_map){{buffer, size - size % descriptor_size}, descriptor_size, version};
            ret_fetched->capacity = capacity;
            return STATUS_OK;
        }
    }
    return error_set(error, STATUS_DEVICE,
                     "The firmware does not give its memory map (%s, %zu bytes to a descriptor). Nothing can be booted "
                     "without it; a firmware update may help.",
                     firmware_status_name(result), descriptor_size);
}

void map_log(const struct fetched_map *fetched)
{
    const struct efi_map *map = &fetched->map;
    size_t count = efi_map_count(map);

    if (!log_is_kept(LOG_DEBUG))
        return;
    log_debug("memory map: %zu descriptors, buffer 0x%llx bytes, map 0x%zx bytes, descriptor 0x%zx bytes", count,
              (unsigned long long)fetched->capacity, map->bytes.size, map->descriptor_size);
    for (size_t i = 0; i < count; i++) {
        const struct efi_descriptor *descriptor = efi_map_at(map, i);

        log_debug("  0x%012llx - 0x%012llx %9llu pages %-19s (%u) attributes 0x%llx",
                  (unsigned long long)descriptor->physical,
                  (unsigned long long)(descriptor->physical + descriptor->pages * PAGE_SIZE),
                  (unsigned long long)descriptor->pages, efi_type_name(descriptor->type), descriptor->type,
                  (unsigned long long)descriptor->attributes);
    }
}
