/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck.h"

#include "memory.h"

#define MSR_FS_BASE  0xc0000100
#define MSR_GS_BASE  0xc0000101
#define CR0_WP       0x10000ULL
#define PROMISED_PAT 0x0000010500070406ULL

void machine_look(struct machine_state *ret_machine)
{
    __asm__ volatile("fnstenv %0" : "=m"(ret_machine->fpu));
    __asm__ volatile("mov %%dr7, %0" : "=r"(ret_machine->dr7));
    ret_machine->fs_base = msr_read(MSR_FS_BASE);
    ret_machine->gs_base = msr_read(MSR_GS_BASE);
    ret_machine->skew = 0;
}

void machine_write(uint64_t address, const void *bytes, uint64_t size)
{
    uint64_t cr0;

    __asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
    __asm__ volatile("mov %0, %%cr0" : : "r"(cr0 & ~CR0_WP) : "memory");
    memcpy((void *)(uintptr_t)address, bytes, size);
    __asm__ volatile("mov %0, %%cr0" : : "r"(cr0) : "memory");
    tlb_flush();
}

/* As PAT and MTRRs number them. */
uint32_t machine_memory_type(uint32_t cache)
{
    return (uint32_t)(PROMISED_PAT >> 8 * cache) & 0xff;
}

uint64_t machine_largest_leaf(void)
{
    uint32_t registers[4];

    cpuid(0x80000001, registers);
    return registers[3] & 1u << 26 ? PAGE << 18 : PAGE << 9;
}

uint64_t machine_boot_cpu(void)
{
    uint32_t registers[4];
    uint32_t highest;
    uint64_t id;

    cpuid(0, registers);
    highest = registers[0];
    cpuid(1, registers);
    id = registers[1] >> 24;
    if (highest >= 0xb) {
        cpuid(0xb, registers);
        if (registers[1] != 0)
            id = registers[3];
    }
    return id;
}
