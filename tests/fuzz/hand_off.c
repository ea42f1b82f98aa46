/* SPDX-License-Identifier: BSD-2-Clause */
#include "hand_off.h"

#include <stdlib.h>
#include <string.h>

#include "baton_layout.h"
#include "fuzz.h"
#include "permissions.h"

#define PAGE       4096ULL
#define WRITABLE   2ULL
#define NO_EXECUTE (1ULL << 63)

struct view {
    const struct made_boot *boot;
    const struct plan *plan;
    const struct baton_kernel_plan *kernel;
    const struct baton *baton;
    const struct baton_memory *entries;
    size_t count;
    uint64_t kernel_address, kernel_physical, kernel_size;
};

/* What the table of section 3.3 says of a page in the direct map. */
struct rule {
    bool mapped, writable, executable, combining;
    bool any; /* a kernel's own pages: looked at elsewhere */
};

void hand_off_check_image(const struct made_boot *boot)
{
    const struct plan *plan = &boot->plan;
    const struct baton_plan *own = plan->protocol_data;
    const struct image *image = &own->kernel.image;
    uint8_t *expected = calloc(image->size, 1);

    CHECK(expected && plan->requests[plan->kernel].size == image->size);
    for (size_t i = 0; i < image->part_count; i++)
        memcpy(expected + image->parts[i].offset, boot->content[0] + image->parts[i].file_offset, image->parts[i].size);
    CHECK(memcmp(plan->places[plan->kernel].memory, expected, image->size) == 0);
    free(expected);
}

static struct rule rule_for(const struct view *view, const struct baton_memory *entry, uint64_t address)
{
    const struct plan *plan = view->plan;
    const struct machine_facts *machine = &view->boot->facts.machine;
    bool cached = (entry->efi_attributes & EFI_ATTRIBUTE_WRITE_BACK) != 0;

    switch (entry->kind) {
    case BATON_MEMORY_USABLE:
    case BATON_MEMORY_BOOT_SERVICES:
    case BATON_MEMORY_SPECIFIC_PURPOSE:
    case BATON_MEMORY_LOADER:
        CHECK(cached); /* else it is withheld */
        return (struct rule){.mapped = true, .writable = true};
    case BATON_MEMORY_ACPI_RECLAIMABLE:
    case BATON_MEMORY_ACPI_NVS:
    case BATON_MEMORY_RUNTIME_DATA:
        return (struct rule){.mapped = cached, .writable = true};
    case BATON_MEMORY_RUNTIME_CODE:
        return (struct rule){.mapped = cached};
    case BATON_MEMORY_FIRMWARE_TABLES:
        return (struct rule){.mapped = true};
    case BATON_MEMORY_BATON:
    case BATON_MEMORY_MODULE:
    case BATON_MEMORY_PAGE_TABLES:
        return (struct rule){.mapped = true, .writable = true};
    case BATON_MEMORY_STACK:
        return (struct rule){.mapped = address - plan->places[plan->stack].physical >= PAGE, .writable = true};
    case BATON_MEMORY_TRAMPOLINE:
        if (address - plan->places[plan->trampoline].physical >= machine->trampoline_code)
            return (struct rule){.mapped = true, .writable = true};
        return (struct rule){.mapped = true, .executable = plan->direct_map_base == 0 || plan->identity_map};
    case BATON_MEMORY_KERNEL:
        return (struct rule){.mapped = true, .any = true};
    case BATON_MEMORY_FRAMEBUFFER:
        return (struct rule){.mapped = true, .writable = true, .combining = true};
    default:
        return (struct rule){0};
    }
}

static uint32_t kernel_permissions(const struct view *view, uint64_t offset, bool *ret_none)
{
    const struct image *image = &view->kernel->image;

    for (size_t i = 0; i < image->run_count; i++) {
        if (offset >= image->runs[i].offset && offset - image->runs[i].offset < image->runs[i].size)
            return image->runs[i].permissions;
    }
    *ret_none = true;
    return PERMIT_WRITE;
}

static void check_bits(uint64_t leaf, unsigned level, const struct rule *rule)
{
    uint64_t caching = leaf & (level == 1 ? 0x98 : 0x1018);

    CHECK((leaf & 0x61) == 0x61 && !(leaf & 0x104)); /* present, accessed, dirty; no user's, not global */
    CHECK(caching == (!rule->combining ? 0 : level == 1 ? 0x88 : 0x1008));
    CHECK(rule->any || ((leaf & WRITABLE) != 0) == rule->writable);
    CHECK(rule->any || ((leaf & NO_EXECUTE) == 0) == rule->executable);
}

