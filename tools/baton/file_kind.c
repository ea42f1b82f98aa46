/* SPDX-License-Identifier: BSD-2-Clause */
#include "file_kind.h"

#include <string.h>

#include "architecture.h"
#include "format.h"
#include "pe.h"
#include "text.h"

/* Offsets of the PE/COFF specification: from the file's start, and from the signature "PE\0\0". */
#define PE_OFFSET_AT    0x3c
#define PE_MACHINE_AT   4
#define PE_SUBSYSTEM_AT (24 + 68)

#define BOOT_SIGNATURE_AT 510
#define BOOT_SIGNATURE    0xaa55
#define GPT_HEADER_AT     512
#define EXPECTED                                                                                                       \
    "expected an ELF kernel, an EFI application, a raw disk image with a GPT or boot sector, or a flat kernel named "  \
    "*.bin"

static bool has_bytes(struct bytes bytes, uint64_t offset, const char *wanted, size_t size)
{
    struct bytes slice;

    return bytes_slice(bytes, offset, size, &slice) && memcmp(slice.data, wanted, size) == 0;
}

static enum status check_pe(const char *path, struct bytes head, uint64_t pe, struct error *error)
{
    uint64_t machine, subsystem;

    if (!bytes_number(head, pe + PE_MACHINE_AT, 2, &machine) ||
        !bytes_number(head, pe + PE_SUBSYSTEM_AT, 2, &subsystem))
        return error_set(error, STATUS_INVALID, "%s: this begins as an EFI application, but is cut off", path);
    if (!architecture_of(head))
        return error_set(error, STATUS_INVALID,
                         "%s: this EFI application is for another machine (%s, 0x%llx) than " ARCHITECTURE_NAMES, path,
                         pe_machine_name((uint16_t)machine), (unsigned long long)machine);
    if (subsystem < PE_SUBSYSTEM_APPLICATION || subsystem > PE_SUBSYSTEM_RUNTIME_DRIVER)
        return error_set(error, STATUS_INVALID,
                         "%s: this is a PE program, but not for EFI (subsystem %llu; an EFI application has %d)", path,
                         (unsigned long long)subsystem, PE_SUBSYSTEM_APPLICATION);
    return STATUS_OK;
}

static enum status refuse(const char *path, struct bytes head, struct error *error)
{
    char found[3 * 8 + 1] = "";
    size_t length = 0;

    if (head.size == 0)
        return error_set(error, STATUS_INVALID, "%s: the file is empty; " EXPECTED, path);
    if (has_bytes(head, 0, "QFI\xfb", 4))
        return error_set(error, STATUS_INVALID,
                         "%s: this is a qcow2 image, not a raw one; \"qemu-img convert -O raw %s disk.img\" makes one",
                         path, path);
    for (size_t i = 0; i < head.size && i < 8; i++)
        length += format_text(found + length, sizeof(found) - length, i == 0 ? "%02x" : " %02x", head.data[i]);
    return error_set(error, STATUS_INVALID,
                     "%s: cannot tell what this is; " EXPECTED "; found a file that starts with %s", path, found);
}

enum status file_kind_tell(const char *path, struct bytes head, enum file_kind *ret_kind, struct error *error)
{
    uint64_t pe, signature;

    if (has_bytes(head, 0,
                  "\x7f"
                  "ELF",
                  4)) {
        *ret_kind = FILE_KIND_ELF;
        return STATUS_OK;
    }
    if (has_bytes(head, 0, "MZ", 2) && bytes_number(head, PE_OFFSET_AT, 4, &pe) && has_bytes(head, pe, "PE\0\0", 4)) {
        enum status status = check_pe(path, head, pe, error);

        if (status == STATUS_OK)
            *ret_kind = FILE_KIND_EFI;
        return status;
    }
    if (has_bytes(head, GPT_HEADER_AT, "EFI PART", 8) ||
        (bytes_number(head, BOOT_SIGNATURE_AT, 2, &signature) && signature == BOOT_SIGNATURE)) {
        *ret_kind = FILE_KIND_DISK;
        return STATUS_OK;
    }
    if (head.size > 0 && text_ends_with_ignoring_case(text_of(path), ".bin")) {
        *ret_kind = FILE_KIND_FLAT;
        return STATUS_OK;
    }
    return refuse(path, head, error);
}
