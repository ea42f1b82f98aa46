/* SPDX-License-Identifier: BSD-2-Clause */
/* baton run: boots a kernel, a disk or an EFI application in QEMU. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot_files.h"
#include "command.h"
#include "disk.h"
#include "firmware.h"
#include "gdb.h"
#include "guest.h"
#include "host_file.h"
#include "host_tools.h"
#include "process.h"
#include "qemu.h"
#include "run_request.h"
#include "shell.h"
#include "symbols.h"
#include "verdict.h"

struct run {
    struct pool *pool;
    struct run_request request;
    struct words words;
    struct scratch scratch;
    struct firmware firmware; /* as it is installed */
    struct qemu_machine machine;
    const char *loader;
};

static const char *scratch_path(const struct run *run, const char *name)
{
    return pool_format(run->pool, "%s/%s", run->scratch.path, name);
}

/* The window's kind, or "none". */
static const char *find_display(const struct run *run)
{
    static const char *const kinds[] = {"gtk", "sdl"};
    const char *const ask[] = {run->machine.program, "-display", "help", NULL};
    const char *x = getenv("DISPLAY");
    const char *wayland = getenv("WAYLAND_DISPLAY");
    const char *known;
    struct error ignored; /* a QEMU that cannot say so has no window */

    if (run->request.headless || run->request.test || !qemu_board_of(run->request.architecture)->has_screen ||
        ((!x || *x == '\0') && (!wayland || *wayland == '\0')))
        return "none";
    if (process_run_tool(run->pool, ask, NULL, &known, &ignored) != STATUS_OK)
        known = "";
    known = pool_format(run->pool, "\n%s\n", known);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strstr(known, pool_format(run->pool, "\n%s\n", kinds[i])))
            return kinds[i];
    }
    (void)fprintf(stderr, "baton: no window: this QEMU has none (Debian's package qemu-system-gui has it)\n");
    return "none";
}

/* The loader, which must be for the kernel's machine. */
static enum status find_loader(struct run *run, struct error *error)
{
    const struct architecture *architecture = run->request.architecture;
    const struct list *files = &run->request.files.loader_files;
    struct loaders taken;
    enum status status = loaders_take(run->pool, files, &taken, error);

    if (status == STATUS_OK && files->count > 0 && !taken.paths[architecture->id])
        return error_set(error, STATUS_INVALID, "--loader %s: this is not for %s, and the kernel %s is",
                         files->items[0], architecture->name, run->words.positional.items[0]);
    if (status == STATUS_OK)
        status = loaders_find(run->pool, &taken, architecture, &run->loader, error);
    run->request.files.loaders.paths[architecture->id] = run->loader;
    return status;
}

/* Collects what shall be on the disk. */
static enum status gather_files(struct run *run, struct volume *volume, struct error *error)
{
    const struct boot_kernel kernel = {run->request.path, run->request.architecture};
    struct boot_files files;
    enum status status;

    if (!run_request_is_kernel(&run->request)) {
        status = volume_add(run->pool, volume, loaders_volume_path(run->pool, run->request.architecture),
                            run->request.path, error);
        return status == STATUS_OK ? volume_finish(run->pool, volume, error) : status;
    }
    status = find_loader(run, error);
    if (status != STATUS_OK)
        return status;
    files = run->request.files;
    files.kernels = &kernel;
    files.kernel_count = 1;
    files.without_slide = true; /* a debugger, and who compares two runs, want the same addresses */
    return boot_files_gather(run->pool, &files, &run->scratch, volume, error);
}

static enum status make_disk(struct run *run, struct error *error)
{
    struct volume volume = {0};
    struct disk_layout layout;
    enum status status;

    if (run->request.kind == FILE_KIND_DISK) {
        run->machine.disk = run->request.path;
        run->machine.disk_is_kept = true;
        return STATUS_OK;
    }
    run->machine.disk = scratch_path(run, "disk.img");
    status = gather_files(run, &volume, error);
    if (status == STATUS_OK)
        status = disk_plan(&volume, 0, &layout, error);
    if (status == STATUS_OK)
        status = disk_write(run->pool, run->machine.disk, &volume, &layout, error);
    return status;
}

