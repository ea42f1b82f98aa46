/* SPDX-License-Identifier: BSD-2-Clause */
#include "judge_counts.h"

#include <stdlib.h>
#include <string.h>

/* A file's name, taken apart by the words of the specification. */
struct name {
    bool is_counted;
    int stem;        /* bytes of the path before the counters */
    const char *end; /* ".conf" or ".efi" */
    unsigned left;   /* tries */
};

static struct name read_name(const char *path)
{
    const char *plus = strrchr(path, '+'), *dot = strrchr(path, '.');
    struct name name = {.is_counted = false};
    char *end;

    if (!plus || !dot || dot < plus || plus[1] < '0' || plus[1] > '9')
        return name;
    name.left = (unsigned)strtoul(plus + 1, &end, 10);
    if (end[0] == '-' && end[1] >= '0' && end[1] <= '9')
        (void)strtoul(end + 1, &end, 10);
    name.is_counted = end == dot;
    name.stem = (int)(plus - path);
    name.end = dot;
    return name;
}

static bool is_same_entry(const struct fake_file *a, const struct fake_file *b)
{
    struct name one = read_name(a->path), two = read_name(b->path);

    return one.is_counted && two.is_counted && a->on_second == b->on_second && one.stem == two.stem &&
           strncmp(a->path, b->path, (size_t)one.stem) == 0 && strcmp(one.end, two.end) == 0;
}

static bool has_same_bytes(const struct fake_file *a, const struct fake_file *b)
{
    return a->bytes.size == b->bytes.size &&
           (a->bytes.size == 0 || memcmp(a->bytes.data, b->bytes.data, a->bytes.size) == 0);
}

/* The file of the setup that has most tries left was not written to. */
static const struct fake_file *first_of(const struct fake_file *file)
{
    const struct fake_setup *setup = fake_setup();

    for (size_t i = 0; i < setup->file_count; i++) {
        if (is_same_entry(file, &setup->files[i]) && read_name(setup->files[i].path).left > read_name(file->path).left)
            file = &setup->files[i];
    }
    return file;
}

/* An image's twin has the image's own bytes, and must stay. */
static bool is_image(const struct fake_file *file)
{
    return strcmp(read_name(file->path).end, ".efi") == 0;
}

/* What is renamed is without a name in between: so that is only done when there is another entry. */
static bool may_be_lost(const struct scenario *scenario, const struct fake_file *file)
{
    const struct fake_writes *writes = &fake_setup()->writes;

    return writes->is_the_same && scenario->entries > 1 && (is_image(file) || writes->is_full || writes->no_flush);
}

/* Whether a line of the log has these words of an entry file. */
static bool log_has_entry(const char *words)
{
    for (const char *line = fake_log_text(), *end; *line != '\0'; line = end + (*end == '\n')) {
        const char *folder = strstr(line, "/loader/entries/"), *found = strstr(line, words);

        end = line + strcspn(line, "\n");
        if (folder && found && folder < found && found < end)
            return true;
    }
    return false;
}

/* A twin that could not be opened or read is none to the loader: the next name, which it has, is written anew. When
 * that fails, too, the try that it stood for is gone. */
static bool has_hidden_twin(void)
{
    return fake_injected() > 1 && (strstr(fake_log_text(), "cannot be read ") || log_has_entry("cannot be opened ("));
}

static void judge_entry(const struct scenario *scenario, const struct fake_file *file)
{
    const struct fake_file *first = first_of(file), *there;
    unsigned left = UINT32_MAX;
    size_t whole = 0;

    for (size_t i = 0; (there = fake_blocks_on_disk(i)) != NULL; i++) {
        if (!is_same_entry(there, file))
            continue;
        whole += has_same_bytes(there, first) ? 1 : 0;
        if (read_name(there->path).left < left)
            left = read_name(there->path).left;
    }
    if (whole == 0 && !may_be_lost(scenario, first))
        check_broken(CHECK_COUNT_LOST, "of %s there is no whole file any more", first->path);
    /* What a cut has left in part was no try. */
    if (whole > 0 && left > read_name(file->path).left && has_same_bytes(file, first) && !has_hidden_twin())
        check_broken(CHECK_COUNT_GROWN, "%s has %u tries left, which is more than before", file->path, left);
}

void judge_counts(const struct scenario *scenario)
{
    const struct fake_setup *setup = fake_setup();

    for (size_t i = 0; i < setup->file_count; i++) {
        if (read_name(setup->files[i].path).is_counted && setup->files[i].bytes.size > 0)
            judge_entry(scenario, &setup->files[i]);
    }
}

static bool is_expected(const struct scenario *scenario, const struct fake_file *file)
{
    for (size_t i = 0; i < SCENARIO_NAMES && scenario->names[i]; i++) {
        if (strcmp(file->path, scenario->names[i]) == 0)
            return true;
    }
    return false;
}

void judge_names(const struct scenario *scenario)
{
    const struct fake_file *file;
    size_t found = 0, expected = 0;

    while (expected < SCENARIO_NAMES && scenario->names[expected])
        expected++;
    for (size_t i = 0; (file = fake_blocks_on_disk(i)) != NULL; i++) {
        if (!read_name(file->path).is_counted)
            continue;
        found++;
        if (!is_expected(scenario, file))
            check_broken(CHECK_COUNT_NAME, "%s is on the disk, which nobody expects", file->path);
    }
    if (found != expected)
        check_broken(CHECK_COUNT_NAMES, "there are %zu files with counters instead of %zu", found, expected);
}

static bool is_boot(enum fake_end end)
{
    return end == FAKE_JUMPED || end == FAKE_STARTED;
}

void judge_after_cut(const struct scenario *scenario, const struct fake_result *result)
{
    const struct fake_file *one, *two;

    if (is_boot(result->end) != is_boot(scenario->end))
        check_broken(CHECK_CUT_BOOT, "after a power cut the loader %s, and should have %s", fake_end_name(result->end),
                     fake_end_name(scenario->end));
    for (size_t i = 0; (one = fake_blocks_on_disk(i)) != NULL; i++) {
        for (size_t j = i + 1; (two = fake_blocks_on_disk(j)) != NULL; j++) {
            if (is_same_entry(one, two) && !is_image(one))
                check_broken(CHECK_CUT_TWINS, "the boot after a power cut has left both %s and %s", one->path,
                             two->path);
        }
    }
}
