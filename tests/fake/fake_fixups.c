/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_fixups.h"

#include <stdlib.h>
#include <string.h>

#include "abi/dt_fixup.h"
#include "device_tree.h"
#include "fake.h"
#include "fake_memory.h"
#include "made_tree.h"
#include "phys.h"

#define TOTAL     4 /* fields of the tree's header: bytes from its begin */
#define PROCESSOR 28
#define BOOTED_BY 0x1234

static EFI_DT_FIXUP_PROTOCOL protocol;

static void apply(uint8_t *tree, size_t size, size_t more)
{
    memset(tree + size, 0, more);
    put_cell(tree + TOTAL, (uint32_t)(size + more));
    put_cell(tree + PROCESSOR, BOOTED_BY);
}

struct bytes fake_fixups_apply(struct bytes tree, size_t more)
{
    uint8_t *made = malloc(tree.size + more);

    if (!made)
        abort();
    memcpy(made, tree.data, tree.size);
    apply(made, tree.size, more);
    return (struct bytes){made, tree.size + more};
}

/* After a failure but that of too little room nobody knows what the tree is. */
static EFI_STATUS fail(EFI_STATUS status, uint8_t *tree, UINTN *size)
{
    if (status == EFI_BUFFER_TOO_SMALL)
        *size += FAKE_PAGE;
    else
        memset(tree, 0x5a, *size);
    return status;
}

static EFI_STATUS EFIAPI fixup(EFI_DT_FIXUP_PROTOCOL *this, void *tree, UINTN *size, uint32_t flags)
{
    const struct fake_fixups *fixups = &fake_setup()->fixups;
    EFI_STATUS status = fake_call(FAKE_Fixup);
    uint64_t total = 0;

    if (this != &protocol || !tree || !size || flags != (EFI_DT_APPLY_FIXUPS | EFI_DT_RESERVE_MEMORY) ||
        !fake_memory_is_loaders(ptr_to_phys(tree), *size, EfiACPIReclaimMemory) ||
        !device_tree_check((struct bytes){tree, *size}, &total) || total > *size) {
        fake_complain("Fixup: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    if (status != EFI_SUCCESS)
        return fail(status, tree, size);
    if (fixups->wants != 0 || total + fixups->more > *size) {
        *size = fixups->wants != 0 ? fixups->wants : total + fixups->more;
        return EFI_BUFFER_TOO_SMALL;
    }
    apply(tree, total, fixups->more);
    if (fixups->breaks)
        memset(tree, 0, DEVICE_TREE_HEADER);
    return EFI_SUCCESS;
}

void fake_fixups_start(void)
{
    static const EFI_GUID guid = EFI_DT_FIXUP_PROTOCOL_GUID;
    static int handle;

    protocol = (EFI_DT_FIXUP_PROTOCOL){0x10000, fixup};
    if (fake_setup()->fixups.is_there)
        fake_protocols_add(&handle, &guid, &protocol);
}
