/* SPDX-License-Identifier: BSD-2-Clause */
#include "random_seed.h"

#include "memory.h"
#include "text.h"

static bool is_random(const struct random_seed_sources *sources, enum random_seed_source which)
{
    return sources->source[which].data && sources->source[which].size >= RANDOM_SEED_SIZE;
}

const char *random_seed_refusal(const struct random_seed_sources *sources, bool secure_boot)
{
    if (sources->source[RANDOM_SEED_FILE].size > RANDOM_SEED_FILE_MAX)
        return "the file is too long for one";
    if (is_random(sources, RANDOM_SEED_FIRMWARE) || is_random(sources, RANDOM_SEED_EARLIER))
        return NULL;
    if (secure_boot)
        return "the firmware has no random numbers, and Secure Boot does not trust the disk";
    if (!is_random(sources, RANDOM_SEED_TOKEN))
        return "there are neither random numbers from the firmware nor a system token";
    if (!is_random(sources, RANDOM_SEED_FILE))
        return "the firmware has no random numbers, and the file is not there or too short";
    if (!sources->source[RANDOM_SEED_BOOTS].data)
        return "the firmware has no random numbers, and does not count boots";
    return NULL;
}

static void add(struct sha256 *hash, struct bytes bytes)
{
    uint8_t length[8];

    for (size_t i = 0; i < sizeof(length); i++)
        length[i] = (uint8_t)((uint64_t)bytes.size >> 8 * i);
    sha256_add(hash, length, sizeof(length));
    sha256_add(hash, bytes.data, bytes.size);
}

static void start(struct sha256 *hash, const char *label)
{
    sha256_start(hash);
    add(hash, (struct bytes){(const uint8_t *)label, text_length(label)});
}

static void make_one(const char *label, const uint8_t key[SHA256_SIZE], uint8_t *seed)
{
    struct sha256 hash;

    start(&hash, label);
    add(&hash, (struct bytes){key, SHA256_SIZE});
    sha256_finish(&hash, seed);
}

void random_seed_make(const struct random_seed_sources *sources, struct random_seed *ret_seed)
{
    struct sha256 hash;
    uint8_t key[SHA256_SIZE];

    start(&hash, "Baton random seed 1, input");
    for (size_t i = 0; i < RANDOM_SEED_SOURCES; i++) {
        const struct bytes *source = &sources->source[i];

        sha256_add(&hash, source->data ? "\1" : "\0", 1);
        add(&hash, source->data ? *source : (struct bytes){NULL, 0});
    }
    sha256_finish(&hash, key);
    make_one("Baton random seed 1, kernel", key, ret_seed->kernel);
    make_one("Baton random seed 1, file", key, ret_seed->file);
    memory_wipe(key, sizeof(key));
}
