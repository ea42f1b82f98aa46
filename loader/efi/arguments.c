/* SPDX-License-Identifier: BSD-2-Clause */
#include "arguments.h"

#include "abi/shell_parameters.h"
#include "utf.h"

#define ARGUMENTS_AT_MOST 16

static size_t length16(const uint16_t *units, size_t limit)
{
    size_t length = 0;

    while (length < limit && units[length] != 0)
        length++;
    return length;
}

static struct text from_shell(const EFI_SHELL_PARAMETERS_PROTOCOL *shell, char *buffer)
{
    size_t used = 0;

    for (UINTN i = 1; i < shell->Argc && i < ARGUMENTS_AT_MOST && used + 2 < ARGUMENTS_SIZE; i++) {
        const uint16_t *argument = shell->Argv[i];

        if (used > 0)
            buffer[used++] = ' ';
        used += utf8_from_utf16(buffer + used, ARGUMENTS_SIZE - used, argument, length16(argument, ARGUMENTS_SIZE));
    }
    return (struct text){buffer, used};
}

/* A boot manager's options are one string, which may begin with the program's name; a boot option's are whatever its
 * maker stored, so only printable text counts. */
static struct text from_options(const EFI_LOADED_IMAGE_PROTOCOL *image, char *buffer)
{
    const uint8_t *bytes = image->LoadOptions;
    uint16_t units[ARGUMENTS_SIZE];
    size_t count = bytes ? image->LoadOptionsSize / 2 : 0;
    struct text text, first;

    if (count > ARGUMENTS_SIZE)
        count = ARGUMENTS_SIZE;
    for (size_t i = 0; i < count; i++) {
        units[i] = (uint16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8);
        if (units[i] != 0 && (units[i] < ' ' || units[i] > '~'))
            return (struct text){buffer, 0};
    }
    text = (struct text){buffer, utf8_from_utf16(buffer, ARGUMENTS_SIZE, units, length16(units, count))};
    text = text_trim(text);
    first = text_trim(text);
    first = text_take_word(&first);
    if (text_ends_with_ignoring_case(first, ".efi"))
        (void)text_take_word(&text);
    return text;
}

/* NULL when the loader was not started from the shell. */
static const EFI_SHELL_PARAMETERS_PROTOCOL *find_shell(const struct firmware *firmware)
{
    static const EFI_GUID guid = EFI_SHELL_PARAMETERS_PROTOCOL_GUID;

    return firmware_protocol(firmware, firmware->image, &guid);
}

struct text arguments_read(const struct firmware *firmware, char *buffer)
{
    const EFI_SHELL_PARAMETERS_PROTOCOL *shell = find_shell(firmware);

    if (shell)
        return from_shell(shell, buffer);
    if (firmware->loaded_image)
        return from_options(firmware->loaded_image, buffer);
    return (struct text){buffer, 0};
}

bool arguments_are_from_shell(const struct firmware *firmware)
{
    return find_shell(firmware) != NULL;
}
