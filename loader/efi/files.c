/* SPDX-License-Identifier: BSD-2-Clause */
#include "files.h"

#include "checked.h"
#include "entries.h"
#include "log.h"
#include "memory.h"
#include "utf.h"

#define PATH_UNITS 512 /* UTF-16 units of a path; FAT allows 260 */
#define NAME_UNITS 256 /* and of one name */
#define PIECE      (1ULL << 20)

void volume_close(struct volume *volume)
{
    if (volume->root)
        (void)volume->root->Close(volume->root); /* specified to succeed always */
    volume->root = NULL;
}

static void undo_volume(const struct firmware *firmware, void *subject, uint64_t number)
{
    (void)firmware;
    (void)number;
    volume_close(subject);
}

enum status volume_open(struct ledger *ledger, struct volume *volume, struct error *error)
{
    static const EFI_GUID file_system_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    const struct firmware *firmware = ledger->firmware;
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *file_system = NULL;
    EFI_FILE_PROTOCOL *root = NULL;
    void *interface = NULL;
    EFI_STATUS result;
    enum status status;

    if (volume->root)
        return STATUS_OK;
    status = ledger_prepare(ledger, error);
    if (status != STATUS_OK)
        return status;
    result = firmware->boot->HandleProtocol(volume->device, &file_system_guid, &interface);
    file_system = interface;
    if (result == EFI_SUCCESS)
        result = file_system->OpenVolume(file_system, &root);
    if (result != EFI_SUCCESS)
        return error_set(error, STATUS_NOT_FOUND,
                         "The volume %s cannot be opened (%s). Is it a FAT file system, and is the disk still there?",
                         volume->name, firmware_status_name(result));
    volume->root = root;
    ledger_note(ledger, &(struct ledger_entry){undo_volume, volume, 0});
    return STATUS_OK;
}

/* "/folder/name" as the firmware wants it: backslashes, without the first one. False when it is too long. */
static bool convert_path(const char *path, uint16_t units[PATH_UNITS])
{
    struct text text = text_of(path);

    while (text_starts_with(text, "/")) {
        text.data++;
        text.length--;
    }
    if (utf16_from_utf8(units, PATH_UNITS, text) != text.length)
        return false;
    for (size_t i = 0; units[i] != 0; i++) {
        if (units[i] == '/')
            units[i] = '\\';
    }
    return true;
}

static EFI_STATUS open_handle(const struct volume *volume, const char *path, uint64_t mode,
                              EFI_FILE_PROTOCOL **ret_handle)
{
    uint16_t units[PATH_UNITS];
    EFI_FILE_PROTOCOL *handle = NULL;
    EFI_STATUS result;

    if (!convert_path(path, units))
        return EFI_NOT_FOUND;
    result = volume->root->Open(volume->root, &handle, units, mode, 0);
    if (result == EFI_SUCCESS)
        *ret_handle = handle;
    return result;
}

bool volume_has(const struct volume *volume, const char *path)
{
    EFI_FILE_PROTOCOL *handle = NULL;

    if (open_handle(volume, path, EFI_FILE_MODE_READ, &handle) != EFI_SUCCESS)
        return false;
    (void)handle->Close(handle); /* specified to succeed always */
    return true;
}

/* Room for the information on one file; the structure ends with the name. */
union info_room {
    EFI_FILE_INFO info;
    uint8_t bytes[sizeof(EFI_FILE_INFO) + NAME_UNITS * sizeof(uint16_t)];
};

/* What has been opened: a file, with its size, or a folder. It is there, whatever the firmware says now. */
static enum status read_info(EFI_FILE_PROTOCOL *handle, const char *path, bool *ret_is_folder, uint64_t *ret_size,
                             struct error *error)
{
    static const EFI_GUID info_guid = EFI_FILE_INFO_ID;
    union info_room room;
    UINTN size = sizeof(room);
    EFI_STATUS result = handle->GetInfo(handle, &info_guid, &size, &room);

    if (result != EFI_SUCCESS)
        return error_set(error, STATUS_DEVICE,
                         "%s: the firmware cannot say what it is (%s). Check the disk, or copy it again.", path,
                         firmware_status_name(result));
    *ret_is_folder = (room.info.Attribute & EFI_FILE_DIRECTORY) != 0;
    *ret_size = room.info.FileSize;
    return STATUS_OK;
}

/*
 * Moves to the end of a file, which tells its size; a folder refuses it (UEFI 2.10, section 13.5). GetInfo costs nearly
 * as much as opening it did. There must be nothing to read there: EDK2's UDF driver took the last byte for the end
 * until 2018 (tianocore/edk2 issue 7570).
 */
