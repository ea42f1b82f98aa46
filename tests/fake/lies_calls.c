/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls that make no sense. */
#include "abi/block_io.h"
#include "abi/graphics_output.h"
#include "abi/riscv_boot.h"
#include "abi/rng.h"
#include "abi/simple_file_system.h"
#include "abi/simple_text_input_ex.h"
#include "lies.h"
#include "phys.h"

static int thing; /* that no firmware knows */

/* ---- memory ---- */

static void allocate_type(EFI_SYSTEM_TABLE *system)
{
    EFI_PHYSICAL_ADDRESS address = 0;

    (void)system->BootServices->AllocatePages(AllocateAnyPages, EfiBootServicesData, 1, &address);
}

static void allocate_no_pages(EFI_SYSTEM_TABLE *system)
{
    EFI_PHYSICAL_ADDRESS address = 0;

    (void)system->BootServices->AllocatePages(AllocateAnyPages, EfiLoaderData, 0, &address);
}

static void allocate_inside_a_page(EFI_SYSTEM_TABLE *system)
{
    EFI_PHYSICAL_ADDRESS address = 0x200008;

    (void)system->BootServices->AllocatePages(AllocateAddress, EfiLoaderData, 1, &address);
}

static void free_pages_of_nobody(EFI_SYSTEM_TABLE *system)
{
    (void)system->BootServices->FreePages(0x200000, 1);
}

static void free_half(EFI_SYSTEM_TABLE *system)
{
    EFI_PHYSICAL_ADDRESS address = 0;

    (void)system->BootServices->AllocatePages(AllocateAnyPages, EfiLoaderData, 2, &address);
    (void)system->BootServices->FreePages(address, 1);
}

static void free_twice(EFI_SYSTEM_TABLE *system)
{
    EFI_PHYSICAL_ADDRESS address = 0;

    (void)system->BootServices->AllocatePages(AllocateAnyPages, EfiLoaderData, 1, &address);
    (void)system->BootServices->FreePages(address, 1);
    (void)system->BootServices->FreePages(address, 1);
}

static void allocate_pool_type(EFI_SYSTEM_TABLE *system)
{
    void *memory = NULL;

    (void)system->BootServices->AllocatePool(EfiBootServicesData, 1, &memory);
}

static void allocate_no_pool(EFI_SYSTEM_TABLE *system)
{
    void *memory = NULL;

    (void)system->BootServices->AllocatePool(EfiLoaderData, 0, &memory);
}

static void free_pool_twice(EFI_SYSTEM_TABLE *system)
{
    void *memory = NULL;

    (void)system->BootServices->AllocatePool(EfiLoaderData, 1, &memory);
    (void)system->BootServices->FreePool(memory);
    (void)system->BootServices->FreePool(memory);
}

static void get_map_nowhere(EFI_SYSTEM_TABLE *system)
{
    UINTN size = 100, key, step;
    uint32_t version;

    (void)system->BootServices->GetMemoryMap(&size, NULL, &key, &step, &version);
}

/* ---- events ---- */

static void create_notification(EFI_SYSTEM_TABLE *system)
{
    EFI_EVENT event;

    (void)system->BootServices->CreateEvent(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_APPLICATION, NULL, NULL, &event);
}

static void set_no_timer(EFI_SYSTEM_TABLE *system)
{
    (void)system->BootServices->SetTimer(&thing, TimerRelative, 1);
}

static void wait_for_nothing(EFI_SYSTEM_TABLE *system)
{
    EFI_EVENT event = &thing;
    UINTN which;

    (void)system->BootServices->WaitForEvent(1, &event, &which);
}

static void wait_for_ever(EFI_SYSTEM_TABLE *system)
{
    EFI_EVENT event = NULL;
    UINTN which;

    (void)system->BootServices->CreateEvent(EVT_TIMER, TPL_APPLICATION, NULL, NULL, &event);
    (void)system->BootServices->WaitForEvent(1, &event, &which);
}

