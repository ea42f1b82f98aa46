/* SPDX-License-Identifier: 0BSD */
/*
 * The hand-off from the Baton boot loader to a kernel, version 1.
 *
 * A kernel's entry is a C function that never returns:
 *
 *     void kernel(const struct baton *baton);
 *
 * docs/protocol.md is the specification. In short: the structure starts a page, every byte from its `size` to the end
 * of that page is zero, and fields are only ever appended, so a kernel built with a newer header reads zeros from an
 * older loader. Every pointer is the direct map's base plus a physical address.
 *
 * The header stands alone (C11, C23, C++17; gcc and clang; no C library) and may be copied into a kernel's tree.
 */
#ifndef BATON_BATON_H
#define BATON_BATON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define BATON_ASSERT(condition, text) static_assert(condition, text)
#else
#define BATON_ASSERT(condition, text) _Static_assert(condition, text)
#endif

#define BATON_MAGIC     0x9b2f4e4f5441421aULL
#define BATON_VERSION   1u
#define BATON_PAGE_SIZE 4096u

/* ---- facts: which optional parts are present. Absent is not the same as zero. ---- */
#define BATON_FACT_COMMAND_LINE      (1ULL << 0)  /* the boot entry has options */
#define BATON_FACT_FRAMEBUFFER       (1ULL << 1)  /* framebuffers.count is not zero */
#define BATON_FACT_EFI_MEMORY_MAP    (1ULL << 2)  /* efi_memory_map */
#define BATON_FACT_LOG               (1ULL << 3)  /* log */
#define BATON_FACT_TIMINGS           (1ULL << 4)  /* timings: counter values */
#define BATON_FACT_COUNTER_FREQUENCY (1ULL << 5)  /* counter_frequency is known */
#define BATON_FACT_SLIDE             (1ULL << 6)  /* kernel.slide was chosen by the loader */
#define BATON_FACT_KERNEL_FILE       (1ULL << 7)  /* kernel.file: the kernel's own file, whole */
#define BATON_FACT_RSDP              (1ULL << 8)  /* rsdp */
#define BATON_FACT_SMBIOS            (1ULL << 9)  /* smbios2 or smbios3 */
#define BATON_FACT_DEVICE_TREE       (1ULL << 10) /* device_tree */
#define BATON_FACT_EFI_SYSTEM_TABLE  (1ULL << 11) /* efi_system_table */
#define BATON_FACT_ENTROPY           (1ULL << 12) /* entropy */
#define BATON_FACT_BOOT_PARTITION    (1ULL << 13) /* boot_partition */
#define BATON_FACT_WALL_CLOCK        (1ULL << 14) /* wall_clock */
#define BATON_FACT_BOOT_CPU          (1ULL << 15) /* boot_cpu */
#define BATON_FACT_IDENTITY_MAP      (1ULL << 16) /* what the direct map holds is also mapped at its physical address */
#define BATON_FACT_SECURE_BOOT       (1ULL << 17) /* secure_boot: the firmware says how it is set */
#define BATON_FACT_SERIAL            (1ULL << 18) /* serial */

/* ---- features: what a kernel's note can require or want ---- */
#define BATON_FEATURE_FRAMEBUFFER  (1ULL << 0)  /* a framebuffer */
#define BATON_FEATURE_ACPI         (1ULL << 1)  /* ACPI tables */
#define BATON_FEATURE_DEVICE_TREE  (1ULL << 2)  /* a device tree */
#define BATON_FEATURE_ENTROPY      (1ULL << 3)  /* entropy */
#define BATON_FEATURE_EL2          (1ULL << 4)  /* aarch64: to be entered at EL2 */
#define BATON_FEATURE_NO_EXECUTE   (1ULL << 5)  /* pages that cannot be executed: always there in version 1 */
#define BATON_FEATURE_MINIMUM_RAM  (1ULL << 6)  /* the note's minimum_ram */
#define BATON_FEATURE_IDENTITY_MAP (1ULL << 7)  /* the direct map a second time, at physical addresses */
#define BATON_FEATURE_RANDOM_SLIDE (1ULL << 8)  /* a random place, for kernels that can be moved */
#define BATON_FEATURE_KERNEL_FILE  (1ULL << 9)  /* the kernel's own file, whole */
#define BATON_FEATURE_FIVE_LEVELS  (1ULL << 10) /* x86_64: five-level paging; only where the firmware set it up */

