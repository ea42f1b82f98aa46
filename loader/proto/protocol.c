/* SPDX-License-Identifier: BSD-2-Clause */
#include "protocol.h"

static const struct protocol *const protocols[] = {
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
