/* SPDX-License-Identifier: BSD-2-Clause */
/* Relocations by chance: tables against a byte-by-byte reading of the rules, and whatever bytes there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "image_relocations.h"
#include "made_elf.h"
#include "permissions.h"

#define NAME     "/kernel.elf"
#define SIZE     0x4000 /* of the image */
#define SEGMENTS 6
#define WORDS    64 /* of a table */

struct sample {
    struct image_segment segments[SEGMENTS];
    struct image image;
    uint8_t owner[SIZE]; /* a segment's number + 1 */
    struct relocations relocations;
    uint64_t words[WORDS];
    size_t count;
    uint64_t targets[WORDS * 63]; /* offsets in the image, as the table was made from them */
    uint64_t addends[WORDS];
    size_t target_count;
    bool unknown_type;
};

static void make_image(struct chance *chance, struct sample *sample)
{
    static const uint64_t bases[] = {0, 0x100000, 0xffffffff80000000, 0 - (uint64_t)SIZE};
    static const uint32_t permissions[] = {PERMIT_READ, PERMIT_WRITE, PERMIT_WRITE, PERMIT_WRITE, PERMIT_EXECUTE};
    uint64_t end = 0;

    sample->image = (struct image){.base = bases[chance_below(chance, 4)], .size = SIZE, .segments = sample->segments};
    while (sample->image.segment_count < SEGMENTS && end < SIZE) {
        uint64_t gap = chance_one_in(chance, 2) ? 0 : chance_below(chance, 64);
        uint64_t start = end + gap,
                 size = chance_one_in(chance, 4) ? chance_size(chance, 16) : chance_size(chance, SIZE);

        if (start >= SIZE)
            break;
        size = size < SIZE - start ? size : SIZE - start;
        end = start + size;
        memset(sample->owner + start, (int)sample->image.segment_count + 1, size);
        sample->segments[sample->image.segment_count] = (struct image_segment){
            start, size, permissions[chance_below(chance, 5)], (uint32_t)sample->image.segment_count};
        sample->image.segment_count++;
    }
}

/* Eight bytes of one segment that is not code. */
static bool may_be_relocated(const struct sample *sample, uint64_t offset)
{
    if (offset > SIZE - 8 || sample->owner[offset] == 0)
        return false;
    for (uint64_t i = 1; i < 8; i++) {
        if (sample->owner[offset + i] != sample->owner[offset])
            return false;
    }
    return (sample->segments[sample->owner[offset] - 1].permissions & PERMIT_EXECUTE) == 0;
}

/* Mostly one that may be relocated, `step` on from the last. */
static uint64_t choose_target(struct chance *chance, const struct sample *sample, uint64_t alignment)
{
    uint64_t offset = 0;

    for (unsigned tries = 0; tries < 20; tries++) {
        offset = chance_below(chance, SIZE) & ~(alignment - 1);
        if (may_be_relocated(sample, offset))
            return offset;
    }
    return chance_one_in(chance, 2) ? offset : chance_bits(chance) & ~(alignment - 1);
}

static void make_rela(struct chance *chance, struct sample *sample)
{
    size_t count = chance_below(chance, WORDS / 3 + 1);

    for (size_t i = 0; i < count; i++) {
        uint64_t offset = choose_target(chance, sample, 1), addend = chance_bits(chance);
        uint32_t type = chance_one_in(chance, 10) ? 0 : chance_one_in(chance, 200) ? (uint32_t)chance_bits(chance) : 8;

        sample->words[3 * i] = sample->image.base + offset;
        sample->words[3 * i + 1] = type;
        sample->words[3 * i + 2] = addend;
        if (type != 0 && type != 8)
            sample->unknown_type = true;
        if (type == 8) {
            sample->addends[sample->target_count] = addend;
            sample->targets[sample->target_count++] = offset;
        }
    }
    sample->count = 3 * count;
}

