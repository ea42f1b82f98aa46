/* SPDX-License-Identifier: BSD-2-Clause */
/* Machines and kernels out of a fuzzer's bytes. */
#ifndef BATON_FUZZ_MACHINE_H
#define BATON_FUZZ_MACHINE_H

#include "elf.h"
#include "input.h"
#include "made_map.h"
#include "made_spans.h"

/* A firmware's memory map as no firmware makes it: overlapping, out of order, in the middle of pages, unknown types. At
 * most `most` descriptors; made_map_end gives it back. */
struct made_map machine_wild_map(struct input *input, size_t most);

/* Memory that a firmware could have: sorted, disjoint, of all types. */
void machine_spans(struct input *input, struct spans *spans);

/* Program headers: as they come, or such as to pass many checks. At most `most`; `file_size` is for the latter. */
size_t machine_segments(struct input *input, struct elf_segment *segments, size_t most, uint64_t file_size);

#endif
