/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies in the memory map. */
#include "selfcheck.h"

#include "memory.h"

static bool set_kind(struct baton_memory *entry, uint32_t kind)
{
    if (entry)
        poke32(&entry->kind, kind);
    return entry != NULL;
}

static unsigned last_entry(const struct subject *subject)
{
    return subject->baton->memory_map.count - 1;
}

static bool tell_swapped(struct subject *subject)
{
    struct baton_memory copies[2] = {*entry_number(subject, 0), *entry_number(subject, 1)};

    poke(entry_number(subject, 0), &copies[1], sizeof(copies[1]));
    poke(entry_number(subject, 1), &copies[0], sizeof(copies[0]));
    return true;
}

/* Two neighbours that touch. */
static bool tell_overlap(struct subject *subject)
{
    for (unsigned i = 1; i <= last_entry(subject); i++) {
        struct baton_memory *before = entry_number(subject, i - 1), *entry = entry_number(subject, i);

        if (before->base + before->size != entry->base)
            continue;
        poke64(&entry->base, entry->base - PAGE);
        poke64(&entry->size, entry->size + PAGE);
        return true;
    }
    return false;
}

static bool tell_unaligned(struct subject *subject)
{
    poke64(&entry_number(subject, 1)->size, entry_number(subject, 1)->size - 1);
    return true;
}

static bool tell_empty(struct subject *subject)
{
    poke64(&entry_number(subject, 1)->size, 0);
    return true;
}

/* Two neighbours that touch become alike. */
static bool tell_alike(struct subject *subject)
{
    for (unsigned i = 1; i <= last_entry(subject); i++) {
        struct baton_memory *before = entry_number(subject, i - 1), *entry = entry_number(subject, i);

        if (before->base + before->size != entry->base || before->base == 0)
            continue;
        poke32(&entry->kind, before->kind);
        poke32(&entry->efi_type, before->efi_type);
        poke64(&entry->efi_attributes, before->efi_attributes);
        return true;
    }
    return false;
}

static bool tell_unknown_kind(struct subject *subject)
{
    return set_kind(entry_of_kind(subject, BATON_MEMORY_BOOT_SERVICES), 23);
}

static bool tell_page_zero(struct subject *subject)
{
    struct baton_memory *first = entry_number(subject, 0);

    poke64(&first->size, first->base + first->size);
    poke64(&first->base, 0);
    return set_kind(first, BATON_MEMORY_USABLE);
}

static bool tell_reserved_usable(struct subject *subject)
{
    for (unsigned i = 0; i <= last_entry(subject); i++)
        if (entry_number(subject, i)->kind == BATON_MEMORY_RESERVED && entry_number(subject, i)->base != 0)
            return set_kind(entry_number(subject, i), BATON_MEMORY_USABLE);
    return false;
}

static bool tell_boot_services_usable(struct subject *subject)
{
    return set_kind(entry_of_kind(subject, BATON_MEMORY_BOOT_SERVICES), BATON_MEMORY_USABLE);
}

static bool tell_usable_baton(struct subject *subject)
{
    return set_kind(entry_of_kind(subject, BATON_MEMORY_USABLE), BATON_MEMORY_BATON);
}

static bool tell_runtime_code_data(struct subject *subject)
{
    return set_kind(entry_of_kind(subject, BATON_MEMORY_RUNTIME_CODE), BATON_MEMORY_RUNTIME_DATA);
}

static bool tell_withheld(struct subject *subject)
{
    return set_kind(entry_of_kind(subject, BATON_MEMORY_USABLE), BATON_MEMORY_WITHHELD);
}

static bool tell_type(struct subject *subject)
{
    poke32(&entry_of_kind(subject, BATON_MEMORY_BATON)->efi_type, EFI_CONVENTIONAL);
    return true;
}

static bool tell_attributes(struct subject *subject)
{
    struct baton_memory *entry = entry_of_kind(subject, BATON_MEMORY_USABLE);

    poke64(&entry->efi_attributes, entry->efi_attributes | EFI_ATTRIBUTE_RUNTIME);
    return true;
}

static bool tell_short_entry(struct subject *subject)
{
    struct baton_memory *entry = entry_of_kind(subject, BATON_MEMORY_USABLE);

    poke64(&entry->size, entry->size - PAGE);
    return entry->size != 0;
}

