/* SPDX-License-Identifier: BSD-2-Clause */
/* What firmware in the field does (docs/firmware.md), one switch for each. They can be combined. */
#ifndef BATON_FAKE_QUIRKS_H
#define BATON_FAKE_QUIRKS_H

/* X(name, what it is). New ones go to the end: the inputs for fuzzing know them by their places. */
#define FAKE_QUIRKS(X)                                                                                                 \
    X(SMALL_DESCRIPTORS, "descriptors of 40 bytes instead of 48")                                                      \
    X(LARGE_DESCRIPTORS, "descriptors of 64 bytes")                                                                    \
    X(SILENT_SIZE_QUERY, "a size query leaves the descriptor's size alone")                                            \
    X(KEY_WHEN_SMALL, "a map that does not fit refreshes the key all the same")                                        \
    X(GENEROUS_SIZE_QUERY, "a size query names 7 descriptors more than there are")                                     \
    X(PRINT_ALLOCATES, "printing allocates memory")                                                                    \
    X(POOL_SPLITS, "every allocation from the pool adds descriptors to the map")                                       \
    X(EXIT_ALLOCATES, "a handler allocates at the first exit")                                                         \
    X(EXIT_PUNCHES, "the first exit reserves single pages, 2 MiB apart")                                               \
    X(KEY_BEFORE_HANDLERS, "the key is checked before the handlers run")                                               \
    X(UNSORTED, "the map is in no order")                                                                              \
    X(OVERLAP, "descriptors overlap")                                                                                  \
    X(EMPTY, "a descriptor of no pages")                                                                               \
    X(ODD_TYPES, "types that no specification knows")                                                                  \
    X(PAGE_ZERO, "page 0 is handed out")                                                                               \
    X(FROM_BELOW, "the lowest free pages are handed out first")                                                        \
    X(FROM_ABOVE, "pages above 4 GiB are handed out first")                                                            \
    X(HIGH_ONLY, "no free memory below 4 GiB")                                                                         \
    X(SMALL_BLOCKS, "no allocation above 1 MiB succeeds")                                                              \
    X(FRAGMENTED, "memory is in 700 pieces")                                                                           \
    X(FREE_STACK, "the stack and the page tables lie in memory that is listed as free")                                \
    X(SHORT_READS, "a read returns 1,000 bytes at the most")                                                           \
    X(NO_ENDS, "a file's end, when it is gone to, is its last byte, or nowhere")                                       \
    X(BROKEN_READS, "a read of more than 1 MiB fails and breaks the open file")                                        \
    X(LONG_NAMES, "a file with a name of 255 characters")                                                              \
    X(NO_DEVICE, "the firmware does not say where the loader came from")                                               \
    X(NO_FILE_PATH, "no file path in LoadedImage")                                                                     \
    X(NO_PARTITION, "the device path has no partition")                                                                \
    X(NO_CONOUT, "no console")                                                                                         \
    X(NO_CONIN, "no keyboard")                                                                                         \
    X(LYING_CONIN, "the keyboard's event comes without a key")                                                         \
    X(SERIAL_CONSOLE, "the console is a serial port")                                                                  \
    X(NO_SCREEN, "no graphics")                                                                                        \
    X(BLT_ONLY, "graphics without a framebuffer")                                                                      \
    X(WIDE_ROWS, "rows that are longer than the picture is wide")                                                      \
    X(MASKS, "pixels given by masks")                                                                                  \
    X(STUBBORN_SCREEN, "a mode that is listed cannot be set")                                                          \
    X(NO_TIME, "no clock")                                                                                             \
    X(NO_ZONE, "a clock without time zone, in daylight saving time")                                                   \
    X(NO_RANDOM, "no random numbers")                                                                                  \
    X(ZERO_RANDOM, "random numbers that are all zero")                                                                 \
    X(GARBAGE_OPTIONS, "load options that are garbage, of odd size")                                                   \
    X(OPTION_LIST, "load options that are a whole boot option")                                                        \
    X(NO_TABLES, "neither ACPI nor SMBIOS")                                                                            \
    X(BROKEN_TABLES, "ACPI tables with wrong checksums and addresses")                                                 \
    X(LOST_SYSTEM_TABLE, "the system table lies in boot-services memory")                                              \
    X(STALE_KEYS, "the first three exits find that the map has changed")                                               \
    X(GROWS_AT_EXIT, "the first exit adds 300 descriptors")                                                            \
    X(NEVER_LEAVES, "no exit succeeds")                                                                                \
    X(BOOT_DATA_ABOVE, "all memory above 4 GiB is listed as boot-services data")                                       \
    X(LOADER_ABOVE, "the loader, its stack and the live page tables lie above 4 GiB")                                  \
    X(LOW_TAKEN, "the firmware lies between 32 and 64 MiB")                                                            \
    X(STOLEN_RANGE, "a range that is listed as free is refused once")                                                  \
    X(TREE_IN_BOOT_DATA, "what a device tree reserves is listed as boot-services data")                                \
    X(SLOW_CONOUT, "a character takes the console 10 ms")                                                              \
    X(STUCK_KEY, "a key that never comes up")                                                                          \
    X(NO_VARIABLES, "variables cannot be read")                                                                        \
    X(SCREEN_IN_MEMORY, "the framebuffer lies in reserved memory")                                                     \
    X(RED_FIRST, "pixels with red in their first byte")                                                                \
    X(TEXT_OPTIONS, "load options that are text without an end")                                                       \
    X(BROKEN_RSDP, "ACPI's root pointer has a wrong checksum")                                                         \
    X(CONFIDENTIAL, "the machine is a confidential guest")                                                             \
    X(FIXED_VARIABLES, "variables cannot be written or deleted")                                                       \
    X(JUNK_VARIABLES, "the Boot Loader Interface's variables are junk")

#define FAKE_QUIRK_NAME(name, text) FAKE_QUIRK_##name,
enum fake_quirk { FAKE_QUIRKS(FAKE_QUIRK_NAME) FAKE_QUIRK_COUNT };
#undef FAKE_QUIRK_NAME
_Static_assert(FAKE_QUIRK_COUNT <= 64, "the switches are the bits of one number");

#define FAKE_QUIRK(name) (1ULL << FAKE_QUIRK_##name)

/* "PRINT_ALLOCATES" and so on. */
const char *fake_quirk_name(enum fake_quirk quirk);

#endif
