/* SPDX-License-Identifier: BSD-2-Clause */
#include <baton/console.h>

#include "boot.h"
#include "machine.h"
#include "phys.h"

#define SECONDS           10U
#define FREQUENCY_ASSUMED 4000000000ULL /* Hz, when the counter's is not known: rather too long than too short */

/* The firmware's timers are gone, so the processor's counter must do. */
static void wait(uint64_t frequency)
{
    uint64_t start = machine_counter();

    while (machine_counter() - start < SECONDS * frequency)
        __asm__ volatile("");
}

void last_words(struct boot *boot, unsigned tries, EFI_STATUS result)
{
    struct baton_framebuffer *screen = boot->facts.framebuffer_count > 0 ? &boot->facts.framebuffers[0] : NULL;
    uint64_t frequency = boot->facts.machine.counter_frequency;
    struct baton_console console;

    /* The firmware's console must not be called any more; port 0xE9 and the kernel's log still can. */
    sinks_leave_firmware(&boot->sinks);
    log_unsilence();
    log_error("the firmware does not let go of the machine: ExitBootServices failed %u times (%s)", tries,
              firmware_status_name(result));
    if (screen)
        screen->address = phys_to_ptr(screen->physical);
    baton_console_start_on(&console, screen, false);
    baton_console_print(&console,
                        "Baton cannot start the kernel.\n\n"
                        "The firmware does not let go of the machine: ExitBootServices\n"
                        "failed %u times (%s).\n\n"
                        "Unplug devices that are not needed, update the firmware, and report\n"
                        "this with a photograph of this screen.\n\n"
                        "The machine restarts in %u seconds.\n",
                        tries, firmware_status_name(result), SECONDS);
    wait(frequency != 0 ? frequency : FREQUENCY_ASSUMED);
    boot->firmware.system->RuntimeServices->ResetSystem(EfiResetCold, EFI_SUCCESS, 0, NULL);
    machine_halt();
}
