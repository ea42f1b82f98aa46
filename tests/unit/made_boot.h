/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole boot without firmware and without a machine, for tests of protocols: files in memory, a machine of spans,
 * and every step that the flow takes between them. The requests' memory is the host's; their physical addresses are
 * made up.
 */
#ifndef BATON_TEST_MADE_BOOT_H
#define BATON_TEST_MADE_BOOT_H

#include "made_spans.h"
#include "protocol.h"

#define BOOT_FILES        6
#define BOOT_RESERVATIONS 64
#define BOOT_REQUESTS     16

struct made_boot {
    struct facts facts;
    struct table_range reservations[BOOT_RESERVATIONS]; /* facts.reservations */
    struct entry entry;
    struct entry_module modules[BOOT_FILES - 1];
    struct plan_file files[BOOT_FILES];
    uint8_t *content[BOOT_FILES]; /* the files' bytes */
    struct plan_input input;
    struct spans spans;
    struct made_map map; /* what firmware says of them before, and then at the end */
    const struct protocol *protocol;
    struct plan plan;
    struct error error;
    struct efi_map final_map;
    uint64_t root;                             /* what seal returned */
    uint8_t *room;                             /* the plan's arena */
    uint8_t *extra[BOOT_FILES * PLAN_EXTENTS]; /* what the plan asked for of the files */
    size_t extra_count;
    unsigned asked_for_bytes, asked_for_room;
};

/* A machine of 4 GiB with low memory, holes, and some of every type; nothing to boot yet. */
void made_boot_start(struct made_boot *boot, struct chance *chance);
void made_boot_end(struct made_boot *boot);

/* The next file: the kernel, then modules. `bytes` come from malloc and belong to the boot from here on. */
void made_boot_add_file(struct made_boot *boot, const char *path, uint8_t *bytes, size_t size);

/* Shows so many of the kernel's first bytes to the plan. */
void made_boot_show_head(struct made_boot *boot, size_t size);

/* Makes the plan, with room and bytes of files as it asks for them; those of a plan before are forgotten. */
enum status made_boot_plan(struct made_boot *boot);

/* Finds a place for every request, full of garbage. False when there is none. */
bool made_boot_reserve(struct made_boot *boot, struct chance *chance);

/* Loads, copies and fills. Every byte of a file must go inside its request, and none twice. */
void made_boot_load(const struct made_boot *boot);

/* Builds, takes the final map into the room for it, seals and stamps. */
void made_boot_finish(struct made_boot *boot, const struct stage_times *times);

/* What lies at a virtual address of the kernel's: its leaf in the page tables; 0 when it is not mapped. */
uint64_t made_boot_leaf(const struct made_boot *boot, uint64_t address, uint64_t *ret_physical);

/* The host's memory for `size` bytes at a virtual address of the kernel's, all of which lie in the same request; NULL
 * when they do not. */
const void *made_boot_see(const struct made_boot *boot, const void *address, uint64_t size);

#endif
