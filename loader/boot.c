/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole program, top to bottom:
 *
 *     gather   what the firmware can tell us          -> facts
 *     choose   configuration -> entries -> one entry
 *     open     kernel and modules: sizes and heads; a device tree of the entry's is listed
 *     plan     where everything goes, what is mapped  (everything that can be refused is refused here)
 *     reserve  every page the plan asks for
 *     count    one try more of the entry, in the name of its file
 *     load     file bytes straight into their place
 *     build    the baton, but for what only the final map tells
 *     leave    memory map + ExitBootServices          (nothing can fail after it)
 *     seal     final map -> kernel's map, page tables
 *     jump     switch address spaces, enter the kernel
 *
 * or, where the plan says that the firmware starts an image (Linux, an EFI program), after plan
 *
 *     start    LoadImage, StartImage, and on to undoing it all when it comes back
 *
 * The ledger has what must go back to the firmware when a boot is refused.
 */
#include "boot.h"

#include "announce.h"
#include "arguments.h"
#include "count.h"
#include "devicetree_table.h"
#include "graphics.h"
#include "heed.h"
#include "leave.h"
#include "machine.h"
#include "manage.h"
#include "memmap.h"
#include "memory.h"
#include "phys.h"
#include "reserve.h"
#include "restart.h"
#include "seed.h"
#include "start.h"
#include "version_string.h"
#include "video.h"

#define PLANS_AT_MOST 3 /* when exact ranges are taken between plan and reserve */

void end_stage(struct boot *boot, enum stage stage)
{
    boot->times.counter[stage] = machine_counter();
}

/* plan and reserve: planned anew, on a new map, when a range that must lie somewhere exactly was taken meanwhile. */
static enum status plan_and_reserve(struct boot *boot, struct attempt *attempt, struct error *error)
{
    struct error reason;

    for (unsigned tries = 0; tries < PLANS_AT_MOST; tries++) {
        enum status status = gather_map(boot, error);
        size_t mark;

        if (status != STATUS_OK)
            return status;
        map_log(&boot->fetched);
        status = make_plan(boot, attempt, error);
        if (status != STATUS_OK)
            return status;
        end_stage(boot, STAGE_PLAN);
        mark = boot->ledger.count;
        status = reserve(&boot->ledger, &boot->facts, &attempt->plan, error);
        end_stage(boot, STAGE_RESERVE);
        if (status != STATUS_TAKEN)
            return status;
        ledger_undo(&boot->ledger, mark);
    }
    reason = *error;
    return error_set(error, STATUS_NO_MEMORY, "%s, though its memory map lists that as free. %s", reason.text,
                     attempt->plan.requests[attempt->plan.kernel].mend);
}

/* The room for what GetMemoryMap writes. */
static struct leave_room maps_place(const struct plan *plan)
{
    return (struct leave_room){plan->places[plan->maps].memory, plan->maps_layout.raw_size};
}

/* leave: when the map has outgrown its room, which may happen once, it gets a larger one. */
static enum status leave_firmware(struct boot *boot, struct attempt *attempt, struct efi_map *ret_map,
                                  struct error *error)
{
    struct plan *plan = &attempt->plan;
    struct leave_state state = {0};
    struct error reason; /* the end of a sentence */
    enum status status;

    log_silence();
    status = leave(&boot->firmware, &state, maps_place(plan), ret_map, error);
    if (status == STATUS_NEED_ROOM) {
        status = plan_enlarge_maps(plan, &boot->facts, state.needed, &reason);
        if (status == STATUS_OK)
            status = reserve_one(&boot->ledger, &boot->facts, plan, plan->maps, &reason);
        if (status == STATUS_OK)
            status = leave(&boot->firmware, &state, maps_place(plan), ret_map, error);
        else
            status =
                error_set(error, status, "the firmware's memory map has grown, and there is no memory for all of it");
    }
    if (status == STATUS_OK)
        return STATUS_OK;
    if (state.tries > 0)
        last_words(boot, error);
    log_unsilence();
    reason = *error;
    return error_set(error, status, "%s: cannot be started: %s. A firmware update may help.",
                     plan->requests[plan->kernel].what, reason.text);
}

/* How the kernel is entered; seal makes the `root`. */
static struct machine_entry entry_of(const struct attempt *attempt)
{
    const struct plan *plan = &attempt->plan;
    const struct machine_facts *machine = &attempt->input.facts->machine;

    return (struct machine_entry){
        .entry = plan->entry,
        .stack_top = plan->direct_map_base + plan->places[plan->stack].physical + plan->stack_top,
        .argument = attempt->protocol->argument(plan),
        .data = plan->direct_map_base + plan->places[plan->trampoline].physical + machine->trampoline_code,
        .levels = machine->paging_levels,
        .at_el2 = plan->at_el2,
        .baton = (const struct baton *)(const void *)plan->places[plan->baton].memory,
    };
}

