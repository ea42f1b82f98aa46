/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot.h"
#include "checked.h"
#include "elf.h"

#define HEAD_SIZE    4096U        /* the kernel's first bytes: the headers of nearly every kernel */
#define MORE_AT_MOST (4ULL << 20) /* no kernel's headers are larger */
#define FIRST_ROOM   (64U * 1024)
#define ROOM_AT_MOST (64U * 1024 * 1024)

static bool is_pe(struct bytes head)
{
    return head.size >= 2 && head.data[0] == 'M' && head.data[1] == 'Z';
}

/* Nobody knows this kind of kernel: say what it looks like. */
static enum status refuse_unknown(const struct entry *entry, const struct plan_file *kernel, struct error *error)
{
    if (kernel->size == 0)
        return error_set(error, STATUS_INVALID, "%s: is empty (0 bytes). Copy it again.", kernel->path);
    if (is_pe(kernel->head))
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: is an EFI program (PE), and this version of Baton boots ELF64 and flat kernels. Start it "
                         "from the firmware's boot menu.",
                         kernel->path);
    return error_set(
        error, STATUS_INVALID,
        "%s: is not an ELF file (it begins with none of ELF's magic bytes). Is it the right file? If it is "
        "a flat binary, say so in %s: load-address 0x100000",
        kernel->path, entry->file);
}

/* The files' descriptions for the plan, and the kernel's head. */
static enum status describe_files(struct boot *boot, struct attempt *attempt, size_t count, struct error *error)
{
    size_t head = (size_t)min_u64(attempt->files[0].size, HEAD_SIZE);
    struct plan_file *described;
    void *room = NULL;
    enum status status = ledger_pool(&boot->ledger, count * sizeof(*described) + HEAD_SIZE, &room, error);
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
        return refuse_unknown(entry, &attempt->input.files[0], error);
    return STATUS_OK;
}

/* Scratch memory for the plan, larger each time. */
static enum status enlarge(struct boot *boot, struct attempt *attempt, struct error *error)
{
    size_t size = attempt->arena.size == 0 ? FIRST_ROOM : 4 * attempt->arena.size;
    void *room = NULL;
    enum status status;

    if (size > ROOM_AT_MOST)
        return error_set(error, STATUS_NO_MEMORY, "%s: planning its boot takes more than %u MiB",
                         attempt->input.files[0].path, ROOM_AT_MOST >> 20);
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
    enum status status;

    if (want->size > MORE_AT_MOST || described->extent_count == PLAN_EXTENTS)
        return error_set(error, STATUS_INVALID,
                         "%s: its headers are too large (%llu bytes at byte %llu), or too scattered. Link or copy it "
                         "again.",
                         described->path, (unsigned long long)want->size, (unsigned long long)want->offset);
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
