/* SPDX-License-Identifier: BSD-2-Clause */
/* The partition that the loader came from. */
#ifndef BATON_BOOT_PARTITION_H
#define BATON_BOOT_PARTITION_H

#include <stdbool.h>

#include "firmware.h"

/* The GPT partition's GUID, as its bytes stand on the disk. False, with a line in the log, when the loader did not come
 * from such a partition or the firmware does not say. */
MUST_CHECK bool boot_partition_find(const struct firmware *firmware, uint8_t ret_guid[16]);

#endif
