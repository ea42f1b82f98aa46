/* SPDX-License-Identifier: BSD-2-Clause */
/* What an EFI image fetches as its initrd: how the entry's files lie in it. */
#ifndef BATON_EFI_INITRD_H
#define BATON_EFI_INITRD_H

#include "plan.h"

/* Room that the plan needs for it. */
struct plan_sizes efi_initrd_sizes(const struct plan_input *input);

/*
 * The initrds one behind the other, each from a multiple of 4 on and without those that are empty; behind them an
 * archive with the extra files, when there are any. STATUS_INVALID, with words, when that is too much;
 * STATUS_NEED_ROOM.
 */
MUST_CHECK enum status efi_initrd_place(const struct plan_input *input, struct arena *arena, struct plan *plan,
                                        struct error *error);

#endif
