/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_calls.h"

#include "fake.h"
#include "memory.h"

#define STATUSES 11

/* When a service may be called. */
enum legal {
    RUNNING, /* as long as boot services are there */
    MEMORY,  /* and between a failed exit and the next (UEFI 2.10, 7.4.6) */
    ALWAYS,
};

/* The failures that the specification lists for each (UEFI 2.10; of Fixup, its own); what it does not list is not
 * injected. */
static const struct service {
    const char *name;
    enum legal legal;
    EFI_STATUS statuses[STATUSES];
} services[FAKE_SERVICE_COUNT] = {
    [FAKE_AllocatePages] = {"AllocatePages", MEMORY, {EFI_OUT_OF_RESOURCES, EFI_NOT_FOUND, EFI_INVALID_PARAMETER}},
    [FAKE_FreePages] = {"FreePages", MEMORY, {EFI_NOT_FOUND, EFI_INVALID_PARAMETER}},
    [FAKE_GetMemoryMap] = {"GetMemoryMap", MEMORY, {EFI_BUFFER_TOO_SMALL, EFI_INVALID_PARAMETER}},
    [FAKE_AllocatePool] = {"AllocatePool", MEMORY, {EFI_OUT_OF_RESOURCES, EFI_INVALID_PARAMETER}},
    [FAKE_FreePool] = {"FreePool", MEMORY, {EFI_INVALID_PARAMETER}},
    [FAKE_CreateEvent] = {"CreateEvent", RUNNING, {EFI_OUT_OF_RESOURCES, EFI_INVALID_PARAMETER}},
    [FAKE_SetTimer] = {"SetTimer", RUNNING, {EFI_INVALID_PARAMETER}},
    [FAKE_WaitForEvent] = {"WaitForEvent", RUNNING, {EFI_UNSUPPORTED, EFI_INVALID_PARAMETER}},
    [FAKE_CloseEvent] = {"CloseEvent", RUNNING, {0}},
    [FAKE_HandleProtocol] = {"HandleProtocol", RUNNING, {EFI_UNSUPPORTED, EFI_INVALID_PARAMETER}},
    [FAKE_LocateHandleBuffer] = {"LocateHandleBuffer",
                                 RUNNING,
                                 {EFI_NOT_FOUND, EFI_OUT_OF_RESOURCES, EFI_INVALID_PARAMETER}},
    [FAKE_LocateProtocol] = {"LocateProtocol", RUNNING, {EFI_NOT_FOUND, EFI_INVALID_PARAMETER}},
    [FAKE_LocateDevicePath] = {"LocateDevicePath", RUNNING, {EFI_NOT_FOUND, EFI_INVALID_PARAMETER}},
    [FAKE_ConnectController] = {"ConnectController",
                                RUNNING,
                                {EFI_NOT_FOUND, EFI_SECURITY_VIOLATION, EFI_INVALID_PARAMETER}},
    [FAKE_InstallProtocolInterface] = {"InstallProtocolInterface",
                                       RUNNING,
                                       {EFI_OUT_OF_RESOURCES, EFI_INVALID_PARAMETER}},
    [FAKE_UninstallProtocolInterface] = {"UninstallProtocolInterface",
                                         RUNNING,
                                         {EFI_ACCESS_DENIED, EFI_NOT_FOUND, EFI_INVALID_PARAMETER}},
    [FAKE_LoadImage] = {"LoadImage",
                        RUNNING,
                        {EFI_NOT_FOUND, EFI_INVALID_PARAMETER, EFI_UNSUPPORTED, EFI_OUT_OF_RESOURCES, EFI_LOAD_ERROR,
                         EFI_DEVICE_ERROR, EFI_ACCESS_DENIED, EFI_SECURITY_VIOLATION}},
    [FAKE_StartImage] = {"StartImage", RUNNING, {EFI_INVALID_PARAMETER, EFI_SECURITY_VIOLATION}},
    [FAKE_UnloadImage] = {"UnloadImage", RUNNING, {EFI_UNSUPPORTED, EFI_INVALID_PARAMETER}},
    [FAKE_InstallConfigurationTable] = {"InstallConfigurationTable",
                                        RUNNING,
                                        {EFI_INVALID_PARAMETER, EFI_NOT_FOUND, EFI_OUT_OF_RESOURCES}},
    [FAKE_GetNextMonotonicCount] = {"GetNextMonotonicCount", RUNNING, {EFI_DEVICE_ERROR, EFI_INVALID_PARAMETER}},
    [FAKE_ExitBootServices] = {"ExitBootServices", MEMORY, {EFI_INVALID_PARAMETER}},
    [FAKE_Stall] = {"Stall", RUNNING, {0}},
    [FAKE_SetWatchdogTimer] = {"SetWatchdogTimer", RUNNING, {EFI_UNSUPPORTED, EFI_DEVICE_ERROR, EFI_INVALID_PARAMETER}},
    [FAKE_GetTime] = {"GetTime", RUNNING, {EFI_DEVICE_ERROR, EFI_UNSUPPORTED, EFI_INVALID_PARAMETER}},
    [FAKE_GetVariable] = {"GetVariable",
                          RUNNING,
                          {EFI_NOT_FOUND, EFI_BUFFER_TOO_SMALL, EFI_DEVICE_ERROR, EFI_SECURITY_VIOLATION,
                           EFI_UNSUPPORTED, EFI_INVALID_PARAMETER}},
    [FAKE_SetVariable] = {"SetVariable",
                          RUNNING,
                          {EFI_OUT_OF_RESOURCES, EFI_NOT_FOUND, EFI_DEVICE_ERROR, EFI_WRITE_PROTECTED,
                           EFI_SECURITY_VIOLATION, EFI_UNSUPPORTED, EFI_INVALID_PARAMETER}},
    [FAKE_ResetSystem] = {"ResetSystem", ALWAYS, {0}},
    [FAKE_OutputString] = {"OutputString", RUNNING, {EFI_DEVICE_ERROR, EFI_UNSUPPORTED, EFI_WARN_UNKNOWN_GLYPH}},
    [FAKE_TextQueryMode] = {"ConOut->QueryMode", RUNNING, {EFI_DEVICE_ERROR, EFI_UNSUPPORTED}},
    [FAKE_SetAttribute] = {"SetAttribute", RUNNING, {EFI_DEVICE_ERROR}},
    [FAKE_ClearScreen] = {"ClearScreen", RUNNING, {EFI_DEVICE_ERROR, EFI_UNSUPPORTED}},
    [FAKE_SetCursorPosition] = {"SetCursorPosition", RUNNING, {EFI_DEVICE_ERROR, EFI_UNSUPPORTED}},
    [FAKE_EnableCursor] = {"EnableCursor", RUNNING, {EFI_DEVICE_ERROR, EFI_UNSUPPORTED}},
    [FAKE_TextSetMode] = {"ConOut->SetMode", RUNNING, {EFI_DEVICE_ERROR, EFI_UNSUPPORTED}},
    [FAKE_ReadKeyStroke] = {"ReadKeyStroke", RUNNING, {EFI_DEVICE_ERROR, EFI_NOT_READY, EFI_UNSUPPORTED}},
    [FAKE_ReadKeyStrokeEx] = {"ReadKeyStrokeEx", RUNNING, {EFI_DEVICE_ERROR, EFI_NOT_READY, EFI_UNSUPPORTED}},
    [FAKE_OpenVolume] = {"OpenVolume",
                         RUNNING,
                         {EFI_DEVICE_ERROR, EFI_NO_MEDIA, EFI_VOLUME_CORRUPTED, EFI_ACCESS_DENIED, EFI_OUT_OF_RESOURCES,
                          EFI_MEDIA_CHANGED, EFI_UNSUPPORTED}},
    [FAKE_FileOpen] = {"File->Open",
                       RUNNING,
                       {EFI_DEVICE_ERROR, EFI_NOT_FOUND, EFI_NO_MEDIA, EFI_MEDIA_CHANGED, EFI_VOLUME_CORRUPTED,
                        EFI_WRITE_PROTECTED, EFI_ACCESS_DENIED, EFI_OUT_OF_RESOURCES, EFI_VOLUME_FULL,
                        EFI_INVALID_PARAMETER}},
    [FAKE_FileClose] = {"File->Close", RUNNING, {0}},
    [FAKE_FileRead] = {"File->Read",
                       RUNNING,
                       {EFI_DEVICE_ERROR, EFI_NO_MEDIA, EFI_VOLUME_CORRUPTED, EFI_BUFFER_TOO_SMALL}},
    [FAKE_FileGetPosition] = {"File->GetPosition", RUNNING, {EFI_DEVICE_ERROR, EFI_UNSUPPORTED}},
    [FAKE_FileSetPosition] = {"File->SetPosition", RUNNING, {EFI_DEVICE_ERROR, EFI_UNSUPPORTED}},
    [FAKE_FileGetInfo] = {"File->GetInfo",
                          RUNNING,
                          {EFI_DEVICE_ERROR, EFI_NO_MEDIA, EFI_VOLUME_CORRUPTED, EFI_UNSUPPORTED,
                           EFI_BUFFER_TOO_SMALL}},
    [FAKE_FileWrite] = {"File->Write",
                        RUNNING,
                        {EFI_DEVICE_ERROR, EFI_UNSUPPORTED, EFI_NO_MEDIA, EFI_VOLUME_CORRUPTED, EFI_WRITE_PROTECTED,
                         EFI_ACCESS_DENIED, EFI_VOLUME_FULL}},
    [FAKE_FileFlush] = {"File->Flush",
                        RUNNING,
                        {EFI_DEVICE_ERROR, EFI_NO_MEDIA, EFI_VOLUME_CORRUPTED, EFI_WRITE_PROTECTED, EFI_ACCESS_DENIED,
                         EFI_VOLUME_FULL}},
    [FAKE_FileDelete] = {"File->Delete", RUNNING, {EFI_WARN_DELETE_FAILURE}},
    [FAKE_FileSetInfo] = {"File->SetInfo",
                          RUNNING,
                          {EFI_DEVICE_ERROR, EFI_UNSUPPORTED, EFI_NO_MEDIA, EFI_VOLUME_CORRUPTED, EFI_WRITE_PROTECTED,
                           EFI_ACCESS_DENIED, EFI_VOLUME_FULL, EFI_BAD_BUFFER_SIZE}},
    [FAKE_ReadBlocks] = {"ReadBlocks",
                         RUNNING,
                         {EFI_DEVICE_ERROR, EFI_NO_MEDIA, EFI_MEDIA_CHANGED, EFI_BAD_BUFFER_SIZE,
                          EFI_INVALID_PARAMETER}},
    [FAKE_GraphicsQueryMode] = {"GraphicsOutput->QueryMode", RUNNING, {EFI_DEVICE_ERROR, EFI_INVALID_PARAMETER}},
    [FAKE_GraphicsSetMode] = {"GraphicsOutput->SetMode", RUNNING, {EFI_DEVICE_ERROR, EFI_UNSUPPORTED}},
    [FAKE_GetRNG] = {"GetRNG", RUNNING, {EFI_NOT_READY, EFI_DEVICE_ERROR, EFI_UNSUPPORTED, EFI_INVALID_PARAMETER}},
    [FAKE_GetBootHartId] = {"GetBootHartId", RUNNING, {EFI_UNSUPPORTED, EFI_INVALID_PARAMETER}},
    [FAKE_Fixup] = {"Fixup", RUNNING, {EFI_OUT_OF_RESOURCES, EFI_BUFFER_TOO_SMALL, EFI_INVALID_PARAMETER}},
};

