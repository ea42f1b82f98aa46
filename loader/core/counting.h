/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot counting (UAPI.1, "Boot counting"): an entry whose file is called NAME+LEFT-DONE.conf has LEFT tries before it
 * counts as bad. Each try gives the file its next name, NAME+(LEFT-1)-(DONE+1).conf; whoever finds that the boot went
 * well takes the counters off. As systemd-boot does, counters are written without leading zeros.
 *
 * A file of a few lines is written anew under its next name, and the old one is deleted when that is on the disk: at no
 * time is there none. So a power cut may leave both, and the new one may then have anything in it, or nothing. Such
 * files are twins. The less tried is whole, since nobody wrote to it; when the other says the same it is whole, too,
 * and its counters hold. When it does not, its try was never begun.
 */
#ifndef BATON_COUNTING_H
#define BATON_COUNTING_H

#include "entry.h"

#define COUNTING_ADDS 24 /* bytes that counters can add to a path, with its NUL */

/* Whether a try of the entry has to be counted. With none left there is nothing that a name could say more. */
bool counting_is_due(const struct entry *entry);

/* Whether the entry is booted by itself, with some hope: an automatic one is not, and one whose tries are used up has
 * failed each of them. */
bool counting_is_hope(const struct entry *entry);

/* Whether the entry is its kernel: an image is too large to be written anew, and is renamed. */
bool counting_is_image(const struct entry *entry);

/* Whether these are the same entry, with other counters. */
bool counting_are_twins(const struct entry *a, const struct entry *b);

/*
 * Moves what is there twice behind the others, and returns how many others there are. Of twins that one stays which is
 * whole for sure: the less tried of files, and of images the more tried, which was renamed and not written.
 */
size_t counting_merge(struct entry *entries, size_t count);

/* Whether the twin's file has the name of a later try than the entry's. */
bool counting_is_later(const struct entry *twin, const struct entry *entry);

/* The twin is whole: where it was tried more, the entry was, too. */
void counting_take_counters(struct entry *entry, const struct entry *twin);

/* The path of the entry's file when one more try is counted: at most COUNTING_ADDS bytes more than it has now.
 * counting_is_due. */
void counting_next_path(const struct entry *entry, char *ret_path);

/*
 * Room in which the paths of entries can be changed: how many bytes all counted ones of them need; and moves them
 * there. `room` is to last as long as the entries.
 */
size_t counting_room(const struct entry *entries, size_t count);
void counting_move(struct entry *entries, size_t count, char *room);

/* The entry has the file of its twin from here on, and the twin has the entry's. They say the same. */
void counting_swap_files(struct entry *entry, struct entry *twin);

/* The try is counted: the entry has its next path, one try less, and one more done. Whoever has a pointer to the path
 * before sees the next one. */
void counting_take_try(struct entry *entry, const char *next_path);

#endif
