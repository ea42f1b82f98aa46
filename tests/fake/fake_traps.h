/* SPDX-License-Identifier: BSD-2-Clause */
/* Services that the loader does not use: each complains by its name. Called before the others are filled in. */
#ifndef BATON_FAKE_TRAPS_H
#define BATON_FAKE_TRAPS_H

#include "abi/block_io.h"
#include "abi/graphics_output.h"
#include "abi/rng.h"
#include "abi/simple_file_system.h"
#include "abi/simple_text_input_ex.h"
#include "abi/system_table.h"

void fake_traps_boot(EFI_BOOT_SERVICES *table);
void fake_traps_runtime(EFI_RUNTIME_SERVICES *table);
void fake_traps_output(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *table);
void fake_traps_input(EFI_SIMPLE_TEXT_INPUT_PROTOCOL *table);
void fake_traps_keys(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *table);
void fake_traps_graphics(EFI_GRAPHICS_OUTPUT_PROTOCOL *table);
void fake_traps_blocks(EFI_BLOCK_IO_PROTOCOL *table);
void fake_traps_random(EFI_RNG_PROTOCOL *table);

#endif
