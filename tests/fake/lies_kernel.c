/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies about the kernel: where it lies and runs, its bytes, its file. */
#include "lies.h"
#include "phys.h"

#define FILED "kernel file, identity map"

/* ---- its place ---- */

/* It runs elsewhere, and is entered there. */
static void run_elsewhere(struct told *told, uint64_t by)
{
    told->baton->kernel.address += by;
    told->baton->kernel.slide += by;
    told->result->entry.entry += by;
}

/* It lies elsewhere, in memory that the firmware did not give, whatever the map says. */
static void lie_in_free_memory(struct told *told, uint64_t number)
{
    (void)number;
    told->baton->kernel.physical = told_label_free_memory(told, BATON_MEMORY_KERNEL);
}

static void label(struct told *told, uint64_t kind)
{
    told_entry_of_kind(told, BATON_MEMORY_KERNEL)->kind = (uint32_t)kind;
}

/* ---- its bytes ---- */

static void turn_byte(struct told *told, uint64_t offset)
{
    uint8_t *byte = phys_to_ptr(told->baton->kernel.physical + offset);

    *byte = (uint8_t) ~*byte;
}

static void turn_last_byte(struct told *told, uint64_t number)
{
    (void)number;
    turn_byte(told, told->baton->kernel.size - 1);
}

static void turn_word(struct told *told, uint64_t number)
{
    const struct fake_kernel *kernel = told->scenario->expected.kernel;

    turn_byte(told, kernel->words[0].address - kernel->base + number);
}

/* Between the segments of code and constants. */
static void turn_gap(struct told *told, uint64_t number)
{
    const struct kernel_segment *code = &told->scenario->expected.kernel->segments[0];

    (void)number;
    turn_byte(told, code->address + code->memory_size - told->scenario->expected.kernel->base);
}

/* ---- its file ---- */

static void turn_file(struct told *told, uint64_t offset)
{
    told_turn_byte(told, (const uint8_t *)told->baton->kernel.file + offset);
}

static void turn_end_of_file(struct told *told, uint64_t number)
{
    turn_file(told, told->baton->kernel.file_size + number);
}

static void turn_last_behind_file(struct told *told, uint64_t number)
{
    (void)number;
    turn_file(told, (told->baton->kernel.file_size + FAKE_PAGE - 1) / FAKE_PAGE * FAKE_PAGE - 1);
}

static void lose_file(struct told *told, uint64_t number)
{
    (void)number;
    told->baton->kernel.file = NULL;
}

static void add_file(struct told *told, uint64_t number)
{
    (void)number;
    told->baton->kernel.file = told->baton;
}

static const struct lie lies[] = {
    {FOR("a fixed kernel runs elsewhere", KERNEL_ADDRESS), TELL(run_elsewhere, FAKE_PAGE)},
    {FOR("a low kernel runs elsewhere", KERNEL_ADDRESS), TELL(run_elsewhere, FAKE_PAGE), ON("low")},
    {FOR("a random place is odd", KERNEL_ADDRESS), TELL(run_elsewhere, FAKE_PAGE), ON("movable, random")},
    {FOR("a random place is far", KERNEL_ADDRESS), TELL(run_elsewhere, 1 << 30), ON("movable, random")},
    {FOR("a random place is before the start", KERNEL_ADDRESS), TELL(run_elsewhere, -(1ULL << 30)),
     ON("movable, seed")},
    {FOR("slide", KERNEL_SLIDE), BATON(kernel.slide, 1 << 21)},
    {FOR("random slide", KERNEL_SLIDE), BATON(kernel.slide, 1 << 21), ON("movable, random"), .is_wide = true},
    {FOR("a low kernel lies elsewhere", KERNEL_LOW), BATON(kernel.physical, FAKE_PAGE), ON("low"), .is_wide = true},
    {FOR("kernel's size", KERNEL_SIZE), BATON(kernel.size, 1 << 20)},
    {FOR("entry point", KERNEL_ENTRY), ENTRY(entry, 1)},
    {FOR("kernel's kind", KERNEL_KIND), TELL(label, BATON_MEMORY_LOADER)},
    {FOR("kernel in free memory", KERNEL_KIND), TELL(lie_in_free_memory, 0), .is_wide = true},
    {FOR("byte that is still in a cache", CLEAN), TELL(turn_byte, 0)},
    {FOR("kernel's first byte", KERNEL_BYTES), TELL(turn_byte, 0)},
    {FOR("kernel's last byte", KERNEL_BYTES), TELL(turn_last_byte, 0)},
    {FOR("byte between segments", KERNEL_BYTES), TELL(turn_gap, 0)},
    {FOR("relocated word's first byte", KERNEL_BYTES), TELL(turn_word, 0), ON("movable, random")},
    {FOR("relocated word's last byte", KERNEL_BYTES), TELL(turn_word, 7), ON("movable, random")},
    {FOR("kernel file that nobody asked for", FILE_UNASKED), TELL(add_file, 0)},
    {FOR("size of a file that nobody asked for", FILE_UNASKED), BATON(kernel.file_size, 1)},
    {FOR("kernel file's first byte", FILE_BYTES), TELL(turn_file, 0), ON(FILED)},
    {FOR("kernel file's last byte", FILE_BYTES), TELL(turn_end_of_file, -1ULL), ON(FILED)},
    {FOR("kernel file's size", FILE_BYTES), BATON(kernel.file_size, 1), ON(FILED)},
    {FOR("no kernel file", FILE_BYTES), TELL(lose_file, 0), ON(FILED)},
    {FOR("first byte behind the kernel file", FILE_TAIL), TELL(turn_end_of_file, 0), ON(FILED)},
    {FOR("last byte behind the kernel file", FILE_TAIL), TELL(turn_last_behind_file, 0), ON(FILED)},
};
const struct lie_list lies_kernel = {lies, COUNT(lies)};
