/* SPDX-License-Identifier: BSD-2-Clause */
/* Five levels of page tables, as newer firmware has on processors that can: the old root becomes a second level. */
#include "inject.h"

#include "memory.h"

#define CR4_LA57      (1ULL << 12)
#define CPUID_7_LA57  (1U << 16) /* in ECX */
#define ENTRY_ADDRESS 0x000ffffffffff000ULL
#define ENTRY_FLAGS   0x7ULL /* present, writable, user: the levels below decide */
#define BELOW_4_GIB   0xffffffffULL

extern const uint8_t levels_start[], levels_end[];

static uint64_t read_cr3(void)
{
    uint64_t value;

    __asm__ volatile("mov %%cr3, %0" : "=r"(value));
    return value;
}

static uint64_t read_cr4(void)
{
    uint64_t value;

    __asm__ volatile("mov %%cr4, %0" : "=r"(value));
    return value;
}

static void *low_page(EFI_MEMORY_TYPE type)
{
    EFI_PHYSICAL_ADDRESS page = BELOW_4_GIB;

    need(boot->AllocatePages(AllocateMaxAddress, type, 1, &page), "no page below 4 GiB");
    return (void *)(uintptr_t)page;
}

void levels_use_five(void)
{
    uint32_t eax = 7, ebx, ecx = 0, edx;
    uint64_t *root;
    void *code;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    if (!(ecx & CPUID_7_LA57))
        give_up("this processor has no five levels");
    if (read_cr4() & CR4_LA57)
        give_up("the firmware has five levels already");
    root = low_page(EfiBootServicesData);
    memset(root, 0, EFI_PAGE_SIZE);
    root[0] = (read_cr3() & ENTRY_ADDRESS) | ENTRY_FLAGS;
    root[511] = root[0];
    code = low_page(EfiBootServicesCode);
    memcpy(code, levels_start, (size_t)(levels_end - levels_start));
    ((void(EFIAPI *)(uint64_t))(uintptr_t)code)((uint64_t)(uintptr_t)root);
    say("levels=%u cr3=%#llx", read_cr4() & CR4_LA57 ? 5U : 4U, (unsigned long long)read_cr3());
}
