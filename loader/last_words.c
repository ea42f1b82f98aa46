/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot.h"
#include "machine.h"
#include "phys.h"
#include "screen.h"

#define SECONDS           10U
#define FREQUENCY_ASSUMED 4000000000ULL /* Hz, when the counter's is not known: rather too long than too short */

/* The firmware's timers are gone, so the processor's counter must do. */
static void wait(uint64_t frequency)
{
    uint64_t start = machine_counter();

    while (machine_counter() - start < SECONDS * frequency)
        __asm__ volatile("");
}

void last_words(struct boot *boot, const struct error *reason)
{
    struct baton_framebuffer *screen = boot->facts.framebuffer_count > 0 ? &boot->facts.framebuffers[0] : NULL;
    uint64_t frequency = boot->facts.machine.counter_frequency;
    struct baton_console console;
    struct error message;

    (void)error_set(&message, STATUS_DEVICE,
                    "Baton cannot start the kernel: %s.\n"
                    "Unplug devices that are not needed, update the firmware, and report this with a photograph.\n"
                    "The machine restarts in %u seconds.",
                    reason->text, SECONDS);
    /* The firmware's console must not be called any more; the ports and the screen's memory still can be written. */
    sinks_leave_firmware(&boot->sinks);
    sinks_use_serial(&boot->sinks, &boot->facts.serial);
    log_unsilence();
    log_error("%s", message.text);
    if (screen)
        screen->address = phys_to_ptr(screen->physical);
    screen_start(&console, screen);
    screen_write(&console, message.text, text_length(message.text));
    wait(frequency != 0 ? frequency : FREQUENCY_ASSUMED);
    boot->firmware.system->RuntimeServices->ResetSystem(EfiResetCold, EFI_SUCCESS, 0, NULL);
    machine_halt();
}
