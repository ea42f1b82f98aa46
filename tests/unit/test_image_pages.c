/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels' layouts by chance, against a second reading of the rules: page by page and byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "image.h"
#include "log.h"
#include "made_elf.h"
#include "permissions.h"

#define NAME      "/kernel.elf"
#define FILE_SIZE 0x10000ULL
#define SEGMENTS  8
#define OTHER     0x6474e550 /* a kind that says nothing of memory */
#define PAGES     12         /* the window in which segments lie */
#define UNIT      0x200ULL
#define UNITS     (PAGES * 0x1000 / UNIT)
#define UNMAPPED  0xffU

/* What the rules make of the segments. */
struct reference {
    bool boots;
    uint64_t first_page, page_count; /* of the window */
    uint8_t permissions[PAGES];
    unsigned relro_pages;      /* pages that only PT_GNU_RELRO makes read-only */
    uint64_t file_unit[UNITS]; /* where in the file its bytes come from, in units; UINT64_MAX for zeros */
};

struct sample {
    uint64_t window; /* address of the first page */
    struct elf_segment segments[SEGMENTS];
    uint32_t count;
    uint64_t entry;
    bool movable;
};

static bool takes_memory(const struct elf_segment *segment)
{
    return segment->kind == ELF_SEGMENT_LOAD && segment->memory_size > 0;
}

/* Marks the units of one segment. False when another has one of them. */
static bool place_units(const struct sample *sample, size_t index, int *owner, struct reference *reference)
{
    const struct elf_segment *segment = &sample->segments[index];
    uint64_t first = (segment->address - sample->window) / UNIT;

    for (uint64_t i = 0; i < segment->memory_size / UNIT; i++) {
        if (owner[first + i] >= 0)
            return false;
        owner[first + i] = (int)index;
        if (i < segment->file_size / UNIT)
            reference->file_unit[first + i] = segment->offset / UNIT + i;
    }
    return true;
}

static uint8_t permissions_of(uint32_t flags)
{
    return (uint8_t)((flags & ELF_WRITE ? PERMIT_WRITE : 0) | (flags & ELF_EXECUTE ? PERMIT_EXECUTE : 0));
}

/* What one page may be used for: all that its segments may be used for. */
static uint8_t page_permissions(const struct sample *sample, const int *owner, size_t page)
{
    uint8_t permissions = UNMAPPED;

    for (size_t i = page * (UNITS / PAGES); i < (page + 1) * (UNITS / PAGES); i++) {
        if (owner[i] >= 0)
            permissions = (uint8_t)((permissions == UNMAPPED ? 0 : permissions) |
                                    permissions_of(sample->segments[owner[i]].flags));
    }
    return permissions;
}

/* A page is whole when every unit of it is read-only after relocation, or, in the first one, before the segment. */
static bool is_whole(const struct sample *sample, const int *owner, const struct elf_segment *relro, size_t page)
{
    uint64_t first = (relro->address - sample->window) / UNIT, end = first + relro->memory_size / UNIT;

    for (uint64_t i = page * (UNITS / PAGES); i < (page + 1) * (UNITS / PAGES); i++) {
        bool starts_segment = owner[first] >= 0 && sample->segments[owner[first]].address == relro->address;

        if (i >= end || (i < first && (owner[i] >= 0 || !starts_segment)))
            return false;
    }
    return true;
}

/* Only pages that were writable may become read-only. */
static void apply_relro(const struct sample *sample, const int *owner, const struct elf_segment *relro,
                        struct reference *reference)
{
    uint64_t first = relro->address - sample->window, end = first + relro->memory_size;

    for (size_t page = first / 4096; first < end && page <= (end - 1) / 4096; page++) {
        if (page >= PAGES || reference->permissions[page] == UNMAPPED ||
            !(reference->permissions[page] & PERMIT_WRITE)) {
            reference->boots = false;
        } else if (is_whole(sample, owner, relro, page)) {
            reference->permissions[page] = PERMIT_READ;
            reference->relro_pages++;
        }
    }
}

static struct reference read_rules(const struct sample *sample)
{
    struct reference reference = {.boots = true, .first_page = PAGES};
    int owner[UNITS];
    uint64_t entry_unit = (sample->entry - sample->window) / UNIT, end = 0;

