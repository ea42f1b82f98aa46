/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 4a: what EL2 lets EL1 do, when the loader came from there. */
#include "selfcheck.h"

#define NOT_SUPPORTED (~0ULL)
#define PSCI_VERSION  0x84000000ULL
#define PATIENCE      1000000ULL /* between two counters that are read one after the other, even on a busy host */

/* The test knows that the firmware runs at EL2, and the kernel does not. */
static bool is_from_el2(const struct subject *subject)
{
    return option_given(subject->baton->command_line, "from-el2");
}

static uint64_t answer;

static void call_el2(void *argument)
{
    register uint64_t x0 __asm__("x0") = PSCI_VERSION;

    (void)argument;
    __asm__ volatile("hvc #0"
                     : "+r"(x0)
                     :
                     : "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
                       "x16", "x17", "memory");
    answer = x0;
}

static void check_call(struct subject *subject)
{
    struct fault fault;

    if (!is_from_el2(subject))
        return;
    if (faults_catch(call_el2, NULL, &fault))
        broken("a call to EL2 is an exception of class %#lx", fault.vector);
    else
        expect_equal("what a call to EL2 gives", answer ^ subject->machine.wrong_answer, NOT_SUPPORTED);
}

/* CNTVOFF is the distance of the two. */
static void check_offset(struct subject *subject)
{
    uint64_t physical, count;

    if (!is_from_el2(subject))
        return;
    physical = READ_REGISTER(cntpct_el0);
    count = counter_read() + subject->machine.wrong_count;
    if (count < physical || count - physical > PATIENCE)
        broken("the physical counter is %#lx, and then the virtual one %#lx", physical, count);
}

/* ---- traps ---- */

static void read_counters(void *argument)
{
    (void)argument;
    (void)READ_REGISTER(cntpct_el0);
    (void)READ_REGISTER(cntvct_el0);
}

static void read_timers(void *argument)
{
    (void)argument;
    (void)READ_REGISTER(cntp_ctl_el0);
    (void)READ_REGISTER(cntp_cval_el0);
    (void)READ_REGISTER(cntv_ctl_el0);
}

static void read_performance(void *argument)
{
    const unsigned version = id_field(READ_REGISTER(id_aa64dfr0_el1), 8);

    (void)argument;
    if (version == 0 || version == 0xf)
        return;
    (void)READ_REGISTER(pmcr_el0);
    (void)READ_REGISTER(pmccntr_el0);
}

static void read_interrupts(void *argument)
{
    (void)argument;
    if (id_field(READ_REGISTER(id_aa64pfr0_el1), 24) == 0)
        return;
    (void)READ_REGISTER(s3_0_c12_c12_5); /* ICC_SRE_EL1 */
    (void)READ_REGISTER(s3_0_c4_c6_0);   /* ICC_PMR_EL1 */
}

static void read_keys(void *argument)
{
    const uint64_t isar1 = READ_REGISTER(id_aa64isar1_el1);

    (void)argument;
    if (id_field(isar1, 4) != 0 || id_field(isar1, 8) != 0)
        (void)READ_REGISTER(s3_0_c2_c1_0); /* APIAKeyLo_EL1 */
}

static void read_vector_length(void *argument)
{
    uint64_t length;

    (void)argument;
    if (id_field(READ_REGISTER(id_aa64pfr0_el1), 32) != 0)
        __asm__ volatile(".inst 0x04bf5020\n\tmov %0, x0" : "=r"(length) : : "x0"); /* rdvl x0, #1 */
}

/* EL1 may not. */
static void read_nothing(void *argument)
{
    (void)argument;
    (void)READ_REGISTER(s3_4_c1_c1_0); /* HCR_EL2 */
}

static void check_traps(struct subject *subject)
{
    static const struct {
        const char *name;
        void (*access)(void *argument);
    } accesses[] = {
        {"the counters", read_counters},
        {"the timers", read_timers},
        {"the performance counters", read_performance},
        {"the interrupt controller's registers", read_interrupts},
        {"the keys of pointer authentication", read_keys},
        {"the length of SVE's vectors", read_vector_length},
        {"what EL1 does not have", read_nothing},
    };
    const size_t count = COUNT(accesses) - (subject->machine.wrong_access ? 0 : 1);
    struct fault fault;

    for (size_t i = 0; i < count && is_from_el2(subject); i++)
        if (faults_catch(accesses[i].access, NULL, &fault))
            broken("%s cannot be read: exception of class %#lx", accesses[i].name, fault.vector);
}

static const struct check checks[] = {
    {"hypervisor-call", check_call},
    {"counter-offset", check_offset},
    {"not-trapped", check_traps},
};
const struct check_list levels_checks = {checks, COUNT(checks)};
