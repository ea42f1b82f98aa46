/* SPDX-License-Identifier: BSD-2-Clause */
#include "image_relocations.h"

#include "memory.h"
#include "permissions.h"

enum {
    TAG_NULL = 0,
    TAG_NEEDED = 1,
    TAG_PLT_SIZE = 2,
    TAG_RELA = 7,
    TAG_RELA_SIZE = 8,
    TAG_RELA_STRIDE = 9,
    TAG_REL_SIZE = 18,
    TAG_PLT_KIND = 20,
    TAG_TEXT_RELOCATIONS = 22,
    TAG_PLT = 23,
    TAG_FLAGS = 30,
    TAG_RELR_SIZE = 35,
    TAG_RELR = 36,
    TAG_RELR_STRIDE = 37,
    TAG_CREL = 0x40000026,
    TAG_ANDROID_REL = 0x6000000f,
    TAG_ANDROID_RELA = 0x60000011,
    TAG_ANDROID_RELR = 0x6fffe000,
    TAG_FLAGS_1 = 0x6ffffffb,

    FLAGS_TEXT_RELOCATIONS = 4,
    FLAGS_1_PIE = 0x08000000,

    DYNAMIC_STRIDE = 16,
    RELA_STRIDE = 24,
    WORD = 8,          /* bytes that a relocation covers; RELR's stride, too */
    BITMAP_WORDS = 63, /* that one bitmap of RELR speaks of */
    TYPE_NONE = 0,     /* on every machine */
};

static const struct {
    uint16_t machine;
    uint16_t relative;
} machines[] = {
    {ELF_MACHINE_X86_64, 8},
    {ELF_MACHINE_AARCH64, 1027},
    {ELF_MACHINE_RISCV, 3},
};

enum reason { NEEDS_SYMBOL, NEEDS_THREAD, NEEDS_CALL };

/* What a linker may leave behind when it was not told all (AMD64 supplement, table 4.9). */
static const struct {
    uint8_t type;
    uint8_t reason;
    char name[10];
} x86_64_types[] = {
    {1, NEEDS_SYMBOL, "64"},        {5, NEEDS_SYMBOL, "COPY"},     {6, NEEDS_SYMBOL, "GLOB_DAT"},
    {7, NEEDS_SYMBOL, "JUMP_SLOT"}, {10, NEEDS_SYMBOL, "32"},      {16, NEEDS_THREAD, "DTPMOD64"},
    {17, NEEDS_THREAD, "DTPOFF64"}, {18, NEEDS_THREAD, "TPOFF64"}, {36, NEEDS_THREAD, "TLSDESC"},
    {37, NEEDS_CALL, "IRELATIVE"},
};

#define TEXT_MEND "Compile with -fpie, let assembly address relative to %%rip, and link with -z text."

/* ---- where they are ---- */

/* A table as PT_DYNAMIC tells of it. */
struct told {
    uint64_t address; /* link address */
    uint64_t size;
    uint64_t stride;
};

struct dynamic {
    struct told rela, relr, plt;
    uint64_t plt_kind; /* TAG_RELA, or DT_REL's tag */
    uint64_t flags_1;
};

static enum status refuse_tag(const char *name, uint64_t tag, uint64_t value, struct error *error)
{
    switch (tag) {
    case TAG_NEEDED:
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: needs a shared library (DT_NEEDED), which a kernel cannot load. Link it with -static "
                         "-pie.",
                         name);
    case TAG_REL_SIZE:
        return value == 0 ? STATUS_OK
                          : error_set(error, STATUS_UNSUPPORTED,
                                      "%s: has relocations without addends (DT_REL). Link it with -z rela.", name);
    case TAG_FLAGS:
        if ((value & FLAGS_TEXT_RELOCATIONS) == 0)
            return STATUS_OK;
        /* fallthrough */
    case TAG_TEXT_RELOCATIONS:
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: has text relocations (DT_TEXTREL): addresses in its code. " TEXT_MEND, name);
    case TAG_CREL:
    case TAG_ANDROID_REL:
    case TAG_ANDROID_RELA:
    case TAG_ANDROID_RELR:
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: has a kind of relocations that Baton does not know (dynamic tag 0x%llx). Link it without "
                         "-z crel and --pack-dyn-relocs=android.",
                         name, (unsigned long long)tag);
    default:
        return STATUS_OK;
    }
}

