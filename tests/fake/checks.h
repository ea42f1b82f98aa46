/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the judge and the verdict look at, each by a name, so that lies.c can show of every single one that it fails
 * when it should. docs/testing.md says which of them stand for which checks of the kernel selfcheck.
 */
#ifndef BATON_FAKE_CHECKS_H
#define BATON_FAKE_CHECKS_H

#include <stdbool.h>

/* X(identifier, name): the judge's, of what a kernel was handed. */
#define JUDGE_CHECKS(X)                                                                                                \
    X(BATON_PAGE, "baton-page")                                                                                        \
    X(BATON_ADDRESS, "baton-address")                                                                                  \
    X(BATON_HEAD, "baton-head")                                                                                        \
    X(BATON_TAIL, "baton-tail")                                                                                        \
    X(BATON_KIND, "baton-kind")                                                                                        \
    X(POINTER_MEMORY, "pointer-memory")                                                                                \
    X(POINTER_KIND, "pointer-kind")                                                                                    \
    X(STACK_PLACE, "stack-place")                                                                                      \
    X(STACK_KIND, "stack-kind")                                                                                        \
    X(MODULE_LIST, "module-list")                                                                                      \
    X(MODULE_TEXTS, "module-texts")                                                                                    \
    X(MODULE_PLACE, "module-place")                                                                                    \
    X(MODULE_BYTES, "module-bytes")                                                                                    \
    X(MODULE_TAIL, "module-tail")                                                                                      \
    X(IN_USE, "memory-in-use")                                                                                         \
    X(CLEAN, "caches-clean")                                                                                           \
    X(CLEAN_SCREEN, "screen-caches-clean")                                                                             \
    X(MAP_LIST, "map-list")                                                                                            \
    X(MAP_TAKEN, "map-taken")                                                                                          \
    X(MAP_ENTRY, "map-entry")                                                                                          \
    X(MAP_COUNT, "map-count")                                                                                          \
    X(KERNEL_ADDRESS, "kernel-address")                                                                                \
    X(KERNEL_SLIDE, "kernel-slide")                                                                                    \
    X(KERNEL_LOW, "kernel-low")                                                                                        \
    X(KERNEL_SIZE, "kernel-size")                                                                                      \
    X(KERNEL_ENTRY, "kernel-entry")                                                                                    \
    X(KERNEL_KIND, "kernel-kind")                                                                                      \
    X(LEVEL, "entered-at-level")                                                                                       \
    X(KERNEL_BYTES, "kernel-bytes")                                                                                    \
    X(FILE_UNASKED, "kernel-file-unasked")                                                                             \
    X(FILE_BYTES, "kernel-file")                                                                                       \
    X(FILE_TAIL, "kernel-file-tail")                                                                                   \
    X(FACT_UNFOUNDED, "fact-unfounded")                                                                                \
    X(FACT_MISSING, "fact-missing")                                                                                    \
    X(FACT_FIELDS, "fact-fields")                                                                                      \
    X(FACT_COMMAND_LINE, "fact-command-line")                                                                          \
    X(FACT_SLIDE, "fact-slide")                                                                                        \
    X(FACT_KERNEL_FILE, "fact-kernel-file")                                                                            \
    X(FACT_IDENTITY_MAP, "fact-identity-map")                                                                          \
    X(FACTS_KNOWN, "facts-known")                                                                                      \
    X(LOADER_NAME, "loader-name")                                                                                      \
    X(LOADER_VERSION, "loader-version")                                                                                \
    X(COMMAND_LINE, "command-line")                                                                                    \
    X(KERNEL_PATH, "kernel-path")                                                                                      \
    X(SCREEN_UNFOUNDED, "framebuffer-unfounded")                                                                       \
    X(SCREEN_LIST, "framebuffer-list")                                                                                 \
    X(SCREEN, "framebuffer")                                                                                           \
    X(EDID, "edid")                                                                                                    \
    X(RSDP, "rsdp")                                                                                                    \
    X(SMBIOS, "smbios")                                                                                                \
    X(SYSTEM_TABLE, "efi-system-table")                                                                                \
    X(DEVICE_TREE, "device-tree")                                                                                      \
    X(SERIAL, "serial")                                                                                                \
    X(ENTROPY, "entropy")                                                                                              \
    X(ENTROPY_COPY, "entropy-copy")                                                                                    \
    X(BOOT_PARTITION, "boot-partition")                                                                                \
    X(WALL_CLOCK, "wall-clock")                                                                                        \
    X(COUNTER_FREQUENCY, "counter-frequency")                                                                          \
    X(BOOT_CPU, "boot-cpu")                                                                                            \
    X(SECURE_BOOT, "secure-boot")                                                                                      \
    X(EXTENSIONS, "extensions")                                                                                        \
    X(EFI_MAP, "efi-memory-map")                                                                                       \
    X(LOG_SHAPE, "log")                                                                                                \
    X(LOG_WORDS, "log-words")                                                                                          \
    X(TIMINGS, "timings")                                                                                              \
    X(STAGES, "stages")                                                                                                \
    X(DIRECT_MAP_BASE, "direct-map-base")                                                                              \
    X(DIRECT_MAP_END, "direct-map-end")                                                                                \
    X(TABLES_ROOT, "tables-root")                                                                                      \
    X(TABLE_MEMORY, "table-memory")                                                                                    \
    X(TABLE_BITS, "table-bits")                                                                                        \
    X(ABSENT_ENTRY, "absent-entry")                                                                                    \
    X(GIBIBYTE_PAGE, "gibibyte-page")                                                                                  \
    X(LEAF_BITS, "leaf-bits")                                                                                          \
    X(MAPPING_MISSING, "mapping-missing")                                                                              \
    X(MAPPING_EXTRA, "mapping-extra")                                                                                  \
    X(MAPPING_WRONG, "mapping-wrong")