/* A variable store as the machine finds it when it is new; or a writable copy of the whole firmware. */
static enum status renew_variables(struct run *run, struct error *error)
{
    const char *copy = scratch_path(run, "variables.fd");
    const struct firmware *installed = &run->firmware;

    run->machine.firmware = *installed;
    if (installed->kind != FIRMWARE_FLASH)
        return STATUS_OK;
    if (installed->variables)
        run->machine.firmware.variables = copy;
    else
        run->machine.firmware.code = copy;
    return host_file_copy(run->pool, installed->variables ? installed->variables : installed->code, copy, error);
}

/* Can a file be written there? Better known before the machine has run. */
static enum status check_output(struct pool *pool, const char *path, struct error *error)
{
    const char *temporary;
    enum status status;

    if (!path)
        return STATUS_OK;
    status = host_file_begin(pool, path, &temporary, error);
    if (status == STATUS_OK)
        (void)unlink(temporary); /* it was made a moment ago */
    return status;
}

static enum status check_outputs(struct run *run, struct error *error)
{
    enum status status = check_output(run->pool, run->request.screenshot, error);

    if (status == STATUS_OK)
        status = check_output(run->pool, run->request.e9, error);
    if (status == STATUS_OK)
        status = check_output(run->pool, run->request.gdb_script, error);
    return status;
}

static enum status describe_machine(struct run *run, struct error *error)
{
    const struct run_request *request = &run->request;
    struct qemu_machine *machine = &run->machine;
    enum status status =
        host_tool_find(run->pool, qemu_board_of(request->architecture)->program, &machine->program, error);

    if (status == STATUS_OK)
        status = firmware_find(run->pool, request->architecture, request->firmware, &run->firmware, error);
    if (status != STATUS_OK)
        return status;
    machine->architecture = request->architecture;
    machine->memory = request->memory ? request->memory : RUN_DEFAULT_MEMORY;
    machine->cpus = request->cpus;
    machine->display = find_display(run);
    machine->e9_log = request->e9 ? request->e9 : scratch_path(run, "e9.log");
    machine->end_at_reset = run_request_is_kernel(request) || request->test || request->screenshot;
    machine->pause_at_shutdown = request->screenshot && !request->print;
    machine->more = &run->words.rest;
    if (request->test) {
        machine->exit = request->screenshot && !request->print ? QEMU_EXIT_NOTED : QEMU_EXIT_AT_ONCE;
    }
    if (request->test || (run_request_is_kernel(request) && !request->print))
        machine->serial_log = scratch_path(run, "serial.log");
    return STATUS_OK;
}

static enum status prepare(struct run *run, struct error *error)
{
    enum status status = check_outputs(run, error);

    if (status == STATUS_OK)
        status = scratch_make(run->pool, &run->scratch, error);
    if (status == STATUS_OK)
        status = describe_machine(run, error);
    if (status == STATUS_OK)
        status = make_disk(run, error);
    if (status == STATUS_OK)
        status = renew_variables(run, error);
    return status;
}

static void print_command(struct run *run)
{
    const struct list argv = qemu_command(run->pool, &run->machine);

    printf("%s\n", shell_command(run->pool, &argv));
    (void)fprintf(stderr, "baton: what this command needs is in %s; remove it when you are done\n", run->scratch.path);
    run->scratch.path = NULL; /* no longer ours to remove */
}

/* The ELF file that the loader was made of has its symbols, and lies beside it. */
static enum status find_loader_elf(struct run *run, const char **ret_path, struct error *error)
{
    const char *dot = strrchr(run->loader, '.');
    size_t length = dot ? (size_t)(dot - run->loader) : strlen(run->loader);
    const char *path = pool_format(run->pool, "%.*s.elf", (int)length, run->loader);
    uint64_t size;
    enum status status = host_file_check(path, &size, error);

    if (status == STATUS_OK)
        *ret_path = path;
    return status;
}

