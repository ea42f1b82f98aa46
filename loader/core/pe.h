/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reader of EFI images: PE32+ headers (Microsoft's "PE Format"; UEFI 2.10, section 2.1.1). It refuses in words what
 * the firmware's LoadImage would refuse with a number, and finds the sections of unified kernel images (UAPI.5).
 */
#ifndef BATON_PE_H
#define BATON_PE_H

#include <stdbool.h>

#include "bytes.h"
#include "error.h"

#define PE_HEAD_MAX 65536U /* bytes of headers: more is no EFI image */

/* PE Format, "Machine Types" */
#define PE_MACHINE_IA32        0x014c
#define PE_MACHINE_ARM         0x01c2
#define PE_MACHINE_RISCV64     0x5064
#define PE_MACHINE_LOONGARCH64 0x6264
#define PE_MACHINE_X64         0x8664
#define PE_MACHINE_AA64        0xaa64

/* PE Format, "Windows Subsystem" */
#define PE_SUBSYSTEM_APPLICATION    10
#define PE_SUBSYSTEM_BOOT_DRIVER    11
#define PE_SUBSYSTEM_RUNTIME_DRIVER 12

struct pe {
    struct bytes sections;  /* the section table: shares the memory of the head that it was read from */
    uint16_t subsystem;     /* PE_SUBSYSTEM_... */
    uint16_t major_version; /* of the image. A Linux kernel's is 1 or more when its stub takes an initrd by LoadFile2 */
};

/* A section's data in the file. */
struct pe_section {
    uint64_t offset; /* bytes; 0 when the size is 0 */
    uint64_t size;   /* bytes: as many as are in the file and in memory, so no padding */
};

/* Whether a file's first bytes are those of an EFI image, or of another program that begins like one. */
bool pe_is(struct bytes head);

/* "x64" and so on, as UAPI.1 spells architectures; "unknown" for a number that no table here has. */
const char *pe_machine_name(uint16_t machine);

/*
 * Reads the headers of the file `path` of `file_size` bytes from its first bytes `head`, at most all of it, and checks
 * that it is an EFI image for `machine`, and that the file has all of it. What EDK2's loader does not mind is not
 * refused, unless no linker makes it.
 *
 * STATUS_NEED_BYTES: come again with at least the first `ret_needed` bytes: more than `head` has, and at most the file
 * and PE_HEAD_MAX. Three times at most.
 * STATUS_INVALID, STATUS_UNSUPPORTED: the error names the file, what is wrong and what to do.
 */
MUST_CHECK enum status pe_read(const char *path, struct bytes head, uint64_t file_size, uint16_t machine,
                               struct pe *ret_pe, uint64_t *ret_needed, struct error *error);

/*
 * The first section of exactly this name, of at most 8 bytes. It lies in the file. False when there is none. Names in
 * the string table ("/4") are not looked up: EFI images have them for debuggers only.
 */
MUST_CHECK bool pe_section(const struct pe *pe, const char *name, struct pe_section *ret_section);

#endif
