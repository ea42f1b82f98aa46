/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "device_path.h"
#include "file_path.h"
#include "made_cpio.h"
#include "made_pe.h"
#include "protocol.h"

#define ROOM 4096

/* A PCI node, a partition of some kind, and the end; more bytes lie behind it. */
static const uint8_t volume[] = {1, 1, 6, 0, 0, 2, 4, 1, 8, 0, 'p', 'a', 'r', 't', 0x7f, 0xff, 4, 0, 0xee, 0xee};
#define VOLUME_NODES 14

static const char *const names[] = {"/linux/vmlinuz", "/one", "/two", "/three", "/four"};

struct case_of {
    struct bytes head;
    struct facts facts;
    struct entry entry;
    struct plan_file files[5];
    struct plan_input input;
    struct arena arena;
    struct plan plan;
    struct plan_want want;
    struct error error;
};

static int setup(void **state)
{
    struct case_of *one = calloc(1, sizeof(*one));
    struct made_pe pe = made_pe_sound();

    one->entry = (struct entry){.file = "/e.conf", .options = ""};
    one->head = made_pe_head(&pe);
    one->facts.machine.pe_machine = PE_MACHINE_X64;
    for (size_t i = 0; i < 5; i++)
        one->files[i] = (struct plan_file){.path = names[i], .size = 100};
    one->files[0].head = one->head;
    one->files[0].size = MADE_PE_FILE_SIZE;
    one->input = (struct plan_input){.facts = &one->facts,
                                     .entry = &one->entry,
                                     .volume_path = {volume, sizeof(volume)},
                                     .files = one->files,
                                     .file_count = 1};
    one->arena = (struct arena){aligned_alloc(16, ROOM), ROOM, 0};
    *state = one;
    return 0;
}

static int teardown(void **state)
{
    struct case_of *one = *state;

    free(one->arena.base);
    free((void *)(uintptr_t)one->head.data);
    free(one);
    return 0;
}

static enum status make(struct case_of *one)
{
    one->arena.used = 0;
    return protocol_efi_image.plan(&one->input, &one->arena, &one->plan, &one->want, &one->error);
}

static void test_path(void **state)
{
    struct case_of *one = *state;
    static const uint8_t file[] = {4,   4, 34,  0, '\\', 0, 'l', 0, 'i', 0, 'n', 0, 'u', 0, 'x',  0,    '\\', 0, 'v', 0,
                                   'm', 0, 'l', 0, 'i',  0, 'n', 0, 'u', 0, 'z', 0, 0,   0, 0x7f, 0xff, 4,    0};

    assert_int_equal(make(one), STATUS_OK);
    assert_int_equal(one->plan.ending, PLAN_START);
    assert_int_equal(one->plan.request_count, 0);
    assert_int_equal(one->plan.image.path.size, VOLUME_NODES + sizeof(file));
    assert_memory_equal(one->plan.image.path.data, volume, VOLUME_NODES);
    assert_memory_equal(one->plan.image.path.data + VOLUME_NODES, file, sizeof(file));
}

static void test_paths_that_are_damaged(void **state)
{
    struct case_of *one = *state;
    static const uint8_t short_node[] = {1, 1, 3, 0, 0x7f, 0xff, 4, 0}, endless[] = {1, 1, 6, 0, 0, 0};

    one->input.volume_path = (struct bytes){NULL, 0};
    assert_int_equal(make(one), STATUS_INVALID);
    assert_string_equal(one->error.text, "/linux/vmlinuz: the firmware does not say where its volume is, so it cannot "
                                         "load the program from there.");
    one->input.volume_path = (struct bytes){short_node, sizeof(short_node)};
    assert_int_equal(make(one), STATUS_INVALID);
    one->input.volume_path = (struct bytes){endless, sizeof(endless)};
    assert_int_equal(make(one), STATUS_INVALID);
}

