/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of the firmware's functions the loader calls, what each call takes, and how much memory the loader has at most.
 * What firmware allocates for a caller, as LocateHandleBuffer does, is not counted.
 */
#include "watch.h"

#include "memory.h"
#include "stopwatch.h"

#define CALLS  32768
#define BLOCKS 4096

#define SERVICE(name)  ((offsetof(EFI_BOOT_SERVICES, name) - sizeof(EFI_TABLE_HEADER)) / sizeof(void *))
#define FIRST_RUNTIME  WATCH_BOOT
#define FIRST_FILE     (FIRST_RUNTIME + WATCH_RUNTIME)
#define FIRST_CONSOLE  (FIRST_FILE + WATCH_FILE)
#define OPEN_VOLUME    (FIRST_CONSOLE + WATCH_CONSOLE)
#define OPEN           FIRST_FILE
#define FILE_FUNCTIONS offsetof(EFI_FILE_PROTOCOL, Open)

_Static_assert(sizeof(EFI_BOOT_SERVICES) == sizeof(EFI_TABLE_HEADER) + WATCH_BOOT * sizeof(void *), "WATCH_BOOT");
_Static_assert(sizeof(EFI_RUNTIME_SERVICES) == sizeof(EFI_TABLE_HEADER) + WATCH_RUNTIME * sizeof(void *),
               "WATCH_RUNTIME");
_Static_assert(sizeof(struct watch_frame) == 64, "watch_thunks.S");
_Static_assert(SERVICE(ExitBootServices) == 26, "watch_thunks.S");

void *watch_targets[WATCH_COUNT];
struct watch_frame watch_frames[WATCH_DEPTH];
uint64_t watch_depth;
uint64_t watch_image_base;
uint64_t watch_image_size;

static const char *const names[WATCH_COUNT] = {
    "RaiseTPL", "RestoreTPL", "AllocatePages", "FreePages", "GetMemoryMap", "AllocatePool", "FreePool", "CreateEvent",
    "SetTimer", "WaitForEvent", "SignalEvent", "CloseEvent", "CheckEvent", "InstallProtocolInterface",
    "ReinstallProtocolInterface", "UninstallProtocolInterface", "HandleProtocol", "Reserved", "RegisterProtocolNotify",
    "LocateHandle", "LocateDevicePath", "InstallConfigurationTable", "LoadImage", "StartImage", "Exit", "UnloadImage",
    "ExitBootServices", "GetNextMonotonicCount", "Stall", "SetWatchdogTimer", "ConnectController",
    "DisconnectController", "OpenProtocol", "CloseProtocol", "OpenProtocolInformation", "ProtocolsPerHandle",
    "LocateHandleBuffer", "LocateProtocol", "InstallMultipleProtocolInterfaces", "UninstallMultipleProtocolInterfaces",
    "CalculateCrc32", "CopyMem", "SetMem", "CreateEventEx",
    /* EFI_RUNTIME_SERVICES */
    "GetTime", "SetTime", "GetWakeupTime", "SetWakeupTime", "SetVirtualAddressMap", "ConvertPointer", "GetVariable",
    "GetNextVariableName", "SetVariable", "GetNextHighMonotonicCount", "ResetSystem", "UpdateCapsule",
    "QueryCapsuleCapabilities", "QueryVariableInfo",
    /* EFI_FILE_PROTOCOL */
    "File.Open", "File.Close", "File.Delete", "File.Read", "File.Write", "File.GetPosition", "File.SetPosition",
    "File.GetInfo", "File.SetInfo", "File.Flush",
    /* EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL */
    "ConOut.Reset", "ConOut.OutputString", "ConOut.TestString", "ConOut.QueryMode", "ConOut.SetMode",
    "ConOut.SetAttribute", "ConOut.ClearScreen", "ConOut.SetCursorPosition", "ConOut.EnableCursor",
    /* EFI_SIMPLE_FILE_SYSTEM_PROTOCOL */
    "OpenVolume"};

static struct call {
    uint64_t index;
    uint64_t start;
    uint64_t end;
    uint64_t result;
} calls[CALLS];
static uint64_t call_count; /* those that found no room included */

static struct block {
    uint64_t address;
    uint64_t size;
} blocks[BLOCKS];
static uint64_t block_count;
static uint64_t bytes, most_bytes;

/* ---- memory ---- */

