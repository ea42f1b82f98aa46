/* SPDX-License-Identifier: BSD-2-Clause */
#include "leave.h"

#define SPARE_BYTES 8192U /* for what the map may still grow by */

enum status leave(const struct firmware *firmware, struct leave_state *state, struct leave_room room,
                  struct efi_map *ret_map, struct error *error)
{
    EFI_BOOT_SERVICES *boot = firmware->boot;
    EFI_STATUS result = EFI_SUCCESS;

    while (state->tries < LEAVE_TRIES) {
        /* Always the whole room: EDK2 refreshes the key even when it says that the buffer is too small, so a size that
         * was returned by a failed call must never be passed again (Limine 8.2 left with a stale map that way). */
        UINTN map_size = (UINTN)room.size, key = 0, descriptor_size = 0;
        uint32_t version = 0;

        result = boot->GetMemoryMap(&map_size, room.memory, &key, &descriptor_size, &version);
        if (result == EFI_BUFFER_TOO_SMALL && map_size > room.size) {
            state->needed = map_size + SPARE_BYTES;
            return error_set(error, STATUS_NEED_ROOM, "the firmware's memory map grows and grows");
        }
        if (result != EFI_SUCCESS || descriptor_size < EFI_DESCRIPTOR_MINIMUM || map_size > room.size)
            return error_set(error, STATUS_DEVICE, "the firmware does not give its memory map (%s)",
                             firmware_status_name(result));
        state->tries++;
        result = boot->ExitBootServices(firmware->image, key);
        if (result == EFI_SUCCESS) {
            *ret_map = (struct efi_map){{room.memory, map_size - map_size % descriptor_size}, descriptor_size, version};
            return STATUS_OK;
        }
    }
    return error_set(error, STATUS_DEVICE,
                     "the firmware does not let go of the machine: ExitBootServices failed %u times (%s)", state->tries,
                     firmware_status_name(result));
}
