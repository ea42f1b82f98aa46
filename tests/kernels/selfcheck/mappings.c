/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Section 3: the page tables, all of them, against the list of what there is to be. They are walked once for all the
 * checks here; each says what was found for it.
 */
#include "selfcheck.h"

#include "format.h"
#include "memory.h"

#define MAX_LEAVES 12288
#define MAX_TABLES 4096

enum finding {
    TABLES,
    ONLY_TABLES,
    DIRECT,
    IDENTITY,
    KERNEL,
    TRAMPOLINE,
    FRAMEBUFFER,
    SERIAL,
    NOTHING_ELSE,
    NO_DEVICES,
    PAGE_ZERO,
    GUARD,
    CACHING,
    WRITE_XOR_EXECUTE,
    SUPERVISOR,
    NOT_GLOBAL,
    ACCESSED,
    LARGE,
    ALIASES,
    FINDINGS
};

struct leaf {
    uint64_t address, size;
};

static char findings[FINDINGS][200];
static struct mapping actual[MAX_MAPPINGS];
static struct expected promised[MAX_MAPPINGS];
static struct leaf leaves[MAX_LEAVES];
static uint64_t tables[MAX_TABLES];
static unsigned actual_count, promised_count, leaf_count, table_count;

static void __attribute__((format(printf, 2, 3))) find(enum finding finding, const char *format, ...)
{
    va_list arguments;

    if (findings[finding][0] != '\0')
        return;
    va_start(arguments, format);
    format_list(findings[finding], sizeof(findings[finding]), format, arguments);
    va_end(arguments);
}

/* ---- the walk ---- */

static void visit_run(void *context, const struct mapping *mapping)
{
    (void)context;
    if (actual_count == MAX_MAPPINGS)
        find(TABLES, "more than %u runs of mappings: too many for this test", MAX_MAPPINGS);
    else
        actual[actual_count++] = *mapping;
}

static void visit_leaf(void *context, const struct mapping *leaf)
{
    (void)context;
    if (leaf_count == MAX_LEAVES)
        find(TABLES, "more than %u leaves: too many for this test", MAX_LEAVES);
    else
        leaves[leaf_count++] = (struct leaf){leaf->address, leaf->size};
    if (!(leaf->flags & MAPPED_ACCESSED) || !(leaf->flags & MAPPED_DIRTY))
        find(ACCESSED, "the leaf of %#lx or a table above it is not accessed, or it is not dirty", leaf->address);
}

static void visit_table(void *context, uint64_t physical, unsigned level)
{
    if (table_count == MAX_TABLES)
        find(TABLES, "more than %u page tables: too many for this test", MAX_TABLES);
    else
        tables[table_count++] = physical;
    if (!map_is_kind(context, physical, PAGE, BATON_MEMORY_PAGE_TABLES))
        find(TABLES, "the level-%u table at %#lx is not of the kind page tables", level, physical);
}

/* There may be room for more tables than there are. */
static void look_at_table_entries(const struct subject *subject)
{
    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map) {
        bool any = entry->kind != BATON_MEMORY_PAGE_TABLES;

        for (unsigned i = 0; i < table_count && !any; i++)
            any = tables[i] - entry->base < entry->size;
        if (!any)
            find(ONLY_TABLES, "the entry at %#lx is of the kind page tables, and has none", entry->base);
    }
}

/* ---- one run alone ---- */

static void look_at_kernel_pages(const struct subject *subject, const struct mapping *run)
{
    const struct baton_kernel *kernel = &subject->baton->kernel;

    if (!(run->flags & MAPPED_WRITE))
        return;
    for (uint64_t page = kernel->physical; page < kernel->physical + kernel->size; page += PAGE) {
        uint32_t flags = image_page_flags(&subject->image, subject->image.link_base + page - kernel->physical);

        if (page >= run->physical && page - run->physical < run->size && flags != PAGE_NOTHING &&
            !(flags & MAPPED_WRITE))
            find(ALIASES, "the kernel's read-only page %#lx is writable at %#lx", page,
                 run->address + page - run->physical);
    }
}

static void look_at_run(const struct subject *subject, const struct mapping *run)
{
    bool flat_kernel =
        subject->image.flat && run->physical - subject->baton->kernel.physical < subject->baton->kernel.size;

    if (run->flags & MAPPED_WRITE && run->flags & MAPPED_EXECUTE && !flat_kernel)
        find(WRITE_XOR_EXECUTE, "%#lx-%#lx is writable and executable", run->address, run->address + run->size);
    if (run->flags & MAPPED_USER)
        find(SUPERVISOR, "%#lx-%#lx is for user mode", run->address, run->address + run->size);
    if (run->flags & MAPPED_GLOBAL)
        find(NOT_GLOBAL, "%#lx-%#lx is global", run->address, run->address + run->size);
    look_at_kernel_pages(subject, run);
}

