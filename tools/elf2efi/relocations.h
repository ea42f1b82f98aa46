/* SPDX-License-Identifier: BSD-2-Clause */
/* From ELF's relocations to PE's. */
#ifndef BATON_ELF2EFI_RELOCATIONS_H
#define BATON_ELF2EFI_RELOCATIONS_H

#include "arena.h"
#include "layout.h"

/* One 64-bit word that holds an address: firmware adds the load address to what stands there. */
struct relocation {
    uint32_t place; /* RVA */
    uint64_t value; /* what is to stand there: an RVA, because the image's base is 0 */
};

struct relocations {
    struct relocation *list; /* by rising place, no two overlap */
    size_t count;
};

/*
 * Reads the dynamic table and the relocations it names. The list comes from `arena`. Fails with STATUS_INVALID,
 * STATUS_UNSUPPORTED (any relocation but the machine's relative one, and whatever else a dynamic linker would have to
 * do) or STATUS_NEED_ROOM.
 */
MUST_CHECK enum status relocations_read(const struct layout *layout, struct arena *arena,
                                        struct relocations *ret_relocations, struct error *error);

/*
 * The content of .reloc (PE format, "The .reloc Section"): a block for each page, its DIR64 entries, padded with an
 * absolute entry, which means nothing. Without relocations there is one block, for the page at `page`, that holds
 * nothing else: some software takes an empty .reloc for a stripped one. Fails with STATUS_NEED_ROOM.
 */
MUST_CHECK enum status relocations_pack(const struct relocations *relocations, uint32_t page, struct arena *arena,
                                        struct bytes *ret_content, struct error *error);

#endif
