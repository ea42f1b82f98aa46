/* SPDX-License-Identifier: BSD-2-Clause */
/* The boot menu of this machine: the entries as its items, the firmware's console as its screen. core/menu.h has what
 * keys do. */
#ifndef BATON_BOOT_MENU_H
#define BATON_BOOT_MENU_H

#include "boot.h"
#include "menu.h"

/* Refers to itself, so it stays where it is. */
struct boot_menu {
    struct boot *boot;
    struct menu_item *items; /* as the choice's entries */
    struct text_screen screen;
    size_t rows, columns; /* that there is room for */
    struct menu menu;
    struct error failure; /* of the last item that was booted, or of configuration files: the menu shows it */
    uint32_t timeout;     /* that the firmware keeps, or that is in force without */
    struct error no_text; /* in place of a text that there is no memory for */
};

/*
 * Makes the menu, in memory of the ledger. `held` is the key that has opened it, or NULL. STATUS_NO_MEMORY: there is
 * none, and nothing is left of it.
 */
MUST_CHECK enum status boot_menu_open(struct boot *boot, const struct menu_key *held, struct boot_menu *ret_menu,
                                      struct error *error);

/*
 * Shows it until somebody, or the countdown, has chosen what is to be done: MENU_BOOT, MENU_FIRMWARE_SETUP,
 * MENU_REBOOT, MENU_POWER_OFF or MENU_QUIT. All else it does itself. The console is blank then, and the log's again.
 */
MUST_CHECK enum menu_act boot_menu_ask(struct boot_menu *menu);

/* What MENU_BOOT boots: a copy of the entry, with the command line as it was edited, which lasts until the menu is
 * shown again. */
struct entry boot_menu_entry(const struct boot_menu *menu);

/* What was booted is over; `failure` says why, or is NULL when it did not fail. */
void boot_menu_came_back(struct boot_menu *menu, const struct error *failure);

/* Item `index` was booted before there was a menu, and failed so. */
void boot_menu_failed_before(struct boot_menu *menu, size_t index, const struct error *failure);

/* What was asked for could not be done. */
void boot_menu_notice(struct boot_menu *menu, const struct error *error);

#endif
