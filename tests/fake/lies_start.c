/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies about images that the firmware starts. */
#include <string.h>

#include "abi/configuration_table.h"
#include "abi/device_path.h"
#include "abi/dt_fixup.h"
#include "abi/load_file.h"
#include "abi/loaded_image.h"
#include "lies.h"
#include "phys.h"

#define LINUX   "linux"
#define TREE    "device tree of an entry"
#define FIXED   "device tree, fixed up"
#define RETURNS "program that returns"

static void start_another(struct told *told, uint64_t number)
{
    (void)number;
    told->scenario->start.path = "/another.efi";
}

static void start_from_second(struct told *told, uint64_t number)
{
    (void)number;
    told->scenario->start.on_second = true;
}

static void ask_for_none(struct told *told, uint64_t number)
{
    (void)number;
    told->scenario->start.path = NULL;
}

static void expect_options(struct told *told, uint64_t number)
{
    (void)number;
    told->scenario->start.options = "quiet";
}

static void expect_no_options(struct told *told, uint64_t number)
{
    (void)number;
    told->scenario->start.options = NULL;
}

static void leave_table(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_DTB_TABLE_GUID;
    EFI_PHYSICAL_ADDRESS address;

    (void)system->BootServices->AllocatePages(AllocateAnyPages, EfiACPIReclaimMemory, 1, &address);
    (void)system->BootServices->InstallConfigurationTable(&guid, (void *)(uintptr_t)address);
}

/* Where it would be overwritten by the kernel. */
static void misplace_table(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_DTB_TABLE_GUID;
    EFI_PHYSICAL_ADDRESS address;

    (void)system->BootServices->AllocatePages(AllocateAnyPages, EfiLoaderData, 1, &address);
    (void)system->BootServices->InstallConfigurationTable(&guid, (void *)(uintptr_t)address);
}

static void install_nameless(EFI_SYSTEM_TABLE *system)
{
    (void)system->BootServices->InstallConfigurationTable(NULL, NULL);
}

/* Nobody may have it. */
static void install_unknown(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_LOAD_FILE2_PROTOCOL_GUID;
    static uint8_t table[64];

    (void)system->BootServices->InstallConfigurationTable(&guid, table);
}

static void remove_table(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_DTB_TABLE_GUID;

    (void)system->BootServices->InstallConfigurationTable(&guid, NULL);
}

static EFI_DT_FIXUP_PROTOCOL *find_fixup(EFI_SYSTEM_TABLE *system)
{
    return lie_locate(system, (EFI_GUID)EFI_DT_FIXUP_PROTOCOL_GUID);
}

static void fix_nothing_up(EFI_SYSTEM_TABLE *system)
{
    EFI_DT_FIXUP_PROTOCOL *fixup = find_fixup(system);
    UINTN size = 0;

    (void)fixup->Fixup(fixup, NULL, &size, EFI_DT_APPLY_FIXUPS | EFI_DT_RESERVE_MEMORY);
}

/* Sound, and where it would be overwritten by the kernel. */
static void fix_up_elsewhere(EFI_SYSTEM_TABLE *system)
{
    struct bytes tree = fake_volume_find(false, "/board.dtb")->bytes;
    EFI_DT_FIXUP_PROTOCOL *fixup = find_fixup(system);
    EFI_PHYSICAL_ADDRESS address = 0;
    UINTN size = 4096;

    (void)system->BootServices->AllocatePages(AllocateAnyPages, EfiLoaderData, 1, &address);
    memcpy(phys_to_ptr(address), tree.data, tree.size);
    (void)fixup->Fixup(fixup, phys_to_ptr(address), &size, EFI_DT_APPLY_FIXUPS | EFI_DT_RESERVE_MEMORY);
}

/* A table is the loader's to install. */
static void fix_up_and_install(EFI_SYSTEM_TABLE *system)
{
    struct bytes tree = fake_volume_find(false, "/board.dtb")->bytes;
    EFI_DT_FIXUP_PROTOCOL *fixup = find_fixup(system);
    EFI_PHYSICAL_ADDRESS address = 0;
    UINTN size = 4096;

    (void)system->BootServices->AllocatePages(AllocateAnyPages, EfiACPIReclaimMemory, 1, &address);
    memcpy(phys_to_ptr(address), tree.data, tree.size);
    (void)fixup->Fixup(fixup, phys_to_ptr(address), &size, EFI_DT_APPLY_FIXUPS | EFI_DT_RESERVE_MEMORY | 4);
}