static uint64_t *place_of_tag(struct dynamic *dynamic, uint64_t tag)
{
    switch (tag) {
    case TAG_RELA:
        return &dynamic->rela.address;
    case TAG_RELA_SIZE:
        return &dynamic->rela.size;
    case TAG_RELA_STRIDE:
        return &dynamic->rela.stride;
    case TAG_RELR:
        return &dynamic->relr.address;
    case TAG_RELR_SIZE:
        return &dynamic->relr.size;
    case TAG_RELR_STRIDE:
        return &dynamic->relr.stride;
    case TAG_PLT:
        return &dynamic->plt.address;
    case TAG_PLT_SIZE:
        return &dynamic->plt.size;
    case TAG_PLT_KIND:
        return &dynamic->plt_kind;
    case TAG_FLAGS_1:
        return &dynamic->flags_1;
    default:
        return NULL;
    }
}

/* Up to DT_NULL, or to the end of the segment. */
static enum status read_dynamic(const char *name, struct bytes bytes, struct dynamic *dynamic, struct error *error)
{
    uint64_t tag, value;

    for (uint64_t offset = 0;
         bytes_number(bytes, offset, 8, &tag) && tag != TAG_NULL && bytes_number(bytes, offset + 8, 8, &value);
         offset += DYNAMIC_STRIDE) {
        enum status status = refuse_tag(name, tag, value, error);
        uint64_t *place = place_of_tag(dynamic, tag);

        if (status != STATUS_OK)
            return status;
        if (place)
            *place = value;
    }
    return STATUS_OK;
}

static const struct image_part *part_around(const struct image *image, uint64_t offset, uint64_t size)
{
    for (size_t i = 0; i < image->part_count; i++) {
        const struct image_part *part = &image->parts[i];

        if (offset >= part->offset && offset - part->offset <= part->size &&
            size <= part->size - (offset - part->offset))
            return part;
    }
    return NULL;
}

static enum status add_table(const char *name, const struct told *told, uint64_t stride, const struct image *image,
                             struct relocations *relocations, struct error *error)
{
    uint64_t offset = told->address - image->base;
    const struct image_part *part;

    if (told->size == 0)
        return STATUS_OK;
    if (told->stride != stride || told->size % stride != 0)
        return error_set(error, STATUS_INVALID,
                         "%s: a table of relocations has %llu bytes in entries of %llu, and an entry has %llu. Link it "
                         "again.",
                         name, (unsigned long long)told->size, (unsigned long long)told->stride,
                         (unsigned long long)stride);
    part = told->address >= image->base ? part_around(image, offset, told->size) : NULL;
    if (!part)
        return error_set(error, STATUS_INVALID,
                         "%s: its relocations (%llu bytes at 0x%llx) do not lie in a segment's bytes in the file. Keep "
                         ".rela.dyn and .relr.dyn in the linker script, beside .rodata.",
                         name, (unsigned long long)told->size, (unsigned long long)told->address);
    relocations->tables[relocations->count++] =
        (struct relocation_table){part->file_offset + (offset - part->offset), offset, told->size, stride == WORD};
    return STATUS_OK;
}

enum status relocations_find(const char *name, struct bytes dynamic, const struct image *image, uint16_t machine,
                             struct relocations *ret_relocations, struct error *error)
{
    struct relocations relocations = {0};
    /* A size without an address lies nowhere. The stride of a procedure linkage table's relocations is not told. */
    struct dynamic told = {.rela = {UINT64_MAX, 0, 0}, .relr = {UINT64_MAX, 0, 0}, .plt = {UINT64_MAX, 0, RELA_STRIDE}};
    enum status status = read_dynamic(name, dynamic, &told, error);
    size_t i = 0;

