/* SPDX-License-Identifier: BSD-2-Clause */
#include "qemu.h"

#include <string.h>

#define WORDS_MAX 10

/* How QEMU makes the machine. Lists of words end with NULL. */
static const struct wiring {
    struct qemu_board board;
    const char *machine[WORDS_MAX];  /* first of all */
    const char *screen[WORDS_MAX];   /* always, so that what a kernel finds does not depend on a window */
    const char *keyboard[WORDS_MAX]; /* for the window */
} wirings[ARCHITECTURE_COUNT] = {
    [ARCHITECTURE_X86_64] =
        {
            .board = {"qemu-system-x86_64", true, true},
            .machine = {"-machine", "q35,accel=tcg"},
            .screen = {"-vga", "std"}, /* its keyboard is the PC's own */
        },
    [ARCHITECTURE_AARCH64] =
        {
            .board = {"qemu-system-aarch64", false, true},
            /* EDK2 waits five seconds for a key, unless a menu is asked for that is shown for none. */
            .machine = {"-machine", "virt,accel=tcg", "-cpu", "cortex-a72", "-boot", "menu=on,splash-time=0",
                        /* a kernel ends the machine by SYS_EXIT */
                        "-semihosting-config", "enable=on,target=native"},
            .screen = {"-device", "ramfb"},
            .keyboard = {"-device", "qemu-xhci", "-device", "usb-kbd"},
        },
    [ARCHITECTURE_RISCV64] =
        {
            /* U-Boot knows of no screen. */
            .board = {"qemu-system-riscv64", false, false},
            .machine = {"-machine", "virt,accel=tcg",
                        /* a kernel ends the machine by SYS_EXIT; the machine's own test device does that, too */
                        "-semihosting-config", "enable=on,target=native"},
        },
};

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

static void add_words(struct pool *pool, struct list *argv, const char *const *words)
{
    for (size_t i = 0; i < WORDS_MAX && words[i]; i++)
        list_add(pool, argv, words[i]);
}

static const struct wiring *wiring_of(const struct qemu_machine *machine)
{
    return &wirings[machine->architecture->id];
}

static void add_firmware(struct pool *pool, const struct firmware *firmware, struct list *argv)
{
    if (firmware->kind != FIRMWARE_FLASH) {
        add(pool, argv, firmware->kind == FIRMWARE_BIOS ? "-bios" : "-kernel", firmware->code);
        return;
    }
    add(pool, argv, "-drive",
        pool_format(pool, "if=pflash,format=raw,%sfile=%s", firmware->variables ? "readonly=on," : "",
                    escape(pool, firmware->code)));
    if (firmware->variables)
        add(pool, argv, "-drive", pool_format(pool, "if=pflash,format=raw,file=%s", escape(pool, firmware->variables)));
}

static void add_serial(struct pool *pool, const struct qemu_machine *machine, struct list *argv)
{
    if (machine->quiet) {
        const char *log = machine->serial_log;

        add(pool, argv, "-serial", log ? pool_format(pool, "file:%s", log) : "null");
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
    if (!wiring_of(machine)->board.has_ports)
        return;
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

static void add_screen(struct pool *pool, const struct qemu_machine *machine, struct list *argv)
{
    add_words(pool, argv, wiring_of(machine)->screen);
    if (strcmp(machine->display, "none") != 0)
        add_words(pool, argv, wiring_of(machine)->keyboard);
    add(pool, argv, "-display", machine->display);
}

const struct qemu_board *qemu_board_of(const struct architecture *architecture)
{
    return &wirings[architecture->id].board;
}

const char *qemu_loader_log(const struct qemu_machine *machine)
{
    return wiring_of(machine)->board.has_ports ? machine->e9_log : machine->serial_log;
}

struct list qemu_command(struct pool *pool, const struct qemu_machine *machine)
{
    struct list argv = {0};

    list_add(pool, &argv, machine->program);
    add_words(pool, &argv, wiring_of(machine)->machine);
    list_add(pool, &argv, "-nodefaults");
    add(pool, &argv, "-m", machine->memory);
    if (machine->cpus)
        add(pool, &argv, "-smp", machine->cpus);
    add_screen(pool, machine, &argv);
    add_firmware(pool, &machine->firmware, &argv);
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
