/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "fake.h"
#include "phys.h"
#include "poison.h"

#define RANGES      4096
#define OPENED      512
#define ALLOCATIONS 512
#define BLOCK       (1ULL << 20) /* the largest allocation with SMALL_BLOCKS */

struct allocation {
    uint64_t base, end;
    uint32_t type;
    unsigned call; /* that made it */
};

struct pool_block {
    struct pool_block *next;
    void *memory;
    size_t size;
    unsigned call;
    bool answers; /* a call that was no allocation */
    uint32_t type;
};

static struct {
    uint8_t *physical; /* FAKE_PHYSICAL_END bytes, none of which can be touched */
    struct fake_range ranges[RANGES];
    size_t range_count;
    struct allocation allocations[ALLOCATIONS];
    size_t allocation_count;
    struct allocation opened[OPENED];
    size_t opened_count;
    struct pool_block *pool;
    size_t pool_used, pool_most; /* bytes */
    uint64_t key;
    uint64_t fragment; /* the next page that fake_memory_fragment takes */
    bool stolen;       /* with STOLEN_RANGE: it has happened */
} state;

void *phys_to_ptr(uint64_t physical)
{
    if (physical >= FAKE_PHYSICAL_END) {
        fprintf(stderr, "the loader wants to touch 0x%llx, which no machine here has\n", (unsigned long long)physical);
        abort();
    }
    return state.physical + physical;
}

uint64_t ptr_to_phys(const void *pointer)
{
    uintptr_t offset = (uintptr_t)pointer - (uintptr_t)state.physical;

    return offset < FAKE_PHYSICAL_END ? offset : (uintptr_t)pointer;
}

/* ---- what can be touched ---- */

static void open_range(uint64_t base, uint64_t end)
{
    if (state.opened_count == OPENED || mprotect(state.physical + base, end - base, PROT_READ | PROT_WRITE) != 0)
        abort();
    state.opened[state.opened_count++] = (struct allocation){.base = base, .end = end};
}

static void close_range(size_t index)
{
    struct allocation range = state.opened[index];

    if (madvise(state.physical + range.base, range.end - range.base, MADV_DONTNEED) != 0 ||
        mprotect(state.physical + range.base, range.end - range.base, PROT_NONE) != 0)
        abort();
    state.opened[index] = state.opened[--state.opened_count];
}

bool fake_memory_is_open(uint64_t base, uint64_t size)
{
    for (size_t i = 0; i < state.opened_count; i++) {
        if (base >= state.opened[i].base && base <= state.opened[i].end && size <= state.opened[i].end - base)
            return true;
    }
    return false;
}

void *fake_memory_open(uint64_t base, uint64_t size)
{
    uint64_t end = (base + size + FAKE_PAGE - 1) & ~(FAKE_PAGE - 1);

    open_range(base & ~(FAKE_PAGE - 1), end);
    return state.physical + base;
}

/* ---- ranges ---- */

static void insert(size_t index, struct fake_range range)
{
    if (state.range_count == RANGES)
        abort();
    memmove(&state.ranges[index + 1], &state.ranges[index], (state.range_count - index) * sizeof(range));
    state.ranges[index] = range;
    state.range_count++;
}

/* Gives a part of one range another type. */
static void retype(uint64_t base, uint64_t end, uint32_t type)
{
    for (size_t i = 0; i < state.range_count; i++) {
        struct fake_range *range = &state.ranges[i];

        if (base < range->base || end > range->end)
            continue;
        if (end < range->end) {
            insert(i + 1, (struct fake_range){end, range->end, range->type, range->attributes});
            range->end = end;
        }
        if (base > range->base) {
            insert(i + 1, (struct fake_range){base, range->end, type, range->attributes});
            range->end = base;
        } else {
            range->type = type;
        }
        state.key++;
        return;
    }
    abort();
}

/* Free neighbours that are alike become one again. */
static void merge(void)
{
    size_t count = 0;

    for (size_t i = 0; i < state.range_count; i++) {
        struct fake_range *last = count > 0 ? &state.ranges[count - 1] : NULL;
        const struct fake_range *range = &state.ranges[i];

        if (last && last->end == range->base && last->type == range->type && last->attributes == range->attributes &&
            range->type == EfiConventionalMemory)
            last->end = range->end;
        else
            state.ranges[count++] = *range;
    }
    state.range_count = count;
}

size_t fake_memory_ranges(const struct fake_range **ret_ranges)
{
    *ret_ranges = state.ranges;
    return state.range_count;
}

uint64_t fake_memory_key(void)
{
    return state.key;
}

