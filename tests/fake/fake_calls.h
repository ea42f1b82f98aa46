/* SPDX-License-Identifier: BSD-2-Clause */
/* Every call of the loader to the firmware goes through here: it is counted, it may be illegal, it may fail. */
#ifndef BATON_FAKE_CALLS_H
#define BATON_FAKE_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/base.h"
#include "bytes.h"

/* X(name): the services that the loader uses. */
#define FAKE_SERVICES(X)                                                                                               \
    X(AllocatePages)                                                                                                   \
    X(FreePages)                                                                                                       \
    X(GetMemoryMap)                                                                                                    \
    X(AllocatePool)                                                                                                    \
    X(FreePool)                                                                                                        \
    X(CreateEvent)                                                                                                     \
    X(SetTimer)                                                                                                        \
    X(WaitForEvent)                                                                                                    \
    X(CloseEvent)                                                                                                      \
    X(HandleProtocol)                                                                                                  \
    X(LocateHandleBuffer)                                                                                              \
    X(LocateProtocol)                                                                                                  \
    X(LocateDevicePath)                                                                                                \
    X(ConnectController)                                                                                               \
    X(InstallProtocolInterface)                                                                                        \
    X(UninstallProtocolInterface)                                                                                      \
    X(LoadImage)                                                                                                       \
    X(StartImage)                                                                                                      \
    X(UnloadImage)                                                                                                     \
    X(InstallConfigurationTable)                                                                                       \
    X(GetNextMonotonicCount)                                                                                           \
    X(ExitBootServices)                                                                                                \
    X(Stall)                                                                                                           \
    X(SetWatchdogTimer)                                                                                                \
    X(GetTime)                                                                                                         \
    X(GetVariable)                                                                                                     \
    X(SetVariable)                                                                                                     \
    X(ResetSystem)                                                                                                     \
    X(OutputString)                                                                                                    \
    X(TextQueryMode)                                                                                                   \
    X(SetAttribute)                                                                                                    \
    X(ClearScreen)                                                                                                     \
    X(SetCursorPosition)                                                                                               \
    X(EnableCursor)                                                                                                    \
    X(TextSetMode)                                                                                                     \
    X(ReadKeyStroke)                                                                                                   \
    X(ReadKeyStrokeEx)                                                                                                 \
    X(OpenVolume)                                                                                                      \
    X(FileOpen)                                                                                                        \
    X(FileClose)                                                                                                       \
    X(FileRead)                                                                                                        \
    X(FileGetPosition)                                                                                                 \
    X(FileSetPosition)                                                                                                 \
    X(FileGetInfo)                                                                                                     \
    X(FileWrite)                                                                                                       \
    X(FileFlush)                                                                                                       \
    X(FileDelete)                                                                                                      \
    X(FileSetInfo)                                                                                                     \
    X(ReadBlocks)                                                                                                      \
    X(GraphicsQueryMode)                                                                                               \
    X(GraphicsSetMode)                                                                                                 \
    X(GetRNG)                                                                                                          \
    X(GetBootHartId)                                                                                                   \
    X(Fixup)

#define FAKE_SERVICE_NAME(name) FAKE_##name,
enum fake_service { FAKE_SERVICES(FAKE_SERVICE_NAME) FAKE_SERVICE_COUNT };
#undef FAKE_SERVICE_NAME

/* How long a failure lasts. */
enum fake_lasting {
    FAKE_ONCE,    /* that call only */
    FAKE_SERVICE, /* the same service from then on */
    FAKE_ALL,     /* every service from then on, each with the status of that number, counted round */
    FAKE_OFTEN,   /* about every fourth call from then on, with any of its statuses */
    FAKE_LASTING_COUNT,
};

struct fake_injection {
    unsigned call;   /* from 1 on; 0: nothing fails */
    unsigned status; /* which of those that the service may fail with */
    enum fake_lasting lasting;
    struct bytes listed; /* a byte for each call: 0, or from 1 on which of its service's failures it gets */
};

enum fake_phase {
    FAKE_RUNNING,
    FAKE_LEAVING, /* ExitBootServices was called */
    FAKE_LEFT,    /* and has succeeded */
};

void fake_calls_start(const struct fake_injection *injection);

/* At the beginning of each service. Not EFI_SUCCESS: the call fails so. */
EFI_STATUS fake_call(enum fake_service service);

/* Whether calls are to fail in this run. */
bool fake_is_injected(void);

enum fake_phase fake_phase(void);
void fake_set_phase(enum fake_phase phase);

unsigned fake_calls(void);
/* A number for which calls they were, in their order, and which of them were made to fail, and how. */
uint64_t fake_calls_digest(void);
unsigned fake_calls_of(enum fake_service service);
unsigned fake_calls_failed(enum fake_service service); /* by injection */
/* The call before the one that is made now. */
enum fake_service fake_last_service(void);
bool fake_last_failed(void);
/* Notes that the call that is made now fails by itself. */
void fake_note_failure(void);

/* The call that is made now asks for something that a boot needs, or can do without, whatever is usual for its service.
 */
void fake_set_vital(bool is_vital);
/* Whether that is so of the first call that failed. */
bool fake_injected_vital(void);

/* How many failures were injected in this run, those that are listed included; of the first of the others the service,
 * and how many statuses it may fail with. */
unsigned fake_injected(void);
enum fake_service fake_injected_service(void);
size_t fake_status_count(enum fake_service service);
const char *fake_service_name(enum fake_service service);

#endif
