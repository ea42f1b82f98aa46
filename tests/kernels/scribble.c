/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judges the memory map the hard way: overwrites all memory that it calls free, kind by kind, and looks after each
 * whether anything that was handed over has changed, and at the end whether every page kept what was written to it
 * (two entries that are the same memory would show). Descriptor tables of the loader's stay in use all the time.
 */
#include "kit.h"

#define MAX_RANGES 256
/* Accessed and dirty: the processor sets them while it works. */
#define TABLE_MASK (~0x60ULL)

struct range {
    const char *name;
    const void *start;
    uint64_t size;
    uint64_t sum;
    bool tables;
};

static struct range ranges[MAX_RANGES];
static unsigned range_count;

static uint64_t range_sum(const struct range *range)
{
    const uint64_t *words = range->start;
    uint64_t sum = 0xcbf29ce484222325ULL;

    if (!range->tables)
        return checksum(range->start, range->size);
    for (uint64_t i = 0; i < range->size / sizeof(*words); i++)
        sum = (sum ^ (words[i] & TABLE_MASK)) * 0x100000001b3ULL;
    return sum;
}

static void keep(const char *name, const void *start, uint64_t size, bool tables)
{
    if (range_count == MAX_RANGES)
        give_up("too many ranges to keep");
    ranges[range_count] = (struct range){name, start, size, 0, tables};
    ranges[range_count].sum = range_sum(&ranges[range_count]);
    print("keep=%s %#lx %#lx\n", name, (uintptr_t)start, size);
    range_count++;
}

static void check_kept(const char *when)
{
    for (unsigned i = 0; i < range_count; i++)
        if (range_sum(&ranges[i]) != ranges[i].sum)
            give_up("%s at %#lx has changed after %s", ranges[i].name, (uintptr_t)ranges[i].start, when);
}

static const char *kept_kind(uint32_t kind)
{
    switch (kind) {
    case BATON_MEMORY_BATON:
        return "baton";
    case BATON_MEMORY_MODULE:
        return "module";
    case BATON_MEMORY_PAGE_TABLES:
        return "page-tables";
    case BATON_MEMORY_TRAMPOLINE:
        return "trampoline";
    case BATON_MEMORY_ACPI_RECLAIMABLE:
        return "acpi-reclaimable";
    case BATON_MEMORY_ACPI_NVS:
        return "acpi-nvs";
    case BATON_MEMORY_RUNTIME_CODE:
        return "runtime-code";
    case BATON_MEMORY_RUNTIME_DATA:
        return "runtime-data";
    default:
        return NULL;
    }
}

static void keep_everything(const struct baton *baton)
{
    BATON_FOR_EACH (struct baton_memory, entry, &baton->memory_map) {
        const char *name = kept_kind(entry->kind);

        if (name && faults_can_read(direct(baton, entry->base)))
            keep(name, direct(baton, entry->base), entry->size, entry->kind == BATON_MEMORY_PAGE_TABLES);
    }
    keep("baton-page", baton, PAGE, false);
    keep("log", baton->log.text, baton->log.size + 1, false);
    keep("memory-map", baton->memory_map.first, (uint64_t)baton->memory_map.count * baton->memory_map.stride, false);
    keep("efi-map", baton->efi_memory_map.descriptors, baton->efi_memory_map.size, false);
    BATON_FOR_EACH (struct baton_module, module, &baton->modules)
        keep("module-bytes", module->address, module->size, false);
    keep("text", text_start, (uint64_t)(text_end - text_start), false);
    keep("rodata", rodata_start, (uint64_t)(rodata_end - rodata_start), false);
}

static uint64_t scribble(const struct baton *baton, uint32_t kind)
{
    uint64_t total = 0;

    BATON_FOR_EACH (struct baton_memory, entry, &baton->memory_map) {
        if (entry->kind != kind)
            continue;
        for (uint64_t page = entry->base; page < entry->base + entry->size; page += PAGE)
            memory_fill(direct(baton, page), page ^ 0xdeadbeefcafef00dULL, PAGE);
        total += entry->size;
    }
    return total;
}

static void check_scribbles(const struct baton *baton, uint32_t kind)
{
    BATON_FOR_EACH (struct baton_memory, entry, &baton->memory_map) {
        if (entry->kind != kind)
            continue;
        for (uint64_t page = entry->base; page < entry->base + entry->size; page += PAGE) {
            const volatile uint64_t *words = direct(baton, page);

            if (words[0] != (page ^ 0xdeadbeefcafef00dULL) || words[PAGE / 8 - 1] != words[0])
                give_up("page %#lx did not keep what was written to it", page);
        }
    }
}

/* A segment register is loaded and a far return made through the loader's own descriptor table. */
static void use_loader_tables(void)
{
    uint64_t cs = entry_state.cs;

    __asm__ volatile("mov %1, %%ss\n\t"
                     "mov %1, %%ds\n\t"
                     "pushq %0\n\t"
                     "lea 1f(%%rip), %%rax\n\t"
                     "push %%rax\n\t"
                     "lretq\n"
                     "1:"
                     :
                     : "r"(cs), "r"((uint64_t)entry_state.ss)
                     : "rax", "memory");
}

_Noreturn void kernel_main(const struct baton *baton)
{
    static const struct {
        uint32_t kind;
        const char *name;
    } kinds[] = {
        {BATON_MEMORY_USABLE, "usable"},
        {BATON_MEMORY_LOADER, "loader"},
        {BATON_MEMORY_BOOT_SERVICES, "boot-services"},
    };

    if (baton->magic != BATON_MAGIC)
        give_up("magic %#lx", baton->magic);
    faults_install();
    print("scribble: begin\n");
    keep_everything(baton);
    __asm__ volatile("lgdt %0" : : "m"(entry_state.gdtr));
    use_loader_tables();
    for (size_t i = 0; i < COUNT(kinds); i++) {
        print("scribbled.%s=%lu\n", kinds[i].name, scribble(baton, kinds[i].kind));
        check_kept(kinds[i].name);
        use_loader_tables();
    }
    for (size_t i = 0; i < COUNT(kinds); i++)
        check_scribbles(baton, kinds[i].kind);
    /* Whatever was cached of the page tables is read again. */
    __asm__ volatile("mov %%cr3, %%rax\n\tmov %%rax, %%cr3" : : : "rax", "memory");
    check_kept("the tables were read again");
    finish("scribble");
}
