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

static void spoil_image(EFI_LOADED_IMAGE_PROTOCOL *image)
{
    static uint8_t garbage[256];
    static CHAR16 options[SETTING_TEXT];

    if (settings.options_set) {
        image->LoadOptionsSize = (uint32_t)path_widen(options, settings.options);
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
    need(boot->LoadImage(0, own_image, path_of_file(volume, settings.start), NULL, 0, &loader),
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
    fixup_install();
    if (settings.chaos || settings.lies)
        chaos(own->DeviceHandle, path_of_file(own->DeviceHandle, settings.start));
    for (uint64_t run = 1; run <= settings.runs; run++)
        start_loader(run, own->DeviceHandle);
    leave(settings.exit);
}
