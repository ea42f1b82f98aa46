/* SPDX-License-Identifier: BSD-2-Clause */
#include "qemu.h"

#include <string.h>

/* In QEMU's "key=value,…" a comma in a value is written twice. */
static const char *escape(struct pool *pool, const char *value)
{
    char *escaped = pool_take(pool, 2 * strlen(value) + 1);
    char *end = escaped;

    for (; *value != '\0'; value++) {
        if (*value == ',')
            *end++ = ',';
        *end++ = *value;
    }
    return escaped;
}

static void add(struct pool *pool, struct list *argv, const char *option, const char *value)
{
    list_add(pool, argv, option);
    list_add(pool, argv, value);
}

static void add_firmware(struct pool *pool, const struct qemu_machine *machine, struct list *argv)
{
    const char *code = escape(pool, machine->code);

    add(pool, argv, "-drive",
        pool_format(pool, "if=pflash,format=raw,%sfile=%s", machine->variables ? "readonly=on," : "", code));
    if (machine->variables)
        add(pool, argv, "-drive", pool_format(pool, "if=pflash,format=raw,file=%s", escape(pool, machine->variables)));
}

static void add_serial(struct pool *pool, const struct qemu_machine *machine, struct list *argv)
{
    if (machine->quiet) {
        add(pool, argv, "-serial", "null");
        return;
    }
    if (machine->serial_log)
        add(pool, argv, "-chardev", pool_format(pool, "stdio,id=serial,logfile=%s", escape(pool, machine->serial_log)));
    else
        add(pool, argv, "-chardev", "stdio,id=serial");
    add(pool, argv, "-serial", "chardev:serial");
}

static void add_ports(struct pool *pool, const struct qemu_machine *machine, struct list *argv)
{
    if (machine->e9_log) {
        add(pool, argv, "-chardev", pool_format(pool, "file,id=e9,path=%s", escape(pool, machine->e9_log)));
        add(pool, argv, "-device", "isa-debugcon,iobase=0xe9,chardev=e9");
    }
    if (machine->exit == QEMU_EXIT_AT_ONCE)
        add(pool, argv, "-device", "isa-debug-exit,iobase=0xf4,iosize=4");
    if (machine->exit == QEMU_EXIT_NOTED) {
        add(pool, argv, "-chardev", pool_format(pool, "file,id=exit,path=%s", escape(pool, machine->exit_file)));
        /* isa-debugcon would not do: it ignores writes of more than a byte. */
        add(pool, argv, "-device", "isa-serial,iobase=0xf4,chardev=exit");
    }
}

static void add_control(struct pool *pool, const struct qemu_machine *machine, struct list *argv)
{
    if (machine->end_at_reset)
        list_add(pool, argv, "-no-reboot");
    if (machine->pause_at_shutdown)
        list_add(pool, argv, "-no-shutdown");
    if (machine->qmp_socket)
        add(pool, argv, "-qmp", pool_format(pool, "unix:%s,server=off", escape(pool, machine->qmp_socket)));
    if (machine->gdb_socket) {
        list_add(pool, argv, "-S");
        add(pool, argv, "-gdb", pool_format(pool, "unix:%s,server=on,wait=off", escape(pool, machine->gdb_socket)));
    }
}

struct list qemu_command(struct pool *pool, const struct qemu_machine *machine)
{
    struct list argv = {0};

    list_add(pool, &argv, machine->program);
    add(pool, &argv, "-machine", "q35,accel=tcg");
    list_add(pool, &argv, "-nodefaults");
    add(pool, &argv, "-m", machine->memory);
    if (machine->cpus)
        add(pool, &argv, "-smp", machine->cpus);
    add(pool, &argv, "-vga", "std");
    add(pool, &argv, "-display", machine->display);
    add_firmware(pool, machine, &argv);
    add(pool, &argv, "-drive",
        pool_format(pool, "if=none,id=disk,format=raw,%sfile=%s", machine->disk_is_kept ? "snapshot=on," : "",
                    escape(pool, machine->disk)));
    add(pool, &argv, "-device", "virtio-blk-pci,drive=disk");
    add_serial(pool, machine, &argv);
    add_ports(pool, machine, &argv);
    add_control(pool, machine, &argv);
    for (size_t i = 0; machine->more && i < machine->more->count; i++)
        list_add(pool, &argv, machine->more->items[i]);
    return argv;
}
