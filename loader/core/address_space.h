/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel finds mapped: the plan's mappings, the direct map of all memory that may be cached, and the
 * framebuffers (docs/protocol.md, "Address space"). The same walk counts the tables before and builds them after.
 */
#ifndef BATON_ADDRESS_SPACE_H
#define BATON_ADDRESS_SPACE_H

#include "plan.h"

/* How the kernel's tables are written: EL2 can have a format of its own. */
const struct paging_format *address_space_format(const struct plan *plan, const struct machine_facts *machine);

/*
 * The pages that the tables can take at the most: for a map like `entries` (sealed from the firmware's map as it is
 * now), with the plan's requests lying anywhere, and with slack for holes that may appear until the map is final.
 */
size_t address_space_count(const struct plan *plan, const struct facts *facts, const struct baton_memory *entries,
                           size_t count);

/*
 * Builds the tables into `tables` (page_tables_start was called) for the final map. What the loader placed comes
 * first. Memory that the tables cannot reach is relabelled as withheld in `entries`, so this cannot fail. Returns the
 * first physical address above all that the direct map holds.
 */
uint64_t address_space_build(const struct plan *plan, const struct facts *facts, struct baton_memory *entries,
                             size_t count, struct page_tables *tables);

/* Whether the direct map's window reaches a framebuffer, so that the kernel can be given it. */
bool address_space_reaches(const struct plan *plan, const struct baton_framebuffer *framebuffer);

/* The same for a serial port; false also for none. */
bool address_space_reaches_serial(const struct plan *plan, const struct serial_port *serial);

#endif
