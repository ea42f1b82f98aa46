/* SPDX-License-Identifier: BSD-2-Clause */
#include "initrd.h"

#include "abi/load_file.h"
#include "log.h"
#include "memory.h"

struct initrd {
    EFI_LOAD_FILE2_PROTOCOL protocol; /* first: it is what a caller passes */
    const struct plan *plan;
    struct file *files;
    EFI_HANDLE handle;
};

/* The whole path: one vendor node, and the end. */
static const struct {
    EFI_DEVICE_PATH_PROTOCOL header;
    EFI_GUID guid;
    EFI_DEVICE_PATH_PROTOCOL end;
} initrd_path = {
    {MEDIA_DEVICE_PATH, MEDIA_VENDOR_DP, {sizeof(EFI_DEVICE_PATH_PROTOCOL) + sizeof(EFI_GUID), 0}},
    LINUX_EFI_INITRD_MEDIA_GUID,
    {END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, {sizeof(EFI_DEVICE_PATH_PROTOCOL), 0}},
};

static const EFI_GUID load_file_guid = EFI_LOAD_FILE2_PROTOCOL_GUID;
static const EFI_GUID device_path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;

/* The firmware takes interfaces as pointers to what may be changed, and changes neither. */
static void *path_interface(void)
{
    return (void *)(uintptr_t)&initrd_path;
}

/* cppcheck-suppress constParameter ; its type is the protocol's */
static EFI_STATUS EFIAPI load_file(EFI_LOAD_FILE2_PROTOCOL *this, EFI_DEVICE_PATH_PROTOCOL *path, BOOLEAN boot_policy,
                                   UINTN *size, void *buffer)
{
    struct initrd *initrd = (struct initrd *)this;
    const struct plan *plan = initrd->plan;
    UINTN room;
    struct error error;

    if (!path || !size)
        return EFI_INVALID_PARAMETER;
    if (boot_policy)
        return EFI_UNSUPPORTED;
    room = *size;
    *size = (UINTN)plan->image.initrd_size;
    if (!buffer || room < plan->image.initrd_size)
        return EFI_BUFFER_TOO_SMALL;
    for (size_t i = 0; i < plan->load_count; i++) {
        const struct plan_load *part = &plan->loads[i];

        if (file_read(&initrd->files[part->file], part->file_offset, part->size, (uint8_t *)buffer + part->offset,
                      &error) == STATUS_OK)
            continue;
        log_warning("%s", error.text); /* what follows of it is for the image to say */
        return EFI_DEVICE_ERROR;
    }
    for (size_t i = 0; i < plan->fill_count; i++)
        memset((uint8_t *)buffer + plan->fills[i].offset, 0, (size_t)plan->fills[i].size);
    return EFI_SUCCESS;
}

static void take_back_path(const struct firmware *firmware, void *subject, uint64_t number)
{
    struct initrd *initrd = subject;

    (void)number;
    /* It was installed so, and nobody opens it for good. */
    (void)firmware->boot->UninstallProtocolInterface(initrd->handle, &device_path_guid, path_interface());
}

static void take_back_file(const struct firmware *firmware, void *subject, uint64_t number)
{
    struct initrd *initrd = subject;

    (void)number;
    (void)firmware->boot->UninstallProtocolInterface(initrd->handle, &load_file_guid, &initrd->protocol); /* the same */
}

static bool is_offered(const struct firmware *firmware)
{
    EFI_DEVICE_PATH_PROTOCOL *rest = path_interface();
    EFI_HANDLE handle;

    return firmware->boot->LocateDevicePath(&load_file_guid, &rest, &handle) == EFI_SUCCESS &&
           rest->Type == END_DEVICE_PATH_TYPE;
}

static enum status install(struct ledger *ledger, struct initrd *initrd, const EFI_GUID *guid, void *interface,
                           void (*undo)(const struct firmware *, void *, uint64_t), struct error *error)
{
    enum status status = ledger_prepare(ledger, error);
    EFI_STATUS result;

    if (status != STATUS_OK)
        return status;
    result = ledger->firmware->boot->InstallProtocolInterface(&initrd->handle, guid, EFI_NATIVE_INTERFACE, interface);
    if (result != EFI_SUCCESS)
        return error_set(error, firmware_status(result), "%s: the firmware takes no initrd for it (%s).",
                         initrd->files[0].path, firmware_status_name(result));
    ledger_note(ledger, &(struct ledger_entry){undo, initrd, 0});
    return STATUS_OK;
}

enum status initrd_offer(struct ledger *ledger, const struct plan *plan, struct file *files, struct error *error)
{
    void *room = NULL;
    struct initrd *initrd;
    enum status status;

    if (is_offered(ledger->firmware)) {
        log_warning("%s: somebody else offers an initrd already, so its own is left out", files[0].path);
        return STATUS_OK;
    }
    status = ledger_pool(ledger, sizeof(*initrd), &room, error);
    if (status != STATUS_OK)
        return status;
    initrd = room;
    *initrd = (struct initrd){{load_file}, plan, files, NULL};
    status = install(ledger, initrd, &device_path_guid, path_interface(), take_back_path, error);
    if (status == STATUS_OK)
        status = install(ledger, initrd, &load_file_guid, &initrd->protocol, take_back_file, error);
    return status;
}
