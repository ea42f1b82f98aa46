/* SPDX-License-Identifier: BSD-2-Clause */
/* What a loader must not leave behind, and what it must not do at that time: the firmware's and the machine's checks.
 */
#include <string.h>

#include "abi/graphics_output.h"
#include "abi/loaded_image.h"
#include "fake_memory.h"
#include "lies.h"
#include "serial.h"

#define REFUSED "missing kernel"

/* ---- what is left ---- */

static void leave_pages(EFI_SYSTEM_TABLE *system)
{
    EFI_PHYSICAL_ADDRESS address = 0;

    (void)system->BootServices->AllocatePages(AllocateAnyPages, EfiLoaderData, 1, &address);
}

static void leave_pool(EFI_SYSTEM_TABLE *system)
{
    void *memory = NULL;

    (void)system->BootServices->AllocatePool(EfiLoaderData, 1, &memory);
}

static void leave_volume(EFI_SYSTEM_TABLE *system)
{
    (void)lie_open_root(system, fake_boot_device());
}

/* The volume alone is closed. */
static void leave_file(EFI_SYSTEM_TABLE *system)
{
    EFI_FILE_PROTOCOL *root = lie_open_root(system, fake_boot_device()), *file = NULL;

    (void)root->Open(root, &file, u"loader", EFI_FILE_MODE_READ, 0);
    (void)root->Close(root);
}

static void leave_written_file(EFI_SYSTEM_TABLE *system)
{
    EFI_FILE_PROTOCOL *root = lie_open_root(system, fake_boot_device()), *file = NULL;

    (void)root->Open(root, &file, u"loader", EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE, 0);
}

static void leave_event(EFI_SYSTEM_TABLE *system)
{
    EFI_EVENT event = NULL;

    (void)system->BootServices->CreateEvent(EVT_TIMER, TPL_APPLICATION, NULL, NULL, &event);
}

static EFI_GRAPHICS_OUTPUT_PROTOCOL *find_graphics(EFI_SYSTEM_TABLE *system)
{
    return lie_locate(system, (EFI_GUID)EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID);
}

/* Memory that came as an answer. */
static void leave_answer(EFI_SYSTEM_TABLE *system)
{
    EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics = find_graphics(system);
    EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = NULL;
    UINTN size = 0;

    (void)graphics->QueryMode(graphics, 0, &size, &info);
}

static void leave_handles(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    EFI_HANDLE *handles = NULL;
    UINTN count = 0;

    (void)system->BootServices->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles);
}

static void leave_mode(EFI_SYSTEM_TABLE *system)
{
    EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics = find_graphics(system);

    (void)graphics->SetMode(graphics, 0);
}

static void leave_colours(EFI_SYSTEM_TABLE *system)
{
    (void)system->ConOut->SetAttribute(system->ConOut, 2);
}

static void leave_cursor(EFI_SYSTEM_TABLE *system)
{
    (void)system->ConOut->EnableCursor(system->ConOut, false);
}

static void do_nothing(EFI_SYSTEM_TABLE *system)
{
    (void)system;
}

/* ---- while a person reads ---- */

static void wait(EFI_SYSTEM_TABLE *system)
{
    EFI_EVENT event = NULL;
    UINTN which;

    (void)system->BootServices->CreateEvent(EVT_TIMER, TPL_APPLICATION, NULL, NULL, &event);
    (void)system->BootServices->SetTimer(event, TimerRelative, 1);
    (void)system->BootServices->WaitForEvent(1, &event, &which);
    (void)system->BootServices->CloseEvent(event);
}

static void wait_with_pages(EFI_SYSTEM_TABLE *system)
{
    EFI_PHYSICAL_ADDRESS address = 0;

    (void)system->BootServices->AllocatePages(AllocateAnyPages, EfiLoaderData, 1, &address);
    wait(system);
    (void)system->BootServices->FreePages(address, 1);
}

static void wait_in_mode(EFI_SYSTEM_TABLE *system)
{
    EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics = find_graphics(system);

    (void)graphics->SetMode(graphics, 0);
    wait(system);
    (void)graphics->SetMode(graphics, 1);
}

/* ---- the way out ---- */

static UINTN get_key(EFI_SYSTEM_TABLE *system, UINTN room)
{
    static uint8_t map[1 << 16];
    UINTN size = room < sizeof(map) ? room : sizeof(map), key = 0, step = 0;
    uint32_t version = 0;

    (void)system->BootServices->GetMemoryMap(&size, (void *)map, &key, &step, &version);
    return key;
}

