/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files that a kernel's initial file system gets beside its initrds: `extra` of an entry (UAPI.1, "Type #1 Boot Loader
 * Entry Keys"). Their names say what they are, and where systemd looks for them (systemd-stub(7)).
 */
#ifndef BATON_EXTRA_FILES_H
#define BATON_EXTRA_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

#define EXTRA_FOLDER      ".extra"
#define EXTRA_FOLDER_MODE 0040555U

enum extra_kind {
    EXTRA_CREDENTIAL, /* .cred */
    EXTRA_SYSTEM,     /* .sysext.raw: a system extension */
    EXTRA_CONFIG,     /* .confext.raw: a configuration extension */
    EXTRA_KINDS,
};

struct extra_place {
    const char *folder; /* in EXTRA_FOLDER, with it */
    uint32_t folder_mode, file_mode;
};

/* False, and the result left alone, for a name that says nothing that is known here. */
__attribute__((warn_unused_result)) bool extra_tell_kind(struct text path, enum extra_kind *ret_kind);

struct extra_place extra_place_of(enum extra_kind kind);

#endif