static void test_length_of_a_path(void **state)
{
    uint64_t length = 7;

    (void)state;
    assert_true(device_path_length((struct bytes){volume, sizeof(volume)}, &length));
    assert_int_equal(length, VOLUME_NODES);
    /* Whatever is cut off, the length is not known. */
    for (size_t size = 0; size < VOLUME_NODES + 4; size++) {
        uint8_t *cut = malloc(size + 1);

        memcpy(cut, volume, size);
        length = 7;
        assert_false(device_path_length((struct bytes){cut, size}, &length));
        assert_int_equal(length, 7);
        free(cut);
    }
}

static void test_options(void **state)
{
    struct case_of *one = *state;
    static const uint16_t units[] = u"quiet ü \U0001f600";

    assert_int_equal(make(one), STATUS_OK);
    assert_int_equal(one->plan.image.options.size, 0);
    one->entry.options = "quiet \xc3\xbc \xf0\x9f\x98\x80";
    assert_int_equal(make(one), STATUS_OK);
    assert_int_equal(one->plan.image.options.size, sizeof(units));
    assert_memory_equal(one->plan.image.options.data, units, sizeof(units));
}

static void test_profiles(void **state)
{
    static const struct {
        uint32_t profile;
        const char *options;
        const uint16_t *units;
    } rows[] = {
        {0, "", u""},
        {0, "quiet", u"quiet"},
        {1, "", u"@1"},
        {1, "quiet", u"@1 quiet"},
        {UINT32_MAX, "\xc3\xbc", u"@4294967295 ü"},
    };
    struct case_of *one = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t size = 0;

        while (rows[i].units[size] != 0)
            size++;
        size = size == 0 ? 0 : 2 * (size + 1);
        one->entry.profile = rows[i].profile;
        one->entry.options = rows[i].options;
        assert_int_equal(make(one), STATUS_OK);
        assert_int_equal(one->plan.image.options.size, size);
        if (size > 0)
            assert_memory_equal(one->plan.image.options.data, rows[i].units, size);
    }
}

/* Each initrd begins at a multiple of four, zeros between; what is empty leaves no gap; nothing behind the last. */
static void test_initrds(void **state)
{
    static const struct {
        uint64_t sizes[4], size;
        struct {
            uint64_t file, offset;
        } loads[4];
        size_t load_count;
        struct {
            uint64_t offset, size;
        } fills[3];
        size_t fill_count;
    } rows[] = {
        {{0, 0, 0, 0}, 0, {{0, 0}}, 0, {{0, 0}}, 0},
        {{5, 0, 0, 0}, 5, {{1, 0}}, 1, {{0, 0}}, 0},
        {{4, 4, 0, 0}, 8, {{1, 0}, {2, 4}}, 2, {{0, 0}}, 0},
        {{5, 0, 7, 1}, 17, {{1, 0}, {3, 8}, {4, 16}}, 3, {{5, 3}, {15, 1}}, 2},
        {{0, 1, 0, 2}, 6, {{2, 0}, {4, 4}}, 2, {{1, 3}}, 1},
    };
    struct case_of *one = *state;

    one->input.file_count = 5;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t j = 0; j < 4; j++)
            one->files[j + 1].size = rows[i].sizes[j];
        assert_int_equal(make(one), STATUS_OK);
        assert_int_equal(one->plan.image.initrd_size, rows[i].size);
        assert_int_equal(one->plan.load_count, rows[i].load_count);
        for (size_t j = 0; j < rows[i].load_count; j++) {
            const struct plan_load *load = &one->plan.loads[j];

            assert_int_equal(load->file, rows[i].loads[j].file);
            assert_int_equal(load->offset, rows[i].loads[j].offset);
            assert_int_equal(load->size, one->files[load->file].size);
            assert_int_equal(load->file_offset, 0);
        }
        assert_int_equal(one->plan.fill_count, rows[i].fill_count);
        for (size_t j = 0; j < rows[i].fill_count; j++) {
            assert_int_equal(one->plan.fills[j].offset, rows[i].fills[j].offset);
            assert_int_equal(one->plan.fills[j].size, rows[i].fills[j].size);
        }
    }
}