static void gain(uint64_t address, uint64_t size)
{
    if (block_count == BLOCKS)
        need(EFI_OUT_OF_RESOURCES, "more blocks than can be written down");
    blocks[block_count++] = (struct block){address, size};
    bytes += size;
    if (bytes > most_bytes)
        most_bytes = bytes;
}

/* A part of a block may be given back, from its beginning or at its end. */
static void lose(uint64_t address, uint64_t size)
{
    for (uint64_t i = block_count; i-- > 0;) {
        struct block *block = &blocks[i];

        if (address - block->address >= block->size)
            continue;
        if (size == 0)
            size = block->size;
        bytes -= size;
        if (address == block->address)
            block->address += size;
        block->size -= size;
        if (block->size == 0)
            *block = blocks[--block_count];
        return;
    }
}

static void note_memory(const struct watch_frame *frame)
{
    const uint64_t *arguments = frame->arguments;

    switch (frame->index) {
    case SERVICE(AllocatePages):
        gain(*(const EFI_PHYSICAL_ADDRESS *)(uintptr_t)arguments[3], arguments[2] * EFI_PAGE_SIZE);
        break;
    case SERVICE(FreePages):
        lose(arguments[0], arguments[1] * EFI_PAGE_SIZE);
        break;
    case SERVICE(AllocatePool):
        gain(*(const uint64_t *)(uintptr_t)arguments[2], arguments[1]);
        break;
    case SERVICE(FreePool):
        lose(arguments[0], 0);
        break;
    default:
        break;
    }
}

/* ---- calls ---- */

/* Puts thunks in the place of `count` functions, and keeps where they lead. */
static void replace(void *functions, unsigned count, unsigned first)
{
    void **table = functions;

    for (unsigned i = 0; i < count; i++) {
        if (table[i] == (const void *)watch_thunks[first + i])
            continue;
        watch_targets[first + i] = table[i];
        table[i] = (void *)(uintptr_t)watch_thunks[first + i];
    }
}

/* All files have the same functions, in a structure of each one's own. */
static void replace_file(const struct watch_frame *frame)
{
    EFI_FILE_PROTOCOL *file = *(EFI_FILE_PROTOCOL **)(uintptr_t)frame->arguments[1];

    replace((uint8_t *)file + FILE_FUNCTIONS, WATCH_FILE, FIRST_FILE);
}

/* What it takes to say all of this is said, too: it is no part of the boot. */
static void say_all(void)
{
    uint64_t from = counter();

    for (uint64_t i = 0; i < call_count && i < CALLS; i++) {
        say("watch: call=");
        say(names[calls[i].index]);
        say_letter(' ');
        say_number(calls[i].start);
        say_letter(' ');
        say_number(calls[i].end);
        say_line(" ", calls[i].result);
    }
    say_line("watch: calls=", call_count);
    say_line("watch: memory=", most_bytes);
    say_line("watch: left=", from);
    say_line("watch: said=", counter());
}

void watch_note(const struct watch_frame *frame, uint64_t now, uint64_t result)
{
    if (call_count < CALLS)
        calls[call_count] = (struct call){frame->index, frame->start, now, result};
    call_count++;
    if (result != EFI_SUCCESS)
        return;
    note_memory(frame);
    if (frame->index == OPEN || frame->index == OPEN_VOLUME)
        replace_file(frame);
    if (frame->index == SERVICE(ExitBootServices))
        say_all();
}

void watch_install(const EFI_LOADED_IMAGE_PROTOCOL *image, EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume)
{
    watch_image_base = (uint64_t)(uintptr_t)image->ImageBase;
    watch_image_size = image->ImageSize;
    if (system_table->ConOut)
        replace(system_table->ConOut, WATCH_CONSOLE, FIRST_CONSOLE);
    replace((void *)&volume->OpenVolume, 1, OPEN_VOLUME);
    replace((uint8_t *)system_table->RuntimeServices + sizeof(EFI_TABLE_HEADER), WATCH_RUNTIME, FIRST_RUNTIME);
    replace((uint8_t *)boot + sizeof(EFI_TABLE_HEADER), WATCH_BOOT, 0);
    boot->Hdr.CRC32 = 0;
    need(boot->CalculateCrc32(&boot->Hdr, boot->Hdr.HeaderSize, &boot->Hdr.CRC32), "CalculateCrc32");
}
