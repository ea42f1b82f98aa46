/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernels as the linkers make them, position-independent and not: laid out, relocated and asked for their wishes. The
 * kernel's words say themselves what they must be: each is followed by its distance to what it points to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chance.h"
#include "image.h"
#include "image_relocations.h"
#include "note.h"
#include "permissions.h"

#define MARK "<- the words ->"
#define HIGH 0xffffffff80000000ULL

static char folder[] = "/tmp/baton-linked-XXXXXX";

static const char source[] =
    "#include <baton/baton.h>\n"
    "BATON_WISHES(BATON_FEATURE_ACPI, BATON_FEATURE_RANDOM_SLIDE, 0x40000, 0);\n"
    "void kernel(const struct baton *baton) { (void)baton; for (;;) __asm__ volatile(\"hlt\"); }\n"
    "__asm__(\".section .rodata\\n constant: .quad 1\\n\"\n"
    "        \".data\\n variable: .quad 1\\n .bss\\n .balign 8\\n zeros: .skip 0x2345\\n\"\n"
    "        \".macro WORDS count\\n .balign 8\\n .asciz \\\"" MARK
    "\\\"\\n .quad \\\\count\\n .rept \\\\count / 5\\n\"\n"
    "        \" .irp to, kernel, constant, variable, zeros, .\\n .quad \\\\to\\n .quad \\\\to - .\\n .endr\\n .endr\\n "
    ".endm\\n\"\n"
    "        \".data\\n WORDS 200\\n\"\n"
    "        \".data\\n .byte 1\\n .quad variable\\n .balign 8\\n\"\n" /* at an odd address: never packed */
    "        \".section .data.rel.ro,\\\"aw\\\"\\n WORDS 600\\n .text\\n\");\n";

static const char wrong[] = "void elsewhere(void);\n"
                            "void kernel(void) { elsewhere(); }\n"
                            "void (*const pointer)(void) = elsewhere;\n";

static const char text_word[] = "__asm__(\".text\\n .globl kernel\\n kernel: .quad kernel\\n\");\n";

#define SECTIONS(dynamic)                                                                                              \
    "SECTIONS {\n . = 0xffffffff80000000;\n .text : { *(.text .text.*) } :text\n . = ALIGN(4096);\n"                   \
    " .rodata : { *(.rodata .rodata.*) } :rodata\n .notes : { *(.note.*) } :rodata :note\n"                            \
    " .rela.dyn : { *(.rela .rela.*) } :rodata\n .relr.dyn : { *(.relr.dyn) } :rodata\n . = ALIGN(4096);\n"            \
    " .data : { *(.data .data.*) *(.got .got.*) } :data\n" dynamic " .bss : { *(.bss .bss.*) *(COMMON) } :data\n}\n"
#define HEADERS "text PT_LOAD FLAGS(5); rodata PT_LOAD FLAGS(4); data PT_LOAD FLAGS(6); note PT_NOTE FLAGS(4);"

static const char script[] =
    "PHDRS { " HEADERS "dynamic PT_DYNAMIC; }" SECTIONS(".dynamic : { *(.dynamic) } :data :dynamic\n");
static const char script_without_dynamic[] = "PHDRS { " HEADERS "}" SECTIONS("");

/* ---- making them ---- */

static void write_file(const char *name, const char *text)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void run(const char *command)
{
    /* NOLINTNEXTLINE(cert-env33-c): these are the tools that a person calls */
    if (system(command) != 0)
        fail_msg("failed: %s", command);
}

static int setup(void **state)
{
    char command[1024];

    (void)state;
    assert_non_null(mkdtemp(folder));
    write_file("good.c", source);
    write_file("wrong.c", wrong);
    write_file("text.c", text_word);
    write_file("script.lds", script);
    write_file("without.lds", script_without_dynamic);
    for (size_t i = 0; i < 3; i++) {
        static const char *const names[] = {"good", "wrong", "text"};

        snprintf(
            command, sizeof(command),
            "$(command -v clang || echo gcc) -m64 -O1 -ffreestanding -fpie -fvisibility=hidden -fcf-protection=none "
            "-fno-stack-protector -fno-asynchronous-unwind-tables -Iinclude -c %s/%s.c -o %s/%s.o",
            folder, names[i], folder, names[i]);
        run(command);
    }
    return 0;
}

