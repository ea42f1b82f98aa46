/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 5: what the map must say of each piece of memory between two of anybody's borders. */
#include <stdlib.h>
#include <string.h>

#include "efi_map.h"
#include "fake_memory.h"
#include "judge.h"
#include "phys.h"

#define PLACES      1024
#define DESCRIPTORS 4200
#define BORDERS     (2 * JUDGE_LIST)

/* What is known better than by the firmware's map. */
struct place {
    uint64_t base, end;
    uint32_t kind;
};

struct scene {
    const struct judge *judge;
    struct place places[PLACES]; /* the first that holds an address counts */
    size_t place_count;
    struct efi_descriptor descriptors[DESCRIPTORS];
    size_t descriptor_count;
    uint64_t borders[BORDERS];
    size_t border_count;
};

static void add_place(struct scene *scene, uint64_t base, uint64_t size, uint32_t kind)
{
    if (scene->place_count == PLACES)
        abort();
    scene->places[scene->place_count++] = (struct place){base, base + size, kind};
    scene->borders[scene->border_count++] = base;
    scene->borders[scene->border_count++] = base + size;
}

/* Bad ones are complained of elsewhere. */
static size_t find_modules(const struct judge *judge, const struct baton_module **ret_modules)
{
    const struct baton_list *list = &judge->baton->modules;
    uint64_t physical = (uintptr_t)list->first - judge->direct_base;

    if (list->count > EXPECTED_MODULES ||
        !fake_memory_is_loaders(physical, list->count * sizeof(**ret_modules), EfiLoaderData))
        return 0;
    *ret_modules = phys_to_ptr(physical);
    return list->count;
}

/* The loader's own first. Where page tables and the baton's parts are, only the map can say: that they lie in memory
 * that the firmware gave, and hold what they should, is looked at elsewhere. */
static void add_loaders(struct scene *scene)
{
    const struct judge *judge = scene->judge;
    const struct baton *baton = judge->baton;
    const struct baton_module *module = NULL;
    size_t module_count = find_modules(judge, &module);

    add_place(scene, baton->kernel.physical, baton->kernel.size, BATON_MEMORY_KERNEL);
    add_place(scene, baton->stack.base - judge->direct_base - FAKE_PAGE, baton->stack.size + FAKE_PAGE,
              BATON_MEMORY_STACK);
    add_place(scene, judge->result->trampoline, FAKE_TRAMPOLINE_CODE + FAKE_TRAMPOLINE_DATA, BATON_MEMORY_TRAMPOLINE);
    for (size_t i = 0; i < module_count; i++) {
        uint64_t size = (module[i].size + FAKE_PAGE - 1) & ~(FAKE_PAGE - 1);

        add_place(scene, module[i].physical, size != 0 ? size : FAKE_PAGE, BATON_MEMORY_MODULE);
    }
    for (size_t i = 0; i < judge->memory_count; i++) {
        const struct baton_memory *entry = &judge->memory[i];

        if (entry->kind != BATON_MEMORY_PAGE_TABLES && entry->kind != BATON_MEMORY_BATON)
            continue;
        add_place(scene, entry->base, entry->size, entry->kind);
        for (uint64_t page = entry->base; page < entry->base + entry->size; page += FAKE_PAGE) {
            if (!fake_memory_is_loaders(page, FAKE_PAGE, EfiLoaderData)) {
                check_broken(CHECK_MAP_TAKEN, "0x%llx has kind %u, but the firmware did not give it",
                             (unsigned long long)page, entry->kind);
                break;
            }
        }
    }
}

