/* SPDX-License-Identifier: BSD-2-Clause */
/* Volumes, and files on them. */
#ifndef BATON_FILES_H
#define BATON_FILES_H

#include <stdbool.h>

#include "abi/simple_file_system.h"
#include "bytes.h"
#include "ledger.h"
#include "progress_line.h"

struct volume {
    EFI_HANDLE device;
    EFI_FILE_PROTOCOL *root; /* NULL: closed */
    struct bytes path;       /* its device path, the firmware's, or nothing; it may be longer than the path is */
    const char *name;        /* for messages: "that the loader came from" */
};

/* An open file. */
struct file {
    const struct volume *volume;
    EFI_FILE_PROTOCOL *handle; /* NULL: closed */
    const char *path;          /* "/folder/name", the caller's */
    uint64_t size;             /* bytes */
    uint64_t position;         /* where the next read or write begins */
    uint64_t mode;             /* EFI_FILE_MODE_READ, or EFI_FILE_MODE_WRITE with it */
};

/*
 * Opens a volume whose device is known, unless it is open, and notes it in the ledger, which keeps a pointer to
 * `volume`. STATUS_NOT_FOUND, with words, when the device has no files.
 */
MUST_CHECK enum status volume_open(struct ledger *ledger, struct volume *volume, struct error *error);

/* Does nothing for a volume that is closed already. Its files are to be closed before. */
void volume_close(struct volume *volume);

/*
 * Opens a file; the caller closes it, also when a later step fails. STATUS_NOT_FOUND when there is none; STATUS_INVALID
 * when it is a folder. When this fails nothing is open.
 */
MUST_CHECK enum status file_open(const struct volume *volume, const char *path, struct file *ret_file,
                                 struct error *error);

/* The same, noted in the ledger, which keeps a pointer to `file`. */
MUST_CHECK enum status file_open_noted(struct ledger *ledger, const struct volume *volume, const char *path,
                                       struct file *file, struct error *error);

/* Whether there is a file of this path that can be opened. */
bool volume_has(const struct volume *volume, const char *path);

/* Does nothing for a file that is closed already. */
void file_close(struct file *file);

/*
 * The same for a file that was only read, and that nobody will write to or delete: it may stay open until the ledger is
 * undone. When a file is closed, EDK2 flushes the disk, which costs nearly as much as opening it did.
 */
void file_leave(struct ledger *ledger, struct file *file);

/*
 * Reads exactly `size` bytes at `offset` into `room`, in one call to the firmware where that works: each call makes the
 * driver walk the cluster chain again. After an error or a short read the file is opened anew and read on in pieces of
 * 1 MiB (systemd issue 25911: one large read that failed had broken the handle for good).
 */
MUST_CHECK enum status file_read(struct file *file, uint64_t offset, uint64_t size, void *room, struct error *error);

/*
 * The same as a part of a load, which progress_line_start has begun: as many calls as core/progress.h has for it, so
 * that `line` can show how far it is when it takes long.
 */
MUST_CHECK enum status file_load(struct file *file, uint64_t offset, uint64_t size, void *room,
                                 struct progress_line *line, struct error *error);

/* ---- writing: nothing is on the disk before it was flushed ---- */

/*
 * Opens a file that is there, to be read and written; the caller closes it. Failures as those of file_open, and
 * STATUS_DEVICE, with words, where nothing can be written. When this fails nothing is open.
 */
MUST_CHECK enum status file_open_to_write(const struct volume *volume, const char *path, struct file *ret_file,
                                          struct error *error);

/*
 * Makes a file with these bytes, whole and flushed, and leaves it open; one of that path that is there already is
 * deleted first. STATUS_DEVICE, with words: when this fails nothing is open, and what was made of it is deleted, as far
 * as the firmware can.
 */
MUST_CHECK enum status file_create(const struct volume *volume, const char *path, struct bytes content,
                                   struct file *ret_file, struct error *error);

/* Writes the bytes over what is at `offset`, or behind the file's end. STATUS_DEVICE, with words. */
MUST_CHECK enum status file_write(struct file *file, uint64_t offset, struct bytes bytes, struct error *error);

/* What was done to this file, and to others of its volume before, is on the disk. STATUS_DEVICE, with words. */
MUST_CHECK enum status file_flush(struct file *file, struct error *error);

/* Deletes a file that was opened to be written, and closes it either way. STATUS_DEVICE, with words. */
MUST_CHECK enum status file_delete(struct file *file, struct error *error);

/* Gives a file that was opened to be written another path in the same folder, which it keeps a pointer to.
 * STATUS_DEVICE, with words. Firmware may take the old name from the disk before the new one is there. */
MUST_CHECK enum status file_rename(struct file *file, const char *path, struct error *error);

/* ---- folders ---- */

/* Goes through a folder's files. */
struct folder {
    EFI_FILE_PROTOCOL *handle;
    const char *path;
};

/*
 * STATUS_NOT_FOUND when there is no such folder; STATUS_INVALID when it is a file. When this fails nothing is open.
 * Nothing is noted: folder_leave is to come.
 */
MUST_CHECK enum status folder_open(const struct volume *volume, const char *path, struct folder *ret_folder,
                                   struct error *error);

/*
 * The next file's name (sub-folders are passed over), cut to `size` bytes with its NUL. STATUS_NOT_FOUND at the end;
 * STATUS_DEVICE, with words, when the folder cannot be read any further.
 */
MUST_CHECK enum status folder_next(struct folder *folder, char *name, size_t size, struct error *error);
/* Done with it: it may stay open as by file_leave. */
void folder_leave(struct ledger *ledger, struct folder *folder);

#endif