static int teardown(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof(command), "rm -r %s", folder);
    run(command);
    return 0;
}

static struct bytes link_file(const char *linker, const char *options, const char *object)
{
    char command[1024], path[128];
    uint8_t *data;
    long size;
    FILE *file;

    snprintf(command, sizeof(command),
             "cd %s && %s -m elf_x86_64 -e kernel --build-id=none -nostdlib %s %s.o -o kernel.elf 2>/dev/null", folder,
             linker, options, object);
    run(command);
    snprintf(path, sizeof(path), "%s/kernel.elf", folder);
    file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size = ftell(file);
    assert_true(size > 0);
    rewind(file);
    data = malloc((size_t)size);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, (size_t)size, file), size);
    assert_int_equal(fclose(file), 0);
    return (struct bytes){data, (size_t)size};
}

/* ---- as the loader goes about it ---- */

struct loaded {
    struct image image;
    struct relocations relocations;
    struct bytes tables[RELOCATION_TABLES];
    uint8_t room[8192];
};

static struct bytes range_of(struct bytes file, uint64_t offset, uint64_t size)
{
    struct bytes range;

    assert_true(bytes_slice(file, offset, size, &range));
    return range;
}

static enum status load(struct bytes file, struct loaded *loaded, struct error *error)
{
    struct arena arena = {loaded->room, sizeof(loaded->room), 0};
    struct elf_header header;
    enum status status;

    memset(&loaded->relocations, 0, sizeof(loaded->relocations));
    error->text[0] = 0;
    status = elf_parse_header(file, file.size, ELF_MACHINE_X86_64, "K", &header, error);
    if (status != STATUS_OK)
        return status;
    status = image_from_elf("K", file.size, &header,
                            range_of(file, header.segment_offset, header.segment_count * header.segment_stride), &arena,
                            &loaded->image, error);
    if (status != STATUS_OK || loaded->image.dynamic.size == 0)
        return status;
    status = relocations_find("K", range_of(file, loaded->image.dynamic.offset, loaded->image.dynamic.size),
                              &loaded->image, ELF_MACHINE_X86_64, &loaded->relocations, error);
    for (size_t i = 0; i < loaded->relocations.count; i++)
        loaded->tables[i] =
            range_of(file, loaded->relocations.tables[i].file_offset, loaded->relocations.tables[i].size);
    if (status == STATUS_OK)
        status = relocations_check("K", &loaded->relocations, loaded->tables, &loaded->image, error);
    return status;
}

/* ---- what must be true ---- */

static uint64_t word_at(const uint8_t *memory, uint64_t offset)
{
    uint64_t word;

    memcpy(&word, memory + offset, 8);
    return word;
}

static uint32_t permissions_at(const struct image *image, uint64_t offset)
{
    for (size_t i = 0; i < image->run_count; i++) {
        if (offset >= image->runs[i].offset && offset - image->runs[i].offset < image->runs[i].size)
            return image->runs[i].permissions;
    }
    fail_msg("0x%llx is in no run", (unsigned long long)offset);
    return 0;
}

/* The words behind a mark. Those of .data.rel.ro, the many, fill a whole page that RELRO makes read-only. */
static void check_words(const struct image *image, const uint8_t *memory, uint64_t mark, uint64_t slide, bool relro)
{
    uint64_t count = word_at(memory, mark + 16);

    assert_true(count == 200 || count == 600);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t offset = mark + 24 + 16 * i;
        uint64_t expected = image->base + slide + offset + (i % 5 == 4 ? 0 : 8) + word_at(memory, offset + 8);

        if (word_at(memory, offset) != expected)
            fail_msg("word %llu of %llu: 0x%llx instead of 0x%llx", (unsigned long long)i, (unsigned long long)count,
                     (unsigned long long)word_at(memory, offset), (unsigned long long)expected);
    }
    assert_int_equal(permissions_at(image, mark + 24 + 8 * count), count == 600 && relro ? PERMIT_READ : PERMIT_WRITE);
}