/* One entry reaches into what the firmware does not list. */
/* The first one that something is missing behind; it may be the last one. */
static bool tell_long_entry(struct subject *subject)
{
    const unsigned last = last_entry(subject);
    unsigned i = 0;
    struct baton_memory *entry;

    while (i < last &&
           entry_number(subject, i)->base + entry_number(subject, i)->size == entry_number(subject, i + 1)->base)
        i++;
    entry = entry_number(subject, i);
    poke64(&entry->size, entry->size + PAGE);
    return true;
}

static bool tell_kernel_loader(struct subject *subject)
{
    return set_kind(entry_of_kind(subject, BATON_MEMORY_KERNEL), BATON_MEMORY_LOADER);
}

static bool tell_stack_baton(struct subject *subject)
{
    return set_kind(entry_of_kind(subject, BATON_MEMORY_STACK), BATON_MEMORY_BATON);
}

static bool tell_module_loader(struct subject *subject)
{
    return set_kind(entry_of_kind(subject, BATON_MEMORY_MODULE), BATON_MEMORY_LOADER);
}

static bool tell_trampoline_gone(struct subject *subject)
{
    for (unsigned i = 0; i <= last_entry(subject); i++)
        if (entry_number(subject, i)->kind == BATON_MEMORY_TRAMPOLINE)
            (void)set_kind(entry_number(subject, i), BATON_MEMORY_LOADER);
    return true;
}

static bool tell_page_tables_usable(struct subject *subject)
{
    return set_kind(entry_of_kind(subject, BATON_MEMORY_PAGE_TABLES), BATON_MEMORY_LOADER);
}

static bool tell_usable_page_tables(struct subject *subject)
{
    return set_kind(entry_of_kind(subject, BATON_MEMORY_USABLE), BATON_MEMORY_PAGE_TABLES);
}

static bool tell_baton_boot_services(struct subject *subject)
{
    const struct baton_memory *entry = map_entry(subject, physical_of(subject, subject->baton));

    return entry && set_kind((struct baton_memory *)(uintptr_t)entry, BATON_MEMORY_BOOT_SERVICES);
}

static bool tell_no_label(struct subject *subject)
{
    return set_kind(entry_of_kind(subject, BATON_MEMORY_FIRMWARE_TABLES), BATON_MEMORY_ACPI_RECLAIMABLE);
}

static bool tell_label(struct subject *subject)
{
    return set_kind(entry_of_kind(subject, BATON_MEMORY_RUNTIME_DATA), BATON_MEMORY_FIRMWARE_TABLES);
}

static const struct lie lies[] = {
    LIE("entries-swapped", "map-order", tell_swapped),
    LIE("entries-overlap", "map-order", tell_overlap),
    LIE("entry-unaligned", "map-aligned", tell_unaligned),
    LIE("entry-empty", "map-aligned", tell_empty),
    LIE("entries-alike", "map-merged", tell_alike),
    LIE("unknown-kind", "map-known-kinds", tell_unknown_kind),
    LIE("page-zero-usable", "map-page-zero", tell_page_zero),
    LIE("reserved-usable", "map-kinds", tell_reserved_usable),
    LIE("boot-services-usable", "map-kinds", tell_boot_services_usable),
    LIE("usable-baton", "map-kinds", tell_usable_baton),
    LIE("runtime-code-data", "map-kinds", tell_runtime_code_data),
    LIE("usable-withheld", "map-kinds", tell_withheld),
    LIE("type", "map-attributes", tell_type),
    LIE("attributes", "map-attributes", tell_attributes),
    LIE("entry-short", "map-covers", tell_short_entry),
    LIE("entry-long", "map-extra", tell_long_entry),
    LIE("kernel-loader", "map-kernel", tell_kernel_loader),
    LIE("stack-baton", "map-stack", tell_stack_baton),
    LIE("module-loader", "map-modules", tell_module_loader),
    LIE("trampoline-gone", "map-trampoline", tell_trampoline_gone),
    LIE("page-tables-loader", "page-tables", tell_page_tables_usable),
    LIE("usable-page-tables", "map-page-tables", tell_usable_page_tables),
    LIE("baton-boot-services", "pointers", tell_baton_boot_services),
    LIE("no-label", "firmware-labels", tell_no_label),
    LIE("label", "firmware-labels", tell_label),
};
const struct lie_list lies_memory = {lies, COUNT(lies)};
