/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What watch.c and watch_thunks.S share. Every watched function is replaced by a thunk. When the call came from the
 * image, the thunk puts a frame on a stack of its own, has the function return to itself, and hands the frame to
 * watch_note.
 */
#ifndef BATON_BENCH_WATCH_H
#define BATON_BENCH_WATCH_H

#include <stdint.h>

#define WATCH_BOOT    44 /* pointers in EFI_BOOT_SERVICES after its header */
#define WATCH_RUNTIME 14 /* in EFI_RUNTIME_SERVICES */
#define WATCH_FILE    10 /* in EFI_FILE_PROTOCOL */
#define WATCH_CONSOLE 9  /* in EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL */
#define WATCH_COUNT   (WATCH_BOOT + WATCH_RUNTIME + WATCH_FILE + WATCH_CONSOLE + 1)
#define WATCH_THUNK   16 /* bytes */
#define WATCH_DEPTH   64

struct watch_frame {
    uint64_t return_address;
    uint64_t index;
    uint64_t start; /* counter */
    uint64_t arguments[4];
    uint64_t unused;
};

extern const uint8_t watch_thunks[WATCH_COUNT][WATCH_THUNK];
extern void *watch_targets[WATCH_COUNT]; /* where each thunk goes on */
extern struct watch_frame watch_frames[WATCH_DEPTH];
extern uint64_t watch_depth;
extern uint64_t watch_image_base;
extern uint64_t watch_image_size;

/* A watched function returns: `now` is the counter, `result` is what it returns. */
void watch_note(const struct watch_frame *frame, uint64_t now, uint64_t result);

#endif
