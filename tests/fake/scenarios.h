/* SPDX-License-Identifier: BSD-2-Clause */
/* Machines with something to boot, and what is to come of it. */
#ifndef BATON_FAKE_SCENARIOS_H
#define BATON_FAKE_SCENARIOS_H

#include "fake.h"
#include "judge.h"

/* What an image that is started must find. */
struct expected_start {
    bool on_second;
    const char *path;         /* NULL: it is not said which */
    const char *uncounted[2]; /* what else it is called when its try could not be counted */
    const char *options;      /* NULL: none */
    struct bytes initrd;
    struct bytes device_tree; /* of its entry; nothing: the firmware's, if any */
    struct bytes plain_tree;  /* the same without what the firmware adds, where that may fail */
    bool seeded;              /* it gets a random seed */
};

#define SCENARIO_NAMES 4

struct scenario {
    const char *name;
    struct fake_setup setup;
    struct expected expected;    /* of a jump */
    struct expected_start start; /* of an image */
    enum fake_end end;
    unsigned errors;  /* lines in an untroubled run */
    unsigned entries; /* that are tried one after the other, each with an error of its own */
    unsigned trees;   /* of the entries: kernels with a device tree of their own, for which memory is looked for */
    bool is_menu;     /* keys decide, so a failure may have it end as `unattended` */
    enum fake_end unattended; /* how it ends when no key arrives */
    bool by_variable;         /* a variable asks for the menu, which otherwise boots by itself */
    bool on_stack;            /* the kernel is refused for where the loader's stack is, unless that is above 4 GiB */
    bool exact;               /* the kernel must lie below 4 GiB */
    bool large;               /* more than 1 MiB in one piece is needed */
    bool no_volume;           /* it ends before the volume is opened */
    unsigned itself;          /* entries that start the loader's own file; the loader may not know that it is */
    const char *words;        /* that the log must have */
    const char *shown;        /* what the console must show */
    bool small_text;          /* the menu is shown in the console's other mode, which is smaller */
    const char *read;         /* a file that is read in */
    unsigned reads;           /* so many calls */
    const char *last_booted;  /* LoaderEntryLastBooted behind an untroubled run; NULL: none */
    const char *names[SCENARIO_NAMES]; /* of files with counters, as they are in the end */
};

struct scenario_maker {
    const char *name;
    void (*make)(struct scenario *scenario);
    unsigned errors; /* in an untroubled run */
};

struct scenario_maker_list {
    const struct scenario_maker *makers;
    size_t count;
};

/* scenarios_start.c: images that the firmware starts. */
extern const struct scenario_maker_list scenarios_start;
/* scenarios_automatic.c: entries that nobody has written. */
extern const struct scenario_maker_list scenarios_automatic;
/* scenarios_second.c: what is beside the boot volume. */
extern const struct scenario_maker_list scenarios_second;
/* scenarios_variables.c: what an operating system has said. */
extern const struct scenario_maker_list scenarios_variables;

/* scenarios_menu.c: what a person does. */
extern const struct scenario_maker_list scenarios_menu;
/* scenarios_secure.c: what Secure Boot lets pass. */
extern const struct scenario_maker_list scenarios_secure;

/* scenarios_counted.c: entries whose tries are counted. */
extern const struct scenario_maker_list scenarios_counted;
/* scenarios_progress.c: loads that take their time. */
extern const struct scenario_maker_list scenarios_progress;

/* scenarios_trees.c: overlays, and firmware that adds to device trees. */
extern const struct scenario_maker_list scenarios_trees;

/* scenarios_processors.c: kernels for other processors. */
extern const struct scenario_maker_list scenarios_processors;

/* scenarios_seed.c: the random seed for images. */
extern const struct scenario_maker_list scenarios_seed;

/* All of them. They last until the program's end. */
size_t scenarios(struct scenario **ret_scenarios);

/* How many of them, from the first on, show all that a loader does. Those behind them differ in nothing but what is
 * wrong with a file. */
size_t scenarios_usual(void);

#endif
