/* SPDX-License-Identifier: BSD-2-Clause */
#include "check_plan.h"

#include "host_file.h"

static enum status describe(struct pool *pool, struct check_boot *boot, size_t count, struct error *error)
{
    struct plan_file *described = pool_take(pool, count * sizeof(*described));

    for (size_t i = 0; i < count; i++) {
        enum status status = host_file_check(boot->files[i].host, &described[i].size, error);

        if (status != STATUS_OK)
            return status;
        described[i].path = boot->files[i].path;
    }
    boot->described = described;
    boot->input.files = described;
    boot->input.file_count = count;
    return host_file_read(pool, boot->files[0].host, PLAN_HEAD_SIZE, &described[0].head, error);
}

static enum status read_more(struct pool *pool, struct check_boot *boot, const struct plan_want *want,
                             struct error *error)
{
    struct plan_file *described = &boot->described[want->file];
    struct bytes bytes = {NULL, 0};
    enum status status = plan_check_want(described, want, error);

    if (status == STATUS_OK)
        status = host_file_read_at(pool, boot->files[want->file].host, want->offset, (size_t)want->size, &bytes, error);
    if (status == STATUS_OK && bytes.size != want->size)
        return error_set(error, STATUS_DEVICE, "%s: became shorter while it was read", described->path);
    if (status == STATUS_OK)
        described->extents[described->extent_count++] = (struct plan_extent){want->offset, bytes};
    return status;
}

static enum status enlarge(struct pool *pool, struct check_boot *boot, struct arena *arena, struct error *error)
{
    size_t size = 0;
    enum status status = plan_next_room(&boot->described[0], &boot->input.facts->memory, arena->size, &size, error);

    if (status == STATUS_OK)
        *arena = (struct arena){pool_take(pool, size), size, 0};
    return status;
}

struct entry_files check_plan_companions(struct pool *pool, const struct entry *entry, const struct check_file *kernel)
{
    struct check_boot boot = {.files = kernel, .input = {.entry = entry}};
    const struct protocol *protocol = NULL;
    struct error error;

    if (describe(pool, &boot, 1, &error) == STATUS_OK && boot.described[0].size > 0)
        protocol = protocol_recognise(&boot.input);
    return protocol ? protocol->companions(entry) : (struct entry_files){NULL, 0};
}

enum status check_plan_make(struct pool *pool, const struct facts *facts, const struct entry *entry,
                            const struct check_file *files, size_t count, struct check_boot *ret_boot,
                            struct error *error)
{
    /* A device path of nothing but its end: where a volume is, only a real machine can tell. */
    static const uint8_t volume_path[] = {0x7f, 0xff, 4, 0};
    struct check_boot boot = {
        .files = files, .input = {.facts = facts, .entry = entry, .volume_path = {volume_path, sizeof(volume_path)}}};
    struct arena arena = {NULL, 0, 0};
    enum status status = describe(pool, &boot, count, error);

    if (status != STATUS_OK)
        return status;
    if (boot.described[0].size > 0)
        boot.protocol = protocol_recognise(&boot.input);
    if (!boot.protocol)
        return protocol_refuse(&boot.input, error);
    status = enlarge(pool, &boot, &arena, error);
    while (status == STATUS_OK) {
        struct plan_want want;

        arena.used = 0;
        status = boot.protocol->plan(&boot.input, &arena, &boot.plan, &want, error);
        if (status == STATUS_OK)
            break;
        if (status == STATUS_NEED_ROOM)
            status = enlarge(pool, &boot, &arena, error);
        else if (status == STATUS_NEED_BYTES)
            status = read_more(pool, &boot, &want, error);
    }
    if (status == STATUS_OK)
        *ret_boot = boot;
    return status;
}
