/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Versions, and entries by sort key, version, counters and name: each compares like a total order (reflexive,
 * antisymmetric, transitive), and a heap sort by it leaves entries in order and none lost. Patterns match as a plain
 * search with backtracking does; the default entry is the first that matches.
 */
#include <string.h>

#include "entry.h"
#include "fuzz.h"
#include "glob.h"
#include "version.h"

#define ENTRIES 7

static int sign(int order)
{
    return (order > 0) - (order < 0);
}

static void check_three(int ab, int bc, int ac)
{
    if (ab <= 0 && bc <= 0)
        CHECK(ac <= 0 && (ac < 0 || (ab == 0 && bc == 0)));
    if (ab >= 0 && bc >= 0)
        CHECK(ac >= 0 && (ac > 0 || (ab == 0 && bc == 0)));
}

static void check_versions(const struct text *versions)
{
    for (size_t i = 0; i < 3; i++) {
        CHECK(version_compare(versions[i], versions[i]) == 0);
        for (size_t k = 0; k < 3; k++)
            CHECK(sign(version_compare(versions[i], versions[k])) == -sign(version_compare(versions[k], versions[i])));
        check_three(version_compare(versions[i], versions[(i + 1) % 3]),
                    version_compare(versions[(i + 1) % 3], versions[(i + 2) % 3]),
                    version_compare(versions[i], versions[(i + 2) % 3]));
    }
}

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* One byte of the pattern, which a backslash may precede. */
static const char *take_byte(const char *pattern, uint8_t *ret_byte)
{
    if (*pattern == '\\')
        pattern++;
    *ret_byte = (uint8_t)fold(*pattern);
    return *pattern == '\0' ? NULL : pattern + 1;
}

/* Behind the set whose '[' stands before `pattern`; NULL when it has no end. */
static const char *match_set(const char *pattern, char c, bool *ret_matches)
{
    bool inverted = *pattern == '!', found = false, first = true;
    uint8_t low, high;

    for (pattern += inverted; first || *pattern != ']'; first = false) {
        pattern = take_byte(pattern, &low);
        if (!pattern)
            return NULL;
        high = low;
        if (pattern[0] == '-' && pattern[1] != ']') {
            pattern = take_byte(pattern + 1, &high);
            if (!pattern)
                return NULL;
        }
        found = found || (low <= (uint8_t)fold(c) && (uint8_t)fold(c) <= high);
    }
    *ret_matches = found != inverted;
    return pattern + 1;
}

/* With backtracking, so strings are short. */
static bool matches(const char *pattern, const char *string)
{
    bool matched = false;
    uint8_t byte;

    if (*pattern == '*')
        return matches(pattern + 1, string) || (*string != '\0' && matches(pattern, string + 1));
    if (*string == '\0')
        return *pattern == '\0';
    if (*pattern == '?')
        return matches(pattern + 1, string + 1);
    if (*pattern == '[') {
        pattern = match_set(pattern + 1, *string, &matched);
        return pattern && matched && matches(pattern, string + 1);
    }
    pattern = take_byte(pattern, &byte);
    return pattern && byte == (uint8_t)fold(*string) && matches(pattern, string + 1);
}

static struct entry read_entry(struct input *input)
{
    uint64_t how = input_number(input, 1);

    return (struct entry){.sort_key = how & 1 ? input_string(input, 3) : NULL,
                          .machine_id = how & 2 ? input_string(input, 3) : NULL,
                          .version = how & 4 ? input_string(input, 6) : NULL,
                          .id = input_string(input, 8),
                          .file = input_string(input, 4),
                          .has_tries = (how & 8) != 0,
                          .tries_left = how >> 4 & 3,
                          .tries_done = how >> 6 & 3};
}

static void check_entries(struct input *input)
{
    struct entry entries[ENTRIES], sorted[ENTRIES];
    size_t count = 1 + (size_t)input_below(input, ENTRIES), found;
    const char *pattern = input_string(input, 6);

    for (size_t i = 0; i < count; i++)
        entries[i] = sorted[i] = read_entry(input);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            int order = entry_compare(&entries[i], &entries[k]);

            CHECK(sign(order) == -sign(entry_compare(&entries[k], &entries[i])));
            CHECK(order != 0 || strcmp(entries[i].file, entries[k].file) == 0);
            for (size_t l = 0; l < count; l++)
                check_three(order, entry_compare(&entries[k], &entries[l]), entry_compare(&entries[i], &entries[l]));
        }
    }
    entry_sort(sorted, count);
    for (size_t i = 0; i < count; i++) {
        size_t same = 0;

        CHECK(i == 0 || entry_compare(&sorted[i - 1], &sorted[i]) <= 0);
        for (size_t k = 0; k < count; k++)
            same += sorted[k].id == entries[i].id;
        CHECK(same == 1);
    }
    found = entry_choose_default(entries, count, pattern);
    CHECK(found < count);
    for (size_t i = 0; i < found; i++)
        CHECK(!matches(pattern, entries[i].id));
}

/* A name in parts is the name again, and counters are decimal numbers that fit. */
static void check_name(const char *name)
{
    struct entry_name parsed = entry_parse_name(text_of(name));

    CHECK(parsed.stem.data == name && parsed.stem.length + parsed.suffix.length <= strlen(name));
    CHECK(parsed.has_tries || parsed.stem.length + parsed.suffix.length == strlen(name));
    CHECK(!parsed.has_tries || (name[parsed.stem.length] == '+' && parsed.stem.length > 0));
    CHECK(parsed.tries_left <= INT32_MAX && parsed.tries_done <= INT32_MAX);
    CHECK(parsed.has_tries || (parsed.tries_left == 0 && parsed.tries_done == 0));
}

void fuzz(struct input *input)
{
    struct text versions[3];
    const char *pattern = input_string(input, 12), *string = input_string(input, 12);

    for (size_t i = 0; i < COUNT(versions); i++)
        versions[i] = text_of(input_string(input, 12));
    check_versions(versions);
    check_name(string);
    CHECK(glob_match(text_of(pattern), text_of(string)) == matches(pattern, string));
    check_entries(input);
}
