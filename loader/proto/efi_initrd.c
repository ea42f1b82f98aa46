/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi_initrd.h"

#include "checked.h"
#include "cpio.h"
#include "extra_files.h"

#define SIZE_AT_MOST (SIZE_MAX / 4) /* of it until a file's end: heads and zeros go on from there without a check */

/* What is being placed, and where it ends until now. */
struct placing {
    const struct plan_input *input;
    struct arena *arena;
    struct plan *plan;
    uint64_t end;
    uint32_t inode;
};

/* Files behind the image: the initrds, then what is extra. */
static size_t first_extra(const struct plan_input *input)
{
    return input->file_count - input->entry->extra_count;
}

struct plan_sizes efi_initrd_sizes(const struct plan_input *input)
{
    size_t extra = input->entry->extra_count;

    return (struct plan_sizes){
        .loads = input->file_count,
        .fills = input->file_count + 1,
        .literals = extra > 0 ? 1 + EXTRA_KINDS + extra + 1 : 0, /* folders, files, and the end */
    };
}

/* Zeros up to where the next part begins, and its file's bytes from there on. */
static enum status add_file(struct placing *placing, size_t number, struct error *error)
{
    const struct plan_file *file = &placing->input->files[number];
    uint64_t start, end;

    if (!checked_align_up(placing->end, CPIO_ALIGNMENT, &start) || !checked_add(start, file->size, &end) ||
        end > SIZE_AT_MOST)
        return error_set(error, STATUS_INVALID,
                         "%s: the initrds are too large together, with %llu bytes in this one. Load less.", file->path,
                         (unsigned long long)file->size);
    if (file->size == 0)
        return STATUS_OK;
    plan_add_fill(placing->plan, 0, placing->end, start);
    plan_add_load(placing->plan, &(struct plan_load){.offset = start, .file = number, .size = file->size});
    placing->end = end;
    return STATUS_OK;
}

static void align(struct placing *placing)
{
    uint64_t start = align_down(placing->end + CPIO_ALIGNMENT - 1, CPIO_ALIGNMENT);

    plan_add_fill(placing->plan, 0, placing->end, start);
    placing->end = start;
}

static enum status add_head(struct placing *placing, const char *folder, const char *name, uint32_t mode, uint32_t size)
{
    const struct cpio_member member = {folder, name, mode, ++placing->inode, size};
    struct bytes head;
    enum status status = cpio_make_head(&member, placing->arena, &head);

    if (status != STATUS_OK)
        return status;
    plan_add_literal(placing->plan, &(struct plan_literal){placing->end, head});
    placing->end += head.size;
    return STATUS_OK;
}

/* The path behind its last slash. */
static const char *name_of(const char *path)
{
    const char *name = path;

    for (; *path != '\0'; path++)
        name = *path == '/' ? path + 1 : name;
    return name;
}

static enum status add_extra(struct placing *placing, size_t number, const struct extra_place *place,
                             struct error *error)
{
    const struct plan_file *file = &placing->input->files[number];
    enum status status;

    if (file->size > UINT32_MAX)
        return error_set(error, STATUS_INVALID,
                         "%s: has %llu bytes, and an archive for the initrd takes files of less than 4 GiB. Leave it "
                         "out.",
                         file->path, (unsigned long long)file->size);
    status = add_head(placing, place->folder, name_of(file->path), place->file_mode, (uint32_t)file->size);
    if (status == STATUS_OK)
        status = add_file(placing, number, error);
    if (status == STATUS_OK)
        align(placing);
    return status;
}

static bool is_of_kind(const struct placing *placing, size_t number, enum extra_kind kind)
{
    enum extra_kind told;

    return extra_tell_kind(text_of(placing->input->files[number].path), &told) && told == kind;
}

/* The folder of that kind, with its files; nothing when there are none. */
static enum status add_kind(struct placing *placing, enum extra_kind kind, struct error *error)
{
    const struct extra_place place = extra_place_of(kind);
    enum status status = STATUS_OK;
    bool has_folder = false;

    for (size_t i = first_extra(placing->input); status == STATUS_OK && i < placing->input->file_count; i++) {
        if (!is_of_kind(placing, i, kind))
            continue;
        if (!has_folder)
            status = add_head(placing, "", place.folder, place.folder_mode, 0);
        has_folder = true;
        if (status == STATUS_OK)
            status = add_extra(placing, i, &place, error);
    }
    return status;
}

static enum status add_archive(struct placing *placing, struct error *error)
{
    enum status status;

    align(placing);
    status = add_head(placing, "", EXTRA_FOLDER, EXTRA_FOLDER_MODE, 0);
    for (enum extra_kind kind = 0; status == STATUS_OK && kind < EXTRA_KINDS; kind++)
        status = add_kind(placing, kind, error);
    if (status == STATUS_OK)
        status = add_head(placing, "", CPIO_TRAILER, 0, 0);
    return status;
}

enum status efi_initrd_place(const struct plan_input *input, struct arena *arena, struct plan *plan,
                             struct error *error)
{
    struct placing placing = {input, arena, plan, 0, 0};
    enum status status = STATUS_OK;

    for (size_t i = 1; status == STATUS_OK && i < first_extra(input); i++)
        status = add_file(&placing, i, error);
    if (status == STATUS_OK && input->entry->extra_count > 0)
        status = add_archive(&placing, error);
    plan->image.initrd_size = placing.end;
    return status;
}
