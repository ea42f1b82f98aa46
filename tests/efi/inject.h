/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inject.efi stands between the firmware and the loader under test: it makes the firmware behave as real firmware was
 * seen to behave, starts \baton.efi from its own volume, and says on port 0xE9 what the loader did.
 *
 * It is installed as \EFI\BOOT\BOOTX64.EFI and reads \inject.txt there: lines "key=value", keys as in struct settings.
 */
#ifndef BATON_TESTS_INJECT_H
#define BATON_TESTS_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/boot_services.h"
#include "abi/loaded_image.h"
#include "abi/memory.h"
#include "abi/simple_file_system.h"
#include "abi/system_table.h"

#define SETTING_TEXT  128
#define ODD_TYPES     5
#define ODD_MAX_PAGES (2 * ODD_TYPES + 1)

struct settings {
    uint64_t stale;    /* so many ExitBootServices calls find that the map has changed meanwhile */
    uint64_t grow;     /* the first of them finds about so many descriptors more */
    uint64_t fragment; /* bytes that the memory map has before the loader starts */
    uint64_t poison;   /* 1: all conventional memory is filled with 0xAA first */
    uint64_t high;     /* 1: no memory below 4 GiB is free */
    uint64_t la57;     /* 1: five levels of page tables */
    uint64_t count;    /* 1: the loader's calls are counted */
    uint64_t runs;     /* how often the loader is started; 1 when not given */
    uint64_t exit;     /* what is written to port 0xF4 when it returns */

    uint64_t odd_types;   /* 1: the loader sees memory types that no specification knows */
    uint64_t odd_map;     /* 1: it sees descriptors in reverse order, an empty one and one that overlaps */
    uint64_t short_read;  /* bytes that a read returns at most */
    uint64_t fail_read;   /* a read of more bytes than this fails, and so do all later ones of that handle */
    uint64_t end_read;    /* files end after so many bytes, whatever their size is said to be */
    uint64_t narrow;      /* pixels that the screen is said to be narrower than its rows */
    uint64_t masks;       /* 1: the pixel format is given by masks */
    uint64_t no_conout;   /* 1: there is no console to write to */
    uint64_t no_device;   /* 1: the loaded image has neither device nor path */
    uint64_t options_set; /* 1: options is given */
    uint64_t watchdog;    /* seconds until the firmware resets the machine, unless it is told not to */
    uint64_t garbage;     /* so many bytes of garbage are the load options */
    uint64_t echo;        /* 1: what the loader writes to the console goes to port 0xE9 too */

    uint64_t edid;      /* 1: screens have an EDID; 2: a damaged one in force, and the monitor's own */
    uint64_t fail_mode; /* 1: screens fail to change their mode */
    uint64_t clock;     /* 1: the clock fails; 2: it shows what is no date; 3: 2024-02-29 12:30, zone -60 */
    uint64_t random;    /* 1: there are random numbers, which fail; 2: all are zero */
    uint64_t token;     /* 1: there is a system token, among the Boot Loader Interface's variables */

    uint64_t acpi;   /* 1: root pointer and XSDT in reserved memory; 2: a damaged root pointer; 3: only the old one, of
                        ACPI 1.0; 4: that one, and a damaged new one; 5: none */
    uint64_t smbios; /* damaged entry points; 1: both; 2: the 32-bit one; 3: the 64-bit one */
    uint64_t device_tree; /* 1: there is one, with memory reservations; 2: it is damaged */
    uint64_t fixup;       /* bytes that the firmware adds to a device tree that it is shown; 0: it has nothing to add */

    uint64_t devices; /* 1: interrupt sources run when boot services have ended */

    uint64_t steal;       /* so many allocations of an exact range find it taken */
    uint64_t taken_pages; /* 1: the first allocations of each run get page 0, the stack and the page tables */
    uint64_t fail_pages;  /* 1: in run N, allocations of pages fail from the Nth on */
    uint64_t fail_pool;   /* 1: in run N, pool memory fails from the Nth allocation on */
    uint64_t fail_map;    /* 1: in run N, the Nth memory map that is not a size query fails */

    uint64_t chaos;    /* what is done to the loader's calls: bits of enum chaos_way */
    uint64_t statuses; /* of each call's failures so many are tried; 0: all */
    uint64_t refused;  /* 1: it is not a boot that is to come through */
    uint64_t nx;       /* 1: data cannot be executed; 2: nor can what is allocated for code */
    uint64_t lies;     /* all that is noticed is done wrong, to see it noticed; 1: by kernels, 2: by programs */

