/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel: sections 1.1 (ELF), 2 (wishes), 3.1 and 3.2 (where it lies) of the specification. */
#include "second.h"

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

/* Packed, since a file may have it at any offset. */
#pragma pack(push, 1)
struct segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
#pragma pack(pop)

enum { ET_EXEC = 2, ET_DYN = 3, EM_X86_64 = 62, PN_XNUM = 0xffff };
enum { PT_LOAD = 1, PT_DYNAMIC = 2, PT_INTERP = 3, PT_NOTE = 4, PT_GNU_RELRO = 0x6474e552 };
enum { PF_X = 1, PF_W = 2 };
enum { DT_NEEDED = 1, DT_PLTRELSZ, DT_RELA = 7, DT_RELASZ, DT_RELAENT, DT_REL = 17, DT_PLTREL = 20 };
enum { DT_TEXTREL = 22, DT_JMPREL, DT_FLAGS = 30, DT_RELRSZ = 35, DT_RELR, DT_RELRENT, DT_FLAGS_1 = 0x6ffffffb };
enum { DF_TEXTREL = 4, DF_1_PIE = 0x08000000 };
enum { R_X86_64_NONE = 0, R_X86_64_RELATIVE = 8 };

#define TWO_MIB      0x200000ULL
#define UPPER_MIDDLE 0xffffc00000000000ULL /* the direct map is on the kernel's other side of this address */

struct kernel kernel;
static uint64_t dynamic[64]; /* the values of PT_DYNAMIC's tags below 64 */
static uint64_t dynamic_tags, dynamic_flags_1;
static bool has_dynamic;

static const struct elf_header *header(void)
{
    return (const void *)kernel.file;
}

static bool in_file(uint64_t offset, uint64_t size)
{
    return offset <= kernel.file_size && size <= kernel.file_size - offset;
}

/* The next segment of the type behind `before`, or the first one for NULL; PT_LOADs without memory do not count. */
static const struct segment *next_segment(const struct segment *before, uint32_t type)
{
    const uint8_t *first = kernel.file + header()->phoff;
    const uint8_t *at = before ? (const uint8_t *)before + header()->phentsize : first;

    for (; at < first + (uint64_t)header()->phentsize * header()->phnum; at += header()->phentsize) {
        const struct segment *s = (const void *)at;
        if (s->type == type && (type != PT_LOAD || s->memsz > 0))
            return s;
    }
    return NULL;
}

/* A segment's last byte: a kernel may end at 2^64. */
static uint64_t last_of(const struct segment *s)
{
    return s->vaddr + s->memsz - 1;
}

/* The segment that has all of [start, start + size) of the addresses as linked; NULL when none has. */
static const struct segment *segment_of(uint64_t start, uint64_t size)
{
    for (const struct segment *s = NULL; (s = next_segment(s, PT_LOAD)) != NULL;)
        if (contains((struct range){s->vaddr, s->memsz}, start) && size <= s->memsz - (start - s->vaddr))
            return s;
    return NULL;
}

static bool check_segment(const struct segment *s)
{
    if (last_of(s) < s->vaddr)
        return refuse("the segment at %x wraps around the end of the address space", s->vaddr);
    if (s->filesz > s->memsz || !in_file(s->offset, s->filesz))
        return refuse("the segment at %x is not in the file", s->vaddr);
    if ((s->flags & PF_W) && (s->flags & PF_X))
        return refuse("the segment at %x is writable and executable", s->vaddr);
    if (s->vaddr < UPPER_HALF && last_of(s) >= LOWER_END)
        return refuse("the segment at %x is in neither half of the address space", s->vaddr);
    for (const struct segment *t = s; (t = next_segment(t, PT_LOAD)) != NULL;)
        if (s->vaddr <= last_of(t) && t->vaddr <= last_of(s))
            return refuse("the segments at %x and %x overlap", s->vaddr, t->vaddr);
    return true;
}

