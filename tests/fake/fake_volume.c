/* SPDX-License-Identifier: BSD-2-Clause */
/* The boot volume and the second one: files in memory. There is another volume, which nobody may open. */
#include <stdlib.h>
#include <string.h>

#include "abi/simple_file_system.h"
#include "fake.h"
#include "fake_memory.h"
#include "fake_traps.h"
#include "phys.h"

#define PATH_SIZE 600
#define SHORT     1000
#define LARGE     (1U << 20)

struct open_file {
    EFI_FILE_PROTOCOL protocol; /* first */
    struct open_file *next;
    char path[PATH_SIZE];         /* of a folder without a slash at its end: the root's is "" */
    const struct fake_file *file; /* NULL: a folder */
    uint64_t position;            /* in bytes, or in files that were looked at */
    bool broken;
    bool on_second;
    bool is_writable;
    unsigned call;
};

static struct {
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL volume, second, decoy;
    struct fake_file long_name;
    char long_path[PATH_SIZE];
    struct open_file *open;
    bool has_failed;  /* something that was to be written */
    uint64_t reading; /* nanoseconds */
    struct bytes room;
    unsigned reads[FAKE_FILES];
} state;

/* ---- the tree: folders are the beginnings of paths ---- */

static const struct fake_file *file_at(size_t index)
{
    if (fake_has(FAKE_QUIRK_LONG_NAMES) && index-- == 0)
        return &state.long_name;
    if (index < fake_setup()->crowd_count)
        return &fake_setup()->crowd[index];
    return fake_blocks_file(index - fake_setup()->crowd_count);
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* As FAT compares. */
static bool begins_with(const char *path, const char *beginning, size_t *ret_length)
{
    size_t i = 0;

    for (; beginning[i] != '\0'; i++) {
        if (lower(path[i]) != lower(beginning[i]))
            return false;
    }
    *ret_length = i;
    return true;
}

/* The number-th member of a folder: its name, how long that is, and its file or NULL. False at the end. Folders show
 * up once for each file in them, as far as a loader can mind. */
static bool member(bool on_second, const char *folder, size_t number, const char **ret_name, size_t *ret_length,
                   const struct fake_file **ret_file)
{
    const struct fake_file *file;
    size_t seen = 0, length;

    for (size_t i = 0; (file = file_at(i)) != NULL; i++) {
        const char *name, *end;

        if (file->on_second != on_second || !begins_with(file->path, folder, &length) || file->path[length] != '/')
            continue;
        if (seen++ != number)
            continue;
        name = file->path + length + 1;
        end = strchr(name, '/');
        *ret_name = name;
        *ret_length = end ? (size_t)(end - name) : strlen(name);
        *ret_file = end ? NULL : file;
        return true;
    }
    return false;
}

const struct fake_file *fake_volume_find(bool on_second, const char *path)
{
    const struct fake_file *file;
    size_t length;

    for (size_t i = 0; (file = file_at(i)) != NULL; i++) {
        if (file->on_second == on_second && begins_with(file->path, path, &length) && file->path[length] == '\0')
            return file;
    }
    return NULL;
}

/* ---- files ---- */

static const EFI_FILE_PROTOCOL template;
static EFI_FILE_PROTOCOL *open_one(bool on_second, const char *path, const struct fake_file *file, uint64_t mode);

static struct open_file *checked(EFI_FILE_PROTOCOL *this, const char *service)
{
    for (struct open_file *open = state.open; open; open = open->next) {
        if (&open->protocol == this)
            return open;
    }
    fake_complain("%s: %p is no open file", service, (void *)this);
    return NULL;
}

/* A boot that does not need the second volume must not end for what is asked of it. */
static void note_spare(bool on_second)
{
    if (on_second && !fake_second_is_vital())
        fake_set_vital(false);
}

/* Counting can fail, and the boot goes on. */
static void note_writing(bool is_writable)
{
    if (is_writable)
        fake_set_vital(false);
}

/* A write that fails by itself; nothing more is then promised of what is on the disk. */
static EFI_STATUS refuse(EFI_STATUS status)
{
    state.has_failed |= status != EFI_SUCCESS;
    return status;
}

static bool is_mode(uint64_t mode)
{
    const uint64_t writable = EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE;

    return mode == EFI_FILE_MODE_READ || mode == writable || mode == (writable | EFI_FILE_MODE_CREATE);
}

/* "/folder/name" of what the loader gives as a path. */
static void read_path(const CHAR16 *name, char path[PATH_SIZE])
{
    size_t length = 1;

    path[0] = '/';
    for (size_t i = 0; name[i] != 0 && length < PATH_SIZE - 1; i++) {
        if (name[i] == '/')
            fake_complain("File->Open: a path with slashes");
        path[length++] = (char)(name[i] == '\\' ? '/' : name[i] < 0x80 ? (char)name[i] : '?');
    }
    path[length] = '\0';
}

static EFI_STATUS open_path(struct open_file *folder, const char *path, uint64_t mode, EFI_FILE_PROTOCOL **ret_handle)
{
    const struct fake_file *file;
    size_t length;

    if ((mode & EFI_FILE_MODE_WRITE) && fake_setup()->writes.is_protected)
        return refuse(EFI_WRITE_PROTECTED);
    for (size_t i = 0; (file = file_at(i)) != NULL; i++) {
        if (file->on_second != folder->on_second || !begins_with(file->path, path, &length) ||
            (file->path[length] != '\0' && file->path[length] != '/'))
            continue;
        *ret_handle = open_one(folder->on_second, path, file->path[length] == '\0' ? file : NULL, mode);
        return EFI_SUCCESS;
    }
    if (!(mode & EFI_FILE_MODE_CREATE))
        return EFI_NOT_FOUND;
    *ret_handle = open_one(folder->on_second, path, fake_blocks_create(folder->on_second, path), mode);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI file_open(EFI_FILE_PROTOCOL *this, EFI_FILE_PROTOCOL **ret_handle, const CHAR16 *name,
                                   uint64_t mode, uint64_t attributes)
{
    EFI_STATUS status = fake_call(FAKE_FileOpen);
    struct open_file *folder = checked(this, "File->Open");
    char path[PATH_SIZE];

    if (!folder || !ret_handle || !name || !is_mode(mode) || attributes != 0) {
        fake_complain("File->Open: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    note_spare(folder->on_second);
    note_writing(mode & EFI_FILE_MODE_WRITE);
    if (status != EFI_SUCCESS)
        return status;
    read_path(name, path);
    return open_path(folder, path, mode, ret_handle);
}

static EFI_STATUS EFIAPI file_close(EFI_FILE_PROTOCOL *this)
{
    (void)fake_call(FAKE_FileClose);
    for (struct open_file **at = &state.open; *at; at = &(*at)->next) {
        struct open_file *open = *at;

        if (&open->protocol != this)
            continue;
        *at = open->next;
        free(open);
        return EFI_SUCCESS;
    }
    fake_complain("File->Close: %p is no open file", (void *)this);
    return EFI_SUCCESS;
}

/* EFI_FILE_INFO of a name; EFI_BUFFER_TOO_SMALL when there is no room. */
static EFI_STATUS write_info(const char *name, size_t length, const struct fake_file *file, UINTN *size, void *buffer)
{
    EFI_FILE_INFO info = {.Size = sizeof(info) + (length + 1) * sizeof(CHAR16),
                          .FileSize = file ? file->bytes.size : 0,
                          .PhysicalSize = file ? file->bytes.size : 0,
                          .Attribute = file ? EFI_FILE_ARCHIVE : EFI_FILE_DIRECTORY};
    CHAR16 *units = (CHAR16 *)(void *)((uint8_t *)buffer + sizeof(info));

    if (*size < info.Size) {
        *size = (UINTN)info.Size;
        return EFI_BUFFER_TOO_SMALL;
    }
    memset(buffer, 0xa5, *size);
    memcpy(buffer, &info, sizeof(info));
    for (size_t i = 0; i < length; i++)
        units[i] = (CHAR16)name[i];
    units[length] = 0;
    *size = (UINTN)info.Size;
    return EFI_SUCCESS;
}

static EFI_STATUS read_folder(struct open_file *open, UINTN *size, void *buffer)
{
    const struct fake_file *file;
    const char *name;
    size_t length;
    EFI_STATUS status;

    if (!member(open->on_second, open->path, open->position, &name, &length, &file)) {
        *size = 0;
        return EFI_SUCCESS;
    }
    status = write_info(name, length, file, size, buffer);
    open->position++; /* too small: some firmware passes over the file */
    return status;
}

/* Of a medium that is not infinitely fast. */
static void take_time(uint64_t size)
{
    uint64_t medium = fake_setup()->medium, time = medium > 0 ? size * 1000000000 / medium : 0;

    state.reading += time;
    fake_clock_advance(time);
}

static void count_read(const struct fake_file *file)
{
    for (size_t i = 0; i < fake_setup()->file_count; i++)
        state.reads[i] += strcmp(file->path, fake_setup()->files[i].path) == 0 ? 1 : 0;
}

uint64_t fake_volume_reading(void)
{
    return state.reading;
}

unsigned fake_volume_reads(const char *path)
{
    unsigned reads = 0;

    for (size_t i = 0; i < fake_setup()->file_count; i++)
        reads += strcmp(fake_setup()->files[i].path, path) == 0 ? state.reads[i] : 0;
    return reads;
}

/* Files are read again and in small pieces as it is: there is no third try. */
static bool is_slow(void)
{
    return fake_has(FAKE_QUIRK_SHORT_READS) || fake_has(FAKE_QUIRK_BROKEN_READS);
}

void fake_volume_reads_into(struct bytes room)
{
    state.room = room;
}

static bool is_within(struct bytes room, const void *buffer, size_t size)
{
    const uint8_t *start = buffer;

    return start >= room.data && start <= room.data + room.size && size <= (size_t)(room.data + room.size - start);
}

static EFI_STATUS EFIAPI file_read(EFI_FILE_PROTOCOL *this, UINTN *size, void *buffer)
{
    EFI_STATUS status = fake_call(FAKE_FileRead);
    struct open_file *open = checked(this, "File->Read");
    uint64_t left, end;

    if (!open || !size || !buffer) {
        fake_complain("File->Read: odd arguments");
        return EFI_DEVICE_ERROR;
    }
    if (fake_memory_is_in_use(ptr_to_phys(buffer), *size))
        fake_complain("File->Read: into memory that is in use");
    if (state.room.data && !is_within(state.room, buffer, *size))
        fake_complain("File->Read: not straight into the room that it is for");
    fake_set_vital(!open->file || is_slow());
    note_spare(open->on_second);
    note_writing(open->is_writable);
    if (status != EFI_SUCCESS)
        return status;
    if (!open->file)
        return read_folder(open, size, buffer);
    if (open->position < open->file->bytes.size) /* whether there is more does not count */
        count_read(open->file);
    if (open->broken || (fake_has(FAKE_QUIRK_BROKEN_READS) && *size > LARGE)) {
        open->broken = true;
        return EFI_DEVICE_ERROR;
    }
    end = open->file->bytes.size > open->file->missing ? open->file->bytes.size - open->file->missing : 0;
    left = open->position < end ? end - open->position : 0;
    if (*size > left)
        *size = (UINTN)left;
    if (fake_has(FAKE_QUIRK_SHORT_READS) && *size > SHORT)
        *size = SHORT;
    if (open->file->bad != 0 && open->position + *size > open->file->bad)
        return EFI_DEVICE_ERROR;
    take_time(*size);
    if (*size > 0) /* an empty file has no bytes anywhere */
        memcpy(buffer, open->file->bytes.data + open->position, *size);
    open->position += *size;
    return EFI_SUCCESS;
}

/* How far a file goes, when its last position is asked for. Odd firmware takes the last byte for it, or has none. */
static uint64_t end_of(const struct open_file *open)
{
    if (!fake_has(FAKE_QUIRK_NO_ENDS))
        return open->file->bytes.size;
    return open->file->bytes.size % 2 == 0 ? UINT64_MAX : open->file->bytes.size - 1;
}

static EFI_STATUS EFIAPI file_get_position(EFI_FILE_PROTOCOL *this, uint64_t *ret_position)
{
    EFI_STATUS status = fake_call(FAKE_FileGetPosition);
    struct open_file *open = checked(this, "File->GetPosition");

    if (!open || !ret_position || !open->file) {
        fake_complain("File->GetPosition: odd arguments");
        return EFI_UNSUPPORTED;
    }
    note_spare(open->on_second);
    note_writing(open->is_writable);
    if (status == EFI_SUCCESS)
        *ret_position = open->position;
    return status;
}

static EFI_STATUS EFIAPI file_set_position(EFI_FILE_PROTOCOL *this, uint64_t position)
{
    EFI_STATUS status = fake_call(FAKE_FileSetPosition);
    struct open_file *open = checked(this, "File->SetPosition");

    fake_set_vital(is_slow() && position != UINT64_MAX);
    if (!open || (!open->file && position != 0))
        return status != EFI_SUCCESS ? status : EFI_UNSUPPORTED;
    note_spare(open->on_second);
    note_writing(open->is_writable);
    if (status == EFI_SUCCESS)
        open->position = position == UINT64_MAX ? end_of(open) : position;
    return status;
}

static EFI_STATUS EFIAPI file_get_info(EFI_FILE_PROTOCOL *this, const EFI_GUID *type, UINTN *size, void *buffer)
{
    static const EFI_GUID info_guid = EFI_FILE_INFO_ID;
    EFI_STATUS status = fake_call(FAKE_FileGetInfo);
    struct open_file *open = checked(this, "File->GetInfo");
    const char *name;

    if (!open || !type || !size || memcmp(type, &info_guid, sizeof(info_guid)) != 0) {
        fake_complain("File->GetInfo: odd arguments");
        return EFI_UNSUPPORTED;
    }
    note_spare(open->on_second);
    note_writing(open->is_writable);
    if (status != EFI_SUCCESS)
        return status;
    name = strrchr(open->path, '/');
    name = name ? name + 1 : "";
    return write_info(name, strlen(name), open->file, size, buffer);
}

/* ---- writing ---- */

static struct open_file *checked_to_write(EFI_FILE_PROTOCOL *this, const char *service)
{
    struct open_file *open = checked(this, service);

    if (open && open->file && open->is_writable)
        return open;
    fake_complain("%s: odd arguments", service);
    return NULL;
}

static EFI_STATUS EFIAPI file_write(EFI_FILE_PROTOCOL *this, UINTN *size, const void *buffer)
{
    EFI_STATUS status = fake_call(FAKE_FileWrite);
    struct open_file *open = checked_to_write(this, "File->Write");

    if (!open || !size || !buffer)
        return EFI_DEVICE_ERROR;
    if (status != EFI_SUCCESS || open->broken)
        return refuse(status != EFI_SUCCESS ? status : EFI_DEVICE_ERROR);
    if (!fake_blocks_write(open->file, open->position, (struct bytes){buffer, *size}))
        return refuse(EFI_VOLUME_FULL);
    open->position += *size;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI file_flush(EFI_FILE_PROTOCOL *this)
{
    EFI_STATUS status = fake_call(FAKE_FileFlush);

    if (!checked_to_write(this, "File->Flush"))
        return EFI_DEVICE_ERROR;
    if (status != EFI_SUCCESS)
        return refuse(status);
    return fake_blocks_flush() ? EFI_SUCCESS : refuse(EFI_DEVICE_ERROR);
}

static void forget_open(struct open_file *open)
{
    struct open_file **at = &state.open;

    while (*at != open)
        at = &(*at)->next;
    *at = open->next;
    free(open);
}

/* It is closed, whatever comes of it. */
static EFI_STATUS EFIAPI file_delete(EFI_FILE_PROTOCOL *this)
{
    EFI_STATUS status = fake_call(FAKE_FileDelete);
    struct open_file *open = checked_to_write(this, "File->Delete");
    const struct fake_file *file = open ? open->file : NULL;
    bool is_gone = open && open->broken;

    if (!open)
        return EFI_WARN_DELETE_FAILURE;
    forget_open(open);
    for (struct open_file *other = state.open; other && status == EFI_SUCCESS; other = other->next)
        other->broken |= other->file == file;
    if (status == EFI_SUCCESS && !is_gone)
        fake_blocks_delete(file);
    return refuse(status);
}

/* The new name, in the folder of the old one. */
static bool read_name(const struct open_file *open, const EFI_FILE_INFO *info, char path[PATH_SIZE])
{
    size_t length = (size_t)(strrchr(open->path, '/') + 1 - open->path), i = 0;

    if (info->FileSize != open->file->bytes.size || info->Attribute != EFI_FILE_ARCHIVE)
        return false;
    memcpy(path, open->path, length);
    for (; info->FileName[i] != 0 && length < PATH_SIZE - 1; i++) {
        if (info->FileName[i] == '/' || info->FileName[i] == '\\')
            return false;
        path[length++] = (char)(info->FileName[i] < 0x80 ? (char)info->FileName[i] : '?');
    }
    path[length] = '\0';
    return info->FileName[i] == 0 && info->Size == sizeof(*info) + (i + 1) * sizeof(CHAR16);
}

static EFI_STATUS EFIAPI file_set_info(EFI_FILE_PROTOCOL *this, const EFI_GUID *type, UINTN size, const void *buffer)
{
    static const EFI_GUID info_guid = EFI_FILE_INFO_ID;
    EFI_STATUS status = fake_call(FAKE_FileSetInfo);
    struct open_file *open = checked_to_write(this, "File->SetInfo");
    const EFI_FILE_INFO *info = buffer;
    const struct fake_file *old, *new;
    char path[PATH_SIZE];

    if (!open)
        return EFI_UNSUPPORTED;
    if (memcmp(type, &info_guid, sizeof(info_guid)) != 0 || size < sizeof(*info) || info->Size != size ||
        !read_name(open, info, path)) {
        fake_complain("File->SetInfo: this is no new name for the file");
        return EFI_UNSUPPORTED;
    }
    if (status != EFI_SUCCESS || open->broken)
        return refuse(status != EFI_SUCCESS ? status : EFI_DEVICE_ERROR);
    if (fake_setup()->writes.no_rename || fake_volume_find(open->on_second, path))
        return refuse(EFI_ACCESS_DENIED);
    old = open->file;
    new = fake_blocks_rename(old, path);
    for (struct open_file *other = state.open; other; other = other->next) {
        if (other->file == old)
            other->file = new;
    }
    strncpy(open->path, path, PATH_SIZE - 1);
    return EFI_SUCCESS;
}

static const EFI_FILE_PROTOCOL template = {
    .Revision = EFI_FILE_PROTOCOL_REVISION,
    .Open = file_open,
    .Close = file_close,
    .Read = file_read,
    .GetPosition = file_get_position,
    .SetPosition = file_set_position,
    .GetInfo = file_get_info,
    .Write = file_write,
    .Flush = file_flush,
    .Delete = file_delete,
    .SetInfo = file_set_info,
};

static EFI_FILE_PROTOCOL *open_one(bool on_second, const char *path, const struct fake_file *file, uint64_t mode)
{
    struct open_file *open = calloc(1, sizeof(*open));

    if (!open)
        abort();
    open->protocol.Revision = template.Revision;
    open->protocol.Open = template.Open;
    open->protocol.Close = template.Close;
    open->protocol.Read = template.Read;
    open->protocol.GetPosition = template.GetPosition;
    open->protocol.SetPosition = template.SetPosition;
    open->protocol.GetInfo = template.GetInfo;
    open->protocol.Write = template.Write;
    open->protocol.Flush = template.Flush;
    open->protocol.Delete = template.Delete;
    open->protocol.SetInfo = template.SetInfo;
    strncpy(open->path, path, PATH_SIZE - 1);
    open->on_second = on_second;
    open->file = file;
    open->is_writable = (mode & EFI_FILE_MODE_WRITE) != 0;
    open->call = fake_calls();
    open->next = state.open;
    state.open = open;
    return &open->protocol;
}

static EFI_STATUS EFIAPI open_volume(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *this, EFI_FILE_PROTOCOL **ret_root)
{
    EFI_STATUS status = fake_call(FAKE_OpenVolume);

    if (this == &state.decoy)
        fake_complain("another volume was opened than the one that the loader came from");
    note_spare(this == &state.second);
    if (status == EFI_SUCCESS && this == &state.second && fake_setup()->second.is_lost)
        status = EFI_VOLUME_CORRUPTED;
    if (status == EFI_SUCCESS)
        *ret_root = open_one(this == &state.second, "", NULL, EFI_FILE_MODE_READ);
    return status;
}

void fake_volume_stop(void)
{
    while (state.open) {
        struct open_file *next = state.open->next;

        free(state.open);
        state.open = next;
    }
}

void fake_volume_add_second(void)
{
    static const EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;

    fake_protocols_add(fake_second_device(), &guid, &state.second);
}

void fake_volume_start(void)
{
    static const EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;

    fake_blocks_start();
    state.has_failed = false;
    state.reading = 0;
    state.room = (struct bytes){NULL, 0};
    memset(state.reads, 0, sizeof(state.reads));
    memset(state.long_path, 'x', sizeof(state.long_path));
    memcpy(state.long_path, "/loader/entries/", 16);
    memcpy(state.long_path + 16 + 251, ".txt", 5);
    state.long_name = (struct fake_file){.path = state.long_path, .bytes = {(const uint8_t *)"?", 1}};
    state.volume = (EFI_SIMPLE_FILE_SYSTEM_PROTOCOL){EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_REVISION, open_volume};
    state.decoy = state.volume;
    state.second = state.volume;
    if (fake_second_is_connected())
        fake_volume_add_second();
    fake_protocols_add(fake_other_device(), &guid, &state.decoy);
    fake_protocols_add(fake_boot_device(), &guid, &state.volume);
}

void fake_volume_check(void)
{
    for (const struct open_file *open = state.open; open; open = open->next)
        fake_complain("\"%s\", opened by call %u, was not closed", open->path, open->call);
}

void fake_volume_check_written(void)
{
    for (const struct open_file *open = state.open; open; open = open->next) {
        if (open->is_writable)
            fake_complain("\"%s\", opened by call %u to be written, was not closed", open->path, open->call);
    }
    if (!state.has_failed && fake_injected() == 0)
        fake_blocks_check();
}
