/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chaos: the loader is started again and again in one session of the firmware, and each time another of its calls
 * fails. It sees none of the firmware's own tables: a system table, boot services and protocols are made for it, in
 * which every function is a thunk (chaos_thunks.S). What may fail and how, and when it may be called, is known by
 * tests/fake/fake_calls.c, which the fake firmware on the host goes by, too.
 *
 * A boot that comes through leaves boot services only as far as the loader can see: its kernel (tests/kernels/chaos.c)
 * looks at what it was given and comes back, and the firmware goes on. The very last one leaves them for good.
 */
#ifndef BATON_TESTS_CHAOS_H
#define BATON_TESTS_CHAOS_H

#include "inject.h"

#include "abi/simple_text_input_ex.h"
#include "fake.h"

/* What is done to a run; bits of the setting `chaos`. The first ones are those of enum fake_lasting. */
enum chaos_way {
    CHAOS_STATUS_WAYS = FAKE_LASTING_COUNT,
    CHAOS_HALF = CHAOS_STATUS_WAYS, /* the Nth read of a file gives half of what was asked for */
    CHAOS_HALVES,                   /* and all later ones */
    CHAOS_NONE,                     /* the Nth read of a file gives nothing */
    CHAOS_NONES,                    /* and all later ones */
    CHAOS_STALE,                    /* so many calls to ExitBootServices find that the map has changed */
    CHAOS_WAYS,
};

/* What a run is judged by, each with its name in a verdict. */
#define CHAOS_RULES(X)                                                                                                 \
    X(KERNEL_HEAD, "kernel-head") /* the kernel's own checks, in its order */                                          \
    X(KERNEL_MAP, "kernel-map")                                                                                        \
    X(KERNEL_BYTES, "kernel-bytes")                                                                                    \
    X(KERNEL_ZEROS, "kernel-zeros")                                                                                    \
    X(KERNEL_MODULES, "kernel-modules")                                                                                \
    X(KERNEL_STACK, "kernel-stack")                                                                                    \
    X(PROGRAM_OPTIONS, "program-options") /* those of a program that is started (started.h) */                         \
    X(PROGRAM_INITRD, "program-initrd")                                                                                \
    X(PROGRAM_AGAIN, "program-again") /* it had come back content */                                                   \
    X(ENTERED_EARLY, "entered-early") /* boot services had not ended */                                                \
    X(NOT_ENTERED, "not-entered")     /* nothing was booted, and must have been */                                     \
    X(ENTERED, "entered")             /* something was, and must not have been */                                      \
    X(NOT_RESET, "not-reset")                                                                                          \
    X(PAGES, "pages") /* by type, as before */                                                                         \
    X(HANDLES, "handles")                                                                                              \
    X(KEPT_PAGES, "kept-pages") /* in the order of enum chaos_kind */                                                  \
    X(KEPT_POOL, "kept-pool")                                                                                          \
    X(KEPT_EVENT, "kept-event")                                                                                        \
    X(KEPT_FILE, "kept-file")                                                                                          \
    X(KEPT_IMAGE, "kept-image")                                                                                        \
    X(KEPT_INTERFACE, "kept-interface")                                                                                \
    X(KEPT_TABLE, "kept-table")                                                                                        \
    X(NOT_ITS_OWN, "not-its-own") /* given back, or tried to */                                                        \
    X(NO_FILE, "no-file")                                                                                              \
    X(SCREEN, "screen")                                                                                                \
    X(UNKNOWN_CALL, "unknown-call")                                                                                    \
    X(UNKNOWN_PROTOCOL, "unknown-protocol")                                                                            \
    X(ILLEGAL_CALL, "illegal-call")                                                                                    \
    X(EXIT_IMAGE, "exit-image")                                                                                        \
    X(EXIT_MAP, "exit-map")                                                                                            \
    X(RESET_EARLY, "reset-early")                                                                                      \
    X(RESET_ODD, "reset-odd")
#define RULE_NUMBER(number, name) RULE_##number,
enum chaos_rule { CHAOS_RULES(RULE_NUMBER) RULE_COUNT };
#undef RULE_NUMBER

enum chaos_end {
    CHAOS_RETURNED, /* to the firmware */
    CHAOS_PROGRAM,  /* the same, when a program had come back content */
    CHAOS_KERNEL,   /* the kernel was entered */
    CHAOS_RESET,    /* with last words */
};

