/* SPDX-License-Identifier: BSD-2-Clause */
#include "relocations.h"

#include "checked.h"
#include "put.h"
#include "sort.h"

/* System V ABI, chapter 5, "Dynamic Section", and GNU's additions. */
enum {
    TAG_NULL = 0,
    TAG_NEEDED = 1,
    TAG_PLT_SIZE = 2,
    TAG_RELA = 7,
    TAG_RELA_SIZE = 8,
    TAG_RELA_STRIDE = 9,
    TAG_REL_SIZE = 18,
    TAG_RELR_SIZE = 35,
    TAG_FLAGS_1 = 0x6ffffffb,
    FLAGS_1_PIE = 0x08000000,

    DYNAMIC_STRIDE = 16,
    RELA_STRIDE = 24,
    WORD = 8, /* bytes that a relocation covers */
};

/* The PE format's .reloc section. */
enum {
    BLOCK_HEADER = 8,
    ENTRY_SIZE = 2,
    ENTRY_DIR64 = 10 << 12,
};

struct dynamic {
    uint64_t rela; /* address */
    uint64_t rela_size;
    uint64_t rela_stride;
    uint64_t flags_1;
};

/* What a dynamic linker would have to do, and firmware does not. */
static const struct {
    uint64_t tag;
    const char *text;
} refused[] = {
    {TAG_NEEDED, "wants a shared library. Link with -static -pie."},
    {TAG_PLT_SIZE, "calls through a procedure linkage table. Compile with -fvisibility=hidden, and link with -static."},
    {TAG_REL_SIZE, "has relocations without addends. Link for a 64-bit target."},
    {TAG_RELR_SIZE, "has packed relocations. Link with -z nopack-relative-relocs."},
};

static enum status read_tag(const struct layout *layout, uint64_t tag, uint64_t value, struct dynamic *dynamic,
                            struct error *error)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        if (tag == refused[i].tag && value != 0)
            return error_set(error, STATUS_UNSUPPORTED, "%s: %s", layout->name, refused[i].text);
    }
    if (tag == TAG_RELA)
        dynamic->rela = value;
    if (tag == TAG_RELA_SIZE)
        dynamic->rela_size = value;
    if (tag == TAG_RELA_STRIDE)
        dynamic->rela_stride = value;
    if (tag == TAG_FLAGS_1)
        dynamic->flags_1 = value;
    return STATUS_OK;
}

static enum status read_dynamic(const struct layout *layout, struct dynamic *ret_dynamic, struct error *error)
{
    struct dynamic dynamic = {.rela_stride = RELA_STRIDE};
    struct bytes table;
    uint64_t tag, value;

    if (!bytes_slice(layout->file, layout->dynamic.offset, layout->dynamic.file_size, &table))
        return error_set(error, STATUS_INVALID, "%s: its dynamic table lies outside the file", layout->name);
    for (uint64_t offset = 0;
         bytes_number(table, offset, 8, &tag) && tag != TAG_NULL && bytes_number(table, offset + 8, 8, &value);
         offset += DYNAMIC_STRIDE) {
        enum status status = read_tag(layout, tag, value, &dynamic, error);

        if (status != STATUS_OK)
            return status;
    }
    /* Not e_type: GNU ld calls a PIE that does not begin at address 0 ET_EXEC. */
    if ((dynamic.flags_1 & FLAGS_1_PIE) == 0)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: is no position-independent executable (no DF_1_PIE). Link with -static -pie.",
                         layout->name);
    *ret_dynamic = dynamic;
    return STATUS_OK;
}

/* The table's bytes, which stand in the segment that is not copied. */
static enum status find_table(const struct layout *layout, const struct dynamic *dynamic, struct bytes *ret_table,
                              struct error *error)
{
    struct bytes link;

    if (dynamic->rela_size == 0) {
        *ret_table = (struct bytes){layout->file.data, 0};
        return STATUS_OK;
    }
    if (dynamic->rela_stride != RELA_STRIDE || dynamic->rela_size % RELA_STRIDE != 0)
        return error_set(
            error, STATUS_INVALID, "%s: its relocation table has %llu bytes in entries of %llu, and an entry has 24",
            layout->name, (unsigned long long)dynamic->rela_size, (unsigned long long)dynamic->rela_stride);
    if (!bytes_slice(layout->file, layout->link.offset, layout->link.file_size, &link) ||
        dynamic->rela < layout->link.address ||
        !bytes_slice(link, dynamic->rela - layout->link.address, dynamic->rela_size, ret_table))
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: its relocation table (%llu bytes at 0x%llx) is not in the segment of the dynamic table. "
                         "Link with -T loader/loader.lds.",
                         layout->name, (unsigned long long)dynamic->rela_size, (unsigned long long)dynamic->rela);
    return STATUS_OK;
}

static bool has_bytes(const struct layout *layout, uint64_t place)
{
    for (size_t i = 0; i < layout->segment_count; i++) {
        const struct elf_segment *segment = &layout->segments[i];

        if (place >= segment->address && segment->file_size >= WORD &&
            place - segment->address <= segment->file_size - WORD)
            return true;
    }
    return false;
}

