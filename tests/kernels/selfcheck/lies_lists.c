/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies in the baton's lists: modules, framebuffers, timings, and copies of the firmware's tables. */
#include "selfcheck.h"

static struct baton_module *module(const struct subject *subject, unsigned number)
{
    const struct baton_list *list = &subject->baton->modules;

    if (number >= list->count)
        return NULL;
    return (struct baton_module *)((uintptr_t)list->first + (uintptr_t)number * list->stride);
}

/* One whose last page is not full, other than the kernel's own file. */
static struct baton_module *partial_module(const struct subject *subject)
{
    for (unsigned i = 0; i < subject->baton->modules.count; i++) {
        struct baton_module *found = module(subject, i);

        if (found->size % PAGE != 0 && !option_given(found->command_line, "self"))
            return found;
    }
    return NULL;
}

static bool tell_module_physical(struct subject *subject)
{
    struct baton_module *found = partial_module(subject);

    if (found)
        poke64(&found->physical, found->physical + PAGE);
    return found != NULL;
}

static bool tell_module_size(struct subject *subject)
{
    struct baton_module *found = partial_module(subject);

    if (found)
        poke64(&found->size, found->size - 1);
    return found != NULL;
}

static bool tell_module_byte(struct subject *subject)
{
    struct baton_module *found = partial_module(subject);

    if (found)
        poke8(found->address, (uint8_t) ~*(const uint8_t *)found->address);
    return found != NULL;
}

static bool tell_module_tail(struct subject *subject)
{
    struct baton_module *found = partial_module(subject);

    if (found)
        poke8((const uint8_t *)found->address + found->size, 1);
    return found != NULL;
}

static bool tell_module_order(struct subject *subject)
{
    struct baton_module *first = module(subject, 0), *second = module(subject, 1);
    struct baton_module copies[2];

    if (!first || !second)
        return false;
    copies[0] = *first;
    copies[1] = *second;
    poke(first, &copies[1], sizeof(copies[1]));
    poke(second, &copies[0], sizeof(copies[0]));
    return true;
}

static bool tell_module_gone(struct subject *subject)
{
    poke32(&subject->baton->modules.count, subject->baton->modules.count - 1);
    return subject->baton->modules.count != 0;
}

static bool tell_no_own_file(struct subject *subject)
{
    poke64(&subject->image.file, 0);
    return true;
}

/* ---- framebuffers ---- */

static struct baton_framebuffer *screen(const struct subject *subject)
{
    return (struct baton_framebuffer *)(uintptr_t)subject->baton->framebuffers.first;
}

static bool tell_pitch(struct subject *subject)
{
    if (screen(subject))
        poke32(&screen(subject)->pitch, screen(subject)->width);
    return screen(subject) != NULL;
}

static bool tell_screen_size(struct subject *subject)
{
    if (screen(subject))
        poke64(&screen(subject)->size, screen(subject)->size / 2 / PAGE * PAGE);
    return screen(subject) != NULL;
}

static bool tell_masks(struct subject *subject)
{
    if (screen(subject))
        poke32(&screen(subject)->red_mask, screen(subject)->red_mask | screen(subject)->green_mask);
    return screen(subject) != NULL;
}

static bool tell_bits(struct subject *subject)
{
    if (screen(subject))
        poke32(&screen(subject)->bits_per_pixel, 31);
    return screen(subject) != NULL;
}

static bool tell_screen_address(struct subject *subject)
{
    if (screen(subject))
        poke64(&screen(subject)->address, (uint64_t)(uintptr_t)screen(subject)->address + PAGE);
    return screen(subject) != NULL;
}

static bool tell_edid(struct subject *subject)
{
    if (screen(subject))
        poke64(&screen(subject)->edid, (uint64_t)(uintptr_t)subject->baton);
    if (screen(subject))
        poke32(&screen(subject)->edid_size, 128);
    return screen(subject) != NULL;
}

/* ---- timings ---- */

static bool tell_time_backwards(struct subject *subject)
{
    struct baton_timing *first = (struct baton_timing *)(uintptr_t)subject->baton->timings.first;

    if (first)
        poke64(&first->counter, first->counter << 8);
    return first != NULL;
}

static bool tell_stage(struct subject *subject)
{
    const struct baton_timing *first = subject->baton->timings.first;

    if (first)
        poke8(first->name, 'S');
    return first != NULL;
}

static bool tell_stride(struct subject *subject)
{
    poke32(&subject->baton->timings.stride, 8);
    return true;
}

static bool tell_count(struct subject *subject)
{
    poke32(&subject->baton->modules.count, 0);
    return true;
}