static void add_others(struct scene *scene)
{
    struct fake_pages pages[FAKE_TABLE_PAGES];
    size_t count = fake_tables_pages(pages);
    struct fake_pages reserved[FAKE_RESERVATIONS];
    struct baton_framebuffer screen;

    for (size_t i = 0; i < count; i++)
        add_place(scene, pages[i].base, pages[i].size, BATON_MEMORY_FIRMWARE_TABLES);
    /* A screen whose call failed is not listed (judge_facts.c sees to it that there was a failure). */
    if ((scene->judge->baton->facts & BATON_FACT_FRAMEBUFFER) && fake_graphics_screen(&screen))
        add_place(scene, screen.physical, (screen.size + FAKE_PAGE - 1) & ~(FAKE_PAGE - 1), BATON_MEMORY_FRAMEBUFFER);
    count = fake_tables_reservations(reserved);
    for (size_t i = 0; i < count; i++)
        add_place(scene, reserved[i].base, reserved[i].size, BATON_MEMORY_RESERVED);
}

/* From the least strict on. */
static const uint32_t strictness[] = {
    BATON_MEMORY_USABLE,           BATON_MEMORY_BOOT_SERVICES, BATON_MEMORY_LOADER,       BATON_MEMORY_SPECIFIC_PURPOSE,
    BATON_MEMORY_ACPI_RECLAIMABLE, BATON_MEMORY_RUNTIME_DATA,  BATON_MEMORY_RUNTIME_CODE, BATON_MEMORY_ACPI_NVS,
    BATON_MEMORY_PERSISTENT,       BATON_MEMORY_UNACCEPTED,    BATON_MEMORY_MMIO,         BATON_MEMORY_RESERVED,
    BATON_MEMORY_UNUSABLE,
};

static size_t how_strict(uint32_t kind)
{
    size_t i = 0;

    while (i < sizeof(strictness) / sizeof(strictness[0]) && strictness[i] != kind)
        i++;
    return i;
}

static uint32_t kind_of(const struct efi_descriptor *descriptor)
{
    static const uint32_t kinds[] = {
        BATON_MEMORY_RESERVED,      BATON_MEMORY_LOADER,
        BATON_MEMORY_LOADER,        BATON_MEMORY_BOOT_SERVICES,
        BATON_MEMORY_BOOT_SERVICES, BATON_MEMORY_RUNTIME_CODE,
        BATON_MEMORY_RUNTIME_DATA,  BATON_MEMORY_USABLE,
        BATON_MEMORY_UNUSABLE,      BATON_MEMORY_ACPI_RECLAIMABLE,
        BATON_MEMORY_ACPI_NVS,      BATON_MEMORY_MMIO,
        BATON_MEMORY_MMIO,          BATON_MEMORY_RESERVED,
        BATON_MEMORY_PERSISTENT,    BATON_MEMORY_UNACCEPTED,
    };

    if (descriptor->type >= sizeof(kinds) / sizeof(kinds[0]))
        return BATON_MEMORY_RESERVED;
    if (descriptor->type == EFI_TYPE_CONVENTIONAL && (descriptor->attributes & EFI_MEMORY_SP))
        return BATON_MEMORY_SPECIFIC_PURPOSE;
    return kinds[descriptor->type];
}

static bool would_be_free(uint32_t kind)
{
    return kind == BATON_MEMORY_USABLE || kind == BATON_MEMORY_BOOT_SERVICES || kind == BATON_MEMORY_LOADER ||
           kind == BATON_MEMORY_SPECIFIC_PURPOSE;
}

