/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables that the loader sees, and which service each of their functions is. */
#include "chaos.h"

#include "abi/block_io.h"
#include "abi/configuration_table.h"
#include "abi/edid.h"
#include "abi/graphics_output.h"
#include "abi/rng.h"
#include "memory.h"

#define WORDS(type, from, to) ((offsetof(type, to) - offsetof(type, from)) / sizeof(void *))
#define BOOT(name)            (CHAOS_BOOT + WORDS(EFI_BOOT_SERVICES, RaiseTPL, name))
#define RUNTIME(name)         (CHAOS_RUNTIME + WORDS(EFI_RUNTIME_SERVICES, GetTime, name))
#define CONOUT(name)          (CHAOS_CONOUT + WORDS(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL, Reset, name))
#define CONIN(name)           (CHAOS_CONIN + WORDS(EFI_SIMPLE_TEXT_INPUT_PROTOCOL, Reset, name))
#define KEYS(name)            (CHAOS_KEYS + WORDS(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL, Reset, name))
#define FILE(name)            (CHAOS_FILE + WORDS(EFI_FILE_PROTOCOL, Open, name))
#define GRAPHICS(name)        (CHAOS_GRAPHICS + WORDS(EFI_GRAPHICS_OUTPUT_PROTOCOL, QueryMode, name))
#define RNG(name)             (CHAOS_RNG + WORDS(EFI_RNG_PROTOCOL, GetInfo, name))
#define BLOCKS(name)          (CHAOS_BLOCKS + WORDS(EFI_BLOCK_IO_PROTOCOL, Reset, name))

_Static_assert(BOOT(CreateEventEx) + 1 == CHAOS_RUNTIME && RUNTIME(QueryVariableInfo) + 1 == CHAOS_CONOUT &&
                   CONOUT(EnableCursor) + 1 == CHAOS_CONIN && CONIN(ReadKeyStroke) + 1 == CHAOS_KEYS &&
                   KEYS(UnregisterKeyNotify) == CHAOS_VOLUME && FILE(FlushEx) + 1 == CHAOS_GRAPHICS &&
                   GRAPHICS(Blt) + 1 == CHAOS_RNG && RNG(GetRNG) + 1 == CHAOS_BLOCKS &&
                   BLOCKS(FlushBlocks) + 1 == CHAOS_FIXUP && CHAOS_FIXUP + 1 == CHAOS_SLOTS,
               "chaos.h");

/* Where the services of fake_calls.h are: one that is newly used there does not compile here. */
enum slot {
    SLOT_AllocatePages = BOOT(AllocatePages),
    SLOT_FreePages = BOOT(FreePages),
    SLOT_GetMemoryMap = BOOT(GetMemoryMap),
    SLOT_AllocatePool = BOOT(AllocatePool),
    SLOT_FreePool = BOOT(FreePool),
    SLOT_CreateEvent = BOOT(CreateEvent),
    SLOT_SetTimer = BOOT(SetTimer),
    SLOT_WaitForEvent = BOOT(WaitForEvent),
    SLOT_CloseEvent = BOOT(CloseEvent),
    SLOT_HandleProtocol = BOOT(HandleProtocol),
    SLOT_LocateHandleBuffer = BOOT(LocateHandleBuffer),
    SLOT_LocateProtocol = BOOT(LocateProtocol),
    SLOT_LocateDevicePath = BOOT(LocateDevicePath),
    SLOT_ConnectController = BOOT(ConnectController),
    SLOT_InstallProtocolInterface = BOOT(InstallProtocolInterface),
    SLOT_UninstallProtocolInterface = BOOT(UninstallProtocolInterface),
    SLOT_LoadImage = BOOT(LoadImage),
    SLOT_StartImage = BOOT(StartImage),
    SLOT_UnloadImage = BOOT(UnloadImage),
    SLOT_InstallConfigurationTable = BOOT(InstallConfigurationTable),
    SLOT_GetNextMonotonicCount = BOOT(GetNextMonotonicCount),
    SLOT_ExitBootServices = BOOT(ExitBootServices),
    SLOT_Stall = BOOT(Stall),
    SLOT_SetWatchdogTimer = BOOT(SetWatchdogTimer),
    SLOT_GetTime = RUNTIME(GetTime),
    SLOT_GetVariable = RUNTIME(GetVariable),
    SLOT_SetVariable = RUNTIME(SetVariable),
    SLOT_ResetSystem = RUNTIME(ResetSystem),
    SLOT_OutputString = CONOUT(OutputString),
    SLOT_TextQueryMode = CONOUT(QueryMode),
    SLOT_SetAttribute = CONOUT(SetAttribute),
    SLOT_ClearScreen = CONOUT(ClearScreen),
    SLOT_TextSetMode = CONOUT(SetMode),
    SLOT_SetCursorPosition = CONOUT(SetCursorPosition),
    SLOT_EnableCursor = CONOUT(EnableCursor),
    SLOT_ReadKeyStroke = CONIN(ReadKeyStroke),
    SLOT_ReadKeyStrokeEx = KEYS(ReadKeyStrokeEx),
    SLOT_OpenVolume = CHAOS_VOLUME,
    SLOT_FileOpen = FILE(Open),
    SLOT_FileClose = FILE(Close),
    SLOT_FileRead = FILE(Read),
    SLOT_FileGetPosition = FILE(GetPosition),
    SLOT_FileSetPosition = FILE(SetPosition),
    SLOT_FileGetInfo = FILE(GetInfo),
    SLOT_FileWrite = FILE(Write),
    SLOT_FileFlush = FILE(Flush),
    SLOT_FileDelete = FILE(Delete),
    SLOT_FileSetInfo = FILE(SetInfo),
    SLOT_ReadBlocks = BLOCKS(ReadBlocks),
    SLOT_GraphicsQueryMode = GRAPHICS(QueryMode),
    SLOT_GraphicsSetMode = GRAPHICS(SetMode),
    SLOT_GetRNG = RNG(GetRNG),
    SLOT_GetBootHartId = CHAOS_SLOTS, /* not on a PC */
    SLOT_Fixup = CHAOS_FIXUP,
};

