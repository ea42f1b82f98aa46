/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "sha256.h"

#define LONGEST 32768

static void expect(const struct sha256 *hash, const char *expected, const char *what)
{
    struct sha256 copy = *hash;
    uint8_t digest[SHA256_SIZE];
    char text[2 * SHA256_SIZE + 1];

    sha256_finish(&copy, digest);
    for (size_t i = 0; i < SHA256_SIZE; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
    if (strcmp(text, expected) != 0)
        fail_msg("%s: %s instead of %s", what, text, expected);
}

/* FIPS 180-4's examples, and two of NIST's short messages (CAVS 11.0). */
static void test_published_examples(void **state)
{
    static const struct {
        const char *message, *digest;
    } rows[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqr"
         "stu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
        {"\xd3", "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"},
        {"\x11\xaf", "5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98"},
    };
    struct sha256 hash;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        sha256_start(&hash);
        sha256_add(&hash, rows[i].message, strlen(rows[i].message));
        expect(&hash, rows[i].digest, rows[i].message);
    }
}

static void test_a_million_letters(void **state)
{
    struct sha256 hash;

    (void)state;
    sha256_start(&hash);
    for (unsigned i = 0; i < 1000000; i++)
        sha256_add(&hash, "a", 1);
    expect(&hash, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", "a million times 'a'");
}

/* `size` bytes that the size determines, in room of exactly that size. */
static uint8_t *message_of(size_t size)
{
    uint8_t *message = malloc(size);

    assert_true(message || size == 0);
    for (size_t i = 0; i < size; i++)
        message[i] = (uint8_t)(7 * i + size);
    return message;
}

/* Of message_of(size), by coreutils' sha256sum. */
static const struct {
    size_t size;
    const char *digest;
} known[] = {
    {1, "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a"},
    {54, "1ad616be707a2b269ecfe28bdea4a4284a4f78a221287d45b98004231f501c77"},
    {55, "81afe5b788dc2ce138ff83d9b20164db75a94d75d2b2432eea4a0ef605088c72"},
    {56, "2aba54f0ac632420a2b502431408866e40e1d5e430df4cd822642c78ab2eb9c1"},
    {63, "733d3d4ee79ee67145bf73da13588f6f235d37414fc64b14a2f00f1762792f5e"},
    {64, "79322907b3e9d013d7dc2c2f256674dbf733045cde01df3539271c6f5605feb8"},
    {65, "d85c007c6eb440f085afa2b84f6f2bce4658b240e9f62cb1364bf0485a57e720"},
    {119, "6c87eedf096b345de205b702e5223b73b447a3207791ded3ea007ba15ed6736e"},
    {120, "42500cf6a1e3936d6b9e0bcfe296d654b63255e525487d3634d0b15fde591c4d"},
    {128, "489d55fea9a73af36b6dd0be7b4117d8e5683386d39544e8a44c99a87f368707"},
    {513, "8b7c0b820ec1295e75c14157d7e83e80c2717c70e2a8fc6791ad4346499a6275"},
    {4097, "4ef3d8e05f2e1e9b2da79d218f7a74e538198d77bbb81c6c8c4464b4d4db2f4b"},
    {LONGEST, "1ad834c3986c55f4bf52a09f4aa6adc9ed0de1f1ac20457a0606321042057254"},
};

static void test_known_lengths(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        uint8_t *message = message_of(known[i].size);
        struct sha256 hash;

        sha256_start(&hash);
        sha256_add(&hash, message, known[i].size);
        expect(&hash, known[i].digest, "a known length");
        free(message);
    }
}

/* The digest of the digests of message_of(0) to message_of(300), by Python's hashlib. */
static void test_every_length_over_some_blocks(void **state)
{
    struct sha256 all, one;
    uint8_t digest[SHA256_SIZE];

    (void)state;
    sha256_start(&all);
    for (size_t size = 0; size <= 300; size++) {
        uint8_t *message = message_of(size);

        sha256_start(&one);
        sha256_add(&one, message, size);
        sha256_finish(&one, digest);
        sha256_add(&all, digest, sizeof(digest));
        free(message);
    }
    expect(&all, "60d63ff40b5558727a9b786ac0be9300f7ca58fd9ddd3b2f3681b369018a87dc", "300 digests");
}

static void test_any_pieces(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < 300; number++) {
        struct chance chance = chance_case(number);
        size_t which = (size_t)chance_below(&chance, sizeof(known) / sizeof(known[0])), done = 0;
        uint8_t *message = message_of(known[which].size);
        struct sha256 hash;

        sha256_start(&hash);
        while (done < known[which].size) {
            size_t left = known[which].size - done, size = (size_t)chance_size(&chance, 1 + left) - 1;

            sha256_add(&hash, message + done, size);
            done += size;
        }
        expect(&hash, known[which].digest, "pieces");
        free(message);
    }
}

static void test_finishing_wipes(void **state)
{
    static const struct sha256 wiped;
    struct sha256 hash;
    uint8_t digest[SHA256_SIZE];

    (void)state;
    memset(&hash, 0xcc, sizeof(hash)); /* what was there before has no influence */
    sha256_start(&hash);
    sha256_add(&hash, "abc", 3);
    expect(&hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "abc");
    sha256_finish(&hash, digest);
    assert_memory_equal(&hash, &wiped, sizeof(hash));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_examples), cmocka_unit_test(test_a_million_letters),
        cmocka_unit_test(test_known_lengths),      cmocka_unit_test(test_every_length_over_some_blocks),
        cmocka_unit_test(test_any_pieces),         cmocka_unit_test(test_finishing_wipes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
