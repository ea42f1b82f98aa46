/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 6: what the baton tells. A fact that firmware failed to give may be missing; one that is there must be right.
 */
#include <stdlib.h>
#include <string.h>

#include "efi_map.h"
#include "fake_memory.h"
#include "judge.h"
#include "phys.h"

static bool has(const struct judge *judge, uint64_t fact)
{
    return (judge->baton->facts & fact) != 0;
}

/* A call failed that this fact may hang on. */
static bool excused(void)
{
    return fake_injected() > 0;
}

/* The fact is there if and only if it should be; or a failure excuses that it is not. */
static bool check_fact(const struct judge *judge, uint64_t fact, bool wanted, const char *name)
{
    if (has(judge, fact) && !wanted)
        check_broken(CHECK_FACT_UNFOUNDED, "the fact %s is set", name);
    if (!has(judge, fact) && wanted && !excused())
        check_broken(CHECK_FACT_MISSING, "the fact %s is not set", name);
    return has(judge, fact) && wanted;
}

static void check_text(const struct judge *judge, const char *text, const char *wanted, enum check check)
{
    const char *found = judge_pointer(judge, text, strlen(wanted) + 1, check_name(check));

    if (found && strcmp(found, wanted) != 0)
        check_broken(check, "it is \"%s\"", found);
}

static bool is_command_line(const struct judge *judge, const char *text)
{
    const char *found =
        text ? judge_pointer(judge, judge->baton->command_line, strlen(text) + 1, "the command line") : NULL;

    return found && strcmp(found, text) == 0;
}

/* Keys may be lost that should have changed it, or their modifiers. */
static const char *wanted_command_line(const struct judge *judge)
{
    const struct expected *expected = judge->expected;
    bool may_lose = fake_injected() > 0 || fake_has(FAKE_QUIRK_NO_CONIN) || fake_keyboard_is_stuck();

    if (may_lose && is_command_line(judge, expected->unedited))
        return expected->unedited;
    if ((may_lose || fake_keyboard_lacks_modifiers()) && is_command_line(judge, expected->unmodified))
        return expected->unmodified;
    return expected->command_line;
}

static void check_texts(const struct judge *judge)
{
    const struct baton *baton = judge->baton;

    check_text(judge, baton->loader_name, "Baton", CHECK_LOADER_NAME);
    check_text(judge, baton->loader_version, BATON_VERSION_STRING, CHECK_LOADER_VERSION);
    check_text(judge, baton->command_line, wanted_command_line(judge), CHECK_COMMAND_LINE);
    check_text(judge, baton->kernel.path, judge->expected->path, CHECK_KERNEL_PATH);
    if (has(judge, BATON_FACT_COMMAND_LINE) != (wanted_command_line(judge)[0] != '\0'))
        check_broken(CHECK_FACT_COMMAND_LINE, "the fact command line is wrong");
}

static void check_screen(const struct judge *judge)
{
    const struct baton_list *list = &judge->baton->framebuffers;
    struct baton_framebuffer wanted, found;
    const struct baton_framebuffer *first;
    const void *edid;

    if (!check_fact(judge, BATON_FACT_FRAMEBUFFER, fake_graphics_screen(&wanted), "framebuffer")) {
        if (list->count != 0 || list->first)
            check_broken(CHECK_SCREEN_UNFOUNDED, "there are %u framebuffers", list->count);
        return;
    }
    first = judge_pointer(judge, list->first, sizeof(*first), "the framebuffers");
    if (!first || list->count != 1 || list->stride != sizeof(*first)) {
        check_broken(CHECK_SCREEN_LIST, "there are %u framebuffers", list->count);
        return;
    }
    found = *first;
    edid = found.edid ? judge_pointer(judge, found.edid, found.edid_size, "the EDID") : NULL;
    if (edid ? found.edid_size != fake_graphics_edid().size ||
                   memcmp(edid, fake_graphics_edid().data, found.edid_size) != 0
             : !excused())
        check_broken(CHECK_EDID, "the EDID is wrong");
    wanted.address = (void *)(uintptr_t)(judge->direct_base + wanted.physical);
    wanted.edid = found.edid;
    wanted.edid_size = found.edid_size;
    if (memcmp(&wanted, &found, sizeof(found)) != 0)
        check_broken(CHECK_SCREEN, "the framebuffer of %ux%u, pitch %u, %u bits is wrong", found.width, found.height,
                     found.pitch, found.bits_per_pixel);
}

