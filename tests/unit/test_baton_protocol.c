/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole boots by chance, from the plan to the jump, and then a look at what the kernel is given, with the kernel's
 * eyes: through its page tables. docs/protocol.md is what it is held against.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "made_boot.h"
#include "made_elf.h"
#include "permissions.h"
#include "version_string.h"

#define PAGE       4096ULL
#define WRITABLE   (1ULL << 1)
#define NO_EXECUTE (1ULL << 63)

enum kind { KIND_HIGH, KIND_LOW, KIND_FLAT };

/* A boot, and what should come of it. */
struct sample {
    struct made_boot boot;
    struct chance *chance;
    enum kind kind;
    uint64_t base, size;   /* of the kernel, where it runs */
    uint8_t *image;        /* its bytes as they should be: segments, and zeros */
    uint32_t *permissions; /* of each page; UINT32_MAX where no segment is */
    struct stage_times times;
    char names[BOOT_FILES][32], lines[BOOT_FILES][64], options[64];
    const struct baton *baton; /* as the host sees it */
};

/* ---- making one ---- */

static uint8_t *noise(struct chance *chance, size_t size)
{
    uint8_t *bytes = malloc(size > 0 ? size : 1);

    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(chance_bits(chance) | 1); /* no zeros: those come from somewhere else */
    return bytes;
}

static void make_text(struct chance *chance, char *text, size_t room)
{
    size_t length = (size_t)chance_below(chance, room);

    for (size_t i = 0; i < length; i++)
        text[i] = (char)chance_between(chance, ' ', '~');
    text[length] = '\0';
}

/* Notes what one segment does to the image. */
static void expect_segment(struct sample *sample, const struct elf_segment *segment, const uint8_t *file)
{
    uint64_t offset = segment->address - sample->base;

    memcpy(sample->image + offset, file + segment->offset, segment->file_size);
    for (uint64_t page = offset / PAGE; page <= (offset + segment->memory_size - 1) / PAGE; page++)
        sample->permissions[page] =
            (segment->flags & ELF_WRITE ? PERMIT_WRITE : 0) | (segment->flags & ELF_EXECUTE ? PERMIT_EXECUTE : 0);
}

static void start_image(struct sample *sample, uint64_t base, uint64_t size)
{
    sample->base = base;
    sample->size = size;
    sample->image = calloc(size, 1);
    sample->permissions = malloc(size / PAGE * sizeof(sample->permissions[0]));
    assert_non_null(sample->image);
    assert_non_null(sample->permissions);
    memset(sample->permissions, 0xff, size / PAGE * sizeof(sample->permissions[0]));
}

/* Three segments with pages of their own, some of them with a gap before; the headers lie anywhere. */
static void add_elf(struct sample *sample)
{
    static const uint32_t flags[] = {ELF_READ | ELF_EXECUTE, ELF_READ, ELF_READ | ELF_WRITE};
    static const uint64_t high[] = {0xffffffff80000000, 0xffffffff80200000, 0xffff800000000000,
                                    0xffffbfff00000000, 0xffffc00000000000, 0xffffffffffff0000};
    struct chance *chance = sample->chance;
    uint64_t base = sample->kind == KIND_LOW ? 0x100000 * chance_between(chance, 1, 8) : high[chance_below(chance, 6)];
    uint64_t file_size = 0x8000, address = base;
    uint8_t *file = noise(chance, file_size);
    struct elf_header header;
    struct elf_segment segments[3];

    for (size_t i = 0; i < 3; i++) {
        uint64_t size = chance_size(chance, 0x4000);

        segments[i] = (struct elf_segment){.kind = ELF_SEGMENT_LOAD,
                                           .flags = flags[i],
                                           .offset = 0x1000 * chance_between(chance, 0, 3),
                                           .address = address,
                                           .file_size = chance_below(chance, size + 1),
                                           .memory_size = size,
                                           .alignment = chance_one_in(chance, 3) ? 0x200000 : 0x1000};
        address = (address + size + PAGE - 1) & ~(PAGE - 1);
        if (i < 2 && chance_one_in(chance, 3))
            address += PAGE;
    }
    header = made_elf_header(base + chance_below(chance, segments[0].memory_size), 3);
    header.segment_offset = chance_one_in(chance, 2) ? ELF_HEADER_SIZE : 0x7000;
    made_elf_write_header(file, &header);
    for (size_t i = 0; i < 3; i++)
        made_elf_write_segment(file + header.segment_offset + i * ELF_PROGRAM_HEADER_SIZE, &segments[i]);
    start_image(sample, base, address - base);
    for (size_t i = 0; i < 3; i++)
        expect_segment(sample, &segments[i], file);
    made_boot_add_file(&sample->boot, "/boot/kernel.elf", file, file_size);
}

