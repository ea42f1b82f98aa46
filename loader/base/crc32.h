/* SPDX-License-Identifier: BSD-2-Clause */
/* The checksum of Ethernet, ITU-T V.42, and the GUID partition table. */
#ifndef BATON_CRC32_H
#define BATON_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Goes on from the checksum of what is before; 0 where that is nothing. Long runs of zeros cost little. */
uint32_t crc32_add(uint32_t checksum, const uint8_t *bytes, size_t size);

#endif