static enum status check_relocation(const struct layout *layout, uint64_t place, uint32_t type, uint64_t value,
                                    struct error *error)
{
    const struct machine *machine = layout->machine;
    unsigned long long at = place;

    if (type != machine->relative)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: at 0x%llx is a relocation %s (type %u), and only %s can be carried over. A symbol is "
                         "undefined or visible from outside: define it, and compile with -fvisibility=hidden.",
                         layout->name, at, machine_relocation_name(machine, type), type,
                         machine_relocation_name(machine, machine->relative));
    if (!has_bytes(layout, place))
        return error_set(error, STATUS_INVALID,
                         "%s: the relocation at 0x%llx lies outside the bytes of every segment to load", layout->name,
                         at);
    /* Its first address is also the end of what lies before it, which may be pointed to. */
    if (value > layout->link.address && value - layout->link.address < layout->link.memory_size)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: the word at 0x%llx points to 0x%llx, into the segment of the dynamic table, which does "
                         "not get into the EFI image",
                         layout->name, at, (unsigned long long)value);
    return STATUS_OK;
}

static int compare_places(const void *a, const void *b)
{
    uint32_t left = ((const struct relocation *)a)->place, right = ((const struct relocation *)b)->place;

    return left < right ? -1 : left > right;
}

static enum status read_table(const struct layout *layout, struct bytes table, struct relocations *relocations,
                              struct error *error)
{
    for (uint64_t offset = 0; offset < table.size; offset += RELA_STRIDE) {
        uint64_t place, info, value;
        uint32_t type;
        enum status status;

        if (!bytes_number(table, offset, 8, &place) || !bytes_number(table, offset + 8, 8, &info) ||
            !bytes_number(table, offset + 16, 8, &value))
            return error_set(error, STATUS_INVALID, "%s: its relocation table is truncated", layout->name);
        type = (uint32_t)info;
        if (type == layout->machine->none)
            continue;
        status = check_relocation(layout, place, type, value, error);
        if (status != STATUS_OK)
            return status;
        relocations->list[relocations->count++] = (struct relocation){(uint32_t)place, value};
    }
    return STATUS_OK;
}

enum status relocations_read(const struct layout *layout, struct arena *arena, struct relocations *ret_relocations,
                             struct error *error)
{
    struct relocations relocations = {0};
    struct dynamic dynamic = {0};
    struct bytes table = {0};
    enum status status = read_dynamic(layout, &dynamic, error);

    if (status == STATUS_OK)
        status = find_table(layout, &dynamic, &table, error);
    if (status != STATUS_OK)
        return status;
    relocations.list = arena_take(arena, table.size / RELA_STRIDE, sizeof(relocations.list[0]));
    if (!relocations.list)
        return error_set(error, STATUS_NEED_ROOM, "%s: no room for its relocations", layout->name);
    status = read_table(layout, table, &relocations, error);
    if (status != STATUS_OK)
        return status;
    sort(relocations.list, relocations.count, sizeof(relocations.list[0]), compare_places);
    for (size_t i = 1; i < relocations.count; i++) {
        if (relocations.list[i].place - relocations.list[i - 1].place < WORD)
            return error_set(error, STATUS_INVALID, "%s: two relocations overlap, at 0x%x and 0x%x", layout->name,
                             relocations.list[i - 1].place, relocations.list[i].place);
    }
    *ret_relocations = relocations;
    return STATUS_OK;
}

static uint32_t page_of(uint32_t place)
{
    return place & ~(uint32_t)(PAGE_SIZE - 1);
}

enum status relocations_pack(const struct relocations *relocations, uint32_t page, struct arena *arena,
                             struct bytes *ret_content, struct error *error)
{
    const struct relocation *list = relocations->list;
    size_t count = relocations->count;
    /* At most a block for each relocation, each with one padding entry. */
    uint8_t *content = arena_take(arena, count + 1, BLOCK_HEADER + 2 * ENTRY_SIZE);
    size_t size = 0;
    size_t i = 0;

    if (!content)
        return error_set(error, STATUS_NEED_ROOM, "no room for .reloc");
    do {
        size_t start = size;
        uint32_t block = i < count ? page_of(list[i].place) : page;

        size += BLOCK_HEADER;
        for (; i < count && page_of(list[i].place) == block; i++, size += ENTRY_SIZE)
            put_number(content + size, ENTRY_SIZE, ENTRY_DIR64 | (list[i].place - block));
        /* A block's size is a multiple of 4. The padding, like all of the room, is zero: an absolute entry. */
        while (size - start == BLOCK_HEADER || size % 4 != 0)
            size += ENTRY_SIZE;
        put_number(content + start, 4, block);
        put_number(content + start + 4, 4, size - start);
    } while (i < count);
    *ret_content = (struct bytes){content, size};
    return STATUS_OK;
}
