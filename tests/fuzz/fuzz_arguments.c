/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Load options of any kind, and the UEFI shell's arguments. The text is printable ASCII, trimmed, shorter than its room
 * and, for load options, without the program's own name; what is not text gives none. A shell's arguments come joined.
 */
#include <string.h>

#include "abi/shell_parameters.h"
#include "arguments.h"
#include "fuzz.h"

static EFI_SHELL_PARAMETERS_PROTOCOL *shell;

static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, const EFI_GUID *guid, void **interface)
{
    (void)handle;
    (void)guid;
    *interface = shell;
    return shell ? EFI_SUCCESS : EFI_UNSUPPORTED;
}

/* Units in a place that is only aligned to bytes. */
static void check_options(struct input *input, const struct firmware *firmware, EFI_LOADED_IMAGE_PROTOCOL *image)
{
    char *buffer = fuzz_room(ARGUMENTS_SIZE);
    struct bytes options = input_rest(input);
    struct text text;
    bool printable = true;

    image->LoadOptions = (void *)(uintptr_t)options.data;
    image->LoadOptionsSize = (uint32_t)options.size;
    text = arguments_read(firmware, buffer);
    CHECK(!arguments_are_from_shell(firmware));
    CHECK(text.data >= buffer && text.data + text.length < buffer + ARGUMENTS_SIZE);
    for (size_t i = 0; i + 1 < options.size && i < 2 * ARGUMENTS_SIZE; i += 2) {
        unsigned unit = options.data[i] | (unsigned)options.data[i + 1] << 8;

        printable = printable && (unit == 0 || (unit >= ' ' && unit <= '~'));
    }
    CHECK(printable || text.length == 0);
    for (size_t i = 0; i < text.length; i++)
        CHECK(text.data[i] >= ' ' && text.data[i] <= '~');
    CHECK(text.length == 0 || (text.data[0] != ' ' && text.data[text.length - 1] != ' '));
}

static void check_shell(struct input *input, const struct firmware *firmware)
{
    char *buffer = fuzz_room(ARGUMENTS_SIZE);
    uint16_t *arguments[24];
    EFI_SHELL_PARAMETERS_PROTOCOL parameters = {.Argv = arguments, .Argc = input_below(input, COUNT(arguments) + 1)};
    struct text text;
    size_t length = 0;
    bool plain = true;

    for (size_t i = 0; i < parameters.Argc; i++) {
        size_t units = (size_t)input_number(input, 1) * (i % 5 == 4 ? 2 : 1);

        arguments[i] = fuzz_room(2 * (units + 1));
        for (size_t k = 0; k < units; k++) {
            arguments[i][k] = (uint16_t)(1 + input_number(input, 2) % 0xffff);
            plain = plain && arguments[i][k] < 0x80;
        }
        arguments[i][units] = 0;
        length += i > 0 ? units + (length > 0) : 0;
    }
    shell = &parameters;
    text = arguments_read(firmware, buffer);
    CHECK(arguments_are_from_shell(firmware));
    CHECK(text.data == buffer && text.length < ARGUMENTS_SIZE);
    /* All that fit, when they are few. */
    CHECK(!plain || length >= ARGUMENTS_SIZE - 2 || parameters.Argc > 16 || text.length == length);
    shell = NULL;
}

void fuzz(struct input *input)
{
    EFI_BOOT_SERVICES boot = {.HandleProtocol = handle_protocol};
    EFI_LOADED_IMAGE_PROTOCOL image = {0};
    const struct firmware firmware = {.image = &shell, .boot = &boot, .loaded_image = &image};

    if (input_flag(input))
        check_shell(input, &firmware);
    else
        check_options(input, &firmware, &image);
}
