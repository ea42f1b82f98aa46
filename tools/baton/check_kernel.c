/* SPDX-License-Identifier: BSD-2-Clause */
#include "check_kernel.h"

#include <stdio.h>
#include <string.h>

#include "baton_layout.h"
#include "check_machine.h"
#include "check_warn.h"
#include "checked.h"
#include "elf.h"
#include "note.h"

#define RUNS_SHOWN 24

const struct baton_kernel_plan *check_kernel_known(const struct check_kernel *kernel)
{
    const struct baton_plan *own = kernel->boot.plan.protocol_data;

    return &own->kernel;
}

bool check_kernel_is_random(const struct check_kernel *kernel)
{
    enum entry_kaslr kaslr = kernel->boot.input.entry->kaslr;

    return kaslr == ENTRY_KASLR_ON ||
           (kaslr == ENTRY_KASLR_UNSAID && baton_kernel_asks(check_kernel_known(kernel), BATON_FEATURE_RANDOM_SLIDE));
}

static const char *name_of(const struct check_kernel *kernel)
{
    return kernel->boot.described[0].path;
}

void check_kernel_judge(struct pool *pool, const struct facts *facts, const struct entry *entry,
                        const struct check_file *files, size_t count, struct check_kernel *kernel)
{
    struct error error;
    enum status status;

    check_listen(pool, &kernel->messages);
    status = check_plan_make(pool, facts, entry, files, count, &kernel->boot, &error);
    check_unlisten();
    if (status == STATUS_OK && kernel->boot.plan.ending == PLAN_LEAVE)
        check_kernel_warn(pool, kernel);
    if (status == STATUS_OK)
        return;
    check_say(pool, &kernel->messages, LOG_ERROR, pool_format(pool, "%s", error.text));
    if (status == STATUS_NO_MEMORY || strstr(error.text, "this machine has") || strstr(error.text, "the firmware "))
        check_say(
            pool, &kernel->messages, LOG_INFO,
            pool_format(pool,
                        "\"this machine\", with its firmware, is made up: %s. Options of \"baton check\" change it.",
                        check_machine_describe(pool, facts)));
}

/* ---- where it goes ---- */

static const char *permission_letters(uint32_t permissions)
{
    static const char *const letters[] = {"R--", "RW-", "R-X", "RWX"};

    return letters[permissions & (PERMIT_WRITE | PERMIT_EXECUTE)];
}

/* Where offset 0 of the image runs. */
static uint64_t run_base(const struct baton_kernel_plan *plan)
{
    return plan->image.base + plan->slide;
}

/* How many bytes of the run the file fills. */
static uint64_t loaded_bytes(const struct image *image, const struct image_run *run)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < image->part_count; i++) {
        const struct image_part *part = &image->parts[i];
        uint64_t start = max_u64(part->offset, run->offset);
        uint64_t end = min_u64(part->offset + part->size, run->offset + run->size);

        bytes += start < end ? end - start : 0;
    }
    return bytes;
}

static void print_run(struct pool *pool, const struct baton_kernel_plan *plan, const struct image_run *run)
{
    unsigned long long address = run_base(plan) + run->offset;
    uint64_t loaded = loaded_bytes(&plan->image, run);

    printf("    0x%016llx-0x%016llx  %s  %9s  %s\n", address, address + (run->size - 1),
           permission_letters(run->permissions), check_size(pool, run->size),
           loaded > 0 ? pool_format(pool, "%10llu bytes", (unsigned long long)loaded) : "      none");
}

static void print_runs(struct pool *pool, const struct baton_kernel_plan *plan)
{
    printf("    %-37s  use       memory  from the file\n", "address");
    for (size_t i = 0; i < plan->image.run_count && i < RUNS_SHOWN; i++)
        print_run(pool, plan, &plan->image.runs[i]);
    if (plan->image.run_count > RUNS_SHOWN)
        printf("    and %zu more\n", plan->image.run_count - RUNS_SHOWN);
}

