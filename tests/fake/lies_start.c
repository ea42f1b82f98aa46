/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies about images that the firmware starts. */
#include "abi/device_path.h"
#include "abi/load_file.h"
#include "abi/loaded_image.h"
#include "lies.h"

#define LINUX "linux"

static void start_another(struct told *told, uint64_t number)
{
    (void)number;
    told->scenario->start.path = "/another.efi";
}

static void ask_for_none(struct told *told, uint64_t number)
{
    (void)number;
    told->scenario->start.path = NULL;
}

static void expect_options(struct told *told, uint64_t number)
{
    (void)number;
    told->scenario->start.options = "quiet";
}

static void expect_no_options(struct told *told, uint64_t number)
{
    (void)number;
    told->scenario->start.options = NULL;
}

static void shorten_initrd(struct told *told, uint64_t number)
{
    told->scenario->start.initrd.size -= number;
}

static void shift_initrd(struct told *told, uint64_t number)
{
    told->scenario->start.initrd.data += number;
    told->scenario->start.initrd.size -= number;
    *(size_t *)(uintptr_t)&fake_started()->initrd.size -= number;
}

/* The boot device's path is no image's. */
static EFI_STATUS load(EFI_SYSTEM_TABLE *system, EFI_HANDLE parent, const CHAR16 *name, EFI_HANDLE *ret_image)
{
    static const EFI_GUID guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    uint8_t path[256];
    uint8_t *at = path;
    const uint8_t *node = fake_protocols_find(fake_boot_device(), &guid);
    size_t size = 4;

    while (node[0] != END_DEVICE_PATH_TYPE) {
        for (size_t i = 0; i < node[2]; i++)
            *at++ = node[i];
        node += node[2];
    }
    while (name[(size - 4) / 2] != 0)
        size += 2;
    size += 2;
    at[0] = MEDIA_DEVICE_PATH;
    at[1] = MEDIA_FILEPATH_DP;
    at[2] = (uint8_t)size;
    at[3] = 0;
    for (size_t i = 4; i < size; i += 2) {
        at[i] = (uint8_t)name[(i - 4) / 2];
        at[i + 1] = 0;
    }
    at += size;
    at[0] = END_DEVICE_PATH_TYPE;
    at[1] = END_ENTIRE_DEVICE_PATH_SUBTYPE;
    at[2] = 4;
    at[3] = 0;
    return system->BootServices->LoadImage(0, parent, (EFI_DEVICE_PATH_PROTOCOL *)path, NULL, 0, ret_image);
}

static void leave_image(EFI_SYSTEM_TABLE *system)
{
    EFI_HANDLE image = NULL;

    (void)load(system, fake_image(), u"\\vmlinuz", &image);
}

static void load_without_parent(EFI_SYSTEM_TABLE *system)
{
    EFI_HANDLE image = NULL;

    (void)load(system, NULL, u"\\tool.efi", &image);
}

static void load_with_slashes(EFI_SYSTEM_TABLE *system)
{
    EFI_HANDLE image = NULL;

    (void)load(system, fake_image(), u"/tool.efi", &image);
}

static void start_nothing(EFI_SYSTEM_TABLE *system)
{
    UINTN size = 0;
    CHAR16 *words = NULL;

    (void)system->BootServices->StartImage(fake_boot_device(), &size, &words);
}

static void leave_interface(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_LOAD_FILE2_PROTOCOL_GUID;
    static EFI_LOAD_FILE2_PROTOCOL interface;
    EFI_HANDLE handle = NULL;

    (void)system->BootServices->InstallProtocolInterface(&handle, &guid, EFI_NATIVE_INTERFACE, &interface);
}

static void take_back_twice(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_LOAD_FILE2_PROTOCOL_GUID;
    static EFI_LOAD_FILE2_PROTOCOL interface;
    EFI_HANDLE handle = NULL;

    (void)system->BootServices->InstallProtocolInterface(&handle, &guid, EFI_NATIVE_INTERFACE, &interface);
    (void)system->BootServices->UninstallProtocolInterface(handle, &guid, &interface);
    (void)system->BootServices->UninstallProtocolInterface(handle, &guid, &interface);
}

static void install_nothing(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_LOAD_FILE2_PROTOCOL_GUID;
    EFI_HANDLE handle = NULL;

    (void)system->BootServices->InstallProtocolInterface(&handle, &guid, EFI_NATIVE_INTERFACE, NULL);
}

static void locate_nothing(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_LOAD_FILE2_PROTOCOL_GUID;
    EFI_DEVICE_PATH_PROTOCOL *path = NULL;
    EFI_HANDLE handle = NULL;

    (void)system->BootServices->LocateDevicePath(&guid, &path, &handle);
}

static const struct lie lies[] = {
    {FOR("another image", START_PATH), TELL(start_another, 0), ON(LINUX)},
    {FOR("an image that nobody asked for", START_PATH), TELL(ask_for_none, 0), ON(LINUX)},
    {FOR("other options", START_OPTIONS), TELL(expect_options, 0), ON(LINUX)},
    {FOR("options where none are", START_OPTIONS), TELL(expect_no_options, 0), ON(LINUX)},
    {FOR("a shorter initrd", START_INITRD), TELL(shorten_initrd, 1), ON(LINUX)},
    {FOR("another initrd", START_INITRD), TELL(shift_initrd, 4), ON(LINUX)},
    {WORDS("an image left loaded", "is still loaded"), MISUSE(leave_image), ON("linux, no initrd")},
    {WORDS("an image of nobody's", "LoadImage: odd arguments"), MISUSE(load_without_parent), ON("program")},
    {WORDS("a path with slashes", "LoadImage: odd arguments"), MISUSE(load_with_slashes), ON("program")},
    {WORDS("the start of nothing", "StartImage: odd arguments"), MISUSE(start_nothing)},
    {WORDS("an interface left", "was not taken back"), MISUSE(leave_interface), ON("program, denied")},
    {WORDS("an interface taken back twice", "that is not installed"), MISUSE(take_back_twice)},
    {WORDS("no interface", "InstallProtocolInterface: odd arguments"), MISUSE(install_nothing)},
    {WORDS("no path", "LocateDevicePath: odd arguments"), MISUSE(locate_nothing)},
};
const struct lie_list lies_start = {lies, COUNT(lies)};
