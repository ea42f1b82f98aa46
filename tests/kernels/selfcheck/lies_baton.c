/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies in the structure itself. */
#include "selfcheck.h"

#include "memory.h"

/* Where no pointer of the baton's may lead: the kernel's own memory, seen in the direct map. */
static const char elsewhere[] __attribute__((aligned(16))) = "selfcheck lies here, end";

static uint64_t elsewhere_address(const struct subject *subject)
{
    const struct baton *baton = subject->baton;

    return (uint64_t)(uintptr_t)elsewhere - baton->kernel.address + baton->kernel.physical + baton->direct_map.base;
}

static bool point_elsewhere(struct subject *subject, uint64_t offset)
{
    poke64((uint8_t *)subject->baton + offset, elsewhere_address(subject));
    return true;
}

static bool tell_version_text(struct subject *subject)
{
    return point_elsewhere(subject, offsetof(struct baton, loader_version));
}

static bool tell_log_text(struct subject *subject)
{
    poke64(&subject->baton->log.size, sizeof(elsewhere) - 1);
    return point_elsewhere(subject, offsetof(struct baton, log.text));
}

static bool tell_tail(struct subject *subject)
{
    poke8((uint8_t *)subject->baton + PAGE - 1, 1);
    return true;
}

static bool tell_not_utf8(struct subject *subject)
{
    poke8(subject->baton->loader_name, 0xff);
    return true;
}

static bool tell_no_string(struct subject *subject)
{
    poke64(&subject->baton->kernel.path, 0);
    return true;
}

static bool tell_no_name(struct subject *subject)
{
    poke8(subject->baton->loader_name, 0);
    return true;
}

static bool tell_command_line(struct subject *subject)
{
    poke8(subject->baton->command_line, 'S');
    return true;
}

static bool tell_path(struct subject *subject)
{
    poke8(subject->baton->kernel.path + 1, '*');
    return true;
}

static bool tell_entropy_zero(struct subject *subject)
{
    uint8_t zero[sizeof(subject->baton->entropy)] = {0};

    poke(subject->baton->entropy, zero, sizeof(zero));
    poke64(&subject->baton->facts, subject->baton->facts | BATON_FACT_ENTROPY);
    return true;
}

static bool tell_entropy_twice(struct subject *subject)
{
    uint8_t half[32];

    for (unsigned i = 0; i < sizeof(half); i++)
        half[i] = (uint8_t)(i * 5 + 1);
    poke(subject->baton->entropy, half, sizeof(half));
    poke(subject->baton->entropy + sizeof(half), half, sizeof(half));
    poke64(&subject->baton->facts, subject->baton->facts | BATON_FACT_ENTROPY);
    return true;
}

static bool tell_partition(struct subject *subject)
{
    poke8(&subject->baton->boot_partition[15], (uint8_t)~subject->baton->boot_partition[15]);
    return (subject->baton->facts & BATON_FACT_BOOT_PARTITION) != 0;
}

static bool tell_wall_clock(struct subject *subject)
{
    poke64(&subject->baton->wall_clock, subject->baton->wall_clock + 86400);
    return (subject->baton->facts & BATON_FACT_WALL_CLOCK) != 0;
}

static bool tell_zone(struct subject *subject)
{
    poke64(&subject->baton->wall_clock, subject->baton->wall_clock - 3600);
    return (subject->baton->facts & BATON_FACT_WALL_CLOCK) != 0;
}

static bool tell_frequency(struct subject *subject)
{
    poke64(&subject->baton->counter_frequency, subject->baton->counter_frequency * 2);
    return (subject->baton->facts & BATON_FACT_COUNTER_FREQUENCY) != 0;
}

static bool tell_boot_cpu(struct subject *subject)
{
    poke64(&subject->baton->boot_cpu, subject->baton->boot_cpu + 1);
    return (subject->baton->facts & BATON_FACT_BOOT_CPU) != 0;
}

static bool tell_log_size(struct subject *subject)
{
    poke64(&subject->baton->log.size, subject->baton->log.size - 1);
    return (subject->baton->facts & BATON_FACT_LOG) != 0;
}

