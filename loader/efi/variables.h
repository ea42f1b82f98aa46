/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's variables (UEFI 2.10, section 8.2). A boot can do without any of them, so a failure ends none
 * here (but see secure_boot.h); where one should be looked at there is a line in the log.
 */
#ifndef BATON_VARIABLES_H
#define BATON_VARIABLES_H

#include "bytes.h"
#include "firmware.h"
#include "text.h"

/* Whose variables. */
enum variable_owner {
    VARIABLE_OF_LOADER, /* the Boot Loader Interface's (interface.h) */
    VARIABLE_OF_UEFI,   /* the specification's own */
};

enum variable_life {
    VARIABLE_VOLATILE,   /* gone at the next reset */
    VARIABLE_PERSISTENT, /* kept; writing it wears the firmware's memory out, so write only what has changed */
};

/*
 * Reads a variable into `buffer` of `size` bytes; the value shares its memory. Nothing says that it is a text, or ends
 * with a NUL. STATUS_NOT_FOUND: there is none. STATUS_UNSUPPORTED: the firmware has no variables. STATUS_NEED_ROOM: it
 * is larger than the buffer. STATUS_DEVICE: the firmware failed, with a line in the log. What is in the buffer after a
 * failure is of no use.
 */
MUST_CHECK enum status variable_get(const struct firmware *firmware, enum variable_owner owner, const CHAR16 *name,
                                    void *buffer, size_t size, struct bytes *ret_value);

/* Writes a variable that the operating system may read, too. False, with a line in the log, when the firmware does not
 * take it. */
bool variable_set(const struct firmware *firmware, enum variable_owner owner, const CHAR16 *name,
                  enum variable_life life, struct bytes value);

/* The same for one of the loader's variables that holds a text, which may have INTERFACE_UNITS with its NUL. */
bool variable_set_text(const struct firmware *firmware, const CHAR16 *name, enum variable_life life, const char *text);

/* Deletes a variable. True when there is none from here on. */
bool variable_delete(const struct firmware *firmware, enum variable_owner owner, const CHAR16 *name);

#endif
