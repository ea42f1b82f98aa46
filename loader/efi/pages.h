/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages for whatever the loader writes, wherever they are. */
#ifndef BATON_EFI_PAGES_H
#define BATON_EFI_PAGES_H

#include "facts.h"
#include "ledger.h"

/*
 * `size` bytes, whole pages, of memory that nobody uses (plan_may_use): firmware may list as free what its own stack or
 * its page tables lie in, and give it away. It goes back with the ledger. STATUS_NO_MEMORY with the end of a sentence.
 */
MUST_CHECK enum status pages_take(struct ledger *ledger, const struct facts *facts, EFI_MEMORY_TYPE type, uint64_t size,
                                  uint64_t *ret_base, struct error *error);

#endif
