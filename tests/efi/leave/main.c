/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leave.efi makes the way out of boot services hard, on machines that inject.efi is not for: it puts services of its
 * own in the place of the firmware's, starts \baton.efi from its own volume, and says on the console what it did.
 *
 * Of inject.efi's settings it knows stale, fail-map (the number of the map that fails, of those that are no queries of
 * the size), nx (of pages that the loader allocates) and start. Other settings change nothing.
 */
#include "inject.h"

#include "leave/no_execute.h"

#include "format.h"
#include "memory.h"

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

EFI_SYSTEM_TABLE *system_table;
EFI_BOOT_SERVICES real_boot;
EFI_BOOT_SERVICES *boot = &real_boot;
EFI_HANDLE own_image;

static uint64_t exits, maps;

/* ---- text, while there is a console ---- */

static void say_list(const char *format, va_list arguments)
{
    CHAR16 wide[300];
    char line[sizeof(wide) / sizeof(wide[0])];
    size_t length = 0;

    format_list(line, sizeof(line), format, arguments);
    for (; line[length] != '\0'; length++)
        wide[length] = (CHAR16)line[length];
    wide[length] = 0;
    (void)system_table->ConOut->OutputString(system_table->ConOut, (const CHAR16 *)u"inject: ");
    (void)system_table->ConOut->OutputString(system_table->ConOut, wide); /* whoever reads it misses it */
    (void)system_table->ConOut->OutputString(system_table->ConOut, (const CHAR16 *)u"\r\n");
}

void say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say_list(format, arguments);
    va_end(arguments);
}

/* The firmware says that its program failed. */
_Noreturn void leave(uint64_t code)
{
    (void)boot->Exit(own_image, EFI_ERROR_BIT | code, 0, NULL);
    for (;;)
        ;
}

_Noreturn void give_up(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say_list(format, arguments);
    va_end(arguments);
    leave(1);
}

void need(EFI_STATUS status, const char *what)
{
    if (EFI_ERROR(status))
        give_up("%s: status %#llx", what, (unsigned long long)status);
}

/* ---- the services ---- */

static EFI_STATUS EFIAPI get_memory_map(UINTN *size, EFI_MEMORY_DESCRIPTOR *map, UINTN *key, UINTN *step,
                                        uint32_t *version)
{
    if (!map || *size == 0 || ++maps != settings.fail_map)
        return boot->GetMemoryMap(size, map, key, step, version);
    say("memory map %llu fails", (unsigned long long)maps);
    return EFI_DEVICE_ERROR;
}

/* Data cannot be executed; with 2, nor can what is allocated for code. */
static EFI_STATUS EFIAPI allocate_pages(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, UINTN pages,
                                        EFI_PHYSICAL_ADDRESS *address)
{
    EFI_STATUS status = boot->AllocatePages(how, type, pages, address);
    bool is_code = type == EfiLoaderCode || type == EfiBootServicesCode || type == EfiRuntimeServicesCode;

    if (status == EFI_SUCCESS && (!is_code || settings.nx > 1))
        no_execute(*address, pages);
    return status;
}

/* Nothing is said on the way to the call that is to succeed: that would change the map. */
static EFI_STATUS EFIAPI exit_boot_services(EFI_HANDLE image, UINTN key)
{
    EFI_PHYSICAL_ADDRESS page;
    EFI_STATUS status;

    if (exits == settings.stale)
        return boot->ExitBootServices(image, key);
    exits++;
    say("exit %llu finds another map", (unsigned long long)exits);
    need(boot->AllocatePages(AllocateAnyPages, EfiBootServicesData, 1, &page), "no page to change the map");
    status = boot->ExitBootServices(image, key);
    if (status != EFI_INVALID_PARAMETER)
        give_up("the firmware took a stale key: status %#llx", (unsigned long long)status);
    return status;
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
    static const EFI_GUID loaded_image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    EFI_LOADED_IMAGE_PROTOCOL *own;
    EFI_HANDLE loader;
    EFI_STATUS status;

    own_image = image;
    system_table = table;
    real_boot = *table->BootServices;
    need(boot->HandleProtocol(image, &loaded_image_guid, (void **)&own), "no loaded image of my own");
    settings_read(own->DeviceHandle);
    need(boot->LoadImage(0, image, path_of_file(own->DeviceHandle, settings.start), NULL, 0, &loader),
         "the loader does not load");
    table->BootServices->GetMemoryMap = get_memory_map;
    table->BootServices->ExitBootServices = exit_boot_services;
    if (settings.nx)
        table->BootServices->AllocatePages = allocate_pages;
    status = boot->StartImage(loader, NULL, NULL);
    table->BootServices->GetMemoryMap = boot->GetMemoryMap;
    table->BootServices->ExitBootServices = boot->ExitBootServices;
    table->BootServices->AllocatePages = boot->AllocatePages;
    say("returned=%#llx", (unsigned long long)status);
    return status;
}
