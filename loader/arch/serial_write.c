/* SPDX-License-Identifier: BSD-2-Clause */
#include "serial.h"

void serial_write(void *context, enum log_level level, struct text line)
{
    struct serial *serial = context;

    (void)level;
    for (size_t i = 0; i < line.length; i++) {
        if (line.data[i] == '\n')
            serial_put(serial, '\r');
        serial_put(serial, line.data[i]);
    }
}
