/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 5: the memory map alone, and against the firmware's. */
#include "selfcheck.h"

#define HIGHEST (1ULL << 52)
#define REACH   (HALF_SIZE / 4) /* what any direct map reaches */

static const uint32_t strictness[] = {
    BATON_MEMORY_USABLE,           BATON_MEMORY_BOOT_SERVICES, BATON_MEMORY_LOADER,       BATON_MEMORY_SPECIFIC_PURPOSE,
    BATON_MEMORY_ACPI_RECLAIMABLE, BATON_MEMORY_RUNTIME_DATA,  BATON_MEMORY_RUNTIME_CODE, BATON_MEMORY_ACPI_NVS,
    BATON_MEMORY_PERSISTENT,       BATON_MEMORY_UNACCEPTED,    BATON_MEMORY_MMIO,         BATON_MEMORY_RESERVED,
    BATON_MEMORY_UNUSABLE,
};

static unsigned strictness_of(uint32_t kind)
{
    unsigned at = 0;

    while (at < COUNT(strictness) && strictness[at] != kind)
        at++;
    return at;
}

static uint32_t kind_of_type(const struct efi_descriptor *descriptor)
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

    if (descriptor->type == EFI_CONVENTIONAL && descriptor->attributes & EFI_ATTRIBUTE_SP)
        return BATON_MEMORY_SPECIFIC_PURPOSE;
    return descriptor->type < COUNT(kinds) ? kinds[descriptor->type] : BATON_MEMORY_RESERVED;
}

static bool would_be_free(uint32_t kind)
{
    return kind_is_free(kind) || kind == BATON_MEMORY_SPECIFIC_PURPOSE;
}

/* What is known of a page without the loader's map, and up to where the same holds. */
struct truth {
    uint64_t next;
    const struct efi_descriptor *winner;        /* NULL: the firmware's map does not list it */
    bool firmware_table, framebuffer, reserved; /* by the device tree */
};

static void bound(struct truth *truth, uint64_t at, uint64_t start, uint64_t end)
{
    if (start > at && start < truth->next)
        truth->next = start;
    if (end > at && end < truth->next)
        truth->next = end;
}

static uint64_t descriptor_end(const struct efi_descriptor *descriptor)
{
    uint64_t most = (HIGHEST - descriptor->physical) / PAGE;

    if (descriptor->physical >= HIGHEST)
        return descriptor->physical;
    return descriptor->physical + (descriptor->pages < most ? descriptor->pages : most) * PAGE;
}

static struct truth truth_at(const struct subject *subject, uint64_t at, uint64_t end)
{
    struct truth truth = {.next = end};

    for (uint64_t i = 0; i < efi_count(subject); i++) {
        const struct efi_descriptor *descriptor = efi_descriptor(subject, i);
        uint64_t stop = descriptor_end(descriptor);

        bound(&truth, at, descriptor->physical, stop);
        if (at >= descriptor->physical && at < stop &&
            (!truth.winner || strictness_of(kind_of_type(descriptor)) > strictness_of(kind_of_type(truth.winner))))
            truth.winner = descriptor;
    }
    for (unsigned i = 0; i < subject->firmware.count; i++) {
        const struct firmware_range *range = &subject->firmware.range[i];
        uint64_t start = ROUND_DOWN(range->physical), stop = ROUND_UP(range->physical + range->size);

        bound(&truth, at, start, stop);
        truth.firmware_table |= at >= start && at < stop;
    }
    BATON_FOR_EACH (struct baton_framebuffer, screen, &subject->baton->framebuffers) {
        uint64_t start = ROUND_DOWN(screen->physical), stop = ROUND_UP(screen->physical + screen->size);

        bound(&truth, at, start, stop);
        truth.framebuffer |= at >= start && at < stop;
    }
    for (unsigned i = 0; i < subject->reserved.count; i++) {
        bound(&truth, at, subject->reserved.base[i], subject->reserved.end[i]);
        truth.reserved |= at >= subject->reserved.base[i] && at < subject->reserved.end[i];
    }
    bound(&truth, at, 0, PAGE);
    return truth;
}

static uint32_t true_kind(const struct truth *truth, uint64_t at)
{
    uint32_t kind;

    if (truth->framebuffer)
        return BATON_MEMORY_FRAMEBUFFER;
    if (truth->firmware_table)
        return BATON_MEMORY_FIRMWARE_TABLES;
    if (truth->reserved)
        return BATON_MEMORY_RESERVED;
    if (!truth->winner)
        return 0;
    kind = kind_of_type(truth->winner);
    if (would_be_free(kind) && at < PAGE)
        return BATON_MEMORY_RESERVED;
    if (would_be_free(kind) && !(truth->winner->attributes & EFI_ATTRIBUTE_WB))
        return BATON_MEMORY_WITHHELD;
    return kind;
}

/* ---- the map alone ---- */

static void check_order(struct subject *subject)
{
    uint64_t end = 0;

    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map) {
        if (entry->base < end)
            broken("the entry at %#lx begins before the one before ends", entry->base);
        if (entry->base + entry->size < entry->base)
            broken("the entry at %#lx wraps around", entry->base);
        end = entry->base + entry->size;
    }
}

