/* SPDX-License-Identifier: BSD-2-Clause */
/* What the firmware and the processor know: ACPI, SMBIOS, screens, clock, random numbers, partition, timings. */
#include "second.h"

struct machine machine;
struct baton draft;

#define MAX_TABLES 512
static uint64_t tables[MAX_TABLES]; /* where those are that are labelled already */
static uint32_t table_count;

void stage_ends(const char *name)
{
    if (machine.timing_count < MAX_TIMINGS)
        machine.timings[machine.timing_count++] = (struct baton_timing){name, read_tsc()};
}

void read_clock(void)
{
    EFI_TIME t;
    if (EFI_ERROR(ST->RuntimeServices->GetTime(&t, NULL)) || t.Year < 1970 || t.Month < 1 || t.Month > 12 ||
        t.Day < 1 || t.Day > 31 || t.Hour > 23 || t.Minute > 59 || t.Second > 59)
        return;
    /* Days since 1970-01-01, with years that begin in March so that the leap day is a year's last. */
    int64_t year = t.Month > 2 ? t.Year : t.Year - 1, month = t.Month > 2 ? t.Month - 3 : t.Month + 9;
    int64_t days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + t.Day - 1 - 719468;
    int64_t seconds = days * 86400 + t.Hour * 3600 + t.Minute * 60 + t.Second;
    if (t.TimeZone >= -1440 && t.TimeZone <= 1440)
        seconds += t.TimeZone * 60; /* UEFI: UTC = local time + TimeZone */
    else if (t.Daylight & EFI_TIME_IN_DAYLIGHT)
        seconds -= 3600;
    if (seconds < 0)
        return;
    draft.wall_clock = (uint64_t)seconds;
    draft.facts |= BATON_FACT_WALL_CLOCK;
}

static uint8_t sum_of(const void *p, uint64_t n)
{
    const uint8_t *bytes = p;
    uint8_t sum = 0;
    while (n-- > 0)
        sum += *bytes++;
    return sum;
}

static uint64_t field(const void *p, uint32_t offset, uint32_t bytes)
{
    uint64_t value = 0;
    memcpy(&value, (const uint8_t *)p + offset, bytes);
    return value;
}

/*
 * Whether the range is in the firmware's page tables, so that a broken address cannot end the boot. More than 64 MiB is
 * no length of a table's.
 */
static bool readable(uint64_t address, uint64_t size)
{
    if (address == 0 || address >= LOWER_END || size == 0 || size > 0x4000000)
        return false;
    for (uint64_t at = page_down(address); at < address + size; at += PAGE) {
        uint64_t entry;
        __asm__ volatile("mov %%cr3, %0" : "=r"(entry));
        for (int shift = five_levels() ? 48 : 39; shift >= 12; shift -= 9) {
            entry = ((const uint64_t *)(entry & ENTRY_ADDRESS))[at >> shift & 511];
            if (!(entry & 1))
                return false;
            if (entry & 0x80) /* a large page; a small one's bit 7 does not matter any more */
                break;
        }
    }
    return true;
}

static bool is_labelled(uint64_t address)
{
    for (uint32_t i = 0; i < table_count; i++)
        if (tables[i] == address)
            return true;
    return false;
}

static void label(uint64_t address, uint64_t size)
{
    if (table_count == MAX_TABLES)
        say("warning: more firmware tables than this loader can label");
    else if (claim(address, size, BATON_MEMORY_FIRMWARE_TABLES))
        tables[table_count++] = address;
}

/* Labels an ACPI table, also one whose checksum is wrong, and returns its length; 0 when there is none. */
static uint64_t acpi_table(uint64_t address, const char *signature, uint32_t least_size)
{
    const void *p = (const void *)address;

    if (!readable(address, least_size) || (signature && memcmp(p, signature, 4) != 0))
        return 0;
    uint64_t size = field(p, 4, 4);
    if (size < least_size || !readable(address, size)) {
        say("warning: the ACPI table at %x has length %u", address, size);
        return 0;
    }
    label(address, size);
    return size;
}

static void note_device(uint64_t list[MAX_DEVICES], uint32_t *count, uint64_t address)
{
    if (readable(address, 1024) && *count < MAX_DEVICES)
        list[(*count)++] = address;
}