/* ---- pages ---- */

static bool is_free(const struct fake_range *range)
{
    return range->type == EfiConventionalMemory && (range->attributes & EFI_MEMORY_WB) &&
           !(range->attributes & EFI_MEMORY_SP);
}

/* Where in a range `size` bytes are taken, when they fit below `limit`. */
static bool fits(const struct fake_range *range, uint64_t size, uint64_t limit, uint64_t *ret_base)
{
    uint64_t base = range->base, end = range->end < limit ? range->end : limit;

    if (base == 0 && !fake_has(FAKE_QUIRK_PAGE_ZERO))
        base = FAKE_PAGE;
    if (!is_free(range) || base >= end || end - base < size)
        return false;
    *ret_base = fake_has(FAKE_QUIRK_FROM_BELOW) || fake_has(FAKE_QUIRK_PAGE_ZERO) ? base : end - size;
    return true;
}

static bool find_exact(uint64_t base, uint64_t size)
{
    for (size_t i = 0; i < state.range_count; i++) {
        const struct fake_range *range = &state.ranges[i];

        if (is_free(range) && base >= range->base && base < range->end && size <= range->end - base)
            return true;
    }
    return false;
}

/* Somebody takes it between the map and the allocation, and is gone when the next map is made. */
static bool is_stolen(void)
{
    if (!fake_has(FAKE_QUIRK_STOLEN_RANGE) || state.stolen)
        return false;
    state.stolen = true;
    return true;
}

/* What a device tree reserves, its firmware's map may list as free: then it is handed out before anything else. */
static bool find_reserved(uint64_t size, uint64_t *ret_base)
{
    struct fake_pages reserved[FAKE_RESERVATIONS];
    size_t count = fake_tables_reservations(reserved);

    for (size_t i = 0; i < count; i++) {
        if (size <= reserved[i].size && find_exact(reserved[i].base, size)) {
            *ret_base = reserved[i].base;
            return true;
        }
    }
    return false;
}

bool fake_memory_is_in_use(uint64_t base, uint64_t size)
{
    struct fake_pages taken[FAKE_TAKEN];
    size_t count = fake_machine_taken(taken);

    for (size_t i = 0; i < count; i++) {
        if (base < taken[i].base + taken[i].size && taken[i].base < base + size)
            return true;
    }
    return false;
}

/* What its map lists as free although its stack or its page tables are there, firmware gives away: first of all. */
static bool find_in_use(uint64_t size, uint64_t *ret_base)
{
    struct fake_pages taken[FAKE_TAKEN];
    size_t count = fake_machine_taken(taken);

    for (size_t i = 0; i < count; i++) {
        if (find_exact(taken[i].base, size)) {
            *ret_base = taken[i].base;
            return true;
        }
    }
    return false;
}

/* From above 4 GiB only when there is nothing below, or when the machine likes it so. */
static bool find_any(uint64_t size, uint64_t limit, uint64_t *ret_base)
{
    bool from_below = fake_has(FAKE_QUIRK_FROM_BELOW) || fake_has(FAKE_QUIRK_PAGE_ZERO);

    for (int above = fake_has(FAKE_QUIRK_FROM_ABOVE) ? 1 : 0, tries = 0; tries < 2; above = !above, tries++) {
        for (size_t i = 0; i < state.range_count; i++) {
            const struct fake_range *range = &state.ranges[from_below ? i : state.range_count - 1 - i];

            if ((range->base >= 1ULL << 32) == (above == 1) && fits(range, size, limit, ret_base))
                return true;
        }
    }
    return false;
}

static EFI_STATUS fail(EFI_STATUS status)
{
    fake_note_failure();
    return status;
}

