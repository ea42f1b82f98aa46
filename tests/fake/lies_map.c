/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies in the memory map. */
#include <string.h>

#include "lies.h"

/* From one kind to another, in one number. */
#define KINDS(from, to) ((uint64_t)BATON_MEMORY_##from << 8 | BATON_MEMORY_##to)

static void change_kind(struct told *told, uint64_t kinds)
{
    told_entry_of_kind(told, (uint32_t)(kinds >> 8))->kind = (uint32_t)(kinds & 0xff);
}

static void change_base(struct told *told, uint64_t number)
{
    told_entry(told, number)->base += FAKE_PAGE;
}

static void change_size(struct told *told, uint64_t number)
{
    told_entry(told, number)->size -= FAKE_PAGE;
}

static void change_type(struct told *told, uint64_t kind)
{
    told_entry_of_kind(told, (uint32_t)kind)->efi_type ^= 1;
}

static void change_attributes(struct told *told, uint64_t kind)
{
    told_entry_of_kind(told, (uint32_t)kind)->efi_attributes ^= 1;
}

static void change_last(struct told *told, uint64_t kind)
{
    told_entry(told, told->baton->memory_map.count - 1)->kind = (uint32_t)kind;
}

static void swap(struct told *told, uint64_t number)
{
    struct baton_memory entry = *told_entry(told, number);

    *told_entry(told, number) = *told_entry(told, number + 1);
    *told_entry(told, number + 1) = entry;
}

static void drop(struct told *told, uint64_t number)
{
    size_t after = told->baton->memory_map.count - (size_t)number - 1;

    memmove(told_entry(told, number), told_entry(told, number) + 1, after * sizeof(struct baton_memory));
    told->baton->memory_map.count--;
}

/* The list's room ends somewhere behind it. */
static void repeat_last(struct told *told, uint64_t number)
{
    struct baton_memory *last = told_entry(told, told->baton->memory_map.count - 1);

    (void)number;
    last[1] = (struct baton_memory){last->base + last->size, FAKE_PAGE, BATON_MEMORY_RESERVED, 0, 0};
    told->baton->memory_map.count++;
}

/* One entry becomes two that are alike. */
static void split(struct told *told, uint64_t kind)
{
    struct baton_memory *entry = told_entry_of_kind(told, (uint32_t)kind);
    size_t after = (size_t)(told_entry(told, told->baton->memory_map.count - 1) - entry);

    memmove(entry + 1, entry, (after + 1) * sizeof(*entry));
    entry[0].size = FAKE_PAGE;
    entry[1].base += FAKE_PAGE;
    entry[1].size -= FAKE_PAGE;
    told->baton->memory_map.count++;
}

static void empty_map(struct told *told, uint64_t number)
{
    (void)number;
    told->baton->memory_map.count = 0;
}

