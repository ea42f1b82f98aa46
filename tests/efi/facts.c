/* SPDX-License-Identifier: BSD-2-Clause */
/* What firmware tells of the machine, as other machines tell it: monitors, screens that fail, clocks, random numbers.
 */
#include "inject.h"

#include "abi/edid.h"
#include "abi/graphics_output.h"
#include "abi/rng.h"
#include "abi/runtime_services.h"

#define EDID_SIZE 256

static uint8_t edid[EDID_SIZE];

/* A base block and one extension, each with its checksum. */
static void make_edid(void)
{
    static const uint8_t magic[] = {0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00};

    for (unsigned i = 0; i < EDID_SIZE; i++) {
        edid[i] = (uint8_t)(i < sizeof(magic) ? magic[i] : i * 7);
        if (i == 126)
            edid[i] = 1;
        if (i % 128 == 127) {
            edid[i] = 0;
            for (unsigned j = i - 127; j < i; j++)
                edid[i] = (uint8_t)(edid[i] - edid[j]);
        }
    }
}

static EFI_STATUS EFIAPI fail_to_set(EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics, uint32_t mode)
{
    (void)graphics;
    (void)mode;
    return EFI_DEVICE_ERROR;
}

/* edid 1: the one in force is good. 2: it is damaged, and the monitor's own is good. */
static void spoil_screens(void)
{
    static const EFI_GUID graphics_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID, active = EFI_EDID_ACTIVE_PROTOCOL_GUID,
                          discovered = EFI_EDID_DISCOVERED_PROTOCOL_GUID, path = EFI_DEVICE_PATH_PROTOCOL_GUID;
    static EFI_EDID_ACTIVE_PROTOCOL good = {EDID_SIZE, 0, edid}, damaged = {EDID_SIZE, 0, edid + 1};
    EFI_HANDLE *handles;
    UINTN count = 0;

    make_edid();
    need(boot->LocateHandleBuffer(ByProtocol, &graphics_guid, NULL, &count, &handles), "no screen");
    for (UINTN i = 0; i < count; i++) {
        EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics;
        void *interface;

        need(boot->HandleProtocol(handles[i], &graphics_guid, (void **)&graphics), "no screen");
        if (settings.fail_mode)
            graphics->SetMode = fail_to_set;
        /* The console splitter's screen has no device path, and no monitor. */
        if (!settings.edid || boot->HandleProtocol(handles[i], &path, &interface) != EFI_SUCCESS)
            continue;
        need(boot->InstallProtocolInterface(&handles[i], &active, EFI_NATIVE_INTERFACE,
                                            settings.edid == 1 ? &good : &damaged),
             "there is an EDID already");
        if (settings.edid == 2)
            need(boot->InstallProtocolInterface(&handles[i], &discovered, EFI_NATIVE_INTERFACE, &good),
                 "there is an EDID already");
    }
}

static EFI_STATUS EFIAPI fail_to_tell(EFI_TIME *now, EFI_TIME_CAPABILITIES *capabilities)
{
    (void)now;
    (void)capabilities;
    return EFI_DEVICE_ERROR;
}

/* 11:30 UTC, as it is shown in Central Europe in winter. */
static EFI_STATUS EFIAPI tell_zone(EFI_TIME *now, EFI_TIME_CAPABILITIES *capabilities)
{
    (void)capabilities;
    *now = (EFI_TIME){.Year = 2024, .Month = 2, .Day = 29, .Hour = 12, .Minute = 30, .TimeZone = -60};
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI tell_no_date(EFI_TIME *now, EFI_TIME_CAPABILITIES *capabilities)
{
    (void)capabilities;
    *now = (EFI_TIME){.Year = 2023, .Month = 2, .Day = 29};
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI give_zeros(EFI_RNG_PROTOCOL *rng, const EFI_GUID *algorithm, UINTN size, uint8_t *bytes)
{
    (void)rng;
    (void)algorithm;
    while (size > 0)
        bytes[--size] = 0;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI give_nothing(EFI_RNG_PROTOCOL *rng, const EFI_GUID *algorithm, UINTN size, uint8_t *bytes)
{
    (void)rng;
    (void)algorithm;
    (void)size;
    (void)bytes;
    return EFI_NOT_READY;
}

static void spoil_random(void)
{
    static const EFI_GUID guid = EFI_RNG_PROTOCOL_GUID;
    static EFI_RNG_PROTOCOL rng;
    EFI_HANDLE handle = NULL;

    rng.GetRNG = settings.random == 1 ? give_nothing : give_zeros;
    need(boot->InstallProtocolInterface(&handle, &guid, EFI_NATIVE_INTERFACE, &rng), "no place for random numbers");
}

static void set_token(void)
{
    static const EFI_GUID guid = LOADER_VARIABLE;
    uint8_t token[32];

    for (unsigned i = 0; i < sizeof(token); i++)
        token[i] = (uint8_t)(i * 11 + 5);
    need(system_table->RuntimeServices->SetVariable(u"LoaderSystemToken", &guid, EFI_VARIABLE_BOOTSERVICE_ACCESS,
                                                    sizeof(token), token),
         "no place for a system token");
}

void facts_spoil(void)
{
    EFI_RUNTIME_SERVICES *runtime = system_table->RuntimeServices;

    if (settings.edid || settings.fail_mode)
        spoil_screens();
    if (settings.clock)
        runtime->GetTime = settings.clock == 1 ? fail_to_tell : settings.clock == 2 ? tell_no_date : tell_zone;
    if (settings.random)
        spoil_random();
    if (settings.token)
        set_token();
}
