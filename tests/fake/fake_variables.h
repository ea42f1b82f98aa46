/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's variables (UEFI 2.10, section 8.2): what is there before a run, and what is there behind it. */
#ifndef BATON_FAKE_VARIABLES_H
#define BATON_FAKE_VARIABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/runtime_services.h"
#include "bytes.h"

#define FAKE_VARIABLES      8
#define FAKE_VARIABLE_MOST  0x2000U /* bytes of a value */
#define FAKE_VARIABLE_SPACE 0x8000U /* bytes of all values together */

/* One of the Boot Loader Interface's that an operating system has left. */
struct fake_variable {
    const char *name;
    struct bytes value;
    uint32_t attributes; /* 0: as an operating system writes them, which is persistent */
};

/* A value as such a variable has it: the text in UTF-16 with its NUL. It lasts until the program's end. */
struct bytes fake_variable_text(const char *text);

void fake_variables_start(void);
void fake_variables_stop(void);
void fake_variables_install(EFI_RUNTIME_SERVICES *runtime);

/* The Boot Loader Interface's variable as it is now. False: there is none. */
bool fake_variable_find(const char *name, struct bytes *ret_value, uint32_t *ret_attributes);

/* The same as UTF-8; NULL when there is none, or when it is no text. Until the next call. */
const char *fake_variable_read(const char *name);

/* Whether OsIndications asks for the firmware's setup, beside all that it has asked for before. */
bool fake_variable_asks_for_setup(void);

/* How many of them there are that are gone at the next reset: what the loader tells an operating system. */
size_t fake_variables_told(void);

/* A number for all of them. */
uint64_t fake_variables_digest(void);

#endif