static void shorten_tree(struct told *told, uint64_t number)
{
    told->scenario->start.device_tree.size -= number;
}

static void change_tree(struct told *told, uint64_t number)
{
    static const uint8_t other[4096];

    (void)number;
    told->scenario->start.device_tree.data = other;
}

static void shorten_initrd(struct told *told, uint64_t number)
{
    told->scenario->start.initrd.size -= number;
}

static void shift_initrd(struct told *told, uint64_t number)
{
    told->scenario->start.initrd.data += number;
    told->scenario->start.initrd.size -= number;
    *(size_t *)(uintptr_t)&fake_started()->initrd.size -= number;
}

/* What was told is something else, or nothing, or kept. */
static void tell_otherwise(struct told *told, uint64_t number)
{
    static const struct {
        const CHAR16 *name;
        const void *value;
        UINTN size;
        bool is_kept;
    } rows[] = {
        {u"LoaderInfo", u"Baton", 12, false},
        {u"LoaderFeatures", "\x20\0\0\0\0\0\0", 8, false},
        {u"LoaderFeatures", "\x7f\x27", 2, false},
        {u"LoaderEntrySelected", u"b.conf", 14, false},
        {u"LoaderEntries", u"b.conf", 14, false},
        {u"LoaderEntries", u"a.conf", 12, false},
        {u"LoaderEntries", u"a.conf\0b\0c\0d\0e\0f\0g\0h\0i\0j\0k\0l\0m\0n\0o", 70, false},
        {u"LoaderDevicePartUUID", u"44332211", 18, false},
        {u"LoaderImageIdentifier", NULL, 0, false},
        {u"LoaderFirmwareInfo", u"Fake 1.2", 18, false},
        {u"LoaderFirmwareType", u"UEFI 2.10", 20, false},
        {u"LoaderTimeInitUSec", u"soon", 10, false},
        {u"LoaderTimeInitUSec", u"99999999999", 24, false},
        {u"LoaderTimeExecUSec", u"5 s", 8, false},
        {u"LoaderFirmwareType", u"UEFI 2.100", 22, true},
        {u"LoaderBootCountPath", u"\\loader\\entries\\a+3.conf", 50, false},
        {u"LoaderEntries", u"a.conf\0auto-windows\0auto-efi-shell\0auto-poweroff", 98, false},
        {u"LoaderEntries", u"a.conf\0auto-windows", 40, false},
    };
    const EFI_RUNTIME_SERVICES *runtime = fake_system_table()->RuntimeServices;
    const EFI_GUID loaders = LOADER_VARIABLE;
    const uint32_t attributes = EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS;

    (void)told;
    (void)runtime->SetVariable(rows[number].name, &loaders, 0, 0, NULL);
    (void)runtime->SetVariable(rows[number].name, &loaders,
                               attributes | (rows[number].is_kept ? EFI_VARIABLE_NON_VOLATILE : 0), rows[number].size,
                               rows[number].value);
}

/* The boot device's path is no image's. */
static EFI_STATUS load(EFI_SYSTEM_TABLE *system, EFI_HANDLE parent, const CHAR16 *name, EFI_HANDLE *ret_image)
{
    static const EFI_GUID guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    uint8_t path[256];
    uint8_t *at = path;
    const uint8_t *node = fake_protocols_find(fake_boot_device(), &guid);
    size_t size = 4;

    while (node[0] != END_DEVICE_PATH_TYPE) {
        for (size_t i = 0; i < node[2]; i++)
            *at++ = node[i];
        node += node[2];
    }
    while (name[(size - 4) / 2] != 0)
        size += 2;
    size += 2;
    at[0] = MEDIA_DEVICE_PATH;
    at[1] = MEDIA_FILEPATH_DP;
    at[2] = (uint8_t)size;
    at[3] = 0;
    for (size_t i = 4; i < size; i += 2) {
        at[i] = (uint8_t)name[(i - 4) / 2];
        at[i + 1] = 0;
    }
    at += size;
    at[0] = END_DEVICE_PATH_TYPE;
    at[1] = END_ENTIRE_DEVICE_PATH_SUBTYPE;
    at[2] = 4;
    at[3] = 0;
    return system->BootServices->LoadImage(0, parent, (EFI_DEVICE_PATH_PROTOCOL *)path, NULL, 0, ret_image);
}

