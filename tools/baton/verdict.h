/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run's outcome means to the person who started it. */
#ifndef BATON_VERDICT_H
#define BATON_VERDICT_H

#include "guest.h"
#include "run_request.h"

/*
 * Says on standard error what there is to say, and returns the exit code. For a test that did not end by the kernel's
 * own report, the last lines of serial and port 0xE9 are printed, too; for one that the loader refused, its errors.
 */
int verdict_give(struct pool *pool, const struct run_request *request, const struct qemu_machine *machine,
                 const struct guest_outcome *outcome);

#endif