static void acpi_listed(uint64_t address)
{
    const uint8_t *p = (const uint8_t *)address;
    uint64_t size = acpi_table(address, NULL, 36);

    if (size == 0)
        return;
    if (memcmp(p, "FACP", 4) == 0 && size >= 44) {
        uint64_t facs = size >= 140 ? field(p, 132, 8) : 0, dsdt = size >= 148 ? field(p, 140, 8) : 0;
        acpi_table(facs ? facs : field(p, 36, 4), "FACS", 64);
        acpi_table(dsdt ? dsdt : field(p, 40, 4), "DSDT", 36);
    } else if (memcmp(p, "APIC", 4) == 0) {
        for (uint64_t at = 44; at + 2 <= size && p[at + 1] >= 2 && at + p[at + 1] <= size; at += p[at + 1])
            if (p[at] == 1 && p[at + 1] >= 12)
                note_device(machine.io_apics, &machine.io_apic_count, field(p, (uint32_t)at + 4, 4));
    } else if (memcmp(p, "HPET", 4) == 0 && size >= 52 && p[40] == 0) {
        note_device(machine.hpets, &machine.hpet_count, field(p, 44, 8));
    }
}

/* 0 when it is not valid. */
static uint32_t rsdp_size(const uint8_t *p)
{
    if (!readable((uint64_t)p, 20) || memcmp(p, "RSD PTR ", 8) != 0 || sum_of(p, 20) != 0)
        return 0;
    if (p[15] == 0)
        return 20;
    uint64_t size = readable((uint64_t)p, 36) ? field(p, 20, 4) : 0;
    return size >= 36 && size <= PAGE && readable((uint64_t)p, size) && sum_of(p, size) == 0 ? (uint32_t)size : 0;
}

static const void *configuration_table(EFI_GUID guid)
{
    for (UINTN i = 0; i < ST->NumberOfTableEntries; i++)
        if (memcmp(&ST->ConfigurationTable[i].VendorGuid, &guid, sizeof guid) == 0)
            return ST->ConfigurationTable[i].VendorTable;
    return NULL;
}

static void gather_acpi(void)
{
    static uint8_t rsdp[36];
    const uint8_t *p = configuration_table((EFI_GUID)ACPI_20_TABLE_GUID);
    uint32_t size = rsdp_size(p);

    if (size == 0)
        size = rsdp_size(p = configuration_table((EFI_GUID)ACPI_TABLE_GUID));
    if (size == 0)
        return;
    label((uint64_t)p, size);
    machine.rsdp_size = size > 36 ? 36 : size;
    memcpy(rsdp, p, machine.rsdp_size);
    if (size > 36) {
        memcpy(rsdp + 20, &machine.rsdp_size, 4);
        rsdp[32] -= sum_of(rsdp, 36);
    }
    draft.rsdp = rsdp;
    draft.facts |= BATON_FACT_RSDP;

    uint64_t roots[2] = {size == 20 ? 0 : field(rsdp, 24, 8), field(rsdp, 16, 4)};
    for (int i = 0; i < 2; i++) {
        uint32_t width = i == 0 ? 8 : 4;
        uint64_t root_size = acpi_table(roots[i], i == 0 ? "XSDT" : "RSDT", 36);
        if (sum_of((const void *)roots[i], root_size) != 0) {
            say("warning: the checksum of the ACPI table at %x is wrong", roots[i]);
            continue;
        }
        for (uint64_t at = 36; at + width <= root_size; at += width) {
            uint64_t listed = field((const void *)roots[i], (uint32_t)at, width);
            if (!is_labelled(listed)) /* both roots list the same tables */
                acpi_listed(listed);
        }
    }
}

static void gather_smbios(void)
{
    const uint8_t *p = configuration_table((EFI_GUID)SMBIOS_TABLE_GUID);

    /* Some entry points say 30, by an error in an early edition of SMBIOS. */
    if (readable((uint64_t)p, 31) && memcmp(p, "_SM_", 4) == 0 && p[5] >= 30 && p[5] <= 64 && sum_of(p, p[5]) == 0 &&
        memcmp(p + 16, "_DMI_", 5) == 0 && sum_of(p + 16, 15) == 0) {
        draft.smbios2 = p;
        label((uint64_t)p, 31);
        if (readable(field(p, 24, 4), field(p, 22, 2)))
            label(field(p, 24, 4), field(p, 22, 2));
    }
    p = configuration_table((EFI_GUID)SMBIOS3_TABLE_GUID);
    if (readable((uint64_t)p, 24) && memcmp(p, "_SM3_", 5) == 0 && p[6] >= 24 && p[6] <= 64 && sum_of(p, p[6]) == 0) {
        draft.smbios3 = p;
        label((uint64_t)p, p[6]);
        if (readable(field(p, 16, 8), field(p, 12, 4)))
            label(field(p, 16, 8), field(p, 12, 4));
    }
    draft.facts |= draft.smbios2 || draft.smbios3 ? BATON_FACT_SMBIOS : 0;
}

