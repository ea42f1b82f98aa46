/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program.efi is what the loader starts as any other EFI program. On port 0xE9 it says what it was given, and does what
 * words among its load options tell it:
 *
 *     initrd       it fetches the initrd as Linux does, and says how large it is and a checksum
 *     seed         it says which random seed it was given
 *     tree         it says which device tree is listed, byte by byte
 *     leave        it ends QEMU with success
 *     status=N     it comes back with that status
 *     words        it comes back with words for whoever started it: many pages of them
 */
#include <stdarg.h>
#include <stddef.h>

#include "abi/boot_services.h"
#include "abi/configuration_table.h"
#include "abi/load_file.h"
#include "abi/loaded_image.h"
#include "abi/simple_file_system.h"
#include "abi/system_table.h"
#include "format.h"
#include "memory.h"
#include "text.h"

#define DEBUG_PORT   0xe9
#define EXIT_PORT    0xf4
#define EXIT_SUCCESS 0x10
#define TEXT_ROOM    512
#define WORDS_SIZE   (16 * EFI_PAGE_SIZE)
#define FNV_BASIS    0xcbf29ce484222325ULL /* of FNV-1a, 64 bits */
#define FNV_PRIME    0x100000001b3ULL

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

static EFI_BOOT_SERVICES *boot;

static const struct linux_initrd_path initrd_path = LINUX_INITRD_PATH;

static void put(const char *text)
{
    for (; *text != '\0'; text++)
        __asm__ volatile("outb %0, %1" : : "a"(*text), "Nd"((uint16_t)DEBUG_PORT));
}

__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...)
{
    char line[TEXT_ROOM];
    va_list arguments;

    va_start(arguments, format);
    format_list(line, sizeof(line), format, arguments);
    va_end(arguments);
    put(line);
}

/* UTF-16 as numbers: what the letters are is for the test to say. */
static void tell_units(const char *name, const CHAR16 *units, size_t count)
{
    tell("program: %s=", name);
    for (size_t i = 0; i < count; i++)
        tell("%s%04x", i == 0 ? "" : " ", units[i]);
    put("\n");
}

/* Where the image came from: the first node's path, and whether its volume opens. */
static void tell_origin(const EFI_LOADED_IMAGE_PROTOCOL *own)
{
    static const EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    const FILEPATH_DEVICE_PATH *node = (const FILEPATH_DEVICE_PATH *)own->FilePath;
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume;
    EFI_FILE_PROTOCOL *root;
    bool opens = own->DeviceHandle && boot->HandleProtocol(own->DeviceHandle, &guid, (void **)&volume) == EFI_SUCCESS &&
                 volume->OpenVolume(volume, &root) == EFI_SUCCESS;

    if (opens)
        (void)root->Close(root); /* cannot fail */
    if (node && node->Header.Type == MEDIA_DEVICE_PATH && node->Header.SubType == MEDIA_FILEPATH_DP) {
        size_t bytes = (node->Header.Length[0] | (size_t)node->Header.Length[1] << 8) - sizeof(node->Header);

        tell_units("path", (const CHAR16 *)(const void *)((const uint8_t *)node + sizeof(node->Header)),
                   bytes / sizeof(CHAR16));
    }
    tell("program: volume=%s\n", opens ? "opens" : "none");
}

/* As Linux does (drivers/firmware/efi/libstub): the size first, then all of it. */
static EFI_STATUS tell_initrd(void)
{
    static const EFI_GUID guid = EFI_LOAD_FILE2_PROTOCOL_GUID;
    EFI_DEVICE_PATH_PROTOCOL *path = (EFI_DEVICE_PATH_PROTOCOL *)(uintptr_t)&initrd_path;
    EFI_LOAD_FILE2_PROTOCOL *file;
    EFI_HANDLE handle;
    UINTN size = 0;
    void *buffer;
    uint64_t sum = FNV_BASIS;
    EFI_STATUS status = boot->LocateDevicePath(&guid, &path, &handle);

    if (status == EFI_SUCCESS)
        status = boot->HandleProtocol(handle, &guid, (void **)&file);
    if (status != EFI_SUCCESS) {
        put("program: initrd=none\n");
        return EFI_SUCCESS;
    }
    status = file->LoadFile(file, path, false, &size, NULL);
    if (status != EFI_BUFFER_TOO_SMALL)
        return EFI_PROTOCOL_ERROR;
    status = boot->AllocatePool(EfiLoaderData, size, &buffer);
    if (status != EFI_SUCCESS)
        return status;
    memset(buffer, 0xa5, size);
    status = file->LoadFile(file, path, false, &size, buffer);
    for (UINTN i = 0; i < size; i++)
        sum = (sum ^ ((const uint8_t *)buffer)[i]) * FNV_PRIME;
    (void)boot->FreePool(buffer); /* it is ours */
    tell("program: initrd=%llu sum=%#llx\n", (unsigned long long)size, (unsigned long long)sum);
    return status;
}