static void leave_firmware(EFI_SYSTEM_TABLE *system)
{
    (void)system->BootServices->ExitBootServices(fake_image(), get_key(system, SIZE_MAX));
}

static void call_after_exit(EFI_SYSTEM_TABLE *system)
{
    leave_firmware(system);
    (void)get_key(system, SIZE_MAX);
}

static void call_after_failed_exit(EFI_SYSTEM_TABLE *system)
{
    (void)system->BootServices->ExitBootServices(fake_image(), get_key(system, SIZE_MAX) + 1);
    (void)system->BootServices->Stall(1);
}

static void call_before_exit(EFI_SYSTEM_TABLE *system)
{
    UINTN key = get_key(system, SIZE_MAX);

    (void)system->BootServices->Stall(1);
    (void)system->BootServices->ExitBootServices(fake_image(), key);
}

static void exit_with_old_key(EFI_SYSTEM_TABLE *system)
{
    UINTN key = get_key(system, SIZE_MAX);

    fake_memory_disturb();
    (void)get_key(system, SIZE_MAX);
    (void)system->BootServices->ExitBootServices(fake_image(), key);
}

static void exit_without_map(EFI_SYSTEM_TABLE *system)
{
    UINTN key = get_key(system, SIZE_MAX);

    (void)get_key(system, 1);
    (void)system->BootServices->ExitBootServices(fake_image(), key);
}

static void exit_for_another(EFI_SYSTEM_TABLE *system)
{
    (void)system->BootServices->ExitBootServices(fake_boot_device(), get_key(system, SIZE_MAX));
}

static void ask_for_the_map(EFI_SYSTEM_TABLE *system)
{
    for (unsigned i = 0; i < 3; i++)
        (void)get_key(system, 1);
}

static void reset(EFI_SYSTEM_TABLE *system)
{
    system->RuntimeServices->ResetSystem(EfiResetCold, EFI_SUCCESS, 0, NULL);
}

/* ---- the machine ---- */

static void quiet_too_soon(EFI_SYSTEM_TABLE *system)
{
    (void)system;
    machine_quiet(&(struct machine_controllers){0});
}

static void prepare_nowhere(EFI_SYSTEM_TABLE *system)
{
    (void)system;
    machine_prepare((uint8_t *)fake_memory_open(0x3d000000, FAKE_PAGE), 0x3d000000, &(struct machine_entry){0});
}

/* As data, which some firmware does not let run. */
static void prepare_in_data(EFI_SYSTEM_TABLE *system)
{
    EFI_PHYSICAL_ADDRESS address = 0;

    (void)system->BootServices->AllocatePages(AllocateAnyPages, EfiLoaderData,
                                              (FAKE_TRAMPOLINE_CODE + FAKE_TRAMPOLINE_DATA) / FAKE_PAGE, &address);
    machine_prepare(phys_to_ptr(address), address, &(struct machine_entry){0});
}

static void jump(EFI_SYSTEM_TABLE *system)
{
    (void)system;
    machine_jump(0, &(struct machine_entry){0});
}

static void jump_after_quiet(EFI_SYSTEM_TABLE *system, uint64_t io_apic, size_t count, uint64_t hpet)
{
    leave_firmware(system);
    machine_quiet(&(struct machine_controllers){&io_apic, count, hpet});
    jump(system);
}

static void forget_io_apic(EFI_SYSTEM_TABLE *system)
{
    jump_after_quiet(system, 0, 0, 0xfed00000);
}

static void quiet_another_io_apic(EFI_SYSTEM_TABLE *system)
{
    jump_after_quiet(system, 0xfec01000, 1, 0xfed00000);
}

static void forget_hpet(EFI_SYSTEM_TABLE *system)
{
    jump_after_quiet(system, 0xfec00000, 1, 0);
}

static void jump_with_secret(EFI_SYSTEM_TABLE *system)
{
    struct baton baton = {.facts = BATON_FACT_ENTROPY};

    (void)system;
    for (size_t i = 0; i < sizeof(baton.entropy); i++)
        baton.entropy[i] = (uint8_t)(i * 3 + 1);
    machine_jump(0, &(struct machine_entry){.baton = &baton});
}

static void halt(EFI_SYSTEM_TABLE *system)
{
    (void)system;
    machine_halt();
}

