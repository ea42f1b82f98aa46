/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine.h"

#include "elf.h"

/* The types that a linker can leave for the run time (System V ABI, AMD64 supplement, section 4.4). */
static const struct machine_relocation x86_64_relocations[] = {
    {0, "R_X86_64_NONE"},
    {1, "R_X86_64_64"},
    {5, "R_X86_64_COPY"},
    {6, "R_X86_64_GLOB_DAT"},
    {7, "R_X86_64_JUMP_SLOT"},
    {8, "R_X86_64_RELATIVE"},
    {10, "R_X86_64_32"},
    {16, "R_X86_64_DTPMOD64"},
    {17, "R_X86_64_DTPOFF64"},
    {18, "R_X86_64_TPOFF64"},
    {36, "R_X86_64_TLSDESC"},
    {37, "R_X86_64_IRELATIVE"},
    {0, NULL},
};

static const struct machine machines[] = {
    {ELF_MACHINE_X86_64, 0x8664, 0, 8, x86_64_relocations},
};

const struct machine *machine_find(uint16_t elf_machine)
{
    for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
        if (machines[i].elf_machine == elf_machine)
            return &machines[i];
    }
    return NULL;
}

const char *machine_relocation_name(const struct machine *machine, uint32_t type)
{
    for (const struct machine_relocation *relocation = machine->relocations; relocation->name; relocation++) {
        if (relocation->type == type)
            return relocation->name;
    }
    return "unknown";
}