static bool tell_log_cut(struct subject *subject)
{
    poke8(subject->baton->log.text + subject->baton->log.size - 1, '.');
    return (subject->baton->facts & BATON_FACT_LOG) != 0;
}

static bool tell_system_table(struct subject *subject)
{
    if (!subject->baton->efi_system_table)
        return false;
    return point_elsewhere(subject, offsetof(struct baton, efi_system_table));
}

static bool tell_kernel_file(struct subject *subject)
{
    if (!subject->baton->kernel.file)
        return false;
    poke8((const uint8_t *)subject->baton->kernel.file + 100,
          (uint8_t) ~((const uint8_t *)subject->baton->kernel.file)[100]);
    return true;
}

static bool tell_kernel_file_elsewhere(struct subject *subject)
{
    poke64(&subject->baton->facts, subject->baton->facts | BATON_FACT_KERNEL_FILE);
    poke64(&subject->baton->kernel.file_size, 1);
    return point_elsewhere(subject, offsetof(struct baton, kernel.file));
}

/* A kernel whose note asks for what no machine has would not run. */
static bool tell_wishes(struct subject *subject)
{
    static struct baton_note note;

    note.required[0] = (uint32_t)MACHINE_LACKS;
    poke64(&subject->image.note, (uint64_t)(uintptr_t)&note);
    return true;
}

static bool tell_entropy_wish(struct subject *subject)
{
    static struct baton_note note;

    note.required[0] = BATON_FEATURE_ENTROPY;
    poke64(&subject->image.note, (uint64_t)(uintptr_t)&note);
    poke64(&subject->baton->facts, subject->baton->facts & ~BATON_FACT_ENTROPY);
    return true;
}

static bool tell_alignment(struct subject *subject)
{
    if (!is_high(subject))
        return false;
    poke64(&subject->image.segments[0].alignment, 2 * MEBI);
    poke64(&subject->baton->kernel.physical, subject->baton->kernel.physical | PAGE);
    return true;
}

static bool tell_slide_small(struct subject *subject)
{
    if (!subject->image.movable)
        return false;
    poke64(&subject->baton->kernel.slide, subject->baton->kernel.slide + PAGE);
    return true;
}

static bool tell_low(struct subject *subject)
{
    if (is_high(subject))
        return false;
    poke64(&subject->baton->kernel.physical, subject->baton->kernel.physical + PAGE);
    return true;
}

static bool tell_text_byte(struct subject *subject)
{
    (void)subject;
    /* The message of a lie that has been told. */
    poke8(rodata_end - 1, (uint8_t)~rodata_end[-1]);
    return true;
}

