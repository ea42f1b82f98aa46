/* SPDX-License-Identifier: BSD-2-Clause */
/* What boots but hurts: the loader has no word for it, or sees too little of the file. */
#ifndef BATON_CHECK_WARN_H
#define BATON_CHECK_WARN_H

#include "check_kernel.h"

/* Looks at the sections of a kernel that boots, and adds warnings to its messages. */
void check_kernel_warn(struct pool *pool, struct check_kernel *kernel);

#endif
