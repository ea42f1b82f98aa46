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

/* Line ends, blanks and the byte order mark, as editors leave them. */
static void test_layout(void **state)
{
    static const char *const texts[] = {
        "title A b\nlinux /k\noptions c\n",
        "title A b\nlinux /k\noptions c",
        "title A b\r\nlinux /k\r\noptions c\r\n",
        "title A b\r\nlinux /k\r\noptions c\r",
        "title A b\rlinux /k\r\roptions c",
        "\xef\xbb\xbftitle A b\nlinux /k\noptions c\n",
        "\xef\xbb\xbf# c\r\n\r\ntitle A b\r\nlinux /k\r\noptions c\r\n",
        " \ttitle\t A b \t\n\tlinux\t\t/k\t\n  options   c  \n\n",
        "options c\noptions\noptions  \nlinux /k\n\n#\ntitle A b",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        parse_entry(texts[i]);
        assert_string_equal(made.entry.title, "A b");
        assert_string_equal(made.entry.kernel, "/k");
        assert_string_equal(made.entry.options, "c");
        assert_string_equal(made.logged, "");
    }
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
        assert_true(made.entry.has_log_level);
        assert_int_equal(made.entry.log_level, rows[i].level);
        parse_loader(text);
        assert_true(made.loader.has_log_level);
        assert_int_equal(made.loader.log_level, rows[i].level);
    }
    check_refused(TEXT("log-level loud"),
                  ENTRY_FILE ":1: log-level 'loud' is not known. Expected: error, warning, info or debug.");
    check_refused(TEXT("log-level"),
                  ENTRY_FILE ":1: log-level '' is not known. Expected: error, warning, info or debug.");
    check_loader_refused(TEXT("timeout 3\nlog-level Debug"),
                         LOADER_FILE ":2: log-level 'Debug' is not known. Expected: error, warning, info or debug.");
}

static void test_unknown_keys(void **state)
{
    (void)state;
    parse_entry("linux /k\nfrobnicate 3\nLinux /other\ninitrd=/x\ndefault x\n");
    assert_string_equal(made.entry.kernel, "/k");
    assert_string_equal(made.logged, "warning: " ENTRY_FILE ":2: unknown key 'frobnicate', so the line does nothing\n"
                                     "warning: " ENTRY_FILE ":3: unknown key 'Linux': keys are lower case, 'linux'\n"
                                     "warning: " ENTRY_FILE ":4: unknown key 'initrd=/x', so the line does nothing\n"
                                     "warning: " ENTRY_FILE ":5: unknown key 'default', so the line does nothing\n");
    forget_log();
    parse_loader("title x\nDEFAULT arch\n\"default\" x\n");
    assert_null(made.loader.default_pattern);
    assert_string_equal(made.logged,
                        "warning: " LOADER_FILE ":1: unknown key 'title', so the line does nothing\n"
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
    assert_non_null(strstr(made.logged, key));
    assert_true(strlen(made.logged) < 200);
    free(key);
}

static void test_duplicates(void **state)
{
    static const char *const lines[] = {"title a",         "version a",      "machine-id a",    "sort-key a",
                                        "architecture a",  "linux a",        "kernel a",        "efi a",
                                        "uki a",           "uki-url a",      "load-address 1M", "memory-size 1",
                                        "entry-offset 1M", "log-level info", "options a",       "module a"};
    const size_t single = sizeof(lines) / sizeof(lines[0]) - 2;

    (void)state;
    parse_entry("title a\ntitle b\nlinux /a\nload-address 1M\nlinux /b\nload-address 2M\ntitle c\n");
    assert_string_equal(made.entry.title, "c");
    assert_string_equal(made.entry.kernel, "/b");
    assert_int_equal(made.entry.load_address, 0x200000);
    assert_string_equal(made.logged,
                        "warning: " ENTRY_FILE ":2: 'title' has been given before: the last one counts\n"
                        "warning: " ENTRY_FILE ":5: 'linux' has been given before: the last one counts\n"
                        "warning: " ENTRY_FILE ":6: 'load-address' has been given before: the last one counts\n"
                        "warning: " ENTRY_FILE ":7: 'title' has been given before: the last one counts\n");
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char text[64];

        forget_log();
        snprintf(text, sizeof(text), "%s\n%s\n", lines[i], lines[i]);
        parse_entry(text);
        assert_int_equal(made.logged_lines, i < single ? 1 : 0);
    }
    forget_log();
    parse_loader("log-level info\nlog-level debug\n");
    assert_int_equal(made.loader.log_level, LOG_DEBUG);
    assert_int_equal(made.logged_lines, 1);
    forget_log();
    parse_loader("default a\ndefault b\n");
    assert_string_equal(made.loader.default_pattern, "b");
    assert_string_equal(made.logged,
                        "warning: " LOADER_FILE ":2: 'default' has been given before: the last one counts\n");
}

