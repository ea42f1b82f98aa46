/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Images that the loader has the firmware load and start, and what it installs for them. The firmware gives what is
 * started its own tables: what such a program calls is not the loader's call, but for the file that it fetches from it.
 */
#include "chaos.h"

#include "abi/configuration_table.h"
#include "memory.h"
#include "started.h"

#define IMAGES     32
#define INTERFACES 32

static struct image {
    EFI_HANDLE handle; /* the firmware may give a new image the handle of one that has ended */
    enum { LOADED, OFFERED, ENDED } state;
    unsigned call;
} images[IMAGES]; /* of this run, in their order */
static unsigned image_count;

static struct interface {
    EFI_HANDLE handle;
    EFI_GUID guid;
    void *interface;
    unsigned call;
    bool is_refused; /* the firmware did not take it back */
} interfaces[INTERFACES];
static unsigned interface_count;

static struct table {
    EFI_GUID guid;
    void *table;
    unsigned call;
} tables[CHAOS_TABLES];
static unsigned table_count;

static struct started_record record;

/* ---- images ---- */

/* The last one with that handle. */
static struct image *find_image(EFI_HANDLE handle)
{
    for (unsigned i = image_count; i > 0; i--) {
        if (images[i - 1].handle == handle)
            return &images[i - 1];
    }
    return NULL;
}

static EFI_LOADED_IMAGE_PROTOCOL *loaded_image(EFI_HANDLE handle)
{
    static const EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    EFI_LOADED_IMAGE_PROTOCOL *loaded;

    return boot->HandleProtocol(handle, &guid, (void **)&loaded) == EFI_SUCCESS ? loaded : NULL;
}

static void hold_image(EFI_HANDLE handle)
{
    const EFI_LOADED_IMAGE_PROTOCOL *loaded = loaded_image(handle);

    if (image_count == IMAGES)
        give_up("the loader loads more than %u images", IMAGES);
    if (!loaded)
        give_up("an image was loaded, and is none");
    images[image_count++] = (struct image){handle, LOADED, fake_calls()};
    chaos_pages_retype((uintptr_t)loaded->ImageBase, (loaded->ImageSize + EFI_PAGE_SIZE - 1) / EFI_PAGE_SIZE,
                       loaded->ImageCodeType);
}

static EFI_STATUS EFIAPI load_image(BOOLEAN policy, EFI_HANDLE parent, EFI_DEVICE_PATH_PROTOCOL *path, void *source,
                                    UINTN size, EFI_HANDLE *ret_image)
{
    EFI_STATUS status = boot->LoadImage(policy, parent, path, source, size, ret_image);

    if (status == EFI_SUCCESS || status == EFI_SECURITY_VIOLATION)
        hold_image(*ret_image);
    return status;
}

void chaos_image_load_untrusted(const struct chaos_arguments *arguments)
{
    (void)load_image((BOOLEAN)arguments->first, (EFI_HANDLE)(uintptr_t)arguments->second,
                     (EFI_DEVICE_PATH_PROTOCOL *)(uintptr_t)arguments->third, (void *)(uintptr_t)arguments->fourth,
                     arguments->fifth, (EFI_HANDLE *)(uintptr_t)arguments->sixth);
}

/* An application is gone when it has come back; an image that was not started is not. */
static EFI_STATUS EFIAPI start_image(EFI_HANDLE handle, UINTN *size, CHAR16 **words)
{
    struct image *image = find_image(handle);
    EFI_STATUS status;

    if (!image || image->state != LOADED) {
        chaos_complain(RULE_NOT_ITS_OWN, "the loader starts an image at %#llx, which it does not have",
                       (unsigned long long)(uintptr_t)handle);
        return EFI_INVALID_PARAMETER;
    }
    status = boot->StartImage(handle, size, words);
    if (!loaded_image(handle))
        image->state = ENDED;
    if (words && *words)
        chaos_hold(CHAOS_POOL, (uintptr_t)*words, 0);
    return status;
}

/* Whether the loader may have it unloaded. That of one that has ended is no mistake: nobody can know. */
static bool may_unload(EFI_HANDLE handle)
{
    const struct image *image = find_image(handle);

    if (image && image->state != OFFERED)
        return true;
    chaos_complain(RULE_NOT_ITS_OWN, "the loader unloads an image at %#llx, which it does not have",
                   (unsigned long long)(uintptr_t)handle);
    return false;
}

static EFI_STATUS EFIAPI unload_image(EFI_HANDLE handle)
{
    if (!may_unload(handle))
        return EFI_INVALID_PARAMETER;
    find_image(handle)->state = ENDED;
    return boot->UnloadImage(handle);
}

void chaos_image_offer(EFI_HANDLE handle)
{
    if (may_unload(handle) && find_image(handle)->state == LOADED)
        find_image(handle)->state = OFFERED;
}

static void end_images(void)
{
    for (unsigned i = 0; i < image_count; i++) {
        if (images[i].state == ENDED)
            continue;
        if (images[i].state == LOADED)
            chaos_complain(RULE_KEPT_IMAGE, "the loader keeps the image that call %u loaded", images[i].call);
        need(boot->UnloadImage(images[i].handle), "an image cannot be unloaded");
    }
    image_count = 0;
}

/* ---- interfaces ---- */

static struct interface *find_interface(EFI_HANDLE handle, const EFI_GUID *guid, const void *interface)
{
    for (unsigned i = 0; i < interface_count; i++) {
        struct interface *at = &interfaces[i];

        if (at->handle == handle && memcmp(&at->guid, guid, sizeof(*guid)) == 0 && at->interface == interface)
            return at;
    }
    return NULL;
}

