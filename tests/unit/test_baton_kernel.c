/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernels through a whole boot: what is in memory in the end is what the file holds, with every word that a relocation
 * names moved; and the kernel's own file, for those that ask for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "made_kernel.h"
#include "put.h"

#define PAGE    4096ULL
#define DEFAULT 0xffffffff80000000ULL

/* Offsets in the file of the tables, and of the words that may be relocated: constants, and data. */
#define RELA       MADE_TABLES
#define RELR       (MADE_TABLES + 0x400U)
#define PLT        (MADE_TABLES + 0x600U)
#define CONSTANTS  (MADE_TABLES + 0x800U)
#define WORDS      (MADE_DATA + MADE_DYNAMIC)
#define RELATIVE   8U
#define RELA_SIZE  24U
#define WORDS_MOST 20U /* in one table of RELA */

struct sample {
    struct made_boot boot;
    struct made_kernel kernel;
    struct chance *chance;
    uint64_t slide; /* as the boot has it */
    uint8_t file[MADE_END];
    uint8_t *image;       /* what should come of it, without the slide */
    bool taken[MADE_END]; /* bytes of the file that a relocation fills */
    bool moved[MADE_END]; /* where words of it begin */
    const struct baton *baton;
    uint64_t relocations;
};

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            CHANCE_FAIL(sample->chance, "not so: %s", #condition);                                                     \
    } while (false)

/* ---- making one ---- */

static uint64_t link_address(const struct sample *sample, uint64_t file_offset)
{
    return sample->kernel.base + (file_offset - MADE_CODE);
}

/* A word of the file that no other relocation has: aligned, or anywhere. */
static uint64_t take_word(struct sample *sample, bool aligned)
{
    for (;;) {
        bool constant = chance_one_in(sample->chance, 3);
        uint64_t start = constant ? CONSTANTS : WORDS, end = constant ? MADE_NOTE : MADE_END;
        uint64_t at = start + chance_below(sample->chance, end - start - 7);
        bool free = true;

        at = aligned ? at & ~7ULL : at;
        for (uint64_t i = 0; i < 8; i++)
            free = free && !sample->taken[at + i];
        if (!free)
            continue;
        memset(&sample->taken[at], true, 8);
        sample->moved[at] = true;
        sample->relocations++;
        return at;
    }
}

/* Some words by a table of RELA; what the file has in their place does not matter. */
static uint64_t add_rela(struct sample *sample, uint8_t *file, uint64_t table)
{
    uint64_t count = chance_below(sample->chance, WORDS_MOST + 1);

    for (uint64_t i = 0; i < count; i++) {
        uint8_t *entry = file + table + i * RELA_SIZE;
        uint64_t addend = chance_bits(sample->chance);

        if (chance_one_in(sample->chance, 8)) { /* R_X86_64_NONE, wherever */
            put_number(entry, 8, chance_bits(sample->chance));
            put_number(entry + 16, 8, addend);
            continue;
        }
        uint64_t at = take_word(sample, chance_one_in(sample->chance, 2));

        put_number(entry, 8, link_address(sample, at));
        put_number(entry + 8, 8, RELATIVE);
        put_number(entry + 16, 8, addend);
        put_number(sample->file + at, 8, addend); /* what it should be, but for the slide */
    }
    return count * RELA_SIZE;
}

/* Some words by RELR, which moves what the file has in their place. */
static uint64_t add_relr(struct sample *sample, uint8_t *file)
{
    bool packed[MADE_END] = {false};
    uint64_t size = 0, next = 0;

    for (uint64_t count = chance_below(sample->chance, 40); count > 0; count--)
        packed[take_word(sample, true)] = true;
    for (uint64_t at = 0; at < MADE_END; at += 8) {
        uint64_t bits = 0;

        if (!packed[at])
            continue;
        if (next != 0 && at < next + 63 * 8ULL) {
            for (uint64_t i = 0; i < 63 && next + 8 * i < MADE_END; i++) {
                bits |= packed[next + 8 * i] ? 2ULL << i : 0;
                packed[next + 8 * i] = false;
            }
            put_number(file + RELR + size, 8, bits | 1);
            next += 63 * 8ULL;
        } else {
            put_number(file + RELR + size, 8, link_address(sample, at));
            next = at + 8;
        }
        size += 8;
    }
    return size;
}

