/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notes in up to three segments: what is found is what stands at the one place in all of them that has the note's first
 * 20 bytes, and each of the refusals of docs/protocol.md, section 2, is made. A failure changes nothing.
 */
#include <string.h>

#include "fuzz.h"
#include "note.h"

static const uint8_t head[] = {6, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 'B', 'a', 't', 'o', 'n', 0, 0, 0};

static uint64_t number_at(struct bytes bytes, uint64_t offset, size_t width)
{
    uint64_t number = 0;

    (void)!bytes_number(bytes, offset, width, &number);
    return number;
}

/* By the letter of the specification. `ret_offset`: where the note is; the count of notes. */
static unsigned find(struct bytes segment, uint64_t *ret_offset)
{
    unsigned count = 0;

    for (uint64_t at = 0; at + sizeof(head) <= segment.size; at += 4) {
        if (memcmp(segment.data + at, head, 4) == 0 && memcmp(segment.data + at + 8, head + 8, 12) == 0) {
            *ret_offset = at;
            count++;
        }
    }
    return count;
}

static bool is_sound(struct bytes segment, uint64_t at)
{
    uint64_t size = number_at(segment, at + 4, 4);

    if (size < 36 || size > segment.size - at - 20 || number_at(segment, at + 20, 4) != 1)
        return false;
    for (uint64_t i = 36; i < size; i++) {
        if (segment.data[at + 20 + i] != 0)
            return false;
    }
    return true;
}

static bool is_same(const struct wishes *a, const struct wishes *b)
{
    return a->found == b->found && a->version == b->version && a->required == b->required && a->wanted == b->wanted &&
           a->stack_size == b->stack_size && a->minimum_ram == b->minimum_ram;
}

/* Bytes as they come, or notes one after the other. */
static struct bytes read_segment(struct input *input)
{
    uint8_t *room;
    size_t size = 0;

    if (input_flag(input))
        return input_bytes(input, (size_t)input_number(input, 1));
    room = fuzz_room(512);
    for (uint64_t count = input_below(input, 4); count > 0; count--) {
        uint64_t how = input_number(input, 1), descriptor = how & 1 ? 36 : input_number(input, 1);

        memcpy(room + size, head, sizeof(head));
        room[size + 4] = (uint8_t)descriptor;
        room[size + 12] ^= how & 2 ? 0x20 : 0;
        size += sizeof(head);
        for (uint64_t i = 0; i < descriptor && size < 400; i++)
            room[size++] = i < 36 || how & 4 ? (uint8_t)input_number(input, 1) : 0;
        if (how & 8 && descriptor >= 4 && size >= descriptor)
            memcpy(room + size - descriptor, "\1\0\0", 4);
        for (; how & 0x10 && size % 8 != 0; size++)
            room[size] = 0;
    }
    return input_bytes(&(struct input){room, size}, size - (size > 0 ? input_below(input, 256) % size : 0));
}

void fuzz(struct input *input)
{
    struct wishes wishes = {0};
    unsigned found = 0;

    for (unsigned i = 0; i < 3; i++) {
        struct bytes segment = read_segment(input);
        struct wishes before = wishes;
        struct error error = {""};
        uint64_t at = 0;
        unsigned count = find(segment, &at);
        enum status status = note_read_wishes("/k", segment, &wishes, &error);

        if (status != STATUS_OK) {
            CHECK(is_same(&before, &wishes) && text_starts_with(text_of(error.text), "/k: "));
            CHECK(count > 0 && (found + count > 1 || !is_sound(segment, at)));
            return;
        }
        found += count;
        CHECK(found <= 1 && wishes.found == (found == 1));
        if (count == 0)
            continue;
        CHECK(is_sound(segment, at) && wishes.version == 1);
        CHECK(wishes.required == number_at(segment, at + 24, 8) && wishes.wanted == number_at(segment, at + 32, 8));
        CHECK(wishes.stack_size == number_at(segment, at + 40, 8));
        CHECK(wishes.minimum_ram == number_at(segment, at + 48, 8));
    }
}
