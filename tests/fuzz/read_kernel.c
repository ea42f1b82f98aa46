/* SPDX-License-Identifier: BSD-2-Clause */
#include "read_kernel.h"

#include <stdlib.h>
#include <string.h>

#include "elf.h"
#include "fake.h"
#include "fuzz.h"

#define PAGE      4096ULL
#define LARGE     0x200000ULL
#define WORDS     4096
#define SIZE_MOST (64ULL << 20)
#define DYNAMICS  38

/* What of a kernel its processor decides: the ELF specification's supplement for each. */
struct kernel_machine {
    uint16_t number;
    uint32_t relative; /* the kind of a relocation that adds where the kernel runs */
    unsigned half_bits;
};

struct reading {
    struct bytes file;
    struct kernel_machine machine;
    struct fake_kernel kernel;
    struct kernel_wishes wishes;
    struct kernel_word *words;
    uint64_t dynamic_offset, dynamic_size, relro, relro_size, largest_alignment;
    uint64_t tags[DYNAMICS]; /* by their numbers */
    unsigned dynamics, relros, notes;
    bool unsure;
};

/* Sv39's halves are smaller; what lies between them is refused for that. */
static struct kernel_machine read_machine(void)
{
    if (fake_is_aarch64())
        return (struct kernel_machine){ELF_MACHINE_AARCH64, 1027, 48};
    if (fake_is_riscv64())
        return (struct kernel_machine){ELF_MACHINE_RISCV, 3, fake_setup()->processor == FAKE_RISCV64_SV39 ? 38 : 47};
    return (struct kernel_machine){ELF_MACHINE_X86_64, 8, 47};
}

/* A kernel of which this is true is not to be booted. */
static void refuse(struct reading *reading, bool is_so, const char *what)
{
    if (is_so && !reading->unsure)
        fake_complain("a kernel was booted %s", what);
    reading->unsure = reading->unsure || is_so;
}

static uint64_t at(const struct reading *reading, uint64_t offset, size_t width)
{
    return bytes_number_or_zero(reading->file, offset, width);
}

/* Of what has no bytes linkers leave any offset. */
static bool in_file(const struct reading *reading, uint64_t offset, uint64_t size)
{
    return size == 0 || (offset <= reading->file.size && size <= reading->file.size - offset);
}

/* ---- segments ---- */

static uint64_t last_of(const struct kernel_segment *segment)
{
    return segment->address + (segment->memory_size - 1);
}

static void add_segment(struct reading *reading, uint64_t header)
{
    struct kernel_segment segment = {.address = at(reading, header + 16, 8),
                                     .offset = at(reading, header + 8, 8),
                                     .file_size = at(reading, header + 32, 8),
                                     .memory_size = at(reading, header + 40, 8),
                                     .flags = at(reading, header + 4, 4) & 7};
    uint64_t alignment = at(reading, header + 48, 8);

    if (segment.memory_size == 0)
        return;
    if (reading->kernel.segment_count == KERNEL_SEGMENTS_AT_MOST) {
        reading->unsure = true;
        return;
    }
    refuse(reading, segment.file_size > segment.memory_size, "with more bytes in the file than in memory");
    refuse(reading, !in_file(reading, segment.offset, segment.file_size), "whose file lacks a part of it");
    refuse(reading, last_of(&segment) < segment.address, "that wraps around");
    refuse(reading, (segment.flags & ELF_WRITE) && (segment.flags & ELF_EXECUTE), "with a segment for everything");
    if ((alignment & (alignment - 1)) == 0 && alignment > reading->largest_alignment)
        reading->largest_alignment = alignment;
    reading->kernel.segments[reading->kernel.segment_count++] = segment;
}

