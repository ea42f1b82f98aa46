/* SPDX-License-Identifier: BSD-2-Clause */
#include "random.h"

#include "abi/rng.h"
#include "log.h"

bool random_from_firmware(const struct firmware *firmware, uint8_t *bytes, size_t size)
{
    static const EFI_GUID guid = EFI_RNG_PROTOCOL_GUID;
    void *interface = NULL;
    EFI_STATUS status = firmware->boot->LocateProtocol(&guid, NULL, &interface);

    if (status == EFI_SUCCESS) {
        EFI_RNG_PROTOCOL *rng = interface;

        status = rng->GetRNG(rng, NULL, size, bytes);
    }
    for (size_t i = 0; status == EFI_SUCCESS && i < size; i++) {
        if (bytes[i] != 0)
            return true;
    }
    log_info("no random numbers from the firmware (%s)",
             status == EFI_SUCCESS ? "all are zero" : firmware_status_name(status));
    return false;
}

bool random_never_twice(const struct firmware *firmware, uint64_t *ret_number)
{
    uint64_t number = 0;

    if (firmware->boot->GetNextMonotonicCount(&number) != EFI_SUCCESS)
        return false;
    *ret_number = number;
    return true;
}
