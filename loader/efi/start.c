/* SPDX-License-Identifier: BSD-2-Clause */
#include "start.h"

#include "format.h"
#include "utf.h"

#define WORDS_SIZE 160 /* bytes of what a program says itself */

static void unload(const struct firmware *firmware, void *subject, uint64_t number)
{
    EFI_HANDLE *image = subject;

    (void)number;
    if (*image)
        (void)firmware->boot->UnloadImage(*image); /* nothing is left to do if it cannot */
}

/* What a person can do about an image that the firmware does not load. */
static enum status refuse(EFI_STATUS result, const char *path, struct error *error)
{
    if (result == EFI_SECURITY_VIOLATION || result == EFI_ACCESS_DENIED)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: the firmware does not let it start (%s): Secure Boot wants a signature that this machine "
                         "trusts. Sign it, or enrol its key.",
                         path, firmware_status_name(result));
    if (result == EFI_UNSUPPORTED)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: the firmware does not take it for an EFI program of this machine (%s). Is it the right "
                         "file?",
                         path, firmware_status_name(result));
    return error_set(error, firmware_status(result), "%s: the firmware cannot load it (%s). Copy it again.", path,
                     firmware_status_name(result));
}

static enum status load(struct ledger *ledger, const struct plan *plan, const char *path, EFI_HANDLE *image,
                        struct error *error)
{
    const struct firmware *firmware = ledger->firmware;
    /* The firmware's type lacks the const; it only reads the path. */
    EFI_DEVICE_PATH_PROTOCOL *device_path = (EFI_DEVICE_PATH_PROTOCOL *)(uintptr_t)plan->image.path.data;
    enum status status = ledger_prepare(ledger, error);
    EFI_STATUS result;

    if (status != STATUS_OK)
        return status;
    result = firmware->boot->LoadImage(0, firmware->image, device_path, NULL, 0, image);
    /* An image that must not be started is loaded all the same. */
    if (result == EFI_SUCCESS || (result == EFI_SECURITY_VIOLATION && *image))
        ledger_note(ledger, &(struct ledger_entry){unload, image, 0});
    return result == EFI_SUCCESS ? STATUS_OK : refuse(result, path, error);
}

static enum status give_options(const struct firmware *firmware, const struct plan *plan, const char *path,
                                EFI_HANDLE image, struct error *error)
{
    static const EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    EFI_LOADED_IMAGE_PROTOCOL *loaded;
    void *interface = NULL;
    EFI_STATUS result;

    if (plan->image.options.size == 0)
        return STATUS_OK;
    result = firmware->boot->HandleProtocol(image, &guid, &interface);
    if (result != EFI_SUCCESS)
        return error_set(error, STATUS_DEVICE, "%s: the firmware does not let it have its options (%s).", path,
                         firmware_status_name(result));
    loaded = interface;
    loaded->LoadOptions = (void *)(uintptr_t)plan->image.options.data; /* the program may change them */
    loaded->LoadOptionsSize = (uint32_t)plan->image.options.size; /* a configuration file's, so much less than 4 GiB */
    return STATUS_OK;
}

enum status image_load(struct ledger *ledger, struct initrd *initrd, const struct plan *plan, struct file *files,
                       struct progress_line *line, EFI_HANDLE **ret_image, struct error *error)
{
    const char *path = files[0].path;
    EFI_HANDLE *image;
    void *room = NULL;
    enum status status = ledger_memory(ledger, sizeof(*image), &room, error);

    if (status != STATUS_OK)
        return status;
    image = room;
    *image = NULL;
    file_close(&files[0]); /* the firmware opens it for itself */
    status = load(ledger, plan, path, image, error);
    if (status == STATUS_OK)
        status = give_options(ledger->firmware, plan, path, *image, error);
    if (status == STATUS_OK && plan->image.initrd_size > 0)
        status = initrd_offer(initrd, ledger, plan, files, line, error);
    if (status == STATUS_OK)
        *ret_image = image;
    return status;
}

/* What it says itself (UEFI 2.10, 7.4): a text that ends with 0, which other bytes may follow. The first line of it. */
static void read_words(const CHAR16 *words, UINTN size, char ret_text[WORDS_SIZE])
{
    size_t units = 0;

    while (words && units < size / sizeof(words[0]) && words[units] >= ' ')
        units++;
    (void)utf8_from_utf16(ret_text, WORDS_SIZE, words, units);
}

/* A program may return any number. */
static enum status tell_failure(const char *path, EFI_STATUS result, const char *words, struct error *error)
{
    char number[32];

    (void)format_text(number, sizeof(number), "status 0x%llx", (unsigned long long)result);
    return error_set(error, STATUS_DEVICE, "%s: was started, and came back with %s%s%s.", path,
                     firmware_status_has_name(result) ? firmware_status_name(result) : number,
                     words[0] != '\0' ? ": " : "", words);
}

enum status image_start(const struct firmware *firmware, EFI_HANDLE *image, const char *path, struct error *error)
{
    CHAR16 *words = NULL;
    UINTN size = 0;
    EFI_STATUS result = firmware->boot->StartImage(*image, &size, &words);
    /* What ran and failed is unloaded, and a driver that ran well stays. So what can be unloaded now has not run. */
    bool ran = result == EFI_SUCCESS || firmware->boot->UnloadImage(*image) != EFI_SUCCESS;
    char said[WORDS_SIZE];

    *image = NULL;
    read_words(words, size, said);
    if (words)
        (void)firmware->boot->FreePool(words);             /* it came from the pool */
    (void)firmware->boot->SetWatchdogTimer(0, 0, 0, NULL); /* which it may have started */
    if (result == EFI_SUCCESS)
        return STATUS_OK;
    if (!ran && result == EFI_UNSUPPORTED) /* EDK2 loads 32-bit programs, and then does not start them */
        return refuse(result, path, error);
    return tell_failure(path, result, said, error);
}
