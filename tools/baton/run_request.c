/* SPDX-License-Identifier: BSD-2-Clause */
#include "run_request.h"

#include "check_disk.h"
#include "command.h"
#include "qemu.h"
#include "text.h"

#define TEST_SECONDS       60
#define SCREENSHOT_SECONDS 20
#define LONGEST_SECONDS    1000000
#define MOST_CPUS          255

#define FIELD(name) offsetof(struct run_request, name)

static const struct option_spec options[] = {
    {"--module", "F[:NAME]", "give the kernel the file F, as /boot/modules/F or as /NAME (repeatable)", OPTION_LIST,
     FIELD(files.modules)},
    {"--cmdline", "S", "the kernel's command line", OPTION_TEXT, FIELD(files.command_line)},
    {"--config", "F", "use this boot entry file instead of a generated one; the kernel is /boot/NAME", OPTION_TEXT,
     FIELD(files.config)},
    {"--log-level", "L", "what the loader shows: error, warning, info or debug", OPTION_TEXT, FIELD(files.log_level)},
    {"--loader", "F", "the loader, if not the one that came with this command", OPTION_LIST, FIELD(files.loader_files)},
    {"--arch", "A",
     "the machine: x86_64, aarch64 or riscv64; without it the one that the file is built for,\n"
     "and x86_64 where that cannot be told",
     OPTION_TEXT, FIELD(arch)},
    {"-m", "SIZE", "the machine's memory, in MiB or with M or G (" RUN_DEFAULT_MEMORY ")", OPTION_TEXT, FIELD(memory)},
    {"--smp", "N", "its processors (1)", OPTION_TEXT, FIELD(cpus)},
    {"--firmware", FIRMWARE_WANTED, FIRMWARE_HELP, OPTION_TEXT, FIELD(firmware)},
    {"--test", NULL,
     "end with exit code 0 when the kernel reports 0x10 (below), and with 1 when it reports\n"
     "anything else or the machine ends otherwise; no window; --timeout 60. Before\n"
     "KERNEL, it is the way of cargo: all words behind KERNEL go to its command line,\n"
     "those that look like options too, up to --",
     OPTION_FLAG, FIELD(test)},
    {"--timeout", "S", "end the machine after S seconds, with exit code 124", OPTION_TEXT, FIELD(timeout)},
    {"--screenshot", "F.png",
     "write the screen to F.png when the time is over, the kernel reports (--test) or the\n"
     "machine ends. Without --timeout and --test: after 20 seconds, with exit code 0",
     OPTION_TEXT, FIELD(screenshot)},
    {"--headless", NULL, "no window, even where there is a display", OPTION_FLAG, FIELD(headless)},
    {"--e9", "F", "write what comes out of port 0xE9, where the loader logs, to F (x86_64)", OPTION_TEXT, FIELD(e9)},
    {"--gdb", NULL,
     "wait for gdb before the first instruction, with a script for it that knows where\n"
     "the loader and the kernel will be",
     OPTION_FLAG, FIELD(gdb)},
    {"--gdb-script", "F", "where to write that script; --gdb alone takes a temporary file", OPTION_TEXT,
     FIELD(gdb_script)},
    {"--print", NULL, "print the QEMU command instead of running it; the files it needs are kept", OPTION_FLAG,
     FIELD(print)},
};

