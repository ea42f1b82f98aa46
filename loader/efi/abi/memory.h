/* SPDX-License-Identifier: BSD-2-Clause */
/* What AllocatePages and GetMemoryMap speak of (UEFI 2.10, section 7.2). */
#ifndef BATON_ABI_MEMORY_H
#define BATON_ABI_MEMORY_H

#include "abi/base.h"

#define EFI_PAGE_SIZE 4096U

typedef uint32_t EFI_ALLOCATE_TYPE;
enum {
    AllocateAnyPages = 0,
    AllocateMaxAddress = 1, /* the last byte lies at or below the address that is passed in */
    AllocateAddress = 2,    /* exactly there */
    MaxAllocateType = 3,
};

/* An open set: vendors have types of their own from 0x70000000 on, operating systems from 0x80000000 on. */
typedef uint32_t EFI_MEMORY_TYPE;
enum {
    EfiReservedMemoryType = 0,
    EfiLoaderCode = 1,
    EfiLoaderData = 2,
    EfiBootServicesCode = 3,
    EfiBootServicesData = 4,
    EfiRuntimeServicesCode = 5,
    EfiRuntimeServicesData = 6,
    EfiConventionalMemory = 7,
    EfiUnusableMemory = 8,
    EfiACPIReclaimMemory = 9,
    EfiACPIMemoryNVS = 10,
    EfiMemoryMappedIO = 11,
    EfiMemoryMappedIOPortSpace = 12,
    EfiPalCode = 13,
    EfiPersistentMemory = 14,
    EfiUnacceptedMemoryType = 15,
};

/* What the memory can do, except RUNTIME, which says what the system must do. */
#define EFI_MEMORY_UC            0x0000000000000001ULL
#define EFI_MEMORY_WC            0x0000000000000002ULL
#define EFI_MEMORY_WT            0x0000000000000004ULL
#define EFI_MEMORY_WB            0x0000000000000008ULL
#define EFI_MEMORY_UCE           0x0000000000000010ULL
#define EFI_MEMORY_WP            0x0000000000001000ULL
#define EFI_MEMORY_RP            0x0000000000002000ULL
#define EFI_MEMORY_XP            0x0000000000004000ULL
#define EFI_MEMORY_NV            0x0000000000008000ULL
#define EFI_MEMORY_MORE_RELIABLE 0x0000000000010000ULL
#define EFI_MEMORY_RO            0x0000000000020000ULL
#define EFI_MEMORY_SP            0x0000000000040000ULL /* set aside for a specific purpose */
#define EFI_MEMORY_CPU_CRYPTO    0x0000000000080000ULL
#define EFI_MEMORY_ISA_MASK      0x0FFFF00000000000ULL
#define EFI_MEMORY_ISA_VALID     0x4000000000000000ULL
#define EFI_MEMORY_RUNTIME       0x8000000000000000ULL

#define EFI_MEMORY_DESCRIPTOR_VERSION 1U

/* A map's elements are DescriptorSize bytes apart, which GetMemoryMap returns and which is usually more than this. */
typedef struct EFI_MEMORY_DESCRIPTOR {
    uint32_t Type;
    uint32_t Padding;
    EFI_PHYSICAL_ADDRESS PhysicalStart;
    EFI_VIRTUAL_ADDRESS VirtualStart;
    uint64_t NumberOfPages;
    uint64_t Attribute;
} EFI_MEMORY_DESCRIPTOR;

ABI_SIZE(EFI_MEMORY_DESCRIPTOR, 40);
ABI_OFFSET(EFI_MEMORY_DESCRIPTOR, Type, 0);
ABI_OFFSET(EFI_MEMORY_DESCRIPTOR, Padding, 4);
ABI_OFFSET(EFI_MEMORY_DESCRIPTOR, PhysicalStart, 8);
ABI_OFFSET(EFI_MEMORY_DESCRIPTOR, VirtualStart, 16);
ABI_OFFSET(EFI_MEMORY_DESCRIPTOR, NumberOfPages, 24);
ABI_OFFSET(EFI_MEMORY_DESCRIPTOR, Attribute, 32);

#endif
