/* SPDX-License-Identifier: BSD-2-Clause */
/* Baton's own protocol: whether the machine has what the kernel's note requires (docs/protocol.md, section 2). */
#include "address_space.h"
#include "baton_kernel.h"
#include "checked.h"

/* RAM that the kernel may come to have: what is free, and what the firmware and the loader have of it only for now. */
static uint64_t measure_ram(const struct memory_intervals *memory)
{
    uint64_t total = 0;

    for (size_t i = 0; i < memory->count; i++) {
        const struct memory_interval *interval = &memory->interval[i];

        if (!memory_kind_is_free(interval->kind) || interval->kind == BATON_MEMORY_SPECIFIC_PURPOSE)
            continue;
        if (!checked_add(total, interval->end - interval->base, &total))
            total = UINT64_MAX;
    }
    return total;
}

static bool has_framebuffer(const struct facts *facts, const struct plan *plan)
{
    for (size_t i = 0; i < facts->framebuffer_count; i++) {
        if (address_space_reaches(plan, &facts->framebuffers[i]))
            return true;
    }
    return false;
}

static const char *what_keeps_from_el2(const struct machine_facts *machine, const struct plan *plan)
{
    if (plan->at_el2)
        return NULL;
    if (machine->elf_machine != ELF_MACHINE_AARCH64)
        return "only aarch64 machines have that";
    return machine->has_el2
               ? "EL2 of this processor has no upper half of addresses (no VHE), where the kernel is linked. "
                 "Link it low"
               : "the firmware starts programs at EL1";
}

/* Why the machine lacks a feature; NULL when it has it. */
static const char *what_is_missing(uint64_t feature, const struct facts *facts, const struct plan *plan,
                                   const struct baton_kernel_plan *kernel)
{
    switch (feature) {
    case BATON_FEATURE_FRAMEBUFFER:
        return has_framebuffer(facts, plan) ? NULL : "this machine has no screen that can be written as memory";
    case BATON_FEATURE_ACPI:
        return facts->tables.has_rsdp ? NULL : "the firmware gives no valid ACPI tables";
    case BATON_FEATURE_DEVICE_TREE:
        return facts->device_tree.size > 0 ? NULL : "the firmware gives none";
    case BATON_FEATURE_ENTROPY:
        return facts->random.present ? NULL : "neither the firmware nor the processor gives random numbers";
    case BATON_FEATURE_RANDOM_SLIDE:
        if (!kernel->image.movable)
            return "it is linked at a fixed address. Link it with -static -pie";
        return facts->random.present ? NULL : "neither the firmware nor the processor gives random numbers";
    case BATON_FEATURE_EL2:
        return what_keeps_from_el2(&facts->machine, plan);
    case BATON_FEATURE_FIVE_LEVELS:
        if (facts->machine.elf_machine != ELF_MACHINE_X86_64)
            return "only x86_64 machines have that";
        return facts->machine.paging_levels == 5 ? NULL : "the firmware has set up four, which Baton does not change";
    case BATON_FEATURE_NO_EXECUTE:  /* machines without it are refused altogether */
    case BATON_FEATURE_MINIMUM_RAM: /* looked at by itself */
    case BATON_FEATURE_IDENTITY_MAP:
    case BATON_FEATURE_KERNEL_FILE:
        return NULL;
    default:
        return "this version of Baton does not know it. Update Baton";
    }
}

static enum status check_ram(const struct plan_input *input, const struct wishes *wishes, struct error *error)
{
    uint64_t ram = measure_ram(&input->facts->memory);

    if (wishes->minimum_ram > ram)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: its note requires %llu KiB of RAM, but this machine has %llu KiB that a kernel can use. "
                         "Give it more memory.",
                         input->files[0].path, (unsigned long long)((wishes->minimum_ram - 1) >> 10) + 1,
                         (unsigned long long)(ram >> 10));
    return STATUS_OK;
}

enum status baton_wishes_check(const struct plan_input *input, const struct baton_kernel_plan *kernel,
                               const struct plan *plan, struct error *error)
{
    const struct wishes *wishes = &kernel->wishes;

    for (unsigned bit = 0; bit < 64; bit++) {
        uint64_t feature = wishes->required & 1ULL << bit;
        const char *missing = feature ? what_is_missing(feature, input->facts, plan, kernel) : NULL;

        if (missing)
            return error_set(error, STATUS_UNSUPPORTED, "%s: its note requires %s (feature %u), but %s.",
                             input->files[0].path, feature_name(bit) ? feature_name(bit) : "something new", bit,
                             missing);
    }
    return (wishes->required & BATON_FEATURE_MINIMUM_RAM) ? check_ram(input, wishes, error) : STATUS_OK;
}
