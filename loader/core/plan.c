/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan.h"

#include "checked.h"

#define MORE_AT_MOST (64ULL << 20) /* no kernel's headers and relocations are larger */
#define FIRST_ROOM   (6U * 1024)   /* besides the map, sealed */
#define ROOM_AT_MOST (64U * 1024 * 1024)

enum status plan_start(const struct plan_sizes *sizes, struct arena *arena, struct plan *ret_plan)
{
    struct plan plan = {0};

    plan.requests = arena_take(arena, sizes->requests, sizeof(plan.requests[0]));
    plan.places = arena_take(arena, sizes->requests, sizeof(plan.places[0]));
    plan.loads = arena_take(arena, sizes->loads, sizeof(plan.loads[0]));
    plan.copies = arena_take(arena, sizes->copies, sizeof(plan.copies[0]));
    plan.fills = arena_take(arena, sizes->fills, sizeof(plan.fills[0]));
    plan.image.literals = arena_take(arena, sizes->literals, sizeof(plan.image.literals[0]));
    plan.mappings = arena_take(arena, sizes->mappings, sizeof(plan.mappings[0]));
    plan.protections = arena_take(arena, sizes->protections, sizeof(plan.protections[0]));
    if (!plan.requests || !plan.places || !plan.loads || !plan.copies || !plan.fills || !plan.image.literals ||
        !plan.mappings || !plan.protections)
        return STATUS_NEED_ROOM;
    *ret_plan = plan;
    return STATUS_OK;
}

size_t plan_add(struct plan *plan, const struct plan_request *request)
{
    plan->requests[plan->request_count] = *request;
    return plan->request_count++;
}

void plan_add_load(struct plan *plan, const struct plan_load *load)
{
    if (load->size > 0)
        plan->loads[plan->load_count++] = *load;
}

uint64_t plan_load_size(const struct plan *plan)
{
    uint64_t size = 0;

    for (size_t i = 0; i < plan->load_count; i++)
        size += plan->loads[i].size;
    return size;
}

void plan_add_copy(struct plan *plan, const struct plan_copy *copy)
{
    if (copy->size > 0)
        plan->copies[plan->copy_count++] = *copy;
}

void plan_add_fill(struct plan *plan, size_t request, uint64_t offset, uint64_t end)
{
    if (offset < end)
        plan->fills[plan->fill_count++] = (struct plan_fill){request, offset, end - offset};
}

void plan_add_literal(struct plan *plan, const struct plan_literal *literal)
{
    plan->image.literals[plan->image.literal_count++] = *literal;
}

void plan_add_mapping(struct plan *plan, const struct plan_mapping *mapping)
{
    plan->mappings[plan->mapping_count++] = *mapping;
}

void plan_add_protection(struct plan *plan, const struct plan_protection *protection)
{
    plan->protections[plan->protection_count++] = *protection;
}

enum status plan_enlarge_maps(struct plan *plan, const struct facts *facts, uint64_t raw_size, struct error *error)
{
    struct plan_request *request = &plan->requests[plan->maps];
    struct maps_layout layout;

    if (!maps_layout_make(raw_size, facts->efi_map.descriptor_size, plan->request_count + facts_placed(facts), &layout))
        return error_set(error, STATUS_INVALID, "The firmware's memory map of %llu bytes is absurd",
                         (unsigned long long)raw_size);
    plan->maps_layout = layout;
    request->size = layout.size;
    request->labelled = layout.labelled;
    return STATUS_OK;
}

static bool overlaps(uint64_t base, uint64_t end, uint64_t other_base, uint64_t other_end)
{
    return base < other_end && other_base < end;
}

/* How much memory is free, and the largest piece of it. */
static void measure_free(const struct memory_intervals *memory, uint64_t *ret_total, uint64_t *ret_largest)
{
    uint64_t total = 0, largest = 0;

    for (size_t i = 0; i < memory->count; i++) {
        const struct memory_interval *interval = &memory->interval[i];

        if (interval->efi_type != EFI_TYPE_CONVENTIONAL)
            continue;
        if (!checked_add(total, interval->end - interval->base, &total))
            total = UINT64_MAX;
        largest = max_u64(largest, interval->end - interval->base);
    }
    *ret_total = total;
    *ret_largest = largest;
}

static bool find_range(const struct table_range *ranges, size_t count, uint64_t base, uint64_t end, const char *owner,
                       struct taken_range *ret_taken)
{
    const struct table_range *found = table_ranges_overlapping(ranges, count, base, end);

    if (found)
        *ret_taken = (struct taken_range){found->base, found->size, owner};
    return found != NULL;
}

