/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Headers of EFI images. A plain reading of PE Format comes to the same: which are accepted, with which words the
 * others are refused, and how many bytes are asked for. Who gives what is asked for gets the same answer in three
 * steps. Each section is the first of its name, and lies in the file.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "made_pe.h"
#include "put.h"

struct answer {
    enum status status;
    const char *words; /* of the refusal */
    uint64_t needed;
};

static uint64_t number_at(struct bytes bytes, uint64_t offset, size_t width)
{
    uint64_t number = 0;

    CHECK(bytes_number(bytes, offset, width, &number));
    return number;
}

static struct answer refuse(const char *words)
{
    return (struct answer){STATUS_INVALID, words, 0};
}

/* Whether it can go on with the first `end` bytes of the file. */
static struct answer want(struct bytes head, uint64_t end)
{
    if (end > 65536)
        return refuse("no EFI program's go beyond");
    return (struct answer){end > head.size ? STATUS_NEED_BYTES : STATUS_OK, NULL, end};
}

static struct answer judge_section(struct bytes head, uint64_t at, uint64_t file_size, uint64_t image_size)
{
    uint64_t memory = number_at(head, at + 8, 4), address = number_at(head, at + 12, 4);
    uint64_t size = number_at(head, at + 16, 4), offset = number_at(head, at + 20, 4);

    if (size != 0 && (offset > file_size || file_size - offset < size))
        return refuse("its sections end");
    memory = memory != 0 ? memory : size;
    if (memory != 0 && (address > image_size || image_size - address < memory))
        return refuse("a section lies outside");
    return (struct answer){STATUS_OK, NULL, 0};
}

/* The optional header at `optional`, and the sections between `table` and `end`. */
static struct answer judge_image(struct bytes head, uint64_t file_size, uint64_t optional, uint64_t table, uint64_t end)
{
    uint64_t size = table - optional, magic = size >= 2 ? number_at(head, optional, 2) : 0, entry, image, directories;
    struct answer answer = {STATUS_OK, NULL, 0};

    if (magic == 0x10b)
        return (struct answer){STATUS_UNSUPPORTED, "is a 32-bit program", 0};
    if (magic != 0x20b || size < 112)
        return refuse("it has no PE32+ header");
    if (number_at(head, optional + 68, 2) - 10 > 2)
        return (struct answer){STATUS_UNSUPPORTED, "for Windows or another system", 0};
    if (end == table)
        return refuse("it has no sections");
    entry = number_at(head, optional + 16, 4);
    image = number_at(head, optional + 56, 4);
    directories = number_at(head, optional + 108, 4);
    if (112 + 8 * directories > size)
        return refuse("its data directories");
    if (end > number_at(head, optional + 60, 4))
        return refuse("its section table lies");
    if (number_at(head, optional + 60, 4) > image)
        return refuse("its headers lie");
    if (entry - 1 >= image - 1) /* 0, or too large */
        return refuse("its entry point lies");
    if (number_at(head, optional + 60, 4) > file_size)
        return refuse("its headers end");
    if (directories >= 5 && number_at(head, optional + 148, 4) != 0 &&
        number_at(head, optional + 144, 4) + number_at(head, optional + 148, 4) > file_size)
        return refuse("its signatures end");
    for (uint64_t at = table; at < end && answer.status == STATUS_OK; at += 40)
        answer = judge_section(head, at, file_size, image);
    return answer;
}

static struct answer judge(struct bytes head, uint64_t file_size)
{
    uint64_t start, optional, table, end;
    struct answer answer;

    if (head.size < 2 || memcmp(head.data, "MZ", 2) != 0) {
        if (head.size >= 0x206 && memcmp(head.data + 0x202, "HdrS", 4) == 0)
            return (struct answer){STATUS_UNSUPPORTED, "without an EFI stub", 0};
        return refuse("do not begin with MZ");
    }
    if (file_size < 64)
        return refuse("its headers end");
    answer = want(head, 64);
    if (answer.status != STATUS_OK)
        return answer;
    start = number_at(head, 60, 4);
    if (start > file_size - 24)
        return refuse("has no PE header");
    answer = want(head, start + 24);
    if (answer.status != STATUS_OK)
        return answer;
    if (memcmp(head.data + start, "PE\0\0", 4) != 0)
        return refuse("has no PE header");
    if (number_at(head, start + 4, 2) != PE_MACHINE_X64)
        return (struct answer){STATUS_UNSUPPORTED, "and this machine is x64", 0};
    if (start < 64)
        return refuse("lies in its DOS header");
    optional = start + 24;
    table = optional + number_at(head, start + 20, 2);
    end = table + 40 * number_at(head, start + 6, 2);
    if (end > file_size)
        return refuse("its headers end");
    answer = want(head, end);
    return answer.status != STATUS_OK ? answer : judge_image(head, file_size, optional, table, end);
}

static enum status read_head(struct bytes head, uint64_t file_size, struct pe *pe, uint64_t *needed)
{
    struct answer answer = judge(head, file_size);
    struct error error = {""};
    enum status status = pe_read("/k", head, file_size, PE_MACHINE_X64, pe, needed, &error);

    CHECK(status == answer.status);
    CHECK(!answer.words == (error.text[0] == '\0'));
    CHECK(!answer.words || (text_starts_with(text_of(error.text), "/k: ") && strstr(error.text, answer.words)));
    CHECK(status != STATUS_NEED_BYTES || (*needed == answer.needed && *needed > head.size && *needed <= file_size));
    return status;
}

