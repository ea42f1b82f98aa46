/* SPDX-License-Identifier: BSD-2-Clause */
/* The services that end with ExitBootServices (UEFI 2.10, section 4.4 and chapter 7). */
#ifndef BATON_ABI_BOOT_SERVICES_H
#define BATON_ABI_BOOT_SERVICES_H

#include "abi/base.h"
#include "abi/device_path.h"
#include "abi/memory.h"

#define EFI_BOOT_SERVICES_SIGNATURE 0x56524553544f4f42ULL /* "BOOTSERV" */

/* ---- task priorities (section 7.1) ---- */
#define TPL_APPLICATION 4U
#define TPL_CALLBACK    8U
#define TPL_NOTIFY      16U
#define TPL_HIGH_LEVEL  31U

/* ---- events and timers (section 7.1) ---- */
#define EVT_TIMER                         0x80000000U
#define EVT_RUNTIME                       0x40000000U
#define EVT_NOTIFY_WAIT                   0x00000100U
#define EVT_NOTIFY_SIGNAL                 0x00000200U
#define EVT_SIGNAL_EXIT_BOOT_SERVICES     0x00000201U
#define EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE 0x60000202U

typedef uint32_t EFI_TIMER_DELAY;
enum {
    TimerCancel = 0,
    TimerPeriodic = 1,
    TimerRelative = 2,
};

typedef void(EFIAPI *EFI_EVENT_NOTIFY)(EFI_EVENT Event, void *Context);

/* ---- handles and protocols (section 7.3) ---- */
typedef uint32_t EFI_INTERFACE_TYPE;
enum {
    EFI_NATIVE_INTERFACE = 0,
};

typedef uint32_t EFI_LOCATE_SEARCH_TYPE;
enum {
    AllHandles = 0,
    ByRegisterNotify = 1,
    ByProtocol = 2,
};

#define EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL  0x00000001U
#define EFI_OPEN_PROTOCOL_GET_PROTOCOL        0x00000002U
#define EFI_OPEN_PROTOCOL_TEST_PROTOCOL       0x00000004U
#define EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER 0x00000008U
#define EFI_OPEN_PROTOCOL_BY_DRIVER           0x00000010U
#define EFI_OPEN_PROTOCOL_EXCLUSIVE           0x00000020U

typedef struct EFI_OPEN_PROTOCOL_INFORMATION_ENTRY {
    EFI_HANDLE AgentHandle;
    EFI_HANDLE ControllerHandle;
    uint32_t Attributes;
    uint32_t OpenCount;
} EFI_OPEN_PROTOCOL_INFORMATION_ENTRY;

ABI_SIZE(EFI_OPEN_PROTOCOL_INFORMATION_ENTRY, 24);
ABI_OFFSET(EFI_OPEN_PROTOCOL_INFORMATION_ENTRY, AgentHandle, 0);
ABI_OFFSET(EFI_OPEN_PROTOCOL_INFORMATION_ENTRY, ControllerHandle, 8);
ABI_OFFSET(EFI_OPEN_PROTOCOL_INFORMATION_ENTRY, Attributes, 16);
ABI_OFFSET(EFI_OPEN_PROTOCOL_INFORMATION_ENTRY, OpenCount, 20);