/* The first that nobody may use of a range, whatever the firmware's map calls it. False when there is nothing. */
static bool find_taken(const struct facts *facts, uint64_t base, uint64_t end, struct taken_range *ret_taken)
{
    for (size_t i = 0; i < facts->taken_count; i++) {
        const struct taken_range *taken = &facts->taken[i];

        if (overlaps(base, end, taken->base, taken->base + taken->size)) {
            *ret_taken = *taken;
            return true;
        }
    }
    return find_range(facts->tables.ranges, facts->tables.range_count, base, end, "the firmware's tables", ret_taken) ||
           find_range(facts->reservations, facts->reservation_count, base, end, "a reservation of the device tree's",
                      ret_taken);
}

/* Where `size` bytes that nothing runs in begin, between `base` and `end` and at a multiple of 1 MiB; 0 when nowhere.
 */
static uint64_t find_free_between(const struct facts *facts, uint64_t base, uint64_t end, uint64_t size)
{
    const uint64_t mebibyte = 1ULL << 20;

    while (checked_align_up(max_u64(base, mebibyte), mebibyte, &base) && base < end && end - base >= size) {
        struct taken_range taken;

        if (!find_taken(facts, base, base + size, &taken))
            return base;
        base = taken.base + taken.size;
    }
    return 0;
}

/* Where free memory of `size` bytes begins; 0 when there is none. */
static uint64_t find_free(const struct facts *facts, uint64_t size)
{
    for (size_t i = 0; i < facts->memory.count; i++) {
        const struct memory_interval *interval = &facts->memory.interval[i];
        uint64_t found = 0;

        if (interval->efi_type == EFI_TYPE_CONVENTIONAL)
            found = find_free_between(facts, interval->base, interval->end, size);
        if (found != 0)
            return found;
    }
    return 0;
}

/* `problem` says what is wrong with the range; the rest is what to do about it. */
static enum status refuse_exact(const struct plan_request *request, const struct facts *facts,
                                const struct error *problem, struct error *error)
{
    uint64_t better = find_free(facts, request->size);
    unsigned long long start = request->address, end = request->address + request->size;

    if (better != 0)
        return error_set(error, STATUS_NO_MEMORY,
                         "%s: must lie at 0x%llx-0x%llx, but %s. %s This machine has room at 0x%llx.", request->what,
                         start, end, problem->text, request->mend, (unsigned long long)better);
    return error_set(
        error, STATUS_NO_MEMORY,
        "%s: must lie at 0x%llx-0x%llx, but %s, and this machine has no free piece of %llu KiB at all. Give "
        "the machine more memory.",
        request->what, start, end, problem->text, (unsigned long long)(request->size >> 10));
}

static enum status refuse_taken(const struct plan_request *request, const struct facts *facts, uint64_t base,
                                uint64_t end, const char *owner, struct error *error)
{
    struct error problem;

    (void)error_set(&problem, STATUS_OK, "0x%llx-0x%llx is taken by %s", (unsigned long long)base,
                    (unsigned long long)end, owner);
    return refuse_exact(request, facts, &problem, error);
}

/* What the firmware uses a type for, as a person would say it. */
static const char *owner_name(uint32_t type)
{
    switch (type) {
    case EFI_TYPE_LOADER_CODE:
    case EFI_TYPE_LOADER_DATA:
        return "the boot loader itself (Loader memory)";
    case EFI_TYPE_BOOT_SERVICES_CODE:
        return "the firmware (BootServicesCode)";
    case EFI_TYPE_BOOT_SERVICES_DATA:
        return "the firmware (BootServicesData)";
    case EFI_TYPE_RUNTIME_CODE:
    case EFI_TYPE_RUNTIME_DATA:
        return "the firmware's runtime services";
    case EFI_TYPE_ACPI_RECLAIM:
    case EFI_TYPE_ACPI_NVS:
        return "ACPI tables";
    default:
        return efi_type_name(type);
    }
}

/* Whether the firmware lists all of a range as conventional. */
static bool is_memory(const struct plan_map *map, uint64_t base, uint64_t end)
{
    while (base < end) {
        const struct baton_memory *entry = memory_map_find(map->entries, map->count, base);

        if (!entry || entry->efi_type != EFI_TYPE_CONVENTIONAL)
            return false;
        base = entry->base + entry->size;
    }
    return true;
}

