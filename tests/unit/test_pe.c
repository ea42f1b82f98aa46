/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "made_pe.h"
#include "put.h"

#define NAME      "/EFI/Linux/x.efi"
#define FILE_SIZE MADE_PE_FILE_SIZE

/* Where things are in what made_pe_sound makes. */
enum { COFF = 0x80, OPTIONAL = COFF + 24, TABLE = OPTIONAL + 240, END = TABLE + 4 * 40 };

static struct pe pe;
static uint64_t needed;
static struct error error;

/* Reads the first `size` bytes, which lie in a place of exactly that size; it is gone afterwards. */
static enum status read_head(const uint8_t *head, size_t size, uint64_t file_size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    enum status status;

    assert_non_null(copy);
    if (size > 0)
        memcpy(copy, head, size);
    memset(&pe, 0xaa, sizeof(pe));
    memset(&error, 0, sizeof(error));
    needed = 0;
    status = pe_read(NAME, (struct bytes){copy, size}, file_size, PE_MACHINE_X64, &pe, &needed, &error);
    free(copy);
    return status;
}

static void check_untouched(enum status status)
{
    uint8_t untouched[sizeof(pe)];

    memset(untouched, 0xaa, sizeof(untouched));
    assert_memory_equal(&pe, untouched, sizeof(pe));
    assert_int_equal(needed != 0, status == STATUS_NEED_BYTES);
    if (status == STATUS_NEED_BYTES)
        assert_string_equal(error.text, "");
}

static enum status read_made(const struct made_pe *made, uint64_t file_size)
{
    struct bytes head = made_pe_head(made);
    enum status status = read_head(head.data, head.size, file_size);

    free((void *)head.data);
    return status;
}

static void test_is(void **state)
{
    (void)state;
    assert_true(pe_is((struct bytes){(const uint8_t *)"MZ", 2}));
    assert_true(pe_is((struct bytes){(const uint8_t *)"MZ\x90", 3}));
    assert_false(pe_is((struct bytes){(const uint8_t *)"MZ", 1}));
    assert_false(pe_is((struct bytes){(const uint8_t *)"Mz", 2}));
    assert_false(pe_is((struct bytes){(const uint8_t *)"ZM", 2}));
    assert_false(pe_is((struct bytes){NULL, 0}));
}

static void test_machine_names(void **state)
{
    static const struct {
        uint16_t machine;
        const char *name;
    } names[] = {{0x14c, "ia32"},     {0x1c2, "arm"},          {0x8664, "x64"},    {0xaa64, "aa64"},
                 {0x5064, "riscv64"}, {0x6264, "loongarch64"}, {0xebc, "unknown"}, {0, "unknown"}};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_string_equal(pe_machine_name(names[i].machine), names[i].name);
}

static void test_sound(void **state)
{
    static const uint16_t subsystems[] = {PE_SUBSYSTEM_APPLICATION, PE_SUBSYSTEM_BOOT_DRIVER,
                                          PE_SUBSYSTEM_RUNTIME_DRIVER};

    (void)state;
    for (uint16_t i = 0; i < 3; i++) {
        struct made_pe made = made_pe_sound();

        made.subsystem = subsystems[i];
        made.major_version = 0x300 + i;
        assert_int_equal(read_made(&made, FILE_SIZE), STATUS_OK);
        assert_int_equal(pe.sections.size, 4 * 40);
        assert_int_equal(pe.subsystem, subsystems[i]);
        assert_int_equal(pe.major_version, 0x300 + i);
        assert_int_equal(needed, 0);
        assert_string_equal(error.text, "");
    }
}

/* Images for which a field of the sound one is at its limit, or as odd as real ones are. */
static const struct {
    const char *what;
    size_t offset, width;
    uint64_t value;
} sound[] = {
    {"the entry point is the first byte that it may be", OPTIONAL + 16, 4, 1},
    {"and the last one", OPTIONAL + 16, 4, 0x5fff},
    {"headers that end behind the section table", OPTIONAL + 60, 4, END},
    {"headers as long as the file", OPTIONAL + 60, 4, FILE_SIZE},
    {"a large image", OPTIONAL + 56, 4, 0xff000000},
    {"an image that ends with its last section", OPTIONAL + 56, 4, 0x5051},
    {"no data directories", OPTIONAL + 108, 4, 0},
    {"no certificates, though an offset", OPTIONAL + 144, 4, UINT32_MAX},
    {"a section without data, somewhere in the file", TABLE + 2 * 40 + 20, 4, UINT32_MAX},
    {"a section without data and memory, somewhere", TABLE + 2 * 40 + 8, 4, 0},
    {"a section of which memory has no more than the file", TABLE + 40 + 8, 4, 0},
    {"a section in the headers", TABLE + 20, 4, 0},
    {"a section at address 0", TABLE + 12, 4, 0},
};