/* Checks every segment and finds the range. */
static bool read_segments(void)
{
    uint64_t first = UINT64_MAX, last = 0;

    if (next_segment(NULL, PT_INTERP))
        return refuse("the kernel wants an interpreter (PT_INTERP)");
    kernel.align = PAGE;
    for (const struct segment *s = NULL; (s = next_segment(s, PT_LOAD)) != NULL;) {
        if (!check_segment(s))
            return false;
        first = s->vaddr < first ? s->vaddr : first;
        last = last_of(s) > last ? last_of(s) : last;
        if ((s->align & (s->align - 1)) == 0 && s->align > kernel.align)
            kernel.align = s->align < TWO_MIB ? s->align : TWO_MIB;
    }
    if (first > last)
        return refuse("the kernel has nothing to load");
    if (first < UPPER_HALF && last >= UPPER_HALF)
        return refuse("the kernel lies in both halves of the address space");
    kernel.link_base = page_down(first);
    kernel.size = (last | (PAGE - 1)) - kernel.link_base + 1;
    if (kernel.link_base % kernel.align != 0)
        kernel.align = PAGE;
    kernel.low = !kernel.movable && first < UPPER_HALF;
    if (!kernel.movable && kernel.link_base == 0)
        return refuse("the kernel is linked at page 0");
    kernel.entry = header()->entry;
    const struct segment *s = segment_of(kernel.entry, 1);
    return (s && (s->flags & PF_X)) || refuse("the entry point is not in an executable segment");
}

static bool read_dynamic(void)
{
    for (const struct segment *s = NULL; (s = next_segment(s, PT_DYNAMIC)) != NULL;) {
        has_dynamic = true;
        if (!in_file(s->offset, s->filesz))
            return refuse("PT_DYNAMIC is not in the file");
        for (uint64_t at = 0; at + 16 <= s->filesz; at += 16) {
            uint64_t entry[2]; /* tag, value */
            memcpy(entry, kernel.file + s->offset + at, 16);
            if (entry[0] == 0)
                break;
            if (entry[0] < 64) {
                dynamic_tags |= 1ULL << entry[0];
                dynamic[entry[0]] = entry[1];
            } else if (entry[0] == DT_FLAGS_1) {
                dynamic_flags_1 = entry[1];
            }
        }
    }
    if (header()->type == ET_DYN && !has_dynamic)
        return refuse("the kernel can be moved, but has no PT_DYNAMIC");
    kernel.movable = header()->type == ET_DYN || (dynamic_flags_1 & DF_1_PIE);
    if ((dynamic_tags & (1ULL << DT_NEEDED | 1ULL << DT_REL | 1ULL << DT_TEXTREL)) || (dynamic[DT_FLAGS] & DF_TEXTREL))
        return refuse("the kernel needs libraries, DT_REL or relocations in code");
    if (((dynamic_tags >> DT_RELAENT & 1) && dynamic[DT_RELAENT] != 24) ||
        ((dynamic_tags >> DT_RELRENT & 1) && dynamic[DT_RELRENT] != 8) ||
        ((dynamic_tags >> DT_PLTREL & 1) && dynamic[DT_PLTREL] != DT_RELA))
        return refuse("the kernel's relocations have another form");
    return true;
}

static bool read_note(const struct baton_note *note, uint64_t room)
{
    const uint8_t *descriptor = (const uint8_t *)&note->version;

    if (note->descriptor_size < 36 || note->descriptor_size > room - offsetof(struct baton_note, version))
        return refuse("the kernel's note has a descriptor of %u bytes", (uint64_t)note->descriptor_size);
    if (note->version != BATON_VERSION)
        return refuse("the kernel was written for version %u of the protocol", (uint64_t)note->version);
    for (uint32_t i = 36; i < note->descriptor_size; i++)
        if (descriptor[i] != 0)
            return refuse("the kernel's note says something that this loader does not know");
    memcpy(&kernel.required, note->required, 8);
    memcpy(&kernel.wanted, note->wanted, 8);
    memcpy(&kernel.stack_size, note->stack_size, 8);
    memcpy(&kernel.minimum_ram, note->minimum_ram, 8);
    return true;
}

static bool read_wishes(void)
{
    const struct baton_note *found = NULL;
    uint32_t segments = 0;

    for (const struct segment *s = NULL; (s = next_segment(s, PT_NOTE)) != NULL;) {
        if (++segments > 8)
            return refuse("the kernel has more than 8 PT_NOTE segments");
        if (!in_file(s->offset, s->filesz))
            return refuse("a PT_NOTE segment is not in the file");
        for (uint64_t at = 0; at + offsetof(struct baton_note, version) <= s->filesz; at += 4) {
            const struct baton_note *note = (const void *)(kernel.file + s->offset + at);
            if (note->name_size != 6 || note->kind != BATON_NOTE_WISHES || memcmp(note->name, "Baton\0\0", 8) != 0 ||
                note == found) /* two segments may share a note */
                continue;
            if (found)
                return refuse("the kernel has two notes with wishes");
            found = note;
            if (!read_note(note, s->filesz - at))
                return false;
        }
    }
    return true;
}

