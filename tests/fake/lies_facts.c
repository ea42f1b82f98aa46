/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies about the machine: facts, and what they speak of. */
#include <stdlib.h>
#include <string.h>

#include "lies.h"
#include "phys.h"

/* ---- parts ---- */

/* The baton's number at this offset is one, which is as good as any other where there should be nothing. */
static void fill(struct told *told, uint64_t offset)
{
    ((uint8_t *)told->baton)[offset] = 1;
}

static void fill_and_forget(struct told *told, uint64_t offset)
{
    told->baton->facts &= ~(BATON_FACT_COUNTER_FREQUENCY | BATON_FACT_BOOT_CPU | BATON_FACT_SECURE_BOOT);
    fill(told, offset);
}

static void turn_rsdp(struct told *told, uint64_t offset)
{
    told_turn_byte(told, (const uint8_t *)told->baton->rsdp + offset);
}

static void turn_smbios(struct told *told, uint64_t offset)
{
    told_turn_byte(told, (const uint8_t *)told->baton->smbios3 + offset);
}

static void add_smbios2(struct told *told, uint64_t number)
{
    (void)number;
    told->baton->smbios2 = told->baton->smbios3;
}

static void turn_tree(struct told *told, uint64_t number)
{
    (void)number;
    told_turn_byte(told, (const uint8_t *)told->baton->device_tree + told->baton->device_tree_size - 1);
}

/* The same bytes, a little further on, where they are not aligned. */
static void move_tree(struct told *told, uint64_t by)
{
    uint8_t *tree = told_memory(told, told->baton->device_tree);

    memmove(tree + by, tree, told->baton->device_tree_size);
    told->baton->device_tree = (const uint8_t *)told->baton->device_tree + by;
}

/* In place of the entry's, which is not smaller. */
static void give_firmware_tree(struct told *told, uint64_t number)
{
    const struct bytes *tree = &fake_setup()->device_tree;

    (void)number;
    if (tree->size > told->baton->device_tree_size)
        abort();
    memcpy(told_memory(told, told->baton->device_tree), tree->data, tree->size);
    told->baton->device_tree_size = tree->size;
}

static void lose_tree(struct told *told, uint64_t number)
{
    (void)number;
    told->baton->device_tree = NULL;
}

static void zero_entropy(struct told *told, uint64_t number)
{
    (void)number;
    memset(told->baton->entropy, 0, sizeof(told->baton->entropy));
}

/* A copy where the loader had some room left. */
static void keep_entropy(struct told *told, uint64_t number)
{
    (void)number;
    memcpy(phys_to_ptr(told->result->trampoline), told->baton->entropy, sizeof(told->baton->entropy));
}

static void scale_frequency(struct told *told, uint64_t per_cent)
{
    told->baton->counter_frequency = told->baton->counter_frequency * per_cent / 100;
}

static void turn_partition(struct told *told, uint64_t number)
{
    told->baton->boot_partition[number] ^= 1;
}

static void add_extension(struct told *told, uint64_t number)
{
    (void)number;
    told->baton->extensions.first = told->baton;
}

/* ---- the firmware's map ---- */

static void turn_firmware_map(struct told *told, uint64_t number)
{
    (void)number;
    told_turn_byte(told, (const uint8_t *)told->baton->efi_memory_map.descriptors + told->baton->efi_memory_map.size -
                             told->baton->efi_memory_map.descriptor_size);
}

static void lose_firmware_map(struct told *told, uint64_t number)
{
    (void)number;
    told->baton->efi_memory_map.descriptors = NULL;
}

/* ---- the log and the timings ---- */

static char *log_text(const struct told *told)
{
    return told_memory(told, told->baton->log.text);
}

static void empty_log(struct told *told, uint64_t number)
{
    (void)number;
    told->baton->log.size = 0;
    log_text(told)[0] = '\0';
}

static void cut_log(struct told *told, uint64_t number)
{
    (void)number;
    told->baton->log.size--;
}

/* Without the newline, but with its end. */
static void cut_line(struct told *told, uint64_t number)
{
    (void)number;
    log_text(told)[--told->baton->log.size] = '\0';
}

static void break_log(struct told *told, uint64_t number)
{
    (void)number;
    log_text(told)[told->baton->log.size / 2] = '\0';
}

static void join_lines(struct told *told, uint64_t number)
{
    (void)number;
    log_text(told)[told->baton->log.size - 1] = '.';
}

