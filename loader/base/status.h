/* SPDX-License-Identifier: BSD-2-Clause */
/* How a function ended. What went wrong in detail is in struct error (error.h). */
#ifndef BATON_STATUS_H
#define BATON_STATUS_H

enum status {
    STATUS_OK = 0,
    STATUS_NOT_FOUND,   /* no such file, protocol or entry */
    STATUS_INVALID,     /* the input is wrong */
    STATUS_UNSUPPORTED, /* the input is right, but this machine or version cannot do it */
    STATUS_NO_MEMORY,   /* the machine has too little, or it is too fragmented */
    STATUS_TAKEN,       /* an exact range was taken meanwhile: plan again */
    STATUS_NEED_BYTES,  /* the plan wants more of a file: read it, plan again */
    STATUS_NEED_ROOM,   /* the scratch room is too small: enlarge it, plan again */
    STATUS_DEVICE,      /* a device or the firmware failed */
};

/* The compiler makes the caller look at the result. */
#define MUST_CHECK __attribute__((warn_unused_result))

#endif