    char start[SETTING_TEXT];   /* the loader's path; \baton.efi when not given */
    char options[SETTING_TEXT]; /* its load options */
};

extern struct settings settings;
extern EFI_SYSTEM_TABLE *system_table;
extern EFI_BOOT_SERVICES *boot;     /* the firmware's own services, never the hooked ones */
extern EFI_BOOT_SERVICES real_boot; /* where `boot` points */
extern EFI_HANDLE own_image;

/* ---- out.c ---- */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void leave(uint64_t code);
/* Says it and leaves with 0x7f. */
_Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* As if somebody else said it. */
void say_plainly(const char *line);
/* On the serial line, too. */
void say_aloud(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Gives up when the status is an error. */
void need(EFI_STATUS status, const char *what);

/* ---- settings.c ---- */
void settings_read(EFI_HANDLE volume);

/* ---- path.c ---- */
/* Returns the bytes, with the NUL. */
size_t path_widen(CHAR16 *wide, const char *text);
/* The volume's path, and after it the file's; the same memory each time. */
EFI_DEVICE_PATH_PROTOCOL *path_of_file(EFI_HANDLE volume, const char *name);

/* ---- memory.c ---- */
struct page_counts {
    uint64_t pages[16]; /* by memory type; others count as reserved */
    uint64_t descriptors;
    uint64_t handles;
};

struct page_counts memory_count(void);
/* Goes through the memory map. */
void memory_each(void (*function)(const EFI_MEMORY_DESCRIPTOR *descriptor));
void memory_poison(void);
/* The map's size in bytes, by a query. */
UINTN memory_map_size(void);
/* Makes holes until the map has about `descriptors` more; the memory stays allocated. */
void memory_fragment(uint64_t descriptors);
/* Takes what is free below 4 GiB, for good. */
void memory_take_low(void);
/* The map's key is another one after this. */
void memory_move_key(void);
/* Puts pages aside that will be seen to have odd types; memory_rewrite makes it so. */
void memory_prepare_odd_types(void);
/* Changes a map as odd_types and odd_map ask; there is room for MEMORY_EXTRA descriptors more. Returns the new size. */
#define MEMORY_EXTRA 2
UINTN memory_rewrite(void *base, UINTN size, UINTN step);

/* ---- hooks.c ---- */
/* From here on, calls that come from the image are watched. */
void hooks_install(const EFI_LOADED_IMAGE_PROTOCOL *image);
void hooks_remove(void);
/* Whether a call that returns there came from the image. */
bool hooks_from_image(const void *return_address);

/* ---- failures.c: allocation as steal, taken_pages, fail_pages and fail_pool ask ---- */
void failures_start_run(void);
EFI_STATUS EFIAPI failures_allocate_pages(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, UINTN count,
                                          EFI_PHYSICAL_ADDRESS *address);
EFI_STATUS EFIAPI failures_free_pages(EFI_PHYSICAL_ADDRESS address, UINTN count);
EFI_STATUS EFIAPI failures_allocate_pool(EFI_MEMORY_TYPE type, UINTN size, void **ret_memory);
/* Whether this memory map of the loader's fails. */
bool failures_of_map(void);

/* ---- files.c ---- */
void files_install(EFI_HANDLE volume);
/* Opened and not closed again, by the image whose calls are watched. */
int64_t files_open(void);
/* How often that image has read, and the most bytes that it asked for at once. */
uint64_t files_reads(void);
uint64_t files_largest_read(void);

/* ---- screen.c ---- */
/* Changes what the screens are said to be, as narrow and masks ask. */
void screen_spoil(void);

/* ---- facts.c ---- */
/* Changes what the firmware tells of screens, clock and random numbers, as edid, fail_mode, clock, random and token
 * ask. */
void facts_spoil(void);

/* ---- tables.c ---- */
/* Changes the configuration tables as acpi, smbios and device_tree ask. */
void tables_spoil(void);
/* The loader has been loaded: the memory that the device tree reserves is free from here on, but for the tree. */
void tables_release(void);

/* ---- fixup.c ---- */
/* The firmware adds to device trees as fixup asks. */
void fixup_install(void);

/* ---- devices.c ---- */
/* Starts interrupt sources as devices asks. Boot services have ended. */
void devices_start(void);

/* ---- levels.c ---- */
void levels_use_five(void);

#endif
