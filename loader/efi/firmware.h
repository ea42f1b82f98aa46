/* SPDX-License-Identifier: BSD-2-Clause */
/* What the firmware gave the loader when it started it. Nothing here is global: it travels in parameters. */
#ifndef BATON_FIRMWARE_H
#define BATON_FIRMWARE_H

#include <stdbool.h>

#include "abi/loaded_image.h"
#include "abi/simple_text_input_ex.h"
#include "abi/system_table.h"
#include "error.h"

struct firmware {
    EFI_HANDLE image;
    EFI_SYSTEM_TABLE *system;
    EFI_BOOT_SERVICES *boot;
    EFI_LOADED_IMAGE_PROTOCOL *loaded_image; /* NULL when the firmware does not say */
    EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *keys; /* the console's, with modifiers; NULL where only ConIn can be read */
};

/* Finds these, and stops the watchdog, which would reset the machine five minutes after the loader's start
 * (UEFI 2.10, 3.1.2). */
void firmware_start(struct firmware *firmware, EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

/* The interface of this protocol that a handle has; NULL when it has none, or when there is no handle. */
void *firmware_protocol(const struct firmware *firmware, EFI_HANDLE handle, const EFI_GUID *guid);

/* All handles that have the protocol, how many there are, and a list of them, which the caller gives to FreePool; NULL
 * when there are none. */
size_t firmware_handles(const struct firmware *firmware, const EFI_GUID *guid, EFI_HANDLE **ret_handles);

/* Whether the specification names it, so that the next one does not say "an unknown firmware error". */
bool firmware_status_has_name(EFI_STATUS status);

/* "EFI_NOT_FOUND" and so on. */
const char *firmware_status_name(EFI_STATUS status);

/* What a firmware status means for the program. A warning is a failure too: what was asked for was not done whole. */
enum status firmware_status(EFI_STATUS status);

/* Waits, with the firmware's clock. */
void firmware_stall(const struct firmware *firmware, uint64_t microseconds);

#endif
