/* SPDX-License-Identifier: BSD-2-Clause */
/* What scenarios are put together from. Everything lasts until the program's end. */
#ifndef BATON_FAKE_SCENARIO_PARTS_H
#define BATON_FAKE_SCENARIO_PARTS_H

#include "fake_kernels.h"
#include "scenarios.h"

#define SCENARIO_ENTRY "/loader/entries/a.conf"

/* One that shows one error, with these words, and returns to the firmware. */
struct scenario scenario_refused(const char *name, const char *words);

/* Tables of them, into `room` places. Return how many. */
size_t scenarios_elf(struct scenario *ret_scenarios, size_t room);
size_t scenarios_volume(struct scenario *ret_scenarios, size_t room);

/* A file on the volume. */
void scenario_add_file(struct scenario *scenario, const char *path, struct bytes bytes);
void scenario_add_text(struct scenario *scenario, const char *path, const char *text);

/* The same on the second volume, which is an extended boot loader partition unless the setup says otherwise. */
void scenario_add_second(struct scenario *scenario, const char *path, struct bytes bytes);
void scenario_add_second_text(struct scenario *scenario, const char *path, const char *text);

/* The kernel that is to be booted. */
void scenario_add_kernel(struct scenario *scenario, const char *path, struct fake_kernel kernel);

/* One that is sound, linked at `base`, as "/os.elf": not where a kernel is looked for without configuration, so that a
 * boot of it is one of its entry. */
void scenario_add_elf(struct scenario *scenario, uint64_t base);

/* A file that the kernel is to be given, with this command line. */
void scenario_add_module(struct scenario *scenario, const char *path, const char *line, struct bytes bytes);

#endif
