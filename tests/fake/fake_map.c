/* SPDX-License-Identifier: BSD-2-Clause */
/* GetMemoryMap and ExitBootServices: what is so easily got wrong about the two (UEFI 2.10, 7.2.3 and 7.4.6). */
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "fake_memory.h"

#define DESCRIPTORS 4200
#define SLACK       7
#define HOLES       20
#define GROWTH      300 /* with GROWS_AT_EXIT */
#define STALE       3   /* with STALE_KEYS */

static struct {
    EFI_MEMORY_DESCRIPTOR descriptors[DESCRIPTORS];
    size_t count;
    uint8_t given[DESCRIPTORS * 64];
    struct efi_map map;
    uint64_t handed_out; /* the key that the last call gave */
    bool handlers_ran;
} state;

static void add(const EFI_MEMORY_DESCRIPTOR *descriptor)
{
    if (state.count == DESCRIPTORS)
        abort();
    state.descriptors[state.count++] = *descriptor;
}

static void add_odd(void)
{
    if (fake_has(FAKE_QUIRK_EMPTY))
        add(&(EFI_MEMORY_DESCRIPTOR){.Type = EfiConventionalMemory, .PhysicalStart = 0x200000, .Attribute = 0xf});
    if (fake_has(FAKE_QUIRK_OVERLAP)) {
        add(&(EFI_MEMORY_DESCRIPTOR){
            .Type = EfiReservedMemoryType, .PhysicalStart = 0x3d400000, .NumberOfPages = 4, .Attribute = 0xf});
        add(&(EFI_MEMORY_DESCRIPTOR){
            .Type = EfiConventionalMemory, .PhysicalStart = 0x3d5ff000, .NumberOfPages = 2, .Attribute = 0xf});
    }
    if (fake_has(FAKE_QUIRK_ODD_TYPES)) {
        add(&(EFI_MEMORY_DESCRIPTOR){.Type = 0x70000001, .PhysicalStart = 0x48000000, .NumberOfPages = 16});
        add(&(EFI_MEMORY_DESCRIPTOR){
            .Type = 0x80000001, .PhysicalStart = 0x48100000, .NumberOfPages = 1, .Attribute = 0xf});
        add(&(EFI_MEMORY_DESCRIPTOR){
            .Type = EfiUnacceptedMemoryType, .PhysicalStart = 0x48200000, .NumberOfPages = 512, .Attribute = 0xf});
        add(&(EFI_MEMORY_DESCRIPTOR){
            .Type = EfiUnusableMemory, .PhysicalStart = 0x48400000, .NumberOfPages = 1, .Attribute = 0xf});
    }
}

static void make_descriptors(void)
{
    const struct fake_range *ranges;
    size_t count = fake_memory_ranges(&ranges);

    state.count = 0;
    for (size_t i = 0; i < count; i++) {
        EFI_MEMORY_DESCRIPTOR *last = state.count > 0 ? &state.descriptors[state.count - 1] : NULL;

        if (last && last->Type == ranges[i].type && last->Attribute == ranges[i].attributes &&
            last->PhysicalStart + last->NumberOfPages * FAKE_PAGE == ranges[i].base)
            last->NumberOfPages += (ranges[i].end - ranges[i].base) / FAKE_PAGE;
        else
            add(&(EFI_MEMORY_DESCRIPTOR){.Type = ranges[i].type,
                                         .PhysicalStart = ranges[i].base,
                                         .NumberOfPages = (ranges[i].end - ranges[i].base) / FAKE_PAGE,
                                         .Attribute = ranges[i].attributes});
    }
    add_odd();
}

static size_t descriptor_size(void)
{
    if (fake_has(FAKE_QUIRK_SMALL_DESCRIPTORS))
        return sizeof(EFI_MEMORY_DESCRIPTOR);
    return fake_has(FAKE_QUIRK_LARGE_DESCRIPTORS) ? 64 : 48;
}

/* Descriptors in the order in which they are shown: 5 and any count have no common divisor but 5. */
static size_t place_of(size_t index)
{
    if (!fake_has(FAKE_QUIRK_UNSORTED))
        return index;
    return state.count % 5 != 0 ? index * 5 % state.count : state.count - 1 - index;
}

static unsigned growth(void)
{
    return fake_setup()->growth + (fake_has(FAKE_QUIRK_GROWS_AT_EXIT) ? GROWTH : 0);
}