static bool tell_extension(struct subject *subject)
{
    poke32(&subject->baton->extensions.count, 1);
    poke32(&subject->baton->extensions.stride, sizeof(struct baton_extension));
    poke64(&subject->baton->extensions.first, (uint64_t)(uintptr_t)subject->baton);
    return true;
}

/* ---- the firmware's tables ---- */

static bool turn_byte(const void *bytes, uint64_t offset)
{
    if (bytes)
        poke8((const uint8_t *)bytes + offset, (uint8_t) ~((const uint8_t *)bytes)[offset]);
    return bytes != NULL;
}

static bool tell_rsdp(struct subject *subject)
{
    return turn_byte(subject->baton->rsdp, 16);
}

/* The OEM's name, and the checksums made right again: only the original shows it. */
static bool tell_other_rsdp(struct subject *subject)
{
    const uint8_t *rsdp = subject->baton->rsdp;

    if (!rsdp || !subject->baton->efi_system_table)
        return false;
    poke8(rsdp + 9, (uint8_t)(rsdp[9] + 1));
    poke8(rsdp + 10, (uint8_t)(rsdp[10] - 1));
    return true;
}

static const void *entry_point(const struct subject *subject)
{
    return subject->baton->smbios3 ? subject->baton->smbios3 : subject->baton->smbios2;
}

static bool tell_smbios(struct subject *subject)
{
    return turn_byte(entry_point(subject), 7);
}

static bool tell_other_smbios(struct subject *subject)
{
    const uint8_t *entry = entry_point(subject);

    if (!entry || !subject->baton->efi_system_table)
        return false;
    poke8(entry + 7, (uint8_t)(entry[7] + 1));
    poke8(entry + 8, (uint8_t)(entry[8] - 1));
    return true;
}

/* The table is said to have five bytes. */
static bool tell_structures(struct subject *subject)
{
    const uint8_t *entry2 = subject->baton->smbios2, *entry3 = subject->baton->smbios3;

    if (entry3)
        poke32(entry3 + 12, 5);
    if (entry2) {
        poke8(entry2 + 22, 5);
        poke8(entry2 + 23, 0);
    }
    return entry2 || entry3;
}

static bool tell_fadt(struct subject *subject)
{
    return turn_byte(acpi_find(subject, "FACP"), 10);
}

static bool tell_tree(struct subject *subject)
{
    return turn_byte(subject->baton->device_tree, 60);
}

static bool tell_tree_size(struct subject *subject)
{
    poke64(&subject->baton->device_tree_size, subject->baton->device_tree_size - 1);
    return subject->baton->device_tree != NULL;
}

static bool tell_serial(struct subject *subject)
{
    poke64(&subject->baton->serial.physical, subject->baton->serial.physical + PAGE);
    return subject->baton->serial.kind != 0;
}

/* There is none, or it is of another kind. */
static bool tell_serial_kind(struct subject *subject)
{
    poke32(&subject->baton->serial.kind, subject->baton->serial.kind ^ 1);
    return true;
}

static const struct lie lies[] = {
    LIE("module-physical", "module-places", tell_module_physical),
    LIE("module-size", "module-bytes", tell_module_size),
    LIE("module-byte", "module-bytes", tell_module_byte),
    LIE("module-tail", "module-tails", tell_module_tail),
    LIE("module-order", "module-bytes", tell_module_order),
    LIE("module-gone", "module-bytes", tell_module_gone),
    LIE("no-own-file", "kernel-bytes", tell_no_own_file),
    LIE("pitch", "framebuffer-shape", tell_pitch),
    LIE("framebuffer-size", "framebuffer-shape", tell_screen_size),
    LIE("masks", "framebuffer-pixels", tell_masks),
    LIE("bits-per-pixel", "framebuffer-pixels", tell_bits),
    LIE("framebuffer-address", "framebuffer-address", tell_screen_address),
    LIE("edid", "edid", tell_edid),
    LIE("time-backwards", "timings", tell_time_backwards),
    LIE("stage", "timings", tell_stage),
    LIE("stride", "lists", tell_stride),
    LIE("count", "lists", tell_count),
    LIE("extension", "extensions", tell_extension),
    LIE("rsdp", "rsdp", tell_rsdp),
    LIE("other-rsdp", "rsdp-original", tell_other_rsdp),
    LIE("smbios", "smbios", tell_smbios),
    LIE("other-smbios", "smbios-original", tell_other_smbios),
    LIE("structures", "smbios-structures", tell_structures),
    LIE("fadt", "acpi-tables", tell_fadt),
    LIE("device-tree", "device-tree", tell_tree),
    LIE("device-tree-size", "device-tree", tell_tree_size),
    LIE("serial", "serial", tell_serial),
    LIE("serial-kind", "serial", tell_serial_kind),
};
const struct lie_list lies_lists = {lies, COUNT(lies)};