static void add_flat(struct sample *sample)
{
    struct chance *chance = sample->chance;
    uint64_t size = chance_size(chance, 0x4000), memory = size + chance_below(chance, 0x3000);
    uint8_t *file = noise(chance, size);
    struct entry *entry = &sample->boot.entry;

    if (size > 1) /* whatever is there, but no magic number */
        file[0] = 0xfa;
    entry->has_load_address = chance_one_in(chance, 2);
    entry->load_address = 0x200000 + PAGE * chance_below(chance, 500);
    entry->has_memory_size = memory != size;
    entry->memory_size = memory;
    start_image(sample, entry->has_load_address ? entry->load_address : 0x100000, (memory + PAGE - 1) & ~(PAGE - 1));
    memcpy(sample->image, file, size);
    for (uint64_t page = 0; page < sample->size / PAGE; page++)
        sample->permissions[page] = PERMIT_WRITE | PERMIT_EXECUTE;
    made_boot_add_file(&sample->boot, "/boot/kernel.bin", file, size);
}

static void add_modules(struct sample *sample)
{
    struct chance *chance = sample->chance;
    struct made_boot *boot = &sample->boot;

    for (uint64_t count = chance_below(chance, BOOT_FILES); count > 0; count--) {
        size_t size = chance_one_in(chance, 5) ? 0 : (size_t)chance_size(chance, 20000);
        size_t index = boot->input.file_count;

        snprintf(sample->names[index], sizeof(sample->names[index]), "/module-%zu", index);
        make_text(chance, sample->lines[index], sizeof(sample->lines[index]));
        made_boot_add_file(boot, sample->names[index], noise(chance, size), size);
        boot->modules[index - 1].name = index % 2 ? sample->names[index] : "another name";
        boot->modules[index - 1].command_line = sample->lines[index];
    }
}

/* Inside reserved memory, outside of all, or where no direct map reaches. */
static void add_framebuffers(struct sample *sample)
{
    static const uint64_t places[] = {0x80000000, 0xc0001100, 0x100000000000, 0x0001000000000000};
    struct chance *chance = sample->chance;
    struct facts *facts = &sample->boot.facts;

    for (size_t i = 0; i < 4; i++) {
        if (chance_one_in(chance, 2))
            facts->framebuffers[facts->framebuffer_count++] =
                (struct baton_framebuffer){.physical = places[i],
                                           .size = chance_size(chance, 0x800000),
                                           .width = 640,
                                           .height = 480,
                                           .pitch = 2600,
                                           .bits_per_pixel = 32,
                                           .red_mask = 0xff0000,
                                           .green_mask = 0xff00,
                                           .blue_mask = 0xff,
                                           .reserved_mask = 0xff000000};
    }
}

