/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

#define ENTRY_FILE  "/loader/entries/x.conf"
#define LOADER_FILE "/loader/loader.conf"
#define TEXT(literal)                                                                                                  \
    (struct text)                                                                                                      \
    {                                                                                                                  \
        literal, sizeof(literal) - 1                                                                                   \
    }

/* ---- what each test starts with ---- */

static uint8_t room[512 * 1024];
static struct arena arena;
static struct error error;
static struct entry entry;
static struct loader_config config;
static char logged[64 * 1024];
static unsigned logged_lines;

static void keep_line(void *context, enum log_level level, struct text line)
{
    size_t length = strlen(logged);

    (void)context;
    (void)level; /* the line begins with it */
    assert_true(length + line.length < sizeof(logged));
    memcpy(logged + length, line.data, line.length);
    logged[length + line.length] = '\0';
    logged_lines++;
}

static void forget_log(void)
{
    logged[0] = '\0';
    logged_lines = 0;
}

static int setup(void **state)
{
    const struct log_sink sink = {keep_line, NULL, LOG_DEBUG};

    (void)state;
    log_reset();
    log_add(&sink);
    forget_log();
    memset(room, 0xaa, sizeof(room));
    arena = (struct arena){room, sizeof(room), 0};
    memset(&error, 0, sizeof(error));
    memset(&entry, 0xaa, sizeof(entry));
    memset(&config, 0xaa, sizeof(config));
    return 0;
}

/* The parser gets a copy as long as the text, and it is gone before the result is looked at. */
static enum status parse_entry_named(const char *file, struct text text)
{
    char *exact = malloc(text.length + 1), *path = malloc(strlen(file) + 1);
    enum status status;

    assert_non_null(exact);
    assert_non_null(path);
    strcpy(path, file);
    memcpy(exact + 1, text.data, text.length);
    status = config_parse_entry(path, (struct text){exact + 1, text.length}, &arena, &entry, &error);
    free(path);
    free(exact);
    return status;
}

static void parse_entry(const char *text)
{
    enum status status = parse_entry_named(ENTRY_FILE, text_of(text));

    if (status != STATUS_OK)
        fail_msg("%d: %s", status, error.text);
}

static enum status parse_loader_text(struct text text)
{
    char *exact = malloc(text.length + 1);
    enum status status;

    assert_non_null(exact);
    memcpy(exact + 1, text.data, text.length);
    status = config_parse_loader(LOADER_FILE, (struct text){exact + 1, text.length}, &arena, &config, &error);
    free(exact);
    return status;
}

static void parse_loader(const char *text)
{
    enum status status = parse_loader_text(text_of(text));

    if (status != STATUS_OK)
        fail_msg("%d: %s", status, error.text);
}

/* The whole message, results untouched, and the room given back. */
static void check_refused(struct text text, const char *message)
{
    uint8_t untouched[sizeof(entry)];
    size_t used = arena.used;

    memset(untouched, 0xaa, sizeof(untouched));
    memset(&entry, 0xaa, sizeof(entry));
    memset(&error, 0, sizeof(error));
    assert_int_equal(parse_entry_named(ENTRY_FILE, text), STATUS_INVALID);
    assert_string_equal(error.text, message);
    assert_memory_equal(&entry, untouched, sizeof(entry));
    assert_int_equal(arena.used, used);
}

static void check_loader_refused(struct text text, const char *message)
{
    uint8_t untouched[sizeof(config)];
    size_t used = arena.used;

    memset(untouched, 0xaa, sizeof(untouched));
    memset(&config, 0xaa, sizeof(config));
    memset(&error, 0, sizeof(error));
    assert_int_equal(parse_loader_text(text), STATUS_INVALID);
    assert_string_equal(error.text, message);
    assert_memory_equal(&config, untouched, sizeof(config));
    assert_int_equal(arena.used, used);
}

static char *repeat(const char *unit, size_t count)
{
    size_t length = strlen(unit);
    char *text = malloc(length * count + 1);

    assert_non_null(text);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * length, unit, length);
    text[length * count] = '\0';
    return text;
}

