/* SPDX-License-Identifier: BSD-2-Clause */
/* What kind of partition one is, by the disk's GUID Partition Table (UEFI 2.10, section 5.3). */
#ifndef BATON_GPT_H
#define BATON_GPT_H

#include "bytes.h"

#define GPT_HEADER_BLOCK 1U /* where the header lies */
#define GPT_TYPE_SIZE    16U

/* Where an entry of the table lies. */
struct gpt_place {
    uint64_t block;
    uint32_t offset; /* bytes in the block, in which the whole entry lies */
};

/*
 * Where the entry of the partition `number`, from 1 on, lies, by the disk's header block, which is as large as all its
 * blocks. False when that is no header, or when the table has no such entry.
 */
__attribute__((warn_unused_result)) bool gpt_find(struct bytes header, uint32_t number, struct gpt_place *ret_place);

/*
 * The type of the partition with this GUID, as 16 bytes on the disk, by the block that its entry lies in. False when
 * the entry there is another one's. That is all the checking that a table needs of which the firmware has made
 * partitions: its checksums are not looked at again.
 */
__attribute__((warn_unused_result)) bool gpt_read_type(struct bytes block, uint32_t offset, const uint8_t guid[16],
                                                       uint8_t ret_type[GPT_TYPE_SIZE]);

#endif
