/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files that behave as on bad firmware. Every open file is a struct of functions that the file system driver owns;
 * those of the files that are opened from here on are replaced.
 */
#include "inject.h"

static EFI_STATUS(EFIAPI *real_open_volume)(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *, EFI_FILE_PROTOCOL **);
static EFI_FILE_PROTOCOL real; /* the functions; all files of a volume have the same */
static EFI_FILE_PROTOCOL *broken;
static int64_t open_files;
static uint64_t reads, largest_read;

static void hook(EFI_FILE_PROTOCOL *file);

static EFI_STATUS EFIAPI open_file(EFI_FILE_PROTOCOL *this, EFI_FILE_PROTOCOL **ret_file, const CHAR16 *name,
                                   uint64_t mode, uint64_t attributes)
{
    EFI_STATUS status = real.Open(this, ret_file, name, mode, attributes);

    if (status == EFI_SUCCESS)
        hook(*ret_file);
    return status;
}

static EFI_STATUS EFIAPI close_file(EFI_FILE_PROTOCOL *this)
{
    open_files--;
    if (this == broken)
        broken = NULL;
    return real.Close(this);
}

static EFI_STATUS EFIAPI read_file(EFI_FILE_PROTOCOL *this, UINTN *size, void *buffer)
{
    uint64_t position = 0;

    if (!hooks_from_image(__builtin_return_address(0)))
        return real.Read(this, size, buffer);
    reads++;
    if (*size > largest_read)
        largest_read = *size;
    if (settings.fail_read && *size > settings.fail_read) {
        say("read of %llu bytes fails", (unsigned long long)*size);
        broken = this;
    }
    if (this == broken)
        return EFI_DEVICE_ERROR;
    if (settings.short_read && *size > settings.short_read)
        *size = settings.short_read;
    if (settings.end_read && real.GetPosition(this, &position) == EFI_SUCCESS) {
        uint64_t left = position < settings.end_read ? settings.end_read - position : 0;

        if (*size > left)
            *size = left;
        if (left == 0)
            return EFI_SUCCESS;
    }
    return real.Read(this, size, buffer);
}

static void hook(EFI_FILE_PROTOCOL *file)
{
    if (file->Read != read_file)
        real = *file;
    file->Open = open_file;
    file->Close = close_file;
    file->Read = read_file;
    open_files++;
}

static EFI_STATUS EFIAPI open_volume(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *this, EFI_FILE_PROTOCOL **ret_root)
{
    EFI_STATUS status = real_open_volume(this, ret_root);

    if (status == EFI_SUCCESS)
        hook(*ret_root);
    return status;
}

void files_install(EFI_HANDLE volume)
{
    static const EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *files;

    need(boot->HandleProtocol(volume, &guid, (void **)&files), "no file system");
    real_open_volume = files->OpenVolume;
    files->OpenVolume = open_volume;
}

int64_t files_open(void)
{
    return open_files;
}

uint64_t files_reads(void)
{
    return reads;
}

uint64_t files_largest_read(void)
{
    return largest_read;
}