static void put_tag(uint8_t **at, uint64_t tag, uint64_t value)
{
    put_number(*at, 8, tag);
    put_number(*at + 8, 8, value);
    *at += 16;
}

static void add_relocations(struct sample *sample, uint8_t *file)
{
    uint8_t *dynamic = file + MADE_DATA;
    uint64_t size = add_rela(sample, file, RELA);

    put_tag(&dynamic, 6, 0); /* DT_SYMTAB: not looked at */
    put_tag(&dynamic, 7, link_address(sample, RELA));
    put_tag(&dynamic, 8, size);
    put_tag(&dynamic, 9, RELA_SIZE);
    size = add_rela(sample, file, PLT);
    put_tag(&dynamic, 23, link_address(sample, PLT));
    put_tag(&dynamic, 2, size);
    put_tag(&dynamic, 20, 7);
    size = add_relr(sample, file);
    put_tag(&dynamic, 35, size);
    put_tag(&dynamic, 36, link_address(sample, RELR));
    put_tag(&dynamic, 37, 8);
    if (!sample->kernel.movable && chance_one_in(sample->chance, 2)) {
        put_tag(&dynamic, 0x6ffffffb, 0x08000001); /* DF_1_PIE: it can be moved, although GNU ld called it ET_EXEC */
        sample->kernel.movable = true;
    }
}

static struct made_kernel make_kernel(struct chance *chance)
{
    static const uint64_t bases[] = {0, 0x200000, 0xffff800000000000, 0xffffffff80000000, 0xfffffffff0001000};
    struct made_kernel kernel = {.base = bases[chance_below(chance, 5)],
                                 .zeros = chance_size(chance, 0x3000) - 1,
                                 .movable = chance_one_in(chance, 2),
                                 .dynamic = chance_one_in(chance, 2),
                                 .has_note = chance_one_in(chance, 2)};

    if (!kernel.movable && kernel.base == 0)
        kernel.base = 0x200000;
    kernel.headers = chance_one_in(chance, 2) ? MADE_NOTE - 0x400 : 0; /* unlike most, behind the first page */
    kernel.wanted = chance_bits(chance) & (BATON_FEATURE_KERNEL_FILE | BATON_FEATURE_IDENTITY_MAP);
    kernel.stack_size = chance_size(chance, 0x40000);
    return kernel;
}

static void start(struct sample *sample, struct chance *chance)
{
    struct made_boot *boot = &sample->boot;
    uint8_t *file;

    memset(sample, 0, sizeof(*sample));
    sample->chance = chance;
    sample->kernel = make_kernel(chance);
    log_reset();
    made_boot_start(boot, chance);
    boot->entry.kaslr = (enum entry_kaslr)chance_below(chance, 4);
    boot->entry.kaslr_seed = chance_bits(chance);
    boot->facts.random.present = chance_one_in(chance, 2);
    boot->facts.random.slide = chance_bits(chance);
    file = made_kernel(&sample->kernel, chance);
    memcpy(sample->file, file, MADE_END);
    if (sample->kernel.headers != 0)
        memset(&sample->taken[sample->kernel.headers], true, 0x200);
    if (sample->kernel.movable || sample->kernel.dynamic)
        add_relocations(sample, file);
    /* the tables and PT_DYNAMIC are in the image as they are in the file */
    memcpy(sample->file + RELA, file + RELA, CONSTANTS - RELA);
    memcpy(sample->file + MADE_DATA, file + MADE_DATA, MADE_DYNAMIC);
    made_boot_add_file(boot, "/kernel.elf", file, MADE_END);
}