static void test_limits(void **state)
{
    struct made_pe made = made_pe_sound();
    struct bytes head = made_pe_head(&made);

    (void)state;
    for (size_t i = 0; i < sizeof(sound) / sizeof(sound[0]); i++) {
        uint8_t changed[END];

        assert_int_equal(head.size, END);
        memcpy(changed, head.data, END);
        put_number(changed + sound[i].offset, sound[i].width, sound[i].value);
        if (read_head(changed, END, FILE_SIZE) != STATUS_OK)
            fail_msg("%s: %s", sound[i].what, error.text);
    }
    free((void *)head.data);
}

#define DAMAGED(what) STATUS_INVALID, NAME ": is damaged: " what ". Copy it again, or build it anew."
#define ENDS(what, at)                                                                                                 \
    STATUS_INVALID, NAME ": is truncated: its " what " end at byte " at ", and the file has 4608 bytes. Copy it "      \
                         "again."
#define MACHINE(name, value)                                                                                           \
    STATUS_UNSUPPORTED,                                                                                                \
        NAME ": is built for " name " (PE machine " value "), and this machine is x64. Take the one for x64."
#define SYSTEM(number)                                                                                                 \
    STATUS_UNSUPPORTED, NAME ": is a program for Windows or another system (PE subsystem " number                      \
                             "), not for EFI. Is it the right file?"
#define OTHER(size)                                                                                                    \
    STATUS_INVALID, NAME ": is not an EFI program: its " size " bytes do not begin with MZ. Is it the right file?"
#define DOS                                                                                                            \
    STATUS_INVALID,                                                                                                    \
        NAME ": is a DOS program, or truncated: it begins with MZ and has no PE header. Is it the right file?"

/* One number of the sound image, changed. */
static const struct {
    size_t offset, width;
    uint64_t value;
    enum status status;
    const char *message;
} refusals[] = {
    {0, 2, 0x4d5a, OTHER("4608")},
    {COFF, 4, 0x454e, DOS}, /* NE: Windows 3 */
    {COFF, 4, 0x1004550, DOS},
    {60, 4, FILE_SIZE - 23, DOS},
    {60, 4, UINT32_MAX, DOS},
    {60, 4, 0, DOS},
    {COFF + 4, 2, PE_MACHINE_IA32, MACHINE("ia32", "0x14c")},
    {COFF + 4, 2, PE_MACHINE_AA64, MACHINE("aa64", "0xaa64")},
    {COFF + 4, 2, 0x200, MACHINE("unknown", "0x200")},
    {COFF + 20, 2, 111, DAMAGED("it has no PE32+ header")},
    {OPTIONAL, 2, 0x107, DAMAGED("it has no PE32+ header")},
    {OPTIONAL, 2, 0x10b, STATUS_UNSUPPORTED,
     NAME ": is a 32-bit program (PE32), and this machine needs a 64-bit one (PE32+)."},
    {OPTIONAL + 68, 2, 3, SYSTEM("3")},
    {OPTIONAL + 68, 2, 9, SYSTEM("9")},
    {OPTIONAL + 68, 2, 13, SYSTEM("13")},
    {OPTIONAL + 68, 2, 0x10a, SYSTEM("266")},
    {COFF + 6, 2, 0, DAMAGED("it has no sections")},
    {COFF + 6, 2, 200, ENDS("headers", "8392")},
    {COFF + 6, 2, 0x104, ENDS("headers", "10792")},
    {OPTIONAL + 108, 4, 17, DAMAGED("its data directories do not fit into its optional header")},
    {OPTIONAL + 108, 4, 0x1000000, DAMAGED("its data directories do not fit into its optional header")},
    {OPTIONAL + 108, 4, UINT32_MAX, DAMAGED("its data directories do not fit into its optional header")},
    {OPTIONAL + 60, 4, END - 1, DAMAGED("its section table lies outside of its headers")},
    {OPTIONAL + 60, 4, 0x6001, DAMAGED("its headers lie outside of the image")},
    {OPTIONAL + 60, 4, 0x1000400, DAMAGED("its headers lie outside of the image")},
    {OPTIONAL + 60, 4, FILE_SIZE + 1, ENDS("headers", "4609")},
    {OPTIONAL + 16, 4, 0, DAMAGED("its entry point lies outside of the image")},
    {OPTIONAL + 16, 4, 0x6000, DAMAGED("its entry point lies outside of the image")},
    {OPTIONAL + 16, 4, 0x1001010, DAMAGED("its entry point lies outside of the image")},
    {OPTIONAL + 56, 4, 0x5050, DAMAGED("a section lies outside of the image")},
    {TABLE + 16, 4, FILE_SIZE - 0x400 + 1, ENDS("sections", "4609")},
    {TABLE + 20, 4, UINT32_MAX, ENDS("sections", "4294969343")},
    {TABLE + 3 * 40 + 16, 4, 0x201, ENDS("sections", "4609")},
    {TABLE + 2 * 40 + 16, 8, 1ULL | 0xff000000ULL << 32, ENDS("sections", "4278190081")},
    {TABLE + 16, 4, 0x1000800, ENDS("sections", "16780288")},
    {TABLE + 8, 4, 0x10007f0, DAMAGED("a section lies outside of the image")},
    {TABLE + 12, 4, 0x1001000, DAMAGED("a section lies outside of the image")},
    {TABLE + 12, 4, UINT32_MAX, DAMAGED("a section lies outside of the image")},
    {TABLE + 2 * 40 + 8, 4, 0x3001, DAMAGED("a section lies outside of the image")}, /* .bss */
};

