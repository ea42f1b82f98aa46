/* SPDX-License-Identifier: 0BSD */
/* Names and colours for the kinds of memory. */
#ifndef TOUR_KINDS_H
#define TOUR_KINDS_H

#include <stdbool.h>
#include <stdint.h>

/* One more than the highest BATON_MEMORY_... that this kernel knows. */
#define KINDS_END 23u

/* A set of kinds: one bit each. Kinds that this kernel does not know are in no set. */
#define KIND(kind)     (1u << (kind))
#define KINDS_USABLE   KIND(BATON_MEMORY_USABLE)
#define KINDS_LEFTOVER (KIND(BATON_MEMORY_BOOT_SERVICES) | KIND(BATON_MEMORY_LOADER))

bool kind_is_in(uint32_t kind, uint32_t kinds);

/* "unknown" for kinds of a newer loader. */
const char *kind_name(uint32_t kind);

/* 0xRRGGBB. */
uint32_t kind_colour(uint32_t kind);

#endif
