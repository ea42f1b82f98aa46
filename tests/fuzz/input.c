/* SPDX-License-Identifier: BSD-2-Clause */
#include "input.h"

#include <string.h>

#include "fuzz.h"

uint64_t input_number(struct input *input, unsigned width)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < width && input->size > 0; i++) {
        number |= (uint64_t)*input->data++ << (8 * i);
        input->size--;
    }
    return number;
}

uint64_t input_below(struct input *input, uint64_t limit)
{
    unsigned width = 1;

    while (width < 8 && limit - 1 >= 1ULL << (8 * width))
        width++;
    return input_number(input, width) % limit;
}

bool input_flag(struct input *input)
{
    return (input_number(input, 1) & 1) != 0;
}

uint64_t input_wide(struct input *input)
{
    uint64_t how = input_number(input, 1);
    unsigned shift = how & 63;

    switch (how >> 6) {
    case 0:
        return input_number(input, 1 + shift % 8);
    case 1:
        return (1ULL << shift) + input_number(input, 2);
    case 2:
        return (1ULL << shift) - input_number(input, 2);
    default:
        return (uint64_t)input_number(input, 2) << shift;
    }
}

uint64_t input_address(struct input *input)
{
    static const uint64_t landmarks[] = {0,
                                         0x100000,
                                         0x200000,
                                         0x3f000000,
                                         0x40000000,
                                         0xfff00000,
                                         0x100000000,
                                         0x7ffffff00000,
                                         0x800000000000,
                                         0xffffffffff000,
                                         0x10000000000000,
                                         0xffff800000000000,
                                         0xffffbfffffe00000,
                                         0xffffc00000000000,
                                         0xffffffff80000000,
                                         0xfffffffffff00000};
    uint64_t how = input_number(input, 1);
    uint64_t landmark = landmarks[how % COUNT(landmarks)];
    uint64_t pages = input_number(input, how & 0x40 ? 3 : 1);

    return how & 0x80 ? landmark - 4096 * pages : landmark + 4096 * pages;
}

struct bytes input_bytes(struct input *input, size_t size)
{
    uint8_t *room;

    if (size > input->size)
        size = input->size;
    room = fuzz_room(size);
    if (size > 0)
        memcpy(room, input->data, size);
    input->data += size;
    input->size -= size;
    return (struct bytes){room, size};
}

struct bytes input_rest(struct input *input)
{
    return input_bytes(input, input->size);
}

struct text input_text(struct input *input, size_t size)
{
    struct bytes bytes = input_bytes(input, size);

    return (struct text){(const char *)bytes.data, bytes.size};
}

char *input_string(struct input *input, size_t most)
{
    size_t length = 0;
    char *string;

    while (length < most && length < input->size && input->data[length] != 0)
        length++;
    string = fuzz_room(length + 1);
    memcpy(string, input->data, length);
    string[length] = '\0';
    input->data += length;
    input->size -= length;
    if (input->size > 0 && length < most) { /* the NUL */
        input->data++;
        input->size--;
    }
    return string;
}

struct chance input_chance(struct input *input)
{
    uint64_t seed = input_number(input, 4);

    return (struct chance){seed, seed};
}
