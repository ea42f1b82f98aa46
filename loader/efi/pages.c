/* SPDX-License-Identifier: BSD-2-Clause */
#include "pages.h"

#include "checked.h"
#include "plan.h"

#define TRIES 16

/*
 * Pages that cannot be used are kept aside, so that the next ones are others, until all goes back. Firmware gives the
 * highest first: what is in the way may be large, so the next try is below it, if there is room.
 */
enum status pages_take(struct ledger *ledger, const struct facts *facts, EFI_MEMORY_TYPE type, uint64_t size,
                       uint64_t *ret_base, struct error *error)
{
    uint64_t start = 0;

    for (unsigned i = 0; i < TRIES; i++) {
        EFI_ALLOCATE_TYPE how = start > 0 ? AllocateMaxAddress : AllocateAnyPages;
        enum status status;

        *ret_base = start - 1;
        status = ledger_pages(ledger, how, type, size / PAGE_SIZE, ret_base, error);
        if (status != STATUS_OK && how == AllocateAnyPages)
            return status;
        if (status == STATUS_OK && plan_may_use(facts, *ret_base, size, &start))
            return STATUS_OK;
        if (status != STATUS_OK)
            start = 0;
    }
    return error_set(error, STATUS_NO_MEMORY, "the firmware gives only memory that is in use");
}