static void close_twice(EFI_SYSTEM_TABLE *system)
{
    EFI_EVENT event = NULL;

    (void)system->BootServices->CreateEvent(EVT_TIMER, TPL_APPLICATION, NULL, NULL, &event);
    (void)system->BootServices->CloseEvent(event);
    (void)system->BootServices->CloseEvent(event);
}

/* ---- clocks ---- */

static void wind_watchdog(EFI_SYSTEM_TABLE *system)
{
    (void)system->BootServices->SetWatchdogTimer(60, 0, 0, NULL);
}

static void get_capabilities(EFI_SYSTEM_TABLE *system)
{
    EFI_TIME_CAPABILITIES capabilities;
    EFI_TIME time;

    (void)system->RuntimeServices->GetTime(&time, &capabilities);
}

/* ---- the console ---- */

static void print_nowhere(EFI_SYSTEM_TABLE *system)
{
    (void)system->ConOut->OutputString(NULL, u"");
}

static void query_text_mode(EFI_SYSTEM_TABLE *system)
{
    UINTN columns, rows;

    (void)system->ConOut->QueryMode(system->ConOut, 7, &columns, &rows);
}

static void set_text_mode(EFI_SYSTEM_TABLE *system)
{
    (void)system->ConOut->SetMode(NULL, 0);
}

static void set_colours(EFI_SYSTEM_TABLE *system)
{
    (void)system->ConOut->SetAttribute(system->ConOut, 0x80);
}

static void clear_nothing(EFI_SYSTEM_TABLE *system)
{
    (void)system->ConOut->ClearScreen(NULL);
}

static void move_out(EFI_SYSTEM_TABLE *system)
{
    (void)system->ConOut->SetCursorPosition(system->ConOut, 0, 31);
}

static void show_no_cursor(EFI_SYSTEM_TABLE *system)
{
    (void)system->ConOut->EnableCursor(NULL, true);
}

static void read_no_key(EFI_SYSTEM_TABLE *system)
{
    (void)system->ConIn->ReadKeyStroke(system->ConIn, NULL);
}

static void read_simply(EFI_SYSTEM_TABLE *system)
{
    EFI_INPUT_KEY key;

    (void)system->ConIn->ReadKeyStroke(system->ConIn, &key);
}

static void wait_for_unread_key(EFI_SYSTEM_TABLE *system)
{
    EFI_EVENT events[2] = {NULL, system->ConIn->WaitForKey};
    UINTN which;

    (void)system->BootServices->CreateEvent(EVT_TIMER, TPL_APPLICATION, NULL, NULL, &events[0]);
    (void)system->BootServices->SetTimer(events[0], TimerRelative, 1);
    (void)system->BootServices->WaitForEvent(2, events, &which);
    (void)system->BootServices->CloseEvent(events[0]);
}

static void read_no_key_data(EFI_SYSTEM_TABLE *system)
{
    EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *keys = lie_locate(system, (EFI_GUID)EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID);

    (void)keys->ReadKeyStrokeEx(keys, NULL);
}

/* ---- graphics, random numbers ---- */

void *lie_locate(EFI_SYSTEM_TABLE *system, EFI_GUID guid)
{
    void *interface = NULL;

    (void)system->BootServices->LocateProtocol(&guid, NULL, &interface);
    return interface;
}

static EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics(EFI_SYSTEM_TABLE *system)
{
    return lie_locate(system, (EFI_GUID)EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID);
}

static void query_no_mode(EFI_SYSTEM_TABLE *system)
{
    EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info;
    UINTN size;

    (void)graphics(system)->QueryMode(graphics(system), 5, &size, &info);
}

static void set_no_mode(EFI_SYSTEM_TABLE *system)
{
    (void)graphics(system)->SetMode(graphics(system), 5);
}

static void get_no_random(EFI_SYSTEM_TABLE *system)
{
    EFI_RNG_PROTOCOL *random = lie_locate(system, (EFI_GUID)EFI_RNG_PROTOCOL_GUID);
    uint8_t byte;

    (void)random->GetRNG(random, NULL, 0, &byte);
}

