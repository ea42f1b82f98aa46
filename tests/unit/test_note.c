/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <baton/baton.h>

#include "chance.h"
#include "note.h"
#include "put.h"

#define NAME       "/kernel.elf"
#define NOTE_SIZE  56
#define DESCRIPTOR 20
#define ROOM       256

/* As a kernel writes it. */
BATON_WISHES(BATON_FEATURE_ACPI | BATON_FEATURE_MINIMUM_RAM, 1ULL << 63 | BATON_FEATURE_RANDOM_SLIDE, 0x123456789a,
             UINT64_MAX);

static struct wishes wishes;
static struct error error;

/* Looks at the bytes in a place of exactly that size. */
static enum status look(const uint8_t *bytes, size_t size)
{
    uint8_t *exact = malloc(size > 0 ? size : 1);
    enum status status;

    assert_non_null(exact);
    memcpy(exact, bytes, size);
    memset(&error, 0, sizeof(error));
    status = note_read_wishes(NAME, (struct bytes){exact, size}, &wishes, &error);
    free(exact);
    return status;
}

static enum status look_afresh(const uint8_t *bytes, size_t size)
{
    wishes = (struct wishes){0};
    return look(bytes, size);
}

static size_t add_note(uint8_t *at, const char *owner, uint32_t kind, uint32_t size, uint8_t fill, size_t alignment)
{
    size_t name_size = strlen(owner) + 1, start = (12 + name_size + alignment - 1) / alignment * alignment;

    memset(at, 0, start);
    put_number(at, 4, name_size);
    put_number(at + 4, 4, size);
    put_number(at + 8, 4, kind);
    memcpy(at + 12, owner, name_size);
    memset(at + start, fill, size);
    return (start + size + alignment - 1) / alignment * alignment;
}

/* A note whose numbers can be told from each other. */
static size_t add_good(uint8_t *at)
{
    size_t size = add_note(at, BATON_NOTE_NAME, BATON_NOTE_WISHES, 36, 0, 4);

    assert_int_equal(size, NOTE_SIZE);
    put_number(at + 20, 4, 1);
    put_number(at + 24, 8, 0x1122334455667788);
    put_number(at + 32, 8, 0x99aabbccddeeff00);
    put_number(at + 40, 8, 0x0123456789abcdef);
    put_number(at + 48, 8, 0xfedcba9876543210);
    return size;
}

static void check_good(void)
{
    assert_string_equal(error.text, "");
    assert_true(wishes.found);
    assert_int_equal(wishes.version, 1);
    assert_int_equal(wishes.required, 0x1122334455667788);
    assert_int_equal(wishes.wanted, 0x99aabbccddeeff00);
    assert_int_equal(wishes.stack_size, 0x0123456789abcdef);
    assert_int_equal(wishes.minimum_ram, 0xfedcba9876543210);
}

static void check_none(void)
{
    const struct wishes none = {0};

    assert_memory_equal(&wishes, &none, sizeof(none));
}

static void check_refused(enum status status, const char *message)
{
    assert_true(status == STATUS_INVALID || status == STATUS_UNSUPPORTED);
    assert_string_equal(error.text, message);
}

static void test_macro(void **state)
{
    (void)state;
    assert_int_equal(look_afresh((const uint8_t *)&baton_wishes, sizeof(baton_wishes)), STATUS_OK);
    assert_true(wishes.found);
    assert_int_equal(wishes.version, BATON_VERSION);
    assert_int_equal(wishes.required, BATON_FEATURE_ACPI | BATON_FEATURE_MINIMUM_RAM);
    assert_int_equal(wishes.wanted, 1ULL << 63 | BATON_FEATURE_RANDOM_SLIDE);
    assert_int_equal(wishes.stack_size, 0x123456789a);
    assert_int_equal(wishes.minimum_ram, UINT64_MAX);
}

static void test_alone(void **state)
{
    uint8_t bytes[ROOM];

    (void)state;
    assert_int_equal(look_afresh(bytes, add_good(bytes)), STATUS_OK);
    check_good();
    assert_int_equal(look_afresh(bytes, 0), STATUS_OK);
    check_none();
}