/* ---- Secure Boot: whether the firmware starts only what it has verified. There may be more of these. ---- */
#define BATON_SECURE_BOOT_OFF   0u /* it starts anything */
#define BATON_SECURE_BOOT_ON    1u /* it verifies */
#define BATON_SECURE_BOOT_SETUP 2u /* it starts anything, and takes the first owner's keys from anybody */

/* ---- kinds of serial ports. There may be more of these. ---- */
#define BATON_SERIAL_16550 1u /* the PC's UART */
#define BATON_SERIAL_PL011 2u /* Arm's UART, also in the form that SBSA calls generic */
#define BATON_SERIAL_SBI   3u /* riscv64: no registers; SBI's console calls */

/* ---- kinds of memory ---- */
#define BATON_MEMORY_USABLE           1u  /* free from the first instruction on */
#define BATON_MEMORY_BOOT_SERVICES    2u  /* free once the kernel no longer wants the firmware's leftovers */
#define BATON_MEMORY_LOADER           3u  /* the loader's image and leftovers: free, nothing in use lies there */
#define BATON_MEMORY_TRAMPOLINE       4u  /* descriptor tables and code in use: free once the kernel has its own */
#define BATON_MEMORY_PAGE_TABLES      5u  /* the live page tables: free once the kernel has its own */
#define BATON_MEMORY_BATON            6u  /* this structure and all it points to, but for modules and firmware's */
#define BATON_MEMORY_STACK            7u  /* the boot stack and, as its lowest page, the guard */
#define BATON_MEMORY_KERNEL           8u  /* the kernel */
#define BATON_MEMORY_MODULE           9u  /* a module's bytes */
#define BATON_MEMORY_ACPI_RECLAIMABLE 10u /* free once the kernel has read the ACPI tables */
#define BATON_MEMORY_ACPI_NVS         11u /* the firmware's: keep, also across sleep */
#define BATON_MEMORY_FIRMWARE_TABLES  12u /* ACPI, SMBIOS and device-tree pages, readable whatever their type was */
#define BATON_MEMORY_RUNTIME_CODE     13u /* EFI runtime services */
#define BATON_MEMORY_RUNTIME_DATA     14u /* EFI runtime services */
#define BATON_MEMORY_SPECIFIC_PURPOSE 15u /* ordinary RAM that firmware sets aside (EFI_MEMORY_SP) */
#define BATON_MEMORY_PERSISTENT       16u /* survives a reset */
#define BATON_MEMORY_UNACCEPTED       17u /* RAM of a confidential guest that must be accepted first */
#define BATON_MEMORY_FRAMEBUFFER      18u /* a framebuffer */
#define BATON_MEMORY_MMIO             19u /* devices */
#define BATON_MEMORY_RESERVED         20u /* not to be touched; every type that Baton does not know */
#define BATON_MEMORY_UNUSABLE         21u /* RAM with errors */
#define BATON_MEMORY_WITHHELD         22u /* RAM that the direct map could not reach: free, but not mapped */

/*
 * A list. Elements may grow in later versions, so step by the stride, never by sizeof:
 *
 *     BATON_FOR_EACH(struct baton_memory, entry, &baton->memory_map)
 *         use(entry->base, entry->size, entry->kind);
 */
struct baton_list {
    const void *first; /* NULL when count is 0 */
    uint32_t count;    /* elements */
    uint32_t stride;   /* bytes from one element to the next */
};

/* One range of physical memory. The list is sorted, page-aligned and without overlap. */
struct baton_memory {
    uint64_t base;           /* physical address */
    uint64_t size;           /* bytes, never 0 */
    uint32_t kind;           /* BATON_MEMORY_... */
    uint32_t efi_type;       /* what the firmware called it */
    uint64_t efi_attributes; /* EFI_MEMORY_... as the firmware gave them */
};

struct baton_kernel {
    uint64_t physical;  /* the lowest physical address; one contiguous run */
    uint64_t address;   /* where that address is mapped for the kernel to run */
    uint64_t size;      /* bytes, a multiple of the page size */
    uint64_t slide;     /* run address minus link address */
    const char *path;   /* the file it came from, on the boot volume */
    const void *file;   /* the whole file, when the kernel asked for it */
    uint64_t file_size; /* bytes */
};