/* Boots once to learn where the loader will be, and makes everything ready for gdb. */
static enum status prepare_gdb(struct run *run, struct error *error)
{
    const char *script = run->request.gdb_script ? run->request.gdb_script : scratch_path(run, "baton.gdb");
    const char *kernel_elf = run->request.kind == FILE_KIND_ELF ? run->request.path : NULL;
    const char *loader_elf;
    uint64_t base;
    enum status status = find_loader_elf(run, &loader_elf, error);

    if (status != STATUS_OK)
        return status;
    run->machine.gdb_socket = scratch_path(run, "gdb");
    status = gdb_find_loader(run->pool, &run->scratch, run->machine, &base, error);
    if (status == STATUS_OK)
        status = renew_variables(run, error);
    if (status == STATUS_OK)
        status = gdb_write_script(run->pool, run->request.architecture, script, loader_elf, base, kernel_elf,
                                  run->machine.gdb_socket, error);
    if (status == STATUS_OK)
        (void)fprintf(stderr, "baton: the machine waits for gdb. In another terminal:\n  %s -x %s\n",
                      run->request.architecture->id == ARCHITECTURE_X86_64 ? "gdb" : "gdb-multiarch",
                      shell_quote(run->pool, script));
    return status;
}

/* Gives the picture its place. */
static enum status keep_picture(struct run *run, const char *picture, struct error *error)
{
    const char *temporary;
    enum status status = host_file_begin(run->pool, run->request.screenshot, &temporary, error);

    if (status != STATUS_OK)
        return status;
    status = host_file_copy(run->pool, picture, temporary, error);
    if (status == STATUS_OK)
        status = host_file_finish(temporary, run->request.screenshot, error);
    if (status != STATUS_OK)
        (void)unlink(temporary); /* the error that is shown is the one that matters */
    return status;
}

/* The kernel has ended in an exception: what stands at the addresses that the report gives? */
static void tell_symbols(void *context, const char *report)
{
    struct run *run = context;

    if (run->request.kind == FILE_KIND_ELF)
        symbols_print(run->pool, &run->scratch, run->request.path, report, stderr);
}

static enum status go(struct run *run, int *ret_code, struct error *error)
{
    const char *picture = run->request.screenshot ? scratch_path(run, "screen.png") : NULL;
    const struct guest_failure failure = {run->request.test, tell_symbols, run};
    struct guest_outcome outcome;
    enum status status = run->request.gdb ? prepare_gdb(run, error) : STATUS_OK;

    if (status == STATUS_OK && run->request.limit == 0)
        (void)fprintf(stderr, "baton: Ctrl-C ends the machine\n");
    if (status == STATUS_OK)
        status =
            guest_run(run->pool, &run->scratch, run->machine, run->request.limit, picture, &failure, &outcome, error);
    if (status == STATUS_OK && outcome.has_picture)
        status = keep_picture(run, picture, error);
    if (status == STATUS_OK)
        *ret_code = verdict_give(run->pool, &run->request, &run->machine, &outcome);
    return status;
}

static int fail(const struct error *error, int code)
{
    if (!process_interrupted())
        (void)fprintf(stderr, "baton run: %s\n", error->text);
    return code;
}

int run_command(struct pool *pool, int argc, char *const *argv)
{
    struct run run = {.pool = pool};
    struct error error = {""};
    int code = EXIT_CODE_OK;
    enum status status = options_parse(pool, &run_syntax, argc, argv, &run.request, &run.words, &error);

    if (status != STATUS_OK)
        return fail(&error, EXIT_CODE_USAGE);
    if (run.words.help) {
        options_print_help(&run_syntax, stdout);
        return EXIT_CODE_OK;
    }
    if (run_request_check(pool, &run.request, &run.words, &error) != STATUS_OK)
        return fail(&error, EXIT_CODE_USAGE);
    status = prepare(&run, &error);
    if (status == STATUS_OK && run.request.print)
        print_command(&run);
    else if (status == STATUS_OK)
        status = go(&run, &code, &error);
    scratch_remove(&run.scratch);
    return status == STATUS_OK ? code : fail(&error, EXIT_CODE_FAILED);
}