/* Other notes before and behind; also as a linker script joins notes of two alignments, where no walk gets through. */
static void test_among_others(void **state)
{
    static const struct {
        uint32_t size;
        size_t alignment;
    } befores[] = {{20, 4}, {16, 8}, {20, 8}, {0, 4}, {3, 4}};

    (void)state;
    for (size_t i = 0; i < sizeof(befores) / sizeof(befores[0]); i++) {
        uint8_t bytes[ROOM];
        size_t size = add_note(bytes, "GNU", 3, befores[i].size, 0xff, befores[i].alignment);

        size += add_good(bytes + size);
        size += add_note(bytes + size, "GNU", 5, 16, 0xff, 8);
        assert_int_equal(look_afresh(bytes, size), STATUS_OK);
        check_good();
        put_number(bytes + 4, 4, UINT32_MAX); /* the first one's size is nonsense */
        assert_int_equal(look_afresh(bytes, size), STATUS_OK);
        check_good();
    }
}

/* In segments one after the other. */
static void test_segments(void **state)
{
    uint8_t bytes[ROOM], other[ROOM];
    size_t size = add_good(bytes), other_size = add_note(other, "GNU", 3, 20, 7, 4);

    (void)state;
    assert_int_equal(look_afresh(other, other_size), STATUS_OK);
    check_none();
    assert_int_equal(look(bytes, size), STATUS_OK);
    check_good();
    assert_int_equal(look(other, other_size), STATUS_OK);
    check_good();
    check_refused(look(bytes, size), NAME ": has two Baton notes, and one must say it all. Use BATON_WISHES once.");
    error.text[0] = 0;
    check_good(); /* as before */
    size += add_good(bytes + size);
    check_refused(look_afresh(bytes, size),
                  NAME ": has two Baton notes, and one must say it all. Use BATON_WISHES once.");
    check_none();
}