/* Where something that the loader placed begins or ends, pages may be smaller than what all of them would allow. */
static bool has_edge(const struct subject *subject, uint64_t physical, uint64_t size)
{
    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map) {
        bool overlaps = entry->base < physical + size && entry->base + entry->size > physical;
        bool whole = entry->base <= physical && entry->base + entry->size >= physical + size;

        if (overlaps && (entry->kind == BATON_MEMORY_KERNEL || (kind_is_placed(entry->kind) && !whole)))
            return true;
    }
    return false;
}

/* A leaf is too small when the next larger size around it lies in the same run. */
static bool is_too_small(const struct subject *subject, const struct leaf *leaf, const struct mapping *run,
                         uint64_t largest)
{
    uint64_t size = leaf->size << 9;
    uint64_t start = leaf->address & ~(size - 1);

    return size <= largest && start >= run->address && start - run->address + size <= run->size &&
           (run->address - run->physical) % size == 0 &&
           !has_edge(subject, run->physical + (start - run->address), size);
}

static void look_at_sizes(const struct subject *subject)
{
    const uint64_t largest = machine_largest_leaf();
    unsigned at = 0;

    for (unsigned i = 0; i < leaf_count; i++) {
        while (at < actual_count && actual[at].address + actual[at].size - 1 < leaves[i].address)
            at++;
        if (at < actual_count && is_too_small(subject, &leaves[i], &actual[at], largest))
            find(LARGE, "%#lx is mapped by %#lx bytes, and %#lx would fit", leaves[i].address, leaves[i].size,
                 leaves[i].size << 9);
    }
}

/* ---- two lists side by side ---- */

static enum finding finding_of(const struct expected *expected)
{
    static const struct {
        const char *region;
        enum finding finding;
    } regions[] = {{"direct-mapping", DIRECT},           {"identity-mapping", IDENTITY},
                   {"kernel-mapping", KERNEL},           {"trampoline-mapping", TRAMPOLINE},
                   {"framebuffer-mapping", FRAMEBUFFER}, {"serial-mapping", SERIAL}};

    for (size_t i = 0; i < COUNT(regions); i++)
        if (strings_equal(expected->region, regions[i].region))
            return regions[i].finding;
    return NOTHING_ELSE;
}

static void found_missing(const struct expected *expected, uint64_t from, uint64_t to)
{
    find(finding_of(expected), "%#lx-%#lx is not mapped", from, to);
}

static void found_extra(const struct subject *subject, const struct mapping *run, uint64_t from, uint64_t to)
{
    uint64_t physical = run->physical + from - run->address;
    uint64_t guard = subject->baton->stack.base - PAGE;
    uint64_t identical = guard - subject->baton->direct_map.base;
    const struct baton_memory *entry = map_entry(subject, physical);
    uint64_t base = subject->baton->direct_map.base;

    if (from == 0 || (from <= base && to > base))
        find(PAGE_ZERO, "page 0 is mapped at %#lx", from);
    else if ((from <= guard && to > guard) || (from <= identical && to > identical))
        find(GUARD, "the guard page %#lx is mapped", guard);
    else if (from - physical == base && (!entry || entry->kind >= BATON_MEMORY_PERSISTENT))
        find(NO_DEVICES, "%#lx-%#lx maps %#lx, memory of kind %u", from, to, physical, entry ? entry->kind : 0);
    else
        find(NOTHING_ELSE, "%#lx-%#lx maps %#lx, and is on no list", from, to, physical);
}

