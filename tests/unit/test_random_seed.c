/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random_seed.h"

#define STACK (256 * 1024)

/* The bytes of each source that `full` has. */
static const size_t sizes[RANDOM_SEED_SOURCES] = {512, 32, 36, 48, 8, 16, 8, 16};
static uint8_t room[RANDOM_SEED_SOURCES][512];
static struct random_seed_sources full;

static int setup(void **state)
{
    (void)state;
    for (size_t which = 0; which < RANDOM_SEED_SOURCES; which++) {
        for (size_t i = 0; i < sizes[which]; i++)
            room[which][i] = (uint8_t)(11 * i + 31 * which + 1);
        full.source[which] = (struct bytes){room[which], sizes[which]};
    }
    return 0;
}

static void expect(const uint8_t seed[RANDOM_SEED_SIZE], const char *expected)
{
    char text[2 * RANDOM_SEED_SIZE + 1];

    for (size_t i = 0; i < RANDOM_SEED_SIZE; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", seed[i]);
    assert_string_equal(text, expected);
}

/* What Python's hashlib makes of the same bytes, put together as the header says. */
static void test_known_seeds(void **state)
{
    struct random_seed_sources none = {0}, empty;
    struct random_seed seed;

    (void)state;
    random_seed_make(&full, &seed);
    expect(seed.kernel, "576a904e9edd05e872ea0ccb816716d4db14929ec015b2fff218636f0596da5a");
    expect(seed.file, "b274718cf79920af0d524e9f3af1611c8158cb8332a1a950574fa9e94c534123");
    random_seed_make(&none, &seed);
    expect(seed.kernel, "48aa735f213fa3a22bbc881f4f64ec19f7c1ffe9071690ce41d0481699c4d401");
    expect(seed.file, "a38216d45d46198b9e81da8deffb89d16260432d91ee1b757107fba76df7cbc3");
    for (size_t which = 0; which < RANDOM_SEED_SOURCES; which++)
        empty.source[which] = (struct bytes){room[which], 0};
    random_seed_make(&empty, &seed);
    expect(seed.kernel, "5863db4778b57598162992496bc7a58ce42ce991d7b2e9a3f129ec2ec8bf23ca");
    expect(seed.file, "734226524ab2c56d06251cba777965f4e447c449e62562e4dedae04f1169dc12");
}

#define SEEN 64

/* All seeds of a test; no two may be the same. */
static struct {
    uint8_t seeds[SEEN][RANDOM_SEED_SIZE];
    size_t count;
} seen;

static void see(const uint8_t seed[RANDOM_SEED_SIZE])
{
    for (size_t i = 0; i < seen.count; i++)
        assert_memory_not_equal(seed, seen.seeds[i], RANDOM_SEED_SIZE);
    assert_true(seen.count < SEEN);
    memcpy(seen.seeds[seen.count++], seed, RANDOM_SEED_SIZE);
}

static void make_new(const struct random_seed_sources *sources)
{
    struct random_seed seed, again;

    random_seed_make(sources, &seed);
    random_seed_make(sources, &again);
    assert_memory_equal(&seed, &again, sizeof(seed));
    see(seed.kernel);
    see(seed.file);
}

/* Each source, whole, changed, shorter, empty and absent, gives seeds of its own; so does what moves over to the next.
 */
static void test_every_source_matters(void **state)
{
    (void)state;
    seen.count = 0;
    make_new(&full);
    for (size_t which = 0; which < RANDOM_SEED_SOURCES; which++) {
        struct random_seed_sources sources = full;

        room[which][sizes[which] - 1] ^= 0x80;
        make_new(&sources);
        room[which][sizes[which] - 1] ^= 0x80;
        sources.source[which].size = 0;
        make_new(&sources);
        sources.source[which] = (struct bytes){NULL, 0};
        make_new(&sources);
    }
}

static void test_borders_between_sources_matter(void **state)
{
    (void)state;
    seen.count = 0;
    for (size_t which = 0; which + 1 < RANDOM_SEED_SOURCES; which++) {
        struct random_seed_sources sources = {0};

        sources.source[which] = (struct bytes){room[0], 8};
        sources.source[which + 1] = (struct bytes){room[0] + 8, 8};
        make_new(&sources);
        sources.source[which].size = 7;
        sources.source[which + 1] = (struct bytes){room[0] + 7, 9};
        make_new(&sources);
    }
}

enum { NO = 0, SHORT = RANDOM_SEED_SIZE - 1, LONG = RANDOM_SEED_SIZE };

static void test_what_is_enough(void **state)
{
    static const struct {
        size_t file, firmware, earlier, token;
        bool boots, secure_boot, enough;
    } rows[] = {
        {LONG, LONG, LONG, LONG, true, false, true},
        {LONG, LONG, LONG, LONG, true, true, true},
        /* the firmware's random numbers suffice, without anything else */
        {NO, LONG, NO, NO, false, false, true},
        {NO, LONG, NO, NO, false, true, true},
        {SHORT, LONG, NO, SHORT, true, false, true},
        {RANDOM_SEED_FILE_MAX, LONG, NO, NO, false, false, true},
        {RANDOM_SEED_FILE_MAX + 1, LONG, LONG, LONG, true, false, false},
        /* and so does an earlier seed */
        {NO, NO, LONG, NO, false, true, true},
        {LONG, SHORT, SHORT, NO, true, false, false},
        /* a copied disk */
        {LONG, NO, NO, NO, true, false, false},
        {LONG, NO, NO, SHORT, true, false, false},
        /* the token, with all that it needs */
        {LONG, NO, NO, LONG, true, false, true},
        {512, NO, NO, 512, true, false, true},
        {LONG, SHORT, SHORT, LONG, true, false, true},
        {LONG, NO, NO, LONG, true, true, false},
        {LONG, NO, NO, LONG, false, false, false},
        {SHORT, NO, NO, LONG, true, false, false},
        {NO, NO, NO, LONG, true, false, false},
        {NO, NO, NO, NO, false, false, false},
    };
    static uint8_t any[RANDOM_SEED_FILE_MAX + 1];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const size_t given[] = {rows[i].file, rows[i].firmware, rows[i].earlier, rows[i].token};
        struct random_seed_sources sources = {0};
        const char *refusal;

        for (size_t which = 0; which < sizeof(given) / sizeof(given[0]); which++)
            sources.source[which] = (struct bytes){given[which] == NO ? NULL : any, given[which]};
        sources.source[RANDOM_SEED_BOOTS] = (struct bytes){rows[i].boots ? any : NULL, rows[i].boots ? 8 : 0};
        refusal = random_seed_refusal(&sources, rows[i].secure_boot);
        if ((refusal == NULL) != rows[i].enough)
            fail_msg("row %zu: %s", i, refusal ? refusal : "enough");
        assert_true(!refusal || strlen(refusal) > 10);
    }
}