static EFI_STATUS EFIAPI install_interface(EFI_HANDLE *handle, const EFI_GUID *guid, EFI_INTERFACE_TYPE type,
                                           void *interface)
{
    EFI_STATUS status = boot->InstallProtocolInterface(handle, guid, type, interface);

    if (status != EFI_SUCCESS)
        return status;
    if (interface_count == INTERFACES)
        give_up("the loader installs more than %u interfaces", INTERFACES);
    interfaces[interface_count++] = (struct interface){*handle, *guid, interface, fake_calls(), false};
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI uninstall_interface(EFI_HANDLE handle, const EFI_GUID *guid, void *interface)
{
    struct interface *found = find_interface(handle, guid, interface);

    if (!found) {
        chaos_complain(RULE_NOT_ITS_OWN, "the loader takes back an interface from %#llx, which it does not have there",
                       (unsigned long long)(uintptr_t)handle);
        return EFI_NOT_FOUND;
    }
    *found = interfaces[--interface_count];
    return boot->UninstallProtocolInterface(handle, guid, interface);
}

void chaos_interface_offer(EFI_HANDLE handle, const EFI_GUID *guid, void *interface, EFI_STATUS status)
{
    struct interface *found = find_interface(handle, guid, interface);

    if (!found || status == EFI_NOT_FOUND)
        (void)uninstall_interface(handle, guid, interface);
    else
        found->is_refused = true;
}

static void end_interfaces(void)
{
    for (unsigned i = 0; i < interface_count; i++) {
        struct interface *at = &interfaces[i];

        if (!at->is_refused)
            chaos_complain(RULE_KEPT_INTERFACE, "the loader keeps the interface that call %u installed", at->call);
        need(boot->UninstallProtocolInterface(at->handle, &at->guid, at->interface), "an interface cannot be removed");
    }
    interface_count = 0;
}

/* ---- configuration tables ---- */

static struct table *find_table(const EFI_GUID *guid)
{
    for (unsigned i = 0; i < table_count; i++) {
        if (memcmp(&tables[i].guid, guid, sizeof(*guid)) == 0)
            return &tables[i];
    }
    return NULL;
}

/* The firmware has none by the names that the loader uses, so one that is removed was the loader's. */
static EFI_STATUS EFIAPI install_table(const EFI_GUID *guid, void *table)
{
    struct table *found = find_table(guid);
    EFI_STATUS status;

    if (!table && !found) {
        chaos_complain(RULE_NOT_ITS_OWN, "the loader takes back a configuration table that it does not have");
        return EFI_NOT_FOUND;
    }
    status = boot->InstallConfigurationTable(guid, table);
    if (status != EFI_SUCCESS)
        return status;
    chaos_list_table(guid, table);
    if (!table) {
        *found = tables[--table_count];
        return EFI_SUCCESS;
    }
    if (!found && table_count == CHAOS_TABLES)
        give_up("the loader installs more than %u configuration tables", CHAOS_TABLES);
    found = found ? found : &tables[table_count++];
    *found = (struct table){*guid, table, fake_calls()};
    return EFI_SUCCESS;
}

/* A seed that cannot be taken back is Linux's to read and to free: the loader must keep it, and cannot give it back. */
void chaos_table_offer(const EFI_GUID *guid)
{
    static const EFI_GUID seed = LINUX_EFI_RANDOM_SEED_TABLE_GUID;
    const struct table *found = find_table(guid);

    if (found && memcmp(guid, &seed, sizeof(seed)) == 0)
        chaos_offer(CHAOS_POOL, (uintptr_t)found->table);
    (void)install_table(guid, NULL);
}

static void end_tables(void)
{
    for (unsigned i = 0; i < table_count; i++) {
        chaos_complain(RULE_KEPT_TABLE, "the loader keeps the configuration table that call %u installed",
                       tables[i].call);
        need(boot->InstallConfigurationTable(&tables[i].guid, NULL), "a configuration table cannot be removed");
        chaos_list_table(&tables[i].guid, NULL);
    }
    table_count = 0;
}

/* ---- what the program says that was started (started.c) ---- */

struct started_record *chaos_started(void)
{
    return &record;
}

static void judge_program(void)
{
    if (record.wrong > STARTED_CHECKS)
        give_up("the program has no check %llu", (unsigned long long)record.wrong);
    if (record.wrong != 0)
        chaos_complain((enum chaos_rule)(RULE_PROGRAM_OPTIONS + record.wrong - 1),
                       "the program was given something wrong");
    if (record.content > 1)
        chaos_complain(RULE_PROGRAM_AGAIN, "something was started when a program had come back content");
    if (record.content > 0 && chaos_run.end == CHAOS_RETURNED)
        chaos_run.end = CHAOS_PROGRAM;
}

/* ---- all of it ---- */

void chaos_images_start_run(void)
{
    record = (struct started_record){0};
}

void chaos_images_end_run(void)
{
    judge_program();
    end_tables();
    end_interfaces();
    end_images();
}

void chaos_images_install(void)
{
    static const EFI_GUID guid = STARTED_RECORD_GUID;

    need(boot->InstallConfigurationTable(&guid, &record), "no table for programs");
    CHAOS_TARGET(FAKE_InstallConfigurationTable, install_table);
    CHAOS_TARGET(FAKE_LocateDevicePath, boot->LocateDevicePath);
    CHAOS_TARGET(FAKE_InstallProtocolInterface, install_interface);
    CHAOS_TARGET(FAKE_UninstallProtocolInterface, uninstall_interface);
    CHAOS_TARGET(FAKE_LoadImage, load_image);
    CHAOS_TARGET(FAKE_StartImage, start_image);
    CHAOS_TARGET(FAKE_UnloadImage, unload_image);
}