struct chaos_run {
    enum chaos_way way;
    unsigned number; /* N */
    unsigned status; /* which of those that the service may fail with */
    bool is_last;    /* nothing fails, and boot services end */
    EFI_HANDLE loader;

    /* What became of it. */
    enum chaos_end end;
    EFI_STATUS result;   /* of a return */
    uint64_t verdict;    /* of the kernel's; 0: all is well */
    unsigned injections; /* but for those of fake_calls.c */
    unsigned shown;      /* errors, on the console */
    bool lacks_path;     /* one of them is that the volume's path is not known */
    unsigned wrong;      /* complaints */
};
extern struct chaos_run chaos_run;

/* ---- chaos.c ---- */
/* Does all runs that the settings ask for. Returns when the last one has not left for good. */
void chaos(EFI_HANDLE volume, EFI_DEVICE_PATH_PROTOCOL *path);
/* The run has broken this rule; `format` says how. */
void chaos_complain(enum chaos_rule rule, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Ends the run that is going on, from within a call of the loader's. */
_Noreturn void chaos_end_run(enum chaos_end end);

/* ---- chaos_lies.c: see chaos_lies.h ---- */
/* Tells each lie in a run of its own. The loader has `table`. */
void chaos_lies_tell(const EFI_SYSTEM_TABLE *table, void (*run)(enum chaos_way way, unsigned number));
/* Whether one is told in this run, and which call then fails, as in struct fake_injection. */
bool chaos_lies_fail(unsigned *ret_call);
struct chaos_arguments;
/* Where they come in: before memory is counted; before a call; and when the run has been judged. */
void chaos_lies_prepare(void);
void chaos_lies_call(enum fake_service service, struct chaos_arguments *arguments);
void chaos_lies_undo(void);

/* ---- chaos_thunks.S, chaos_hooks.c: the tables that the loader sees ---- */
#define CHAOS_THUNK    16 /* bytes */
#define CHAOS_BOOT     0  /* where each table's functions begin among the thunks */
#define CHAOS_RUNTIME  44
#define CHAOS_CONOUT   58
#define CHAOS_CONIN    67
#define CHAOS_KEYS     69 /* the event among them is none */
#define CHAOS_VOLUME   74
#define CHAOS_FILE     75
#define CHAOS_GRAPHICS 89
#define CHAOS_RNG      92
#define CHAOS_BLOCKS   94
#define CHAOS_FIXUP    98
#define CHAOS_SLOTS    99

/* The first four are pushed by chaos_thunks.S, and taken from there again. What comes behind them is the caller's:
 * services with fewer arguments have anything there. */
struct chaos_arguments {
    uint64_t slot, fourth, third, second, first;
    uint64_t caller, shadow[4], fifth, sixth;
};
extern const uint8_t chaos_thunks[CHAOS_SLOTS][CHAOS_THUNK];
extern void *chaos_targets[CHAOS_SLOTS + 1]; /* the last one for what a PC does not have */
/* Every call comes by here. Not EFI_SUCCESS: it fails so. */
EFI_STATUS EFIAPI chaos_call(struct chaos_arguments *arguments);
/* Makes thunks of a table's or protocol's functions. */
void chaos_fill(void *first_function, unsigned first_slot, unsigned count);
/* What does the work of a service that is not to fail. */
void chaos_set_target(enum fake_service service, void *target);
void *chaos_target(enum fake_service service);
#define CHAOS_TARGET(service, function) chaos_set_target(service, (void *)(uintptr_t)(function))
#define CHAOS_TABLES                    8 /* configuration tables that the loader may have installed at once */
/* It has installed one there, or removed it (NULL). */
void chaos_list_table(const EFI_GUID *guid, void *table);
/* The system table for the loader. */
EFI_SYSTEM_TABLE *chaos_system_table(void);

/* ---- what the services do ---- */
void chaos_console_install(EFI_SYSTEM_TABLE *system); /* chaos_console.c: consoles, time and events */
void chaos_memory_install(void);                      /* chaos_memory.c: pages, pool, the map */
void chaos_files_install(void);                       /* chaos_files.c */
void chaos_protocols_install(void);                   /* chaos_protocols.c: handles, screens, random numbers */
void chaos_images_install(void);                      /* chaos_images.c: images, and what is installed for them */
void chaos_exit_install(void);                        /* chaos_exit.c: the ways out */

/* What the loader holds, and must give back. */
enum chaos_kind { CHAOS_PAGES, CHAOS_POOL, CHAOS_EVENT };
void chaos_hold(enum chaos_kind kind, uint64_t subject, uint64_t pages);
/* It has given that back, or tried to. False, and a complaint, when it does not hold it. */
bool chaos_let_go(enum chaos_kind kind, uint64_t subject, uint64_t pages);
/* The same for a call that fails: what it was to give back is given back when the run has ended. */
void chaos_offer(enum chaos_kind kind, uint64_t subject);
void chaos_held_start_run(void);
/* What it holds of that kind. */
void chaos_each_held(enum chaos_kind kind, void (*function)(uint64_t subject, uint64_t pages));
/* Gives back what is left; each is a complaint when the loader was to leave nothing. */
void chaos_held_end_run(bool complain);
void chaos_files_start_run(void);
void chaos_files_end_run(bool complain);
void chaos_screens_end_run(bool complain);

/* Images, interfaces and tables are never the loader's any more when a run has ended, whichever way. A program that
 * came back content makes it another end. */
void chaos_images_start_run(void);
void chaos_images_end_run(void);
/* As chaos_offer. */
void chaos_image_offer(EFI_HANDLE handle);
/* The call that is to take it back fails: it stays, and is nothing that the loader keeps. Or it is said not to be
 * there, and is not. */
void chaos_interface_offer(EFI_HANDLE handle, const EFI_GUID *guid, void *interface, EFI_STATUS status);
/* The configuration table is gone, though the call fails; and so is what the loader then keeps of it. */
void chaos_table_offer(const EFI_GUID *guid);
/* A call to LoadImage that fails with EFI_SECURITY_VIOLATION leaves a loaded image (UEFI 2.10, 7.4.1). */
void chaos_image_load_untrusted(const struct chaos_arguments *arguments);
/* What the programs of this run have to say. */
struct started_record *chaos_started(void);

/* The console's keys with modifiers, for the loader. */
EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *chaos_keys(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *real);
EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *chaos_volume(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *real);
/* Whether it is an open file of the loader's, or a folder. */
bool chaos_is_open(const EFI_FILE_PROTOCOL *file);
/* Whether that open file is a folder, or was opened to be written. */
bool chaos_is_folder(const EFI_FILE_PROTOCOL *file);
bool chaos_is_writable(const EFI_FILE_PROTOCOL *file);
/* The same as closing it, for a call to Delete that fails (UEFI 2.10, 13.5). */
void chaos_file_close(EFI_FILE_PROTOCOL *file);
/* The key of the memory map as it is now. */
UINTN chaos_map_key(void);

/* ---- chaos_machine.c, chaos_return.S: to the kernel and back ---- */
/* What the kernel finds by a configuration table; tests/kernels/chaos.c has the same. */
struct chaos_way_back {
    uint64_t root;   /* page tables: low addresses as the firmware has them, the upper half to be filled in */
    uint64_t resume; /* goes on there, with the kernel's verdict in rcx; 0: the kernel ends the machine */
    uint64_t lie;    /* the number of the kernel's check that the kernel itself makes fail; 0: of none */
};
#define CHAOS_WAY_BACK_GUID EFI_GUID_VALUE(0x6e1f7c3a, 0x52d4, 0x4b0e, 0x9a, 0x41, 0xd7, 0x08, 0x2c, 0x95, 0xe3, 0x16)
struct chaos_way_back *chaos_machine_start(void);
/* For the kernel of this run. */
void chaos_machine_lie(uint64_t check);
/* Notes how the processor and its devices are, for the kernel to come back; or that it shall not. */
void chaos_machine_save(bool comes_back);

/* ---- chaos_pages.c: the live page tables, as the setting `nx` asks ---- */
/* From here on data cannot be executed. */
void chaos_pages_protect(void);
void chaos_pages_release(void);
/* The loader got pages of this type. */
void chaos_pages_retype(EFI_PHYSICAL_ADDRESS address, UINTN count, EFI_MEMORY_TYPE type);

#endif
