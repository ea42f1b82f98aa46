/* SPDX-License-Identifier: BSD-2-Clause */
#include "scenario_crowd.h"

#include <stdio.h>
#include <string.h>

#include "scenario_parts.h"

#define NAME_SIZE 32
#define TEXT_SIZE 160

/* The oldest one is the default, and stands last. */
const struct scenario *scenario_crowd(void)
{
    static char names[SCENARIO_CROWD][NAME_SIZE], texts[SCENARIO_CROWD][TEXT_SIZE];
    static struct fake_file files[SCENARIO_CROWD];
    static struct scenario crowd;

    if (crowd.name)
        return &crowd;
    crowd = scenario_refused("a thousand entries", NULL);
    crowd.errors = 0;
    for (size_t i = 0; i < SCENARIO_CROWD; i++) {
        (void)snprintf(names[i], NAME_SIZE, "/loader/entries/os-%04zu.conf", i);
        (void)snprintf(texts[i], TEXT_SIZE,
                       "title The system of day %zu\nsort-key os\nversion %zu\noptions root=/dev/vda2 day=%zu\n"
                       "kernel /%s.elf\n",
                       i, i, i, i == 0 ? "os" : "missing");
        files[i] = (struct fake_file){.path = names[i], .bytes = {(const uint8_t *)texts[i], strlen(texts[i])}};
    }
    scenario_add_text(&crowd, "/loader/loader.conf", "default os-0000\n");
    scenario_add_elf(&crowd, 0xffffffff80000000ULL);
    crowd.setup.crowd = files;
    crowd.setup.crowd_count = SCENARIO_CROWD;
    crowd.expected.command_line = "root=/dev/vda2 day=0";
    crowd.entries = SCENARIO_CROWD;
    return &crowd;
}
