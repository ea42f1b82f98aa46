/* SPDX-License-Identifier: BSD-2-Clause */
/* Processors that the fake machine can have. What else there is of the machine stays the same. */
#ifndef BATON_FAKE_PROCESSORS_H
#define BATON_FAKE_PROCESSORS_H

#include <stdbool.h>

enum fake_processor {
    FAKE_X86_64,
    FAKE_AARCH64,      /* the firmware runs at EL1 */
    FAKE_AARCH64_EL2,  /* at EL2, which has one half of addresses */
    FAKE_AARCH64_VHE,  /* at EL2, which has two */
    FAKE_AARCH64_HOST, /* the same, and EL1 cannot be set up from there */
    FAKE_RISCV64_SV39, /* without Svpbmt */
    FAKE_RISCV64_SV48, /* with it, which a device tree has to say */
    FAKE_PROCESSOR_COUNT,
};

/* Of the setup's. */
bool fake_is_aarch64(void);
bool fake_is_riscv64(void);

#endif
