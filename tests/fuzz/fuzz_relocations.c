/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PT_DYNAMIC and relocation tables of an image. What is accepted and applied: the same words change as by a plain
 * reading of the tables, each by the slide; no byte of an executable segment, and none between segments, changes.
 * What is refused is refused with words. Tables that were not checked do not make relocations_apply leave the image.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "image_relocations.h"
#include "machine.h"
#include "made_elf.h"
#include "permissions.h"

#define SEGMENTS   8
#define IMAGE_MOST (1U << 20)
#define WORD       8U

struct sample {
    struct image image;
    struct bytes file;
    struct relocations relocations;
    struct bytes tables[RELOCATION_TABLES];
    uint8_t *memory;   /* as the loader has it before it relocates */
    uint8_t *expected; /* as it should be then */
    uint64_t slide;
};

static uint64_t word_at(struct bytes bytes, uint64_t offset)
{
    uint64_t word = 0;

    CHECK(bytes_number(bytes, offset, WORD, &word));
    return word;
}

/* Whether all bytes of the word lie in one segment, which is not executable. */
static bool may_change(const struct image *image, uint64_t offset)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct image_segment *segment = &image->segments[i];

        if (offset >= segment->offset && segment->size >= WORD && offset - segment->offset <= segment->size - WORD)
            return !(segment->permissions & PERMIT_EXECUTE);
    }
    return false;
}

static void expect(struct sample *sample, uint64_t address, uint64_t addend, bool has_addend)
{
    uint64_t offset = address - sample->image.base, value = addend;

    CHECK(may_change(&sample->image, offset));
    if (!has_addend)
        memcpy(&value, sample->expected + offset, WORD);
    value += sample->slide;
    memcpy(sample->expected + offset, &value, WORD);
}

static void expect_rela(struct sample *sample, struct bytes table)
{
    for (uint64_t at = 0; at + 24 <= table.size; at += 24) {
        uint32_t type = (uint32_t)word_at(table, at + 8);

        CHECK(type == 0 || type == sample->relocations.relative);
        if (type != 0)
            expect(sample, word_at(table, at), word_at(table, at + 16), true);
    }
}

static void expect_relr(struct sample *sample, struct bytes table)
{
    uint64_t next = 0;

    for (uint64_t at = 0; at + WORD <= table.size; at += WORD) {
        uint64_t word = word_at(table, at);

        if (!(word & 1)) {
            expect(sample, word, 0, false);
            next = word + WORD;
            continue;
        }
        for (unsigned bit = 1; bit < 64; bit++) {
            if (word >> bit & 1)
                expect(sample, next + WORD * (bit - 1), 0, false);
        }
        next += 63ULL * WORD;
    }
}

/* An image of segments that are likely, or nothing. */
static bool start_image(struct input *input, struct sample *sample)
{
    struct elf_segment segments[SEGMENTS + 2];
    uint64_t how = input_number(input, 1), file_size = 0x4000;
    size_t count = machine_segments(input, segments, SEGMENTS, file_size);
    struct elf_header header = made_elf_header(0, (uint32_t)count + 2);
    struct arena arena = {fuzz_room(4096), 4096, 0};
    struct error error;
    struct bytes table;
    enum status status;

    /* One to be entered, so that most are accepted: right before the others, or far away. */
    segments[count] =
        (struct elf_segment){ELF_SEGMENT_LOAD, ELF_READ | ELF_EXECUTE, 0, 0xfffffffff0000000, 0, 0x100, 0x100, 4096};
    if (count > 0)
        segments[count].address = how & 1 ? 4096 : (segments[0].address & ~4095ULL) - 4096;
    header.entry = segments[count].address;
    segments[count + 1] = (struct elf_segment){.kind = ELF_SEGMENT_DYNAMIC, .file_size = 16, .memory_size = 16};
    for (size_t i = 0; i < count; i++) {
        if (segments[i].kind == ELF_SEGMENT_DYNAMIC)
            segments[count + 1].kind = 0;
    }
    header.file_type = how & 2 ? ELF_TYPE_EXEC : ELF_TYPE_DYN;
    table = made_elf_table(segments, count + 2, header.segment_stride);
    status = image_from_elf("/k", file_size, &header, table, &arena, &sample->image, &error);
    free((void *)(uintptr_t)table.data);
    return status == STATUS_OK && sample->image.size <= IMAGE_MOST;
}

