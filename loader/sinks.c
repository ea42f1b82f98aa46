/* SPDX-License-Identifier: BSD-2-Clause */
#include "sinks.h"

#include "phys.h"

/* A console that leads to the same serial port has said the line already, or has something on it that a line would
 * spoil. */
static void write_serial(void *context, enum log_level level, struct text line)
{
    struct sinks *sinks = context;

    if (sinks->console_is_serial && (sinks->is_lent || (sinks->console >= 0 && level <= log_level_of(sinks->console))))
        return;
    console_clear_row(&sinks->screen); /* it may be there that the line goes */
    serial_write(&sinks->serial, level, line);
}

static void add_console(struct sinks *sinks)
{
    sinks->console = log_add(&(struct log_sink){console_write, &sinks->screen, LOG_WARNING});
}

void sinks_start(struct sinks *sinks, const struct firmware *firmware)
{
    *sinks = (struct sinks){.serial_port = -1, .debug_port = -1};
    log_reset();
    console_start(&sinks->screen, firmware);
    add_console(sinks);
    if (serial_start(&sinks->serial))
        sinks->serial_port = log_add(&(struct log_sink){write_serial, sinks, LOG_INFO});
    if (debug_port_present())
        sinks->debug_port = log_add(&(struct log_sink){debug_port_write, NULL, LOG_INFO});
    if (sinks->serial_port >= 0) /* now, since that may have something to log */
        (void)sinks_console_is_serial(sinks);
}

bool sinks_console_is_serial(struct sinks *sinks)
{
    if (!sinks->knows_console)
        sinks->console_is_serial = console_is_serial(sinks->screen.firmware);
    sinks->knows_console = true;
    return sinks->console_is_serial;
}

void sinks_set_level(struct sinks *sinks, enum log_level level)
{
    enum log_level at_least_steps = level > LOG_INFO ? level : LOG_INFO;

    log_set_threshold(at_least_steps);
    log_set_level(sinks->console, level);
    log_set_level(sinks->serial_port, at_least_steps);
    log_set_level(sinks->debug_port, at_least_steps);
}

void sinks_leave_firmware(struct sinks *sinks)
{
    log_remove(sinks->console);
    sinks->console = -1;
}

void sinks_use_serial(struct sinks *sinks, const struct serial_port *port)
{
    if (sinks->serial_port >= 0 || port->kind == 0)
        return;
    sinks->serial.uart = (struct baton_serial){
        .registers = phys_to_ptr(port->physical),
        .physical = port->physical,
        .kind = port->kind,
        .stride = port->stride,
    };
    if (serial_start(&sinks->serial))
        sinks->serial_port = log_add(&(struct log_sink){write_serial, sinks, LOG_INFO});
}

void sinks_lend(struct sinks *sinks)
{
    sinks_leave_firmware(sinks);
    sinks->is_lent = true;
}

void sinks_take_back(struct sinks *sinks)
{
    if (sinks->is_lent)
        add_console(sinks);
    sinks->is_lent = false;
    sinks->screen.cleared = false;
}

void sinks_stop(struct sinks *sinks)
{
    log_reset();
    console_stop(&sinks->screen);
}