/* One failure of these may keep a kernel from being booted, unless the call itself knows better. */
static const bool vital[FAKE_SERVICE_COUNT] = {
    [FAKE_AllocatePages] = true, [FAKE_AllocatePool] = true, [FAKE_OpenVolume] = true,
    [FAKE_FileOpen] = true,      [FAKE_FileGetInfo] = true,  [FAKE_InstallProtocolInterface] = true,
    [FAKE_LoadImage] = true,     [FAKE_StartImage] = true,   [FAKE_InstallConfigurationTable] = true,
    [FAKE_Fixup] = true,
};

static struct {
    struct fake_injection injection;
    bool is_injected;
    enum fake_phase phase;
    unsigned calls;
    uint64_t digest;
    unsigned calls_of[FAKE_SERVICE_COUNT], failed[FAKE_SERVICE_COUNT];
    enum fake_service now, last;
    bool now_failed, last_failed;
    unsigned injected, listed;
    enum fake_service injected_service;
    bool vital;
} state;

void fake_calls_start(const struct fake_injection *injection)
{
    memset(&state, 0, sizeof(state));
    state.now = FAKE_SERVICE_COUNT;
    state.is_injected = injection && injection->call > 0;
    if (injection)
        state.injection = *injection;
}

bool fake_is_injected(void)
{
    return state.is_injected;
}

