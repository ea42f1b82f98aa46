/* SPDX-License-Identifier: BSD-2-Clause */
/* Handles and what is installed on them, and the loader's own image. */
#include <stdlib.h>
#include <string.h>

#include "abi/block_io.h"
#include "abi/device_path.h"
#include "abi/loaded_image.h"
#include "abi/shell_parameters.h"
#include "abi/simple_file_system.h"
#include "fake.h"
#include "fake_memory.h"
#include "phys.h"

#define INTERFACES 32
#define WORDS      5

struct interface {
    EFI_HANDLE handle;
    EFI_GUID guid;
    void *interface;
    unsigned call;   /* of the loader's, that installed it; 0: the firmware has it by itself */
    bool is_refused; /* the firmware did not take it back */
};

static struct {
    struct interface interfaces[INTERFACES];
    size_t count;
    EFI_LOADED_IMAGE_PROTOCOL image;
    EFI_SHELL_PARAMETERS_PROTOCOL shell;
    CHAR16 words[WORDS][64];
    CHAR16 *arguments[WORDS];
} state;

static int image_handle, boot_device, other_device;

EFI_HANDLE fake_image(void)
{
    return &image_handle;
}

EFI_HANDLE fake_boot_device(void)
{
    return &boot_device;
}

EFI_HANDLE fake_other_device(void)
{
    return &other_device;
}

void fake_protocols_add(EFI_HANDLE handle, const EFI_GUID *guid, void *interface)
{
    if (state.count == INTERFACES)
        abort();
    state.interfaces[state.count++] = (struct interface){handle, *guid, interface, 0, false};
}

static bool is_handle(EFI_HANDLE handle)
{
    for (size_t i = 0; i < state.count; i++) {
        if (state.interfaces[i].handle == handle)
            return true;
    }
    return false;
}

/* The interface; an empty one counts as none. */
static const struct interface *find(EFI_HANDLE handle, const EFI_GUID *guid, size_t from)
{
    for (size_t i = from; i < state.count; i++) {
        const struct interface *interface = &state.interfaces[i];

        if ((!handle || interface->handle == handle) && memcmp(&interface->guid, guid, sizeof(*guid)) == 0)
            return interface;
    }
    return NULL;
}

void fake_protocols_remove(EFI_HANDLE handle, const EFI_GUID *guid)
{
    struct interface *found = (struct interface *)find(handle, guid, 0);

    if (!found)
        abort();
    state.count--;
    memmove(found, found + 1, (size_t)(state.interfaces + state.count - found) * sizeof(*found));
}

void *fake_protocols_find(EFI_HANDLE handle, const EFI_GUID *guid)
{
    const struct interface *found = find(handle, guid, 0);

    return found ? found->interface : NULL;
}

/* Whether `path` begins with all nodes of `beginning`; where it goes on. */
static bool path_begins(const uint8_t *path, const uint8_t *beginning, const uint8_t **ret_rest)
{
    while (beginning[0] != END_DEVICE_PATH_TYPE) {
        size_t length = beginning[2] | (size_t)beginning[3] << 8;

        for (size_t i = 0; i < length; i++) { /* a shorter path ends sooner, and differs there */
            if (path[i] != beginning[i])
                return false;
        }
        path += length;
        beginning += length;
    }
    *ret_rest = path;
    return true;
}

EFI_HANDLE fake_protocols_by_path(const void *path)
{
    static const EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    const uint8_t *rest;

    for (const struct interface *at = state.interfaces; (at = find(NULL, &path_guid, (size_t)(at - state.interfaces)));
         at++) {
        if (path_begins(path, at->interface, &rest) && rest[0] == END_DEVICE_PATH_TYPE && rest != path)
            return at->handle;
    }
    return NULL;
}

