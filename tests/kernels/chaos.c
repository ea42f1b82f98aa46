/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel that looks at what it was given and goes back where it came from: tests/efi/chaos.h has the way. When there
 * is none, it ends the machine.
 *
 * Its modules have as command lines what their checksums are to be.
 */
#include "kit.h"

/* A part of EFI_SYSTEM_TABLE and EFI_CONFIGURATION_TABLE, all pointers physical. */
struct system_table {
    uint8_t before[104];
    uint64_t configuration_count;
    uint64_t configuration;
};
struct configuration {
    uint64_t guid[2];
    uint64_t table;
};
struct way_back {
    uint64_t root;
    uint64_t resume;
    uint64_t lie;
};
static const uint64_t way_back_guid[2] = {0x4b0e52d46e1f7c3aULL, 0x16e3952c08d7419aULL};

/* Numbers that the loader must have brought, and zeros that it must have made. */
#define WORDS 3000
extern const uint32_t pattern[WORDS];
__asm__(".section .rodata\n"
        ".balign 4\n"
        "pattern: .set i, 0\n"
        ".rept 3000\n"
        ".long i * 2654435761 & 0xffffffff\n"
        ".set i, i + 1\n"
        ".endr\n"
        ".text\n");
static uint8_t zeros[PAGE];

/* What can be wrong; the kernel's verdict is the first that is. */
enum { NOTHING, HEAD, MAP, KERNEL_BYTES, ZEROS, MODULES, STACK, NO_WAY };

static bool map_is_sound(const struct baton *baton)
{
    uint64_t end = 0, usable = 0;

    BATON_FOR_EACH (struct baton_memory, entry, &baton->memory_map) {
        if (entry->base < end || entry->size == 0 || entry->base % PAGE != 0 || entry->size % PAGE != 0)
            return false;
        end = entry->base + entry->size;
        usable += entry->kind == BATON_MEMORY_USABLE ? entry->size : 0;
    }
    return usable > 8 * MEBI;
}

static bool modules_are_whole(const struct baton *baton)
{
    BATON_FOR_EACH (struct baton_module, module, &baton->modules) {
        uint64_t wanted = 0;

        for (const char *at = module->command_line; *at != '\0'; at++)
            wanted = wanted << 4 | (uint64_t)(*at <= '9' ? *at - '0' : *at - 'a' + 10);
        if (checksum(module->address, module->size) != wanted)
            return false;
    }
    return true;
}

static int judge(const struct baton *baton)
{
    if (baton->magic != BATON_MAGIC || baton->version != BATON_VERSION || baton->size != sizeof(*baton))
        return HEAD;
    if (!map_is_sound(baton))
        return MAP;
    for (uint32_t i = 0; i < WORDS; i++)
        if (pattern[i] != i * 2654435761U)
            return KERNEL_BYTES;
    for (uint32_t i = 0; i < sizeof(zeros); i++)
        if (((volatile uint8_t *)zeros)[i] != 0)
            return ZEROS;
    if (!modules_are_whole(baton))
        return MODULES;
    if (entry_state.rsp != baton->stack.base + baton->stack.size - 8)
        return STACK;
    return NOTHING;
}

/* Breaks what this check looks at. */
static void spoil(const struct baton *given, uint64_t check)
{
    struct baton *baton = (struct baton *)(uintptr_t)given;
    struct baton_memory *map = (struct baton_memory *)(uintptr_t)baton->memory_map.first;

    if (check == HEAD)
        baton->version++;
    if (check == MAP)
        map->size = 0;
    if (check == ZEROS)
        zeros[PAGE - 1] = 1;
    if (check == STACK)
        baton->stack.size -= 16;
}

static const struct way_back *find_way_back(const struct baton *baton)
{
    const struct system_table *system = baton->efi_system_table;
    const struct configuration *tables;

    if (!system)
        return NULL;
    tables = direct(baton, system->configuration);
    for (uint64_t i = 0; i < system->configuration_count; i++)
        if (tables[i].guid[0] == way_back_guid[0] && tables[i].guid[1] == way_back_guid[1])
            return direct(baton, tables[i].table);
    return NULL;
}

/* In page tables that have this kernel's upper half, and the firmware's lower one. */
static _Noreturn void go_back(const struct baton *baton, const struct way_back *way, uint64_t verdict)
{
    const uint64_t *own = direct(baton, entry_state.cr3);
    uint64_t *root = direct(baton, way->root);

    for (unsigned i = 256; i < 512; i++)
        root[i] = own[i];
    __asm__ volatile("mov %0, %%cr3\n\tjmp *%1" : : "r"(way->root), "a"(way->resume), "c"(verdict) : "memory");
    __builtin_unreachable();
}

_Noreturn void kernel_main(const struct baton *baton)
{
    const struct way_back *way = find_way_back(baton);
    int verdict;

    if (way)
        spoil(baton, way->lie);
    verdict = judge(baton);
    if (way && way->resume != 0)
        go_back(baton, way, (uint64_t)verdict);
    if (verdict != NOTHING || !way)
        give_up("the kernel's check %d", way ? verdict : NO_WAY);
    finish("chaos");
}
