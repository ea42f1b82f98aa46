/* SPDX-License-Identifier: BSD-2-Clause */
/* The way of a boot: gather, choose, reserve, load, build, leave, seal, jump. */
#include "second.h"

extern const uint8_t trampoline_blob[], trampoline_blob_end[];

struct module {
    const char *path, *options; /* path: with / */
    uint64_t physical, size;
};

static EFI_FILE_HANDLE volume;
static struct baton *baton;
static uint64_t arena_at, arena_end; /* what is left of the baton's memory */
static uint64_t stack_size;
static struct trampoline_data *data;
static char *options = "";
static struct module *modules;
static uint32_t module_count;

/* ---- files ---- */

/* Reads a file into pages of its own, with at least one zero byte behind it. The path is ASCII, with / or \. */
static bool read_file(const char *path, uint64_t *address, uint64_t *size)
{
    CHAR16 name[256];
    EFI_FILE_HANDLE file;
    uint32_t n = 0;

    for (; path[n] && n < 255; n++)
        name[n] = path[n] == '/' ? '\\' : (CHAR16)(uint8_t)path[n];
    name[n] = 0;
    if (EFI_ERROR(volume->Open(volume, &file, name, EFI_FILE_MODE_READ, 0)))
        return false;
    bool good = !EFI_ERROR(file->SetPosition(file, UINT64_MAX)) && !EFI_ERROR(file->GetPosition(file, size)) &&
                !EFI_ERROR(file->SetPosition(file, 0)) && (*address = take_pages(*size + 1, EfiLoaderData)) != 0;
    for (uint64_t done = 0; good && done < *size;) {
        UINTN part = *size - done < 0x100000 ? *size - done : 0x100000;
        good = !EFI_ERROR(file->Read(file, &part, (void *)(*address + done))) && part > 0;
        done += part;
    }
    file->Close(file);
    return good;
}

/* Cuts the text at the end of its first line and returns where the next one begins. */
static char *end_line(char *text)
{
    while (*text && *text != '\n' && *text != '\r')
        text++;
    while (*text == '\n' || *text == '\r')
        *text++ = 0;
    return text;
}

static bool read_files(void)
{
    uint64_t address, size;

    if (!read_file("/second/kernel.elf", &address, &kernel.file_size))
        return refuse("cannot read /second/kernel.elf");
    kernel.file = (const uint8_t *)address;
    say("kernel /second/kernel.elf, %u bytes", kernel.file_size);
    if (read_file("/second/cmdline.txt", &address, &size)) {
        options = (char *)address;
        end_line(options);
    }
    return true;
}

static bool read_modules(void)
{
    uint64_t address, size;

    if (!read_file("/second/modules.txt", &address, &size))
        return true;
    uint64_t list = take_pages((size / 2 + 1) * sizeof *modules, EfiLoaderData);
    if (!list)
        return refuse("no memory for the modules");
    modules = (struct module *)list;
    for (char *line = (char *)address, *next; *line; line = next) {
        next = end_line(line);
        struct module *m = &modules[module_count++];
        m->path = line;
        for (; *line && *line != ' '; line++)
            if (*line == '\\')
                *line = '/';
        if (*line)
            *line++ = 0;
        m->options = line;
        if (!read_file(m->path, &m->physical, &m->size))
            return refuse("cannot read the module %s", m->path);
        say("module %s, %u bytes", m->path, m->size);
        /* The byte behind a module that fills its pages is in a page more, which stays the loader's. */
        if (!claim(m->physical, m->size ? m->size : 1, BATON_MEMORY_MODULE))
            return false;
    }
    return true;
}

/* ---- memory ---- */

static bool get_firmware_map(UINTN *key)
{
    struct firmware_map *m = &firmware_map;
    m->size = m->room;
    return !EFI_ERROR(BS->GetMemoryMap(&m->size, (void *)m->descriptors, key, &m->descriptor_size, &m->version));
}

/* A first look, for the least RAM and for how much room the last look will need. */
static bool first_look(void)
{
    UINTN key;

    BS->GetMemoryMap(&firmware_map.room, NULL, &key, &firmware_map.descriptor_size, &firmware_map.version);
    firmware_map.room += 128 * firmware_map.descriptor_size;
    firmware_map.descriptors = (uint8_t *)take_pages(firmware_map.room, EfiLoaderData);
    return (firmware_map.descriptors && get_firmware_map(&key)) || refuse("no memory map");
}

