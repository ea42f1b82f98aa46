/* SPDX-License-Identifier: BSD-2-Clause */
#include "elf.h"

#include "checked.h"
#include "memory.h"

enum {
    CLASS_64 = 2,
    DATA_LITTLE_ENDIAN = 1,
    VERSION_CURRENT = 1,
    MANY_SEGMENTS = 0xffff, /* PN_XNUM: the count is in the first section header */
};

static const struct {
    uint16_t machine;
    uint8_t half_bits; /* 0: Baton does not start its kernels */
    const char *name;
} machines[] = {
    {3, 0, "i386"},
    {8, 0, "MIPS"},
    {20, 0, "PowerPC"},
    {21, 0, "PowerPC64"},
    {40, 0, "ARM"},
    {ELF_MACHINE_X86_64, 47, "x86_64"},
    {ELF_MACHINE_AARCH64, 48, "aarch64"},
    {ELF_MACHINE_RISCV, 47, "riscv"},
    {258, 0, "LoongArch"},
};

bool elf_is(struct bytes file)
{
    return file.size >= 4 && memcmp(file.data, "\177ELF", 4) == 0;
}

const char *elf_machine_name(uint16_t machine)
{
    for (unsigned i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
        if (machines[i].machine == machine)
            return machines[i].name;
    }
    return "unknown";
}

unsigned elf_half_bits(uint16_t machine)
{
    for (unsigned i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
        if (machines[i].machine == machine && machines[i].half_bits > 0)
            return machines[i].half_bits;
    }
    return 47;
}

/* e_ident, in the order in which a mistake explains most. */
static enum status check_ident(struct bytes head, const char *name, struct error *error)
{
    if (!elf_is(head))
        return error_set(error, STATUS_INVALID, "%s: is not an ELF file", name);
    if (head.size < ELF_HEADER_SIZE)
        return error_set(error, STATUS_INVALID,
                         "%s: is truncated: it has %zu bytes, and an ELF header alone has %d. Copy it again.", name,
                         head.size, ELF_HEADER_SIZE);
    if (head.data[4] != CLASS_64)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: is a 32-bit ELF file, and Baton starts 64-bit kernels. Compile and link it with -m64, or "
                         "with a 64-bit target.",
                         name);
    if (head.data[5] != DATA_LITTLE_ENDIAN)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: is a big-endian ELF file, and this machine is little-endian. Build it for a "
                         "little-endian target.",
                         name);
    if (head.data[6] != VERSION_CURRENT)
        return error_set(error, STATUS_INVALID, "%s: has ELF version %u, and only version 1 exists. Copy it again.",
                         name, head.data[6]);
    return STATUS_OK;
}

static enum status check_table(const struct elf_header *header, uint64_t file_size, const char *name,
                               struct error *error)
{
    uint64_t size = (uint64_t)header->segment_count * header->segment_stride;
    uint64_t end;

    if (header->segment_count == 0)
        return error_set(error, STATUS_INVALID,
                         "%s: has no segments (no program headers), so there is nothing to load. Is it an object file? "
                         "Link it with ld.",
                         name);
    if (header->segment_count == MANY_SEGMENTS)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: has 65535 segments or more, and a kernel has a handful. Link it again.", name);
    if (header->segment_stride < ELF_PROGRAM_HEADER_SIZE)
        return error_set(error, STATUS_INVALID,
                         "%s: its program headers have %u bytes each instead of %d. Link or copy it again.", name,
                         header->segment_stride, ELF_PROGRAM_HEADER_SIZE);
    if (!checked_add(header->segment_offset, size, &end) || end > file_size)
        return error_set(error, STATUS_INVALID,
                         "%s: is truncated: its program headers (%u bytes at byte %llu) lie outside the file of %llu "
                         "bytes. Copy it again.",
                         name, (unsigned)size, (unsigned long long)header->segment_offset,
                         (unsigned long long)file_size);
    return STATUS_OK;
}

enum status elf_parse_header(struct bytes head, uint64_t file_size, uint16_t machine, const char *name,
                             struct elf_header *ret_header, struct error *error)
{
    enum status status = check_ident(head, name, error);
    struct elf_header header;

    if (status != STATUS_OK)
        return status;
    header = (struct elf_header){
        .file_type = (uint16_t)bytes_number_or_zero(head, 16, 2),
        .machine = (uint16_t)bytes_number_or_zero(head, 18, 2),
        .entry = bytes_number_or_zero(head, 24, 8),
        .segment_offset = bytes_number_or_zero(head, 32, 8),
        .segment_stride = (uint32_t)bytes_number_or_zero(head, 54, 2),
        .segment_count = (uint32_t)bytes_number_or_zero(head, 56, 2),
    };
    if (header.machine != machine)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: is built for %s (ELF machine %u), and this machine is %s. Build it for %s.", name,
                         elf_machine_name(header.machine), header.machine, elf_machine_name(machine),
                         elf_machine_name(machine));
    status = check_table(&header, file_size, name, error);
    if (status != STATUS_OK)
        return status;
    *ret_header = header;
    return STATUS_OK;
}

bool elf_read_segment(struct bytes table, const struct elf_header *header, uint32_t index,
                      struct elf_segment *ret_segment)
{
    struct bytes entry;

    if (!bytes_slice(table, (uint64_t)index * header->segment_stride, ELF_PROGRAM_HEADER_SIZE, &entry))
        return false;
    *ret_segment = (struct elf_segment){
        .kind = (uint32_t)bytes_number_or_zero(entry, 0, 4),
        .flags = (uint32_t)bytes_number_or_zero(entry, 4, 4),
        .offset = bytes_number_or_zero(entry, 8, 8),
        .address = bytes_number_or_zero(entry, 16, 8),
        .physical = bytes_number_or_zero(entry, 24, 8),
        .file_size = bytes_number_or_zero(entry, 32, 8),
        .memory_size = bytes_number_or_zero(entry, 40, 8),
        .alignment = bytes_number_or_zero(entry, 48, 8),
    };
    return true;
}
