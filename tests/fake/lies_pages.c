/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies in the page tables. */
#include <stdlib.h>

#include "judge_tables.h"
#include "lies.h"
#include "phys.h"

#define PRESENT       0x1ULL
#define WRITE         0x2ULL
#define USER          0x4ULL
#define WRITE_THROUGH 0x8ULL
#define UNCACHED      0x10ULL
#define ACCESSED      0x20ULL
#define DIRTY         0x40ULL
#define LARGE         0x80ULL
#define PAT           0x80ULL /* of a page of 4 KiB */
#define GLOBAL        0x100ULL
#define LARGE_PAT     0x1000ULL
#define NO_EXECUTE    (1ULL << 63)
#define ADDRESS       0x000ffffffffff000ULL
#define LEAF          (PRESENT | WRITE | ACCESSED | DIRTY | NO_EXECUTE)

#define LOW_HALF "low"
#define FIVE     "lower high half, five levels" /* and no pages of 1 GiB */
#define IDENTITY "kernel file, identity map"
#define AARCH64  "aarch64"
#define EL2      "aarch64, EL2"
#define SV39     "riscv64, Sv39"
#define SV48     "riscv64, Sv48, Svpbmt"

/* ---- entries ---- */

/* The entry for an address in a table of `level`, or above it where a leaf is or nothing. */
static uint64_t *entry_for(const struct told *told, uint64_t address, unsigned level)
{
    uint64_t table = table_root(&told->result->entry, address);

    for (unsigned at = fake_paging_levels();; at--) {
        uint64_t *entry = (uint64_t *)phys_to_ptr(table) + (address >> (12 + 9 * (at - 1)) & 511);
        struct table_entry read = table_format(&told->result->entry)->read(*entry, at);

        if (at == level || !read.is_present || read.is_leaf)
            return entry;
        table = read.physical;
    }
}

static uint64_t *leaf_for(const struct told *told, uint64_t address)
{
    return entry_for(told, address, 1);
}

/* An entry of this level that is not present, near the address. */
static uint64_t *absent_near(const struct told *told, uint64_t address, unsigned level)
{
    uint64_t *table = (uint64_t *)((uintptr_t)entry_for(told, address, level) & ~(uintptr_t)(FAKE_PAGE - 1));

    for (size_t i = 0; i < 512; i++) {
        if (table[i] == 0)
            return &table[i];
    }
    abort();
}

static uint64_t direct(const struct told *told, uint64_t physical)
{
    return told->baton->direct_map.base + physical;
}

static uint64_t of_kind(const struct told *told, uint32_t kind)
{
    return direct(told, told_entry_of_kind(told, kind)->base);
}

/* The kernel's code, where it runs. */
static void turn_code(struct told *told, uint64_t bits)
{
    *leaf_for(told, told->baton->kernel.address) ^= bits;
}

static void turn_data(struct told *told, uint64_t bits)
{
    *leaf_for(told, told->baton->kernel.address + told->baton->kernel.size - FAKE_PAGE) ^= bits;
}

/* The kernel in the direct map. */
static void turn_alias(struct told *told, uint64_t bits)
{
    *leaf_for(told, direct(told, told->baton->kernel.physical)) ^= bits;
}

static void turn_constants(struct told *told, uint64_t bits)
{
    *leaf_for(told, told->baton->kernel.address + 2 * FAKE_PAGE) ^= bits;
}

/* Memory far above, which is in one large page. */
static void turn_large(struct told *told, uint64_t bits)
{
    *leaf_for(told, direct(told, 0x110000000)) ^= bits;
}

static void turn_identity(struct told *told, uint64_t bits)
{
    *leaf_for(told, 0x110000000) ^= bits;
}

static void turn_trampoline(struct told *told, uint64_t bits)
{
    *leaf_for(told, told->result->trampoline) ^= bits;
}

static void turn_trampoline_alias(struct told *told, uint64_t bits)
{
    *leaf_for(told, direct(told, told->result->trampoline)) ^= bits;
}

