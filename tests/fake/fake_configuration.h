/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration tables by their names (UEFI 2.10, section 4.6): what is listed, and who has listed it. What there is
 * when the machine is switched on is the firmware's, and what a program lists is the program's; the loader may put its
 * own in the place of either, and must put that back.
 */
#ifndef BATON_FAKE_CONFIGURATION_H
#define BATON_FAKE_CONFIGURATION_H

#include <stdbool.h>

#include "abi/system_table.h"

/* What the loader may list, and what is different from kind to kind. */
struct fake_configuration_kind {
    EFI_GUID guid;
    bool is_vital;                     /* one failure may keep an image from being started */
    bool (*fits)(const void *table);   /* whether it is in memory that whoever reads it expects */
    void (*stuck)(const void *others); /* the firmware has not taken it back, to list what others had listed there */
};
extern const struct fake_configuration_kind fake_tree_kind, fake_seed_kind;

void fake_configuration_start(EFI_SYSTEM_TABLE *system);
void fake_configuration_install(EFI_BOOT_SERVICES *boot);

/* Somebody else than the loader lists a table, or has this one from here on. NULL takes it off. */
void fake_configuration_list(const EFI_GUID *guid, const void *table);

/* What the loader has listed by that name. NULL: nothing, or others have. */
void *fake_configuration_loaders(const EFI_GUID *guid);

/* Complains of what the loader has not taken back. */
void fake_configuration_check(void);

#endif