/* The kernel as it runs: with the permissions of its pages, by whichever mapping. */
static void check_kernel_page(const struct view *view, uint64_t offset, uint64_t leaf, bool alias)
{
    bool none = false;
    uint32_t permissions = kernel_permissions(view, offset, &none);

    CHECK(alias || view->kernel->image.high || !none || permissions == PERMIT_WRITE);
    CHECK(alias || !view->kernel->image.high || !none);
    CHECK(((leaf & WRITABLE) != 0) == ((permissions & PERMIT_WRITE) != 0));
    CHECK(((leaf & NO_EXECUTE) == 0) == (!alias && (permissions & PERMIT_EXECUTE)));
}

/* A leaf of the direct map: all of it, entry by entry of the memory map. */
static void check_direct(const struct view *view, uint64_t physical, uint64_t size, uint64_t leaf, unsigned level)
{
    uint64_t at = physical;

    CHECK(physical != 0);
    while (at < physical + size) {
        const struct baton_memory *entry = memory_map_find(view->entries, view->count, at);
        struct rule rule;

        CHECK(entry);
        rule = rule_for(view, entry, at);
        CHECK(rule.mapped);
        check_bits(leaf, level, &rule);
        if (rule.any)
            check_kernel_page(view, at - view->kernel_physical, leaf, view->kernel->image.high);
        /* These are not the same all over. */
        if (rule.any || entry->kind == BATON_MEMORY_TRAMPOLINE || entry->kind == BATON_MEMORY_STACK)
            at += PAGE;
        else
            at = entry->base + entry->size;
        CHECK(level > 1 || at >= physical + size);
    }
    CHECK(view->baton->direct_map.end >= view->plan->direct_map_base + physical + size || (leaf & 0x98) == 0x88 ||
          (leaf & 0x1018) == 0x1008);
}

static void check_leaf(const struct view *view, uint64_t address, uint64_t leaf, unsigned level)
{
    const struct plan *plan = view->plan;
    uint64_t size = 1ULL << (12 + 9 * (level - 1)), physical = leaf & 0x000ffffffffff000ULL & ~(size - 1);
    uint64_t trampoline = plan->places[plan->trampoline].physical;
    const struct rule any = {.mapped = true, .any = true};

    CHECK(address != 0);
    CHECK((leaf & NO_EXECUTE) || !(leaf & WRITABLE) || view->kernel->flat);
    if (view->kernel->image.high && address - view->kernel_address < view->kernel_size) {
        CHECK(physical - view->kernel_physical == address - view->kernel_address);
        check_bits(leaf, level, &any);
        for (uint64_t at = 0; at < size; at += PAGE)
            check_kernel_page(view, address - view->kernel_address + at, leaf, false);
        return;
    }
    if (address - plan->direct_map_base == physical && address >= plan->direct_map_base) {
        check_direct(view, physical, size, leaf, level);
        return;
    }
    CHECK(address == physical);
    if (plan->identity_map) {
        check_direct(view, physical, size, leaf, level);
        return;
    }
    CHECK(physical - trampoline < view->boot->facts.machine.trampoline_code && !(leaf & (WRITABLE | NO_EXECUTE)));
}

static void walk(const struct view *view, const uint64_t *table, unsigned level, uint64_t address)
{
    const struct plan_place *pool = &view->plan->places[view->plan->tables];
    unsigned shift = 12 + 9 * (level - 1);

    for (uint64_t i = 0; i < 512; i++) {
        uint64_t here = address | i << shift, entry = table[i];
        uint64_t physical = entry & 0x000ffffffffff000ULL;

        if (entry == 0)
            continue;
        if (level == view->boot->facts.machine.paging_levels && i >= 256) /* canonical */
            here |= ~0ULL << (shift + 9);
        if (level == 1 || (entry & 0x80)) {
            CHECK(level <= (view->boot->facts.machine.gigabyte_pages ? 3u : 2u));
            check_leaf(view, here, entry, level);
            continue;
        }
        CHECK((entry & ~0x000ffffffffff000ULL) == 0x23 && physical > pool->physical);
        CHECK(physical - pool->physical < view->plan->requests[view->plan->tables].size);
        walk(view, (const uint64_t *)(const void *)(pool->memory + (physical - pool->physical)), level - 1, here);
    }
}

/* The first and the last page of what should be mapped. */
static void check_presence(const struct view *view, const struct baton_memory *entry)
{
    const uint64_t pages[] = {entry->base, entry->base + entry->size - PAGE};

    for (size_t i = 0; i < COUNT(pages) && pages[i] < view->plan->direct_map_limit; i++) {
        struct rule rule = rule_for(view, entry, pages[i]);
        bool mapped = rule.mapped && pages[i] != 0;
        uint64_t physical = 0;

        if (entry->kind == BATON_MEMORY_FRAMEBUFFER) /* whole, or not at all */
            mapped = entry->base + entry->size <= view->plan->direct_map_limit;
        CHECK((made_boot_leaf(view->boot, view->plan->direct_map_base + pages[i], &physical) != 0) == mapped);
        if (view->plan->identity_map)
            CHECK((made_boot_leaf(view->boot, pages[i], &physical) != 0) == mapped);
    }
}