static void get_no_hart(EFI_SYSTEM_TABLE *system)
{
    RISCV_EFI_BOOT_PROTOCOL *hart = lie_locate(system, (EFI_GUID)RISCV_EFI_BOOT_PROTOCOL_GUID);

    (void)hart->GetBootHartId(hart, NULL);
}

/* ---- protocols, variables, the reset ---- */

static void handle_nothing(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_RNG_PROTOCOL_GUID;
    void *interface;

    (void)system->BootServices->HandleProtocol(&thing, &guid, &interface);
}

/* As a loader does that keeps a file in memory of its own. */
static void read_elsewhere(EFI_SYSTEM_TABLE *system)
{
    static uint8_t room[16], own[16];
    EFI_FILE_PROTOCOL *root = lie_open_root(system, fake_boot_device()), *file = NULL;
    UINTN size = sizeof(own);

    fake_volume_reads_into((struct bytes){room, sizeof(room)});
    (void)root->Open(root, &file, u"os.elf", EFI_FILE_MODE_READ, 0);
    (void)file->Read(file, &size, own);
    (void)file->Close(file);
    (void)root->Close(root);
}

static void locate_all_handles(EFI_SYSTEM_TABLE *system)
{
    EFI_HANDLE *handles;
    UINTN count;

    (void)system->BootServices->LocateHandleBuffer(AllHandles, NULL, NULL, &count, &handles);
}

static void locate_nothing(EFI_SYSTEM_TABLE *system)
{
    void *interface;

    (void)system->BootServices->LocateProtocol(NULL, NULL, &interface);
}

static void get_no_variable(EFI_SYSTEM_TABLE *system)
{
    UINTN size = 0;

    (void)system->RuntimeServices->GetVariable(NULL, NULL, NULL, &size, NULL);
}

static const EFI_GUID loaders = LOADER_VARIABLE;

static void set_for_boot_alone(EFI_SYSTEM_TABLE *system)
{
    (void)system->RuntimeServices->SetVariable(u"LoaderInfo", &loaders, EFI_VARIABLE_BOOTSERVICE_ACCESS, 2, u"");
}

static void set_of_firmware(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID global = EFI_GLOBAL_VARIABLE;

    (void)system->RuntimeServices->SetVariable(
        u"ConOut", &global, EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS,
        2, u"");
}

static void set_no_name(EFI_SYSTEM_TABLE *system)
{
    (void)system->RuntimeServices->SetVariable(u"", &loaders, 0, 0, NULL);
}

static void set_twice(EFI_SYSTEM_TABLE *system)
{
    const uint32_t attributes =
        EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS;

    for (unsigned i = 0; i < 2; i++)
        (void)system->RuntimeServices->SetVariable(u"LoaderEntryLastBooted", &loaders, attributes, 4, u"a");
}

static void reset_warmly(EFI_SYSTEM_TABLE *system)
{
    system->RuntimeServices->ResetSystem(EfiResetWarm, EFI_SUCCESS, 0, NULL);
}

/* ---- disks ---- */

static EFI_BLOCK_IO_PROTOCOL *blocks_of(EFI_SYSTEM_TABLE *system, EFI_HANDLE disk)
{
    static const EFI_GUID guid = EFI_BLOCK_IO_PROTOCOL_GUID;
    EFI_BLOCK_IO_PROTOCOL *blocks = NULL;

    (void)system->BootServices->HandleProtocol(disk, &guid, (void **)&blocks);
    return blocks;
}

static void read_block(EFI_SYSTEM_TABLE *system, EFI_HANDLE disk, uint32_t other_media, UINTN size, size_t shift)
{
    static _Alignas(4096) uint8_t room[8192];
    EFI_BLOCK_IO_PROTOCOL *blocks = blocks_of(system, disk);

    (void)blocks->ReadBlocks(blocks, blocks->Media->MediaId + other_media, 1, size, room + shift);
}

static void read_half_a_block(EFI_SYSTEM_TABLE *system)
{
    read_block(system, fake_boot_disk(), 0, 256, 0);
}

