/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts of many lines that the menu shows. Each lies in memory from the ledger's pool. */
#ifndef BATON_MENU_TEXT_H
#define BATON_MENU_TEXT_H

#include "boot.h"

/* The loader, the firmware, and what is known of `entry`, which may be NULL. */
MUST_CHECK enum status menu_text_status(struct boot *boot, const struct entry *entry, struct text *ret_text,
                                        struct error *error);

/* The lines that the log still holds. */
MUST_CHECK enum status menu_text_log(struct boot *boot, struct text *ret_text, struct error *error);

#endif
