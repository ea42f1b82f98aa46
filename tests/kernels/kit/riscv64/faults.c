/* SPDX-License-Identifier: BSD-2-Clause */
/* A handler of the kernel's own, and faults that are expected. */
#include "hart.h"

#define INTERRUPT (1ULL << 63)

/* faults_entry.S makes these. */
struct frame {
    uint64_t x[32];
    uint64_t pc, cause, address, padding;
};
_Static_assert(sizeof(struct frame) == 36 * 8, "faults_entry.S");

#pragma GCC visibility push(hidden)
extern const uint8_t faults_vector[], faults_resume[];
#pragma GCC visibility pop
bool faults_attempt(void (*function)(void *), void *argument, uint64_t *ret_stack);
void faults_handle(struct frame *frame);

#define FRAME_SP 2

static uint8_t stack[16384] __attribute__((aligned(16)));

static bool expected;
static uint64_t resume_stack;
static struct fault caught;

void faults_handle(struct frame *frame)
{
    caught = (struct fault){frame->cause, 0, frame->address, frame->pc};
    if (!expected || frame->cause & INTERRUPT)
        give_up("exception %#lx, address %#lx at pc %#lx (image + %#lx)", caught.vector, caught.address, caught.pc,
                caught.pc - (uint64_t)(uintptr_t)image_start);
    frame->pc = (uint64_t)(uintptr_t)faults_resume;
    frame->x[FRAME_SP] = resume_stack;
}

void faults_install(void)
{
    WRITE_CSR(sscratch, (uintptr_t)(stack + sizeof(stack)));
    WRITE_CSR(stvec, (uintptr_t)faults_vector);
}

bool faults_catch(void (*function)(void *), void *argument, struct fault *ret_fault)
{
    const bool outer = expected;
    const uint64_t outer_stack = resume_stack;
    bool faulted;

    expected = true;
    faulted = faults_attempt(function, argument, &resume_stack);
    expected = outer;
    resume_stack = outer_stack;
    if (faulted)
        *ret_fault = caught;
    return faulted;
}

static void read_byte(void *address)
{
    (void)*(const volatile uint8_t *)address;
}

bool faults_can_read(const volatile void *address)
{
    struct fault fault;

    return !faults_catch(read_byte, (void *)(uintptr_t)address, &fault);
}
