/* SPDX-License-Identifier: BSD-2-Clause */
/* baton image: makes a disk image. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "boot_files.h"
#include "command.h"
#include "disk.h"
#include "file_kind.h"
#include "host_file.h"
#include "process.h"
#include "shell.h"
#include "text.h"

struct image_values {
    const char *output;
    const char *size;
    const char *arch;
    struct boot_files files;
    const struct architecture *only; /* what --arch says */
};

#define FIELD(name) offsetof(struct image_values, name)

static const struct option_spec options[] = {
    {"-o", "DISK.img", "the file to write", OPTION_TEXT, FIELD(output)},
    {"--module", "F[:NAME]", "give the kernel the file F, as /boot/modules/F or as /NAME (repeatable)", OPTION_LIST,
     FIELD(files.modules)},
    {"--cmdline", "S", "the kernel's command line", OPTION_TEXT, FIELD(files.command_line)},
    {"--log-level", "L", "what the loader shows: error, warning, info or debug", OPTION_TEXT, FIELD(files.log_level)},
    {"--config", "F", "use this boot entry file (docs/config.md) instead of a generated one", OPTION_TEXT,
     FIELD(files.config)},
    {"--file", "SRC:DEST", "put the file SRC at DEST, in place of any other file there (repeatable)", OPTION_LIST,
     FIELD(files.files)},
    {"--root", "DIR", "put all that is in DIR on the disk", OPTION_TEXT, FIELD(files.root)},
    {"--size", "S", "of the disk, with K, M or G; else as large as is needed", OPTION_TEXT, FIELD(size)},
    {"--arch", "A", "boot on x86_64, aarch64 or riscv64 only; else on all that there are loaders for", OPTION_TEXT,
     FIELD(arch)},
    {"--loader", "F",
     "a loader, if not the one that came with this command; what it is for is told by its\n"
     "content (repeatable)",
     OPTION_LIST, FIELD(files.loader_files)},
};

const struct syntax image_syntax = {
    .name = "image",
    .usage = "-o DISK.img [options] [KERNEL…]",
    .summary = "make a disk image that boots by UEFI",
    .about =
        "Makes a raw disk image: a GPT with one FAT32 EFI system partition, and on it the loaders, the kernel, its\n"
        "modules and a boot entry. No root is needed. KERNEL, an ELF file or a flat binary, may be left out when\n"
        "--root, --file or --config says what to boot. There may be several: each gets an entry, and the first one\n"
        "for a machine is what that boots; those for different machines may have the same name.\n"
        "The disk boots on x86_64, aarch64 and riscv64, as far as the loaders for them are there. Where there are\n"
        "several, generated entries say what machine they are for, and others leave them out.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .notes = "The same input gives the same bytes: files are dated $SOURCE_DATE_EPOCH, or 2020-01-01.\n"
             "The loader is also looked for at $BATON_LOADER. \"baton run DISK.img\" tries the image out.\n"
             "\n"
             "Examples:\n"
             "  baton image -o disk.img kernel.elf\n"
             "  baton image -o disk.img kernel.elf --module initrd.img:/initrd --cmdline 'root=/initrd'\n"
             "  baton image -o disk.img x86_64/kernel.elf aarch64/kernel.elf riscv64/kernel.elf\n"
             "  baton image -o disk.img --root esp --file loader.conf:/loader/loader.conf",
};

static enum status parse_size(const char *text, uint64_t *ret_size, struct error *error)
{
    if (!text)
        return STATUS_OK;
    if (!text_number(text_of(text), true, ret_size) || *ret_size == 0)
        return error_set(error, STATUS_INVALID, "--size %s: expected a number of bytes, or with K, M or G, as in 64M",
                         text);
    return STATUS_OK;
}

/* Looks at a kernel. A flat one is for `otherwise`. */
static enum status check_kernel(struct pool *pool, const char *path, const struct architecture *otherwise,
                                struct boot_kernel *ret_kernel, struct error *error)
{
    const struct architecture *told;
    struct bytes head;
    enum file_kind kind;
    uint64_t size;
    enum status status = host_file_check(path, &size, error);

    if (status == STATUS_OK)
        status = host_file_read(pool, path, FILE_KIND_HEAD_SIZE, &head, error);
    if (status == STATUS_OK)
        status = file_kind_tell(path, head, &kind, error);
    if (status == STATUS_OK && kind == FILE_KIND_DISK)
        return error_set(error, STATUS_INVALID, "%s: this is a disk image already; \"baton run %s\" boots it", path,
                         path);
    if (status != STATUS_OK)
        return status;
    told = kind == FILE_KIND_FLAT ? NULL : architecture_of(head);
    *ret_kernel = (struct boot_kernel){path, told ? told : otherwise};
    return STATUS_OK;
}

static enum status check_kernels(struct pool *pool, const struct words *words, struct image_values *values,
                                 const struct architecture *only, struct error *error)
{
    size_t count = words->positional.count;
    struct boot_kernel *kernels = pool_take(pool, (count + 1) * sizeof(*kernels));

    for (size_t i = 0; i < count; i++) {
        const struct architecture *otherwise = only ? only : &architectures[ARCHITECTURE_X86_64];
        enum status status = check_kernel(pool, words->positional.items[i], otherwise, &kernels[i], error);

        if (status != STATUS_OK)
            return status;
        if (only && kernels[i].architecture != only)
            return error_set(error, STATUS_INVALID, "--arch %s: %s is for %s", values->arch, kernels[i].path,
                             kernels[i].architecture->name);
    }
    values->files.kernels = kernels;
    values->files.kernel_count = count;
    return STATUS_OK;
}

