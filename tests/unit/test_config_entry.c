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

static void test_everything(void **state)
{
    (void)state;
    parse_entry("# an entry with all there is\n"
                "title        My system\n"
                "version      1.2-3\n"
                "machine-id   4098b3f648d74c13b1f04ccfba7798e8\n"
                "sort-key     mine\n"
                "architecture x64\n"
                "linux        /boot/kernel.elf\n"
                "options      root=/dev/sda1 quiet\n"
                "options      debug\n"
                "module       /boot/initrd.img\n"
                "module       /boot/table.bin  one  two \n"
                "load-address 2M\n"
                "entry-offset 0x40\n"
                "memory-size  64K\n"
                "log-level    debug\n");
    assert_string_equal(made.entry.file, ENTRY_FILE);
    assert_string_equal(made.entry.id, "x.conf");
    assert_string_equal(made.entry.title, "My system");
    assert_string_equal(made.entry.version, "1.2-3");
    assert_string_equal(made.entry.machine_id, "4098b3f648d74c13b1f04ccfba7798e8");
    assert_string_equal(made.entry.sort_key, "mine");
    assert_string_equal(made.entry.architecture, "x64");
    assert_int_equal(made.entry.kernel_key, ENTRY_KERNEL_LINUX);
    assert_string_equal(made.entry.kernel, "/boot/kernel.elf");
    assert_string_equal(made.entry.options, "root=/dev/sda1 quiet debug");
    assert_int_equal(made.entry.module_count, 2);
    assert_string_equal(made.entry.modules[0].path, "/boot/initrd.img");
    assert_string_equal(made.entry.modules[0].name, "/boot/initrd.img");
    assert_string_equal(made.entry.modules[0].command_line, "");
    assert_string_equal(made.entry.modules[1].path, "/boot/table.bin");
    assert_string_equal(made.entry.modules[1].name, "/boot/table.bin");
    assert_string_equal(made.entry.modules[1].command_line, "one  two");
    assert_true(made.entry.has_load_address);
    assert_int_equal(made.entry.load_address, 0x200000);
    assert_true(made.entry.has_entry_offset);
    assert_int_equal(made.entry.entry_offset, 0x40);
    assert_true(made.entry.has_memory_size);
    assert_int_equal(made.entry.memory_size, 0x10000);
    assert_true(made.entry.has_log_level);
    assert_int_equal(made.entry.log_level, LOG_DEBUG);
    assert_false(made.entry.has_tries);
    assert_string_equal(made.logged, "");
    assert_string_equal(made.error.text, "");
}

static void test_nothing(void **state)
{
    static const char *const texts[] = {
        "", "\n", "\n\n\r\n", " \t \n\t", "#", "#linux /a\n  # efi /b\n\t#", "\xef\xbb\xbf"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        parse_entry(texts[i]);
        check_nothing();
    }
    assert_int_equal(config_parse_entry(ENTRY_FILE, (struct text){NULL, 0}, &made.arena, &made.entry, &made.error),
                     STATUS_OK);
    check_nothing();
}