static void test_not_ours(void **state)
{
    static const struct {
        size_t offset;
        size_t width;
        uint64_t value;
    } changes[] = {
        {0, 4, 5}, {0, 4, 7}, {0, 4, 8}, {8, 4, 0}, {8, 4, 2}, {12, 1, 'b'}, {16, 1, 'N'}, {17, 1, '!'}, {19, 1, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        uint8_t bytes[ROOM];
        size_t size = add_good(bytes);

        put_number(bytes + changes[i].offset, changes[i].width, changes[i].value);
        assert_int_equal(look_afresh(bytes, size), STATUS_OK);
        check_none();
    }
    for (size_t shift = 1; shift < 4; shift++) { /* at no multiple of 4 */
        uint8_t bytes[ROOM] = {0};
        size_t size = add_good(bytes + shift);

        assert_int_equal(look_afresh(bytes, shift + size), STATUS_OK);
        check_none();
    }
}

#define TRUNCATED(says, there)                                                                                         \
    NAME ": the Baton note is truncated: of " says " bytes " there " are there, and version 1 has 36. Write it with "  \
         "BATON_WISHES of baton.h."
#define VERSION(number, mend)                                                                                          \
    NAME ": was written for version " number " of the protocol, and this loader knows 1. " mend
#define UNKNOWN NAME ": the Baton note holds a wish that this loader does not know. Update Baton."

static void test_every_truncation(void **state)
{
    uint8_t bytes[ROOM];

    (void)state;
    add_good(bytes);
    for (size_t size = 0; size < NOTE_SIZE; size++) {
        char message[512];

        snprintf(message, sizeof(message),
                 NAME ": the Baton note is truncated: of 36 bytes %d are there, and version 1 has 36. Write it with "
                      "BATON_WISHES of baton.h.",
                 (int)size - DESCRIPTOR);
        if (size < DESCRIPTOR)
            assert_int_equal(look_afresh(bytes, size), STATUS_OK);
        else
            check_refused(look_afresh(bytes, size), message);
        check_none();
    }
}

/* The descriptor says that it is shorter than it can be, or longer than the segment. */
static void test_sizes(void **state)
{
    uint8_t bytes[ROOM];

    (void)state;
    add_good(bytes);
    for (uint32_t size = 0; size < 36; size++) {
        put_number(bytes + 4, 4, size);
        assert_int_equal(look_afresh(bytes, NOTE_SIZE), STATUS_INVALID);
        assert_non_null(strstr(error.text, ": the Baton note is truncated: of "));
        check_none();
    }
    put_number(bytes + 4, 4, 35);
    check_refused(look_afresh(bytes, NOTE_SIZE), TRUNCATED("35", "36"));
    put_number(bytes + 4, 4, 37);
    check_refused(look_afresh(bytes, NOTE_SIZE), TRUNCATED("37", "36"));
    put_number(bytes + 4, 4, UINT32_MAX);
    check_refused(look_afresh(bytes, NOTE_SIZE), TRUNCATED("4294967295", "36"));
}

/* A later header may have appended wishes; what is zero is no wish. */
static void test_longer(void **state)
{
    uint8_t bytes[ROOM] = {0};

    (void)state;
    for (uint32_t size = 37; size < 80; size++) {
        add_note(bytes, BATON_NOTE_NAME, BATON_NOTE_WISHES, size, 0, 4);
        add_good(bytes);
        put_number(bytes + 4, 4, size);
        assert_int_equal(look_afresh(bytes, DESCRIPTOR + size), STATUS_OK);
        check_good();
        bytes[DESCRIPTOR + size] = 1; /* behind it */
        assert_int_equal(look_afresh(bytes, DESCRIPTOR + size + 1), STATUS_OK);
        check_good();
        bytes[DESCRIPTOR + size] = 0;
        for (uint32_t i = 36; i < size; i++) {
            bytes[DESCRIPTOR + i] = 0x80;
            check_refused(look_afresh(bytes, DESCRIPTOR + size), UNKNOWN);
            check_none();
            bytes[DESCRIPTOR + i] = 0;
        }
    }
}

/* The version comes first: what a later one has may be of any size. */
static void test_versions(void **state)
{
    uint8_t bytes[ROOM];

    (void)state;
    for (size_t size = DESCRIPTOR + 4; size <= NOTE_SIZE; size += NOTE_SIZE - DESCRIPTOR - 4) {
        add_good(bytes);
        put_number(bytes + 20, 4, 0);
        check_refused(look_afresh(bytes, size), VERSION("0", "Write its note with BATON_WISHES."));
        put_number(bytes + 20, 4, 2);
        check_refused(look_afresh(bytes, size), VERSION("2", "Update Baton."));
        put_number(bytes + 20, 4, UINT32_MAX);
        check_refused(look_afresh(bytes, size), VERSION("4294967295", "Update Baton."));
        check_none();
    }
}

static void test_names(void **state)
{
    static const struct {
        uint64_t feature;
        const char *name;
    } features[] = {
        {BATON_FEATURE_FRAMEBUFFER, "framebuffer"},
        {BATON_FEATURE_ACPI, "ACPI"},
        {BATON_FEATURE_DEVICE_TREE, "device tree"},
        {BATON_FEATURE_ENTROPY, "entropy"},
        {BATON_FEATURE_EL2, "EL2"},
        {BATON_FEATURE_NO_EXECUTE, "no-execute"},
        {BATON_FEATURE_MINIMUM_RAM, "minimum RAM"},
        {BATON_FEATURE_IDENTITY_MAP, "identity map"},
        {BATON_FEATURE_RANDOM_SLIDE, "random slide"},
        {BATON_FEATURE_KERNEL_FILE, "kernel file"},
        {BATON_FEATURE_FIVE_LEVELS, "five-level paging"},
    };
    const unsigned count = sizeof(features) / sizeof(features[0]);

    (void)state;
    for (unsigned i = 0; i < count; i++)
        assert_string_equal(feature_name((unsigned)__builtin_ctzll(features[i].feature)), features[i].name);
    assert_null(feature_name(count));
    assert_null(feature_name(63));
    assert_null(feature_name(UINT32_MAX));
}

/* Whatever the bytes are: wishes, none, or refused with words and nothing changed. */
static void test_garbage(void **state)
{
    unsigned found = 0, refused = 0;

    (void)state;
    for (uint64_t i = 0; i < 100000; i++) {
        struct chance chance = chance_case(i);
        uint8_t bytes[ROOM] = {0};
        size_t size = add_note(bytes, "GNU", 3, (uint32_t)chance_below(&chance, 40), 0x55, 4);

        size += add_good(bytes + size);
        size += add_note(bytes + size, "GNU", 5, 16, 1, 8);
        for (uint64_t k = chance_size(&chance, 20); k > 0; k--)
            bytes[chance_below(&chance, size)] ^= (uint8_t)(1 << chance_below(&chance, 8));
        if (look_afresh(bytes, size - chance_below(&chance, 40)) != STATUS_OK) {
            refused++;
            if (strncmp(error.text, NAME ": ", strlen(NAME) + 2) != 0)
                CHANCE_FAIL(&chance, "'%s'", error.text);
            check_none();
        } else if (wishes.found) {
            found++;
            assert_int_equal(wishes.version, 1);
        } else {
            check_none();
        }
    }
    assert_true(found > 5000);
    assert_true(refused > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_macro),    cmocka_unit_test(test_alone),    cmocka_unit_test(test_among_others),
        cmocka_unit_test(test_segments), cmocka_unit_test(test_not_ours), cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_sizes),    cmocka_unit_test(test_longer),   cmocka_unit_test(test_versions),
        cmocka_unit_test(test_names),    cmocka_unit_test(test_garbage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
