/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A firmware for the host: a whole EFI_SYSTEM_TABLE with real behaviour behind it, on which the loader runs from its
 * entry to the jump. A setup says what machine it is, a quirk how it misbehaves, an injection which call fails.
 *
 * Firmware has no context in its calls, so there is one fake, and its state is global. A run begins with everything as
 * it was when the machine was switched on.
 */
#ifndef BATON_FAKE_H
#define BATON_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <baton/baton.h>

#include "abi/system_table.h"
#include "bytes.h"
#include "checks.h"
#include "fake_blocks.h"
#include "fake_calls.h"
#include "fake_configuration.h"
#include "fake_disk.h"
#include "fake_fixups.h"
#include "fake_images.h"
#include "fake_processors.h"
#include "fake_quirks.h"
#include "fake_secure.h"
#include "fake_seed.h"
#include "fake_variables.h"
#include "machine.h"

#define FAKE_PHYSICAL_END 0x200000000ULL /* 8 GiB: what the modelled machine can address */
#define FAKE_FILES        16
#define FAKE_CLAIMS       8
#define FAKE_PAGE         4096ULL

/* Memory that is listed as free on the usual machine, and something else here. */
struct fake_claim {
    uint64_t base, size; /* whole pages; what is not free all through stays as it is */
    uint32_t type;
    uint64_t attributes;
};

/* What the console has for keys. */
enum fake_keyboard {
    FAKE_KEYBOARD_USUAL,    /* both protocols, which have the same keys */
    FAKE_KEYBOARD_SIMPLE,   /* the simple one only */
    FAKE_KEYBOARD_EMPTY,    /* the other one has neither the function nor the event */
    FAKE_KEYBOARD_DEAD,     /* or its function always fails, and its event never comes */
    FAKE_KEYBOARD_NO_EVENT, /* or what should be its event is none */
    FAKE_KEYBOARD_TWICE,    /* each key waits in both protocols */
    FAKE_KEYBOARD_PARTIAL,  /* modifiers are told of alone, too, and one is down from the beginning */
    FAKE_KEYBOARD_UNSURE,   /* modifiers that are not said to be valid, and are not */
    FAKE_KEYBOARD_COUNT,
};

/* A machine. Zeros are the usual one. */
struct fake_setup {
    struct fake_file files[FAKE_FILES];
    size_t file_count;
    const struct fake_file *crowd; /* and these */
    size_t crowd_count;
    uint64_t quirks; /* FAKE_QUIRK bits */
    enum fake_processor processor;
    unsigned levels;        /* of page tables; 0: as usual on such a processor */
    bool small_pages;       /* no leaves of 1 GiB */
    bool no_execute_broken; /* no NX */
    bool confidential;
    bool frequency_unknown;   /* the counter must be measured */
    bool has_timer;           /* by something else than the firmware's clock */
    bool no_processor_random; /* no RDRAND */
    bool cpu_unknown;         /* a processor does not know which one it is, as on riscv64, but the firmware does */
    bool no_boot_hart;        /* and neither does that, */
    bool tree_has_hart;       /* but the device tree does */
    unsigned stale_exits;     /* calls to ExitBootServices that find the map changed */
    unsigned growth;          /* descriptors that the first of them adds */
    unsigned holes;           /* single pages that it reserves, far from each other: more than there are tables for */
    unsigned keys;            /* pressed before the loader starts */
    enum fake_keyboard keyboard;
    unsigned text_rows;     /* of the console; 0: 31 */
    char stuck;             /* a key that is held for ever, and comes when the loader waits for the first time */
    const char *typed;      /* keys that are pressed one by one when the loader waits; the last one again, if need be */
    const void *options;    /* LoadOptions */
    uint32_t options_size;  /* bytes */
    bool restarts;          /* somebody wants the machine to */
    EFI_RESET_TYPE restart; /* in this way */
    bool restart_to_setup;  /* and wants the firmware's setup behind that */
    bool has_setup;         /* the firmware can be asked for it */
    uint64_t indications;   /* OsIndications, when the machine is switched on; 0: none */
    bool never_resets;      /* ResetSystem comes back while the firmware is there */
    uint64_t medium;        /* bytes of files that are read in a second; 0: reading takes no time */
    const char *isa;        /* riscv64: what ACPI says that its harts can do; NULL: it does not say */
    struct bytes device_tree;  /* of at most a page; FAKE_RESERVED says what it reserves */
    struct bytes entry_tree;   /* what an entry has for its kernel in place of that; FAKE_ALSO_RESERVED */
    struct fake_fixups fixups; /* what the firmware adds to others' trees */
    struct fake_claim claims[FAKE_CLAIMS];
    size_t claim_count;
    struct fake_second second;
    struct fake_writes writes;
    struct bytes earlier_seed;   /* what an earlier boot stage has left for Linux: a table; no data: nothing */
    struct fake_program program; /* what images do that are started */
    struct fake_secure secure;   /* Secure Boot */
    uint64_t largest;            /* bytes that the firmware gives in one piece; 0: no limit */
    bool by_chance;              /* files hold anything, and so do messages that cite them */
    const char *loader_path;     /* with backslashes; NULL: the usual one */
    const char *shell[4];        /* arguments from the UEFI shell, after the program's name; none: not from the shell */
    struct fake_variable variables[FAKE_VARIABLES];
    size_t variable_count;
    size_t variable_space; /* bytes of all variables together; 0: as usual */
};