/* One pair of quotes around all of a value goes; whatever else looks like quotes stays. */
static void test_quotes(void **state)
{
    static const struct {
        const char *text, *options;
    } rows[] = {
        {"options \"a b\"", "a b"},
        {"options\t'a b' \t\r\n", "a b"},
        {"options \" a \"", " a "},
        {"options \"\"a b\"\"", "\"a b\""},
        {"options \"a' b\"", "a' b"},
        {"options \"a\" b \"c\"", "a\" b \"c"},
        {"options \"a b'", "\"a b'"},
        {"options a=\"b c\"", "a=\"b c\""},
        {"options \"", "\""},
        {"options '\"'", "\""},
        {"options \"\"\noptions b", "b"},
        {"options 'a'\noptions \"b\"", "a b"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        parse_entry(rows[i].text);
        assert_string_equal(made.entry.options, rows[i].options);
    }
    parse_entry("title 'It''s'\nlinux \"/k\"\nversion \"1\"\nmodule \"m a b\"\ninitrd 'i'\nload-address \"2M\"\n"
                "kaslr 'off'\n");
    assert_string_equal(made.entry.title, "It''s");
    assert_string_equal(made.entry.kernel, "/k");
    assert_string_equal(made.entry.version, "1");
    assert_string_equal(made.entry.modules[0].path, "/m");
    assert_string_equal(made.entry.modules[0].command_line, "a b");
    assert_string_equal(made.entry.initrds[0].path, "/i");
    assert_int_equal(made.entry.load_address, 0x200000);
    assert_int_equal(made.entry.kaslr, ENTRY_KASLR_OFF);
    assert_string_equal(made.logged, "");
    parse_entry("title \"\"\nlinux k\n");
    assert_null(made.entry.title);
    assert_string_equal(made.logged, "warning: " ENTRY_FILE ":1: 'title' has no value, so the line does nothing\n");
    check_refused(TEXT("linux ''"),
                  ENTRY_FILE ":1: 'linux' names no file. Expected: linux PATH, from the root of this volume.");
}

/* Otherwise a value is the rest of its line, as it stands. */
static void test_values_are_literal(void **state)
{
    (void)state;
    parse_entry("title \"Quoted\" # no comment \\n $x\noptions a\tb  c='d e'\nversion \xc3\xa4\xff\n"
                "linux /EFI/my kernel+1.elf\nmodule /m # x\n");
    assert_string_equal(made.entry.title, "\"Quoted\" # no comment \\n $x");
    assert_string_equal(made.entry.options, "a\tb  c='d e'");
    assert_string_equal(made.entry.version, "\xc3\xa4\xff");
    assert_string_equal(made.entry.kernel, "/EFI/my kernel+1.elf");
    assert_string_equal(made.entry.modules[0].command_line, "# x");
}

static void test_kernel_keys(void **state)
{
    (void)state;
    parse_entry("linux /k");
    assert_int_equal(made.entry.kernel_key, ENTRY_KERNEL_LINUX);
    parse_entry("kernel /k");
    assert_int_equal(made.entry.kernel_key, ENTRY_KERNEL_KERNEL);
    assert_string_equal(made.entry.kernel, "/k");
    parse_entry("efi /k");
    assert_int_equal(made.entry.kernel_key, ENTRY_KERNEL_EFI);
    assert_string_equal(made.entry.kernel, "/k");
    check_refused(TEXT("linux /k\n\nkernel /k\n"),
                  ENTRY_FILE ":3: 'kernel' is given, and 'linux' above it. An entry names one kernel: take one of the "
                             "lines out.");
    check_refused(TEXT("efi /k\nlinux /k\n"),
                  ENTRY_FILE ":2: 'linux' is given, and 'efi' above it. An entry names one kernel: take one of the "
                             "lines out.");
    check_refused(TEXT("uki /k\nefi /k\n"), ENTRY_FILE
                  ":2: 'efi' is given, and 'uki' above it. An entry names one kernel: take one of the lines out.");
    check_refused(TEXT("linux /k\nuki-url http://k/k.efi\n"),
                  ENTRY_FILE ":2: 'uki-url' is given, and 'linux' above it. An entry names one kernel: take one of the "
                             "lines out.");
}

/* Unified kernel images by an entry file. */
static void test_unified_images(void **state)
{
    (void)state;
    parse_entry("profile 2\nuki EFI\\a.efi\noptions quiet\n");
    assert_int_equal(made.entry.kernel_key, ENTRY_KERNEL_UKI);
    assert_string_equal(made.entry.kernel, "/EFI/a.efi");
    assert_string_equal(made.entry.options, "quiet");
    assert_null(made.entry.own_options);
    assert_int_equal(made.entry.profile, 2);
    parse_entry("uki /a.efi\nprofile 4294967295\n");
    assert_int_equal(made.entry.profile, UINT32_MAX);
    parse_entry("uki /a.efi\n");
    assert_int_equal(made.entry.profile, 0);
    parse_entry("uki-url http://example.com/a.efi\nprofile 1\n");
    assert_int_equal(made.entry.kernel_key, ENTRY_KERNEL_URL);
    assert_string_equal(made.entry.kernel, "http://example.com/a.efi");
    parse_entry("uki-url\n");
    assert_int_equal(made.entry.kernel_key, ENTRY_KERNEL_URL);
    assert_string_equal(made.logged, "");
    check_refused(TEXT("uki\n"),
                  ENTRY_FILE ":1: 'uki' names no file. Expected: uki PATH, from the root of this volume.");
}

static void test_profiles_that_are_none(void **state)
{
    static const char *const values[] = {"", "-1", "one", "1K", "4294967296", "1 2"};

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char text[64], message[128];

        snprintf(text, sizeof(text), "uki /a.efi\nprofile %s\n", values[i]);
        snprintf(message, sizeof(message),
                 ENTRY_FILE ":2: profile '%s' is not the number of a profile. Expected one such as 1.", values[i]);
        check_refused(text_of(text), message);
    }
}

