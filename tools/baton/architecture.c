/* SPDX-License-Identifier: BSD-2-Clause */
#include "architecture.h"

#include <string.h>
#include <strings.h>

#include "elf.h"
#include "host_file.h"
#include "pe.h"

#define ELF_MACHINE_AT 18
#define PE_OFFSET_AT   0x3c   /* PE Format: where the signature is, which the machine's number follows */
#define PE_SIGNATURE   0x4550 /* "PE\0\0" */
#define PE_MACHINE_AT  4

const struct architecture architectures[ARCHITECTURE_COUNT] = {
    {ARCHITECTURE_X86_64, "x86_64", "x64", "BOOTX64.EFI", "i386:x86-64", ELF_MACHINE_X86_64, PE_MACHINE_X64},
    {ARCHITECTURE_AARCH64, "aarch64", "aa64", "BOOTAA64.EFI", "aarch64", ELF_MACHINE_AARCH64, PE_MACHINE_AA64},
    {ARCHITECTURE_RISCV64, "riscv64", "riscv64", "BOOTRISCV64.EFI", "riscv:rv64", ELF_MACHINE_RISCV,
     PE_MACHINE_RISCV64},
};

/* What else they are called: by Linux distributions, Windows, Go, Rust, compilers. */
static const struct {
    const char *name;
    enum architecture_id id;
} aliases[] = {
    {"x86-64", ARCHITECTURE_X86_64},     {"amd64", ARCHITECTURE_X86_64},  {"arm64", ARCHITECTURE_AARCH64},
    {"armv8", ARCHITECTURE_AARCH64},     {"riscv", ARCHITECTURE_RISCV64}, {"rv64", ARCHITECTURE_RISCV64},
    {"riscv64gc", ARCHITECTURE_RISCV64},
};

enum status architecture_parse(const char *word, const struct architecture **ret_architecture, struct error *error)
{
    for (size_t i = 0; i < ARCHITECTURE_COUNT; i++) {
        if (strcasecmp(word, architectures[i].name) == 0 || strcasecmp(word, architectures[i].entry_name) == 0) {
            *ret_architecture = &architectures[i];
            return STATUS_OK;
        }
    }
    for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
        if (strcasecmp(word, aliases[i].name) == 0) {
            *ret_architecture = &architectures[aliases[i].id];
            return STATUS_OK;
        }
    }
    return error_set(error, STATUS_INVALID, "--arch %s: expected " ARCHITECTURE_NAMES, word);
}

uint16_t architecture_elf_machine(struct bytes head)
{
    return (uint16_t)bytes_number_or_zero(head, ELF_MACHINE_AT, 2);
}

const struct architecture *architecture_of(struct bytes head)
{
    uint64_t pe = bytes_number_or_zero(head, PE_OFFSET_AT, 4);
    bool is_elf = elf_is(head);
    bool is_pe = pe_is(head) && bytes_number_or_zero(head, pe, 4) == PE_SIGNATURE;
    uint64_t elf_machine = architecture_elf_machine(head);
    uint64_t pe_machine = bytes_number_or_zero(head, pe + PE_MACHINE_AT, 2);

    for (size_t i = 0; i < ARCHITECTURE_COUNT; i++) {
        if ((is_elf && elf_machine == architectures[i].elf_machine) ||
            (is_pe && pe_machine == architectures[i].pe_machine))
            return &architectures[i];
    }
    return NULL;
}

const struct architecture *architecture_of_file(struct pool *pool, const char *path)
{
    struct bytes head;
    struct error ignored; /* whoever needs the file reads it, and says so */

    if (host_file_read(pool, path, ARCHITECTURE_HEAD_SIZE, &head, &ignored) != STATUS_OK)
        return NULL;
    return architecture_of(head);
}
