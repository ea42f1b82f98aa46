/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections 1 and 3: the kernel's bytes, and where it runs. */
#include <stdlib.h>
#include <string.h>

#include "fake_memory.h"
#include "judge.h"
#include "phys.h"
#include "put.h"

#define MOVABLE_START 0xffffffff80000000ULL

/* Where it runs, and from where on it may. */
static void check_place(const struct judge *judge)
{
    const struct fake_kernel *kernel = judge->expected->kernel;
    const struct baton_kernel *placed = &judge->baton->kernel;
    uint64_t start = kernel->movable && kernel->base >> 63 == 0 ? MOVABLE_START : kernel->base;
    uint64_t offset = placed->address - start;
    bool may_slide = kernel->movable && judge->expected->random;

    if (may_slide ? offset % (2ULL << 20) != 0 || offset + kernel->size > 1ULL << 30 : offset != 0)
        check_broken(CHECK_KERNEL_ADDRESS, "the kernel runs at 0x%llx", (unsigned long long)placed->address);
    if (placed->slide != placed->address - kernel->base)
        check_broken(CHECK_KERNEL_SLIDE, "the slide is told as 0x%llx", (unsigned long long)placed->slide);
    if (!kernel->high && placed->physical != kernel->base)
        check_broken(CHECK_KERNEL_LOW, "a low kernel lies at 0x%llx", (unsigned long long)placed->physical);
    if (placed->size != kernel->size)
        check_broken(CHECK_KERNEL_SIZE, "the kernel has 0x%llx bytes instead of 0x%llx",
                     (unsigned long long)placed->size, (unsigned long long)kernel->size);
    if (judge->result->entry.entry != kernel->entry + placed->slide)
        check_broken(CHECK_KERNEL_ENTRY, "the kernel is entered at 0x%llx",
                     (unsigned long long)judge->result->entry.entry);
    if ((judge->result->entry.at_el2 != 0) != judge->expected->at_el2)
        check_broken(CHECK_LEVEL, "the kernel is entered at EL%d", judge->result->entry.at_el2 != 0 ? 2 : 1);
}

/* The kernel as it must lie in memory: what the file gives, the words that are relocated, and zeros. The caller frees
 * it. */
static uint8_t *make_image(const struct fake_kernel *kernel, uint64_t slide)
{
    uint8_t *image = calloc((size_t)kernel->size, 1);

    if (!image)
        abort();
    for (size_t i = 0; i < kernel->segment_count; i++) {
        const struct kernel_segment *segment = &kernel->segments[i];

        if (segment->file_size > 0)
            memcpy(image + (segment->address - kernel->base), kernel->file.data + segment->offset, segment->file_size);
    }
    for (size_t i = 0; i < kernel->word_count; i++)
        put_number(image + (kernel->words[i].address - kernel->base), 8, kernel->words[i].addend + slide);
    return image;
}

static void check_bytes(const struct judge *judge)
{
    const struct fake_kernel *kernel = judge->expected->kernel;
    const struct baton_kernel *placed = &judge->baton->kernel;
    const uint8_t *memory;
    uint8_t *image;

    if (!judge_is_kind(judge, placed->physical, kernel->size, BATON_MEMORY_KERNEL) ||
        !fake_memory_is_loaders(placed->physical, kernel->size, EfiLoaderData)) {
        check_broken(CHECK_KERNEL_KIND, "the kernel at 0x%llx is not in memory of its kind",
                     (unsigned long long)placed->physical);
        return;
    }
    memory = phys_to_ptr(placed->physical);
    image = make_image(kernel, placed->slide);
    for (uint64_t i = 0; memcmp(memory, image, kernel->size) != 0 && i < kernel->size; i++) {
        if (memory[i] != image[i]) {
            check_broken(CHECK_KERNEL_BYTES, "the kernel's byte at 0x%llx is 0x%x instead of 0x%x",
                         (unsigned long long)(kernel->base + i), memory[i], image[i]);
            break;
        }
    }
    free(image);
}

static void check_file(const struct judge *judge)
{
    const struct baton_kernel *placed = &judge->baton->kernel;
    const struct bytes *file = &judge->expected->kernel->file;
    uint64_t size = (file->size + FAKE_PAGE - 1) & ~(FAKE_PAGE - 1);
    const uint8_t *bytes;

    if (!judge->expected->kernel_file) {
        if (placed->file || placed->file_size != 0)
            check_broken(CHECK_FILE_UNASKED, "there is a kernel file, which nobody asked for");
        return;
    }
    bytes = judge_pointer(judge, placed->file, size, "the kernel's file");
    if (!bytes || placed->file_size != file->size || memcmp(bytes, file->data, file->size) != 0) {
        check_broken(CHECK_FILE_BYTES, "the kernel's file did not arrive");
        return;
    }
    for (uint64_t i = file->size; i < size; i++) {
        if (bytes[i] != 0) {
            check_broken(CHECK_FILE_TAIL, "behind the kernel's file there are no zeros");
            return;
        }
    }
}

void judge_kernel(const struct judge *judge)
{
    check_place(judge);
    check_bytes(judge);
    check_file(judge);
}
