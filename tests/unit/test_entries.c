/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "entries.h"
#include "plan.h"
#include "protocol.h"

/* What the log said last: its level and its text. */
static char said[512];

static int start_listening(void **state)
{
    (void)state;
    log_reset();
    said[0] = '\0';
    return 0;
}

static void read_log(void)
{
    assert_true(log_copy(said, sizeof(said)) < sizeof(said));
}

static void test_what_can_boot(void **state)
{
    static const struct {
        struct entry entry;
        bool boots;
        const char *said; /* "" for nothing */
    } rows[] = {
        {{.file = "/a", .kernel_key = ENTRY_KERNEL_KERNEL}, true, ""},
        {{.file = "/a", .kernel_key = ENTRY_KERNEL_LINUX, .architecture = "X64"}, true, ""},
        {{.file = "/a", .kernel_key = ENTRY_KERNEL_KERNEL, .architecture = "aa64"},
         false,
         "info: /a: is for the architecture aa64, and this machine is x64\n"},
        {{.file = "/a", .kernel_key = ENTRY_KERNEL_EFI}, true, ""},
        {{.file = "/a", .kernel_key = ENTRY_KERNEL_UKI}, true, ""},
        {{.file = "/a", .kernel_key = ENTRY_KERNEL_URL, .kernel = "http://k/k.efi"},
         false,
         "info: /a: is started from a network (uki-url), which Baton does not do\n"},
        {{.file = "/a", .kernel_key = ENTRY_KERNEL_NONE},
         false,
         "warning: /a: names no kernel. Add a line like: kernel /boot/kernel.elf\n"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void)start_listening(state);
        assert_int_equal(entries_can_boot(&rows[i].entry, "x64"), rows[i].boots);
        read_log();
        assert_string_equal(said, rows[i].said);
    }
}

static void test_what_is_the_loader(void **state)
{
    static const struct {
        const char *kernel; /* NULL: none */
        const char *image;
        size_t volume;
        bool is;
    } rows[] = {
        {"/EFI/BOOT/BOOTX64.EFI", "\\EFI\\BOOT\\BOOTX64.EFI", 0, true},
        {"/efi/systemd/Systemd-bootX64.efi", "\\EFI\\systemd\\systemd-bootx64.EFI", 0, true},
        {"/EFI/BOOT/BOOTX64.EFI", "\\EFI\\BOOT\\BOOTX64.EFI", 1, false},
        {"/EFI/BOOT/BOOTX64.EF", "\\EFI\\BOOT\\BOOTX64.EFI", 0, false},
        {"/EFI/BOOT/BOOTX64.EFI", "\\EFI\\BOOT\\BOOTX64.EF", 0, false},
        {"/EFI/BOOT/BOOTX64.EFI", "\\EFI\\BOOT\\GRUBX64.EFI", 0, false},
        {"/[{.efi", "\\{[.efi", 0, false},
        {"/[.efi", "\\{.efi", 0, false}, /* no letters, though a bit apart as cases are */
        {"/\xc3\xbc.efi", "\\\xc3\xbc.EFI", 0, true},
        {"/a", "", 0, false},
        {"", "", 0, false},
        {NULL, "\\a", 0, false},
    };
    const struct entry restart = {.action = ENTRY_REBOOT, .kernel = "/a"};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct entry entry = {.kernel = rows[i].kernel, .volume = rows[i].volume};

        if (entries_is_loader(&entry, rows[i].image) != rows[i].is)
            fail_msg("row %zu: %s", i, rows[i].image);
    }
    assert_false(entries_is_loader(&restart, "\\a"));
}

static void test_put_first(void **state)
{
    struct entry entries[4] = {{.id = "a"}, {.id = "b"}, {.id = "c"}, {.id = "d"}};

    (void)state;
    entries_put_first(entries, 2);
    assert_string_equal(entries[0].id, "c");
    assert_string_equal(entries[1].id, "a");
    assert_string_equal(entries[2].id, "b");
    assert_string_equal(entries[3].id, "d");
    entries_put_first(entries, 0);
    assert_string_equal(entries[0].id, "c");
}

