/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Section 5: what the map calls free is free. All of it is overwritten, and then everything that was handed over is
 * looked at again: usable and loader memory first, boot services after.
 */
#include "selfcheck.h"

#include "memory.h"

#define MAX_KEPT         512
#define WHOLE_PAGES      (MACHINE_MEMORY + 512 * MEBI) /* above that, the first 64 bytes of each page */
#define SHORT            64
#define QUICK_STEP       16381 /* the host gives a machine its memory in large pieces */
#define TRAMPOLINE_PAGES 16
#define PATTERN          0xdeadbeefcafef00dULL
#define TABLE_MASK       (~0x60ULL) /* accessed and dirty: the processor sets them while it works */

struct kept {
    const char *name;
    const uint8_t *start;
    uint64_t size, sum;
    bool tables;
};

static struct kept kept[MAX_KEPT];
static unsigned kept_count;
static uint64_t page_limit, large_step;

/* By words where there are whole ones: this is megabytes. */
static uint64_t sum_of(const struct kept *range)
{
    const uint64_t mask = range->tables ? TABLE_MASK : ~0ULL;
    uint64_t sum = 0xcbf29ce484222325ULL;
    uint64_t at = 0;

    for (; (uint64_t)(uintptr_t)range->start % 8 == 0 && at + 8 <= range->size; at += 8)
        sum = (sum ^ (*(const uint64_t *)(range->start + at) & mask)) * 0x100000001b3ULL;
    for (; at < range->size; at++)
        sum = (sum ^ range->start[at]) * 0x100000001b3ULL;
    return sum;
}

static void keep(const char *name, const void *start, uint64_t size, bool tables)
{
    struct kept *range = &kept[kept_count];

    if (!start || size == 0)
        return;
    if (kept_count == MAX_KEPT)
        give_up("too many ranges to keep");
    *range = (struct kept){name, start, size, 0, tables};
    range->sum = sum_of(range);
    kept_count++;
}

static void keep_list(const char *name, const struct baton_list *list)
{
    keep(name, list->first, (uint64_t)list->count * list->stride, false);
}

static void keep_string(const char *name, const char *text)
{
    keep(name, text, string_length(text) + 1, false);
}

static const char *kept_kind(uint32_t kind)
{
    static const char *const names[] = {
        [BATON_MEMORY_TRAMPOLINE] = "trampoline memory",
        [BATON_MEMORY_PAGE_TABLES] = "page tables",
        [BATON_MEMORY_BATON] = "baton memory",
        [BATON_MEMORY_MODULE] = "module memory",
        [BATON_MEMORY_ACPI_RECLAIMABLE] = "ACPI reclaimable memory",
        [BATON_MEMORY_ACPI_NVS] = "ACPI NVS memory",
        [BATON_MEMORY_FIRMWARE_TABLES] = "firmware tables",
        [BATON_MEMORY_RUNTIME_CODE] = "runtime code",
        [BATON_MEMORY_RUNTIME_DATA] = "runtime data",
    };

    return kind < COUNT(names) ? names[kind] : NULL;
}

static void keep_baton(const struct subject *subject)
{
    const struct baton *baton = subject->baton;

    kept_count = 0;
    keep("the baton", baton, PAGE, false);
    keep_string("loader_name", baton->loader_name);
    keep_string("loader_version", baton->loader_version);
    keep_string("command_line", baton->command_line);
    keep_string("kernel.path", baton->kernel.path);
    keep("kernel.file", baton->kernel.file, baton->kernel.file_size, false);
    keep_list("memory_map", &baton->memory_map);
    keep_list("framebuffers", &baton->framebuffers);
    keep_list("modules", &baton->modules);
    keep_list("timings", &baton->timings);
    keep("efi_memory_map", baton->efi_memory_map.descriptors, baton->efi_memory_map.size, false);
    keep("log", baton->log.text, baton->log.size + 1, false);
    keep("rsdp", baton->rsdp, 20, false);
    keep("smbios2", baton->smbios2, 31, false);
    keep("smbios3", baton->smbios3, 24, false);
    keep("device_tree", baton->device_tree, baton->device_tree_size, false);
    keep("efi_system_table", baton->efi_system_table, 120, false);
    BATON_FOR_EACH (struct baton_module, module, &baton->modules)
        keep("a module", module->address, module->size, false);
}

static void keep_everything(const struct subject *subject)
{
    const struct baton *baton = subject->baton;

    keep_baton(subject);
    keep("the kernel's code", text_start, (uint64_t)(text_end - text_start), false);
    keep("the kernel's constants", rodata_start, (uint64_t)(rodata_end - rodata_start), false);
    BATON_FOR_EACH (struct baton_memory, entry, &baton->memory_map) {
        const char *name = kept_kind(entry->kind);

        if (name && entry->base != 0 && faults_can_read(direct(baton, entry->base)))
            keep(name, direct(baton, entry->base), entry->size, entry->kind == BATON_MEMORY_PAGE_TABLES);
    }
}