struct baton_stack {
    uint64_t base; /* lowest usable address; the page below it is not mapped */
    uint64_t size; /* bytes */
};

struct baton_direct_map {
    uint64_t base; /* physical address 0 is here; 0 for kernels that are linked low */
    uint64_t end;  /* first address behind all that it holds; framebuffers may be mapped above */
};

struct baton_framebuffer {
    void *address;           /* mapped write-combining */
    uint64_t physical;       /* physical address */
    uint64_t size;           /* bytes */
    uint32_t width;          /* pixels */
    uint32_t height;         /* pixels */
    uint32_t pitch;          /* bytes from one row to the next, which may be more than width needs */
    uint32_t bits_per_pixel; /* 32, or 16 or 24 where the masks say so */
    uint32_t red_mask;
    uint32_t green_mask;
    uint32_t blue_mask;
    uint32_t reserved_mask;
    const void *edid;   /* NULL when unknown */
    uint32_t edid_size; /* bytes */
    uint32_t reserved;
};

struct baton_module {
    const char *name;         /* its path on the boot volume, or the name that was given for it */
    const char *command_line; /* "" when there is none */
    void *address;            /* page-aligned; the rest of the last page is zero */
    uint64_t physical;        /* physical address */
    uint64_t size;            /* bytes */
};

/* The untouched EFI memory map, for kernels that call runtime services. Step by descriptor_size. */
struct baton_efi_memory_map {
    const void *descriptors;
    uint64_t size;            /* bytes */
    uint32_t descriptor_size; /* bytes */
    uint32_t descriptor_version;
};

/* Everything the loader said, one line after the other, each ended by a newline. */
struct baton_log {
    const char *text; /* ends with a NUL that size does not count */
    uint64_t size;    /* bytes */
};

struct baton_timing {
    const char *name; /* the stage that ended here; the first is "start" */
    uint64_t counter; /* time-stamp counter */
};

/* Room for what one back end or vendor adds without a registry. */
struct baton_extension {
    uint8_t guid[16];
    uint32_t version;
    uint32_t reserved;
    const void *data;
    uint64_t size; /* bytes */
};

/* A serial port that is set up and can be written to at once. */
struct baton_serial {
    void *registers;   /* mapped as a device; NULL when the kind has none */
    uint64_t physical; /* of the registers */
    uint32_t kind;     /* BATON_SERIAL_... */
    uint32_t stride;   /* bytes from one register to the next */
};

struct baton {
    uint64_t magic;   /* BATON_MAGIC; halt when it is anything else */
    uint32_t version; /* BATON_VERSION of the loader */
    uint32_t size;    /* bytes of this structure that the loader knew */
    uint64_t facts;   /* BATON_FACT_... */

    const char *loader_name;
    const char *loader_version;
    const char *command_line; /* "" when there is none */

    struct baton_list memory_map; /* of struct baton_memory */
    struct baton_kernel kernel;
    struct baton_stack stack;
    struct baton_direct_map direct_map;
    struct baton_list framebuffers; /* of struct baton_framebuffer */
    struct baton_list modules;      /* of struct baton_module */

    const void *rsdp;    /* a copy */
    const void *smbios2; /* a copy of the 32-bit entry point */
    const void *smbios3; /* a copy of the 64-bit entry point */
    const void *device_tree;
    uint64_t device_tree_size; /* bytes */
    const void *efi_system_table;
    struct baton_efi_memory_map efi_memory_map;

    uint8_t entropy[64];
    uint8_t boot_partition[16]; /* the GPT partition's GUID, as its bytes stand on the disk */
    uint64_t wall_clock;        /* seconds since 1970-01-01 00:00 UTC, at boot */
    struct baton_log log;
    struct baton_list timings;    /* of struct baton_timing */
    uint64_t counter_frequency;   /* Hz */
    uint64_t boot_cpu;            /* APIC id, MPIDR or hart id */
    struct baton_list extensions; /* of struct baton_extension */
    uint32_t secure_boot;         /* BATON_SECURE_BOOT_... */
    uint32_t reserved;
    struct baton_serial serial; /* the firmware's console; on x86_64 COM1 is where it is, and this is empty */
};

/*
 * A kernel's wishes: an ELF note in a PT_NOTE segment. 64-bit numbers are two halves, the lower one first, so that the
 * note's descriptor may begin at a multiple of 4. BATON_WISHES writes one:
 *
 *     BATON_WISHES(BATON_FEATURE_ACPI, BATON_FEATURE_FRAMEBUFFER, 0, 0);
 */
