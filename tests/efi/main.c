/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the settings, spoils the firmware accordingly, starts the loader, and says how that went. */
#include "inject.h"

#include "chaos.h"
#include "format.h"
#include "memory.h"
#include "text.h"

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

EFI_SYSTEM_TABLE *system_table;
EFI_BOOT_SERVICES real_boot;
EFI_BOOT_SERVICES *boot = &real_boot;
EFI_HANDLE own_image;

static const EFI_GUID loaded_image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
static const EFI_GUID device_path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;

static size_t node_length(const EFI_DEVICE_PATH_PROTOCOL *node)
{
    return node->Length[0] | (size_t)node->Length[1] << 8;
}

static void write_node(uint8_t *at, uint8_t type, uint8_t subtype, size_t length)
{
    EFI_DEVICE_PATH_PROTOCOL node = {type, subtype, {(uint8_t)length, (uint8_t)(length >> 8)}};

    memcpy(at, &node, sizeof(node));
}

static size_t widen(CHAR16 *wide, const char *text)
{
    size_t length = text_length(text) + 1;

    for (size_t i = 0; i < length; i++)
        wide[i] = (CHAR16)text[i];
    return length * sizeof(CHAR16);
}

/* The volume's path, and after it the file's. */
static EFI_DEVICE_PATH_PROTOCOL *file_path(EFI_HANDLE volume, const char *name)
{
    static uint8_t path[1024] __attribute__((aligned(8)));
    static CHAR16 wide[SETTING_TEXT];
    const EFI_DEVICE_PATH_PROTOCOL *node;
    const uint8_t *from;
    size_t used = 0, bytes;

    need(boot->HandleProtocol(volume, &device_path_guid, (void **)&node), "the volume has no device path");
    for (from = (const uint8_t *)node; node->Type != END_DEVICE_PATH_TYPE;
         node = (const EFI_DEVICE_PATH_PROTOCOL *)(from + used))
        used += node_length(node);
    bytes = widen(wide, name);
    if (used + bytes + 2 * sizeof(*node) > sizeof(path))
        give_up("the volume's device path is too long");
    memcpy(path, from, used);
    write_node(path + used, MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, sizeof(*node) + bytes);
    memcpy(path + used + sizeof(*node), wide, bytes);
    write_node(path + used + sizeof(*node) + bytes, END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE,
               sizeof(*node));
    return (EFI_DEVICE_PATH_PROTOCOL *)path;
}

static void spoil_image(EFI_LOADED_IMAGE_PROTOCOL *image)
{
    static uint8_t garbage[256];
    static CHAR16 options[SETTING_TEXT];

    if (settings.options_set) {
        image->LoadOptionsSize = (uint32_t)widen(options, settings.options);
        image->LoadOptions = options;
    }
    if (settings.garbage) {
        for (size_t i = 0; i < sizeof(garbage); i++)
            garbage[i] = (uint8_t)(i * 73 + 129);
        image->LoadOptions = garbage;
        image->LoadOptionsSize = (uint32_t)(settings.garbage < sizeof(garbage) ? settings.garbage : sizeof(garbage));
    }
    if (settings.no_device) {
        image->DeviceHandle = NULL;
        image->FilePath = NULL;
    }
    if (settings.no_conout) {
        system_table->ConOut = NULL;
        system_table->ConsoleOutHandle = NULL;
    }
}

static void spoil_memory(void)
{
    if (settings.high)
        memory_take_low();
    if (settings.la57)
        levels_use_five();
    if (settings.odd_types)
        memory_prepare_odd_types();
    while (settings.fragment && memory_map_size() <= settings.fragment)
        memory_fragment((settings.fragment - memory_map_size()) / sizeof(EFI_MEMORY_DESCRIPTOR) + 8);
    if (settings.poison)
        memory_poison();
}

/* Pages by memory type, 0 to 15. */
static void report(uint64_t run, const char *when)
{
    struct page_counts counts = memory_count();
    char line[400];
    size_t used = 0;

    for (unsigned i = 0; i < sizeof(counts.pages) / sizeof(counts.pages[0]); i++)
        used += format_text(line + used, sizeof(line) - used, " %llu", (unsigned long long)counts.pages[i]);
    say("run=%llu %s descriptors=%llu handles=%llu pages=%s", (unsigned long long)run, when,
        (unsigned long long)counts.descriptors, (unsigned long long)counts.handles, line + 1);
}

static void start_loader(uint64_t run, EFI_HANDLE volume)
{
    EFI_LOADED_IMAGE_PROTOCOL *loaded;
    EFI_HANDLE loader;
    EFI_STATUS status;

    report(run, "before");
    need(boot->LoadImage(0, own_image, file_path(volume, settings.start), NULL, 0, &loader),
         "the loader does not load");
    need(boot->HandleProtocol(loader, &loaded_image_guid, (void **)&loaded), "no loaded image");
    say("image base=%#llx size=%#llx", (unsigned long long)(uintptr_t)loaded->ImageBase,
        (unsigned long long)loaded->ImageSize);
    spoil_image(loaded);
    tables_release();
    if (settings.watchdog)
        need(boot->SetWatchdogTimer(settings.watchdog, 0x10000, 0, NULL), "no watchdog");
    hooks_install(loaded);
    status = boot->StartImage(loader, NULL, NULL);
    hooks_remove();
    say("run=%llu returned=%#llx open-files=%lld", (unsigned long long)run, (unsigned long long)status,
        (long long)files_open());
    report(run, "after");
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
    EFI_LOADED_IMAGE_PROTOCOL *own;

    own_image = image;
    system_table = table;
    real_boot = *table->BootServices;
    need(boot->HandleProtocol(image, &loaded_image_guid, (void **)&own), "no loaded image of my own");
    settings_read(own->DeviceHandle);
    files_install(own->DeviceHandle);
    spoil_memory();
    screen_spoil();
    facts_spoil();
    tables_spoil();
    if (settings.chaos || settings.lies)
        chaos(own->DeviceHandle, file_path(own->DeviceHandle, settings.start));
    for (uint64_t run = 1; run <= settings.runs; run++)
        start_loader(run, own->DeviceHandle);
    leave(settings.exit);
}