bool kernel_read_header(void)
{
    const struct elf_header *h = header();

    if (kernel.file_size < sizeof *h || memcmp(h->ident, "\177ELF\2\1", 6) != 0 || h->machine != EM_X86_64)
        return refuse("the kernel is not an ELF64 file for x86_64");
    if (h->type != ET_EXEC && h->type != ET_DYN)
        return refuse("the kernel is of ELF type %u, which cannot be started", (uint64_t)h->type);
    if (h->phentsize < sizeof(struct segment) || h->phnum == PN_XNUM ||
        !in_file(h->phoff, (uint64_t)h->phentsize * h->phnum))
        return refuse("the kernel's program headers are not in the file");
    return read_dynamic() && read_segments() && read_wishes();
}

/* Every feature that is required must be there, whatever else it means. */
bool kernel_check_features(void)
{
    static const char *const names[] = {"framebuffer",  "ACPI",        "device tree", "entropy",
                                        "EL2",          "no-execute",  "minimum RAM", "identity map",
                                        "random slide", "kernel file", "five levels"};
    uint32_t cpu[4];
    cpuid(0x80000001, 0, cpu);
    if (!(cpu[3] >> 20 & 1))
        return refuse("the processor cannot forbid execution");

    uint64_t there = BATON_FEATURE_NO_EXECUTE | BATON_FEATURE_IDENTITY_MAP | BATON_FEATURE_KERNEL_FILE;
    there |= machine.screen_count > 0 ? BATON_FEATURE_FRAMEBUFFER : 0;
    there |= draft.rsdp ? BATON_FEATURE_ACPI : 0;
    there |= machine.have_random ? BATON_FEATURE_ENTROPY : 0;
    there |= machine.have_random && kernel.movable ? BATON_FEATURE_RANDOM_SLIDE : 0;
    there |= kernel.minimum_ram <= conventional_ram() ? BATON_FEATURE_MINIMUM_RAM : 0;
    there |= five_levels() ? BATON_FEATURE_FIVE_LEVELS : 0;
    for (uint64_t bit = 0; bit < 64; bit++)
        if ((kernel.required & ~there) >> bit & 1)
            return refuse("the kernel requires feature %u, %s, which is not there", bit,
                          bit < 11 ? names[bit] : "unknown to this loader");
    return true;
}

static uint64_t random_below(uint64_t limit)
{
    uint64_t n = 0;
    random_bytes(&n, sizeof n);
    return n % limit;
}

/* Section 3.2. The limit is the room from the start address on: it may be the end of the address space. */
static bool choose_slide(void)
{
    kernel.address = kernel.link_base;
    if (!kernel.movable)
        return true;
    if (kernel.link_base < UPPER_HALF)
        kernel.address = 0xffffffff80000000;
    uint64_t room = (kernel.address < UPPER_MIDDLE ? UPPER_MIDDLE : 0) - kernel.address;
    if (kernel.size > 0 - kernel.address)
        return refuse("the kernel is too large for the address space");
    room = room < GIB ? room : GIB;
    if (kernel.random && kernel.size <= room)
        kernel.address += random_below((room - kernel.size) / TWO_MIB + 1) * TWO_MIB;
    return true;
}

bool kernel_choose_addresses(void)
{
    uint64_t wishes = kernel.required | kernel.wanted, addition = 0;

    kernel.identity = !kernel.low && (wishes & BATON_FEATURE_IDENTITY_MAP);
    kernel.random = !kernel.low && (wishes & BATON_FEATURE_RANDOM_SLIDE);
    if (kernel.random && !machine.have_random) {
        kernel.random = false;
        if (!(kernel.required & BATON_FEATURE_RANDOM_SLIDE)) /* else the boot is refused */
            say("warning: the kernel wants a random place, but there are no random numbers");
    }
    if (!choose_slide())
        return false;
    kernel.reach = LOWER_END;
    if (kernel.low)
        return true;
    if (kernel.address < UPPER_MIDDLE && kernel.size > UPPER_MIDDLE - kernel.address)
        return refuse("the kernel lies on both sides of %x", UPPER_MIDDLE);
    if (kernel.random)
        addition = kernel.identity ? random_below(64) * 512 * GIB : random_below(32768) * GIB;
    kernel.direct_base = (kernel.address < UPPER_MIDDLE ? UPPER_MIDDLE : UPPER_HALF) + addition;
    kernel.reach = 64 * TIB - addition;
    return true;
}

/* ---- loading: from here on `physical` and `pages` are set, and the run is all zeros ---- */

static uint8_t *loaded(uint64_t linked)
{
    return (uint8_t *)(kernel.physical + (linked - kernel.link_base));
}