/* What is no character, in what is typed. */
#define FAKE_TYPE_NOTHING '.' /* no key until what is waited for is over: a second of a menu */
#define FAKE_TYPE_UP      '\x01'
#define FAKE_TYPE_DOWN    '\x02'
#define FAKE_TYPE_BACK    '\x03' /* Ctrl-Left */
#define FAKE_TYPE_ALT_B   '\x04'
#define FAKE_TYPE_ESC     '\x1b'

enum fake_end {
    FAKE_RETURNED,  /* to the firmware */
    FAKE_JUMPED,    /* into the kernel */
    FAKE_RESET,     /* after last words */
    FAKE_RESTARTED, /* the machine, or switched it off, since somebody wanted it */
    FAKE_STARTED,   /* an image, which does not come back */
    FAKE_WAITED,    /* for a person who does nothing, or whose keys do not arrive */
    FAKE_CUT,       /* nothing more: the power has failed */
    FAKE_END_COUNT,
};

/* What the loader did: "jumped". */
const char *fake_end_name(enum fake_end end);

/* What the recorder saw. */
struct fake_result {
    enum fake_end end;
    EFI_STATUS status;          /* of a return */
    unsigned calls;             /* to the firmware */
    unsigned errors;            /* lines of level error */
    unsigned mistakes;          /* those of them that are of configuration files */
    bool last_is_mistake;       /* the last error is of a configuration file: nothing refused the boot */
    struct machine_entry entry; /* of a jump */
    uint64_t trampoline;        /* physical */
};

/* Starts the loader on a machine with this setup and returns when it ends. Everything stays as it was left, for the
 * judge, until the next run. */
struct fake_result fake_run(const struct fake_setup *setup, const struct fake_injection *injection);

/* The same with another program in the loader's place. */
struct fake_result fake_run_program(const struct fake_setup *setup, const struct fake_injection *injection,
                                    EFI_STATUS(EFIAPI *program)(EFI_HANDLE image, EFI_SYSTEM_TABLE *system));

/* Gives back what the last run has left, of which nothing can be looked at any longer. A run does that by itself with
 * what is left of the one before. */
void fake_switch_off(void);

/* A number for all that came of the last run, its calls and its verdict included: the same whenever the same is run. */
uint64_t fake_digest(const struct fake_result *result);

/* The setup of this run. */
const struct fake_setup *fake_setup(void);
bool fake_has(enum fake_quirk quirk);
/* The quirks that the firmware itself, not a judge of it, has acted upon in any run until now. */
uint64_t fake_quirks_met(void);

