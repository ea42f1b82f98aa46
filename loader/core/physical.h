/* SPDX-License-Identifier: BSD-2-Clause */
/* Bounded reading of physical memory, for parsers of what firmware left there. Who supplies it decides what is safe to
 * read. */
#ifndef BATON_PHYSICAL_H
#define BATON_PHYSICAL_H

#include "bytes.h"

struct physical_memory {
    /* The `size` bytes at `address`, which need no alignment; NULL where they may not be read. They stay in place as
     * long as the parser runs. */
    const void *(*read)(void *context, uint64_t address, uint64_t size);
    void *context;
};

/* `size` is below 4 GiB. */
__attribute__((warn_unused_result)) static inline bool
physical_read(const struct physical_memory *memory, uint64_t address, uint64_t size, struct bytes *ret_bytes)
{
    const void *data = memory->read(memory->context, address, size);

    if (!data)
        return false;
    *ret_bytes = (struct bytes){data, (size_t)size};
    return true;
}

/* The sum of all bytes, modulo 256: 0 where a firmware table's checksum is right. */
uint8_t bytes_sum(struct bytes bytes);

#endif
