/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies in the live page tables. They are told about memory that nothing here uses. */
#include "selfcheck.h"

#include "memory.h"

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

/* Of a table that the lies have themselves. */
static uint64_t own_physical(const struct subject *subject, const uint64_t *table)
{
    const struct baton_kernel *kernel = &subject->baton->kernel;

    return (uint64_t)(uintptr_t)table - kernel->address + kernel->physical;
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
    return turn(usable_leaf(subject), ENTRY_OF(LEAF_SIZE));
}

static bool tell_executable(struct subject *subject)
{
    return turn(usable_leaf(subject), ENTRY_EXECUTE);
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
    return ENTRY_DIRTY != 0 && turn(usable_leaf(subject), ENTRY_DIRTY);
}

static bool tell_uncached(struct subject *subject)
{
    return turn(usable_leaf(subject), ENTRY_CACHE_BITS);
}

static bool set(uint64_t *entry, uint64_t bits)
{
    return turn(entry, bits & ~*entry);
}

static bool tell_user(struct subject *subject)
{
    uint64_t block = usable_block(subject), address = subject->baton->direct_map.base + block;

    if (block == 0)
        return false;
    for (unsigned level = paging_levels(); level > 2; level--)
        set(page_entry(subject, address, level), ENTRY_USER_TABLE);
    return set(page_entry(subject, address, 2), ENTRY_USER_LEAF);
}

static bool tell_small_pages(struct subject *subject)
{
    uint64_t *leaf = usable_leaf(subject);

    if (!leaf)
        return false;
    for (unsigned i = 0; i < ENTRIES; i++)
        own_table[i] = ENTRY_SMALL(*leaf) + ENTRY_OF(i * PAGE);
    poke64(leaf, ENTRY_OF(own_physical(subject, own_table)) | ENTRY_NEW_TABLE);
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
    return turn(leaf_of(subject, (uint64_t)(uintptr_t)own_table), ENTRY_EXECUTE);
}

static bool tell_constants_executable(struct subject *subject)
{
    return turn(leaf_of(subject, (uint64_t)(uintptr_t)rodata_start), ENTRY_EXECUTE);
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

    return turn(leaf_of(subject, subject->baton->direct_map.base + entry->base + entry->size - PAGE), ENTRY_EXECUTE);
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

static uint64_t *serial_leaf(const struct subject *subject)
{
    const struct baton_serial *serial = &subject->baton->serial;

    return serial->registers ? page_entry(subject, (uint64_t)(uintptr_t)serial->registers, 1) : NULL;
}

static bool tell_serial_cached(struct subject *subject)
{
    uint64_t *leaf = serial_leaf(subject);

    if (leaf)
        poke64(leaf, ENTRY_OF(ROUND_DOWN(subject->baton->serial.physical)) | ENTRY_NEW_LEAF);
    return leaf != NULL;
}

static bool tell_serial_elsewhere(struct subject *subject)
{
    return turn(serial_leaf(subject), ENTRY_OF(PAGE));
}

/* All of one top-level entry once more, where nothing is. */
static bool tell_twice(struct subject *subject)
{
    unsigned top = paging_levels();
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
        poke64(leaf, ENTRY_OF(entry->base) | ENTRY_NEW_READ_ONLY);
        return true;
    }
    return false;
}

/* Where there are no tables yet, through the lie's own. */
static bool map_page(const struct subject *subject, uint64_t address, uint64_t physical)
{
    static uint64_t own[5][ENTRIES] __attribute__((aligned(4096)));
    uint64_t *entry;

    for (unsigned level = paging_levels(); level > 1; level--) {
        entry = page_entry(subject, address, level);
        if (entry && !(*entry & ENTRY_PRESENT)) {
            memset(own[level - 1], 0, PAGE);
            poke64(entry, ENTRY_OF(own_physical(subject, own[level - 1])) | ENTRY_NEW_TABLE);
        }
    }
    entry = page_entry(subject, address, 1);
    if (entry)
        poke64(entry, ENTRY_OF(physical) | ENTRY_NEW_LEAF);
    return entry != NULL;
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
    uint64_t *entries = page_entry(subject, 0, paging_levels());

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
    LIE("serial-cached", "caching", tell_serial_cached),
    LIE("serial-from-elsewhere", "serial-mapping", tell_serial_elsewhere),
    LIE("mapped-twice", "nothing-else-mapped", tell_twice),
    LIE("device-cached", "no-devices-mapped", tell_device),
    LIE("page-zero-mapped", "page-zero-unmapped", tell_page_zero),
    LIE("guard-mapped", "guard-unmapped", tell_guard),
    LIE("firmware-tables-writable", "direct-mapping", tell_tables_read_only),
    LIE("identity-read-only", "identity-mapping", tell_identity),
    LIE("no-identity", "identity-mapping", tell_no_identity),
};
const struct lie_list lies_mappings = {lies, COUNT(lies)};