/* Up to the point at which the firmware is left. */
static void start_sample(struct sample *sample, struct chance *chance)
{
    struct made_boot *boot = &sample->boot;
    enum status status;

    memset(sample, 0, sizeof(*sample));
    sample->chance = chance;
    sample->kind = (enum kind)chance_below(chance, 3);
    log_reset();
    made_boot_start(boot, chance);
    make_text(chance, sample->options, sizeof(sample->options));
    boot->entry.options = sample->options;
    if (sample->kind == KIND_FLAT)
        add_flat(sample);
    else
        add_elf(sample);
    add_modules(sample);
    add_framebuffers(sample);
    sample->boot.facts.secure_boot = chance_one_in(chance, 2) ? SECURE_BOOT_SETUP : SECURE_BOOT_OFF;
    for (int i = 0; i < STAGE_COUNT; i++)
        sample->times.counter[i] = chance_bits(chance);
    status = made_boot_plan(boot);
    if (status != STATUS_OK)
        CHANCE_FAIL(chance, "%d: %s", status, boot->error.text);
    if (!made_boot_reserve(boot, chance))
        CHANCE_FAIL(chance, "the plan asks for what is not there");
    made_boot_load(boot);
}

static void finish_sample(struct sample *sample)
{
    struct made_boot *boot = &sample->boot;

    log_info("the last line before the jump");
    made_boot_finish(boot, &sample->times);
    sample->baton = (const void *)boot->plan.places[boot->plan.baton].memory;
}

static void end_sample(struct sample *sample)
{
    made_boot_end(&sample->boot);
    free(sample->image);
    free(sample->permissions);
}

/* ---- the kernel's view ---- */

/* What a pointer of the baton's points to. It must be readable, writable, not executable, and in memory of that kind.
 */
static const void *see(const struct sample *sample, const void *pointer, uint64_t size, uint32_t kind)
{
    const struct baton *baton = sample->baton;
    const struct made_boot *boot = &sample->boot;
    const void *seen = made_boot_see(boot, pointer, size);
    const struct baton_memory *entry;
    uint64_t physical = baton_physical(baton, pointer), through_tables = 0;
    uint64_t leaf = made_boot_leaf(boot, (uintptr_t)pointer, &through_tables);

    if (!seen)
        CHANCE_FAIL(sample->chance, "%p is not mapped for %llu bytes", pointer, (unsigned long long)size);
    if (physical != through_tables || (leaf & (WRITABLE | NO_EXECUTE)) != (WRITABLE | NO_EXECUTE))
        CHANCE_FAIL(sample->chance, "%p is mapped by 0x%llx", pointer, (unsigned long long)leaf);
    if ((uintptr_t)pointer < baton->direct_map.base || (uintptr_t)pointer + size > baton->direct_map.end)
        CHANCE_FAIL(sample->chance, "%p is outside of the direct map", pointer);
    /* the list itself is looked at as the host sees it: that it can be seen is checked elsewhere */
    entry = memory_map_find(made_boot_see(boot, baton->memory_map.first, 1), baton->memory_map.count, physical);
    if (!entry || entry->kind != kind || physical + size > entry->base + entry->size)
        CHANCE_FAIL(sample->chance, "%p lies in memory that is %s", pointer,
                    entry ? memory_kind_name(entry->kind) : "nothing");
    return seen;
}

static void check_string(const struct sample *sample, const char *pointer, const char *expected)
{
    const char *seen = see(sample, pointer, strlen(expected) + 1, BATON_MEMORY_BATON);

    if (strcmp(seen, expected) != 0)
        CHANCE_FAIL(sample->chance, "'%s' instead of '%s'", seen, expected);
}

static const void *see_list(const struct sample *sample, const struct baton_list *list, uint32_t count, uint32_t stride)
{
    if (list->count != count || list->stride != stride || (count == 0) != (list->first == NULL))
        CHANCE_FAIL(sample->chance, "a list of %u, %u bytes apart, from %p on", list->count, list->stride, list->first);
    return count > 0 ? see(sample, list->first, (uint64_t)count * stride, BATON_MEMORY_BATON) : NULL;
}

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            CHANCE_FAIL(sample->chance, "not so: %s", #condition);                                                     \
    } while (false)

/* ---- what the baton says ---- */

