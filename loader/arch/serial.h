/* SPDX-License-Identifier: BSD-2-Clause */
/* Two ways to say something without the firmware: a serial port, and port 0xE9 of emulators. */
#ifndef BATON_SERIAL_H
#define BATON_SERIAL_H

#include <stdbool.h>

#include <baton/baton.h>

#include "log.h"

struct serial {
    bool stuck;               /* the port stopped taking characters; nothing more is tried */
    uint64_t port;            /* which one it is, where a machine may have one or another */
    struct baton_serial uart; /* where the firmware's tables tell; as whoever writes can reach it */
};

/* Whether there is one. A COM1 is set to 115200 baud, 8N1, unless somebody has set it up already. */
bool serial_start(struct serial *serial);

/* One byte, as it is. Never waits for long: a port that is stuck gets nothing more. */
void serial_put(struct serial *serial, char c);

/* A log sink; `context` is the struct serial. Never waits for long. "\n" goes out as CR LF. */
void serial_write(void *context, enum log_level level, struct text line);

/* Whether port 0xE9 answers, as it does in QEMU (-debugcon) and Bochs. */
bool debug_port_present(void);

/* A log sink; `context` is not used. */
void debug_port_write(void *context, enum log_level level, struct text line);

#endif
