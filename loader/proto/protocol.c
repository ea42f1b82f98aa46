/* SPDX-License-Identifier: BSD-2-Clause */
#include "protocol.h"

static const struct protocol *const protocols[] = {
    &protocol_efi_image,
    &protocol_baton,
};

const struct protocol *protocol_recognise(const struct plan_input *input)
{
    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
        if (protocols[i]->recognise(input))
            return protocols[i];
    }
    return NULL;
}

enum status protocol_refuse(const struct plan_input *input, struct error *error)
{
    const struct plan_file *kernel = &input->files[0];

    if (kernel->size == 0)
        return error_set(error, STATUS_INVALID, "%s: is empty (0 bytes). Copy it again.", kernel->path);
    return error_set(
        error, STATUS_INVALID,
        "%s: is not an ELF file (it begins with none of ELF's magic bytes). Is it the right file? If it is "
        "a flat binary, say so in %s: load-address 0x100000",
        kernel->path, input->entry->file);
}
