/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of this loader share. It follows docs/protocol.md for ELF kernels on x86_64 under UEFI. */
#ifndef SECOND_H
#define SECOND_H

#include <baton/baton.h>
#include <efi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trampoline.h"

#define PAGE          4096ULL
#define GIB           (1ULL << 30)
#define TIB           (1ULL << 40)
#define LOWER_END     0x0000800000000000ULL
#define UPPER_HALF    0xffff800000000000ULL
#define MEMORY_WB     0x8ULL
#define MEMORY_SP     0x40000ULL
#define ENTRY_ADDRESS 0x000ffffffffff000ULL /* of what a page-table entry leads to */

struct range {
    uint64_t base, size;
};

static inline uint64_t page_down(uint64_t n)
{
    return n & ~(PAGE - 1);
}
static inline uint64_t page_up(uint64_t n)
{
    return (n + PAGE - 1) & ~(PAGE - 1);
}
static inline bool contains(struct range r, uint64_t address)
{
    return address - r.base < r.size;
}

/* ---- base.c: text, memory, processor ---- */
#define LOG_SIZE 32768u
extern EFI_SYSTEM_TABLE *ST;
extern EFI_BOOT_SERVICES *BS;
extern bool firmware_gone; /* after ExitBootServices: COM1 only */
extern char log_text[LOG_SIZE];
extern uint32_t log_length;

void say(const char *format, ...);    /* %s %u (uint64_t) %x (uint64_t); a line on the console and in the log */
bool refuse(const char *format, ...); /* the same with "error: " before it; always false */
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t length(const char *text);
void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4]); /* EAX, EBX, ECX, EDX */
uint64_t read_tsc(void);
uint64_t read_msr(uint32_t msr);
void write_msr(uint32_t msr, uint64_t value);
bool five_levels(void);
uint64_t take_pages(uint64_t bytes, EFI_MEMORY_TYPE type); /* 0 when there are none; zeroed */
bool take_pages_at(uint64_t address, uint64_t bytes);
void give_all_back(void);

/* ---- facts.c: what the firmware knows ---- */
#define MAX_SCREENS 16
#define MAX_DEVICES 64
#define MAX_TIMINGS 16

struct machine {
    uint64_t io_apics[MAX_DEVICES], hpets[MAX_DEVICES];
    uint32_t io_apic_count, hpet_count;
    struct baton_framebuffer screens[MAX_SCREENS];
    uint32_t screen_count;
    struct baton_timing timings[MAX_TIMINGS];
    uint32_t timing_count;
    uint32_t rsdp_size;
    bool have_random;
};
extern struct machine machine;
extern struct baton draft; /* the baton so far; what it points to is still the firmware's or this loader's */

void stage_ends(const char *name);
void read_clock(void);
void gather(EFI_HANDLE device);
bool claim_screens(void);
void gather_tables(void);
bool random_bytes(void *to, uint32_t n);

/* ---- kernel.c: the ELF file ---- */
#define PAGE_READ    1u /* a segment that is not writable has bytes in the page, or RELRO has it */
#define PAGE_WRITE   2u /* a writable one has */
#define PAGE_EXECUTE 4u /* an executable one has */

struct kernel {
    const uint8_t *file;
    uint64_t file_size;
    bool movable, low, random, identity;
    uint64_t link_base, size, align; /* the page-aligned range as linked */
    uint64_t entry;                  /* as linked */
    uint64_t address;                /* where link_base runs */
    uint64_t physical;               /* where it lies */
    uint8_t *pages;                  /* PAGE_... of each page */
    uint64_t required, wanted, stack_size, minimum_ram;
    uint64_t direct_base;
    uint64_t reach; /* the first physical address that the direct map cannot hold */
};
extern struct kernel kernel;

bool kernel_read_header(void);
bool kernel_choose_addresses(void);
bool kernel_check_features(void);
bool kernel_load(void);

/* ---- memory.c: the memory map ---- */
#define MAX_CLAIMS 4096
struct claim {
    struct range range;
    uint32_t kind;
};
struct firmware_map {
    uint8_t *descriptors;
    UINTN size, room, descriptor_size;
    UINT32 version;
};
/* What goes before the firmware's map. Of two claims to a page the later one wins. */
extern struct claim claims[MAX_CLAIMS];
extern uint32_t claim_count;
extern struct firmware_map firmware_map;
extern struct baton_memory *map; /* the baton's memory map */
extern uint32_t map_count, map_room;
extern uint64_t *edges; /* scratch of build_map(), two for each entry of `map` */

bool claim(uint64_t base, uint64_t bytes, uint32_t kind);
bool build_map(void);
const struct baton_memory *entry_at(uint64_t physical);
uint64_t conventional_ram(void);

/* ---- paging.c ---- */
struct layout {
    uint64_t guard;               /* the page below the stack */
    struct range trampoline;      /* its code */
    uint64_t tables, tables_room; /* the pool of page tables, the root first */
    uint64_t tables_used;         /* pages */
    uint64_t direct_end;          /* of the direct map, as the kernel sees it */
};
extern struct layout layout;
uint64_t count_tables(void);
bool build_tables(void);

#endif
