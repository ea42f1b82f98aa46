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
#include "process.h"

#define LOADER_PATH "/EFI/BOOT/BOOTX64.EFI" /* UEFI 2.10, 3.5.1.1 */

struct check_values {
    struct check_machine machine;
    const char *config;
    bool quiet;
    bool strict;
};

/* What is known while the arguments are looked at, one after the other. */
struct check {
    struct pool *pool;
    struct check_values values;
    struct facts facts;
    struct entry entry; /* for kernels that are given by themselves */
    struct check_messages entry_messages;
    bool printed; /* something, so that a blank line comes before the next */
    size_t errors, warnings, unreadable;
};

#define FIELD(name) offsetof(struct check_values, name)

static const struct option_spec options[] = {
    {"--config", "F", "judge kernels with the keys of this boot entry file (docs/config.md)", OPTION_TEXT,
     FIELD(config)},
    {"--memory", "SIZE", "the memory of the machine to think of (" CHECK_DEFAULT_MEMORY ")", OPTION_TEXT,
     FIELD(machine.memory)},
    {"--levels", "4|5", "the levels of its page tables, as its firmware has set them up (4)", OPTION_TEXT,
     FIELD(machine.levels)},
    {"--no-framebuffer", NULL, "it has no screen", OPTION_FLAG, FIELD(machine.no_framebuffer)},
    {"--no-acpi", NULL, "its firmware gives no ACPI tables", OPTION_FLAG, FIELD(machine.no_acpi)},
    {"--device-tree", NULL, "its firmware gives a device tree, which those of PCs do not", OPTION_FLAG,
     FIELD(machine.device_tree)},
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
        "The machine is made up: a PC with ACPI, a screen and random numbers, with neither a device tree nor "
        "five-level\n"
        "paging unless options say so. What only a real one can tell, as whether the memory of a low kernel is free,\n"
        "shows when it boots.\n"
        "\n"
        "Examples:\n"
        "  baton check kernel.elf\n"
        "  baton check --strict --quiet build/*.elf\n"
        "  baton check disk.img esp/",
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

/* How many of the entries boot. It "boots" when nothing on it is wrong, as the exit code has it. */
static const char *sum_up(struct check *check, const struct check_volume *volume)
{
    size_t boot = 0;

    for (size_t i = 0; i < volume->count; i++)
        boot += !volume->entries[i].left_out && volume->entries[i].kernel.messages.errors == 0;
    if (boot == 0)
        return "nothing on it boots";
    return pool_format(check->pool, "%s%zu of %zu entr%s boot%s", check_volume_errors(volume) == 0 ? "boots: " : "",
                       boot, volume->count, volume->count == 1 ? "y" : "ies", boot == 1 ? "s" : "");
}

/* ---- judging ---- */

static void check_volume(struct check *check, const char *name, const char *root, bool is_disk)
{
    struct check_volume volume;

    check_volume_judge(check->pool, &check->facts, root, &volume);
    if (is_disk && !check_volume_has(check->pool, root, LOADER_PATH))
        check_say(
            check->pool, &volume.messages, LOG_WARNING,
            pool_format(check->pool, "%s: there is no " LOADER_PATH ", the loader that firmware looks for", name));
    count(check, &volume.messages);
    if (!check->values.quiet || check_volume_errors(&volume) + check_volume_warnings(&volume) > 0) {
        print_heading(check, name, sum_up(check, &volume));
        check_print_messages(check->pool, &volume.messages);
    }
    for (size_t i = 0; i < volume.count; i++)
        print_entry(check, name, &volume.entries[i]);
}

static enum status check_disk(struct check *check, const char *path, struct error *error)
{
    struct scratch scratch = {0};
    const char *root;
    enum status status = scratch_make(check->pool, &scratch, error);

    if (status == STATUS_OK)
        status = check_disk_unpack(check->pool, path, &scratch, &root, error);
    if (status == STATUS_OK)
        check_volume(check, path, root, true);
    scratch_remove(&scratch);
    return status;
}

static void check_lone_kernel(struct check *check, const char *path)
{
    struct check_file file = {path, path};
    struct check_kernel kernel = {0};

    check->entry.kernel = path;
    check_kernel_judge(check->pool, &check->facts, &check->entry, &file, 1, &kernel);
    print_kernel(check, path, &kernel, check_verdict(check->pool, &kernel.messages));
}

static enum status check_one(struct check *check, const char *path, struct error *error)
{
    struct stat stat_buffer;
    struct bytes head;
    enum file_kind kind = FILE_KIND_FLAT;
    uint64_t size;
    enum status status;

    if (stat(path, &stat_buffer) == 0 && S_ISDIR(stat_buffer.st_mode)) {
        check_volume(check, path, path, false);
        return STATUS_OK;
    }
    status = host_file_check(path, &size, error);
    if (status == STATUS_OK)
        status = host_file_read(check->pool, path, FILE_KIND_HEAD_SIZE, &head, error);
    if (status != STATUS_OK)
        return status;
    /* What nobody knows is for the loader to refuse, as a kernel. */
    if (file_kind_tell(path, head, &kind, error) == STATUS_OK && kind == FILE_KIND_DISK)
        return check_disk(check, path, error);
    check_lone_kernel(check, path);
    return STATUS_OK;
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
    else if (check_machine_make(pool, &check.values.machine, &check.facts, &error) == STATUS_OK &&
             make_entry(&check, &error) == STATUS_OK)
        return check_all(&check, &words);
    return refuse(&error);
}
