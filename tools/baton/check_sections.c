/* SPDX-License-Identifier: BSD-2-Clause */
#include "check_sections.h"

#include <string.h>

#include "architecture.h"
#include "checked.h"
#include "elf.h"
#include "host_file.h"

/* ELF64's section headers and symbols (System V ABI, chapter 4). */
#define HEADER_SIZE       64
#define SECTION_SIZE      64
#define SYMBOL_SIZE       24
#define SECTIONS_MOST     65536ULL
#define TABLE_MOST        (64ULL << 20) /* bytes of a table that are looked at */
#define SECTION_SYMBOLS   2
#define SECTION_RELA      4
#define SECTION_DYNAMIC   6
#define SECTION_NO_BITS   8
#define SECTION_RELR      19
#define SECTION_ALLOCATED 2
#define SEGMENT_TLS       7
#define SYMBOL_FUNCTION   2
#define SYMBOL_NO_TYPE    0
#define LOCAL             0
#define NOTE_SYMBOL       "baton_wishes"
#define NAME_MOST         200 /* letters of a symbol that are shown */

struct section {
    uint64_t name, kind, flags, offset, size, link, stride;
};

/* One reading. */
struct reader {
    struct pool *pool;
    const char *path;
    struct bytes sections; /* all section headers */
    uint64_t entry;
    struct check_sections found;
};

/* A part of the file; as much of it as is there, and no more than TABLE_MOST. */
static struct bytes read_part(const struct reader *reader, uint64_t offset, uint64_t size)
{
    struct bytes bytes = {NULL, 0};
    uint64_t file_size;
    struct error ignored; /* nothing is there, then */

    if (host_file_check(reader->path, &file_size, &ignored) != STATUS_OK || offset >= file_size)
        return bytes;
    size = min_u64(min_u64(size, TABLE_MOST), file_size - offset);
    return host_file_read_at(reader->pool, reader->path, offset, (size_t)size, &bytes, &ignored) == STATUS_OK
               ? bytes
               : (struct bytes){NULL, 0};
}

/* The string at `offset` of a string table; "" when there is none that ends. */
static const char *string_at(struct bytes strings, uint64_t offset)
{
    return offset < strings.size && memchr(strings.data + offset, 0, strings.size - offset)
               ? (const char *)strings.data + offset
               : "";
}

static size_t section_count(const struct reader *reader)
{
    return reader->sections.size / SECTION_SIZE;
}

static struct section section_at(const struct reader *reader, uint64_t index)
{
    uint64_t at = index * SECTION_SIZE; /* the index has at most 32 bits */

    return (struct section){.name = bytes_number_or_zero(reader->sections, at, 4),
                            .kind = bytes_number_or_zero(reader->sections, at + 4, 4),
                            .flags = bytes_number_or_zero(reader->sections, at + 8, 8),
                            .offset = bytes_number_or_zero(reader->sections, at + 24, 8),
                            .size = bytes_number_or_zero(reader->sections, at + 32, 8),
                            .link = bytes_number_or_zero(reader->sections, at + 40, 4),
                            .stride = bytes_number_or_zero(reader->sections, at + 56, 8)};
}

static bool is_relocation(const struct section *section)
{
    return section->kind == SECTION_DYNAMIC ||
           ((section->kind == SECTION_RELA || section->kind == SECTION_RELR) && (section->flags & SECTION_ALLOCATED));
}

static bool is_debug(const char *name)
{
    return strncmp(name, ".debug_", 7) == 0 || strncmp(name, ".zdebug_", 8) == 0;
}

/* Whether one of the strings is `wanted`. */
static bool has_string(struct bytes strings, const char *wanted)
{
    const uint8_t *at = strings.data;
    size_t left = strings.size;

    while (left > 0) {
        const uint8_t *end = memchr(at, 0, left);

        if (!end)
            return false;
        if (strcmp((const char *)at, wanted) == 0)
            return true;
        left -= (size_t)(end - at) + 1;
        at = end + 1;
    }
    return false;
}

static void look_at_names(struct reader *reader, uint64_t names_index)
{
    struct section names = section_at(reader, names_index);
    struct bytes strings = read_part(reader, names.offset, names.size);

    for (size_t i = 0; i < section_count(reader); i++) {
        struct section section = section_at(reader, i);
        const char *name = string_at(strings, section.name);

        if (section.kind == SECTION_NO_BITS || section.size == 0)
            continue;
        if (is_relocation(&section))
            reader->found.has_relocations = true;
        if (is_debug(name) && !checked_add(reader->found.debug_bytes, section.size, &reader->found.debug_bytes))
            reader->found.debug_bytes = UINT64_MAX;
        if (strcmp(name, ".note.baton") == 0)
            reader->found.has_note_section = true;
        if (strcmp(name, ".debug_str") == 0)
            reader->found.has_note_in_debug = has_string(read_part(reader, section.offset, section.size), NOTE_SYMBOL);
    }
}

