/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies in the lists of modules and framebuffers. */
#include <string.h>

#include "lies.h"
#include "phys.h"

/* ---- modules: of 20001 bytes, of none, of a page ---- */

static struct baton_module *module(const struct told *told, uint64_t number)
{
    return (struct baton_module *)told_memory(told, told->baton->modules.first) + number;
}

static void drop_modules(struct told *told, uint64_t number)
{
    told->baton->modules.count = (uint32_t)number;
}

static void turn_name(struct told *told, uint64_t number)
{
    told_turn_byte(told, module(told, number)->name);
}

static void turn_line(struct told *told, uint64_t number)
{
    told_turn_byte(told, module(told, number)->command_line);
}

static void lose_name(struct told *told, uint64_t number)
{
    module(told, number)->name = NULL;
}

static void lose_line(struct told *told, uint64_t number)
{
    module(told, number)->command_line = NULL;
}

static void resize(struct told *told, uint64_t number)
{
    module(told, number)->size++;
}

static void move_address(struct told *told, uint64_t number)
{
    module(told, number)->address = (uint8_t *)module(told, number)->address + FAKE_PAGE;
}

static void place(const struct told *told, uint64_t number, uint64_t physical)
{
    module(told, number)->physical = physical;
    module(told, number)->address = (void *)(uintptr_t)(told->baton->direct_map.base + physical);
}

static void unalign(struct told *told, uint64_t number)
{
    place(told, number, module(told, number)->physical + 8);
}

/* Where the bytes are the loader's, but of another kind. */
static void place_in_kernel(struct told *told, uint64_t number)
{
    place(told, number, told->baton->kernel.physical);
}

/* Where the map says that a module is, but the firmware gave nothing. */
static void place_in_free_memory(struct told *told, uint64_t number)
{
    place(told, number, told_label_free_memory(told, BATON_MEMORY_MODULE));
}

static void label(struct told *told, uint64_t number)
{
    told_entry_at(told, module(told, number)->physical)->kind = BATON_MEMORY_LOADER;
}

static void turn_first(struct told *told, uint64_t number)
{
    told_turn_byte(told, module(told, number)->address);
}

static void turn_last(struct told *told, uint64_t number)
{
    told_turn_byte(told, (const uint8_t *)module(told, number)->address + module(told, number)->size - 1);
}

static void fill_first_behind(struct told *told, uint64_t number)
{
    told_turn_byte(told, (const uint8_t *)module(told, number)->address + module(told, number)->size);
}

static void fill_last_behind(struct told *told, uint64_t number)
{
    uint64_t size = module(told, number)->size + (module(told, number)->size == 0);

    size = (size + FAKE_PAGE - 1) & ~(FAKE_PAGE - 1);
    told_turn_byte(told, (const uint8_t *)module(told, number)->address + size - 1);
}

static void add_modules(struct told *told, uint64_t number)
{
    (void)number;
    told->baton->modules.first = told->baton;
}

/* ---- memory in use ---- */

/* What was handed over lies on the stack (0) or the page tables (1) that the loader ran with. */
static void lie_on_taken(struct told *told, uint64_t number)
{
    struct fake_pages taken[FAKE_TAKEN];

    (void)fake_machine_taken(taken);
    told_entry_at(told, taken[number].base + taken[number].size - 1)->kind =
        number == 0 ? BATON_MEMORY_MODULE : BATON_MEMORY_TRAMPOLINE;
}

static void lie_on_reserved(struct told *told, uint64_t number)
{
    told_entry_at(told, number)->kind = BATON_MEMORY_KERNEL;
}

/* ---- framebuffers ---- */

static struct baton_framebuffer *screen(const struct told *told)
{
    return told_memory(told, told->baton->framebuffers.first);
}

static void turn_pixel(struct told *told, uint64_t offset)
{
    uint8_t *byte = phys_to_ptr(screen(told)->physical + offset);

    *byte = (uint8_t) ~*byte;
}

static void turn_screen(struct told *told, uint64_t offset)
{
    ((uint8_t *)screen(told))[offset] ^= 0x10;
}

static void turn_edid(struct told *told, uint64_t offset)
{
    told_turn_byte(told, (const uint8_t *)screen(told)->edid + offset);
}

static void lose_edid(struct told *told, uint64_t number)
{
    (void)number;
    screen(told)->edid = NULL;
}

static void cut_edid(struct told *told, uint64_t number)
{
    (void)number;
    screen(told)->edid_size = 64;
}

static void lose_screens(struct told *told, uint64_t number)
{
    (void)number;
    told->baton->framebuffers.first = NULL;
}

static void add_screens(struct told *told, uint64_t number)
{
    (void)number;
    told->baton->framebuffers.first = told->baton;
}

#define SCREEN(lie_name, member) FOR(lie_name, SCREEN), TELL(turn_screen, offsetof(struct baton_framebuffer, member))

