/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the log's lines go: the firmware's console, COM1, port 0xE9. */
#ifndef BATON_SINKS_H
#define BATON_SINKS_H

#include "console.h"
#include "facts.h"
#include "log.h"
#include "serial.h"

/* The sinks refer to it, so it stays where it is. */
struct sinks {
    struct console screen;
    struct serial serial;
    bool knows_console, console_is_serial;
    bool is_lent; /* the console has something on it that lines would spoil */
    int console;  /* handles; -1 when there is none */
    int serial_port;
    int debug_port;
};

/* The console gets errors and warnings, the others the steps too. */
void sinks_start(struct sinks *sinks, const struct firmware *firmware);

/* What `log-level` says: the console gets just that; the others, and the kernel's log, never less than the steps. */
void sinks_set_level(struct sinks *sinks, enum log_level level);

/* Whether the firmware's console is on a serial port, too. It is asked when it first matters, since that costs a call.
 */
bool sinks_console_is_serial(struct sinks *sinks);

/* A menu has the console from here on: lines go elsewhere, until it is taken back. */
void sinks_lend(struct sinks *sinks);

/* Something else had the console: what it left there is not what the loader has drawn. It gets errors and warnings, as
 * in the beginning, if it was lent. */
void sinks_take_back(struct sinks *sinks);

/* Leaves the firmware's console as it was; the loader returns to the firmware. */
void sinks_stop(struct sinks *sinks);

/* Takes the firmware's console out for good: after the first ExitBootServices it must not be called any more. */
void sinks_leave_firmware(struct sinks *sinks);

/* Where no port is known without the firmware's tables: the one that they name. While the firmware's console leads
 * there, each line would be there twice. */
void sinks_use_serial(struct sinks *sinks, const struct serial_port *port);

#endif
