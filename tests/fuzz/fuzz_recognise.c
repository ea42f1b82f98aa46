/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kind of kernel a file is, by its first bytes, its name and its entry. ELF is told by four bytes, a PE image by
 * two, and never by its entry (docs/protocol.md, section 1.2); what nobody knows is refused with words that fit.
 */
#include <string.h>

#include "fuzz.h"
#include "protocol.h"

void fuzz(struct input *input)
{
    struct facts *facts = fuzz_room(sizeof(*facts));
    uint64_t how = input_number(input, 1);
    struct entry entry = {.file = "/entry",
                          .options = "",
                          .has_load_address = (how & 1) != 0,
                          .has_entry_offset = (how & 2) != 0,
                          .has_memory_size = (how & 4) != 0};
    struct plan_file file = {.path = input_string(input, 32)};
    struct plan_input plan = {.facts = facts, .entry = &entry, .files = &file, .file_count = 1};
    const char *end = file.path + strlen(file.path);
    bool is_elf, is_pe, is_flat;
    struct error error = {""};
    const struct protocol *protocol;

    memset(facts, 0, sizeof(*facts));
    file.head = input_rest(input);
    file.size = file.head.size;
    is_elf = file.size >= 4 && memcmp(file.head.data, "\177ELF", 4) == 0;
    is_pe = file.size >= 2 && memcmp(file.head.data, "MZ", 2) == 0;
    is_flat = (how & 7) != 0 || (end - file.path >= 4 && strcasecmp(end - 4, ".bin") == 0);
    protocol = protocol_recognise(&plan);
    CHECK(protocol == (is_pe ? &protocol_efi_image : is_elf || is_flat ? &protocol_baton : NULL));
    if (protocol)
        return;
    CHECK(protocol_refuse(&plan, &error) == STATUS_INVALID);
    CHECK(text_starts_with(text_of(error.text), file.path));
    CHECK((strstr(error.text + strlen(file.path), "is empty") != NULL) == (file.size == 0));
}
