/* SPDX-License-Identifier: BSD-2-Clause */
#include "made_tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "put.h"

void made_memory_end(struct made_memory *memory)
{
    for (size_t i = 0; i < memory->count; i++)
        free(memory->blocks[i].bytes);
    while (memory->copies) {
        struct made_copy *next = memory->copies->next;

        free(memory->copies);
        memory->copies = next;
    }
    *memory = (struct made_memory){0};
}

uint8_t *made_memory_add(struct made_memory *memory, uint64_t address, size_t size)
{
    struct made_block *block = &memory->blocks[memory->count++];

    assert_true(memory->count <= MADE_BLOCKS);
    *block = (struct made_block){address, size, calloc(size, 1)};
    assert_non_null(block->bytes);
    return block->bytes;
}

static const void *read_copy(void *context, uint64_t address, uint64_t size)
{
    struct made_memory *memory = context;

    memory->reads++;
    for (size_t i = 0; i < memory->count; i++) {
        const struct made_block *block = &memory->blocks[i];
        struct made_copy *copy;

        if (address < block->address || address - block->address > block->size ||
            size > block->size - (address - block->address))
            continue;
        copy = malloc(sizeof(*copy) + size);
        assert_non_null(copy);
        copy->next = memory->copies;
        memory->copies = copy;
        memcpy(copy->bytes, block->bytes + (address - block->address), size);
        return copy->bytes;
    }
    return NULL;
}

struct physical_memory made_memory_view(struct made_memory *memory)
{
    return (struct physical_memory){read_copy, memory};
}

void made_seal(uint8_t *at, size_t size, size_t checksum)
{
    at[checksum] = (uint8_t)(at[checksum] - bytes_sum((struct bytes){at, size}));
}

uint8_t *made_table(struct made_memory *memory, uint64_t address, const char *signature, size_t size)
{
    uint8_t *at = made_memory_add(memory, address, size);

    memcpy(at, signature, 4);
    put_number(at + 4, 4, size);
    memcpy(at + 10, "MAKER TABLE   ", 14);
    made_seal(at, size, 9);
    return at;
}

uint8_t *made_rsdp(struct made_memory *memory, uint64_t address, uint8_t revision, uint64_t rsdt, uint64_t xsdt)
{
    uint8_t *at = made_memory_add(memory, address, revision < 2 ? 20 : 36);

    memcpy(at, "RSD PTR ", 8);
    memcpy(at + 9, "MAKER ", 6);
    at[15] = revision;
    put_number(at + 16, 4, rsdt);
    if (revision >= 2) {
        put_number(at + 20, 4, 36);
        put_number(at + 24, 8, xsdt);
    }
    made_rsdp_seal(at);
    return at;
}

void made_rsdp_seal(uint8_t *rsdp)
{
    made_seal(rsdp, 20, 8);
    if (rsdp[15] >= 2)
        made_seal(rsdp, 36, 32);
}

uint8_t *made_root(struct made_memory *memory, uint64_t address, size_t width, const uint64_t *entries, size_t count)
{
    uint8_t *at = made_table(memory, address, width == 8 ? "XSDT" : "RSDT", 36 + width * count);

    for (size_t i = 0; i < count; i++)
        put_number(at + 36 + width * i, width, entries[i]);
    made_seal(at, 36 + width * count, 9);
    return at;
}

uint8_t *made_smbios2(struct made_memory *memory, uint64_t address, uint64_t table, size_t size)
{
    uint8_t *at = made_memory_add(memory, address, 31);

    memcpy(at, "_SM_", 4);
    at[5] = 31;
    at[6] = 2;
    at[7] = 8;
    memcpy(at + 16, "_DMI_", 5);
    put_number(at + 22, 2, size);
    put_number(at + 24, 4, table);
    put_number(at + 28, 2, 3);
    at[30] = 0x28;
    made_smbios2_seal(at);
    return at;
}

void made_smbios2_seal(uint8_t *entry)
{
    made_seal(entry + 16, 15, 5);
    made_seal(entry, entry[5], 4);
}

uint8_t *made_smbios3(struct made_memory *memory, uint64_t address, uint64_t table, size_t size)
{
    uint8_t *at = made_memory_add(memory, address, 24);

    memcpy(at, "_SM3_", 5);
    at[6] = 24;
    at[7] = 3;
    at[8] = 7;
    at[10] = 1;
    put_number(at + 12, 4, size);
    put_number(at + 16, 8, table);
    made_seal(at, 24, 5);
    return at;
}

void made_check_ranges(const struct table_range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t end = ranges[i].base + ranges[i].size;

        if (ranges[i].size == 0 || ranges[i].base % 4096 != 0 || end % 4096 != 0 || end > 1ULL << 52 ||
            (i > 0 && ranges[i].base <= ranges[i - 1].base + ranges[i - 1].size))
            fail_msg("range %zu of %zu: 0x%llx, size 0x%llx", i, count, (unsigned long long)ranges[i].base,
                     (unsigned long long)ranges[i].size);
    }
}

bool made_is_in(const struct table_range *ranges, size_t count, uint64_t address, uint64_t size)
{
    for (size_t i = 0; i < count; i++) {
        if (address >= ranges[i].base && address - ranges[i].base < ranges[i].size &&
            size <= ranges[i].size - (address - ranges[i].base))
            return true;
    }
    return false;
}

void made_check_log(const char *words)
{
    static char room[LOG_RING_SIZE + 1];

    log_copy(room, sizeof(room));
    log_reset();
    if (words ? !strstr(room, words) : room[0] != '\0')
        fail_msg("the log has \"%s\", not \"%s\"", room, words ? words : "");
}