/* There is always enough: reserve_baton() made it large enough. */
static void *from_arena(uint64_t bytes, uint64_t alignment)
{
    uint64_t at = (arena_at + alignment - 1) & ~(alignment - 1);
    arena_at = at + bytes;
    return arena_at <= arena_end ? (void *)at : NULL;
}

/* A pointer as the kernel sees it. */
static void *seen(const void *pointer)
{
    return pointer ? (void *)(kernel.direct_base + (uint64_t)pointer) : NULL;
}

static void *copy(const void *from, uint64_t bytes)
{
    return from ? seen(memcpy(from_arena(bytes, 16), from, bytes)) : NULL;
}

static const char *copy_text(const char *text)
{
    return copy(text, length(text) + 1);
}

/* The list of modules may leave out the first separator. */
static const char *copy_path(const char *path)
{
    char *to = from_arena(length(path) + 2, 1);
    uint32_t more = *path != '/';

    *to = '/';
    memcpy(to + more, path, length(path) + 1);
    return seen(to);
}

/* First of all, since a low kernel has only one place. */
static bool reserve_kernel(void)
{
    if (kernel.low) {
        kernel.physical = kernel.link_base;
        if (!take_pages_at(kernel.physical, kernel.size))
            return refuse("the kernel's place from %x on is not free", kernel.physical);
    } else {
        uint64_t slack = kernel.align > PAGE ? kernel.align : 0;
        kernel.physical = kernel.size < LOWER_END ? take_pages(kernel.size + slack, EfiLoaderData) : 0;
        if (kernel.physical == 0)
            return refuse("no memory for the kernel");
        if (slack)
            kernel.physical = (kernel.physical + slack - 1) & ~(slack - 1);
    }
    kernel.pages = (uint8_t *)take_pages(kernel.size / PAGE, EfiLoaderData);
    return (kernel.pages || refuse("no memory for the kernel")) &&
           claim(kernel.physical, kernel.size, BATON_MEMORY_KERNEL);
}

static bool reserve_stack_and_trampoline(void)
{
    uint64_t code_size = page_up((uint64_t)(trampoline_blob_end - trampoline_blob));

    if (kernel.stack_size > LOWER_END)
        return refuse("the kernel's stack is too large");
    stack_size = page_up(kernel.stack_size > 65536 ? kernel.stack_size : 65536);
    layout.guard = take_pages(stack_size + PAGE, EfiLoaderData);
    /* Code, since firmware may forbid to execute data, and the switch begins in the firmware's page tables. */
    layout.trampoline = (struct range){take_pages(code_size + sizeof *data, EfiLoaderCode), code_size};
    if (!layout.guard || !layout.trampoline.base)
        return refuse("no memory for the stack");
    data = (struct trampoline_data *)(layout.trampoline.base + code_size);
    return claim(layout.guard, stack_size + PAGE, BATON_MEMORY_STACK) &&
           claim(layout.trampoline.base, code_size + sizeof *data, BATON_MEMORY_TRAMPOLINE);
}

/* The baton with all that it points to but modules and the kernel's file. */
static bool reserve_baton(void)
{
    map_room = (uint32_t)(2 * (firmware_map.room / firmware_map.descriptor_size + claim_count + 16));
    edges = (uint64_t *)take_pages(2 * map_room * sizeof *edges, EfiLoaderData);

    uint64_t size = PAGE + firmware_map.room + map_room * sizeof *map + LOG_SIZE + 4 * PAGE + length(options);
    for (uint32_t i = 0; i < machine.screen_count; i++)
        size += sizeof(struct baton_framebuffer) + machine.screens[i].edid_size + 64;
    for (uint32_t i = 0; i < module_count; i++)
        size += sizeof(struct baton_module) + length(modules[i].path) + length(modules[i].options) + 64;
    arena_at = take_pages(size, EfiLoaderData);
    arena_end = arena_at + page_up(size);
    if (!edges || !arena_at)
        return refuse("no memory for the baton");
    if (!claim(arena_at, size, BATON_MEMORY_BATON))
        return false;
    baton = from_arena(PAGE, PAGE); /* the whole page: nothing may follow the structure in it */
    firmware_map.descriptors = memcpy(from_arena(firmware_map.room, 16), firmware_map.descriptors, firmware_map.size);
    map = from_arena(map_room * sizeof *map, 16);
    return !((kernel.required | kernel.wanted) & BATON_FEATURE_KERNEL_FILE) ||
           claim((uint64_t)kernel.file, kernel.file_size, BATON_MEMORY_BATON);
}

