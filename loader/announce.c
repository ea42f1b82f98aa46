/* SPDX-License-Identifier: BSD-2-Clause */
#include "announce.h"

#include "find.h"
#include "machine.h"
#include "variables.h"
#include "version_string.h"

/* LoaderFeatures: what this boot manager does, and where; a line for each. */
static const uint64_t features = INTERFACE_HAS_CONFIG_TIMEOUT |   /* heed.c */
                                 INTERFACE_HAS_TIMEOUT_ONE_SHOT | /* heed.c */
                                 INTERFACE_HAS_MENU_DISABLED |    /* the menu */
                                 INTERFACE_HAS_ENTRY_DEFAULT |    /* heed.c */
                                 INTERFACE_HAS_ENTRY_ONE_SHOT |   /* heed.c */
                                 INTERFACE_HAS_SAVED_ENTRY |      /* heed.c */
                                 INTERFACE_HAS_BOOT_COUNTING |    /* count.c */
                                 INTERFACE_HAS_XBOOTLDR |         /* efi/volumes.c */
                                 INTERFACE_HAS_RANDOM_SEED |      /* seed.c */
                                 INTERFACE_HAS_SORT_KEY |         /* core/entry.c */
                                 INTERFACE_HAS_DEVICETREE |       /* efi/devicetree_table.c */
                                 INTERFACE_HAS_UKI;               /* core/config_entry.c */

static void tell(const struct boot *boot, const CHAR16 *name, const char *text)
{
    (void)variable_set_text(&boot->firmware, name, VARIABLE_VOLATILE, text); /* a failure is said there */
}

static void tell_loader(const struct boot *boot)
{
    const struct firmware *firmware = &boot->firmware;
    const EFI_SYSTEM_TABLE *system = firmware->system;
    const struct bytes bits = {(const uint8_t *)&features, sizeof(features)};
    char text[INTERFACE_TEXT_SIZE];

    tell(boot, u"LoaderInfo", "Baton " BATON_VERSION_STRING);
    (void)variable_set(firmware, VARIABLE_OF_LOADER, u"LoaderFeatures", VARIABLE_VOLATILE, bits);
    interface_write_firmware(system->FirmwareVendor, system->FirmwareRevision, text);
    tell(boot, u"LoaderFirmwareInfo", text);
    interface_write_firmware_type(system->Hdr.Revision, text);
    tell(boot, u"LoaderFirmwareType", text);
}

/* Where the loader comes from, as far as the firmware says. */
static void tell_origin(const struct boot *boot)
{
    if (boot->facts.has_boot_partition) {
        char text[INTERFACE_TEXT_SIZE];

        interface_write_guid(boot->facts.boot_partition, text);
        tell(boot, u"LoaderDevicePartUUID", text);
    }
    if (boot->image[0] != '\0')
        tell(boot, u"LoaderImageIdentifier", boot->image);
}

static size_t units_of(const struct entry *entries, size_t count)
{
    size_t units = 0;

    for (size_t i = 0; i < count; i++)
        units += text_length(entries[i].id) + 2; /* at most 1,024 of them, each a part of a path */
    return units;
}

static void list_entries(struct interface_list *list, const struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)interface_list_add(list, entries[i].id); /* an empty one is left out; all others fit */
}

/* Automatic entries are listed also where nobody has looked for them: what the operating system does not find in the
 * list it takes for something that it cannot ask for. Here they are not put to the others, whose list is older than
 * this attempt and stays when the attempt's memory goes. */
static void tell_entries(struct boot *boot)
{
    const struct choice *choice = &boot->choice;
    struct entry found[AUTOMATIC_COUNT];
    struct interface_list list = {0};
    size_t count = 0;
    struct error error;
    void *room = NULL;
    enum status status = STATUS_OK;

    if (!choice->has_automatic)
        status = look_for_automatic(boot, found, &count, &error);
    list.size = units_of(choice->entries, choice->count) + units_of(found, count);
    if (status == STATUS_OK)
        status = ledger_memory(&boot->ledger, list.size * sizeof(list.units[0]), &room, &error);
    if (status != STATUS_OK) {
        log_info("LoaderEntries is left out: %s", error.text);
        return;
    }
    list.units = room;
    list_entries(&list, choice->entries, choice->count);
    list_entries(&list, found, count);
    (void)variable_set(&boot->firmware, VARIABLE_OF_LOADER, u"LoaderEntries", VARIABLE_VOLATILE,
                       (struct bytes){room, list.used * sizeof(list.units[0])});
}

static void tell_time(const struct boot *boot, const CHAR16 *name, uint64_t counter)
{
    char text[INTERFACE_TEXT_SIZE];

    if (interface_write_time(counter, boot->facts.machine.counter_frequency, text))
        tell(boot, name, text);
}

void announce(struct boot *boot, const struct entry *entry)
{
    boot->has_announced = true;
    tell_loader(boot);
    tell_origin(boot);
    tell_entries(boot);
    tell(boot, u"LoaderEntrySelected", entry->id);
    tell_time(boot, u"LoaderTimeInitUSec", boot->times.counter[STAGE_START]);
    tell_time(boot, u"LoaderTimeExecUSec", machine_counter());
}

void announce_change(struct boot *boot, const struct entry *entry)
{
    if (boot->has_announced)
        announce(boot, entry);
}
