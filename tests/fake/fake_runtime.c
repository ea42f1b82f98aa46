/* SPDX-License-Identifier: BSD-2-Clause */
/* The reset, random numbers, the number of the processor. */
#include "abi/riscv_boot.h"
#include "abi/rng.h"
#include "fake.h"
#include "fake_traps.h"

static EFI_RNG_PROTOCOL random_protocol;
static RISCV_EFI_BOOT_PROTOCOL hart_protocol;

/* While the firmware is there, since somebody wants it; where volumes are by chance, nobody knows here who. */
static void restart(EFI_RESET_TYPE how)
{
    const struct fake_setup *setup = fake_setup();

    if (how != setup->restart && !setup->by_chance)
        fake_complain("the machine was restarted in another way than it was asked to");
    if (fake_variable_asks_for_setup() != setup->restart_to_setup && !setup->by_chance)
        fake_complain("the firmware's setup was asked for when it was not wanted, or the other way round");
    fake_volume_check_written(); /* what was only read has nothing to lose */
    if (!setup->never_resets)
        fake_end_run(FAKE_RESTARTED);
}

static void EFIAPI reset_system(EFI_RESET_TYPE how, EFI_STATUS status, UINTN size, const void *data)
{
    bool wanted = (fake_setup()->restarts || fake_setup()->by_chance) && fake_phase() == FAKE_RUNNING;

    (void)fake_call(FAKE_ResetSystem);
    if ((how != EfiResetCold && !(wanted && how == EfiResetShutdown)) || status != EFI_SUCCESS || size != 0 || data)
        fake_complain("ResetSystem: odd arguments");
    if (wanted) {
        restart(how);
        return;
    }
    if (fake_phase() == FAKE_RUNNING)
        fake_complain("the machine was reset, though boot services could be used");
    fake_end_run(FAKE_RESET);
}

void fake_runtime_install(EFI_RUNTIME_SERVICES *runtime)
{
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

static EFI_STATUS EFIAPI get_boot_hart_id(RISCV_EFI_BOOT_PROTOCOL *this, UINTN *ret_id)
{
    EFI_STATUS status = fake_call(FAKE_GetBootHartId);

    if (this != &hart_protocol || !ret_id) {
        fake_complain("GetBootHartId: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    if (status == EFI_SUCCESS)
        *ret_id = FAKE_BOOT_CPU;
    return status;
}

void fake_boot_hart_start(void)
{
    static const EFI_GUID guid = RISCV_EFI_BOOT_PROTOCOL_GUID;
    static int handle;

    hart_protocol = (RISCV_EFI_BOOT_PROTOCOL){.Revision = 0x10000, .GetBootHartId = get_boot_hart_id};
    if (fake_setup()->cpu_unknown && !fake_setup()->no_boot_hart)
        fake_protocols_add(&handle, &guid, &hart_protocol);
}