static bool find_end(EFI_FILE_PROTOCOL *handle, uint64_t *position)
{
    uint64_t end = 0;
    UINTN more = 1;
    uint8_t byte;

    if (handle->SetPosition(handle, UINT64_MAX) != EFI_SUCCESS)
        return false;
    *position = UINT64_MAX; /* wherever that is */
    if (handle->GetPosition(handle, &end) != EFI_SUCCESS || end > INT64_MAX ||
        handle->Read(handle, &more, &byte) != EFI_SUCCESS || more != 0)
        return false;
    *position = end;
    return true;
}

/* The rest of opening a file: it must be one, or it is closed. */
static enum status check_is_file(struct file *file, struct error *error)
{
    bool is_folder = false;
    enum status status = STATUS_OK;

    if (find_end(file->handle, &file->position))
        file->size = file->position;
    else
        status = read_info(file->handle, file->path, &is_folder, &file->size, error);
    if (status == STATUS_OK && is_folder)
        status = entries_refuse_folder(file->path, error);
    if (status != STATUS_OK)
        file_close(file);
    return status;
}

enum status file_open(const struct volume *volume, const char *path, struct file *ret_file, struct error *error)
{
    struct file file = {.volume = volume, .path = path, .mode = EFI_FILE_MODE_READ};
    EFI_STATUS result = open_handle(volume, path, file.mode, &file.handle);
    enum status status;

    if (result == EFI_NOT_FOUND)
        return entries_refuse_missing(path, error);
    if (result != EFI_SUCCESS)
        return error_set(error, STATUS_DEVICE, "%s: cannot be opened (%s). Copy it again, or check the disk.", path,
                         firmware_status_name(result));
    status = check_is_file(&file, error);
    if (status == STATUS_OK)
        *ret_file = file;
    return status;
}

static void undo_open(const struct firmware *firmware, void *subject, uint64_t number)
{
    (void)firmware;
    (void)number;
    file_close(subject);
}

enum status file_open_noted(struct ledger *ledger, const struct volume *volume, const char *path, struct file *file,
                            struct error *error)
{
    enum status status = ledger_prepare(ledger, error);

    if (status == STATUS_OK)
        status = file_open(volume, path, file, error);
    if (status == STATUS_OK)
        ledger_note(ledger, &(struct ledger_entry){undo_open, file, 0});
    return status;
}

void file_close(struct file *file)
{
    if (file->handle)
        (void)file->handle->Close(file->handle); /* specified to succeed always */
    file->handle = NULL;
}

static void undo_handle(const struct firmware *firmware, void *subject, uint64_t number)
{
    EFI_FILE_PROTOCOL *handle = subject;

    (void)firmware;
    (void)number;
    (void)handle->Close(handle); /* specified to succeed always */
}

/* A few: there may be a thousand entries. */
static void leave_open(struct ledger *ledger, EFI_FILE_PROTOCOL *handle)
{
    if (ledger->count < LEDGER_FIRST / 2)
        ledger_note(ledger, &(struct ledger_entry){undo_handle, handle, 0});
    else
        (void)handle->Close(handle); /* specified to succeed always */
}

void file_leave(struct ledger *ledger, struct file *file)
{
    if (file->handle)
        leave_open(ledger, file->handle);
    file->handle = NULL;
}

static EFI_STATUS seek(struct file *file, uint64_t offset)
{
    EFI_STATUS result = EFI_SUCCESS;

    if (file->position != offset)
        result = file->handle->SetPosition(file->handle, offset);
    if (result == EFI_SUCCESS)
        file->position = offset;
    return result;
}

/* One call. Returns the bytes that came, which may be fewer, or 0. */
static uint64_t read_once(struct file *file, uint64_t offset, uint64_t size, void *room, EFI_STATUS *ret_result)
{
    UINTN count = (UINTN)size;

    *ret_result = seek(file, offset);
    if (*ret_result == EFI_SUCCESS)
        *ret_result = file->handle->Read(file->handle, &count, room);
    if (*ret_result != EFI_SUCCESS || count > size)
        return 0;
    file->position += count;
    return count;
}

static EFI_STATUS reopen(struct file *file)
{
    file_close(file);
    file->position = 0;
    return open_handle(file->volume, file->path, file->mode, &file->handle);
}

/* One read that the line, if there is one, is told of. */
static uint64_t read_told(struct file *file, uint64_t offset, uint64_t size, void *room, struct progress_line *line,
                          EFI_STATUS *ret_result)
{
    uint64_t before = line ? line->counter() : 0, count = read_once(file, offset, size, room, ret_result);

    if (line)
        progress_line_read(line, file->path, count, before);
    return count;
}