static void test_missing_values(void **state)
{
    (void)state;
    parse_entry("sort-key mine\nsort-key \ntitle\t\n");
    assert_string_equal(made.entry.sort_key, "mine");
    assert_null(made.entry.title);
    assert_string_equal(made.logged, "warning: " ENTRY_FILE ":2: 'sort-key' has no value, so the line does nothing\n"
                                     "warning: " ENTRY_FILE ":3: 'title' has no value, so the line does nothing\n");
    forget_log();
    parse_loader("default");
    assert_null(made.loader.default_pattern);
    assert_string_equal(made.logged, "warning: " LOADER_FILE ":1: 'default' has no value, so the line does nothing\n");
}

/* A console that is slow to write must not be given thousands of lines. */
static void test_remarks_end(void **state)
{
    static const char *const units[] = {"a\n", "beep\n", "title\n", "Title\n", "title x\n", "id x\n", "default @x\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        char *text = repeat(units[i], 60000 / strlen(units[i]));

        forget_log();
        parse_entry(text);
        assert_true(made.logged_lines == 17);
        assert_non_null(strstr(made.logged, ": and so on"));
        forget_log();
        parse_loader(text);
        assert_true(made.logged_lines == 17);
        free(text);
        made.arena.used = 0;
    }
}

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
    made.arena.used = 0;
    check_refused((struct text){file, CONFIG_FILE_MAX + 1}, ENTRY_FILE
                  ": the file has more than 65536 bytes, which no configuration needs. Is it the right file?");
    check_loader_refused((struct text){file, CONFIG_FILE_MAX + 1}, LOADER_FILE
                         ": the file has more than 65536 bytes, which no configuration needs. Is it the right file?");

    memcpy(line, "\noptions ", 9);
    assert_int_equal(parse_entry_named(ENTRY_FILE, (struct text){line, CONFIG_LINE_MAX + 1}), STATUS_OK);
    assert_int_equal(strlen(made.entry.options), CONFIG_LINE_MAX - 8);
    check_refused((struct text){line, CONFIG_LINE_MAX + 2},
                  ENTRY_FILE ":2: the line has 4097 bytes; at most 4096 are read. Long options can stand on several "
                             "'options' lines.");
    free(file);
    free(line);
}

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
        memset(&made.error, 0, sizeof(made.error));
        status = config_parse_entry("x.conf", text_of(text), &small, &made.entry, &made.error);
        if (status == STATUS_OK) {
            if (least == 0)
                least = size;
            assert_string_equal(made.entry.file, "x.conf");
            assert_string_equal(made.entry.id, "x.conf");
            assert_string_equal(made.entry.options, "a b c d");
            assert_string_equal(made.entry.modules[5].path, "/r");
            assert_int_equal(made.logged_lines, 1);
        } else {
            assert_int_equal(status, STATUS_NEED_ROOM);
            assert_int_equal(least, 0);
            assert_int_equal(small.used, 1);
            assert_string_equal(made.error.text, "x.conf: there is not enough room to read it.");
            assert_int_equal(made.logged_lines, 0);
        }
        free(base);
    }
    assert_true(least > sizeof(text));

    made.arena = (struct arena){NULL, 0, 0};
    assert_int_equal(config_parse_loader(LOADER_FILE, TEXT("default x"), &made.arena, &made.loader, &made.error),
                     STATUS_NEED_ROOM);
    assert_string_equal(made.error.text, LOADER_FILE ": there is not enough room to read it.");
}

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
        "linux",    "kernel",  "efi",     "module", "options", "title", "load-address", "log-level",
        "sort-key", "default", "timeout", "initrd", "#",       "\n",    "\n",           "\n",
        "\r\n",     " ",       "\t",      " ",      "/a/b",    "uki",   "uki-url",      "profile",
        "1",        "\\",      "..",      "0x1000", "1M",      "debug", "@saved",       "\xef\xbb\xbf",
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
        made.arena.used = 0;
        if (parse_entry_named(ENTRY_FILE, (struct text){text, length}) == STATUS_OK) {
            assert_true((made.entry.kernel_key == ENTRY_KERNEL_NONE) == (made.entry.kernel == NULL));
            if (made.entry.kernel && made.entry.kernel_key != ENTRY_KERNEL_URL)
                check_path(made.entry.kernel);
            for (size_t i = 0; i < made.entry.module_count; i++)
                check_path(made.entry.modules[i].path);
            assert_int_equal(made.entry.load_address % 4096, 0);
        } else {
            assert_non_null(strstr(made.error.text, ENTRY_FILE ":"));
        }
        if (parse_loader_text((struct text){text, length}) == STATUS_OK && made.loader.default_pattern)
            assert_true(made.loader.default_pattern[0] != '\0' && made.loader.default_pattern[0] != '@');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_layout, made_config_start),
        cmocka_unit_test_setup(test_levels, made_config_start),
        cmocka_unit_test_setup(test_unknown_keys, made_config_start),
        cmocka_unit_test_setup(test_unknown_long_key, made_config_start),
        cmocka_unit_test_setup(test_duplicates, made_config_start),
        cmocka_unit_test_setup(test_missing_values, made_config_start),
        cmocka_unit_test_setup(test_remarks_end, made_config_start),
        cmocka_unit_test_setup(test_binary, made_config_start),
        cmocka_unit_test_setup(test_absurd_sizes, made_config_start),
        cmocka_unit_test_setup(test_room, made_config_start),
        cmocka_unit_test_setup(test_any_text, made_config_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