static void leave_image(EFI_SYSTEM_TABLE *system)
{
    EFI_HANDLE image = NULL;

    (void)load(system, fake_image(), u"\\vmlinuz", &image);
}

static void load_without_parent(EFI_SYSTEM_TABLE *system)
{
    EFI_HANDLE image = NULL;

    (void)load(system, NULL, u"\\tool.efi", &image);
}

static void load_with_slashes(EFI_SYSTEM_TABLE *system)
{
    EFI_HANDLE image = NULL;

    (void)load(system, fake_image(), u"/tool.efi", &image);
}

static void start_nothing(EFI_SYSTEM_TABLE *system)
{
    UINTN size = 0;
    CHAR16 *words = NULL;

    (void)system->BootServices->StartImage(fake_boot_device(), &size, &words);
}

static void leave_interface(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_LOAD_FILE2_PROTOCOL_GUID;
    static EFI_LOAD_FILE2_PROTOCOL interface;
    EFI_HANDLE handle = NULL;

    (void)system->BootServices->InstallProtocolInterface(&handle, &guid, EFI_NATIVE_INTERFACE, &interface);
}

static void take_back_twice(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_LOAD_FILE2_PROTOCOL_GUID;
    static EFI_LOAD_FILE2_PROTOCOL interface;
    EFI_HANDLE handle = NULL;

    (void)system->BootServices->InstallProtocolInterface(&handle, &guid, EFI_NATIVE_INTERFACE, &interface);
    (void)system->BootServices->UninstallProtocolInterface(handle, &guid, &interface);
    (void)system->BootServices->UninstallProtocolInterface(handle, &guid, &interface);
}

static EFI_STATUS EFIAPI give_nothing(EFI_LOAD_FILE2_PROTOCOL *this, EFI_DEVICE_PATH_PROTOCOL *path,
                                      BOOLEAN boot_policy, UINTN *size, void *buffer)
{
    (void)this, (void)path, (void)boot_policy, (void)size, (void)buffer;
    return EFI_SUCCESS;
}

/* The second call fails. */
static void take_back_in_vain(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_LOAD_FILE2_PROTOCOL_GUID;
    static EFI_LOAD_FILE2_PROTOCOL interface = {give_nothing};
    EFI_HANDLE handle = NULL;

    (void)system->BootServices->InstallProtocolInterface(&handle, &guid, EFI_NATIVE_INTERFACE, &interface);
    (void)system->BootServices->UninstallProtocolInterface(handle, &guid, &interface);
}

static void install_nothing(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_LOAD_FILE2_PROTOCOL_GUID;
    EFI_HANDLE handle = NULL;

    (void)system->BootServices->InstallProtocolInterface(&handle, &guid, EFI_NATIVE_INTERFACE, NULL);
}

static void locate_nothing(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_LOAD_FILE2_PROTOCOL_GUID;
    EFI_DEVICE_PATH_PROTOCOL *path = NULL;
    EFI_HANDLE handle = NULL;

    (void)system->BootServices->LocateDevicePath(&guid, &path, &handle);
}

static void start(EFI_SYSTEM_TABLE *system, EFI_HANDLE image)
{
    UINTN size = 0;
    CHAR16 *words = NULL;

    (void)system->BootServices->StartImage(image, &size, &words);
}

static void give_half_a_unit(EFI_SYSTEM_TABLE *system)
{
    static const EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    static CHAR16 options[] = u"x";
    EFI_LOADED_IMAGE_PROTOCOL *loaded;
    EFI_HANDLE image = NULL;

    (void)load(system, fake_image(), u"\\tool.efi", &image);
    (void)system->BootServices->HandleProtocol(image, &guid, (void **)&loaded);
    loaded->LoadOptions = options;
    loaded->LoadOptionsSize = 3;
    start(system, image);
}