static void turn_trampoline_data(struct told *told, uint64_t bits)
{
    *leaf_for(told, direct(told, told->result->trampoline + FAKE_TRAMPOLINE_CODE)) ^= bits;
}

static void turn_tables(struct told *told, uint64_t bits)
{
    *leaf_for(told, of_kind(told, BATON_MEMORY_PAGE_TABLES)) ^= bits;
}

static void turn_firmware_tables(struct told *told, uint64_t bits)
{
    *leaf_for(told, of_kind(told, BATON_MEMORY_FIRMWARE_TABLES)) ^= bits;
}

static void turn_runtime_code(struct told *told, uint64_t bits)
{
    *leaf_for(told, of_kind(told, BATON_MEMORY_RUNTIME_CODE)) ^= bits;
}

static void turn_screen(struct told *told, uint64_t bits)
{
    *leaf_for(told, of_kind(told, BATON_MEMORY_FRAMEBUFFER)) ^= bits;
}

static void turn_serial(struct told *told, uint64_t bits)
{
    *leaf_for(told, direct(told, FAKE_SERIAL)) ^= bits;
}

/* A page of what is in small pages is mapped to its neighbour. */
static void shift(struct told *told, uint64_t by)
{
    *leaf_for(told, told->baton->stack.base) += by;
}

/* ---- what must not be mapped ---- */

static void map_page(const struct told *told, uint64_t address, uint64_t physical)
{
    uint64_t *entry = leaf_for(told, address);

    if (*entry != 0)
        abort();
    *entry = physical | LEAF;
}

static void map_page_zero(struct told *told, uint64_t number)
{
    (void)number;
    map_page(told, direct(told, 0), 0);
}

static void map_guard(struct told *told, uint64_t number)
{
    uint64_t address = told->baton->stack.base - FAKE_PAGE;

    (void)number;
    map_page(told, address, address - told->baton->direct_map.base);
}

/* Something of everybody's in the kernel's table. */
static void map_more(struct told *told, uint64_t physical)
{
    *absent_near(told, told->baton->kernel.address, 1) = physical | LEAF;
}

static void map_behind_all(struct told *told, uint64_t physical)
{
    *absent_near(told, told->baton->kernel.address, 3) = physical | LEAF | LARGE;
}

/* ---- tables ---- */

static void turn_table_entry(struct told *told, uint64_t bits)
{
    *entry_for(told, told->baton->kernel.address, 2) ^= bits;
}

static void turn_top_entry(struct told *told, uint64_t bits)
{
    *entry_for(told, told->baton->kernel.address, fake_paging_levels()) ^= bits;
}

static void put_table(const struct told *told, uint64_t physical)
{
    uint64_t *entry = entry_for(told, told->baton->kernel.address, 2);

    *entry = (*entry & ~ADDRESS) | physical;
}

static void put_table_in_kernel(struct told *told, uint64_t number)
{
    (void)number;
    put_table(told, told->baton->kernel.physical);
}

static void put_table_in_free_memory(struct told *told, uint64_t number)
{
    (void)number;
    put_table(told, told_label_free_memory(told, BATON_MEMORY_PAGE_TABLES));
}

static void leave_garbage(struct told *told, uint64_t level)
{
    *absent_near(told, told->baton->kernel.address, (unsigned)level) = NO_EXECUTE;
}

static void lose_kernel(struct told *told, uint64_t number)
{
    (void)number;
    *entry_for(told, told->baton->kernel.address, 3) = 0;
}

/* ---- the direct map as a whole ---- */

/* The page tables stay, so much else is wrong, too. */
static void move_direct_map(struct told *told, uint64_t by)
{
    struct baton *baton = told->baton;

    told->result->entry.argument += by;
    baton->direct_map.base += by;
    baton->direct_map.end += by;
    baton->stack.base += by;
    baton->memory_map.first = (const void *)((uintptr_t)baton->memory_map.first + by);
}