/* Writes a table for a rising list: an address, and bitmaps for as long as words of the next 63 are in the list. */
static void make_packed(struct chance *chance, struct sample *sample)
{
    uint64_t offset = 0;

    while (sample->count < WORDS && !chance_one_in(chance, 20)) {
        size_t bitmaps = chance_below(chance, 5);

        offset = choose_target(chance, sample, 2);
        sample->words[sample->count++] = sample->image.base + offset;
        sample->targets[sample->target_count++] = offset;
        offset += 8;
        for (; bitmaps > 0 && sample->count < WORDS; bitmaps--, offset += 63 * (uint64_t)8) {
            uint64_t bitmap = 1;

            for (uint64_t bit = 0; bit < 63; bit++) {
                uint64_t place = offset + 8 * bit;

                if (chance_one_in(chance, 3) && (may_be_relocated(sample, place) || chance_one_in(chance, 2000))) {
                    bitmap |= 2ULL << bit;
                    sample->targets[sample->target_count++] = place;
                }
            }
            sample->words[sample->count++] = bitmap;
        }
    }
}

static bool reference_allows(const struct sample *sample)
{
    for (size_t i = 0; i < sample->target_count; i++) {
        if (!may_be_relocated(sample, sample->targets[i]))
            return false;
    }
    return !sample->unknown_type;
}

static void reference_apply(const struct sample *sample, uint8_t *memory, uint64_t slide)
{
    for (size_t i = 0; i < sample->target_count; i++) {
        uint64_t old = 0, sum;

        for (size_t byte = 8; byte-- > 0;)
            old = old << 8 | memory[sample->targets[i] + byte];
        sum = slide + (sample->relocations.tables[0].packed ? old : sample->addends[i]);
        for (size_t byte = 0; byte < 8; byte++)
            memory[sample->targets[i] + byte] = (uint8_t)(sum >> 8 * byte);
    }
}

static void fill(struct chance *chance, uint8_t *memory)
{
    for (size_t i = 0; i < SIZE; i++)
        memory[i] = (uint8_t)chance_bits(chance);
}

static void test_by_chance(void **state)
{
    static struct sample sample;
    unsigned good = 0;
    /* Of exactly the size: what is written outside is seen. */
    uint8_t *memory = malloc(SIZE), *expected = malloc(SIZE);

    (void)state;
    assert_non_null(memory);
    assert_non_null(expected);
    for (uint64_t i = 0; i < 10000; i++) {
        struct chance chance = chance_case(i);
        bool packed = chance_one_in(&chance, 2);
        uint64_t slide = chance_one_in(&chance, 4) ? 0 : chance_bits(&chance);
        struct error error = {""};
        struct bytes table;
        enum status status;

        memset(&sample, 0, sizeof(sample));
        make_image(&chance, &sample);
        sample.relocations = (struct relocations){
            .tables = {{0, 0, 8, packed}}, .count = 1, .machine = ELF_MACHINE_X86_64, .relative = 8};
        (packed ? make_packed : make_rela)(&chance, &sample);
        table = made_elf_words(sample.words, sample.count);
        status = relocations_check(NAME, &sample.relocations, &table, &sample.image, &error);
        if ((status == STATUS_OK) != reference_allows(&sample))
            CHANCE_FAIL(&chance, "%d: %s", status, error.text);
        if (status != STATUS_OK && strncmp(error.text, NAME ": ", strlen(NAME) + 2) != 0)
            CHANCE_FAIL(&chance, "%d: '%s'", status, error.text);
        fill(&chance, memory);
        memcpy(expected, memory, SIZE);
        relocations_apply(&sample.relocations, &table, &sample.image, memory, slide);
        if (status == STATUS_OK) {
            good++;
            reference_apply(&sample, expected, slide);
            if (memcmp(memory, expected, SIZE) != 0)
                CHANCE_FAIL(&chance, "other bytes than the reference has");
        }
        free((void *)table.data);
    }
    free(memory);
    free(expected);
    assert_in_range(good, 3000, 9000);
}