    if (status != STATUS_OK)
        return status;
    while (i < sizeof(machines) / sizeof(machines[0]) && machines[i].machine != machine)
        i++;
    if (i == sizeof(machines) / sizeof(machines[0]))
        return error_set(error, STATUS_UNSUPPORTED, "%s: Baton cannot relocate kernels for %s (ELF machine %u)", name,
                         elf_machine_name(machine), machine);
    relocations.machine = machine;
    relocations.relative = machines[i].relative;
    relocations.movable = (told.flags_1 & FLAGS_1_PIE) != 0;
    if (told.plt.size > 0 && told.plt_kind != TAG_RELA)
        return refuse_tag(name, TAG_REL_SIZE, told.plt.size, error);
    status = add_table(name, &told.rela, RELA_STRIDE, image, &relocations, error);
    if (status == STATUS_OK)
        status = add_table(name, &told.plt, RELA_STRIDE, image, &relocations, error);
    if (status == STATUS_OK)
        status = add_table(name, &told.relr, WORD, image, &relocations, error);
    if (status == STATUS_OK)
        *ret_relocations = relocations;
    return status;
}

/* ---- what they say ---- */

/* RELR (generic ABI, "Relative Relocation Table"): an even word is an address to relocate; the bits of an odd one, but
 * the lowest, stand for the 63 words that follow what was spoken of last. */
struct packed {
    struct bytes table;
    uint64_t position; /* in the table */
    uint64_t base;     /* where the bits begin; this and what follows are offsets in the image */
    uint64_t bits;     /* of which words are still to come */
    uint64_t next;     /* where the next bitmap begins: a table that fits into an image is too short to make it wrap */
};

static bool packed_next(struct packed *packed, const struct image *image, uint64_t *ret_offset)
{
    uint64_t word;

    while (packed->bits == 0) {
        if (!bytes_number(packed->table, packed->position, WORD, &word))
            return false;
        packed->position += WORD;
        packed->base = word & 1 ? packed->next : word - image->base;
        packed->bits = word & 1 ? word >> 1 : 1;
        packed->next = packed->base + (word & 1 ? BITMAP_WORDS * WORD : WORD);
    }
    *ret_offset = packed->base + WORD * (uint64_t)__builtin_ctzll(packed->bits);
    packed->bits &= packed->bits - 1;
    return true;
}

struct relocation {
    uint64_t offset; /* from the image's base */
    uint32_t type;
    uint64_t addend;
};

static bool read_rela(struct bytes table, uint64_t position, const struct image *image, struct relocation *ret)
{
    uint64_t address, type;

    if (!bytes_number(table, position, 8, &address) || !bytes_number(table, position + 8, 4, &type) ||
        !bytes_number(table, position + 16, 8, &ret->addend))
        return false;
    ret->offset = address - image->base;
    ret->type = (uint32_t)type;
    return true;
}

/* ---- checking ---- */

struct check {
    const char *name;
    const struct image *image;
    const struct image_segment *segment; /* where the last word lay: the next one mostly lies there, too */
    struct error *error;
};

static bool is_in(const struct image_segment *segment, uint64_t offset)
{
    return segment && offset >= segment->offset && segment->size >= WORD &&
           offset - segment->offset <= segment->size - WORD;
}

/* The word at `offset`, which may be any number. */
static enum status check_word(struct check *check, uint64_t offset)
{
    const unsigned long long address = check->image->base + offset;

    if (!is_in(check->segment, offset))
        check->segment = image_segment_before(check->image, offset);
    if (!is_in(check->segment, offset))
        return error_set(check->error, STATUS_INVALID,
                         "%s: the 8 bytes of the relocation at 0x%llx do not lie inside one segment. Link it again.",
                         check->name, address);
    if (check->segment->permissions & PERMIT_EXECUTE)
        return error_set(check->error, STATUS_UNSUPPORTED,
                         "%s: the relocation at 0x%llx is an address in code (segment %u). " TEXT_MEND, check->name,
                         address, check->segment->number);
    return STATUS_OK;
}