/* An exact range must be conventional memory all over, and nothing that runs may live there. */
static enum status check_exact(const struct plan_request *request, const struct facts *facts,
                               const struct plan_map *map, struct error *error)
{
    uint64_t end = request->address + request->size;
    struct taken_range taken;
    struct error problem;

    if (find_taken(facts, request->address, end, &taken))
        return refuse_taken(request, facts, taken.base, taken.base + taken.size, taken.owner, error);
    for (size_t i = 0; i < facts->memory.count; i++) {
        const struct memory_interval *interval = &facts->memory.interval[i];

        if (interval->efi_type != EFI_TYPE_CONVENTIONAL &&
            overlaps(request->address, end, interval->base, interval->end))
            return refuse_taken(request, facts, interval->base, interval->end, owner_name(interval->efi_type), error);
    }
    if (!is_memory(map, request->address, end)) {
        (void)error_set(&problem, STATUS_OK, "not all of that is memory on this machine");
        return refuse_exact(request, facts, &problem, error);
    }
    return STATUS_OK;
}

enum status plan_check_memory(const struct plan *plan, const struct facts *facts, const struct plan_map *map,
                              const char *subject, struct error *error)
{
    uint64_t total, largest, wanted = 0;

    measure_free(&facts->memory, &total, &largest);
    for (size_t i = 0; i < plan->request_count; i++) {
        const struct plan_request *request = &plan->requests[i];

        if (plan_request_room(request) > largest)
            return error_set(
                error, STATUS_NO_MEMORY,
                "%s: needs %llu KiB of memory in one piece, and the largest free piece of this machine has "
                "%llu KiB. Give the machine more memory, or make it smaller.",
                request->what, (unsigned long long)(plan_request_room(request) >> 10),
                (unsigned long long)(largest >> 10));
        if (!checked_add(wanted, plan_request_room(request), &wanted) || wanted > total)
            return error_set(error, STATUS_NO_MEMORY,
                             "%s: the kernel, its modules and what Baton adds need more than the %llu KiB that are "
                             "free on this machine. Give it more memory, or load less.",
                             subject, (unsigned long long)(total >> 10));
    }
    for (size_t i = 0; i < plan->request_count; i++) {
        enum status status = plan->requests[i].exact ? check_exact(&plan->requests[i], facts, map, error) : STATUS_OK;

        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

enum status plan_file_bytes(const struct plan_input *input, size_t file, uint64_t offset, uint64_t size,
                            struct bytes *ret_bytes, struct plan_want *ret_want, struct error *error)
{
    const struct plan_file *from = &input->files[file];
    uint64_t end;

    if (bytes_slice(from->head, offset, size, ret_bytes))
        return STATUS_OK;
    for (size_t i = 0; i < from->extent_count; i++) {
        const struct plan_extent *extent = &from->extents[i];

        if (offset >= extent->offset && bytes_slice(extent->bytes, offset - extent->offset, size, ret_bytes))
            return STATUS_OK;
    }
    if (!checked_add(offset, size, &end) || end > from->size)
        return error_set(error, STATUS_INVALID,
                         "%s: is truncated: %llu bytes at byte %llu lie outside the file. Copy it again.", from->path,
                         (unsigned long long)size, (unsigned long long)offset);
    *ret_want = (struct plan_want){file, offset, size};
    return STATUS_NEED_BYTES;
}

/* Enough for most plans on this map. */
static size_t first_room(const struct memory_intervals *memory)
{
    return FIRST_ROOM + memory->count * (sizeof(uint32_t) + 2 * sizeof(struct baton_memory));
}

enum status plan_next_room(const struct plan_file *kernel, const struct memory_intervals *memory, size_t size,
                           size_t *ret_size, struct error *error)
{
    size_t next = size == 0 ? first_room(memory) : 4 * size;

    if (next > ROOM_AT_MOST)
        return error_set(error, STATUS_NO_MEMORY,
                         "%s: planning its boot takes more than %u MiB. Link it with fewer segments.", kernel->path,
                         ROOM_AT_MOST >> 20);
    *ret_size = next;
    return STATUS_OK;
}

enum status plan_check_want(const struct plan_file *file, const struct plan_want *want, struct error *error)
{
    if (want->size > MORE_AT_MOST || file->extent_count == PLAN_EXTENTS)
        return error_set(
            error, STATUS_INVALID,
            "%s: its headers or relocations are too large (%llu bytes at byte %llu), or too scattered. Link or copy it "
            "again.",
            file->path, (unsigned long long)want->size, (unsigned long long)want->offset);
    return STATUS_OK;
}

bool plan_may_use(const struct facts *facts, uint64_t base, uint64_t size, uint64_t *ret_start)
{
    struct taken_range taken = {0};

    if (base != 0 && !find_taken(facts, base, base + size, &taken))
        return true;
    *ret_start = taken.base;
    return false;
}
