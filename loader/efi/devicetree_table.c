/* SPDX-License-Identifier: BSD-2-Clause */
#include "devicetree_table.h"

#include "abi/configuration_table.h"
#include "abi/dt_fixup.h"
#include "checked.h"
#include "configuration_tables.h"
#include "device_tree.h"
#include "device_tree_overlay.h"
#include "log.h"
#include "memory.h"
#include "pages.h"
#include "phys.h"

/* A tree on its way. */
struct source {
    const struct facts *facts;
    const char *name;          /* for messages: its file, or the entry's when it is the firmware's */
    bool is_own;               /* the firmware's, which has nothing to add to it */
    struct bytes bytes;        /* as it came */
    bool is_merged;            /* it has overlays: */
    struct device_tree merged; /* with them */
};

/* ---- reading: into memory of the loader's own ---- */

static enum status read_whole(struct ledger *ledger, struct file *file, struct bytes *ret_bytes, struct error *error)
{
    void *room = NULL;
    enum status status = device_tree_check_size(file->path, file->size, error);

    if (status == STATUS_OK)
        status = ledger_memory(ledger, (size_t)file->size, &room, error);
    if (status == STATUS_OK)
        status = file_read(file, 0, file->size, room, error);
    if (status == STATUS_OK)
        *ret_bytes = (struct bytes){room, (size_t)file->size};
    return status;
}

static enum status read_file(struct ledger *ledger, const struct volume *volume, const char *path,
                             struct bytes *ret_bytes, struct error *error)
{
    struct file file;
    enum status status = file_open(volume, path, &file, error);

    if (status != STATUS_OK)
        return status;
    status = read_whole(ledger, &file, ret_bytes, error);
    file_close(&file);
    return status;
}

static enum status refuse_tree(const struct source *source, struct error *error)
{
    if (source->is_own)
        return error_set(
            error, STATUS_INVALID,
            "%s: the firmware's device tree is damaged, so no overlay can be applied to it. Give the entry "
            "a tree of its own, with 'devicetree'.",
            source->name);
    return device_tree_refuse(source->name, error);
}

/* The entry's tree; else the firmware's is what there is. */
static enum status read_tree(struct ledger *ledger, const struct volume *volume, const char *path,
                             struct source *source, struct error *error)
{
    enum status status = read_file(ledger, volume, path, &source->bytes, error);

    source->name = path;
    source->is_own = false;
    return status == STATUS_OK ? device_tree_check_file(path, source->bytes, error) : status;
}

/* ---- overlays ---- */

static enum status take_room(struct ledger *ledger, struct bytes tree, struct arena *ret_arena, struct error *error)
{
    size_t size = DEVICE_TREE_ROOM * tree.size + DEVICE_TREE_ROOM_MORE; /* of some MiB at the most */
    void *room = NULL;
    enum status status = ledger_memory(ledger, size, &room, error);

    if (status == STATUS_OK)
        *ret_arena = (struct arena){.base = room, .size = size};
    return status;
}

static enum status apply(struct ledger *ledger, const struct volume *volume, const char *path, struct source *source,
                         struct error *error)
{
    struct bytes overlay;
    struct arena arena;
    enum status status = read_file(ledger, volume, path, &overlay, error);

    if (status == STATUS_OK)
        status = take_room(ledger, overlay, &arena, error);
    if (status == STATUS_OK)
        status =
            device_tree_apply(&source->merged, path, (uint8_t *)(uintptr_t)overlay.data, overlay.size, &arena, error);
    if (status == STATUS_OK)
        log_info("%s: is applied to the device tree", path);
    return status;
}

static enum status apply_all(struct ledger *ledger, const struct volume *volume, const struct entry *entry,
                             struct source *source, struct error *error)
{
    const char *path = entry->overlays;
    struct arena arena;
    enum status status = STATUS_OK;

    if (entry->overlay_count == 0)
        return STATUS_OK;
    status = take_room(ledger, source->bytes, &arena, error);
    if (status == STATUS_OK && !device_tree_read(source->bytes, 0, &arena, &source->merged))
        status = refuse_tree(source, error);
    for (size_t i = 0; status == STATUS_OK && i < entry->overlay_count; i++) {
        status = apply(ledger, volume, path, source, error);
        path += text_length(path) + 1;
    }
    source->is_merged = true;
    return status;
}

/* ---- the table ---- */

/* Memory that a kernel keeps. */
static enum status take_memory(struct ledger *ledger, const struct source *source, uint64_t size,
                               uint64_t *ret_physical, struct error *error)
{
    struct error reason; /* the middle of a sentence */
    enum status status = pages_take(ledger, source->facts, EfiACPIReclaimMemory, size, ret_physical, error);

    if (status == STATUS_OK)
        return STATUS_OK;
    reason = *error;
    return error_set(error, status, "%s: cannot be handed over: %s. Give the machine more memory, or load less.",
                     source->name, reason.text);
}

