/* SPDX-License-Identifier: BSD-2-Clause */
/* Images that the loader has the firmware load and start: what they do, and what they were given. */
#ifndef BATON_FAKE_IMAGES_H
#define BATON_FAKE_IMAGES_H

#include <stdbool.h>

#include "abi/boot_services.h"
#include "bytes.h"

/* What a program does when it is started. Zeros: it fetches its initrd, if there is one, and leaves for good. */
struct fake_program {
    bool comes_back;
    EFI_STATUS status;       /* with what */
    bool sets_text_mode;     /* it leaves the console in another mode */
    bool talks;              /* it leaves words with its status, in memory that its parent must free */
    bool is_driver;          /* it stays in memory when it comes back without an error */
    EFI_STATUS load_status;  /* LoadImage refuses it so; with EFI_SECURITY_VIOLATION it is loaded all the same */
    EFI_STATUS start_status; /* StartImage does, before it runs */
    bool other_initrd;       /* somebody offers an initrd before the loader does */
    bool takes_seed;         /* it puts a random seed of its own in the place of the loader's */
};

/* What the last program that was started found. */
struct fake_started {
    bool on_second;           /* the volume that it came from */
    const char *path;         /* of its file, "/folder/name"; NULL: none was started */
    const char *options;      /* its load options, in UTF-8; NULL when it has none */
    struct bytes initrd;      /* size 0 when nobody offers one */
    struct bytes device_tree; /* that is listed and not the firmware's own; size 0 when there is none */
    struct bytes seed;        /* size 0 when the loader gave it none */
    bool initrd_failed;       /* it was there, and could not be read */
    bool came_back;           /* content */
    unsigned count;           /* programs that were started */
};
const struct fake_started *fake_started(void);

/* What a program does first: it takes the random seed that is listed. */
void fake_images_give_seed(void);

void fake_images_start(void);
void fake_images_stop(void);
void fake_images_install(EFI_BOOT_SERVICES *boot);

/* Complains of an initrd that can still be had, though the loader wants to take it back. */
void fake_images_check_withdrawn(const EFI_GUID *guid, void *interface);

/* Complains of images that are still loaded, and of interfaces that the loader has left behind. */
void fake_images_check(void);

#endif
