/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACPI and SMBIOS tables and the device tree: where they are and what of them a kernel gets. A kernel can read all the
 * pages listed here, whatever type firmware gave them (docs/protocol.md, "The memory map").
 */
#ifndef BATON_FIRMWARE_TABLES_H
#define BATON_FIRMWARE_TABLES_H

#include "firmware_pointers.h"
#include "memory_intervals.h"
#include "physical.h"
#include "table_ranges.h"

#define FIRMWARE_TABLE_RANGES 128
#define FIRMWARE_IO_APICS     64 /* a machine with eight sockets has some forty */

#define RSDP_SIZE    36 /* since ACPI 2.0 */
#define SMBIOS2_SIZE 31
#define SMBIOS3_SIZE 24

/* A UART, or what else takes text. */
struct serial_port {
    uint32_t kind;     /* BATON_SERIAL_...; 0: none */
    uint32_t stride;   /* bytes from one register to the next */
    uint64_t physical; /* its registers; 0 when it has none */
};

#define SERIAL_PORT_SIZE 4096 /* bytes: more than any of them has */

struct firmware_tables {
    bool has_rsdp, has_smbios2, has_smbios3;
    uint8_t rsdp[RSDP_SIZE]; /* copies of the entry points */
    uint8_t smbios2[SMBIOS2_SIZE];
    uint8_t smbios3[SMBIOS3_SIZE];
    uint32_t rsdp_size;                  /* bytes: 20 or 36 */
    uint64_t rsdp_address;               /* physical */
    uint64_t device_tree;                /* physical; 0: none */
    uint64_t device_tree_size;           /* bytes */
    uint64_t io_apic[FIRMWARE_IO_APICS]; /* physical addresses, each once */
    size_t io_apic_count;
    uint64_t hpet;             /* physical; 0: none */
    struct serial_port serial; /* the firmware's console */
    bool has_svpbmt;           /* riscv64: every hart has pages that say of what kind the memory is */
    struct table_range ranges[FIRMWARE_TABLE_RANGES];
    size_t range_count;
};

/*
 * Finds all there is and follows it. It cannot fail: what is broken, cannot be read or is absurdly long is a line in
 * the log and left out (acpi.h, smbios.h and device_tree.h say how). When the pages are more than
 * FIRMWARE_TABLE_RANGES apart, those found last are left out: entry points come first, and ACPI before all others.
 * Cost: at most two reads for each table that is listed, and three for each entry point.
 */
void firmware_tables_find(const struct firmware_pointers *pointers, const struct physical_memory *memory,
                          struct firmware_tables *ret_tables);

/*
 * Forgets I/O APICs and HPETs that cannot be devices: where the map lists memory, below 1 MiB, from 4 GiB on, or not at
 * a multiple of 4. The loader writes to the others. Of a serial port all but the 4 GiB holds. Says so in the log.
 */
void firmware_tables_check_devices(struct firmware_tables *tables, const struct memory_intervals *memory);

/*
 * Whether `size` bytes at `address` may be read in search of tables: all of them lie in memory that the firmware lists
 * with a type that can hold some (not MMIO, unusable, persistent or unaccepted memory), or between 0xE0000 and 0xFFFFF,
 * the BIOS area, which some firmware has tables in and does not list. Page 0 may never be read.
 */
bool firmware_tables_may_read(const struct memory_intervals *memory, uint64_t address, uint64_t size);

#endif
