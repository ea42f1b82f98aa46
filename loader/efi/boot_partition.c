/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot_partition.h"

#include "abi/device_path.h"
#include "device_path.h"
#include "log.h"
#include "memory.h"
#include "partition_path.h"

bool boot_partition_find(const struct firmware *firmware, uint8_t ret_guid[16])
{
    static const EFI_GUID guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    EFI_HANDLE device = firmware->loaded_image ? firmware->loaded_image->DeviceHandle : NULL;
    struct partition_node partition;
    const void *path = firmware_protocol(firmware, device, &guid);

    if (!path || !partition_path_read((struct bytes){path, DEVICE_PATH_MAX}, &partition)) {
        log_info("the loader did not come from a GPT partition");
        return false;
    }
    memcpy(ret_guid, partition.guid, sizeof(partition.guid));
    return true;
}
