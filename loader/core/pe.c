/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is read of PE Format's headers, in bytes from the start of each:
 *
 *   MS-DOS stub       0 "MZ"   60 where the signature is (4)
 *   Signature         0 "PE\0\0", and behind it the
 *   COFF File Header  4 machine (2)   6 number of sections (2)   20 size of the optional header (2)
 *   Optional Header   0 magic (2)   16 entry point (4)   44 image's major version (2)   56 size of the image (4)
 *                     60 size of all headers (4)   68 subsystem (2)   108 number of data directories (4)
 *                     144 certificate table: its offset (4) and size (4)
 *   Section Table     40 bytes each: 0 name (8)   8 size in memory (4)   12 address (4)
 *                     16 size in the file (4)   20 offset in the file (4)
 *
 * No number has more than 32 bits, so their sums fit in 64.
 */
#include "pe.h"

#include "checked.h"
#include "memory.h"
#include "text.h"

enum {
    DOS_HEADER_SIZE = 64,
    SIGNATURE = 0x4550,    /* "PE\0\0" */
    COFF_HEADER_SIZE = 24, /* with the signature */
    MAGIC_32 = 0x10b,
    MAGIC_64 = 0x20b,
    OPTIONAL_HEADER_SIZE = 112, /* without the data directories */
    DIRECTORY_SIZE = 8,
    CERTIFICATES = 4, /* the data directory */
    SECTION_HEADER_SIZE = 40,
    NAME_SIZE = 8,
};

struct reader {
    const char *path;
    struct bytes head;
    uint64_t file_size;
    uint64_t *ret_needed;
    struct error *error;
};

static const struct {
    uint16_t machine;
    char name[14];
} machines[] = {
    {PE_MACHINE_IA32, "ia32"},       {PE_MACHINE_ARM, "arm"},
    {PE_MACHINE_RISCV64, "riscv64"}, {PE_MACHINE_LOONGARCH64, "loongarch64"},
    {PE_MACHINE_X64, "x64"},         {PE_MACHINE_AA64, "aa64"},
};

static uint64_t field(struct bytes bytes, uint64_t offset, size_t width)
{
    return bytes_number_or_zero(bytes, offset, width);
}

bool pe_is(struct bytes head)
{
    return head.size >= 2 && head.data[0] == 'M' && head.data[1] == 'Z';
}

const char *pe_machine_name(uint16_t machine)
{
    for (unsigned i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
        if (machines[i].machine == machine)
            return machines[i].name;
    }
    return "unknown";
}

static enum status refuse_damaged(const struct reader *reader, const char *what)
{
    return error_set(reader->error, STATUS_INVALID, "%s: is damaged: %s. Copy it again, or build it anew.",
                     reader->path, what);
}

static enum status check_end(const struct reader *reader, const char *what, uint64_t end)
{
    if (end <= reader->file_size)
        return STATUS_OK;
    return error_set(reader->error, STATUS_INVALID,
                     "%s: is truncated: its %s end at byte %llu, and the file has %llu bytes. Copy it again.",
                     reader->path, what, (unsigned long long)end, (unsigned long long)reader->file_size);
}

/* A part of the headers, which the file may not have, and `head` not yet. */
static enum status take(const struct reader *reader, uint64_t offset, uint64_t size, struct bytes *ret_part)
{
    uint64_t end = offset + size;
    enum status status = check_end(reader, "headers", end);

    if (status != STATUS_OK)
        return status;
    if (end > PE_HEAD_MAX)
        return error_set(
            reader->error, STATUS_INVALID,
            "%s: its headers end at byte %llu, and no EFI program's go beyond 65536. Is it the right file?",
            reader->path, (unsigned long long)end);
    if (bytes_slice(reader->head, offset, size, ret_part))
        return STATUS_OK;
    *reader->ret_needed = end;
    return STATUS_NEED_BYTES;
}

static enum status refuse_other(const struct reader *reader)
{
    /* Linux, Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header" */
    if (field(reader->head, 0x202, 4) == 0x53726448) /* "HdrS" */
        return error_set(reader->error, STATUS_UNSUPPORTED,
                         "%s: is a Linux kernel without an EFI stub. Build it with CONFIG_EFI_STUB=y.", reader->path);
    return error_set(reader->error, STATUS_INVALID,
                     "%s: is not an EFI program: its %llu bytes do not begin with MZ. Is it the right file?",
                     reader->path, (unsigned long long)reader->file_size);
}

static enum status find_coff_header(const struct reader *reader, uint64_t *ret_start, struct bytes *ret_header)
{
    struct bytes header;
    uint64_t start;
    enum status status;

    if (!pe_is(reader->head))
        return refuse_other(reader);
    status = take(reader, 0, DOS_HEADER_SIZE, &header);
    if (status != STATUS_OK)
        return status;
    start = field(header, 60, 4);
    /* A DOS program has any number there. */
    if (start + COFF_HEADER_SIZE <= reader->file_size) {
        status = take(reader, start, COFF_HEADER_SIZE, &header);
        if (status != STATUS_OK)
            return status;
        if (field(header, 0, 4) == SIGNATURE) {
            *ret_start = start;
            *ret_header = header;
            return STATUS_OK;
        }
    }
    return error_set(reader->error, STATUS_INVALID,
                     "%s: is a DOS program, or truncated: it begins with MZ and has no PE header. Is it the right "
                     "file?",
                     reader->path);
}

/* What kind of program it is. */
static enum status check_kind(const struct reader *reader, struct bytes optional)
{
    uint64_t magic = field(optional, 0, 2), subsystem = field(optional, 68, 2);