static void check_map(const struct view *view)
{
    const struct plan *plan = view->plan;

    for (size_t i = 0; i < view->count; i++) {
        const struct baton_memory *entry = &view->entries[i];

        CHECK(entry->size > 0 && entry->base % PAGE == 0 && entry->size % PAGE == 0);
        CHECK(i == 0 || entry[-1].base + entry[-1].size <= entry->base);
        CHECK(entry->kind != BATON_MEMORY_WITHHELD || !(entry->efi_attributes & EFI_ATTRIBUTE_WRITE_BACK) ||
              entry->base + entry->size > plan->direct_map_limit);
        check_presence(view, entry);
    }
    for (size_t i = 0; i < plan->request_count; i++) {
        const struct baton_memory *entry = memory_map_find(view->entries, view->count, plan->places[i].physical);

        CHECK(entry && entry->kind == plan->requests[i].kind);
        entry = memory_map_find(view->entries, view->count, plan->places[i].physical + plan->requests[i].labelled - 1);
        CHECK(entry && entry->kind == plan->requests[i].kind);
    }
}

/* A pointer that the kernel gets leads to these bytes in memory that stays. */
static const void *see(const struct view *view, const void *pointer, uint64_t size)
{
    const void *seen = made_boot_see(view->boot, pointer, size);
    const struct baton_memory *entry =
        memory_map_find(view->entries, view->count, (uintptr_t)pointer - view->plan->direct_map_base);

    CHECK(seen && entry && entry->kind == BATON_MEMORY_BATON);
    return seen;
}

static void check_baton(const struct view *view)
{
    const struct made_boot *boot = view->boot;
    const struct baton *baton = view->baton;

    CHECK(baton->magic == BATON_MAGIC && baton->version == BATON_VERSION && baton->size == sizeof(*baton));
    CHECK(strcmp(see(view, baton->command_line, strlen(boot->entry.options) + 1), boot->entry.options) == 0);
    CHECK(baton->kernel.address == view->kernel_address && baton->kernel.physical == view->kernel_physical);
    CHECK(baton->modules.count == boot->input.file_count - 1);
    CHECK((baton->rsdp != NULL) == boot->facts.tables.has_rsdp && (!baton->rsdp || see(view, baton->rsdp, RSDP_SIZE)));
    CHECK((uintptr_t)baton->efi_system_table ==
          (boot->facts.system_table ? view->plan->direct_map_base + boot->facts.system_table : 0));
    CHECK(!baton->smbios2 == !boot->facts.tables.has_smbios2 && !baton->smbios3 == !boot->facts.tables.has_smbios3);
    CHECK(!baton->smbios2 || (see(view, baton->smbios2, SMBIOS2_SIZE) && see(view, baton->smbios3, SMBIOS3_SIZE)));
    CHECK((baton->device_tree != NULL) == (boot->facts.device_tree.size > 0));
    CHECK(!baton->device_tree || memcmp(see(view, baton->device_tree, boot->facts.device_tree.size),
                                        boot->facts.device_tree.data, boot->facts.device_tree.size) == 0);
    CHECK(view->plan->entry - view->kernel_address < view->kernel_size);
    for (uint32_t i = 0; i < baton->framebuffers.count; i++) {
        const struct baton_framebuffer *framebuffer = &((const struct baton_framebuffer *)see(
            view, baton->framebuffers.first, (uint64_t)baton->framebuffers.count * sizeof(*framebuffer)))[i];

        CHECK((uintptr_t)framebuffer->address == view->plan->direct_map_base + framebuffer->physical);
        CHECK(!framebuffer->edid || see(view, framebuffer->edid, framebuffer->edid_size));
    }
}

void hand_off_check(const struct made_boot *boot)
{
    const struct plan *plan = &boot->plan;
    const struct baton_plan *own = plan->protocol_data;
    const struct baton *baton = (const struct baton *)(const void *)plan->places[plan->baton].memory;
    const struct view view = {
        .boot = boot,
        .plan = plan,
        .kernel = &own->kernel,
        .baton = baton,
        .entries = made_boot_see(boot, baton->memory_map.first, baton->memory_map.count * sizeof(struct baton_memory)),
        .count = baton->memory_map.count,
        .kernel_address = own->kernel.image.base + own->kernel.slide,
        .kernel_physical = plan->places[plan->kernel].physical,
        .kernel_size = own->kernel.image.size,
    };

    CHECK(view.entries && boot->root == plan->places[plan->tables].physical);
    check_map(&view);
    walk(&view, (const uint64_t *)(const void *)plan->places[plan->tables].memory, boot->facts.machine.paging_levels,
         0);
    check_baton(&view);
}
