/* SPDX-License-Identifier: BSD-2-Clause */
/* What gather found out about the machine. Pure stages know no more of it than this. */
#ifndef BATON_FACTS_H
#define BATON_FACTS_H

#include <baton/baton.h>

#include "firmware_tables.h"
#include "paging.h"

#define FACTS_TAKEN        64
#define FACTS_FRAMEBUFFERS 8

/* Memory in use, whatever the firmware's map calls it: the running stack and the live page tables (firmware.md). */
struct taken_range {
    uint64_t base; /* physical */
    uint64_t size; /* bytes */
    const char *owner;
};

/* How a kernel can write text before it has drivers. */
enum machine_serial {
    MACHINE_SERIAL_PORTS,  /* by I/O ports that need no telling */
    MACHINE_SERIAL_TABLES, /* by the UART that the firmware's tables name */
    MACHINE_SERIAL_SBI,    /* by calls to SBI */
};

struct machine_facts {
    uint16_t elf_machine;  /* ELF_MACHINE_... */
    uint16_t pe_machine;   /* PE_MACHINE_... */
    const char *name;      /* the architecture's in boot entries and file names: "x64" */
    const char *shell;     /* the UEFI shell's path, where systemd-boot looks for it */
    bool lacks_no_execute; /* memory cannot be marked as not executable */
    bool is_confidential;  /* AMD SEV, Intel TDX: page tables need a bit that says which memory is encrypted */
    const struct paging_format *paging_format;
    const struct paging_format *svpbmt_format; /* riscv64: where all harts have Svpbmt; else NULL */
    unsigned paging_levels;                    /* of the kernel's tables */
    bool gigabyte_pages;                       /* leaves of 1 GiB */
    enum machine_serial serial;
    bool has_el2;      /* aarch64: the loader runs at EL2, */
    bool has_vhe;      /* whose address space can have two halves there */
    bool has_only_el2; /* whose registers are always a host's, so that the loader cannot set up EL1 from there */
    uint64_t counter_frequency; /* Hz; 0 when unknown */
    uint64_t trampoline_code;   /* bytes of pages for the code that switches address spaces */
    uint64_t trampoline_data;   /* bytes of pages for the descriptor tables */
};

/* Whether the firmware starts only what it has verified (efi/secure_boot.h). */
enum secure_boot {
    SECURE_BOOT_OFF,
    SECURE_BOOT_ON,
    SECURE_BOOT_SETUP,   /* off: the machine has no owner's key yet */
    SECURE_BOOT_UNKNOWN, /* the firmware fails to say, so it may be on */
};

/* A monitor's description of itself (edid.h). */
struct framebuffer_edid {
    uint8_t bytes[512];
    uint32_t size; /* bytes; 0 when it is not known */
};

/* Random numbers for one boot. Whoever has handed them over wipes them. */
struct random_facts {
    bool present;
    uint8_t entropy[64];        /* the kernel's */
    uint64_t slide, direct_map; /* the loader's */
};

struct facts {
    struct machine_facts machine;
    struct efi_map efi_map;
    struct memory_intervals memory; /* the same, read */
    struct firmware_tables tables;
    struct serial_port serial;        /* kind 0: none */
    struct bytes device_tree;         /* the kernel's; size 0 when there is none */
    struct table_range *reservations; /* what a device tree says that nobody may use; of the pool */
    size_t reservation_count;
    uint64_t system_table; /* physical; 0 when it lies where a kernel cannot count on it */
    bool has_boot_partition;
    uint8_t boot_partition[16];
    bool has_wall_clock;
    uint64_t wall_clock; /* seconds since 1970 */
    bool has_boot_cpu;
    uint64_t boot_cpu;
    enum secure_boot secure_boot;
    struct random_facts random;
    struct taken_range taken[FACTS_TAKEN];
    size_t taken_count;
    struct baton_framebuffer framebuffers[FACTS_FRAMEBUFFERS]; /* `address` is not set yet */
    struct framebuffer_edid edids[FACTS_FRAMEBUFFERS];         /* of the framebuffers, in their order */
    size_t framebuffer_count;
};

/* Whether nothing may be started, and nobody at the keyboard may change anything, that the firmware did not verify. */
static inline bool facts_want_verification(const struct facts *facts)
{
    return facts->secure_boot == SECURE_BOOT_ON || facts->secure_boot == SECURE_BOOT_UNKNOWN;
}

/* Ranges whose kind is known better than by the firmware's map: framebuffers, tables and reservations. */
static inline size_t facts_placed(const struct facts *facts)
{
    return facts->framebuffer_count + facts->tables.range_count + facts->reservation_count;
}

#endif
