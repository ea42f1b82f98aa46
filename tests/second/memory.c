/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory map, section 5: made by cutting the address space at every edge and asking what each piece is. */
#include "second.h"

struct claim claims[MAX_CLAIMS];
uint32_t claim_count;
struct firmware_map firmware_map;
struct baton_memory *map;
uint32_t map_count, map_room;
uint64_t *edges;
static uint32_t edge_count;

bool claim(uint64_t base, uint64_t bytes, uint32_t kind)
{
    if (claim_count == MAX_CLAIMS)
        return refuse("too many pieces of memory");
    claims[claim_count++] = (struct claim){{page_down(base), page_up(base + bytes) - page_down(base)}, kind};
    return true;
}

/* What a type of the firmware's is here, and how strict: of descriptors that overlap the strictest wins. */
struct type {
    uint8_t kind, strictness;
};
enum { STRICT_LOADER = 3, STRICT_SPECIFIC_PURPOSE = 4 }; /* up to these it is ordinary RAM, or free */

static struct type type_of(const EFI_MEMORY_DESCRIPTOR *d)
{
    static const struct type types[16] = {[EfiLoaderCode] = {BATON_MEMORY_LOADER, STRICT_LOADER},
                                          [EfiLoaderData] = {BATON_MEMORY_LOADER, STRICT_LOADER},
                                          [EfiBootServicesCode] = {BATON_MEMORY_BOOT_SERVICES, 2},
                                          [EfiBootServicesData] = {BATON_MEMORY_BOOT_SERVICES, 2},
                                          [EfiRuntimeServicesCode] = {BATON_MEMORY_RUNTIME_CODE, 7},
                                          [EfiRuntimeServicesData] = {BATON_MEMORY_RUNTIME_DATA, 6},
                                          [EfiConventionalMemory] = {BATON_MEMORY_USABLE, 1},
                                          [EfiUnusableMemory] = {BATON_MEMORY_UNUSABLE, 13},
                                          [EfiACPIReclaimMemory] = {BATON_MEMORY_ACPI_RECLAIMABLE, 5},
                                          [EfiACPIMemoryNVS] = {BATON_MEMORY_ACPI_NVS, 8},
                                          [EfiMemoryMappedIO] = {BATON_MEMORY_MMIO, 11},
                                          [EfiMemoryMappedIOPortSpace] = {BATON_MEMORY_MMIO, 11},
                                          [14] = {BATON_MEMORY_PERSISTENT, 9},
                                          [15] = {BATON_MEMORY_UNACCEPTED, 10}};

    if (d->Type == EfiConventionalMemory && (d->Attribute & MEMORY_SP))
        return (struct type){BATON_MEMORY_SPECIFIC_PURPOSE, STRICT_SPECIFIC_PURPOSE};
    return d->Type < 16 && types[d->Type].kind ? types[d->Type] : (struct type){BATON_MEMORY_RESERVED, 12};
}

static uint64_t descriptor_count(void)
{
    return firmware_map.size / firmware_map.descriptor_size;
}

static const EFI_MEMORY_DESCRIPTOR *descriptor(uint64_t i)
{
    return (const void *)(firmware_map.descriptors + i * firmware_map.descriptor_size);
}

/* What a descriptor covers below 2^52. */
static struct range range_of(const EFI_MEMORY_DESCRIPTOR *d)
{
    const uint64_t limit = 1ULL << 52;
    uint64_t room = d->PhysicalStart < limit ? limit - d->PhysicalStart : 0;

    return (struct range){d->PhysicalStart, d->NumberOfPages > room / PAGE ? room : d->NumberOfPages * PAGE};
}

/* What the finished map says of an address. */
const struct baton_memory *entry_at(uint64_t physical)
{
    for (uint32_t i = 0; i < map_count; i++)
        if (contains((struct range){map[i].base, map[i].size}, physical))
            return &map[i];
    return NULL;
}

uint64_t conventional_ram(void)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < descriptor_count(); i++)
        if (type_of(descriptor(i)).strictness <= STRICT_LOADER)
            sum += range_of(descriptor(i)).size;
    return sum;
}

/* What the piece that begins at `at` is; no piece has an edge inside. Kind 0: nothing. */
static struct baton_memory judge(uint64_t at)
{
    struct baton_memory m = {.base = at};
    uint8_t strictness = 0;

    for (uint64_t i = 0; i < descriptor_count(); i++) {
        const EFI_MEMORY_DESCRIPTOR *d = descriptor(i);
        if (!contains(range_of(d), at) || type_of(d).strictness <= strictness)
            continue;
        strictness = type_of(d).strictness;
        m.kind = type_of(d).kind;
        m.efi_type = d->Type;
        m.efi_attributes = d->Attribute;
    }
    if (m.kind && strictness <= STRICT_SPECIFIC_PURPOSE) { /* it would be free */
        if (at == 0)
            m.kind = BATON_MEMORY_RESERVED;
        else if (!(m.efi_attributes & MEMORY_WB) || at >= kernel.reach)
            m.kind = BATON_MEMORY_WITHHELD;
    }
    for (uint32_t i = 0; i < claim_count; i++)
        if (contains(claims[i].range, at))
            m.kind = claims[i].kind;
    return m;
}

static bool cut(struct range r)
{
    if (edge_count + 2 > 2 * map_room)
        return false;
    edges[edge_count++] = r.base;
    edges[edge_count++] = r.base + r.size;
    return true;
}

/* Shell sort: quick enough for some thousand, and without recursion. */
static void sort_edges(void)
{
    for (uint32_t gap = edge_count / 2; gap > 0; gap /= 2)
        for (uint32_t i = gap; i < edge_count; i++) {
            uint64_t value = edges[i];
            uint32_t j = i;
            for (; j >= gap && edges[j - gap] > value; j -= gap)
                edges[j] = edges[j - gap];
            edges[j] = value;
        }
}

/* Adds a piece to the map's end, or to its last entry when they are alike. */
static bool append(const struct baton_memory *m)
{
    struct baton_memory *last = map_count ? &map[map_count - 1] : NULL;

    if (last && last->base + last->size == m->base && last->kind == m->kind && last->efi_type == m->efi_type &&
        last->efi_attributes == m->efi_attributes) {
        last->size += m->size;
        return true;
    }
    if (map_count == map_room)
        return false;
    map[map_count++] = *m;
    return true;
}

bool build_map(void)
{
    edge_count = 0;
    map_count = 0;
    bool good = cut((struct range){0, PAGE}) && cut((struct range){kernel.reach, 0});
    for (uint64_t i = 0; i < descriptor_count(); i++)
        good &= cut(range_of(descriptor(i)));
    for (uint32_t i = 0; i < claim_count; i++)
        good &= cut(claims[i].range);
    sort_edges();
    for (uint32_t i = 0; i + 1 < edge_count && good; i++) {
        if (edges[i] == edges[i + 1])
            continue;
        struct baton_memory m = judge(edges[i]);
        m.size = edges[i + 1] - edges[i];
        good = m.kind == 0 || append(&m);
    }
    return good || refuse("the memory map is too long");
}
