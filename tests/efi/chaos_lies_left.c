/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies about what the loader leaves behind, and what it gives back. */
#include "chaos_lies.h"

#include "abi/graphics_output.h"

static EFI_PHYSICAL_ADDRESS page; /* stays until the run has been judged */
static EFI_HANDLE handle;

/* ---- what is left behind ---- */

static EFI_PHYSICAL_ADDRESS take_page(EFI_MEMORY_TYPE type)
{
    EFI_PHYSICAL_ADDRESS taken;

    need(boot->AllocatePages(AllocateAnyPages, type, 1, &taken), "no page for a lie");
    return taken;
}

static void prepare_page(void)
{
    page = take_page(EfiLoaderData);
}

static void keep_page(void)
{
    page = take_page(EfiLoaderData);
}

static void swap_page(void)
{
    need(boot->FreePages(page, 1), "the page of a lie cannot be freed");
    need(boot->AllocatePages(AllocateAddress, EfiLoaderCode, 1, &page), "the page of a lie cannot be had");
}

static void grow_firmware(void)
{
    page = take_page(EfiBootServicesData);
}

static void grow_firmware_once(void)
{
    if (chaos_lie_tries == 1)
        grow_firmware();
}

static void free_page(void)
{
    if (page != 0)
        need(boot->FreePages(page, 1), "the page of a lie cannot be freed");
    page = 0;
}

static void keep_handle(void)
{
    need(boot->InstallProtocolInterface(&handle, &chaos_lie_guid, EFI_NATIVE_INTERFACE, NULL), "no handle for a lie");
}

static void free_handle(void)
{
    need(boot->UninstallProtocolInterface(handle, &chaos_lie_guid, NULL), "the handle of a lie does not go");
    handle = NULL;
}

/* The firmware has room for one from here on. */
static void prepare_handle(void)
{
    keep_handle();
    free_handle();
}

static void leave_pages(void)
{
    EFI_PHYSICAL_ADDRESS taken;

    need(chaos_lie_table->BootServices->AllocatePages(AllocateAnyPages, EfiLoaderData, 3, &taken),
         "no pages for a lie");
}

static void leave_pool(void)
{
    void *block;

    need(chaos_lie_table->BootServices->AllocatePool(EfiLoaderData, 100, &block), "no block for a lie");
}

static void leave_event(void)
{
    EFI_EVENT event;

    need(chaos_lie_table->BootServices->CreateEvent(EVT_TIMER, TPL_CALLBACK, NULL, NULL, &event), "no event for a lie");
}

static EFI_FILE_PROTOCOL *open_file(void)
{
    static const EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume;
    EFI_FILE_PROTOCOL *root;

    need(chaos_lie_table->BootServices->LocateProtocol(&guid, NULL, (void **)&volume), "no volume for a lie");
    need(volume->OpenVolume(volume, &root), "no file for a lie");
    return root;
}

static void leave_file(void)
{
    (void)open_file();
}

static void leave_mode(void)
{
    static const EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
    EFI_GRAPHICS_OUTPUT_PROTOCOL *screen;

    need(chaos_lie_table->BootServices->LocateProtocol(&guid, NULL, (void **)&screen), "no screen for a lie");
    need(screen->SetMode(screen, screen->Mode->Mode == 0 ? 1 : 0), "no other mode for a lie");
}

/* ---- what is given back, and is not the loader's ---- */

static void free_pool_twice(void)
{
    void *block;

    need(chaos_lie_table->BootServices->AllocatePool(EfiLoaderData, 100, &block), "no block for a lie");
    (void)chaos_lie_table->BootServices->FreePool(block); /* fails, when the lie says so */
    (void)chaos_lie_table->BootServices->FreePool(block);
}

static void free_fewer_pages(void)
{
    EFI_PHYSICAL_ADDRESS taken;

    need(chaos_lie_table->BootServices->AllocatePages(AllocateAnyPages, EfiLoaderData, 2, &taken),
         "no pages for a lie");
    (void)chaos_lie_table->BootServices->FreePages(taken, 1);
    need(chaos_lie_table->BootServices->FreePages(taken, 2), "the pages of a lie cannot be freed");
}

static void close_other_event(void)
{
    (void)chaos_lie_table->BootServices->CloseEvent(&page);
}

static void free_nothing(void)
{
    (void)chaos_lie_table->BootServices->FreePool(&page);
}

static void close_file_twice(void)
{
    EFI_FILE_PROTOCOL *file = open_file();

    (void)file->Close(file);
    (void)file->Close(file);
}

const struct chaos_lie chaos_lies_left[] = {
    {"page", "pages", .at = ANY_CALL, .tell = keep_page, .undo = free_page},
    {"page-swapped", "pages", .prepare = prepare_page, .at = ANY_CALL, .tell = swap_page, .undo = free_page},
    {"page-each-time", "pages", .at = ANY_CALL, .tell = grow_firmware, .undo = free_page},
    {"page-once", "none", .at = ANY_CALL, .tell = grow_firmware_once, .undo = free_page},
    {"handle", "handles", .prepare = prepare_handle, .at = ANY_CALL, .tell = keep_handle, .undo = free_handle},
    {"pages-kept", "kept-pages", .at = ANY_CALL, .tell = leave_pages, AS_REFUSED},
    {"pool-kept", "kept-pool", .at = ANY_CALL, .tell = leave_pool, AS_REFUSED},
    {"event-kept", "kept-event", .at = ANY_CALL, .tell = leave_event, AS_REFUSED},
    {"file-kept", "kept-file", .at = ANY_CALL, .tell = leave_file, AS_REFUSED},
    {"mode-kept", "screen", .at = ANY_CALL, .tell = leave_mode, AS_REFUSED},

    {"pool-twice", "not-its-own", .at = ANY_CALL, .tell = free_pool_twice},
    {"pool-twice-failed", "not-its-own", .at = ANY_CALL, .tell = free_pool_twice, AS_ONCE, .fails = 2},
    {"pool-of-others", "not-its-own", .at = ANY_CALL, .tell = free_nothing, AS_ONCE, .fails = 1},
    {"pages-fewer", "not-its-own", .at = ANY_CALL, .tell = free_fewer_pages},
    {"event-of-others", "not-its-own", .at = ANY_CALL, .tell = close_other_event},
    {"file-twice", "no-file", .at = ANY_CALL, .tell = close_file_twice},
    {.name = NULL},
};