static void look_at_symbol(struct reader *reader, struct bytes symbol, struct bytes strings)
{
    const char *name = string_at(strings, bytes_number_or_zero(symbol, 0, 4));
    uint64_t info = bytes_number_or_zero(symbol, 4, 1), section = bytes_number_or_zero(symbol, 6, 2),
             value = bytes_number_or_zero(symbol, 8, 8);
    uint64_t kind = info & 15, binding = info >> 4, size = bytes_number_or_zero(symbol, 16, 8);
    bool code = kind == SYMBOL_FUNCTION || (kind == SYMBOL_NO_TYPE && binding != LOCAL);

    if (*name == '\0' || section == 0)
        return;
    if (strcmp(name, NOTE_SYMBOL) == 0)
        reader->found.has_note_symbol = true;
    if (code && value == reader->entry && (!reader->found.entry_symbol || kind == SYMBOL_FUNCTION))
        reader->found.entry_symbol = name;
    if (kind == SYMBOL_FUNCTION && reader->entry > value && reader->entry - value < size)
        reader->found.entry_function = name;
}

static void look_at_symbols(struct reader *reader)
{
    for (size_t i = 0; i < section_count(reader); i++) {
        struct section table = section_at(reader, i), names;
        struct bytes symbols, strings, symbol;

        if (table.kind != SECTION_SYMBOLS || table.stride != SYMBOL_SIZE)
            continue;
        names = section_at(reader, table.link);
        symbols = read_part(reader, table.offset, table.size);
        strings = read_part(reader, names.offset, names.size);
        for (uint64_t at = 0; bytes_slice(symbols, at, SYMBOL_SIZE, &symbol); at += SYMBOL_SIZE)
            look_at_symbol(reader, symbol, strings);
        return; /* a file has one */
    }
}

static void look_at_segments(struct reader *reader, struct bytes head)
{
    struct elf_header header;
    struct elf_segment segment;
    struct error ignored; /* the loader has read them, too */
    struct bytes table;

    if (elf_parse_header(head, UINT64_MAX, architecture_elf_machine(head), reader->path, &header, &ignored) !=
        STATUS_OK)
        return;
    table = read_part(reader, header.segment_offset, (uint64_t)header.segment_count * header.segment_stride);
    for (uint32_t i = 0; elf_read_segment(table, &header, i, &segment); i++) {
        if (segment.memory_size == 0)
            continue;
        if (segment.kind == SEGMENT_TLS)
            reader->found.has_thread_locals = true;
        if (segment.kind == ELF_SEGMENT_LOAD && is_power_of_two(segment.alignment))
            reader->found.alignment = max_u64(reader->found.alignment, segment.alignment);
    }
}

/* A name may be anything: what a terminal could take for a command is left out. */
static const char *printable(struct pool *pool, const char *name)
{
    char *copy;

    if (!name)
        return NULL;
    copy = pool_format(pool, "%.*s", NAME_MOST, name);
    for (char *letter = copy; *letter != '\0'; letter++) {
        if (*letter < 0x20 || *letter == 0x7f)
            *letter = '?';
    }
    return copy;
}

void check_sections_read(struct pool *pool, const char *path, uint64_t entry, struct check_sections *ret_sections)
{
    struct reader reader = {.pool = pool, .path = path, .entry = entry};
    struct bytes header = read_part(&reader, 0, HEADER_SIZE);
    uint64_t offset = bytes_number_or_zero(header, 40, 8), count = bytes_number_or_zero(header, 60, 2);

    if (offset != 0 && bytes_number_or_zero(header, 58, 2) == SECTION_SIZE)
        reader.sections = read_part(&reader, offset, min_u64(count, SECTIONS_MOST) * SECTION_SIZE);
    look_at_segments(&reader, header);
    look_at_names(&reader, bytes_number_or_zero(header, 62, 2));
    look_at_symbols(&reader);
    if (reader.found.entry_symbol)
        reader.found.entry_function = NULL; /* a smaller one begins there */
    reader.found.entry_symbol = printable(pool, reader.found.entry_symbol);
    reader.found.entry_function = printable(pool, reader.found.entry_function);
    *ret_sections = reader.found;
}