typedef struct EFI_BOOT_SERVICES {
    EFI_TABLE_HEADER Hdr;

    EFI_TPL(EFIAPI *RaiseTPL)(EFI_TPL NewTpl);
    void(EFIAPI *RestoreTPL)(EFI_TPL OldTpl);

    EFI_STATUS(EFIAPI *AllocatePages)
    (EFI_ALLOCATE_TYPE Type, EFI_MEMORY_TYPE MemoryType, UINTN Pages, EFI_PHYSICAL_ADDRESS *Memory);
    EFI_STATUS(EFIAPI *FreePages)(EFI_PHYSICAL_ADDRESS Memory, UINTN Pages);
    EFI_STATUS(EFIAPI *GetMemoryMap)
    (UINTN *MemoryMapSize, EFI_MEMORY_DESCRIPTOR *MemoryMap, UINTN *MapKey, UINTN *DescriptorSize,
     uint32_t *DescriptorVersion);
    EFI_STATUS(EFIAPI *AllocatePool)(EFI_MEMORY_TYPE PoolType, UINTN Size, void **Buffer);
    EFI_STATUS(EFIAPI *FreePool)(void *Buffer);

    EFI_STATUS(EFIAPI *CreateEvent)
    (uint32_t Type, EFI_TPL NotifyTpl, EFI_EVENT_NOTIFY NotifyFunction, void *NotifyContext, EFI_EVENT *Event);
    EFI_STATUS(EFIAPI *SetTimer)(EFI_EVENT Event, EFI_TIMER_DELAY Type, uint64_t TriggerTime); /* 100 ns */
    EFI_STATUS(EFIAPI *WaitForEvent)(UINTN NumberOfEvents, EFI_EVENT *Event, UINTN *Index);
    EFI_STATUS(EFIAPI *SignalEvent)(EFI_EVENT Event);
    EFI_STATUS(EFIAPI *CloseEvent)(EFI_EVENT Event);
    EFI_STATUS(EFIAPI *CheckEvent)(EFI_EVENT Event);

    EFI_STATUS(EFIAPI *InstallProtocolInterface)
    (EFI_HANDLE *Handle, const EFI_GUID *Protocol, EFI_INTERFACE_TYPE InterfaceType, void *Interface);
    EFI_STATUS(EFIAPI *ReinstallProtocolInterface)
    (EFI_HANDLE Handle, const EFI_GUID *Protocol, void *OldInterface, void *NewInterface);
    EFI_STATUS(EFIAPI *UninstallProtocolInterface)(EFI_HANDLE Handle, const EFI_GUID *Protocol, void *Interface);
    EFI_STATUS(EFIAPI *HandleProtocol)(EFI_HANDLE Handle, const EFI_GUID *Protocol, void **Interface);
    void *Reserved;
    EFI_STATUS(EFIAPI *RegisterProtocolNotify)(const EFI_GUID *Protocol, EFI_EVENT Event, void **Registration);
    EFI_STATUS(EFIAPI *LocateHandle)
    (EFI_LOCATE_SEARCH_TYPE SearchType, const EFI_GUID *Protocol, void *SearchKey, UINTN *BufferSize,
     EFI_HANDLE *Buffer);
    EFI_STATUS(EFIAPI *LocateDevicePath)
    (const EFI_GUID *Protocol, EFI_DEVICE_PATH_PROTOCOL **DevicePath, EFI_HANDLE *Device);
    EFI_STATUS(EFIAPI *InstallConfigurationTable)(const EFI_GUID *Guid, void *Table);

    EFI_STATUS(EFIAPI *LoadImage)
    (BOOLEAN BootPolicy, EFI_HANDLE ParentImageHandle, EFI_DEVICE_PATH_PROTOCOL *DevicePath, void *SourceBuffer,
     UINTN SourceSize, EFI_HANDLE *ImageHandle);
    EFI_STATUS(EFIAPI *StartImage)(EFI_HANDLE ImageHandle, UINTN *ExitDataSize, CHAR16 **ExitData);
    EFI_STATUS(EFIAPI *Exit)(EFI_HANDLE ImageHandle, EFI_STATUS ExitStatus, UINTN ExitDataSize, CHAR16 *ExitData);
    EFI_STATUS(EFIAPI *UnloadImage)(EFI_HANDLE ImageHandle);
    EFI_STATUS(EFIAPI *ExitBootServices)(EFI_HANDLE ImageHandle, UINTN MapKey);

    EFI_STATUS(EFIAPI *GetNextMonotonicCount)(uint64_t *Count);
    EFI_STATUS(EFIAPI *Stall)(UINTN Microseconds);
    EFI_STATUS(EFIAPI *SetWatchdogTimer)
    (UINTN Timeout, uint64_t WatchdogCode, UINTN DataSize, CHAR16 *WatchdogData); /* seconds; 0 stops it */

    EFI_STATUS(EFIAPI *ConnectController)
    (EFI_HANDLE ControllerHandle, EFI_HANDLE *DriverImageHandle, EFI_DEVICE_PATH_PROTOCOL *RemainingDevicePath,
     BOOLEAN Recursive);
    EFI_STATUS(EFIAPI *DisconnectController)
    (EFI_HANDLE ControllerHandle, EFI_HANDLE DriverImageHandle, EFI_HANDLE ChildHandle);

    EFI_STATUS(EFIAPI *OpenProtocol)
    (EFI_HANDLE Handle, const EFI_GUID *Protocol, void **Interface, EFI_HANDLE AgentHandle, EFI_HANDLE ControllerHandle,
     uint32_t Attributes);
    EFI_STATUS(EFIAPI *CloseProtocol)
    (EFI_HANDLE Handle, const EFI_GUID *Protocol, EFI_HANDLE AgentHandle, EFI_HANDLE ControllerHandle);
    EFI_STATUS(EFIAPI *OpenProtocolInformation)
    (EFI_HANDLE Handle, const EFI_GUID *Protocol, EFI_OPEN_PROTOCOL_INFORMATION_ENTRY **EntryBuffer, UINTN *EntryCount);

    EFI_STATUS(EFIAPI *ProtocolsPerHandle)(EFI_HANDLE Handle, EFI_GUID ***ProtocolBuffer, UINTN *ProtocolBufferCount);
    EFI_STATUS(EFIAPI *LocateHandleBuffer)
    (EFI_LOCATE_SEARCH_TYPE SearchType, const EFI_GUID *Protocol, void *SearchKey, UINTN *NoHandles,
     EFI_HANDLE **Buffer);
    EFI_STATUS(EFIAPI *LocateProtocol)(const EFI_GUID *Protocol, void *Registration, void **Interface);
    /* Pairs of a GUID and an interface pointer, then a NULL pointer. */
    EFI_STATUS(EFIAPI *InstallMultipleProtocolInterfaces)(EFI_HANDLE *Handle, ...);
    EFI_STATUS(EFIAPI *UninstallMultipleProtocolInterfaces)(EFI_HANDLE Handle, ...);

    EFI_STATUS(EFIAPI *CalculateCrc32)(const void *Data, UINTN DataSize, uint32_t *Crc32);
    void(EFIAPI *CopyMem)(void *Destination, const void *Source, UINTN Length);
    void(EFIAPI *SetMem)(void *Buffer, UINTN Size, uint8_t Value);
    EFI_STATUS(EFIAPI *CreateEventEx)
    (uint32_t Type, EFI_TPL NotifyTpl, EFI_EVENT_NOTIFY NotifyFunction, const void *NotifyContext,
     const EFI_GUID *EventGroup, EFI_EVENT *Event);
} EFI_BOOT_SERVICES;

