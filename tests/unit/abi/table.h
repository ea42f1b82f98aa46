/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two header sets that define the same names cannot meet in one translation unit, so each side turns the shared list
 * (list.h) into a table of plain values, and the test compares the tables.
 */
#ifndef BATON_TEST_ABI_TABLE_H
#define BATON_TEST_ABI_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* Laid out like EFI_GUID, so that the headers' own initialisers fit. */
struct abi_guid {
    uint32_t data1;
    uint16_t data2;
    uint16_t data3;
    uint8_t data4[8];
};

struct abi_row {
    const char *name;
    uint64_t value; /* 0 in a row for a GUID */
    struct abi_guid guid;
};

extern const struct abi_row abi_ours[];
extern const size_t abi_ours_count;
extern const struct abi_row abi_theirs[];
extern const size_t abi_theirs_count;

/* How a line of the list becomes rows. */
#define SIZE(type)           {"size of " #type, sizeof(type), {0}},
#define OFFSET(type, member) {"offset of " #type "." #member, offsetof(type, member), {0}},
#define MEMBER(type, member)                                                                                           \
    OFFSET(type, member){                                                                                              \
        "size of " #type "." #member, sizeof(((type *)NULL)->member), {0}}, /* NOLINT(bugprone-sizeof-expression) */
#define VALUE(constant) {#constant, (uint64_t)(constant), {0}},
#define GUID(name)      {#name, 0, name},

#endif
