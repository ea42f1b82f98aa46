/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 6: facts against fields, and what can be known of the fields. */
#include "selfcheck.h"

#define LAST_FACT    18
#define SYSTEM_TABLE "IBI SYST"
#define LOG_MOST     (32 * 1024)
#define ENTROPY_SIZE 64
#define MOST_ALIKE   8 /* of 64 random bytes, equal ones */

struct fact {
    const char *name;
    uint64_t offset, size; /* of the part that it speaks of */
};

/* By the number of the bit. Nothing can be told of those without a part of their own. */
static const struct fact facts[LAST_FACT + 1] = {
    {"command-line", 0, 0},
    {"framebuffer", offsetof(struct baton, framebuffers), sizeof(struct baton_list)},
    {"efi-memory-map", offsetof(struct baton, efi_memory_map), sizeof(struct baton_efi_memory_map)},
    {"log", offsetof(struct baton, log), sizeof(struct baton_log)},
    {"timings", offsetof(struct baton, timings), sizeof(struct baton_list)},
    {"counter-frequency", offsetof(struct baton, counter_frequency), 8},
    {"slide", 0, 0},
    {"kernel-file", offsetof(struct baton, kernel.file), 16},
    {"rsdp", offsetof(struct baton, rsdp), 8},
    {"smbios", offsetof(struct baton, smbios2), 16},
    {"device-tree", offsetof(struct baton, device_tree), 16},
    {"efi-system-table", offsetof(struct baton, efi_system_table), 8},
    {"entropy", offsetof(struct baton, entropy), ENTROPY_SIZE},
    {"boot-partition", offsetof(struct baton, boot_partition), 16},
    {"wall-clock", offsetof(struct baton, wall_clock), 8},
    {"boot-cpu", 0, 0}, /* which may be 0 */
    {"identity-map", 0, 0},
    {"secure-boot", 0, 0}, /* the same */
    {"serial", offsetof(struct baton, serial), sizeof(struct baton_serial)},
};

/* A list's stride is no part: it may be there for an empty one. */
static bool part_is_there(const struct baton *baton, const struct fact *fact)
{
    const uint8_t *part = (const uint8_t *)baton + fact->offset;
    bool list = fact->size == sizeof(struct baton_list) && (fact->offset == offsetof(struct baton, framebuffers) ||
                                                            fact->offset == offsetof(struct baton, timings));

    return !all_zero(part, list ? 12 : fact->size);
}

static void check_facts_fields(struct subject *subject)
{
    const struct baton *baton = subject->baton;

    for (unsigned i = 0; i <= LAST_FACT; i++)
        if (facts[i].size && (baton->facts >> i & 1) != part_is_there(baton, &facts[i]))
            broken("the fact %s is %lu, its part %s", facts[i].name, baton->facts >> i & 1,
                   part_is_there(baton, &facts[i]) ? "not zero" : "zero");
    if ((baton->facts & BATON_FACT_COMMAND_LINE) == 0 && baton->command_line[0] != '\0')
        broken("the fact command-line is 0, and there is one");
    if ((baton->facts & BATON_FACT_COMMAND_LINE) != 0 && baton->command_line[0] == '\0')
        broken("the fact command-line is 1, and there is none");
    if ((baton->facts & BATON_FACT_BOOT_CPU) == 0 && baton->boot_cpu != 0)
        broken("the fact boot-cpu is 0, and boot_cpu is not");
    if ((baton->facts & BATON_FACT_SECURE_BOOT) == 0 && baton->secure_boot != 0)
        broken("the fact secure-boot is 0, and secure_boot is not");
}

static void check_facts_known(struct subject *subject)
{
    expect_equal("facts that version 1 does not name", subject->baton->facts >> (LAST_FACT + 1), 0);
    expect_equal("reserved", subject->baton->reserved, 0);
}

/* The test knows the machine. */
static void check_facts_expected(struct subject *subject)
{
    const struct baton *baton = subject->baton;

    for (unsigned i = 0; i <= LAST_FACT; i++) {
        if (option_lists(baton->command_line, "has", facts[i].name) && !(baton->facts >> i & 1))
            broken("the fact %s is not set on a machine that has it", facts[i].name);
        if (option_lists(baton->command_line, "lacks", facts[i].name) && baton->facts >> i & 1)
            broken("the fact %s is set on a machine that does not have it", facts[i].name);
    }
}