/* Bytes that nobody made: refused with words, or applied within the image. */
static void test_garbage(void **state)
{
    static struct sample sample;
    uint8_t *memory = malloc(SIZE);

    (void)state;
    assert_non_null(memory);
    for (uint64_t i = 0; i < 10000; i++) {
        struct chance chance = chance_case(i);
        bool packed = chance_one_in(&chance, 2);
        size_t size = chance_below(&chance, 8 * WORDS + 1);
        struct error error = {""};
        struct bytes table;
        enum status status;

        memset(&sample, 0, sizeof(sample));
        make_image(&chance, &sample);
        sample.relocations = (struct relocations){
            .tables = {{0, 0, 8, packed}}, .count = 1, .machine = ELF_MACHINE_X86_64, .relative = 8};
        (packed ? make_packed : make_rela)(&chance, &sample);
        for (uint64_t k = chance_size(&chance, 20); k > 0; k--)
            sample.words[chance_below(&chance, WORDS)] ^= 1ULL << chance_below(&chance, 64);
        table = made_elf_words(sample.words, WORDS);
        table.size = size; /* need not be whole entries here */
        table.data = realloc((void *)table.data, size > 0 ? size : 1);
        assert_non_null(table.data);
        status = relocations_check(NAME, &sample.relocations, &table, &sample.image, &error);
        if (status != STATUS_OK && strncmp(error.text, NAME ": ", strlen(NAME) + 2) != 0)
            CHANCE_FAIL(&chance, "%d: '%s'", status, error.text);
        memset(memory, 0, SIZE);
        relocations_apply(&sample.relocations, &table, &sample.image, memory, chance_bits(&chance));
        free((void *)table.data);
    }
    free(memory);
}

/* The dynamic table, too. What is found lies in the file. */
static void test_dynamic_garbage(void **state)
{
    static struct image_part parts[] = {{0, 0x1000, 0x800}, {0x1000, 0x2000, 0x400}};
    const struct image image = {.base = 0xffffffff80000000, .size = SIZE, .parts = parts, .part_count = 2};
    const uint64_t good[20] = {7,  image.base + 0x100,
                               8,  240,
                               9,  24,
                               36, image.base + 0x1000,
                               35, 0x80,
                               37, 8,
                               23, image.base + 0x400,
                               2,  48,
                               20, 7,
                               0,  0};
    unsigned found = 0;

    (void)state;
    for (uint64_t i = 0; i < 100000; i++) {
        struct chance chance = chance_case(i);
        uint64_t words[20];
        struct bytes dynamic;
        struct relocations relocations;
        struct error error = {""};

        memcpy(words, good, sizeof(words));
        for (uint64_t k = chance_size(&chance, 8); k > 0; k--) {
            uint64_t *word = &words[chance_below(&chance, 20)];

            *word = chance_one_in(&chance, 2) ? *word ^ chance_size(&chance, UINT64_MAX)
                                              : *word + chance_below(&chance, 0x1000) - 0x800;
        }
        dynamic = made_elf_words(words, 20);
        if (relocations_find(NAME, dynamic, &image, ELF_MACHINE_X86_64, &relocations, &error) != STATUS_OK) {
            if (strncmp(error.text, NAME ": ", strlen(NAME) + 2) != 0)
                CHANCE_FAIL(&chance, "'%s'", error.text);
            relocations.count = 0;
        }
        for (size_t k = 0; k < relocations.count; k++) {
            const struct relocation_table *table = &relocations.tables[k];
            const struct image_part *part = &parts[table->offset >= 0x1000];

            found++;
            if (table->size == 0 || table->size > part->size ||
                table->offset - part->offset > part->size - table->size ||
                table->file_offset - part->file_offset != table->offset - part->offset)
                CHANCE_FAIL(&chance, "table %zu: 0x%llx bytes at 0x%llx", k, (unsigned long long)table->size,
                            (unsigned long long)table->file_offset);
        }
        free((void *)dynamic.data);
    }
    assert_true(found > 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_chance),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_dynamic_garbage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
