/* SPDX-License-Identifier: BSD-2-Clause */
#include "firmware.h"

#include "abi/memory.h"
#include "say.h"

#define SLACK 64 /* descriptors */

void need(EFI_STATUS status, const char *what)
{
    if (!EFI_ERROR(status))
        return;
    say("kernel: failed=");
    say(what);
    say_line(" ", status);
    leave(EXIT_FAILED);
}

void exit_boot_services(EFI_BOOT_SERVICES *boot, EFI_HANDLE image)
{
    UINTN size = 0, key, step, room;
    uint32_t version;
    EFI_MEMORY_DESCRIPTOR *map;

    (void)boot->GetMemoryMap(&size, NULL, &key, &step, &version); /* says EFI_BUFFER_TOO_SMALL */
    room = size + SLACK * step;
    need(boot->AllocatePool(EfiLoaderData, room, (void **)&map), "AllocatePool");
    need(boot->GetMemoryMap(&room, map, &key, &step, &version), "GetMemoryMap");
    need(boot->ExitBootServices(image, key), "ExitBootServices");
}
