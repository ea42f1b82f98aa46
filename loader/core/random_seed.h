/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random seed on the disk: /loader/random-seed, which systemd's Boot Loader Interface defines and systemd-boot
 * shares. From it and from whatever else differs from boot to boot come two seeds, one for the kernel and one that
 * takes the file's place:
 *
 *     key    = SHA-256(input label, then each source)
 *     kernel = SHA-256(kernel label, key)
 *     file   = SHA-256(file label, key)
 *
 * A label and the key stand there with their length before them (8 bytes, little-endian), a source also with a byte
 * that says whether there is one. So no two sets of sources are the same input, and without the key, which is
 * forgotten, neither seed tells anything of the other: who reads the disk later does not learn what the kernel got.
 *
 * Linux takes what it is given here for fully random. So there must be something that a copy of the disk has not got:
 * random numbers of the firmware, or those of an earlier boot stage. Where there are neither, the system token will do,
 * which an installer has put into the firmware's memory: a copied disk in another machine meets another one, or none.
 * But then the file must be whole, as the token never changes; the firmware's count of boots must be there, as a disk
 * may forget what was written to it; and Secure Boot must be off, as anyone can write to the disk that the seed comes
 * from. systemd-boot since version 252 asks for the same, except that a file that is too short is an empty one there,
 * with the token alone, too.
 *
 * The file is not read, nor written, where it could not be written: the same seed must not be used twice. Before the
 * kernel's seed may be used, the new one is on the disk: whatever the file has behind RANDOM_SEED_SIZE bytes is
 * overwritten with zeros and flushed, then the new seed is written over the first bytes and flushed.
 */
#ifndef BATON_RANDOM_SEED_H
#define BATON_RANDOM_SEED_H

#include <stdbool.h>

#include "bytes.h"
#include "sha256.h"

#define RANDOM_SEED_PATH "/loader/random-seed"

#define RANDOM_SEED_SIZE     SHA256_SIZE /* bytes of each seed, and the fewest that count as random */
#define RANDOM_SEED_FILE_MAX 32768U      /* bytes; a file that is longer is something else, and is left alone */

/* Where randomness comes from, in the order in which it is hashed. */
enum random_seed_source {
    RANDOM_SEED_FILE,      /* the old file's whole content */
    RANDOM_SEED_FIRMWARE,  /* the firmware's random numbers */
    RANDOM_SEED_EARLIER,   /* the seed that an earlier boot stage left for the kernel */
    RANDOM_SEED_TOKEN,     /* the variable LoaderSystemToken */
    RANDOM_SEED_BOOTS,     /* GetNextMonotonicCount */
    RANDOM_SEED_CLOCK,     /* GetTime, as it is */
    RANDOM_SEED_COUNTER,   /* the processor's counter */
    RANDOM_SEED_PARTITION, /* the GUID of the loader's partition */
    RANDOM_SEED_SOURCES,
};

/* The caller's bytes. `data` is NULL for a source that there is not, which differs from one that is empty. */
struct random_seed_sources {
    struct bytes source[RANDOM_SEED_SOURCES];
};

/* Secrets: the caller wipes them as soon as they are where they belong. */
struct random_seed {
    uint8_t kernel[RANDOM_SEED_SIZE];
    uint8_t file[RANDOM_SEED_SIZE];
};

/*
 * Why no seed may be made of this, in a few words for the log, or NULL when one may. `secure_boot` says whether Secure
 * Boot is enforced.
 */
const char *random_seed_refusal(const struct random_seed_sources *sources, bool secure_boot);

/* Makes both seeds. Nothing of what they were made of stays in memory, but the sources, which are the caller's. */
void random_seed_make(const struct random_seed_sources *sources, struct random_seed *ret_seed);

#endif
