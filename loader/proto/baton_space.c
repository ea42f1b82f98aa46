/* SPDX-License-Identifier: BSD-2-Clause */
/* Baton's own protocol: where the kernel runs and where the direct map is (docs/protocol.md, sections 3.2 and 3.3). */
#include "baton_kernel.h"
#include "checked.h"
#include "log.h"

#define MOVABLE_START 0xffffffff80000000ULL /* where a movable kernel runs that names no place */
#define SLIDE_WINDOW  (1ULL << 30)
#define SLIDE_STEP    (2ULL << 20)
#define DIRECT_STEP   (1ULL << 30)

/* The address space that the machine has. The direct map is in the upper half's lower half, or in its upper one when
 * the kernel is linked into the lower. */
struct space {
    uint64_t half;   /* bytes of either half, and where the lower one ends */
    uint64_t high;   /* where the upper one begins */
    uint64_t middle; /* and where its own upper half does */
    uint64_t window; /* bytes of the direct map at the most */
};

static struct space space_of(const struct machine_facts *machine)
{
    const uint64_t half = 1ULL << paging_half_bits(machine->paging_format, machine->paging_levels);

    return (struct space){.half = half, .high = 0 - half, .middle = 0 - half / 2, .window = half / 2};
}

/* Two random numbers, or zeros. */
struct choice_numbers {
    bool random;
    uint64_t slide, direct_map;
};

/* Two numbers that follow from a seed: SplitMix64 (Steele, Lea, Flood 2014), which spreads small seeds well. */
static uint64_t next_number(uint64_t *state)
{
    uint64_t number = *state += 0x9e3779b97f4a7c15ULL;

    number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9ULL;
    number = (number ^ number >> 27) * 0x94d049bb133111ebULL;
    return number ^ number >> 31;
}

static bool is_random_wanted(const struct entry *entry, const struct baton_kernel_plan *kernel)
{
    return entry->kaslr == ENTRY_KASLR_ON ||
           (entry->kaslr == ENTRY_KASLR_UNSAID && baton_kernel_asks(kernel, BATON_FEATURE_RANDOM_SLIDE));
}

/* What the entry says goes before what the note asks for. */
static struct choice_numbers choose_numbers(const struct plan_input *input, const struct baton_kernel_plan *kernel)
{
    const struct entry *entry = input->entry;
    const struct random_facts *random = &input->facts->random;
    uint64_t state = entry->kaslr_seed;
    struct choice_numbers numbers = {0};

    if (entry->kaslr == ENTRY_KASLR_SEED) {
        numbers.random = true;
        numbers.slide = next_number(&state);
        numbers.direct_map = next_number(&state);
    } else if (random->present && is_random_wanted(entry, kernel)) {
        numbers = (struct choice_numbers){true, random->slide, random->direct_map};
    }
    return numbers;
}

/* The offset that is added to the start address, such that the kernel ends within the window above it. */
static uint64_t random_offset(const struct space *space, uint64_t number, uint64_t start, uint64_t size)
{
    uint64_t window = min_u64(SLIDE_WINDOW, 0 - start); /* up to the end of the address space */

    if (start < space->middle) /* and not into the other half, which has the direct map */
        window = min_u64(window, space->middle - start);
    return size > window ? 0 : number % ((window - size) / SLIDE_STEP + 1) * SLIDE_STEP;
}

static void choose_slide(const struct space *space, struct baton_kernel_plan *kernel,
                         const struct choice_numbers *numbers)
{
    const struct image *image = &kernel->image;
    uint64_t start = image->base >= space->high ? image->base : MOVABLE_START;

    if (!image->movable)
        return;
    kernel->slide = start - image->base;
    if (numbers->random)
        kernel->slide += random_offset(space, numbers->slide, start, image->size);
}

