/* SPDX-License-Identifier: BSD-2-Clause */
#include "menu_text.h"

#include "format.h"
#include "interface.h"
#include "log.h"
#include "secure_boot.h"
#include "version_string.h"

#define FIRST_ROOM 4096U

/* Text that grows. `length` is what it would have if there were room for it, so that it is known when there was none.
 */
struct writer {
    char *room;
    size_t size, length; /* bytes */
};

__attribute__((format(printf, 2, 3))) static void add(struct writer *writer, const char *format, ...)
{
    size_t used = writer->length < writer->size ? writer->length : writer->size;
    va_list arguments;

    va_start(arguments, format);
    writer->length += format_list(writer->room + used, writer->size - used, format, arguments);
    va_end(arguments);
}

static void add_fact(struct writer *writer, const char *name, const char *value)
{
    if (value && value[0] != '\0')
        add(writer, "  %-12s %s\n", name, value);
}

static void add_loader(struct writer *writer, const struct boot *boot)
{
    const EFI_SYSTEM_TABLE *system = boot->firmware.system;
    char text[INTERFACE_TEXT_SIZE];

    add(writer, "Baton " BATON_VERSION_STRING "\n");
    interface_write_firmware(system->FirmwareVendor, system->FirmwareRevision, text);
    add_fact(writer, "Firmware", text);
    interface_write_firmware_type(system->Hdr.Revision, text);
    add_fact(writer, "", text);
    add_fact(writer, "Secure Boot", secure_boot_name(boot->facts.secure_boot));
    if (boot->facts.has_boot_partition) {
        interface_write_guid(boot->facts.boot_partition, text);
        add_fact(writer, "Partition", text);
    }
    add(writer, "  %-12s %zu; mistakes in configuration files: %zu (see the log)\n", "Entries", boot->choice.count,
        boot->choice.mistakes);
}

static void add_files(struct writer *writer, const char *name, const struct entry_module *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add(writer, "  %-12s %s%s%s\n", i == 0 ? name : "", files[i].path, files[i].command_line[0] != '\0' ? " " : "",
            files[i].command_line);
}

static void add_entry(struct writer *writer, const struct entry *entry)
{
    add(writer, "\n%s\n", entry->title ? entry->title : entry->id);
    add_fact(writer, "Id", entry->id);
    add_fact(writer, "Version", entry->version);
    add_fact(writer, "Machine", entry->machine_id);
    add_fact(writer, "File", entry->file);
    add_fact(writer, "Kernel", entry->kernel);
    add_files(writer, "Initrd", entry->initrds, entry->initrd_count);
    add_files(writer, "Modules", entry->modules, entry->module_count);
    add_fact(writer, "Options", entry->own_options && entry->options[0] == '\0' ? entry->own_options : entry->options);
    if (entry->has_tries)
        add(writer, "  %-12s %u left, %u done\n", "Tries", entry->tries_left, entry->tries_done);
}

enum status menu_text_status(struct boot *boot, const struct entry *entry, struct text *ret_text, struct error *error)
{
    struct writer writer = {.length = FIRST_ROOM};

    do { /* at most twice, since the same is written again; and an entry's file is small */
        void *room = NULL;
        enum status status = ledger_memory(&boot->ledger, writer.length + 1, &room, error);

        if (status != STATUS_OK)
            return status;
        writer = (struct writer){room, writer.length + 1, 0};
        add_loader(&writer, boot);
        if (entry)
            add_entry(&writer, entry);
    } while (writer.length >= writer.size);
    *ret_text = (struct text){writer.room, writer.length};
    return STATUS_OK;
}

enum status menu_text_log(struct boot *boot, struct text *ret_text, struct error *error)
{
    void *room = NULL;
    enum status status = ledger_memory(&boot->ledger, LOG_RING_SIZE + 1, &room, error);

    if (status == STATUS_OK)
        *ret_text = (struct text){room, log_copy(room, LOG_RING_SIZE + 1)};
    return status;
}
