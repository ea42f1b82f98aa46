/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI images: Linux with its EFI stub, and every other EFI application. The firmware loads and starts them; what they
 * are given is a command line, as load options, and the initrds, as one file that they fetch themselves.
 */
#include "efi_initrd.h"
#include "file_path.h"
#include "format.h"
#include "log.h"
#include "pe.h"
#include "protocol.h"
#include "utf.h"

#define PROFILE_SIZE 16 /* bytes of "@4294967295 " with its NUL, and more */

static bool recognise(const struct plan_input *input)
{
    enum entry_kernel_key key = input->entry->kernel_key;

    return pe_is(input->files[0].head) || key == ENTRY_KERNEL_EFI || key == ENTRY_KERNEL_UKI;
}

static struct entry_files companions(const struct entry *entry)
{
    return (struct entry_files){entry->initrds, entry->initrd_count + entry->extra_count};
}

/*
 * The command line in UTF-16, its NUL included; nothing for an empty one. What chooses a profile stands before it
 * (UAPI.5, section "Multi-Profile UKIs"), and the first one is chosen by nothing.
 */
static enum status write_options(const struct entry *entry, struct arena *arena, struct bytes *ret_options)
{
    const struct text options = text_of(entry->options);
    uint16_t *units = arena_take(arena, options.length + PROFILE_SIZE + 3, sizeof(*units));
    char profile[PROFILE_SIZE] = "";
    size_t count = 0;

    if (!units)
        return STATUS_NEED_ROOM;
    if (entry->profile != 0)
        (void)format_text(profile, sizeof(profile), options.length > 0 ? "@%u " : "@%u", entry->profile);
    while (profile[count] != '\0') {
        units[count] = (uint16_t)profile[count];
        count++;
    }
    (void)utf16_from_utf8(units + count, options.length + 3, options); /* there is room for all of it */
    while (units[count] != 0)
        count++;
    *ret_options = (struct bytes){(const uint8_t *)units, count == 0 ? 0 : (count + 1) * sizeof(*units)};
    return STATUS_OK;
}

/* The headers, of which most are in the file's first bytes. Of the others each try asks for more than the one before.
 */
static enum status read_headers(const struct plan_input *input, struct pe *ret_pe, struct plan_want *ret_want,
                                struct error *error)
{
    const struct plan_file *file = &input->files[0];
    struct bytes head = file->head;

    for (;;) {
        uint64_t needed = 0;
        enum status status =
            pe_read(file->path, head, file->size, input->facts->machine.pe_machine, ret_pe, &needed, error);

        if (status == STATUS_NEED_BYTES)
            status = plan_file_bytes(input, 0, 0, needed, &head, ret_want, error);
        else
            return status;
        if (status != STATUS_OK)
            return status;
    }
}

static void log_notes(const struct plan_input *input)
{
    const struct entry *entry = input->entry;

    if (entry->module_count > 0)
        log_warning("%s: 'module' does nothing for an EFI program; Linux takes 'initrd'", entry->file);
    if (entry->has_load_address || entry->has_entry_offset || entry->has_memory_size ||
        entry->kaslr != ENTRY_KASLR_UNSAID)
        log_info("%s: load-address, entry-offset, memory-size and kaslr do nothing for an EFI program", entry->file);
}

static enum status plan_boot(const struct plan_input *input, struct arena *arena, struct plan *ret_plan,
                             struct plan_want *ret_want, struct error *error)
{
    const struct plan_sizes sizes = efi_initrd_sizes(input);
    struct plan plan;
    struct pe pe;
    enum status status;

    status = read_headers(input, &pe, ret_want, error);
    if (status == STATUS_OK)
        status = plan_start(&sizes, arena, &plan);
    if (status != STATUS_OK)
        return status;
    plan.ending = PLAN_START;
    status = efi_initrd_place(input, arena, &plan, error);
    if (status == STATUS_OK)
        status = write_options(input->entry, arena, &plan.image.options);
    if (status != STATUS_OK)
        return status;
    status = file_path_make(input->volume_path, input->files[0].path, arena, &plan.image.path);
    if (status == STATUS_INVALID)
        return error_set(error, STATUS_INVALID,
                         "%s: the firmware does not say where its volume is, so it cannot load the program from there.",
                         input->files[0].path);
    if (status != STATUS_OK)
        return status;
    log_notes(input);
    *ret_plan = plan;
    return STATUS_OK;
}

const struct protocol protocol_efi_image = {
    .name = "EFI image",
    .recognise = recognise,
    .companions = companions,
    .plan = plan_boot,
};