/* As the plan is made: with little of the file, so that it must ask for notes, tables and headers. */
static void plan(struct sample *sample)
{
    static const size_t heads[] = {64, 512, 4096, 0x2f10, MADE_END};
    enum status status;

    made_boot_show_head(&sample->boot, heads[chance_below(sample->chance, 5)]);
    status = made_boot_plan(&sample->boot);
    if (status != STATUS_OK)
        CHANCE_FAIL(sample->chance, "%d: %s", status, sample->boot.error.text);
}

static void finish(struct sample *sample)
{
    const struct stage_times times = {{0}};

    CHECK(made_boot_reserve(&sample->boot, sample->chance));
    made_boot_load(&sample->boot);
    made_boot_finish(&sample->boot, &times);
    sample->baton = (const void *)sample->boot.plan.places[sample->boot.plan.baton].memory;
    sample->slide = sample->boot.plan.entry - 0x10 - sample->kernel.base;
}

/* ---- what must be true ---- */

static void check_image(const struct sample *sample)
{
    const struct baton *baton = sample->baton;
    uint64_t size = made_kernel_size(&sample->kernel);
    const uint8_t *seen = made_boot_see(&sample->boot, (const void *)(uintptr_t)baton->kernel.address, size);
    uint8_t *expected = calloc(size, 1);

    assert_non_null(expected);
    memcpy(expected, sample->file + MADE_CODE, MADE_END - MADE_CODE);
    for (uint64_t at = 0; at < MADE_END; at++) {
        uint64_t word = 0;

        if (!sample->moved[at])
            continue;
        for (int i = 7; i >= 0; i--)
            word = word << 8 | sample->file[at + (uint64_t)i];
        put_number(expected + (at - MADE_CODE), 8, word + sample->slide);
    }
    CHECK(seen != NULL && baton->kernel.size == size);
    for (uint64_t i = 0; i < size; i++) {
        if (seen[i] != expected[i])
            CHANCE_FAIL(sample->chance, "byte 0x%llx of the image: 0x%02x instead of 0x%02x", (unsigned long long)i,
                        seen[i], expected[i]);
    }
    free(expected);
}

static void check_facts(const struct sample *sample)
{
    const struct baton *baton = sample->baton;
    const struct made_kernel *kernel = &sample->kernel;

    CHECK(baton->kernel.address == kernel->base + sample->slide);
    CHECK(((baton->facts & BATON_FACT_SLIDE) != 0) == kernel->movable);
    CHECK(baton->kernel.slide == (kernel->movable ? sample->slide : 0));
    CHECK(kernel->movable || sample->slide == 0);
    CHECK(((baton->facts & BATON_FACT_IDENTITY_MAP) != 0) ==
          (baton->direct_map.base == 0 || (kernel->has_note && (kernel->wanted & BATON_FEATURE_IDENTITY_MAP) != 0)));
    CHECK(baton->stack.size ==
          (kernel->has_note && kernel->stack_size > 0x10000 ? (kernel->stack_size + PAGE - 1) / PAGE * PAGE : 0x10000));
}

/* The whole file, byte for byte: unlike the image it is not relocated. */
static void check_file(const struct sample *sample)
{
    const struct baton_kernel *kernel = &sample->baton->kernel;
    const struct made_boot *boot = &sample->boot;
    bool asked = sample->kernel.has_note && (sample->kernel.wanted & BATON_FEATURE_KERNEL_FILE);
    const uint8_t *seen;
    const struct baton_memory *entry;

    CHECK(((sample->baton->facts & BATON_FACT_KERNEL_FILE) != 0) == asked);
    CHECK(boot->plan.copy_count == (asked ? 3 : 0) && boot->plan.load_count == (asked ? 1 : 3));
    if (!asked) {
        CHECK(!kernel->file && kernel->file_size == 0);
        return;
    }
    CHECK(kernel->file_size == MADE_END && (uintptr_t)kernel->file % PAGE == 0);
    seen = made_boot_see(boot, kernel->file, MADE_END);
    CHECK(seen != NULL && memcmp(seen, boot->content[0], MADE_END) == 0);
    entry = memory_map_find(made_boot_see(boot, sample->baton->memory_map.first, 1), sample->baton->memory_map.count,
                            baton_physical(sample->baton, kernel->file));
    CHECK(entry && entry->kind == BATON_MEMORY_BATON);
}

