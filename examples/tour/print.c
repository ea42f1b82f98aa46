/* SPDX-License-Identifier: 0BSD */
#include "print.h"

#include "kinds.h"
#include "text.h"

static void print_framebuffers(struct report *report, const struct baton *baton)
{
    if (baton->framebuffers.count == 0)
        report_note(report, "no framebuffer");
    BATON_FOR_EACH (struct baton_framebuffer, framebuffer, &baton->framebuffers) {
        report_note(report, "framebuffer %u x %u, pitch %u, masks %08x %08x %08x, at 0x%lx, %lu KiB",
                    framebuffer->width, framebuffer->height, framebuffer->pitch, framebuffer->red_mask,
                    framebuffer->green_mask, framebuffer->blue_mask, framebuffer->physical, framebuffer->size / 1024);
    }
}

void print_summary(struct report *report, const struct baton *baton)
{
    report_note(report, "loader %s %s, protocol %u, facts 0x%lx", baton->loader_name, baton->loader_version,
                baton->version, baton->facts);
    report_note(report, "kernel %s at 0x%lx, physical 0x%lx, %lu KiB", baton->kernel.path, baton->kernel.address,
                baton->kernel.physical, baton->kernel.size / 1024);
    report_note(report, "stack at 0x%lx, %lu KiB; direct map 0x%lx to 0x%lx", baton->stack.base,
                baton->stack.size / 1024, baton->direct_map.base, baton->direct_map.end);
    print_framebuffers(report, baton);
    report_note(report, "command line \"%s\"", baton->command_line);
}

void print_modules(struct report *report, const struct baton *baton)
{
    report_note(report, "%u modules", baton->modules.count);
    BATON_FOR_EACH (struct baton_module, module, &baton->modules) {
        report_note(report, "module %s, %lu bytes, crc32 %08x, command line \"%s\"", module->name, module->size,
                    text_crc32(module->address, module->size), module->command_line);
    }
}

void print_memory_map(struct report *report, const struct baton *baton)
{
    report_note(report, "memory map, %u entries", baton->memory_map.count);
    BATON_FOR_EACH (struct baton_memory, entry, &baton->memory_map) {
        baton_console_print(&report->serial, "  %016lx - %016lx : %-16s %10lu KiB  EFI type %u, attributes %lx\n",
                            entry->base, entry->base + entry->size, kind_name(entry->kind), entry->size / 1024,
                            entry->efi_type, entry->efi_attributes);
    }
}

void print_log(struct report *report, const struct baton *baton)
{
    report_note(report, "the loader's log, %lu bytes", baton->log.size);
    for (uint64_t i = 0; i < baton->log.size; i++) {
        if (i == 0 || baton->log.text[i - 1] == '\n')
            baton_console_print(&report->serial, "  | ");
        baton_console_put(&report->serial, baton->log.text[i]);
    }
}

void print_timings(struct report *report, const struct baton *baton)
{
    /* Counts of 1 MHz are microseconds; without a frequency they are printed as they are. */
    bool known = (baton->facts & BATON_FACT_COUNTER_FREQUENCY) != 0;
    uint64_t megahertz = known ? baton->counter_frequency / 1000000 : 0;
    const char *unit = megahertz > 0 ? "us" : "counts";
    uint64_t divisor = megahertz > 0 ? megahertz : 1;
    uint64_t first = 0, last = 0;

    report_note(report, "%u timings, counter at %lu Hz", baton->timings.count, baton->counter_frequency);
    BATON_FOR_EACH (struct baton_timing, timing, &baton->timings) {
        if (first == 0) {
            first = timing->counter;
            last = timing->counter;
        }
        baton_console_print(&report->serial, "  %-12s took %12lu %s, ended at %12lu %s\n", timing->name,
                            (timing->counter - last) / divisor, unit, (timing->counter - first) / divisor, unit);
        last = timing->counter;
    }
}