static void check_entropy(struct subject *subject)
{
    const uint8_t *entropy = subject->baton->entropy;
    unsigned most = 0;

    if (!(subject->baton->facts & BATON_FACT_ENTROPY))
        return;
    for (unsigned i = 0; i < ENTROPY_SIZE; i++) {
        unsigned alike = 0;

        for (unsigned k = 0; k < ENTROPY_SIZE; k++)
            alike += entropy[k] == entropy[i];
        most = alike > most ? alike : most;
    }
    if (most > MOST_ALIKE)
        broken("%u of 64 random bytes are the same", most);
    if (bytes_equal(entropy, entropy + ENTROPY_SIZE / 2, ENTROPY_SIZE / 2))
        broken("the random bytes are the same 32 twice");
}

static unsigned hex_digit(char digit)
{
    return digit <= '9' ? (unsigned)(digit - '0') : (unsigned)(digit - 'a' + 10);
}

static void check_partition(struct subject *subject)
{
    char digits[OPTION_TEXT];

    if (!option_text(subject->baton->command_line, "partition", digits) || string_length(digits) != 32)
        return;
    for (unsigned i = 0; i < 16; i++)
        if (subject->baton->boot_partition[i] != hex_digit(digits[2 * i]) * 16 + hex_digit(digits[2 * i + 1])) {
            broken("byte %u of boot_partition is not the disk's", i);
            return;
        }
}

/* The test knows the firmware. */
static void check_secure_boot(struct subject *subject)
{
    uint64_t state;

    if (option_number(subject->baton->command_line, "secure-boot", &state))
        expect_equal("secure_boot", subject->baton->secure_boot, state);
}

static void check_log(struct subject *subject)
{
    const struct baton_log *log = &subject->baton->log;
    char word[OPTION_TEXT];
    bool found = false;

    if (!(subject->baton->facts & BATON_FACT_LOG))
        return;
    if (string_length(log->text) != log->size)
        broken("log.size is %lu, and the NUL is behind %lu", log->size, string_length(log->text));
    if (log->size > LOG_MOST)
        broken("log.size is %lu, more than 32 KiB", log->size);
    if (log->size == 0 || log->text[log->size - 1] != '\n')
        broken("the log does not end with a newline");
    if (!is_utf8(log->text, log->size))
        broken("the log is not UTF-8");
    if (!option_text(subject->baton->command_line, "log", word))
        return;
    for (uint64_t i = 0; i + string_length(word) <= log->size; i++)
        found |= bytes_equal(log->text + i, word, string_length(word));
    if (!found)
        broken("the log does not have \"%s\"", word);
}

static bool may_have_system_table(uint32_t kind)
{
    return kind == BATON_MEMORY_RUNTIME_CODE || kind == BATON_MEMORY_RUNTIME_DATA ||
           kind == BATON_MEMORY_ACPI_RECLAIMABLE || kind == BATON_MEMORY_ACPI_NVS ||
           kind == BATON_MEMORY_FIRMWARE_TABLES;
}

static void check_system_table(struct subject *subject)
{
    const uint8_t *table = subject->baton->efi_system_table;
    const struct baton_memory *entry;

    if (!table)
        return;
    entry = map_entry(subject, physical_of(subject, table));
    if (!entry || !may_have_system_table(entry->kind))
        broken("efi_system_table at %#lx lies in memory of kind %u", (uint64_t)(uintptr_t)table,
               entry ? entry->kind : 0);
    else if (!bytes_equal(table, SYSTEM_TABLE, 8))
        broken("efi_system_table has not the signature of one");
}

static void check_efi_map(struct subject *subject)
{
    const struct baton_efi_memory_map *map = &subject->baton->efi_memory_map;

    if (!(subject->baton->facts & BATON_FACT_EFI_MEMORY_MAP))
        return;
    if (map->descriptor_size < sizeof(struct efi_descriptor) || map->size % map->descriptor_size != 0)
        broken("efi_memory_map: %lu bytes, %u each", map->size, map->descriptor_size);
    expect_equal("efi_memory_map.descriptor_version", map->descriptor_version, 1);
    if (map->size == 0)
        broken("efi_memory_map is empty");
}

static const struct check checks[] = {
    {"facts-fields", check_facts_fields},     {"facts-known", check_facts_known},
    {"facts-expected", check_facts_expected}, {"entropy", check_entropy},
    {"boot-partition", check_partition},      {"log", check_log},
    {"efi-system-table", check_system_table}, {"efi-memory-map", check_efi_map},
    {"secure-boot", check_secure_boot},
};
const struct check_list facts_checks = {checks, COUNT(checks)};
