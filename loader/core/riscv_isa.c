/* SPDX-License-Identifier: BSD-2-Clause */
#include "riscv_isa.h"

bool riscv_isa_has(struct text isa, const char *extension)
{
    size_t start = 0; /* of a name; up to the first low line there are single letters */

    for (size_t i = 0; i <= isa.length; i++) {
        if (i < isa.length && isa.data[i] != '_')
            continue;
        if (start > 0 && text_is((struct text){isa.data + start, i - start}, extension))
            return true;
        start = i + 1;
    }
    return false;
}