static const char *describe_kind(struct pool *pool, const struct check_kernel *kernel)
{
    const struct baton_kernel_plan *plan = check_kernel_known(kernel);

    if (plan->flat)
        return "flat: that memory must be free";
    if (plan->image.movable)
        return pool_format(pool, "ELF, movable: linked at 0x%llx, lies anywhere in memory, runs at these addresses%s",
                           (unsigned long long)plan->image.base,
                           check_kernel_is_random(kernel) ? " or at random up to 1 GiB above" : "");
    return plan->image.high ? "ELF, fixed, in the upper half: lies anywhere in memory"
                            : "ELF, fixed, low: that memory must be free";
}

/* The names of features, one behind the other. */
static const char *list_features(struct pool *pool, const struct wishes *wishes, uint64_t features)
{
    const char *text = "";

    for (unsigned bit = 0; bit < 64; bit++) {
        const char *name = feature_name(bit);
        const char *more = "";

        if (!(features & 1ULL << bit))
            continue;
        if (!name)
            name = pool_format(pool, "feature %u, which this version of Baton does not know", bit);
        if (1ULL << bit == BATON_FEATURE_MINIMUM_RAM)
            more = pool_format(pool, " (%s)", check_size(pool, wishes->minimum_ram));
        text = pool_format(pool, "%s%s%s%s", text, *text != '\0' ? ", " : "", name, more);
    }
    return text;
}

static void print_wishes(struct pool *pool, const struct wishes *wishes)
{
    if (!wishes->found)
        check_print_line("asks for", "nothing: there is no note with wishes");
    else if ((wishes->required | wishes->wanted) == 0)
        check_print_line("asks for", "no features");
    if (wishes->required != 0)
        check_print_line("needs", list_features(pool, wishes, wishes->required));
    if (wishes->wanted != 0)
        check_print_line("wants", list_features(pool, wishes, wishes->wanted));
}

static void print_companions(struct pool *pool, const struct check_kernel *kernel, const char *what)
{
    const struct plan_input *input = &kernel->boot.input;

    for (size_t i = 1; i < input->file_count; i++)
        check_print_line(what,
                         pool_format(pool, "%s, %s", input->files[i].path, check_size(pool, input->files[i].size)));
}

/* What the firmware starts by itself. */
static void print_image(struct pool *pool, const struct check_kernel *kernel)
{
    check_print_line("kind", "EFI program: the firmware loads and starts it");
    check_print_line("file", check_size(pool, kernel->boot.described[0].size));
    print_companions(pool, kernel, "initrd");
}

static void print_placed(struct pool *pool, const struct check_kernel *kernel)
{
    const struct plan *plan = &kernel->boot.plan;
    const struct plan_request *request, *stack;
    const char *symbol = kernel->sections.entry_symbol, *file;

    request = &plan->requests[plan->kernel];
    stack = &plan->requests[plan->stack];
    check_print_line("kind", describe_kind(pool, kernel));
    check_print_line("memory", pool_format(pool, "%s, aligned to %s", check_size(pool, request->size),
                                           check_size(pool, request->alignment)));
    print_runs(pool, check_kernel_known(kernel));
    check_print_line("entry", pool_format(pool, "0x%llx%s%s%s", (unsigned long long)plan->entry, symbol ? " (" : "",
                                          symbol ? symbol : "", symbol ? ")" : ""));
    check_print_line("stack", check_size(pool, stack->size - BATON_PAGE_SIZE));
    if (!check_kernel_known(kernel)->flat)
        print_wishes(pool, &check_kernel_known(kernel)->wishes);
    file = check_size(pool, kernel->boot.described[0].size);
    if (kernel->sections.debug_bytes > 0)
        file = pool_format(pool, "%s, with %s of debug sections", file, check_size(pool, kernel->sections.debug_bytes));
    check_print_line("file", file);
    print_companions(pool, kernel, "module");
}

void check_kernel_print(struct pool *pool, const struct check_kernel *kernel)
{
    if (kernel->boot.files[0].path != kernel->boot.files[0].host)
        check_print_line("kernel", name_of(kernel));
    if (kernel->boot.plan.ending == PLAN_START)
        print_image(pool, kernel);
    else
        print_placed(pool, kernel);
}
