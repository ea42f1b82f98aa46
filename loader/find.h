/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BATON_FIND_H
#define BATON_FIND_H

#include "boot.h"

/*
 * Reads loader.conf and all entries into boot->choice, in no order yet; where there are no entry files, what stands in
 * for them. What is wrong with a single file is logged, and the file passed over. All lies in the pool, noted.
 */
MUST_CHECK enum status find(struct boot *boot, struct error *error);

#endif