static enum status check_words(struct pool *pool, const struct words *words, struct image_values *values,
                               struct error *error)
{
    enum status status = STATUS_OK;

    if (!values->output)
        return error_set(error, STATUS_INVALID, "where to? Name the file to write: -o disk.img");
    if (values->arch)
        status = architecture_parse(values->arch, &values->only, error);
    if (status == STATUS_OK && words->positional.count > 0)
        return check_kernels(pool, words, values, values->only, error);
    if (status == STATUS_OK && !values->files.root && values->files.files.count == 0 && !values->files.config)
        return error_set(error, STATUS_INVALID,
                         "nothing to put on the disk: name a kernel, or give --root, --file or --config");
    return status;
}

/* Must the disk have a loader for this architecture? */
static bool is_needed(const struct image_values *values, const struct architecture *architecture)
{
    for (size_t i = 0; i < values->files.kernel_count; i++) {
        if (values->files.kernels[i].architecture == architecture)
            return true;
    }
    return values->only == architecture;
}

static enum status find_loader(struct pool *pool, struct image_values *values, const struct loaders *taken,
                               const struct architecture *architecture, struct error *error)
{
    const char *given = taken->paths[architecture->id];

    if (!values->only || values->only == architecture) {
        enum status status =
            loaders_find(pool, taken, architecture, &values->files.loaders.paths[architecture->id], error);
        return status == STATUS_NOT_FOUND && !is_needed(values, architecture) ? STATUS_OK : status;
    }
    if (given)
        return error_set(error, STATUS_INVALID, "--arch %s: the loader %s is for %s", values->arch, given,
                         architecture->name);
    return STATUS_OK;
}

/* All loaders that are there, of those that are wanted. */
static enum status find_loaders(struct pool *pool, struct image_values *values, struct error *error)
{
    struct loaders taken;
    const char *found = NULL;
    enum status status = loaders_take(pool, &values->files.loader_files, &taken, error);

    for (size_t i = 0; status == STATUS_OK && i < ARCHITECTURE_COUNT; i++) {
        status = find_loader(pool, values, &taken, &architectures[i], error);
        found = found ? found : values->files.loaders.paths[i];
    }
    if (status == STATUS_OK && !found)
        return loaders_find(pool, &taken, &architectures[ARCHITECTURE_X86_64], &found, error); /* it says what to do */
    return status;
}

/* Collects the files and writes the disk over the file `path`. */
static enum status write_disk(struct pool *pool, const struct image_values *values, const char *path,
                              struct disk_layout *ret_layout, struct error *error)
{
    struct scratch scratch = {0};
    struct volume volume = {0};
    uint64_t size = 0;
    enum status status = parse_size(values->size, &size, error);

    if (status == STATUS_OK)
        status = scratch_make(pool, &scratch, error);
    if (status == STATUS_OK)
        status = boot_files_gather(pool, &values->files, &scratch, &volume, error);
    if (status == STATUS_OK)
        status = disk_plan(&volume, size, ret_layout, error);
    if (status == STATUS_OK)
        status = disk_write(pool, path, &volume, ret_layout, error);
    scratch_remove(&scratch);
    return status;
}

static void print_result(struct pool *pool, const char *path, const struct disk_layout *layout)
{
    printf("%s: %llu MiB, boots by UEFI.\n"
           "To put it on a USB stick, find the stick's name with lsblk, write it for sdX, and be sure: the whole\n"
           "stick is overwritten.\n"
           "  sudo dd if=%s of=/dev/sdX bs=4M conv=fsync status=progress\n",
           path, (unsigned long long)(layout->sectors * DISK_SECTOR >> 20), shell_quote(pool, path));
}

/* Writes a new file and gives it the wanted name once it is complete. */
static enum status make_image(struct pool *pool, struct image_values *values, struct error *error)
{
    struct disk_layout layout;
    const char *temporary;
    enum status status = find_loaders(pool, values, error);

    if (status == STATUS_OK)
        status = host_file_begin(pool, values->output, &temporary, error);
    if (status != STATUS_OK)
        return status;
    status = write_disk(pool, values, temporary, &layout, error);
    if (status == STATUS_OK && process_interrupted())
        status = error_set(error, STATUS_DEVICE, "interrupted");
    if (status == STATUS_OK)
        status = host_file_finish(temporary, values->output, error);
    if (status != STATUS_OK)
        (void)unlink(temporary); /* the error that is shown is the one that matters */
    else
        print_result(pool, values->output, &layout);
    return status;
}

int image_command(struct pool *pool, int argc, char *const *argv)
{
    struct image_values values = {0};
    struct words words = {0};
    struct error error = {""};

    if (options_parse(pool, &image_syntax, argc, argv, &values, &words, &error) != STATUS_OK) {
        (void)fprintf(stderr, "baton image: %s\n", error.text);
        return EXIT_CODE_USAGE;
    }
    if (words.help) {
        options_print_help(&image_syntax, stdout);
        return EXIT_CODE_OK;
    }
    if (check_words(pool, &words, &values, &error) != STATUS_OK) {
        (void)fprintf(stderr, "baton image: %s\n", error.text);
        return EXIT_CODE_USAGE;
    }
    if (make_image(pool, &values, &error) != STATUS_OK) {
        if (!process_interrupted())
            (void)fprintf(stderr, "baton image: %s\n", error.text);
        return EXIT_CODE_FAILED;
    }
    return EXIT_CODE_OK;
}
