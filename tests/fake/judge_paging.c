/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections 3.3 and 3.4: everything that is to be mapped, as one list, and everything that is, by a walk of its own. The
 * two must be the same. */
#include <stdlib.h>

#include "elf.h"
#include "fake_memory.h"
#include "judge.h"
#include "judge_tables.h"

static struct judge_mappings is, should_be;

void judge_mapping_add(struct judge_mappings *list, const struct judge_mapping *mapping)
{
    struct judge_mapping *last = list->count > 0 ? &list->items[list->count - 1] : NULL;

    if (mapping->size == 0)
        return;
    if (last && last->address + last->size == mapping->address && last->physical + last->size == mapping->physical &&
        last->flags == mapping->flags) {
        last->size += mapping->size;
        return;
    }
    if (list->count == JUDGE_LIST)
        abort();
    list->items[list->count++] = *mapping;
}

/* ---- what should be ---- */

/* A part of physical memory in the direct map, and in the identity map when there is one. Page 0 is in none. */
static void expect(const struct judge *judge, uint64_t physical, uint64_t size, unsigned flags)
{
    if (physical == 0 && size > 0) {
        physical += FAKE_PAGE;
        size -= FAKE_PAGE;
    }
    judge_mapping_add(&should_be, &(struct judge_mapping){judge->direct_base + physical, physical, size, flags});
    if (judge->direct_base != 0 && judge->expected->identity_map)
        judge_mapping_add(&should_be, &(struct judge_mapping){physical, physical, size, flags});
}

/* ELF flags of a kernel's page; 0 when no segment has it. */
static uint32_t flags_of_page(const struct fake_kernel *kernel, uint64_t address)
{
    uint32_t flags = 0;

    for (size_t i = 0; i < kernel->segment_count; i++) {
        const struct kernel_segment *segment = &kernel->segments[i];

        if (kernel->flat ||
            (segment->address < address + FAKE_PAGE && segment->address + segment->memory_size > address))
            flags |= segment->flags | ELF_READ; /* every page of a segment can be read */
    }
    if (address >= kernel->relro && address < kernel->relro_end)
        flags &= ~ELF_WRITE;
    return flags;
}

static void expect_kernel(const struct judge *judge)
{
    const struct fake_kernel *kernel = judge->expected->kernel;
    const struct baton_kernel *placed = &judge->baton->kernel;

    for (uint64_t offset = 0; offset < kernel->size; offset += FAKE_PAGE) {
        uint32_t elf = flags_of_page(kernel, kernel->base + offset);
        unsigned flags = (elf & ELF_WRITE ? MAPPED_WRITE : 0U) | (elf & ELF_EXECUTE ? MAPPED_EXECUTE : 0U);

        if (kernel->high && elf != 0)
            judge_mapping_add(&should_be, &(struct judge_mapping){placed->address + offset, placed->physical + offset,
                                                                  FAKE_PAGE, flags});
        if (elf == 0)
            flags = MAPPED_WRITE;
        else if (kernel->high)
            flags &= ~(unsigned)MAPPED_EXECUTE;
        expect(judge, placed->physical + offset, FAKE_PAGE, flags);
    }
}

static void expect_trampoline(const struct judge *judge)
{
    bool identity = judge->direct_base == 0 || judge->expected->identity_map;
    uint64_t code = judge->result->trampoline;

    expect(judge, code, FAKE_TRAMPOLINE_CODE, identity ? MAPPED_EXECUTE : 0);
    expect(judge, code + FAKE_TRAMPOLINE_CODE, FAKE_TRAMPOLINE_DATA, MAPPED_WRITE);
    if (!identity)
        judge_mapping_add(&should_be, &(struct judge_mapping){code, code, FAKE_TRAMPOLINE_CODE, MAPPED_EXECUTE});
}

/* How a device's memory is mapped, where pages can say so. */
static unsigned device_flag(const struct judge *judge, unsigned flag)
{
    return table_format(&judge->result->entry)->has_combining && !fake_tables_lack_isa() ? flag : 0;
}

static void expect_serial(const struct judge *judge)
{
    if (judge->baton->serial.physical != 0)
        expect(judge, FAKE_SERIAL, FAKE_PAGE, MAPPED_WRITE | device_flag(judge, MAPPED_DEVICE));
}

static void expect_entry(const struct judge *judge, const struct baton_memory *entry)
{
    bool cached = (entry->efi_attributes & EFI_MEMORY_WB) != 0;

    switch (entry->kind) {
    case BATON_MEMORY_USABLE:
    case BATON_MEMORY_BOOT_SERVICES:
    case BATON_MEMORY_LOADER:
    case BATON_MEMORY_SPECIFIC_PURPOSE:
    case BATON_MEMORY_ACPI_RECLAIMABLE:
    case BATON_MEMORY_ACPI_NVS:
    case BATON_MEMORY_RUNTIME_DATA:
        if (cached)
            expect(judge, entry->base, entry->size, MAPPED_WRITE);
        break;
    case BATON_MEMORY_RUNTIME_CODE:
        if (cached)
            expect(judge, entry->base, entry->size, 0);
        break;
    case BATON_MEMORY_FIRMWARE_TABLES:
        expect(judge, entry->base, entry->size, 0);
        break;
    case BATON_MEMORY_BATON:
    case BATON_MEMORY_MODULE:
    case BATON_MEMORY_PAGE_TABLES:
        expect(judge, entry->base, entry->size, MAPPED_WRITE);
        break;
    case BATON_MEMORY_STACK:
        expect(judge, entry->base + FAKE_PAGE, entry->size - FAKE_PAGE, MAPPED_WRITE);
        break;
    case BATON_MEMORY_FRAMEBUFFER:
        expect(judge, entry->base, entry->size, MAPPED_WRITE | device_flag(judge, MAPPED_COMBINING));
        break;
    default:
        break;
    }
}

