/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_pe.h"

#include <stdlib.h>
#include <string.h>

#define KEPT       192
#define RELEASE_AT 0x1000
#define OPTIONS_AT 0x1600
#define FILE_SIZE  0x1a00
#define LARGE      0x20000

/* Scenarios are made once, and used until the end. */
static uint8_t kept[KEPT][FILE_SIZE];
static size_t used;

static uint8_t *keep(const struct made_pe *pe)
{
    struct bytes head = made_pe_head(pe);

    if (used == KEPT || head.size > FILE_SIZE)
        abort();
    memcpy(kept[used], head.data, head.size);
    free((void *)(uintptr_t)head.data);
    return kept[used++];
}

struct bytes fake_pe_large(const struct made_pe *pe)
{
    static uint8_t file[LARGE];
    struct bytes head = made_pe_head(pe);

    memcpy(file, head.data, head.size < LARGE ? head.size : LARGE);
    free((void *)(uintptr_t)head.data);
    return (struct bytes){file, LARGE};
}

struct bytes fake_pe(const struct made_pe *pe)
{
    return (struct bytes){keep(pe), FILE_SIZE};
}

struct bytes fake_pe_program(void)
{
    struct made_pe pe = made_pe_sound();

    pe.section_count = 3;
    return fake_pe(&pe);
}

static void add_text(struct made_pe *pe, const char *name, uint32_t at, const char *text)
{
    struct made_pe_section *section = &pe->sections[pe->section_count++];

    *section = (struct made_pe_section){.memory_size = (uint32_t)strlen(text),
                                        .address = 0x4000 + (uint32_t)pe->section_count * 0x1000,
                                        .file_size = 0x400,
                                        .offset = at};
    memcpy(section->name, name, strlen(name));
}

struct bytes fake_pe_unified(const char *release, const char *options)
{
    struct made_pe pe = made_pe_sound();
    uint8_t *file;

    pe.section_count = 3;
    pe.image_size = 0xa000;
    add_text(&pe, ".osrel", RELEASE_AT, release);
    if (options)
        add_text(&pe, ".cmdline", OPTIONS_AT, options);
    file = keep(&pe);
    memcpy(file + RELEASE_AT, release, strlen(release));
    if (options)
        memcpy(file + OPTIONS_AT, options, strlen(options));
    return (struct bytes){file, FILE_SIZE};
}
