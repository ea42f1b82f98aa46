/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What docs/protocol.md promises, compared with what the recorder saw at the jump. Written from the document, with its
 * own walk through the page tables, and naive: nothing of the loader's that makes these things is used to check them.
 */
#ifndef BATON_FAKE_JUDGE_H
#define BATON_FAKE_JUDGE_H

#include "fake.h"
#include "fake_kernels.h"

#define EXPECTED_MODULES 16

struct expected_module {
    const char *name;
    const char *command_line;
    struct bytes bytes;
};

/* What this boot was to hand over. */
struct expected {
    const struct fake_kernel *kernel;
    const char *path;
    const char *command_line;
    const char *unedited;   /* the command line when keys are lost that should have changed it; or NULL */
    const char *unmodified; /* and when their modifiers are */
    struct expected_module modules[EXPECTED_MODULES];
    size_t module_count;
    bool random;         /* kaslr */
    bool identity_map;   /* asked for */
    bool kernel_file;    /* asked for */
    bool at_el2;         /* asked for */
    uint64_t stack_size; /* bytes; 0: the default */
};

/* Complains (fake_complain) of every promise that was broken. */
void judge(const struct fake_result *result, const struct expected *expected);

/* ---- the judge's own parts ---- */

#define JUDGE_LIST 16384

/* A run of pages that are mapped alike. */
struct judge_mapping {
    uint64_t address, physical, size;
    unsigned flags; /* MAPPED_... */
};

enum {
    MAPPED_WRITE = 1,
    MAPPED_EXECUTE = 2,
    MAPPED_COMBINING = 4,
    MAPPED_DEVICE = 8,
};

struct judge_mappings {
    struct judge_mapping items[JUDGE_LIST];
    size_t count;
};

/* Adds one behind the others; it grows the last one where it goes on with that. One of no bytes is none. */
void judge_mapping_add(struct judge_mappings *list, const struct judge_mapping *mapping);

struct judge {
    const struct fake_result *result;
    const struct expected *expected;
    const struct baton *baton;
    uint64_t direct_base;
    const struct baton_memory *memory;
    size_t memory_count;
};

/* The loader's own memory at a pointer of the kernel's, which must point into memory of the kind baton; NULL, and a
 * complaint, when it does not. */
const void *judge_pointer(const struct judge *judge, const void *pointer, uint64_t size, const char *what);

/* Whether all these bytes are of one kind in the kernel's map. */
bool judge_is_kind(const struct judge *judge, uint64_t base, uint64_t size, uint32_t kind);

/* judge_map.c: the memory map, entry by entry. */
void judge_map(const struct judge *judge);

/* judge_paging.c: the page tables, mapping by mapping. */
void judge_paging(const struct judge *judge);

/* judge_kernel.c: the kernel's bytes, where it runs. */
void judge_kernel(const struct judge *judge);

/* judge_facts.c: what the baton tells of the machine. */
void judge_facts(const struct judge *judge);

#endif
