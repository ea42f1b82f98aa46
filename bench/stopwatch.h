/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stopwatch.efi starts a loader and notes the counter just before. It is installed as \EFI\BOOT\BOOTX64.EFI and reads
 * \bench.txt there: lines "key=value", keys as in struct settings.
 */
#ifndef BATON_BENCH_STOPWATCH_H
#define BATON_BENCH_STOPWATCH_H

#include "abi/boot_services.h"
#include "abi/loaded_image.h"
#include "abi/memory.h"
#include "abi/simple_file_system.h"
#include "abi/system_table.h"
#include "say.h"

#define SETTING_TEXT 512

struct settings {
    char start[SETTING_TEXT];   /* the loader's path */
    char options[SETTING_TEXT]; /* its load options; none when empty */
    uint64_t fragment;          /* descriptors that the memory map has at least before the loader starts */
    uint64_t watch;             /* 1: the loader's calls are written down, which costs time */
};

extern struct settings settings;
extern EFI_SYSTEM_TABLE *system_table;
extern EFI_BOOT_SERVICES *boot;

/* Says what is wrong and ends the machine when the status is an error. */
void need(EFI_STATUS status, const char *what);

/* ---- settings.c ---- */
void settings_read(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume);

/* ---- fragment.c ---- */
/* Descriptors of the memory map. */
uint64_t fragment_count(void);
/* Makes holes until there are at least so many; the memory stays allocated. */
void fragment_memory(uint64_t descriptors);

/* ---- watch.c ---- */
/* From here on, calls that come from the image are written down; said when it has left boot services. */
void watch_install(const EFI_LOADED_IMAGE_PROTOCOL *image, EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume);

#endif
