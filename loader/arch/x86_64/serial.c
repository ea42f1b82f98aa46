/* SPDX-License-Identifier: BSD-2-Clause */
#include "serial.h"

#include "io.h"

/* The 16550's registers, from COM1's base port on. */
enum {
    COM1 = 0x3f8,
    DATA = COM1,
    DIVISOR_LOW = COM1,
    INTERRUPTS = COM1 + 1,
    DIVISOR_HIGH = COM1 + 1,
    FIFO = COM1 + 2,
    LINE_CONTROL = COM1 + 3,
    MODEM_CONTROL = COM1 + 4,
    LINE_STATUS = COM1 + 5,
    SCRATCH = COM1 + 7,

    LINE_8N1 = 0x03,
    LINE_DIVISOR = 0x80,
    STATUS_CAN_SEND = 0x20,
    DEBUG_PORT = 0xe9,

    PATIENCE = 100000, /* looks at the status for one character: far longer than one takes at 9600 baud */
};

bool serial_start(struct serial *serial)
{
    serial->stuck = false;
    io_write8(SCRATCH, 0x5a);
    if (io_read8(SCRATCH) != 0x5a || io_read8(LINE_STATUS) == 0xff)
        return false;
    if (io_read8(LINE_CONTROL) == LINE_8N1) /* in use by the firmware: its speed is as good as ours */
        return true;
    io_write8(INTERRUPTS, 0);
    io_write8(LINE_CONTROL, LINE_DIVISOR);
    io_write8(DIVISOR_LOW, 1);
    io_write8(DIVISOR_HIGH, 0);
    io_write8(LINE_CONTROL, LINE_8N1);
    io_write8(FIFO, 0x07);
    io_write8(MODEM_CONTROL, 0x03);
    return true;
}

void serial_put(struct serial *serial, char c)
{
    for (unsigned tries = 0; !serial->stuck && tries < PATIENCE; tries++) {
        if (io_read8(LINE_STATUS) & STATUS_CAN_SEND) {
            io_write8(DATA, (uint8_t)c);
            return;
        }
    }
    serial->stuck = true;
}

bool debug_port_present(void)
{
    return io_read8(DEBUG_PORT) == DEBUG_PORT;
}

void debug_port_write(void *context, enum log_level level, struct text line)
{
    (void)context;
    (void)level;
    for (size_t i = 0; i < line.length; i++)
        io_write8(DEBUG_PORT, (uint8_t)line.data[i]);
}
