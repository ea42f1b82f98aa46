/* SPDX-License-Identifier: BSD-2-Clause */
/* The ways out of the firmware. */
#include "chaos.h"

_Noreturn void chaos_end_run(enum chaos_end end)
{
    chaos_run.end = end;
    (void)boot->Exit(chaos_run.loader, EFI_SUCCESS, 0, NULL); /* does not return */
    give_up("the loader cannot be ended");
}

/* Another page is taken, until the run has ended. */
static void move_key(void)
{
    EFI_PHYSICAL_ADDRESS page;

    need(boot->AllocatePages(AllocateAnyPages, EfiBootServicesData, 1, &page), "no page to move the key");
    chaos_hold(CHAOS_PAGES, page, 1);
    chaos_offer(CHAOS_PAGES, page);
    chaos_run.injections++;
}

static EFI_STATUS EFIAPI exit_boot_services(EFI_HANDLE image, UINTN key)
{
    EFI_STATUS status;

    if (image != chaos_run.loader)
        chaos_complain(RULE_EXIT_IMAGE, "ExitBootServices: another image");
    if (fake_last_service() != FAKE_GetMemoryMap || fake_last_failed())
        chaos_complain(RULE_EXIT_MAP, "ExitBootServices: no memory map came before it");
    if (chaos_run.way == CHAOS_STALE && chaos_run.injections < chaos_run.number)
        move_key();
    if (key != chaos_map_key()) {
        fake_note_failure();
        return EFI_INVALID_PARAMETER;
    }
    chaos_machine_save(!chaos_run.is_last);
    status = chaos_run.is_last ? boot->ExitBootServices(image, key) : EFI_SUCCESS;
    if (status == EFI_SUCCESS)
        fake_set_phase(FAKE_LEFT);
    return status;
}

static void EFIAPI reset_system(EFI_RESET_TYPE how, EFI_STATUS status, UINTN size, const void *data)
{
    if (how != EfiResetCold || status != EFI_SUCCESS || size != 0 || data)
        chaos_complain(RULE_RESET_ODD, "ResetSystem: odd arguments");
    if (fake_calls_of(FAKE_ExitBootServices) == 0)
        chaos_complain(RULE_RESET_EARLY, "the machine is reset, though the firmware has not been left");
    chaos_end_run(CHAOS_RESET);
}

void chaos_exit_install(void)
{
    CHAOS_TARGET(FAKE_ExitBootServices, exit_boot_services);
    CHAOS_TARGET(FAKE_ResetSystem, reset_system);
}