static void check_kept(void)
{
    for (unsigned i = 0; i < kept_count; i++)
        if (sum_of(&kept[i]) != kept[i].sum)
            broken("%s at %#lx is not what it was", kept[i].name, (uint64_t)(uintptr_t)kept[i].start);
}

/* In pages, to the next that is overwritten: a machine with gigabytes may be in a hurry. */
static uint64_t step(uint64_t page)
{
    return page >= WHOLE_PAGES ? large_step : 1;
}

/* The entries themselves lie in memory that must not be free; one that is gone ends this. */
static void overwrite(const struct subject *subject, uint32_t kind)
{
    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map) {
        uint64_t most = entry->size / PAGE < page_limit ? entry->size / PAGE : page_limit;

        for (uint64_t i = 0; i < most && entry->kind == kind; i += step(entry->base + i * PAGE)) {
            uint64_t page = entry->base + i * PAGE;

            memory_fill(direct(subject->baton, page), page ^ PATTERN, page < WHOLE_PAGES ? PAGE : SHORT);
        }
    }
}

/* Two entries that are the same memory would show here. */
static void check_overwritten(const struct subject *subject, uint32_t kind)
{
    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map) {
        uint64_t most = entry->size / PAGE < page_limit ? entry->size / PAGE : page_limit;

        for (uint64_t i = 0; i < most && entry->kind == kind; i += step(entry->base + i * PAGE)) {
            uint64_t page = entry->base + i * PAGE;
            const volatile uint64_t *words = direct(subject->baton, page);

            if (words[0] != (page ^ PATTERN) || words[(page < WHOLE_PAGES ? PAGE : SHORT) / 8 - 1] != words[0])
                broken("page %#lx did not keep what was written to it", page);
        }
    }
}

static void check_usable(struct subject *subject)
{
    keep_everything(subject);
    overwrite(subject, BATON_MEMORY_USABLE);
    overwrite(subject, BATON_MEMORY_LOADER);
    tlb_flush();
    check_kept();
    check_overwritten(subject, BATON_MEMORY_USABLE);
    check_overwritten(subject, BATON_MEMORY_LOADER);
}

static void check_boot_services(struct subject *subject)
{
    keep_everything(subject);
    overwrite(subject, BATON_MEMORY_BOOT_SERVICES);
    tlb_flush();
    check_kept();
    check_overwritten(subject, BATON_MEMORY_BOOT_SERVICES);
}

/* Only the kernel has it: the loader's memory, and the firmware's that it ran on, have no copy. */
static void check_entropy(struct subject *subject)
{
    const uint8_t *entropy = subject->baton->entropy;

    if (!(subject->baton->facts & BATON_FACT_ENTROPY))
        return;
    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map) {
        const uint8_t *bytes = direct(subject->baton, entry->base);

        if (entry->kind != BATON_MEMORY_LOADER && entry->kind != BATON_MEMORY_BOOT_SERVICES &&
            entry->kind != BATON_MEMORY_TRAMPOLINE && entry->kind != BATON_MEMORY_PAGE_TABLES &&
            entry->kind != BATON_MEMORY_BATON)
            continue;
        for (uint64_t at = 0; at + 16 <= entry->size; at++)
            if (bytes[at] == entropy[0] && bytes + at != entropy && bytes_equal(bytes + at, entropy, 16))
                broken("a copy of the random bytes is at %#lx, in memory of kind %u", entry->base + at, entry->kind);
    }
}

/* The kernel has handlers of its own by now. Code is mapped read-only. */
static void overwrite_trampoline(const struct subject *subject, bool put_back)
{
    static uint8_t saved[TRAMPOLINE_PAGES * PAGE];
    static uint64_t pattern[PAGE / 8];
    uint64_t used = 0;

    memory_fill(pattern, PATTERN, PAGE);
    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map) {
        if (entry->kind != BATON_MEMORY_TRAMPOLINE)
            continue;
        if (used + entry->size > sizeof(saved))
            give_up("the trampoline has more than %u pages", TRAMPOLINE_PAGES);
        for (uint64_t at = 0; at < entry->size; at += PAGE, used += PAGE) {
            uint8_t *page = direct(subject->baton, entry->base + at);

            if (!put_back)
                memcpy(saved + used, page, PAGE);
            machine_write((uint64_t)(uintptr_t)page, put_back ? saved + used : (const uint8_t *)pattern, PAGE);
        }
    }
}

static void check_trampoline(struct subject *subject)
{
    keep_baton(subject);
    overwrite_trampoline(subject, false);
    tlb_flush();
    check_kept();
    if (faults_can_read((const void *)0x10))
        broken("page 0 can be read once the trampoline is gone");
    overwrite_trampoline(subject, true);
}

void overwrite_run(struct subject *subject, bool quiet, uint64_t limit)
{
    page_limit = limit;
    large_step = option_given(subject->baton->command_line, "quick") ? QUICK_STEP : 1;
    check_run("entropy-not-kept", check_entropy, subject, quiet);
    check_run("usable-is-free", check_usable, subject, quiet);
    check_run("boot-services-are-free", check_boot_services, subject, quiet);
    check_run("trampoline-is-free", check_trampoline, subject, quiet);
}
