/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot entries: what one may say, what its file name says, in which order entries stand and which of them is the
 * default. The UAPI Group's Boot Loader Specification (UAPI.1), type 1, with Baton's own keys; config.h reads the
 * files.
 */
#ifndef BATON_ENTRY_H
#define BATON_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "log.h"
#include "text.h"

/* A file for the kernel: `module PATH [command line]`. */
struct entry_module {
    const char *path;         /* from the volume's root: begins with '/', '/' between its parts */
    const char *name;         /* what the kernel knows it by: the path unless something else was given */
    const char *command_line; /* "" when none */
};

/* Files that go with a kernel. */
struct entry_files {
    const struct entry_module *files;
    size_t count;
};

/* The key that names the kernel. */
enum entry_kernel_key {
    ENTRY_KERNEL_NONE,
    ENTRY_KERNEL_LINUX,  /* `linux`: a kernel of any kind, told by its content */
    ENTRY_KERNEL_KERNEL, /* `kernel`: the same, for kernels that other boot loaders should not list */
    ENTRY_KERNEL_EFI,    /* `efi`: an EFI application */
    ENTRY_KERNEL_UKI,    /* `uki`: a unified kernel image, of which a profile can be chosen */
    ENTRY_KERNEL_URL,    /* `uki-url`: one that is somewhere in a network */
};

/* Where a kernel that can be moved is put. */
enum entry_kaslr {
    ENTRY_KASLR_UNSAID, /* as its note asks */
    ENTRY_KASLR_OFF,
    ENTRY_KASLR_ON,
    ENTRY_KASLR_SEED, /* by chance that the seed repeats */
};

/* What an entry does. */
enum entry_action {
    ENTRY_BOOT,
    ENTRY_FIRMWARE_SETUP, /* restarts the machine into the firmware's setup */
    ENTRY_REBOOT,
    ENTRY_POWER_OFF,
};

struct entry {
    bool automatic; /* nobody has written it (automatic_entries.h): it is tried only when somebody names it */
    enum entry_action action;
    char key;         /* a letter that chooses it in the menu; 0 for none */
    size_t volume;    /* that its paths begin on: the volumes' number, 0 for the loader's own */
    const char *file; /* for messages: the path of its file, or what stands in for it */
    const char *id;   /* the file's name without the boot counters: "x.conf" for x+3-0.conf */
    const char *title, *version, *sort_key, *machine_id, *architecture; /* NULL when absent */
    enum entry_kernel_key kernel_key;
    const char *kernel;  /* its path, as a module's, or its URL; NULL when absent. Its title when there is no file */
    uint32_t profile;    /* of a unified kernel image; 0 is the one that it has by itself */
    const char *options; /* the kernel's command line: all `options` lines, joined by spaces; "" when none */
    const char *own_options; /* a command line that a unified kernel image has in itself; NULL when none */
    const char *devicetree;  /* the path of a device tree for Linux; NULL when absent */
    const char *overlays;    /* the paths of its overlays, one behind the other, each with its NUL */
    size_t overlay_count;
    struct entry_module *modules; /* for a kernel that is handed a baton */
    size_t module_count;
    struct entry_module *initrds; /* for Linux: they have no command lines */
    size_t initrd_count;
    size_t extra_count; /* files that follow the initrds in their list, and go into an archive (extra_files.h) */
    bool has_load_address, has_entry_offset, has_memory_size, has_log_level;
    uint64_t load_address; /* bytes, a multiple of the page size */
    uint64_t entry_offset; /* bytes from the load address */
    uint64_t memory_size;  /* bytes */
    enum log_level log_level;
    bool has_video;
    uint32_t video_width, video_height; /* pixels, 1 to 65535 */
    enum entry_kaslr kaslr;
    uint64_t kaslr_seed;
    bool has_tries; /* boots of this entry are counted (specification, "Boot counting") */
    uint32_t tries_left, tries_done;
    char *counted_file; /* of one that is counted, `file` in room in which it can change (counting.h); else NULL */
};

/* A file name in parts; the texts lie within the name. */
struct entry_name {
    struct text stem;   /* "x" of x.conf, x.efi and x+3-0.conf */
    struct text suffix; /* ".conf" or ".efi" as it is written; empty when the name does not end so */
    bool has_tries;
    uint32_t tries_left, tries_done; /* at most INT32_MAX */
};

/*
 * Takes a file name, without folders, apart. Counters are "+LEFT" or "+LEFT-DONE", decimal, right before the suffix;
 * what is not quite that belongs to the stem.
 */
struct entry_name entry_parse_name(struct text name);

/* What an entry is called, and what the name of its file says: `file`, `id` and the counters. False, and the entry in
 * part changed, when the arena is too small: twice the path and 40 bytes suffice. */
__attribute__((warn_unused_result)) bool entry_take_name(struct entry *entry, const char *path, struct arena *arena);

/* Whether a file of this name is an entry in /loader/entries (it ends with ".conf"), or an image in /EFI/Linux that is
 * one (with ".efi"). A leading dot hides it. */
bool entry_is_name(struct text name);
bool entry_is_image_name(struct text name);

/* Whether the entry is for this architecture ("x64", "aa64", …) or for any. Ignores case, as the specification does. */
bool entry_is_for(const struct entry *entry, const char *architecture);

/*
 * Below 0 when `a` stands before `b` in the specification's order (section "Sorting"), above 0 when behind it, 0 only
 * when id, file and all that the order looks at are the same.
 */
int entry_compare(const struct entry *a, const struct entry *b);

/* Sorts in place by entry_compare, in the order of count × log(count) steps. */
void entry_sort(struct entry *entries, size_t count);

/* The index of the first entry whose id, with or without its suffix, matches `pattern` (glob.h), or whose id it is.
 * SIZE_MAX when there is none. */
size_t entry_find(const struct entry *entries, size_t count, const char *pattern);

/* The entry that loader.conf's `default` names: as entry_find, but 0 when `pattern` is NULL, or, with a warning in the
 * log, when no entry matches. */
size_t entry_choose_default(const struct entry *entries, size_t count, const char *pattern);

#endif
