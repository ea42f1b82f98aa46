/* SPDX-License-Identifier: BSD-2-Clause */
#include "note.h"

#include <baton/baton.h>

#include "memory.h"

enum {
    NAME_SIZE = sizeof(BATON_NOTE_NAME),
    DESCRIPTOR = offsetof(struct baton_note, version), /* bytes before the descriptor */
    DESCRIPTOR_SIZE = sizeof(struct baton_note) - DESCRIPTOR,
};

static bool is_ours(struct bytes segment, uint64_t offset)
{
    static const char name[sizeof(((struct baton_note *)0)->name)] = BATON_NOTE_NAME;
    struct bytes head;

    return bytes_slice(segment, offset, DESCRIPTOR, &head) &&
           bytes_number_or_zero(head, offsetof(struct baton_note, name_size), 4) == NAME_SIZE &&
           bytes_number_or_zero(head, offsetof(struct baton_note, kind), 4) == BATON_NOTE_WISHES &&
           memcmp(head.data + offsetof(struct baton_note, name), name, sizeof(name)) == 0;
}

/* The note at `offset`, cut off where the segment ends. */
static enum status read_note(const char *name, struct bytes segment, uint64_t offset, struct wishes *wishes,
                             struct error *error)
{
    const uint64_t size = bytes_number_or_zero(segment, offset + offsetof(struct baton_note, descriptor_size), 4);
    const uint64_t rest = segment.size - offset - DESCRIPTOR;
    struct bytes note = {segment.data + offset, (size_t)(DESCRIPTOR + (size < rest ? size : rest))};
    uint64_t version = bytes_number_or_zero(note, offsetof(struct baton_note, version), 4);

    if (note.size >= DESCRIPTOR + 4 && (version == 0 || version > BATON_VERSION))
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: was written for version %u of the protocol, and this loader knows %u. %s", name,
                         (unsigned)version, BATON_VERSION,
                         version > 0 ? "Update Baton." : "Write its note with BATON_WISHES.");
    if (size > rest || size < DESCRIPTOR_SIZE)
        return error_set(
            error, STATUS_INVALID,
            "%s: the Baton note is truncated: of %llu bytes %llu are there, and version 1 has %d. Write it "
            "with BATON_WISHES of baton.h.",
            name, (unsigned long long)size, (unsigned long long)rest, (int)DESCRIPTOR_SIZE);
    for (uint64_t i = DESCRIPTOR + DESCRIPTOR_SIZE; i < note.size; i++) {
        if (note.data[i] != 0)
            return error_set(error, STATUS_UNSUPPORTED,
                             "%s: the Baton note holds a wish that this loader does not know. Update Baton.", name);
    }
    if (wishes->found)
        return error_set(error, STATUS_INVALID,
                         "%s: has two Baton notes, and one must say it all. Use BATON_WISHES once.", name);
    *wishes = (struct wishes){
        .found = true,
        .version = (uint32_t)version,
        .required = bytes_number_or_zero(note, offsetof(struct baton_note, required), 8),
        .wanted = bytes_number_or_zero(note, offsetof(struct baton_note, wanted), 8),
        .stack_size = bytes_number_or_zero(note, offsetof(struct baton_note, stack_size), 8),
        .minimum_ram = bytes_number_or_zero(note, offsetof(struct baton_note, minimum_ram), 8),
    };
    return STATUS_OK;
}

enum status note_read_wishes(const char *name, struct bytes segment, struct wishes *wishes, struct error *error)
{
    struct wishes read = *wishes;

    for (uint64_t offset = 0; offset < segment.size; offset += 4) {
        enum status status = is_ours(segment, offset) ? read_note(name, segment, offset, &read, error) : STATUS_OK;

        if (status != STATUS_OK)
            return status;
    }
    *wishes = read;
    return STATUS_OK;
}

const char *feature_name(unsigned bit)
{
    static const char *const names[] = {
        "framebuffer",  "ACPI",         "device tree", "entropy",           "EL2", "no-execute", "minimum RAM",
        "identity map", "random slide", "kernel file", "five-level paging",
    };

    return bit < sizeof(names) / sizeof(names[0]) ? names[bit] : NULL;
}