/* As the loader does it, from the first two bytes on. */
static void read_in_steps(struct bytes head, uint64_t file_size, enum status expected)
{
    struct pe pe = {.subsystem = 0xaaaa};
    enum status status = STATUS_NEED_BYTES;
    uint64_t size = head.size < 2 ? head.size : 2;

    for (unsigned step = 0; status == STATUS_NEED_BYTES && size <= head.size; step++) {
        uint8_t *first = fuzz_room((size_t)size);

        CHECK(step <= 3);
        if (size > 0)
            memcpy(first, head.data, (size_t)size);
        status = read_head((struct bytes){first, (size_t)size}, file_size, &pe, &size);
    }
    /* Without MZ there is no more than the first two bytes; with more, it may be told for another program. */
    CHECK(status == expected || !pe_is(head));
    CHECK(status == STATUS_OK || pe.subsystem == 0xaaaa);
}

static void check_section(const struct pe *pe, const char *name, uint64_t file_size)
{
    struct pe_section section = {1, 1};
    bool found = false, has = pe_section(pe, name, &section);
    char padded[16] = {0};

    memcpy(padded, name, strlen(name));
    for (size_t at = 0; at < pe->sections.size && !found; at += 40) {
        const char *own = (const char *)pe->sections.data + at;
        uint64_t memory = number_at(pe->sections, at + 8, 4), size = number_at(pe->sections, at + 16, 4);

        found = strlen(name) <= 8 && memcmp(own, padded, 8) == 0;
        if (!found)
            continue;
        CHECK(section.size == (memory < size ? memory : size));
        CHECK(section.offset == (section.size > 0 ? number_at(pe->sections, at + 20, 4) : 0));
        CHECK(section.offset <= file_size && section.size <= file_size - section.offset);
    }
    CHECK(has == found && (found || (section.offset == 1 && section.size == 1)));
}

/* A sound image, of which sections are others, and some numbers. */
static struct bytes read_made(struct input *input)
{
    struct made_pe made = made_pe_sound();
    uint64_t how = input_number(input, 1);
    struct bytes head, copy;
    uint8_t *room;

    made.section_count = how & 1 ? (uint16_t)input_below(input, 9) : made.section_count;
    for (uint16_t i = 0; how & 1 && i < made.section_count; i++) {
        static const char *const names[] = {".osrel", ".cmdline", ".linux", ".text", ".bss"};
        struct made_pe_section *section = &made.sections[i];
        uint64_t kind = input_number(input, 1);

        memset(section->name, 0, 8);
        memcpy(section->name, names[kind % 5], strlen(names[kind % 5]));
        section->memory_size = (uint32_t)input_number(input, 2);
        section->file_size = kind & 0x20 ? (uint32_t)input_number(input, 2) : section->memory_size;
        section->address = (uint32_t)input_number(input, 1) << 8;
        section->offset = kind & 0x40 ? (uint32_t)input_wide(input) : (uint32_t)input_number(input, 1) << 4;
    }
    if (how & 2)
        made.start = 64 + (uint32_t)input_number(input, how & 4 ? 2 : 1);
    if (how & 8)
        made.optional_size = (uint16_t)(112 + input_number(input, 1));
    if (how & 16) {
        made.certificates = (uint32_t)input_number(input, 2);
        made.certificates_size = (uint32_t)input_number(input, 2);
    }
    head = made_pe_head(&made);
    room = fuzz_room(head.size);
    memcpy(room, head.data, head.size);
    free((void *)head.data);
    copy = (struct bytes){room, head.size};
    for (uint64_t changes = input_below(input, 4); changes > 0; changes--) {
        uint64_t from = how & 32 ? 0 : made.start, at = from + input_number(input, how & 64 ? 2 : 1);
        size_t width = 1 + (size_t)input_below(input, 4);

        if (at + width <= copy.size)
            put_number(room + at, width, input_wide(input));
    }
    return copy;
}

void fuzz(struct input *input)
{
    uint64_t how = input_number(input, 1), file_size = input_number(input, 2), needed = 0;
    struct pe pe = {.subsystem = 0xaaaa};
    struct bytes head;
    enum status status;

    if (how & 1)
        file_size = 0x1200; /* what the sound image needs */
    head = how & 2 ? read_made(input) : input_rest(input);
    if (how & 4)
        file_size = head.size + input_wide(input) % ((uint64_t)1 << 33);
    if (file_size < head.size)
        head = input_bytes(&(struct input){head.data, head.size}, (size_t)file_size);
    status = read_head(head, file_size, &pe, &needed);
    read_in_steps(head, file_size, status);
    if (status != STATUS_OK) {
        CHECK(pe.subsystem == 0xaaaa);
        return;
    }
    CHECK(pe.sections.size > 0 && pe.sections.size % 40 == 0 && pe.subsystem >= 10 && pe.subsystem <= 12);
    CHECK(pe.sections.data >= head.data && pe.sections.data + pe.sections.size <= head.data + head.size);
    check_section(&pe, ".osrel", file_size);
    check_section(&pe, ".cmdline", file_size);
    check_section(&pe, ".linux", file_size);
    check_section(&pe, "", file_size);
    check_section(&pe, ".cmdlines", file_size);
}