ABI_SIZE(EFI_BOOT_SERVICES, 376);
ABI_OFFSET(EFI_BOOT_SERVICES, Hdr, 0);
ABI_OFFSET(EFI_BOOT_SERVICES, RaiseTPL, 24);
ABI_OFFSET(EFI_BOOT_SERVICES, RestoreTPL, 32);
ABI_OFFSET(EFI_BOOT_SERVICES, AllocatePages, 40);
ABI_OFFSET(EFI_BOOT_SERVICES, FreePages, 48);
ABI_OFFSET(EFI_BOOT_SERVICES, GetMemoryMap, 56);
ABI_OFFSET(EFI_BOOT_SERVICES, AllocatePool, 64);
ABI_OFFSET(EFI_BOOT_SERVICES, FreePool, 72);
ABI_OFFSET(EFI_BOOT_SERVICES, CreateEvent, 80);
ABI_OFFSET(EFI_BOOT_SERVICES, SetTimer, 88);
ABI_OFFSET(EFI_BOOT_SERVICES, WaitForEvent, 96);
ABI_OFFSET(EFI_BOOT_SERVICES, SignalEvent, 104);
ABI_OFFSET(EFI_BOOT_SERVICES, CloseEvent, 112);
ABI_OFFSET(EFI_BOOT_SERVICES, CheckEvent, 120);
ABI_OFFSET(EFI_BOOT_SERVICES, InstallProtocolInterface, 128);
ABI_OFFSET(EFI_BOOT_SERVICES, ReinstallProtocolInterface, 136);
ABI_OFFSET(EFI_BOOT_SERVICES, UninstallProtocolInterface, 144);
ABI_OFFSET(EFI_BOOT_SERVICES, HandleProtocol, 152);
ABI_OFFSET(EFI_BOOT_SERVICES, Reserved, 160);
ABI_OFFSET(EFI_BOOT_SERVICES, RegisterProtocolNotify, 168);
ABI_OFFSET(EFI_BOOT_SERVICES, LocateHandle, 176);
ABI_OFFSET(EFI_BOOT_SERVICES, LocateDevicePath, 184);
ABI_OFFSET(EFI_BOOT_SERVICES, InstallConfigurationTable, 192);
ABI_OFFSET(EFI_BOOT_SERVICES, LoadImage, 200);
ABI_OFFSET(EFI_BOOT_SERVICES, StartImage, 208);
ABI_OFFSET(EFI_BOOT_SERVICES, Exit, 216);
ABI_OFFSET(EFI_BOOT_SERVICES, UnloadImage, 224);
ABI_OFFSET(EFI_BOOT_SERVICES, ExitBootServices, 232);
ABI_OFFSET(EFI_BOOT_SERVICES, GetNextMonotonicCount, 240);
ABI_OFFSET(EFI_BOOT_SERVICES, Stall, 248);
ABI_OFFSET(EFI_BOOT_SERVICES, SetWatchdogTimer, 256);
ABI_OFFSET(EFI_BOOT_SERVICES, ConnectController, 264);
ABI_OFFSET(EFI_BOOT_SERVICES, DisconnectController, 272);
ABI_OFFSET(EFI_BOOT_SERVICES, OpenProtocol, 280);
ABI_OFFSET(EFI_BOOT_SERVICES, CloseProtocol, 288);
ABI_OFFSET(EFI_BOOT_SERVICES, OpenProtocolInformation, 296);
ABI_OFFSET(EFI_BOOT_SERVICES, ProtocolsPerHandle, 304);
ABI_OFFSET(EFI_BOOT_SERVICES, LocateHandleBuffer, 312);
ABI_OFFSET(EFI_BOOT_SERVICES, LocateProtocol, 320);
ABI_OFFSET(EFI_BOOT_SERVICES, InstallMultipleProtocolInterfaces, 328);
ABI_OFFSET(EFI_BOOT_SERVICES, UninstallMultipleProtocolInterfaces, 336);
ABI_OFFSET(EFI_BOOT_SERVICES, CalculateCrc32, 344);
ABI_OFFSET(EFI_BOOT_SERVICES, CopyMem, 352);
ABI_OFFSET(EFI_BOOT_SERVICES, SetMem, 360);
ABI_OFFSET(EFI_BOOT_SERVICES, CreateEventEx, 368);

#endif