/* What the map must say of the piece that begins at `base`. False: nothing. */
static bool expect(const struct scene *scene, uint64_t base, struct baton_memory *ret_entry)
{
    struct baton_memory entry = {.base = base};
    bool listed = false;

    for (size_t i = 0; i < scene->descriptor_count; i++) {
        const struct efi_descriptor *descriptor = &scene->descriptors[i];

        if (base < descriptor->physical || base - descriptor->physical >= descriptor->pages * FAKE_PAGE)
            continue;
        if (listed && how_strict(kind_of(descriptor)) <= how_strict(entry.kind))
            continue;
        listed = true;
        entry.kind = kind_of(descriptor);
        entry.efi_type = descriptor->type;
        entry.efi_attributes = descriptor->attributes;
    }
    if (listed && would_be_free(entry.kind)) {
        if (base == 0)
            entry.kind = BATON_MEMORY_RESERVED;
        else if (!(entry.efi_attributes & EFI_MEMORY_WB))
            entry.kind = BATON_MEMORY_WITHHELD;
    }
    for (size_t i = 0; i < scene->place_count; i++) {
        if (base >= scene->places[i].base && base < scene->places[i].end) {
            entry.kind = scene->places[i].kind;
            listed = true;
            break;
        }
    }
    *ret_entry = entry;
    return listed;
}

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void add_descriptors(struct scene *scene)
{
    const struct efi_map *map = fake_map_given();

    scene->borders[scene->border_count++] = 0;
    scene->borders[scene->border_count++] = FAKE_PAGE;
    for (size_t i = 0; i < efi_map_count(map); i++) {
        struct efi_descriptor descriptor = *efi_map_at(map, i);

        if (scene->descriptor_count == DESCRIPTORS)
            abort();
        scene->descriptors[scene->descriptor_count++] = descriptor;
        scene->borders[scene->border_count++] = descriptor.physical;
        scene->borders[scene->border_count++] = descriptor.physical + descriptor.pages * FAKE_PAGE;
    }
    qsort(scene->borders, scene->border_count, sizeof(scene->borders[0]), compare);
}

/* Where more holes appear at the exit than there are page tables for, what cannot be mapped is withheld. */
static bool is_excused(const struct baton_memory *found, const struct baton_memory *entry)
{
    return fake_setup()->holes > 0 && found->kind == BATON_MEMORY_WITHHELD && would_be_free(entry->kind);
}

/* Compares one entry, merged from its pieces; counts it. */
static void check_entry(const struct judge *judge, const struct baton_memory *entry, size_t *index)
{
    const struct baton_memory *found = *index < judge->memory_count ? &judge->memory[*index] : NULL;

    (*index)++;
    if (found && found->base == entry->base && found->size == entry->size &&
        (found->kind == entry->kind || is_excused(found, entry)) && found->efi_type == entry->efi_type &&
        found->efi_attributes == entry->efi_attributes)
        return;
    check_broken(CHECK_MAP_ENTRY, "entry %zu of the map should be 0x%llx-0x%llx, kind %u, type %u, attributes 0x%llx",
                 *index - 1, (unsigned long long)entry->base, (unsigned long long)(entry->base + entry->size),
                 entry->kind, entry->efi_type, (unsigned long long)entry->efi_attributes);
    if (found)
        fake_complain("... and is 0x%llx-0x%llx, kind %u, type %u, attributes 0x%llx", (unsigned long long)found->base,
                      (unsigned long long)(found->base + found->size), found->kind, found->efi_type,
                      (unsigned long long)found->efi_attributes);
}

static bool alike(const struct baton_memory *a, const struct baton_memory *b)
{
    return a->base + a->size == b->base && a->kind == b->kind && a->efi_type == b->efi_type &&
           a->efi_attributes == b->efi_attributes;
}

void judge_map(const struct judge *judge)
{
    static struct scene scene;
    struct baton_memory whole = {0};
    size_t index = 0;

    scene.judge = judge;
    scene.place_count = scene.border_count = scene.descriptor_count = 0;
    add_loaders(&scene);
    add_others(&scene);
    add_descriptors(&scene);
    for (size_t i = 0; i + 1 < scene.border_count; i++) {
        struct baton_memory piece;

        if (scene.borders[i] == scene.borders[i + 1] || !expect(&scene, scene.borders[i], &piece))
            continue;
        piece.size = scene.borders[i + 1] - scene.borders[i];
        if (whole.size > 0 && alike(&whole, &piece)) {
            whole.size += piece.size;
            continue;
        }
        if (whole.size > 0)
            check_entry(judge, &whole, &index);
        whole = piece;
    }
    check_entry(judge, &whole, &index);
    if (index != judge->memory_count)
        check_broken(CHECK_MAP_COUNT, "the map has %zu entries instead of %zu", judge->memory_count, index);
}
