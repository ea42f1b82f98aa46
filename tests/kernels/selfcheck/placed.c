/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 5: what the loader placed has kinds of its own, and nothing else has them. */
#include "selfcheck.h"

#define STACK_DEFAULT 0x10000ULL

static void check_one_range(const struct subject *subject, const char *name, uint64_t physical, uint64_t size,
                            uint32_t kind)
{
    if (!map_is_kind(subject, physical, size, kind))
        broken("%s, %#lx-%#lx, is not all of its kind in the map", name, physical, physical + size);
    if (kind_total(subject, kind) != size)
        broken("%#lx bytes are of the kind of %s, which has %#lx", kind_total(subject, kind), name, size);
}

static void check_kernel(struct subject *subject)
{
    const struct baton_kernel *kernel = &subject->baton->kernel;

    check_one_range(subject, "the kernel", kernel->physical, kernel->size, BATON_MEMORY_KERNEL);
}

static void check_stack(struct subject *subject)
{
    const struct baton_stack *stack = &subject->baton->stack;
    uint64_t physical = stack->base - subject->baton->direct_map.base;

    check_one_range(subject, "the stack with its guard", physical - PAGE, stack->size + PAGE, BATON_MEMORY_STACK);
}

/* Section 2. */
static void check_stack_size(struct subject *subject)
{
    const struct baton_note *note = subject->image.note;
    uint64_t wished = note ? note->stack_size[0] | (uint64_t)note->stack_size[1] << 32 : 0;

    wished = ROUND_UP(wished);
    expect_equal("stack.size", subject->baton->stack.size, wished > STACK_DEFAULT ? wished : STACK_DEFAULT);
    expect_equal("stack.base % 4096", subject->baton->stack.base % PAGE, 0);
}

/* An empty module may have a page, or none. */
static void check_modules(struct subject *subject)
{
    uint64_t total = kind_total(subject, BATON_MEMORY_MODULE);
    uint64_t least = 0, most = 0;

    BATON_FOR_EACH (struct baton_module, module, &subject->baton->modules) {
        least += ROUND_UP(module->size);
        most += module->size ? ROUND_UP(module->size) : PAGE;
        if (module->size && !map_is_kind(subject, module->physical, ROUND_UP(module->size), BATON_MEMORY_MODULE))
            broken("module %s is not all of its kind in the map", module->name);
    }
    if (total < least || total > most)
        broken("%#lx bytes are of the kind module; the modules have %#lx", total, least);
}

static void check_trampoline(struct subject *subject)
{
    const struct baton_memory *found = NULL;

    BATON_FOR_EACH (struct baton_memory, entry, &subject->baton->memory_map) {
        if (entry->kind != BATON_MEMORY_TRAMPOLINE)
            continue;
        if (found && found->base + found->size != entry->base)
            broken("the trampoline is in several places");
        found = entry;
    }
    if (!found)
        broken("nothing is of the kind trampoline");
}

static const struct check checks[] = {
    {"map-kernel", check_kernel},   {"map-stack", check_stack},           {"stack-size", check_stack_size},
    {"map-modules", check_modules}, {"map-trampoline", check_trampoline},
};
const struct check_list placed_checks = {checks, COUNT(checks)};