/* What the plan makes of the files' contents. */
static struct bytes carry_out(const struct plan *plan, const struct bytes *contents)
{
    uint8_t *initrd = malloc(plan->image.initrd_size + 1);

    assert_non_null(initrd);
    memset(initrd, 0xa5, plan->image.initrd_size);
    for (size_t i = 0; i < plan->load_count; i++) {
        const struct plan_load *load = &plan->loads[i];

        assert_true(load->offset + load->size <= plan->image.initrd_size);
        memcpy(initrd + load->offset, contents[load->file].data + load->file_offset, load->size);
    }
    for (size_t i = 0; i < plan->fill_count; i++)
        memset(initrd + plan->fills[i].offset, 0, plan->fills[i].size);
    for (size_t i = 0; i < plan->image.literal_count; i++) {
        const struct plan_literal *literal = &plan->image.literals[i];

        assert_true(literal->offset + literal->bytes.size <= plan->image.initrd_size);
        memcpy(initrd + literal->offset, literal->bytes.data, literal->bytes.size);
    }
    return (struct bytes){initrd, plan->image.initrd_size};
}

/* Files that are extra, of every kind, of odd sizes and empty, behind initrds or alone. */
static void test_extra_files(void **state)
{
    static const uint8_t bytes[] = "some bytes of a file, of which each file has some";
    static const char *const paths[] = {"/x/a.cred", "/b.confext.raw", "/y/c.sysext.raw", "/d.cred"};
    struct case_of *one = *state;

    for (size_t round = 0; round < 5 * 50; round++) {
        size_t extras = round % 5, initrds = 4 - extras, size = round / 5;
        struct made_extra files[4];
        struct bytes contents[5], together = {NULL, 0}, expected, made;

        for (size_t i = 0; i < 4; i++) {
            contents[1 + i] = (struct bytes){bytes, size * (i + 1) % sizeof(bytes)};
            one->files[1 + i].size = contents[1 + i].size;
            one->files[1 + i].path = i < initrds ? names[1 + i] : paths[i - initrds];
            if (i >= initrds)
                files[i - initrds] = (struct made_extra){paths[i - initrds], contents[1 + i]};
        }
        one->entry.initrd_count = initrds;
        one->entry.extra_count = extras;
        one->input.file_count = 5;
        assert_int_equal(make(one), STATUS_OK);
        one->entry.extra_count = 0;
        one->input.file_count = 1 + initrds;
        made = carry_out(&one->plan, contents);
        assert_int_equal(make(one), STATUS_OK);
        together = carry_out(&one->plan, contents);
        expected = made_cpio(together, files, extras);
        assert_int_equal(made.size, expected.size);
        assert_memory_equal(made.data, expected.data, made.size);
        free((void *)(uintptr_t)made.data);
        free((void *)(uintptr_t)together.data);
        free((void *)(uintptr_t)expected.data);
    }
}

static void test_extra_file_too_large(void **state)
{
    struct case_of *one = *state;

    one->entry.extra_count = 1;
    one->input.file_count = 2;
    one->files[1] = (struct plan_file){.path = "/a.cred", .size = UINT32_MAX};
    assert_int_equal(make(one), STATUS_OK);
    one->files[1].size++;
    assert_int_equal(make(one), STATUS_INVALID);
    assert_string_equal(one->error.text, "/a.cred: has 4294967296 bytes, and an archive for the initrd takes files of "
                                         "less than 4 GiB. Leave it out.");
}

static void test_initrds_without_end(void **state)
{
    struct case_of *one = *state;

    one->input.file_count = 3;
    one->files[1].size = SIZE_MAX / 4 - 5;
    one->files[2].size = 100;
    assert_int_equal(make(one), STATUS_INVALID);
    assert_string_equal(one->error.text, "/two: the initrds are too large together, with 100 bytes in this one. Load "
                                         "less.");
}

