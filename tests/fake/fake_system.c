/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine is switched on, the loader started, and what it comes to recorded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boot.h"
#include "fake.h"
#include "fake_memory.h"
#include "fake_traps.h"
#include "phys.h"

#define TABLES          0x3d404000ULL /* in runtime data */
#define LOST_TABLES     0x3d000000ULL /* in boot-services code */
#define COMPLAINTS_SIZE 8192
#define SECRET          16 /* bytes of random numbers that are looked for */

static struct {
    const struct fake_setup *setup;
    EFI_BOOT_SERVICES boot;
    EFI_RUNTIME_SERVICES runtime;
    EFI_SYSTEM_TABLE *system;
    const uint8_t *stack; /* the loader's is below */
    struct fake_result result;
    bool running;
    unsigned complaints;
    char text[COMPLAINTS_SIZE];
    size_t length;
} state;

static jmp_buf way_out;
static uint64_t met; /* in all runs: quirks that the firmware itself has asked for */

const struct fake_setup *fake_setup(void)
{
    return state.setup;
}

bool fake_has(enum fake_quirk quirk)
{
    uint64_t bit = state.setup->quirks & 1ULL << quirk;

    met |= state.running ? bit : 0;
    return bit != 0;
}

uint64_t fake_quirks_met(void)
{
    return met;
}

const char *fake_quirk_name(enum fake_quirk quirk)
{
#define NAME(name, text) #name,
    static const char *const names[] = {FAKE_QUIRKS(NAME)};

    return names[quirk];
}

const char *fake_end_name(enum fake_end end)
{
    static const char *const names[] = {[FAKE_RETURNED] = "returned to the firmware",
                                        [FAKE_JUMPED] = "jumped",
                                        [FAKE_RESET] = "reset the machine",
                                        [FAKE_RESTARTED] = "restarted the machine as it was asked to",
                                        [FAKE_STARTED] = "started an image for good",
                                        [FAKE_WAITED] = "waited for a person",
                                        [FAKE_CUT] = "lost its power"};

    _Static_assert(sizeof(names) / sizeof(names[0]) == FAKE_END_COUNT, "each end has a name");
    return names[end];
}

void fake_complain(const char *format, ...)
{
    va_list arguments;
    int length;

    state.complaints++;
    if (state.length + 2 >= COMPLAINTS_SIZE)
        return;
    va_start(arguments, format);
    length = vsnprintf(state.text + state.length, COMPLAINTS_SIZE - state.length - 1, format, arguments);
    va_end(arguments);
    state.length += (size_t)length;
    if (state.length > COMPLAINTS_SIZE - 2)
        state.length = COMPLAINTS_SIZE - 2;
    state.text[state.length++] = '\n';
    state.text[state.length] = '\0';
}

unsigned fake_complaints(void)
{
    return state.complaints;
}

const char *fake_complaint_text(void)
{
    return state.text;
}

const EFI_SYSTEM_TABLE *fake_system_table(void)
{
    return state.system;
}

void fake_end_run(enum fake_end end)
{
    state.result.end = end;
    longjmp(way_out, 1);
}

/* Whether the loader's stack has these bytes: each of its own objects may be read, and so may what is between them. */
__attribute__((no_sanitize("address"))) static bool is_on_stack(const uint8_t *bytes)
{
    const volatile uint8_t *at = __builtin_frame_address(0);

    for (; at < state.stack; at++) {
        size_t same = 0;

        while (same < SECRET && at[same] == bytes[same])
            same++;
        if (same == SECRET)
            return true;
    }
    return false;
}

bool fake_on_stack(const uint8_t *secret)
{
    return is_on_stack(secret);
}

static bool has(struct bytes bytes, const uint8_t *secret, size_t size)
{
    return bytes.size > 0 && memmem(bytes.data, bytes.size, secret, size) != NULL;
}

bool fake_is_given(const uint8_t *secret, size_t size, const struct fake_file *but)
{
    const struct fake_setup *setup = fake_setup();
    bool given = has((struct bytes){setup->options, setup->options_size}, secret, size);

    for (const struct fake_file *file = setup->files; file < setup->files + setup->file_count; file++)
        given |= file != but && has(file->bytes, secret, size);
    for (size_t i = 0; i < setup->variable_count; i++)
        given |= has(setup->variables[i].value, secret, size);
    return given;
}