/* ---- entries ---- */

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
    assert_string_equal(entry.file, ENTRY_FILE);
    assert_string_equal(entry.id, "x.conf");
    assert_string_equal(entry.title, "My system");
    assert_string_equal(entry.version, "1.2-3");
    assert_string_equal(entry.machine_id, "4098b3f648d74c13b1f04ccfba7798e8");
    assert_string_equal(entry.sort_key, "mine");
    assert_string_equal(entry.architecture, "x64");
    assert_int_equal(entry.kernel_key, ENTRY_KERNEL_LINUX);
    assert_string_equal(entry.kernel, "/boot/kernel.elf");
    assert_string_equal(entry.options, "root=/dev/sda1 quiet debug");
    assert_int_equal(entry.module_count, 2);
    assert_string_equal(entry.modules[0].path, "/boot/initrd.img");
    assert_string_equal(entry.modules[0].name, "/boot/initrd.img");
    assert_string_equal(entry.modules[0].command_line, "");
    assert_string_equal(entry.modules[1].path, "/boot/table.bin");
    assert_string_equal(entry.modules[1].name, "/boot/table.bin");
    assert_string_equal(entry.modules[1].command_line, "one  two");
    assert_true(entry.has_load_address);
    assert_int_equal(entry.load_address, 0x200000);
    assert_true(entry.has_entry_offset);
    assert_int_equal(entry.entry_offset, 0x40);
    assert_true(entry.has_memory_size);
    assert_int_equal(entry.memory_size, 0x10000);
    assert_true(entry.has_log_level);
    assert_int_equal(entry.log_level, LOG_DEBUG);
    assert_false(entry.has_tries);
    assert_string_equal(logged, "");
    assert_string_equal(error.text, "");
}

static void check_nothing(void)
{
    assert_string_equal(entry.file, ENTRY_FILE);
    assert_string_equal(entry.id, "x.conf");
    assert_null(entry.title);
    assert_null(entry.version);
    assert_null(entry.machine_id);
    assert_null(entry.sort_key);
    assert_null(entry.architecture);
    assert_int_equal(entry.kernel_key, ENTRY_KERNEL_NONE);
    assert_null(entry.kernel);
    assert_string_equal(entry.options, "");
    assert_int_equal(entry.module_count, 0);
    assert_false(entry.has_load_address);
    assert_false(entry.has_entry_offset);
    assert_false(entry.has_memory_size);
    assert_false(entry.has_log_level);
    assert_false(entry.has_tries);
    assert_string_equal(logged, "");
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
    assert_int_equal(config_parse_entry(ENTRY_FILE, (struct text){NULL, 0}, &arena, &entry, &error), STATUS_OK);
    check_nothing();
}

/* Line ends, blanks and the byte order mark, as editors leave them. */
static void test_layout(void **state)
{
    static const char *const texts[] = {
        "title A b\nlinux /k\noptions c\n",
        "title A b\nlinux /k\noptions c",
        "title A b\r\nlinux /k\r\noptions c\r\n",
        "title A b\r\nlinux /k\r\noptions c\r",
        "\xef\xbb\xbftitle A b\nlinux /k\noptions c\n",
        "\xef\xbb\xbf# c\r\n\r\ntitle A b\r\nlinux /k\r\noptions c\r\n",
        " \ttitle\t A b \t\n\tlinux\t\t/k\t\n  options   c  \n\n",
        "options c\noptions\noptions  \nlinux /k\n\n#\ntitle A b",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        parse_entry(texts[i]);
        assert_string_equal(entry.title, "A b");
        assert_string_equal(entry.kernel, "/k");
        assert_string_equal(entry.options, "c");
        assert_string_equal(logged, "");
    }
}

/* A value is the rest of its line, as it stands. */
static void test_values_are_literal(void **state)
{
    (void)state;
    parse_entry("title \"Quoted\" # no comment \\n $x\noptions a\tb  c='d e'\nversion \xc3\xa4\xff\n"
                "linux /EFI/my kernel+1.elf\nmodule /m # x\n");
    assert_string_equal(entry.title, "\"Quoted\" # no comment \\n $x");
    assert_string_equal(entry.options, "a\tb  c='d e'");
    assert_string_equal(entry.version, "\xc3\xa4\xff");
    assert_string_equal(entry.kernel, "/EFI/my kernel+1.elf");
    assert_string_equal(entry.modules[0].command_line, "# x");
}

