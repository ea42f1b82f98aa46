/* SPDX-License-Identifier: BSD-2-Clause */
/* Variables, the reset, random numbers. */
#include <string.h>

#include "abi/rng.h"
#include "fake.h"
#include "fake_traps.h"

static EFI_RNG_PROTOCOL random_protocol;

static bool is_name(const CHAR16 *name, const char *text)
{
    size_t i = 0;

    while (text[i] != '\0' && name[i] == (CHAR16)text[i])
        i++;
    return text[i] == '\0' && name[i] == 0;
}

/* ConOut: a graphics adapter, or a serial port behind an ACPI node. */
static EFI_STATUS EFIAPI get_variable(const CHAR16 *name, const EFI_GUID *guid, uint32_t *attributes, UINTN *size,
                                      void *data)
{
    static const EFI_GUID global = EFI_GLOBAL_VARIABLE;
    static const uint8_t screen[] = {2, 1, 12, 0, 0xd0, 0x41, 3, 0x0a, 0, 0, 0, 0, 0x7f, 0xff, 4, 0};
    static const uint8_t serial[] = {2, 1, 12, 0,    0xd0, 0x41, 1, 5, 0, 0, 0, 0, 3, 14,   19,   0, 0, 0,
                                     0, 0, 0,  0xc2, 1,    0,    0, 0, 0, 0, 8, 1, 1, 0x7f, 0xff, 4, 0};
    EFI_STATUS status = fake_call(FAKE_GetVariable);
    const uint8_t *path = fake_has(FAKE_QUIRK_SERIAL_CONSOLE) ? serial : screen;
    size_t length = fake_has(FAKE_QUIRK_SERIAL_CONSOLE) ? sizeof(serial) : sizeof(screen);

    (void)attributes;
    if (!name || !guid || !size || !data) {
        fake_complain("GetVariable: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    if (status != EFI_SUCCESS) {
        fake_secure_failed(name, status);
        return status;
    }
    if (memcmp(guid, &global, sizeof(global)) == 0 && fake_secure_variable(name, size, data, &status))
        return status;
    if (fake_has(FAKE_QUIRK_NO_VARIABLES))
        return EFI_UNSUPPORTED;
    if (!is_name(name, "ConOut") || memcmp(guid, &global, sizeof(global)) != 0)
        return EFI_NOT_FOUND;
    if (*size < length) {
        *size = length;
        return EFI_BUFFER_TOO_SMALL;
    }
    memcpy(data, path, length);
    *size = length;
    return EFI_SUCCESS;
}

static EFI_RESET_TYPE reset_type;

EFI_RESET_TYPE fake_reset_type(void)
{
    return reset_type;
}

static void EFIAPI reset_system(EFI_RESET_TYPE how, EFI_STATUS status, UINTN size, const void *data)
{
    (void)fake_call(FAKE_ResetSystem);
    if (how > EfiResetShutdown || status != EFI_SUCCESS || size != 0 || data)
        fake_complain("ResetSystem: odd arguments");
    if (fake_phase() == FAKE_RUNNING && !fake_setup()->typed)
        fake_complain("the machine was reset, though boot services could be used");
    reset_type = how;
    fake_end_run(FAKE_RESET);
}

void fake_runtime_install(EFI_RUNTIME_SERVICES *runtime)
{
    runtime->GetVariable = get_variable;
    runtime->ResetSystem = reset_system;
}

/* Not random, so that a run can be had again. */
static EFI_STATUS EFIAPI get_rng(EFI_RNG_PROTOCOL *this, const EFI_GUID *algorithm, UINTN size, uint8_t *bytes)
{
    EFI_STATUS status = fake_call(FAKE_GetRNG);

    if (this != &random_protocol || algorithm || size == 0 || !bytes) {
        fake_complain("GetRNG: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    if (status != EFI_SUCCESS)
        return status;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(fake_has(FAKE_QUIRK_ZERO_RANDOM) ? 0 : 37 * i + 11);
    return EFI_SUCCESS;
}

void fake_random_start(void)
{
    static const EFI_GUID guid = EFI_RNG_PROTOCOL_GUID;
    static int handle;

    fake_traps_random(&random_protocol);
    random_protocol.GetRNG = get_rng;
    if (!fake_has(FAKE_QUIRK_NO_RANDOM))
        fake_protocols_add(&handle, &guid, &random_protocol);
}
