/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 6: the structure itself, and where all that it points to lies. */
#include "selfcheck.h"

static void check_magic(struct subject *subject)
{
    expect_equal("magic", subject->baton->magic, BATON_MAGIC);
    expect_equal("version", subject->baton->version, 1);
}

static void check_page(struct subject *subject)
{
    uint64_t size = subject->baton->size;

    expect_equal("the baton's address % 4096", (uint64_t)(uintptr_t)subject->baton % PAGE, 0);
    if (size < sizeof(struct baton) || size > PAGE)
        broken("size is %lu; version 1 has %lu, and a page %lu", size, sizeof(struct baton), (unsigned long)PAGE);
}

static void check_tail(struct subject *subject)
{
    const uint8_t *bytes = (const uint8_t *)subject->baton;

    for (uint64_t i = subject->baton->size; i < PAGE; i++)
        if (bytes[i] != 0) {
            broken("byte %lu of the baton's page is %#x instead of 0", i, bytes[i]);
            return;
        }
}

static void check_list(const char *name, const struct baton_list *list, uint64_t element)
{
    if ((list->count == 0) != (list->first == NULL))
        broken("%s: count %u, first %#lx", name, list->count, (uint64_t)(uintptr_t)list->first);
    if (list->count != 0 && (list->stride < element || list->stride % 8 != 0))
        broken("%s: the stride is %u, for elements of %lu", name, list->stride, element);
    if ((uint64_t)(uintptr_t)list->first % 8 != 0)
        broken("%s: first is %#lx", name, (uint64_t)(uintptr_t)list->first);
}

static void check_lists(struct subject *subject)
{
    const struct baton *baton = subject->baton;

    check_list("memory_map", &baton->memory_map, sizeof(struct baton_memory));
    check_list("framebuffers", &baton->framebuffers, sizeof(struct baton_framebuffer));
    check_list("modules", &baton->modules, sizeof(struct baton_module));
    check_list("timings", &baton->timings, sizeof(struct baton_timing));
    check_list("extensions", &baton->extensions, sizeof(struct baton_extension));
    if (baton->memory_map.count == 0)
        broken("the memory map is empty");
}

static void check_extensions(struct subject *subject)
{
    expect_equal("the number of extensions", subject->baton->extensions.count, 0);
}

/* ---- pointers ---- */

static void points(const struct subject *subject, const char *name, const void *pointer, uint64_t size, uint32_t kind)
{
    uint64_t physical = physical_of(subject, pointer);

    if (pointer && !map_is_kind(subject, physical, size ? size : 1, kind))
        broken("%s at %#lx, physical %#lx, %lu bytes, is not in memory of kind %u", name, (uint64_t)(uintptr_t)pointer,
               physical, size, kind);
}

static void points_list(const struct subject *subject, const char *name, const struct baton_list *list)
{
    points(subject, name, list->first, (uint64_t)list->count * list->stride, BATON_MEMORY_BATON);
}

static void points_string(const struct subject *subject, const char *name, const char *text)
{
    points(subject, name, text, 1, BATON_MEMORY_BATON);
    if (text && map_is_kind(subject, physical_of(subject, text), 1, BATON_MEMORY_BATON))
        points(subject, name, text, string_length(text) + 1, BATON_MEMORY_BATON);
}

static uint64_t rsdp_size(const uint8_t *rsdp)
{
    return rsdp && rsdp[15] != 0 ? 36 : 20;
}

static void check_pointers(struct subject *subject)
{
    const struct baton *baton = subject->baton;

    points(subject, "the baton", baton, PAGE, BATON_MEMORY_BATON);
    points_string(subject, "loader_name", baton->loader_name);
    points_string(subject, "loader_version", baton->loader_version);
    points_string(subject, "command_line", baton->command_line);
    points_string(subject, "kernel.path", baton->kernel.path);
    points_list(subject, "memory_map", &baton->memory_map);
    points_list(subject, "framebuffers", &baton->framebuffers);
    points_list(subject, "modules", &baton->modules);
    points_list(subject, "timings", &baton->timings);
    points(subject, "rsdp", baton->rsdp, rsdp_size(baton->rsdp), BATON_MEMORY_BATON);
    points(subject, "smbios2", baton->smbios2, 31, BATON_MEMORY_BATON);
    points(subject, "smbios3", baton->smbios3, 24, BATON_MEMORY_BATON);
    points(subject, "device_tree", baton->device_tree, baton->device_tree_size, BATON_MEMORY_BATON);
    points(subject, "efi_memory_map", baton->efi_memory_map.descriptors, baton->efi_memory_map.size,
           BATON_MEMORY_BATON);
    points(subject, "log", baton->log.text, baton->log.size + 1, BATON_MEMORY_BATON);
    BATON_FOR_EACH (struct baton_timing, timing, &baton->timings)
        points_string(subject, "a timing's name", timing->name);
    BATON_FOR_EACH (struct baton_framebuffer, screen, &baton->framebuffers)
        points(subject, "an EDID", screen->edid, screen->edid_size, BATON_MEMORY_BATON);
}

/* ---- modules ---- */

static void check_module_places(struct subject *subject)
{
    BATON_FOR_EACH (struct baton_module, module, &subject->baton->modules) {
        uint64_t address = (uint64_t)(uintptr_t)module->address;

        points_string(subject, "a module's name", module->name);
        points_string(subject, "a module's command line", module->command_line);
        if (address == 0 || address % PAGE != 0)
            broken("module %s is at %#lx, which starts no page", module->name, address);
        expect_equal("module.physical", module->physical, physical_of(subject, module->address));
        if (module->size)
            points(subject, module->name, module->address, module->size, BATON_MEMORY_MODULE);
    }
}

static void check_module_bytes(struct subject *subject)
{
    uint64_t number, count = 0;

    BATON_FOR_EACH (struct baton_module, module, &subject->baton->modules) {
        const uint8_t *bytes = module->address;

        if (!option_number(module->command_line, "size", &number) || number != module->size)
            broken("module %s has %lu bytes; its command line: %s", module->name, module->size, module->command_line);
        else if (!option_number(module->command_line, "sum", &number) || number != checksum(bytes, module->size))
            broken("module %s has not the bytes that its command line tells", module->name);
        if (!option_number(module->command_line, "number", &number) || number != count)
            broken("module %s is number %lu; its command line: %s", module->name, count, module->command_line);
        count++;
    }
    if (option_number(subject->baton->command_line, "modules", &number))
        expect_equal("the number of modules", count, number);
}

static void check_module_tails(struct subject *subject)
{
    BATON_FOR_EACH (struct baton_module, module, &subject->baton->modules)
        if (!all_zero((const uint8_t *)module->address + module->size, ROUND_UP(module->size) - module->size))
            broken("module %s: the rest of its last page is not zero", module->name);
}

static const struct check checks[] = {
    {"magic", check_magic},
    {"baton-page", check_page},
    {"baton-tail", check_tail},
    {"lists", check_lists},
    {"extensions", check_extensions},
    {"pointers", check_pointers},
    {"module-places", check_module_places},
    {"module-bytes", check_module_bytes},
    {"module-tails", check_module_tails},
};
const struct check_list baton_checks = {checks, COUNT(checks)};
