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

#pragma GCC visibility push(hidden)

#define ROUND_DOWN(number) ((number) & ~(PAGE - 1))
#define ROUND_UP(number)   (((number) + PAGE - 1) & ~(PAGE - 1))
#define UPPER_HALF         0xffff800000000000ULL
#define MAX_SEGMENTS       16

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

struct fpu_state {
    uint32_t control, status, tag, ip, cs, operand, ds;
};

/* What entry_state does not have. */
struct late_state {
    uint64_t dr7, fs_base, gs_base;
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

struct subject {
    struct baton *baton;
    struct entry_state entry;
    struct fpu_state fpu;
    struct late_state late;
    struct image image;
    struct arrival arrival;
    uint64_t skew;                   /* bytes by which the stack is off when SSE is tried */
    uint64_t code_end;               /* of the trampoline: physical, found in the page tables */
    struct firmware_ranges firmware; /* found on each run */
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

extern const struct check_list registers_checks, descriptors_checks, devices_checks, kernel_checks, baton_checks,
    facts_checks, strings_checks, map_checks, placed_checks, mappings_checks, acpi_checks, smbios_checks,
    screens_checks, clocks_checks;

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

/* ---- mmio.c, devices.c ---- */
void mmio_prepare(const struct subject *subject);
uint32_t mmio_read(const struct subject *subject, uint64_t physical);
void mmio_write(const struct subject *subject, uint64_t physical, uint32_t value);
uint32_t io_apic_read(const struct subject *subject, uint64_t base, uint32_t number);
/* The first I/O APIC that ACPI lists; 0 when there is none. */
uint64_t io_apic_first(const struct subject *subject);

/* ---- single instructions ---- */
static inline uint8_t port_read(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void port_write(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint64_t msr_read(uint32_t number)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
    return (uint64_t)high << 32 | low;
}

static inline void msr_write(uint32_t number, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "a"((uint32_t)value), "d"((uint32_t)(value >> 32)), "c"(number));
}

static inline void cpuid(uint32_t leaf, uint32_t *ret_registers)
{
    __asm__ volatile("cpuid"
                     : "=a"(ret_registers[0]), "=b"(ret_registers[1]), "=c"(ret_registers[2]), "=d"(ret_registers[3])
                     : "a"(leaf), "c"(0));
}

static inline void tlb_flush(void)
{
    __asm__ volatile("mov %%cr3, %%rax\n\tmov %%rax, %%cr3" : : : "rax", "memory");
}

static inline uint64_t counter_read(void)
{
    uint32_t low, high;

    __asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

/* ---- firmware.c, acpi.c, smbios.c ---- */
/* Whether every byte can be read through the direct map. */
bool firmware_readable(const struct subject *subject, uint64_t physical, uint64_t size);
void firmware_add(struct firmware_ranges *ranges, const char *name, uint64_t physical, uint64_t size, bool summed);
/* All ACPI tables that the baton's RSDP leads to. */
void acpi_collect(const struct subject *subject, struct firmware_ranges *ranges);
const struct acpi_header *acpi_find(const struct subject *subject, const char *signature);
void smbios_collect(const struct subject *subject, struct firmware_ranges *ranges);
/* The physical address that the firmware's system table has for a GUID; 0 when unknown. */
uint64_t configuration_table(const struct subject *subject, const uint8_t *guid);

/* ---- mappings.c: compares the page tables with what they are to be, for the checks of mappings_checks ---- */
#define ENTRY_PRESENT    (1ULL << 0)
#define ENTRY_WRITE      (1ULL << 1)
#define ENTRY_USER       (1ULL << 2)
#define ENTRY_CACHE_BITS (3ULL << 3)
#define ENTRY_ACCESSED   (1ULL << 5)
#define ENTRY_DIRTY      (1ULL << 6)
#define ENTRY_LEAF       (1ULL << 7)
#define ENTRY_GLOBAL     (1ULL << 8)
#define ENTRY_NO_EXECUTE (1ULL << 63)
#define ENTRY_ADDRESS    0x000ffffffffff000ULL
/* The page table entry for an address on this level; NULL when there is no table. */
uint64_t *page_entry(const struct subject *subject, uint64_t address, unsigned level);
unsigned paging_levels(const struct subject *subject);
struct expected {
    uint64_t address, physical, size;
    uint32_t flags;
    uint32_t type; /* of memory, as PAT and MTRRs have it */
    const char *region;
};
#define TYPE_WRITE_COMBINING 1u
#define TYPE_WRITE_BACK      6u
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
extern const struct lie_list lies_entry, lies_baton, lies_lists, lies_memory, lies_mappings, lies_machine,
    lies_overwrite;

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
void poke_port(uint16_t port, uint8_t value);
void poke_mmio(struct subject *subject, uint64_t physical, uint32_t value);
void poke_io_apic(struct subject *subject, uint64_t base, uint32_t number, uint32_t value);
void poke_msr(uint32_t number, uint64_t value);

/* The first entry of the map of this kind, to be lied about; NULL when there is none. */
struct baton_memory *entry_of_kind(const struct subject *subject, uint32_t kind);
struct baton_memory *entry_number(const struct subject *subject, unsigned number);

/* Tells them all, one by one. */
void lies_run(struct subject *subject);

/* ---- sse_spill.c ---- */
/* Spills SSE registers to aligned places on the stack; false when the numbers come out wrong. */
bool sse_spill(uint64_t one);

_Noreturn void selfcheck_main(const struct baton *baton);

#pragma GCC visibility pop

#endif
