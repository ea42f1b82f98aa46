/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 1: the kernel's file, which it gets as its module "self", and what has become of it in memory. */
#include "selfcheck.h"

#include "memory.h"

#define ELF_PROGRAM_HEADERS 0x20
#define ELF_KIND            0x10
#define ELF_COUNT           0x38
#define PROGRAM_HEADER_SIZE 56
#define PT_LOAD             1
#define PT_DYNAMIC          2
#define PT_NOTE             4
#define PT_RELRO            0x6474e552
#define ET_DYN              3
#define DT_RELA             7
#define DT_RELA_SIZE        8
#define DT_RELR_SIZE        35
#define DT_RELR             36
#define DT_FLAGS_1          0x6ffffffb
#define DF_1_PIE            0x08000000

struct program_header {
    uint32_t kind, flags;
    uint64_t offset, address, physical, file_size, size, alignment;
};

/* ---- headers ---- */

static uint64_t number_at(const uint8_t *bytes, uint64_t offset, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, bytes + offset, size);
    return value;
}

static void add_segment(struct image *image, const struct program_header *header)
{
    uint64_t end = ROUND_UP(header->address + header->size);

    if (header->size == 0 || image->segment_count == MAX_SEGMENTS)
        return;
    image->segments[image->segment_count++] = (struct segment){header->offset, header->file_size, header->address,
                                                               header->size,   header->alignment, header->flags};
    if (image->segment_count == 1 || header->address < image->link_base)
        image->link_base = ROUND_DOWN(header->address);
    if (end > image->link_end)
        image->link_end = end;
}

/* By its first 20 bytes, at a multiple of 4. */
static const struct baton_note *find_note(const struct image *image, const struct program_header *header)
{
    static const uint8_t start[20] = {6, 0, 0, 0, 36, 0, 0, 0, 1, 0, 0, 0, 'B', 'a', 't', 'o', 'n'};

    for (uint64_t at = 0; at + sizeof(struct baton_note) <= header->file_size; at += 4)
        if (bytes_equal(image->file + header->offset + at, start, sizeof(start)))
            return (const struct baton_note *)(image->file + header->offset + at);
    return NULL;
}

/* Section 1.1: only whole pages, but for the start of a segment that has its first page for itself. */
static void set_relro(struct image *image, uint64_t start, uint64_t size)
{
    bool first = false;

    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct segment *segment = &image->segments[i];

        first |= segment->address == start;
    }
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct segment *segment = &image->segments[i];
        uint64_t end = segment->address + segment->size;

        if (segment->address < start && end > ROUND_DOWN(start))
            first = false;
    }
    image->relro_start = first ? ROUND_DOWN(start) : ROUND_UP(start);
    image->relro_end = ROUND_DOWN(start + size);
}

static uint64_t dynamic_value(const struct image *image, uint64_t tag)
{
    const uint8_t *entries = image->file + image->dynamic.offset;

    for (uint64_t at = 0; at + 16 <= image->dynamic.file_size && number_at(entries, at, 8) != 0; at += 16)
        if (number_at(entries, at, 8) == tag)
            return number_at(entries, at + 8, 8);
    return 0;
}

static void read_elf(struct image *image)
{
    uint64_t first = number_at(image->file, ELF_PROGRAM_HEADERS, 8);
    uint64_t count = number_at(image->file, ELF_COUNT, 2);
    struct program_header relro = {0};

    image->movable = number_at(image->file, ELF_KIND, 2) == ET_DYN;
    for (uint64_t i = 0; i < count; i++) {
        struct program_header header;

        memcpy(&header, image->file + first + i * PROGRAM_HEADER_SIZE, sizeof(header));
        if (header.kind == PT_LOAD)
            add_segment(image, &header);
        else if (header.kind == PT_DYNAMIC)
            image->dynamic = (struct segment){header.offset, header.file_size, header.address, header.size, 0, 0};
        else if (header.kind == PT_NOTE && !image->note)
            image->note = find_note(image, &header);
        else if (header.kind == PT_RELRO)
            relro = header;
    }
    if (dynamic_value(image, DT_FLAGS_1) & DF_1_PIE)
        image->movable = true;
    if (relro.size)
        set_relro(image, relro.address, relro.size);
}

void image_read(const struct baton *baton, struct image *ret_image)
{
    memset(ret_image, 0, sizeof(*ret_image));
    BATON_FOR_EACH (struct baton_module, module, &baton->modules)
        if (option_given(module->command_line, "self")) {
            ret_image->file = module->address;
            ret_image->file_size = module->size;
        }
    if (ret_image->file_size > 64 && bytes_equal(ret_image->file, "\177ELF", 4)) {
        read_elf(ret_image);
        return;
    }
    /* The entry is linked for there; what the boot entry says of the size can only be told by the baton. */
    ret_image->flat = true;
    ret_image->link_base = (uint64_t)(uintptr_t)image_start;
    ret_image->link_end = ret_image->link_base + ROUND_UP(baton->kernel.size);
    ret_image->segments[0] =
        (struct segment){0, ret_image->file_size, ret_image->link_base, baton->kernel.size, PAGE, 7};
    ret_image->segment_count = 1;
}