static void add_edid(EFI_HANDLE handle, struct baton_framebuffer *screen)
{
    EFI_GUID guids[2] = {EFI_EDID_ACTIVE_PROTOCOL_GUID, EFI_EDID_DISCOVERED_PROTOCOL_GUID};
    for (int i = 0; i < 2 && !screen->edid; i++) {
        EFI_EDID_ACTIVE_PROTOCOL *edid; /* both have the same form */
        if (!EFI_ERROR(BS->HandleProtocol(handle, &guids[i], (void **)&edid)) && edid->Edid && edid->SizeOfEdid) {
            screen->edid = edid->Edid;
            screen->edid_size = edid->SizeOfEdid;
        }
    }
}

/* The masks of a mode whose pixels can be written as memory; all 0 for others. */
static EFI_PIXEL_BITMASK masks_of(const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode)
{
    switch (mode->PixelFormat) {
    case PixelRedGreenBlueReserved8BitPerColor:
        return (EFI_PIXEL_BITMASK){0xff, 0xff00, 0xff0000, 0xff000000};
    case PixelBlueGreenRedReserved8BitPerColor:
        return (EFI_PIXEL_BITMASK){0xff0000, 0xff00, 0xff, 0xff000000};
    case PixelBitMask:
        return mode->PixelInformation;
    default:
        return (EFI_PIXEL_BITMASK){0};
    }
}

static void add_screen(EFI_HANDLE handle)
{
    EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
    EFI_GRAPHICS_OUTPUT_PROTOCOL *gop;

    if (EFI_ERROR(BS->HandleProtocol(handle, &guid, (void **)&gop)) || !gop->Mode || !gop->Mode->Info)
        return;
    const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode = gop->Mode->Info;
    EFI_PIXEL_BITMASK masks = masks_of(mode);
    struct baton_framebuffer s = {.physical = gop->Mode->FrameBufferBase,
                                  .size = gop->Mode->FrameBufferSize,
                                  .width = mode->HorizontalResolution,
                                  .height = mode->VerticalResolution,
                                  .red_mask = masks.RedMask,
                                  .green_mask = masks.GreenMask,
                                  .blue_mask = masks.BlueMask,
                                  .reserved_mask = masks.ReservedMask};
    /* A console's output often stands before a device's: one screen, of which the second handle may know more. */
    for (uint32_t i = 0; i < machine.screen_count; i++) {
        if (machine.screens[i].physical == s.physical) {
            add_edid(handle, &machine.screens[i]);
            return;
        }
    }
    uint32_t all = s.red_mask | s.green_mask | s.blue_mask | s.reserved_mask;
    while (s.bits_per_pixel < 32 && all >> s.bits_per_pixel)
        s.bits_per_pixel += 8;
    s.pitch = mode->PixelsPerScanLine * (s.bits_per_pixel / 8);
    if (s.size < (uint64_t)s.pitch * s.height)
        s.size = (uint64_t)s.pitch * s.height;
    if (s.physical < PAGE || s.pitch == 0 || s.size == 0 || machine.screen_count == MAX_SCREENS)
        return;
    add_edid(handle, &s);
    machine.screens[machine.screen_count++] = s;
}

static void gather_screens(void)
{
    EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
    EFI_HANDLE *handles;
    UINTN count;

    if (EFI_ERROR(BS->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles)))
        return;
    for (UINTN i = 0; i < count; i++)
        add_screen(handles[i]);
    BS->FreePool(handles);
}

/* Drops those that the direct map does not reach. */
bool claim_screens(void)
{
    uint32_t kept = 0;
    bool good = true;

    for (uint32_t i = 0; i < machine.screen_count; i++) {
        const struct baton_framebuffer *s = &machine.screens[i];
        if (s->physical >= kernel.reach || s->size > kernel.reach - s->physical)
            continue;
        good &= claim(s->physical, s->size, BATON_MEMORY_FRAMEBUFFER);
        machine.screens[kept++] = *s;
    }
    machine.screen_count = kept;
    return good;
}

static bool random_from_processor(uint8_t *to, uint32_t n)
{
    uint32_t cpu[4];
    cpuid(1, 0, cpu);
    if (!(cpu[2] >> 30 & 1))
        return false;
    while (n > 0) {
        uint64_t value;
        uint8_t good = 0;
        for (int tries = 0; tries < 10 && !good; tries++)
            __asm__ volatile("rdrand %0; setc %1" : "=r"(value), "=q"(good) : : "cc");
        if (!good)
            return false;
        uint32_t part = n < 8 ? n : 8;
        memcpy(to, &value, part);
        to += part;
        n -= part;
    }
    return true;
}

