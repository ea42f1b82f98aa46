/* SPDX-License-Identifier: BSD-2-Clause */
/* What a hart can do, in a string (the unprivileged architecture, "ISA extension naming conventions"). */
#ifndef BATON_RISCV_ISA_H
#define BATON_RISCV_ISA_H

#include <stdbool.h>

#include "text.h"

#define RISCV_EXTENSION_SVPBMT "svpbmt"

/* Whether an extension with a name of several letters is among them: in "rv64imac_zicsr_svpbmt" there are two. */
bool riscv_isa_has(struct text isa, const char *extension);

#endif