static void check_head(const struct sample *sample)
{
    const struct baton *baton = sample->baton;
    const struct plan *plan = &sample->boot.plan;
    uint64_t argument = sample->boot.protocol->argument(plan), facts = 0;
    const uint8_t *page = (const uint8_t *)baton;

    CHECK(argument % PAGE == 0);
    CHECK(see(sample, (const void *)(uintptr_t)argument, PAGE, BATON_MEMORY_BATON) == baton);
    CHECK(baton->magic == BATON_MAGIC && baton->version == 1 && baton->size == sizeof(*baton));
    for (size_t i = baton->size; i < PAGE; i++)
        CHECK(page[i] == 0);
    facts |= sample->options[0] != '\0' ? BATON_FACT_COMMAND_LINE : 0;
    facts |= baton->framebuffers.count > 0 ? BATON_FACT_FRAMEBUFFER : 0;
    facts |= BATON_FACT_EFI_MEMORY_MAP | BATON_FACT_LOG | BATON_FACT_TIMINGS;
    facts |= sample->boot.facts.machine.counter_frequency != 0 ? BATON_FACT_COUNTER_FREQUENCY : 0;
    facts |= (sample->boot.plan.direct_map_base == 0 ? BATON_FACT_IDENTITY_MAP : 0);
    facts |= sample->boot.facts.secure_boot != SECURE_BOOT_UNKNOWN ? BATON_FACT_SECURE_BOOT : 0;
    CHECK(baton->facts == facts);
    CHECK(baton->secure_boot == (sample->boot.facts.secure_boot == SECURE_BOOT_SETUP ? BATON_SECURE_BOOT_SETUP : 0));
    CHECK(baton->counter_frequency == sample->boot.facts.machine.counter_frequency);
    check_string(sample, baton->loader_name, "Baton");
    check_string(sample, baton->loader_version, BATON_VERSION_STRING);
    check_string(sample, baton->command_line, sample->options);
}

/* What version 1's loader does not fill in is absent. */
static void check_absent(const struct sample *sample)
{
    static const uint8_t zeros[64];
    const struct baton *baton = sample->baton;

    CHECK(!baton->rsdp && !baton->smbios2 && !baton->smbios3 && !baton->device_tree && !baton->efi_system_table);
    CHECK(baton->device_tree_size == 0 && baton->wall_clock == 0 && baton->boot_cpu == 0);
    CHECK(baton->kernel.slide == 0 && !baton->kernel.file && baton->kernel.file_size == 0);
    CHECK(memcmp(baton->entropy, zeros, 64) == 0 && memcmp(baton->boot_partition, zeros, 16) == 0);
    CHECK(!baton->extensions.first && baton->extensions.count == 0);
}

static void check_kernel(const struct sample *sample)
{
    const struct made_boot *boot = &sample->boot;
    const struct baton_kernel *kernel = &sample->baton->kernel;
    const struct plan_place *place = &boot->plan.places[boot->plan.kernel];

    CHECK(kernel->physical == place->physical && kernel->address == sample->base && kernel->size == sample->size);
    CHECK(sample->kind == KIND_HIGH || kernel->physical == kernel->address);
    check_string(sample, kernel->path, boot->files[0].path);
    CHECK(memcmp(place->memory, sample->image, sample->size) == 0);
    for (uint64_t offset = 0; offset < sample->size; offset += PAGE) {
        uint32_t permissions = sample->permissions[offset / PAGE];
        uint64_t physical = 0, leaf = made_boot_leaf(boot, sample->base + offset, &physical);

        if (permissions == UINT32_MAX && sample->kind == KIND_HIGH) {
            CHECK(leaf == 0);
            continue;
        }
        /* between the segments of a low kernel the direct map goes on */
        permissions = permissions == UINT32_MAX ? PERMIT_WRITE : permissions;
        CHECK(leaf != 0 && physical == kernel->physical + offset);
        CHECK(((leaf & WRITABLE) != 0) == ((permissions & PERMIT_WRITE) != 0));
        CHECK(((leaf & NO_EXECUTE) == 0) == ((permissions & PERMIT_EXECUTE) != 0));
    }
}