static const struct lie lies[] = {
    LIE_BATON("magic", "magic", magic, 1),
    LIE_BATON("version", "magic", version, 3),
    LIE_BATON("size-small", "baton-page", size, 0x100),
    LIE_BATON("size-large", "baton-page", size, 0x2000),
    LIE("tail", "baton-tail", tell_tail),
    LIE_BATON("unknown-fact", "facts-known", facts, 1ULL << 19),
    LIE_BATON("last-fact", "facts-known", facts, 1ULL << 63),
    LIE_BATON("fact-command-line", "facts-fields", facts, BATON_FACT_COMMAND_LINE),
    LIE_BATON("fact-framebuffer", "facts-fields", facts, BATON_FACT_FRAMEBUFFER),
    LIE_BATON("fact-efi-memory-map", "facts-fields", facts, BATON_FACT_EFI_MEMORY_MAP),
    LIE_BATON("fact-log", "facts-fields", facts, BATON_FACT_LOG),
    LIE_BATON("fact-timings", "facts-fields", facts, BATON_FACT_TIMINGS),
    LIE_BATON("fact-counter-frequency", "facts-fields", facts, BATON_FACT_COUNTER_FREQUENCY),
    LIE_BATON("fact-slide", "kernel-slide", facts, BATON_FACT_SLIDE),
    LIE_BATON("fact-kernel-file", "facts-fields", facts, BATON_FACT_KERNEL_FILE),
    LIE_BATON("fact-rsdp", "facts-fields", facts, BATON_FACT_RSDP),
    LIE_BATON("fact-smbios", "facts-fields", facts, BATON_FACT_SMBIOS),
    LIE_BATON("fact-device-tree", "facts-expected", facts, BATON_FACT_DEVICE_TREE),
    LIE_BATON("fact-efi-system-table", "facts-fields", facts, BATON_FACT_EFI_SYSTEM_TABLE),
    LIE_BATON("fact-entropy", "facts-fields", facts, BATON_FACT_ENTROPY),
    LIE_BATON("fact-boot-partition", "facts-fields", facts, BATON_FACT_BOOT_PARTITION),
    LIE_BATON("fact-wall-clock", "facts-fields", facts, BATON_FACT_WALL_CLOCK),
    LIE_BATON("fact-boot-cpu", "facts-expected", facts, BATON_FACT_BOOT_CPU),
    LIE_BATON("fact-identity-map", "wishes", facts, BATON_FACT_IDENTITY_MAP),
    LIE_BATON("fact-secure-boot", "facts-expected", facts, BATON_FACT_SECURE_BOOT),
    LIE_BATON("fact-serial", "facts-fields", facts, BATON_FACT_SERIAL),
    LIE_BATON("unknown-part", "facts-known", reserved, 1),
    LIE_BATON("secure-boot", "secure-boot", secure_boot, BATON_SECURE_BOOT_ON),
    LIE("required-and-missing", "wishes", tell_wishes),
    LIE("entropy-required", "wishes", tell_entropy_wish),
    LIE("version-elsewhere", "pointers", tell_version_text),
    LIE("log-elsewhere", "pointers", tell_log_text),
    LIE("not-utf8", "strings", tell_not_utf8),
    LIE("no-string", "strings", tell_no_string),
    LIE("no-loader-name", "loader-name", tell_no_name),
    LIE("command-line", "command-line", tell_command_line),
    LIE("path", "kernel-path", tell_path),
    LIE("alignment", "kernel-alignment", tell_alignment),
    LIE("low-elsewhere", "kernel-low", tell_low),
    LIE_BATON("kernel-address", "kernel-range", kernel.address, PAGE),
    LIE_BATON("kernel-physical", "map-kernel", kernel.physical, 16 * MEBI),
    LIE_BATON("kernel-size", "kernel-range", kernel.size, 16 * MEBI),
    LIE_BATON("slide", "kernel-slide", kernel.slide, PAGE),
    LIE("slide-off", "kernel-slide", tell_slide_small),
    LIE("kernel-file-byte", "kernel-file", tell_kernel_file),
    LIE("kernel-file-elsewhere", "kernel-file", tell_kernel_file_elsewhere),
    LIE_BATON("stack-size", "stack-size", stack.size, PAGE),
    LIE_BATON("stack-base", "stack-pointer", stack.base, 16 * MEBI),
    LIE_BATON("direct-map-base", "direct-map-base", direct_map.base, 1ULL << 45),
    LIE_BATON("direct-map-end", "direct-map-end", direct_map.end, PAGE),
    LIE("entropy-zero", "entropy", tell_entropy_zero),
    LIE("entropy-twice", "entropy", tell_entropy_twice),
    LIE("partition", "boot-partition", tell_partition),
    LIE("wall-clock-ahead", "wall-clock", tell_wall_clock),
    LIE("wall-clock-zone", "wall-clock", tell_zone),
    LIE("frequency", "counter-frequency", tell_frequency),
    LIE("boot-cpu", "boot-cpu", tell_boot_cpu),
    LIE("log-size", "log", tell_log_size),
    LIE("log-cut", "log", tell_log_cut),
    LIE("system-table", "efi-system-table", tell_system_table),
    LIE_BATON("descriptor-size", "efi-memory-map", efi_memory_map.descriptor_size, 1),
    LIE_BATON("descriptor-version", "efi-memory-map", efi_memory_map.descriptor_version, 2),
    LIE("constant-byte", "kernel-bytes", tell_text_byte),
    LIE_SUBJECT("arrived-wrong", "kernel-bytes", arrival.differs, 0x1000),
    LIE_SUBJECT("arrived-dirty", "kernel-zero", arrival.not_zero, 0x1000),
    LIE_SUBJECT("relocated-wrong", "relocations", arrival.relocated, 0x1000),
};
const struct lie_list lies_baton = {lies, COUNT(lies)};