static bool is_legal(enum legal legal)
{
    return legal == ALWAYS || state.phase == FAKE_RUNNING || (legal == MEMORY && state.phase == FAKE_LEAVING);
}

/* A number that follows from which call this is, and from where failures began. */
static unsigned scatter(void)
{
    unsigned number = state.calls * 2654435761U ^ state.injection.call * 40503U;

    return number >> 15 ^ number >> 7;
}

/* Whether this call, behind the first that failed, fails as well. */
static bool goes_on(enum fake_service service)
{
    switch (state.injection.lasting) {
    case FAKE_SERVICE:
        return service == state.injected_service;
    case FAKE_ALL:
        return true;
    case FAKE_OFTEN:
        return scatter() % 4 == 0;
    default:
        return false;
    }
}

/* The failure that is listed for this call. */
static EFI_STATUS inject_listed(enum fake_service service)
{
    const struct bytes *failures = &state.injection.listed;
    size_t count = fake_status_count(service);
    uint8_t listed = state.calls <= failures->size ? failures->data[state.calls - 1] : 0;

    if (listed == 0 || count == 0)
        return EFI_SUCCESS;
    state.listed++;
    return services[service].statuses[(listed - 1U) % count];
}

/* The failure of this call; EFI_SUCCESS when it is not to fail. */
static EFI_STATUS inject(enum fake_service service)
{
    const struct fake_injection *injection = &state.injection;
    size_t count = fake_status_count(service);

    if (injection->call == 0 || state.calls < injection->call || count == 0)
        return EFI_SUCCESS;
    if (state.calls == injection->call) {
        state.injected_service = service;
        state.vital = vital[service];
    } else if (state.injected == 0 || !goes_on(service)) {
        return EFI_SUCCESS;
    }
    state.injected++;
    if (injection->lasting == FAKE_OFTEN && state.injected > 1)
        return services[service].statuses[scatter() / 4 % count];
    return services[service].statuses[injection->status % count];
}

