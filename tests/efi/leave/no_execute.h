/* SPDX-License-Identifier: BSD-2-Clause */
/* The live page tables of one machine: no_execute_ARCH.c. */
#ifndef BATON_TESTS_NO_EXECUTE_H
#define BATON_TESTS_NO_EXECUTE_H

#include <stdint.h>

/* From here on nothing can be executed in these pages. Gives up where the tables are not as expected. */
void no_execute(uint64_t address, uint64_t pages);

#endif