static const struct lie lies[] = {
    {FOR("leaf for all", LEAF_BITS), TELL(turn_code, USER)},
    {FOR("global leaf", LEAF_BITS), TELL(turn_code, GLOBAL)},
    {FOR("leaf not accessed", LEAF_BITS), TELL(turn_code, ACCESSED)},
    {FOR("clean leaf", LEAF_BITS), TELL(turn_code, DIRTY)},
    {FOR("leaf written through", LEAF_BITS), TELL(turn_code, WRITE_THROUGH)},
    {FOR("leaf uncached", LEAF_BITS), TELL(turn_code, UNCACHED)},
    {FOR("leaf with PAT alone", LEAF_BITS), TELL(turn_code, PAT)},
    {FOR("large leaf with PAT alone", LEAF_BITS), TELL(turn_large, LARGE_PAT)},
    {FOR("large leaf inside its page", LEAF_BITS), TELL(turn_large, 0x2000)},
    {FOR("large leaf for all", LEAF_BITS), TELL(turn_large, USER)},

    {FOR("table in the kernel", TABLE_MEMORY), TELL(put_table_in_kernel, 0)},
    {FOR("table in free memory", TABLE_MEMORY), TELL(put_table_in_free_memory, 0)},
    {FOR("root in free memory", TABLE_MEMORY), ENTRY(root, 1 << 30)},
    {FOR("root inside a page", TABLES_ROOT), ENTRY(root, 8)},
    {FOR("table for all", TABLE_BITS), TELL(turn_table_entry, USER)},
    {FOR("global table", TABLE_BITS), TELL(turn_table_entry, GLOBAL)},
    {FOR("table not accessed", TABLE_BITS), TELL(turn_table_entry, ACCESSED)},
    {FOR("leaf in the top table", TABLE_BITS), TELL(turn_top_entry, LARGE)},
    {FOR("garbage in a table of leaves", ABSENT_ENTRY), TELL(leave_garbage, 1)},
    {FOR("garbage in the top table", ABSENT_ENTRY), TELL(leave_garbage, 4)},
    {FOR("page of 1 GiB", GIBIBYTE_PAGE), TELL(map_behind_all, 0x40000000), ON(FIVE)},

    {FOR("no code", MAPPING_MISSING), TELL(turn_code, PRESENT)},
    {FOR("no data", MAPPING_MISSING), TELL(turn_data, PRESENT)},
    {FOR("no kernel", MAPPING_MISSING), TELL(lose_kernel, 0)},
    {FOR("no large page", MAPPING_MISSING), TELL(turn_large, PRESENT)},
    {FOR("no framebuffer's page", MAPPING_MISSING), TELL(turn_screen, PRESENT)},
    {FOR("no trampoline", MAPPING_MISSING), TELL(turn_trampoline, PRESENT)},
    {FOR("a page less in the identity map", MAPPING_MISSING), TELL(turn_identity, PRESENT), ON(IDENTITY)},

    {FOR("page 0", MAPPING_EXTRA), TELL(map_page_zero, 0)},
    {FOR("page 0, low", MAPPING_EXTRA), TELL(map_page_zero, 0), ON(LOW_HALF)},
    {FOR("guard", MAPPING_EXTRA), TELL(map_guard, 0)},
    {FOR("a page behind the kernel", MAPPING_EXTRA), TELL(map_more, 0x200000)},
    {FOR("devices", MAPPING_EXTRA), TELL(map_more, 0xfec00000)},
    {FOR("a large page", MAPPING_EXTRA), TELL(map_behind_all, 0x40000000)},

    {FOR("writable code", MAPPING_WRONG), TELL(turn_code, WRITE)},
    {FOR("code that does not run", MAPPING_WRONG), TELL(turn_code, NO_EXECUTE)},
    {FOR("writable constants", MAPPING_WRONG), TELL(turn_constants, WRITE)},
    {FOR("data that runs", MAPPING_WRONG), TELL(turn_data, NO_EXECUTE)},
    {FOR("constant data", MAPPING_WRONG), TELL(turn_data, WRITE)},
    {FOR("combining data", MAPPING_WRONG), TELL(turn_data, PAT | WRITE_THROUGH)},
    {FOR("table forbids writing", MAPPING_WRONG), TELL(turn_table_entry, WRITE)},
    {FOR("table forbids executing", MAPPING_WRONG), TELL(turn_table_entry, NO_EXECUTE)},
    {FOR("top table forbids executing", MAPPING_WRONG), TELL(turn_top_entry, NO_EXECUTE), .is_wide = true},
    {FOR("writable code in the direct map", MAPPING_WRONG), TELL(turn_alias, WRITE)},
    {FOR("code that runs in the direct map", MAPPING_WRONG), TELL(turn_alias, NO_EXECUTE)},
    {FOR("a flat kernel does not run", MAPPING_WRONG), TELL(turn_alias, NO_EXECUTE), ON("flat")},
    {FOR("a low kernel's code is writable", MAPPING_WRONG), TELL(turn_alias, WRITE), ON(LOW_HALF)},
    {FOR("memory that runs", MAPPING_WRONG), TELL(turn_large, NO_EXECUTE)},
    {FOR("memory that cannot be written", MAPPING_WRONG), TELL(turn_large, WRITE)},
    {FOR("memory that runs in the identity map", MAPPING_WRONG), TELL(turn_identity, NO_EXECUTE), ON(IDENTITY),
     .is_wide = true},
    {FOR("writable trampoline", MAPPING_WRONG), TELL(turn_trampoline, WRITE)},
    {FOR("trampoline that runs in the direct map", MAPPING_WRONG), TELL(turn_trampoline_alias, NO_EXECUTE)},
    {FOR("trampoline that does not run", MAPPING_WRONG), TELL(turn_trampoline_alias, NO_EXECUTE), ON(LOW_HALF)},
    {FOR("trampoline's data runs", MAPPING_WRONG), TELL(turn_trampoline_data, NO_EXECUTE)},
    {FOR("page tables run", MAPPING_WRONG), TELL(turn_tables, NO_EXECUTE)},
    {FOR("page tables cannot be written", MAPPING_WRONG), TELL(turn_tables, WRITE)},
    {FOR("writable firmware tables", MAPPING_WRONG), TELL(turn_firmware_tables, WRITE)},
    {FOR("writable runtime code", MAPPING_WRONG), TELL(turn_runtime_code, WRITE)},
    {FOR("runtime code that runs", MAPPING_WRONG), TELL(turn_runtime_code, NO_EXECUTE)},
    {FOR("framebuffer that cannot be written", MAPPING_WRONG), TELL(turn_screen, WRITE)},
    {FOR("stack is its neighbour", MAPPING_WRONG), TELL(shift, FAKE_PAGE)},

    {FOR("not inner shareable", LEAF_BITS), TELL(turn_code, 1 << 8), ON(AARCH64)},
    {FOR("not accessed, aarch64", LEAF_BITS), TELL(turn_code, 1 << 10), ON(AARCH64)},
    {FOR("global, aarch64", LEAF_BITS), TELL(turn_code, 1 << 11), ON(AARCH64)},
    {FOR("for EL0", LEAF_BITS), TELL(turn_code, 1 << 6), ON(AARCH64)},
    {FOR("EL0 may run it", LEAF_BITS), TELL(turn_code, 1ULL << 54), ON(AARCH64)},
    {FOR("index into MAIR that is not set", LEAF_BITS), TELL(turn_code, 3 << 2), ON(AARCH64)},
    {FOR("no page, aarch64", LEAF_BITS), TELL(turn_code, 2), ON(AARCH64)},
    {FOR("block inside its page", LEAF_BITS), TELL(turn_large, 0x2000), ON(AARCH64)},
    {FOR("contiguous", LEAF_BITS), TELL(turn_large, 1ULL << 52), ON(AARCH64)},
    {FOR("not global at EL2", LEAF_BITS), TELL(turn_alias, 1 << 11), ON(EL2)},
    {FOR("privileged execute-never at EL2", LEAF_BITS), TELL(turn_alias, 1ULL << 53), ON(EL2)},
    {FOR("table forbids, aarch64", TABLE_BITS), TELL(turn_table_entry, 1ULL << 62), ON(AARCH64)},
    {FOR("second root in free memory", TABLE_MEMORY), ENTRY(root, 1 << 30), ON(AARCH64)},
    {FOR("writable code, aarch64", MAPPING_WRONG), TELL(turn_code, 1 << 7), ON(AARCH64)},
    {FOR("code that does not run, aarch64", MAPPING_WRONG), TELL(turn_code, 1ULL << 53), ON(AARCH64)},
    {FOR("code that does not run at EL2", MAPPING_WRONG), TELL(turn_alias, 1ULL << 54), ON(EL2)},
    {FOR("framebuffer cached, aarch64", MAPPING_WRONG), TELL(turn_screen, 1 << 2), ON(AARCH64)},
    {FOR("no serial port's page", MAPPING_MISSING), TELL(turn_serial, PRESENT), ON(AARCH64)},
    {FOR("serial port cached", MAPPING_WRONG), TELL(turn_serial, 2 << 2), ON(AARCH64)},

    {FOR("not accessed, riscv64", LEAF_BITS), TELL(turn_code, 1 << 6), ON(SV39)},
    {FOR("clean, riscv64", LEAF_BITS), TELL(turn_code, 1 << 7), ON(SV39)},
    {FOR("for user mode", LEAF_BITS), TELL(turn_code, 1 << 4), ON(SV39)},
    {FOR("global, riscv64", LEAF_BITS), TELL(turn_code, 1 << 5), ON(SV39)},
    {FOR("cannot be read", LEAF_BITS), TELL(turn_code, 1 << 1), ON(SV39)},
    {FOR("memory type without Svpbmt", LEAF_BITS), TELL(turn_screen, 1ULL << 61), ON(SV39)},
    {FOR("superpage inside its page", LEAF_BITS), TELL(turn_large, 1 << 10), ON(SV39)},
    {FOR("memory type that is none", LEAF_BITS), TELL(turn_screen, 2ULL << 61), ON(SV48)},
    {FOR("table accessed", TABLE_BITS), TELL(turn_table_entry, 1 << 6), ON(SV39)},
    {FOR("writable code, riscv64", MAPPING_WRONG), TELL(turn_code, 1 << 2), ON(SV39)},
    {FOR("code that does not run, riscv64", MAPPING_WRONG), TELL(turn_code, 1 << 3), ON(SV39)},
    {FOR("framebuffer cached, riscv64", MAPPING_WRONG), TELL(turn_screen, 1ULL << 61), ON(SV48)},
    {FOR("direct map where others have it", DIRECT_MAP_BASE), TELL(move_direct_map, 1ULL << 37), ON(SV39),
     .is_wide = true},
    {FOR("at EL2", LEVEL), ENTRY(at_el2, 1), ON(AARCH64)},
    {FOR("not at EL2", LEVEL), ENTRY(at_el2, 1), ON("aarch64, EL2 with VHE")},

    {FOR("end of the direct map", DIRECT_MAP_END), BATON(direct_map.end, FAKE_PAGE)},
    {FOR("direct map not where it is without randomness", DIRECT_MAP_BASE), TELL(move_direct_map, 1 << 30),
     .is_wide = true},
    {FOR("direct map of a low kernel", DIRECT_MAP_BASE), TELL(move_direct_map, 1ULL << 39), ON(LOW_HALF),
     .is_wide = true},
    {FOR("direct map below a lower kernel", DIRECT_MAP_BASE), TELL(move_direct_map, -(1ULL << 46)), ON(FIVE),
     .is_wide = true},
    {FOR("direct map by less than 1 GiB", DIRECT_MAP_BASE), TELL(move_direct_map, FAKE_PAGE), ON("movable, random"),
     .is_wide = true},
    {FOR("direct map too high", DIRECT_MAP_BASE), TELL(move_direct_map, 1ULL << 45), ON("movable, random"),
     .is_wide = true},
    {FOR("direct map too low", DIRECT_MAP_BASE), TELL(move_direct_map, -(1ULL << 45)), ON("movable, random"),
     .is_wide = true},
    {FOR("direct map by less than a top entry", DIRECT_MAP_BASE), TELL(move_direct_map, 1 << 30),
     ON("random identity map"), .is_wide = true},
};
const struct lie_list lies_pages = {lies, COUNT(lies)};
