/* SPDX-License-Identifier: BSD-2-Clause */
/* What the bench's programs that leave the firmware by themselves have in common. */
#ifndef BATON_BENCH_FIRMWARE_H
#define BATON_BENCH_FIRMWARE_H

#include "abi/boot_services.h"

/* Ends the machine with words when a call has failed. */
void need(EFI_STATUS status, const char *what);

/* Takes the memory map and leaves boot services. */
void exit_boot_services(EFI_BOOT_SERVICES *boot, EFI_HANDLE image);

#endif
