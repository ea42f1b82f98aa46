/* SPDX-License-Identifier: 0BSD */
#include "kept.h"

#include "kinds.h"
#include "map.h"
#include "tables.h"
#include "text.h"

/* From the linker script. What lies before image_data never changes. */
extern const uint8_t image_start[], image_data[], image_end[];

struct survey {
    struct report *report;
    const struct baton *baton;
    uint32_t kinds;
    struct kept *kept;
};

/* Order counts: two words that change places change it. */
static void add_word(struct kept *kept, uint64_t word)
{
    kept->checksum = (kept->checksum << 7 | kept->checksum >> 57) + word * 0x9e3779b97f4a7c15ULL;
}

static bool add_range(struct survey *survey, const char *what, uint64_t physical, uint64_t size)
{
    const struct baton_memory *entry = map_find_overlap(survey->baton, survey->kinds, physical, size);

    if (entry)
        return report_failure(survey->report, "%s at 0x%lx, %lu bytes, lies in memory that the map calls %s", what,
                              physical, size, kind_name(entry->kind));
    survey->kept->ranges++;
    survey->kept->bytes += size;
    return true;
}

/* A range whose bytes must stay as they are. */
static bool add_bytes(struct survey *survey, const char *what, const void *pointer, uint64_t size)
{
    const uint8_t *bytes = pointer;
    uint64_t at = 0;

    if (!pointer || size == 0)
        return true;
    if (!add_range(survey, what, baton_physical(survey->baton, pointer), size))
        return false;
    for (; at < size && ((uintptr_t)(bytes + at) & 7) != 0; at++)
        add_word(survey->kept, bytes[at]);
    for (; size - at >= 8; at += 8)
        add_word(survey->kept, *(const uint64_t *)(const void *)(bytes + at));
    for (; at < size; at++)
        add_word(survey->kept, bytes[at]);
    return true;
}

static bool add_text(struct survey *survey, const char *what, const char *text)
{
    return !text || add_bytes(survey, what, text, text_length(text) + 1);
}

static bool add_list(struct survey *survey, const char *what, const struct baton_list *list)
{
    return add_bytes(survey, what, list->first, (uint64_t)list->count * list->stride);
}

static bool add_kernel(struct survey *survey)
{
    const struct baton_kernel *kernel = &survey->baton->kernel;
    uint64_t unchanging = (uintptr_t)image_data - (uintptr_t)image_start;
    uint64_t size = (uintptr_t)image_end - (uintptr_t)image_start;

    if ((uintptr_t)image_start != kernel->address)
        return report_failure(survey->report, "the kernel is not where it was linked");
    if (size > kernel->size)
        return report_failure(survey->report, "the kernel needs %lu bytes and has %lu: a larger memory-size", size,
                              kernel->size);
    for (uint64_t at = 0; at < unchanging; at += 8)
        add_word(survey->kept, *(const uint64_t *)(const void *)(image_start + at));
    return add_range(survey, "the kernel", kernel->physical, kernel->size) &&
           add_text(survey, "the kernel's path", kernel->path) &&
           add_bytes(survey, "the kernel's file", kernel->file, kernel->file_size);
}

/* Page by page: only its virtual address is told. */
static bool add_stack(struct survey *survey)
{
    const struct baton_stack *stack = &survey->baton->stack;
    uint64_t here = (uintptr_t)__builtin_frame_address(0);
    uint64_t physical;

    if (here < stack->base || here >= stack->base + stack->size)
        return report_failure(survey->report, "the stack that is in use is not the one that was told");
    if (tables_translate(survey->baton, stack->base - 1, &physical))
        return report_failure(survey->report, "the page below the stack is mapped");
    for (uint64_t at = 0; at < stack->size; at += BATON_PAGE_SIZE) {
        if (!tables_translate(survey->baton, stack->base + at, &physical))
            return report_failure(survey->report, "a page of the stack is not mapped");
        if (!add_range(survey, "the stack", physical, BATON_PAGE_SIZE))
            return false;
    }
    return true;
}

