/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole program, top to bottom:
 *
 *     gather   what the firmware can tell us          -> facts
 *     choose   configuration -> entries -> one entry
 *     open     kernel and modules: sizes and heads
 *     plan     where everything goes, what is mapped  (everything that can be refused is refused here)
 *     reserve  every page the plan asks for
 *     load     file bytes straight into their place
 *     build    the baton, but for what only the final map tells
 *     leave    memory map + ExitBootServices          (nothing can fail after it)
 *     seal     final map -> kernel's map, page tables
 *     jump     switch address spaces, enter the kernel
 *
 * The ledger has what must go back to the firmware when a boot is refused.
 */
#include "boot.h"

#include "arguments.h"
#include "leave.h"
#include "machine.h"
#include "memmap.h"
#include "reserve.h"
#include "version_string.h"

#define PLANS_AT_MOST   3  /* when exact ranges are taken between plan and reserve */
#define SECONDS_TO_READ 10 /* an error stays on the screen for so long, or until a key */

static void end_stage(struct boot *boot, enum stage stage)
{
    boot->times.counter[stage] = machine_counter();
}

/* plan and reserve: planned anew, on a new map, when a range that must lie somewhere exactly was taken meanwhile. */
static enum status plan_and_reserve(struct boot *boot, struct attempt *attempt, struct error *error)
{
    size_t mark = boot->ledger.count;
    enum status status = STATUS_TAKEN;

    for (unsigned tries = 0; status == STATUS_TAKEN && tries < PLANS_AT_MOST; tries++) {
        ledger_undo(&boot->ledger, mark);
        attempt->arena = (struct arena){0};
        status = gather_map(boot, error);
        if (status != STATUS_OK)
            return status;
        map_log(&boot->fetched);
        status = make_plan(boot, attempt, error);
        if (status != STATUS_OK)
            return status;
        end_stage(boot, STAGE_PLAN);
        status = reserve(&boot->ledger, &attempt->plan, error);
    }
    if (status == STATUS_OK)
        end_stage(boot, STAGE_RESERVE);
    return status;
}

/* leave: when the map has outgrown its room, which may happen once, it gets a larger one. */
static enum status leave_firmware(struct boot *boot, struct attempt *attempt, struct efi_map *ret_map,
                                  struct error *error)
{
    struct plan *plan = &attempt->plan;
    struct leave_state state = {0};
    uint64_t needed = 0;
    enum status status;

    log_silence();
    status =
        leave(&boot->firmware, &state, plan->places[plan->maps].memory, plan->maps_layout.raw_size, ret_map, &needed);
    if (status == STATUS_NEED_ROOM) {
        status = plan_enlarge_maps(plan, &boot->facts, needed, error);
        if (status == STATUS_OK)
            status = reserve_again(&boot->ledger, plan, plan->maps, error);
        if (status == STATUS_OK)
            status = leave(&boot->firmware, &state, plan->places[plan->maps].memory, plan->maps_layout.raw_size,
                           ret_map, &needed);
    }
    if (status == STATUS_OK)
        return STATUS_OK;
    if (state.tries > 0)
        last_words(boot, state.tries, state.last_result);
    log_unsilence();
    return error_set(error, STATUS_DEVICE, "The firmware does not give its memory map (%s), so it cannot be left.",
                     firmware_status_name(state.last_result));
}

/* From here on there is no firmware to call and nothing that can fail. */
static _Noreturn void seal_and_jump(struct boot *boot, const struct attempt *attempt, const struct efi_map *final_map)
{
    const struct protocol *protocol = attempt->protocol;
    const struct plan *plan = &attempt->plan;
    uint64_t root = protocol->seal(&attempt->input, plan, final_map);

    end_stage(boot, STAGE_SEAL);
    protocol->stamp(plan, &boot->times);
    machine_jump(plan->places[plan->trampoline].physical,
                 &(struct machine_entry){
                     .root = root,
                     .entry = plan->entry,
                     .stack_top = plan->direct_map_base + plan->places[plan->stack].physical + plan->stack_top,
                     .argument = protocol->argument(plan),
                     .data = plan->direct_map_base + plan->places[plan->trampoline].physical + MACHINE_TRAMPOLINE_CODE,
                 });
}

