/* SPDX-License-Identifier: BSD-2-Clause */
/* Handles and what is on them. Protocols that have functions are given as copies, with thunks for functions. */
#include "chaos.h"

#include "abi/block_io.h"
#include "abi/dt_fixup.h"
#include "abi/edid.h"
#include "abi/graphics_output.h"
#include "abi/partition_info.h"
#include "abi/rng.h"
#include "abi/shell_parameters.h"
#include "memory.h"

#define SCREENS 8
#define DISKS   16

static const EFI_GUID keys_guid = EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID,
                      files_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID, rng_guid = EFI_RNG_PROTOCOL_GUID,
                      fixup_guid = EFI_DT_FIXUP_PROTOCOL_GUID, graphics_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID,
                      blocks_guid = EFI_BLOCK_IO_PROTOCOL_GUID;

static struct screen {
    EFI_GRAPHICS_OUTPUT_PROTOCOL protocol; /* first */
    EFI_GRAPHICS_OUTPUT_PROTOCOL *real;
    uint32_t mode; /* before the first run */
} screens[SCREENS];
static struct disk {
    EFI_BLOCK_IO_PROTOCOL protocol; /* first */
    EFI_BLOCK_IO_PROTOCOL *real;
} disks[DISKS];
static EFI_RNG_PROTOCOL *real_rng, rng;
static EFI_DT_FIXUP_PROTOCOL *real_fixup, fixup;

static bool same(const EFI_GUID *a, const EFI_GUID *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static EFI_GRAPHICS_OUTPUT_PROTOCOL *wrap_screen(EFI_GRAPHICS_OUTPUT_PROTOCOL *real)
{
    for (unsigned i = 0; i < SCREENS; i++) {
        struct screen *screen = &screens[i];

        if (screen->real && screen->real != real)
            continue;
        if (!screen->real)
            *screen = (struct screen){*real, real, real->Mode->Mode};
        chaos_fill((void *)&screen->protocol.QueryMode, CHAOS_GRAPHICS, CHAOS_RNG - CHAOS_GRAPHICS);
        return &screen->protocol;
    }
    give_up("there are more than %u screens", SCREENS);
}

static EFI_BLOCK_IO_PROTOCOL *wrap_disk(EFI_BLOCK_IO_PROTOCOL *real)
{
    for (unsigned i = 0; i < DISKS; i++) {
        struct disk *disk = &disks[i];

        if (disk->real && disk->real != real)
            continue;
        *disk = (struct disk){*real, real};
        chaos_fill((void *)&disk->protocol.Reset, CHAOS_BLOCKS, CHAOS_FIXUP - CHAOS_BLOCKS);
        return &disk->protocol;
    }
    give_up("there are more than %u disks", DISKS);
}

static EFI_STATUS EFIAPI query_mode(EFI_GRAPHICS_OUTPUT_PROTOCOL *this, uint32_t mode, UINTN *size,
                                    EFI_GRAPHICS_OUTPUT_MODE_INFORMATION **ret_info)
{
    EFI_GRAPHICS_OUTPUT_PROTOCOL *real = ((struct screen *)(void *)this)->real;
    EFI_STATUS status = real->QueryMode(real, mode, size, ret_info);

    if (status == EFI_SUCCESS)
        chaos_hold(CHAOS_POOL, (uintptr_t)*ret_info, 0);
    return status;
}

static EFI_STATUS EFIAPI set_mode(EFI_GRAPHICS_OUTPUT_PROTOCOL *this, uint32_t mode)
{
    EFI_GRAPHICS_OUTPUT_PROTOCOL *real = ((struct screen *)(void *)this)->real;

    return real->SetMode(real, mode);
}

static EFI_STATUS EFIAPI get_rng(EFI_RNG_PROTOCOL *this, const EFI_GUID *algorithm, UINTN size, uint8_t *bytes)
{
    (void)this;
    return real_rng->GetRNG(real_rng, algorithm, size, bytes);
}

static EFI_STATUS EFIAPI fix_up(EFI_DT_FIXUP_PROTOCOL *this, void *tree, UINTN *size, uint32_t flags)
{
    (void)this;
    return real_fixup->Fixup(real_fixup, tree, size, flags);
}

static EFI_STATUS EFIAPI read_blocks(EFI_BLOCK_IO_PROTOCOL *this, uint32_t media, EFI_LBA block, UINTN size,
                                     void *buffer)
{
    EFI_BLOCK_IO_PROTOCOL *real = ((struct disk *)(void *)this)->real;

    return real->ReadBlocks(real, media, block, size, buffer);
}

/* What the loader gets in place of the firmware's interface. */
static void *stand_in(const EFI_GUID *guid, void *interface)
{
    static const EFI_GUID data[] = {EFI_LOADED_IMAGE_PROTOCOL_GUID,     EFI_DEVICE_PATH_PROTOCOL_GUID,
                                    EFI_EDID_ACTIVE_PROTOCOL_GUID,      EFI_EDID_DISCOVERED_PROTOCOL_GUID,
                                    EFI_SHELL_PARAMETERS_PROTOCOL_GUID, EFI_PARTITION_INFO_PROTOCOL_GUID};

    for (size_t i = 0; i < sizeof(data) / sizeof(data[0]); i++) {
        if (same(guid, &data[i]))
            return interface;
    }
    if (same(guid, &keys_guid))
        return chaos_keys(interface);
    if (same(guid, &files_guid))
        return chaos_volume(interface);
    if (same(guid, &graphics_guid))
        return wrap_screen(interface);
    if (same(guid, &rng_guid)) {
        real_rng = interface;
        rng = *real_rng;
        chaos_fill((void *)&rng.GetInfo, CHAOS_RNG, CHAOS_BLOCKS - CHAOS_RNG);
        return &rng;
    }
    if (same(guid, &fixup_guid)) {
        real_fixup = interface;
        fixup = *real_fixup;
        chaos_fill((void *)&fixup.Fixup, CHAOS_FIXUP, CHAOS_SLOTS - CHAOS_FIXUP);
        return &fixup;
    }
    if (same(guid, &blocks_guid))
        return wrap_disk(interface);
    chaos_complain(RULE_UNKNOWN_PROTOCOL,
                   "the loader uses a protocol that chaos_protocols.c does not have (GUID %08x-…)", guid->Data1);
    return interface;
}

static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, const EFI_GUID *guid, void **ret_interface)
{
    void *interface = NULL;
    EFI_STATUS status = boot->HandleProtocol(handle, guid, &interface);

    if (status == EFI_SUCCESS)
        *ret_interface = stand_in(guid, interface);
    return status;
}

