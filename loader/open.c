/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot.h"
#include "checked.h"

/* The files' descriptions for the plan, and the kernel's head. */
static enum status describe_files(struct boot *boot, struct attempt *attempt, size_t count, struct error *error)
{
    size_t head = (size_t)min_u64(attempt->files[0].size, PLAN_HEAD_SIZE);
    struct plan_file *described;
    void *room = NULL;
    enum status status = ledger_pool(&boot->ledger, count * sizeof(*described) + PLAN_HEAD_SIZE, &room, error);
    uint8_t *bytes;

    if (status != STATUS_OK)
        return status;
    described = room;
    bytes = (uint8_t *)(described + count);
    for (size_t i = 0; i < count; i++)
        described[i] = (struct plan_file){.path = attempt->files[i].path, .size = attempt->files[i].size};
    status = file_read(&attempt->files[0], 0, head, bytes, error);
    if (status != STATUS_OK)
        return status;
    described[0].head = (struct bytes){bytes, head};
    attempt->described = described;
    attempt->input.files = described;
    attempt->input.file_count = count;
    return STATUS_OK;
}

enum status open_files(struct boot *boot, const struct entry *entry, struct attempt *attempt, struct error *error)
{
    size_t count = 1 + entry->module_count;
    void *room = NULL;
    enum status status = ledger_pool(&boot->ledger, count * sizeof(attempt->files[0]), &room, error);

    if (status != STATUS_OK)
        return status;
    *attempt = (struct attempt){.files = room, .input = {.facts = &boot->facts, .entry = entry}};
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = file_open_noted(&boot->ledger, &boot->volume, i == 0 ? entry->kernel : entry->modules[i - 1].path,
                                 &attempt->files[i], error);
    if (status == STATUS_OK)
        status = describe_files(boot, attempt, count, error);
    if (status != STATUS_OK)
        return status;
    if (attempt->files[0].size > 0)
        attempt->protocol = protocol_recognise(&attempt->input);
    if (!attempt->protocol)
        return protocol_refuse(&attempt->input, error);
    return STATUS_OK;
}

/* Scratch memory for the plan, larger each time. */
static enum status enlarge(struct boot *boot, struct attempt *attempt, struct error *error)
{
    size_t size = 0;
    void *room = NULL;
    enum status status = plan_next_room(&attempt->input.files[0], attempt->arena.size, &size, error);

    if (status == STATUS_OK)
        status = ledger_pool(&boot->ledger, size, &room, error);
    if (status == STATUS_OK)
        attempt->arena = (struct arena){room, size, 0};
    return status;
}

/* The part of a file that the plan wants to see. */
static enum status read_more(struct boot *boot, struct attempt *attempt, const struct plan_want *want,
                             struct error *error)
{
    struct plan_file *described = &attempt->described[want->file];
    void *room = NULL;
    enum status status = plan_check_want(described, want, error);

    if (status == STATUS_OK)
        status = ledger_pool(&boot->ledger, (size_t)want->size, &room, error);
    if (status == STATUS_OK)
        status = file_read(&attempt->files[want->file], want->offset, want->size, room, error);
    if (status != STATUS_OK)
        return status;
    described->extents[described->extent_count++] = (struct plan_extent){want->offset, {room, (size_t)want->size}};
    return STATUS_OK;
}

enum status make_plan(struct boot *boot, struct attempt *attempt, struct error *error)
{
    enum status status = attempt->arena.size == 0 ? enlarge(boot, attempt, error) : STATUS_OK;

    /* Bounded: the arena grows to its limit, and each file's extents are few. */
    while (status == STATUS_OK) {
        struct plan_want want;

        attempt->arena.used = 0;
        status = attempt->protocol->plan(&attempt->input, &attempt->arena, &attempt->plan, &want, error);
        if (status == STATUS_NEED_ROOM)
            status = enlarge(boot, attempt, error);
        else if (status == STATUS_NEED_BYTES)
            status = read_more(boot, attempt, &want, error);
        else
            return status;
    }
    return status;
}
