/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot.h"
#include "checked.h"
#include "memory.h"

/* Opens one file more, and describes it for the plan. */
static enum status open_file(struct boot *boot, struct attempt *attempt, const char *path, struct error *error)
{
    size_t index = attempt->input.file_count;
    const struct volume *volume = &boot->volumes.items[attempt->input.entry->volume];
    enum status status = file_open_noted(&boot->ledger, volume, path, &attempt->files[index], error);

    if (status != STATUS_OK)
        return status;
    attempt->described[index].path = path;
    attempt->described[index].size = attempt->files[index].size;
    attempt->input.files = attempt->described;
    attempt->input.file_count++;
    return STATUS_OK;
}

/* The kernel's size and its first bytes, which tell what it is, and room for what goes with it. */
static enum status open_kernel(struct boot *boot, const struct entry *entry, struct attempt *attempt,
                               struct error *error)
{
    /* Only one of the two lists is taken. */
    size_t count = 1 + (size_t)max_u64(entry->module_count, entry->initrd_count + entry->extra_count);
    size_t size = count * (sizeof(attempt->files[0]) + sizeof(attempt->described[0]));
    void *room = NULL;
    enum status status = ledger_memory(&boot->ledger, size + PLAN_HEAD_SIZE, &room, error);
    struct bytes head;

    if (status != STATUS_OK)
        return status;
    memset(room, 0, size);
    attempt->files = room;
    attempt->described = (struct plan_file *)(attempt->files + count);
    head = (struct bytes){(uint8_t *)room + size, 0};
    status = open_file(boot, attempt, entry->kernel, error);
    if (status != STATUS_OK)
        return status;
    head.size = (size_t)min_u64(attempt->files[0].size, PLAN_HEAD_SIZE);
    status = file_read(&attempt->files[0], 0, head.size, (uint8_t *)room + size, error);
    if (status == STATUS_OK)
        attempt->described[0].head = head;
    return status;
}

enum status open_files(struct boot *boot, const struct entry *entry, struct attempt *attempt, struct error *error)
{
    struct entry_files companions;
    struct volume *volume = &boot->volumes.items[entry->volume];
    enum status status = volume_open(&boot->ledger, volume, error); /* an attempt before may have closed it */

    if (status != STATUS_OK)
        return status;
    *attempt = (struct attempt){.input = {&boot->facts, entry, volume->path, NULL, 0}};
    status = open_kernel(boot, entry, attempt, error);
    if (status != STATUS_OK)
        return status;
    if (attempt->files[0].size > 0)
        attempt->protocol = protocol_recognise(&attempt->input);
    if (!attempt->protocol)
        return protocol_refuse(&attempt->input, error);
    companions = attempt->protocol->companions(entry);
    for (size_t i = 0; i < companions.count && status == STATUS_OK; i++)
        status = open_file(boot, attempt, companions.files[i].path, error);
    return status;
}

/* Scratch memory for the plan, larger each time. */
static enum status enlarge(struct boot *boot, struct attempt *attempt, struct error *error)
{
    const struct plan_file *kernel = &attempt->input.files[0];
    size_t size = 0;
    void *room = NULL;
    enum status status = plan_next_room(kernel, &boot->facts.memory, attempt->arena.size, &size, error);

    if (status == STATUS_OK && size <= boot->scratch.size) {
        attempt->arena = boot->scratch;
        return STATUS_OK;
    }
    if (status == STATUS_OK)
        status = ledger_memory(&boot->ledger, size, &room, error);
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
        status = ledger_memory(&boot->ledger, (size_t)want->size, &room, error);
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