bool random_bytes(void *to, uint32_t n)
{
    EFI_GUID guid = EFI_RNG_PROTOCOL_GUID;
    EFI_RNG_PROTOCOL *rng;
    if (!EFI_ERROR(BS->LocateProtocol(&guid, NULL, (void **)&rng)) && !EFI_ERROR(rng->GetRNG(rng, NULL, n, to)))
        return true;
    return random_from_processor(to, n);
}

static void gather_partition(EFI_HANDLE device)
{
    EFI_GUID guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    EFI_DEVICE_PATH_PROTOCOL *node;

    if (EFI_ERROR(BS->HandleProtocol(device, &guid, (void **)&node)))
        return;
    for (; node->Type != 0x7f && DevicePathNodeLength(node) >= 4; node = NextDevicePathNode(node)) {
        const uint8_t *p = (const uint8_t *)node; /* media, hard drive; a GPT with a GUID for a signature */
        if (p[0] == 4 && p[1] == 1 && DevicePathNodeLength(node) >= 42 && p[40] == 2 && p[41] == 2) {
            memcpy(draft.boot_partition, p + 24, 16);
            draft.facts |= BATON_FACT_BOOT_PARTITION;
        }
    }
}

/* 0 when neither the processor nor the hypervisor tells. */
/* A stall may last longer than it should, on a busy host, but never less: the shortest of some is the right one. */
static uint64_t measured_frequency(void)
{
    uint64_t shortest = UINT64_MAX;

    for (uint32_t i = 0; i < 10; i++) {
        uint64_t start = read_tsc();

        if (EFI_ERROR(BS->Stall(1000)))
            return 0;
        uint64_t ticks = read_tsc() - start;
        if (ticks < shortest)
            shortest = ticks;
    }
    return shortest * 1000;
}

static uint64_t told_frequency(uint32_t highest_leaf, bool hypervisor)
{
    uint32_t leaf[4];

    if (highest_leaf >= 0x15) {
        cpuid(0x15, 0, leaf);
        if (leaf[0] && leaf[1] && leaf[2])
            return (uint64_t)leaf[2] * leaf[1] / leaf[0];
    }
    if (!hypervisor)
        return 0;
    cpuid(0x40000000, 0, leaf); /* VMware's way, which is KVM's, too: kHz */
    if (leaf[0] < 0x40000010 || (memcmp(&leaf[1], "KVMKVMKVM\0\0", 12) && memcmp(&leaf[1], "VMwareVMware", 12)))
        return 0;
    cpuid(0x40000010, 0, leaf);
    return (uint64_t)leaf[0] * 1000;
}

static void gather_processor(void)
{
    uint32_t leaf[4], highest[4];

    cpuid(0, 0, highest);
    cpuid(1, 0, leaf);
    draft.boot_cpu = leaf[1] >> 24;
    draft.facts |= BATON_FACT_BOOT_CPU;
    draft.counter_frequency = told_frequency(highest[0], leaf[2] >> 31);
    if (highest[0] >= 11) {
        cpuid(11, 0, leaf);
        if (leaf[1] != 0)
            draft.boot_cpu = leaf[3];
    }
    if (draft.counter_frequency == 0)
        draft.counter_frequency = measured_frequency();
    draft.facts |= draft.counter_frequency ? BATON_FACT_COUNTER_FREQUENCY : 0;
}

/* Where it is on nobody starts this loader: it is not signed. */
static void gather_secure_boot(void)
{
    EFI_GUID global = EFI_GLOBAL_VARIABLE;
    uint8_t on = 0, setup = 0;
    UINTN size = 1;
    EFI_STATUS status = ST->RuntimeServices->GetVariable(L"SecureBoot", &global, NULL, &size, &on);

    if (status != EFI_NOT_FOUND && (EFI_ERROR(status) || size != 1))
        return;
    size = 1;
    if (EFI_ERROR(status) || EFI_ERROR(ST->RuntimeServices->GetVariable(L"SetupMode", &global, NULL, &size, &setup)))
        setup = 0;
    draft.facts |= BATON_FACT_SECURE_BOOT;
    draft.secure_boot = setup ? BATON_SECURE_BOOT_SETUP : on ? BATON_SECURE_BOOT_ON : BATON_SECURE_BOOT_OFF;
}

void gather(EFI_HANDLE device)
{
    uint8_t probe[8];

    gather_screens();
    gather_partition(device);
    gather_processor();
    gather_secure_boot();
    machine.have_random = random_bytes(probe, sizeof probe);
    say("screens %u, random numbers %s", (uint64_t)machine.screen_count, machine.have_random ? "yes" : "no");
}

/* Behind the screens, since firmware tables go before framebuffers in the memory map. */
void gather_tables(void)
{
    gather_acpi();
    gather_smbios();
}