/* The slow way, after a failure: from `offset` on with a fresh handle, in small pieces. */
static enum status read_in_pieces(struct file *file, uint64_t offset, uint64_t size, uint8_t *room,
                                  struct progress_line *line, struct error *error)
{
    EFI_STATUS result = reopen(file);

    while (result == EFI_SUCCESS && size > 0) {
        uint64_t count = read_told(file, offset, min_u64(size, PIECE), room, line, &result);

        if (count == 0)
            break;
        offset += count;
        room += count;
        size -= count;
    }
    if (size == 0)
        return STATUS_OK;
    return error_set(
        error, STATUS_DEVICE,
        "%s: cannot be read at byte %llu (%s). The disk or its file system is damaged, or the file was cut "
        "short: copy it again.",
        file->path, (unsigned long long)offset, result == EFI_SUCCESS ? "it ends there" : firmware_status_name(result));
}

static enum status read_all(struct file *file, uint64_t offset, uint64_t size, uint8_t *room,
                            struct progress_line *line, struct error *error)
{
    while (size > 0 && file->handle) {
        uint64_t wanted = line ? progress_next(&line->progress, size) : size;
        EFI_STATUS result;
        uint64_t count = read_told(file, offset, wanted, room, line, &result);

        offset += count;
        room += count;
        size -= count;
        if (count == wanted)
            continue;
        log_warning("%s: of %llu bytes one read gave %llu (%s); going on in small pieces", file->path,
                    (unsigned long long)wanted, (unsigned long long)count, firmware_status_name(result));
        break;
    }
    /* Without a handle a read before has failed, and it could not be opened again. */
    return size > 0 ? read_in_pieces(file, offset, size, room, line, error) : STATUS_OK;
}

enum status file_read(struct file *file, uint64_t offset, uint64_t size, void *room, struct error *error)
{
    return read_all(file, offset, size, room, NULL, error);
}

enum status file_load(struct file *file, uint64_t offset, uint64_t size, void *room, struct progress_line *line,
                      struct error *error)
{
    return read_all(file, offset, size, room, line, error);
}

static enum status refuse_change(const char *path, const char *what, EFI_STATUS result, struct error *error)
{
    return error_set(error, STATUS_DEVICE, "%s: cannot be %s (%s). Is the disk full, or write-protected?", path, what,
                     firmware_status_name(result));
}

enum status file_open_to_write(const struct volume *volume, const char *path, struct file *ret_file,
                               struct error *error)
{
    struct file file = {.volume = volume, .path = path, .mode = EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE};
    EFI_STATUS result = open_handle(volume, path, file.mode, &file.handle);
    enum status status;

    if (result == EFI_NOT_FOUND)
        return entries_refuse_missing(path, error);
    if (result != EFI_SUCCESS)
        return refuse_change(path, "opened to be written", result, error);
    status = check_is_file(&file, error);
    if (status == STATUS_OK)
        *ret_file = file;
    return status;
}

/* Whatever is there would show where the new bytes end. */
static enum status delete_if_there(const struct volume *volume, const char *path, bool *ret_was_there,
                                   struct error *error)
{
    struct file file = {.handle = NULL};
    enum status status = file_open_to_write(volume, path, &file, error);

    *ret_was_there = file.handle != NULL;
    if (file.handle)
        return file_delete(&file, error);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status file_create(const struct volume *volume, const char *path, struct bytes content, struct file *ret_file,
                        struct error *error)
{
    struct file file = {.volume = volume, .path = path, .mode = EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE};
    struct error undeleted; /* the failure before is what matters */
    bool was_there = false;
    enum status status = delete_if_there(volume, path, &was_there, error);
    EFI_STATUS result;

    if (status != STATUS_OK)
        return status;
    result = open_handle(volume, path, file.mode | EFI_FILE_MODE_CREATE, &file.handle);
    if (result != EFI_SUCCESS)
        return refuse_change(path, "created", result, error);
    if (was_there) /* or there might be two of that name */
        status = file_flush(&file, error);
    if (status == STATUS_OK)
        status = file_write(&file, 0, content, error);
    if (status == STATUS_OK)
        status = file_flush(&file, error);
    if (status == STATUS_OK)
        *ret_file = file;
    else if (file_delete(&file, &undeleted) != STATUS_OK) /* then it is passed over as any file that is no entry */
        log_info("%s", undeleted.text);
    return status;
}

enum status file_write(struct file *file, uint64_t offset, struct bytes bytes, struct error *error)
{
    UINTN count = bytes.size;
    EFI_STATUS result = seek(file, offset);