/* The note is found by its first 20 bytes, anywhere in the segment. */
static void read_notes(struct reading *reading, uint64_t offset, uint64_t size)
{
    refuse(reading, !in_file(reading, offset, size), "with a note outside its file");
    if (reading->unsure || size == 0)
        return;
    refuse(reading, ++reading->notes > 8, "with more than 8 segments of notes");
    for (uint64_t note = offset; note + 20 <= offset + size; note += 4) {
        uint64_t descriptor = at(reading, note + 4, 4), rest = offset + size - note - 20;

        if (at(reading, note, 4) != 6 || at(reading, note + 8, 4) != 1 ||
            memcmp(reading->file.data + note + 12, "Baton\0\0\0", 8) != 0)
            continue;
        refuse(reading, reading->wishes.found, "with two notes");
        refuse(reading, descriptor < 36 || descriptor > rest, "with half a note");
        refuse(reading, at(reading, note + 20, 4) != 1, "that was written for another version");
        for (uint64_t i = 36; i < descriptor && !reading->unsure; i++)
            refuse(reading, reading->file.data[note + 20 + i] != 0, "with wishes that are unknown");
        reading->wishes = (struct kernel_wishes){true, at(reading, note + 24, 8), at(reading, note + 32, 8),
                                                 at(reading, note + 40, 8), at(reading, note + 48, 8)};
    }
}

static void read_header(struct reading *reading, uint64_t header)
{
    uint64_t offset = at(reading, header + 8, 8), size = at(reading, header + 32, 8);

    switch (at(reading, header, 4)) {
    case ELF_SEGMENT_LOAD:
        add_segment(reading, header);
        break;
    case ELF_SEGMENT_NOTE:
        read_notes(reading, offset, size);
        break;
    case ELF_SEGMENT_INTERP:
        refuse(reading, true, "that wants a dynamic linker");
        break;
    case ELF_SEGMENT_DYNAMIC:
        refuse(reading, !in_file(reading, offset, size), "with a dynamic section outside its file");
        reading->dynamics += size > 0 ? 1 : 0;
        reading->dynamic_offset = offset;
        reading->dynamic_size = size;
        break;
    case ELF_SEGMENT_RELRO:
        reading->relros++;
        reading->relro = at(reading, header + 16, 8);
        reading->relro_size = at(reading, header + 40, 8);
        break;
    default:
        break;
    }
}

/* ---- the layout ---- */

static void check_segments(struct reading *reading)
{
    struct fake_kernel *kernel = &reading->kernel;
    const uint64_t half = 1ULL << reading->machine.half_bits;
    uint64_t first = UINT64_MAX, last = 0;
    bool entered = false;

    for (size_t i = 0; i < kernel->segment_count; i++) {
        const struct kernel_segment *one = &kernel->segments[i];

        first = one->address < first ? one->address : first;
        last = last_of(one) > last ? last_of(one) : last;
        entered = entered || ((one->flags & ELF_EXECUTE) && kernel->entry - one->address < one->memory_size);
        for (size_t j = 0; j < i; j++)
            refuse(reading,
                   one->address <= last_of(&kernel->segments[j]) && kernel->segments[j].address <= last_of(one),
                   "with segments that overlap");
    }
    refuse(reading, kernel->segment_count == 0, "without anything to load");
    refuse(reading, !(last < half || first >= 0 - half), "that lies in both halves, or in none");
    refuse(reading, !entered, "whose entry is no code");
    kernel->base = first & ~(PAGE - 1);
    kernel->size = (last | (PAGE - 1)) - kernel->base + 1;
    refuse(reading, kernel->size > SIZE_MOST, "for which there is no memory");
}

/* The flags of all segments in a page, and those that all of them have. */
static uint32_t flags_in(const struct fake_kernel *kernel, uint64_t page, uint32_t *ret_common)
{
    uint32_t flags = 0;

    *ret_common = ELF_READ | ELF_WRITE | ELF_EXECUTE;
    for (size_t i = 0; i < kernel->segment_count; i++) {
        const struct kernel_segment *segment = &kernel->segments[i];

        if (segment->address > page + (PAGE - 1) || last_of(segment) < page)
            continue;
        flags |= segment->flags;
        *ret_common &= segment->flags;
    }
    return flags;
}

static void check_pages(struct reading *reading)
{
    const struct fake_kernel *kernel = &reading->kernel;
    uint32_t common;

    for (uint64_t offset = 0; offset < kernel->size && !reading->unsure; offset += PAGE) {
        uint32_t flags = flags_in(kernel, kernel->base + offset, &common);

        refuse(reading, (flags & ELF_WRITE) && (flags & ELF_EXECUTE), "with a page for everything");
    }
}

