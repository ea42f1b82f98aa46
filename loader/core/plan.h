/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan of a boot: which memory is wanted, what goes into it and how it is mapped. A plan asks, reserve answers: the
 * physical addresses are filled in by reserve. Making a plan calls no firmware and keeps nothing.
 */
#ifndef BATON_PLAN_H
#define BATON_PLAN_H

#include "arena.h"
#include "entry.h"
#include "error.h"
#include "facts.h"
#include "maps_layout.h"
#include "memory_map.h"

/* Bytes of a file that were read because the plan asked for them. */
struct plan_extent {
    uint64_t offset; /* in the file */
    struct bytes bytes;
};

#define PLAN_HEAD_SIZE 4096U /* a file's first bytes: the headers of nearly every kernel */
#define PLAN_EXTENTS   16    /* program headers, dynamic section, three relocation tables, and notes */

/* A file that open found. The kernel is file 0, the modules follow in the order of the entry. */
struct plan_file {
    const char *path;
    uint64_t size;     /* bytes */
    struct bytes head; /* its first bytes */
    struct plan_extent extents[PLAN_EXTENTS];
    size_t extent_count;
};

struct plan_input {
    const struct facts *facts;
    const struct entry *entry;
    struct bytes volume_path; /* device path of the volume that the files are on; it may be longer than the path is */
    const struct plan_file *files;
    size_t file_count;
};

/* The bytes of a file that the plan needs before it can be made. */
struct plan_want {
    size_t file;
    uint64_t offset;
    uint64_t size;
};

/* Memory that the boot needs. */
struct plan_request {
    const char *what;   /* for messages: a file's path, "the stack" */
    const char *mend;   /* what to do when an exact range is not free; a sentence */
    uint64_t size;      /* bytes, page-aligned */
    uint64_t alignment; /* a power of two, at least a page */
    bool exact;         /* at `address` and nowhere else */
    uint64_t address;   /* physical */
    bool executable;    /* the firmware must let the loader run code in it */
    uint32_t kind;      /* BATON_MEMORY_...: its label in the kernel's map */
    uint64_t labelled;  /* bytes that get the label; what follows is the loader's scratch */
};

/* Where a request came to lie. Reserve writes it. */
struct plan_place {
    uint64_t physical;
    uint8_t *memory; /* the same as a pointer for the loader */
};

/* Bytes of a file that go into a request. */
struct plan_load {
    size_t request;
    uint64_t offset; /* in the request */
    size_t file;
    uint64_t file_offset;
    uint64_t size; /* bytes, not 0 */
};

/* Bytes of one request that are copied into another, once the files are read. */
struct plan_copy {
    size_t request;
    uint64_t offset; /* in the request */
    size_t from_request;
    uint64_t from_offset;
    uint64_t size; /* bytes, not 0 */
};

/* Bytes of a request that are zeroed. */
struct plan_fill {
    size_t request;
    uint64_t offset;
    uint64_t size;
};

/* Bytes that are in no file. */
struct plan_literal {
    uint64_t offset; /* in the initrd */
    struct bytes bytes;
};

/* A part of a request that is also mapped outside the direct map. */
struct plan_mapping {
    size_t request;
    uint64_t offset;
    uint64_t size;
    bool identity;    /* at its physical address */
    uint64_t address; /* else here */
    uint32_t permissions;
};

/* A part of a request that the direct map does not map readable and writable, as it does everything else. Parts of one
 * request are sorted by offset. */
struct plan_protection {
    size_t request;
    uint64_t offset;
    uint64_t size;
    bool unmapped;
    uint32_t permissions;
};

/* How a boot ends. */
enum plan_ending {
    PLAN_LEAVE, /* boot services end, the map is sealed, the kernel is entered */
    PLAN_START, /* the firmware loads and starts an image, which may come back */
};

/* An image that the firmware starts. Loads, fills and literals make its initrd, which is in no request. */
struct plan_image {
    struct bytes path;    /* device path */
    struct bytes options; /* load options: UTF-16 with its NUL, or nothing */
    uint64_t initrd_size; /* bytes; 0 when there is none */
    struct plan_literal *literals;
    size_t literal_count;
};

struct plan {
    enum plan_ending ending;
    struct plan_image image; /* with PLAN_START, and then nothing below but loads and fills */

    struct plan_request *requests;
    struct plan_place *places; /* one for each request */
    size_t request_count;
    struct plan_load *loads;
    size_t load_count;
    struct plan_copy *copies;
    size_t copy_count;
    struct plan_fill *fills;
    size_t fill_count;
    struct plan_mapping *mappings;
    size_t mapping_count;
    struct plan_protection *protections;
    size_t protection_count;

