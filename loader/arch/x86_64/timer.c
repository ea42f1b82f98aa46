/* SPDX-License-Identifier: BSD-2-Clause */
/* The time-stamp counter's frequency by the PC's own timer (Intel 8254). The firmware's clock need not be right: where
 * U-Boot does not know the counter's frequency it assumes one, and its Stall takes as much too long or too short. */
#include "io.h"
#include "machine.h"
#include "one_shot_timer.h"

#define COUNT 298 /* about 250 microseconds; it takes one tick more to begin (data sheet, mode 0) */

#define PORT_CHANNEL2 0x42
#define PORT_MODE     0x43
#define PORT_CONTROL  0x61 /* NMI status and control */
#define MODE_ONE_SHOT 0xb0 /* channel 2, both bytes, mode 0: its output rises when the count is over */
#define CONTROL_GATE  0x01
#define CONTROL_SOUND 0x02
#define CONTROL_OUT   0x20

static void arm(void)
{
    io_write8(PORT_MODE, MODE_ONE_SHOT);
    io_write8(PORT_CHANNEL2, COUNT & 0xff);
}

static void start(void)
{
    io_write8(PORT_CHANNEL2, COUNT >> 8);
}

static bool is_over(void)
{
    return io_read8(PORT_CONTROL) & CONTROL_OUT;
}

uint64_t machine_measure_counter(void)
{
    const struct one_shot_timer timer = {.frequency = 1193182,
                                         .ticks = COUNT + 1,
                                         .arm = arm,
                                         .start = start,
                                         .is_over = is_over,
                                         .counter = machine_counter};
    uint8_t control = io_read8(PORT_CONTROL);
    uint64_t frequency;

    io_write8(PORT_CONTROL, (uint8_t)((control & ~CONTROL_SOUND) | CONTROL_GATE));
    frequency = one_shot_timer_measure(&timer);
    io_write8(PORT_CONTROL, control);
    return frequency;
}