/* Last of all allocations: the page tables, of which the map as it is now says how many there can be at most. */
static bool reserve_tables(void)
{
    UINTN key;

    if (!get_firmware_map(&key))
        return refuse("the firmware's memory map is too long");
    if (!build_map())
        return false;
    layout.tables_room = count_tables() * 2 + 64;
    layout.tables = take_pages(layout.tables_room * PAGE, EfiLoaderData);
    return (layout.tables || refuse("no memory for page tables")) &&
           claim(layout.tables, layout.tables_room * PAGE, BATON_MEMORY_PAGE_TABLES);
}

/* ---- the baton ---- */

static struct baton_list list(const void *first, uint32_t count, uint32_t stride)
{
    return (struct baton_list){count ? seen(first) : NULL, count, stride};
}

static void build_framebuffers(void)
{
    struct baton_framebuffer *screens = from_arena(machine.screen_count * sizeof *screens, 16);

    for (uint32_t i = 0; i < machine.screen_count; i++) {
        screens[i] = machine.screens[i];
        screens[i].address = seen((const void *)screens[i].physical);
        screens[i].edid = copy(screens[i].edid, screens[i].edid_size);
    }
    baton->framebuffers = list(screens, machine.screen_count, sizeof *screens);
    baton->facts |= machine.screen_count ? BATON_FACT_FRAMEBUFFER : 0;
}

static void build_modules(void)
{
    struct baton_module *to = from_arena(module_count * sizeof *to, 16);

    for (uint32_t i = 0; i < module_count; i++) {
        const struct module *m = &modules[i];
        to[i] = (struct baton_module){copy_path(m->path), copy_text(m->options), seen((const void *)m->physical),
                                      m->physical, m->size};
    }
    baton->modules = list(to, module_count, sizeof *to);
}

static void build_baton(void)
{
    struct baton *b = baton;

    *b = draft;
    b->magic = BATON_MAGIC;
    b->version = BATON_VERSION;
    b->size = sizeof *b;
    b->facts |= BATON_FACT_EFI_MEMORY_MAP | BATON_FACT_LOG | BATON_FACT_TIMINGS;
    b->facts |= options[0] ? BATON_FACT_COMMAND_LINE : 0;
    b->facts |= kernel.movable ? BATON_FACT_SLIDE : 0;
    b->facts |= kernel.low || kernel.identity ? BATON_FACT_IDENTITY_MAP : 0;
    b->loader_name = copy_text("Second");
    b->loader_version = copy_text("1");
    b->command_line = copy_text(options);
    b->kernel.physical = kernel.physical;
    b->kernel.address = kernel.address;
    b->kernel.size = kernel.size;
    b->kernel.slide = kernel.address - kernel.link_base;
    b->kernel.path = copy_text("/second/kernel.elf");
    if ((kernel.required | kernel.wanted) & BATON_FEATURE_KERNEL_FILE) {
        b->facts |= BATON_FACT_KERNEL_FILE;
        b->kernel.file = seen(kernel.file);
        b->kernel.file_size = kernel.file_size;
    }
    b->stack = (struct baton_stack){kernel.direct_base + layout.guard + PAGE, stack_size};
    b->direct_map.base = kernel.direct_base;
    build_framebuffers();
    build_modules();
    b->rsdp = copy(draft.rsdp, machine.rsdp_size);
    b->smbios2 = copy(draft.smbios2, 31);
    b->smbios3 = copy(draft.smbios3, 24);
    if (random_bytes(b->entropy, sizeof b->entropy))
        b->facts |= BATON_FACT_ENTROPY;
    else
        memset(b->entropy, 0, sizeof b->entropy);
    b->extensions = list(NULL, 0, sizeof(struct baton_extension));
}

