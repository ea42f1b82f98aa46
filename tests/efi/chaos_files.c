/* SPDX-License-Identifier: BSD-2-Clause */
/* The boot volume: files that the firmware opens, under handles of our own. Whatever is written is lost: each run
 * begins with the same disk, and the firmware's own memory, of which files that come and go take more or less, is as
 * before. */
#include "chaos.h"

#include "memory.h"

#define OPEN_FILES 64

struct open_file {
    EFI_FILE_PROTOCOL protocol; /* first */
    EFI_FILE_PROTOCOL *real;    /* NULL: free */
    bool is_folder, is_writable;
    unsigned call;
};

static EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *real_volume, volume;
static struct open_file files[OPEN_FILES];
static unsigned reads; /* of files */

static struct open_file *find(const EFI_FILE_PROTOCOL *this)
{
    for (unsigned i = 0; i < OPEN_FILES; i++) {
        if (&files[i].protocol == this && files[i].real)
            return &files[i];
    }
    return NULL;
}

bool chaos_is_open(const EFI_FILE_PROTOCOL *file)
{
    return find(file) != NULL;
}

bool chaos_is_folder(const EFI_FILE_PROTOCOL *file)
{
    return find(file)->is_folder;
}

bool chaos_is_writable(const EFI_FILE_PROTOCOL *file)
{
    return find(file)->is_writable;
}

static bool is_folder(EFI_FILE_PROTOCOL *real)
{
    static const EFI_GUID guid = EFI_FILE_INFO_ID;
    union {
        EFI_FILE_INFO info;
        uint8_t bytes[1024];
    } room;
    UINTN size = sizeof(room);

    need(real->GetInfo(real, &guid, &size, &room), "a file tells nothing");
    return (room.info.Attribute & EFI_FILE_DIRECTORY) != 0;
}

static EFI_FILE_PROTOCOL *wrap(EFI_FILE_PROTOCOL *real, bool is_writable)
{
    for (unsigned i = 0; i < OPEN_FILES; i++) {
        struct open_file *file = &files[i];

        if (file->real)
            continue;
        *file = (struct open_file){.protocol = *real,
                                   .real = real,
                                   .is_folder = is_folder(real),
                                   .is_writable = is_writable,
                                   .call = fake_calls()};
        chaos_fill((void *)&file->protocol.Open, CHAOS_FILE, CHAOS_GRAPHICS - CHAOS_FILE);
        return &file->protocol;
    }
    give_up("the loader opens more than %u files", OPEN_FILES);
}

static EFI_STATUS EFIAPI open_volume(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *this, EFI_FILE_PROTOCOL **ret_root)
{
    EFI_FILE_PROTOCOL *real;
    EFI_STATUS status = real_volume->OpenVolume(real_volume, &real);

    (void)this;
    if (status == EFI_SUCCESS)
        *ret_root = wrap(real, false);
    return status;
}

static EFI_STATUS EFIAPI open_file(EFI_FILE_PROTOCOL *this, EFI_FILE_PROTOCOL **ret_file, const CHAR16 *name,
                                   uint64_t mode, uint64_t attributes)
{
    EFI_FILE_PROTOCOL *folder = find(this)->real, *real;
    EFI_STATUS status = folder->Open(folder, &real, name, EFI_FILE_MODE_READ, attributes);

    if (status == EFI_NOT_FOUND && (mode & EFI_FILE_MODE_CREATE)) /* no matter what is behind it */
        status = folder->Open(folder, &real, u".", EFI_FILE_MODE_READ, attributes);
    if (status == EFI_SUCCESS)
        *ret_file = wrap(real, (mode & EFI_FILE_MODE_WRITE) != 0);
    return status;
}

static EFI_STATUS EFIAPI close_file(EFI_FILE_PROTOCOL *this)
{
    struct open_file *file = find(this);
    EFI_FILE_PROTOCOL *real = file->real;

    file->real = NULL;
    return real->Close(real);
}

/* How much of what was asked for this read gives. */
static UINTN shorten(UINTN size)
{
    enum chaos_way way = chaos_run.way;
    bool goes_on = way == CHAOS_HALVES || way == CHAOS_NONES;

    if (way < CHAOS_HALF || way > CHAOS_NONES || chaos_run.number == 0 || ++reads < chaos_run.number ||
        (reads > chaos_run.number && !goes_on))
        return size;
    chaos_run.injections++;
    return way == CHAOS_HALF || way == CHAOS_HALVES ? (size + 1) / 2 : 0;
}