static void test_refusals(void **state)
{
    struct made_pe made = made_pe_sound();
    struct bytes head = made_pe_head(&made);

    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        uint8_t file[FILE_SIZE] = {0};
        enum status status;

        memcpy(file, head.data, head.size);
        put_number(file + refusals[i].offset, refusals[i].width, refusals[i].value);
        status = read_head(file, sizeof(file), FILE_SIZE);
        assert_string_equal(error.text, refusals[i].message);
        assert_int_equal(status, refusals[i].status);
        check_untouched(status);
    }
    free((void *)head.data);
}

/* A size in memory of 0 stands for that in the file; where that is 0, too, there is nothing that could lie outside. */
static void test_size_in_memory_of_zero(void **state)
{
    struct made_pe made = made_pe_sound();

    (void)state;
    made.sections[3].memory_size = 0;
    made.image_size = 0x5200;
    assert_int_equal(read_made(&made, FILE_SIZE), STATUS_OK);
    made.image_size--;
    assert_int_equal(read_made(&made, FILE_SIZE), STATUS_INVALID);
    assert_non_null(strstr(error.text, "a section lies outside of the image"));
    made = made_pe_sound();
    made.sections[2] = (struct made_pe_section){".bss", 0, UINT32_MAX, 0, 0};
    assert_int_equal(read_made(&made, FILE_SIZE), STATUS_OK);
    made.sections[2] = (struct made_pe_section){".bss", 1, made.image_size, 0, 0};
    assert_int_equal(read_made(&made, FILE_SIZE), STATUS_INVALID);
}

/* The headers may be all of the image, and need no data directories. */
static void test_only_headers(void **state)
{
    struct made_pe made = made_pe_sound();

    (void)state;
    made.headers_size = made.image_size;
    assert_int_equal(read_made(&made, made.image_size), STATUS_OK);
    made.optional_size = 112;
    made.directories = 0;
    assert_int_equal(read_made(&made, made.image_size), STATUS_OK);
    made.directories = 1;
    assert_int_equal(read_made(&made, made.image_size), STATUS_INVALID);
    made.optional_size = 0x1f0; /* nor need it end with them */
    assert_int_equal(read_made(&made, made.image_size), STATUS_OK);
}

static void test_header_in_dos_header(void **state)
{
    struct made_pe made = made_pe_sound();

    (void)state;
    made.start = 64;
    assert_int_equal(read_made(&made, FILE_SIZE), STATUS_OK);
    made.start = 32; /* the section count lies before byte 60, the optional header behind 64 */
    made.optional_size = 240;
    assert_int_equal(read_made(&made, FILE_SIZE), STATUS_INVALID);
    assert_string_equal(error.text,
                        NAME ": is damaged: its PE header lies in its DOS header. Copy it again, or build it anew.");
}

