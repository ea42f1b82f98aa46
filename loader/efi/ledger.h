/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ledger of everything that a boot takes from the firmware and that must go back when it is refused. Undoing a boot
 * is one walk over it, newest first. An act's place in the ledger is made before the act, so noting it cannot fail.
 */
#ifndef BATON_LEDGER_H
#define BATON_LEDGER_H

#include "firmware.h"

struct ledger_entry {
    void (*undo)(const struct firmware *firmware, void *subject, uint64_t number);
    void *subject;
    uint64_t number;
};

#define LEDGER_FIRST 32 /* most boots need no more */

/* It is not to be moved: it points into itself. */
struct ledger {
    const struct firmware *firmware;
    struct ledger_entry *entries;
    size_t count;
    size_t capacity;
    struct ledger_entry first[LEDGER_FIRST];
    struct ledger_block *block; /* the newest one */
};

void ledger_start(struct ledger *ledger, const struct firmware *firmware);

/* Makes sure that one more act can be noted without fail. STATUS_NO_MEMORY when not. */
MUST_CHECK enum status ledger_prepare(struct ledger *ledger, struct error *error);

/* Notes an act that was done; ledger_prepare came before. */
void ledger_note(struct ledger *ledger, const struct ledger_entry *entry);

/* Undoes all acts back to when the ledger had `count` entries, newest first. With 0 the ledger's own memory goes too.
 */
void ledger_undo(struct ledger *ledger, size_t count);

/* Memory (EfiLoaderData), noted, at a multiple of 8 as from the pool. Not zeroed. Small pieces share one
 * allocation, since each costs the firmware a change of its memory map. */
MUST_CHECK enum status ledger_memory(struct ledger *ledger, size_t size, void **ret_memory, struct error *error);

/*
 * `pages` pages of `type`, noted: anywhere, or exactly at *address. STATUS_TAKEN when an exact range is not free,
 * whatever the firmware calls that (U-Boot says EFI_OUT_OF_RESOURCES when only a later page is taken). The message is
 * the end of a sentence.
 */
MUST_CHECK enum status ledger_pages(struct ledger *ledger, EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, uint64_t pages,
                                    uint64_t *address, struct error *error);

#endif