/* The other sight of a high kernel: writable where it is, but never executable. */
static void check_alias(const struct sample *sample)
{
    const struct baton *baton = sample->baton;

    for (uint64_t offset = 0; sample->kind == KIND_HIGH && offset < sample->size; offset += PAGE) {
        uint32_t permissions = sample->permissions[offset / PAGE];
        uint64_t address = baton->direct_map.base + baton->kernel.physical + offset, physical = 0;
        uint64_t leaf = made_boot_leaf(&sample->boot, address, &physical);

        CHECK(leaf != 0 && physical == baton->kernel.physical + offset && (leaf & NO_EXECUTE));
        CHECK(permissions == UINT32_MAX || ((leaf & WRITABLE) != 0) == ((permissions & PERMIT_WRITE) != 0));
    }
}

static void check_stack(const struct sample *sample)
{
    const struct baton *baton = sample->baton;
    const struct plan *plan = &sample->boot.plan;
    uint64_t top = plan->direct_map_base + plan->places[plan->stack].physical + plan->stack_top, physical;

    CHECK(baton->stack.size == 64 * 1024 && baton->stack.base + baton->stack.size == top && top % 16 == 0);
    (void)see(sample, (const void *)(uintptr_t)baton->stack.base, baton->stack.size, BATON_MEMORY_STACK);
    CHECK(made_boot_leaf(&sample->boot, baton->stack.base - 1, &physical) == 0);
    CHECK(made_boot_leaf(&sample->boot, baton->stack.base - PAGE, &physical) == 0);
    CHECK(made_boot_leaf(&sample->boot, 0, &physical) == 0);
}

static void check_trampoline(const struct sample *sample)
{
    const struct made_boot *boot = &sample->boot;
    uint64_t base = boot->plan.places[boot->plan.trampoline].physical, physical = 0;
    uint64_t code = boot->facts.machine.trampoline_code;

    for (uint64_t offset = 0; offset < code; offset += PAGE) {
        uint64_t leaf = made_boot_leaf(boot, base + offset, &physical);

        CHECK(leaf != 0 && physical == base + offset && !(leaf & (WRITABLE | NO_EXECUTE)));
        leaf = made_boot_leaf(boot, sample->baton->direct_map.base + base + offset, &physical);
        CHECK(leaf != 0 && !(leaf & WRITABLE) && ((leaf & NO_EXECUTE) != 0) == (sample->kind == KIND_HIGH));
    }
    (void)see(sample, (const void *)(uintptr_t)(sample->baton->direct_map.base + base + code),
              boot->facts.machine.trampoline_data, BATON_MEMORY_TRAMPOLINE);
}

static void check_modules(const struct sample *sample)
{
    const struct made_boot *boot = &sample->boot;
    uint32_t count = (uint32_t)boot->input.file_count - 1;
    const struct baton_module *modules = see_list(sample, &sample->baton->modules, count, sizeof(*modules));

    for (uint32_t i = 0; i < count; i++) {
        uint64_t size = boot->files[1 + i].size, room = size == 0 ? PAGE : (size + PAGE - 1) & ~(PAGE - 1);
        const uint8_t *bytes = see(sample, modules[i].address, room, BATON_MEMORY_MODULE);

        CHECK(modules[i].size == size && (uintptr_t)modules[i].address % PAGE == 0);
        CHECK(modules[i].physical == baton_physical(sample->baton, modules[i].address));
        CHECK(memcmp(bytes, boot->content[1 + i], size) == 0);
        for (uint64_t k = size; k < room; k++)
            CHECK(bytes[k] == 0);
        check_string(sample, modules[i].name, boot->modules[i].name);
        check_string(sample, modules[i].command_line, boot->modules[i].command_line);
    }
}