#define BATON_NOTE_NAME   "Baton"
#define BATON_NOTE_WISHES 1u

struct baton_note {
    uint32_t name_size;       /* 6: BATON_NOTE_NAME with its NUL */
    uint32_t descriptor_size; /* bytes from `version` on */
    uint32_t kind;            /* BATON_NOTE_WISHES; ELF calls it n_type */
    char name[8];             /* BATON_NOTE_NAME, padded with zeros */
    uint32_t version;         /* BATON_VERSION that the kernel was written for */
    uint32_t required[2];     /* BATON_FEATURE_...: no boot without them */
    uint32_t wanted[2];       /* BATON_FEATURE_...: welcome where they are */
    uint32_t stack_size[2];   /* bytes, at least; 0: the default */
    uint32_t minimum_ram[2];  /* bytes; with BATON_FEATURE_MINIMUM_RAM in `required` */
};

#define BATON_HALVES(number)                                                                                           \
    {                                                                                                                  \
        (uint32_t)((number)&0xffffffffULL), (uint32_t)((uint64_t)(number) >> 32)                                       \
    }

/* clang-format off */
/* Defines the note. Once in a kernel, outside functions; all four are constants. */
#define BATON_WISHES(required_features, wanted_features, least_stack_size, least_ram)                                  \
    static const struct baton_note baton_wishes __attribute__((section(".note.baton"), used, aligned(4))) = {          \
        6, sizeof(struct baton_note) - offsetof(struct baton_note, version), BATON_NOTE_WISHES, BATON_NOTE_NAME,       \
        BATON_VERSION, BATON_HALVES(required_features), BATON_HALVES(wanted_features),                                 \
        BATON_HALVES(least_stack_size), BATON_HALVES(least_ram)}
/* clang-format on */

/* ---- the layout is the contract ---- */
BATON_ASSERT(sizeof(void *) == 8, "Baton starts 64-bit kernels");
BATON_ASSERT(sizeof(struct baton_list) == 16, "struct baton_list");
BATON_ASSERT(sizeof(struct baton_memory) == 32, "struct baton_memory");
BATON_ASSERT(sizeof(struct baton_kernel) == 56, "struct baton_kernel");
BATON_ASSERT(sizeof(struct baton_stack) == 16, "struct baton_stack");
BATON_ASSERT(sizeof(struct baton_direct_map) == 16, "struct baton_direct_map");
BATON_ASSERT(sizeof(struct baton_framebuffer) == 72, "struct baton_framebuffer");
BATON_ASSERT(sizeof(struct baton_module) == 40, "struct baton_module");
BATON_ASSERT(sizeof(struct baton_efi_memory_map) == 24, "struct baton_efi_memory_map");
BATON_ASSERT(sizeof(struct baton_log) == 16, "struct baton_log");
BATON_ASSERT(sizeof(struct baton_timing) == 16, "struct baton_timing");
BATON_ASSERT(sizeof(struct baton_serial) == 24, "struct baton_serial");
BATON_ASSERT(sizeof(struct baton_extension) == 40, "struct baton_extension");
BATON_ASSERT(sizeof(struct baton_note) == 56, "struct baton_note");
BATON_ASSERT(offsetof(struct baton_note, version) == 20, "version");
BATON_ASSERT(offsetof(struct baton, facts) == 16, "facts");
BATON_ASSERT(offsetof(struct baton, loader_name) == 24, "loader_name");
BATON_ASSERT(offsetof(struct baton, command_line) == 40, "command_line");
BATON_ASSERT(offsetof(struct baton, memory_map) == 48, "memory_map");
BATON_ASSERT(offsetof(struct baton, kernel) == 64, "kernel");
BATON_ASSERT(offsetof(struct baton, stack) == 120, "stack");
BATON_ASSERT(offsetof(struct baton, direct_map) == 136, "direct_map");
BATON_ASSERT(offsetof(struct baton, framebuffers) == 152, "framebuffers");
BATON_ASSERT(offsetof(struct baton, modules) == 168, "modules");
BATON_ASSERT(offsetof(struct baton, rsdp) == 184, "rsdp");
BATON_ASSERT(offsetof(struct baton, efi_system_table) == 224, "efi_system_table");
BATON_ASSERT(offsetof(struct baton, efi_memory_map) == 232, "efi_memory_map");
BATON_ASSERT(offsetof(struct baton, entropy) == 256, "entropy");
BATON_ASSERT(offsetof(struct baton, boot_partition) == 320, "boot_partition");
BATON_ASSERT(offsetof(struct baton, wall_clock) == 336, "wall_clock");
BATON_ASSERT(offsetof(struct baton, log) == 344, "log");
BATON_ASSERT(offsetof(struct baton, timings) == 360, "timings");
BATON_ASSERT(offsetof(struct baton, counter_frequency) == 376, "counter_frequency");
BATON_ASSERT(offsetof(struct baton, boot_cpu) == 384, "boot_cpu");
BATON_ASSERT(offsetof(struct baton, extensions) == 392, "extensions");
BATON_ASSERT(offsetof(struct baton, secure_boot) == 408, "secure_boot");
BATON_ASSERT(offsetof(struct baton, serial) == 416, "serial");
BATON_ASSERT(sizeof(struct baton) == 440, "struct baton");
BATON_ASSERT(sizeof(struct baton) <= BATON_PAGE_SIZE, "the baton never outgrows its page");

