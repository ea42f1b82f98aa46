/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables.h"

#include "fuzz.h"

#define PAGE 4096ULL

uint64_t tables_address(struct input *input)
{
    uint64_t how = input_number(input, 1);

    if (how == 0)
        return 0;
    if (how >= 0xf8)
        return input_wide(input);
    return TABLES_BASE + (how % 12) * 0x10000 + (how >= 0xe0 ? input_number(input, 1) : 0);
}

bool tables_has(const struct made_memory *memory, uint64_t address, uint64_t size)
{
    for (size_t i = 0; i < memory->count; i++) {
        const struct made_block *block = &memory->blocks[i];

        if (address >= block->address && address - block->address <= block->size &&
            size <= block->size - (address - block->address))
            return true;
    }
    return false;
}

void tables_check_ranges(const struct made_memory *memory, const struct table_range *ranges, size_t count)
{
    made_check_ranges(ranges, count);
    for (size_t i = 0; i < count; i++) {
        for (uint64_t page = ranges[i].base; page < ranges[i].base + ranges[i].size; page += PAGE) {
            bool held = false;

            for (size_t k = 0; k < memory->count && !held; k++)
                held = memory->blocks[k].address < page + PAGE &&
                       memory->blocks[k].address + memory->blocks[k].size > page;
            CHECK(held);
        }
    }
}
