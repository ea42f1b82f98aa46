/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel that checks from inside what docs/protocol.md promises, sentence by sentence. Each check has a name; one
 * that finds a broken promise says so in a line of its own.
 *
 * What is checked is a `struct subject`, and checks can be run over and over: lies.c spoils one thing after the other
 * in it, or in the machine, and looks which checks notice.
 *
 * Words on the kernel's command line say what cannot be known from inside (options.c).
 */
#ifndef BATON_TESTS_SELFCHECK_H
#define BATON_TESTS_SELFCHECK_H

#include "kit.h"

#include "machine.h"

#pragma GCC visibility push(hidden)

#define ROUND_DOWN(number) ((number) & ~(PAGE - 1))
#define ROUND_UP(number)   (((number) + PAGE - 1) & ~(PAGE - 1))
#define MAX_SEGMENTS       16

/* MACHINE_SERIAL: what names the serial port. */
#define SERIAL_NONE 0
#define SERIAL_SPCR 1 /* ACPI's table */
#define SERIAL_SBI  2 /* nothing has to */

/* The two halves of the address space. */
#define UPPER_HALF   (~0ULL << MACHINE_HALF_BITS)
#define UPPER_MIDDLE (~0ULL << (MACHINE_HALF_BITS - 1))
#define HALF_SIZE    (1ULL << MACHINE_HALF_BITS)

#define EFI_CONVENTIONAL      7u
#define EFI_ATTRIBUTE_WB      0x8ULL
#define EFI_ATTRIBUTE_RUNTIME 0x8000000000000000ULL
#define EFI_ATTRIBUTE_SP      0x40000ULL

struct efi_descriptor {
    uint32_t type;
    uint32_t padding;
    uint64_t physical;
    uint64_t virtual_start;
    uint64_t pages;
    uint64_t attributes;
};

/* ---- image.c: the kernel's own file, which is also its module "self" ---- */
struct segment {
    uint64_t offset, file_size; /* in the file */
    uint64_t address, size;     /* as linked */
    uint64_t alignment;
    uint32_t flags; /* ELF's: 1 execute, 2 write, 4 read */
};

struct image {
    const uint8_t *file; /* NULL when there is no such module */
    uint64_t file_size;
    bool flat, movable;
    struct segment segments[MAX_SEGMENTS];
    unsigned segment_count;
    uint64_t link_base, link_end; /* whole pages */
    uint64_t relro_start, relro_end;
    struct segment dynamic;
    const struct baton_note *note; /* NULL: none */
};

/* What was seen of the kernel's memory before anything of it changed. */
struct arrival {
    bool looked;
    uint64_t differs;   /* the first address that is not as in the file; 0: none */
    uint64_t not_zero;  /* the first address that is neither in the file nor zero; 0: none */
    uint64_t relocated; /* the first address whose relocation is wrong; 0: none */
    uint64_t relocations;
};

/* ---- firmware tables ---- */
struct acpi_header {
    char signature[4];
    uint32_t length;
    uint8_t revision;
    uint8_t checksum;
    uint8_t rest[26];
};

/* One table or entry point of the firmware's, in physical memory. */
struct firmware_range {
    const char *name;
    uint64_t physical, size;
    bool summed; /* its bytes add up to zero */
};

#define MAX_FIRMWARE_RANGES 128
struct firmware_ranges {
    struct firmware_range range[MAX_FIRMWARE_RANGES];
    unsigned count;
    bool incomplete; /* something cannot be read: */
    const char *name;
    uint64_t at;
};

/* What the device tree reserves, in whole pages. */
#define MAX_RESERVATIONS 64
struct reservations {
    uint64_t base[MAX_RESERVATIONS], end[MAX_RESERVATIONS];
    unsigned count;
};

struct subject {
    struct baton *baton;
    struct entry_state entry;
    struct machine_state machine;
    struct image image;
    struct arrival arrival;
    uint64_t code_end;               /* of the trampoline: physical, found in the page tables */
    struct firmware_ranges firmware; /* found on each run */
    struct reservations reserved;    /* the same */
};

/* ---- checks ---- */
struct check {
    const char *name;
    void (*run)(struct subject *subject);
};

#define MAX_CHECKS 160
struct check_list {
    const struct check *checks;
    size_t count;
};

extern const struct check_list kernel_checks, baton_checks, facts_checks, strings_checks, map_checks, placed_checks,
    mappings_checks, acpi_checks, smbios_checks, device_tree_checks, screens_checks, serial_checks, clocks_checks;