/* Whoever looks at what was written, looks at memory and not into the caches. */
static void clean(const struct plan *plan, size_t request)
{
    machine_clean(plan->places[request].memory, (size_t)plan->requests[request].size);
}

/* What the firmware has drawn must not come out of a cache later, over what the kernel draws past it. */
static void clean_screens(const struct facts *facts)
{
    for (size_t i = 0; i < facts->framebuffer_count; i++)
        machine_clean(phys_to_ptr(facts->framebuffers[i].physical), (size_t)facts->framebuffers[i].size);
}

static void prepare_trampoline(const struct attempt *attempt)
{
    const struct plan_place *place = &attempt->plan.places[attempt->plan.trampoline];
    const struct machine_entry entry = entry_of(attempt);

    machine_prepare(place->memory, place->physical, &entry);
}

/* From here on there is no firmware to call and nothing that can fail. */
static _Noreturn void seal_and_jump(struct boot *boot, const struct attempt *attempt, const struct efi_map *final_map)
{
    const struct protocol *protocol = attempt->protocol;
    const struct plan *plan = &attempt->plan;
    const struct firmware_tables *tables = &boot->facts.tables;
    struct machine_entry entry = entry_of(attempt);

    machine_quiet(&(struct machine_controllers){tables->io_apic, tables->io_apic_count, tables->hpet});
    entry.root = protocol->seal(&attempt->input, plan, final_map);
    end_stage(boot, STAGE_SEAL);
    protocol->stamp(plan, &boot->times);
    clean(plan, plan->baton);
    clean(plan, plan->maps);
    clean(plan, plan->tables);
    clean_screens(&boot->facts);
    machine_jump(plan->places[plan->trampoline].physical, &entry);
}

/* The size of the picture that the entry asks for. */
static enum status set_video(struct boot *boot, const struct entry *entry, struct error *error)
{
    enum status status = STATUS_OK;

    if (entry->has_video)
        status = video_set_size(&boot->ledger, entry->video_width, entry->video_height, error);
    if (status == STATUS_OK && entry->has_video)
        graphics_find(&boot->firmware, &boot->facts);
    return status;
}

/* PLAN_LEAVE: from the loaded files to the kernel. Returns only when it is refused. */
static enum status hand_over(struct boot *boot, struct attempt *attempt, struct error *error)
{
    struct efi_map final_map;
    enum status status = load(&attempt->plan, attempt->files, &boot->line, error);

    if (status != STATUS_OK)
        return status;
    announce_change(boot, attempt->input.entry);
    end_stage(boot, STAGE_LOAD);
    heed_booted(boot, attempt->input.entry);

    attempt->protocol->build(&attempt->input, &attempt->plan);
    memory_wipe(&boot->facts.random, sizeof(boot->facts.random));
    prepare_trampoline(attempt);
    for (size_t i = 0; i < attempt->plan.request_count; i++)
        clean(&attempt->plan, i);
    end_stage(boot, STAGE_BUILD);

    log_info("leaving the firmware for %s", attempt->files[0].path);
    status = leave_firmware(boot, attempt, &final_map, error);
    if (status != STATUS_OK)
        return status;
    end_stage(boot, STAGE_LEAVE);

    seal_and_jump(boot, attempt, &final_map);
}

/* The key of an entry's that asks for a device tree; NULL when none does. */
static const char *devicetree_key(const struct entry *entry)
{
    if (entry->devicetree)
        return "devicetree";
    return entry->overlay_count > 0 ? "devicetree-overlay" : NULL;
}

/* A tree tells a kernel what to do with the machine, and nobody has verified it. */
static enum status install_devicetree(struct boot *boot, const struct entry *entry, struct error *error)
{
    const char *key = devicetree_key(entry);
    enum status status;

    boot->has_entry_tree = false;
    if (!key)
        return STATUS_OK;
    if (facts_want_verification(&boot->facts)) {
        log_warning("%s: '%s' does nothing while Secure Boot is on", entry->file, key);
        return STATUS_OK;
    }
    status = gather_map(boot, error);
    if (status != STATUS_OK)
        return status;
    if (!entry->devicetree && boot->facts.device_tree.size == 0) {
        log_warning("%s: 'devicetree-overlay' does nothing: there is no 'devicetree', and the firmware gives none",
                    entry->file);
        return STATUS_OK;
    }
    status = devicetree_install(&boot->ledger, &boot->volumes.items[entry->volume], entry, &boot->facts, error);
    boot->has_entry_tree = status == STATUS_OK;
    return status;
}

/* PLAN_START: the firmware loads and starts the image. Returns when it cannot, and when the image comes back. */
static enum status start(struct boot *boot, struct attempt *attempt, struct error *error)
{
    const struct entry *entry = attempt->input.entry;
    EFI_HANDLE *image;
    enum status status;