/* The kernel's. */
static const struct bytes *device_tree(void)
{
    const struct fake_setup *setup = fake_setup();
    const bool is_expected = setup->entry_tree.size > 0 && !setup->by_chance;

    return is_expected || fake_tables_entry_tree() ? &setup->entry_tree : &setup->device_tree;
}

static void check_tables(const struct judge *judge)
{
    const struct baton *baton = judge->baton;
    const struct bytes *tree = device_tree();
    uint64_t rsdp = fake_tables_rsdp(), smbios = fake_tables_smbios3();
    const void *copy;

    if (check_fact(judge, BATON_FACT_RSDP, rsdp != 0, "RSDP")) {
        copy = judge_pointer(judge, baton->rsdp, 36, "the RSDP");
        if (copy && memcmp(copy, phys_to_ptr(rsdp), 36) != 0)
            check_broken(CHECK_RSDP, "the RSDP is no copy");
    }
    if (check_fact(judge, BATON_FACT_SMBIOS, smbios != 0, "SMBIOS")) {
        copy = judge_pointer(judge, baton->smbios3, 24, "the SMBIOS entry point");
        if (baton->smbios2 || (copy && memcmp(copy, phys_to_ptr(smbios), 24) != 0))
            check_broken(CHECK_SMBIOS, "the SMBIOS entry point is no copy");
    }
    if (check_fact(judge, BATON_FACT_EFI_SYSTEM_TABLE, !fake_has(FAKE_QUIRK_LOST_SYSTEM_TABLE), "EFI system table") &&
        (uintptr_t)baton->efi_system_table != judge->direct_base + ptr_to_phys(fake_system_table()))
        check_broken(CHECK_SYSTEM_TABLE, "the EFI system table is at %p", baton->efi_system_table);
    if (!check_fact(judge, BATON_FACT_DEVICE_TREE, tree->size > 0, "device tree"))
        return;
    copy = judge_pointer(judge, baton->device_tree, tree->size, "the device tree");
    if (!copy || baton->device_tree_size != tree->size || (uintptr_t)baton->device_tree % 8 != 0 ||
        memcmp(copy, tree->data, tree->size) != 0)
        check_broken(CHECK_DEVICE_TREE, "the device tree is no copy");
}

static void check_serial(const struct judge *judge)
{
    const struct baton_serial *found = &judge->baton->serial;
    struct baton_serial wanted = {.kind = fake_is_riscv64() ? BATON_SERIAL_SBI : 0};

    if (fake_is_aarch64() && (fake_tables_rsdp() != 0 || fake_setup()->device_tree.size > 0))
        wanted = (struct baton_serial){(void *)(uintptr_t)(judge->direct_base + FAKE_SERIAL), FAKE_SERIAL,
                                       BATON_SERIAL_PL011, 4};
    if (check_fact(judge, BATON_FACT_SERIAL, wanted.kind != 0, "serial") && memcmp(found, &wanted, sizeof(wanted)) != 0)
        check_broken(CHECK_SERIAL, "the serial port is of kind %u, at 0x%llx", found->kind,
                     (unsigned long long)found->physical);
}