/* Words of tables that are about the image. */
static void fill_file(struct input *input, struct sample *sample)
{
    const struct image *image = &sample->image;
    const struct image_segment *segment;
    uint8_t *file = fuzz_room(0x4000);
    uint64_t place = sample->relocations.count > 0 ? sample->relocations.tables[0].file_offset : 0;

    memset(file, 0, 0x4000);
    while (input->size > 0) {
        uint64_t how = input_number(input, 1), word;

        if ((how & 0xc0) == 0x80)
            place = input_number(input, 2);
        if ((how & 0xc0) == 0xc0 && sample->relocations.count > 0)
            place = sample->relocations.tables[input_below(input, sample->relocations.count)].file_offset;
        switch (how & 7) {
        case 0:
            word = image->base + input_number(input, 2);
            break;
        case 1:
            word = sample->relocations.relative;
            break;
        case 2:
            word = input_number(input, 8) | 1;
            break;
        case 3:
            word = image->base + input_below(input, image->size) / 8 * 8;
            break;
        case 4:
            word = input_wide(input);
            break;
        case 5: /* where a segment ends */
            segment = &image->segments[input_below(input, image->segment_count)];
            word = image->base + segment->offset + segment->size - input_below(input, 16);
            break;
        default:
            word = input_number(input, 1);
            break;
        }
        if (place + WORD <= 0x4000)
            memcpy(file + place, &word, WORD);
        place += WORD;
    }
    sample->file = (struct bytes){file, 0x4000};
}

/* The dynamic section: pairs of tag and value. */
static struct bytes read_dynamic(struct input *input, const struct image *image)
{
    static const uint64_t tags[] = {7, 8, 9, 36, 35, 37, 23, 2, 20, 0x6ffffffb, 30, 18, 22, 1, 0, 0x40000026};
    uint64_t count = input_below(input, 24), words[2 * 24];

    for (uint64_t i = 0; i < count; i++) {
        uint64_t how = input_number(input, 1);

        words[2 * i] = how & 0x80 ? input_wide(input) : tags[how % COUNT(tags)];
        words[2 * i + 1] = how & 0x40   ? input_wide(input)
                           : how & 0x20 ? image->base + input_number(input, 2)
                                        : input_number(input, 1) * (how & 0x10 ? 8 : 1);
    }
    return made_elf_words(words, 2 * count);
}

/* Most linkers' sections have all they need; so that such ones come often. */
static struct bytes make_dynamic(struct input *input, const struct image *image)
{
    uint64_t part = image->part_count > 0 ? image->parts[input_below(input, image->part_count)].offset : 0;
    uint64_t rela = image->base + part + input_number(input, 1), rela_count = input_below(input, 20);
    uint64_t relr = rela + 24 * rela_count, relr_count = input_below(input, 20);
    uint64_t plt = relr + 8 * relr_count, plt_count = input_below(input, 3);
    const uint64_t words[] = {7,          rela,
                              8,          24 * rela_count,
                              9,          24,
                              36,         relr,
                              35,         8 * relr_count,
                              37,         8,
                              23,         plt,
                              2,          24 * plt_count,
                              20,         7,
                              0x6ffffffb, 0x08000000 * input_below(input, 2),
                              0,          0};

    return made_elf_words(words, COUNT(words));
}

static void check_applied(struct sample *sample)
{
    const struct image *image = &sample->image;

    for (size_t i = 0; i < sample->relocations.count; i++) {
        if (sample->relocations.tables[i].packed)
            expect_relr(sample, sample->tables[i]);
        else
            expect_rela(sample, sample->tables[i]);
    }
    relocations_apply(&sample->relocations, sample->tables, image, sample->memory, sample->slide);
    CHECK(memcmp(sample->memory, sample->expected, image->size) == 0);
}

void fuzz(struct input *input)
{
    struct sample sample = {.slide = input_number(input, 8)};
    struct chance chance = input_chance(input);
    struct error error = {""};
    struct bytes dynamic;
    enum status status;
    bool sliced = true;

    if (!start_image(input, &sample))
        return;
    dynamic = input_flag(input) ? read_dynamic(input, &sample.image) : make_dynamic(input, &sample.image);
    status = relocations_find("/k", dynamic, &sample.image, ELF_MACHINE_X86_64, &sample.relocations, &error);
    free((void *)(uintptr_t)dynamic.data);
    if (status != STATUS_OK) {
        CHECK((status == STATUS_INVALID || status == STATUS_UNSUPPORTED) &&
              text_starts_with(text_of(error.text), "/k: "));
        return;
    }
    CHECK(sample.relocations.count <= RELOCATION_TABLES);
    fill_file(input, &sample);
    for (size_t i = 0; i < sample.relocations.count; i++) {
        const struct relocation_table *table = &sample.relocations.tables[i];
        struct bytes slice;
        uint8_t *copy;

        sliced = sliced && bytes_slice(sample.file, table->file_offset, table->size, &slice);
        CHECK(sliced); /* parts lie in the file */
        copy = fuzz_room(slice.size);
        memcpy(copy, slice.data, slice.size);
        sample.tables[i] = (struct bytes){copy, slice.size};
    }
    sample.memory = fuzz_room(sample.image.size);
    sample.expected = fuzz_room(sample.image.size);
    for (size_t i = 0; i < sample.image.size; i++)
        sample.memory[i] = sample.expected[i] = (uint8_t)(chance.seed + i);
    status = relocations_check("/k", &sample.relocations, sample.tables, &sample.image, &error);
    if (status == STATUS_OK)
        check_applied(&sample);
    else
        relocations_apply(&sample.relocations, sample.tables, &sample.image, sample.memory, sample.slide);
}
