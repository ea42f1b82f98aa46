/* SPDX-License-Identifier: BSD-2-Clause */
/* The SBI's console, in place of a port: what runs in machine mode knows the machine's UART. */
#include "serial.h"

#include "sbi.h"

static bool has_extension(uint64_t extension)
{
    struct sbi_result result = sbi_call(SBI_BASE, SBI_PROBE, extension);

    return result.error == 0 && result.value != 0;
}

bool serial_start(struct serial *serial)
{
    serial->stuck = false;
    serial->port = has_extension(SBI_CONSOLE) ? SBI_CONSOLE : SBI_LEGACY_PUT;
    return serial->port == SBI_CONSOLE || has_extension(SBI_LEGACY_PUT);
}

void serial_put(struct serial *serial, char c)
{
    const uint64_t function = serial->port == SBI_CONSOLE ? SBI_CONSOLE_WRITE_BYTE : 0;

    if (!serial->stuck)
        serial->stuck = sbi_call(serial->port, function, (uint8_t)c).error != 0;
}

bool debug_port_present(void)
{
    return false;
}

void debug_port_write(void *context, enum log_level level, struct text line)
{
    (void)context;
    (void)level;
    (void)line;
}