#define SLOT_OF(name) [FAKE_##name] = SLOT_##name,
static const uint8_t slots[FAKE_SERVICE_COUNT] = {FAKE_SERVICES(SLOT_OF)};

void *chaos_targets[CHAOS_SLOTS + 1];

void chaos_fill(void *first_function, unsigned first_slot, unsigned count)
{
    const void **functions = first_function;

    for (unsigned i = 0; i < count; i++)
        functions[i] = chaos_thunks[first_slot + i];
}

void chaos_set_target(enum fake_service service, void *target)
{
    chaos_targets[slots[service]] = target;
}

void *chaos_target(enum fake_service service)
{
    return chaos_targets[slots[service]];
}

static EFI_STATUS EFIAPI refuse(void)
{
    return EFI_UNSUPPORTED;
}

static bool same(const EFI_GUID *a, const EFI_GUID *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* Then nobody knows whether a kernel may be started, unless the failure says that there is no such variable. */
static bool hides_secure_boot(const CHAR16 *name, EFI_STATUS status)
{
    static const char wanted[] = "SecureBoot";
    size_t alike = 0;

    while (alike < sizeof(wanted) && name[alike] == (CHAR16)wanted[alike])
        alike++;
    return alike == sizeof(wanted) && status != EFI_NOT_FOUND && status != EFI_UNSUPPORTED;
}

/* Which failures a boot cannot be expected to survive depends on what is asked for. */
static void tell_vital(enum fake_service service, const struct chaos_arguments *arguments, EFI_STATUS status)
{
    static const EFI_GUID image = EFI_LOADED_IMAGE_PROTOCOL_GUID, files = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    static const EFI_GUID seed = LINUX_EFI_RANDOM_SEED_TABLE_GUID;
    const EFI_GUID *guid = (const EFI_GUID *)(uintptr_t)arguments->second;
    const EFI_FILE_PROTOCOL *file = (const EFI_FILE_PROTOCOL *)(uintptr_t)arguments->first;
    const EFI_GUID *table = (const EFI_GUID *)(uintptr_t)arguments->first;

    if (service == FAKE_AllocatePages)
        fake_set_vital((uint32_t)arguments->first != AllocateAddress);
    if (service == FAKE_GetMemoryMap)
        fake_set_vital(status == EFI_INVALID_PARAMETER);
    if (service == FAKE_GetVariable)
        fake_set_vital(hides_secure_boot((const CHAR16 *)(uintptr_t)arguments->first, status));
    if (service == FAKE_HandleProtocol)
        fake_set_vital(same(guid, &image) || same(guid, &files));
    if (service == FAKE_InstallConfigurationTable)
        fake_set_vital(!same(table, &seed));
    if (service == FAKE_FileRead)
        fake_set_vital(chaos_is_folder(file));
    /* What is opened to be written is written for counting. */
    if (service == FAKE_FileOpen)
        fake_set_vital(!(arguments->fourth & EFI_FILE_MODE_WRITE));
    if (service == FAKE_FileGetInfo)
        fake_set_vital(!chaos_is_writable(file));
}

/* What a call that fails does all the same. What it was to give back will not be given back again. */
static void do_what_stays(enum fake_service service, const struct chaos_arguments *arguments, EFI_STATUS status)
{
    EFI_HANDLE handle = (EFI_HANDLE)(uintptr_t)arguments->first;

    if (service == FAKE_FreePages)
        chaos_offer(CHAOS_PAGES, arguments->first);
    if (service == FAKE_FreePool)
        chaos_offer(CHAOS_POOL, arguments->first);
    if (service == FAKE_UnloadImage)
        chaos_image_offer(handle);
    if (service == FAKE_UninstallProtocolInterface)
        chaos_interface_offer(handle, (const EFI_GUID *)(uintptr_t)arguments->second,
                              (void *)(uintptr_t)arguments->third, status);
    if (service == FAKE_InstallConfigurationTable && arguments->second == 0)
        chaos_table_offer((const EFI_GUID *)(uintptr_t)arguments->first);
    if (service == FAKE_FileDelete)
        chaos_file_close((EFI_FILE_PROTOCOL *)handle);
    if (service == FAKE_LoadImage && status == EFI_SECURITY_VIOLATION)
        chaos_image_load_untrusted(arguments);
    /* It says how much room it wants: not what it wanted before, but more. */
    if (service == FAKE_GetMemoryMap && status == EFI_BUFFER_TOO_SMALL)
        *(UINTN *)(uintptr_t)arguments->first += memory_map_size();
    if (service == FAKE_Fixup && status == EFI_BUFFER_TOO_SMALL)
        *(UINTN *)(uintptr_t)arguments->third += EFI_PAGE_SIZE;
}

EFI_STATUS EFIAPI chaos_call(struct chaos_arguments *arguments)
{
    unsigned service = 0;
    EFI_STATUS status;

    while (service < FAKE_SERVICE_COUNT && slots[service] != arguments->slot)
        service++;
    if (service == FAKE_SERVICE_COUNT) {
        chaos_complain(RULE_UNKNOWN_CALL, "the loader calls function %u of chaos_thunks.S, which fake_calls.h lacks",
                       (unsigned)arguments->slot);
        return EFI_UNSUPPORTED;
    }
    chaos_lies_call((enum fake_service)service, arguments);
    if (arguments->slot >= CHAOS_FILE && arguments->slot < CHAOS_GRAPHICS &&
        !chaos_is_open((const EFI_FILE_PROTOCOL *)(uintptr_t)arguments->first)) {
        chaos_complain(RULE_NO_FILE, "%s: %#llx is no open file", fake_service_name((enum fake_service)service),
                       (unsigned long long)arguments->first);
        return EFI_INVALID_PARAMETER;
    }
    status = fake_call((enum fake_service)service);
    if (status != EFI_SUCCESS) {
        tell_vital((enum fake_service)service, arguments, status);
        do_what_stays((enum fake_service)service, arguments, status);
    }
    if (service == FAKE_ExitBootServices)
        fake_set_phase(FAKE_LEAVING);
    return status;
}

/* The firmware's own would wear out its variables. */
static EFI_STATUS EFIAPI get_count(uint64_t *count)
{
    static uint64_t last;

    *count = ++last;
    return EFI_SUCCESS;
}

/* In memory that the kernel's direct map has: the kernel looks for the way back there. */
static EFI_SYSTEM_TABLE *loaders;

void chaos_list_table(const EFI_GUID *guid, void *table)
{
    EFI_CONFIGURATION_TABLE *listed = loaders->ConfigurationTable;
    UINTN count = loaders->NumberOfTableEntries, i = 0;

    while (i < count && !same(&listed[i].VendorGuid, guid))
        i++;
    if (table)
        listed[i] = (EFI_CONFIGURATION_TABLE){*guid, table};
    else
        listed[i] = listed[count - 1];
    loaders->NumberOfTableEntries = table ? count + (i == count) : count - 1;
}

EFI_SYSTEM_TABLE *chaos_system_table(void)
{
    static const EFI_GUID guid = CHAOS_WAY_BACK_GUID;
    struct tables {
        EFI_SYSTEM_TABLE system;
        EFI_RUNTIME_SERVICES runtime;
        EFI_BOOT_SERVICES boot;
        EFI_CONFIGURATION_TABLE configuration[];
    } * tables;
    UINTN count = system_table->NumberOfTableEntries;

    need(boot->AllocatePool(EfiRuntimeServicesData,
                            sizeof(*tables) + (count + 1 + CHAOS_TABLES) * sizeof(tables->configuration[0]),
                            (void **)&tables),
         "no memory for tables");
    tables->system = *system_table;
    tables->runtime = *system_table->RuntimeServices;
    tables->boot = *boot;
    memcpy(tables->configuration, system_table->ConfigurationTable, count * sizeof(tables->configuration[0]));
    tables->configuration[count] = (EFI_CONFIGURATION_TABLE){guid, chaos_machine_start()};
    chaos_fill((void *)&tables->boot.RaiseTPL, CHAOS_BOOT, CHAOS_RUNTIME - CHAOS_BOOT);
    chaos_fill((void *)&tables->runtime.GetTime, CHAOS_RUNTIME, CHAOS_CONOUT - CHAOS_RUNTIME);
    for (unsigned i = 0; i < CHAOS_SLOTS; i++)
        chaos_targets[i] = (void *)(uintptr_t)refuse;
    chaos_console_install(&tables->system);
    chaos_memory_install();
    chaos_files_install();
    chaos_protocols_install();
    chaos_images_install();
    chaos_exit_install();
    tables->system.RuntimeServices = &tables->runtime;
    tables->system.BootServices = &tables->boot;
    tables->system.NumberOfTableEntries = count + 1;
    tables->system.ConfigurationTable = tables->configuration;
    CHAOS_TARGET(FAKE_GetNextMonotonicCount, get_count);
    loaders = &tables->system;
    return loaders;
}