static void check_framebuffers(const struct sample *sample)
{
    const struct facts *facts = &sample->boot.facts;
    const struct baton *baton = sample->baton;
    const struct baton_framebuffer *framebuffers = NULL;
    uint32_t count = 0;

    for (size_t i = 0; i < facts->framebuffer_count; i++)
        count += facts->framebuffers[i].physical < 0x0000400000000000;
    framebuffers = see_list(sample, &baton->framebuffers, count, sizeof(*framebuffers));
    for (uint32_t i = 0; i < count; i++) {
        struct baton_framebuffer expected = facts->framebuffers[i];
        uint64_t physical = 0;

        expected.address = (void *)(uintptr_t)(baton->direct_map.base + expected.physical);
        CHECK(memcmp(&framebuffers[i], &expected, sizeof(expected)) == 0);
        for (uint64_t offset = 0; offset < expected.size; offset += PAGE) {
            uint64_t leaf = made_boot_leaf(&sample->boot, (uintptr_t)expected.address + offset, &physical);

            CHECK(physical == expected.physical + offset && (leaf & WRITABLE) && (leaf & NO_EXECUTE));
            CHECK((leaf & 0x1018) == 0x1008 || (leaf & 0x98) == 0x88); /* PAT entry 5 */
        }
    }
}

/* ---- what the baton points to ---- */

/* Whether the direct map reaches them or not, their pages are in the map as what they are. */
static void check_framebuffer_memory(const struct sample *sample, const struct baton_memory *entries)
{
    const struct facts *facts = &sample->boot.facts;

    for (size_t i = 0; i < facts->framebuffer_count; i++) {
        const struct baton_framebuffer *framebuffer = &facts->framebuffers[i];
        uint64_t base = framebuffer->physical & ~(PAGE - 1);
        uint64_t end = (framebuffer->physical + framebuffer->size + PAGE - 1) & ~(PAGE - 1);
        const struct baton_memory *entry = memory_map_find(entries, sample->baton->memory_map.count, base);

        CHECK(entry && entry->kind == BATON_MEMORY_FRAMEBUFFER);
        CHECK(entry->base == base && entry->size == end - base);
    }
}

static void check_maps(const struct sample *sample)
{
    const struct baton *baton = sample->baton;
    const struct made_boot *boot = &sample->boot;
    const struct baton_efi_memory_map *raw = &baton->efi_memory_map;
    const struct baton_memory *entries =
        see_list(sample, &baton->memory_map, baton->memory_map.count, sizeof(*entries));
    const struct plan *plan = &boot->plan;
    uint64_t labelled = 0;

    CHECK(raw->size == boot->map.count * boot->map.descriptor_size);
    CHECK(raw->descriptor_size == boot->map.descriptor_size && raw->descriptor_version == 1);
    CHECK(memcmp(see(sample, raw->descriptors, raw->size, BATON_MEMORY_BATON), boot->map.bytes, raw->size) == 0);
    CHECK(baton->memory_map.count > 12);
    for (uint32_t i = 0; i < baton->memory_map.count; i++) {
        const struct baton_memory *entry = &entries[i];

        CHECK(entry->size > 0 && entry->base % PAGE == 0 && entry->size % PAGE == 0);
        CHECK(i == 0 || entry[-1].base + entry[-1].size <= entry->base);
        CHECK(entry->base != 0 || entry->kind == BATON_MEMORY_RESERVED);
        if (entry->kind >= BATON_MEMORY_TRAMPOLINE && entry->kind <= BATON_MEMORY_MODULE)
            labelled += entry->size;
    }
    for (size_t i = 0; i < plan->request_count; i++) {
        const struct baton_memory *entry = memory_map_find(entries, baton->memory_map.count, plan->places[i].physical);

        CHECK(entry && entry->kind == plan->requests[i].kind);
        labelled -= plan->requests[i].labelled;
    }
    CHECK(labelled == 0); /* nothing else is labelled so */
    check_framebuffer_memory(sample, entries);
    CHECK(sample->boot.root == plan->places[plan->tables].physical);
}

