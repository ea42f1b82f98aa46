/* SPDX-License-Identifier: BSD-2-Clause */
#include "variables.h"

#include "interface.h"
#include "log.h"
#include "utf.h"

#define NAME_SIZE 64 /* bytes of a name in the log */

static const EFI_GUID owners[] = {
    [VARIABLE_OF_LOADER] = LOADER_VARIABLE,
    [VARIABLE_OF_UEFI] = EFI_GLOBAL_VARIABLE,
};

static void say_failure(const char *what, const CHAR16 *name, EFI_STATUS status)
{
    char text[NAME_SIZE];
    size_t length = 0;

    while (name[length] != 0)
        length++;
    (void)utf8_from_utf16(text, sizeof(text), name, length);
    log_info("the variable %s cannot be %s (%s)", text, what, firmware_status_name(status));
}

enum status variable_get(const struct firmware *firmware, enum variable_owner owner, const CHAR16 *name, void *buffer,
                         size_t size, struct bytes *ret_value)
{
    UINTN used = size;
    EFI_STATUS status = firmware->system->RuntimeServices->GetVariable(name, &owners[owner], NULL, &used, buffer);

    if (status == EFI_NOT_FOUND)
        return STATUS_NOT_FOUND;
    if (status == EFI_BUFFER_TOO_SMALL)
        return STATUS_NEED_ROOM;
    if (status == EFI_UNSUPPORTED)
        return STATUS_UNSUPPORTED;
    if (status != EFI_SUCCESS || used > size) {
        say_failure("read", name, status);
        return STATUS_DEVICE;
    }
    *ret_value = (struct bytes){buffer, used};
    return STATUS_OK;
}

bool variable_set(const struct firmware *firmware, enum variable_owner owner, const CHAR16 *name,
                  enum variable_life life, struct bytes value)
{
    uint32_t attributes = EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS |
                          (life == VARIABLE_PERSISTENT ? EFI_VARIABLE_NON_VOLATILE : 0);
    EFI_STATUS status =
        firmware->system->RuntimeServices->SetVariable(name, &owners[owner], attributes, value.size, value.data);

    if (status != EFI_SUCCESS)
        say_failure("written", name, status);
    return status == EFI_SUCCESS;
}

bool variable_set_text(const struct firmware *firmware, const CHAR16 *name, enum variable_life life, const char *text)
{
    uint16_t units[INTERFACE_UNITS];
    struct text whole = text_of(text);
    size_t length = 0;

    if (utf16_from_utf8(units, INTERFACE_UNITS, whole) != whole.length) {
        say_failure("written", name, EFI_BAD_BUFFER_SIZE);
        return false;
    }
    while (units[length++] != 0)
        ;
    return variable_set(firmware, VARIABLE_OF_LOADER, name, life,
                        (struct bytes){(const uint8_t *)units, length * sizeof(units[0])});
}

/* No attributes: then firmware need not compare them with those that the variable has. */
bool variable_delete(const struct firmware *firmware, enum variable_owner owner, const CHAR16 *name)
{
    EFI_STATUS status = firmware->system->RuntimeServices->SetVariable(name, &owners[owner], 0, 0, NULL);

    if (status == EFI_SUCCESS || status == EFI_NOT_FOUND)
        return true;
    say_failure("deleted", name, status);
    return false;
}
