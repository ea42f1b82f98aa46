/* SPDX-License-Identifier: BSD-2-Clause */
#include "random.h"

#include "abi/rng.h"
#include "log.h"

#define LEFT_AT_MOST 128

/* Firmware may leave what it gave in memory that it has freed since. What it gives next goes through memory of the same
 * size, which is most likely the same. */
static void overwrite_leftovers(EFI_RNG_PROTOCOL *rng, size_t size)
{
    uint8_t others[LEFT_AT_MOST];

    (void)rng->GetRNG(rng, NULL, size < sizeof(others) ? size : sizeof(others), others); /* it is as it was, at worst */
}

bool random_from_firmware(const struct firmware *firmware, uint8_t *bytes, size_t size)
{
    static const EFI_GUID guid = EFI_RNG_PROTOCOL_GUID;
    void *interface = NULL;
    EFI_STATUS status = firmware->boot->LocateProtocol(&guid, NULL, &interface);
    EFI_RNG_PROTOCOL *rng = interface;

    if (status == EFI_SUCCESS)
        status = rng->GetRNG(rng, NULL, size, bytes);
    if (status == EFI_SUCCESS)
        overwrite_leftovers(rng, size);
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
