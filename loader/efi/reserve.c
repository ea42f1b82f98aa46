/* SPDX-License-Identifier: BSD-2-Clause */
#include "reserve.h"

#include "checked.h"
#include "log.h"
#include "memory.h"
#include "pages.h"
#include "phys.h"

static enum status take(struct ledger *ledger, const struct facts *facts, const struct plan_request *request,
                        uint64_t *ret_base, struct error *error)
{
    EFI_MEMORY_TYPE type = request->executable ? EfiLoaderCode : EfiLoaderData;

    *ret_base = request->address;
    if (request->exact)
        return ledger_pages(ledger, AllocateAddress, type, request->size / PAGE_SIZE, ret_base, error);
    /* Pages to find an aligned place in. What is left over stays typed as the loader's, for the kernel to reclaim. */
    return pages_take(ledger, facts, type, plan_request_room(request), ret_base, error);
}

enum status reserve_one(struct ledger *ledger, const struct facts *facts, struct plan *plan, size_t index,
                        struct error *error)
{
    const struct plan_request *request = &plan->requests[index];
    uint64_t base = 0, end = 0;
    enum status status = take(ledger, facts, request, &base, error);
    struct error reason = *error;

    if (status == STATUS_NO_MEMORY)
        return error_set(error, status,
                         "%s: there is no memory for it: %s. Give the machine more memory, or load less.",
                         request->what, reason.text);
    if (status != STATUS_OK)
        return error_set(error, status, "%s: %s", request->what, reason.text);
    base = align_down(base + request->alignment - 1, request->alignment);
    if (!checked_add(base, request->size, &end) || end > plan->direct_map_limit)
        return error_set(error, STATUS_NO_MEMORY,
                         "%s: the firmware gave memory at 0x%llx, which is out of the direct map's reach. Start the "
                         "machine with less memory.",
                         request->what, (unsigned long long)base);
    plan->places[index] = (struct plan_place){base, phys_to_ptr(base)};
    log_debug("%-24s 0x%llx-0x%llx", request->what, (unsigned long long)base, (unsigned long long)end);
    return STATUS_OK;
}

enum status reserve(struct ledger *ledger, const struct facts *facts, struct plan *plan, struct error *error)
{
    /* Exact ranges first, before anything else can land in them. */
    for (int exact = 1; exact >= 0; exact--) {
        for (size_t i = 0; i < plan->request_count; i++) {
            enum status status = STATUS_OK;

            if (plan->requests[i].exact == (exact == 1))
                status = reserve_one(ledger, facts, plan, i, error);
            if (status != STATUS_OK)
                return status;
        }
    }
    return STATUS_OK;
}

static enum status load_files(const struct plan *plan, struct file *files, struct progress_line *line,
                              struct error *error)
{
    enum status status = STATUS_OK;

    progress_line_start(line, plan_load_size(plan));
    for (size_t i = 0; i < plan->load_count && status == STATUS_OK; i++) {
        const struct plan_load *part = &plan->loads[i];

        status = file_load(&files[part->file], part->file_offset, part->size,
                           plan->places[part->request].memory + part->offset, line, error);
    }
    progress_line_end(line);
    return status;
}

enum status load(const struct plan *plan, struct file *files, struct progress_line *line, struct error *error)
{
    enum status status = load_files(plan, files, line, error);

    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < plan->copy_count; i++) {
        const struct plan_copy *copy = &plan->copies[i];

        memcpy(plan->places[copy->request].memory + copy->offset,
               plan->places[copy->from_request].memory + copy->from_offset, (size_t)copy->size);
    }
    for (size_t i = 0; i < plan->fill_count; i++) {
        const struct plan_fill *fill = &plan->fills[i];

        memset(plan->places[fill->request].memory + fill->offset, 0, (size_t)fill->size);
    }
    return STATUS_OK;
}