static void test_kernel_keys(void **state)
{
    (void)state;
    parse_entry("linux /k");
    assert_int_equal(entry.kernel_key, ENTRY_KERNEL_LINUX);
    parse_entry("kernel /k");
    assert_int_equal(entry.kernel_key, ENTRY_KERNEL_KERNEL);
    assert_string_equal(entry.kernel, "/k");
    parse_entry("efi /k");
    assert_int_equal(entry.kernel_key, ENTRY_KERNEL_EFI);
    assert_string_equal(entry.kernel, "/k");
    check_refused(TEXT("linux /k\n\nkernel /k\n"),
                  ENTRY_FILE ":3: 'kernel' is given, and 'linux' above it. An entry names one kernel: take one of the "
                             "lines out.");
    check_refused(TEXT("efi /k\nlinux /k\n"),
                  ENTRY_FILE ":2: 'linux' is given, and 'efi' above it. An entry names one kernel: take one of the "
                             "lines out.");
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
    };
    static const char *const refused[] = {"/",     "\\",   "//k",     "/boot//k", "/boot/", "boot/", "..",
                                          "/../k", "a/..", "/a/../b", "a\\..\\b", ".",      "/./k",  "/a/."};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        parse_entry(rows[i].text);
        assert_string_equal(entry.kernel, rows[i].path);
    }
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        char text[64], message[256], shown[32];

        snprintf(shown, sizeof(shown), "%s%s", strchr("/\\", refused[i][0]) ? "" : "/", refused[i]);
        for (char *c = shown; *c != '\0'; c++)
            *c = *c == '\\' ? '/' : *c;
        snprintf(text, sizeof(text), "title t\nmodule %s", refused[i]);
        snprintf(message, sizeof(message),
                 ENTRY_FILE
                 ":2: the path %s has an empty, '.' or '..' part. Write it out from the root of this volume.",
                 shown);
        check_refused(text_of(text), message);
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
    assert_int_equal(entry.module_count, 4);
    assert_string_equal(entry.modules[0].path, "/b");
    assert_string_equal(entry.modules[0].name, "/b");
    assert_string_equal(entry.modules[0].command_line, "a");
    assert_string_equal(entry.modules[1].path, "/c");
    assert_string_equal(entry.modules[1].command_line, "d");
    assert_string_equal(entry.modules[2].path, "/b");
    assert_string_equal(entry.modules[2].command_line, "");
    assert_string_equal(entry.modules[3].path, "/e/f");
    assert_string_equal(entry.modules[3].command_line, "--g=\"h i\" j");
    assert_string_equal(logged, "");
    check_refused(TEXT("linux k\nmodule\n"),
                  ENTRY_FILE ":2: 'module' names no file. Expected: module PATH, from the root of this volume.");
}

static void test_numbers(void **state)
{
    (void)state;
    parse_entry("load-address 0\nentry-offset 0\nmemory-size 0xffffffffffffffff");
    assert_true(entry.has_load_address && entry.has_entry_offset && entry.has_memory_size);
    assert_int_equal(entry.load_address, 0);
    assert_int_equal(entry.entry_offset, 0);
    assert_true(entry.memory_size == UINT64_MAX);
    parse_entry("load-address 0x100000\nentry-offset 1k\n");
    assert_int_equal(entry.load_address, 0x100000);
    assert_int_equal(entry.entry_offset, 1024);
    assert_false(entry.has_memory_size);
    parse_entry("load-address 1M\nload-address 0xfffffffffffff000");
    assert_true(entry.load_address == 0xfffffffffffff000);
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

static void test_levels(void **state)
{
    static const struct {
        const char *name;
        enum log_level level;
    } rows[] = {{"error", LOG_ERROR}, {"warning", LOG_WARNING}, {"info", LOG_INFO},
                {"debug", LOG_DEBUG}, {"emerg", LOG_ERROR},     {"alert", LOG_ERROR},
                {"crit", LOG_ERROR},  {"err", LOG_ERROR},       {"notice", LOG_INFO}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[64];

        snprintf(text, sizeof(text), "log-level %s", rows[i].name);
        parse_entry(text);
        assert_true(entry.has_log_level);
        assert_int_equal(entry.log_level, rows[i].level);
        parse_loader(text);
        assert_true(config.has_log_level);
        assert_int_equal(config.log_level, rows[i].level);
    }
    check_refused(TEXT("log-level loud"),
                  ENTRY_FILE ":1: log-level 'loud' is not known. Expected: error, warning, info or debug.");
    check_refused(TEXT("log-level"),
                  ENTRY_FILE ":1: log-level '' is not known. Expected: error, warning, info or debug.");
    check_loader_refused(TEXT("timeout 3\nlog-level Debug"),
                         LOADER_FILE ":2: log-level 'Debug' is not known. Expected: error, warning, info or debug.");
}

/* ---- what the file name says ---- */

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
        assert_string_equal(entry.file, rows[i].file);
        assert_string_equal(entry.id, rows[i].id);
        assert_int_equal(entry.has_tries, rows[i].has_tries);
        assert_int_equal(entry.tries_left, rows[i].left);
        assert_int_equal(entry.tries_done, rows[i].done);
    }
}

