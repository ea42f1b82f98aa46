/* SPDX-License-Identifier: 0BSD */
#ifndef TOUR_TEXT_H
#define TOUR_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes before the NUL. */
uint64_t text_length(const char *text);

/* Whether `word` stands in `text` between spaces or at its ends. */
bool text_has_word(const char *text, const char *word);

/* The CRC-32 of zip and Ethernet. */
uint32_t text_crc32(const void *bytes, uint64_t size);

#endif