static bool add_framebuffers(struct survey *survey)
{
    BATON_FOR_EACH (struct baton_framebuffer, framebuffer, &survey->baton->framebuffers) {
        if (!add_range(survey, "a framebuffer", framebuffer->physical, framebuffer->size) ||
            !add_bytes(survey, "a monitor's EDID", framebuffer->edid, framebuffer->edid_size))
            return false;
    }
    return add_list(survey, "the list of framebuffers", &survey->baton->framebuffers);
}

static bool add_modules(struct survey *survey)
{
    BATON_FOR_EACH (struct baton_module, module, &survey->baton->modules) {
        if (baton_physical(survey->baton, module->address) != module->physical)
            return report_failure(survey->report, "a module's two addresses disagree");
        if (!add_bytes(survey, "a module", module->address, module->size) ||
            !add_text(survey, "a module's name", module->name) ||
            !add_text(survey, "a module's command line", module->command_line))
            return false;
    }
    return add_list(survey, "the list of modules", &survey->baton->modules);
}

static bool add_timings(struct survey *survey)
{
    BATON_FOR_EACH (struct baton_timing, timing, &survey->baton->timings) {
        if (!add_text(survey, "a stage's name", timing->name))
            return false;
    }
    return add_list(survey, "the timings", &survey->baton->timings);
}

static bool add_extensions(struct survey *survey)
{
    BATON_FOR_EACH (struct baton_extension, extension, &survey->baton->extensions) {
        if (!add_bytes(survey, "an extension", extension->data, extension->size))
            return false;
    }
    return add_list(survey, "the list of extensions", &survey->baton->extensions);
}

/* Sizes: ACPI 6.5, 5.2.5.3; SMBIOS 3.6, 5.2; UEFI 2.10, 4.3. */
static bool add_firmware(struct survey *survey)
{
    const struct baton *baton = survey->baton;

    return add_bytes(survey, "the RSDP", baton->rsdp, 36) &&
           add_bytes(survey, "the SMBIOS 2 entry point", baton->smbios2, 31) &&
           add_bytes(survey, "the SMBIOS 3 entry point", baton->smbios3, 24) &&
           add_bytes(survey, "the device tree", baton->device_tree, baton->device_tree_size) &&
           add_bytes(survey, "the EFI system table", baton->efi_system_table, 120) &&
           add_bytes(survey, "the EFI memory map", baton->efi_memory_map.descriptors, baton->efi_memory_map.size);
}

static bool add_table(void *context, const struct table *table)
{
    struct survey *survey = context;
    const uint64_t *words = (const uint64_t *)(uintptr_t)(survey->baton->direct_map.base + table->physical);

    for (uint64_t i = 0; i < table->size / 8; i++)
        add_word(survey->kept, words[i] & ~table->ignored);
    return add_range(survey, table->what, table->physical, table->size);
}

bool kept_survey(struct report *report, const struct baton *given, const struct baton *baton, uint32_t kinds,
                 struct kept *ret_kept)
{
    struct kept kept = {0};
    struct survey survey = {report, baton, kinds, &kept};

    if (!add_bytes(&survey, "the baton", given, BATON_PAGE_SIZE) ||
        !add_text(&survey, "the loader's name", baton->loader_name) ||
        !add_text(&survey, "the loader's version", baton->loader_version) ||
        !add_text(&survey, "the command line", baton->command_line) ||
        !add_list(&survey, "the memory map", &baton->memory_map) ||
        !add_bytes(&survey, "the log", baton->log.text, baton->log.size + 1) || !add_kernel(&survey) ||
        !add_stack(&survey) || !add_framebuffers(&survey) || !add_modules(&survey) || !add_timings(&survey) ||
        !add_extensions(&survey) || !add_firmware(&survey) || !tables_visit(baton, add_table, &survey))
        return false;
    *ret_kept = kept;
    return true;
}
