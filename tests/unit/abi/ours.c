/* SPDX-License-Identifier: BSD-2-Clause */
/* The list as Baton's headers see it. */
#include "table.h"

#include "abi/base.h"
#include "abi/block_io.h"
#include "abi/boot_services.h"
#include "abi/configuration_table.h"
#include "abi/device_path.h"
#include "abi/edid.h"
#include "abi/graphics_output.h"
#include "abi/load_file.h"
#include "abi/loaded_image.h"
#include "abi/memory.h"
#include "abi/rng.h"
#include "abi/runtime_services.h"
#include "abi/shell_parameters.h"
#include "abi/simple_file_system.h"
#include "abi/simple_text_input.h"
#include "abi/simple_text_input_ex.h"
#include "abi/simple_text_output.h"
#include "abi/system_table.h"
#include "abi/time.h"

const struct abi_row abi_ours[] = {
#include "list.h"
};
const size_t abi_ours_count = sizeof(abi_ours) / sizeof(abi_ours[0]);