void machine_jump(uint64_t trampoline, const struct machine_entry *entry)
{
    state.result.trampoline = trampoline;
    state.result.entry = *entry;
    fake_machine_check_jump(entry, trampoline);
    fake_console_check_jump();
    if (entry->baton && (entry->baton->facts & BATON_FACT_ENTROPY) && is_on_stack(entry->baton->entropy))
        fake_complain("the loader has the kernel's random numbers on its stack");
    fake_end_run(FAKE_JUMPED);
}

void fake_switch_off(void)
{
    fake_memory_stop();
    fake_clock_stop();
    fake_volume_stop();
    fake_images_stop();
    fake_variables_stop();
}

static void switch_on(void)
{
    static CHAR16 vendor[] = u"Fake";
    uint64_t tables = fake_has(FAKE_QUIRK_LOST_SYSTEM_TABLE) ? LOST_TABLES : TABLES;

    fake_memory_start();
    fake_map_start();
    fake_clock_start();
    fake_console_start();
    fake_keyboard_start();
    fake_log_start();
    fake_machine_start();
    fake_caches_start();
    (void)fake_memory_open(0x3d400000, 0x10000);
    if (fake_has(FAKE_QUIRK_LOST_SYSTEM_TABLE))
        (void)fake_memory_open(tables, sizeof(*state.system));
    state.system = phys_to_ptr(tables);
    *state.system = (EFI_SYSTEM_TABLE){.Hdr = {EFI_SYSTEM_TABLE_SIGNATURE, 2 << 16 | 100, sizeof(*state.system), 0, 0},
                                       .FirmwareVendor = vendor,
                                       .FirmwareRevision = 1 << 16 | 2,
                                       .BootServices = &state.boot,
                                       .RuntimeServices = &state.runtime};
    fake_protocols_start();
    fake_images_start();
    fake_graphics_start();
    fake_volume_start();
    fake_random_start();
    fake_boot_hart_start();
    fake_fixups_start();
    fake_secure_start();
    fake_variables_start();
    fake_configuration_start(state.system);
    fake_tables_start();
    fake_seed_start();
    fake_console_install(state.system);
    fake_keyboard_install(state.system);
}

static void install(void)
{
    fake_traps_boot(&state.boot);
    fake_traps_runtime(&state.runtime);
    fake_memory_install(&state.boot);
    fake_map_install(&state.boot);
    fake_protocols_install(&state.boot);
    fake_images_install(&state.boot);
    fake_configuration_install(&state.boot);
    fake_seed_install(&state.boot);
    fake_clock_install(&state.boot, &state.runtime);
    fake_runtime_install(&state.runtime);
    fake_variables_install(&state.runtime);
}

/* The loader came back: everything must be as it was. */
static void check_return(void)
{
    fake_memory_check();
    fake_volume_check();
    fake_volume_check_written();
    fake_images_check();
    fake_configuration_check();
    fake_protocols_check();
    fake_clock_check();
    fake_console_check();
    fake_graphics_check();
    if (fake_phase() != FAKE_RUNNING)
        fake_complain("the loader returned to a firmware that it had left");
}

/* Memory is not looked at here: the kernel gets it, and what seals its map is in it. But an answer of the firmware's
 * that has come in memory is the caller's to free, and nobody needs it any longer. Files that were only read may stay
 * open. */
void fake_system_check_leaving(void)
{
    fake_volume_check_written();
    fake_clock_check_events();
    fake_memory_check_answers();
}

struct fake_result fake_run_program(const struct fake_setup *setup, const struct fake_injection *injection,
                                    EFI_STATUS(EFIAPI *program)(EFI_HANDLE image, EFI_SYSTEM_TABLE *system))
{
    state.setup = setup;
    state.running = true;
    state.result = (struct fake_result){.end = FAKE_RETURNED};
    state.complaints = 0;
    state.length = 0;
    state.text[0] = '\0';
    checks_start();
    fake_calls_start(injection);
    fake_switch_off();
    switch_on();
    install();
    state.stack = __builtin_frame_address(0);
    if (setjmp(way_out) == 0) {
        state.result.status = program(fake_image(), state.system);
        check_return();
    }
    state.running = false;
    state.result.calls = fake_calls();
    fake_log_count(&state.result);
    return state.result;
}

struct fake_result fake_run(const struct fake_setup *setup, const struct fake_injection *injection)
{
    return fake_run_program(setup, injection, efi_main);
}