static EFI_STATUS EFIAPI allocate_pages(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, UINTN pages,
                                        EFI_PHYSICAL_ADDRESS *memory)
{
    EFI_STATUS status = fake_call(FAKE_AllocatePages);
    uint64_t size, base;
    bool found;

    if (type != EfiLoaderCode && type != EfiLoaderData && type != EfiACPIReclaimMemory)
        fake_complain("pages of type 0x%x were asked for", type);
    if (!memory || how > AllocateAddress || pages == 0 || pages > FAKE_PHYSICAL_END / FAKE_PAGE ||
        (how == AllocateAddress && *memory % FAKE_PAGE != 0)) {
        fake_complain("AllocatePages: %zu pages in way %u make no sense", pages, how);
        return fail(EFI_INVALID_PARAMETER);
    }
    fake_set_vital(how != AllocateAddress);
    if (status != EFI_SUCCESS)
        return status;
    size = pages * FAKE_PAGE;
    base = *memory;
    if ((fake_has(FAKE_QUIRK_SMALL_BLOCKS) && size > BLOCK) ||
        (fake_setup()->largest != 0 && size > fake_setup()->largest))
        return fail(EFI_OUT_OF_RESOURCES);
    if (how == AllocateAddress && is_stolen())
        return fail(EFI_OUT_OF_RESOURCES); /* as U-Boot says it when a later page of the range is taken */
    if (how == AllocateAddress)
        found = find_exact(base, size);
    else
        found = (how == AllocateAnyPages && find_in_use(size, &base)) || find_reserved(size, &base) ||
                find_any(size, how == AllocateMaxAddress ? base + 1 : FAKE_PHYSICAL_END, &base);
    if (!found || state.allocation_count == ALLOCATIONS)
        return fail(how == AllocateAddress ? EFI_NOT_FOUND : EFI_OUT_OF_RESOURCES);
    retype(base, base + size, type);
    state.allocations[state.allocation_count++] = (struct allocation){base, base + size, type, fake_calls()};
    open_range(base, base + size);
    memset(state.physical + base, 0xa5, size < 64 * FAKE_PAGE ? size : 64 * FAKE_PAGE);
    *memory = base;
    return EFI_SUCCESS;
}

/* A failure that was injected counts as given back: a caller can do no more. */
static EFI_STATUS EFIAPI free_pages(EFI_PHYSICAL_ADDRESS memory, UINTN pages)
{
    EFI_STATUS status = fake_call(FAKE_FreePages);

    for (size_t i = 0; i < state.allocation_count; i++) {
        const struct allocation *found = &state.allocations[i];

        if (found->base != memory || found->end - found->base != pages * FAKE_PAGE)
            continue;
        if (status == EFI_SUCCESS) {
            retype(found->base, found->end, EfiConventionalMemory);
            merge();
        }
        for (size_t j = 0; j < state.opened_count; j++) {
            if (state.opened[j].base == found->base && state.opened[j].end == found->end) {
                close_range(j);
                break;
            }
        }
        state.allocations[i] = state.allocations[--state.allocation_count];
        return status;
    }
    fake_complain("FreePages: nobody has %zu pages at 0x%llx", pages, (unsigned long long)memory);
    return fail(EFI_NOT_FOUND);
}

bool fake_memory_is_loaders(uint64_t base, uint64_t size, uint32_t type)
{
    for (size_t i = 0; i < state.allocation_count; i++) {
        const struct allocation *found = &state.allocations[i];

        if (found->type == type && base >= found->base && base <= found->end && size <= found->end - base)
            return true;
    }
    return false;
}

/* ---- pool ---- */

void *fake_memory_pool(size_t size)
{
    struct pool_block *block = malloc(sizeof(*block));

    if (!block)
        abort();
    *block = (struct pool_block){state.pool, malloc(size), size, fake_calls(), true, EfiBootServicesData};
    if (!block->memory)
        abort();
    memset(block->memory, 0xa5, size);
    state.pool = block;
    state.pool_used += size;
    if (state.pool_used > state.pool_most)
        state.pool_most = state.pool_used;
    state.key++;
    return block->memory;
}

static EFI_STATUS EFIAPI allocate_pool(EFI_MEMORY_TYPE type, UINTN size, void **buffer)
{
    EFI_STATUS status = fake_call(FAKE_AllocatePool);

    if (type != EfiLoaderData && type != EfiACPIReclaimMemory)
        fake_complain("pool memory of type 0x%x was asked for", type);
    if (!buffer || size == 0) {
        fake_complain("AllocatePool: %zu bytes make no sense", size);
        return fail(EFI_INVALID_PARAMETER);
    }
    if (status != EFI_SUCCESS)
        return status;
    if (size > 1ULL << 30 || (fake_setup()->largest != 0 && size > fake_setup()->largest))
        return fail(EFI_OUT_OF_RESOURCES);
    *buffer = fake_memory_pool(size);
    state.pool->answers = false;
    state.pool->type = type;
    if (fake_has(FAKE_QUIRK_POOL_SPLITS))
        fake_memory_fragment(4);
    return EFI_SUCCESS;
}

static bool drop_block(const void *memory)
{
    for (struct pool_block **at = &state.pool; *at; at = &(*at)->next) {
        struct pool_block *block = *at;

        if (block->memory != memory)
            continue;
        *at = block->next;
        state.pool_used -= block->size;
        free(block->memory);
        free(block);
        state.key++;
        return true;
    }
    return false;
}