static void end(struct sample *sample)
{
    made_boot_end(&sample->boot);
}

static void test_kernels(void **state)
{
    uint64_t relocations = 0, slides = 0, files = 0, asked = 0;

    (void)state;
    for (uint64_t i = 0; i < 500; i++) {
        static struct sample sample;
        struct chance chance = chance_case(i);

        start(&sample, &chance);
        plan(&sample);
        finish(&sample);
        check_image(&sample);
        check_facts(&sample);
        check_file(&sample);
        relocations += sample.relocations;
        slides += sample.slide != 0;
        files += sample.baton->kernel.file != NULL;
        asked += sample.boot.asked_for_bytes;
        end(&sample);
    }
    assert_true(relocations > 5000 && slides > 100 && files > 50 && asked > 500);
}

/* What is wrong with a note or a relocation is found, however little of the file was read at first. */
static void test_refusals(void **state)
{
    static const struct {
        uint64_t at, value;
        size_t width;
        const char *words;
    } rows[] = {
        {MADE_NOTE + 20, 2, 4, "was written for version 2"},
        {MADE_NOTE + 4, 32, 4, "the Baton note is truncated"},
        {MADE_NOTE + 24, BATON_FEATURE_EL2, 8, "requires EL2"},
        {RELA + 8, 6, 8, "the relocation at "},
        {RELA, 0x10, 8, "is an address in code"},
        {MADE_DATA + 2 * 16 + 8, 23, 8, "a table of relocations has 23 bytes"},
        {MADE_DATA + 16 + 8, 0x100000, 8, "do not lie in a segment's bytes"},
        {MADE_DATA, 1, 8, "needs a shared library"},
    };

    (void)state;
    for (uint64_t i = 0; i < sizeof(rows) / sizeof(rows[0]) * 4; i++) {
        static const size_t heads[] = {64, 512, 4096, MADE_END};
        const uint64_t row = i / 4;
        struct chance chance = chance_case(0);
        struct made_kernel kernel = {.movable = true, .has_note = true};
        struct made_boot boot;
        uint8_t *file = made_kernel(&kernel, &chance), *dynamic = file + MADE_DATA;
        enum status status;

        put_tag(&dynamic, 6, 0);
        put_tag(&dynamic, 7, RELA - MADE_CODE);
        put_tag(&dynamic, 8, RELA_SIZE);
        put_tag(&dynamic, 9, RELA_SIZE);
        put_number(file + RELA, 8, WORDS - MADE_CODE);
        put_number(file + RELA + 8, 8, RELATIVE);
        put_number(file + rows[row].at, rows[row].width, rows[row].value);
        log_reset();
        made_boot_start(&boot, &chance);
        made_boot_add_file(&boot, "/kernel.elf", file, MADE_END);
        made_boot_show_head(&boot, heads[i % 4]);
        status = made_boot_plan(&boot);
        if ((status != STATUS_INVALID && status != STATUS_UNSUPPORTED) || !strstr(boot.error.text, rows[row].words))
            fail_msg("row %llu: %d, %s", (unsigned long long)row, status, boot.error.text);
        assert_null(boot.plan.requests);
        made_boot_end(&boot);
    }
}

/* A file that ends where its note should be: found before anything is read from there. */
static void test_truncated_file(void **state)
{
    struct made_kernel kernel = {.base = DEFAULT, .has_note = true};
    struct chance chance = chance_case(0);
    struct made_boot boot;

    (void)state;
    log_reset();
    made_boot_start(&boot, &chance);
    made_boot_add_file(&boot, "/kernel.elf", made_kernel(&kernel, &chance), MADE_NOTE + 8);
    made_boot_show_head(&boot, 512);
    assert_int_equal(made_boot_plan(&boot), STATUS_INVALID);
    assert_non_null(strstr(boot.error.text, "/kernel.elf: is truncated"));
    assert_int_equal(boot.asked_for_bytes, 0);
    made_boot_end(&boot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernels),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_truncated_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
