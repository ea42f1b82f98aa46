/* SPDX-License-Identifier: BSD-2-Clause */
/* Looks at what must be seen first, runs the checks, gives the verdict. */
#include "selfcheck.h"

#include "format.h"
#include "memory.h"

static const struct check_list *const lists[] = {
    MACHINE_CHECKS, &acpi_checks,  &smbios_checks,  &device_tree_checks, &mappings_checks,
    &kernel_checks, &baton_checks, &strings_checks, &facts_checks,       &screens_checks,
    &serial_checks, &map_checks,   &placed_checks,  &clocks_checks,
};

static struct {
    const char *names[MAX_CHECKS];
    bool broken[MAX_CHECKS];
    unsigned count;   /* with a name */
    unsigned current; /* the one that runs */
    bool quiet;
} state;

unsigned checks_count(void)
{
    return state.count;
}

const char *check_name(unsigned number)
{
    return state.names[number];
}

bool check_is_broken(unsigned number)
{
    return state.broken[number];
}

void broken(const char *format, ...)
{
    char text[400];
    va_list arguments;

    if (state.broken[state.current])
        return;
    state.broken[state.current] = true;
    if (state.quiet)
        return;
    va_start(arguments, format);
    format_list(text, sizeof(text), format, arguments);
    va_end(arguments);
    print("selfcheck: FAILED %s: %s\n", state.names[state.current], text);
}

void expect_equal(const char *what, uint64_t found, uint64_t promised)
{
    if (found != promised)
        broken("%s is %#lx, promised is %#lx", what, found, promised);
}

struct call {
    void (*run)(struct subject *);
    struct subject *subject;
};

static void call(void *argument)
{
    const struct call *what = argument;

    what->run(what->subject);
}

void check_run(const char *name, void (*run)(struct subject *), struct subject *subject, bool quiet)
{
    struct call what = {run, subject};
    struct fault fault;

    for (state.current = 0; state.current < state.count; state.current++)
        if (strings_equal(state.names[state.current], name))
            break;
    if (state.current == state.count) {
        if (state.count == MAX_CHECKS)
            give_up("too many checks");
        state.names[state.count++] = name;
    }
    state.quiet = quiet;
    state.broken[state.current] = false;
    if (faults_catch(call, &what, &fault))
        broken("vector %lu, error %#lx, address %#lx at image + %#lx", fault.vector, fault.error, fault.address,
               fault.pc - (uint64_t)(uintptr_t)image_start);
}

static void collect(void *argument)
{
    struct subject *subject = argument;

    subject->code_end = 0;
    acpi_collect(subject, &subject->firmware);
    smbios_collect(subject, &subject->firmware);
    device_tree_collect(subject, &subject->firmware);
    device_tree_reservations(subject, &subject->reserved);
    expected_find_code(subject);
}

unsigned checks_run(struct subject *subject, bool quiet)
{
    struct fault fault;
    unsigned count = 0;

    memset(&subject->firmware, 0, sizeof(subject->firmware));
    subject->reserved.count = 0;
    (void)faults_catch(collect, subject, &fault); /* the checks find out what is missing */
    for (size_t i = 0; i < COUNT(lists); i++)
        for (size_t k = 0; k < lists[i]->count; k++)
            check_run(lists[i]->checks[k].name, lists[i]->checks[k].run, subject, quiet);
    for (unsigned i = 0; i < state.count; i++)
        count += state.broken[i];
    return count;
}

static _Noreturn void give_verdict(void)
{
    unsigned count = 0;

    for (unsigned i = 0; i < state.count; i++)
        count += state.broken[i];
    if (count != 0) {
        print("selfcheck: %u of %u checks failed\n", count, state.count);
        baton_exit(0x7f);
    }
    print("selfcheck: ok, %u checks\n", state.count);
    baton_exit(BATON_EXIT_SUCCESS);
}

/* Before anything of the kernel's own is written: all of it is on the stack. */
static void look_first(const struct baton *baton, struct machine_state *machine, struct image *image,
                       struct arrival *arrival)
{
    machine_look(machine);
    image_read(baton, image);
    image_arrive(baton, image, arrival);
}

_Noreturn void selfcheck_main(const struct baton *baton)
{
    static struct subject subject;
    struct machine_state machine;
    struct image image;
    struct arrival arrival;

    if (baton->magic != BATON_MAGIC)
        baton_exit(0x7e);
    look_first(baton, &machine, &image, &arrival);
    output_start(baton);
    faults_install();
    subject.baton = (struct baton *)(uintptr_t)baton;
    subject.entry = entry_state;
    subject.machine = machine;
    subject.image = image;
    subject.arrival = arrival;
    mmio_prepare(&subject);
    print("selfcheck: begin\n");
    (void)checks_run(&subject, false);
    if (option_given(baton->command_line, "lies"))
        lies_run(&subject);
    overwrite_run(&subject, false, OVERWRITE_ALL);
    give_verdict();
}