static void build_descriptor_tables(const struct trampoline_header *code)
{
    uint64_t tss = data->self + offsetof(struct trampoline_data, tss);

    data->gdt[1] = 0x00af9b000000ffff;
    data->gdt[2] = 0x00cf93000000ffff;
    data->gdt[3] = 0x0000890000000000 | (sizeof data->tss - 1) | (tss & 0xffffff) << 16 | (tss >> 24 & 0xff) << 56;
    data->gdt[4] = tss >> 32;
    memcpy(data->tss + 36, &data->own_stack, 8); /* IST 1 */
    data->tss[102] = sizeof data->tss;           /* the I/O map's base: there is none */
    for (uint64_t i = 0; i < 32; i++) {
        uint64_t stub = layout.trampoline.base + code->stubs + i * code->stub_size;
        data->idt[2 * i] = (stub & 0xffff) | 0x08 << 16 | 1ULL << 32 | 0x8e00ULL << 32 | (stub >> 16 & 0xffff) << 48;
        data->idt[2 * i + 1] = stub >> 32;
    }
    data->gdtr = (struct table_register){sizeof data->gdt - 1, data->self + offsetof(struct trampoline_data, gdt)};
    data->idtr = (struct table_register){sizeof data->idt - 1, data->self + offsetof(struct trampoline_data, idt)};
}

/* Descriptor tables and all that the switch and the last-gasp handler have to know. */
static void build_trampoline(void)
{
    struct trampoline_header *code = (void *)layout.trampoline.base;

    memcpy(code, trampoline_blob, (uint64_t)(trampoline_blob_end - trampoline_blob));
    data->self = (uint64_t)seen(data);
    code->data = data->self;
    data->cr3 = layout.tables;
    data->cr4 = 0x6e0 | (five_levels() ? 0x1000 : 0);
    data->stack_top = baton->stack.base + stack_size - 8;
    data->entry = kernel.entry + (kernel.address - kernel.link_base);
    data->baton = seen(baton);
    data->own_stack = data->self + offsetof(struct trampoline_data, stack) + sizeof data->stack;
    build_descriptor_tables(code);
    if (machine.screen_count > 0) {
        const struct baton_framebuffer *s = &machine.screens[0];
        data->screen = *s;
        data->screen.address = seen((const void *)s->physical);
        data->white = s->red_mask | s->green_mask | s->blue_mask;
    }
}

/* ---- leaving ---- */

static uint32_t read32(uint64_t address)
{
    return *(volatile uint32_t *)address;
}

