/* SPDX-License-Identifier: BSD-2-Clause */
#include "check_warn.h"

#include "checked.h"
#include "elf.h"
#include "note.h"

#define DEBUG_NOTABLE (64ULL << 10) /* bytes of debug sections that are worth a warning */
#define SLIDE_STEP    (2ULL << 20)  /* of random places (docs/protocol.md, section 3.2) */

static const char *name_of(const struct check_kernel *kernel)
{
    return kernel->boot.described[0].path;
}

static void warn_of_debug(struct pool *pool, struct check_kernel *kernel)
{
    uint64_t debug = kernel->sections.debug_bytes, size = kernel->boot.described[0].size;

    if (debug < DEBUG_NOTABLE || debug > size || debug < size - debug)
        return;
    check_say(pool, &kernel->messages, LOG_WARNING,
              pool_format(pool,
                          "%s: %s of its %s are debug sections, which are never loaded but take room on the disk. "
                          "\"objcopy --strip-debug\" makes a copy without them; keep this file for gdb and \"baton "
                          "run\", which find functions and lines in it.",
                          name_of(kernel), check_size(pool, debug), check_size(pool, size)));
}

static void warn_of_entry(struct pool *pool, struct check_kernel *kernel)
{
    if (kernel->sections.entry_function)
        check_say(pool, &kernel->messages, LOG_WARNING,
                  pool_format(pool,
                              "%s: its entry point 0x%llx lies in the middle of the function %s. Name the first "
                              "function in the linker script, as in ENTRY(kernel).",
                              name_of(kernel), (unsigned long long)kernel->boot.plan.entry,
                              kernel->sections.entry_function));
}

static void warn_of_flat(struct pool *pool, struct check_kernel *kernel)
{
    const struct entry *entry = kernel->boot.input.entry;

    if (!entry->has_memory_size)
        check_say(pool, &kernel->messages, LOG_WARNING,
                  pool_format(pool,
                              "%s: %s gives no memory-size: the kernel has the %s of its file, and where its .bss "
                              "would be, memory belongs to somebody else. Say how much it takes in all, as in: "
                              "memory-size 256K",
                              name_of(kernel), entry->file, check_size(pool, kernel->boot.described[0].size)));
}

static const char note_advice[] = "Keep it in the linker script:\n"
                                  "  PHDRS { … note PT_NOTE FLAGS(4); }\n"
                                  "  SECTIONS {\n"
                                  "    …\n"
                                  "    .note : { KEEP(*(.note.baton)) } :rodata :note\n"
                                  "    (and the section behind it with its own segment, as in :data)\n"
                                  "  }";

static const char dynamic_advice[] = "Name it in the linker script:\n"
                                     "  PHDRS { … dynamic PT_DYNAMIC FLAGS(6); }\n"
                                     "  SECTIONS {\n"
                                     "    …\n"
                                     "    .dynamic : { *(.dynamic) } :data :dynamic\n"
                                     "    (and the section behind it with its own segment, as in :data)\n"
                                     "  }";

static void warn_of_lost_note(struct pool *pool, struct check_kernel *kernel)
{
    const struct check_sections *sections = &kernel->sections;
    const char *where = "the section .note.baton";

    if (check_kernel_known(kernel)->wishes.found)
        return;
    if (!sections->has_note_section && sections->has_note_symbol)
        where = "the symbol baton_wishes";
    else if (!sections->has_note_section && sections->has_note_in_debug)
        where = "baton_wishes in its debug sections";
    else if (!sections->has_note_section)
        return;
    check_say(pool, &kernel->messages, LOG_WARNING,
              pool_format(pool,
                          "%s: there is %s, but no PT_NOTE segment with the note, so the loader does not see the "
                          "kernel's wishes. %s",
                          name_of(kernel), where, note_advice));
}

static void warn_of_lost_relocations(struct pool *pool, struct check_kernel *kernel)
{
    const struct image *image = &check_kernel_known(kernel)->image;

    if (!kernel->sections.has_relocations || image->movable || image->dynamic.size > 0)
        return;
    check_say(pool, &kernel->messages, LOG_WARNING,
              pool_format(pool,
                          "%s: has the sections of a kernel that can be moved (.dynamic, .rela.dyn), but no PT_DYNAMIC "
                          "segment, so it stays where it is linked. %s",
                          name_of(kernel), dynamic_advice));
}

static void warn_of_lost_slide(struct pool *pool, struct check_kernel *kernel)
{
    const struct baton_kernel_plan *plan = check_kernel_known(kernel);

    if (plan->image.movable || !(plan->wishes.wanted & BATON_FEATURE_RANDOM_SLIDE))
        return;
    check_say(pool, &kernel->messages, LOG_WARNING,
              pool_format(pool,
                          "%s: its note wants a random slide, but it is linked at a fixed address, so %s. Compile it "
                          "with -fpie and link it with -static-pie, or leave the wish out.",
                          name_of(kernel), plan->image.high ? "only the direct map is moved" : "nothing is moved"));
}

/* By how much a kernel is moved is a multiple of its link base's alignment, which may be less than it asks for. */
static void warn_of_alignment(struct pool *pool, struct check_kernel *kernel)
{
    const struct baton_kernel_plan *plan = check_kernel_known(kernel);
    uint64_t wanted = kernel->sections.alignment;
    uint64_t moved = plan->slide | (check_kernel_is_random(kernel) ? SLIDE_STEP : 0);

    if (!plan->image.movable || !is_power_of_two(wanted) || !(moved & (wanted - 1)))
        return;
    check_say(pool, &kernel->messages, LOG_WARNING,
              pool_format(pool,
                          "%s: a segment asks to be aligned to %s (p_align), but the kernel is linked at 0x%llx and "
                          "moved by no multiple of that, so data that needs more than %s is misplaced. %s",
                          name_of(kernel), check_size(pool, wanted), (unsigned long long)plan->image.base,
                          check_size(pool, moved & (0 - moved)),
                          (plan->image.base & (wanted - 1)) ? "Link it at a multiple of its alignment."
                                                            : "Align to 2 MiB at most."));
}

static void warn_of_thread_locals(struct pool *pool, struct check_kernel *kernel)
{
    bool is_pc = kernel->boot.input.facts->machine.elf_machine == ELF_MACHINE_X86_64;

    if (kernel->sections.has_thread_locals)
        check_say(
            pool, &kernel->messages, LOG_WARNING,
            pool_format(pool,
                        "%s: has thread-local variables (PT_TLS), but %s when it is entered: the first access %s. Make "
                        "the area and set the %s before, or do without them.",
                        name_of(kernel), is_pc ? "the base of FS is 0" : "nobody has set the thread pointer",
                        is_pc ? "faults" : "goes astray", is_pc ? "base" : "pointer"));
}

void check_kernel_warn(struct pool *pool, struct check_kernel *kernel)
{
    if (check_kernel_known(kernel)->flat) {
        warn_of_flat(pool, kernel);
        return;
    }
    check_sections_read(pool, kernel->boot.files[0].host, check_kernel_known(kernel)->image.entry, &kernel->sections);
    warn_of_debug(pool, kernel);
    warn_of_entry(pool, kernel);
    warn_of_lost_note(pool, kernel);
    warn_of_lost_relocations(pool, kernel);
    warn_of_lost_slide(pool, kernel);
    warn_of_alignment(pool, kernel);
    warn_of_thread_locals(pool, kernel);
}