static struct random_seed made;

static void *make_in_thread(void *sources)
{
    random_seed_make(sources, &made);
    return NULL;
}

/* Whether eight bytes of the secret lie in the memory, as they are or as SHA-256's words, which are swapped here. */
static bool holds(const uint8_t *memory, size_t size, const uint8_t *secret, size_t secret_size)
{
    for (size_t i = 0; i + 8 <= secret_size; i += 4) {
        const uint8_t *s = secret + i;
        const uint8_t swapped[8] = {s[3], s[2], s[1], s[0], s[7], s[6], s[5], s[4]};

        if (memmem(memory, size, s, 8) || memmem(memory, size, swapped, 8))
            return true;
    }
    return false;
}

/* The function runs on a stack of its own, which is searched afterwards. */
static void test_nothing_stays_on_the_stack(void **state)
{
    static const uint8_t key[] = {0xf9, 0xa7, 0x55, 0x05, 0x2c, 0x29, 0x78, 0xcf, 0x17, 0x68, 0x13,
                                  0x6b, 0x4a, 0xc2, 0x52, 0x43, 0x95, 0x7a, 0x1a, 0x67, 0x16, 0x19,
                                  0x38, 0x80, 0x9a, 0xca, 0x8b, 0x80, 0xbc, 0x54, 0x37, 0xd5};
    uint8_t *stack = aligned_alloc(4096, STACK);
    pthread_attr_t attributes;
    pthread_t thread;

    (void)state;
    assert_non_null(stack);
    memset(stack, 0, STACK);
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK), 0);
    assert_int_equal(pthread_create(&thread, &attributes, make_in_thread, &full), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)pthread_attr_destroy(&attributes);
    expect(made.kernel, "576a904e9edd05e872ea0ccb816716d4db14929ec015b2fff218636f0596da5a");
    assert_false(holds(stack, STACK, key, sizeof(key)));
    assert_false(holds(stack, STACK, made.kernel, sizeof(made.kernel)));
    assert_false(holds(stack, STACK, made.file, sizeof(made.file)));
    for (size_t which = 0; which < RANDOM_SEED_SOURCES; which++)
        assert_false(holds(stack, STACK, room[which], sizes[which]));
    free(stack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_seeds),
        cmocka_unit_test(test_every_source_matters),
        cmocka_unit_test(test_borders_between_sources_matter),
        cmocka_unit_test(test_what_is_enough),
        cmocka_unit_test(test_nothing_stays_on_the_stack),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