/* The promise of the check that runs is broken. Only the first time in a check is a line. */
void broken(const char *format, ...) __attribute__((format(printf, 1, 2)));
void expect_equal(const char *what, uint64_t found, uint64_t promised);

/* Runs every check. Returns how many found something; with `quiet` nothing is printed, but check_broken knows. */
unsigned checks_run(struct subject *subject, bool quiet);
unsigned checks_count(void);
const char *check_name(unsigned number);
bool check_is_broken(unsigned number);
/* A check that is not on the lists, like the overwriting ones; counted with the others. */
void check_run(const char *name, void (*run)(struct subject *), struct subject *subject, bool quiet);

/* ---- text.c ---- */
uint64_t string_length(const char *text);
bool strings_equal(const char *a, const char *b);
bool bytes_equal(const void *a, const void *b, uint64_t size);
bool all_zero(const void *bytes, uint64_t size);
bool is_utf8(const char *text, uint64_t length);
uint8_t byte_sum(const void *bytes, uint64_t size);

/* ---- options.c: words of the form "key" or "key=value" in a command line ---- */
#define OPTION_TEXT 256
bool option_given(const char *command_line, const char *key);
/* False when it is not there; the value is copied and cut at OPTION_TEXT. */
bool option_text(const char *command_line, const char *key, char *ret_value);
bool option_number(const char *command_line, const char *key, uint64_t *ret_value);
/* Whether the comma-separated value of `key` has `word`. */
bool option_lists(const char *command_line, const char *key, const char *word);

/* ---- ranges.c: the memory map ---- */
/* The entry that has the page; NULL when there is none. */
const struct baton_memory *map_entry(const struct subject *subject, uint64_t physical);
/* Whether all of the range is of this kind. */
bool map_is_kind(const struct subject *subject, uint64_t physical, uint64_t size, uint32_t kind);
/* Bytes that are of this kind. */
uint64_t kind_total(const struct subject *subject, uint32_t kind);
bool kind_is_free(uint32_t kind);
/* Whether the loader put something there. */
bool kind_is_placed(uint32_t kind);
const struct efi_descriptor *efi_descriptor(const struct subject *subject, uint64_t number);
uint64_t efi_count(const struct subject *subject);
uint64_t physical_of(const struct subject *subject, const void *pointer);
/* Where the kernel runs when bytes are linked there. */
uint64_t run_address(const struct subject *subject, uint64_t linked);
bool is_high(const struct subject *subject);
bool has_identity(const struct subject *subject);
uint64_t wish_required(const struct subject *subject);
uint64_t wish_wanted(const struct subject *subject);

/* ---- image.c ---- */
/* Reads the file's headers. */
void image_read(const struct baton *baton, struct image *ret_image);
/* Compares the kernel's memory with its file. Writes to nothing but its result. */
void image_arrive(const struct baton *baton, const struct image *image, struct arrival *ret_arrival);
/* MAPPED_... of one page of the kernel, as linked; PAGE_NOTHING when it belongs to no segment. */
#define PAGE_NOTHING (~0u)
uint32_t image_page_flags(const struct image *image, uint64_t linked);

/* ---- mmio.c: one page at a time, through tables of the kernel's own ---- */
void mmio_prepare(const struct subject *subject);
volatile void *window_open(uint64_t physical, uint64_t leaf_bits);
void window_close(void);
uint32_t mmio_read(uint64_t physical);
void mmio_write(uint64_t physical, uint32_t value);

/* ---- the machine's ---- */
/* What must be seen before anything is done. It writes to nothing but its result. */
void machine_look(struct machine_state *ret_machine);
/* Read-only pages, too. What was cached of the page tables is forgotten. */
void machine_write(uint64_t address, const void *bytes, uint64_t size);
/* TYPE_..., that `mapping.cache` stands for by docs/protocol.md. */
uint32_t machine_memory_type(uint32_t cache);
/* Bytes that one leaf can map, at the most. */
uint64_t machine_largest_leaf(void);
uint64_t machine_boot_cpu(void);
/* Seconds since 1970 by the machine's own clock; false: it cannot be read. */
bool machine_clock(const struct subject *subject, uint64_t *ret_seconds);
/* Whether the counter runs by so many Hz; else *ret_measured is what it seemed to run by. */
bool machine_frequency_is(uint64_t frequency, uint64_t *ret_measured);

