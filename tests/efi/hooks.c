/* SPDX-License-Identifier: BSD-2-Clause */
/* The services that the loader sees in place of the firmware's. */
#include "inject.h"

#include "hooks.h"
#include "memory.h"

_Static_assert(sizeof(EFI_BOOT_SERVICES) == sizeof(EFI_TABLE_HEADER) + HOOKS_SERVICES * sizeof(void *),
               "HOOKS_SERVICES");

#define OUTPUT_STRING 1 /* its place in EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL */
#define SERVICE(name) ((offsetof(EFI_BOOT_SERVICES, name) - sizeof(EFI_TABLE_HEADER)) / sizeof(void *))

void *hooks_targets[HOOKS];
uint64_t hooks_calls[HOOKS];
uint64_t hooks_since_map;
uint64_t hooks_image_base;
uint64_t hooks_image_size;

static EFI_BOOT_SERVICES *table; /* the one that everybody else sees */
static void *console_functions[HOOKS_CONSOLE];
static EFI_STATUS(EFIAPI *real_output_string)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *, const CHAR16 *);
static uint64_t full_maps, size_queries, failed_maps, exits, most_since_map;
static uint64_t stale_left;
static bool grown;

bool hooks_from_image(const void *return_address)
{
    return (uint64_t)(uintptr_t)return_address - hooks_image_base < hooks_image_size;
}

/* Takes the room for the descriptors that memory_rewrite adds out of what the caller has. */
static EFI_STATUS get_rewritten_map(UINTN *size, EFI_MEMORY_DESCRIPTOR *map, UINTN *key, UINTN *step, uint32_t *version)
{
    UINTN query = 0, unused_key;
    UINTN extra, inner;
    EFI_STATUS status;

    (void)boot->GetMemoryMap(&query, NULL, &unused_key, step, version); /* for the step */
    extra = settings.odd_map ? MEMORY_EXTRA * *step : 0;
    inner = *size > extra ? *size - extra : 0;
    status = boot->GetMemoryMap(&inner, map, key, step, version);
    if (status == EFI_SUCCESS)
        *size = memory_rewrite(map, inner, *step);
    else
        *size = inner + extra;
    return status;
}

static EFI_STATUS EFIAPI get_memory_map(UINTN *size, EFI_MEMORY_DESCRIPTOR *map, UINTN *key, UINTN *step,
                                        uint32_t *version)
{
    bool query = !map || *size == 0;
    EFI_STATUS status;

    if (!hooks_from_image(__builtin_return_address(0)))
        return boot->GetMemoryMap(size, map, key, step, version);
    if (!query && failures_of_map())
        status = EFI_DEVICE_ERROR;
    else if (settings.odd_types || settings.odd_map)
        status = get_rewritten_map(size, map, key, step, version);
    else
        status = boot->GetMemoryMap(size, map, key, step, version);
    if (status == EFI_SUCCESS)
        full_maps++;
    else if (query)
        size_queries++;
    else
        failed_maps++;
    hooks_since_map = 0;
    return status;
}

static void report_exit(void)
{
    uint64_t calls = 0;

    for (unsigned i = 0; i < HOOKS_SERVICES; i++)
        calls += hooks_calls[i];
    say("exited full-maps=%llu size-queries=%llu failed-maps=%llu exits=%llu calls-after-map=%llu services=%llu "
        "console=%llu watchdogs=%llu reads=%llu largest-read=%llu",
        (unsigned long long)full_maps, (unsigned long long)size_queries, (unsigned long long)failed_maps,
        (unsigned long long)exits, (unsigned long long)most_since_map, (unsigned long long)calls,
        (unsigned long long)hooks_calls[HOOKS_SERVICES + OUTPUT_STRING],
        (unsigned long long)hooks_calls[SERVICE(SetWatchdogTimer)], (unsigned long long)files_reads(),
        (unsigned long long)files_largest_read());
}

static EFI_STATUS EFIAPI exit_boot_services(EFI_HANDLE image, UINTN key)
{
    EFI_STATUS status;
    bool spoil = stale_left != 0;

    exits++;
    /* This very call has been counted too. */
    if (hooks_since_map > most_since_map + 1)
        most_since_map = hooks_since_map - 1;
    if (spoil) {
        stale_left--;
        if (settings.grow && !grown)
            memory_fragment(settings.grow);
        else
            memory_move_key();
        grown = true;
    }
    status = boot->ExitBootServices(image, key);
    if (spoil && status != EFI_INVALID_PARAMETER)
        give_up("the firmware took a stale key: status %#llx", (unsigned long long)status);
    if (status == EFI_SUCCESS) {
        devices_start();
        report_exit();
    } else {
        say("exit %llu refused", (unsigned long long)exits);
    }
    return status;
}

/* A piece of what goes to the console, as the loader writes it. */
static void echo(const CHAR16 *text)
{
    char line[256];
    size_t length = 0;

    for (; text[length] != 0 && length + 1 < sizeof(line); length++)
        line[length] = text[length] == '\r' || text[length] == '\n' ? ' ' : (char)text[length];
    line[length] = '\0';
    say("console |%s|", line);
}

static EFI_STATUS EFIAPI output_string(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *this, const CHAR16 *text)
{
    if (settings.echo && hooks_from_image(__builtin_return_address(0)))
        echo(text);
    return real_output_string(this, text);
}

static void hook_table(void **functions, unsigned count, unsigned first)
{
    for (unsigned i = 0; i < count; i++) {
        hooks_targets[first + i] = functions[i];
        if (functions[i])
            functions[i] = (void *)(uintptr_t)hooks_thunks[first + i];
    }
}

void hooks_install(const EFI_LOADED_IMAGE_PROTOCOL *image)
{
    table = system_table->BootServices;
    hooks_image_base = (uint64_t)(uintptr_t)image->ImageBase;
    hooks_image_size = image->ImageSize;
    stale_left = settings.stale ? settings.stale : settings.grow != 0;
    hook_table((void **)((uint8_t *)table + sizeof(EFI_TABLE_HEADER)), HOOKS_SERVICES, 0);
    if (system_table->ConOut) {
        real_output_string = system_table->ConOut->OutputString;
        memcpy(console_functions, system_table->ConOut, sizeof(console_functions));
        hook_table((void **)system_table->ConOut, HOOKS_CONSOLE, HOOKS_SERVICES);
        hooks_targets[HOOKS_SERVICES + OUTPUT_STRING] = (void *)(uintptr_t)output_string;
    }
    failures_start_run();
    hooks_targets[SERVICE(AllocatePages)] = (void *)(uintptr_t)failures_allocate_pages;
    hooks_targets[SERVICE(FreePages)] = (void *)(uintptr_t)failures_free_pages;
    hooks_targets[SERVICE(AllocatePool)] = (void *)(uintptr_t)failures_allocate_pool;
    hooks_targets[SERVICE(GetMemoryMap)] = (void *)(uintptr_t)get_memory_map;
    hooks_targets[SERVICE(ExitBootServices)] = (void *)(uintptr_t)exit_boot_services;
}

void hooks_remove(void)
{
    memcpy((uint8_t *)table + sizeof(EFI_TABLE_HEADER), (uint8_t *)boot + sizeof(EFI_TABLE_HEADER),
           HOOKS_SERVICES * sizeof(void *));
    if (system_table->ConOut)
        memcpy(system_table->ConOut, console_functions, sizeof(console_functions));
}
