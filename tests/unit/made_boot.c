/* SPDX-License-Identifier: BSD-2-Clause */
#include "made_boot.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096ULL
#define WB   (EFI_ATTRIBUTE_WRITE_BACK | 7)
#define MIB  (1ULL << 20)

void made_boot_start(struct made_boot *boot, struct chance *chance)
{
    static const struct span spans[] = {
        {0, 0xa0000, EFI_TYPE_CONVENTIONAL, WB},
        {0xa0000, MIB, EFI_TYPE_RESERVED, 0},
        {MIB, 48 * MIB, EFI_TYPE_CONVENTIONAL, WB},
        {48 * MIB, 49 * MIB, EFI_TYPE_BOOT_SERVICES_DATA, WB},
        {49 * MIB, 50 * MIB, EFI_TYPE_LOADER_CODE, WB},
        {50 * MIB, 51 * MIB, EFI_TYPE_RUNTIME_CODE, WB | 1ULL << 63},
        {51 * MIB, 52 * MIB, EFI_TYPE_RUNTIME_DATA, WB | 1ULL << 63},
        {52 * MIB, 53 * MIB, EFI_TYPE_ACPI_RECLAIM, WB},
        {53 * MIB, 54 * MIB, EFI_TYPE_ACPI_NVS, WB},
        {54 * MIB, 1024 * MIB, EFI_TYPE_CONVENTIONAL, WB},
        {0xe0000000, 0xf0000000, EFI_TYPE_MMIO, 1},
        {4096 * MIB, 7168 * MIB, EFI_TYPE_CONVENTIONAL, WB},
    };

    memset(boot, 0, sizeof(*boot));
    boot->facts.reservations = boot->reservations;
    for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
        spans_add(&boot->spans, spans[i].base, spans[i].end, spans[i].type, spans[i].attributes);
    boot->map = spans_report(&boot->spans, (size_t)chance_between(chance, 40, 56));
    made_map_give(&boot->map, &boot->facts);
    boot->facts.machine = (struct machine_facts){.elf_machine = 62,
                                                 .paging_format = &paging_x86_64,
                                                 .paging_levels = (unsigned)chance_between(chance, 4, 5),
                                                 .gigabyte_pages = chance_one_in(chance, 2),
                                                 .counter_frequency = chance_below(chance, 2) * 2400000000,
                                                 .trampoline_code = PAGE * chance_between(chance, 1, 2),
                                                 .trampoline_data = PAGE * chance_between(chance, 1, 3)};
    boot->entry = (struct entry){.file = "/loader/entries/x.conf", .options = "", .modules = boot->modules};
    boot->input = (struct plan_input){.facts = &boot->facts, .entry = &boot->entry, .files = boot->files};
}

static void forget_extents(struct made_boot *boot)
{
    while (boot->extra_count > 0)
        free(boot->extra[--boot->extra_count]);
    for (size_t i = 0; i < boot->input.file_count; i++)
        boot->files[i].extent_count = 0;
}

void made_boot_end(struct made_boot *boot)
{
    for (size_t i = 0; i < boot->input.file_count; i++)
        free(boot->content[i]);
    for (size_t i = 0; boot->plan.places && i < boot->plan.request_count; i++)
        free(boot->plan.places[i].memory);
    made_map_end(&boot->map);
    free(boot->room);
    forget_extents(boot);
}

void made_boot_add_file(struct made_boot *boot, const char *path, uint8_t *bytes, size_t size)
{
    size_t index = boot->input.file_count++;

    assert(index < BOOT_FILES);
    boot->content[index] = bytes;
    boot->files[index] = (struct plan_file){.path = path, .size = size};
    if (index == 0) {
        boot->entry.kernel = path;
        boot->files[0].head = (struct bytes){bytes, size < PAGE ? size : PAGE};
        boot->protocol = protocol_recognise(&boot->input);
    } else {
        boot->modules[boot->entry.module_count++] = (struct entry_module){path, path, ""};
    }
}

void made_boot_show_head(struct made_boot *boot, size_t size)
{
    boot->files[0].head.size = size;
}

enum status made_boot_plan(struct made_boot *boot)
{
    size_t size = 0;

    forget_extents(boot);
    memset(&boot->plan, 0, sizeof(boot->plan));
    for (unsigned round = 0; round < 100; round++) {
        struct arena arena = {boot->room, size, 0};
        struct plan_want want = {0};
        enum status status = boot->protocol->plan(&boot->input, &arena, &boot->plan, &want, &boot->error);

        if (status == STATUS_NEED_ROOM) {
            free(boot->room);
            size = size == 0 ? 64 : size + size / 2;
            boot->room = aligned_alloc(16, (size + 15) & ~15ULL);
            assert(boot->room);
            boot->asked_for_room++;
        } else if (status == STATUS_NEED_BYTES) {
            struct plan_file *file = &boot->files[want.file];
            uint8_t *extra;

            assert(want.file < boot->input.file_count && want.size <= file->size &&
                   want.offset <= file->size - want.size);
            assert(file->extent_count < PLAN_EXTENTS);
            extra = malloc(want.size);
            assert(extra);
            memcpy(extra, boot->content[want.file] + want.offset, want.size);
            file->extents[file->extent_count++] = (struct plan_extent){want.offset, {extra, want.size}};
            boot->extra[boot->extra_count++] = extra;
            boot->asked_for_bytes++;
        } else {
            return status;
        }
    }
    return STATUS_NEED_ROOM;
}

