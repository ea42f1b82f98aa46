/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_blocks.h"

#include <stdlib.h>
#include <string.h>

#include "fake.h"

#define SLOTS      64
#define QUEUE      256
#define ENTRY_PART SIZE_MAX /* in place of a block's number: the folder's entry */

/* Both views of one file. Its blocks are its own from when it is written to. */
struct slot {
    bool is_seen, is_kept;
    struct fake_file seen, kept;
    uint8_t *seen_room, *kept_room; /* NULL: nobody has written to it */
    size_t room;                    /* bytes of each */
};

/* A block that is not on the disk yet. */
struct late {
    size_t slot, part;
};

/* What lasts until the disk is made anew. */
struct memory {
    struct memory *next;
    uint8_t bytes[];
};

static struct {
    struct slot slots[SLOTS];
    size_t slot_count; /* those behind them were never used */
    struct late late[QUEUE];
    size_t late_count;
    struct memory *memory;
    unsigned written;
    bool is_dirty; /* since the last flush */
} state;

/* What a block has that nothing was written to: what a deleted entry file would leave, so that it might be taken for
 * one. */
static const char leftover[] = "title Deleted\nkernel /deleted.elf\n";

static void *keep(size_t size)
{
    struct memory *memory = malloc(sizeof(*memory) + size);

    if (!memory)
        abort();
    memory->next = state.memory;
    state.memory = memory;
    return memory->bytes;
}

static const struct fake_writes *writes(void)
{
    return &fake_setup()->writes;
}

static void format(void)
{
    const struct fake_setup *setup = fake_setup();

    while (state.memory) {
        struct memory *next = state.memory->next;

        free(state.memory);
        state.memory = next;
    }
    state.slot_count = setup->file_count;
    state.late_count = 0;
    for (size_t i = 0; i < setup->file_count; i++)
        state.slots[i] =
            (struct slot){.is_seen = true, .is_kept = true, .seen = setup->files[i], .kept = setup->files[i]};
}

/* The power was off: what is on the disk is all that there is. */
static void forget(void)
{
    for (size_t i = 0; i < state.slot_count; i++) {
        struct slot *slot = &state.slots[i];

        slot->is_seen = slot->is_kept;
        slot->seen = slot->kept;
        if (slot->is_kept && slot->kept_room) {
            memcpy(slot->seen_room, slot->kept_room, slot->room);
            slot->seen.bytes.data = slot->seen_room;
        }
    }
    state.late_count = 0;
}

void fake_blocks_start(void)
{
    if (writes()->is_the_same)
        forget();
    else
        format();
    state.written = 0;
    state.is_dirty = false;
}

void fake_blocks_check(void)
{
    if (state.is_dirty)
        fake_complain("what was written to a volume was not flushed");
}

unsigned fake_blocks_written(void)
{
    return state.written;
}

const struct fake_file *fake_blocks_file(size_t index)
{
    for (size_t i = 0; i < state.slot_count; i++) {
        if (state.slots[i].is_seen && index-- == 0)
            return &state.slots[i].seen;
    }
    return NULL;
}

const struct fake_file *fake_blocks_on_disk(size_t index)
{
    for (size_t i = 0; i < state.slot_count; i++) {
        if (state.slots[i].is_kept && index-- == 0)
            return &state.slots[i].kept;
    }
    return NULL;
}

const struct fake_file *fake_blocks_find_on_disk(const char *path)
{
    const struct fake_file *file;

    for (size_t i = 0; (file = fake_blocks_on_disk(i)) != NULL; i++) {
        if (!file->on_second && strcmp(file->path, path) == 0)
            return file;
    }
    return NULL;
}

static struct slot *slot_of(const struct fake_file *file)
{
    for (size_t i = 0; i < state.slot_count; i++) {
        if (file == &state.slots[i].seen && state.slots[i].is_seen)
            return &state.slots[i];
    }
    abort();
}

static struct slot *free_slot(void)
{
    for (size_t i = 0; i < state.slot_count; i++) {
        struct slot *slot = &state.slots[i];
        bool is_late = false;

        for (size_t j = 0; j < state.late_count; j++)
            is_late |= state.late[j].slot == i;
        if (slot->is_seen || slot->is_kept || is_late)
            continue;
        *slot = (struct slot){.is_seen = false};
        return slot;
    }
    if (state.slot_count == SLOTS)
        abort();
    state.slots[state.slot_count] = (struct slot){.is_seen = false};
    return &state.slots[state.slot_count++];
}

/* ---- to the disk ---- */

