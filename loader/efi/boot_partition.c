/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot_partition.h"

#include "abi/device_path.h"
#include "device_path.h"
#include "log.h"
#include "partition_path.h"

bool boot_partition_find(const struct firmware *firmware, uint8_t ret_guid[16])
{
    static const EFI_GUID guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    EFI_HANDLE device = firmware->loaded_image ? firmware->loaded_image->DeviceHandle : NULL;
    void *path = NULL;

    if (device && firmware->boot->HandleProtocol(device, &guid, &path) == EFI_SUCCESS && path &&
        partition_path_guid((struct bytes){path, DEVICE_PATH_MAX}, ret_guid))
        return true;
    log_info("the loader did not come from a GPT partition");
    return false;
}