static void check_memory(const struct loaded *loaded, struct bytes file, uint64_t slide, bool relro)
{
    const struct image *image = &loaded->image;
    uint8_t *memory = calloc(1, image->size);
    unsigned marks = 0;

    assert_non_null(memory);
    for (size_t i = 0; i < image->part_count; i++)
        memcpy(memory + image->parts[i].offset, file.data + image->parts[i].file_offset, image->parts[i].size);
    relocations_apply(&loaded->relocations, loaded->tables, image, memory, slide);
    for (uint64_t offset = 0; offset + sizeof(MARK) <= image->size; offset += 8) {
        if (memcmp(memory + offset, MARK, sizeof(MARK)) == 0) {
            check_words(image, memory, offset, slide, relro);
            marks++;
        }
    }
    assert_int_equal(marks, 2);
    free(memory);
}

static void check_wishes(const struct loaded *loaded, struct bytes file)
{
    struct wishes wishes = {0};
    struct error error;

    for (size_t i = 0; i < loaded->image.note_count; i++)
        assert_int_equal(note_read_wishes("K",
                                          range_of(file, loaded->image.notes[i].offset, loaded->image.notes[i].size),
                                          &wishes, &error),
                         STATUS_OK);
    assert_true(wishes.found);
    assert_int_equal(wishes.required, 1 << 1);
    assert_int_equal(wishes.wanted, 1 << 8);
    assert_int_equal(wishes.stack_size, 0x40000);
}

static const struct kernel {
    const char *linker, *options;
    uint64_t base;
    bool pie;     /* ET_DYN, or told so by DF_1_PIE */
    bool movable; /* ET_DYN */
    bool packed;
    bool relro;
} kernels[] = {
#define PIE "-static -pie --no-dynamic-linker -z text "
    {"ld.lld", PIE, 0, true, true, false, true},
    {"ld.lld", PIE "--image-base=0xffffffff80000000", HIGH, true, true, false, true},
    {"ld.lld", PIE "--image-base=0x100000", 0x100000, true, true, false, true},
    {"ld.lld", PIE "--pack-dyn-relocs=relr", 0, true, true, true, true},
    {"ld.lld", PIE "--pack-dyn-relocs=relr --image-base=0xffffffff80000000", HIGH, true, true, true, true},
    {"ld.lld", PIE "--pack-dyn-relocs=relr -z norelro", 0, true, true, true, false},
    {"ld.lld", PIE "-T script.lds", HIGH, true, true, false, false},
    {"ld.lld", PIE "-T script.lds --pack-dyn-relocs=relr", HIGH, true, true, true, false},
    {"ld.lld", "-static -no-pie --image-base=0xffffffff80000000", HIGH, false, false, false, true},
    {"ld.bfd", PIE, 0, true, true, false, true},
    {"ld.bfd", PIE "-z pack-relative-relocs", 0, true, true, true, true},
    {"ld.bfd", PIE "-z norelro", 0, true, true, false, false},
    /* Not at 0, it is ET_EXEC for GNU ld, and its words are zero in the file all the same. */
    {"ld.bfd", PIE "-Ttext-segment=0xffffffff80000000", HIGH, true, false, false, true},
    {"ld.bfd", PIE "-Ttext-segment=0xffffffff80000000 -z pack-relative-relocs", HIGH, true, false, true, true},
    {"ld.bfd", PIE "-T script.lds", HIGH, true, false, false, false},
    {"ld.bfd", "-static -no-pie -Ttext-segment=0xffffffff80000000", HIGH, false, false, false, true},
};