static void read_another_medium(EFI_SYSTEM_TABLE *system)
{
    read_block(system, fake_boot_disk(), 1, 512, 0);
}

static void read_unaligned(EFI_SYSTEM_TABLE *system)
{
    read_block(system, fake_boot_disk(), 0, 512, 512);
}

/* What a firmware gives that lists its stack as free. */
static void *page_in_use(EFI_SYSTEM_TABLE *system)
{
    EFI_PHYSICAL_ADDRESS page = 0;

    (void)system->BootServices->AllocatePages(AllocateAnyPages, EfiLoaderData, 1, &page);
    return phys_to_ptr(page);
}

static void read_block_into_stack(EFI_SYSTEM_TABLE *system)
{
    EFI_BLOCK_IO_PROTOCOL *blocks = blocks_of(system, fake_boot_disk());

    (void)blocks->ReadBlocks(blocks, blocks->Media->MediaId, 1, 512, page_in_use(system));
}

static void read_other_disk(EFI_SYSTEM_TABLE *system)
{
    read_block(system, fake_other_disk(), 0, 512, 0);
}

static void read_what_is_told(EFI_SYSTEM_TABLE *system)
{
    read_block(system, fake_boot_disk(), 0, 512, 0);
}

static void connect_other_disk(EFI_SYSTEM_TABLE *system)
{
    (void)system->BootServices->ConnectController(fake_other_disk(), NULL, NULL, true);
}

static void connect_without_need(EFI_SYSTEM_TABLE *system)
{
    (void)system->BootServices->ConnectController(fake_boot_disk(), NULL, NULL, true);
}

static void write_block(EFI_SYSTEM_TABLE *system)
{
    EFI_BLOCK_IO_PROTOCOL *blocks = blocks_of(system, fake_boot_disk());

    (void)blocks->WriteBlocks(blocks, blocks->Media->MediaId, 1, 512, "");
}

/* ---- files ---- */

EFI_FILE_PROTOCOL *lie_open_root(EFI_SYSTEM_TABLE *system, EFI_HANDLE device)
{
    static const EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume = NULL;
    EFI_FILE_PROTOCOL *root = NULL;

    (void)system->BootServices->HandleProtocol(device, &guid, (void **)&volume);
    (void)volume->OpenVolume(volume, &root);
    return root;
}

static EFI_FILE_PROTOCOL *root(EFI_SYSTEM_TABLE *system)
{
    return lie_open_root(system, fake_boot_device());
}

static void open_other_volume(EFI_SYSTEM_TABLE *system)
{
    (void)lie_open_root(system, fake_other_device());
}

static void open_to_write(EFI_SYSTEM_TABLE *system)
{
    EFI_FILE_PROTOCOL *folder = root(system), *file;

    (void)folder->Open(folder, &file, u"loader", EFI_FILE_MODE_WRITE, 0);
}

static void open_with_slashes(EFI_SYSTEM_TABLE *system)
{
    EFI_FILE_PROTOCOL *folder = root(system), *file;

    (void)folder->Open(folder, &file, u"loader/entries", EFI_FILE_MODE_READ, 0);
}

static void read_into_stack(EFI_SYSTEM_TABLE *system)
{
    EFI_FILE_PROTOCOL *folder = root(system);
    UINTN size = FAKE_PAGE;

    (void)folder->Read(folder, &size, page_in_use(system));
}

static void read_nowhere(EFI_SYSTEM_TABLE *system)
{
    EFI_FILE_PROTOCOL *folder = root(system);
    UINTN size = 1;

    (void)folder->Read(folder, &size, NULL);
}

static void get_no_info(EFI_SYSTEM_TABLE *system)
{
    EFI_FILE_PROTOCOL *folder = root(system);
    UINTN size = 0;

    (void)folder->GetInfo(folder, NULL, &size, NULL);
}

/* The services of one file, on something else. */
static void seek_in_nothing(EFI_SYSTEM_TABLE *system)
{
    EFI_FILE_PROTOCOL *folder = root(system), other = *folder;

    (void)folder->SetPosition(&other, 0);
}