/* ---- helpers ---- */

/* The element after `element`, or the list's first one for NULL; NULL at the end. */
static inline const void *baton_next(const struct baton_list *list, const void *element)
{
    const uint8_t *first = (const uint8_t *)list->first;
    const uint8_t *next = element ? (const uint8_t *)element + list->stride : first;

    return list->count > 0 && next < first + (uint64_t)list->count * list->stride ? next : NULL;
}

/* Steps `entry`, a pointer to const struct_type, through a struct baton_list *. */
#define BATON_FOR_EACH(struct_type, entry, list)                                                                       \
    for (const struct_type *entry = (const struct_type *)baton_next((list), NULL); entry;                              \
         entry = (const struct_type *)baton_next((list), entry))

/* The physical address behind a pointer of the baton's. */
static inline uint64_t baton_physical(const struct baton *baton, const void *pointer)
{
    return (uint64_t)(uintptr_t)pointer - baton->direct_map.base;
}

/* The value that `baton run --test` takes for success. */
#define BATON_EXIT_SUCCESS 0x10u

/* What ends QEMU when it was started by `baton run --test`, and does nothing on any other machine. */
static inline void baton_exit_emulator(uint32_t code)
{
#if defined(__x86_64__)
    __asm__ volatile("outl %0, %1" : : "a"(code), "Nd"((uint16_t)0xf4)); /* isa-debug-exit */
#elif defined(__aarch64__)
    const uint64_t block[2] = {0x20026, code}; /* semihosting: SYS_EXIT_EXTENDED, an application's own end */
    register uint64_t operation __asm__("x0") = 0x20;
    register const void *argument __asm__("x1") = block;

    __asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(argument) : "memory");
#elif defined(__riscv)
    /* Semihosting, as on aarch64. Where there is none the breakpoint is an exception, for which there is a handler. */
    const uint64_t block[2] = {0x20026, code};

    __asm__ volatile("lla t0, 1f\n\t"
                     "csrw stvec, t0\n\t"
                     "li a0, 0x20\n\t"
                     "mv a1, %0\n\t"
                     ".balign 16\n\t"
                     ".option push\n\t"
                     ".option norvc\n\t"
                     "slli zero, zero, 0x1f\n\t"
                     "ebreak\n\t"
                     "srai zero, zero, 7\n"
                     "1:\n\t"
                     ".option pop"
                     :
                     : "r"(block)
                     : "a0", "a1", "t0", "memory");
#endif
}

/* Ends QEMU when it was started by `baton run --test`; on any other machine it only stops. */
#if defined(__cplusplus)
[[noreturn]]
#else
_Noreturn
#endif
static inline void
baton_exit(uint32_t code)
{
    baton_exit_emulator(code);
    for (;;) {
#if defined(__x86_64__)
        __asm__ volatile("cli; hlt");
#elif defined(__aarch64__)
        __asm__ volatile("msr daifset, #0xf; wfi");
#elif defined(__riscv)
        __asm__ volatile("csrw sie, zero; wfi");
#endif
    }
}

#ifdef __cplusplus
}
#endif

#endif