static void check_numbers(const struct judge *judge)
{
    const struct baton *baton = judge->baton;
    uint64_t frequency = baton->counter_frequency;
    bool random =
        !(fake_has(FAKE_QUIRK_NO_RANDOM) || fake_has(FAKE_QUIRK_ZERO_RANDOM)) || !fake_setup()->no_processor_random;
    uint8_t zeros[64] = {0};

    if (check_fact(judge, BATON_FACT_ENTROPY, random, "entropy") != (memcmp(baton->entropy, zeros, 64) != 0))
        check_broken(CHECK_ENTROPY, "the entropy does not fit its fact");
    if (has(judge, BATON_FACT_ENTROPY) && fake_memory_find(baton->entropy, sizeof(baton->entropy)) != 1 &&
        !fake_is_given(baton->entropy, sizeof(baton->entropy), NULL))
        check_broken(CHECK_ENTROPY_COPY, "the loader has kept a copy of the kernel's random numbers");
    if (check_fact(judge, BATON_FACT_BOOT_PARTITION, !fake_has(FAKE_QUIRK_NO_PARTITION), "boot partition") &&
        memcmp(baton->boot_partition, fake_partition, 16) != 0)
        check_broken(CHECK_BOOT_PARTITION, "the boot partition is wrong");
    if (check_fact(judge, BATON_FACT_WALL_CLOCK, !fake_has(FAKE_QUIRK_NO_TIME), "wall clock") &&
        baton->wall_clock != FAKE_WALL_CLOCK)
        check_broken(CHECK_WALL_CLOCK, "the wall clock shows %llu", (unsigned long long)baton->wall_clock);
    if (check_fact(judge, BATON_FACT_COUNTER_FREQUENCY, true, "counter frequency") &&
        (frequency < FAKE_FREQUENCY * 95 / 100 || frequency > FAKE_FREQUENCY * 105 / 100))
        check_broken(CHECK_COUNTER_FREQUENCY, "the counter's frequency is told as %llu", (unsigned long long)frequency);
    if (check_fact(judge, BATON_FACT_BOOT_CPU, !fake_setup()->no_boot_hart || fake_setup()->tree_has_hart,
                   "boot CPU") &&
        baton->boot_cpu != FAKE_BOOT_CPU)
        check_broken(CHECK_BOOT_CPU, "the boot processor is told as %llu", (unsigned long long)baton->boot_cpu);
    if (check_fact(judge, BATON_FACT_SECURE_BOOT, true, "Secure Boot") && baton->secure_boot != fake_secure_state() &&
        !(excused() && baton->secure_boot == BATON_SECURE_BOOT_OFF))
        check_broken(CHECK_SECURE_BOOT, "Secure Boot is told as %u", baton->secure_boot);
    if (has(judge, BATON_FACT_SLIDE) != judge->expected->kernel->movable)
        check_broken(CHECK_FACT_SLIDE, "the fact slide is wrong");
    if (has(judge, BATON_FACT_KERNEL_FILE) != judge->expected->kernel_file)
        check_broken(CHECK_FACT_KERNEL_FILE, "the fact kernel file is wrong");
    if (has(judge, BATON_FACT_IDENTITY_MAP) != (judge->expected->identity_map || judge->direct_base == 0))
        check_broken(CHECK_FACT_IDENTITY_MAP, "the fact identity map is wrong");
    if (baton->extensions.count != 0 || baton->extensions.first)
        check_broken(CHECK_EXTENSIONS, "there are extensions");
    if (baton->facts >> 19 != 0 || baton->reserved != 0)
        check_broken(CHECK_FACTS_KNOWN, "facts that nobody knows: 0x%llx, 0x%x", (unsigned long long)baton->facts,
                     baton->reserved);
}

static void check_firmware_map(const struct judge *judge)
{
    const struct baton_efi_memory_map *map = &judge->baton->efi_memory_map;
    const struct efi_map *given = fake_map_given();
    const void *bytes = judge_pointer(judge, map->descriptors, map->size, "the firmware's map");

    if (!has(judge, BATON_FACT_EFI_MEMORY_MAP) || map->size != given->bytes.size ||
        map->descriptor_size != given->descriptor_size || map->descriptor_version != given->descriptor_version ||
        !bytes || memcmp(bytes, given->bytes.data, map->size) != 0)
        check_broken(CHECK_EFI_MAP, "the firmware's map is not the last one");
}

/* Up to the last thing that is said everywhere, the log has what went to the debug port: the oldest may be missing. */
static bool was_said(const char *log)
{
    const char *last = strstr(log, "leaving the firmware");

    return last && memmem(fake_log_text(), strlen(fake_log_text()), log, (size_t)(last - log) + 1) != NULL;
}