static void write32(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

static void quiet_local_apic(void)
{
    uint64_t base = read_msr(0x1b);
    uint32_t cpu[4];

    if (base & 0x400) { /* x2APIC */
        write_msr(0x832, read_msr(0x832) | 0x10000);
        write_msr(0x838, 0);
    } else if (base & 0x800) {
        base &= ENTRY_ADDRESS;
        write32(base + 0x320, read32(base + 0x320) | 0x10000);
        write32(base + 0x380, 0);
    }
    cpuid(1, 0, cpu);
    if (cpu[2] >> 24 & 1)
        write_msr(0x6e0, 0); /* the deadline */
}

/* Section 4: interrupts and timers. Still in the firmware's page tables, which have all devices. */
static void quiet_devices(void)
{
    out8(0x21, 0xff);
    out8(0xa1, 0xff);
    for (uint32_t i = 0; i < machine.io_apic_count; i++) {
        uint64_t apic = machine.io_apics[i];
        write32(apic, 1);
        uint32_t last = read32(apic + 16) >> 16 & 0xff;
        for (uint32_t input = 0; input <= last; input++) {
            write32(apic, 16 + 2 * input);
            write32(apic + 16, read32(apic + 16) | 0x10000);
        }
    }
    for (uint32_t i = 0; i < machine.hpet_count; i++) {
        uint64_t hpet = machine.hpets[i];
        write32(hpet + 16, read32(hpet + 16) & ~3u); /* the counter and legacy replacement */
        for (uint32_t n = 0; n <= (read32(hpet) >> 8 & 31); n++)
            write32(hpet + 0x100 + 32 * n, read32(hpet + 0x100 + 32 * n) & ~4u);
    }
    quiet_local_apic();
}

/* Whether firmware data is mapped and stays there: section 6's rule for the system table. */
static bool is_kept(const void *start, uint64_t size)
{
    const struct baton_memory *m = entry_at((uint64_t)start);

    if (!m || m != entry_at((uint64_t)start + size - 1) || m->base == 0 || m->base >= kernel.reach)
        return false;
    return m->kind == BATON_MEMORY_FIRMWARE_TABLES ||
           ((m->efi_attributes & MEMORY_WB) &&
            (m->kind == BATON_MEMORY_RUNTIME_CODE || m->kind == BATON_MEMORY_RUNTIME_DATA ||
             m->kind == BATON_MEMORY_ACPI_RECLAIMABLE || m->kind == BATON_MEMORY_ACPI_NVS));
}

/* After ExitBootServices: the map is final, and with it the page tables and the rest of the baton. */
static _Noreturn void finish(void)
{
    bool good = build_map() && build_tables();
    /* What is left of the pool is the loader's. Both kinds are mapped alike. */
    claims[claim_count - 1].range.size = layout.tables_used * PAGE;
    while (!good || !build_map())
        __asm__ volatile("cli; hlt");

    baton->memory_map = list(map, map_count, sizeof *map);
    baton->efi_memory_map = (struct baton_efi_memory_map){seen(firmware_map.descriptors), firmware_map.size,
                                                          (uint32_t)firmware_map.descriptor_size, firmware_map.version};
    baton->direct_map.end = layout.direct_end;
    if (is_kept(ST, sizeof *ST)) {
        baton->efi_system_table = seen(ST);
        baton->facts |= BATON_FACT_EFI_SYSTEM_TABLE;
    }
    char *text = from_arena(log_length + 1, 1); /* the memory is zero: a NUL is behind it */
    baton->log = (struct baton_log){seen(memcpy(text, log_text, log_length)), log_length};

    stage_ends("seal");
    struct baton_timing *timings = from_arena(machine.timing_count * sizeof *timings, 16);
    for (uint32_t i = 0; i < machine.timing_count; i++)
        timings[i] = (struct baton_timing){copy_text(machine.timings[i].name), machine.timings[i].counter};
    baton->timings = list(timings, machine.timing_count, sizeof *timings);

    void (*enter)(struct trampoline_data *) = (void (*)(struct trampoline_data *))layout.trampoline.base;
    enter(data);
    __builtin_unreachable();
}

static bool open_volume(EFI_HANDLE image, EFI_HANDLE *device)
{
    EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID, volume_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    EFI_LOADED_IMAGE *loaded;
    EFI_FILE_IO_INTERFACE *system;

    if (EFI_ERROR(BS->HandleProtocol(image, &image_guid, (void **)&loaded)) ||
        EFI_ERROR(BS->HandleProtocol(loaded->DeviceHandle, &volume_guid, (void **)&system)) ||
        EFI_ERROR(system->OpenVolume(system, &volume)))
        return refuse("no file system where this loader came from");
    *device = loaded->DeviceHandle;
    return true;
}

/* All up to the last allocation. What a kernel wants is known before any memory is taken for it. */
static bool prepare(void)
{
    bool good = read_files() && kernel_read_header() && first_look() && kernel_choose_addresses() && claim_screens();
    gather_tables();
    good = good && kernel_check_features();
    stage_ends("choose");
    good = good && reserve_kernel() && read_modules() && reserve_stack_and_trampoline() && reserve_baton();
    stage_ends("reserve");
    good = good && kernel_load();
    stage_ends("load");
    if (good) {
        say("kernel at %x, physical %x, direct map at %x", kernel.address, kernel.physical, kernel.direct_base);
        build_baton();
        good = reserve_tables();
    }
    if (good)
        build_trampoline();
    volume->Close(volume);
    return good;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
    EFI_HANDLE device;
    UINTN key;

    ST = table;
    BS = table->BootServices;
    stage_ends("start");
    read_clock();
    say("a second loader of the baton");
    if (!open_volume(image, &device))
        return EFI_LOAD_ERROR;
    gather(device);
    stage_ends("gather");
    if (!prepare()) {
        give_all_back();
        return EFI_LOAD_ERROR;
    }
    stage_ends("build");

    for (int tries = 0;; tries++) {
        if (tries == 10 || !get_firmware_map(&key)) {
            firmware_gone = true; /* partly at least: its console may be no more */
            refuse("cannot leave the firmware");
            return EFI_LOAD_ERROR;
        }
        if (!EFI_ERROR(BS->ExitBootServices(image, key)))
            break;
    }
    __asm__ volatile("cli");
    firmware_gone = true;
    quiet_devices();
    stage_ends("leave");
    finish();
}