static const struct lie lies[] = {
    {FOR("no modules", MODULE_LIST), TELL(drop_modules, 0), .is_wide = true},
    {FOR("a module less", MODULE_LIST), TELL(drop_modules, 2), .is_wide = true},
    {FOR("a module more", MODULE_LIST), TELL(drop_modules, 4), .is_wide = true},
    {FOR("modules' stride", MODULE_LIST), BATON(modules.stride, 8)},
    {FOR("place of no modules", MODULE_LIST), TELL(add_modules, 0), ON("high")},
    {FOR("modules in no memory", POINTER_MEMORY), BATON(modules.first, 1ULL << 40), .is_wide = true},
    {FOR("first module's name", MODULE_TEXTS), TELL(turn_name, 0)},
    {FOR("last module's name", MODULE_TEXTS), TELL(turn_name, 2)},
    {FOR("module's command line", MODULE_TEXTS), TELL(turn_line, 0)},
    {FOR("module without a name", MODULE_TEXTS), TELL(lose_name, 1)},
    {FOR("module without a command line", MODULE_TEXTS), TELL(lose_line, 1)},
    {FOR("module's size", MODULE_PLACE), TELL(resize, 0)},
    {FOR("empty module's size", MODULE_PLACE), TELL(resize, 1)},
    {FOR("module's address", MODULE_PLACE), TELL(move_address, 0)},
    {FOR("module inside a page", MODULE_PLACE), TELL(unalign, 1), .is_wide = true},
    {FOR("module in the kernel", MODULE_PLACE), TELL(place_in_kernel, 2)},
    {FOR("module in free memory", MODULE_PLACE), TELL(place_in_free_memory, 2)},
    {FOR("module's kind", MODULE_PLACE), TELL(label, 0), .is_wide = true},
    {FOR("module's first byte", MODULE_BYTES), TELL(turn_first, 0)},
    {FOR("module's last byte", MODULE_BYTES), TELL(turn_last, 0)},
    {FOR("last byte of a page of a module", MODULE_BYTES), TELL(turn_last, 2)},
    {FOR("first byte behind a module", MODULE_TAIL), TELL(fill_first_behind, 0)},
    {FOR("last byte behind a module", MODULE_TAIL), TELL(fill_last_behind, 0)},
    {FOR("first byte of an empty module", MODULE_TAIL), TELL(fill_first_behind, 1)},
    {FOR("last byte of an empty module", MODULE_TAIL), TELL(fill_last_behind, 1)},

    {FOR("on the loader's stack", IN_USE), TELL(lie_on_taken, 0)},
    {FOR("on the loader's page tables", IN_USE), TELL(lie_on_taken, 1)},
    {FOR("pixel that is still in a cache", CLEAN_SCREEN), TELL(turn_pixel, 5)},
    {FOR("last pixel that is still in a cache", CLEAN_SCREEN), TELL(turn_pixel, 800 * 600 * 4 - 1)},
    {FOR("on reserved memory", IN_USE), TELL(lie_on_reserved, FAKE_RESERVED), ON("device tree")},
    {FOR("on memory that the firmware's tree reserves", IN_USE), TELL(lie_on_reserved, FAKE_RESERVED),
     ON("aarch64, an entry's device tree")},
    {FOR("on memory that the entry's tree reserves", IN_USE), TELL(lie_on_reserved, FAKE_ALSO_RESERVED),
     ON("aarch64, an entry's device tree")},

    {FOR("a framebuffer", SCREEN_UNFOUNDED), BATON(framebuffers.count, 1), WITH(NO_SCREEN)},
    {FOR("place of no framebuffers", SCREEN_UNFOUNDED), TELL(add_screens, 0), WITH(NO_SCREEN)},
    {FOR("two framebuffers", SCREEN_LIST), BATON(framebuffers.count, 3)},
    {FOR("framebuffers' stride", SCREEN_LIST), BATON(framebuffers.stride, 8)},
    {FOR("no framebuffers", SCREEN_LIST), TELL(lose_screens, 0)},
    {SCREEN("framebuffer's address", address)},
    {SCREEN("framebuffer's physical address", physical)},
    {SCREEN("framebuffer's size", size)},
    {SCREEN("width", width)},
    {SCREEN("height", height)},
    {SCREEN("pitch", pitch)},
    {SCREEN("bits of a pixel", bits_per_pixel)},
    {SCREEN("red", red_mask)},
    {SCREEN("green", green_mask)},
    {SCREEN("blue", blue_mask)},
    {SCREEN("bits without colour", reserved_mask)},
    {SCREEN("framebuffer's last number", reserved)},
    {FOR("EDID's first byte", EDID), TELL(turn_edid, 0)},
    {FOR("EDID's last byte", EDID), TELL(turn_edid, 127)},
    {FOR("EDID's size", EDID), TELL(cut_edid, 0)},
    {FOR("no EDID", EDID), TELL(lose_edid, 0)},
};
const struct lie_list lies_lists = {lies, COUNT(lies)};
