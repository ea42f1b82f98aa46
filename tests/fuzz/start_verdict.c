/* SPDX-License-Identifier: BSD-2-Clause */
#include "start_verdict.h"

#include <string.h>
#include <strings.h>

#include "fake.h"
#include "fuzz.h"
#include "read_entry.h"
#include "utf.h"

#define ENTRIES "/loader/entries/"
#define IMAGES  "/EFI/Linux/"

/* How much of what was started is as somebody wants it. */
enum likeness { NOTHING, PATH, OPTIONS, ALL };

static bool lies_in(const char *folder, const char *suffix, const char *path)
{
    size_t folder_length = strlen(folder), length = strlen(path), suffix_length = strlen(suffix);

    return length > folder_length + suffix_length && strncasecmp(path, folder, folder_length) == 0 &&
           strcasecmp(path + length - suffix_length, suffix) == 0 && path[folder_length] != '.' &&
           !strchr(path + folder_length, '/');
}

/* A text as it is after it has been UTF-16. */
static const char *by_way_of_utf16(const char *text)
{
    size_t length = strlen(text), units = 0;
    uint16_t *wide = fuzz_room((length + 3) * sizeof(*wide));
    char *back = fuzz_room(3 * (length + 3));

    (void)utf16_from_utf8(wide, length + 3, text_of(text));
    while (wide[units] != 0)
        units++;
    (void)utf8_from_utf16(back, 3 * (length + 3), wide, units);
    return back;
}

/* Whether something is wrong with a file, or with the firmware. */
static bool may_be_unreadable(void)
{
    const struct fake_setup *setup = fake_setup();

    for (size_t i = 0; i < setup->file_count; i++) {
        if (setup->files[i].missing > 0 || setup->files[i].bad > 0)
            return true;
    }
    return fake_injected() > 0;
}

static bool is_initrd(struct bytes wanted)
{
    const struct fake_started *started = fake_started();

    if (started->initrd.size == 0 && fake_setup()->program.other_initrd)
        return true; /* it stays */
    if (started->initrd.size != wanted.size)
        return false;
    if (started->initrd_failed)
        return may_be_unreadable();
    return wanted.size == 0 || memcmp(started->initrd.data, wanted.data, wanted.size) == 0;
}

static enum likeness compare(const struct entry_wishes *wishes)
{
    const struct fake_started *started = fake_started();

    if (strcmp(wishes->path, started->path) != 0)
        return NOTHING;
    if (strcmp(by_way_of_utf16(wishes->options), started->options ? started->options : "") != 0)
        return PATH;
    return wishes->unsure || is_initrd(wishes->initrd) ? ALL : OPTIONS;
}

/* Whether the bytes have the beginning of an automatic entry's id, a character in so many of them. */
static bool has_automatic(struct bytes bytes, size_t step)
{
    static const char prefix[] = "auto-";
    size_t length = sizeof(prefix) - 1;

    for (size_t i = 0; i + length * step <= bytes.size; i++) {
        size_t alike = 0;

        while (alike < length && (bytes.data[i + alike * step] | 0x20) == (prefix[alike] | 0x20))
            alike++;
        if (alike == length)
            return true;
    }
    return false;
}

bool volume_names_automatic(void)
{
    const struct fake_file *file = fake_volume_find(false, "/loader/loader.conf");
    const struct fake_setup *setup = fake_setup();
    bool names = file && has_automatic(file->bytes, 1);

    for (size_t i = 0; i < setup->variable_count; i++)
        names |= has_automatic(setup->variables[i].value, 2);
    return names;
}

/* What says itself what entry it is, stands in for entries, or is an entry that nobody has written: it is given
 * nothing. */
static enum likeness compare_itself(const struct fake_file *file)
{
    static const char *const usual[] = {"/boot/kernel.elf", "/kernel.elf", "/kernel.bin"};
    static const char *const automatic[] = {"/shellx64.efi", "/EFI/Microsoft/Boot/bootmgfw.efi",
                                            "/System/Library/CoreServices/boot.efi"};
    const char *path = fake_started()->path;
    const struct entry_wishes wishes = {.path = path, .options = ""};

    if (lies_in(IMAGES, ".efi", path) && memmem(file->bytes.data, file->bytes.size, ".osrel", 6))
        return compare(&wishes);
    for (size_t i = 0; i < COUNT(usual); i++) {
        if (strcmp(path, usual[i]) == 0)
            return compare(&wishes);
    }
    for (size_t i = 0; (volume_names_automatic() || fake_setup()->typed) && i < COUNT(automatic); i++) {
        if (strcmp(path, automatic[i]) == 0)
            return compare(&wishes);
    }
    return NOTHING;
}

static enum likeness compare_with_all(const struct fake_file *image)
{
    const struct fake_setup *setup = fake_setup();
    enum likeness most = compare_itself(image);

    for (size_t i = 0; i < setup->file_count; i++) {
        struct entry_wishes wishes;
        enum likeness likeness = NOTHING;

        if (lies_in(ENTRIES, ".conf", setup->files[i].path) && read_entry(setup->files[i].bytes, &wishes))
            likeness = compare(&wishes);
        most = likeness > most ? likeness : most;
    }
    return most;
}

void start_verdict_give(void)
{
    static const char *const what[] = {[NOTHING] = "which nobody asked for",
                                       [PATH] = "with options that are none of its entry's",
                                       [OPTIONS] = "with an initrd that is none of its entry's"};
    const struct fake_started *started = fake_started();
    const struct fake_file *file;
    enum likeness likeness;

    if (started->count == 0)
        return;
    if (strchr(started->path, '?')) /* it was no plain name */
        return;
    file = fake_volume_find(false, started->path);
    if (!file || file->bytes.size < 2 || memcmp(file->bytes.data, "MZ", 2) != 0) {
        fake_complain("%s was started, which is no image", started->path);
        return;
    }
    likeness = compare_with_all(file);
    if (likeness != ALL)
        fake_complain("%s was started %s: \"%s\", and %zu bytes of initrd", started->path, what[likeness],
                      started->options ? started->options : "", started->initrd.size);
}