/* Of the handles with that protocol, the one whose device path is the longest beginning of `path`. */
static EFI_STATUS EFIAPI locate_device_path(const EFI_GUID *guid, EFI_DEVICE_PATH_PROTOCOL **path,
                                            EFI_HANDLE *ret_handle)
{
    static const EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    static const EFI_GUID blocks = EFI_BLOCK_IO_PROTOCOL_GUID;
    EFI_STATUS status = fake_call(FAKE_LocateDevicePath);
    const uint8_t *start, *best = NULL, *rest;

    if (!guid || !path || !*path || !ret_handle) {
        fake_complain("LocateDevicePath: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    fake_set_vital(memcmp(guid, &blocks, sizeof(*guid)) == 0 && fake_second_is_vital());
    if (status != EFI_SUCCESS)
        return status;
    start = (const uint8_t *)*path;
    for (const struct interface *at = state.interfaces; (at = find(NULL, &path_guid, (size_t)(at - state.interfaces)));
         at++) {
        if (!find(at->handle, guid, 0) || !path_begins(start, at->interface, &rest) || (best && rest <= best))
            continue;
        best = rest;
        *ret_handle = at->handle;
    }
    if (!best)
        return EFI_NOT_FOUND;
    *path = (EFI_DEVICE_PATH_PROTOCOL *)(uintptr_t)best;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI install_interface(EFI_HANDLE *handle, const EFI_GUID *guid, EFI_INTERFACE_TYPE type,
                                           void *interface)
{
    static char handles[INTERFACES];
    EFI_STATUS status = fake_call(FAKE_InstallProtocolInterface);

    if (!handle || !guid || type != EFI_NATIVE_INTERFACE || !interface || (*handle && find(*handle, guid, 0))) {
        fake_complain("InstallProtocolInterface: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    if (status != EFI_SUCCESS)
        return status;
    if (!*handle)
        *handle = &handles[state.count];
    fake_protocols_add(*handle, guid, interface);
    state.interfaces[state.count - 1].call = fake_calls();
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI uninstall_interface(EFI_HANDLE handle, const EFI_GUID *guid, void *interface)
{
    EFI_STATUS status = fake_call(FAKE_UninstallProtocolInterface);
    const struct interface *found = find(handle, guid, 0);

    if (!handle || !found || found->interface != interface || found->call == 0) {
        fake_complain("UninstallProtocolInterface: that is not installed");
        return EFI_NOT_FOUND;
    }
    if (status == EFI_SUCCESS || status == EFI_NOT_FOUND) {
        fake_protocols_remove(handle, guid);
        return status;
    }
    state.interfaces[found - state.interfaces].is_refused = true;
    fake_images_check_withdrawn(guid, interface);
    return status;
}

void fake_protocols_check(void)
{
    for (size_t i = 0; i < state.count; i++) {
        if (state.interfaces[i].call != 0 && !state.interfaces[i].is_refused)
            fake_complain("an interface, installed by call %u, was not taken back", state.interfaces[i].call);
    }
}

/* Without the boot partition's path its disk is not known either. */
static bool is_vital_protocol(EFI_HANDLE handle, const EFI_GUID *guid)
{
    static const EFI_GUID loaded_image = EFI_LOADED_IMAGE_PROTOCOL_GUID, path = EFI_DEVICE_PATH_PROTOCOL_GUID,
                          file_system = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;

    if (handle == fake_boot_device() && memcmp(guid, &path, sizeof(*guid)) == 0)
        return fake_second_is_vital();
    return memcmp(guid, &loaded_image, sizeof(*guid)) == 0 || memcmp(guid, &file_system, sizeof(*guid)) == 0;
}

static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, const EFI_GUID *guid, void **ret_interface)
{
    EFI_STATUS status = fake_call(FAKE_HandleProtocol);
    const struct interface *found;

    if (!handle || !is_handle(handle) || !guid || !ret_interface) {
        fake_complain("HandleProtocol: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    fake_set_vital(handle == fake_second_device() || handle == fake_boot_disk() ? fake_second_is_vital()
                                                                                : is_vital_protocol(handle, guid));
    *ret_interface = NULL;
    if (status != EFI_SUCCESS)
        return status;
    found = find(handle, guid, 0);
    if (!found)
        return EFI_UNSUPPORTED;
    *ret_interface = found->interface;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI locate_handle_buffer(EFI_LOCATE_SEARCH_TYPE how, const EFI_GUID *guid, void *key,
                                              UINTN *ret_count, EFI_HANDLE **ret_handles)
{
    static const EFI_GUID file_system = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    EFI_STATUS status = fake_call(FAKE_LocateHandleBuffer);
    size_t count = 0;

    if (how != ByProtocol || !guid || key || !ret_count || !ret_handles) {
        fake_complain("LocateHandleBuffer: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    fake_set_vital(memcmp(guid, &file_system, sizeof(*guid)) == 0 && fake_second_is_vital());
    if (status != EFI_SUCCESS)
        return status;
    for (const struct interface *at = state.interfaces; (at = find(NULL, guid, (size_t)(at - state.interfaces))); at++)
        count++;
    if (count == 0)
        return EFI_NOT_FOUND;
    *ret_handles = fake_memory_pool(count * sizeof(EFI_HANDLE));
    *ret_count = count;
    count = 0;
    for (const struct interface *at = state.interfaces; (at = find(NULL, guid, (size_t)(at - state.interfaces))); at++)
        (*ret_handles)[count++] = at->handle;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI locate_protocol(const EFI_GUID *guid, void *registration, void **ret_interface)
{
    EFI_STATUS status = fake_call(FAKE_LocateProtocol);
    const struct interface *found;

    if (!guid || registration || !ret_interface) {
        fake_complain("LocateProtocol: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    *ret_interface = NULL;
    if (status != EFI_SUCCESS)
        return status;
    found = find(NULL, guid, 0);
    if (!found)
        return EFI_NOT_FOUND;
    *ret_interface = found->interface;
    return EFI_SUCCESS;
}

const char *fake_loader_path(void)
{
    return fake_setup()->loader_path ? fake_setup()->loader_path : "\\EFI\\BOOT\\BOOTX64.EFI";
}

/* One node for all of it, and the end. */
static EFI_DEVICE_PATH_PROTOCOL *make_file_path(const char *path)
{
    static _Alignas(8) uint8_t room[256];
    size_t length = strlen(path) + 1, size = 4 + 2 * length;
    const uint8_t header[4] = {MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, (uint8_t)size, 0};
    const uint8_t end[4] = {END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, 4, 0};

    memset(room, 0, sizeof(room));
    memcpy(room, header, sizeof(header));
    for (size_t i = 0; i < length; i++)
        room[4 + 2 * i] = (uint8_t)path[i];
    memcpy(room + size, end, sizeof(end));
    return (EFI_DEVICE_PATH_PROTOCOL *)(void *)room;
}

static void make_image(void)
{
    static const uint8_t garbage[7] = {0x01, 0xd8, 0xff, 0xff, 0x00, 0x20, 0x99};
    static const uint8_t option[] = {1, 0, 0, 0, 10, 0, 'B', 0, 'o', 0, 'o', 0, 't', 0, 0, 0, 0x7f, 0xff, 4, 0};

    /* Nothing ends it but its size, which the sanitizers watch. */
    static const CHAR16 text[] = {'q', 'u', 'i', 'e', 't', ' ', 's', 'p', 'l', 'a', 's', 'h'};

    state.image = (EFI_LOADED_IMAGE_PROTOCOL){
        .Revision = EFI_LOADED_IMAGE_PROTOCOL_REVISION,
        .DeviceHandle = fake_has(FAKE_QUIRK_NO_DEVICE) ? NULL : &boot_device,
        .LoadOptions = (void *)(uintptr_t)fake_setup()->options,
        .LoadOptionsSize = fake_setup()->options_size,
        .ImageBase = phys_to_ptr(fake_layout_image()),
        .ImageSize = 0x20000,
        .ImageCodeType = EfiLoaderCode,
        .ImageDataType = EfiLoaderData,
    };
    if (!fake_has(FAKE_QUIRK_NO_FILE_PATH))
        state.image.FilePath = make_file_path(fake_loader_path());
    if (fake_has(FAKE_QUIRK_GARBAGE_OPTIONS)) {
        state.image.LoadOptions = (void *)(uintptr_t)garbage;
        state.image.LoadOptionsSize = sizeof(garbage);
    } else if (fake_has(FAKE_QUIRK_OPTION_LIST)) {
        state.image.LoadOptions = (void *)(uintptr_t)option;
        state.image.LoadOptionsSize = sizeof(option);
    } else if (fake_has(FAKE_QUIRK_TEXT_OPTIONS)) {
        state.image.LoadOptions = (void *)(uintptr_t)text;
        state.image.LoadOptionsSize = sizeof(text);
    }
}

static void make_shell(void)
{
    static const EFI_GUID guid = EFI_SHELL_PARAMETERS_PROTOCOL_GUID;
    const char *const *words = fake_setup()->shell;

    if (!words[0])
        return;
    state.shell = (EFI_SHELL_PARAMETERS_PROTOCOL){.Argv = state.arguments};
    for (size_t i = 0; i < WORDS && (i == 0 || (i <= 4 && words[i - 1])); i++) {
        const char *word = i == 0 ? "baton.efi" : words[i - 1];

        for (size_t j = 0; j < 63 && (state.words[i][j] = (CHAR16)word[j]) != 0; j++)
            ;
        state.arguments[i] = state.words[i];
        state.shell.Argc = i + 1;
    }
    fake_protocols_add(&image_handle, &guid, &state.shell);
}

void fake_protocols_start(void)
{
    static const EFI_GUID image = EFI_LOADED_IMAGE_PROTOCOL_GUID;

    state.count = 0;
    make_image();
    fake_protocols_add(&image_handle, &image, &state.image);
    fake_disk_start();
    make_shell();
}

void fake_protocols_install(EFI_BOOT_SERVICES *boot)
{
    boot->HandleProtocol = handle_protocol;
    boot->LocateHandleBuffer = locate_handle_buffer;
    boot->LocateProtocol = locate_protocol;
    boot->LocateDevicePath = locate_device_path;
    boot->InstallProtocolInterface = install_interface;
    boot->UninstallProtocolInterface = uninstall_interface;
    fake_disk_install(boot);
}
