/* SPDX-License-Identifier: BSD-2-Clause */
/* \inject.txt */
#include "inject.h"

#include "memory.h"
#include "text.h"

struct settings settings = {.runs = 1, .exit = 0x20, .start = "\\baton.efi"};

static const struct {
    const char *key;
    uint64_t *number;
    char *text;
} keys[] = {
    {"stale", &settings.stale, NULL},
    {"grow", &settings.grow, NULL},
    {"fragment", &settings.fragment, NULL},
    {"poison", &settings.poison, NULL},
    {"high", &settings.high, NULL},
    {"la57", &settings.la57, NULL},
    {"count", &settings.count, NULL},
    {"runs", &settings.runs, NULL},
    {"exit", &settings.exit, NULL},
    {"odd-types", &settings.odd_types, NULL},
    {"odd-map", &settings.odd_map, NULL},
    {"short-read", &settings.short_read, NULL},
    {"fail-read", &settings.fail_read, NULL},
    {"end-read", &settings.end_read, NULL},
    {"narrow", &settings.narrow, NULL},
    {"masks", &settings.masks, NULL},
    {"no-conout", &settings.no_conout, NULL},
    {"no-device", &settings.no_device, NULL},
    {"watchdog", &settings.watchdog, NULL},
    {"garbage", &settings.garbage, NULL},
    {"echo", &settings.echo, NULL},
    {"edid", &settings.edid, NULL},
    {"fail-mode", &settings.fail_mode, NULL},
    {"clock", &settings.clock, NULL},
    {"random", &settings.random, NULL},
    {"token", &settings.token, NULL},
    {"acpi", &settings.acpi, NULL},
    {"smbios", &settings.smbios, NULL},
    {"device-tree", &settings.device_tree, NULL},
    {"fixup", &settings.fixup, NULL},
    {"devices", &settings.devices, NULL},
    {"steal", &settings.steal, NULL},
    {"taken-pages", &settings.taken_pages, NULL},
    {"fail-pages", &settings.fail_pages, NULL},
    {"fail-pool", &settings.fail_pool, NULL},
    {"fail-map", &settings.fail_map, NULL},
    {"chaos", &settings.chaos, NULL},
    {"statuses", &settings.statuses, NULL},
    {"refused", &settings.refused, NULL},
    {"nx", &settings.nx, NULL},
    {"lies", &settings.lies, NULL},
    {"start", NULL, settings.start},
    {"options", &settings.options_set, settings.options},
};

static void set(struct text key, struct text value)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (!text_is(key, keys[i].key))
            continue;
        if (keys[i].text) {
            if (value.length >= SETTING_TEXT)
                give_up("inject.txt: %s is too long", keys[i].key);
            memcpy(keys[i].text, value.data, value.length);
            keys[i].text[value.length] = '\0';
            if (keys[i].number)
                *keys[i].number = 1;
        } else if (!text_number(value, false, keys[i].number)) {
            give_up("inject.txt: %s wants a number", keys[i].key);
        }
        return;
    }
    give_up("inject.txt: unknown key %.*s", (int)key.length, key.data);
}

static void parse(struct text text)
{
    struct text line;

    while (text_take_line(&text, &line)) {
        size_t equals = 0;

        line = text_trim(line);
        if (line.length == 0)
            continue;
        while (equals < line.length && line.data[equals] != '=')
            equals++;
        if (equals == line.length)
            give_up("inject.txt: no '=' in %.*s", (int)line.length, line.data);
        set((struct text){line.data, equals}, (struct text){line.data + equals + 1, line.length - equals - 1});
    }
}

void settings_read(EFI_HANDLE volume)
{
    static const EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    static char text[2048];
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *files;
    EFI_FILE_PROTOCOL *root, *file;
    UINTN size = sizeof(text);

    need(boot->HandleProtocol(volume, &guid, (void **)&files), "no file system");
    need(files->OpenVolume(files, &root), "the volume does not open");
    need(root->Open(root, &file, (const CHAR16 *)u"\\inject.txt", EFI_FILE_MODE_READ, 0), "no \\inject.txt");
    need(file->Read(file, &size, text), "\\inject.txt cannot be read");
    (void)file->Close(file); /* cannot fail */
    (void)root->Close(root);
    parse((struct text){text, size});
}