static void compare_piece(const struct mapping *run, const struct expected *expected, uint64_t at)
{
    const uint32_t mask = MAPPED_WRITE | MAPPED_EXECUTE;
    uint64_t physical = run->physical + at - run->address;
    uint64_t right = expected->physical + at - expected->address;
    uint32_t type = machine_memory_type(run->cache);

    if (physical != right)
        find(finding_of(expected), "%#lx maps %#lx instead of %#lx", at, physical, right);
    if ((run->flags & mask) != expected->flags)
        find(finding_of(expected), "%#lx has access %#x instead of %#x (1 write, 2 execute)", at, run->flags & mask,
             expected->flags);
    if (type != expected->type)
        find(CACHING, "%#lx (%s) has memory type %u instead of %u", at, expected->region, type, expected->type);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Ends are last bytes here: the last mapping may reach the end of the address space. */
static void compare(const struct subject *subject)
{
    unsigned i = 0, k = 0;
    uint64_t at_run = actual_count ? actual[0].address : 0;
    uint64_t at_list = promised_count ? promised[0].address : 0;

    while (i < actual_count || k < promised_count) {
        uint64_t run_last = i < actual_count ? actual[i].address + actual[i].size - 1 : 0;
        uint64_t list_last = k < promised_count ? promised[k].address + promised[k].size - 1 : 0;
        uint64_t last;

        if (k == promised_count || (i < actual_count && at_run < at_list)) {
            last = k == promised_count ? run_last : least(run_last, at_list - 1);
            found_extra(subject, &actual[i], at_run, last + 1);
            at_run = last + 1;
        } else if (i == actual_count || at_list < at_run) {
            last = i == actual_count ? list_last : least(list_last, at_run - 1);
            found_missing(&promised[k], at_list, last + 1);
            at_list = last + 1;
        } else {
            last = least(run_last, list_last);
            compare_piece(&actual[i], &promised[k], at_run);
            at_run = at_list = last + 1;
        }
        if (i < actual_count && at_run == run_last + 1 && ++i < actual_count)
            at_run = actual[i].address;
        if (k < promised_count && at_list == list_last + 1 && ++k < promised_count)
            at_list = promised[k].address;
    }
}

/* ---- checks ---- */

static void say(enum finding finding)
{
    if (findings[finding][0] != '\0')
        broken("%s", findings[finding]);
}

static void check_tables(struct subject *subject)
{
    const struct paging_visitor visitor = {visit_run, visit_table, visit_leaf, true, subject};
    struct paging_counts counts;

    memset(findings, 0, sizeof(findings));
    actual_count = leaf_count = table_count = 0;
    promised_count = expected_collect(subject, promised, MAX_MAPPINGS);
    if (!paging_walk(subject->baton, &visitor, &counts))
        find(TABLES, "a page table cannot be read through the direct map");
    for (unsigned i = 0; i < actual_count; i++)
        look_at_run(subject, &actual[i]);
    look_at_sizes(subject);
    look_at_table_entries(subject);
    compare(subject);
    say(TABLES);
}

static void check_end(struct subject *subject)
{
    uint64_t end = 0;

    for (unsigned i = 0; i < promised_count; i++)
        if (strings_equal(promised[i].region, "direct-mapping"))
            end = promised[i].address + promised[i].size;
    expect_equal("direct_map.end", subject->baton->direct_map.end, end);
}

#define SAYING(name, finding)                                                                                          \
    static void name(struct subject *subject)                                                                          \
    {                                                                                                                  \
        (void)subject;                                                                                                 \
        say(finding);                                                                                                  \
    }

SAYING(check_only_tables, ONLY_TABLES)
SAYING(check_direct, DIRECT)
SAYING(check_identity, IDENTITY)
SAYING(check_kernel, KERNEL)
SAYING(check_trampoline, TRAMPOLINE)
SAYING(check_framebuffer, FRAMEBUFFER)
SAYING(check_serial, SERIAL)
SAYING(check_nothing_else, NOTHING_ELSE)
SAYING(check_no_devices, NO_DEVICES)
SAYING(check_page_zero, PAGE_ZERO)
SAYING(check_guard, GUARD)
SAYING(check_caching, CACHING)
SAYING(check_write_xor_execute, WRITE_XOR_EXECUTE)
SAYING(check_supervisor, SUPERVISOR)
SAYING(check_not_global, NOT_GLOBAL)
SAYING(check_accessed, ACCESSED)
SAYING(check_large, LARGE)
SAYING(check_aliases, ALIASES)

static const struct check checks[] = {
    {"page-tables", check_tables},
    {"map-page-tables", check_only_tables},
    {"direct-map-end", check_end},
    {"direct-mapping", check_direct},
    {"identity-mapping", check_identity},
    {"kernel-mapping", check_kernel},
    {"trampoline-mapping", check_trampoline},
    {"framebuffer-mapping", check_framebuffer},
    {"serial-mapping", check_serial},
    {"nothing-else-mapped", check_nothing_else},
    {"no-devices-mapped", check_no_devices},
    {"page-zero-unmapped", check_page_zero},
    {"guard-unmapped", check_guard},
    {"caching", check_caching},
    {"write-xor-execute", check_write_xor_execute},
    {"supervisor", check_supervisor},
    {"not-global", check_not_global},
    {"accessed-dirty", check_accessed},
    {"large-pages", check_large},
    {"kernel-aliases", check_aliases},
};
const struct check_list mappings_checks = {checks, COUNT(checks)};
