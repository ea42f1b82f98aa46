/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot menu, without a console: keys and seconds go in, what is to be done and what is to be seen come out. The
 * flow around it:
 *
 *     menu_start
 *     for each key and each second: act = menu_key or menu_second; do what it asks for; menu_draw; write the changes
 *     MENU_BOOT: boot the item; if that comes back, menu_came_back, and on
 *
 * Unattended, a machine boots: whatever the keyboard does, all that the flow has to do is to let seconds pass. It asks
 * for the second before it asks for a key, so that keys without end do not stop the time.
 *
 *     Any key stops the countdown, but for keys that are ignored (menu_watch.h): the one that was down when the menu
 *     began or came back, until it is let go, and one that is stuck. So a key can be held to open the menu, and does
 *     nothing else; nor does Enter, held or pressed twice, boot what has just failed.
 *     A menu that a key has opened where none would be shown counts down, too.
 *     When a key is found to be stuck and no other one was pressed since the menu began or came back, what it has done
 *     is undone, and the countdown, if there was one, begins anew.
 *     After a failure the next item that was not tried yet is chosen and counted down to. Each is tried once by itself;
 *     then the countdown leads back to the firmware. So it is after a program that ended well, unless a person has
 *     pressed a key before: then the menu waits.
 *
 * A person who has pressed a key is waited for without end. Two keys that jam in turns look like one.
 */
#ifndef BATON_MENU_H
#define BATON_MENU_H

#include "menu_edit.h"
#include "menu_keys.h"
#include "menu_pager.h"
#include "menu_watch.h"

#define MENU_NONE      SIZE_MAX /* no item */
#define MENU_SECONDS   10U      /* the countdown after a failure, a stuck key, and where a key opened the menu */
#define MENU_EDIT_SIZE 8192U    /* bytes of a command line that can be edited, with the NUL */
#define MENU_NOTICE    160U     /* bytes */

/* Timeouts as systemd-boot has them, in this order: unset, the two below, then seconds. */
#define MENU_TIMEOUT_UNSET  (UINT32_MAX - 1) /* no variable: loader.conf decides */
#define MENU_TIMEOUT_FORCE  UINT32_MAX       /* "menu-force": the menu waits without end */
#define MENU_TIMEOUT_HIDDEN 0U               /* "menu-hidden", "0": no menu, unless a key is held */
#define MENU_TIMEOUT_MAX    (UINT32_MAX - 2)

struct menu_item {
    const char *title, *version, *machine_id; /* NULL when absent */
    const char *id;
    const char *shown;   /* what the menu shows (menu_titles.h) */
    const char *options; /* the command line; NULL when it cannot be edited */
    char key;            /* a letter that chooses it, where it is no command; 0 for none */
    bool by_hand;        /* nothing but a key chooses it, unless it is the default */
    bool tried, failed;  /* the menu's */
};

struct menu_setup {
    struct text_screen *screen;
    struct menu_item *items;
    size_t count;
    size_t chosen;               /* what is booted when nobody chooses; MENU_NONE, or of no account without items */
    size_t saved;                /* the saved default (LoaderEntryDefault), or MENU_NONE */
    uint32_t timeout;            /* what is in force: seconds, or one of MENU_TIMEOUT_… */
    struct text message;         /* shown below the items until one was booted; of no length for nothing */
    const char *editor_off;      /* why nothing can be edited, a sentence; NULL when it can */
    bool has_firmware_setup;     /* the firmware can be asked for its setup (OsIndicationsSupported) */
    const struct menu_key *held; /* the last key that waited when the menu began, the others being forgotten; or NULL */
};

enum menu_act {
    MENU_WAIT,         /* nothing: go on with keys and seconds */
    MENU_BOOT,         /* items[selected], with menu_command_line; forget what keys wait before coming back */
    MENU_SAVE_DEFAULT, /* `saved` has changed: its id, or nothing, becomes LoaderEntryDefault when the menu is left */
    MENU_SAVE_TIMEOUT, /* `timeout` has changed: it becomes LoaderConfigTimeout when the menu is left. Not before: a
                          key that is held changes it often, which wears the firmware's memory, and what a stuck key
                          has changed is taken back */
    MENU_SHOW_STATUS,  /* these three: menu_show with the text */
    MENU_SHOW_MAP,
    MENU_SHOW_LOG,
    MENU_REDRAW,         /* clear the console, text_screen_cleared */
    MENU_FIRMWARE_SETUP, /* restart into it */
    MENU_REBOOT,
    MENU_POWER_OFF,
    MENU_QUIT, /* back to the firmware */
};

enum menu_view {
    MENU_LIST,
    MENU_EDIT,
    MENU_PAGER, /* help, status, memory map, log */
};

struct menu {
    struct text_screen *screen;
    struct menu_item *items;
    size_t count;
    size_t selected; /* below `count` unless that is 0 */
    size_t first;    /* the first item that is shown */
    size_t planned;  /* what the countdown leads to; MENU_NONE: back to the firmware */
    size_t saved;
    uint32_t timeout;
    size_t saved_before; /* these two before any key */
    uint32_t timeout_before;
    bool counts;      /* there was a countdown before any key */
    bool counting;    /* there is one */
    uint32_t seconds; /* that are left, at least 1, while counting */
    unsigned digits;  /* of the number that it began with */
    enum menu_view view;
    struct menu_watch watch;
    const char *editor_off;
    bool has_firmware_setup;
    enum menu_act asked;      /* the text that was asked for last */
    bool asking;              /* Enter restarts into the firmware's setup */
    char notice[MENU_NOTICE]; /* shown until the next key; "" for none */
    struct text message;      /* why the last item failed, or the setup's; of no length for nothing */
    struct menu_edit edit;
    char *edit_room;
    size_t edited; /* the item that `edit` is for, or MENU_NONE */
    bool boot_edited;
    struct menu_pager pager;
};

/*
 * Begins. All that the setup points to stays the caller's and must stay, but for `held`. Room for the editor is taken
 * from the arena, MENU_EDIT_SIZE + 15 bytes; STATUS_NEED_ROOM when it has not.
 */
MUST_CHECK enum status menu_start(struct menu *menu, const struct menu_setup *setup, struct arena *arena);

/* A key was pressed. */
MUST_CHECK enum menu_act menu_key(struct menu *menu, const struct menu_key *key);

/* A second passed, whether or not there is a countdown. */
MUST_CHECK enum menu_act menu_second(struct menu *menu);

/* The command line that MENU_BOOT goes with: the item's own or, until the next call, the edited one. NULL when the item
 * has none. */
const char *menu_command_line(const struct menu *menu);

/*
 * items[selected] was booted and is over. `message` says why it failed, and must stay; it has no length when it did not
 * fail, as a program that ends does not.
 */
void menu_came_back(struct menu *menu, struct text message);

/* What a MENU_SHOW_… asked for. `text`, with lines, must stay until the next act that asks for something or boots. */
void menu_show(struct menu *menu, struct text text);

/* A short sentence for the person who pressed a key, in place of the menu's own: why something could not be done. */
void menu_notice(struct menu *menu, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts the picture on the screen; what the console has to get is in text_screen_next_change. */
void menu_draw(struct menu *menu);

#endif
