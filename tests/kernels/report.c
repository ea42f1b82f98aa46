/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says everything it was given, as lines "key=value" between "report: begin" and "report: end"; harness/report.py
 * reads them. It judges nothing itself but what can only be judged here.
 */
#include "report.h"

#define FILLER       (64 * 1024)
#define LARGE_MODULE (64 * MEBI)
#define MODULE_STEP  (16 * MEBI)

/* The 8259 controllers' masks, and the 8254 timer's channel 2. */
#define PORT_MASK_FIRST   0x21
#define PORT_MASK_SECOND  0xa1
#define PORT_TIMER        0x42
#define PORT_TIMER_SETUP  0x43
#define PORT_TIMER_GATE   0x61
#define TIMER_FREQUENCY   1193182ULL
#define TIMER_ONE_SHOT    0xb0 /* channel 2, both bytes, mode 0 */
#define TIMER_LATCH       0x80
#define TIMER_MEASUREMENT 30000U /* ticks: 25 ms of the 55 that it counts */

static volatile uint8_t zero[FILLER];
static volatile uint8_t variable[5000] = {1, 2, 3, [4999] = 77};

static void say(const char *key, uint64_t value)
{
    print("%s=%#lx\n", key, value);
}

static uint8_t port_read(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static void port_write(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint64_t read_counter(void)
{
    uint32_t low, high;

    __asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

/* Ticks since the timer was started. */
static uint32_t timer_ticks(void)
{
    uint32_t left;

    port_write(PORT_TIMER_SETUP, TIMER_LATCH);
    left = port_read(PORT_TIMER);
    left |= (uint32_t)port_read(PORT_TIMER) << 8;
    return 0xffff - left;
}

/* The time-stamp counter's frequency, by the PC's timer. */
static uint64_t measure_counter(void)
{
    uint64_t from, to;
    uint32_t start, end;

    port_write(PORT_TIMER_GATE, (port_read(PORT_TIMER_GATE) & 0xfc) | 1);
    port_write(PORT_TIMER_SETUP, TIMER_ONE_SHOT);
    port_write(PORT_TIMER, 0xff);
    port_write(PORT_TIMER, 0xff);
    start = timer_ticks();
    from = read_counter();
    do {
        end = timer_ticks();
        to = read_counter();
    } while (end - start < TIMER_MEASUREMENT);
    return (to - from) * TIMER_FREQUENCY / (end - start);
}

/* Whoever else computes on this machine may get in between once or twice. */
static void report_counter(void)
{
    print("measured.counter_frequency=");
    for (unsigned i = 0; i < 9; i++)
        print("%lu ", measure_counter());
    print("\n");
}

static bool all_zero(const volatile uint8_t *bytes, uint64_t size)
{
    for (uint64_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static void report_registers(void)
{
    const struct entry_state *s = &entry_state;
    const uint64_t others[] = {s->rax, s->rbx, s->rcx, s->rdx, s->rsi, s->rbp, s->r8,
                               s->r9,  s->r10, s->r11, s->r12, s->r13, s->r14, s->r15};
    uint64_t set = 0;

    for (size_t i = 0; i < COUNT(others); i++)
        set |= others[i];
    say("entry.other_registers", set);
    say("entry.rdi", s->rdi);
    say("entry.rsp", s->rsp);
    say("entry.return_address", s->return_address);
    say("entry.rflags", s->rflags);
    say("entry.cr0", s->cr0);
    say("entry.cr3", s->cr3);
    say("entry.cr4", s->cr4);
    say("entry.cr8", s->cr8);
    say("entry.efer", s->efer);
    say("entry.pat", s->pat);
    say("entry.gdt", s->gdtr.base);
    say("entry.gdt_limit", s->gdtr.limit);
    say("entry.idt", s->idtr.base);
    say("entry.idt_limit", s->idtr.limit);
    print("entry.selectors=%x %x %x %x %x %x %x %x\n", s->cs, s->ss, s->ds, s->es, s->fs, s->gs, s->tr, s->ldtr);
    say("entry.mxcsr", s->mxcsr);
    say("entry.fpu_control", s->fpu_control);
    say("entry.fpu_status", s->fpu_status);
    say("entry.mask_first", port_read(PORT_MASK_FIRST));
    say("entry.mask_second", port_read(PORT_MASK_SECOND));
}

/* Before anything of the kernel's own has been written. */
static void report_image(bool bss_was_zero)
{
    bool data_arrived = variable[2] == 3 && variable[4999] == 77;

    say("image.start", (uint64_t)(uintptr_t)image_start);
    say("image.text_start", (uint64_t)(uintptr_t)text_start);
    say("image.text_end", (uint64_t)(uintptr_t)text_end);
    say("image.rodata_start", (uint64_t)(uintptr_t)rodata_start);
    say("image.rodata_end", (uint64_t)(uintptr_t)rodata_end);
    say("image.data_start", (uint64_t)(uintptr_t)data_start);
    say("image.end", (uint64_t)(uintptr_t)image_end);
    say("image.bss_zero", bss_was_zero);
    say("image.data_arrived", data_arrived);
    say("image.words_right", words_are_right());
    say("image.text_checksum", checksum(text_start, (uint64_t)(text_end - text_start)));
}

static void report_baton(const struct baton *baton)
{
    uint64_t tail = PAGE - baton->size;

    say("baton.address", (uint64_t)(uintptr_t)baton);
    say("baton.magic", baton->magic);
    say("baton.version", baton->version);
    say("baton.size", baton->size);
    say("baton.tail_zero", baton->size <= PAGE && all_zero((const uint8_t *)baton + baton->size, tail));
    say("baton.facts", baton->facts);
    print("baton.loader_name=%s\n", baton->loader_name);
    print("baton.loader_version=%s\n", baton->loader_version);
    print("baton.command_line=%s\n", baton->command_line);
    say("baton.kernel.physical", baton->kernel.physical);
    say("baton.kernel.address", baton->kernel.address);
    say("baton.kernel.size", baton->kernel.size);
    say("baton.kernel.slide", baton->kernel.slide);
    print("baton.kernel.path=%s\n", baton->kernel.path);
    say("baton.kernel.file", (uint64_t)(uintptr_t)baton->kernel.file);
    say("baton.kernel.file_size", baton->kernel.file_size);
    say("baton.stack.base", baton->stack.base);
    say("baton.stack.size", baton->stack.size);
    say("baton.direct_map.base", baton->direct_map.base);
    say("baton.direct_map.end", baton->direct_map.end);
    say("baton.efi_system_table", (uint64_t)(uintptr_t)baton->efi_system_table);
    say("baton.wall_clock", baton->wall_clock);
    say("baton.counter_frequency", baton->counter_frequency);
    say("baton.boot_cpu", baton->boot_cpu);
    say("baton.extensions", baton->extensions.count);
    say("baton.secure_boot", baton->secure_boot);
    print("baton.boot_partition=");
    for (size_t i = 0; i < sizeof(baton->boot_partition); i++)
        print("%02x", baton->boot_partition[i]);
    print("\n");
    say("baton.entropy_zero", all_zero(baton->entropy, sizeof(baton->entropy)));
}

/* Every pointer of the baton's, for the test to look up in the memory map. */
static void report_pointers(const struct baton *baton)
{
    const struct {
        const char *name;
        const void *pointer;
        uint64_t size;
    } pointers[] = {
        {"baton", baton, PAGE},
        {"loader_name", baton->loader_name, 1},
        {"loader_version", baton->loader_version, 1},
        {"command_line", baton->command_line, 1},
        {"memory_map", baton->memory_map.first, (uint64_t)baton->memory_map.count * baton->memory_map.stride},
        {"kernel_path", baton->kernel.path, 1},
        {"framebuffers", baton->framebuffers.first, (uint64_t)baton->framebuffers.count * baton->framebuffers.stride},
        {"modules", baton->modules.first, (uint64_t)baton->modules.count * baton->modules.stride},
        {"rsdp", baton->rsdp, 20}, /* or 36, in the same page */
        {"smbios2", baton->smbios2, 31},
        {"smbios3", baton->smbios3, 24},
        {"device_tree", baton->device_tree, baton->device_tree_size},
        {"kernel_file", baton->kernel.file, baton->kernel.file_size},
        {"efi_memory_map", baton->efi_memory_map.descriptors, baton->efi_memory_map.size},
        {"log", baton->log.text, baton->log.size + 1},
        {"timings", baton->timings.first, (uint64_t)baton->timings.count * baton->timings.stride},
    };

    for (size_t i = 0; i < COUNT(pointers); i++)
        if (pointers[i].pointer)
            print("pointer=%s %#lx %#lx\n", pointers[i].name, baton_physical(baton, pointers[i].pointer),
                  pointers[i].size);
    BATON_FOR_EACH (struct baton_module, module, &baton->modules) {
        print("pointer=module_name %#lx 1\n", baton_physical(baton, module->name));
        print("pointer=module_command_line %#lx 1\n", baton_physical(baton, module->command_line));
    }
    BATON_FOR_EACH (struct baton_framebuffer, screen, &baton->framebuffers)
        if (screen->edid)
            print("pointer=edid %#lx %#x\n", baton_physical(baton, screen->edid), screen->edid_size);
    BATON_FOR_EACH (struct baton_timing, timing, &baton->timings)
        print("pointer=timing_name %#lx 1\n", baton_physical(baton, timing->name));
}

static void report_memory(const struct baton *baton)
{
    const struct baton_efi_memory_map *efi = &baton->efi_memory_map;

    print("memory.list=%u %u\n", baton->memory_map.count, baton->memory_map.stride);
    BATON_FOR_EACH (struct baton_memory, entry, &baton->memory_map)
        print("memory=%#lx %#lx %u %u %#lx\n", entry->base, entry->size, entry->kind, entry->efi_type,
              entry->efi_attributes);
    print("efi.list=%lu %u %u\n", efi->size, efi->descriptor_size, efi->descriptor_version);
    for (uint64_t at = 0; efi->descriptor_size && at + efi->descriptor_size <= efi->size; at += efi->descriptor_size) {
        const struct {
            uint32_t kind, padding;
            uint64_t physical, virtual_address, pages, attributes;
        } *descriptor = (const void *)((const uint8_t *)efi->descriptors + at);

        print("efi=%#lx %#lx %u %#lx %#lx\n", descriptor->physical, descriptor->pages, descriptor->kind,
              descriptor->attributes, descriptor->virtual_address);
    }
}

/* Gigabytes would take minutes: of large modules, a page every so often and the last one count, in their order. */
static uint64_t module_checksum(const struct baton_module *module)
{
    const uint8_t *bytes = module->address;
    uint64_t sum = 0;

    if (module->size <= LARGE_MODULE)
        return checksum(bytes, module->size);
    for (uint64_t at = 0; at < module->size - PAGE; at += MODULE_STEP)
        sum = sum * 31 + checksum(bytes + at, PAGE);
    return sum * 31 + checksum(bytes + module->size - PAGE, PAGE);
}

static void report_lists(const struct baton *baton)
{
    BATON_FOR_EACH (struct baton_module, module, &baton->modules) {
        uint64_t slack = (PAGE - module->size % PAGE) % PAGE;

        print("module=%s|%s|%#lx|%#lx|%#lx|%#lx|%d\n", module->name, module->command_line, (uintptr_t)module->address,
              module->physical, module->size, module_checksum(module),
              all_zero((const uint8_t *)module->address + module->size, slack));
    }
    BATON_FOR_EACH (struct baton_framebuffer, screen, &baton->framebuffers)
        print("framebuffer=%#lx %#lx %#lx %u %u %u %u %#x %#x %#x %#x %#lx %u\n", (uintptr_t)screen->address,
              screen->physical, screen->size, screen->width, screen->height, screen->pitch, screen->bits_per_pixel,
              screen->red_mask, screen->green_mask, screen->blue_mask, screen->reserved_mask, (uintptr_t)screen->edid,
              screen->edid_size);
    BATON_FOR_EACH (struct baton_timing, timing, &baton->timings)
        print("timing=%s %lu\n", timing->name, timing->counter);
}

static void report_log(const struct baton *baton)
{
    const char *text = baton->log.text;
    const char *end = text + baton->log.size;

    say("log.size", baton->log.size);
    if (!text)
        return;
    say("log.nul", *end == '\0');
    while (text < end) {
        const char *stop = text;

        while (stop < end && *stop != '\n')
            stop++;
        print("log=%.*s\n", (int)(stop - text), text);
        text = stop + 1;
    }
}

static void report_mapping(void *context, const struct mapping *mapping)
{
    uint32_t flags = mapping->flags;

    (void)context;
    print("map=%#lx %#lx %#lx %s%s%s%s %u\n", mapping->address, mapping->physical, mapping->size,
          flags & MAPPED_WRITE ? "w" : "-", flags & MAPPED_EXECUTE ? "x" : "-", flags & MAPPED_USER ? "u" : "-",
          flags & MAPPED_GLOBAL ? "g" : "-", mapping->cache);
}

static void report_table(void *context, uint64_t physical, unsigned level)
{
    (void)context;
    print("table=%#lx %u\n", physical, level);
}

static void report_paging(const struct baton *baton)
{
    const struct paging_visitor visitor = {.run = report_mapping, .table = report_table, .context = NULL};
    struct paging_counts counts;
    bool readable = paging_walk(baton, &visitor, &counts);

    say("paging.readable", readable);
    print("paging.counts=%lu %lu %lu %lu\n", counts.small, counts.large, counts.huge, counts.tables);
}

_Noreturn void kernel_main(const struct baton *baton)
{
    /* The whole of .bss: nothing of it may be written before this line. */
    bool bss_was_zero = all_zero((const uint8_t *)bss_start, (uint64_t)(bss_end - bss_start)) && zero[0] == 0;

    print("\nreport: begin\n");
    report_registers();
    report_descriptors();
    report_image(bss_was_zero);
    if (baton->magic != BATON_MAGIC)
        give_up("magic %#lx", baton->magic);
    faults_install();
    report_baton(baton);
    report_pointers(baton);
    report_memory(baton);
    report_lists(baton);
    report_facts(baton);
    report_log(baton);
    report_paging(baton);
    report_counter();
    print("report: end\n");
    finish("report");
}
