/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A boot from the plan to the seal, on a machine and with a kernel, an entry and facts by chance. A plan that is made
 * asks for whole pages, and puts what it loads, copies and zeroes into them. When there is room on the machine it is
 * carried out, and every leaf of the page tables is looked at (hand_off.h). A refusal has words and makes no plan.
 */
#include <stdlib.h>
#include <string.h>

#include "baton_layout.h"
#include "fuzz.h"
#include "hand_off.h"
#include "machine.h"
#include "made_elf.h"

#define PAGE      4096ULL
#define SEGMENTS  10
#define FILE_MOST 0x6000U
/* Where the machine that is not by chance has runtime data. */
#define SYSTEM_TABLE 0x3300000ULL
#define ROOM_MOST    (24U << 20) /* bytes of requests that a run carries out */

static void make_entry(struct input *input, struct entry *entry)
{
    uint64_t how = input_number(input, 1);

    entry->has_load_address = (how & 1) != 0;
    entry->has_entry_offset = (how & 2) != 0;
    entry->has_memory_size = (how & 4) != 0;
    entry->load_address = how & 1 ? input_address(input) : 0;
    entry->entry_offset = how & 2 ? input_wide(input) : 0;
    entry->memory_size = how & 4 ? input_wide(input) : 0;
    entry->kaslr = (enum entry_kaslr)(how >> 3 & 3);
    entry->kaslr_seed = input_number(input, 1);
    entry->options = input_string(input, 64);
}

/* Framebuffers lie beside memory, and apart from each other; some are out of reach. */
static void make_framebuffers(struct input *input, struct facts *facts)
{
    uint64_t physical = 0x10000000000;

    facts->framebuffer_count = (size_t)input_below(input, 3);
    for (size_t i = 0; i < facts->framebuffer_count; i++) {
        uint64_t how = input_number(input, 1), size = 1 + input_number(input, 3);

        physical += how & 1 ? 0x200000 * input_number(input, 1) : input_number(input, 3);
        physical += how & 2 ? 1ULL << (how >> 2 & 7) << 40 : 0;
        facts->framebuffers[i] = (struct baton_framebuffer){.physical = physical, .size = size};
        facts->edids[i].size = how & 0x80 ? 512 : 0;
        physical += size + 2 * PAGE;
    }
}

static void make_ranges(struct input *input, struct table_range *range, size_t capacity, size_t *ret_count)
{
    struct table_ranges ranges = {.range = range, .capacity = capacity};

    for (uint64_t count = input_below(input, 4); count > 0; count--)
        table_ranges_add(&ranges, input_address(input) & 0xffffffffffff, input_number(input, 2));
    *ret_count = ranges.count;
}

static void make_facts(struct input *input, struct facts *facts)
{
    uint64_t how = input_number(input, 1);

    facts->machine.gigabyte_pages = (how & 1) != 0;
    facts->machine.paging_levels = how & 2 ? 5 : 4;
    facts->random.present = (how & 4) != 0;
    facts->random.slide = input_number(input, how & 8 ? 8 : 2);
    facts->random.direct_map = input_number(input, how & 8 ? 8 : 2);
    facts->tables.has_rsdp = (how & 16) != 0;
    facts->tables.rsdp_size = RSDP_SIZE;
    facts->tables.has_smbios2 = facts->tables.has_smbios3 = (how & 32) != 0;
    facts->has_boot_partition = facts->has_wall_clock = (how & 16) != 0;
    facts->system_table = how & 1 ? SYSTEM_TABLE : 0;
    if (how & 64)
        facts->device_tree = input_bytes(input, (size_t)input_number(input, 1));
    make_framebuffers(input, facts);
    make_ranges(input, facts->tables.ranges, FIRMWARE_TABLE_RANGES, &facts->tables.range_count);
    make_ranges(input, facts->reservations, BOOT_RESERVATIONS, &facts->reservation_count);
    if (how & 128)
        facts->taken[facts->taken_count++] = (struct taken_range){input_address(input), 0x10000, "somebody"};
}

/* Program headers, then whatever the input still has: notes and tables are in there by chance, or by the corpus. */
static void make_elf(struct input *input, uint8_t *file, size_t size)
{
    struct elf_segment segments[SEGMENTS];
    uint64_t how = input_number(input, 1), entry = input_number(input, 1);
    size_t count = machine_segments(input, segments, SEGMENTS, size);
    struct elf_header header =
        made_elf_header(count > 0 ? segments[how % 4 % count].address + entry : 0, (uint32_t)count);

    header.file_type = how & 0x40 ? ELF_TYPE_DYN : ELF_TYPE_EXEC;
    header.segment_offset = how & 0x80 && size > 0x4400 ? 0x4000 : ELF_HEADER_SIZE;
    if (size < header.segment_offset + count * ELF_PROGRAM_HEADER_SIZE)
        return;
    made_elf_write_header(file, &header);
    for (size_t i = 0; i < count; i++)
        made_elf_write_segment(file + header.segment_offset + i * ELF_PROGRAM_HEADER_SIZE, &segments[i]);
}

static void add_kernel(struct input *input, struct made_boot *boot)
{
    uint64_t how = input_number(input, 1);
    size_t size = (size_t)input_number(input, 2) % (FILE_MOST + 1), place = how & 8 ? 0 : 0x400;
    uint8_t *file = calloc(size > 0 ? size : 1, 1);

    CHECK(file);
    if (!(how & 1))
        make_elf(input, file, size);
    else if (size >= 4 && how & 2)
        memcpy(file, "\177ELF", 4);
    if (how & 1)
        place = 0;
    make_entry(input, &boot->entry);
    if (place < size && input->size > 0)
        memcpy(file + place, input->data, input->size < size - place ? input->size : size - place);
    made_boot_add_file(boot, how & 4 ? "/kernel.bin" : "/kernel", file, size);
}

