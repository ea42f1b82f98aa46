/* SPDX-License-Identifier: BSD-2-Clause */
/* What the stages of a boot share. boot.c has them in order. */
#ifndef BATON_BOOT_H
#define BATON_BOOT_H

#include "arena.h"
#include "config.h"
#include "entry.h"
#include "facts.h"
#include "files.h"
#include "initrd.h"
#include "interface.h"
#include "ledger.h"
#include "map.h"
#include "protocol.h"
#include "sinks.h"
#include "stage.h"
#include "volumes.h"

/* The entries that can be booted, in their order. */
struct choice {
    struct loader_config config;
    struct entry *entries;
    size_t count;
    struct entry *twins; /* files of the same entries with other counters (count.h) */
    size_t twin_count;
    size_t chosen;                    /* which of them is booted where nobody says otherwise */
    size_t saved;                     /* the one that LoaderEntryDefault names, or SIZE_MAX */
    size_t once;                      /* the one that is chosen for this boot alone, or SIZE_MAX */
    size_t last;                      /* the one that LoaderEntryLastBooted names, or SIZE_MAX */
    bool remembers;                   /* what is booted becomes LoaderEntryLastBooted */
    struct interface_timeout timeout; /* the menu's, in force */
    bool has_automatic;               /* those that nobody has written are behind the others */
    size_t files;                     /* entry files that are there, usable or not */
    size_t mistakes;                  /* configuration files that were passed over, each with an error in the log */
};

struct boot {
    struct firmware firmware;
    struct sinks sinks;
    struct ledger ledger;
    struct stage_times times;
    struct volumes volumes;
    char image[INTERFACE_TEXT_SIZE]; /* the path of the loader's own file, with backslashes; "" when nobody says it */
    struct arena scratch;            /* room that a stage may write to and keeps nothing in */
    struct fetched_map fetched;      /* facts.efi_map, with its buffer */
    struct facts facts;
    bool has_entry_tree;        /* an entry's device tree is listed in place of */
    struct bytes firmware_tree; /* the firmware's own; size 0 when it has none */
    struct choice choice;
    struct progress_line line; /* how far a long load is */
    struct initrd initrd;      /* what Linux is offered */
    bool has_announced;        /* announce.h: an operating system has been told */
    const char *counted;       /* count.h: the file of the entry that is tried, when that has counters */
};

/* One boot entry on its way: its files, and the plan that comes of them. */
struct attempt {
    const struct protocol *protocol;
    struct file *files;          /* the kernel, then the modules */
    struct plan_file *described; /* the same for the plan */
    struct plan_input input;
    struct arena arena; /* the plan's */
    struct plan plan;
};

/* The entry point: loader.lds names it. */
EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

/* gather: the machine and its screens, into boot->facts. */
void gather(struct boot *boot);

/* gather: tables for an operating system, as the memory map in the facts lets them be read. */
MUST_CHECK enum status gather_tables(struct boot *boot, struct error *error);

/* gather: random numbers for one boot. They are wiped once the kernel has them. */
void gather_random(struct boot *boot);

/* gather: the memory map as it is now, and what else changes with it. It is fetched right before a plan is made, since
 * each step changes it. */
MUST_CHECK enum status gather_map(struct boot *boot, struct error *error);

/* choose: reads the configuration, sorts the entries, and finds the default. STATUS_NOT_FOUND when there is nothing to
 * boot. */
MUST_CHECK enum status choose(struct boot *boot, struct error *error);

/* open: the kernel and the modules of an entry, and the kernel's first bytes. */
MUST_CHECK enum status open_files(struct boot *boot, const struct entry *entry, struct attempt *attempt,
                                  struct error *error);

/* plan: with whatever more of the files and of scratch memory it asks for. */
MUST_CHECK enum status make_plan(struct boot *boot, struct attempt *attempt, struct error *error);

/* From open to the jump: boots one entry, or does what else it is for. Returns when it is refused, and with STATUS_OK
 * when what was started came back content. What it has taken is in the ledger. */
MUST_CHECK enum status boot_entry(struct boot *boot, const struct entry *entry, struct error *error);

/* Notes when a stage has ended, for the baton's timings. */
void end_stage(struct boot *boot, enum stage stage);

/*
 * The machine is half left: boot services cannot be used any more, and the firmware does not let go. Says why on the
 * screen and on serial, waits ten seconds, so that a person can read it, and resets.
 */
_Noreturn void last_words(struct boot *boot, const struct error *reason);

#endif
