/* SPDX-License-Identifier: BSD-2-Clause */
#include "read_entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fake.h"
#include "fuzz.h"
#include "made_cpio.h"

#define BLANKS "\t "
#define EXTRAS 16

struct reading {
    struct entry_wishes wishes;
    bool is_foreign, lacks_initrd, is_unified, is_elsewhere;
    unsigned long profile;
    bool lacks_extra;
    struct made_extra extras[EXTRAS];
    size_t extra_count;
};

static bool is_plain(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

static const char *join(const char *a, const char *between, const char *b)
{
    size_t first = strlen(a), second = strlen(between);
    char *joined = fuzz_room(first + second + strlen(b) + 1);

    memcpy(joined, a, first);
    memcpy(joined + first, between, second);
    strcpy(joined + first + second, b);
    return joined;
}

/* From the volume's root, and with '/'. */
static const char *path_of(char *value)
{
    for (char *c = value; *c != '\0'; c++)
        *c = *c == '\\' ? '/' : *c;
    return value[0] == '/' ? value : join("/", "", value);
}

/* A file that is extra, when its name says what it is. */
static void add_extra(struct reading *reading, const char *path)
{
    static const char *const suffixes[] = {".cred", ".sysext.raw", ".confext.raw"};
    const struct fake_file *file = fake_volume_find(false, path);
    bool is_known = false;

    for (size_t i = 0; i < COUNT(suffixes); i++) {
        size_t length = strlen(path), end = strlen(suffixes[i]);

        is_known = is_known || (length >= end && strcasecmp(path + length - end, suffixes[i]) == 0);
    }
    if (!is_known)
        return;
    reading->wishes.unsure = reading->wishes.unsure || !is_plain(path);
    reading->lacks_extra = reading->lacks_extra || (!file && is_plain(path));
    if (file && reading->extra_count < EXTRAS)
        reading->extras[reading->extra_count++] = (struct made_extra){path, file->bytes};
    else if (file)
        reading->wishes.unsure = true;
}

/* Into an archive behind the initrds. */
static void pack_extras(struct reading *reading)
{
    struct bytes packed = made_cpio(reading->wishes.initrd, reading->extras, reading->extra_count);
    uint8_t *kept = fuzz_room(packed.size + 1);

    memcpy(kept, packed.data, packed.size);
    free((void *)(uintptr_t)packed.data);
    reading->wishes.initrd = (struct bytes){kept, packed.size};
}

/* From a multiple of four on, with zeros before it. */
static void add_initrd(struct reading *reading, const char *path)
{
    const struct fake_file *file = fake_volume_find(false, path);
    struct bytes before = reading->wishes.initrd;
    size_t start = (before.size + 3) / 4 * 4;
    uint8_t *together;

    reading->wishes.unsure = reading->wishes.unsure || !is_plain(path);
    reading->lacks_initrd = reading->lacks_initrd || (!file && is_plain(path));
    if (!file || file->bytes.size == 0)
        return;
    together = fuzz_room(start + file->bytes.size);
    memset(together, 0, start);
    if (before.size > 0)
        memcpy(together, before.data, before.size);
    memcpy(together + start, file->bytes.data, file->bytes.size);
    reading->wishes.initrd = (struct bytes){together, start + file->bytes.size};
}

static void read_line(struct reading *reading, char *line)
{
    struct entry_wishes *wishes = &reading->wishes;
    char *key = line + strspn(line, BLANKS), *end = key + strcspn(key, BLANKS), *value = end + strspn(end, BLANKS);

    *end = '\0';
    for (end = value + strlen(value); end > value && strchr(BLANKS, end[-1]); end--)
        end[-1] = '\0';
    if (strcmp(key, "linux") == 0 || strcmp(key, "kernel") == 0 || strcmp(key, "efi") == 0 || strcmp(key, "uki") == 0)
        wishes->path = path_of(value);
    reading->is_unified = reading->is_unified || strcmp(key, "uki") == 0;
    reading->is_elsewhere = reading->is_elsewhere || strcmp(key, "uki-url") == 0;
    if (strcmp(key, "profile") == 0)
        reading->profile = strtoul(value, NULL, 0);
    if (strcmp(key, "options") == 0 && value[0] != '\0')
        wishes->options = join(wishes->options, wishes->options[0] != '\0' ? " " : "", value);
    else if (strcmp(key, "initrd") == 0)
        add_initrd(reading, path_of(value));
    else if (strcmp(key, "extra") == 0)
        add_extra(reading, path_of(value));
    else if (strcmp(key, "architecture") == 0 && value[0] != '\0')
        reading->is_foreign = strcasecmp(value, "x64") != 0;
}

/* Before the options, as a unified kernel image wants it. */
static void choose_profile(struct entry_wishes *wishes, unsigned long profile)
{
    char chosen[32];

    if (profile == 0)
        return;
    (void)snprintf(chosen, sizeof(chosen), "@%lu", profile);
    wishes->options = join(chosen, wishes->options[0] != '\0' ? " " : "", wishes->options);
}

bool read_entry(struct bytes file, struct entry_wishes *ret_wishes)
{
    struct reading reading = {.wishes.options = ""};
    char *text = fuzz_room(file.size + 1), *line;

    if (file.size > 0)
        memcpy(text, file.data, file.size);
    text[file.size] = '\0';
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    while ((line = strsep(&text, "\n")) != NULL) {
        size_t length = strlen(line);

        if (length > 0 && line[length - 1] == '\r')
            line[length - 1] = '\0';
        read_line(&reading, line);
    }
    if (reading.is_unified) {
        reading.lacks_initrd = false;
        reading.wishes.initrd = (struct bytes){NULL, 0};
        choose_profile(&reading.wishes, reading.profile);
    }
    if (reading.extra_count > 0)
        pack_extras(&reading);
    *ret_wishes = reading.wishes;
    return reading.wishes.path && !reading.is_foreign && !reading.lacks_initrd && !reading.lacks_extra &&
           !reading.is_elsewhere;
}
