/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies in the baton's page: where it is, its head, its strings, the kernel's and the stack's place. */
#include <string.h>

#include "lies.h"
#include "phys.h"

static void turn_tail(struct told *told, uint64_t offset)
{
    ((uint8_t *)told->baton)[offset] = 1;
}

/* ---- where the baton is ---- */

static void lose_baton(struct told *told, uint64_t number)
{
    (void)number;
    told->result->entry.baton = NULL;
}

/* In the host's memory, which the machine does not have. */
static void move_baton_out(struct told *told, uint64_t number)
{
    static struct baton outside;

    (void)number;
    outside = *told->baton;
    told->result->entry.baton = &outside;
}

/* In memory that the loader does not have. */
static void move_baton(struct told *told, uint64_t physical)
{
    told->result->entry.argument = told->baton->direct_map.base + physical;
    told->result->entry.baton = phys_to_ptr(physical);
}

static void label_baton(struct told *told, uint64_t kind)
{
    uint64_t physical = told->result->entry.argument - told->baton->direct_map.base;

    told_entry_at(told, physical)->kind = (uint32_t)kind;
}

/* ---- strings ---- */

/* Of the baton's pointers the one at this offset. */
static const char **pointer_at(const struct told *told, uint64_t offset)
{
    return (const char **)(void *)((uint8_t *)told->baton + offset);
}

static void point_nowhere(struct told *told, uint64_t offset)
{
    *pointer_at(told, offset) = NULL;
}

static void point_beyond(struct told *told, uint64_t offset)
{
    *pointer_at(told, offset) = (const char *)(uintptr_t)(told->baton->direct_map.base + FAKE_PHYSICAL_END);
}

static void point_to_free_memory(struct told *told, uint64_t offset)
{
    uint64_t physical = told_label_free_memory(told, BATON_MEMORY_BATON);

    *pointer_at(told, offset) = (const char *)(uintptr_t)(told->baton->direct_map.base + physical);
}

/* The string would go on behind the stack's last byte, where what the loader was given ends. */
static void point_to_end(struct told *told, uint64_t offset)
{
    *pointer_at(told, offset) = (const char *)(uintptr_t)(told->baton->stack.base + told->baton->stack.size - 1);
}

/* The same string, in memory of another kind. */
static void point_to_stack(struct told *told, uint64_t offset)
{
    const char **pointer = pointer_at(told, offset);
    char *copy = told_memory(told, (const void *)(uintptr_t)told->baton->stack.base);

    strcpy(copy, told_memory(told, *pointer));
    *pointer = (const char *)(uintptr_t)told->baton->stack.base;
}

static void turn_text(struct told *told, uint64_t offset)
{
    told_turn_byte(told, *pointer_at(told, offset));
}

static void end_text(struct told *told, uint64_t offset)
{
    *(char *)told_memory(told, *pointer_at(told, offset)) = '\0';
}

/* One character more than there should be. */
static void lengthen_text(struct told *told, uint64_t offset)
{
    char *text = told_memory(told, *pointer_at(told, offset));

    text[strlen(text)] = '!';
}

/* ---- the stack ---- */

static void unalign_stack(struct told *told, uint64_t by)
{
    told->baton->stack.base += by;
    told->result->entry.stack_top += by;
}

static void label_stack(struct told *told, uint64_t kind)
{
    told_entry_of_kind(told, BATON_MEMORY_STACK)->kind = (uint32_t)kind;
}

/* No entry has the guard any longer. */
static void free_guard(struct told *told, uint64_t number)
{
    struct baton_memory *stack = told_entry_of_kind(told, BATON_MEMORY_STACK);

    (void)number;
    stack->base += FAKE_PAGE;
    stack->size -= FAKE_PAGE;
}

static void shorten_stack(struct told *told, uint64_t number)
{
    (void)number;
    told_entry_of_kind(told, BATON_MEMORY_STACK)->size -= FAKE_PAGE;
}

#define AT(member) offsetof(struct baton, member)

static const struct lie lies[] = {
    {FOR("magic", BATON_HEAD), BATON(magic, 1)},
    {FOR("version", BATON_HEAD), BATON(version, 3)},
    {FOR("size", BATON_HEAD), BATON(size, 0x1000)},
    {FOR("first byte behind it", BATON_TAIL), TELL(turn_tail, sizeof(struct baton))},
    {FOR("last byte of its page", BATON_TAIL), TELL(turn_tail, FAKE_PAGE - 1)},
    {FOR("argument inside a page", BATON_PAGE), ENTRY(argument, 8)},
    {FOR("no baton", BATON_PAGE), TELL(lose_baton, 0)},
    {FOR("baton outside the machine", BATON_PAGE), TELL(move_baton_out, 0)},
    {FOR("baton in free memory", BATON_PAGE), TELL(move_baton, 0x200000)},
    {FOR("argument a page off", BATON_ADDRESS), ENTRY(argument, FAKE_PAGE)},
    {FOR("direct map elsewhere", BATON_ADDRESS), BATON(direct_map.base, 1ULL << 45)},
    {FOR("baton in loader memory", BATON_KIND), TELL(label_baton, BATON_MEMORY_LOADER), .is_wide = true},
    {FOR("map's stride", MAP_LIST), BATON(memory_map.stride, 8)},
    {FOR("map not in the machine", POINTER_MEMORY), TELL(point_beyond, AT(memory_map.first))},
    {FOR("no version text", POINTER_MEMORY), TELL(point_nowhere, AT(loader_version))},
    {FOR("version text beyond memory", POINTER_MEMORY), TELL(point_beyond, AT(loader_version))},
    {FOR("version text in free memory", POINTER_MEMORY), TELL(point_to_free_memory, AT(loader_version))},
    {FOR("version text cut by its memory's end", POINTER_MEMORY), TELL(point_to_end, AT(loader_version))},
    {FOR("version text on the stack", POINTER_KIND), TELL(point_to_stack, AT(loader_version))},
    {FOR("loader's name", LOADER_NAME), TELL(turn_text, AT(loader_name))},
    {FOR("no loader's name", LOADER_NAME), TELL(end_text, AT(loader_name))},
    {FOR("loader's version", LOADER_VERSION), TELL(turn_text, AT(loader_version))},
    {FOR("command line", COMMAND_LINE), TELL(turn_text, AT(command_line)), ON("high")},
    {FOR("longer command line", COMMAND_LINE), TELL(lengthen_text, AT(command_line)), ON("high")},
    {FOR("no command line", COMMAND_LINE), TELL(end_text, AT(command_line)), ON("high")},
    {FOR("kernel's path", KERNEL_PATH), TELL(turn_text, AT(kernel.path))},
    {FOR("stack's size", STACK_PLACE), BATON(stack.size, FAKE_PAGE)},
    {FOR("stack's size as usual", STACK_PLACE), BATON(stack.size, 0x31000), ON("kernel file, identity map")},
    {FOR("stack's top", STACK_PLACE), ENTRY(stack_top, 16)},
    {FOR("stack's base", STACK_PLACE), BATON(stack.base, 1 << 24)},
    {FOR("stack not aligned", STACK_PLACE), TELL(unalign_stack, 8)},
    {FOR("stack in baton memory", STACK_KIND), TELL(label_stack, BATON_MEMORY_BATON)},
    {FOR("no guard", STACK_KIND), TELL(free_guard, 0)},
    {FOR("top of the stack", STACK_KIND), TELL(shorten_stack, 0)},
};
const struct lie_list lies_baton = {lies, COUNT(lies)};
