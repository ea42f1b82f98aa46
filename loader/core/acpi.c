/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RSDP ─┬─ XSDT ── 64-bit addresses of tables ─┬─ FADT ─┬─ FACS
 *       └─ RSDT ── 32-bit addresses of tables ─┤        └─ DSDT
 *                                              ├─ MADT: I/O APICs
 *                                              ├─ HPET
 *                                              ├─ SPCR: the console's serial port
 *                                              ├─ RHCT: what RISC-V's harts can do
 *                                              └─ others
 * All but RSDP and FACS begin with a header of 36 bytes: signature (4), length (4), revision, checksum, makers.
 */
#include "acpi.h"

#include <baton/baton.h>

#include "checked.h"
#include "log.h"
#include "memory.h"
#include "riscv_isa.h"

#define HEADER_SIZE     36
#define TABLE_AT_MOST   (16ULL << 20) /* bytes */
#define ENTRIES_AT_MOST 4096

#define RSDP_1_SIZE     20 /* before ACPI 2.0 */
#define FACS_SIZE       64 /* at least */
#define MADT_STRUCTURES 44
#define MADT_IO_APIC    1
#define IO_APIC_SIZE    12
#define HPET_SIZE       56
#define SPCR_SIZE       52 /* as far as it is read */
#define RHCT_NODES      52 /* where the offset of the first one is */
#define RHCT_NODE_HEAD  6
#define RHCT_ISA        0
#define RHCT_ISA_STRING 8 /* in a node, behind its size */

/* Tables that have the same fault are told of together: there may be thousands. */
struct fault {
    size_t count;
    uint64_t first; /* the address of one of them */
};

struct acpi {
    const struct physical_memory *memory;
    struct firmware_tables *tables;
    struct table_ranges *ranges;
    struct fault unreadable;
    struct fault wrong_sum;
};

/* 0 where there is no such field: tables have grown from version to version. */
static uint64_t field(struct bytes bytes, uint64_t offset, size_t width)
{
    uint64_t value = 0;

    (void)!bytes_number(bytes, offset, width, &value);
    return value;
}

/* `bytes` has at least `size`. */
static bool has_signature(struct bytes bytes, const char *signature, size_t size)
{
    return memcmp(bytes.data, signature, size) == 0;
}

static bool refuse(const char *what, uint64_t address, const char *why)
{
    log_warning("ACPI: %s at 0x%llx: %s", what, (unsigned long long)address, why);
    return false;
}

static void fault_add(struct fault *fault, uint64_t address)
{
    if (fault->count++ == 0)
        fault->first = address;
}

static void fault_tell(const struct fault *fault, const char *what)
{
    if (fault->count > 0)
        log_warning("ACPI: %s: %zu, the first at 0x%llx", what, fault->count, (unsigned long long)fault->first);
}

/* The bytes of the table at `address`, whose length is in its second four; at least `minimum` bytes. */
static bool read_table(const struct acpi *acpi, uint64_t address, uint64_t minimum, struct bytes *ret_table)
{
    struct bytes header;
    uint64_t length;

    if (!physical_read(acpi->memory, address, minimum, &header))
        return false;
    length = field(header, 4, 4);
    return length >= minimum && length <= TABLE_AT_MOST && physical_read(acpi->memory, address, length, ret_table);
}

/* Adds the table's pages. `ret_sound` says whether its checksum is right. */
static bool take_table(struct acpi *acpi, uint64_t address, struct bytes *ret_table, bool *ret_sound)
{
    if (!read_table(acpi, address, HEADER_SIZE, ret_table)) {
        fault_add(&acpi->unreadable, address);
        return false;
    }
    table_ranges_add(acpi->ranges, address, ret_table->size);
    *ret_sound = bytes_sum(*ret_table) == 0;
    if (!*ret_sound)
        fault_add(&acpi->wrong_sum, address);
    return true;
}

static void take_facs(struct acpi *acpi, uint64_t address)
{
    struct bytes facs;

    if (read_table(acpi, address, FACS_SIZE, &facs) && has_signature(facs, "FACS", 4))
        table_ranges_add(acpi->ranges, address, facs.size);
    else
        fault_add(&acpi->unreadable, address);
}

/* Where the FADT has a 64-bit address too, that one counts (ACPI 6.5, table 5.9). */
static uint64_t fadt_address(struct bytes fadt, uint64_t offset, uint64_t offset_of_64_bits)
{
    uint64_t address = field(fadt, offset_of_64_bits, 8);

    return address != 0 ? address : field(fadt, offset, 4);
}