static void check_story(const struct judge *judge)
{
    static const char *const stages[] = {"start",   "gather", "choose", "open",  "plan",
                                         "reserve", "load",   "build",  "leave", "seal"};
    const struct baton *baton = judge->baton;
    const char *log = judge_pointer(judge, baton->log.text, baton->log.size + 1, "the log");
    const struct baton_timing *timings =
        judge_pointer(judge, baton->timings.first, sizeof(stages) / sizeof(stages[0]) * sizeof(*timings), "timings");
    uint64_t before = 0;

    if (!has(judge, BATON_FACT_LOG) || !log || baton->log.size == 0 || log[baton->log.size] != '\0' ||
        log[baton->log.size - 1] != '\n' || strlen(log) != baton->log.size)
        check_broken(CHECK_LOG_SHAPE, "the log is wrong");
    else if (!was_said(log))
        check_broken(CHECK_LOG_WORDS, "the log does not have what was said");
    if (!has(judge, BATON_FACT_TIMINGS) || !timings || baton->timings.count != sizeof(stages) / sizeof(stages[0])) {
        check_broken(CHECK_TIMINGS, "the timings are wrong");
        return;
    }
    for (size_t i = 0; i < baton->timings.count; i++) {
        const char *name = judge_pointer(judge, timings[i].name, strlen(stages[i]) + 1, "a stage's name");

        if (!name || strcmp(name, stages[i]) != 0 || timings[i].counter < before)
            check_broken(CHECK_STAGES, "stage %zu is wrong", i);
        before = timings[i].counter;
    }
}

/* What is not there is zero (section 6). The lists are looked at elsewhere: an empty one may have a stride. */
static void check_fields(const struct judge *judge)
{
#define PART(fact, member)                                                                                             \
    {                                                                                                                  \
        fact, offsetof(struct baton, member), sizeof(judge->baton->member)                                             \
    }
    static const struct {
        uint64_t fact;
        size_t offset, size;
    } parts[] = {
        PART(BATON_FACT_RSDP, rsdp),
        PART(BATON_FACT_SMBIOS, smbios2),
        PART(BATON_FACT_SMBIOS, smbios3),
        PART(BATON_FACT_DEVICE_TREE, device_tree),
        PART(BATON_FACT_DEVICE_TREE, device_tree_size),
        PART(BATON_FACT_EFI_SYSTEM_TABLE, efi_system_table),
        PART(BATON_FACT_ENTROPY, entropy),
        PART(BATON_FACT_BOOT_PARTITION, boot_partition),
        PART(BATON_FACT_WALL_CLOCK, wall_clock),
        PART(BATON_FACT_KERNEL_FILE, kernel.file),
        PART(BATON_FACT_KERNEL_FILE, kernel.file_size),
        PART(BATON_FACT_COUNTER_FREQUENCY, counter_frequency),
        PART(BATON_FACT_BOOT_CPU, boot_cpu),
        PART(BATON_FACT_SECURE_BOOT, secure_boot),
        PART(BATON_FACT_SERIAL, serial.registers),
        PART(BATON_FACT_SERIAL, serial.physical),
        PART(BATON_FACT_SERIAL, serial.kind),
        PART(BATON_FACT_SERIAL, serial.stride),
    };
#undef PART
    static const uint8_t zeros[sizeof(struct baton)];

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (!has(judge, parts[i].fact) &&
            memcmp((const uint8_t *)judge->baton + parts[i].offset, zeros, parts[i].size) != 0)
            check_broken(CHECK_FACT_FIELDS, "the fact 0x%llx is not set, and what it is about is there",
                         (unsigned long long)parts[i].fact);
    }
}

void judge_facts(const struct judge *judge)
{
    check_fields(judge);
    check_texts(judge);
    check_screen(judge);
    check_tables(judge);
    check_serial(judge);
    check_numbers(judge);
    check_firmware_map(judge);
    check_story(judge);
}
