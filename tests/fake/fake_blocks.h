/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of the volumes' files is on their disk, block by block: a folder's entry is one block, and 512 bytes of a file
 * are one. There are two views of it: what the firmware says, and what would be there if the power failed now. What is
 * written reaches the disk at once, or only when it is flushed, and then in either order. A setup says which, and at
 * which block the power fails.
 */
#ifndef BATON_FAKE_BLOCKS_H
#define BATON_FAKE_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

#define FAKE_BLOCK 512U /* bytes */

/* A file on a volume; folders are there by themselves. */
struct fake_file {
    const char *path; /* "/loader/loader.conf" */
    struct bytes bytes;
    uint64_t missing; /* bytes at its end that are not there, whatever its size is said to be */
    uint64_t bad;     /* where it cannot be read; 0: nowhere */
    bool on_second;   /* on the second volume */
    bool is_signed;   /* by a key that the machine trusts */
};

/* When and in which order blocks reach the disk. */
enum fake_order {
    FAKE_AT_ONCE,  /* each as it is written, as EDK2 does but for data */
    FAKE_FORWARD,  /* at the flush, those first that were written to first */
    FAKE_BACKWARD, /* at the flush, those first that were written to last */
    FAKE_ORDER_COUNT,
};

/* What becomes of writes. Zeros: they work. */
struct fake_writes {
    enum fake_order order;
    unsigned cut;      /* the power fails before this block is written, counted from 1; 0: it does not */
    bool is_protected; /* nothing can be written to */
    bool is_full;      /* no block is free for data */
    bool no_flush;     /* flushing fails */
    bool no_rename;    /* so does renaming */
    bool is_the_same;  /* the disk is as the run before has left it; the setup's files do not count */
};

/* The disk is as the setup says, or as it was left. */
void fake_blocks_start(void);

/* Complains of what was written, and not flushed: the machine is being left. */
void fake_blocks_check(void);

/* The files that are there: number `index`, or NULL behind the last one. On the disk there are those that would be
 * found after a power cut. */
const struct fake_file *fake_blocks_file(size_t index);
const struct fake_file *fake_blocks_on_disk(size_t index);

/* The file on the boot volume's disk, or NULL. */
const struct fake_file *fake_blocks_find_on_disk(const char *path);

/* How many blocks were written in this run. */
unsigned fake_blocks_written(void);

/* A file that is empty. `path` is copied. */
const struct fake_file *fake_blocks_create(bool on_second, const char *path);

/* All these give up the file's place: the new one is returned. */
const struct fake_file *fake_blocks_rename(const struct fake_file *file, const char *path);
void fake_blocks_delete(const struct fake_file *file);

/* Bytes of a file are others. False when there is no room for more of them. */
bool fake_blocks_write(const struct fake_file *file, uint64_t offset, struct bytes bytes);

/* All that was written is on the disk. False: nothing of it is. */
bool fake_blocks_flush(void);

#endif