    memset(owner, 0xff, sizeof(owner));
    memset(reference.file_unit, 0xff, sizeof(reference.file_unit));
    for (uint32_t i = 0; i < sample->count; i++) {
        const struct elf_segment *segment = &sample->segments[i];

        if (!takes_memory(segment))
            continue;
        if (segment->file_size > segment->memory_size || segment->offset + segment->file_size > FILE_SIZE ||
            !place_units(sample, i, owner, &reference))
            reference.boots = false;
    }
    for (size_t page = 0; page < PAGES; page++) {
        reference.permissions[page] = page_permissions(sample, owner, page);
        if (reference.permissions[page] == UNMAPPED)
            continue;
        reference.first_page = reference.first_page < page ? reference.first_page : page;
        end = page + 1;
        if (reference.permissions[page] == (PERMIT_WRITE | PERMIT_EXECUTE))
            reference.boots = false;
    }
    for (uint32_t i = 0; i < sample->count && reference.boots; i++) {
        if (sample->segments[i].kind == ELF_SEGMENT_RELRO)
            apply_relro(sample, owner, &sample->segments[i], &reference);
    }
    reference.page_count = end - (end > 0 ? reference.first_page : 0);
    if (entry_unit >= UNITS || owner[entry_unit] < 0 || !(sample->segments[owner[entry_unit]].flags & ELF_EXECUTE))
        reference.boots = false;
    return reference;
}

/* Part of a segment, or some of it and what follows; or anything. */
static struct elf_segment make_relro(struct chance *chance, const struct sample *sample)
{
    const struct elf_segment *of = &sample->segments[chance_below(chance, sample->count)];
    uint64_t first, size;

    for (uint32_t i = 0; i < sample->count && chance_one_in(chance, 2); i++) {
        if (sample->segments[i].flags == (ELF_READ | ELF_WRITE))
            of = &sample->segments[i];
    }
    first = (of->address - sample->window) / UNIT;
    size = of->memory_size / UNIT;
    if (chance_one_in(chance, 2) && size > 0) {
        uint64_t skipped = chance_below(chance, size);

        first += skipped;
        size -= skipped;
    }
    if (chance_one_in(chance, 3))
        size = (first + size + UNITS / PAGES - 1) / (UNITS / PAGES) * (UNITS / PAGES) - first; /* as ld.lld does it */
    if (chance_one_in(chance, 10))
        size = chance_size(chance, 2 * UNITS);
    return (struct elf_segment){
        .kind = ELF_SEGMENT_RELRO, .address = sample->window + first * UNIT, .memory_size = size * UNIT};
}

static struct sample make_sample(struct chance *chance)
{
    static const uint64_t windows[] = {0x100000, 0xffffffff80000000, 0x00007fffffff4000, 0xffff800000000000,
                                       0 - PAGES * 0x1000ULL};
    bool movable = chance_one_in(chance, 3), relro = chance_one_in(chance, 2);
    static const uint32_t flags[] = {ELF_READ, ELF_READ | ELF_EXECUTE, ELF_READ | ELF_WRITE, ELF_EXECUTE};
    struct sample sample = {.window = movable && chance_one_in(chance, 3) ? 0 : windows[chance_below(chance, 5)],
                            .count = (uint32_t)chance_between(chance, 1, SEGMENTS - 2),
                            .movable = movable};
    /* Mostly whole pages, or whatever units. */
    uint64_t grain = chance_one_in(chance, 2) ? UNITS / PAGES : 1;

    for (uint32_t i = 0; i < sample.count; i++) {
        uint64_t first = chance_below(chance, UNITS / grain) * grain;
        uint64_t size = chance_size(chance, UNITS - first);
        uint64_t file_size = chance_one_in(chance, 50) ? size + 1 : chance_below(chance, size + 1);

        sample.segments[i] =
            (struct elf_segment){.kind = chance_one_in(chance, 8) ? OTHER : ELF_SEGMENT_LOAD,
                                 .flags = chance_one_in(chance, 50) ? 7 : flags[chance_below(chance, 4)],
                                 .offset = chance_below(chance, FILE_SIZE / UNIT - file_size + 1) * UNIT,
                                 .address = sample.window + first * UNIT,
                                 .file_size = file_size * UNIT,
                                 .memory_size = chance_one_in(chance, 20) ? 0 : size * UNIT,
                                 .alignment = 1ULL << chance_below(chance, 22)};
        if (chance_one_in(chance, 3) || sample.entry == 0)
            sample.entry = sample.segments[i].address;
    }
    if (chance_one_in(chance, 10))
        sample.entry = sample.window + chance_below(chance, UNITS) * UNIT;
    if (relro) {
        sample.segments[sample.count] = make_relro(chance, &sample);
        sample.count++;
    }
    if (movable)
        sample.segments[sample.count++] = (struct elf_segment){.kind = ELF_SEGMENT_DYNAMIC, .file_size = 16};
    return sample;
}

