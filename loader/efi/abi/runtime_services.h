/* SPDX-License-Identifier: BSD-2-Clause */
/* The services that outlive ExitBootServices (UEFI 2.10, section 4.5 and chapter 8). */
#ifndef BATON_ABI_RUNTIME_SERVICES_H
#define BATON_ABI_RUNTIME_SERVICES_H

#include "abi/base.h"
#include "abi/memory.h"
#include "abi/time.h"

#define EFI_RUNTIME_SERVICES_SIGNATURE 0x56524553544e5552ULL /* "RUNTSERV" */

/* ---- variables (section 8.2) ---- */
#define EFI_GLOBAL_VARIABLE EFI_GUID_VALUE(0x8be4df61, 0x93ca, 0x11d2, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c)

/* Of systemd's Boot Loader Interface (interface.h); no specification of UEFI's. */
#define LOADER_VARIABLE EFI_GUID_VALUE(0x4a67b082, 0x0a4c, 0x41cf, 0xb6, 0xc7, 0x44, 0x0b, 0x29, 0xbb, 0x8c, 0x4f)

#define EFI_VARIABLE_NON_VOLATILE                          0x00000001U
#define EFI_VARIABLE_BOOTSERVICE_ACCESS                    0x00000002U
#define EFI_VARIABLE_RUNTIME_ACCESS                        0x00000004U
#define EFI_VARIABLE_HARDWARE_ERROR_RECORD                 0x00000008U
#define EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS 0x00000020U
#define EFI_VARIABLE_APPEND_WRITE                          0x00000040U

/* ---- OsIndications, OsIndicationsSupported (section 8.5.4) ---- */
#define EFI_OS_INDICATIONS_BOOT_TO_FW_UI 0x0000000000000001ULL

/* ---- reset (section 8.5.1) ---- */
typedef uint32_t EFI_RESET_TYPE;
enum {
    EfiResetCold = 0,
    EfiResetWarm = 1,
    EfiResetShutdown = 2,
    EfiResetPlatformSpecific = 3,
};

/* ---- capsules (section 8.5.3) ---- */
typedef struct EFI_CAPSULE_HEADER {
    EFI_GUID CapsuleGuid;
    uint32_t HeaderSize;
    uint32_t Flags;
    uint32_t CapsuleImageSize;
} EFI_CAPSULE_HEADER;

ABI_SIZE(EFI_CAPSULE_HEADER, 28);
ABI_OFFSET(EFI_CAPSULE_HEADER, CapsuleGuid, 0);
ABI_OFFSET(EFI_CAPSULE_HEADER, HeaderSize, 16);
ABI_OFFSET(EFI_CAPSULE_HEADER, Flags, 20);
ABI_OFFSET(EFI_CAPSULE_HEADER, CapsuleImageSize, 24);

typedef struct EFI_RUNTIME_SERVICES {
    EFI_TABLE_HEADER Hdr;

    EFI_STATUS(EFIAPI *GetTime)(EFI_TIME *Time, EFI_TIME_CAPABILITIES *Capabilities);
    EFI_STATUS(EFIAPI *SetTime)(EFI_TIME *Time);
    EFI_STATUS(EFIAPI *GetWakeupTime)(BOOLEAN *Enabled, BOOLEAN *Pending, EFI_TIME *Time);
    EFI_STATUS(EFIAPI *SetWakeupTime)(BOOLEAN Enable, EFI_TIME *Time);

    EFI_STATUS(EFIAPI *SetVirtualAddressMap)
    (UINTN MemoryMapSize, UINTN DescriptorSize, uint32_t DescriptorVersion, EFI_MEMORY_DESCRIPTOR *VirtualMap);
    EFI_STATUS(EFIAPI *ConvertPointer)(UINTN DebugDisposition, void **Address);

    EFI_STATUS(EFIAPI *GetVariable)
    (const CHAR16 *VariableName, const EFI_GUID *VendorGuid, uint32_t *Attributes, UINTN *DataSize, void *Data);
    EFI_STATUS(EFIAPI *GetNextVariableName)(UINTN *VariableNameSize, CHAR16 *VariableName, EFI_GUID *VendorGuid);
    EFI_STATUS(EFIAPI *SetVariable)
    (const CHAR16 *VariableName, const EFI_GUID *VendorGuid, uint32_t Attributes, UINTN DataSize, const void *Data);

    EFI_STATUS(EFIAPI *GetNextHighMonotonicCount)(uint32_t *HighCount);
    void(EFIAPI *ResetSystem)(EFI_RESET_TYPE ResetType, EFI_STATUS ResetStatus, UINTN DataSize, const void *ResetData);

    EFI_STATUS(EFIAPI *UpdateCapsule)
    (EFI_CAPSULE_HEADER **CapsuleHeaderArray, UINTN CapsuleCount, EFI_PHYSICAL_ADDRESS ScatterGatherList);
    EFI_STATUS(EFIAPI *QueryCapsuleCapabilities)
    (EFI_CAPSULE_HEADER **CapsuleHeaderArray, UINTN CapsuleCount, uint64_t *MaximumCapsuleSize,
     EFI_RESET_TYPE *ResetType);
    EFI_STATUS(EFIAPI *QueryVariableInfo)
    (uint32_t Attributes, uint64_t *MaximumVariableStorageSize, uint64_t *RemainingVariableStorageSize,
     uint64_t *MaximumVariableSize);
} EFI_RUNTIME_SERVICES;

ABI_SIZE(EFI_RUNTIME_SERVICES, 136);
ABI_OFFSET(EFI_RUNTIME_SERVICES, Hdr, 0);
ABI_OFFSET(EFI_RUNTIME_SERVICES, GetTime, 24);
ABI_OFFSET(EFI_RUNTIME_SERVICES, SetTime, 32);
ABI_OFFSET(EFI_RUNTIME_SERVICES, GetWakeupTime, 40);
ABI_OFFSET(EFI_RUNTIME_SERVICES, SetWakeupTime, 48);
ABI_OFFSET(EFI_RUNTIME_SERVICES, SetVirtualAddressMap, 56);
ABI_OFFSET(EFI_RUNTIME_SERVICES, ConvertPointer, 64);
ABI_OFFSET(EFI_RUNTIME_SERVICES, GetVariable, 72);
ABI_OFFSET(EFI_RUNTIME_SERVICES, GetNextVariableName, 80);
ABI_OFFSET(EFI_RUNTIME_SERVICES, SetVariable, 88);
ABI_OFFSET(EFI_RUNTIME_SERVICES, GetNextHighMonotonicCount, 96);
ABI_OFFSET(EFI_RUNTIME_SERVICES, ResetSystem, 104);
ABI_OFFSET(EFI_RUNTIME_SERVICES, UpdateCapsule, 112);
ABI_OFFSET(EFI_RUNTIME_SERVICES, QueryCapsuleCapabilities, 120);
ABI_OFFSET(EFI_RUNTIME_SERVICES, QueryVariableInfo, 128);

#endif