static const char *reason_text(uint8_t reason)
{
    if (reason == NEEDS_SYMBOL)
        return "needs a symbol that is undefined or visible from outside. Define it, compile with "
               "-fvisibility=hidden, and link with -static -pie.";
    return reason == NEEDS_THREAD ? "is for thread-local data. Do without it." : "is for an ifunc. Do without it.";
}

static enum status refuse_type(const struct check *check, const struct relocations *relocations,
                               const struct relocation *relocation)
{
    const unsigned long long address = check->image->base + relocation->offset;

    for (size_t i = 0; i < sizeof(x86_64_types) / sizeof(x86_64_types[0]); i++) {
        if (relocations->machine == ELF_MACHINE_X86_64 && relocation->type == x86_64_types[i].type)
            return error_set(check->error, STATUS_UNSUPPORTED, "%s: the relocation at 0x%llx (R_X86_64_%s) %s",
                             check->name, address, x86_64_types[i].name, reason_text(x86_64_types[i].reason));
    }
    return error_set(check->error, STATUS_UNSUPPORTED,
                     "%s: the relocation at 0x%llx has type %u, and Baton knows only the relative one (%u). Link it "
                     "with -static -pie.",
                     check->name, address, relocation->type, relocations->relative);
}

static enum status check_rela(struct check *check, const struct relocations *relocations, struct bytes table)
{
    struct relocation relocation;
    enum status status = STATUS_OK;

    for (uint64_t at = 0; status == STATUS_OK && read_rela(table, at, check->image, &relocation); at += RELA_STRIDE) {
        if (relocation.type == relocations->relative)
            status = check_word(check, relocation.offset);
        else if (relocation.type != TYPE_NONE)
            status = refuse_type(check, relocations, &relocation);
    }
    return status;
}

static enum status check_packed(struct check *check, struct bytes table)
{
    struct packed packed = {.table = table};
    enum status status = STATUS_OK;
    uint64_t offset;

    if (table.size > 0 && (table.data[0] & 1))
        return error_set(check->error, STATUS_INVALID,
                         "%s: its packed relocations (RELR) do not begin with an address. Link it again.", check->name);
    while (status == STATUS_OK && packed_next(&packed, check->image, &offset))
        status = check_word(check, offset);
    return status;
}

enum status relocations_check(const char *name, const struct relocations *relocations, const struct bytes *tables,
                              const struct image *image, struct error *error)
{
    struct check check = {name, image, NULL, error};
    enum status status = STATUS_OK;

    for (size_t i = 0; i < relocations->count && status == STATUS_OK; i++)
        status = relocations->tables[i].packed ? check_packed(&check, tables[i])
                                               : check_rela(&check, relocations, tables[i]);
    return status;
}

/* ---- applying ---- */

static void write_word(const struct image *image, uint8_t *memory, uint64_t offset, uint64_t value)
{
    if (offset <= image->size - WORD)
        memcpy(memory + offset, &value, WORD);
}

static uint64_t read_word(const struct image *image, const uint8_t *memory, uint64_t offset)
{
    uint64_t value = 0;

    if (offset <= image->size - WORD)
        memcpy(&value, memory + offset, WORD);
    return value;
}

void relocations_apply(const struct relocations *relocations, const struct bytes *tables, const struct image *image,
                       uint8_t *memory, uint64_t slide)
{
    for (size_t i = 0; i < relocations->count; i++) {
        struct packed packed = {.table = tables[i]};
        struct relocation relocation;
        uint64_t offset;

        while (relocations->tables[i].packed && packed_next(&packed, image, &offset))
            write_word(image, memory, offset, read_word(image, memory, offset) + slide);
        for (uint64_t at = 0; !relocations->tables[i].packed && read_rela(tables[i], at, image, &relocation);
             at += RELA_STRIDE) {
            if (relocation.type == relocations->relative)
                write_word(image, memory, relocation.offset, relocation.addend + slide);
        }
    }
}
