/* SPDX-License-Identifier: BSD-2-Clause */
#include "reserve.h"

#include "checked.h"
#include "log.h"
#include "memory.h"
#include "phys.h"

/* Pages anywhere. Firmware before 2025 may hand out page 0: that one is kept aside until all goes back. */
static enum status take_anywhere(struct ledger *ledger, EFI_MEMORY_TYPE type, uint64_t pages, uint64_t *ret_base,
                                 struct error *error)
{
    enum status status = ledger_pages(ledger, AllocateAnyPages, type, pages, ret_base, error);

    if (status == STATUS_OK && *ret_base == 0)
        status = ledger_pages(ledger, AllocateAnyPages, type, pages, ret_base, error);
    return status;
}

static enum status take_exactly(struct ledger *ledger, EFI_MEMORY_TYPE type, const struct plan_request *request,
                                uint64_t *ret_base, struct error *error)
{
    *ret_base = request->address;
    return ledger_pages(ledger, AllocateAddress, type, request->size / PAGE_SIZE, ret_base, error);
}

static enum status reserve_one(struct ledger *ledger, struct plan *plan, size_t index, struct error *error)
{
    const struct plan_request *request = &plan->requests[index];
    EFI_MEMORY_TYPE type = request->executable ? EfiLoaderCode : EfiLoaderData;
    /* Pages to find an aligned place in. What is left over stays typed as the loader's, for the kernel to reclaim. */
    uint64_t size = request->size + (request->alignment - PAGE_SIZE);
    uint64_t base = 0, end;
    enum status status = request->exact ? take_exactly(ledger, type, request, &base, error)
                                        : take_anywhere(ledger, type, size / PAGE_SIZE, &base, error);

    if (status != STATUS_OK)
        return status;
    base = align_down(base + request->alignment - 1, request->alignment);
    if (!checked_add(base, request->size, &end) || end > plan->direct_map_limit)
        return error_set(error, STATUS_NO_MEMORY,
                         "%s: the firmware gave memory at 0x%llx, which is out of the direct map's reach",
                         request->what, (unsigned long long)base);
    plan->places[index] = (struct plan_place){base, phys_to_ptr(base)};
    log_debug("%-24s 0x%llx-0x%llx", request->what, (unsigned long long)base, (unsigned long long)end);
    return STATUS_OK;
}

enum status reserve(struct ledger *ledger, struct plan *plan, struct error *error)
{
    /* Exact ranges first, before anything else can land in them. */
    for (int exact = 1; exact >= 0; exact--) {
        for (size_t i = 0; i < plan->request_count; i++) {
            enum status status = STATUS_OK;

            if (plan->requests[i].exact == (exact == 1))
                status = reserve_one(ledger, plan, i, error);
            if (status != STATUS_OK)
                return status;
        }
    }
    return STATUS_OK;
}

enum status reserve_again(struct ledger *ledger, struct plan *plan, size_t request, struct error *error)
{
    return reserve_one(ledger, plan, request, error);
}

enum status load(const struct plan *plan, struct file *files, size_t file_count, struct error *error)
{
    for (size_t i = 0; i < plan->load_count; i++) {
        const struct plan_load *part = &plan->loads[i];
        enum status status = file_read(&files[part->file], part->file_offset, part->size,
                                       plan->places[part->request].memory + part->offset, error);

        if (status != STATUS_OK)
            return status;
    }
    for (size_t i = 0; i < plan->fill_count; i++) {
        const struct plan_fill *fill = &plan->fills[i];

        memset(plan->places[fill->request].memory + fill->offset, 0, (size_t)fill->size);
    }
    for (size_t i = 0; i < file_count; i++)
        file_close(&files[i]);
    return STATUS_OK;
}
