/* SPDX-License-Identifier: BSD-2-Clause */
#include "initrd.h"

#include "log.h"
#include "memory.h"

static const struct linux_initrd_path initrd_path = LINUX_INITRD_PATH;

static const EFI_GUID guids[INITRD_PARTS] = {EFI_DEVICE_PATH_PROTOCOL_GUID, EFI_LOAD_FILE2_PROTOCOL_GUID};

/* The firmware takes interfaces as pointers to what may be changed, and changes neither. */
static void *path_interface(void)
{
    return (void *)(uintptr_t)&initrd_path;
}

static void *interface_of(struct initrd *initrd, enum initrd_part part)
{
    return part == INITRD_PATH ? path_interface() : &initrd->protocol;
}

static enum status read_files(const struct initrd *initrd, uint8_t *buffer, struct error *error)
{
    const struct plan *plan = initrd->plan;
    enum status status = STATUS_OK;

    progress_line_start(initrd->line, plan_load_size(plan));
    for (size_t i = 0; i < plan->load_count && status == STATUS_OK; i++) {
        const struct plan_load *part = &plan->loads[i];

        status = file_load(&initrd->files[part->file], part->file_offset, part->size, buffer + part->offset,
                           initrd->line, error);
    }
    progress_line_end(initrd->line);
    return status;
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
    if (!plan)
        return EFI_NOT_FOUND;
    room = *size;
    *size = (UINTN)plan->image.initrd_size;
    if (!buffer || room < plan->image.initrd_size)
        return EFI_BUFFER_TOO_SMALL;
    if (read_files(initrd, buffer, &error) != STATUS_OK) {
        log_warning("%s", error.text); /* what follows of it is for the image to say */
        return EFI_DEVICE_ERROR;
    }
    for (size_t i = 0; i < plan->fill_count; i++)
        memset((uint8_t *)buffer + plan->fills[i].offset, 0, (size_t)plan->fills[i].size);
    for (size_t i = 0; i < plan->image.literal_count; i++) {
        const struct plan_literal *literal = &plan->image.literals[i];

        memcpy((uint8_t *)buffer + literal->offset, literal->bytes.data, literal->bytes.size);
    }
    return EFI_SUCCESS;
}

static void take_back(const struct firmware *firmware, void *subject, uint64_t number)
{
    struct initrd *initrd = subject;
    enum initrd_part part = (enum initrd_part)number;
    EFI_STATUS status;

    initrd->plan = NULL; /* before: what it points to goes next, whatever the firmware says */
    status = firmware->boot->UninstallProtocolInterface(initrd->handle, &guids[part], interface_of(initrd, part));
    initrd->installed[part] = status != EFI_SUCCESS && status != EFI_NOT_FOUND;
    if (initrd->installed[part])
        log_warning("the firmware does not take the initrd back (%s): restart the machine before another boot loader "
                    "starts Linux",
                    firmware_status_name(status));
    if (!initrd->installed[INITRD_PATH] && !initrd->installed[INITRD_FILE])
        initrd->handle = NULL; /* a handle without anything on it is none */
}

static bool is_offered(const struct firmware *firmware)
{
    EFI_DEVICE_PATH_PROTOCOL *rest = path_interface();
    EFI_HANDLE handle;

    return firmware->boot->LocateDevicePath(&guids[INITRD_FILE], &rest, &handle) == EFI_SUCCESS &&
           rest->Type == END_DEVICE_PATH_TYPE;
}

static enum status install(struct ledger *ledger, struct initrd *initrd, enum initrd_part part, struct error *error)
{
    enum status status = ledger_prepare(ledger, error);
    EFI_STATUS result = EFI_SUCCESS;

    if (status != STATUS_OK)
        return status;
    if (!initrd->installed[part])
        result = ledger->firmware->boot->InstallProtocolInterface(&initrd->handle, &guids[part], EFI_NATIVE_INTERFACE,
                                                                  interface_of(initrd, part));
    if (result != EFI_SUCCESS)
        return error_set(error, firmware_status(result), "%s: the firmware takes no initrd for it (%s).",
                         initrd->files[0].path, firmware_status_name(result));
    initrd->installed[part] = true;
    ledger_note(ledger, &(struct ledger_entry){take_back, initrd, (uint64_t)part});
    return STATUS_OK;
}

enum status initrd_offer(struct initrd *initrd, struct ledger *ledger, const struct plan *plan, struct file *files,
                         struct progress_line *line, struct error *error)
{
    enum status status;

    if (!initrd->installed[INITRD_FILE] && is_offered(ledger->firmware)) {
        log_warning("%s: somebody else offers an initrd already, so its own is left out", files[0].path);
        return STATUS_OK;
    }
    initrd->protocol.LoadFile = load_file;
    initrd->plan = plan;
    initrd->files = files;
    initrd->line = line;
    status = install(ledger, initrd, INITRD_PATH, error);
    if (status == STATUS_OK)
        status = install(ledger, initrd, INITRD_FILE, error);
    if (status != STATUS_OK)
        initrd->plan = NULL; /* nobody may have noted that it is to be taken back */
    return status;
}