/* The tree in `size` bytes of its own, whole pages. */
static enum status place(struct ledger *ledger, const struct source *source, uint64_t size, uint64_t *ret_physical,
                         struct error *error)
{
    enum status status = take_memory(ledger, source, size, ret_physical, error);

    if (status == STATUS_OK && source->is_merged)
        (void)device_tree_write(&source->merged, phys_to_ptr(*ret_physical));
    else if (status == STATUS_OK)
        memcpy(phys_to_ptr(*ret_physical), source->bytes.data, source->bytes.size);
    return status;
}

/* NULL where the firmware has nothing to add to the tree. */
static EFI_DT_FIXUP_PROTOCOL *find_fixup(const struct firmware *firmware, const struct source *source)
{
    static const EFI_GUID guid = EFI_DT_FIXUP_PROTOCOL_GUID;
    void *interface = NULL;

    if (source->is_own || firmware->boot->LocateProtocol(&guid, NULL, &interface) != EFI_SUCCESS)
        return NULL;
    return interface;
}

/* In one more place, where the firmware wants to add more to it than there is room for. */
static enum status place_and_fix(struct ledger *ledger, const struct source *source, uint64_t size,
                                 uint64_t *ret_physical, struct error *error)
{
    EFI_DT_FIXUP_PROTOCOL *fixup = find_fixup(ledger->firmware, source);
    const size_t mark = ledger->count;
    EFI_STATUS result = EFI_BUFFER_TOO_SMALL;
    uint64_t total = 0, room = 0;
    UINTN wanted = size;

    for (unsigned tries = 0; tries < 2 && result == EFI_BUFFER_TOO_SMALL && wanted <= DEVICE_TREE_MOST; tries++) {
        enum status status;

        room = align_down(max_u64(wanted, size) + PAGE_SIZE - 1, PAGE_SIZE);
        ledger_undo(ledger, mark);
        status = place(ledger, source, room, ret_physical, error);
        if (status != STATUS_OK || !fixup)
            return status;
        wanted = room;
        result = fixup->Fixup(fixup, phys_to_ptr(*ret_physical), &wanted, EFI_DT_APPLY_FIXUPS | EFI_DT_RESERVE_MEMORY);
    }
    if (result == EFI_SUCCESS && device_tree_check((struct bytes){phys_to_ptr(*ret_physical), (size_t)room}, &total) &&
        total <= room)
        return STATUS_OK;
    return error_set(
        error, STATUS_DEVICE,
        "%s: the firmware cannot adapt it to this machine (%s). Leave 'devicetree' out, so that the kernel "
        "gets the firmware's own, or update the firmware.",
        source->name, result == EFI_SUCCESS ? "what it leaves is no tree" : firmware_status_name(result));
}

static enum status install(struct ledger *ledger, const struct source *source, struct error *error)
{
    static const EFI_GUID guid = EFI_DTB_TABLE_GUID;
    uint64_t size = source->is_merged ? device_tree_write(&source->merged, NULL) : source->bytes.size, physical = 0;
    enum status status;
    EFI_STATUS result;

    if (size > DEVICE_TREE_MOST)
        return error_set(error, STATUS_INVALID,
                         "%s: the device tree has %llu bytes with its overlays, and at most %u work. Leave some out.",
                         source->name, (unsigned long long)size, DEVICE_TREE_MOST);
    status = place_and_fix(ledger, source, size, &physical, error);
    if (status != STATUS_OK)
        return status;
    result = configuration_table_install(ledger, &guid, (void *)(uintptr_t)physical, NULL); /* the pages are noted */
    if (result != EFI_SUCCESS)
        return error_set(error, firmware_status(result), "%s: the firmware does not take it as its device tree (%s).",
                         source->name, firmware_status_name(result));
    log_info("%s: is the device tree", source->name);
    return STATUS_OK;
}

enum status devicetree_install(struct ledger *ledger, const struct volume *volume, const struct entry *entry,
                               const struct facts *facts, struct error *error)
{
    struct source source = {.facts = facts, .name = entry->file, .is_own = true, .bytes = facts->device_tree};
    enum status status = STATUS_OK;

    if (entry->devicetree)
        status = read_tree(ledger, volume, entry->devicetree, &source, error);
    if (status == STATUS_OK)
        status = apply_all(ledger, volume, entry, &source, error);
    return status == STATUS_OK ? install(ledger, &source, error) : status;
}
