/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a fuzzer's bytes are read with. Everything is taken off the front; behind the end there are zeros, so that every
 * input is one. Few bytes make much structure: that is how deep code is reached.
 */
#ifndef BATON_FUZZ_INPUT_H
#define BATON_FUZZ_INPUT_H

#include "bytes.h"
#include "chance.h"
#include "text.h"

struct input {
    const uint8_t *data;
    size_t size; /* bytes that are left */
};

/* `width` bytes (1 to 8), little-endian. */
uint64_t input_number(struct input *input, unsigned width);

/* From 0 to `limit` - 1, of as few bytes as do; `limit` is not 0. */
uint64_t input_below(struct input *input, uint64_t limit);

bool input_flag(struct input *input);

/* A number of any size, of which small ones and those near powers of two come often. */
uint64_t input_wide(struct input *input);

/* A page-aligned address near one of those that matter: 0, 1 MiB, 4 GiB, 2^47, 2^52, the upper half, and its end. */
uint64_t input_address(struct input *input);

/* The next `size` bytes, or as many as there are, in room of exactly their size. */
struct bytes input_bytes(struct input *input, size_t size);
struct bytes input_rest(struct input *input);

/* The same as text. */
struct text input_text(struct input *input, size_t size);

/* The next bytes up to a NUL, `most` of them at the most, as a string in room of exactly its size. */
char *input_string(struct input *input, size_t most);

/* Chance that follows from four bytes, for what need not be found out byte by byte. */
struct chance input_chance(struct input *input);

#endif