bool made_boot_reserve(struct made_boot *boot, struct chance *chance)
{
    struct plan *plan = &boot->plan;

    for (int exact = 1; exact >= 0; exact--) {
        for (size_t i = 0; i < plan->request_count; i++) {
            const struct plan_request *request = &plan->requests[i];
            uint32_t type = request->executable ? EFI_TYPE_LOADER_CODE : EFI_TYPE_LOADER_DATA;
            bool found;

            if (request->exact != (exact == 1))
                continue;
            plan->places[i].physical = request->address;
            found = request->exact ? spans_take_exactly(&boot->spans, request->address, request->size, type)
                                   : spans_take(&boot->spans, chance, request->size, request->alignment,
                                                plan->direct_map_limit, type, &plan->places[i].physical);
            if (!found)
                return false;
            plan->places[i].memory = aligned_alloc(PAGE, (size_t)request->size);
            assert(plan->places[i].memory);
            memset(plan->places[i].memory, 0xcc, (size_t)request->size);
        }
    }
    return true;
}

void made_boot_load(const struct made_boot *boot)
{
    const struct plan *plan = &boot->plan;

    for (size_t i = 0; i < plan->load_count; i++) {
        const struct plan_load *load = &plan->loads[i];
        const struct plan_request *request = &plan->requests[load->request];

        assert(load->size > 0 && load->file < boot->input.file_count && load->request < plan->request_count);
        assert(load->offset <= request->size && load->size <= request->size - load->offset);
        assert(load->file_offset <= boot->files[load->file].size &&
               load->size <= boot->files[load->file].size - load->file_offset);
        memcpy(plan->places[load->request].memory + load->offset, boot->content[load->file] + load->file_offset,
               load->size);
    }
    for (size_t i = 0; i < plan->copy_count; i++) {
        const struct plan_copy *copy = &plan->copies[i];

        assert(copy->size > 0 && copy->request < plan->request_count && copy->from_request < plan->request_count);
        assert(copy->offset <= plan->requests[copy->request].size &&
               copy->size <= plan->requests[copy->request].size - copy->offset);
        assert(copy->from_offset <= plan->requests[copy->from_request].size &&
               copy->size <= plan->requests[copy->from_request].size - copy->from_offset);
        memcpy(plan->places[copy->request].memory + copy->offset,
               plan->places[copy->from_request].memory + copy->from_offset, copy->size);
    }
    for (size_t i = 0; i < plan->fill_count; i++) {
        const struct plan_fill *fill = &plan->fills[i];

        assert(fill->request < plan->request_count && fill->offset <= plan->requests[fill->request].size);
        assert(fill->size <= plan->requests[fill->request].size - fill->offset);
        memset(plan->places[fill->request].memory + fill->offset, 0, (size_t)fill->size);
    }
}

void made_boot_finish(struct made_boot *boot, const struct stage_times *times)
{
    const struct plan *plan = &boot->plan;
    size_t step = boot->map.descriptor_size;

    boot->protocol->build(&boot->input, plan);
    made_map_end(&boot->map);
    boot->map = spans_report(&boot->spans, step);
    assert(boot->map.count * step <= plan->maps_layout.raw_size);
    memcpy(plan->places[plan->maps].memory, boot->map.bytes, boot->map.count * step);
    boot->final_map = (struct efi_map){{plan->places[plan->maps].memory, boot->map.count * step}, step, 1};
    boot->root = boot->protocol->seal(&boot->input, plan, &boot->final_map);
    boot->protocol->stamp(plan, times);
}

uint64_t made_boot_leaf(const struct made_boot *boot, uint64_t address, uint64_t *ret_physical)
{
    const struct plan_place *pool = &boot->plan.places[boot->plan.tables];
    const struct page_tables tables = {.format = &paging_x86_64,
                                       .levels = boot->facts.machine.paging_levels,
                                       .pool = pool->memory,
                                       .pool_physical = pool->physical};
    uint64_t leaf = 0;
    unsigned level = 0;

    return page_tables_look_up(&tables, address, ret_physical, &leaf, &level) ? leaf : 0;
}

const void *made_boot_see(const struct made_boot *boot, const void *address, uint64_t size)
{
    const struct plan *plan = &boot->plan;
    uint64_t physical = 0, last = 0;

    if (made_boot_leaf(boot, (uintptr_t)address, &physical) == 0 ||
        made_boot_leaf(boot, (uintptr_t)address + (size > 0 ? size - 1 : 0), &last) == 0)
        return NULL;
    for (size_t i = 0; i < plan->request_count; i++) {
        const struct plan_place *place = &plan->places[i];

        if (physical >= place->physical && physical - place->physical < plan->requests[i].size &&
            size <= plan->requests[i].size - (physical - place->physical))
            return place->memory + (physical - place->physical);
    }
    return NULL;
}