static void test_device_trees(void **state)
{
    (void)state;
    parse_entry("linux /k\ndevicetree a\\b c.dtb\n");
    assert_string_equal(made.entry.devicetree, "/a/b c.dtb");
    assert_string_equal(made.logged, "");
    parse_entry("linux /k\n");
    assert_null(made.entry.devicetree);
    assert_int_equal(made.entry.overlay_count, 0);
    check_refused(
        TEXT("devicetree /a/../../b\n"), ENTRY_FILE
        ":1: the path /a/../../b leads above the root with its '..' parts. Write it out from the root of this "
        "volume.");
}

/* One behind the other, of all lines, each with its NUL. */
static void test_overlays(void **state)
{
    static const char expected[] = "/a.dtbo\0/b\0/c/d.dtbo\0/e\0/f";

    (void)state;
    parse_entry("devicetree-overlay /a.dtbo b\nlinux /k\ndevicetree-overlay \\c\\d.dtbo \t  e   f \r\n");
    assert_int_equal(made.entry.overlay_count, 5);
    assert_memory_equal(made.entry.overlays, expected, sizeof(expected));
    assert_string_equal(made.entry.options, "");
    assert_string_equal(made.logged, "");
    parse_entry("options x\ndevicetree-overlay a\noptions y\ndevicetree-overlay b\n");
    assert_int_equal(made.entry.overlay_count, 2);
    assert_memory_equal(made.entry.overlays, "/a\0/b", 6);
    assert_string_equal(made.entry.options, "x y");
    check_refused(TEXT("devicetree-overlay\n"), ENTRY_FILE ":1: 'devicetree-overlay' names no file. Expected: "
                                                           "devicetree-overlay PATH, from the root of this volume.");
    parse_entry("devicetree-overlay /a b/../c//d ./e/f /g\n");
    assert_int_equal(made.entry.overlay_count, 4);
    assert_memory_equal(made.entry.overlays, "/a\0/c/d\0/e/f\0/g", 16);
    check_refused(TEXT("\ndevicetree-overlay /a b/../../c /d\n"),
                  ENTRY_FILE ":2: the path /b/../../c leads above the root with its '..' parts. Write it out from the "
                             "root of this volume.");
    check_refused(TEXT("devicetree-overlay /a /\n"),
                  ENTRY_FILE ":1: 'devicetree-overlay' names no file. Expected: "
                             "devicetree-overlay PATH, from the root of this volume.");
}

/* They stand behind the initrds, also where those do nothing. */
static void test_extra_files(void **state)
{
    (void)state;
    parse_entry("extra a.cred\nlinux /k\ninitrd /i\nextra \\b c.SYSEXT.raw\ninitrd /j\n");
    assert_int_equal(made.entry.initrd_count, 2);
    assert_int_equal(made.entry.extra_count, 2);
    assert_string_equal(made.entry.initrds[0].path, "/i");
    assert_string_equal(made.entry.initrds[1].path, "/j");
    assert_string_equal(made.entry.initrds[2].path, "/a.cred");
    assert_string_equal(made.entry.initrds[3].path, "/b c.SYSEXT.raw");
    assert_string_equal(made.logged, "");
    parse_entry("initrd /i\nextra /a.cred\ninitrd /j\nuki /k\n");
    assert_int_equal(made.entry.initrd_count, 0);
    assert_int_equal(made.entry.extra_count, 1);
    assert_string_equal(made.entry.initrds[0].path, "/a.cred");
    forget_log();
    parse_entry("linux /k\nextra /a.addon.efi\nextra /b.cred\n");
    assert_int_equal(made.entry.extra_count, 1);
    assert_string_equal(made.entry.initrds[0].path, "/b.cred");
    assert_string_equal(made.logged, "warning: " ENTRY_FILE
                                     ":2: what kind of file is '/a.addon.efi'? Known are .cred, .sysext.raw and "
                                     ".confext.raw; the line does nothing\n");
    check_refused(TEXT("linux /k\nextra\n"),
                  ENTRY_FILE ":2: 'extra' names no file. Expected: extra PATH, from the root of this volume.");
}