static void write_entry(struct slot *slot)
{
    struct bytes bytes = slot->kept.bytes;

    slot->is_kept = slot->is_seen;
    slot->kept = slot->seen;
    slot->kept.bytes = (struct bytes){slot->kept_room ? slot->kept_room : bytes.data, slot->seen.bytes.size};
    if (!slot->kept.bytes.data)
        slot->kept.bytes.data = slot->seen.bytes.data; /* an empty one */
}

static void write_part(const struct late *late)
{
    struct slot *slot = &state.slots[late->slot];

    state.written++;
    if (state.written == writes()->cut)
        fake_end_run(FAKE_CUT);
    if (late->part == ENTRY_PART)
        write_entry(slot);
    else
        memcpy(slot->kept_room + late->part * FAKE_BLOCK, slot->seen_room + late->part * FAKE_BLOCK, FAKE_BLOCK);
}

static void change(const struct slot *slot, size_t part)
{
    struct late late = {(size_t)(slot - state.slots), part};

    state.is_dirty = true;
    if (writes()->order == FAKE_AT_ONCE) {
        write_part(&late);
        return;
    }
    for (size_t i = 0; i < state.late_count; i++) {
        if (state.late[i].slot == late.slot && state.late[i].part == part)
            return;
    }
    if (state.late_count == QUEUE)
        abort();
    state.late[state.late_count++] = late;
}

bool fake_blocks_flush(void)
{
    state.is_dirty = false;
    if (writes()->no_flush)
        return false;
    for (size_t i = 0; i < state.late_count; i++)
        write_part(&state.late[writes()->order == FAKE_BACKWARD ? state.late_count - 1 - i : i]);
    state.late_count = 0;
    return true;
}

/* ---- what is done to files ---- */

static const char *copy_path(const char *path)
{
    return strcpy(keep(strlen(path) + 1), path);
}

const struct fake_file *fake_blocks_create(bool on_second, const char *path)
{
    struct slot *slot = free_slot();

    slot->is_seen = true;
    slot->seen = (struct fake_file){.path = copy_path(path), .on_second = on_second};
    change(slot, ENTRY_PART);
    return &slot->seen;
}

/* Blocks of its own, in which there is what was there before, and behind it anything. */
static void make_room(struct slot *slot, size_t size)
{
    size_t room = (size + FAKE_BLOCK - 1) / FAKE_BLOCK * FAKE_BLOCK;
    uint8_t *seen, *kept;

    if (room <= slot->room)
        return;
    seen = keep(room);
    kept = keep(room);
    for (size_t i = 0; i < room; i++)
        seen[i] = kept[i] = (uint8_t)leftover[i % (sizeof(leftover) - 1)];
    if (slot->seen.bytes.size > 0)
        memcpy(seen, slot->seen.bytes.data, slot->seen.bytes.size);
    if (slot->kept_room)
        memcpy(kept, slot->kept_room, slot->room);
    else if (slot->is_kept && slot->kept.bytes.size > 0)
        memcpy(kept, slot->kept.bytes.data, slot->kept.bytes.size);
    slot->seen_room = seen;
    slot->kept_room = kept;
    slot->room = room;
    slot->seen.bytes.data = seen;
    if (slot->is_kept)
        slot->kept.bytes.data = kept;
}

bool fake_blocks_write(const struct fake_file *file, uint64_t offset, struct bytes bytes)
{
    struct slot *slot = slot_of(file);
    size_t end = (size_t)offset + bytes.size, before = slot->seen.bytes.size;

    if (end > before && writes()->is_full)
        return false;
    if (bytes.size == 0)
        return true;
    make_room(slot, end > before ? end : before);
    memcpy(slot->seen_room + offset, bytes.data, bytes.size);
    if (end > before) {
        slot->seen.bytes.size = end;
        change(slot, ENTRY_PART);
    }
    for (size_t block = (size_t)offset / FAKE_BLOCK; block * FAKE_BLOCK < end; block++)
        change(slot, block);
    return true;
}

/* The old name and the new one are two blocks. */
const struct fake_file *fake_blocks_rename(const struct fake_file *file, const char *path)
{
    struct slot *old = slot_of(file), *new = free_slot();

    *new = *old;
    new->is_kept = false;
    new->seen.path = copy_path(path);
    old->is_seen = false;
    change(old, ENTRY_PART);
    change(new, ENTRY_PART);
    return &new->seen;
}

void fake_blocks_delete(const struct fake_file *file)
{
    struct slot *slot = slot_of(file);

    slot->is_seen = false;
    change(slot, ENTRY_PART);
}
