/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The least that a loader can do: the files that the load options name are read whole, each into pages of its own, the
 * memory map is taken and boot services are left. A word "=N" among the options asks for reads of N MiB; without it one
 * read has a whole file.
 */
#include "abi/boot_services.h"
#include "abi/loaded_image.h"
#include "abi/memory.h"
#include "abi/simple_file_system.h"
#include "abi/system_table.h"
#include "firmware.h"
#include "memory.h"
#include "say.h"

#define FILES     20
#define NAME_ROOM 64

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

static EFI_BOOT_SERVICES *boot;
static UINTN chunk; /* bytes of each read; 0: all of them */

static struct {
    void *bytes;
    uint64_t size;
} files[FILES];
static unsigned count;

/* As cheap as it can be had. */
static uint64_t size_of(EFI_FILE_PROTOCOL *file)
{
    uint64_t size;

    need(file->SetPosition(file, UINT64_MAX), "SetPosition");
    need(file->GetPosition(file, &size), "GetPosition");
    need(file->SetPosition(file, 0), "SetPosition");
    return size;
}

static void read_file(EFI_FILE_PROTOCOL *root, const CHAR16 *name)
{
    EFI_PHYSICAL_ADDRESS pages;
    EFI_FILE_PROTOCOL *file;
    uint64_t size, done = 0;

    need(root->Open(root, &file, name, EFI_FILE_MODE_READ, 0), "Open");
    size = size_of(file);
    need(boot->AllocatePages(AllocateAnyPages, EfiLoaderData, (size + EFI_PAGE_SIZE - 1) / EFI_PAGE_SIZE, &pages),
         "AllocatePages");
    while (done < size) {
        UINTN bytes = chunk != 0 && chunk < size - done ? chunk : size - done;

        need(file->Read(file, &bytes, (uint8_t *)(uintptr_t)pages + done), "Read");
        if (bytes == 0)
            need(EFI_END_OF_FILE, "Read");
        done += bytes;
    }
    files[count].bytes = (void *)(uintptr_t)pages;
    files[count++].size = size;
}

/* The word at *options, which goes on behind it; empty at the end. */
static void take_word(const CHAR16 **options, CHAR16 *word)
{
    unsigned length = 0;

    while (**options == u' ')
        (*options)++;
    while (**options != 0 && **options != u' ' && length < NAME_ROOM - 1)
        word[length++] = *(*options)++;
    word[length] = 0;
}

static void read_files(const EFI_LOADED_IMAGE_PROTOCOL *own)
{
    static const EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    const CHAR16 *options = own->LoadOptions;
    CHAR16 word[NAME_ROOM];
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume;
    EFI_FILE_PROTOCOL *root;

    need(boot->HandleProtocol(own->DeviceHandle, &guid, (void **)&volume), "no file system");
    need(volume->OpenVolume(volume, &root), "OpenVolume");
    for (take_word(&options, word); word[0] != 0 && count < FILES; take_word(&options, word)) {
        if (word[0] == u'=')
            chunk = (UINTN)(word[1] - u'0') << 20;
        else
            read_file(root, word);
    }
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
    static const EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    EFI_LOADED_IMAGE_PROTOCOL *own;
    uint64_t now;

    boot = table->BootServices;
    need(boot->HandleProtocol(image, &guid, (void **)&own), "no loaded image");
    read_files(own);
    exit_boot_services(boot, image);
    now = counter();
    say_line("kernel: counter=", now);
    for (unsigned i = 1; i < count; i++) /* the first one is the kernel */
        say_module(files[i].bytes, files[i].size);
    leave(EXIT_OK);
}