static void read_relro(struct reading *reading)
{
    struct fake_kernel *kernel = &reading->kernel;
    uint64_t page = reading->relro & ~(PAGE - 1), end = reading->relro + reading->relro_size;
    bool starts = false, shared = false;
    uint32_t common;

    refuse(reading, reading->relros > 1, "with two ranges of PT_GNU_RELRO");
    if (reading->unsure || reading->relros == 0 || reading->relro_size == 0)
        return;
    refuse(reading, end < reading->relro, "with PT_GNU_RELRO that wraps around");
    for (size_t i = 0; i < kernel->segment_count; i++) {
        const struct kernel_segment *segment = &kernel->segments[i];

        starts = starts || segment->address == reading->relro;
        shared = shared || (segment->address < reading->relro && last_of(segment) >= page);
    }
    kernel->relro = page == reading->relro || (starts && !shared) ? page : page + PAGE;
    kernel->relro_end = end & ~(PAGE - 1);
    for (page = kernel->relro; page < kernel->relro_end && !reading->unsure; page += PAGE) {
        refuse(reading, page < kernel->base || page - kernel->base >= kernel->size, "with PT_GNU_RELRO outside it");
        refuse(reading, flags_in(kernel, page, &common) == 0 || (common & ELF_WRITE) == 0,
               "whose PT_GNU_RELRO is read-only");
    }
}

/* ---- relocations ---- */

static const struct kernel_segment *segment_with(const struct reading *reading, uint64_t address, uint64_t size,
                                                 bool in_the_file)
{
    for (size_t i = 0; i < reading->kernel.segment_count; i++) {
        const struct kernel_segment *segment = &reading->kernel.segments[i];
        uint64_t most = in_the_file ? segment->file_size : segment->memory_size;

        if (address >= segment->address && size <= most && address - segment->address <= most - size)
            return segment;
    }
    return NULL;
}

static void add_word(struct reading *reading, uint64_t address, uint64_t addend)
{
    const struct kernel_segment *segment = segment_with(reading, address, 8, false);

    refuse(reading, !segment, "with a relocation outside its segments");
    refuse(reading, segment && (segment->flags & ELF_EXECUTE), "with a relocation in code");
    if (reading->kernel.word_count == WORDS)
        reading->unsure = true;
    if (!reading->unsure)
        reading->words[reading->kernel.word_count++] = (struct kernel_word){address, addend};
}

/* What the segment has there, before anything is relocated. */
static uint64_t word_at(const struct reading *reading, uint64_t address)
{
    const struct kernel_segment *segment = segment_with(reading, address, 8, false);
    uint64_t number = 0;

    for (uint64_t i = 0; segment && i < 8; i++) {
        uint64_t offset = address - segment->address + i;

        if (offset < segment->file_size)
            number |= (uint64_t)reading->file.data[segment->offset + offset] << (8 * i);
    }
    return number;
}

/* Where in the file a table is, of which PT_DYNAMIC says so much. */
static uint64_t find_table(struct reading *reading, uint64_t address, uint64_t size, uint64_t stride, uint64_t entry)
{
    const struct kernel_segment *segment = segment_with(reading, address, size, true);

    refuse(reading, stride != entry || size % entry != 0, "with relocations of a wrong size");
    refuse(reading, !segment, "whose relocations are not in its file");
    return segment ? segment->offset + (address - segment->address) : 0;
}

static void read_rela(struct reading *reading, uint64_t address, uint64_t size, uint64_t stride)
{
    uint64_t table = size > 0 ? find_table(reading, address, size, stride, 24) : 0;

    for (uint64_t i = 0; i < size && !reading->unsure; i += 24) {
        uint64_t kind = at(reading, table + i + 8, 4);

        refuse(reading, kind != 0 && kind != reading->machine.relative, "with a relocation that is not relative");
        if (kind == reading->machine.relative)
            add_word(reading, at(reading, table + i, 8), at(reading, table + i + 16, 8));
    }
}

static void read_relr(struct reading *reading, uint64_t address, uint64_t size, uint64_t stride)
{
    uint64_t table = size > 0 ? find_table(reading, address, size, stride, 8) : 0, where = 0;

    refuse(reading, size > 0 && (at(reading, table, 8) & 1), "whose RELR begins with a bitmap");
    for (uint64_t i = 0; i < size && !reading->unsure; i += 8) {
        uint64_t word = at(reading, table + i, 8);

        if (!(word & 1)) {
            add_word(reading, word, word_at(reading, word));
            where = word + 8;
            continue;
        }
        for (unsigned bit = 1; bit < 64; bit++) {
            uint64_t there = where + (bit - 1) * 8ULL;

            if (word >> bit & 1)
                add_word(reading, there, word_at(reading, there));
        }
        where += 63 * 8ULL;
    }
}