static void check_alignment(struct subject *subject)
{
    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map)
        if (entry->base % PAGE != 0 || entry->size % PAGE != 0 || entry->size == 0)
            broken("the entry at %#lx has %#lx bytes", entry->base, entry->size);
}

static void check_merged(struct subject *subject)
{
    const struct baton_memory *before = NULL;

    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map) {
        if (before && before->base + before->size == entry->base && before->kind == entry->kind &&
            before->efi_type == entry->efi_type && before->efi_attributes == entry->efi_attributes)
            broken("the entries at %#lx and %#lx are alike", before->base, entry->base);
        before = entry;
    }
}

static void check_known_kinds(struct subject *subject)
{
    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map)
        if (entry->kind < BATON_MEMORY_USABLE || entry->kind > BATON_MEMORY_WITHHELD)
            broken("the entry at %#lx has the kind %u", entry->base, entry->kind);
}

static void check_page_zero(struct subject *subject)
{
    const struct baton_memory *entry = map_entry(subject, 0);

    if (entry && (would_be_free(entry->kind) || kind_is_placed(entry->kind)))
        broken("page 0 is of kind %u", entry->kind);
}

/* ---- the map against the firmware's ---- */

static void check_kinds(struct subject *subject)
{
    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map) {
        uint64_t end = entry->base + entry->size;

        for (uint64_t at = entry->base; at < end;) {
            struct truth truth = truth_at(subject, at, end);
            uint32_t kind = true_kind(&truth, at);

            if (kind_is_placed(entry->kind)) {
                /* Memory that the loader took from the firmware, whatever it put there. */
                if (!truth.winner || kind_of_type(truth.winner) != BATON_MEMORY_LOADER)
                    broken("%#lx is of kind %u, but not the loader's by the firmware's map", at, entry->kind);
            } else if (entry->kind == BATON_MEMORY_WITHHELD && at >= REACH) {
                if (!would_be_free(kind))
                    broken("%#lx is withheld, and would be of kind %u", at, kind);
            } else if (kind != 0 && entry->kind != kind) {
                broken("%#lx is of kind %u, and by the firmware's map and the tables of kind %u", at, entry->kind,
                       kind);
            }
            at = truth.next;
        }
    }
}

/* Where descriptors of one kind overlap it may be any one's. */
static bool firmware_says(const struct subject *subject, uint64_t at, const struct baton_memory *entry,
                          const struct efi_descriptor *winner)
{
    for (uint64_t i = 0; i < efi_count(subject); i++) {
        const struct efi_descriptor *descriptor = efi_descriptor(subject, i);

        if (at >= descriptor->physical && at < descriptor_end(descriptor) && descriptor->type == entry->efi_type &&
            descriptor->attributes == entry->efi_attributes && kind_of_type(descriptor) == kind_of_type(winner))
            return true;
    }
    return false;
}

static void check_attributes(struct subject *subject)
{
    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map) {
        uint64_t end = entry->base + entry->size;

        for (uint64_t at = entry->base; at < end;) {
            struct truth truth = truth_at(subject, at, end);

            if (truth.winner && !firmware_says(subject, at, entry, truth.winner))
                broken("%#lx has type %u, attributes %#lx; the firmware says %u, %#lx", at, entry->efi_type,
                       entry->efi_attributes, truth.winner->type, truth.winner->attributes);
            if (!truth.winner && (entry->efi_type != 0 || entry->efi_attributes != 0))
                broken("%#lx has type %u, attributes %#lx; the firmware does not list it", at, entry->efi_type,
                       entry->efi_attributes);
            at = truth.next;
        }
    }
}

static void check_covers(struct subject *subject)
{
    for (uint64_t i = 0; i < efi_count(subject); i++) {
        const struct efi_descriptor *descriptor = efi_descriptor(subject, i);

        for (uint64_t at = descriptor->physical; at < descriptor_end(descriptor);) {
            const struct baton_memory *entry = map_entry(subject, at);

            if (!entry) {
                broken("%#lx is in the firmware's map and in no entry", at);
                break;
            }
            at = entry->base + entry->size;
        }
    }
}

static void check_extra(struct subject *subject)
{
    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map) {
        uint64_t end = entry->base + entry->size;

        for (uint64_t at = entry->base; at < end;) {
            struct truth truth = truth_at(subject, at, end);

            if (!truth.winner && true_kind(&truth, at) != entry->kind)
                broken("%#lx is of kind %u, and the firmware's map does not list it", at, entry->kind);
            at = truth.next;
        }
    }
}

static const struct check checks[] = {
    {"map-order", check_order},           {"map-aligned", check_alignment},
    {"map-merged", check_merged},         {"map-known-kinds", check_known_kinds},
    {"map-page-zero", check_page_zero},   {"map-kinds", check_kinds},
    {"map-attributes", check_attributes}, {"map-covers", check_covers},
    {"map-extra", check_extra},
};
const struct check_list map_checks = {checks, COUNT(checks)};