/* ---- what went wrong ---- */

/* Notes that the loader did what it must not do. */
void fake_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Complaints of this run: how many, and one line for each. */
unsigned fake_complaints(void);
const char *fake_complaint_text(void);

/* ---- fake_system.c ---- */
_Noreturn void fake_end_run(enum fake_end end);
const EFI_SYSTEM_TABLE *fake_system_table(void);
/* Whether the loader's stack has the first bytes of a secret. */
bool fake_on_stack(const uint8_t *secret);
/* Whether something else than the file `but` that the loader may read has a secret's bytes in it: whoever makes files
 * by chance may put anything there. */
bool fake_is_given(const uint8_t *secret, size_t size, const struct fake_file *but);
/* The firmware is about to be left: what it did for the loader is to be given back while it can be. */
void fake_system_check_leaving(void);

/* ---- fake_clock.c: a virtual clock ---- */
void fake_clock_start(void);
void fake_clock_stop(void);
void fake_clock_install(EFI_BOOT_SERVICES *boot, EFI_RUNTIME_SERVICES *runtime);
void fake_clock_check(void);
void fake_clock_check_events(void);
void fake_clock_advance(uint64_t nanoseconds);
uint64_t fake_clock_nanoseconds(void);
uint64_t fake_clock_waited(void);     /* nanoseconds, since the loader began */
#define FAKE_WALL_CLOCK 1700000000ULL /* seconds since 1970 */

/* ---- fake_console.c ---- */
void fake_console_start(void);
void fake_console_install(EFI_SYSTEM_TABLE *system);
void fake_console_check(void);
/* Complains of a boot whose steps were shown, though nobody asked. */
void fake_console_check_jump(void);
const char *fake_console_text(void);
/* The text mode that it is in. */
int32_t fake_console_mode(void);
/* A program sets its other mode, which is smaller. */
void fake_console_change(void);

/* ---- fake_progress.c: the line that tells how far a load is ---- */
void fake_progress_start(void);
/* The console was told that. */
void fake_progress_print(const char *text, size_t length);
/* Its cursor is elsewhere now. */
void fake_progress_moved(void);
/* COM1 gets a line. */
void fake_progress_check_serial(void);
/* Nothing of it may be seen any longer. */
void fake_progress_check(void);

/* ---- fake_keyboard.c ---- */
void fake_keyboard_start(void);
void fake_keyboard_install(EFI_SYSTEM_TABLE *system);
/* Whether it is one of the keyboard's events, and whether there is something that it tells of. */
bool fake_keyboard_is_event(EFI_EVENT event);
bool fake_keyboard_has_key(EFI_EVENT event);
/* The loader waits for it. */
void fake_keyboard_wait(void);
/* It is said to be an event, and is none. */
bool fake_keyboard_is_no_event(EFI_EVENT event);
/* A key comes, but not which modifiers were down. */
bool fake_keyboard_lacks_modifiers(void);
/* The loader waits, and nothing has come: time to press the next key. False when none is. */
bool fake_keyboard_press(void);
/* Whether a key is held for ever, from the beginning. */
bool fake_keyboard_is_stuck(void);

/* ---- fake_log.c: what the loader writes to the debug port ---- */
void fake_log_start(void);
const char *fake_log_text(void);
void fake_log_count(struct fake_result *result);

/* ---- fake_graphics.c ---- */
void fake_graphics_start(void);
void fake_graphics_check(void);
/* The framebuffer as it is now; false when there is none that a kernel could write to. */
bool fake_graphics_screen(struct baton_framebuffer *ret_screen);
struct bytes fake_graphics_edid(void);

/* ---- fake_volume.c ---- */
void fake_volume_start(void);
void fake_volume_stop(void);
/* The firmware has the second volume from here on. */
void fake_volume_add_second(void);
void fake_volume_check(void);
/* The machine is being left: what was written to a volume must be on its disk, unless something failed, and no file is
 * open to be written. */