    if (magic == MAGIC_32)
        return error_set(reader->error, STATUS_UNSUPPORTED,
                         "%s: is a 32-bit program (PE32), and this machine needs a 64-bit one (PE32+).", reader->path);
    if (magic != MAGIC_64 || optional.size < OPTIONAL_HEADER_SIZE)
        return refuse_damaged(reader, "it has no PE32+ header");
    if (subsystem < PE_SUBSYSTEM_APPLICATION || subsystem > PE_SUBSYSTEM_RUNTIME_DRIVER)
        return error_set(reader->error, STATUS_UNSUPPORTED,
                         "%s: is a program for Windows or another system (PE subsystem %u), not for EFI. Is it the "
                         "right file?",
                         reader->path, (unsigned)subsystem);
    return STATUS_OK;
}

/* The sizes in the optional header, which PE32+ has been found to be. The section table ends at `table_end`. */
static enum status check_sizes(const struct reader *reader, struct bytes optional, uint64_t table_end)
{
    uint64_t entry = field(optional, 16, 4), image_size = field(optional, 56, 4);
    uint64_t headers_size = field(optional, 60, 4), directories = field(optional, 108, 4);
    uint64_t certificates = OPTIONAL_HEADER_SIZE + DIRECTORY_SIZE * CERTIFICATES;
    enum status status;

    if (directories > (optional.size - OPTIONAL_HEADER_SIZE) / DIRECTORY_SIZE)
        return refuse_damaged(reader, "its data directories do not fit into its optional header");
    if (headers_size < table_end)
        return refuse_damaged(reader, "its section table lies outside of its headers");
    if (headers_size > image_size)
        return refuse_damaged(reader, "its headers lie outside of the image");
    if (entry == 0 || entry >= image_size)
        return refuse_damaged(reader, "its entry point lies outside of the image");
    status = check_end(reader, "headers", headers_size);
    if (status == STATUS_OK && directories > CERTIFICATES && field(optional, certificates + 4, 4) > 0)
        status =
            check_end(reader, "signatures", field(optional, certificates, 4) + field(optional, certificates + 4, 4));
    return status;
}

static enum status check_sections(const struct reader *reader, struct bytes table, uint64_t image_size)
{
    struct bytes section;

    for (uint64_t at = 0; bytes_slice(table, at, SECTION_HEADER_SIZE, &section); at += SECTION_HEADER_SIZE) {
        uint64_t memory_size = field(section, 8, 4), file_size = field(section, 16, 4);
        enum status status = STATUS_OK;

        if (file_size > 0)
            status = check_end(reader, "sections", field(section, 20, 4) + file_size);
        if (status != STATUS_OK)
            return status;
        /* Firmware takes a size of 0 for that in the file. */
        if (memory_size == 0)
            memory_size = file_size;
        if (memory_size > 0 && field(section, 12, 4) + memory_size > image_size)
            return refuse_damaged(reader, "a section lies outside of the image");
    }
    return STATUS_OK;
}

enum status pe_read(const char *path, struct bytes head, uint64_t file_size, uint16_t machine, struct pe *ret_pe,
                    uint64_t *ret_needed, struct error *error)
{
    const struct reader reader = {path, head, file_size, ret_needed, error};
    uint64_t start, table_start;
    struct bytes coff, optional, table;
    enum status status = find_coff_header(&reader, &start, &coff);
    uint16_t built_for;

    if (status != STATUS_OK)
        return status;
    built_for = (uint16_t)field(coff, 4, 2);
    if (built_for != machine)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: is built for %s (PE machine 0x%x), and this machine is %s. Take the one for %s.", path,
                         pe_machine_name(built_for), built_for, pe_machine_name(machine), pe_machine_name(machine));
    if (start < DOS_HEADER_SIZE)
        return refuse_damaged(&reader, "its PE header lies in its DOS header");
    /* The last part first, so that all that is missing is asked for at once. */
    table_start = start + COFF_HEADER_SIZE + field(coff, 20, 2);
    status = take(&reader, table_start, SECTION_HEADER_SIZE * field(coff, 6, 2), &table);
    if (status == STATUS_OK)
        status = take(&reader, start + COFF_HEADER_SIZE, field(coff, 20, 2), &optional);
    if (status == STATUS_OK)
        status = check_kind(&reader, optional);
    if (status == STATUS_OK && table.size == 0)
        status = refuse_damaged(&reader, "it has no sections");
    if (status == STATUS_OK)
        status = check_sizes(&reader, optional, table_start + table.size);
    if (status == STATUS_OK)
        status = check_sections(&reader, table, field(optional, 56, 4));
    if (status == STATUS_OK)
        *ret_pe = (struct pe){table, (uint16_t)field(optional, 68, 2), (uint16_t)field(optional, 44, 2)};
    return status;
}

bool pe_section(const struct pe *pe, const char *name, struct pe_section *ret_section)
{
    uint8_t padded[NAME_SIZE] = {0};
    size_t length = text_length(name);
    struct bytes section;

    if (length > NAME_SIZE)
        return false;
    memcpy(padded, name, length);
    for (uint64_t at = 0; bytes_slice(pe->sections, at, SECTION_HEADER_SIZE, &section); at += SECTION_HEADER_SIZE) {
        uint64_t size = min_u64(field(section, 8, 4), field(section, 16, 4));

        if (memcmp(section.data, padded, NAME_SIZE) != 0)
            continue;
        *ret_section = (struct pe_section){size > 0 ? field(section, 20, 4) : 0, size};
        return true;
    }
    return false;
}