/* What a plan promises by itself. */
static void check_plan(const struct made_boot *boot)
{
    const struct plan *plan = &boot->plan;

    for (size_t i = 0; i < plan->request_count; i++) {
        const struct plan_request *request = &plan->requests[i];

        CHECK(request->size > 0 && request->size % PAGE == 0 && request->labelled % PAGE == 0);
        CHECK(request->labelled <= request->size && request->alignment >= PAGE);
        CHECK((request->alignment & (request->alignment - 1)) == 0);
        CHECK(!request->exact || request->address % PAGE == 0);
    }
    for (size_t i = 0; i < plan->load_count; i++) {
        const struct plan_load *load = &plan->loads[i];

        CHECK(load->offset <= plan->requests[load->request].size && load->file < boot->input.file_count);
        CHECK(load->size <= plan->requests[load->request].size - load->offset);
        CHECK(load->file_offset <= boot->files[load->file].size);
        CHECK(load->size <= boot->files[load->file].size - load->file_offset);
    }
    for (size_t i = 0; i < plan->mapping_count; i++)
        CHECK(plan->mappings[i].offset + plan->mappings[i].size <= plan->requests[plan->mappings[i].request].size);
    for (size_t i = 0; i < plan->protection_count; i++) {
        const struct plan_protection *part = &plan->protections[i], *before = part - 1;

        CHECK(part->offset + part->size <= plan->requests[part->request].labelled);
        CHECK(i == 0 || before->request < part->request ||
              (before->request == part->request && before->offset + before->size <= part->offset));
    }
}

/* made_boot_plan, for files whose firmware lies about their sizes: what is not there cannot be read. */
static enum status plan_lies(struct made_boot *boot)
{
    size_t size = 1 << 16, content = boot->files[0].size;
    struct arena arena = {fuzz_room(size), size, 0};
    struct plan_want want;

    boot->files[0].size |= 0xfffffffffffff000;
    for (;;) {
        enum status status = boot->protocol->plan(&boot->input, &arena, &boot->plan, &want, &boot->error);
        struct plan_file *file = &boot->files[0];
        struct bytes bytes;

        if (status != STATUS_NEED_BYTES)
            return status;
        if (plan_check_want(file, &want, &boot->error) != STATUS_OK)
            return STATUS_INVALID;
        if (!bytes_slice((struct bytes){boot->content[0], content}, want.offset, want.size, &bytes))
            return STATUS_NEED_BYTES;
        file->extents[file->extent_count++] = (struct plan_extent){want.offset, bytes};
        arena.used = 0;
    }
}

static uint64_t room_of(const struct plan *plan)
{
    uint64_t size = 0;

    for (size_t i = 0; i < plan->request_count; i++) {
        if (plan->requests[i].size > ROOM_MOST)
            return UINT64_MAX;
        size += plan->requests[i].size;
    }
    return size;
}

static void carry_out(struct made_boot *boot, struct chance *chance)
{
    const struct stage_times times = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}};
    const struct plan *plan = &boot->plan;

    if (room_of(plan) > ROOM_MOST || !made_boot_reserve(boot, chance))
        return;
    for (size_t i = 0; i < plan->request_count; i++) {
        uint64_t start;

        if (!plan_may_use(&boot->facts, plan->places[i].physical, plan->requests[i].size, &start))
            return; /* then reserve would have looked for another place */
    }
    made_boot_load(boot);
    hand_off_check_image(boot);
    made_boot_finish(boot, &times);
    hand_off_check(boot);
}

void fuzz(struct input *input)
{
    static struct made_boot boot;
    struct made_map wild = {0};
    uint64_t how = input_number(input, 1);
    struct chance chance = input_chance(input);
    enum status status;

    made_boot_start(&boot, &chance);
    if (how & 1) {
        machine_spans(input, &boot.spans);
        made_map_end(&boot.map);
        boot.map = spans_report(&boot.spans, 48);
        made_map_give(&boot.map, &boot.facts);
    }
    if (how & 2) {
        wild = machine_wild_map(input, 20);
        made_map_give(&wild, &boot.facts);
    }
    make_facts(input, &boot.facts);
    add_kernel(input, &boot);
    for (uint64_t i = 0; i < (how >> 2 & 3); i++)
        made_boot_add_file(&boot, "/module", calloc(2000 * i + 1, 1), 2000 * i);
    if (boot.protocol == &protocol_efi_image) {
        status = made_boot_plan(&boot);
        CHECK(status == STATUS_OK || boot.error.text[0] == '/');
    } else if (!boot.protocol) {
        CHECK(protocol_refuse(&boot.input, &boot.error) != STATUS_OK && boot.error.text[0] != '\0');
    } else {
        if (how & 16 && boot.files[0].head.size > 0)
            status = plan_lies(&boot);
        else
            status = made_boot_plan(&boot);
        CHECK(status == STATUS_OK || boot.plan.request_count == 0);
        CHECK(status == STATUS_OK || boot.error.text[0] == '/' || status == STATUS_NEED_BYTES ||
              status == STATUS_NEED_ROOM || status == STATUS_NO_MEMORY);
        if (status == STATUS_OK && how & 32) /* the firmware's map has grown meanwhile */
            status = plan_enlarge_maps(&boot.plan, &boot.facts, boot.plan.maps_layout.raw_size + input_wide(input),
                                       &boot.error);
        if (status == STATUS_OK)
            check_plan(&boot);
        if (status == STATUS_OK && !(how & 18))
            carry_out(&boot, &chance);
    }
    if (how & 16)
        boot.files[0].extent_count = 0;
    made_map_end(&wild);
    made_boot_end(&boot);
}