/* NULL: there is none. */
static const void *find_table(const EFI_SYSTEM_TABLE *system, const EFI_GUID *guid)
{
    for (UINTN i = 0; i < system->NumberOfTableEntries; i++) {
        if (memcmp(&system->ConfigurationTable[i].VendorGuid, guid, sizeof(*guid)) == 0)
            return system->ConfigurationTable[i].VendorTable;
    }
    return NULL;
}

/* Its second number is its size. */
static void tell_tree(const EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_DTB_TABLE_GUID;
    const uint8_t *tree = find_table(system, &guid);
    size_t size = tree ? (size_t)tree[4] << 24 | (size_t)tree[5] << 16 | (size_t)tree[6] << 8 | tree[7] : 0;

    put("program: tree=");
    for (size_t i = 0; i < size; i++)
        tell("%02x", tree[i]);
    put(tree ? "\n" : "none\n");
}

static void tell_seed(const EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = LINUX_EFI_RANDOM_SEED_TABLE_GUID;
    const LINUX_EFI_RANDOM_SEED *seed = find_table(system, &guid);

    put("program: seed=");
    for (uint32_t i = 0; seed && i < seed->Size; i++)
        tell("%02x", seed->Bits[i]);
    put(seed ? "\n" : "none\n");
}

/* EDK2 gives a copy of the words to whoever started the program, and does not free what it was given. */
static EFI_STATUS come_back(EFI_HANDLE image, EFI_STATUS status, bool with_words)
{
    static CHAR16 words[WORDS_SIZE / sizeof(CHAR16)];
    const size_t last = WORDS_SIZE / sizeof(CHAR16) - 1;

    if (!with_words)
        return status;
    for (size_t i = 0; i < last; i++)
        words[i] = u'w';
    return boot->Exit(image, status, sizeof(words), words);
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    static char narrow[TEXT_ROOM];
    EFI_LOADED_IMAGE_PROTOCOL *own;
    const CHAR16 *options;
    size_t count;
    struct text rest = {narrow, 0}, word;
    uint64_t status = EFI_SUCCESS;
    bool with_words = false;

    boot = system->BootServices;
    if (boot->HandleProtocol(image, &guid, (void **)&own) != EFI_SUCCESS)
        return EFI_PROTOCOL_ERROR;
    options = own->LoadOptions;
    count = options ? own->LoadOptionsSize / sizeof(*options) : 0;
    tell("program: bytes=%u\n", own->LoadOptionsSize);
    tell_units("options", options, count);
    tell_origin(own);
    for (size_t i = 0; i < count && i < TEXT_ROOM && options[i] != 0; i++)
        narrow[rest.length++] = options[i] < 0x80 ? (char)options[i] : '?';
    while ((word = text_take_word(&rest)).length > 0) {
        if (text_is(word, "words"))
            with_words = true;
        else if (text_is(word, "leave"))
            __asm__ volatile("outl %0, %1" : : "a"(EXIT_SUCCESS), "Nd"((uint16_t)EXIT_PORT));
        else if (text_is(word, "seed"))
            tell_seed(system);
        else if (text_is(word, "tree"))
            tell_tree(system);
        else if (text_is(word, "initrd"))
            status = tell_initrd();
        else if (text_starts_with(word, "status=") &&
                 !text_number((struct text){word.data + 7, word.length - 7}, false, &status))
            return EFI_INVALID_PARAMETER;
    }
    return come_back(image, status, with_words);
}