/* ---- what is said ---- */

static void say(enum log_level level, const char *line)
{
    debug_port_write(NULL, level, text_of(line));
}

static void say_another_error(EFI_SYSTEM_TABLE *system)
{
    (void)system;
    say(LOG_ERROR, "error: there was one before.\n");
}

static void say_two_sentences_badly(EFI_SYSTEM_TABLE *system)
{
    (void)system;
    say(LOG_ERROR, "error: it cannot be read.. Copy it again.\n");
}

static void say_half_a_sentence(EFI_SYSTEM_TABLE *system)
{
    (void)system;
    say(LOG_ERROR, "error: it cannot be read\n");
}

static void talk_on(EFI_SYSTEM_TABLE *system)
{
    static char line[1 << 12];

    (void)system;
    memset(line, 'x', sizeof(line) - 1);
    for (unsigned i = 0; i < 80; i++)
        say(LOG_INFO, line);
}

static void print(EFI_SYSTEM_TABLE *system)
{
    (void)system->ConOut->OutputString(system->ConOut, u"info: hello");
}

static void tell(EFI_SYSTEM_TABLE *system, const CHAR16 *text)
{
    (void)system->ConOut->OutputString(system->ConOut, (CHAR16 *)(uintptr_t)text);
}

static void show_progress(EFI_SYSTEM_TABLE *system)
{
    tell(system, u"\r/a: 1 of 2 MiB, 3 MiB/s");
}

static void show_wide_progress(EFI_SYSTEM_TABLE *system)
{
    show_progress(system);
    tell(system, u"\r0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890");
}

/* All but its last letter is blank again. */
static void clear_most_of_progress(EFI_SYSTEM_TABLE *system)
{
    show_progress(system);
    tell(system, u"\r                      \r");
}

static void show_progress_twice(EFI_SYSTEM_TABLE *system)
{
    show_progress(system);
    (void)system->BootServices->Stall(200000);
    show_progress(system);
}

static void write_behind_progress(EFI_SYSTEM_TABLE *system)
{
    show_progress(system);
    tell(system, u"warning: hello\r\n");
}

static void write_to_its_port(EFI_SYSTEM_TABLE *system)
{
    struct serial serial = {0};

    show_progress(system);
    serial_write(&serial, LOG_INFO, text_of("a line\n"));
}

static void jump_with_progress(EFI_SYSTEM_TABLE *system)
{
    show_progress(system);
    jump(system);
}

static void write_half_a_line(EFI_SYSTEM_TABLE *system)
{
    struct serial serial = {0};

    (void)system;
    serial_write(&serial, LOG_INFO, text_of("half a line"));
}

static void write_to_stuck_port(EFI_SYSTEM_TABLE *system)
{
    struct serial serial = {.stuck = true};

    (void)system;
    serial_write(&serial, LOG_INFO, text_of("a line\n"));
}

