/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies in the live page tables. They are told about memory that nothing here uses. */
#include "selfcheck.h"

#define ENTRIES   512
#define LEAF_SIZE (2 * MEBI)

static uint64_t own_table[ENTRIES] __attribute__((aligned(4096)));

/* The leaf of an address, on whatever level; NULL when it is not mapped. */
static uint64_t *leaf_of(const struct subject *subject, uint64_t address)
{
    for (unsigned level = 1; level <= 3; level++) {
        uint64_t *entry = page_entry(subject, address, level);

        if (entry)
            return *entry & ENTRY_PRESENT ? entry : NULL;
    }
    return NULL;
}

/* Usable memory of 2 MiB that one leaf maps: its physical address, 0 when there is none. */
static uint64_t usable_block(const struct subject *subject)
{
    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map) {
        uint64_t block = (entry->base + LEAF_SIZE - 1) / LEAF_SIZE * LEAF_SIZE;

        if (entry->kind == BATON_MEMORY_USABLE && block != 0 && block + LEAF_SIZE <= entry->base + entry->size &&
            page_entry(subject, subject->baton->direct_map.base + block, 2))
            return block;
    }
    return 0;
}

static uint64_t *usable_leaf(const struct subject *subject)
{
    uint64_t block = usable_block(subject);

    return block ? leaf_of(subject, subject->baton->direct_map.base + block) : NULL;
}

static bool turn(uint64_t *entry, uint64_t bits)
{
    if (entry)
        poke64(entry, *entry ^ bits);
    return entry != NULL;
}

static bool tell_read_only(struct subject *subject)
{
    return turn(usable_leaf(subject), ENTRY_WRITE);
}

static bool tell_absent(struct subject *subject)
{
    return turn(usable_leaf(subject), ENTRY_PRESENT);
}

static bool tell_elsewhere(struct subject *subject)
{
    return turn(usable_leaf(subject), LEAF_SIZE);
}

static bool tell_executable(struct subject *subject)
{
    return turn(usable_leaf(subject), ENTRY_NO_EXECUTE);
}

static bool tell_global(struct subject *subject)
{
    return turn(usable_leaf(subject), ENTRY_GLOBAL);
}

static bool tell_not_accessed(struct subject *subject)
{
    return turn(usable_leaf(subject), ENTRY_ACCESSED);
}

static bool tell_not_dirty(struct subject *subject)
{
    return turn(usable_leaf(subject), ENTRY_DIRTY);
}

static bool tell_uncached(struct subject *subject)
{
    return turn(usable_leaf(subject), ENTRY_CACHE_BITS);
}

static bool tell_user(struct subject *subject)
{
    uint64_t block = usable_block(subject);

    for (unsigned level = 2; level <= paging_levels(subject) && block; level++) {
        uint64_t *entry = page_entry(subject, subject->baton->direct_map.base + block, level);

        poke64(entry, *entry | ENTRY_USER);
    }
    return block != 0;
}

static bool tell_small_pages(struct subject *subject)
{
    uint64_t *leaf = usable_leaf(subject);
    const struct baton_kernel *kernel = &subject->baton->kernel;

    if (!leaf)
        return false;
    for (unsigned i = 0; i < ENTRIES; i++)
        own_table[i] = (*leaf & ~ENTRY_LEAF) + i * PAGE;
    poke64(leaf, ((uint64_t)(uintptr_t)own_table - kernel->address + kernel->physical) | ENTRY_PRESENT | ENTRY_WRITE |
                     ENTRY_ACCESSED);
    return true;
}

/* ---- the kernel ---- */

static uint64_t alias_of(const struct subject *subject, const void *pointer)
{
    const struct baton *baton = subject->baton;

    return (uint64_t)(uintptr_t)pointer - baton->kernel.address + baton->kernel.physical + baton->direct_map.base;
}

static bool tell_text_writable(struct subject *subject)
{
    return turn(leaf_of(subject, (uint64_t)(uintptr_t)text_start), ENTRY_WRITE);
}

static bool tell_alias_writable(struct subject *subject)
{
    return turn(leaf_of(subject, alias_of(subject, rodata_start)), ENTRY_WRITE);
}

static bool tell_data_executable(struct subject *subject)
{
    return turn(leaf_of(subject, (uint64_t)(uintptr_t)own_table), ENTRY_NO_EXECUTE);
}

static bool tell_constants_executable(struct subject *subject)
{
    return turn(leaf_of(subject, (uint64_t)(uintptr_t)rodata_start), ENTRY_NO_EXECUTE);
}

/* ---- everything else ---- */

static bool tell_trampoline_writable(struct subject *subject)
{
    const struct baton_memory *entry = entry_of_kind(subject, BATON_MEMORY_TRAMPOLINE);

    return turn(leaf_of(subject, entry->base), ENTRY_WRITE);
}

static bool tell_trampoline_data_executable(struct subject *subject)
{
    const struct baton_memory *entry = entry_of_kind(subject, BATON_MEMORY_TRAMPOLINE);

    return turn(leaf_of(subject, subject->baton->direct_map.base + entry->base + entry->size - PAGE), ENTRY_NO_EXECUTE);
}

static uint64_t *screen_leaf(const struct subject *subject)
{
    const struct baton_framebuffer *screen = subject->baton->framebuffers.first;

    return screen ? leaf_of(subject, (uint64_t)(uintptr_t)screen->address) : NULL;
}

