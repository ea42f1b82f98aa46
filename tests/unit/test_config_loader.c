/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "made_config.h"

static void test_loader(void **state)
{
    (void)state;
    parse_loader("");
    assert_null(made.loader.default_pattern);
    assert_false(made.loader.has_log_level);
    parse_loader("\xef\xbb\xbf# how to boot\r\n\r\ndefault  \"arch-*.conf\" \r\nlog-level 'info'\r\n");
    assert_string_equal(made.loader.default_pattern, "arch-*.conf");
    assert_true(made.loader.has_log_level);
    assert_int_equal(made.loader.log_level, LOG_INFO);
    assert_string_equal(made.logged, "");
}

/* What begins with '@' is no pattern; one such word is known. */
static void test_loader_special_default(void **state)
{
    (void)state;
    parse_loader("default arch\ndefault @last\n");
    assert_string_equal(made.loader.default_pattern, "arch");
    assert_false(made.loader.default_is_saved);
    assert_non_null(strstr(made.logged, "warning: " LOADER_FILE ":2: 'default @last' is not supported"));
    forget_log();
    parse_loader("default @saved\ndefault @SAVED\ndefault\n");
    assert_null(made.loader.default_pattern);
    assert_true(made.loader.default_is_saved);
    assert_non_null(strstr(made.logged, "warning: " LOADER_FILE ":2: 'default @SAVED' is not supported"));
    assert_non_null(strstr(made.logged, "warning: " LOADER_FILE ":3: 'default' has no value"));
    parse_loader("default arch\ndefault @saved\n");
    assert_null(made.loader.default_pattern);
    assert_true(made.loader.default_is_saved);
    parse_loader("default @saved\ndefault arch\n");
    assert_string_equal(made.loader.default_pattern, "arch");
    assert_false(made.loader.default_is_saved);
}

static void test_ignored_keys(void **state)
{
    static const char *const loader_keys[] = {
        "beep",
        "preferred",
        "random-seed-mode",
        "reboot-for-bitlocker",
        "reboot-on-error",
        "secure-boot-enroll",
        "secure-boot-enroll-action",
        "secure-boot-enroll-timeout-sec",
    };
    char text[64], line[128];

    (void)state;
    for (size_t i = 0; i < sizeof(loader_keys) / sizeof(loader_keys[0]); i++) {
        forget_log();
        snprintf(text, sizeof(text), "%s a\n", loader_keys[i]);
        snprintf(line, sizeof(line), "info: " LOADER_FILE ":1: '%s' does nothing in this boot loader\n",
                 loader_keys[i]);
        parse_loader(text);
        assert_string_equal(made.logged, line);
    }
}

/* systemd-boot's keys for its menu. */
static void test_menu_keys(void **state)
{
    static const struct {
        const char *text;
        enum interface_menu menu;
        uint32_t seconds;
        bool no_editor, no_auto_entries, no_auto_firmware, auto_reboot, auto_poweroff;
        enum config_console console;
        uint32_t console_number;
        const char *said;
    } rows[] = {
        {.text = "", .menu = INTERFACE_MENU_UNSAID},
        {.text = "timeout 5", .menu = INTERFACE_MENU_TIMED, .seconds = 5},
        {.text = "timeout 0", .menu = INTERFACE_MENU_HIDDEN},
        {.text = "timeout menu-force", .menu = INTERFACE_MENU_FORCED},
        {.text = "timeout menu-hidden", .menu = INTERFACE_MENU_HIDDEN},
        {.text = "timeout menu-disabled", .menu = INTERFACE_MENU_DISABLED},
        {.text = "timeout -1",
         .menu = INTERFACE_MENU_UNSAID,
         .said = ":1: timeout '-1' is not known, so the line does nothing. Expected: seconds, menu-force, menu-hidden "
                 "or menu-disabled."},
        {.text = "editor no", .menu = INTERFACE_MENU_UNSAID, .no_editor = true},
        {.text = "editor 1", .menu = INTERFACE_MENU_UNSAID},
        {.text = "editor maybe",
         .menu = INTERFACE_MENU_UNSAID,
         .said = ":1: editor 'maybe' is not known, so the line does nothing. Expected: yes or no."},
        {.text = "auto-entries off", .menu = INTERFACE_MENU_UNSAID, .no_auto_entries = true},
        {.text = "auto-firmware F", .menu = INTERFACE_MENU_UNSAID, .no_auto_firmware = true},
        {.text = "auto-reboot yes", .menu = INTERFACE_MENU_UNSAID, .auto_reboot = true},
        {.text = "auto-poweroff On", .menu = INTERFACE_MENU_UNSAID, .auto_poweroff = true},
        {.text = "auto-poweroff o",
         .menu = INTERFACE_MENU_UNSAID,
         .said = ":1: auto-poweroff 'o' is not known, so the line does nothing. Expected: yes or no."},
        {.text = "console-mode keep", .menu = INTERFACE_MENU_UNSAID, .console = CONFIG_CONSOLE_KEEP},
        {.text = "console-mode max", .menu = INTERFACE_MENU_UNSAID, .console = CONFIG_CONSOLE_MAX},
        {.text = "console-mode auto", .menu = INTERFACE_MENU_UNSAID, .console = CONFIG_CONSOLE_AUTO},
        {.text = "console-mode 2",
         .menu = INTERFACE_MENU_UNSAID,
         .console = CONFIG_CONSOLE_NUMBER,
         .console_number = 2},
        {.text = "console-mode large",
         .menu = INTERFACE_MENU_UNSAID,
         .said = ":1: console-mode 'large' is not known, so the line does nothing. Expected: a mode's number, auto, "
                 "max or keep."},
        {.text = "console-mode 2147483648",
         .menu = INTERFACE_MENU_UNSAID,
         .said = ":1: console-mode '2147483648' is not known"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        forget_log();
        parse_loader(rows[i].text);
        if (made.loader.timeout.menu != rows[i].menu || made.loader.timeout.seconds != rows[i].seconds ||
            made.loader.no_editor != rows[i].no_editor || made.loader.no_auto_entries != rows[i].no_auto_entries ||
            made.loader.no_auto_firmware != rows[i].no_auto_firmware ||
            made.loader.auto_reboot != rows[i].auto_reboot || made.loader.auto_poweroff != rows[i].auto_poweroff ||
            made.loader.console != rows[i].console || made.loader.console_number != rows[i].console_number)
            fail_msg("%s", rows[i].text);
        if (!rows[i].said)
            assert_string_equal(made.logged, "");
        else
            assert_non_null(strstr(made.logged, rows[i].said));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_loader, made_config_start),
        cmocka_unit_test_setup(test_loader_special_default, made_config_start),
        cmocka_unit_test_setup(test_ignored_keys, made_config_start),
        cmocka_unit_test_setup(test_menu_keys, made_config_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
