/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "selection.h"

#define NONE SELECTION_NONE

static const struct entry entries[] = {
    {.id = "debian-6.1.conf"}, {.id = "arch.conf"}, {.id = "tour.conf"}, {.id = "a[1].conf"}};

#define COUNT (sizeof(entries) / sizeof(entries[0]))

static char logged[4096];

static void note_line(void *context, enum log_level level, struct text line)
{
    size_t length = strlen(logged);

    (void)context;
    assert_int_equal(level, LOG_WARNING);
    assert_true(length + line.length < sizeof(logged));
    memcpy(logged + length, line.data, line.length);
    logged[length + line.length] = '\0';
}

static struct selection make(const struct selection_wishes *wishes)
{
    struct selection selection;

    log_reset();
    logged[0] = '\0';
    (void)log_add(&(struct log_sink){note_line, NULL, LOG_DEBUG});
    selection_make(entries, COUNT, wishes, &selection);
    return selection;
}

/* Whoever comes first in the order of precedence is obeyed, and all that is said is found. */
static void test_precedence(void **state)
{
    static const struct {
        struct selection_wishes wishes;
        struct selection expected;
    } rows[] = {
        /* nobody says anything */
        {{.once = NULL}, {0, NONE, NONE, NONE, false}},
        /* one of them does */
        {{.once = "arch.conf"}, {1, 1, NONE, NONE, false}},
        {{.wanted = "arch"}, {1, NONE, 1, NONE, false}},
        {{.pattern = "t*"}, {2, NONE, NONE, NONE, false}},
        {{.is_saved = true, .last = "tour.conf"}, {2, NONE, NONE, 2, true}},
        /* several do */
        {{.once = "tour.conf", .wanted = "arch.conf", .pattern = "debian*"}, {2, 2, 1, NONE, false}},
        {{.wanted = "ARCH.conf", .pattern = "debian*"}, {1, NONE, 1, NONE, false}},
        {{.once = "tour.conf", .is_saved = true, .last = "arch.conf"}, {2, 2, NONE, 1, true}},
        {{.wanted = "tour.conf", .is_saved = true, .last = "arch.conf"}, {2, NONE, 2, 1, false}},
        {{.wanted = "@saved", .last = "arch.conf", .pattern = "t*"}, {1, NONE, 1, 1, true}},
        {{.wanted = "@saved", .last = "arch.conf", .is_saved = true}, {1, NONE, 1, 1, true}},
        /* nothing was booted yet */
        {{.wanted = "@saved", .pattern = "t*"}, {2, NONE, NONE, NONE, true}},
        {{.is_saved = true}, {0, NONE, NONE, NONE, true}},
        /* what was booted last does not matter */
        {{.last = "arch.conf"}, {0, NONE, NONE, NONE, false}},
        {{.last = "gone.conf", .wanted = "tour"}, {2, NONE, 2, NONE, false}},
        /* an id is itself, too, whatever it is as a pattern */
        {{.once = "a[1].conf"}, {3, 3, NONE, NONE, false}},
        {{.once = "a\\[1].conf"}, {3, 3, NONE, NONE, false}},
        /* of several that match, the first */
        {{.once = "*"}, {0, 0, NONE, NONE, false}},
        {{.wanted = "*r*"}, {1, NONE, 1, NONE, false}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct selection made = make(&rows[i].wishes);

        assert_int_equal(made.chosen, rows[i].expected.chosen);
        assert_int_equal(made.once, rows[i].expected.once);
        assert_int_equal(made.saved, rows[i].expected.saved);
        assert_int_equal(made.last, rows[i].expected.last);
        assert_int_equal(made.remembers, rows[i].expected.remembers);
        assert_string_equal(logged, "");
    }
}

/* What is not there counts as not said, with a warning. */
static void test_not_there(void **state)
{
    struct selection made;

    (void)state;
    made = make(&(struct selection_wishes){.once = "gone.conf", .wanted = "gone too", .pattern = "tour"});
    assert_int_equal(made.chosen, 2);
    assert_int_equal(made.once, NONE);
    assert_int_equal(made.saved, NONE);
    assert_string_equal(logged, "warning: no boot entry matches 'gone.conf', which LoaderEntryOneShot names\n"
                                "warning: no boot entry matches 'gone too', which LoaderEntryDefault names\n");
    made = make(&(struct selection_wishes){.wanted = "@oneshot", .is_saved = true, .last = "gone.conf"});
    assert_int_equal(made.chosen, 0);
    assert_int_equal(made.last, NONE);
    assert_true(made.remembers); /* loader.conf says @saved */
    assert_string_equal(logged, "warning: no boot entry matches 'gone.conf', which LoaderEntryLastBooted names\n"
                                "warning: no boot entry matches '@oneshot', which LoaderEntryDefault names\n");
    made = make(&(struct selection_wishes){.pattern = "gone"});
    assert_int_equal(made.chosen, 0);
    assert_non_null(strstr(logged, "which loader.conf names as the default: the first one is taken"));
}

/* The end of a message stays in sight. */
static void test_long_value(void **state)
{
    char value[1000];

    (void)state;
    memset(value, 'x', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    (void)make(&(struct selection_wishes){.once = value});
    assert_int_equal(strlen(logged),
                     strlen("warning: no boot entry matches '', which LoaderEntryOneShot names\n") + 64);
}

static void test_needs_last(void **state)
{
    (void)state;
    assert_false(selection_needs_last(&(struct selection_wishes){.once = "@saved", .pattern = "x"}));
    assert_false(selection_needs_last(&(struct selection_wishes){.wanted = "@save"}));
    assert_true(selection_needs_last(&(struct selection_wishes){.wanted = "@saved"}));
    assert_true(selection_needs_last(&(struct selection_wishes){.is_saved = true, .wanted = "x"}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_precedence),
        cmocka_unit_test(test_not_there),
        cmocka_unit_test(test_long_value),
        cmocka_unit_test(test_needs_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