const struct syntax run_syntax = {
    .name = "run",
    .usage = "[options] KERNEL|DISK|APP.efi [word…] [-- QEMU options]",
    .summary = "boot a kernel, a disk or an EFI application in QEMU",
    .about =
        "Boots in QEMU with UEFI firmware: EDK2, or U-Boot on riscv64. What the file is, is told by its content:\n"
        "  KERNEL   an ELF file, or a flat binary named *.bin: a disk with the loader and a boot entry for it is made\n"
        "           for the run. The words behind it go to its command line.\n"
        "  DISK     a raw image. It is never changed: what the machine writes is thrown away afterwards.\n"
        "  APP.efi  an EFI application, started by the firmware.\n"
        "The machine's serial port is this terminal; Ctrl-C ends it. It has a window where there is a display.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .notes =
        "A kernel that can be moved runs at the same addresses each time, whatever its note asks for: the boot entry\n"
        "says \"kaslr off\". A file that is given with --config keeps its own kaslr line, and gets this one when it\n"
        "has none.\n"
        "With --test, a loader that refuses the kernel ends the run, and its errors are shown.\n"
        "A kernel that resets the machine, on purpose or by a triple fault, ends the run.\n"
        "A kernel reports a number as baton_exit does: on x86_64 by writing it to port 0xF4, which is there with\n"
        "--test only, and of which QEMU passes on the low 7 bits; on aarch64 and riscv64 by semihosting's\n"
        "SYS_EXIT, which ends the machine without --test, too, and 0x10 gives exit code 0.\n"
        "The loader is also looked for at $BATON_LOADER. QEMU runs without KVM; \"-- -machine accel=kvm\" asks "
        "for it.\n"
        "Exit codes: 0 all went well, 1 it did not, 2 wrong usage, 124 the time was over.\n"
        "\n"
        "Examples:\n"
        "  baton run kernel.elf\n"
        "  baton run kernel.elf --module initrd.img:/initrd --cmdline 'root=/initrd' -m 2G\n"
        "  baton run --test --timeout 30 kernel.elf\n"
        "  baton run --gdb kernel.elf\n"
        "  baton run disk.img -- -cpu max -device virtio-rng-pci\n"
        "  baton run --arch riscv64 disk.img\n"
        "  baton run kernel-aarch64.elf -- -machine virtualization=on     (the loader starts in EL2)\n"
        "As cargo's runner, in .cargo/config.toml (\"cargo run -- -v\" gives the kernel -v):\n"
        "  [target.x86_64-unknown-none]\n"
        "  runner = \"baton run --test\"",
    .takes_rest = true,
    .closing_flag = "--test",
};

bool run_request_is_kernel(const struct run_request *request)
{
    return request->kind == FILE_KIND_ELF || request->kind == FILE_KIND_FLAT;
}

static enum status check_number(const char *option, const char *text, uint64_t most, uint64_t *ret_number,
                                struct error *error)
{
    uint64_t number;

    if (!text_number(text_of(text), false, &number) || number == 0 || number > most)
        return error_set(error, STATUS_INVALID, "%s %s: expected a number from 1 to %llu", option, text,
                         (unsigned long long)most);
    *ret_number = number;
    return STATUS_OK;
}

/* QEMU takes a number of MiB, or one with a suffix. */
static enum status check_memory(const char *text, struct error *error)
{
    uint64_t size;

    if (!text_number(text_of(text), true, &size) || size == 0)
        return error_set(error, STATUS_INVALID, "-m %s: expected a size like 512M or 2G, or a number of MiB", text);
    return STATUS_OK;
}

static enum status set_limit(struct run_request *request, struct error *error)
{
    uint64_t seconds = 0;
    enum status status = STATUS_OK;

    if (request->timeout)
        status = check_number("--timeout", request->timeout, LONGEST_SECONDS, &seconds, error);
    else if (request->gdb)
        seconds = 0; /* whoever debugs decides */
    else if (request->test)
        seconds = TEST_SECONDS;
    else if (request->screenshot)
        seconds = SCREENSHOT_SECONDS;
    request->limit = (int64_t)seconds * 1000;
    return status;
}

/* What only makes sense for a kernel. */
static enum status check_for_kernel(const struct run_request *request, const struct words *words, struct error *error)
{
    const char *what = request->kind == FILE_KIND_DISK ? "a disk" : "an EFI application";
    const struct {
        const char *name;
        bool given;
    } kernel_options[] = {
        {"--module", request->files.modules.count > 0},      {"--cmdline", request->files.command_line != NULL},
        {"--config", request->files.config != NULL},         {"--log-level", request->files.log_level != NULL},
        {"--loader", request->files.loader_files.count > 0}, {"--gdb", request->gdb},
    };

    for (size_t i = 0; i < sizeof(kernel_options) / sizeof(kernel_options[0]); i++) {
        if (kernel_options[i].given)
            return error_set(error, STATUS_INVALID, "%s is for a kernel, and %s is %s", kernel_options[i].name,
                             words->positional.items[0], what);
    }
    if (words->positional.count > 1)
        return error_set(error, STATUS_INVALID,
                         "%s is %s and takes no words like %s; options stand before it, and those for QEMU behind --",
                         words->positional.items[0], what, words->positional.items[1]);
    return STATUS_OK;
}

/* What the only loader on a disk is for; NULL when there are several, or none. */
static const struct architecture *tell_disk(struct pool *pool, const char *path)
{
    const struct architecture *only = NULL;
    bool has[ARCHITECTURE_COUNT];

    check_disk_loaders(pool, path, has);
    for (size_t i = 0; i < ARCHITECTURE_COUNT; i++) {
        if (has[i] && only)
            return NULL;
        if (has[i])
            only = &architectures[i];
    }
    return only;
}