/* Boots one entry. Returns only when it is refused; whatever was taken is in the ledger. */
static enum status boot_entry(struct boot *boot, const struct entry *entry, struct error *error)
{
    struct attempt attempt;
    struct efi_map final_map;
    enum status status = open_files(boot, entry, &attempt, error);

    if (status != STATUS_OK)
        return status;
    end_stage(boot, STAGE_OPEN);

    status = plan_and_reserve(boot, &attempt, error);
    if (status != STATUS_OK)
        return status;

    status = load(&attempt.plan, attempt.files, attempt.input.file_count, error);
    if (status != STATUS_OK)
        return status;
    end_stage(boot, STAGE_LOAD);

    attempt.protocol->build(&attempt.input, &attempt.plan);
    machine_prepare(attempt.plan.places[attempt.plan.trampoline].memory);
    end_stage(boot, STAGE_BUILD);

    log_info("leaving the firmware for %s", entry->kernel);
    status = leave_firmware(boot, &attempt, &final_map, error);
    if (status != STATUS_OK)
        return status;
    end_stage(boot, STAGE_LEAVE);

    seal_and_jump(boot, &attempt, &final_map);
}

static void apply_log_level(struct boot *boot, const struct entry *entry)
{
    if (entry->has_log_level)
        sinks_set_level(&boot->sinks, entry->log_level);
    else
        sinks_set_level(&boot->sinks, boot->choice.has_log_level ? boot->choice.log_level : LOG_WARNING);
}

/* The person in front of the machine can read it: the screen stays until a key, or for a while. */
static void show_error(struct boot *boot, const struct error *error)
{
    console_forget_keys(&boot->firmware);
    log_error("%s", error->text);
    console_print(&boot->sinks.screen, text_of("Press a key to go on; in ten seconds it goes on by itself.\n"));
    (void)console_wait_for_key(&boot->firmware, SECONDS_TO_READ);
}

/* Tries the entries in order, each once, until one boots. Returns when none does. */
static void boot_first_that_can(struct boot *boot, struct error *error)
{
    for (size_t i = 0; i < boot->choice.count; i++) {
        const struct entry *entry = &boot->choice.entries[i];
        size_t mark = boot->ledger.count;

        apply_log_level(boot, entry);
        log_info("booting %s (%s)", entry->kernel, entry->file);
        if (boot_entry(boot, entry, error) != STATUS_OK) {
            ledger_undo(&boot->ledger, mark);
            show_error(boot, error);
        }
    }
    log_warning("nothing is left to boot; going back to the firmware");
}

static EFI_STATUS boot_machine(struct boot *boot)
{
    struct error error = {0};
    enum status status;

    status = gather(boot, &error);
    end_stage(boot, STAGE_GATHER);
    if (status == STATUS_OK) {
        status = choose(boot, &error);
        end_stage(boot, STAGE_CHOOSE);
    }
    if (status == STATUS_OK)
        boot_first_that_can(boot, &error);
    else
        show_error(boot, &error);
    ledger_undo(&boot->ledger, 0);
    return EFI_LOAD_ERROR;
}

/* The firmware starts here (UEFI 2.10, 4.1). */
EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    struct boot boot = {.times.counter[STAGE_START] = machine_counter()};
    char buffer[ARGUMENTS_SIZE];
    struct text arguments;

    firmware_start(&boot.firmware, image, system);
    sinks_start(&boot.sinks, &boot.firmware);
    ledger_start(&boot.ledger, &boot.firmware);
    arguments = arguments_read(&boot.firmware, buffer);
    if (text_is(arguments, "memmap"))
        return memmap_command(&boot.firmware, &(struct error){0}) == STATUS_OK ? EFI_SUCCESS : EFI_LOAD_ERROR;

    log_info("Baton %s", BATON_VERSION_STRING);
    if (boot.firmware.loaded_image)
        log_info("loader image at 0x%llx, size 0x%llx",
                 (unsigned long long)(uintptr_t)boot.firmware.loaded_image->ImageBase,
                 (unsigned long long)boot.firmware.loaded_image->ImageSize);
    return boot_machine(&boot);
}
