/* SPDX-License-Identifier: BSD-2-Clause */
/* baton check: says whether a kernel, a disk or a folder boots, without booting it. */
#include <stdio.h>
#include <sys/stat.h>

#include "check_disk.h"
#include "check_machine.h"
#include "check_volume.h"
#include "command.h"
#include "config.h"
#include "file_kind.h"
#include "host_file.h"
#include "loaders.h"
#include "process.h"

struct check_values {
    struct check_machine machine;
    const char *arch;
    const char *config;
    bool quiet;
    bool strict;
};

/* What is known while the arguments are looked at, one after the other. */
struct check {
    struct pool *pool;
    struct check_values values;
    const struct architecture *only; /* what --arch says */
    struct entry entry;              /* for kernels that are given by themselves */
    struct check_messages entry_messages;
    bool printed; /* something, so that a blank line comes before the next */
    size_t errors, warnings, unreadable;
};

#define FIELD(name) offsetof(struct check_values, name)

static const struct option_spec options[] = {
    {"--config", "F", "judge kernels with the keys of this boot entry file (docs/config.md)", OPTION_TEXT,
     FIELD(config)},
    {"--arch", "A",
     "the machine to think of: x86_64, aarch64 or riscv64; without it, the one that a kernel is\n"
     "built for, and of a disk or folder all that there are loaders for, or x86_64",
     OPTION_TEXT, FIELD(arch)},
    {"--memory", "SIZE", "its memory (" CHECK_DEFAULT_MEMORY ")", OPTION_TEXT, FIELD(machine.memory)},
    {"--levels", "N",
     "the levels of its page tables, as its firmware has set them up: 4 or 5 (4); for riscv64\n"
     "3 to 5 (3)",
     OPTION_TEXT, FIELD(machine.levels)},
    {"--el2", NULL, "its firmware starts programs at EL2 (aarch64), and the processor has VHE", OPTION_FLAG,
     FIELD(machine.el2)},
    {"--no-vhe", NULL, "with --el2: it has none, as the one of \"baton run\"", OPTION_FLAG, FIELD(machine.no_vhe)},
    {"--no-framebuffer", NULL, "it has no screen", OPTION_FLAG, FIELD(machine.no_framebuffer)},
    {"--acpi", NULL, "its firmware gives ACPI tables, which those of riscv64 mostly do not", OPTION_FLAG,
     FIELD(machine.acpi)},
    {"--no-acpi", NULL, "its firmware gives no ACPI tables", OPTION_FLAG, FIELD(machine.no_acpi)},
    {"--device-tree", NULL, "its firmware gives a device tree, which those of riscv64 do and others do not",
     OPTION_FLAG, FIELD(machine.device_tree)},
    {"--no-device-tree", NULL, "its firmware gives no device tree", OPTION_FLAG, FIELD(machine.no_device_tree)},
    {"--no-random", NULL, "it gives no random numbers", OPTION_FLAG, FIELD(machine.no_random)},
    {"--strict", NULL, "warnings are failures: exit code 1", OPTION_FLAG, FIELD(strict)},
    {"--quiet", NULL, "say only what is wrong", OPTION_FLAG, FIELD(quiet)},
};

const struct syntax check_syntax = {
    .name = "check",
    .usage = "[options] KERNEL|DISK|DIR…",
    .summary = "say whether it boots, where its parts go, and what could be better",
    .about = "Judges kernels with the loader's own code and words, without booting them:\n"
             "  KERNEL   a file by itself, with an empty boot entry or that of --config\n"
             "  DISK     a raw image: the configuration on its EFI system partition, and all that it names\n"
             "  DIR      a folder as it would be on a volume: the same\n"
             "What boots is shown with the addresses of its parts; for what does not, what is wrong and the mend.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .notes =
        "Exit code: 0 when all of it boots, 1 when some does not, 2 when something could not be looked at.\n"
        "The machine is made up: a PC, or what QEMU's virt machine is, with a screen and random numbers, with ACPI\n"
        "or, for riscv64, a device tree, and without five-level paging, unless options say so. What only a real one\n"
        "can tell, as whether the memory of a low kernel is free, shows when it boots.\n"
        "\n"
        "Examples:\n"
        "  baton check kernel.elf\n"
        "  baton check --strict --quiet build/*.elf\n"
        "  baton check disk.img esp/\n"
        "  baton check --arch aarch64 --el2 --memory 1G disk.img",
};

/* ---- printing ---- */

/* Headings are apart by a blank line. */
static void print_heading(struct check *check, const char *name, const char *verdict)
{
    printf("%s%s: %s\n", check->printed && !check->values.quiet ? "\n" : "", name, verdict);
    check->printed = true;
}

static bool is_worth_a_word(const struct check *check, const struct check_messages *messages)
{
    return !check->values.quiet || messages->errors + messages->warnings > 0;
}

static void count(struct check *check, const struct check_messages *messages)
{
    check->errors += messages->errors;
    check->warnings += messages->warnings;
}