    if (result == EFI_SUCCESS)
        result = file->handle->Write(file->handle, &count, bytes.data);
    if (result == EFI_SUCCESS && count == bytes.size) {
        file->position += count;
        return STATUS_OK;
    }
    return refuse_change(file->path, "written", result == EFI_SUCCESS ? EFI_VOLUME_FULL : result, error);
}

enum status file_flush(struct file *file, struct error *error)
{
    EFI_STATUS result = file->handle->Flush(file->handle);

    if (result == EFI_SUCCESS)
        return STATUS_OK;
    return refuse_change(file->path, "brought to the disk", result, error);
}

enum status file_delete(struct file *file, struct error *error)
{
    EFI_STATUS result = file->handle->Delete(file->handle); /* which closes it, also when it fails */

    file->handle = NULL;
    if (result == EFI_SUCCESS)
        return STATUS_OK;
    return refuse_change(file->path, "deleted", result, error);
}

/* Its name, in its folder, without the rest of what is to be known of a file. False when it is too long. */
static bool set_name(union info_room *room, const char *path)
{
    struct text name = text_of(path);
    uint16_t units[NAME_UNITS];
    size_t count = 0;

    for (size_t i = name.length; i > 0; i--) {
        if (name.data[i - 1] == '/') {
            name = (struct text){name.data + i, name.length - i};
            break;
        }
    }
    if (utf16_from_utf8(units, NAME_UNITS, name) != name.length)
        return false;
    while (units[count] != 0)
        count++;
    memcpy(room->info.FileName, units, (count + 1) * sizeof(units[0]));
    room->info.Size = sizeof(room->info) + (count + 1) * sizeof(units[0]);
    return true;
}

/* All else stays as GetInfo says it: another size would cut the file. */
enum status file_rename(struct file *file, const char *path, struct error *error)
{
    static const EFI_GUID info_guid = EFI_FILE_INFO_ID;
    union info_room room;
    UINTN size = sizeof(room);
    EFI_STATUS result = file->handle->GetInfo(file->handle, &info_guid, &size, &room);

    if (result == EFI_SUCCESS && !set_name(&room, path))
        result = EFI_BAD_BUFFER_SIZE;
    if (result == EFI_SUCCESS)
        result = file->handle->SetInfo(file->handle, &info_guid, (UINTN)room.info.Size, &room);
    if (result != EFI_SUCCESS)
        return error_set(error, STATUS_DEVICE,
                         "%s: cannot be renamed (%s). Is the disk full, or write-protected? Some firmware, such as "
                         "U-Boot, renames no files.",
                         file->path, firmware_status_name(result));
    file->path = path;
    return STATUS_OK;
}

enum status folder_open(const struct volume *volume, const char *path, struct folder *ret_folder, struct error *error)
{
    struct folder folder = {NULL, path};
    EFI_STATUS result = open_handle(volume, path, EFI_FILE_MODE_READ, &folder.handle);
    bool is_folder;
    uint64_t size;
    enum status status = STATUS_OK;

    if (result != EFI_SUCCESS)
        return error_set(error, result == EFI_NOT_FOUND ? STATUS_NOT_FOUND : STATUS_DEVICE,
                         "%s: cannot be opened (%s). Check the disk.", path, firmware_status_name(result));
    /* A file opens and reads as well, and what it holds would be taken for names. */
    is_folder = folder.handle->SetPosition(folder.handle, UINT64_MAX) == EFI_UNSUPPORTED; /* as find_end has it */
    if (!is_folder)
        status = read_info(folder.handle, path, &is_folder, &size, error);
    if (status == STATUS_OK && !is_folder)
        status = entries_refuse_file(path, error);
    if (status == STATUS_OK)
        *ret_folder = folder;
    else
        (void)folder.handle->Close(folder.handle); /* specified to succeed always */
    return status;
}

enum status folder_next(struct folder *folder, char *name, size_t size, struct error *error)
{
    for (;;) {
        union info_room room;
        UINTN bytes = sizeof(room);
        EFI_STATUS result = folder->handle->Read(folder->handle, &bytes, &room);
        size_t units = 0;

        if (result != EFI_SUCCESS || bytes > sizeof(room))
            return error_set(error, STATUS_DEVICE, "%s: cannot be read to its end (%s). Check the disk.", folder->path,
                             firmware_status_name(result));
        if (bytes < sizeof(EFI_FILE_INFO))
            return STATUS_NOT_FOUND;
        if (room.info.Attribute & EFI_FILE_DIRECTORY)
            continue;
        while (sizeof(EFI_FILE_INFO) + (units + 1) * sizeof(uint16_t) <= bytes && room.info.FileName[units] != 0)
            units++;
        (void)utf8_from_utf16(name, size, room.info.FileName, units);
        return STATUS_OK;
    }
}

void folder_leave(struct ledger *ledger, struct folder *folder)
{
    leave_open(ledger, folder->handle);
}