static void close_nothing(EFI_SYSTEM_TABLE *system)
{
    EFI_FILE_PROTOCOL *folder = root(system), other = *folder;

    (void)folder->Close(&other);
}

/* ---- writing ---- */

static EFI_FILE_PROTOCOL *open_entry(EFI_SYSTEM_TABLE *system, uint64_t mode)
{
    EFI_FILE_PROTOCOL *folder = root(system), *file = NULL;

    (void)folder->Open(folder, &file, u"loader\\entries\\a.conf", mode, 0);
    return file;
}

static EFI_FILE_PROTOCOL *open_writable(EFI_SYSTEM_TABLE *system)
{
    return open_entry(system, EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE);
}

static void write_read_only(EFI_SYSTEM_TABLE *system)
{
    EFI_FILE_PROTOCOL *file = open_entry(system, EFI_FILE_MODE_READ);
    UINTN size = 1;

    (void)file->Write(file, &size, "?");
}

static void flush_folder(EFI_SYSTEM_TABLE *system)
{
    EFI_FILE_PROTOCOL *folder = root(system);

    (void)folder->Flush(folder);
}

static void delete_folder(EFI_SYSTEM_TABLE *system)
{
    EFI_FILE_PROTOCOL *folder = root(system);

    (void)folder->Delete(folder);
}

static void write_unflushed(EFI_SYSTEM_TABLE *system)
{
    EFI_FILE_PROTOCOL *file = open_writable(system);
    UINTN size = 1;

    (void)file->Write(file, &size, "?");
    (void)file->Close(file);
}

static void set_name(EFI_SYSTEM_TABLE *system, const CHAR16 *name, uint64_t added)
{
    static const EFI_GUID guid = EFI_FILE_INFO_ID;
    EFI_FILE_PROTOCOL *file = open_writable(system);
    union {
        EFI_FILE_INFO info;
        uint8_t bytes[200];
    } room;
    UINTN size = sizeof(room);

    (void)file->GetInfo(file, &guid, &size, &room);
    room.info.FileSize += added;
    room.info.Size = sizeof(room.info);
    for (size_t i = 0; i == 0 || name[i - 1] != 0; i++, room.info.Size += sizeof(CHAR16))
        room.info.FileName[i] = name[i];
    (void)file->SetInfo(file, &guid, (UINTN)room.info.Size, &room);
}

static void rename_with_folder(EFI_SYSTEM_TABLE *system)
{
    set_name(system, u"\\loader\\b.conf", 0);
}

static void rename_and_cut(EFI_SYSTEM_TABLE *system)
{
    set_name(system, u"b.conf", 1);
}

/* ---- services that no loader needs: one of each table ---- */

static void sum_up(EFI_SYSTEM_TABLE *system)
{
    uint32_t sum;

    (void)system->BootServices->CalculateCrc32(&thing, sizeof(thing), &sum);
}

static void set_time(EFI_SYSTEM_TABLE *system)
{
    EFI_TIME time = {0};

    (void)system->RuntimeServices->SetTime(&time);
}

static void test_string(EFI_SYSTEM_TABLE *system)
{
    (void)system->ConOut->TestString(system->ConOut, u"");
}

static void reset_input(EFI_SYSTEM_TABLE *system)
{
    (void)system->ConIn->Reset(system->ConIn, 0);
}

static void ask_for_position(EFI_SYSTEM_TABLE *system)
{
    EFI_FILE_PROTOCOL *folder = root(system);
    uint64_t position;

    (void)folder->GetPosition(folder, &position); /* a folder has none */
}

static void blit(EFI_SYSTEM_TABLE *system)
{
    (void)graphics(system)->Blt(graphics(system), NULL, EfiBltVideoFill, 0, 0, 0, 0, 1, 1, 0);
}