    memory_wipe(&boot->facts.random, sizeof(boot->facts.random));
    status = image_load(&boot->ledger, &boot->initrd, &attempt->plan, attempt->files, &boot->line, &image, error);
    if (status != STATUS_OK)
        return status;
    seed_give(boot, facts_want_verification(&boot->facts));
    heed_booted(boot, entry);
    announce(boot, entry);
    count_announce(boot);
    log_info("starting %s", attempt->files[0].path);
    status = image_start(&boot->firmware, image, attempt->files[0].path, error);
    sinks_take_back(&boot->sinks);
    count_withdraw(boot);
    return status;
}

/* An entry that starts nothing. Returns only when it cannot be done. */
static enum status restart_machine(struct boot *boot, enum entry_action action, struct error *error)
{
    static const enum restart_how how[] = {[ENTRY_FIRMWARE_SETUP] = RESTART_FIRMWARE_SETUP,
                                           [ENTRY_REBOOT] = RESTART_REBOOT,
                                           [ENTRY_POWER_OFF] = RESTART_POWER_OFF};

    return restart(&boot->firmware, how[action], error);
}

/* open, plan, reserve */
static enum status prepare(struct boot *boot, const struct entry *entry, struct attempt *attempt, struct error *error)
{
    enum status status = open_files(boot, entry, attempt, error);

    if (status == STATUS_OK)
        status = set_video(boot, entry, error);
    if (status == STATUS_OK)
        status = install_devicetree(boot, entry, error);
    if (status != STATUS_OK)
        return status;
    gather_random(boot);
    end_stage(boot, STAGE_OPEN);
    return plan_and_reserve(boot, attempt, error);
}

enum status boot_entry(struct boot *boot, const struct entry *entry, struct error *error)
{
    struct attempt attempt;
    enum status status;

    end_stage(boot, STAGE_CHOOSE); /* which may have taken a person some time */
    if (entry->action != ENTRY_BOOT)
        return restart_machine(boot, entry->action, error);
    status = prepare(boot, entry, &attempt, error);
    /* A refusal is a try that failed. */
    if (count_try(boot, entry) && status == STATUS_OK)
        status = make_plan(boot, &attempt, error);
    if (status != STATUS_OK)
        return status;
    return attempt.plan.ending == PLAN_START ? start(boot, &attempt, error) : hand_over(boot, &attempt, error);
}

static EFI_STATUS boot_machine(struct boot *boot)
{
    struct error error = {0};
    enum status status;

    gather(boot);
    boot->line = (struct progress_line){
        .console = &boot->sinks.screen, .frequency = boot->facts.machine.counter_frequency, .counter = machine_counter};
    end_stage(boot, STAGE_GATHER);
    status = choose(boot, &error);
    if (status == STATUS_OK)
        status = manage(boot, &error);
    else
        status = manage_nothing(boot, status, &error);
    ledger_undo(&boot->ledger, 0);
    return status == STATUS_OK ? EFI_SUCCESS : EFI_LOAD_ERROR;
}

/* `baton.efi memmap`, from the UEFI shell. */
static EFI_STATUS show_memory_map(const struct boot *boot)
{
    struct error error;

    if (memmap_command(&boot->firmware, &error) == STATUS_OK)
        return EFI_SUCCESS;
    log_error("%s", error.text);
    return EFI_LOAD_ERROR;
}

/* A boot, unless a person asked for something else. */
static EFI_STATUS do_as_told(struct boot *boot)
{
    char buffer[ARGUMENTS_SIZE];
    struct text arguments = arguments_read(&boot->firmware, buffer);

    if (text_is(arguments, "memmap"))
        return show_memory_map(boot);
    if (arguments.length > 0 && arguments_are_from_shell(&boot->firmware)) {
        log_error("'%.*s' is not known. Without an argument Baton boots; 'memmap' shows the firmware's memory map.",
                  (int)arguments.length, arguments.data);
        return EFI_INVALID_PARAMETER;
    }
    if (arguments.length > 0) /* a boot option's own text, which may be anything */
        log_info("the options '%.*s' mean nothing here", (int)arguments.length, arguments.data);
    return boot_machine(boot);
}

/* The firmware starts here (UEFI 2.10, 4.1). */
EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    struct boot boot = {.times.counter[STAGE_START] = machine_counter()};
    EFI_STATUS result;

    firmware_start(&boot.firmware, image, system);
    sinks_start(&boot.sinks, &boot.firmware);
    ledger_start(&boot.ledger, &boot.firmware);
    log_info("Baton %s", BATON_VERSION_STRING);
    if (boot.firmware.loaded_image)
        log_info("loader image at 0x%llx, size 0x%llx",
                 (unsigned long long)ptr_to_phys(boot.firmware.loaded_image->ImageBase),
                 (unsigned long long)boot.firmware.loaded_image->ImageSize);
    result = do_as_told(&boot);
    sinks_stop(&boot.sinks);
    return result;
}
