/* SPDX-License-Identifier: BSD-2-Clause */
/* What firmware adds to a device tree that it is shown, as U-Boot's does. */
#include "abi/dt_fixup.h"
#include "inject.h"

#define MAGIC     0xd00dfeedU
#define TOTAL     4 /* fields of the tree's header: bytes from its begin */
#define PROCESSOR 28
#define BOOTED_BY 0x1234

static uint32_t get(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void put(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static EFI_STATUS EFIAPI fixup(EFI_DT_FIXUP_PROTOCOL *this, void *tree, UINTN *size, uint32_t flags)
{
    uint64_t needed;

    if (!this || !tree || !size || flags != (EFI_DT_APPLY_FIXUPS | EFI_DT_RESERVE_MEMORY) || get(tree) != MAGIC)
        return EFI_INVALID_PARAMETER;
    needed = get((uint8_t *)tree + TOTAL) + settings.fixup;
    if (*size < needed) {
        *size = needed;
        return EFI_BUFFER_TOO_SMALL;
    }
    put((uint8_t *)tree + TOTAL, (uint32_t)needed);
    put((uint8_t *)tree + PROCESSOR, BOOTED_BY);
    return EFI_SUCCESS;
}

void fixup_install(void)
{
    static const EFI_GUID guid = EFI_DT_FIXUP_PROTOCOL_GUID;
    static EFI_DT_FIXUP_PROTOCOL protocol = {0x10000, fixup};
    EFI_HANDLE handle = NULL;

    if (settings.fixup)
        need(boot->InstallProtocolInterface(&handle, &guid, EFI_NATIVE_INTERFACE, &protocol), "no fixups");
}
