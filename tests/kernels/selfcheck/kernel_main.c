/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck.h"

_Noreturn void kernel_main(const struct baton *baton)
{
    selfcheck_main(baton);
}