static void test_kernels(void **state)
{
    static struct loaded loaded;

    (void)state;
    for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
        const struct kernel *kernel = &kernels[i];
        struct bytes file = link_file(kernel->linker, kernel->options, "good");
        struct error error;
        bool packed = false;

        print_message("# %s %s\n", kernel->linker, kernel->options);
        if (load(file, &loaded, &error) != STATUS_OK)
            fail_msg("%s", error.text);
        assert_int_equal(loaded.image.base, kernel->base);
        assert_int_equal(loaded.image.movable, kernel->movable);
        assert_int_equal(loaded.image.high, kernel->movable || kernel->base == HIGH);
        assert_int_equal(loaded.relocations.movable, kernel->pie);
        assert_int_equal(loaded.relocations.count > 0, kernel->pie);
        for (size_t k = 0; k < loaded.relocations.count; k++)
            packed |= loaded.relocations.tables[k].packed;
        assert_int_equal(packed, kernel->packed);
        check_wishes(&loaded, file);
        check_memory(&loaded, file, 0, kernel->relro);
        if (kernel->pie) {
            check_memory(&loaded, file, HIGH + 0x1234000 - kernel->base, kernel->relro);
            check_memory(&loaded, file, 0 - kernel->base, kernel->relro);
        }
        free((void *)file.data);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *linker, *options, *object, *message;
    } wrongs[] = {
        {"ld.lld", "-shared", "wrong", "(R_X86_64_64) needs a symbol"},
        {"ld.bfd", "-shared", "wrong", "(R_X86_64_64) needs a symbol"},
        {"ld.lld", "-pie --dynamic-linker=/lib/ld.so", "good", "asks for a dynamic linker (PT_INTERP)"},
        {"ld.lld", PIE "-z notext", "text", "has text relocations (DT_TEXTREL)"},
        {"ld.bfd", PIE "-z notext", "text", "has text relocations (DT_TEXTREL)"},
        {"ld.lld", PIE "-T without.lds", "good", "is position-independent (ET_DYN) but has no PT_DYNAMIC segment"},
        {"ld.lld", PIE "--pack-dyn-relocs=android", "good", "has a kind of relocations that Baton does not know"},
        {"ld.lld", PIE "-z rel", "good", "has relocations without addends (DT_REL)"},
    };
    static struct loaded loaded;

    (void)state;
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
        struct bytes file = link_file(wrongs[i].linker, wrongs[i].options, wrongs[i].object);
        struct error error;

        print_message("# %s %s\n", wrongs[i].linker, wrongs[i].options);
        assert_int_not_equal(load(file, &loaded, &error), STATUS_OK);
        if (!strstr(error.text, wrongs[i].message))
            fail_msg("%s", error.text);
        free((void *)file.data);
    }
}

/* Damaged anywhere that counts: refused with words, or relocated within its image. */
static void test_damaged(void **state)
{
    static const char *const options[] = {PIE, PIE "-z pack-relative-relocs"};
    static struct loaded loaded;
    unsigned good = 0, refused = 0;

    (void)state;
    for (uint64_t i = 0; i < 2; i++) {
        struct bytes file = link_file("ld.bfd", options[i], "good");
        uint8_t *bytes = (uint8_t *)file.data;
        struct image_range ranges[3] = {{16, 0x200}}; /* the headers */
        struct error error;

        assert_int_equal(load(file, &loaded, &error), STATUS_OK);
        ranges[1] = loaded.image.dynamic;
        ranges[2] = (struct image_range){loaded.relocations.tables[0].file_offset, loaded.relocations.tables[0].size};
        for (uint64_t k = 0; k < 10000; k++) {
            struct chance chance = chance_case(2 * k + i);
            const struct image_range *range = &ranges[chance_below(&chance, 3)];
            enum status status;
            uint64_t at[4];
            uint8_t bit[4];

            for (size_t n = 0; n < 4; n++) {
                at[n] = range->offset + chance_below(&chance, range->size);
                bit[n] = (uint8_t)(chance_one_in(&chance, 2) ? 1 << chance_below(&chance, 8) : 0);
                bytes[at[n]] ^= bit[n];
            }
            status = load(file, &loaded, &error);
            if (status != STATUS_OK) {
                refused++;
                if (status != STATUS_NEED_ROOM && strncmp(error.text, "K: ", 3) != 0)
                    CHANCE_FAIL(&chance, "%d: '%s'", status, error.text);
            } else if (loaded.image.size < 0x100000) {
                uint8_t *memory = calloc(1, loaded.image.size);

                good++;
                assert_non_null(memory);
                relocations_apply(&loaded.relocations, loaded.tables, &loaded.image, memory, chance_bits(&chance));
                free(memory);
            }
            for (size_t n = 4; n-- > 0;)
                bytes[at[n]] ^= bit[n];
        }
        free((void *)file.data);
    }
    assert_true(good > 1000);
    assert_true(refused > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernels),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_damaged),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