static void turn_log(struct told *told, uint64_t offset)
{
    log_text(told)[offset]++;
}

/* The last line alone: something else. */
static void replace_log(struct told *told, uint64_t number)
{
    static const char text[] = "info: all is well\n";

    (void)number;
    memcpy(log_text(told), text, sizeof(text));
    told->baton->log.size = sizeof(text) - 1;
}

static struct baton_timing *timing(const struct told *told, uint64_t number)
{
    return (struct baton_timing *)told_memory(told, told->baton->timings.first) + number;
}

static void turn_stage(struct told *told, uint64_t number)
{
    told_turn_byte(told, timing(told, number)->name);
}

static void lose_stage(struct told *told, uint64_t number)
{
    timing(told, number)->name = NULL;
}

static void go_back(struct told *told, uint64_t number)
{
    timing(told, number)->counter = timing(told, number - 1)->counter - 1;
}

static void lose_timings(struct told *told, uint64_t number)
{
    (void)number;
    told->baton->timings.first = NULL;
}

#define AT(member) offsetof(struct baton, member)

static const struct lie lies[] = {
    {FOR("no fact framebuffer", FACT_MISSING), BATON(facts, BATON_FACT_FRAMEBUFFER)},
    {FOR("no fact RSDP", FACT_MISSING), BATON(facts, BATON_FACT_RSDP)},
    {FOR("no fact SMBIOS", FACT_MISSING), BATON(facts, BATON_FACT_SMBIOS)},
    {FOR("no fact system table", FACT_MISSING), BATON(facts, BATON_FACT_EFI_SYSTEM_TABLE)},
    {FOR("no fact device tree", FACT_MISSING), BATON(facts, BATON_FACT_DEVICE_TREE), ON("device tree")},
    {FOR("no fact entropy", FACT_MISSING), BATON(facts, BATON_FACT_ENTROPY)},
    {FOR("no fact boot partition", FACT_MISSING), BATON(facts, BATON_FACT_BOOT_PARTITION)},
    {FOR("no fact wall clock", FACT_MISSING), BATON(facts, BATON_FACT_WALL_CLOCK)},
    {FOR("no fact counter frequency", FACT_MISSING), BATON(facts, BATON_FACT_COUNTER_FREQUENCY)},
    {FOR("no fact boot CPU", FACT_MISSING), BATON(facts, BATON_FACT_BOOT_CPU)},
    {FOR("no fact Secure Boot", FACT_MISSING), BATON(facts, BATON_FACT_SECURE_BOOT)},
    {FOR("fact framebuffer", FACT_UNFOUNDED), BATON(facts, BATON_FACT_FRAMEBUFFER), WITH(NO_SCREEN)},
    {FOR("fact RSDP", FACT_UNFOUNDED), BATON(facts, BATON_FACT_RSDP), WITH(NO_TABLES)},
    {FOR("fact SMBIOS", FACT_UNFOUNDED), BATON(facts, BATON_FACT_SMBIOS), WITH(NO_TABLES)},
    {FOR("fact table", FACT_UNFOUNDED), BATON(facts, BATON_FACT_EFI_SYSTEM_TABLE), WITH(LOST_SYSTEM_TABLE)},
    {FOR("fact device tree", FACT_UNFOUNDED), BATON(facts, BATON_FACT_DEVICE_TREE)},
    {FOR("fact entropy", FACT_UNFOUNDED), BATON(facts, BATON_FACT_ENTROPY), WITH(NO_RANDOM)},
    {FOR("fact boot partition", FACT_UNFOUNDED), BATON(facts, BATON_FACT_BOOT_PARTITION), WITH(NO_PARTITION)},
    {FOR("fact boot CPU", FACT_UNFOUNDED), BATON(facts, BATON_FACT_BOOT_CPU), ON("no boot hart")},
    {FOR("no fact boot CPU, by the firmware", FACT_MISSING), BATON(facts, BATON_FACT_BOOT_CPU), ON("boot hart")},
    {FOR("fact wall clock", FACT_UNFOUNDED), BATON(facts, BATON_FACT_WALL_CLOCK), WITH(NO_TIME)},
    {FOR("fact command line", FACT_COMMAND_LINE), BATON(facts, BATON_FACT_COMMAND_LINE)},
    {FOR("no fact command line", FACT_COMMAND_LINE), BATON(facts, BATON_FACT_COMMAND_LINE), ON("high")},
    {FOR("fact slide", FACT_SLIDE), BATON(facts, BATON_FACT_SLIDE)},
    {FOR("no fact slide", FACT_SLIDE), BATON(facts, BATON_FACT_SLIDE), ON("movable, random")},
    {FOR("fact kernel file", FACT_KERNEL_FILE), BATON(facts, BATON_FACT_KERNEL_FILE)},
    {FOR("no fact kernel file", FACT_KERNEL_FILE), BATON(facts, BATON_FACT_KERNEL_FILE),
     ON("kernel file, identity map")},
    {FOR("fact identity map", FACT_IDENTITY_MAP), BATON(facts, BATON_FACT_IDENTITY_MAP)},
    {FOR("no fact identity map", FACT_IDENTITY_MAP), BATON(facts, BATON_FACT_IDENTITY_MAP),
     ON("kernel file, identity map")},
    {FOR("no fact identity map, low", FACT_IDENTITY_MAP), BATON(facts, BATON_FACT_IDENTITY_MAP), ON("low")},
    {FOR("first unknown fact", FACTS_KNOWN), BATON(facts, 1ULL << 19)},
    {FOR("last unknown fact", FACTS_KNOWN), BATON(facts, 1ULL << 63)},
    {FOR("unknown part", FACTS_KNOWN), BATON(reserved, 1)},

    {FOR("RSDP without its fact", FACT_FIELDS), TELL(fill, AT(rsdp)), WITH(NO_TABLES)},
    {FOR("SMBIOS 2 without its fact", FACT_FIELDS), TELL(fill, AT(smbios2)), WITH(NO_TABLES)},
    {FOR("SMBIOS 3 without its fact", FACT_FIELDS), TELL(fill, AT(smbios3)), WITH(NO_TABLES)},
    {FOR("device tree without its fact", FACT_FIELDS), TELL(fill, AT(device_tree))},
    {FOR("size of no device tree", FACT_FIELDS), TELL(fill, AT(device_tree_size))},
    {FOR("table without its fact", FACT_FIELDS), TELL(fill, AT(efi_system_table)), WITH(LOST_SYSTEM_TABLE)},
    {FOR("entropy without its fact", FACT_FIELDS), TELL(fill, AT(entropy)), WITH(NO_RANDOM)},
    {FOR("partition without its fact", FACT_FIELDS), TELL(fill, AT(boot_partition)), WITH(NO_PARTITION)},
    {FOR("clock without its fact", FACT_FIELDS), TELL(fill, AT(wall_clock)), WITH(NO_TIME)},
    {FOR("kernel file without its fact", FACT_FIELDS), TELL(fill, AT(kernel.file))},
    {FOR("size of no kernel file", FACT_FIELDS), TELL(fill, AT(kernel.file_size))},
    {FOR("frequency without its fact", FACT_FIELDS), TELL(fill_and_forget, AT(counter_frequency))},
    {FOR("boot CPU without its fact", FACT_FIELDS), TELL(fill_and_forget, AT(boot_cpu))},
    {FOR("Secure Boot without its fact", FACT_FIELDS), TELL(fill_and_forget, AT(secure_boot))},

    {FOR("RSDP's first byte", RSDP), TELL(turn_rsdp, 0)},
    {FOR("RSDP's last byte", RSDP), TELL(turn_rsdp, 35)},
    {FOR("SMBIOS's first byte", SMBIOS), TELL(turn_smbios, 0)},
    {FOR("SMBIOS's last byte", SMBIOS), TELL(turn_smbios, 23)},
    {FOR("both of SMBIOS", SMBIOS), TELL(add_smbios2, 0)},
    {FOR("system table", SYSTEM_TABLE), BATON(efi_system_table, FAKE_PAGE)},
    {FOR("fact serial", FACT_UNFOUNDED), BATON(facts, BATON_FACT_SERIAL)},
    {FOR("no fact serial", FACT_MISSING), BATON(facts, BATON_FACT_SERIAL), ON("riscv64, Sv39"), .is_wide = true},
    {FOR("serial port elsewhere", SERIAL), BATON(serial.physical, FAKE_PAGE), ON("aarch64")},
    {FOR("serial port's registers elsewhere", SERIAL), BATON(serial.registers, FAKE_PAGE), ON("aarch64")},
    {FOR("serial port of another kind", SERIAL), BATON(serial.kind, 3), ON("aarch64")},
    {FOR("serial port's registers closer", SERIAL), BATON(serial.stride, 6), ON("aarch64")},
    {FOR("SBI with registers", SERIAL), BATON(serial.physical, FAKE_PAGE), ON("riscv64, Sv39"), .is_wide = true},
    {FOR("device tree's last byte", DEVICE_TREE), TELL(turn_tree, 0), ON("device tree")},
    {FOR("device tree's size", DEVICE_TREE), BATON(device_tree_size, 8), ON("device tree")},
    {FOR("device tree not aligned", DEVICE_TREE), TELL(move_tree, 4), ON("device tree"), .is_wide = true},
    {FOR("device tree of the firmware's", DEVICE_TREE), TELL(give_firmware_tree, 0),
     ON("aarch64, an entry's device tree")},
    {FOR("no device tree", DEVICE_TREE), TELL(lose_tree, 0), ON("device tree")},
    {FOR("entropy of zeros", ENTROPY), TELL(zero_entropy, 0)},
    {FOR("entropy twice", ENTROPY_COPY), TELL(keep_entropy, 0)},
    {FOR("partition's first byte", BOOT_PARTITION), TELL(turn_partition, 0)},
    {FOR("partition's last byte", BOOT_PARTITION), TELL(turn_partition, 15)},
    {FOR("wall clock", WALL_CLOCK), BATON(wall_clock, 1)},
    {FOR("frequency too low", COUNTER_FREQUENCY), TELL(scale_frequency, 90)},
    {FOR("frequency too high", COUNTER_FREQUENCY), TELL(scale_frequency, 110)},
    {FOR("boot CPU", BOOT_CPU), BATON(boot_cpu, 1)},
    {FOR("Secure Boot on", SECURE_BOOT), BATON(secure_boot, BATON_SECURE_BOOT_OFF ^ BATON_SECURE_BOOT_ON)},
    {FOR("no setup mode", SECURE_BOOT), BATON(secure_boot, BATON_SECURE_BOOT_SETUP), ON("Secure Boot, setup mode")},
    {FOR("extensions", EXTENSIONS), BATON(extensions.count, 1)},
    {FOR("place of no extensions", EXTENSIONS), TELL(add_extension, 0)},

    {FOR("no fact EFI map", EFI_MAP), BATON(facts, BATON_FACT_EFI_MEMORY_MAP)},
    {FOR("EFI map's size", EFI_MAP), BATON(efi_memory_map.size, 48)},
    {FOR("descriptors' size", EFI_MAP), BATON(efi_memory_map.descriptor_size, 8)},
    {FOR("descriptors' version", EFI_MAP), BATON(efi_memory_map.descriptor_version, 2)},
    {FOR("last descriptor", EFI_MAP), TELL(turn_firmware_map, 0)},
    {FOR("no descriptors", EFI_MAP), TELL(lose_firmware_map, 0)},

    {FOR("no fact log", LOG_SHAPE), BATON(facts, BATON_FACT_LOG)},
    {FOR("empty log", LOG_SHAPE), TELL(empty_log, 0)},
    {FOR("log's size", LOG_SHAPE), TELL(cut_log, 0)},
    {FOR("log without its last newline", LOG_SHAPE), TELL(cut_line, 0)},
    {FOR("log with a NUL", LOG_SHAPE), TELL(break_log, 0)},
    {FOR("log's last line has no end", LOG_SHAPE), TELL(join_lines, 0)},
    {FOR("log's first letter", LOG_WORDS), TELL(turn_log, 0)},
    {FOR("letter in the log", LOG_WORDS), TELL(turn_log, 100)},
    {FOR("another log", LOG_WORDS), TELL(replace_log, 0)},
    {FOR("no fact timings", TIMINGS), BATON(facts, BATON_FACT_TIMINGS)},
    {FOR("number of timings", TIMINGS), BATON(timings.count, 1)},
    {FOR("no timings", TIMINGS), TELL(lose_timings, 0)},
    {FOR("first stage's name", STAGES), TELL(turn_stage, 0)},
    {FOR("last stage's name", STAGES), TELL(turn_stage, 9)},
    {FOR("stage without a name", STAGES), TELL(lose_stage, 4)},
    {FOR("second stage before the first", STAGES), TELL(go_back, 1)},
    {FOR("last stage before the one before", STAGES), TELL(go_back, 9)},
};
const struct lie_list lies_facts = {lies, COUNT(lies)};
