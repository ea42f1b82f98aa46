/* SPDX-License-Identifier: BSD-2-Clause */
#include "scenario_parts.h"

#include <stdlib.h>
#include <string.h>

struct scenario scenario_refused(const char *name, const char *words)
{
    return (struct scenario){
        .name = name, .words = words, .end = FAKE_RETURNED, .errors = 1, .entries = 1, .expected.command_line = ""};
}

void scenario_add_file(struct scenario *scenario, const char *path, struct bytes bytes)
{
    if (scenario->setup.file_count == FAKE_FILES)
        abort();
    scenario->setup.files[scenario->setup.file_count++] = (struct fake_file){.path = path, .bytes = bytes};
}

void scenario_add_text(struct scenario *scenario, const char *path, const char *text)
{
    scenario_add_file(scenario, path, (struct bytes){(const uint8_t *)text, strlen(text)});
}

void scenario_add_second(struct scenario *scenario, const char *path, struct bytes bytes)
{
    scenario_add_file(scenario, path, bytes);
    scenario->setup.files[scenario->setup.file_count - 1].on_second = true;
    scenario->setup.second.is_there = true;
}

void scenario_add_second_text(struct scenario *scenario, const char *path, const char *text)
{
    scenario_add_second(scenario, path, (struct bytes){(const uint8_t *)text, strlen(text)});
}

void scenario_add_kernel(struct scenario *scenario, const char *path, struct fake_kernel kernel)
{
    struct fake_kernel *kept = malloc(sizeof(*kept));

    if (!kept)
        abort();
    *kept = kernel;
    scenario->expected.kernel = kept;
    scenario->expected.path = path;
    scenario->end = FAKE_JUMPED;
    scenario_add_file(scenario, path, kernel.file);
}

void scenario_add_elf(struct scenario *scenario, uint64_t base)
{
    scenario_add_kernel(scenario, "/os.elf", fake_kernel_elf(&(struct fake_recipe){.base = base}));
}

void scenario_add_module(struct scenario *scenario, const char *path, const char *line, struct bytes bytes)
{
    scenario->expected.modules[scenario->expected.module_count++] = (struct expected_module){path, line, bytes};
    scenario_add_file(scenario, path, bytes);
}
