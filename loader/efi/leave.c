/* SPDX-License-Identifier: BSD-2-Clause */
#include "leave.h"

#define SPARE_BYTES 8192U /* for what the map may still grow by */

enum status leave(const struct firmware *firmware, struct leave_state *state, void *room, uint64_t size,
                  struct efi_map *ret_map, uint64_t *ret_needed)
{
    EFI_BOOT_SERVICES *boot = firmware->boot;

    while (state->tries < LEAVE_TRIES) {
        /* Always the whole room: EDK2 refreshes the key even when it says that the buffer is too small, so a size that
         * was returned by a failed call must never be passed again (Limine 8.2 left with a stale map that way). */
        UINTN map_size = (UINTN)size, key = 0, descriptor_size = 0;
        uint32_t version = 0;

        state->last_result = boot->GetMemoryMap(&map_size, room, &key, &descriptor_size, &version);
        if (state->last_result == EFI_BUFFER_TOO_SMALL && map_size > size) {
            *ret_needed = map_size + SPARE_BYTES;
            return STATUS_NEED_ROOM;
        }
        if (state->last_result != EFI_SUCCESS || descriptor_size < EFI_DESCRIPTOR_MINIMUM || map_size > size)
            return STATUS_DEVICE;
        state->tries++;
        state->last_result = boot->ExitBootServices(firmware->image, key);
        if (state->last_result == EFI_SUCCESS) {
            *ret_map = (struct efi_map){{room, map_size - map_size % descriptor_size}, descriptor_size, version};
            return STATUS_OK;
        }
    }
    return STATUS_DEVICE;
}
