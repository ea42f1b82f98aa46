/* SPDX-License-Identifier: BSD-2-Clause */
#include "devicetree_table.h"

#include "abi/configuration_table.h"
#include "checked.h"
#include "configuration_tables.h"
#include "device_tree.h"
#include "log.h"
#include "phys.h"

#define SIZE_AT_MOST (16U << 20) /* as device_tree_check has it */

/* Pages that a kernel keeps. Where the firmware gives page 0 that is kept aside: a table there would be none. */
static enum status take_pages(struct ledger *ledger, const struct file *file, uint64_t *ret_physical,
                              struct error *error)
{
    struct error reason; /* the middle of a sentence */
    const uint64_t pages = (file->size + PAGE_SIZE - 1) / PAGE_SIZE;
    enum status status = ledger_pages(ledger, AllocateAnyPages, EfiACPIReclaimMemory, pages, ret_physical, error);

    if (status == STATUS_OK && *ret_physical == 0)
        status = ledger_pages(ledger, AllocateAnyPages, EfiACPIReclaimMemory, pages, ret_physical, error);
    if (status == STATUS_OK)
        return STATUS_OK;
    reason = *error;
    return error_set(error, status, "%s: cannot be handed over: %s. Give the machine more memory, or load less.",
                     file->path, reason.text);
}

/* The file's bytes into pages of their own. */
static enum status read_tree(struct ledger *ledger, struct file *file, uint64_t *ret_physical, struct error *error)
{
    uint64_t physical = 0, size;
    enum status status;

    if (file->size < DEVICE_TREE_HEADER || file->size > SIZE_AT_MOST)
        return error_set(error, STATUS_INVALID, "%s: has %llu bytes, and so is no device tree. Is it the right file?",
                         file->path, (unsigned long long)file->size);
    status = take_pages(ledger, file, &physical, error);
    if (status == STATUS_OK)
        status = file_read(file, 0, file->size, phys_to_ptr(physical), error);
    if (status != STATUS_OK)
        return status;
    if (!device_tree_check((struct bytes){phys_to_ptr(physical), (size_t)file->size}, &size) || size > file->size)
        return error_set(error, STATUS_INVALID,
                         "%s: is no device tree that can be read, or truncated. Compile it anew with dtc, as a .dtb.",
                         file->path);
    *ret_physical = physical;
    return STATUS_OK;
}

enum status devicetree_install(struct ledger *ledger, const struct volume *volume, const char *path,
                               struct error *error)
{
    static const EFI_GUID guid = EFI_DTB_TABLE_GUID;
    uint64_t physical = 0;
    struct file file;
    enum status status = file_open(volume, path, &file, error);
    EFI_STATUS result;

    if (status != STATUS_OK)
        return status;
    status = read_tree(ledger, &file, &physical, error);
    file_close(&file);
    if (status != STATUS_OK)
        return status;
    result = configuration_table_install(ledger, &guid, (void *)(uintptr_t)physical, NULL); /* the pages are noted */
    if (result != EFI_SUCCESS)
        return error_set(error, firmware_status(result), "%s: the firmware does not take it as its device tree (%s).",
                         path, firmware_status_name(result));
    log_info("%s: is the device tree", path);
    return STATUS_OK;
}