static void test_certificates(void **state)
{
    struct made_pe made = made_pe_sound();

    (void)state;
    made.certificates = FILE_SIZE;
    made.certificates_size = 1472;
    assert_int_equal(read_made(&made, FILE_SIZE + 1472), STATUS_OK);
    assert_int_equal(read_made(&made, FILE_SIZE + 1471), STATUS_INVALID);
    assert_string_equal(error.text, NAME ": is truncated: its signatures end at byte 6080, and the file has 6079 "
                                         "bytes. Copy it again.");
    made.certificates_size = 1;
    assert_int_equal(read_made(&made, FILE_SIZE), STATUS_INVALID);
    made.certificates_size = 0xff000000;
    assert_int_equal(read_made(&made, FILE_SIZE + 1472), STATUS_INVALID);
    made.certificates = 0xff000000;
    made.certificates_size = 1;
    assert_int_equal(read_made(&made, FILE_SIZE + 1472), STATUS_INVALID);
    made.certificates = UINT32_MAX;
    made.certificates_size = UINT32_MAX;
    assert_int_equal(read_made(&made, FILE_SIZE + 1472), STATUS_INVALID);
    made.directories = 4; /* the fifth is no directory */
    assert_int_equal(read_made(&made, FILE_SIZE), STATUS_OK);
    made.directories = 5;
    made.optional_size = 112 + 5 * 8;
    assert_int_equal(read_made(&made, FILE_SIZE), STATUS_INVALID);
    made.optional_size--;
    assert_int_equal(read_made(&made, FILE_SIZE), STATUS_INVALID);
    assert_non_null(strstr(error.text, "its data directories do not fit into its optional header"));
}

/* Linux' boot protocol for x86 without an EFI stub: it does not begin with MZ. */
static void test_linux_without_stub(void **state)
{
    uint8_t head[0x206] = {0};

    (void)state;
    memcpy(head + 0x202, "HdrS", 4);
    assert_int_equal(read_head(head, sizeof(head), 100000), STATUS_UNSUPPORTED);
    assert_string_equal(error.text, NAME ": is a Linux kernel without an EFI stub. Build it with CONFIG_EFI_STUB=y.");
    assert_int_equal(read_head(head, sizeof(head) - 1, sizeof(head) - 1), STATUS_INVALID);
    assert_string_equal(error.text,
                        NAME ": is not an EFI program: its 517 bytes do not begin with MZ. Is it the right file?");
    assert_int_equal(read_head(head, 0, 0), STATUS_INVALID);
    assert_string_equal(error.text,
                        NAME ": is not an EFI program: its 0 bytes do not begin with MZ. Is it the right file?");
}

/* With a few of its first bytes more are asked for: three times, until there are enough. */
static void test_every_head(void **state)
{
    struct made_pe made = made_pe_sound();
    struct bytes head = made_pe_head(&made);

    (void)state;
    for (size_t size = 0; size <= head.size; size++) {
        enum status status = read_head(head.data, size, FILE_SIZE);

        assert_int_equal(status, size < 2 ? STATUS_INVALID : size < END ? STATUS_NEED_BYTES : STATUS_OK);
        if (status == STATUS_OK)
            continue;
        check_untouched(status);
        if (status == STATUS_NEED_BYTES)
            assert_int_equal(needed, size < 64 ? 64 : size < COFF + 24 ? COFF + 24 : END);
    }
    free((void *)head.data);
}

/* A file that ends somewhere in its headers or its data. */
static void test_every_truncation(void **state)
{
    struct made_pe made = made_pe_sound();
    struct bytes head = made_pe_head(&made);

    (void)state;
    for (size_t size = 2; size < FILE_SIZE; size++) {
        enum status status = read_head(head.data, size < head.size ? size : head.size, size);

        assert_int_equal(status, STATUS_INVALID);
        check_untouched(status);
        assert_non_null(strstr(error.text, size >= 64 && size < COFF + 24 ? "has no PE header" : "is truncated"));
    }
    free((void *)head.data);
}

