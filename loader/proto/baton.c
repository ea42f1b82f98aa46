/* SPDX-License-Identifier: BSD-2-Clause */
/* Baton's own protocol: recognise and plan (docs/protocol.md). */
#include "baton_kernel.h"
#include "baton_layout.h"
#include "elf.h"
#include "log.h"
#include "pe.h"
#include "protocol.h"

/* A flat binary has no magic number, so the entry, or the file's name, must say that it is one. */
static bool is_flat(const struct plan_input *input)
{
    const struct entry *entry = input->entry;

    return entry->has_load_address || entry->has_entry_offset || entry->has_memory_size ||
           text_ends_with_ignoring_case(text_of(input->files[0].path), ".bin");
}

static bool recognise(const struct plan_input *input)
{
    struct bytes head = input->files[0].head;

    return elf_is(head) || (!pe_is(head) && is_flat(input));
}

static struct entry_files companions(const struct entry *entry)
{
    return (struct entry_files){entry->modules, entry->module_count};
}

/* Nobody verifies what Baton loads by itself, so there it is refused, for what it is and not for what is in it. */
static enum status check_secure_boot(const struct plan_input *input, struct error *error)
{
    const char *path = input->files[0].path;
    const char *form = elf_is(input->files[0].head) ? "an ELF kernel" : "a flat kernel";

    if (!facts_want_verification(input->facts))
        return STATUS_OK;
    if (input->facts->secure_boot == SECURE_BOOT_UNKNOWN)
        return error_set(
            error, STATUS_UNSUPPORTED,
            "%s: is %s, which nobody verifies, nor its modules, and the firmware fails to say whether "
            "Secure Boot is on, which forbids that. Start the machine again; if it still fails, update the "
            "firmware.",
            path, form);
    return error_set(error, STATUS_UNSUPPORTED,
                     "%s: is %s, which nobody verifies, nor its modules, and Secure Boot is on. Boot a signed EFI "
                     "program, or switch Secure Boot off in the firmware's setup.",
                     path, form);
}

/* What no kernel is handed over without. */
static enum status check_machine(const struct plan_input *input, struct error *error)
{
    const char *path = input->files[0].path;

    if (input->facts->machine.lacks_no_execute)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: this processor cannot mark memory as not executable (no NX bit, or switched off in the "
                         "firmware's setup: look for \"Execute Disable\"), and Baton hands over no kernel without it.",
                         path);
    if (input->facts->machine.is_confidential)
        return error_set(
            error, STATUS_UNSUPPORTED,
            "%s: this is a confidential guest (AMD SEV or Intel TDX), whose memory encryption this version "
            "of Baton does not set up for a kernel. Start the guest without it.",
            path);
    return check_secure_boot(input, error);
}

/* What is worth saying of a kernel that boots. */
static void log_notes(const struct plan_input *input, const struct baton_kernel_plan *kernel)
{
    const struct entry *entry = input->entry;

    image_log_warnings(input->files[0].path, &kernel->image);
    baton_space_log(input, kernel);
    if (!kernel->flat && (entry->has_load_address || entry->has_entry_offset || entry->has_memory_size))
        log_info("%s: load-address, entry-offset and memory-size do nothing for an ELF kernel, which says these itself",
                 entry->file);
}

static enum status plan_boot(const struct plan_input *input, struct arena *arena, struct plan *ret_plan,
                             struct plan_want *ret_want, struct error *error)
{
    struct baton_plan *own = arena_take(arena, 1, sizeof(*own));
    struct plan_sizes sizes;
    struct plan plan;
    enum status status = check_machine(input, error);

    if (status != STATUS_OK)
        return status;
    if (!own)
        return STATUS_NEED_ROOM;
    status = baton_kernel_read(input, arena, &own->kernel, ret_want, error);
    if (status != STATUS_OK)
        return status;
    sizes = baton_requests_count(input, &own->kernel);
    status = plan_start(&sizes, arena, &plan);
    if (status != STATUS_OK)
        return status;
    plan.protocol_data = own;
    status = baton_space_choose(input, &own->kernel, &plan, error);
    if (status == STATUS_OK)
        status = baton_wishes_check(input, &own->kernel, &plan, error);
    if (status == STATUS_OK)
        status = baton_requests_add(input, arena, own, &plan, error);
    if (status == STATUS_OK)
        status = plan_check_memory(&plan, input->facts, &own->map, input->files[0].path, error);
    if (status != STATUS_OK)
        return status;
    plan.entry = own->kernel.image.entry + own->kernel.slide;
    log_notes(input, &own->kernel);
    *ret_plan = plan;
    return STATUS_OK;
}

static uint64_t argument(const struct plan *plan)
{
    return plan->direct_map_base + plan->places[plan->baton].physical;
}

const struct protocol protocol_baton = {
    .name = "Baton",
    .recognise = recognise,
    .companions = companions,
    .plan = plan_boot,
    .build = baton_build,
    .seal = baton_seal,
    .stamp = baton_stamp,
    .argument = argument,
};