/* ---- loader.conf ---- */

static void test_loader(void **state)
{
    (void)state;
    parse_loader("");
    assert_null(config.default_pattern);
    assert_false(config.has_log_level);
    parse_loader("\xef\xbb\xbf# how to boot\r\n\r\ndefault  arch-*.conf \r\nlog-level info\r\n");
    assert_string_equal(config.default_pattern, "arch-*.conf");
    assert_true(config.has_log_level);
    assert_int_equal(config.log_level, LOG_INFO);
    assert_string_equal(logged, "");
}

/* What begins with '@' is no pattern; one such word is known. */
static void test_loader_special_default(void **state)
{
    (void)state;
    parse_loader("default arch\ndefault @last\n");
    assert_string_equal(config.default_pattern, "arch");
    assert_false(config.default_is_saved);
    assert_non_null(strstr(logged, "warning: " LOADER_FILE ":2: 'default @last' is not supported"));
    forget_log();
    parse_loader("default @saved\ndefault @SAVED\ndefault\n");
    assert_null(config.default_pattern);
    assert_true(config.default_is_saved);
    assert_non_null(strstr(logged, "warning: " LOADER_FILE ":2: 'default @SAVED' is not supported"));
    assert_non_null(strstr(logged, "warning: " LOADER_FILE ":3: 'default' has no value"));
    parse_loader("default arch\ndefault @saved\n");
    assert_null(config.default_pattern);
    assert_true(config.default_is_saved);
    parse_loader("default @saved\ndefault arch\n");
    assert_string_equal(config.default_pattern, "arch");
    assert_false(config.default_is_saved);
}

/* ---- remarks ---- */

static void test_unknown_keys(void **state)
{
    (void)state;
    parse_entry("linux /k\nfrobnicate 3\nLinux /other\ninitrd=/x\ndefault x\n");
    assert_string_equal(entry.kernel, "/k");
    assert_string_equal(logged, "warning: " ENTRY_FILE ":2: unknown key 'frobnicate', so the line does nothing\n"
                                "warning: " ENTRY_FILE ":3: unknown key 'Linux': keys are lower case, 'linux'\n"
                                "warning: " ENTRY_FILE ":4: unknown key 'initrd=/x', so the line does nothing\n"
                                "warning: " ENTRY_FILE ":5: unknown key 'default', so the line does nothing\n");
    forget_log();
    parse_loader("title x\nDEFAULT arch\n\"default\" x\n");
    assert_null(config.default_pattern);
    assert_string_equal(logged, "warning: " LOADER_FILE ":1: unknown key 'title', so the line does nothing\n"
                                "warning: " LOADER_FILE ":2: unknown key 'DEFAULT': keys are lower case, 'default'\n"
                                "warning: " LOADER_FILE ":3: unknown key '\"default\"', so the line does nothing\n");
}

/* Long keys are cut. */
static void test_unknown_long_key(void **state)
{
    char *key = repeat("k", 4000);

    (void)state;
    parse_entry(key);
    key[64] = '\0';
    assert_non_null(strstr(logged, key));
    assert_true(strlen(logged) < 200);
    free(key);
}

