/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies about programs that are started, and about what is installed for them. */
#include "chaos_lies.h"

#include "started.h"

static EFI_HANDLE handle;

/* ---- what is left behind ---- */

/* The loader itself, once more. */
static EFI_HANDLE load(void)
{
    static const EFI_GUID guid = EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL_GUID;
    EFI_DEVICE_PATH_PROTOCOL *path;
    EFI_HANDLE image;

    need(boot->HandleProtocol(chaos_run.loader, &guid, (void **)&path), "no path for a lie");
    need(chaos_lie_table->BootServices->LoadImage(0, chaos_run.loader, path, NULL, 0, &image), "no image for a lie");
    return image;
}

static void leave_image(void)
{
    (void)load();
}

static void install(void)
{
    handle = NULL;
    need(chaos_lie_table->BootServices->InstallProtocolInterface(&handle, &chaos_lie_guid, EFI_NATIVE_INTERFACE, NULL),
         "no interface for a lie");
}

static void leave_table(void)
{
    static uint64_t table;

    need(chaos_lie_table->BootServices->InstallConfigurationTable(&chaos_lie_guid, &table), "no table for a lie");
}

/* The firmware's, say. */
static void remove_others_table(void)
{
    (void)chaos_lie_table->BootServices->InstallConfigurationTable(&chaos_lie_guid, NULL); /* nobody has it */
}

static void leave_pool(void)
{
    void *block;

    need(chaos_lie_table->BootServices->AllocatePool(EfiLoaderData, 100, &block), "no block for a lie");
}

/* ---- what is given back, and is not the loader's ---- */

static void uninstall(void)
{
    (void)chaos_lie_table->BootServices->UninstallProtocolInterface(handle, &chaos_lie_guid, NULL); /* may fail */
}

static void uninstall_twice(void)
{
    install();
    uninstall();
    uninstall();
}

static void uninstall_others(void)
{
    static const EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    void *interface;

    need(boot->HandleProtocol(own_image, &guid, &interface), "no interface for a lie");
    (void)chaos_lie_table->BootServices->UninstallProtocolInterface(own_image, &guid, interface);
}

static void unload_twice(void)
{
    EFI_HANDLE image = load();

    (void)chaos_lie_table->BootServices->UnloadImage(image); /* fails, when the lie says so */
    (void)chaos_lie_table->BootServices->UnloadImage(image);
}

static void unload_others(void)
{
    (void)chaos_lie_table->BootServices->UnloadImage(own_image);
}

static void start_others(void)
{
    (void)chaos_lie_table->BootServices->StartImage(own_image, NULL, NULL);
}

/* ---- what the program is given, and whether it ran ---- */

static void spoil_options(void)
{
    static const EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    EFI_LOADED_IMAGE_PROTOCOL *loaded;

    need(boot->HandleProtocol((EFI_HANDLE)(uintptr_t)chaos_lie_call->first, &guid, (void **)&loaded),
         "no program for a lie");
    loaded->LoadOptionsSize -= sizeof(CHAR16);
}

static void *real_read;

/* The first read only: what is started next is to be content. */
static EFI_STATUS EFIAPI read_and_spoil(EFI_FILE_PROTOCOL *file, UINTN *size, void *buffer)
{
    EFI_STATUS(EFIAPI * function)
    (EFI_FILE_PROTOCOL *, UINTN *, void *) = (EFI_STATUS(EFIAPI *)(EFI_FILE_PROTOCOL *, UINTN *, void *))real_read;
    EFI_STATUS status = function(file, size, buffer);

    CHAOS_TARGET(FAKE_FileRead, real_read);
    ((uint8_t *)buffer)[*size / 2] ^= 1;
    return status;
}

static void spoil_initrd(void)
{
    real_read = chaos_target(FAKE_FileRead);
    CHAOS_TARGET(FAKE_FileRead, read_and_spoil);
}

static void come_back_again(void)
{
    chaos_started()->content++;
}

static void fail_after_all(void)
{
    chaos_run.result = EFI_LOAD_ERROR;
}

const struct chaos_lie chaos_lies_programs[] = {
    {"program", "none", .at = FAKE_StartImage},
    {"image-kept", "kept-image", .at = ANY_CALL, .tell = leave_image},
    {"interface-kept", "kept-interface", .at = FAKE_StartImage, .tell = install},
    {"table-kept", "kept-table", .at = FAKE_StartImage, .tell = leave_table},
    {"table-of-others", "not-its-own", .at = ANY_CALL, .tell = remove_others_table},
    {"pool-kept-by-program", "kept-pool", .at = FAKE_StartImage, .tell = leave_pool},

    {"interface-twice", "not-its-own", .at = ANY_CALL, .tell = uninstall_twice},
    {"interface-twice-failed", "not-its-own", .at = ANY_CALL, .tell = uninstall_twice, AS_ONCE, .fails = 3},
    {"interface-of-others", "not-its-own", .at = ANY_CALL, .tell = uninstall_others},
    {"interface-of-others-failed", "not-its-own", .at = ANY_CALL, .tell = uninstall_others, AS_ONCE, .fails = 1},
    {"image-twice", "none", .at = ANY_CALL, .tell = unload_twice}, /* nobody can know */
    {"image-twice-failed", "not-its-own", .at = ANY_CALL, .tell = unload_twice, AS_ONCE, .fails = 2},
    {"image-of-others", "not-its-own", .at = ANY_CALL, .tell = unload_others},
    {"image-of-others-failed", "not-its-own", .at = ANY_CALL, .tell = unload_others, AS_ONCE, .fails = 1},
    {"image-of-others-started", "not-its-own", .at = ANY_CALL, .tell = start_others},

    {"program-options", "program-options", .at = FAKE_StartImage, .tell = spoil_options, AS_ONCE},
    {"program-initrd", "program-initrd", .at = FAKE_StartImage, .tell = spoil_initrd, AS_ONCE},
    {"program-again", "program-again", .at = FAKE_UninstallProtocolInterface, .tell = come_back_again},
    {"program-and-error", "result", .at = ANY_CALL, .undo = fail_after_all},
    {"no-program", "not-entered", .at = ANY_CALL, .tell = chaos_lie_give_up, AS_SERVICE},
    {"refused-and-program", "entered", .prepare = chaos_lie_expect_refusal, .undo = chaos_lie_expect_boot,
     .at = ANY_CALL},
    {.name = NULL},
};
