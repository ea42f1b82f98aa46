/* SPDX-License-Identifier: BSD-2-Clause */
/* The page tables, section 3. They are built from the finished memory map, so both always agree. */
#include "second.h"

#define READ            0x61ULL /* present, accessed, dirty */
#define WRITE           0x02ULL
#define WRITE_COMBINING 0x08ULL /* page write-through: with the PAT bit, which map_range() adds, entry 5 */
#define LARGE           0x80ULL
#define TABLE           0x23ULL /* present, writable, accessed: the leaves decide */
#define NO_EXECUTE      (1ULL << 63)
#define DATA            (READ | WRITE | NO_EXECUTE)

struct layout layout;

static uint32_t largest_shift, top_shift;
static bool pool_is_empty;
static bool counting; /* only count what would be needed at most */
static uint64_t counted;

static uint64_t *new_table(void)
{
    if (layout.tables_used == layout.tables_room) {
        pool_is_empty = true;
        return NULL;
    }
    uint64_t *table = (uint64_t *)(layout.tables + layout.tables_used++ * PAGE);
    memset(table, 0, PAGE);
    return table;
}

/* The entry for the page of the given size at `address`; NULL when the pool is empty. */
static uint64_t *entry_of(uint64_t address, uint32_t shift)
{
    uint64_t *table = (uint64_t *)layout.tables;

    for (uint32_t level = top_shift; level > shift; level -= 9) {
        uint64_t *entry = &table[address >> level & 511];
        if (*entry == 0) {
            uint64_t *below = new_table();
            if (!below)
                return NULL;
            *entry = (uint64_t)below | TABLE;
        }
        table = (uint64_t *)(*entry & ENTRY_ADDRESS);
    }
    return &table[address >> shift & 511];
}

static void map_range(uint64_t address, uint64_t physical, uint64_t size, uint64_t flags)
{
    if (counting) {
        counted += 8 + (size >> 30) + ((address ^ physical) & 0x1fffff ? size >> 21 : 0);
        return;
    }
    while (size > 0) {
        uint32_t shift = largest_shift;
        while (shift > 12 && (((address | physical) & ((1ULL << shift) - 1)) || size < 1ULL << shift))
            shift -= 9;
        uint64_t *entry = entry_of(address, shift);
        if (!entry)
            return;
        *entry = physical | flags | (shift > 12 ? LARGE : 0);
        if (flags & WRITE_COMBINING) /* the PAT bit is at another place in large pages */
            *entry |= shift > 12 ? 0x1000 : 0x80;
        address += 1ULL << shift;
        physical += 1ULL << shift;
        size -= 1ULL << shift;
    }
}

/* ---- the direct map: neighbours with the same access are put together, so that pages are as large as fits ---- */

static struct range pending;
static uint64_t pending_flags;

static void flush(void)
{
    if (pending.size > 0) {
        map_range(kernel.direct_base + pending.base, pending.base, pending.size, pending_flags);
        if (kernel.identity)
            map_range(pending.base, pending.base, pending.size, pending_flags);
        if (!(pending_flags & WRITE_COMBINING))
            layout.direct_end = kernel.direct_base + pending.base + pending.size;
    }
    pending.size = 0;
}

static void direct(uint64_t base, uint64_t size, uint64_t flags)
{
    if (pending.base + pending.size != base || pending_flags != flags) {
        flush();
        pending = (struct range){base, 0};
        pending_flags = flags;
    }
    pending.size += size;
}

static uint64_t access_of(uint8_t page, bool may_execute)
{
    if (page == 0)
        return DATA;
    return READ | (page & PAGE_WRITE ? WRITE : 0) | (page & PAGE_EXECUTE && may_execute ? 0 : NO_EXECUTE);
}

/* The access to one page of what the loader placed, where not all pages of a kind are alike; 0 for the guard. */
static uint64_t placed_access(uint32_t kind, uint64_t page)
{
    if (kind == BATON_MEMORY_STACK)
        return page == layout.guard ? 0 : DATA;
    if (kind == BATON_MEMORY_KERNEL)
        return access_of(kernel.pages[(page - kernel.physical) / PAGE], kernel.low);
    if (contains(layout.trampoline, page))
        return READ | (kernel.low || kernel.identity ? 0 : NO_EXECUTE);
    return DATA;
}

static void direct_entry(const struct baton_memory *m)
{
    uint64_t flags = 0;

    switch (m->kind) {
    case BATON_MEMORY_USABLE:
    case BATON_MEMORY_BOOT_SERVICES:
    case BATON_MEMORY_LOADER:
    case BATON_MEMORY_SPECIFIC_PURPOSE:
    case BATON_MEMORY_ACPI_RECLAIMABLE:
    case BATON_MEMORY_ACPI_NVS:
    case BATON_MEMORY_RUNTIME_DATA:
        flags = m->efi_attributes & MEMORY_WB ? DATA : 0;
        break;
    case BATON_MEMORY_RUNTIME_CODE:
        flags = m->efi_attributes & MEMORY_WB ? READ | NO_EXECUTE : 0;
        break;
    case BATON_MEMORY_FIRMWARE_TABLES:
        flags = READ | NO_EXECUTE;
        break;
    case BATON_MEMORY_BATON:
    case BATON_MEMORY_MODULE:
    case BATON_MEMORY_PAGE_TABLES:
        flags = DATA;
        break;
    case BATON_MEMORY_FRAMEBUFFER: /* not of the direct map, but at its address, and in the identity map */
        flags = DATA | WRITE_COMBINING;
        break;
    case BATON_MEMORY_STACK:
    case BATON_MEMORY_TRAMPOLINE:
    case BATON_MEMORY_KERNEL:
        for (uint64_t page = m->base; page < m->base + m->size; page += PAGE)
            if (placed_access(m->kind, page))
                direct(page, PAGE, placed_access(m->kind, page));
        return;
    }
    if (flags)
        direct(m->base, m->size, flags);
}

static void map_everything(void)
{
    for (uint32_t i = 0; i < map_count; i++) {
        struct baton_memory m = map[i];
        if (m.base == 0) { /* physical page 0 is in no mapping */
            m.base += PAGE;
            m.size -= PAGE;
        }
        if (m.size > 0 && m.base < kernel.reach)
            direct_entry(&m);
    }
    flush();
    if (kernel.low)
        return;
    for (uint64_t n = 0, run; n < kernel.size / PAGE; n += run) {
        for (run = 1; n + run < kernel.size / PAGE && kernel.pages[n + run] == kernel.pages[n]; run++)
            ;
        if (kernel.pages[n])
            map_range(kernel.address + n * PAGE, kernel.physical + n * PAGE, run * PAGE,
                      access_of(kernel.pages[n], true));
    }
    if (!kernel.identity)
        map_range(layout.trampoline.base, layout.trampoline.base, layout.trampoline.size, READ);
}

uint64_t count_tables(void)
{
    counting = true;
    counted = 16;
    map_everything();
    counting = false;
    return counted;
}

bool build_tables(void)
{
    uint32_t cpu[4];

    cpuid(0x80000001, 0, cpu);
    largest_shift = cpu[3] >> 26 & 1 ? 30 : 21;
    top_shift = five_levels() ? 48 : 39;
    layout.tables_used = 0;
    pool_is_empty = false;
    new_table(); /* the root is the first */
    map_everything();
    return !pool_is_empty || refuse("too few page tables");
}