/* The last line of a key is the one that is named. */
static void test_keys_that_need_others(void **state)
{
    (void)state;
    parse_entry("profile 1\nlinux /k\ninitrd /i\n");
    assert_int_equal(made.entry.profile, 0);
    assert_int_equal(made.entry.initrd_count, 1);
    assert_string_equal(made.logged, "warning: " ENTRY_FILE ":1: 'profile' does nothing without 'uki'\n");
    forget_log();
    parse_entry("initrd /i\ninitrd /j\nuki /k\n");
    assert_int_equal(made.entry.initrd_count, 0);
    assert_string_equal(made.logged, "warning: " ENTRY_FILE
                                     ":2: 'initrd' does nothing with 'uki', whose image has an initrd in it\n");
    forget_log();
    parse_entry("profile 1\n");
    assert_string_equal(made.logged, "warning: " ENTRY_FILE ":1: 'profile' does nothing without 'uki'\n");
}

static void test_paths(void **state)
{
    static const struct {
        const char *text, *path;
    } rows[] = {
        {"linux /boot/kernel.elf", "/boot/kernel.elf"},
        {"linux boot/kernel.elf", "/boot/kernel.elf"},
        {"linux k", "/k"},
        {"linux \\EFI\\Linux\\k.efi", "/EFI/Linux/k.efi"},
        {"linux EFI\\Linux/k.efi", "/EFI/Linux/k.efi"},
        {"linux\tk", "/k"},
        {"linux ...", "/..."},
        {"linux /.hidden/..k", "/.hidden/..k"},
        {"linux /a b/c d", "/a b/c d"},
        {"linux \xc3\xa4", "/\xc3\xa4"},
        {"linux //boot///k/", "/boot/k"},
        {"linux a\\..\\b", "/b"},
        {"linux \"./k\"", "/k"},
    };
    static const char *const refused[] = {"..", "/../k", "a\\..\\..\\b", "./../k"};
    static const char *const none[] = {"/", "\\", ".", "a/..", "//./"};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        parse_entry(rows[i].text);
        assert_string_equal(made.entry.kernel, rows[i].path);
    }
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        char text[64], message[256], shown[32];

        snprintf(shown, sizeof(shown), "%s%s", strchr("/\\", refused[i][0]) ? "" : "/", refused[i]);
        for (char *c = shown; *c != '\0'; c++)
            *c = *c == '\\' ? '/' : *c;
        snprintf(text, sizeof(text), "title t\nmodule %s", refused[i]);
        snprintf(message, sizeof(message),
                 ENTRY_FILE
                 ":2: the path %s leads above the root with its '..' parts. Write it out from the root of this volume.",
                 shown);
        check_refused(text_of(text), message);
    }
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        char text[64];

        snprintf(text, sizeof(text), "initrd %s", none[i]);
        check_refused(text_of(text),
                      ENTRY_FILE ":1: 'initrd' names no file. Expected: initrd PATH, from the root of this volume.");
    }
    check_refused(TEXT("linux /a\tb"), ENTRY_FILE ":1: the path of 'linux' has a tab in it. Take it out.");
    check_refused(TEXT("efi"), ENTRY_FILE ":1: 'efi' names no file. Expected: efi PATH, from the root of this volume.");
    check_refused(TEXT("kernel \r\n"),
                  ENTRY_FILE ":1: 'kernel' names no file. Expected: kernel PATH, from the root of this volume.");
}

