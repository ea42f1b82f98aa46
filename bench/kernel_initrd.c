/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bench's kernel for loaders that start EFI programs, which does as Linux does: it takes the initrd by
 * EFI_LOAD_FILE2_PROTOCOL into pages of its own, takes the memory map and leaves boot services. Then it notes the
 * counter: so far other kernels are when they are entered.
 */
#include "abi/boot_services.h"
#include "abi/load_file.h"
#include "abi/memory.h"
#include "abi/system_table.h"
#include "firmware.h"
#include "say.h"

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

static EFI_BOOT_SERVICES *boot;

static const struct linux_initrd_path initrd_path = LINUX_INITRD_PATH;

static void *take_initrd(UINTN *ret_size)
{
    static const EFI_GUID guid = EFI_LOAD_FILE2_PROTOCOL_GUID;
    EFI_DEVICE_PATH_PROTOCOL *path = (EFI_DEVICE_PATH_PROTOCOL *)(uintptr_t)&initrd_path;
    EFI_LOAD_FILE2_PROTOCOL *file;
    EFI_PHYSICAL_ADDRESS pages;
    EFI_HANDLE handle;

    *ret_size = 0;
    if (boot->LocateDevicePath(&guid, &path, &handle) != EFI_SUCCESS)
        return NULL;
    need(boot->HandleProtocol(handle, &guid, (void **)&file), "no LoadFile2");
    if (file->LoadFile(file, path, 0, ret_size, NULL) != EFI_BUFFER_TOO_SMALL)
        need(EFI_PROTOCOL_ERROR, "the initrd's size");
    need(boot->AllocatePages(AllocateAnyPages, EfiLoaderData, (*ret_size + EFI_PAGE_SIZE - 1) / EFI_PAGE_SIZE, &pages),
         "AllocatePages");
    need(file->LoadFile(file, path, 0, ret_size, (void *)(uintptr_t)pages), "LoadFile");
    return (void *)(uintptr_t)pages;
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
    const void *initrd;
    UINTN size;
    uint64_t now;

    boot = table->BootServices;
    initrd = take_initrd(&size);
    exit_boot_services(boot, image);
    now = counter();
    say_line("kernel: counter=", now);
    if (initrd)
        say_module(initrd, size);
    leave(EXIT_OK);
}
