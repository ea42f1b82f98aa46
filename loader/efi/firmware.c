/* SPDX-License-Identifier: BSD-2-Clause */
#include "firmware.h"

void *firmware_protocol(const struct firmware *firmware, EFI_HANDLE handle, const EFI_GUID *guid)
{
    void *interface = NULL;

    return handle && firmware->boot->HandleProtocol(handle, guid, &interface) == EFI_SUCCESS ? interface : NULL;
}

size_t firmware_handles(const struct firmware *firmware, const EFI_GUID *guid, EFI_HANDLE **ret_handles)
{
    UINTN count = 0;

    if (firmware->boot->LocateHandleBuffer(ByProtocol, guid, NULL, &count, ret_handles) == EFI_SUCCESS)
        return count;
    *ret_handles = NULL;
    return 0;
}

/* The console's own: what else has the protocol may be a keyboard that is no part of it. */
static EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *find_keys(const struct firmware *firmware)
{
    static const EFI_GUID guid = EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID;
    EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *keys = firmware_protocol(firmware, firmware->system->ConsoleInHandle, &guid);

    return keys && keys->ReadKeyStrokeEx && keys->WaitForKeyEx ? keys : NULL;
}

void firmware_start(struct firmware *firmware, EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID loaded_image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;

    *firmware = (struct firmware){.image = image, .system = system, .boot = system->BootServices};
    firmware->loaded_image = firmware_protocol(firmware, image, &loaded_image_guid);
    /* A firmware without a watchdog answers with an error, which is as good. */
    (void)firmware->boot->SetWatchdogTimer(0, 0, 0, NULL);
    firmware->keys = find_keys(firmware);
}

static const char *const status_names[] = {
    [EFI_SUCCESS] = "EFI_SUCCESS",
    [EFI_LOAD_ERROR & 0xff] = "EFI_LOAD_ERROR",
    [EFI_INVALID_PARAMETER & 0xff] = "EFI_INVALID_PARAMETER",
    [EFI_UNSUPPORTED & 0xff] = "EFI_UNSUPPORTED",
    [EFI_BAD_BUFFER_SIZE & 0xff] = "EFI_BAD_BUFFER_SIZE",
    [EFI_BUFFER_TOO_SMALL & 0xff] = "EFI_BUFFER_TOO_SMALL",
    [EFI_NOT_READY & 0xff] = "EFI_NOT_READY",
    [EFI_DEVICE_ERROR & 0xff] = "EFI_DEVICE_ERROR",
    [EFI_WRITE_PROTECTED & 0xff] = "EFI_WRITE_PROTECTED",
    [EFI_OUT_OF_RESOURCES & 0xff] = "EFI_OUT_OF_RESOURCES",
    [EFI_VOLUME_CORRUPTED & 0xff] = "EFI_VOLUME_CORRUPTED",
    [EFI_VOLUME_FULL & 0xff] = "EFI_VOLUME_FULL",
    [EFI_NO_MEDIA & 0xff] = "EFI_NO_MEDIA",
    [EFI_MEDIA_CHANGED & 0xff] = "EFI_MEDIA_CHANGED",
    [EFI_NOT_FOUND & 0xff] = "EFI_NOT_FOUND",
    [EFI_ACCESS_DENIED & 0xff] = "EFI_ACCESS_DENIED",
    [EFI_TIMEOUT & 0xff] = "EFI_TIMEOUT",
    [EFI_ABORTED & 0xff] = "EFI_ABORTED",
    [EFI_SECURITY_VIOLATION & 0xff] = "EFI_SECURITY_VIOLATION",
    [EFI_CRC_ERROR & 0xff] = "EFI_CRC_ERROR",
    [EFI_END_OF_MEDIA & 0xff] = "EFI_END_OF_MEDIA",
    [EFI_END_OF_FILE & 0xff] = "EFI_END_OF_FILE",
};

bool firmware_status_has_name(EFI_STATUS status)
{
    EFI_STATUS number = status & ~EFI_ERROR_BIT;

    return number < sizeof(status_names) / sizeof(status_names[0]) && status_names[number] &&
           (EFI_ERROR(status) || status == EFI_SUCCESS);
}

const char *firmware_status_name(EFI_STATUS status)
{
    if (firmware_status_has_name(status))
        return status_names[status & ~EFI_ERROR_BIT];
    return EFI_ERROR(status) ? "an unknown firmware error" : "a firmware warning";
}

enum status firmware_status(EFI_STATUS status)
{
    if (status == EFI_SUCCESS)
        return STATUS_OK;
    if (status == EFI_NOT_FOUND)
        return STATUS_NOT_FOUND;
    if (status == EFI_OUT_OF_RESOURCES)
        return STATUS_NO_MEMORY;
    return STATUS_DEVICE;
}

void firmware_stall(const struct firmware *firmware, uint64_t microseconds)
{
    (void)firmware->boot->Stall((UINTN)microseconds); /* the specification knows no failure */
}