static void test_ignored_keys(void **state)
{
    static const char *const entry_keys[] = {
        "devicetree", "devicetree-overlay", "uki",         "uki-url",    "profile", "extra",
        "grub_arg",   "grub_class",         "grub_hotkey", "grub_users", "id",
    };
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
    for (size_t i = 0; i < sizeof(entry_keys) / sizeof(entry_keys[0]); i++) {
        forget_log();
        snprintf(text, sizeof(text), "%s a\n%s\n", entry_keys[i], entry_keys[i]);
        snprintf(line, sizeof(line), "info: " ENTRY_FILE ":1: '%s' does nothing in this boot loader\n", entry_keys[i]);
        parse_entry(text);
        assert_int_equal(entry.kernel_key, ENTRY_KERNEL_NONE);
        assert_int_equal(logged_lines, 2);
        assert_memory_equal(logged, line, strlen(line));
    }
    for (size_t i = 0; i < sizeof(loader_keys) / sizeof(loader_keys[0]); i++) {
        forget_log();
        snprintf(text, sizeof(text), "%s a\n", loader_keys[i]);
        snprintf(line, sizeof(line), "info: " LOADER_FILE ":1: '%s' does nothing in this boot loader\n",
                 loader_keys[i]);
        parse_loader(text);
        assert_string_equal(logged, line);
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
        {.text = "", .menu = INTERFACE_MENU_HIDDEN},
        {.text = "timeout 5", .menu = INTERFACE_MENU_TIMED, .seconds = 5},
        {.text = "timeout 0", .menu = INTERFACE_MENU_HIDDEN},
        {.text = "timeout menu-force", .menu = INTERFACE_MENU_FORCED},
        {.text = "timeout menu-hidden", .menu = INTERFACE_MENU_HIDDEN},
        {.text = "timeout menu-disabled", .menu = INTERFACE_MENU_DISABLED},
        {.text = "timeout -1",
         .menu = INTERFACE_MENU_HIDDEN,
         .said = ":1: timeout '-1' is not known, so the line does nothing. Expected: seconds, menu-force, menu-hidden "
                 "or menu-disabled."},
        {.text = "editor no", .menu = INTERFACE_MENU_HIDDEN, .no_editor = true},
        {.text = "editor 1", .menu = INTERFACE_MENU_HIDDEN},
        {.text = "editor maybe",
         .menu = INTERFACE_MENU_HIDDEN,
         .said = ":1: editor 'maybe' is not known, so the line does nothing. Expected: yes or no."},
        {.text = "auto-entries off", .menu = INTERFACE_MENU_HIDDEN, .no_auto_entries = true},
        {.text = "auto-firmware F", .menu = INTERFACE_MENU_HIDDEN, .no_auto_firmware = true},
        {.text = "auto-reboot yes", .menu = INTERFACE_MENU_HIDDEN, .auto_reboot = true},
        {.text = "auto-poweroff On", .menu = INTERFACE_MENU_HIDDEN, .auto_poweroff = true},
        {.text = "auto-poweroff o",
         .menu = INTERFACE_MENU_HIDDEN,
         .said = ":1: auto-poweroff 'o' is not known, so the line does nothing. Expected: yes or no."},
        {.text = "console-mode keep", .menu = INTERFACE_MENU_HIDDEN, .console = CONFIG_CONSOLE_KEEP},
        {.text = "console-mode max", .menu = INTERFACE_MENU_HIDDEN, .console = CONFIG_CONSOLE_MAX},
        {.text = "console-mode auto", .menu = INTERFACE_MENU_HIDDEN, .console = CONFIG_CONSOLE_AUTO},
        {.text = "console-mode 2",
         .menu = INTERFACE_MENU_HIDDEN,
         .console = CONFIG_CONSOLE_NUMBER,
         .console_number = 2},
        {.text = "console-mode large",
         .menu = INTERFACE_MENU_HIDDEN,
         .said = ":1: console-mode 'large' is not known, so the line does nothing. Expected: a mode's number, auto, "
                 "max or keep."},
        {.text = "console-mode 2147483648",
         .menu = INTERFACE_MENU_HIDDEN,
         .said = ":1: console-mode '2147483648' is not known"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        forget_log();
        parse_loader(rows[i].text);
        if (config.timeout.menu != rows[i].menu || config.timeout.seconds != rows[i].seconds ||
            config.no_editor != rows[i].no_editor || config.no_auto_entries != rows[i].no_auto_entries ||
            config.no_auto_firmware != rows[i].no_auto_firmware || config.auto_reboot != rows[i].auto_reboot ||
            config.auto_poweroff != rows[i].auto_poweroff || config.console != rows[i].console ||
            config.console_number != rows[i].console_number)
            fail_msg("%s", rows[i].text);
        if (!rows[i].said)
            assert_string_equal(logged, "");
        else
            assert_non_null(strstr(logged, rows[i].said));
    }
}

static void test_duplicates(void **state)
{
    static const char *const lines[] = {
        "title a", "version a",       "machine-id a",  "sort-key a",      "architecture a", "linux a",   "kernel a",
        "efi a",   "load-address 1M", "memory-size 1", "entry-offset 1M", "log-level info", "options a", "module a"};
    const size_t single = sizeof(lines) / sizeof(lines[0]) - 2;

    (void)state;
    parse_entry("title a\ntitle b\nlinux /a\nload-address 1M\nlinux /b\nload-address 2M\ntitle c\n");
    assert_string_equal(entry.title, "c");
    assert_string_equal(entry.kernel, "/b");
    assert_int_equal(entry.load_address, 0x200000);
    assert_string_equal(logged, "warning: " ENTRY_FILE ":2: 'title' has been given before: the last one counts\n"
                                "warning: " ENTRY_FILE ":5: 'linux' has been given before: the last one counts\n"
                                "warning: " ENTRY_FILE ":6: 'load-address' has been given before: the last one counts\n"
                                "warning: " ENTRY_FILE ":7: 'title' has been given before: the last one counts\n");
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char text[64];

        forget_log();
        snprintf(text, sizeof(text), "%s\n%s\n", lines[i], lines[i]);
        parse_entry(text);
        assert_int_equal(logged_lines, i < single ? 1 : 0);
    }
    forget_log();
    parse_loader("log-level info\nlog-level debug\n");
    assert_int_equal(config.log_level, LOG_DEBUG);
    assert_int_equal(logged_lines, 1);
    forget_log();
    parse_loader("default a\ndefault b\n");
    assert_string_equal(config.default_pattern, "b");
    assert_string_equal(logged, "warning: " LOADER_FILE ":2: 'default' has been given before: the last one counts\n");
}

