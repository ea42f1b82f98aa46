/* SPDX-License-Identifier: BSD-2-Clause */
#include "gdb.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "process.h"
#include "text.h"

#define LOADER_SAYS     "loader image at "
#define LOG_HEAD        65536 /* bytes; it is among the first lines */
#define LOOK_MS         50
#define LAST_WORDS      300 /* bytes */
#define LIMIT_MS        60000
#define ELF_ENTRY_AT    24
#define ELF_HEADER_SIZE 64

/* The address in the loader's line, once the line is complete. */
static bool find_base(struct pool *pool, const char *log, uint64_t *ret_base)
{
    struct bytes bytes;
    struct error error;
    const char *text;
    const char *number;

    if (host_file_read(pool, log, LOG_HEAD, &bytes, &error) != STATUS_OK)
        return false; /* QEMU has not made it yet */
    text = pool_copy(pool, (const char *)bytes.data, bytes.size);
    number = strstr(text, LOADER_SAYS);
    if (!number || !strchr(number, '\n'))
        return false;
    number += strlen(LOADER_SAYS);
    return text_number((struct text){number, strcspn(number, ", \r\n")}, false, ret_base);
}

static enum status watch_log(struct process *qemu, const char *log, uint64_t *ret_base, struct error *error)
{
    int64_t deadline = process_now() + LIMIT_MS;

    for (;;) {
        enum process_news news = process_wait(qemu, process_now() + LOOK_MS);
        struct pool pool = {0};
        bool found = find_base(&pool, log, ret_base);

        pool_free(&pool);
        if (found)
            return STATUS_OK;
        if (news == PROCESS_INTERRUPTED)
            return error_set(error, STATUS_DEVICE, "interrupted");
        if (news == PROCESS_ENDED)
            return error_set(error, STATUS_DEVICE,
                             "the machine ended before the loader said where it is: does it run without --gdb?");
        if (process_now() >= deadline)
            return error_set(error, STATUS_DEVICE,
                             "the loader did not say within %d s where it is: does it run without --gdb?",
                             LIMIT_MS / 1000);
    }
}

enum status gdb_find_loader(struct pool *pool, const struct scratch *scratch, struct qemu_machine machine,
                            uint64_t *ret_base, struct error *error)
{
    struct process qemu = {0};
    struct list argv;
    const char *words; /* a file for what QEMU itself says */
    enum status status;
    int file;

    machine.display = "none";
    machine.quiet = true;
    machine.gdb_socket = NULL;
    machine.e9_log = pool_format(pool, "%s/first-boot", scratch->path);
    machine.serial_log = qemu_board_of(machine.architecture)->has_ports ? NULL : machine.e9_log;
    argv = qemu_command(pool, &machine);
    words = pool_format(pool, "%s/first-boot-said", scratch->path);
    file = open(words, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        return error_set(error, STATUS_DEVICE, "%s: %s", words, strerror(errno));
    status = process_start(argv.items, file, NULL, &qemu, error);
    (void)close(file); /* the child has its own */
    if (status != STATUS_OK)
        return status;
    status = watch_log(&qemu, qemu_loader_log(&machine), ret_base, error);
    if (status != STATUS_OK && !qemu.running)
        status = error_set(error, status, "%s\n%s", pool_format(pool, "%s", error->text),
                           host_file_tail(pool, words, LAST_WORDS));
    process_end(&qemu, 0);
    return status;
}

/* The kernel's part of the script. */
static enum status describe_kernel(struct pool *pool, const char *kernel_elf, const char **ret_text,
                                   struct error *error)
{
    struct bytes head;
    uint64_t entry;
    enum status status;

    if (!kernel_elf) {
        *ret_text = "";
        return STATUS_OK;
    }
    status = host_file_read(pool, kernel_elf, ELF_HEADER_SIZE, &head, error);
    if (status != STATUS_OK)
        return status;
    if (!bytes_number(head, ELF_ENTRY_AT, 8, &entry))
        return error_set(error, STATUS_INVALID, "%s: the ELF header is cut off", kernel_elf);
    *ret_text =
        pool_format(pool,
                    "symbol-file \"%s\"\n"
                    "# The kernel's entry. Its memory is not mapped yet, so breakpoints must be hardware ones.\n"
                    "set $kernel_entry = 0x%llx\n",
                    kernel_elf, (unsigned long long)entry);
    return STATUS_OK;
}

enum status gdb_write_script(struct pool *pool, const struct architecture *architecture, const char *script,
                             const char *loader_elf, uint64_t loader_base, const char *kernel_elf, const char *socket,
                             struct error *error)
{
    const char *kernel;
    const char *text;
    enum status status = describe_kernel(pool, kernel_elf, &kernel, error);

    if (status != STATUS_OK)
        return status;
    text = pool_format(
        pool,
        "# Written by baton run --gdb. The addresses hold for this machine and its firmware only.\n"
        "set architecture %s\n"
        "%s"
        "# The firmware will put the loader here.\n"
        "set $loader_base = 0x%llx\n"
        "add-symbol-file \"%s\" -o 0x%llx\n"
        "# Its sources, when it was built in their tree.\n"
        "directory \"%.*s..\"\n"
        "target remote %s\n"
        "echo \\n\n"
        "echo The machine waits before its first instruction. To go on:\\n\n"
        "%s"
        "echo \\ \\ hbreak FUNCTION              a hardware breakpoint, in the loader or the kernel\\n\n"
        "echo \\ \\ continue\\n\n",
        architecture->debugger, kernel, (unsigned long long)loader_base, loader_elf, (unsigned long long)loader_base,
        (int)(host_file_name(loader_elf) - loader_elf), loader_elf, socket,
        kernel_elf ? "echo \\ \\ hbreak *$kernel_entry        a hardware breakpoint at the kernel's entry\\n\n" : "");
    return host_file_write(script, (struct bytes){(const uint8_t *)text, strlen(text)}, error);
}