    size_t kernel, stack, trampoline, tables, baton, maps; /* requests, by number */
    size_t first_module;
    size_t module_count;

    uint64_t direct_map_base;  /* virtual address of physical address 0 */
    uint64_t direct_map_limit; /* physical addresses from here on are out of its reach */
    bool identity_map;         /* what it holds is shown at its physical address as well */
    bool at_el2;               /* aarch64: the kernel is entered at EL2 */
    uint64_t entry;            /* virtual address */
    uint64_t stack_top;        /* offset in the stack's request */
    struct maps_layout maps_layout;
    const void *protocol_data; /* what the protocol's plan tells its build and seal; in the arena */
};

/* Room for so many of each, from the arena. Fails with STATUS_NEED_ROOM only. */
struct plan_sizes {
    size_t requests, loads, copies, fills, literals, mappings, protections;
};
MUST_CHECK enum status plan_start(const struct plan_sizes *sizes, struct arena *arena, struct plan *ret_plan);

/* Bytes to ask the firmware for, so that the request finds an aligned place in them. */
static inline uint64_t plan_request_room(const struct plan_request *request)
{
    return request->exact ? request->size : request->size + (request->alignment - 4096);
}

/* Adds a request and returns its number. The caller of plan_start counted them. */
size_t plan_add(struct plan *plan, const struct plan_request *request);

/* `size` bytes of `file` from `file_offset` on. Nothing is added for 0 bytes. */
void plan_add_load(struct plan *plan, const struct plan_load *load);

/* Bytes of files that are read to carry the plan out. They have a place each, so the sum has one. */
uint64_t plan_load_size(const struct plan *plan);

/* The same for a part of another request. */
void plan_add_copy(struct plan *plan, const struct plan_copy *copy);

/* Zeroes whatever part of the request from `offset` to `end` (bytes) there is. */
void plan_add_fill(struct plan *plan, size_t request, uint64_t offset, uint64_t end);

/* Bytes of the initrd, which stay the caller's. */
void plan_add_literal(struct plan *plan, const struct plan_literal *literal);

void plan_add_mapping(struct plan *plan, const struct plan_mapping *mapping);
void plan_add_protection(struct plan *plan, const struct plan_protection *protection);

/*
 * Makes the maps' request large enough for a firmware map of `raw_size` bytes; it must be reserved again. Fails with
 * STATUS_INVALID for an absurd size.
 */
MUST_CHECK enum status plan_enlarge_maps(struct plan *plan, const struct facts *facts, uint64_t raw_size,
                                         struct error *error);

/* The memory map as the kernel would have it now, with nothing placed. */
struct plan_map {
    const struct baton_memory *entries;
    size_t count;
};

/*
 * Checks that the machine has the memory for each request by itself and for all together, and that exact ranges are
 * free. `map` is the facts' map, sealed. Fails with STATUS_NO_MEMORY and a message that begins with
 * `subject`, the kernel's path.
 */
MUST_CHECK enum status plan_check_memory(const struct plan *plan, const struct facts *facts, const struct plan_map *map,
                                         const char *subject, struct error *error);

/* Whether memory that the firmware gave can be used: not page 0, which firmware before 2025 hands out, and not what is
 * in use, reserved, or has tables in it, whatever the firmware's map says. If not, `ret_start` is where what is in the
 * way begins. */
bool plan_may_use(const struct facts *facts, uint64_t base, uint64_t size, uint64_t *ret_start);

/* `size` bytes of the file at `offset`, from what was read of it. STATUS_NEED_BYTES, and `ret_want` set, when that part
 * was not read yet; STATUS_INVALID when it lies outside the file. */
MUST_CHECK enum status plan_file_bytes(const struct plan_input *input, size_t file, uint64_t offset, uint64_t size,
                                       struct bytes *ret_bytes, struct plan_want *ret_want, struct error *error);

/* The scratch memory to try next, in bytes, after `size`; 0 is before the first try. STATUS_NO_MEMORY: `kernel` has had
 * enough. */
MUST_CHECK enum status plan_next_room(const struct plan_file *kernel, const struct memory_intervals *memory,
                                      size_t size, size_t *ret_size, struct error *error);

/* Whether there is room for the bytes that a plan wants to see of `file`: STATUS_INVALID when they are too many. */
MUST_CHECK enum status plan_check_want(const struct plan_file *file, const struct plan_want *want, struct error *error);

#endif