static void print_kernel(struct check *check, const char *name, const struct check_kernel *kernel, const char *verdict)
{
    count(check, &kernel->messages);
    if (!is_worth_a_word(check, &kernel->messages))
        return;
    print_heading(check, name, verdict);
    if (!check->values.quiet && kernel->messages.errors == 0 && kernel->boot.protocol)
        check_kernel_print(check->pool, kernel);
    check_print_messages(check->pool, &kernel->messages);
}

static void print_entry(struct check *check, const char *volume, const struct check_entry *entry)
{
    const char *verdict = check_verdict(check->pool, &entry->kernel.messages);

    if (entry->left_out)
        verdict = entry->kernel.messages.errors > 0 ? "cannot be read" : "is left out";
    print_kernel(check, pool_format(check->pool, "%s:%s%s", volume, entry->file, entry->chosen ? " (default)" : ""),
                 &entry->kernel, verdict);
}

/* Of several machines, whose entry it is need not be said on each. */
static bool is_of_no_interest(const struct check_entry *entry, bool several)
{
    return several && entry->left_out && entry->elsewhere;
}

/* How many of the entries boot. It "boots" when nothing on it is wrong, as the exit code has it. */
static const char *sum_up(struct check *check, const struct check_volume *volume, bool several)
{
    size_t boot = 0, of = 0;

    for (size_t i = 0; i < volume->count; i++) {
        const struct check_entry *entry = &volume->entries[i];

        of += !is_of_no_interest(entry, several);
        boot += !entry->left_out && entry->kernel.messages.errors == 0;
    }
    if (boot == 0)
        return "nothing on it boots";
    return pool_format(check->pool, "%s%zu of %zu entr%s boot%s", check_volume_errors(volume) == 0 ? "boots: " : "",
                       boot, of, of == 1 ? "y" : "ies", boot == 1 ? "s" : "");
}

/* ---- judging ---- */

static void print_volume(struct check *check, const char *name, const char *title, const struct check_volume *volume,
                         bool several)
{
    count(check, &volume->messages);
    if (!check->values.quiet || check_volume_errors(volume) + check_volume_warnings(volume) > 0) {
        print_heading(check, title, sum_up(check, volume, several));
        check_print_messages(check->pool, &volume->messages);
    }
    for (size_t i = 0; i < volume->count; i++) {
        if (!is_of_no_interest(&volume->entries[i], several))
            print_entry(check, name, &volume->entries[i]);
    }
}

/* The machines that a volume is meant for, as far as its loaders tell. Returns how many. */
static size_t find_machines(struct check *check, const char *root, const struct architecture *ret_machines[])
{
    size_t machine_count = 0;

    for (size_t i = 0; i < ARCHITECTURE_COUNT && !check->only; i++) {
        if (check_volume_has(check->pool, root, loaders_volume_path(check->pool, &architectures[i])))
            ret_machines[machine_count++] = &architectures[i];
    }
    if (machine_count > 0)
        return machine_count;
    ret_machines[0] = check->only ? check->only : &architectures[ARCHITECTURE_X86_64];
    return 1;
}

/* Judges it on one machine. */
static enum status judge_volume(struct check *check, const char *name, const char *root, bool is_disk,
                                const struct architecture *machine, struct check_volume *ret_volume,
                                struct error *error)
{
    struct facts *facts = pool_take(check->pool, sizeof(*facts));
    const char *loader = loaders_volume_path(check->pool, machine);
    enum status status = check_machine_make(check->pool, &check->values.machine, machine, facts, error);

    if (status != STATUS_OK)
        return status;
    check_volume_judge(check->pool, facts, root, ret_volume);
    if (is_disk && !check_volume_has(check->pool, root, loader))
        check_say(check->pool, &ret_volume->messages, LOG_WARNING,
                  pool_format(check->pool, "%s: there is no %s, the loader that firmware looks for", name, loader));
    return STATUS_OK;
}

/* Judges it on each machine that it is meant for, and that it has something for; on the first one if that is none. */
static enum status check_volume(struct check *check, const char *name, const char *root, bool is_disk,
                                struct error *error)
{
    const struct architecture *machines[ARCHITECTURE_COUNT];
    struct check_volume volumes[ARCHITECTURE_COUNT];
    size_t machine_count = find_machines(check, root, machines), shown = 0;

    for (size_t i = 0; i < machine_count; i++) {
        enum status status = judge_volume(check, name, root, is_disk, machines[i], &volumes[i], error);

        if (status != STATUS_OK)
            return status;
        shown += check_volume_is_for(&volumes[i]);
    }
    for (size_t i = 0; i < machine_count; i++) {
        const char *title = shown > 1 ? pool_format(check->pool, "%s on %s", name, machines[i]->name) : name;

        if (check_volume_is_for(&volumes[i]) || (shown == 0 && i == 0))
            print_volume(check, name, title, &volumes[i], machine_count > 1);
    }
    return STATUS_OK;
}

