/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine.h"

#include "elf.h"
#include "pe.h"

/* The types that a linker can leave for the run time, as each machine's supplement to the System V ABI has them. */

/* AMD64, section 4.4 */
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

/* "ELF for the Arm 64-bit Architecture", section 5.7 */
static const struct machine_relocation aarch64_relocations[] = {
    {0, "R_AARCH64_NONE"},
    {257, "R_AARCH64_ABS64"},
    {258, "R_AARCH64_ABS32"},
    {1024, "R_AARCH64_COPY"},
    {1025, "R_AARCH64_GLOB_DAT"},
    {1026, "R_AARCH64_JUMP_SLOT"},
    {1027, "R_AARCH64_RELATIVE"},
    {1028, "R_AARCH64_TLS_DTPMOD"},
    {1029, "R_AARCH64_TLS_DTPREL"},
    {1030, "R_AARCH64_TLS_TPREL"},
    {1031, "R_AARCH64_TLSDESC"},
    {1032, "R_AARCH64_IRELATIVE"},
    {0, NULL},
};

/* "RISC-V ELF Specification", section 8.4 */
static const struct machine_relocation riscv_relocations[] = {
    {0, "R_RISCV_NONE"},         {1, "R_RISCV_32"},        {2, "R_RISCV_64"},           {3, "R_RISCV_RELATIVE"},
    {4, "R_RISCV_COPY"},         {5, "R_RISCV_JUMP_SLOT"}, {7, "R_RISCV_TLS_DTPMOD64"}, {9, "R_RISCV_TLS_DTPREL64"},
    {11, "R_RISCV_TLS_TPREL64"}, {12, "R_RISCV_TLSDESC"},  {58, "R_RISCV_IRELATIVE"},   {0, NULL},
};

static const struct machine machines[] = {
    {ELF_MACHINE_X86_64, PE_MACHINE_X64, 0, 8, x86_64_relocations},
    {ELF_MACHINE_AARCH64, PE_MACHINE_AA64, 0, 1027, aarch64_relocations},
    {ELF_MACHINE_RISCV, PE_MACHINE_RISCV64, 0, 3, riscv_relocations},
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
