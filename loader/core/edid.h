/* SPDX-License-Identifier: BSD-2-Clause */
/* A monitor's description of itself (VESA E-EDID, release A2): blocks of 128 bytes, the first of which has a magic
 * number and says how many follow. */
#ifndef BATON_EDID_H
#define BATON_EDID_H

#include "bytes.h"

#define EDID_BLOCK 128U

/*
 * How many of the bytes are an EDID that a kernel can use: whole blocks, no more than the first one says. 0 when the
 * first block has no magic number or a wrong checksum; the others' checksums are not looked at.
 */
size_t edid_size(struct bytes bytes);

#endif
