/* SPDX-License-Identifier: BSD-2-Clause */
/* A program that looks at what its loader has given it, and comes back. started.h has its options. */
#include "started.h"

#include "abi/load_file.h"
#include "inject.h"
#include "memory.h"
#include "text.h"

#define OPTIONS_MAX 256
#define INITRDS     8

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

/* What it is to be given, and to do. */
struct wishes {
    uint64_t sizes[INITRDS];
    size_t count;
    uint64_t status;
};

/* What it fetches. `content` is of whole pages; NULL: nobody has any. */
struct initrd {
    uint8_t *content;
    UINTN size;
};

static struct linux_initrd_path initrd_path = LINUX_INITRD_PATH;
static EFI_SYSTEM_TABLE *system;
static struct started_record *record, nobodys; /* read by nobody */

static void find_record(void)
{
    static const EFI_GUID guid = STARTED_RECORD_GUID;

    record = &nobodys;
    for (UINTN i = 0; i < system->NumberOfTableEntries; i++) {
        if (memcmp(&system->ConfigurationTable[i].VendorGuid, &guid, sizeof(guid)) == 0)
            record = system->ConfigurationTable[i].VendorTable;
    }
}

static EFI_STATUS is_wrong(enum started_check check, const char *words)
{
    if (record->wrong == 0)
        record->wrong = check;
    say_plainly(words);
    return EFI_ABORTED;
}

/* ---- the options ---- */

/* The load options as text; false when they are none that ends where it must. */
static bool read_text(const EFI_LOADED_IMAGE_PROTOCOL *loaded, char room[OPTIONS_MAX], struct text *ret_text)
{
    const CHAR16 *units = loaded->LoadOptions;
    size_t count = loaded->LoadOptionsSize / sizeof(*units);

    if (!units || loaded->LoadOptionsSize % sizeof(*units) != 0 || count == 0 || count > OPTIONS_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (units[i] > 0x7e || (units[i] == 0) != (i + 1 == count))
            return false;
        room[i] = (char)units[i];
    }
    *ret_text = (struct text){room, count - 1};
    return true;
}

/* Takes "key=" off the word. */
static bool take_key(struct text *word, const char *key)
{
    size_t length = text_length(key);

    if (!text_starts_with(*word, key))
        return false;
    *word = (struct text){word->data + length, word->length - length};
    return true;
}

static bool read_sizes(struct text list, struct wishes *wishes)
{
    while (list.length > 0) {
        size_t length = 0;

        while (length < list.length && list.data[length] != '+')
            length++;
        if (wishes->count == INITRDS ||
            !text_number((struct text){list.data, length}, false, &wishes->sizes[wishes->count++]))
            return false;
        length += length < list.length ? 1 : 0;
        list = (struct text){list.data + length, list.length - length};
    }
    return true;
}

static bool read_wishes(struct text text, struct wishes *ret_wishes)
{
    struct wishes wishes = {.count = 0};
    struct text begin = text_take_word(&text), sizes = text_take_word(&text), status = text_take_word(&text);

    if (!text_is(begin, "begin") || !take_key(&sizes, "initrd=") || !read_sizes(sizes, &wishes) ||
        !take_key(&status, "status=") || !text_number(status, false, &wishes.status) || !text_is(text, "end"))
        return false;
    *ret_wishes = wishes;
    return true;
}

/* ---- the initrd ---- */

/* Who has one. NULL: nobody. */
static EFI_STATUS find_loader(EFI_LOAD_FILE2_PROTOCOL **ret_loader)
{
    static const EFI_GUID load_file = EFI_LOAD_FILE2_PROTOCOL_GUID;
    EFI_DEVICE_PATH_PROTOCOL *path = &initrd_path.vendor.Header;
    EFI_HANDLE handle;
    EFI_STATUS status = system->BootServices->LocateDevicePath(&load_file, &path, &handle);

    *ret_loader = NULL;
    if (status == EFI_SUCCESS)
        status = system->BootServices->HandleProtocol(handle, &load_file, (void **)ret_loader);
    return status == EFI_NOT_FOUND ? EFI_SUCCESS : status;
}