static void ask_for_algorithms(EFI_SYSTEM_TABLE *system)
{
    EFI_RNG_PROTOCOL *random = lie_locate(system, (EFI_GUID)EFI_RNG_PROTOCOL_GUID);
    UINTN size = 0;

    (void)random->GetInfo(random, &size, NULL);
}

#define NOT_THERE(service) service " was called, which the fake firmware does not have"

static const struct lie lies[] = {
    {WORDS("pages of the firmware's type", "pages of type 0x4 were asked for"), ALONE(allocate_type)},
    {WORDS("no pages", "AllocatePages: "), ALONE(allocate_no_pages)},
    {WORDS("pages inside a page", "AllocatePages: "), ALONE(allocate_inside_a_page)},
    {WORDS("nobody's pages", "FreePages: nobody has"), ALONE(free_pages_of_nobody)},
    {WORDS("half of the pages", "FreePages: nobody has"), ALONE(free_half)},
    {WORDS("pages freed twice", "FreePages: nobody has"), ALONE(free_twice)},
    {WORDS("pool of the firmware's type", "pool memory of type 0x4 was asked for"), ALONE(allocate_pool_type)},
    {WORDS("no pool", "bytes make no sense"), ALONE(allocate_no_pool)},
    {WORDS("pool freed twice", "FreePool: nobody has pool memory at"), ALONE(free_pool_twice)},
    {WORDS("map to nowhere", "GetMemoryMap: arguments are missing"), ALONE(get_map_nowhere)},
    {WORDS("notification", "is not a plain timer"), ALONE(create_notification)},
    {WORDS("no timer", "SetTimer: no such event"), ALONE(set_no_timer)},
    {WORDS("wait for nothing", "WaitForEvent: there is no such event"), ALONE(wait_for_nothing)},
    {WORDS("wait for ever", "WaitForEvent waits for ever"), ALONE(wait_for_ever)},
    {WORDS("event closed twice", "CloseEvent: there is no such event"), ALONE(close_twice)},
    {WORDS("watchdog", "SetWatchdogTimer: 60 seconds"), ALONE(wind_watchdog)},
    {WORDS("clock", "GetTime: odd arguments"), ALONE(get_capabilities)},
    {WORDS("print", "OutputString: odd arguments"), ALONE(print_nowhere)},
    {WORDS("text mode", "ConOut->QueryMode: odd arguments"), ALONE(query_text_mode)},
    {WORDS("no console's mode", "ConOut->SetMode: odd arguments"), ALONE(set_text_mode)},
    {WORDS("colours", "SetAttribute: odd arguments"), ALONE(set_colours)},
    {WORDS("clear", "ClearScreen: odd arguments"), ALONE(clear_nothing)},
    {WORDS("cursor outside", "SetCursorPosition: row 31, column 0"), ALONE(move_out)},
    {WORDS("no console's cursor", "EnableCursor: odd arguments"), ALONE(show_no_cursor)},
    {WORDS("key", "ReadKeyStroke: odd arguments"), ALONE(read_no_key)},
    {WORDS("key that is elsewhere, too", "ReadKeyStroke: it may hang"), ALONE(read_simply)},
    {WORDS("wait before any key was read", "WaitForEvent: a keyboard may be connected"), ALONE(wait_for_unread_key)},
    {WORDS("key with modifiers", "ReadKeyStrokeEx: odd arguments"), ALONE(read_no_key_data)},
    {WORDS("no mode", "GraphicsOutput->QueryMode: odd arguments"), ALONE(query_no_mode)},
    {WORDS("set no mode", "GraphicsOutput->SetMode: odd arguments"), ALONE(set_no_mode)},
    {WORDS("no random bytes", "GetRNG: odd arguments"), ALONE(get_no_random)},
    {WORDS("no hart", "GetBootHartId: odd arguments"), ALONE(get_no_hart), ON("boot hart")},
    {WORDS("no handle", "HandleProtocol: odd arguments"), ALONE(handle_nothing)},
    {WORDS("a file that is kept", "not straight into the room that it is for"), ALONE(read_elsewhere)},
    {WORDS("all handles", "LocateHandleBuffer: odd arguments"), ALONE(locate_all_handles)},
    {WORDS("no protocol", "LocateProtocol: odd arguments"), ALONE(locate_nothing)},
    {WORDS("no variable", "GetVariable: odd arguments"), ALONE(get_no_variable)},
    {WORDS("a variable for the loader alone", "SetVariable: odd arguments"), ALONE(set_for_boot_alone)},
    {WORDS("a variable of the firmware's", "SetVariable: odd arguments"), ALONE(set_of_firmware)},
    {WORDS("a variable without a name", "SetVariable: odd arguments"), ALONE(set_no_name)},
    {WORDS("a variable that wears out", "what is kept already is written anew"), ALONE(set_twice)},
    {WORDS("warm reset", "ResetSystem: odd arguments"), ALONE(reset_warmly)},
    {WORDS("another volume", "another volume was opened than"), ALONE(open_other_volume)},
    {WORDS("half a block", "ReadBlocks: odd arguments"), ALONE(read_half_a_block)},
    {WORDS("a block of another medium", "ReadBlocks: odd arguments"), ALONE(read_another_medium)},
    {WORDS("a block into the stack", "ReadBlocks: into memory that is in use"), ALONE(read_block_into_stack),
     WITH(FREE_STACK)},
    {WORDS("a block to anywhere", "ReadBlocks: odd arguments"), ALONE(read_unaligned)},
    {WORDS("another disk", "another disk was read than"), ALONE(read_other_disk)},
    {WORDS("a table that is told of", "ReadBlocks: the firmware has told"), ALONE(read_what_is_told)},
    {WORDS("another disk connected", "ConnectController: more, or less, than the boot disk"),
     ALONE(connect_other_disk)},
    {WORDS("a disk connected in vain", "ConnectController: nothing was missing"), ALONE(connect_without_need)},
    {WORDS("file to write to", "File->Open: odd arguments"), ALONE(open_to_write)},
    {WORDS("path with slashes", "File->Open: a path with slashes"), ALONE(open_with_slashes)},
    {WORDS("read to nowhere", "File->Read: odd arguments"), ALONE(read_nowhere)},
    {WORDS("read into the stack", "File->Read: into memory that is in use"), ALONE(read_into_stack), WITH(FREE_STACK)},
    {WORDS("no information", "File->GetInfo: odd arguments"), ALONE(get_no_info)},
    {WORDS("position in no file", "is no open file"), ALONE(seek_in_nothing)},
    {WORDS("no file closed", "File->Close: "), ALONE(close_nothing)},
    {WORDS("write to what is read", "File->Write: odd arguments"), ALONE(write_read_only)},
    {WORDS("folder flushed", "File->Flush: odd arguments"), ALONE(flush_folder)},
    {WORDS("folder deleted", "File->Delete: odd arguments"), ALONE(delete_folder)},
    {WORDS("write without a flush", "what was written to a volume was not flushed"), ALONE(write_unflushed)},
    {WORDS("name with a folder", "File->SetInfo: this is no new name for the file"), ALONE(rename_with_folder)},
    {WORDS("name with another size", "File->SetInfo: this is no new name for the file"), ALONE(rename_and_cut)},
    {WORDS("boot service", NOT_THERE("CalculateCrc32")), ALONE(sum_up)},
    {WORDS("runtime service", NOT_THERE("SetTime")), ALONE(set_time)},
    {WORDS("test of a text", NOT_THERE("TestString")), ALONE(test_string)},
    {WORDS("input", NOT_THERE("Reset")), ALONE(reset_input)},
    {WORDS("position in a folder", "File->GetPosition: odd arguments"), ALONE(ask_for_position)},
    {WORDS("a block written", NOT_THERE("WriteBlocks")), ALONE(write_block)},
    {WORDS("blit", NOT_THERE("Blt")), ALONE(blit)},
    {WORDS("algorithms", NOT_THERE("GetInfo")), ALONE(ask_for_algorithms)},
};
const struct lie_list lies_calls = {lies, COUNT(lies)};
