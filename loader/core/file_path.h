/* SPDX-License-Identifier: BSD-2-Clause */
/* The device path of a file: its volume's, with a node for the file behind it (UEFI 2.10, sections 10.3.1, 10.3.5.4).
 */
#ifndef BATON_FILE_PATH_H
#define BATON_FILE_PATH_H

#include "arena.h"
#include "bytes.h"
#include "status.h"

/*
 * The device path of the file `path` ("/folder/name") on the volume with the device path `volume`, which may be longer
 * than its path is. The result lies in `arena`. STATUS_NEED_ROOM; STATUS_INVALID when the volume's path is damaged, or
 * the file's is too long for a node.
 */
MUST_CHECK enum status file_path_make(struct bytes volume, const char *path, struct arena *arena,
                                      struct bytes *ret_path);

#endif