static enum status check_disk(struct check *check, const char *path, struct error *error)
{
    struct scratch scratch = {0};
    const char *root;
    enum status status = scratch_make(check->pool, &scratch, error);

    if (status == STATUS_OK)
        status = check_disk_unpack(check->pool, path, &scratch, &root, error);
    if (status == STATUS_OK)
        status = check_volume(check, path, root, true, error);
    scratch_remove(&scratch);
    return status;
}

static enum status check_lone_kernel(struct check *check, const char *path, struct bytes head, struct error *error)
{
    const struct architecture *machine = check->only ? check->only : architecture_of(head);
    struct check_file file = {path, path};
    struct check_kernel kernel = {0};
    struct facts facts;
    enum status status = check_machine_make(check->pool, &check->values.machine,
                                            machine ? machine : &architectures[ARCHITECTURE_X86_64], &facts, error);

    if (status != STATUS_OK)
        return status;
    check->entry.kernel = path;
    check_kernel_judge(check->pool, &facts, &check->entry, &file, 1, &kernel);
    print_kernel(check, path, &kernel, check_verdict(check->pool, &kernel.messages));
    return STATUS_OK;
}

static enum status check_one(struct check *check, const char *path, struct error *error)
{
    struct stat stat_buffer;
    struct bytes head;
    enum file_kind kind = FILE_KIND_FLAT;
    uint64_t size;
    enum status status;

    if (stat(path, &stat_buffer) == 0 && S_ISDIR(stat_buffer.st_mode))
        return check_volume(check, path, path, false, error);
    status = host_file_check(path, &size, error);
    if (status == STATUS_OK)
        status = host_file_read(check->pool, path, FILE_KIND_HEAD_SIZE, &head, error);
    if (status != STATUS_OK)
        return status;
    /* What nobody knows is for the loader to refuse, as a kernel. */
    if (file_kind_tell(path, head, &kind, error) == STATUS_OK && kind == FILE_KIND_DISK)
        return check_disk(check, path, error);
    return check_lone_kernel(check, path, head, error);
}

/* The entry that kernels by themselves are judged with. */
static enum status make_entry(struct check *check, struct error *error)
{
    const char *path = check->values.config;
    struct arena arena = {NULL, 0, 0};
    struct bytes bytes = {NULL, 0};
    enum status status;

    check->entry = (struct entry){.file = "its boot entry", .id = "", .options = ""};
    if (!path)
        return STATUS_OK;
    status = host_file_read(check->pool, path, CONFIG_FILE_MAX + 1, &bytes, error);
    if (status != STATUS_OK)
        return status;
    check_listen(check->pool, &check->entry_messages);
    do {
        size_t size = arena.size == 0 ? bytes.size + CONFIG_FILE_MAX : 2 * arena.size;

        arena = (struct arena){pool_take(check->pool, size), size, 0};
        status =
            config_parse_entry(path, (struct text){(const char *)bytes.data, bytes.size}, &arena, &check->entry, error);
    } while (status == STATUS_NEED_ROOM);
    check_unlisten();
    check->entry.module_count = 0; /* they are on no volume */
    check->entry.initrd_count = check->entry.extra_count = 0;
    check->warnings += check->entry_messages.warnings;
    return status;
}

static int refuse(const struct error *error)
{
    if (!process_interrupted())
        (void)fprintf(stderr, "baton check: %s\n", error->text);
    return EXIT_CODE_USAGE;
}

static int check_all(struct check *check, const struct words *words)
{
    struct error error = {""};

    check_print_messages(check->pool, &check->entry_messages);
    for (size_t i = 0; i < words->positional.count && !process_interrupted(); i++) {
        if (check_one(check, words->positional.items[i], &error) == STATUS_OK)
            continue;
        (void)fflush(stdout); /* in the order of the words */
        check->unreadable += refuse(&error) != EXIT_CODE_OK;
    }
    if (check->unreadable > 0)
        return EXIT_CODE_USAGE;
    return check->errors > 0 || (check->values.strict && check->warnings > 0) ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

int check_command(struct pool *pool, int argc, char *const *argv)
{
    struct check check = {.pool = pool};
    struct words words = {0};
    struct error error = {""};

    if (options_parse(pool, &check_syntax, argc, argv, &check.values, &words, &error) != STATUS_OK)
        return refuse(&error);
    if (words.help) {
        options_print_help(&check_syntax, stdout);
        return EXIT_CODE_OK;
    }
    if (words.positional.count == 0)
        (void)error_set(&error, STATUS_INVALID, "what shall be checked? Name a kernel, a disk image or a folder");
    else if ((!check.values.arch || architecture_parse(check.values.arch, &check.only, &error) == STATUS_OK) &&
             make_entry(&check, &error) == STATUS_OK)
        return check_all(&check, &words);
    return refuse(&error);
}