/* Returns DT_FLAGS_1. */
static uint64_t read_tags(struct reading *reading)
{
    uint64_t flags_1 = 0;

    for (uint64_t i = 0; i + 16 <= reading->dynamic_size; i += 16) {
        uint64_t tag = at(reading, reading->dynamic_offset + i, 8);
        uint64_t value = at(reading, reading->dynamic_offset + i + 8, 8);

        if (tag == 0)
            break;
        refuse(reading, tag == 1, "that needs a library");
        refuse(reading, tag == 22 || (tag == 30 && (value & 4)), "with text relocations");
        refuse(reading, tag == 18 && value != 0, "with relocations without addends");
        if (tag < DYNAMICS)
            reading->tags[tag] = value;
        if (tag == 0x6ffffffb)
            flags_1 = value;
    }
    return flags_1;
}

static int compare_words(const void *a, const void *b)
{
    const struct kernel_word *x = a, *y = b;

    return x->address < y->address ? -1 : x->address > y->address;
}

static void read_dynamic(struct reading *reading)
{
    const uint64_t *tags = reading->tags;

    refuse(reading, reading->dynamics > 1, "with two dynamic sections");
    if (reading->unsure || reading->dynamics == 0)
        return;
    reading->words = fuzz_room(WORDS * sizeof(reading->words[0]));
    reading->kernel.words = reading->words;
    if (read_tags(reading) & 0x08000000)
        reading->kernel.movable = true;
    read_rela(reading, tags[7], tags[8], tags[9]);
    refuse(reading, tags[2] > 0 && tags[20] != 7, "with relocations without addends");
    read_rela(reading, tags[23], tags[2], 24);
    read_relr(reading, tags[36], tags[35], tags[37]);
    qsort(reading->words, reading->kernel.word_count, sizeof(reading->words[0]), compare_words);
    /* A word that has two may have either. */
    for (size_t i = 1; i < reading->kernel.word_count; i++)
        reading->unsure = reading->unsure || reading->words[i].address - reading->words[i - 1].address < 8;
}

bool read_kernel(struct bytes file, struct fake_kernel *ret_kernel, struct kernel_wishes *ret_wishes,
                 uint64_t *ret_alignment)
{
    struct reading reading = {.file = file, .machine = read_machine(), .largest_alignment = PAGE};
    struct fake_kernel *kernel = &reading.kernel;
    uint64_t type = at(&reading, 16, 2), table = at(&reading, 32, 8), stride = at(&reading, 54, 2);
    uint64_t count = at(&reading, 56, 2), alignment;

    refuse(&reading, file.size < ELF_HEADER_SIZE || memcmp(file.data, "\177ELF\2\1\1", 7) != 0, "that is no ELF64");
    refuse(&reading, at(&reading, 18, 2) != reading.machine.number || (type != ELF_TYPE_EXEC && type != ELF_TYPE_DYN),
           "for another machine");
    refuse(&reading, count == 0xffff || stride < ELF_PROGRAM_HEADER_SIZE || !in_file(&reading, table, count * stride),
           "with program headers outside its file");
    kernel->file = file;
    kernel->entry = at(&reading, 24, 8);
    kernel->movable = type == ELF_TYPE_DYN;
    for (uint64_t i = 0; i < count && !reading.unsure; i++)
        read_header(&reading, table + i * stride);
    check_segments(&reading);
    check_pages(&reading);
    refuse(&reading, type == ELF_TYPE_DYN && reading.dynamics == 0, "that can be moved, and has no PT_DYNAMIC");
    read_relro(&reading);
    read_dynamic(&reading);
    refuse(&reading, !kernel->movable && kernel->base == 0, "that is linked at page 0");
    kernel->high = kernel->movable || kernel->base >> 63 != 0;
    alignment = reading.largest_alignment < LARGE ? reading.largest_alignment : LARGE;
    *ret_alignment = kernel->high && kernel->base % alignment == 0 ? alignment : PAGE;
    *ret_kernel = *kernel;
    *ret_wishes = reading.wishes;
    return !reading.unsure;
}