/* The verdict's, of how a run came out. */
#define VERDICT_CHECKS(X)                                                                                              \
    X(END, "end")                                                                                                      \
    X(ERRORS, "errors")                                                                                                \
    X(WORDS, "words")                                                                                                  \
    X(SHOWN, "shown")                                                                                                  \
    X(TEXT_MODE, "text-mode")                                                                                          \
    X(READS, "reads")                                                                                                  \
    X(MAP_CALLS, "map-calls")                                                                                          \
    X(KEPT_WAITING, "kept-waiting")                                                                                    \
    X(WITHOUT_A_WORD, "without-a-word")                                                                                \
    X(ERRORS_AT_MOST, "errors-at-most")                                                                                \
    X(JUMP_AFTER_ERRORS, "jump-after-errors")                                                                          \
    X(STATUS, "status")                                                                                                \
    X(ERRORS_ON_SCREEN, "errors-on-screen")                                                                            \
    X(TIME_TO_READ, "time-to-read")                                                                                    \
    X(QUIRKY_END, "quirky-end")                                                                                        \
    X(QUIRKY_ERRORS, "quirky-errors")                                                                                  \
    X(MISTAKES, "mistakes")                                                                                            \
    X(ONE_FAILURE, "one-failure")                                                                                      \
    X(JUMP_REFUSED, "jump-of-what-is-refused")                                                                         \
    X(RESET_TOO_SOON, "reset-too-soon")                                                                                \
    X(WAITED, "waited")                                                                                                \
    X(START_PATH, "start-path")                                                                                        \
    X(START_OPTIONS, "start-options")                                                                                  \
    X(START_TREE, "start-tree")                                                                                        \
    X(START_INITRD, "start-initrd")                                                                                    \
    X(ONE_SHOT, "one-shot")                                                                                            \
    X(LAST_BOOTED, "last-booted")                                                                                      \
    X(TOLD, "told")                                                                                                    \
    X(TOLD_TO_NOBODY, "told-to-nobody")                                                                                \
    X(START_SEED, "start-seed")                                                                                        \
    X(SEED_FILE, "seed-file")                                                                                          \
    X(COUNT_LOST, "count-lost")                                                                                        \
    X(COUNT_GROWN, "count-grown")                                                                                      \
    X(COUNT_NAME, "count-name")                                                                                        \
    X(COUNT_NAMES, "count-names")                                                                                      \
    X(CUT_BOOT, "cut-boot")                                                                                            \
    X(CUT_TWINS, "cut-twins")

#define CHECK_IDENTIFIER(identifier, name) CHECK_##identifier,
enum check { JUDGE_CHECKS(CHECK_IDENTIFIER) VERDICT_CHECKS(CHECK_IDENTIFIER) CHECK_COUNT };
#undef CHECK_IDENTIFIER

/* Complains (fake_complain) that what this check looks at is not as it must be. */
void check_broken(enum check check, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Forgets what was noticed: a new run begins. */
void checks_start(void);

/* Whether the check complained since then. */
bool check_is_broken(enum check check);

const char *check_name(enum check check);

#endif
