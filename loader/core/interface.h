/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * systemd's Boot Loader Interface (https://systemd.io/BOOT_LOADER_INTERFACE): what the loader tells the operating
 * system in variables of the firmware, and what it is told there. Texts are UTF-16 with a NUL in a variable, and UTF-8
 * in here. Anyone may have written what is read: nothing about it is taken for granted.
 */
#ifndef BATON_INTERFACE_H
#define BATON_INTERFACE_H

#include "bytes.h"
#include "status.h"
#include "text.h"

#define INTERFACE_UNITS     384                   /* of a text in a variable, NUL included; paths of entries have 300 */
#define INTERFACE_TEXT_SIZE (3 * INTERFACE_UNITS) /* bytes of any such text, NUL included */

/* The bits of LoaderFeatures, 64 bits wide, that Baton may have; those that it has, its boot manager puts together. */
#define INTERFACE_HAS_CONFIG_TIMEOUT   (1ULL << 0)  /* LoaderConfigTimeout is heeded */
#define INTERFACE_HAS_TIMEOUT_ONE_SHOT (1ULL << 1)  /* LoaderConfigTimeoutOneShot is heeded, and deleted */
#define INTERFACE_HAS_ENTRY_DEFAULT    (1ULL << 2)  /* LoaderEntryDefault is heeded */
#define INTERFACE_HAS_ENTRY_ONE_SHOT   (1ULL << 3)  /* LoaderEntryOneShot is heeded, and deleted */
#define INTERFACE_HAS_BOOT_COUNTING    (1ULL << 4)  /* boots are counted in file names */
#define INTERFACE_HAS_XBOOTLDR         (1ULL << 5)  /* there may be entries on the extended boot loader partition */
#define INTERFACE_HAS_RANDOM_SEED      (1ULL << 6)  /* the kernel gets a random seed */
#define INTERFACE_HAS_SORT_KEY         (1ULL << 8)  /* `sort-key` is heeded */
#define INTERFACE_HAS_SAVED_ENTRY      (1ULL << 9)  /* `default @saved` is heeded */
#define INTERFACE_HAS_DEVICETREE       (1ULL << 10) /* `devicetree` is heeded */
#define INTERFACE_HAS_MENU_DISABLED    (1ULL << 13) /* the timeout may be "menu-disabled" */
#define INTERFACE_HAS_UKI              (1ULL << 16) /* an entry file may have `uki` */

/* ---- what the loader is told ---- */

/*
 * The value of LoaderEntryDefault, LoaderEntryOneShot or LoaderEntryLastBooted: an entry's id, a pattern for one
 * (glob.h), or a word that begins with '@'. It may lack its NUL; what is malformed in it becomes U+FFFD. False, and the
 * result left alone, for what is no such text: nothing, half a unit at the end, control characters, INTERFACE_UNITS or
 * more. A one-shot variable is to be deleted all the same.
 */
MUST_CHECK bool interface_read_id(struct bytes value, char ret_id[INTERFACE_TEXT_SIZE]);

enum interface_menu {
    INTERFACE_MENU_UNSAID,   /* nobody has said when: as if it were hidden */
    INTERFACE_MENU_TIMED,    /* shown for some seconds */
    INTERFACE_MENU_FORCED,   /* shown until somebody chooses */
    INTERFACE_MENU_HIDDEN,   /* shown when a key is pressed */
    INTERFACE_MENU_DISABLED, /* not shown, whatever is pressed */
};

struct interface_timeout {
    enum interface_menu menu;
    uint32_t seconds; /* 0 unless it is timed */
};

/*
 * "menu-force", "menu-hidden", "menu-disabled" or seconds, decimal, as in a variable and in loader.conf's `timeout`.
 * 0 seconds are as good as hidden, and UINT32_MAX or more as good as forced: bootctl writes them so. False, and the
 * result left alone, for anything else.
 */
MUST_CHECK bool interface_parse_timeout(struct text text, struct interface_timeout *ret_timeout);

/*
 * The value of LoaderConfigTimeout, or with `one_shot` of LoaderConfigTimeoutOneShot, which asks for the menu: where
 * that has no seconds, it is forced. Failures as those of interface_read_id.
 */
MUST_CHECK bool interface_read_timeout(struct bytes value, bool one_shot, struct interface_timeout *ret_timeout);

/* ---- what the loader tells ---- */

/* LoaderEntries: ids in the order in which the menu has them, each with a NUL. Begin with `used` 0. */
struct interface_list {
    uint16_t *units; /* the caller's */
    size_t size;     /* units that there is room for: the bytes of each id, and 2 more, always suffice */
    size_t used;     /* units; the variable's value has twice as many bytes */
};

/* False, and the list left alone, when the id is empty or does not fit. Whoever has made room as above need not look.
 */
bool interface_list_add(struct interface_list *list, const char *id);

/*
 * LoaderTimeInitUSec, LoaderTimeExecUSec: microseconds, decimal, since the counter was 0. `frequency` is the counter's,
 * in Hz. False, and the text left alone, when that is 0 (unknown) or the time does not fit into 64 bits.
 */
MUST_CHECK bool interface_write_time(uint64_t counter, uint64_t frequency, char ret_text[INTERFACE_TEXT_SIZE]);

/*
 * LoaderImageIdentifier: the path on its volume that a device path leads to, with backslashes: its file nodes one after
 * the other (UEFI 2.10, section 10.3.5.4). Reads nothing behind the end node, so `path` may be longer than the path is.
 * False, and the text left alone, when no file is named, when a node is damaged, or for INTERFACE_UNITS or more.
 */
MUST_CHECK bool interface_write_image(struct bytes path, char ret_text[INTERFACE_TEXT_SIZE]);

/* LoaderFirmwareInfo: "EDK II 1.00", of the system table's FirmwareVendor, which may be NULL and is cut after 100
 * units, and FirmwareRevision. */
void interface_write_firmware(const uint16_t *vendor, uint32_t revision, char text[INTERFACE_TEXT_SIZE]);

/* LoaderFirmwareType: "UEFI 2.70", of the revision in the system table's header. */
void interface_write_firmware_type(uint32_t revision, char text[INTERFACE_TEXT_SIZE]);

/* LoaderBootCountPath: the path of the counted entry's file, as it is called now, with backslashes. False, and the text
 * left alone, for INTERFACE_UNITS bytes or more. */
MUST_CHECK bool interface_write_count_path(const char *path, char ret_text[INTERFACE_TEXT_SIZE]);

/* LoaderDevicePartUUID: the GUID of the loader's partition, whose bytes are those on the disk, in lower case. */
void interface_write_guid(const uint8_t guid[16], char text[INTERFACE_TEXT_SIZE]);

#endif