/* What the machine must be by the file itself; NULL when it does not say. */
static const struct architecture *tell_architecture(struct pool *pool, const struct run_request *request,
                                                    struct bytes head)
{
    const struct list *loaders = &request->files.loader_files;

    if (request->kind == FILE_KIND_DISK)
        return tell_disk(pool, request->path);
    if (request->kind == FILE_KIND_FLAT)
        return loaders->count > 0 ? architecture_of_file(pool, loaders->items[0]) : NULL;
    return architecture_of(head);
}

/* What does not go together with the machine that it will be. */
static enum status check_for_machine(const struct run_request *request, struct error *error)
{
    const struct qemu_board *board = qemu_board_of(request->architecture);
    const char *name = request->architecture->name;

    if (request->e9 && !board->has_ports)
        return error_set(error, STATUS_INVALID,
                         "--e9: only PCs have port 0xE9; on %s the loader's log is on the serial port", name);
    if (request->screenshot && !board->has_screen)
        return error_set(error, STATUS_INVALID, "--screenshot: the machine for %s has no screen", name);
    if (request->screenshot && request->test && !board->has_ports)
        return error_set(
            error, STATUS_INVALID,
            "--screenshot and --test do not go together on %s: when the kernel reports, QEMU is gone before "
            "its screen can be seen. Take --timeout instead of --test, and a kernel that goes on",
            name);
    return STATUS_OK;
}

/* What was asked for, or what the file is for, or else a PC. */
static enum status choose_architecture(struct pool *pool, struct run_request *request, const char *name,
                                       struct bytes head, struct error *error)
{
    const struct architecture *told = tell_architecture(pool, request, head);
    const struct architecture *wanted = NULL;
    enum status status = request->arch ? architecture_parse(request->arch, &wanted, error) : STATUS_OK;

    if (status != STATUS_OK)
        return status;
    if (wanted && told && wanted != told && request->kind != FILE_KIND_DISK)
        return error_set(error, STATUS_INVALID, "--arch %s: %s is for %s", request->arch,
                         request->kind == FILE_KIND_FLAT ? request->files.loader_files.items[0] : name, told->name);
    request->architecture = wanted ? wanted : told ? told : &architectures[ARCHITECTURE_X86_64];
    return check_for_machine(request, error);
}

/* The words behind the kernel's name belong to its command line. */
static void add_words(struct pool *pool, struct run_request *request, const struct words *words)
{
    for (size_t i = 1; i < words->positional.count; i++) {
        const char *before = request->files.command_line;

        request->files.command_line =
            pool_format(pool, "%s%s%s", before ? before : "", before ? " " : "", words->positional.items[i]);
    }
}

enum status run_request_check(struct pool *pool, struct run_request *request, const struct words *words,
                              struct error *error)
{
    struct bytes head;
    uint64_t number;
    const char *name;
    enum status status = STATUS_OK;

    if (request->gdb_script)
        request->gdb = true;
    if (words->positional.count == 0)
        return error_set(error, STATUS_INVALID, "what shall be run? Name a kernel, a disk image or an EFI application");
    if (request->print && request->gdb)
        return error_set(error, STATUS_INVALID,
                         "--print and --gdb do not go together: --gdb has to run the machine to find the loader");
    if (request->memory)
        status = check_memory(request->memory, error);
    if (status == STATUS_OK && request->cpus)
        status = check_number("--smp", request->cpus, MOST_CPUS, &number, error);
    if (status == STATUS_OK)
        status = set_limit(request, error);
    if (status != STATUS_OK)
        return status;
    name = words->positional.items[0];
    status = host_file_check(name, &number, error);
    if (status == STATUS_OK)
        status = host_file_resolve(pool, name, &request->path, error);
    if (status == STATUS_OK)
        status = host_file_read(pool, name, FILE_KIND_HEAD_SIZE, &head, error);
    if (status == STATUS_OK)
        status = file_kind_tell(name, head, &request->kind, error);
    if (status == STATUS_OK && !run_request_is_kernel(request))
        status = check_for_kernel(request, words, error);
    if (status == STATUS_OK)
        status = choose_architecture(pool, request, name, head, error);
    if (status == STATUS_OK && run_request_is_kernel(request))
        add_words(pool, request, words);
    return status;
}