static EFI_STATUS EFIAPI free_pool(void *buffer)
{
    EFI_STATUS status = fake_call(FAKE_FreePool);

    if (drop_block(buffer))
        return status;
    fake_complain("FreePool: nobody has pool memory at %p", buffer);
    return fail(EFI_INVALID_PARAMETER);
}

/* ---- from outside ---- */

uint32_t fake_memory_pool_type(const void *memory)
{
    for (const struct pool_block *block = state.pool; block; block = block->next) {
        if (block->memory == memory)
            return block->type;
    }
    return UINT32_MAX;
}

void fake_memory_take(const void *memory)
{
    if (!drop_block(memory))
        abort();
}

unsigned fake_memory_find(const void *bytes, size_t size)
{
    unsigned count = 0;

    for (const struct pool_block *block = state.pool; block; block = block->next) {
        unpoison(block->memory, block->size); /* also what the loader has handed out to nobody */
        count += memmem(block->memory, block->size, bytes, size) ? 1 : 0;
    }
    for (size_t i = 0; i < state.allocation_count; i++) {
        const struct allocation *pages = &state.allocations[i];

        count += memmem(state.physical + pages->base, pages->end - pages->base, bytes, size) ? 1 : 0;
    }
    return count;
}

void fake_memory_disturb(void)
{
    state.key++;
}

/* Takes every second page of a stretch of free memory that nobody prefers. */
void fake_memory_fragment(unsigned count)
{
    for (unsigned i = 0; i < count / 2; i++, state.fragment += 2 * FAKE_PAGE) {
        if (find_exact(state.fragment, FAKE_PAGE))
            retype(state.fragment, state.fragment + FAKE_PAGE, EfiBootServicesData);
    }
}

void fake_memory_punch(unsigned count)
{
    for (uint64_t page = 0x20100000; count > 0; count--, page += 2ULL << 20) {
        if (find_exact(page, FAKE_PAGE))
            retype(page, page + FAKE_PAGE, EfiReservedMemoryType);
    }
}

/* The machine's own memory of other types. */
static void claim(const struct fake_claim *claim)
{
    if (claim->size == 0 || !find_exact(claim->base, claim->size))
        return;
    retype(claim->base, claim->base + claim->size, claim->type);
    for (size_t i = 0; i < state.range_count; i++) {
        if (state.ranges[i].base == claim->base)
            state.ranges[i].attributes = claim->attributes;
    }
}

static void map_machine(void)
{
    state.range_count = fake_layout(state.ranges, RANGES);
    if (fake_has(FAKE_QUIRK_FRAGMENTED) && !fake_has(FAKE_QUIRK_HIGH_ONLY))
        fake_memory_fragment(1400);
    for (size_t i = 0; i < fake_setup()->claim_count; i++)
        claim(&fake_setup()->claims[i]);
}

void fake_memory_stop(void)
{
    while (state.opened_count > 0)
        close_range(0);
    while (state.pool) {
        struct pool_block *next = state.pool->next;

        free(state.pool->memory);
        free(state.pool);
        state.pool = next;
    }
    state.pool_used = state.pool_most = 0;
    state.allocation_count = 0;
}

size_t fake_memory_pool_most(void)
{
    return state.pool_most;
}

void fake_memory_start(void)
{
    if (!state.physical) {
        void *room = mmap(NULL, FAKE_PHYSICAL_END, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        if (room == MAP_FAILED)
            abort();
        state.physical = room;
    }
    state.key = 1000;
    state.fragment = 0x10000000;
    state.stolen = false;
    map_machine();
}

void fake_memory_check_pages(void)
{
    for (size_t i = 0; i < state.allocation_count; i++)
        fake_complain("pages 0x%llx-0x%llx, of call %u, were not given back",
                      (unsigned long long)state.allocations[i].base, (unsigned long long)state.allocations[i].end,
                      state.allocations[i].call);
}

void fake_memory_check_answers(void)
{
    for (const struct pool_block *block = state.pool; block; block = block->next) {
        if (block->answers)
            fake_complain("%zu bytes that call %u gave were not freed", block->size, block->call);
    }
}

void fake_memory_check(void)
{
    fake_memory_check_pages();
    for (const struct pool_block *block = state.pool; block; block = block->next)
        fake_complain("%zu bytes of pool memory, of call %u, were not given back", block->size, block->call);
}

void fake_memory_install(EFI_BOOT_SERVICES *boot)
{
    boot->AllocatePages = allocate_pages;
    boot->FreePages = free_pages;
    boot->AllocatePool = allocate_pool;
    boot->FreePool = free_pool;
}