static void take_fadt(struct acpi *acpi, struct bytes fadt)
{
    uint64_t facs = fadt_address(fadt, 36, 132);
    uint64_t dsdt = fadt_address(fadt, 40, 140);
    struct bytes table;
    bool sound;

    if (facs != 0)
        take_facs(acpi, facs);
    if (dsdt != 0)
        (void)!take_table(acpi, dsdt, &table, &sound); /* it has nothing to follow */
}

static void add_io_apic(struct firmware_tables *tables, uint64_t address)
{
    if (address == 0)
        return;
    for (size_t i = 0; i < tables->io_apic_count; i++) {
        if (tables->io_apic[i] == address)
            return;
    }
    if (tables->io_apic_count < FIRMWARE_IO_APICS)
        tables->io_apic[tables->io_apic_count++] = address;
    else
        (void)refuse("I/O APIC", address, "one too many");
}

/* Structures of type (1), length (1) and the rest (ACPI 6.5, section 5.2.12). */
static void take_madt(struct firmware_tables *tables, struct bytes madt)
{
    struct bytes structure;
    uint64_t length;

    for (uint64_t at = MADT_STRUCTURES; bytes_number(madt, at + 1, 1, &length) && length >= 2; at += length) {
        if (field(madt, at, 1) == MADT_IO_APIC && length >= IO_APIC_SIZE && bytes_slice(madt, at, length, &structure))
            add_io_apic(tables, field(structure, 4, 4));
    }
}

/* The address is a generic address structure at offset 40: address space (0 is memory), three bytes, address (8). */
static void take_hpet(struct firmware_tables *tables, struct bytes hpet)
{
    if (hpet.size >= HPET_SIZE && hpet.data[40] == 0 && tables->hpet == 0)
        tables->hpet = field(hpet, 44, 8);
}

/* The kind of UART (Microsoft's SPCR 4 and DBG2, "serial port subtypes"). */
static uint32_t serial_kind(uint64_t subtype)
{
    switch (subtype) {
    case 0x00: /* 16550, and compatible ones */
    case 0x01:
    case 0x12:
        return BATON_SERIAL_16550;
    case 0x03: /* PL011; SBSA's generic UART has its first registers; as 32 bits */
    case 0x0d:
    case 0x0e:
        return BATON_SERIAL_PL011;
    default:
        return 0;
    }
}

/* A subtype at 36, then the same address structure at 40: address space, bits of a register, two bytes, address. */
static void take_spcr(struct firmware_tables *tables, struct bytes spcr)
{
    uint64_t bits = field(spcr, 41, 1);
    uint32_t kind = serial_kind(field(spcr, 36, 1));

    if (spcr.size < SPCR_SIZE || spcr.data[40] != 0 || kind == 0 || tables->serial.kind != 0)
        return;
    tables->serial = (struct serial_port){.kind = kind,
                                          .stride = kind == BATON_SERIAL_PL011 || bits == 32 ? 4
                                                    : bits == 16                             ? 2
                                                                                             : 1,
                                          .physical = field(spcr, 44, 8)};
}

static bool node_has(struct bytes node, const char *extension)
{
    struct bytes string;

    return bytes_slice(node, RHCT_ISA_STRING, field(node, RHCT_ISA_STRING - 2, 2), &string) && string.size > 0 &&
           riscv_isa_has((struct text){(const char *)string.data, string.size - 1}, extension); /* it has a NUL */
}

/* Nodes of type (2), length (2) and the rest. Harts that are alike share one with their ISA (ACPI 6.6, section 5.2.37).
 */
static void take_rhct(struct firmware_tables *tables, struct bytes rhct)
{
    struct bytes node;
    bool every = true, any = false;

    for (uint64_t at = field(rhct, RHCT_NODES, 4); at < rhct.size && every; at += node.size) {
        every = bytes_slice(rhct, at, field(rhct, at + 2, 2), &node) && node.size >= RHCT_NODE_HEAD;
        if (every && field(node, 0, 2) == RHCT_ISA) {
            every = node_has(node, RISCV_EXTENSION_SVPBMT);
            any = true;
        }
    }
    tables->has_svpbmt = any && every;
}

static void take_entry(struct acpi *acpi, uint64_t address)
{
    struct bytes table;
    bool sound;

    if (!take_table(acpi, address, &table, &sound))
        return;
    if (has_signature(table, "FACP", 4))
        take_fadt(acpi, table);
    if (sound && has_signature(table, "APIC", 4))
        take_madt(acpi->tables, table);
    if (sound && has_signature(table, "HPET", 4))
        take_hpet(acpi->tables, table);
    if (sound && has_signature(table, "SPCR", 4))
        take_spcr(acpi->tables, table);
    if (sound && has_signature(table, "RHCT", 4))
        take_rhct(acpi->tables, table);
}

/* XSDT or RSDT: the list of tables, each `width` bytes. What stands in the same place of `known`, a list of 64-bit
 * addresses, has been taken already. */