static void check_runs(const struct chance *chance, const struct image *image, const struct reference *reference)
{
    uint8_t permissions[PAGES];
    uint64_t end = 0;

    memset(permissions, UNMAPPED, sizeof(permissions));
    for (size_t i = 0; i < image->run_count; i++) {
        const struct image_run *run = &image->runs[i];

        if (run->offset < end || run->size == 0 || run->offset % 4096 != 0 || run->size % 4096 != 0 ||
            run->offset + run->size > image->size)
            CHANCE_FAIL(chance, "run %zu: 0x%llx bytes at 0x%llx", i, (unsigned long long)run->size,
                        (unsigned long long)run->offset);
        end = run->offset + run->size;
        for (uint64_t page = run->offset / 4096; page < end / 4096; page++)
            permissions[reference->first_page + page] = (uint8_t)run->permissions;
    }
    for (size_t page = 0; page < PAGES; page++) {
        if (permissions[page] != reference->permissions[page])
            CHANCE_FAIL(chance, "page %zu: %u instead of %u", page, permissions[page], reference->permissions[page]);
    }
}

static void check_parts(const struct chance *chance, const struct image *image, const struct reference *reference)
{
    uint64_t units[UNITS], end = 0;

    memset(units, 0xff, sizeof(units));
    for (size_t i = 0; i < image->part_count; i++) {
        const struct image_part *part = &image->parts[i];

        if (part->offset < end || part->size == 0 || part->offset + part->size > image->size)
            CHANCE_FAIL(chance, "part %zu: 0x%llx bytes at 0x%llx", i, (unsigned long long)part->size,
                        (unsigned long long)part->offset);
        end = part->offset + part->size;
        for (uint64_t k = 0; k < part->size / UNIT; k++)
            units[reference->first_page * 4096 / UNIT + part->offset / UNIT + k] = part->file_offset / UNIT + k;
    }
    if (memcmp(units, reference->file_unit, sizeof(units)) != 0)
        CHANCE_FAIL(chance, "bytes of the file go where they do not belong");
}

static void test_by_chance(void **state)
{
    static uint8_t room[8192];
    unsigned booted = 0, relro_pages = 0;

    (void)state;
    for (uint64_t i = 0; i < 200000; i++) {
        struct chance chance = chance_case(i);
        struct sample sample = make_sample(&chance);
        struct reference reference = read_rules(&sample);
        struct bytes table = made_elf_table(sample.segments, sample.count, ELF_PROGRAM_HEADER_SIZE);
        struct elf_header header = made_elf_header(sample.entry, sample.count);
        struct arena arena = {room, sizeof(room), 0};
        struct error error = {""};
        struct image image;
        enum status status;

        header.file_type = sample.movable ? ELF_TYPE_DYN : ELF_TYPE_EXEC;
        status = image_from_elf(NAME, FILE_SIZE, &header, table, &arena, &image, &error);

        free((void *)table.data);
        if ((status == STATUS_OK) != reference.boots)
            CHANCE_FAIL(&chance, "%s: %s", reference.boots ? "should boot" : "should be refused", error.text);
        if (status != STATUS_OK) {
            if (status != STATUS_INVALID || strncmp(error.text, NAME ": ", strlen(NAME) + 2) != 0)
                CHANCE_FAIL(&chance, "%d: '%s'", status, error.text);
            continue;
        }
        booted++;
        relro_pages += reference.relro_pages;
        if (image.base != sample.window + reference.first_page * 4096 || image.size != reference.page_count * 4096 ||
            image.entry != sample.entry || image.movable != sample.movable ||
            image.high != (sample.movable || sample.window >> 63 != 0))
            CHANCE_FAIL(&chance, "0x%llx bytes at 0x%llx", (unsigned long long)image.size,
                        (unsigned long long)image.base);
        check_runs(&chance, &image, &reference);
        check_parts(&chance, &image, &reference);
    }
    assert_true(booted > 15000); /* or this tests less than it seems to */
    assert_true(relro_pages > 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_chance),
    };

    log_reset();
    log_set_threshold(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