static void test_large_headers(void **state)
{
    struct made_pe made = made_pe_sound();
    uint8_t *file = calloc(1, PE_HEAD_MAX + 40);
    struct bytes head;

    (void)state;
    assert_non_null(file);
    made.start = PE_HEAD_MAX - (END - COFF);
    made.headers_size = PE_HEAD_MAX;
    made.image_size = 0x20000;
    head = made_pe_head(&made);
    memcpy(file, head.data, head.size);
    assert_int_equal(head.size, PE_HEAD_MAX);
    assert_int_equal(read_head(file, 64, 1 << 20), STATUS_NEED_BYTES);
    assert_int_equal(needed, made.start + 24);
    assert_int_equal(read_head(file, made.start + 24, 1 << 20), STATUS_NEED_BYTES);
    assert_int_equal(needed, PE_HEAD_MAX);
    assert_int_equal(read_head(file, PE_HEAD_MAX, 1 << 20), STATUS_OK);
    put_number(file + made.start + 6, 2, 5);
    assert_int_equal(read_head(file, PE_HEAD_MAX, 1 << 20), STATUS_INVALID);
    assert_string_equal(error.text, NAME ": its headers end at byte 65576, and no EFI program's go beyond 65536. Is it "
                                         "the right file?");
    put_number(file + 60, 4, PE_HEAD_MAX - 23);
    assert_int_equal(read_head(file, 64, 1 << 20), STATUS_INVALID);
    assert_non_null(strstr(error.text, "its headers end at byte 65537"));
    put_number(file + 60, 4, 0xff000080);
    assert_int_equal(read_head(file, PE_HEAD_MAX, 1ULL << 32), STATUS_INVALID);
    assert_non_null(strstr(error.text, "its headers end at byte 4278190232"));
    free((void *)head.data);
    free(file);
}

static void test_sections(void **state)
{
    static const struct {
        const char *name;
        bool found;
        uint64_t offset, size;
    } rows[] = {
        {".text", true, 0x400, 0x7f0},  {".data", true, 0xc00, 0x400}, {".bss", true, 0, 0},
        {".osrel", true, 0x1000, 0x51}, {".cmdline", true, 1, 2},      {".large", true, 0x72000003, 0x71000001},
        {".cmdlin", false, 0, 0},       {".cmdlines", false, 0, 0},    {".tex", false, 0, 0},
        {".text2", false, 0, 0},        {".TEXT", false, 0, 0},        {"", false, 0, 0},
    };
    struct made_pe made = made_pe_sound();
    struct bytes head;

    (void)state;
    made.sections[4] = (struct made_pe_section){".cmdline", 3, 0, 2, 1};
    made.sections[5] = (struct made_pe_section){".osrel", 9, 0, 9, 9}; /* a profile's */
    made.sections[6] = (struct made_pe_section){".text\0x", 9, 0, 9, 9};
    made.sections[7] = (struct made_pe_section){".large", 0x71000002, 0x2000, 0x71000001, 0x72000003};
    made.section_count = 8;
    made.image_size = 0x72000000;
    head = made_pe_head(&made);
    assert_int_equal(pe_read(NAME, head, 1ULL << 32, PE_MACHINE_X64, &pe, &needed, &error), STATUS_OK);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pe_section section = {7, 7};

        assert_int_equal(pe_section(&pe, rows[i].name, &section), rows[i].found);
        assert_int_equal(section.offset, rows[i].found ? rows[i].offset : 7);
        assert_int_equal(section.size, rows[i].found ? rows[i].size : 7);
    }
    free((void *)head.data);
}

/* Whatever the bytes are: more bytes, words, or a table that lies in the headers. */
static void test_garbage(void **state)
{
    struct made_pe made = made_pe_sound();
    struct bytes head = made_pe_head(&made);

    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        struct chance chance = chance_case(i);
        uint8_t changed[END];
        enum status status;

        memcpy(changed, head.data, END);
        for (uint64_t k = chance_size(&chance, 8); k > 0; k--)
            changed[chance_between(&chance, COFF, END - 1)] = (uint8_t)chance_size(&chance, 255);
        status = read_head(changed, END, FILE_SIZE);
        if (status == STATUS_OK) {
            if (pe.sections.size % 40 != 0 || pe.sections.size > END - OPTIONAL - 112)
                CHANCE_FAIL(&chance, "the table lies outside of the headers");
            continue;
        }
        check_untouched(status);
        if (status != STATUS_NEED_BYTES && strncmp(error.text, NAME ": ", strlen(NAME) + 2) != 0)
            CHANCE_FAIL(&chance, "'%s'", error.text);
        if (status == STATUS_NEED_BYTES && (needed <= END || needed > FILE_SIZE))
            CHANCE_FAIL(&chance, "%u bytes are asked for", (unsigned)needed);
    }
    free((void *)head.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is),
        cmocka_unit_test(test_machine_names),
        cmocka_unit_test(test_sound),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_size_in_memory_of_zero),
        cmocka_unit_test(test_only_headers),
        cmocka_unit_test(test_header_in_dos_header),
        cmocka_unit_test(test_certificates),
        cmocka_unit_test(test_linux_without_stub),
        cmocka_unit_test(test_every_head),
        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_large_headers),
        cmocka_unit_test(test_sections),
        cmocka_unit_test(test_garbage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
