/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does what a kernel must not get away with, and says for each try what the processor said to it:
 *
 *     fault.NAME=vector error address      or      fault.NAME=none
 */
#include "kit.h"

#define OP_RETURN 0xc3

static const uint8_t constant[64] = {OP_RETURN, 1, 2, 3};
static uint8_t variable[64] = {OP_RETURN};
static volatile unsigned depth;

static void report(const char *name, void (*function)(void *), uint64_t address)
{
    struct fault fault;

    print("address.%s=%#lx\n", name, address);
    if (faults_catch(function, (void *)(uintptr_t)address, &fault))
        print("fault.%s=%lu %#lx %#lx\n", name, fault.vector, fault.error, fault.address);
    else
        print("fault.%s=none\n", name);
}

static void read_byte(void *address)
{
    (void)*(const volatile uint8_t *)address;
}

/* Leaves the byte as it was. */
static void write_byte(void *address)
{
    volatile uint8_t *byte = address;

    *byte = *byte;
}

static void write_blindly(void *address)
{
    *(volatile uint8_t *)address = 0x5a;
}

static void call(void *address)
{
    ((void (*)(void))(uintptr_t)address)();
}

/* Recursion without end, as a kernel's mistake would be. */
static void overflow(void *argument)
{
    volatile uint8_t frame[512];

    frame[0] = (uint8_t)(uintptr_t)argument;
    depth++;
    if (depth)
        overflow((void *)(uintptr_t)frame);
    frame[1] = frame[0];
}

/* A page of this kind, other than page 0; 0 when there is none. */
static uint64_t page_of_kind(const struct baton *baton, uint32_t kind)
{
    BATON_FOR_EACH (struct baton_memory, entry, &baton->memory_map)
        if (entry->kind == kind && entry->base != 0)
            return entry->base;
    return 0;
}

static uint64_t alias(const struct baton *baton, const void *pointer)
{
    uint64_t physical = (uint64_t)(uintptr_t)pointer - baton->kernel.address + baton->kernel.physical;

    return baton->direct_map.base + physical;
}

static void report_kernel(const struct baton *baton)
{
    report("read-text", read_byte, (uint64_t)(uintptr_t)text_start);
    report("write-text", write_byte, (uint64_t)(uintptr_t)text_start);
    report("write-text-alias", write_byte, alias(baton, text_start));
    report("execute-text-alias", call, alias(baton, constant));
    report("write-rodata", write_byte, (uint64_t)(uintptr_t)constant);
    report("write-rodata-alias", write_byte, alias(baton, constant));
    report("execute-rodata", call, (uint64_t)(uintptr_t)constant);
    report("write-data", write_byte, (uint64_t)(uintptr_t)variable);
    report("write-data-alias", write_byte, alias(baton, variable));
    report("execute-data", call, (uint64_t)(uintptr_t)variable);
    report("execute-data-alias", call, alias(baton, variable));
}

static void report_kinds(const struct baton *baton)
{
    static const struct {
        uint32_t kind;
        const char *read, *write, *execute;
    } kinds[] = {
        {BATON_MEMORY_USABLE, "read-usable", "write-usable", "execute-usable"},
        {BATON_MEMORY_BOOT_SERVICES, "read-boot-services", "write-boot-services", "execute-boot-services"},
        {BATON_MEMORY_LOADER, "read-loader", "write-loader", "execute-loader"},
        {BATON_MEMORY_RUNTIME_CODE, "read-runtime-code", "write-runtime-code", "execute-runtime-code"},
        {BATON_MEMORY_RUNTIME_DATA, "read-runtime-data", "write-runtime-data", "execute-runtime-data"},
        {BATON_MEMORY_ACPI_NVS, "read-acpi-nvs", "write-acpi-nvs", NULL},
        {BATON_MEMORY_ACPI_RECLAIMABLE, "read-acpi-reclaimable", "write-acpi-reclaimable", NULL},
        {BATON_MEMORY_MODULE, "read-module", "write-module", "execute-module"},
        {BATON_MEMORY_RESERVED, "read-reserved", NULL, NULL},
        {BATON_MEMORY_MMIO, "read-mmio", NULL, NULL},
    };

    for (size_t i = 0; i < COUNT(kinds); i++) {
        uint64_t page = page_of_kind(baton, kinds[i].kind);
        uint64_t address = baton->direct_map.base + page;

        if (!page)
            continue;
        report(kinds[i].read, read_byte, address);
        if (kinds[i].write)
            report(kinds[i].write, write_byte, address);
        if (kinds[i].execute)
            report(kinds[i].execute, call, address);
    }
}

_Noreturn void kernel_main(const struct baton *baton)
{
    uint64_t stack = baton->stack.base;

    if (baton->magic != BATON_MAGIC)
        give_up("magic %#lx", baton->magic);
    faults_install();
    print("guard: begin\n");
    report("read-page-zero", read_byte, 8);
    report("write-page-zero", write_blindly, 8);
    report("read-page-zero-alias", read_byte, baton->direct_map.base + 8);
    report("write-stack-bottom", write_byte, stack);
    report("read-guard", read_byte, stack - 8);
    report("write-guard", write_blindly, stack - 8);
    report("write-guard-far", write_blindly, stack - PAGE);
    report("execute-stack", call, stack);
    report("execute-baton", call, (uint64_t)(uintptr_t)baton);
    report("read-direct-map-end", read_byte, baton->direct_map.end);
    report_kernel(baton);
    report_kinds(baton);
    BATON_FOR_EACH (struct baton_framebuffer, screen, &baton->framebuffers) {
        report("write-framebuffer", write_byte, (uint64_t)(uintptr_t)screen->address);
        report("write-framebuffer-last", write_byte, (uint64_t)(uintptr_t)screen->address + screen->size - 1);
        report("execute-framebuffer", call, (uint64_t)(uintptr_t)screen->address);
    }
    report("overflow", overflow, 0);
    print("overflow.depth=%u\n", depth);
    finish("guard");
}