/* As Linux does (drivers/firmware/efi/libstub/efi-stub-helper.c): asks for the size, then for the bytes. */
static EFI_STATUS fetch(EFI_LOAD_FILE2_PROTOCOL *loader, struct initrd *initrd)
{
    EFI_PHYSICAL_ADDRESS pages;
    UINTN size;
    EFI_STATUS status = loader->LoadFile(loader, &initrd_path.end, 0, &initrd->size, NULL);

    if (status != EFI_BUFFER_TOO_SMALL || initrd->size == 0)
        return is_wrong(STARTED_INITRD, "started: the initrd has no size");
    status = system->BootServices->AllocatePages(AllocateAnyPages, EfiLoaderData,
                                                 (initrd->size + EFI_PAGE_SIZE - 1) / EFI_PAGE_SIZE, &pages);
    if (status != EFI_SUCCESS)
        return status;
    initrd->content = (uint8_t *)(uintptr_t)pages;
    memset(initrd->content, 0xa5, initrd->size);
    size = initrd->size;
    status = loader->LoadFile(loader, &initrd_path.end, 0, &size, initrd->content);
    if (status == EFI_SUCCESS && size != initrd->size)
        return is_wrong(STARTED_INITRD, "started: the initrd has two sizes");
    return status;
}

static bool is_pattern(const struct initrd *initrd, const struct wishes *wishes)
{
    size_t at = 0;

    for (size_t i = 0; i < wishes->count; i++) {
        for (; at % 4 != 0; at++) {
            if (at >= initrd->size || initrd->content[at] != 0)
                return false;
        }
        for (size_t j = 0; j < wishes->sizes[i]; j++, at++) {
            if (at >= initrd->size || initrd->content[at] != j * 7 % 251)
                return false;
        }
    }
    return at == initrd->size;
}

static EFI_STATUS look_at_initrd(const struct wishes *wishes)
{
    struct initrd initrd = {NULL, 0};
    EFI_LOAD_FILE2_PROTOCOL *loader;
    EFI_STATUS status = find_loader(&loader);

    if (status == EFI_SUCCESS && loader)
        status = fetch(loader, &initrd);
    if (status == EFI_SUCCESS && !is_pattern(&initrd, wishes))
        status = is_wrong(STARTED_INITRD, "started: the initrd is another one");
    if (initrd.content)
        (void)system->BootServices->FreePages((uintptr_t)initrd.content,
                                              (initrd.size + EFI_PAGE_SIZE - 1) / EFI_PAGE_SIZE); /* they are its own */
    return status;
}

/* ---- the way back ---- */

static EFI_STATUS come_back(EFI_HANDLE image, const struct wishes *wishes)
{
    static CHAR16 words[] = u"out of paper";

    if (wishes->status == 0) {
        record->content++;
        say_plainly("started: content");
        return EFI_SUCCESS;
    }
    say_plainly("started: content, and comes back with an error");
    return system->BootServices->Exit(image, EFI_ERROR_BIT | wishes->status, sizeof(words), words);
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
    static const EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    EFI_LOADED_IMAGE_PROTOCOL *loaded;
    struct wishes wishes;
    char room[OPTIONS_MAX];
    struct text text;
    EFI_STATUS status;

    system = table;
    find_record();
    need(system->BootServices->HandleProtocol(image, &guid, (void **)&loaded), "started: no loaded image");
    if (!read_text(loaded, room, &text) || !read_wishes(text, &wishes))
        return is_wrong(STARTED_OPTIONS, "started: the options are other ones");
    status = look_at_initrd(&wishes);
    return status == EFI_SUCCESS ? come_back(image, &wishes) : status;
}