static void test_missing_values(void **state)
{
    (void)state;
    parse_entry("sort-key mine\nsort-key \ntitle\t\n");
    assert_string_equal(entry.sort_key, "mine");
    assert_null(entry.title);
    assert_string_equal(logged, "warning: " ENTRY_FILE ":2: 'sort-key' has no value, so the line does nothing\n"
                                "warning: " ENTRY_FILE ":3: 'title' has no value, so the line does nothing\n");
    forget_log();
    parse_loader("default");
    assert_null(config.default_pattern);
    assert_string_equal(logged, "warning: " LOADER_FILE ":1: 'default' has no value, so the line does nothing\n");
}

/* A console that is slow to write must not be given thousands of lines. */
static void test_remarks_end(void **state)
{
    static const char *const units[] = {"a\n",       "beep\n",      "title\n",     "Title\n",
                                        "title x\n", "profile x\n", "default @x\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        char *text = repeat(units[i], 60000 / strlen(units[i]));

        forget_log();
        parse_entry(text);
        assert_true(logged_lines == 17);
        assert_non_null(strstr(logged, ": and so on"));
        forget_log();
        parse_loader(text);
        assert_true(logged_lines == 17);
        free(text);
        arena.used = 0;
    }
}

/* ---- what is no configuration ---- */

static void test_binary(void **state)
{
    (void)state;
    check_refused(TEXT("linux k\ntitle a\0b\n"),
                  ENTRY_FILE ":2: byte 0x00 does not belong in a text. Write the file anew, as plain UTF-8.");
    check_refused(TEXT("\0"),
                  ENTRY_FILE ":1: byte 0x00 does not belong in a text. Write the file anew, as plain UTF-8.");
    check_refused(TEXT("linux k\n# \x1b[31m"),
                  ENTRY_FILE ":2: byte 0x1b does not belong in a text. Write the file anew, as plain UTF-8.");
    check_refused(TEXT("linux k\x7f"),
                  ENTRY_FILE ":1: byte 0x7f does not belong in a text. Write the file anew, as plain UTF-8.");
    check_refused(TEXT("linux k\rtitle t"),
                  ENTRY_FILE ":1: byte 0x0d does not belong in a text. Write the file anew, as plain UTF-8.");
    check_refused(TEXT("\x7f"
                       "ELF\x02\x01\x01"),
                  ENTRY_FILE ":1: byte 0x7f does not belong in a text. Write the file anew, as plain UTF-8.");
    check_refused(TEXT("\xff\xfel\0i\0"), ENTRY_FILE ":1: the file is UTF-16. Save it as UTF-8.");
    check_loader_refused(TEXT("\xfe\xff\0l\0i"), LOADER_FILE ":1: the file is UTF-16. Save it as UTF-8.");
    check_loader_refused(TEXT("default \x01"),
                         LOADER_FILE ":1: byte 0x01 does not belong in a text. Write the file anew, as plain UTF-8.");
}