static bool tell_screen_read_only(struct subject *subject)
{
    return turn(screen_leaf(subject), ENTRY_WRITE);
}

static bool tell_screen_absent(struct subject *subject)
{
    return turn(screen_leaf(subject), ENTRY_PRESENT);
}

static bool tell_screen_uncached(struct subject *subject)
{
    return turn(screen_leaf(subject), ENTRY_CACHE_BITS);
}

/* All of one top-level entry once more, where nothing is. */
static bool tell_twice(struct subject *subject)
{
    unsigned top = paging_levels(subject);
    uint64_t address = (uint64_t)(uintptr_t)subject->baton->direct_map.base;
    uint64_t *entries = page_entry(subject, 0, top);

    poke64(&entries[100], *page_entry(subject, address, top));
    return true;
}

/* A page that only devices, or nobody, may have, cached in the direct map. */
static bool tell_device(struct subject *subject)
{
    uint64_t base = subject->baton->direct_map.base;

    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map) {
        uint64_t *leaf = page_entry(subject, base + entry->base, 1);

        if ((entry->kind != BATON_MEMORY_RESERVED && entry->kind != BATON_MEMORY_MMIO) || entry->base == 0 || !leaf ||
            *leaf & ENTRY_PRESENT)
            continue;
        poke64(leaf, entry->base | ENTRY_PRESENT | ENTRY_ACCESSED | ENTRY_DIRTY | ENTRY_NO_EXECUTE);
        return true;
    }
    return false;
}

static bool map_page(const struct subject *subject, uint64_t address, uint64_t physical)
{
    uint64_t *leaf = page_entry(subject, address, 1);

    if (!leaf)
        return false;
    poke64(leaf, physical | ENTRY_PRESENT | ENTRY_WRITE | ENTRY_ACCESSED | ENTRY_DIRTY | ENTRY_NO_EXECUTE);
    return true;
}

static bool tell_page_zero(struct subject *subject)
{
    return map_page(subject, subject->baton->direct_map.base, 0);
}

static bool tell_guard(struct subject *subject)
{
    uint64_t guard = subject->baton->stack.base - PAGE;

    return map_page(subject, guard, guard - subject->baton->direct_map.base);
}

static bool tell_tables_read_only(struct subject *subject)
{
    return turn(
        leaf_of(subject, subject->baton->direct_map.base + entry_of_kind(subject, BATON_MEMORY_FIRMWARE_TABLES)->base),
        ENTRY_WRITE);
}

static bool tell_runtime_code_writable(struct subject *subject)
{
    const struct baton_memory *entry = entry_of_kind(subject, BATON_MEMORY_RUNTIME_CODE);

    return entry && turn(leaf_of(subject, subject->baton->direct_map.base + entry->base), ENTRY_WRITE);
}

static bool tell_identity(struct subject *subject)
{
    uint64_t block = usable_block(subject);

    if (!is_high(subject) || !has_identity(subject) || !block)
        return false;
    return turn(leaf_of(subject, block), ENTRY_WRITE);
}

static bool tell_no_identity(struct subject *subject)
{
    uint64_t *entries = page_entry(subject, 0, paging_levels(subject));

    if (!is_high(subject) || !has_identity(subject))
        return false;
    poke64(&entries[0], 0);
    return true;
}

static const struct lie lies[] = {
    LIE("usable-read-only", "direct-mapping", tell_read_only),
    LIE("usable-absent", "direct-mapping", tell_absent),
    LIE("usable-from-elsewhere", "direct-mapping", tell_elsewhere),
    LIE("runtime-code-writable", "direct-mapping", tell_runtime_code_writable),
    LIE("usable-executable", "write-xor-execute", tell_executable),
    LIE("global", "not-global", tell_global),
    LIE("not-accessed", "accessed-dirty", tell_not_accessed),
    LIE("not-dirty", "accessed-dirty", tell_not_dirty),
    LIE("usable-uncached", "caching", tell_uncached),
    LIE("user", "supervisor", tell_user),
    LIE("small-pages", "large-pages", tell_small_pages),
    LIE("text-writable", "kernel-aliases", tell_text_writable),
    LIE("alias-writable", "kernel-aliases", tell_alias_writable),
    LIE("data-executable", "write-xor-execute", tell_data_executable),
    LIE("constants-executable", "kernel-mapping", tell_constants_executable),
    LIE("trampoline-writable", "trampoline-mapping", tell_trampoline_writable),
    LIE("trampoline-data-executable", "direct-mapping", tell_trampoline_data_executable),
    LIE("framebuffer-read-only", "framebuffer-memory", tell_screen_read_only),
    LIE("framebuffer-absent", "framebuffer-mapping", tell_screen_absent),
    LIE("framebuffer-uncached", "caching", tell_screen_uncached),
    LIE("mapped-twice", "nothing-else-mapped", tell_twice),
    LIE("device-cached", "no-devices-mapped", tell_device),
    LIE("page-zero-mapped", "page-zero-unmapped", tell_page_zero),
    LIE("guard-mapped", "guard-unmapped", tell_guard),
    LIE("firmware-tables-writable", "direct-mapping", tell_tables_read_only),
    LIE("identity-read-only", "identity-mapping", tell_identity),
    LIE("no-identity", "identity-mapping", tell_no_identity),
};
const struct lie_list lies_mappings = {lies, COUNT(lies)};
