/* SPDX-License-Identifier: BSD-2-Clause */
#include "console.h"

#include "abi/device_path.h"
#include "checked.h"
#include "memory.h"
#include "utf.h"
#include "variables.h"

#define CHUNK         128 /* UTF-16 units to a call */
#define CONSOLE_PATHS 512 /* bytes; a ConOut variable that is longer counts as without serial port */

static void print_chunk(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out, struct text text)
{
    uint16_t units[CHUNK];

    while (text.length > 0) {
        size_t done = utf16_from_utf8(units, CHUNK, text);

        text.data += done;
        text.length -= done;
        (void)out->OutputString(out, units); /* there is nowhere to say that saying failed */
    }
}

void console_size(const struct firmware *firmware, size_t *ret_rows, size_t *ret_columns)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = firmware->system->ConOut;
    UINTN columns = 0, rows = 0;

    *ret_rows = CONSOLE_USUAL_ROWS;
    *ret_columns = CONSOLE_USUAL_COLUMNS;
    if (!out || !out->Mode || out->QueryMode(out, (UINTN)out->Mode->Mode, &columns, &rows) != EFI_SUCCESS ||
        columns < 2 || rows == 0)
        return;
    *ret_rows = rows;
    *ret_columns = columns;
}

void console_start(struct console *console, const struct firmware *firmware)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = firmware->system->ConOut;
    size_t rows;

    *console = (struct console){.firmware = firmware, .colours = EFI_LIGHTGRAY};
    console_size(firmware, &rows, &console->columns);
    if (out && out->Mode)
        console->colours = (size_t)out->Mode->Attribute;
}

void console_stop(const struct console *console)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = console->firmware->system->ConOut;

    if (out)
        (void)out->SetAttribute(out, console->colours); /* a console without colours has nothing to set back */
}

void console_print(const struct console *console, struct text text)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = console->firmware->system->ConOut;
    struct text line;

    while (out && text_take_line(&text, &line)) {
        print_chunk(out, line);
        print_chunk(out, text_of("\r\n"));
    }
}

size_t console_row(const struct console *console)
{
    return (size_t)min_u64(console->columns - 1, CONSOLE_ROW);
}

void console_clear_row(struct console *console)
{
    char blanks[CONSOLE_ROW + 2];

    if (console->shown == 0)
        return;
    memset(blanks, ' ', sizeof(blanks));
    blanks[0] = '\r';
    blanks[console->shown + 1] = '\r';
    print_chunk(console->firmware->system->ConOut, (struct text){blanks, console->shown + 2});
    console->shown = 0;
}

void console_show_row(struct console *console, struct text text)
{
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = console->firmware->system->ConOut;
    char row[CONSOLE_ROW + 1] = "\r";

    if (!out)
        return;
    if (text.length != console->shown) /* the same length is the same line with other numbers */
        console_clear_row(console);
    memcpy(row + 1, text.data, text.length);
    print_chunk(out, (struct text){row, text.length + 1});
    console->shown = text.length;
}

void console_write(void *context, enum log_level level, struct text text)
{
    struct console *console = context;
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = console->firmware->system->ConOut;
    struct text line;

    if (!out)
        return;
    console_clear_row(console);
    if (level == LOG_ERROR && !console->cleared) {
        (void)out->ClearScreen(out); /* a console that cannot clear shows the line all the same */
        console->cleared = true;
    }
    (void)out->SetAttribute(out, level == LOG_ERROR ? EFI_WHITE : EFI_LIGHTGRAY);
    while (text_take_line(&text, &line)) {
        do /* the last column stays free: some consoles start a new row by themselves behind it */
            console_print(console, text_take_row(&line, console->columns - 1));
        while (line.length > 0);
    }
}

/* A UART node stands anywhere in the device paths, each node with its length (UEFI 2.10, 10.3). */
static bool has_uart(struct bytes paths)
{
    uint64_t offset = 0, kind, length;

    while (bytes_number(paths, offset, 2, &kind) && bytes_number(paths, offset + 2, 2, &length) && length >= 4) {
        if (kind == (MESSAGING_DEVICE_PATH | MSG_UART_DP << 8))
            return true;
        offset += length;
    }
    return false;
}

bool console_is_serial(const struct firmware *firmware)
{
    uint8_t room[CONSOLE_PATHS];
    struct bytes paths;

    if (variable_get(firmware, VARIABLE_OF_UEFI, u"ConOut", room, sizeof(room), &paths) == STATUS_OK)
        return has_uart(paths);
    log_info("the firmware does not say whether its console is a serial port");
    return false;
}
