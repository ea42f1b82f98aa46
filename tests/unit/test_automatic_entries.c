/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "automatic_entries.h"
#include "entries.h"

#define SHELL "/shellx64.efi"

/* In their order: systemd-boot's. */
static void test_what_they_are(void **state)
{
    static const struct {
        const char *id, *title, *kernel;
        char key;
        enum entry_action action;
    } rows[AUTOMATIC_COUNT] = {
        {"auto-osx", "macOS", "/System/Library/CoreServices/boot.efi", 'a', ENTRY_BOOT},
        {"auto-windows", "Windows Boot Manager", "/EFI/Microsoft/Boot/bootmgfw.efi", 'w', ENTRY_BOOT},
        {"auto-efi-shell", "EFI Shell", SHELL, 's', ENTRY_BOOT},
        {"auto-reboot-to-firmware-setup", "Reboot Into Firmware Interface", "Reboot Into Firmware Interface", 0,
         ENTRY_FIRMWARE_SETUP},
        {"auto-poweroff", "Power Off The System", "Power Off The System", 0, ENTRY_POWER_OFF},
        {"auto-reboot", "Reboot The System", "Reboot The System", 0, ENTRY_REBOOT},
    };

    (void)state;
    for (enum automatic_entry which = 0; which < AUTOMATIC_COUNT; which++) {
        struct entry entry = automatic_entry_make(which, SHELL);

        assert_true(entry.automatic);
        assert_string_equal(entry.id, rows[which].id);
        assert_string_equal(entry.file, rows[which].id);
        assert_string_equal(entry.title, rows[which].title);
        assert_string_equal(entry.kernel, rows[which].kernel);
        assert_int_equal(entry.key, rows[which].key);
        assert_int_equal(entry.action, rows[which].action);
        assert_int_equal(entry.kernel_key, entry.action == ENTRY_BOOT ? ENTRY_KERNEL_EFI : ENTRY_KERNEL_NONE);
        assert_string_equal(entry.options, "");
        assert_int_equal(entry.volume, 0);
        assert_true(automatic_entry_has_name(text_of(entry.id)));
        assert_int_equal(entry_find(&entry, 1, entry.id), 0);
    }
}

/* What loader.conf says of each, and what holds without it. */
static void test_what_is_wanted(void **state)
{
    static const struct {
        struct loader_config config;
        bool wanted[AUTOMATIC_COUNT];
    } rows[] = {
        {{0}, {true, true, true, true, false, false}},
        {{.no_auto_entries = true}, {false, false, false, true, false, false}},
        {{.no_auto_firmware = true}, {true, true, true, false, false, false}},
        {{.auto_poweroff = true}, {true, true, true, true, true, false}},
        {{.auto_reboot = true}, {true, true, true, true, false, true}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (enum automatic_entry which = 0; which < AUTOMATIC_COUNT; which++)
            assert_int_equal(automatic_entry_is_wanted(which, &rows[i].config), rows[i].wanted[which]);
    }
}

static void test_names(void **state)
{
    static const char *const kept[] = {"auto-", "auto-windows", "AUTO-x.conf", "auto-*"};
    static const char *const free_ones[] = {"", "auto", "a", "automatic", "xauto-", "*", "auto*", "[a]uto-windows"};

    (void)state;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        assert_true(automatic_entry_has_name(text_of(kept[i])));
    for (size_t i = 0; i < sizeof(free_ones) / sizeof(free_ones[0]); i++)
        assert_false(automatic_entry_has_name(text_of(free_ones[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_they_are),
        cmocka_unit_test(test_what_is_wanted),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
