/* SPDX-License-Identifier: BSD-2-Clause */
/* What differs between architectures. A new one is a row in machine.c. */
#ifndef BATON_ELF2EFI_MACHINE_H
#define BATON_ELF2EFI_MACHINE_H

#include <stddef.h>
#include <stdint.h>

struct machine_relocation {
    uint32_t type;
    const char *name;
};

struct machine {
    uint16_t elf_machine;
    uint16_t pe_machine;
    uint32_t none;                                /* the relocation type that does nothing */
    uint32_t relative;                            /* the one that adds the load address to a 64-bit word */
    const struct machine_relocation *relocations; /* names for messages, ended by a NULL name */
};

/* The row for an ELF machine number; NULL when there is none. */
const struct machine *machine_find(uint16_t elf_machine);

/* "R_X86_64_GLOB_DAT" and so on; "unknown" for a type without a name. */
const char *machine_relocation_name(const struct machine *machine, uint32_t type);

#endif