static EFI_STATUS EFIAPI locate_protocol(const EFI_GUID *guid, void *registration, void **ret_interface)
{
    void *interface = NULL;
    EFI_STATUS status = boot->LocateProtocol(guid, registration, &interface);

    if (status == EFI_SUCCESS)
        *ret_interface = stand_in(guid, interface);
    return status;
}

static EFI_STATUS EFIAPI locate_handle_buffer(EFI_LOCATE_SEARCH_TYPE how, const EFI_GUID *guid, void *key,
                                              UINTN *ret_count, EFI_HANDLE **ret_handles)
{
    EFI_STATUS status = boot->LocateHandleBuffer(how, guid, key, ret_count, ret_handles);

    if (status == EFI_SUCCESS)
        chaos_hold(CHAOS_POOL, (uintptr_t)*ret_handles, 0);
    return status;
}

void chaos_screens_end_run(bool complain)
{
    for (unsigned i = 0; i < SCREENS && screens[i].real; i++) {
        EFI_GRAPHICS_OUTPUT_PROTOCOL *real = screens[i].real;

        if (real->Mode->Mode == screens[i].mode)
            continue;
        if (complain && fake_calls_failed(FAKE_GraphicsSetMode) == 0)
            chaos_complain(RULE_SCREEN, "a screen was in mode %u, and is in mode %u now", screens[i].mode,
                           real->Mode->Mode);
        (void)real->SetMode(real, screens[i].mode);
    }
}

void chaos_protocols_install(void)
{
    CHAOS_TARGET(FAKE_HandleProtocol, handle_protocol);
    CHAOS_TARGET(FAKE_LocateProtocol, locate_protocol);
    CHAOS_TARGET(FAKE_LocateHandleBuffer, locate_handle_buffer);
    CHAOS_TARGET(FAKE_GraphicsQueryMode, query_mode);
    CHAOS_TARGET(FAKE_GraphicsSetMode, set_mode);
    CHAOS_TARGET(FAKE_GetRNG, get_rng);
    CHAOS_TARGET(FAKE_Fixup, fix_up);
    CHAOS_TARGET(FAKE_ReadBlocks, read_blocks);
}
