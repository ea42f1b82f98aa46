/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration: /loader/loader.conf, and the entry files /loader/entries/NAME.conf of the UAPI Group's Boot Loader
 * Specification (UAPI.1), type 1, with Baton's own keys. One key and its value a line, blanks between them, '#' before
 * comments; keys are lower case; one pair of quotes, single or double, around a whole value does not count. Paths begin
 * at the volume's root, with or without a leading '/'.
 *
 * Unknown keys, and single values that are given twice (the last one counts), are warned of in the log. Keys that the
 * specification or systemd-boot knows and that do nothing here are logged as information. Only the first few of each a
 * file are logged.
 */
#ifndef BATON_CONFIG_H
#define BATON_CONFIG_H

#include <stdbool.h>

#include "arena.h"
#include "entry.h"
#include "error.h"
#include "interface.h"
#include "log.h"
#include "status.h"
#include "text.h"

/* What is more than this is no configuration: it is refused, so nobody need read more of a file than one byte over. */
#define CONFIG_FILE_MAX    65536U /* bytes of a file */
#define CONFIG_LINE_MAX    4096U  /* bytes of a line */
#define CONFIG_MODULES_MAX 4096U  /* modules of an entry, initrds, and extras */
#define CONFIG_PATH_MAX    400U   /* bytes of a path: more than FAT has, and a message with it still fits */

/* The console's mode, as systemd-boot names them. */
enum config_console {
    CONFIG_CONSOLE_KEEP, /* the firmware's */
    CONFIG_CONSOLE_NUMBER,
    CONFIG_CONSOLE_AUTO, /* one of fair size */
    CONFIG_CONSOLE_MAX,  /* the last one */
};

struct loader_config {
    const char *default_pattern; /* for entry_choose_default; NULL when absent */
    bool default_is_saved;       /* it is "@saved": what was booted last (selection.h) */
    bool has_log_level;
    enum log_level log_level;
    struct interface_timeout timeout; /* unsaid when absent */
    bool no_editor;
    bool no_auto_entries;  /* none for programs that are there by their usual names */
    bool no_auto_firmware; /* none for the firmware's setup */
    bool auto_reboot, auto_poweroff;
    enum config_console console;
    uint32_t console_number; /* a mode of ConOut's */
};

/*
 * Reads `text`, the content of loader.conf. `file` is its path, for messages. What the result points to lies in
 * `arena`, and neither `file` nor `text` is needed any longer.
 *
 * STATUS_NEED_ROOM: the arena is too small; 2 × (text + path) + 24 × (modules + initrds + extras) + 2 × overlays + 128
 * bytes always suffice. Nothing has been logged yet, so that trying again says everything once. STATUS_INVALID: the
 * error names file and line, what is wrong and what is expected. When it fails the arena is as it was.
 */
MUST_CHECK enum status config_parse_loader(const char *file, struct text text, struct arena *arena,
                                           struct loader_config *ret_config, struct error *error);

/*
 * Reads `text`, the content of the entry file with the path `file`; its last part makes the id and the boot counters.
 * Room and failures as above. An entry that names no kernel, or is for another architecture, is no failure: look at
 * kernel_key and entry_is_for.
 */
MUST_CHECK enum status config_parse_entry(const char *file, struct text text, struct arena *arena,
                                          struct entry *ret_entry, struct error *error);

#endif
