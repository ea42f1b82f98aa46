/* SPDX-License-Identifier: BSD-2-Clause */
/* Control and status registers. */
#ifndef BATON_CSR_H
#define BATON_CSR_H

#include "instructions.h"

/* satp: the paging mode above, the root's page number below (privileged architecture, 4.1.11). */
#define SATP_MODE_SHIFT  60
#define SATP_PAGE_MASK   ((1ULL << 44) - 1)
#define SATP_SV39        8U
#define SATP_SV48        9U
#define SATP_MODE_LEVELS 5U /* so much more than the number of levels a mode is */

#endif