static void test_modules(void **state)
{
    (void)state;
    parse_entry("module b a\nmodule\t\\c\td\t\nmodule b\nlinux k\nmodule /e/f --g=\"h i\" j");
    assert_int_equal(made.entry.module_count, 4);
    assert_string_equal(made.entry.modules[0].path, "/b");
    assert_string_equal(made.entry.modules[0].name, "/b");
    assert_string_equal(made.entry.modules[0].command_line, "a");
    assert_string_equal(made.entry.modules[1].path, "/c");
    assert_string_equal(made.entry.modules[1].command_line, "d");
    assert_string_equal(made.entry.modules[2].path, "/b");
    assert_string_equal(made.entry.modules[2].command_line, "");
    assert_string_equal(made.entry.modules[3].path, "/e/f");
    assert_string_equal(made.entry.modules[3].command_line, "--g=\"h i\" j");
    assert_string_equal(made.logged, "");
    check_refused(TEXT("linux k\nmodule\n"),
                  ENTRY_FILE ":2: 'module' names no file. Expected: module PATH, from the root of this volume.");
}

static void test_numbers(void **state)
{
    (void)state;
    parse_entry("load-address 0\nentry-offset 0\nmemory-size 0xffffffffffffffff");
    assert_true(made.entry.has_load_address && made.entry.has_entry_offset && made.entry.has_memory_size);
    assert_int_equal(made.entry.load_address, 0);
    assert_int_equal(made.entry.entry_offset, 0);
    assert_true(made.entry.memory_size == UINT64_MAX);
    parse_entry("load-address 0x100000\nentry-offset 1k\n");
    assert_int_equal(made.entry.load_address, 0x100000);
    assert_int_equal(made.entry.entry_offset, 1024);
    assert_false(made.entry.has_memory_size);
    parse_entry("load-address 1M\nload-address 0xfffffffffffff000");
    assert_true(made.entry.load_address == 0xfffffffffffff000);
}

static void test_wrong_numbers(void **state)
{
    static const char *const keys[] = {"load-address", "entry-offset", "memory-size"};
    static const char *const values[] = {"",          "x",       "-1", "1 M", "0x", "1MB", "0x10000000000000000",
                                         "16777216T", "1M # one"};

    (void)state;
    for (size_t k = 0; k < 3; k++) {
        for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
            char text[64], message[256];

            snprintf(text, sizeof(text), "title t\n%s %s\n", keys[k], values[v]);
            snprintf(message, sizeof(message),
                     ENTRY_FILE ":2: %s '%s' is not a number that fits in 64 bits. Expected one such as 0x100000, "
                                "1048576 or 1M.",
                     keys[k], values[v]);
            check_refused(text_of(text), message);
        }
    }
    check_refused(TEXT("load-address 0x100800"), ENTRY_FILE
                  ":1: load-address 0x100800 is not the start of a page. Expected a multiple of 4096, such as "
                  "0x100000.");
}