static EFI_STATUS EFIAPI get_memory_map(UINTN *size, EFI_MEMORY_DESCRIPTOR *map, UINTN *key, UINTN *step,
                                        uint32_t *version)
{
    EFI_STATUS status = fake_call(FAKE_GetMemoryMap);
    size_t needed;

    if (!size || !key || !step || !version || (*size > 0 && !map)) {
        fake_complain("GetMemoryMap: arguments are missing");
        return EFI_INVALID_PARAMETER;
    }
    fake_set_vital(status == EFI_INVALID_PARAMETER || growth() + fake_setup()->holes > 0); /* its room grows once */
    if (status == EFI_INVALID_PARAMETER)
        return status;
    make_descriptors();
    needed = state.count * descriptor_size();
    if (*size < needed || status == EFI_BUFFER_TOO_SMALL) { /* one that was injected says so of any buffer */
        fake_note_failure();
        *size = (*size > needed ? *size : needed) +
                (fake_has(FAKE_QUIRK_GENEROUS_SIZE_QUERY) ? SLACK : 1) * descriptor_size();
        if (fake_has(FAKE_QUIRK_KEY_WHEN_SMALL))
            *key = fake_memory_key();
        if (!fake_has(FAKE_QUIRK_SILENT_SIZE_QUERY)) {
            *step = descriptor_size();
            *version = EFI_MEMORY_DESCRIPTOR_VERSION;
        }
        return EFI_BUFFER_TOO_SMALL;
    }
    memset(map, 0xa5, *size);
    for (size_t i = 0; i < state.count; i++)
        memcpy((uint8_t *)map + i * descriptor_size(), &state.descriptors[place_of(i)], sizeof(state.descriptors[0]));
    memcpy(state.given, map, needed);
    state.map = (struct efi_map){{state.given, needed}, descriptor_size(), EFI_MEMORY_DESCRIPTOR_VERSION};
    *size = needed;
    *key = state.handed_out = fake_memory_key();
    *step = descriptor_size();
    *version = EFI_MEMORY_DESCRIPTOR_VERSION;
    return EFI_SUCCESS;
}

const struct efi_map *fake_map_given(void)
{
    return &state.map;
}

/* What drivers do when they are told that boot services end. */
static void run_handlers(void)
{
    if (state.handlers_ran)
        return;
    state.handlers_ran = true;
    if (fake_has(FAKE_QUIRK_EXIT_ALLOCATES))
        fake_memory_disturb();
    if (fake_has(FAKE_QUIRK_EXIT_PUNCHES))
        fake_memory_punch(HOLES);
    fake_memory_punch(fake_setup()->holes);
    if (growth() > 0) {
        fake_memory_fragment(growth());
        fake_memory_disturb();
    }
}

/* Whether something has changed the map behind the loader's back. */
static bool is_stale(void)
{
    unsigned stale = fake_setup()->stale_exits + (fake_has(FAKE_QUIRK_STALE_KEYS) ? STALE : 0);

    return fake_has(FAKE_QUIRK_NEVER_LEAVES) || fake_calls_of(FAKE_ExitBootServices) <= stale;
}

static EFI_STATUS EFIAPI exit_boot_services(EFI_HANDLE image, UINTN key)
{
    EFI_STATUS status = fake_call(FAKE_ExitBootServices);

    if (image != fake_image())
        fake_complain("ExitBootServices: %p is not the loader's image", image);
    if (fake_last_service() != FAKE_GetMemoryMap || fake_last_failed() || key != state.handed_out)
        fake_complain("ExitBootServices did not come right after a memory map, with its key");
    if (fake_phase() == FAKE_RUNNING) {
        fake_system_check_leaving();
        fake_set_phase(FAKE_LEAVING);
    }
    if (is_stale())
        fake_memory_disturb();
    if (!fake_has(FAKE_QUIRK_KEY_BEFORE_HANDLERS))
        run_handlers();
    if (status != EFI_SUCCESS)
        return status;
    if (key != fake_memory_key()) {
        fake_note_failure();
        return EFI_INVALID_PARAMETER;
    }
    fake_set_phase(FAKE_LEFT);
    run_handlers(); /* if they have not been */
    return EFI_SUCCESS;
}

void fake_map_start(void)
{
    state.map = (struct efi_map){0};
    state.handed_out = 0;
    state.handlers_ran = false;
}

void fake_map_install(EFI_BOOT_SERVICES *boot)
{
    boot->GetMemoryMap = get_memory_map;
    boot->ExitBootServices = exit_boot_services;
}
