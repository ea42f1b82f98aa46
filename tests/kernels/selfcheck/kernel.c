/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections 1 to 3.2: where the kernel is, and that it is all there. */
#include "selfcheck.h"

#define GIBI         (1024 * MEBI)
#define START        0xffffffff80000000ULL
#define RANDOM_RANGE ((uint64_t)(HALF_SIZE / 4))

static void check_file(struct subject *subject)
{
    const struct image *image = &subject->image;

    if (!image->file)
        broken("no module with the word self: the test has to give the kernel's own file");
    if (subject->arrival.differs)
        broken("the byte that is linked at %#lx is not as in the file", subject->arrival.differs);
    /* What is never written to can be looked at again. */
    for (unsigned i = 0; i < image->segment_count && !image->flat; i++) {
        const struct segment *segment = &image->segments[i];

        if ((segment->flags & 2) == 0 && !bytes_equal((const void *)(uintptr_t)run_address(subject, segment->address),
                                                      image->file + segment->offset, segment->file_size))
            broken("the segment that is linked at %#lx is not as in the file", segment->address);
    }
}

static void check_zero(struct subject *subject)
{
    if (subject->arrival.not_zero)
        broken("the byte that is linked at %#lx is not in the file, and not zero", subject->arrival.not_zero);
}

static void check_relocations(struct subject *subject)
{
    if (subject->arrival.relocated)
        broken("the relocation of %#lx was not made right", subject->arrival.relocated);
    if (subject->image.movable && subject->arrival.relocations == 0)
        broken("a movable kernel without relocations proves nothing");
}

static void check_range(struct subject *subject)
{
    const struct baton_kernel *kernel = &subject->baton->kernel;
    const struct image *image = &subject->image;

    expect_equal("kernel.address", kernel->address, ROUND_DOWN((uint64_t)(uintptr_t)image_start));
    expect_equal("kernel.size", kernel->size, image->link_end - image->link_base);
    expect_equal("kernel.physical % 4096", kernel->physical % PAGE, 0);
}

static void check_low(struct subject *subject)
{
    const struct baton_kernel *kernel = &subject->baton->kernel;

    if (is_high(subject))
        return;
    expect_equal("kernel.address", kernel->address, subject->image.link_base);
    expect_equal("kernel.physical", kernel->physical, subject->image.link_base);
}

static void check_alignment(struct subject *subject)
{
    uint64_t alignment = PAGE;

    if (!is_high(subject))
        return;
    for (unsigned i = 0; i < subject->image.segment_count; i++)
        if (subject->image.segments[i].alignment > alignment)
            alignment = subject->image.segments[i].alignment;
    if (alignment > 2 * MEBI)
        alignment = 2 * MEBI;
    if (subject->image.link_base % alignment == 0 && subject->baton->kernel.physical % alignment != 0)
        broken("kernel.physical is %#lx, and a segment wants %#lx", subject->baton->kernel.physical, alignment);
}

/* Whether addresses are random this time: asked for, and possible. */
static bool is_random(const struct subject *subject)
{
    return option_given(subject->baton->command_line, "random");
}

static void check_slide(struct subject *subject)
{
    const struct baton_kernel *kernel = &subject->baton->kernel;
    uint64_t link_base = subject->image.link_base;
    uint64_t start = link_base >= UPPER_HALF ? link_base : START;
    uint64_t offset = kernel->address - start;

    if (!subject->image.movable) {
        expect_equal("the address of a fixed kernel", kernel->address, link_base);
        expect_equal("kernel.slide", kernel->slide, 0);
        expect_equal("the fact slide", subject->baton->facts & BATON_FACT_SLIDE, 0);
        return;
    }
    expect_equal("the fact slide", subject->baton->facts & BATON_FACT_SLIDE, BATON_FACT_SLIDE);
    expect_equal("kernel.slide", kernel->slide, kernel->address - link_base);
    if (!is_random(subject))
        expect_equal("the address of a movable kernel without randomness", kernel->address, start);
    if (offset % (2 * MEBI) != 0 || offset + kernel->size > GIBI)
        broken("the random offset is %#lx, not a multiple of 2 MiB that ends below 1 GiB", offset);
}

