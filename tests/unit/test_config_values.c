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
#include "config_values.h"

#define UNTOUCHED 0xaaaaaaaaU

static char logged[4096];

static void keep_line(void *context, enum log_level level, struct text line)
{
    size_t used = strlen(logged);

    (void)context;
    (void)level;
    snprintf(logged + used, sizeof(logged) - used, "%.*s", (int)line.length, line.data);
}

static int setup(void **state)
{
    const struct log_sink sink = {keep_line, NULL, LOG_DEBUG};

    (void)state;
    log_reset();
    log_add(&sink);
    logged[0] = '\0';
    return 0;
}

/* A copy without a byte behind it, so that reading on is caught. */
static char *exact_copy(const char *string, struct text *ret_text)
{
    size_t length = strlen(string);
    char *copy = malloc(length + (length == 0));

    assert_non_null(copy);
    memcpy(copy, string, length);
    *ret_text = (struct text){copy, length};
    return copy;
}

static bool read_size(const char *string, uint32_t *ret_width, uint32_t *ret_height)
{
    struct text text;
    char *copy = exact_copy(string, &text);
    bool good = config_size(text, ret_width, ret_height);

    free(copy);
    return good;
}

static void test_sizes(void **state)
{
    static const struct {
        const char *text;
        uint32_t width, height;
    } sizes[] = {{"1024x768", 1024, 768},       {"1920X1080", 1920, 1080}, {"1x1", 1, 1},
                 {"65535x65535", 65535, 65535}, {"0800x0600", 800, 600},   {"10x2", 10, 2}};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        uint32_t width = UNTOUCHED, height = UNTOUCHED;

        assert_true(read_size(sizes[i].text, &width, &height));
        assert_int_equal(width, sizes[i].width);
        assert_int_equal(height, sizes[i].height);
    }
}

static void test_wrong_sizes(void **state)
{
    static const char *const wrong[] = {
        "",        "x",         "1024",        "1024x",     "x768",         "0x768",        "1024x0",
        "65536x1", "1x65536",   "1024x768x32", "1024*768",  "1024 x 768",   "-1x5",         "+1x5",
        "0x10x5",  "5x0x10",    "1024xx768",   "1024x768 ", "4294967297x1", "1x4294967297", "18446744073709551617x1",
        "on",      "1024x768K", "1024\327768",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        uint32_t width = UNTOUCHED, height = UNTOUCHED;

        if (read_size(wrong[i], &width, &height))
            fail_msg("'%s' was taken for %ux%u", wrong[i], width, height);
        assert_int_equal(width, UNTOUCHED);
        assert_int_equal(height, UNTOUCHED);
    }
}

static bool read_kaslr(const char *string, enum entry_kaslr *ret_kaslr, uint64_t *ret_seed)
{
    struct text text;
    char *copy = exact_copy(string, &text);
    bool good = config_kaslr(text, ret_kaslr, ret_seed);

    free(copy);
    return good;
}

static void test_kaslr(void **state)
{
    static const struct {
        const char *text;
        enum entry_kaslr kaslr;
        uint64_t seed;
    } good[] = {{"on", ENTRY_KASLR_ON, UNTOUCHED},
                {"off", ENTRY_KASLR_OFF, UNTOUCHED},
                {"0", ENTRY_KASLR_SEED, 0},
                {"1", ENTRY_KASLR_SEED, 1},
                {"0xffffffffffffffff", ENTRY_KASLR_SEED, UINT64_MAX},
                {"2K", ENTRY_KASLR_SEED, 2048}};
    static const char *const wrong[] = {"", "yes", "On", "OFF", "-1", "0x10000000000000000", "1 2", "on "};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        enum entry_kaslr kaslr = ENTRY_KASLR_UNSAID;
        uint64_t seed = UNTOUCHED;

        assert_true(read_kaslr(good[i].text, &kaslr, &seed));
        assert_int_equal(kaslr, good[i].kaslr);
        assert_int_equal(seed, good[i].seed);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        enum entry_kaslr kaslr = ENTRY_KASLR_UNSAID;
        uint64_t seed = UNTOUCHED;

        if (read_kaslr(wrong[i], &kaslr, &seed))
            fail_msg("'%s' was taken for %d", wrong[i], kaslr);
        assert_int_equal(kaslr, ENTRY_KASLR_UNSAID);
        assert_int_equal(seed, UNTOUCHED);
    }
}

static enum status parse(const char *text, struct entry *entry, struct error *error)
{
    static uint8_t room[4096];
    struct arena arena = {room, sizeof(room), 0};

    return config_parse_entry("/loader/entries/x.conf", text_of(text), &arena, entry, error);
}

static void test_in_an_entry(void **state)
{
    struct error error = {0};
    struct entry entry;

    (void)state;
    assert_int_equal(parse("kernel /k\n", &entry, &error), STATUS_OK);
    assert_false(entry.has_video);
    assert_int_equal(entry.kaslr, ENTRY_KASLR_UNSAID);
    assert_int_equal(parse("kernel /k\nvideo  1280x720 \nkaslr 0x1234\n", &entry, &error), STATUS_OK);
    assert_true(entry.has_video);
    assert_int_equal(entry.video_width, 1280);
    assert_int_equal(entry.video_height, 720);
    assert_int_equal(entry.kaslr, ENTRY_KASLR_SEED);
    assert_int_equal(entry.kaslr_seed, 0x1234);
    assert_int_equal(parse("kernel /k\nkaslr on\n", &entry, &error), STATUS_OK);
    assert_int_equal(entry.kaslr, ENTRY_KASLR_ON);
    assert_int_equal(parse("kernel /k\nkaslr off\n", &entry, &error), STATUS_OK);
    assert_int_equal(entry.kaslr, ENTRY_KASLR_OFF);
    assert_string_equal(logged, "");
}

static void test_last_one_counts(void **state)
{
    struct error error = {0};
    struct entry entry;

    (void)state;
    assert_int_equal(parse("video 640x480\nvideo 800x600\nkaslr 5\nkaslr on\n", &entry, &error), STATUS_OK);
    assert_int_equal(entry.video_width, 800);
    assert_int_equal(entry.kaslr, ENTRY_KASLR_ON);
    assert_string_equal(logged,
                        "warning: /loader/entries/x.conf:2: 'video' has been given before: the last one counts\n"
                        "warning: /loader/entries/x.conf:4: 'kaslr' has been given before: the last one counts\n");
}

static void test_messages(void **state)
{
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"kernel /k\nvideo 1024\n",
         "/loader/entries/x.conf:2: video '1024' is not a size in pixels. Expected one such as 1024x768."},
        {"video\n", "/loader/entries/x.conf:1: video '' is not a size in pixels. Expected one such as 1024x768."},
        {"\n\nkaslr maybe\n", "/loader/entries/x.conf:3: kaslr 'maybe' is not known. Expected: on, off, or a number, "
                              "which is the seed."},
        {"kaslr\n", "/loader/entries/x.conf:1: kaslr '' is not known. Expected: on, off, or a number, which is the "
                    "seed."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct error error = {0};
        struct entry entry;

        assert_int_equal(parse(wrong[i].text, &entry, &error), STATUS_INVALID);
        assert_string_equal(error.text, wrong[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_wrong_sizes),
        cmocka_unit_test(test_kaslr),
        cmocka_unit_test_setup(test_in_an_entry, setup),
        cmocka_unit_test_setup(test_last_one_counts, setup),
        cmocka_unit_test_setup(test_messages, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