static void check_log_and_timings(const struct sample *sample)
{
    static char expected[LOG_RING_SIZE + 1];
    const struct baton *baton = sample->baton;
    const struct baton_timing *timings = see_list(sample, &baton->timings, STAGE_COUNT, sizeof(*timings));
    const char *log = see(sample, baton->log.text, baton->log.size + 1, BATON_MEMORY_BATON);

    CHECK(baton->log.size == log_copy(expected, sizeof(expected)) && strcmp(log, expected) == 0);
    CHECK(strstr(log, "info: the last line before the jump\n") != NULL);
    for (int i = 0; i < STAGE_COUNT; i++) {
        CHECK(timings[i].counter == sample->times.counter[i]);
        check_string(sample, timings[i].name, stage_name((enum stage)i));
    }
}

static void check_sample(const struct sample *sample)
{
    check_head(sample);
    check_absent(sample);
    check_kernel(sample);
    check_alias(sample);
    check_stack(sample);
    check_trampoline(sample);
    check_modules(sample);
    check_framebuffers(sample);
    check_maps(sample);
    check_log_and_timings(sample);
}

static void test_boots(void **state)
{
    static struct sample sample;
    unsigned asked = 0;

    (void)state;
    for (uint64_t i = 0; i < 300; i++) {
        struct chance chance = chance_case(i);

        start_sample(&sample, &chance);
        finish_sample(&sample);
        check_sample(&sample);
        asked += sample.boot.asked_for_bytes;
        end_sample(&sample);
    }
    assert_true(asked > 50);
}

/* The stages' names are part of the protocol. */
static void test_stages(void **state)
{
    static const char *const names[] = {"start",   "gather", "choose", "open",  "plan",
                                        "reserve", "load",   "build",  "leave", "seal"};

    (void)state;
    assert_int_equal(STAGE_COUNT, 10);
    for (int i = 0; i < STAGE_COUNT; i++)
        assert_string_equal(stage_name((enum stage)i), names[i]);
}

/* A log of more than the ring holds begins with a whole line. */
static void test_long_log(void **state)
{
    static struct sample sample;
    struct chance chance = chance_case(0);
    const char *log;

    (void)state;
    start_sample(&sample, &chance);
    for (unsigned i = 0; i < 1000; i++)
        log_info("line %u of many lines that are a bit longer than thirty-two bytes", i);
    finish_sample(&sample);
    log = see(&sample, sample.baton->log.text, sample.baton->log.size + 1, BATON_MEMORY_BATON);
    assert_memory_equal(log, "info: line ", 11);
    assert_in_range(sample.baton->log.size, LOG_RING_SIZE - 200, LOG_RING_SIZE);
    assert_int_equal(strlen(log), sample.baton->log.size);
    end_sample(&sample);
}

/* The firmware's map outgrows its room: the maps' request becomes larger and moves. */
static void test_map_grows(void **state)
{
    static struct sample sample;

    (void)state;
    for (uint64_t i = 0; i < 50; i++) {
        struct chance chance = chance_case(i);
        struct made_boot *boot = &sample.boot;
        struct plan_place *place;
        uint64_t base, size;

        start_sample(&sample, &chance);
        place = &boot->plan.places[boot->plan.maps];
        size = boot->plan.requests[boot->plan.maps].size;
        for (unsigned k = 0; k < 40; k++)
            (void)spans_take(&boot->spans, &chance, PAGE, PAGE, UINT64_MAX, EFI_TYPE_BOOT_SERVICES_DATA, &base);
        assert_int_equal(plan_enlarge_maps(&boot->plan, &boot->facts, 30000, &boot->error), STATUS_OK);
        assert_true(boot->plan.requests[boot->plan.maps].size > size);
        free(place->memory);
        size = boot->plan.requests[boot->plan.maps].size;
        assert_true(spans_take(&boot->spans, &chance, size, PAGE, boot->plan.direct_map_limit, EFI_TYPE_LOADER_DATA,
                               &place->physical));
        place->memory = aligned_alloc(PAGE, size);
        assert_non_null(place->memory);
        memset(place->memory, 0xcc, size);
        finish_sample(&sample);
        check_sample(&sample);
        end_sample(&sample);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boots),
        cmocka_unit_test(test_stages),
        cmocka_unit_test(test_long_log),
        cmocka_unit_test(test_map_grows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
