/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot_hart.h"

#include "abi/riscv_boot.h"
#include "log.h"

bool boot_hart_find(const struct firmware *firmware, uint64_t *ret_id)
{
    static const EFI_GUID guid = RISCV_EFI_BOOT_PROTOCOL_GUID;
    void *interface = NULL;
    EFI_STATUS status = firmware->boot->LocateProtocol(&guid, NULL, &interface);
    UINTN id = 0;

    if (status == EFI_SUCCESS) {
        RISCV_EFI_BOOT_PROTOCOL *hart = interface;

        status = hart->GetBootHartId(hart, &id);
    }
    if (status == EFI_SUCCESS)
        *ret_id = id;
    else
        log_info("the firmware does not say which hart this is (%s)", firmware_status_name(status));
    return status == EFI_SUCCESS;
}