EFI_STATUS fake_call(enum fake_service service)
{
    EFI_STATUS status;

    state.calls++;
    state.calls_of[service]++;
    state.last = state.now;
    state.last_failed = state.now_failed;
    state.now = service;
    state.now_failed = false;
    if (!is_legal(services[service].legal))
        fake_complain("%s was called %s", services[service].name,
                      state.phase == FAKE_LEFT ? "after boot services had ended" : "after a failed ExitBootServices");
    status = inject(service);
    if (status == EFI_SUCCESS)
        status = inject_listed(service);
    state.now_failed = status != EFI_SUCCESS;
    state.failed[service] += state.now_failed ? 1 : 0;
    state.digest = (state.digest ^ service ^ (uint64_t)status << 8) * 0x100000001b3; /* as FNV-1a does with bytes */
    return status;
}

enum fake_phase fake_phase(void)
{
    return state.phase;
}

void fake_set_phase(enum fake_phase phase)
{
    state.phase = phase;
}

unsigned fake_calls(void)
{
    return state.calls;
}

uint64_t fake_calls_digest(void)
{
    return state.digest;
}

unsigned fake_calls_of(enum fake_service service)
{
    return state.calls_of[service];
}

unsigned fake_calls_failed(enum fake_service service)
{
    return state.failed[service];
}

enum fake_service fake_last_service(void)
{
    return state.last;
}

bool fake_last_failed(void)
{
    return state.last_failed;
}

void fake_note_failure(void)
{
    state.now_failed = true;
}

unsigned fake_injected(void)
{
    return state.injected + state.listed;
}

enum fake_service fake_injected_service(void)
{
    return state.injected_service;
}

void fake_set_vital(bool is_vital)
{
    if (state.injected > 0 && state.calls == state.injection.call)
        state.vital = is_vital;
}

bool fake_injected_vital(void)
{
    return state.vital;
}

size_t fake_status_count(enum fake_service service)
{
    size_t count = 0;

    while (count < STATUSES && services[service].statuses[count] != EFI_SUCCESS)
        count++;
    return count;
}

const char *fake_service_name(enum fake_service service)
{
    return services[service].name;
}