static bool set_page_access(void)
{
    for (const struct segment *s = NULL; (s = next_segment(s, PT_LOAD)) != NULL;) {
        uint64_t last = (last_of(s) - kernel.link_base) / PAGE;
        for (uint64_t n = (s->vaddr - kernel.link_base) / PAGE; n <= last; n++) {
            if (kernel.pages[n])
                say("warning: two segments share the page at %x", kernel.link_base + n * PAGE);
            kernel.pages[n] |= (s->flags & PF_W ? PAGE_WRITE : PAGE_READ) | (s->flags & PF_X ? PAGE_EXECUTE : 0);
            if ((kernel.pages[n] & PAGE_WRITE) && (kernel.pages[n] & PAGE_EXECUTE))
                return refuse("the page at %x is writable and executable", kernel.link_base + n * PAGE);
        }
    }
    return true;
}

static bool set_relro(const struct segment *relro)
{
    bool starts_segment = false, shares_page = false;

    for (const struct segment *s = NULL; (s = next_segment(s, PT_LOAD)) != NULL;) {
        starts_segment |= s->vaddr == relro->vaddr;
        shares_page |= s->vaddr < relro->vaddr && page_down(last_of(s)) == page_down(relro->vaddr);
    }
    /* From here on as distances from the link base: a kernel may end at 2^64. */
    uint64_t start = relro->vaddr - kernel.link_base, end = page_down(start + relro->memsz);
    for (uint64_t at = starts_segment && !shares_page ? page_down(start) : page_up(start); at < end; at += PAGE) {
        if (at >= kernel.size || kernel.pages[at / PAGE] != PAGE_WRITE)
            return refuse("PT_GNU_RELRO has the page at %x, which is not one of writable segments alone",
                          kernel.link_base + at);
        kernel.pages[at / PAGE] = PAGE_READ;
    }
    return true;
}

static bool relocate_word(uint64_t where, const uint64_t *addend)
{
    const struct segment *s = segment_of(where, 8);
    uint64_t value;

    if (!s || (s->flags & PF_X))
        return refuse("a relocation at %x does not lie in a segment, or in one that is executable", where);
    memcpy(&value, addend ? (const void *)addend : loaded(where), 8);
    value += kernel.address - kernel.link_base;
    memcpy(loaded(where), &value, 8);
    return true;
}

static bool is_table(uint64_t table, uint64_t size, uint64_t entry_size)
{
    const struct segment *s = segment_of(table, size);

    return (size % entry_size == 0 && s && table - s->vaddr <= s->filesz && size <= s->filesz - (table - s->vaddr)) ||
           refuse("the table of relocations at %x is broken", table);
}

static bool relocate_rela(uint64_t table, uint64_t size)
{
    if (size == 0)
        return true;
    if (!is_table(table, size, 24))
        return false;
    for (uint64_t at = 0; at < size; at += 24) {
        uint64_t r[3]; /* where, type and symbol, addend */
        memcpy(r, loaded(table + at), 24);
        if ((uint32_t)r[1] == R_X86_64_NONE)
            continue;
        if (r[1] != R_X86_64_RELATIVE)
            return refuse("a relocation at %x is of type %u, symbol %u", r[0], r[1] & 0xffffffff, r[1] >> 32);
        if (!relocate_word(r[0], &r[2]))
            return false;
    }
    return true;
}

/* An even word is where a word is to be relocated; an odd one has a bit for each of the 63 words behind the last. */
static bool relocate_relr(uint64_t table, uint64_t size)
{
    uint64_t where = 0;

    if (size == 0)
        return true;
    if (!is_table(table, size, 8))
        return false;
    for (uint64_t at = 0; at < size; at += 8) {
        uint64_t word;
        memcpy(&word, loaded(table + at), 8);
        if (!(word & 1)) {
            if (!relocate_word(word, NULL))
                return false;
            where = word + 8;
            continue;
        }
        for (uint32_t bit = 0; (word >>= 1) != 0; bit++)
            if ((word & 1) && !relocate_word(where + bit * 8, NULL))
                return false;
        where += 63 * 8;
    }
    return true;
}

bool kernel_load(void)
{
    for (const struct segment *s = NULL; (s = next_segment(s, PT_LOAD)) != NULL;)
        memcpy(loaded(s->vaddr), kernel.file + s->offset, s->filesz);
    if (!set_page_access())
        return false;
    for (const struct segment *r = NULL; (r = next_segment(r, PT_GNU_RELRO)) != NULL;)
        if (!set_relro(r))
            return false;
    return relocate_relr(dynamic[DT_RELR], dynamic[DT_RELRSZ]) && relocate_rela(dynamic[DT_RELA], dynamic[DT_RELASZ]) &&
           relocate_rela(dynamic[DT_JMPREL], dynamic[DT_PLTRELSZ]);
}