static const struct lie lies[] = {
    {WORDS("pages after a refusal", "were not given back"), MISUSE(leave_pages), ON(REFUSED)},
    {WORDS("pool after a refusal", "bytes of pool memory, of call"), MISUSE(leave_pool), ON(REFUSED)},
    {WORDS("volume after a refusal", "was not closed"), MISUSE(leave_volume), ON(REFUSED)},
    {WORDS("file after a refusal", "was not closed"), MISUSE(leave_file), ON(REFUSED)},
    {WORDS("event after a refusal", "the event of call"), MISUSE(leave_event), ON(REFUSED)},
    {WORDS("mode after a refusal", "the screen was left in mode"), ALONE(leave_mode)},
    {WORDS("colours after a refusal", "the console's colours were not set back"), ALONE(leave_colours)},
    {WORDS("cursor after a refusal", "the console's cursor was not shown again"), ALONE(leave_cursor)},
    {WORDS("watchdog after a refusal", "the watchdog was not stopped"), ALONE(do_nothing)},
    {WORDS("file in the kernel", "to be written, was not closed"), MISUSE(leave_written_file)},
    {WORDS("event in the kernel", "the event of call"), MISUSE(leave_event)},
    {WORDS("answer in the kernel", "gave were not freed"), MISUSE(leave_answer)},
    {WORDS("handles in the kernel", "gave were not freed"), MISUSE(leave_handles)},
    {WORDS("pages while a person reads", "were not given back"), ALONE(wait_with_pages)},
    {WORDS("mode while a person reads", "the screen was left in mode"), ALONE(wait_in_mode)},

    {WORDS("return after the exit", "the loader returned to a firmware that it had left"), ALONE(leave_firmware)},
    {WORDS("call after the exit", "GetMemoryMap was called after boot services had ended"), ALONE(call_after_exit)},
    {WORDS("call after a failed exit", "Stall was called after a failed"), ALONE(call_after_failed_exit)},
    {WORDS("call before the exit", "did not come right after a memory map"), ALONE(call_before_exit)},
    {WORDS("exit with an old key", "did not come right after a memory map"), ALONE(exit_with_old_key)},
    {WORDS("exit without a map", "did not come right after a memory map"), ALONE(exit_without_map)},
    {WORDS("exit of another image", "is not the loader's image"), ALONE(exit_for_another)},
    {FOR("many maps", MAP_CALLS), MISUSE(ask_for_the_map)},
    {FOR("a wait before a boot", KEPT_WAITING), MISUSE(wait)},
    {WORDS("reset", "the machine was reset, though boot services could be used"), ALONE(reset)},
    {WORDS("reset in place of power off", "the machine was restarted in another way than it was asked to"),
     ALONE(reset), ON("automatic: power off")},
    {WORDS("restart without setup", "the firmware's setup was asked for when it was not wanted"), ALONE(reset),
     ON("automatic: setup")},
    {WORDS("file at a restart", "to be written, was not closed"), MISUSE(leave_written_file), ON("automatic: reboot")},

    {WORDS("controllers too soon", "interrupt controllers were touched before"), MISUSE(quiet_too_soon)},
    {WORDS("trampoline in no memory", "is not the loader's, or no code"), MISUSE(prepare_nowhere)},
    {WORDS("trampoline in data", "is not the loader's, or no code"), MISUSE(prepare_in_data)},
    {WORDS("jump before the exit", "the kernel was entered with boot services alive"), ALONE(jump)},
    {WORDS("jump without a trampoline", "was not prepared so"), ALONE(jump)},
    {WORDS("jump with loud controllers", "the interrupt controllers were not silenced"), ALONE(jump)},
    {WORDS("no I/O APIC", "of the I/O APICs"), ALONE(forget_io_apic)},
    {WORDS("another I/O APIC", "of the I/O APICs"), ALONE(quiet_another_io_apic)},
    {WORDS("no HPET", "the HPET at"), ALONE(forget_hpet)},
    {WORDS("random numbers on the stack", "random numbers on its stack"), ALONE(jump_with_secret)},
    {WORDS("halt", "the machine was halted"), ALONE(halt)},

    {FOR("a second error", ERRORS), MISUSE(say_another_error), ON(REFUSED)},
    {FOR("an error before the jump", ERRORS), MISUSE(say_another_error)},
    {FOR("an error past the screen", ERRORS_ON_SCREEN), MISUSE(say_another_error)},
    {WORDS("two full stops", "is badly put together"), MISUSE(say_two_sentences_badly)},
    {WORDS("no full stop", "is badly put together"), MISUSE(say_half_a_sentence)},
    {WORDS("talk", "the loader talks without an end"), MISUSE(talk_on)},
    {WORDS("words on the console", "and there was no need to"), MISUSE(print), ON("flat")},
    {WORDS("progress of what is short", "progress was shown after"), MISUSE(show_progress)},
    {WORDS("progress all the time", "progress was shown again after"), MISUSE(show_progress_twice)},
    {WORDS("progress in two rows", "the progress takes more than"), MISUSE(show_wide_progress)},
    {WORDS("a message in the progress", "was written into the progress"), MISUSE(write_behind_progress)},
    {WORDS("a line in the progress", "while its console has progress"), MISUSE(write_to_its_port),
     WITH(SERIAL_CONSOLE)},
    {WORDS("progress after a return", "progress was left on the console"), ALONE(show_progress)},
    {WORDS("the last letter of it", "progress was left on the console"), ALONE(clear_most_of_progress)},
    {WORDS("progress in the kernel", "progress was left on the console"), ALONE(jump_with_progress)},
    {WORDS("half a line", "a line without an end went to the serial port"), MISUSE(write_half_a_line)},
    {WORDS("stuck port", "the serial port is stuck"), MISUSE(write_to_stuck_port)},
};
const struct lie_list lies_firmware = {lies, COUNT(lies)};
