/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shows that the judge, the verdict and the fake firmware notice what they are there for: a run is made, one promise is
 * broken on purpose, and the check that the lie is for must complain. Either something is changed after the run, before
 * it is judged, or another program is run in the loader's place, which does to the firmware what a loader must not do.
 */
#ifndef BATON_FAKE_LIES_H
#define BATON_FAKE_LIES_H

#include "abi/simple_file_system.h"
#include "scenarios.h"

/* A run that is over, and not judged yet. All of it may be changed. */
struct told {
    struct scenario *scenario;
    struct fake_result *result;
    struct baton *baton; /* the loader's view of it; NULL when nothing was entered */
};

enum lie_place { LIE_TOLD, LIE_IN_BATON, LIE_IN_ENTRY, LIE_IN_RESULT };

struct lie {
    const char *name;
    enum check check;  /* that has to notice, unless there are: */
    const char *words; /* what the fake firmware has to complain of */
    bool is_wide;      /* so much is changed that many checks see it */

    /* the run */
    const char *on;  /* a scenario; NULL: "modules" */
    uint64_t quirks; /* FAKE_QUIRK: on another machine, whose processor has no random numbers; 0: on the usual one */
    unsigned call;   /* that fails once; 0: none */
    void (*misuse)(EFI_SYSTEM_TABLE *system); /* what is done to the firmware before the loader starts; or NULL */
    bool is_alone;                            /* and the loader does not start at all */

    /* what is changed: either bits of a number are turned, or a function tells it, if anything is */
    enum lie_place place;
    size_t offset, size;
    uint64_t bits;
    void (*tell)(struct told *told, uint64_t number);
    uint64_t number;
};

struct lie_list {
    const struct lie *lies;
    size_t count;
};

#define COUNT(array)               (sizeof(array) / sizeof((array)[0]))
#define FOR(lie_name, check_name)  .name = (lie_name), .check = CHECK_##check_name
#define WORDS(lie_name, lie_words) .name = (lie_name), .check = CHECK_COUNT, .words = (lie_words)
#define ON(scenario_name)          .on = (scenario_name)
#define WITH(quirk)                .quirks = FAKE_QUIRK(quirk)
#define MISUSE(function)           .misuse = (function)
#define ALONE(function)            .misuse = (function), .is_alone = true
#define TELL(function, lie_number) .tell = (function), .number = (lie_number)
#define TURN(where, type, member, by)                                                                                  \
    .place = (where), .offset = offsetof(type, member), .size = sizeof(((type *)0)->member), .bits = (by)
#define BATON(member, by)  TURN(LIE_IN_BATON, struct baton, member, by)
#define ENTRY(member, by)  TURN(LIE_IN_ENTRY, struct machine_entry, member, by)
#define RESULT(member, by) TURN(LIE_IN_RESULT, struct fake_result, member, by)

extern const struct lie_list lies_baton, lies_facts, lies_lists, lies_kernel, lies_map, lies_pages, lies_verdict,
    lies_firmware, lies_calls, lies_start, lies_counts, lies_seed;

/* Tells all lies; prints what is wrong with which. Returns how many lies were told and, of lies and checks, how many
 * are wrong. */
unsigned lies_run(unsigned *ret_wrong);

/* ---- what lies are told with ---- */

/* What the kernel sees at `pointer`, as memory that can be changed. Ends the program when there is none. */
void *told_memory(const struct told *told, const void *pointer);

/* The byte at `pointer`, as the kernel sees it, becomes another. */
void told_turn_byte(const struct told *told, const void *pointer);

/* A page of memory of this type that is not the loader's, in an entry of the map of its own: `kind` is what the map
 * calls that entry from here on. Physical. */
uint64_t told_label_free_memory(const struct told *told, uint32_t kind);

/* The map: an entry, the first one of a kind, the one that has an address. Ends the program when there is none. */
struct baton_memory *told_entry(const struct told *told, size_t number);
struct baton_memory *told_entry_of_kind(const struct told *told, uint32_t kind);
struct baton_memory *told_entry_at(const struct told *told, uint64_t physical);

/* What is misused: the root of a device's volume, open, which is not closed again; the first interface of a protocol.
 */
EFI_FILE_PROTOCOL *lie_open_root(EFI_SYSTEM_TABLE *system, EFI_HANDLE device);
void *lie_locate(EFI_SYSTEM_TABLE *system, EFI_GUID guid);

#endif