static EFI_STATUS EFIAPI read_file(EFI_FILE_PROTOCOL *this, UINTN *size, void *buffer)
{
    struct open_file *file = find(this);

    if (!file->is_folder) {
        *size = shorten(*size);
        if (*size == 0)
            return EFI_SUCCESS;
    }
    return file->real->Read(file->real, size, buffer);
}

static EFI_STATUS EFIAPI get_position(EFI_FILE_PROTOCOL *this, uint64_t *ret_position)
{
    EFI_FILE_PROTOCOL *real = find(this)->real;

    return real->GetPosition(real, ret_position);
}

static EFI_STATUS EFIAPI set_position(EFI_FILE_PROTOCOL *this, uint64_t position)
{
    EFI_FILE_PROTOCOL *real = find(this)->real;

    return real->SetPosition(real, position);
}

static EFI_STATUS EFIAPI get_info(EFI_FILE_PROTOCOL *this, const EFI_GUID *type, UINTN *size, void *buffer)
{
    EFI_FILE_PROTOCOL *real = find(this)->real;

    return real->GetInfo(real, type, size, buffer);
}

/* What is opened to be written is written to by nobody else, so nobody can tell that nothing changes. */
static EFI_STATUS EFIAPI write_file(EFI_FILE_PROTOCOL *this, UINTN *size, const void *buffer)
{
    (void)buffer;
    return find(this)->is_writable && *size > 0 ? EFI_SUCCESS : EFI_ACCESS_DENIED;
}

static EFI_STATUS EFIAPI flush_file(EFI_FILE_PROTOCOL *this)
{
    return find(this)->is_writable ? EFI_SUCCESS : EFI_ACCESS_DENIED;
}

/* It is closed, whatever comes of it (UEFI 2.10, 13.5). */
static EFI_STATUS EFIAPI delete_file(EFI_FILE_PROTOCOL *this)
{
    bool is_writable = find(this)->is_writable;

    (void)close_file(this); /* cannot fail */
    return is_writable ? EFI_SUCCESS : EFI_WARN_DELETE_FAILURE;
}

void chaos_file_close(EFI_FILE_PROTOCOL *file)
{
    (void)close_file(file); /* cannot fail */
}

static EFI_STATUS EFIAPI set_info(EFI_FILE_PROTOCOL *this, const EFI_GUID *type, UINTN size, const void *buffer)
{
    const EFI_FILE_INFO *info = buffer;

    (void)type;
    return find(this)->is_writable && info->Size == size ? EFI_SUCCESS : EFI_ACCESS_DENIED;
}

EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *chaos_volume(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *real)
{
    real_volume = real;
    volume = *real;
    chaos_fill((void *)&volume.OpenVolume, CHAOS_VOLUME, CHAOS_FILE - CHAOS_VOLUME);
    return &volume;
}

void chaos_files_start_run(void)
{
    reads = 0;
}

void chaos_files_end_run(bool complain)
{
    for (unsigned i = 0; i < OPEN_FILES; i++) {
        EFI_FILE_PROTOCOL *real = files[i].real;

        if (!real)
            continue;
        if (complain)
            chaos_complain(RULE_KEPT_FILE, "the loader does not close the file that call %u opened", files[i].call);
        files[i].real = NULL;
        (void)real->Close(real); /* cannot fail */
    }
}

void chaos_files_install(void)
{
    CHAOS_TARGET(FAKE_OpenVolume, open_volume);
    CHAOS_TARGET(FAKE_FileOpen, open_file);
    CHAOS_TARGET(FAKE_FileClose, close_file);
    CHAOS_TARGET(FAKE_FileRead, read_file);
    CHAOS_TARGET(FAKE_FileGetPosition, get_position);
    CHAOS_TARGET(FAKE_FileSetPosition, set_position);
    CHAOS_TARGET(FAKE_FileGetInfo, get_info);
    CHAOS_TARGET(FAKE_FileWrite, write_file);
    CHAOS_TARGET(FAKE_FileFlush, flush_file);
    CHAOS_TARGET(FAKE_FileDelete, delete_file);
    CHAOS_TARGET(FAKE_FileSetInfo, set_info);
}