static const struct lie lies[] = {
    {FOR("no entries", MAP_LIST), TELL(empty_map, 0)},
    {FOR("free memory among page tables", MAP_TAKEN), TELL(change_kind, KINDS(USABLE, PAGE_TABLES)), .is_wide = true},
    {FOR("boot services in the baton", MAP_TAKEN), TELL(change_kind, KINDS(BOOT_SERVICES, BATON)), .is_wide = true},
    {FOR("page 0 is usable", MAP_ENTRY), TELL(change_kind, KINDS(RESERVED, USABLE))},
    {FOR("usable is boot services", MAP_ENTRY), TELL(change_kind, KINDS(USABLE, BOOT_SERVICES))},
    {FOR("usable is withheld", MAP_ENTRY), TELL(change_kind, KINDS(USABLE, WITHHELD))},
    {FOR("boot services are usable", MAP_ENTRY), TELL(change_kind, KINDS(BOOT_SERVICES, USABLE))},
    {FOR("loader is usable", MAP_ENTRY), TELL(change_kind, KINDS(LOADER, USABLE))},
    {FOR("trampoline is loader", MAP_ENTRY), TELL(change_kind, KINDS(TRAMPOLINE, LOADER))},
    {FOR("kernel is module", MAP_ENTRY), TELL(change_kind, KINDS(KERNEL, MODULE))},
    {FOR("stack is loader", MAP_ENTRY), TELL(change_kind, KINDS(STACK, LOADER))},
    {FOR("module is kernel", MAP_ENTRY), TELL(change_kind, KINDS(MODULE, KERNEL))},
    {FOR("ACPI NVS is reclaimable", MAP_ENTRY), TELL(change_kind, KINDS(ACPI_NVS, ACPI_RECLAIMABLE))},
    {FOR("ACPI reclaimable is usable", MAP_ENTRY), TELL(change_kind, KINDS(ACPI_RECLAIMABLE, USABLE))},
    {FOR("tables are runtime data", MAP_ENTRY), TELL(change_kind, KINDS(FIRMWARE_TABLES, RUNTIME_DATA))},
    {FOR("runtime code is data", MAP_ENTRY), TELL(change_kind, KINDS(RUNTIME_CODE, RUNTIME_DATA))},
    {FOR("runtime data is usable", MAP_ENTRY), TELL(change_kind, KINDS(RUNTIME_DATA, USABLE))},
    {FOR("specific purpose is usable", MAP_ENTRY), TELL(change_kind, KINDS(SPECIFIC_PURPOSE, USABLE))},
    {FOR("withheld is usable", MAP_ENTRY), TELL(change_kind, KINDS(WITHHELD, USABLE))},
    {FOR("framebuffer is MMIO", MAP_ENTRY), TELL(change_kind, KINDS(FRAMEBUFFER, MMIO))},
    {FOR("MMIO is reserved", MAP_ENTRY), TELL(change_kind, KINDS(MMIO, RESERVED))},
    {FOR("a hole is withheld, and was no hole", MAP_ENTRY), TELL(change_kind, KINDS(ACPI_NVS, WITHHELD)),
     ON("map full of holes at the exit")},
    {FOR("a kind that nobody knows", MAP_ENTRY), TELL(change_last, 23)},
    {FOR("first entry's base", MAP_ENTRY), TELL(change_base, 0)},
    {FOR("first entry's size", MAP_ENTRY), TELL(change_size, 0)},
    {FOR("second entry's base", MAP_ENTRY), TELL(change_base, 1)},
    {FOR("second entry's size", MAP_ENTRY), TELL(change_size, 1)},
    {FOR("type of usable memory", MAP_ENTRY), TELL(change_type, BATON_MEMORY_USABLE)},
    {FOR("type of the kernel", MAP_ENTRY), TELL(change_type, BATON_MEMORY_KERNEL)},
    {FOR("type of what the firmware does not list", MAP_ENTRY), TELL(change_type, BATON_MEMORY_FRAMEBUFFER)},
    {FOR("attributes of usable memory", MAP_ENTRY), TELL(change_attributes, BATON_MEMORY_USABLE)},
    {FOR("attributes of the stack", MAP_ENTRY), TELL(change_attributes, BATON_MEMORY_STACK)},
    {FOR("attributes of what the firmware does not list", MAP_ENTRY),
     TELL(change_attributes, BATON_MEMORY_FRAMEBUFFER)},
    {FOR("two entries out of order", MAP_ENTRY), TELL(swap, 1)},
    {FOR("an entry is two", MAP_ENTRY), TELL(split, BATON_MEMORY_USABLE)},
    {FOR("an entry is not there", MAP_COUNT), TELL(drop, 2)},
    {FOR("the last entry is not there", MAP_COUNT), BATON(memory_map.count, 1)},
    {FOR("an entry too much", MAP_COUNT), TELL(repeat_last, 0)},
};
const struct lie_list lies_map = {lies, COUNT(lies)};