static void test_usual_kernels(void **state)
{
    struct entry entry = entries_stand_in(entries_usual_kernel(0));
    struct error error;
    size_t count = 0;

    (void)state;
    assert_int_equal(entries_refuse_empty(&error), STATUS_NOT_FOUND);
    while (entries_usual_kernel(count))
        assert_non_null(strstr(error.text, entries_usual_kernel(count++)));
    assert_int_equal(count, 3);
    assert_string_equal(entry.kernel, "/boot/kernel.elf");
    assert_true(entries_can_boot(&entry, "x64"));
    assert_string_equal(entry.options, "");
}

static void test_refusals(void **state)
{
    struct error error;

    (void)state;
    assert_int_equal(entries_refuse_missing("/x/y", &error), STATUS_NOT_FOUND);
    assert_ptr_equal(strstr(error.text, "/x/y: "), error.text);
    assert_int_equal(entries_refuse_folder("/x", &error), STATUS_INVALID);
    assert_string_equal(error.text, "/x: is a folder, not a file. Name a file in it, or put a file in its place.");
    assert_int_equal(entries_refuse_file("/x", &error), STATUS_INVALID);
    assert_ptr_equal(strstr(error.text, "/x: is a file, not a folder. Make it a folder"), error.text);
    assert_int_equal(entries_refuse_all(17, &error), STATUS_NOT_FOUND);
    assert_non_null(strstr(error.text, "(of 17)"));
}

/* ---- kernels that no protocol knows, and plans without end ---- */

static void test_unknown_kernels(void **state)
{
    static const uint8_t pe[] = {'M', 'Z', 0}, text[] = "#!";
    const struct {
        struct bytes head;
        enum status status;
        const char *said;
    } rows[] = {
        {{NULL, 0}, STATUS_INVALID, "/k: is empty (0 bytes). Copy it again."},
        {{pe, 1}, STATUS_INVALID, "/k: is not an ELF file"},
        {{text, 2}, STATUS_INVALID, "say so in /e: load-address 0x100000"},
    };
    const struct entry entry = {.file = "/e"};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct plan_file file = {.path = "/k", .size = rows[i].head.size, .head = rows[i].head};
        const struct plan_input input = {.entry = &entry, .files = &file, .file_count = 1};
        struct error error;

        assert_null(protocol_recognise(&input));
        assert_int_equal(protocol_refuse(&input, &error), rows[i].status);
        assert_non_null(strstr(error.text, rows[i].said));
    }
}

static void test_room_and_bytes_are_bounded(void **state)
{
    struct plan_file file = {.path = "/k"};
    struct plan_want want = {0, 0, 1};
    struct error error;
    const struct memory_intervals memory = {0};
    size_t size = 0, before = 0;
    unsigned tries = 0;

    (void)state;
    while (plan_next_room(&file, &memory, size, &size, &error) == STATUS_OK) {
        assert_true(size > before && ++tries < 20);
        before = size;
    }
    assert_int_equal(size, before);
    assert_non_null(strstr(error.text, "/k: planning its boot takes more than"));

    assert_int_equal(plan_check_want(&file, &want, &error), STATUS_OK);
    want.size = UINT64_MAX;
    assert_int_equal(plan_check_want(&file, &want, &error), STATUS_INVALID);
    want.size = 1;
    file.extent_count = PLAN_EXTENTS;
    assert_int_equal(plan_check_want(&file, &want, &error), STATUS_INVALID);
    assert_ptr_equal(strstr(error.text, "/k: "), error.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_what_can_boot, start_listening),
        cmocka_unit_test(test_what_is_the_loader),
        cmocka_unit_test(test_put_first),
        cmocka_unit_test(test_usual_kernels),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_unknown_kernels),
        cmocka_unit_test(test_room_and_bytes_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
