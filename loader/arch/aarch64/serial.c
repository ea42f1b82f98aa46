/* SPDX-License-Identifier: BSD-2-Clause */
#include "serial.h"

#include <baton/console.h>

/* Where it is, only the firmware's tables tell: whoever has read them has set it. */
bool serial_start(struct serial *serial)
{
    serial->stuck = false;
    return serial->uart.kind != 0;
}

void serial_put(struct serial *serial, char c)
{
    serial->stuck = serial->stuck || !baton_console_serial_put(&serial->uart, c, BATON_CONSOLE_PATIENCE);
}

/* There are no ports. */
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