static void test_absurd_sizes(void **state)
{
    char *file = repeat("\n", CONFIG_FILE_MAX + 1), *line = repeat("x", CONFIG_LINE_MAX + 3);

    (void)state;
    assert_int_equal(parse_entry_named(ENTRY_FILE, (struct text){file, CONFIG_FILE_MAX}), STATUS_OK);
    check_nothing();
    arena.used = 0;
    check_refused((struct text){file, CONFIG_FILE_MAX + 1}, ENTRY_FILE
                  ": the file has more than 65536 bytes, which no configuration needs. Is it the right file?");
    check_loader_refused((struct text){file, CONFIG_FILE_MAX + 1}, LOADER_FILE
                         ": the file has more than 65536 bytes, which no configuration needs. Is it the right file?");

    memcpy(line, "\noptions ", 9);
    assert_int_equal(parse_entry_named(ENTRY_FILE, (struct text){line, CONFIG_LINE_MAX + 1}), STATUS_OK);
    assert_int_equal(strlen(entry.options), CONFIG_LINE_MAX - 8);
    check_refused((struct text){line, CONFIG_LINE_MAX + 2},
                  ENTRY_FILE ":2: the line has 4097 bytes; at most 4096 are read. Long options can stand on several "
                             "'options' lines.");
    free(file);
    free(line);
}

/* Longer than FAT has them, and than a message that names it can be. */
static void test_long_paths(void **state)
{
    static const char *const keys[] = {"linux", "kernel", "efi", "module"};

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
    assert_int_equal(entry.module_count, CONFIG_MODULES_MAX);
    assert_string_equal(entry.modules[CONFIG_MODULES_MAX - 1].path, "/a");
    arena.used = 0;
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
    assert_int_equal(strlen(entry.options), 2 * 6553 - 1);
    assert_memory_equal(entry.options, "a a a", 5);
    free(text);
}

/* ---- room ---- */

/* With every size of arena up to what suffices: NEED_ROOM, nothing said, nothing written behind the end; then success.
 */
static void test_room(void **state)
{
    static const char text[] = "linux /k\nmodule /m a\nmodule /n\nmodule o\nmodule p\nmodule q\nmodule r\n"
                               "options a b c\noptions d\nfrobnicate\ntitle t\n";
    const size_t enough = 2 * (sizeof(text) - 1 + strlen("x.conf")) + 24 * 6 + 128;
    size_t least = 0;

    (void)state;
    for (size_t size = 0; size <= enough; size++) {
        /* At an odd address, and with something in it. */
        uint8_t *base = malloc(size + 2);
        struct arena small = {base + 1, size + 1, 1};
        enum status status;

        assert_non_null(base);
        forget_log();
        memset(&error, 0, sizeof(error));
        status = config_parse_entry("x.conf", text_of(text), &small, &entry, &error);
        if (status == STATUS_OK) {
            if (least == 0)
                least = size;
            assert_string_equal(entry.file, "x.conf");
            assert_string_equal(entry.id, "x.conf");
            assert_string_equal(entry.options, "a b c d");
            assert_string_equal(entry.modules[5].path, "/r");
            assert_int_equal(logged_lines, 1);
        } else {
            assert_int_equal(status, STATUS_NEED_ROOM);
            assert_int_equal(least, 0);
            assert_int_equal(small.used, 1);
            assert_string_equal(error.text, "x.conf: there is not enough room to read it.");
            assert_int_equal(logged_lines, 0);
        }
        free(base);
    }
    assert_true(least > sizeof(text));

    arena = (struct arena){NULL, 0, 0};
    assert_int_equal(config_parse_loader(LOADER_FILE, TEXT("default x"), &arena, &config, &error), STATUS_NEED_ROOM);
    assert_string_equal(error.text, LOADER_FILE ": there is not enough room to read it.");
}

