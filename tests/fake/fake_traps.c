/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_traps.h"

#include "fake.h"

/* The failure counts as one of the loader's, whatever it makes of the answer. */
static EFI_STATUS sprung(const char *name)
{
    fake_complain("%s was called, which the fake firmware does not have", name);
    return EFI_UNSUPPORTED;
}

#define TRAP(name)                                                                                                     \
    static EFI_STATUS EFIAPI trap_##name(void)                                                                         \
    {                                                                                                                  \
        return sprung(#name);                                                                                          \
    }
#define SET(name) table->name = (void *)trap_##name;

#define BOOT(X)                                                                                                        \
    X(RaiseTPL)                                                                                                        \
    X(RestoreTPL)                                                                                                      \
    X(SignalEvent)                                                                                                     \
    X(CheckEvent)                                                                                                      \
    X(ReinstallProtocolInterface)                                                                                      \
    X(RegisterProtocolNotify)                                                                                          \
    X(LocateHandle)                                                                                                    \
    X(Exit)                                                                                                            \
    X(DisconnectController)                                                                                            \
    X(OpenProtocol)                                                                                                    \
    X(CloseProtocol)                                                                                                   \
    X(OpenProtocolInformation)                                                                                         \
    X(ProtocolsPerHandle)                                                                                              \
    X(InstallMultipleProtocolInterfaces)                                                                               \
    X(UninstallMultipleProtocolInterfaces)                                                                             \
    X(CalculateCrc32)                                                                                                  \
    X(CopyMem)                                                                                                         \
    X(SetMem)                                                                                                          \
    X(CreateEventEx)
#define RUNTIME(X)                                                                                                     \
    X(SetTime)                                                                                                         \
    X(GetWakeupTime)                                                                                                   \
    X(SetWakeupTime)                                                                                                   \
    X(SetVirtualAddressMap)                                                                                            \
    X(ConvertPointer)                                                                                                  \
    X(GetNextVariableName)                                                                                             \
    X(GetNextHighMonotonicCount)                                                                                       \
    X(UpdateCapsule)                                                                                                   \
    X(QueryCapsuleCapabilities)                                                                                        \
    X(QueryVariableInfo)
#define OUTPUT(X) X(TestString)
#define REST(X)   X(Reset)
#define KEYS(X)                                                                                                        \
    X(SetState)                                                                                                        \
    X(RegisterKeyNotify)                                                                                               \
    X(UnregisterKeyNotify)
#define GRAPHICS(X) X(Blt)
#define RANDOM(X)   X(GetInfo)
#define BLOCKS(X)                                                                                                      \
    X(WriteBlocks)                                                                                                     \
    X(FlushBlocks)

BOOT(TRAP)
RUNTIME(TRAP)
OUTPUT(TRAP)
REST(TRAP)
KEYS(TRAP)
GRAPHICS(TRAP)
RANDOM(TRAP)
BLOCKS(TRAP)

void fake_traps_boot(EFI_BOOT_SERVICES *table)
{
    BOOT(SET)
}

void fake_traps_runtime(EFI_RUNTIME_SERVICES *table)
{
    RUNTIME(SET)
}

void fake_traps_output(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *table)
{
    OUTPUT(SET)
    REST(SET)
}

void fake_traps_input(EFI_SIMPLE_TEXT_INPUT_PROTOCOL *table)
{
    REST(SET)
}

void fake_traps_keys(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *table)
{
    REST(SET)
    KEYS(SET)
}

void fake_traps_graphics(EFI_GRAPHICS_OUTPUT_PROTOCOL *table)
{
    GRAPHICS(SET)
}

void fake_traps_random(EFI_RNG_PROTOCOL *table)
{
    RANDOM(SET)
}

void fake_traps_blocks(EFI_BLOCK_IO_PROTOCOL *table)
{
    BLOCKS(SET)
    REST(SET)
}