/* An initrd that is badly offered: how is the caller's. */
static void offer(EFI_SYSTEM_TABLE *system, EFI_LOAD_FILE2_PROTOCOL *protocol)
{
    static const struct {
        EFI_DEVICE_PATH_PROTOCOL header;
        EFI_GUID guid;
        EFI_DEVICE_PATH_PROTOCOL end;
    } path = {{MEDIA_DEVICE_PATH, MEDIA_VENDOR_DP, {20, 0}},
              LINUX_EFI_INITRD_MEDIA_GUID,
              {END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, {4, 0}}};
    static const EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID, file_guid = EFI_LOAD_FILE2_PROTOCOL_GUID;
    EFI_HANDLE handle = NULL, image = NULL;

    (void)system->BootServices->InstallProtocolInterface(&handle, &path_guid, EFI_NATIVE_INTERFACE,
                                                         (void *)(uintptr_t)&path);
    (void)system->BootServices->InstallProtocolInterface(&handle, &file_guid, EFI_NATIVE_INTERFACE, protocol);
    (void)load(system, fake_image(), u"\\tool.efi", &image);
    start(system, image);
}

static EFI_STATUS EFIAPI load_anything(EFI_LOAD_FILE2_PROTOCOL *this, EFI_DEVICE_PATH_PROTOCOL *path,
                                       BOOLEAN boot_policy, UINTN *size, void *buffer)
{
    (void)this, (void)path, (void)boot_policy, (void)size, (void)buffer;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI load_too_much(EFI_LOAD_FILE2_PROTOCOL *this, EFI_DEVICE_PATH_PROTOCOL *path,
                                       BOOLEAN boot_policy, UINTN *size, void *buffer)
{
    (void)this;
    if (!path)
        return EFI_INVALID_PARAMETER;
    if (boot_policy)
        return EFI_UNSUPPORTED;
    *size = 100;
    return buffer ? EFI_SUCCESS : EFI_BUFFER_TOO_SMALL;
}

static void offer_anything(EFI_SYSTEM_TABLE *system)
{
    static EFI_LOAD_FILE2_PROTOCOL protocol = {load_anything};

    offer(system, &protocol);
}

static void offer_too_much(EFI_SYSTEM_TABLE *system)
{
    static EFI_LOAD_FILE2_PROTOCOL protocol = {load_too_much};

    offer(system, &protocol);
}

static const struct lie lies[] = {
    {FOR("another image", START_PATH), TELL(start_another, 0), ON(LINUX)},
    {FOR("an image of another volume", START_PATH), TELL(start_from_second, 0), ON(LINUX)},
    {FOR("an image that nobody asked for", START_PATH), TELL(ask_for_none, 0), ON(LINUX)},
    {FOR("other options", START_OPTIONS), TELL(expect_options, 0), ON(LINUX)},
    {FOR("options where none are", START_OPTIONS), TELL(expect_no_options, 0), ON(LINUX)},
    {FOR("a shorter device tree", START_TREE), TELL(shorten_tree, 1), ON(TREE)},
    {FOR("another device tree", START_TREE), TELL(change_tree, 0), ON(TREE)},
    {WORDS("a table left", "did to the configuration tables was not taken back"), MISUSE(leave_table),
     ON("program, denied")},
    {WORDS("a table in the wrong place", "a table that is in no memory for it"), MISUSE(misplace_table)},
    {WORDS("a table without a name", "InstallConfigurationTable: odd arguments"), MISUSE(install_nameless)},
    {WORDS("a table that nobody knows", "InstallConfigurationTable: odd arguments"), MISUSE(install_unknown)},
    {WORDS("the firmware's table taken off", "a table that is in no memory for it"), ALONE(remove_table),
     ON("device tree in place of the firmware's")},
    {WORDS("the firmware's table lost", "did to the configuration tables was not taken back"), ALONE(remove_table),
     ON("device tree in place of the firmware's")},
    {WORDS("fixups of no tree", "Fixup: odd arguments"), ALONE(fix_nothing_up), ON(FIXED)},
    {WORDS("fixups in the wrong place", "Fixup: odd arguments"), ALONE(fix_up_elsewhere), ON(FIXED)},
    {WORDS("fixups that are installed", "Fixup: odd arguments"), ALONE(fix_up_and_install), ON(FIXED)},
    {FOR("a shorter initrd", START_INITRD), TELL(shorten_initrd, 1), ON(LINUX)},
    {FOR("another initrd", START_INITRD), TELL(shift_initrd, 4), ON(LINUX)},
    {FOR("another loader", TOLD), TELL(tell_otherwise, 0), ON(LINUX)},
    {FOR("other features", TOLD), TELL(tell_otherwise, 1), ON(LINUX)},
    {FOR("features in two bytes", TOLD), TELL(tell_otherwise, 2), ON(LINUX)},
    {FOR("another entry", TOLD), TELL(tell_otherwise, 3), ON(LINUX)},
    {FOR("a list without the entry", TOLD), TELL(tell_otherwise, 4), ON(LINUX)},
    {FOR("a list without an end", TOLD), TELL(tell_otherwise, 5), ON(LINUX)},
    {FOR("a list that is too long", TOLD), TELL(tell_otherwise, 6), ON(LINUX)},
    {FOR("another partition", TOLD), TELL(tell_otherwise, 7), ON(LINUX)},
    {FOR("no image", TOLD), TELL(tell_otherwise, 8), ON(LINUX)},
    {FOR("other firmware", TOLD), TELL(tell_otherwise, 9), ON(LINUX)},
    {FOR("another kind of firmware", TOLD), TELL(tell_otherwise, 10), ON(LINUX)},
    {FOR("no time of the start", TOLD), TELL(tell_otherwise, 11), ON(LINUX)},
    {FOR("a late start", TOLD), TELL(tell_otherwise, 12), ON(LINUX)},
    {FOR("no time of the end", TOLD), TELL(tell_otherwise, 13), ON(LINUX)},
    {FOR("what is told is kept", TOLD), TELL(tell_otherwise, 14), ON(LINUX)},
    {FOR("a try that was not counted", TOLD), TELL(tell_otherwise, 15), ON(LINUX)},
    {FOR("the file's name before its try was counted", TOLD), TELL(tell_otherwise, 15), ON("counted, program")},
    {FOR("no automatic entry for the setup", TOLD), TELL(tell_otherwise, 16), ON("linux, automatic entries")},
    {FOR("an automatic entry that is not there", TOLD), TELL(tell_otherwise, 17), ON(LINUX)},
    {FOR("the entry of a program that came back", TOLD), TELL(tell_otherwise, 3),
     ON("program that fails, then a kernel")},
    {FOR("a kernel is told, too", TOLD_TO_NOBODY), TELL(tell_otherwise, 0)},
    {WORDS("an image left loaded", "is still loaded"), MISUSE(leave_image), ON("linux, no initrd")},
    {WORDS("an image of nobody's", "LoadImage: odd arguments"), MISUSE(load_without_parent), ON("program")},
    {WORDS("a path with slashes", "LoadImage: odd arguments"), MISUSE(load_with_slashes), ON("program")},
    {WORDS("the start of nothing", "StartImage: odd arguments"), MISUSE(start_nothing)},
    {WORDS("an interface left", "was not taken back"), MISUSE(leave_interface), ON("program, denied")},
    {WORDS("an interface taken back twice", "that is not installed"), MISUSE(take_back_twice)},
    {WORDS("an initrd that is taken back", "LoadFile2: gives what is taken back"), ALONE(take_back_in_vain), .call = 2},
    {WORDS("no interface", "InstallProtocolInterface: odd arguments"), MISUSE(install_nothing)},
    {WORDS("half a unit of options", "the load options are no text"), ALONE(give_half_a_unit), ON(RETURNS)},
    {WORDS("an initrd for odd arguments", "LoadFile2: took odd arguments"), ALONE(offer_anything), ON(RETURNS)},
    {WORDS("an initrd without a size", "does not say how large the initrd is"), ALONE(offer_anything), ON(RETURNS)},
    {WORDS("an initrd in too little room", "wrote into a buffer that is too small"), ALONE(offer_too_much),
     ON(RETURNS)},
    {WORDS("no path", "LocateDevicePath: odd arguments"), MISUSE(locate_nothing)},
};
const struct lie_list lies_start = {lies, COUNT(lies)};
