/* SPDX-License-Identifier: BSD-2-Clause */
/* \bench.txt */
#include "stopwatch.h"

#include "memory.h"
#include "text.h"

#define FILE_ROOM 2048

struct settings settings;

static const struct {
    const char *key;
    uint64_t *number;
    char *text;
} keys[] = {
    {"start", NULL, settings.start},
    {"options", NULL, settings.options},
    {"fragment", &settings.fragment, NULL},
    {"watch", &settings.watch, NULL},
};

static bool set(struct text key, struct text value)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (!text_is(key, keys[i].key))
            continue;
        if (!keys[i].text)
            return text_number(value, false, keys[i].number);
        if (value.length >= SETTING_TEXT)
            return false;
        memcpy(keys[i].text, value.data, value.length);
        keys[i].text[value.length] = '\0';
        return true;
    }
    return false;
}

static void parse(struct text text)
{
    struct text line;

    while (text_take_line(&text, &line)) {
        size_t equals = 0;

        while (equals < line.length && line.data[equals] != '=')
            equals++;
        if (equals == line.length ||
            !set((struct text){line.data, equals}, (struct text){line.data + equals + 1, line.length - equals - 1}))
            need(EFI_INVALID_PARAMETER, "a line of bench.txt");
    }
}

void settings_read(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume)
{
    static char text[FILE_ROOM];
    EFI_FILE_PROTOCOL *root, *file;
    UINTN size = sizeof(text);

    need(volume->OpenVolume(volume, &root), "the volume does not open");
    need(root->Open(root, &file, (const CHAR16 *)u"\\bench.txt", EFI_FILE_MODE_READ, 0), "no bench.txt");
    need(file->Read(file, &size, text), "bench.txt cannot be read");
    (void)file->Close(file); /* cannot fail */
    (void)root->Close(root);
    parse((struct text){text, size});
}