/* ---- firmware.c, acpi.c, smbios.c, device_tree.c ---- */
/* Whether every byte can be read through the direct map. */
bool firmware_readable(const struct subject *subject, uint64_t physical, uint64_t size);
void firmware_add(struct firmware_ranges *ranges, const char *name, uint64_t physical, uint64_t size, bool summed);
/* All ACPI tables that the baton's RSDP leads to. */
void acpi_collect(const struct subject *subject, struct firmware_ranges *ranges);
const struct acpi_header *acpi_find(const struct subject *subject, const char *signature);
void smbios_collect(const struct subject *subject, struct firmware_ranges *ranges);
void device_tree_collect(const struct subject *subject, struct firmware_ranges *ranges);
/* Those of the device tree that is listed, and of the one before it. */
void device_tree_reservations(const struct subject *subject, struct reservations *ret_found);
/* The physical address that the firmware's system table has for a GUID; 0 when unknown. */
uint64_t configuration_table(const struct subject *subject, const uint8_t *guid);

/* ---- mappings.c: compares the page tables with what they are to be, for the checks of mappings_checks ---- */
/* The page table entry for an address on this level; NULL when there is no table. */
uint64_t *page_entry(const struct subject *subject, uint64_t address, unsigned level);
unsigned paging_levels(void);
struct expected {
    uint64_t address, physical, size;
    uint32_t flags;
    uint32_t type; /* TYPE_... */
    const char *region;
};
#define TYPE_DEVICE          0u
#define TYPE_WRITE_COMBINING 1u /* or what the machine has in its place */
#define TYPE_WRITE_BACK      6u
#define TYPE_OTHER           ~0u
#define MAX_MAPPINGS         1024
/* Sorted; NULL-named regions do not occur. */
unsigned expected_collect(struct subject *subject, struct expected *ret_expected, unsigned room);
/* Finds where the trampoline's code ends. */
void expected_find_code(struct subject *subject);

/* ---- overwrite.c: the checks that destroy ---- */
/* Only so many pages of each entry of the map. */
#define OVERWRITE_ALL (~0ULL)
void overwrite_run(struct subject *subject, bool quiet, uint64_t page_limit);

/* ---- lies*.c ---- */
enum lie_place { LIE_TOLD, LIE_IN_ENTRY, LIE_IN_BATON, LIE_IN_SUBJECT };

/* Either bits of a number in one of the structures are turned, or a function tells it. */
struct lie {
    const char *name;
    const char *check; /* that has to find out */
    enum lie_place place;
    uint64_t offset, size, bits;
    bool (*tell)(struct subject *subject); /* false: impossible here */
};

struct lie_list {
    const struct lie *lies;
    size_t count;
};
extern const struct lie_list lies_baton, lies_lists, lies_memory, lies_mappings, lies_overwrite;

#define SIZE_OF(type, member) sizeof(((type *)0)->member)
#define LIE_ENTRY(name, check, member, bits)                                                                           \
    {                                                                                                                  \
        name, check, LIE_IN_ENTRY, offsetof(struct entry_state, member), SIZE_OF(struct entry_state, member), bits,    \
            NULL                                                                                                       \
    }
#define LIE_BATON(name, check, member, bits)                                                                           \
    {                                                                                                                  \
        name, check, LIE_IN_BATON, offsetof(struct baton, member), SIZE_OF(struct baton, member), bits, NULL           \
    }
#define LIE_SUBJECT(name, check, member, bits)                                                                         \
    {                                                                                                                  \
        name, check, LIE_IN_SUBJECT, offsetof(struct subject, member), SIZE_OF(struct subject, member), bits, NULL     \
    }
#define LIE(name, check, function)                                                                                     \
    {                                                                                                                  \
        name, check, LIE_TOLD, 0, 0, 0, function                                                                       \
    }

/* Changes something until the lie is over. */
void poke(void *address, const void *bytes, uint64_t size);
void poke8(const volatile void *address, uint8_t value);
void poke32(const volatile void *address, uint32_t value);
void poke64(const volatile void *address, uint64_t value);
/* The caller has changed what is no memory; put_back(place, before) undoes it. */
void poke_noted(void (*put_back)(uint64_t place, uint64_t before), uint64_t place, uint64_t before);
void poke_mmio(uint64_t physical, uint32_t value);

/* The first entry of the map of this kind, to be lied about; NULL when there is none. */
struct baton_memory *entry_of_kind(const struct subject *subject, uint32_t kind);
struct baton_memory *entry_number(const struct subject *subject, unsigned number);

/* Tells them all, one by one. */
void lies_run(struct subject *subject);

_Noreturn void selfcheck_main(const struct baton *baton);

#pragma GCC visibility pop

#endif