void fake_volume_check_written(void);
/* From here on files are read straight into this room, and into nothing else; anywhere when it is empty. */
void fake_volume_reads_into(struct bytes room);
/* Nanoseconds that files were read until now, and how many calls have read that file of the boot volume. */
uint64_t fake_volume_reading(void);
unsigned fake_volume_reads(const char *path);
/* The file on the boot volume or on the second one, as the loader would find it, or NULL. */
const struct fake_file *fake_volume_find(bool on_second, const char *path);

/* ---- fake_protocols.c ---- */
void fake_protocols_start(void);
void fake_protocols_install(EFI_BOOT_SERVICES *boot);
void fake_protocols_add(EFI_HANDLE handle, const EFI_GUID *guid, void *interface);
void fake_protocols_remove(EFI_HANDLE handle, const EFI_GUID *guid);
/* The interface on that handle, or NULL. */
void *fake_protocols_find(EFI_HANDLE handle, const EFI_GUID *guid);
/* The handle that has exactly this device path, or NULL. */
EFI_HANDLE fake_protocols_by_path(const void *path);
/* Complains of what the loader has installed and not taken back. */
void fake_protocols_check(void);
EFI_HANDLE fake_image(void);
/* The loader's own file, with backslashes. */
const char *fake_loader_path(void);
EFI_HANDLE fake_boot_device(void);
EFI_HANDLE fake_other_device(void);
/* The GUID of the partition that the loader comes from (fake_disk.c). */
extern const uint8_t fake_partition[16];

/* ---- fake_runtime.c ---- */
void fake_runtime_install(EFI_RUNTIME_SERVICES *runtime);
void fake_random_start(void);
void fake_boot_hart_start(void);

/* ---- fake_tables.c: ACPI and SMBIOS ---- */
void fake_tables_start(void);
struct fake_pages {
    uint64_t base, size;
};
/* The registers of the UART that SPCR names, where there are no ports (aarch64). */
#define FAKE_SERIAL 0xfeb00000ULL
/* The pages that hold tables. */
#define FAKE_TABLE_PAGES 8
size_t fake_tables_pages(struct fake_pages *ret_pages);
/* Where the device tree is. */
#define FAKE_TREE 0x3d7a0010ULL /* in boot-services data, and not at the start of a page */
/* What memory trees reserve. */
#define FAKE_RESERVED      0x20000000ULL /* the firmware's */
#define FAKE_ALSO_RESERVED 0x21000000ULL /* an entry's */
#define FAKE_RESERVED_SIZE 0x10000ULL    /* each of them */
#define FAKE_RESERVATIONS  2
/* What an entry has for its kernel, while the loader lists it; NULL: nothing. */
const struct bytes *fake_tables_entry_tree(void);
size_t fake_tables_reservations(struct fake_pages ret_pages[FAKE_RESERVATIONS]);
/* Nobody can be told what the harts can do, since there are no tables that it stands in. */
bool fake_tables_lack_isa(void);
uint64_t fake_tables_rsdp(void);
uint64_t fake_tables_smbios3(void);

/* ---- fake_caches.c ---- */
void fake_caches_start(void);
/* Whether the page at this physical address is as it was when caches were cleaned of it; true where that is not noted.
 */
bool fake_caches_are_clean(uint64_t page);

/* ---- fake_machine.c ---- */
void fake_machine_start(void);

/* Of the page tables. */
unsigned fake_paging_levels(void);
#define FAKE_FREQUENCY       1000000000ULL /* Hz, of the counter */
#define FAKE_BOOT_CPU        3
#define FAKE_TRAMPOLINE_CODE 8192ULL
#define FAKE_TRAMPOLINE_DATA 12288ULL
/* Where the loader's stack and the live page tables are said to be. */
#define FAKE_TAKEN 2
size_t fake_machine_taken(struct fake_pages ret_pages[FAKE_TAKEN]);
/* Complains unless a jump was prepared as machine.h says. */
void fake_machine_check_jump(const struct machine_entry *entry, uint64_t trampoline);

#endif