static void check_direct_base(struct subject *subject)
{
    uint64_t base = subject->baton->direct_map.base;
    uint64_t link_base = subject->image.link_base;
    uint64_t least = link_base >= UPPER_HALF && link_base < UPPER_MIDDLE ? UPPER_MIDDLE : UPPER_HALF;
    uint64_t step = has_identity(subject) ? 512 * GIBI : GIBI;

    if (!is_high(subject))
        expect_equal("a low kernel's direct_map.base", base, 0);
    else if (!is_random(subject))
        expect_equal("direct_map.base", base, least);
    else if ((base - least) % step != 0 || base - least >= RANDOM_RANGE)
        broken("direct_map.base is %#lx, and not %#lx plus a multiple of %#lx below %#lx", base, least, step,
               RANDOM_RANGE);
}

static void check_kernel_path(struct subject *subject)
{
    char path[OPTION_TEXT];

    if (!option_text(subject->baton->command_line, "path", path))
        broken("the test does not say path=");
    else if (!strings_equal(path, subject->baton->kernel.path))
        broken("kernel.path is \"%s\" instead of \"%s\"", subject->baton->kernel.path, path);
}

static void check_kernel_file(struct subject *subject)
{
    const struct baton_kernel *kernel = &subject->baton->kernel;
    uint64_t physical = physical_of(subject, kernel->file);
    bool asked = ((wish_required(subject) | wish_wanted(subject)) & BATON_FEATURE_KERNEL_FILE) != 0;

    expect_equal("the fact kernel file", (subject->baton->facts & BATON_FACT_KERNEL_FILE) != 0, asked);
    if (!asked)
        return;
    expect_equal("kernel.file % 4096", (uint64_t)(uintptr_t)kernel->file % PAGE, 0);
    expect_equal("kernel.file_size", kernel->file_size, subject->image.file_size);
    if (!map_is_kind(subject, physical, kernel->file_size, BATON_MEMORY_BATON))
        broken("kernel.file at %#lx is not of the kind baton", physical);
    else if (!bytes_equal(kernel->file, subject->image.file, subject->image.file_size))
        broken("kernel.file is not the file that the module self has");
}

/* A wish that was required is there, or there would have been no boot. */
static void check_wishes(struct subject *subject)
{
    static const struct {
        uint64_t feature, fact;
        const char *name;
    } wishes[] = {
        {BATON_FEATURE_FRAMEBUFFER, BATON_FACT_FRAMEBUFFER, "framebuffer"},
        {BATON_FEATURE_ACPI, BATON_FACT_RSDP, "ACPI"},
        {BATON_FEATURE_DEVICE_TREE, BATON_FACT_DEVICE_TREE, "device tree"},
        {BATON_FEATURE_ENTROPY, BATON_FACT_ENTROPY, "entropy"},
        {BATON_FEATURE_IDENTITY_MAP, BATON_FACT_IDENTITY_MAP, "identity map"},
        {BATON_FEATURE_KERNEL_FILE, BATON_FACT_KERNEL_FILE, "kernel file"},
    };

    for (size_t i = 0; i < COUNT(wishes); i++)
        if (wish_required(subject) & wishes[i].feature && !(subject->baton->facts & wishes[i].fact))
            broken("%s is required by the note, and not there", wishes[i].name);
    if (wish_required(subject) & MACHINE_LACKS)
        broken("the note requires what no such machine has, and the kernel runs");
    expect_equal("the fact identity map", (subject->baton->facts & BATON_FACT_IDENTITY_MAP) != 0,
                 has_identity(subject));
}

static const struct check checks[] = {
    {"kernel-bytes", check_file},       {"kernel-zero", check_zero},
    {"relocations", check_relocations}, {"kernel-range", check_range},
    {"kernel-low", check_low},          {"kernel-alignment", check_alignment},
    {"kernel-slide", check_slide},      {"direct-map-base", check_direct_base},
    {"kernel-path", check_kernel_path}, {"kernel-file", check_kernel_file},
    {"wishes", check_wishes},
};
const struct check_list kernel_checks = {checks, COUNT(checks)};