/* That a high kernel has a place, and leaves the direct map one. */
static enum status check_high(const struct space *space, const char *path, uint64_t start, uint64_t size,
                              struct error *error)
{
    if (start < space->high)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: is linked at 0x%llx, and the upper half of this processor's address space begins at "
                         "0x%llx. Link the kernel at 0xffffffff80000000.",
                         path, (unsigned long long)start, (unsigned long long)space->high);
    if (size - 1 > UINT64_MAX - start)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: takes 0x%llx bytes, which is more than there are from 0x%llx, where it is to run, up to "
                         "the end of the address space. Link the kernel lower in the upper half.",
                         path, (unsigned long long)size, (unsigned long long)start);
    if (start < space->middle && size - 1 > space->middle - 1 - start)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: reaches from 0x%llx across 0x%llx, which leaves no room for the direct map on either "
                         "side. Link the kernel at 0xffffffff80000000.",
                         path, (unsigned long long)start, (unsigned long long)space->middle);
    return STATUS_OK;
}

/* EL2 without VHE has no upper half. */
static enum status choose_level(const struct plan_input *input, const struct baton_kernel_plan *kernel,
                                struct plan *plan, struct error *error)
{
    const struct machine_facts *machine = &input->facts->machine;

    plan->at_el2 =
        baton_kernel_asks(kernel, BATON_FEATURE_EL2) && machine->has_el2 && (machine->has_vhe || !kernel->image.high);
    if (plan->at_el2 || !machine->has_only_el2)
        return STATUS_OK;
    return error_set(error, STATUS_UNSUPPORTED,
                     "%s: is for EL1, which this version of Baton cannot set up from this processor's EL2 "
                     "(HCR_EL2.E2H is always 1). Let the kernel's note require EL2.",
                     input->files[0].path);
}

/* The direct map lies in the half of the upper half that the kernel is not in; for low kernels it is the identity. */
enum status baton_space_choose(const struct plan_input *input, struct baton_kernel_plan *kernel, struct plan *plan,
                               struct error *error)
{
    const struct image *image = &kernel->image;
    const struct space space = space_of(&input->facts->machine);
    struct choice_numbers numbers = choose_numbers(input, kernel);
    uint64_t start, step, offset = 0;
    enum status status = choose_level(input, kernel, plan, error);

    if (status != STATUS_OK)
        return status;
    if (!image->high) {
        plan->direct_map_base = 0;
        plan->direct_map_limit = space.half;
        plan->identity_map = false; /* it is one already */
        return STATUS_OK;
    }
    choose_slide(&space, kernel, &numbers);
    start = image->base + kernel->slide;
    status = check_high(&space, input->files[0].path, start, image->size, error);
    if (status != STATUS_OK)
        return status;
    plan->identity_map = baton_kernel_asks(kernel, BATON_FEATURE_IDENTITY_MAP);
    step = plan->identity_map ? paging_share_size(input->facts->machine.paging_levels) : DIRECT_STEP;
    if (numbers.random) /* no farther than half of the window */
        offset = numbers.direct_map % (space.window / 2 / step) * step;
    plan->direct_map_base = (start < space.middle ? space.middle : space.high) + offset;
    plan->direct_map_limit = space.window - offset;
    return STATUS_OK;
}

void baton_space_log(const struct plan_input *input, const struct baton_kernel_plan *kernel)
{
    const struct entry *entry = input->entry;
    const char *path = input->files[0].path;

    if (is_random_wanted(entry, kernel) && !input->facts->random.present)
        log_warning("%s: boots at its usual addresses, since there are no random numbers here", path);
    if (entry->kaslr == ENTRY_KASLR_OFF && (kernel->wishes.required & BATON_FEATURE_RANDOM_SLIDE))
        log_warning("%s: requires a random slide, but %s says kaslr off", path, entry->file);
    if (entry->kaslr == ENTRY_KASLR_ON && !kernel->image.movable)
        log_info("%s: is linked at a fixed address, so kaslr moves %s", path,
                 kernel->image.high ? "the direct map only" : "nothing");
}