/* ---- anything ---- */

static uint32_t random_state;

static uint32_t next_random(uint32_t below)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % below;
}

static void check_path(const char *path)
{
    assert_true(path[0] == '/' && path[1] != '\0');
    assert_null(strstr(path, "//"));
    assert_null(strstr(path, "/../"));
    assert_null(strchr(path, '\\'));
}

/* Words of the format in any order, and bytes of all kinds: no crash, no bad read, and results that hold what is
 * promised. */
static void test_any_text(void **state)
{
    static const char *const words[] = {
        "linux",     "kernel",   "efi",     "module",  "options", "title",  "load-address",
        "log-level", "sort-key", "default", "timeout", "initrd",  "#",      "\n",
        "\n",        "\n",       "\r\n",    " ",       "\t",      " ",      "/a/b",
        "\\",        "..",       "0x1000",  "1M",      "debug",   "@saved", "\xef\xbb\xbf",
    };

    (void)state;
    random_state = 7;
    log_reset();
    for (unsigned round = 0; round < 20000; round++) {
        char text[256];
        size_t length = 0;

        for (unsigned parts = next_random(24); parts > 0; parts--) {
            const char *word = words[next_random(sizeof(words) / sizeof(words[0]))];

            if (next_random(40) == 0)
                text[length++] = (char)next_random(256);
            memcpy(text + length, word, strlen(word));
            length += strlen(word);
            if (next_random(2) == 0)
                text[length++] = ' ';
            if (length > sizeof(text) - 32)
                break;
        }
        arena.used = 0;
        if (parse_entry_named(ENTRY_FILE, (struct text){text, length}) == STATUS_OK) {
            assert_true((entry.kernel_key == ENTRY_KERNEL_NONE) == (entry.kernel == NULL));
            if (entry.kernel)
                check_path(entry.kernel);
            for (size_t i = 0; i < entry.module_count; i++)
                check_path(entry.modules[i].path);
            assert_int_equal(entry.load_address % 4096, 0);
        } else {
            assert_non_null(strstr(error.text, ENTRY_FILE ":"));
        }
        if (parse_loader_text((struct text){text, length}) == STATUS_OK && config.default_pattern)
            assert_true(config.default_pattern[0] != '\0' && config.default_pattern[0] != '@');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_everything, setup),
        cmocka_unit_test_setup(test_nothing, setup),
        cmocka_unit_test_setup(test_layout, setup),
        cmocka_unit_test_setup(test_values_are_literal, setup),
        cmocka_unit_test_setup(test_kernel_keys, setup),
        cmocka_unit_test_setup(test_paths, setup),
        cmocka_unit_test_setup(test_modules, setup),
        cmocka_unit_test_setup(test_numbers, setup),
        cmocka_unit_test_setup(test_wrong_numbers, setup),
        cmocka_unit_test_setup(test_levels, setup),
        cmocka_unit_test_setup(test_names, setup),
        cmocka_unit_test_setup(test_loader, setup),
        cmocka_unit_test_setup(test_loader_special_default, setup),
        cmocka_unit_test_setup(test_unknown_keys, setup),
        cmocka_unit_test_setup(test_unknown_long_key, setup),
        cmocka_unit_test_setup(test_ignored_keys, setup),
        cmocka_unit_test_setup(test_menu_keys, setup),
        cmocka_unit_test_setup(test_duplicates, setup),
        cmocka_unit_test_setup(test_missing_values, setup),
        cmocka_unit_test_setup(test_remarks_end, setup),
        cmocka_unit_test_setup(test_binary, setup),
        cmocka_unit_test_setup(test_absurd_sizes, setup),
        cmocka_unit_test_setup(test_long_paths, setup),
        cmocka_unit_test_setup(test_absurd_modules, setup),
        cmocka_unit_test_setup(test_many_options, setup),
        cmocka_unit_test_setup(test_room, setup),
        cmocka_unit_test_setup(test_any_text, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