static void take_entries(struct acpi *acpi, struct bytes entries, size_t width, struct bytes known)
{
    size_t count = entries.size / width;

    if (count > ENTRIES_AT_MOST) {
        log_warning("ACPI: %zu tables are listed, of which only %u are read", count, ENTRIES_AT_MOST);
        count = ENTRIES_AT_MOST;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t address = field(entries, i * width, width);

        if (address != 0 && address != field(known, 8 * (uint64_t)i, 8))
            take_entry(acpi, address);
    }
}

/* Adds the pages of XSDT or RSDT; false when it is not to be followed. */
static bool take_root(struct acpi *acpi, const char *signature, uint64_t address, struct bytes *ret_entries)
{
    struct bytes table;

    if (address == 0)
        return false;
    if (!read_table(acpi, address, HEADER_SIZE, &table) || !has_signature(table, signature, 4))
        return refuse(signature, address, "there is none to read");
    table_ranges_add(acpi->ranges, address, table.size);
    if (bytes_sum(table) != 0)
        return refuse(signature, address, "wrong checksum");
    return bytes_slice(table, HEADER_SIZE, table.size - HEADER_SIZE, ret_entries);
}

/* Signature (8), checksum of 20 bytes, maker (6), revision, RSDT (4); from revision 2 on length (4), XSDT (8), checksum
 * of all, reserved (3) (ACPI 6.5, section 5.2.5.3). */
static bool read_rsdp(const struct acpi *acpi, uint64_t address, struct bytes *ret_rsdp)
{
    struct bytes rsdp;

    if (!physical_read(acpi->memory, address, RSDP_1_SIZE, &rsdp) || !has_signature(rsdp, "RSD PTR ", 8))
        return refuse("RSDP", address, "there is none to read");
    if (bytes_sum(rsdp) != 0)
        return refuse("RSDP", address, "wrong checksum");
    if (field(rsdp, 15, 1) >= 2) {
        uint64_t length;

        if (!physical_read(acpi->memory, address, RSDP_SIZE, &rsdp))
            return refuse("RSDP", address, "cannot be read");
        length = field(rsdp, 20, 4);
        if (length < RSDP_SIZE || length > PAGE_SIZE || !physical_read(acpi->memory, address, length, &rsdp))
            return refuse("RSDP", address, "wrong length");
        if (bytes_sum(rsdp) != 0)
            return refuse("RSDP", address, "wrong extended checksum");
    }
    *ret_rsdp = rsdp;
    return true;
}

/* What is behind the 36th byte, no version has yet. */
static void keep_rsdp(struct firmware_tables *tables, uint64_t address, struct bytes rsdp)
{
    tables->has_rsdp = true;
    tables->rsdp_address = address;
    tables->rsdp_size = rsdp.size < RSDP_SIZE ? RSDP_1_SIZE : RSDP_SIZE;
    memcpy(tables->rsdp, rsdp.data, tables->rsdp_size);
    if (rsdp.size > RSDP_SIZE) {
        tables->rsdp[20] = RSDP_SIZE;
        tables->rsdp[21] = 0;
        tables->rsdp[32] = (uint8_t)(tables->rsdp[32] - bytes_sum((struct bytes){tables->rsdp, RSDP_SIZE}));
    }
}

static bool take_rsdp(struct acpi *acpi, uint64_t address)
{
    struct bytes rsdp, xsdt = {0}, rsdt = {0};
    bool has_xsdt, has_rsdt;

    if (address == 0 || !read_rsdp(acpi, address, &rsdp))
        return false;
    table_ranges_add(acpi->ranges, address, rsdp.size);
    has_xsdt = take_root(acpi, "XSDT", field(rsdp, 24, 8), &xsdt);
    has_rsdt = take_root(acpi, "RSDT", field(rsdp, 16, 4), &rsdt);
    if (!has_xsdt && !has_rsdt)
        return refuse("RSDP", address, "leads to no tables");
    keep_rsdp(acpi->tables, address, rsdp);
    take_entries(acpi, xsdt, 8, (struct bytes){0});
    take_entries(acpi, rsdt, 4, xsdt);
    return true;
}

void acpi_find(const struct firmware_pointers *pointers, const struct physical_memory *memory,
               struct firmware_tables *tables, struct table_ranges *ranges)
{
    struct acpi acpi = {.memory = memory, .tables = tables, .ranges = ranges};

    if (!take_rsdp(&acpi, pointers->acpi20) && pointers->acpi10 != pointers->acpi20)
        (void)!take_rsdp(&acpi, pointers->acpi10); /* then there is no ACPI, and the log says why */
    fault_tell(&acpi.unreadable, "tables that cannot be read");
    fault_tell(&acpi.wrong_sum, "tables with a wrong checksum");
}
