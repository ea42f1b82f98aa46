/* SPDX-License-Identifier: BSD-2-Clause */
/* `baton.efi memmap`: the firmware's memory map, for people who want to look at it. */
#ifndef BATON_MEMMAP_H
#define BATON_MEMMAP_H

#include "firmware.h"

/* Prints the map on the console and gives back all it took. */
MUST_CHECK enum status memmap_command(const struct firmware *firmware, struct error *error);

#endif
