/* SPDX-License-Identifier: BSD-2-Clause */
/* The flattened trampoline, as bytes of the loader. */
    .section .rdata, "dr"
    .balign 16
    .globl trampoline_blob, trampoline_blob_end
trampoline_blob:
    .incbin "trampoline.bin"
trampoline_blob_end:
