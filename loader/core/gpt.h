/* SPDX-License-Identifier: BSD-2-Clause */
/* What partitions a disk has, by its GUID Partition Table (UEFI 2.10, section 5.3). */
#ifndef BATON_GPT_H
#define BATON_GPT_H

#include "bytes.h"

#define GPT_HEADER_BLOCK 1U /* where the first of the two headers lies; the other one is at the disk's end */
#define GPT_GUID_SIZE    16U
#define GPT_TABLE_MAX    (256U * 1024) /* bytes; 16 KiB are usual */

/* The table that a header tells of. */
struct gpt_table {
    uint64_t block; /* where it begins */
    uint32_t count; /* of its entries, at least 1 */
    uint32_t size;  /* bytes of an entry; of all of them there are at most GPT_TABLE_MAX */
    uint32_t checksum;
};

/* Reads the header in this block, which was read from `number`. False when it is damaged or was not written for that
 * place (section 5.3.2). */
__attribute__((warn_unused_result)) bool gpt_read_header(struct bytes block, uint64_t number,
                                                         struct gpt_table *ret_table);

/* Where a header, also a damaged one, says that the other one is; 0 when it cannot be read. */
uint64_t gpt_other_header(struct bytes block);

/* Whether these bytes, as many as the table has or more, are what the header was written for. */
__attribute__((warn_unused_result)) bool gpt_is_whole(struct bytes bytes, const struct gpt_table *table);

/* How many partitions of this type a whole table has, and the GUID of the first one, which is left alone when there is
 * none. GUIDs are as they stand on the disk. */
uint32_t gpt_find_type(struct bytes bytes, const struct gpt_table *table, const uint8_t type[GPT_GUID_SIZE],
                       uint8_t ret_guid[GPT_GUID_SIZE]);

#endif