static int compare(const void *a, const void *b)
{
    const struct judge_mapping *x = a, *y = b;

    return x->address < y->address ? -1 : x->address > y->address;
}

static void sort_and_merge(struct judge_mappings *list)
{
    size_t count = list->count;

    qsort(list->items, count, sizeof(list->items[0]), compare);
    list->count = 0;
    for (size_t i = 0; i < count; i++) {
        struct judge_mapping item = list->items[i];

        judge_mapping_add(list, &item);
    }
}

static void tell(const char *what, const struct judge_mapping *mapping)
{
    if (mapping)
        fake_complain("%s 0x%llx-0x%llx to 0x%llx, flags %u", what, (unsigned long long)mapping->address,
                      (unsigned long long)(mapping->address + mapping->size), (unsigned long long)mapping->physical,
                      mapping->flags);
}

/* Whether the list, from this one on, has the address. */
static bool covers(const struct judge_mappings *list, size_t index, uint64_t address)
{
    for (; index < list->count && list->items[index].address <= address; index++) {
        if (address - list->items[index].address < list->items[index].size)
            return true;
    }
    return false;
}

/* Where the two lists, which are the same before this one, have their first difference. */
static uint64_t find_difference(size_t index)
{
    const struct judge_mapping *found = &is.items[index], *wanted = &should_be.items[index];

    if (index == is.count)
        return wanted->address;
    if (index == should_be.count || found->address < wanted->address)
        return found->address;
    if (wanted->address < found->address || found->physical != wanted->physical || found->flags != wanted->flags)
        return wanted->address;
    return found->address + (found->size < wanted->size ? found->size : wanted->size);
}

static void name_difference(size_t index)
{
    uint64_t address = find_difference(index);

    if (!covers(&is, index, address))
        check_broken(CHECK_MAPPING_MISSING, "0x%llx is not mapped", (unsigned long long)address);
    else if (!covers(&should_be, index, address))
        check_broken(CHECK_MAPPING_EXTRA, "0x%llx is mapped", (unsigned long long)address);
    else
        check_broken(CHECK_MAPPING_WRONG, "0x%llx is mapped otherwise", (unsigned long long)address);
}

static void compare_all(void)
{
    for (size_t i = 0; i < is.count || i < should_be.count; i++) {
        const struct judge_mapping *found = i < is.count ? &is.items[i] : NULL;
        const struct judge_mapping *wanted = i < should_be.count ? &should_be.items[i] : NULL;

        if (found && wanted && found->address == wanted->address && found->physical == wanted->physical &&
            found->size == wanted->size && found->flags == wanted->flags)
            continue;
        name_difference(i);
        tell("there should be mapped", wanted);
        tell("there is mapped", found);
        return; /* all that follow are out of step */
    }
}

static bool is_screen(const struct judge *judge, uint64_t physical)
{
    for (size_t i = 0; i < judge->memory_count; i++) {
        if (judge->memory[i].kind == BATON_MEMORY_FRAMEBUFFER && physical >= judge->memory[i].base &&
            physical - judge->memory[i].base < judge->memory[i].size)
            return true;
    }
    return false;
}

/* The first address behind all memory that the direct map holds. */
static void check_end(const struct judge *judge)
{
    uint64_t end = 0;

    for (size_t i = 0; i < should_be.count; i++) {
        const struct judge_mapping *mapping = &should_be.items[i];

        if (mapping->address - mapping->physical == judge->direct_base && mapping->physical != FAKE_SERIAL &&
            !is_screen(judge, mapping->physical) && mapping->address + mapping->size - 1 >= end)
            end = mapping->address + mapping->size;
    }
    if (judge->baton->direct_map.end != end)
        check_broken(CHECK_DIRECT_MAP_END, "the direct map ends at 0x%llx instead of 0x%llx",
                     (unsigned long long)judge->baton->direct_map.end, (unsigned long long)end);
}

/* In the half of the upper half that the kernel is not in; random numbers move it by less than half of that. */
static void check_base(const struct judge *judge)
{
    const struct fake_kernel *kernel = judge->expected->kernel;
    const unsigned half_bits = table_format(&judge->result->entry)->half_bits;
    const uint64_t high = 0 - (1ULL << half_bits), middle = 0 - (1ULL << (half_bits - 1));
    const uint64_t base = judge->direct_base, usual = judge->baton->kernel.address < middle ? middle : high;
    const uint64_t step = judge->expected->identity_map && fake_paging_levels() > 3 ? 1ULL << 39 : 1ULL << 30;

    if (!kernel->high              ? base != 0
        : !judge->expected->random ? base != usual
                                   : base < usual || base - usual >= 1ULL << (half_bits - 2) || base % step != 0)
        check_broken(CHECK_DIRECT_MAP_BASE, "the direct map is at 0x%llx", (unsigned long long)base);
}

void judge_paging(const struct judge *judge)
{
    should_be.count = 0;
    check_base(judge);
    judge_tables(judge, &is);
    expect_kernel(judge);
    expect_trampoline(judge);
    expect_serial(judge);
    for (size_t i = 0; i < judge->memory_count; i++)
        expect_entry(judge, &judge->memory[i]);
    sort_and_merge(&is);
    sort_and_merge(&should_be);
    compare_all();
    check_end(judge);
}