uint32_t image_page_flags(const struct image *image, uint64_t linked)
{
    uint32_t flags = 0;
    bool any = false;

    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct segment *segment = &image->segments[i];

        if (segment->address >= linked + PAGE || segment->address + segment->size <= linked)
            continue;
        any = true;
        flags |= (segment->flags & 2 ? MAPPED_WRITE : 0) | (segment->flags & 1 ? MAPPED_EXECUTE : 0);
    }
    if (linked >= image->relro_start && linked < image->relro_end)
        flags &= ~MAPPED_WRITE;
    return any ? flags : PAGE_NOTHING;
}

/* ---- relocations: the place, and what the file says the number there was before ---- */

struct relocations {
    const struct image *image;
    uint64_t slide;
    uint64_t sought; /* an address as linked, or 0 */
    bool found;
    struct arrival *arrival;
};

static const uint8_t *file_at(const struct image *image, uint64_t linked)
{
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct segment *segment = &image->segments[i];

        if (linked >= segment->address && linked - segment->address + 8 <= segment->file_size)
            return image->file + segment->offset + (linked - segment->address);
    }
    return NULL;
}

static void visit(struct relocations *walk, uint64_t linked, uint64_t addend)
{
    uint64_t now = number_at((const uint8_t *)(uintptr_t)(linked + walk->slide), 0, 8);

    if (walk->sought) {
        walk->found |= walk->sought >= linked && walk->sought - linked < 8;
        return;
    }
    walk->arrival->relocations++;
    if (now != addend + walk->slide && !walk->arrival->relocated)
        walk->arrival->relocated = linked;
}

static void visit_rela(struct relocations *walk, const uint8_t *table, uint64_t size)
{
    for (uint64_t at = 0; table && at + 24 <= size; at += 24)
        if (number_at(table, at + 8, 4) == MACHINE_RELATIVE)
            visit(walk, number_at(table, at, 8), number_at(table, at + 16, 8));
}

static void visit_place(struct relocations *walk, uint64_t linked)
{
    const uint8_t *before = file_at(walk->image, linked);

    visit(walk, linked, before ? number_at(before, 0, 8) : 0);
}

/* An even word is a place; an odd one has a bit for each of the 63 words behind the last. */
static void visit_relr(struct relocations *walk, const uint8_t *table, uint64_t size)
{
    uint64_t next = 0;

    for (uint64_t at = 0; table && at + 8 <= size; at += 8) {
        uint64_t word = number_at(table, at, 8);

        if (!(word & 1)) {
            visit_place(walk, word);
            next = word + 8;
            continue;
        }
        for (unsigned bit = 1; bit < 64; bit++)
            if (word >> bit & 1)
                visit_place(walk, next + 8ULL * (bit - 1));
        next += 8ULL * 63;
    }
}

static void visit_all(struct relocations *walk)
{
    const struct image *image = walk->image;

    visit_rela(walk, file_at(image, dynamic_value(image, DT_RELA)), dynamic_value(image, DT_RELA_SIZE));
    visit_relr(walk, file_at(image, dynamic_value(image, DT_RELR)), dynamic_value(image, DT_RELR_SIZE));
}

/* ---- what arrived ---- */

/* entry.S has written to it already. */
static bool is_entry_state(uint64_t address)
{
    return address - (uint64_t)(uintptr_t)&entry_state < sizeof(entry_state);
}

static bool is_relocated(struct relocations *walk, uint64_t linked)
{
    walk->sought = linked;
    walk->found = false;
    visit_all(walk);
    walk->sought = 0;
    return walk->found;
}

static void compare_segment(struct relocations *walk, const struct segment *segment)
{
    const uint8_t *file = walk->image->file + segment->offset;
    const uint8_t *now = (const uint8_t *)(uintptr_t)(segment->address + walk->slide);

    for (uint64_t i = 0; i < segment->file_size && !walk->arrival->differs; i++)
        if (now[i] != file[i] && !is_entry_state((uint64_t)(uintptr_t)now + i) &&
            !is_relocated(walk, segment->address + i))
            walk->arrival->differs = segment->address + i;
}

static bool in_file(const struct image *image, uint64_t linked)
{
    for (unsigned i = 0; i < image->segment_count; i++)
        if (linked - image->segments[i].address < image->segments[i].file_size)
            return true;
    return false;
}

/* Pages of no segment are seen through the direct map. */
static void compare_zeros(struct relocations *walk, const struct baton *baton)
{
    const struct image *image = walk->image;
    const uint8_t *run = direct(baton, baton->kernel.physical);

    for (uint64_t at = image->link_base; at < image->link_end && !walk->arrival->not_zero; at++)
        if (run[at - image->link_base] != 0 && !in_file(image, at) && !is_entry_state(at + walk->slide))
            walk->arrival->not_zero = at;
}

void image_arrive(const struct baton *baton, const struct image *image, struct arrival *ret_arrival)
{
    struct relocations walk = {.image = image,
                               .slide = ROUND_DOWN((uint64_t)(uintptr_t)image_start) - image->link_base,
                               .arrival = ret_arrival};

    memset(ret_arrival, 0, sizeof(*ret_arrival));
    if (!image->file)
        return;
    visit_all(&walk);
    for (unsigned i = 0; i < image->segment_count; i++)
        compare_segment(&walk, &image->segments[i]);
    compare_zeros(&walk, baton);
    ret_arrival->looked = true;
}
