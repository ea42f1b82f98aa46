/* SPDX-License-Identifier: BSD-2-Clause */
#include "cpio.h"

#include "checked.h"
#include "memory.h"

#define MAGIC     "070701"
#define NUMBERS   13 /* of eight hexadecimal digits each */
#define HEAD_SIZE (sizeof(MAGIC) - 1 + (size_t)8 * NUMBERS)

static uint8_t *put_digits(uint8_t *at, uint32_t number)
{
    for (unsigned shift = 32; shift > 0; shift -= 4)
        *at++ = (uint8_t) "0123456789ABCDEF"[number >> (shift - 4) & 0xf];
    return at;
}

static uint8_t *put_text(uint8_t *at, struct text text)
{
    memcpy(at, text.data, text.length);
    return at + text.length;
}

enum status cpio_make_head(const struct cpio_member *member, struct arena *arena, struct bytes *ret_head)
{
    const struct text folder = text_of(member->folder), name = text_of(member->name);
    const size_t slash = folder.length > 0 ? 1 : 0, name_size = folder.length + slash + name.length + 1;
    /* inode, mode, user, group, links, time, size, device and its device (two each), size of the name, checksum */
    const uint32_t numbers[NUMBERS] = {
        member->inode, member->mode, 0, 0, 1, 0, member->size, 0, 0, 0, 0, (uint32_t)name_size, 0};
    const size_t size = (size_t)align_down(HEAD_SIZE + name_size + CPIO_ALIGNMENT - 1, CPIO_ALIGNMENT);
    uint8_t *head = arena_take(arena, size, 1), *at = head;

    if (!head)
        return STATUS_NEED_ROOM;
    at = put_text(at, text_of(MAGIC));
    for (size_t i = 0; i < NUMBERS; i++)
        at = put_digits(at, numbers[i]);
    at = put_text(at, folder);
    if (slash > 0)
        *at++ = '/';
    (void)put_text(at, name); /* and zeros, as the arena has them */
    *ret_head = (struct bytes){head, size};
    return STATUS_OK;
}
