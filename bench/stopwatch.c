/* SPDX-License-Identifier: BSD-2-Clause */
#include "stopwatch.h"

#include "abi/device_path.h"
#include "memory.h"
#include "text.h"

#define PATH_ROOM     1024
#define STALL         50000 /* microseconds */
#define MICRO_SECONDS 1000000

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

EFI_SYSTEM_TABLE *system_table;
EFI_BOOT_SERVICES *boot;

static const EFI_GUID loaded_image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
static const EFI_GUID device_path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
static const EFI_GUID volume_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;

void need(EFI_STATUS status, const char *what)
{
    if (!EFI_ERROR(status))
        return;
    say("stopwatch: failed=");
    say(what);
    say_line(" ", status);
    leave(EXIT_FAILED);
}

static size_t node_length(const EFI_DEVICE_PATH_PROTOCOL *node)
{
    return node->Length[0] | (size_t)node->Length[1] << 8;
}

static void write_node(uint8_t *at, uint8_t type, uint8_t subtype, size_t length)
{
    EFI_DEVICE_PATH_PROTOCOL node = {type, subtype, {(uint8_t)length, (uint8_t)(length >> 8)}};

    memcpy(at, &node, sizeof(node));
}

/* Returns the bytes, with the NUL. */
static size_t widen(CHAR16 *wide, const char *text)
{
    size_t length = text_length(text) + 1;

    for (size_t i = 0; i < length; i++)
        wide[i] = (CHAR16)text[i];
    return length * sizeof(CHAR16);
}

/* The volume's path, and after it the loader's. */
static EFI_DEVICE_PATH_PROTOCOL *loader_path(EFI_HANDLE volume)
{
    static uint8_t path[PATH_ROOM + 2 * SETTING_TEXT] __attribute__((aligned(8)));
    static CHAR16 wide[SETTING_TEXT];
    const EFI_DEVICE_PATH_PROTOCOL *node;
    const uint8_t *from;
    size_t used = 0, bytes = widen(wide, settings.start);

    need(boot->HandleProtocol(volume, &device_path_guid, (void **)&node), "no device path of the volume");
    for (from = (const uint8_t *)node; node->Type != END_DEVICE_PATH_TYPE;
         node = (const EFI_DEVICE_PATH_PROTOCOL *)(from + used))
        used += node_length(node);
    if (used + 2 * sizeof(*node) > PATH_ROOM)
        need(EFI_BAD_BUFFER_SIZE, "the volume's device path");
    memcpy(path, from, used);
    write_node(path + used, MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, sizeof(*node) + bytes);
    memcpy(path + used + sizeof(*node), wide, bytes);
    write_node(path + used + sizeof(*node) + bytes, END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE,
               sizeof(*node));
    return (EFI_DEVICE_PATH_PROTOCOL *)path;
}

static EFI_HANDLE load(EFI_HANDLE own_image, EFI_HANDLE volume, EFI_LOADED_IMAGE_PROTOCOL **ret_loaded)
{
    static CHAR16 options[SETTING_TEXT];
    EFI_HANDLE loader;

    need(boot->LoadImage(0, own_image, loader_path(volume), NULL, 0, &loader), "the loader does not load");
    need(boot->HandleProtocol(loader, &loaded_image_guid, (void **)ret_loaded), "no loaded image");
    if (settings.options[0] != '\0') {
        (*ret_loaded)->LoadOptionsSize = (uint32_t)widen(options, settings.options);
        (*ret_loaded)->LoadOptions = options;
    }
    return loader;
}

/* By the firmware's clock; roughly. */
static uint64_t counter_frequency(void)
{
    uint64_t from = counter();

    need(boot->Stall(STALL), "Stall");
    return (counter() - from) * (MICRO_SECONDS / STALL);
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
    EFI_LOADED_IMAGE_PROTOCOL *own, *loaded;
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume;
    EFI_HANDLE loader;
    EFI_STATUS status;

    system_table = table;
    boot = table->BootServices;
    need(boot->HandleProtocol(image, &loaded_image_guid, (void **)&own), "no loaded image of my own");
    need(boot->HandleProtocol(own->DeviceHandle, &volume_guid, (void **)&volume), "no file system");
    settings_read(volume);
    loader = load(image, own->DeviceHandle, &loaded);
    fragment_memory(settings.fragment);
    say_line("stopwatch: hertz=", counter_frequency());
    say_line("stopwatch: base=", (uint64_t)(uintptr_t)loaded->ImageBase);
    say_line("stopwatch: image=", loaded->ImageSize);
    say_line("stopwatch: descriptors=", fragment_count());
    if (settings.watch)
        watch_install(loaded, volume);
    /* What is said behind the equals sign is in the time: some 150 instructions. */
    say("stopwatch: start=");
    say_number(counter());
    say_letter('\n');
    status = boot->StartImage(loader, NULL, NULL);
    say_line("stopwatch: returned=", status);
    leave(EXIT_FAILED);
}