static void test_names(void **state)
{
    static const struct {
        const char *file, *id;
        bool has_tries;
        uint32_t left, done;
    } rows[] = {
        {"/loader/entries/x.conf", "x.conf", false, 0, 0},
        {"x.conf", "x.conf", false, 0, 0},
        {"\\loader\\entries\\x+3-1.conf", "x.conf", true, 3, 1},
        {"/loader/entries/6.1+0-3.CONF", "6.1.CONF", true, 0, 3},
        {"/loader+3/entries+2-1.conf/x.conf", "x.conf", false, 0, 0},
        {"/loader/entries/x+3-1", "x+3-1", false, 0, 0},
        {"(built in)", "(built in)", false, 0, 0},
        {"", "", false, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(parse_entry_named(rows[i].file, TEXT("linux k")), STATUS_OK);
        assert_string_equal(made.entry.file, rows[i].file);
        assert_string_equal(made.entry.id, rows[i].id);
        assert_int_equal(made.entry.has_tries, rows[i].has_tries);
        assert_int_equal(made.entry.tries_left, rows[i].left);
        assert_int_equal(made.entry.tries_done, rows[i].done);
    }
}

static void test_ignored_keys(void **state)
{
    static const char *const entry_keys[] = {
        "grub_arg", "grub_class", "grub_hotkey", "grub_users", "id",
    };
    char text[64], line[128];

    (void)state;
    for (size_t i = 0; i < sizeof(entry_keys) / sizeof(entry_keys[0]); i++) {
        forget_log();
        snprintf(text, sizeof(text), "%s a\n%s\n", entry_keys[i], entry_keys[i]);
        snprintf(line, sizeof(line), "info: " ENTRY_FILE ":1: '%s' does nothing in this boot loader\n", entry_keys[i]);
        parse_entry(text);
        assert_int_equal(made.entry.kernel_key, ENTRY_KERNEL_NONE);
        assert_int_equal(made.logged_lines, 2);
        assert_memory_equal(made.logged, line, strlen(line));
    }
}

/* Longer than FAT has them, and than a message that names it can be. */
static void test_long_paths(void **state)
{
    static const char *const keys[] = {"linux", "kernel", "efi", "uki", "module"};

    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        char text[CONFIG_PATH_MAX + 32], message[256];
        size_t key = strlen(keys[i]) + 1;

        memset(text, 'a', sizeof(text));
        memcpy(text, keys[i], key - 1);
        text[key - 1] = ' ';
        assert_int_equal(parse_entry_named(ENTRY_FILE, (struct text){text, key + CONFIG_PATH_MAX}), STATUS_OK);
        (void)snprintf(message, sizeof(message),
                       ENTRY_FILE ":1: the path of '%s' is too long: it has 401 bytes, and at most 400 work. Shorten "
                                  "it.",
                       keys[i]);
        memset(text + key, 'a', CONFIG_PATH_MAX + 1); /* the parser works on the text itself */
        text[key - 1] = ' ';
        check_refused((struct text){text, key + CONFIG_PATH_MAX + 1}, message);
    }
}

static void test_absurd_modules(void **state)
{
    char *text = repeat("module a\n", CONFIG_MODULES_MAX + 1);
    size_t length = 9 * (size_t)CONFIG_MODULES_MAX;

    (void)state;
    assert_int_equal(parse_entry_named(ENTRY_FILE, (struct text){text, length}), STATUS_OK);
    assert_int_equal(made.entry.module_count, CONFIG_MODULES_MAX);
    assert_string_equal(made.entry.modules[CONFIG_MODULES_MAX - 1].path, "/a");
    made.arena.used = 0;
    check_refused((struct text){text, length + 9},
                  ENTRY_FILE ":4097: there are more than 4096 lines 'module'. Pack the files into fewer.");
    free(text);
}

/* 64 KiB of the shortest option lines: the joined text is no longer than the file. */
static void test_many_options(void **state)
{
    char *text = repeat("options a\n", 6553);

    (void)state;
    parse_entry(text);
    assert_int_equal(strlen(made.entry.options), 2 * 6553 - 1);
    assert_memory_equal(made.entry.options, "a a a", 5);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_everything, made_config_start),
        cmocka_unit_test_setup(test_nothing, made_config_start),
        cmocka_unit_test_setup(test_quotes, made_config_start),
        cmocka_unit_test_setup(test_values_are_literal, made_config_start),
        cmocka_unit_test_setup(test_kernel_keys, made_config_start),
        cmocka_unit_test_setup(test_unified_images, made_config_start),
        cmocka_unit_test_setup(test_profiles_that_are_none, made_config_start),
        cmocka_unit_test_setup(test_device_trees, made_config_start),
        cmocka_unit_test_setup(test_overlays, made_config_start),
        cmocka_unit_test_setup(test_extra_files, made_config_start),
        cmocka_unit_test_setup(test_keys_that_need_others, made_config_start),
        cmocka_unit_test_setup(test_paths, made_config_start),
        cmocka_unit_test_setup(test_modules, made_config_start),
        cmocka_unit_test_setup(test_numbers, made_config_start),
        cmocka_unit_test_setup(test_wrong_numbers, made_config_start),
        cmocka_unit_test_setup(test_names, made_config_start),
        cmocka_unit_test_setup(test_ignored_keys, made_config_start),
        cmocka_unit_test_setup(test_long_paths, made_config_start),
        cmocka_unit_test_setup(test_absurd_modules, made_config_start),
        cmocka_unit_test_setup(test_many_options, made_config_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