static void test_what_is_recognised(void **state)
{
    struct case_of *one = *state;

    one->files[0].head.size = 1;
    assert_false(protocol_efi_image.recognise(&one->input));
    one->entry.kernel_key = ENTRY_KERNEL_EFI;
    assert_true(protocol_efi_image.recognise(&one->input)); /* so that it is refused as what it should be */
    one->entry.kernel_key = ENTRY_KERNEL_UKI;
    assert_true(protocol_efi_image.recognise(&one->input)); /* the same */
    one->files[0].size = 100;
    assert_int_equal(make(one), STATUS_INVALID);
    assert_non_null(
        strstr(one->error.text, "/linux/vmlinuz: is not an EFI program: its 100 bytes do not begin with MZ."));
    one->files[0].head.size = 2;
    one->entry.kernel_key = ENTRY_KERNEL_LINUX;
    assert_true(protocol_efi_image.recognise(&one->input));
}

/* Headers that go beyond a file's first bytes are asked for. */
static void test_more_headers(void **state)
{
    struct case_of *one = *state;
    struct plan_file *file = &one->files[0];

    file->head.size = 100;
    assert_int_equal(make(one), STATUS_NEED_BYTES);
    assert_int_equal(one->want.file, 0);
    assert_int_equal(one->want.offset, 0);
    assert_true(one->want.size > 100 && one->want.size <= one->head.size);
    file->extents[file->extent_count++] = (struct plan_extent){0, {one->head.data, one->want.size}};
    while (make(one) == STATUS_NEED_BYTES && file->extent_count < 4)
        file->extents[file->extent_count++] = (struct plan_extent){0, {one->head.data, one->want.size}};
    assert_int_equal(make(one), STATUS_OK);
}

static void test_foreign(void **state)
{
    struct case_of *one = *state;

    one->facts.machine.pe_machine = PE_MACHINE_AA64;
    assert_int_equal(make(one), STATUS_UNSUPPORTED);
    assert_non_null(strstr(one->error.text, "/linux/vmlinuz: is built for x64"));
}

static void test_companions(void **state)
{
    struct case_of *one = *state;
    struct entry_module initrd = {"/i", "/i", ""}, module = {"/m", "/m", ""};

    one->entry.initrds = &initrd;
    one->entry.initrd_count = 1;
    one->entry.modules = &module;
    one->entry.module_count = 1;
    assert_ptr_equal(protocol_efi_image.companions(&one->entry).files, &initrd);
    assert_int_equal(protocol_efi_image.companions(&one->entry).count, 1);
    assert_ptr_equal(protocol_baton.companions(&one->entry).files, &module);
}

/* It asks for more room until it has enough, and takes nothing outside. */
static void test_room(void **state)
{
    struct case_of *one = *state;
    bool enough = false;

    one->entry.options = "some words";
    one->entry.profile = 3;
    one->entry.extra_count = 2;
    one->input.file_count = 5;
    one->files[3].path = "/a.cred";
    one->files[4].path = "/b.sysext.raw";
    for (size_t size = 0; size < ROOM; size += 16) {
        enum status status;

        one->arena.size = size;
        status = make(one);
        assert_true(status == STATUS_OK || status == STATUS_NEED_ROOM);
        assert_false(enough && status != STATUS_OK);
        enough = status == STATUS_OK;
    }
    assert_true(enough);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_path, setup, teardown),
        cmocka_unit_test_setup_teardown(test_paths_that_are_damaged, setup, teardown),
        cmocka_unit_test(test_length_of_a_path),
        cmocka_unit_test_setup_teardown(test_options, setup, teardown),
        cmocka_unit_test_setup_teardown(test_profiles, setup, teardown),
        cmocka_unit_test_setup_teardown(test_initrds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_extra_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_extra_file_too_large, setup, teardown),
        cmocka_unit_test_setup_teardown(test_initrds_without_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_recognised, setup, teardown),
        cmocka_unit_test_setup_teardown(test_more_headers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_foreign, setup, teardown),
        cmocka_unit_test_setup_teardown(test_companions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_room, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
