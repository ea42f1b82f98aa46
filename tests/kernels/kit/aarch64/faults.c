/* SPDX-License-Identifier: BSD-2-Clause */
/* Vectors of the kernel's own, and faults that are expected. */
#include "level.h"

#define SYNCHRONOUS 0 /* of four kinds of exceptions */

/* faults_entry.S makes these. */
struct frame {
    uint64_t vector, syndrome, pc, address, sp;
};

#pragma GCC visibility push(hidden)
extern const uint8_t faults_vectors[], faults_vectors_el2[], faults_resume[];
#pragma GCC visibility pop
bool faults_attempt(void (*function)(void *), void *argument, uint64_t *ret_stack);
void faults_use_stack(void *top);
void faults_handle(struct frame *frame);

static uint8_t stack[16384] __attribute__((aligned(16)));

static bool expected;
static uint64_t resume_stack;
static struct fault caught;

void faults_handle(struct frame *frame)
{
    caught = (struct fault){frame->syndrome >> 26 & 0x3f, frame->syndrome & 0x1ffffff, frame->address, frame->pc};
    if (!expected || frame->vector % 4 != SYNCHRONOUS)
        give_up("exception %lu of class %#lx, syndrome %#lx, address %#lx at pc %#lx (image + %#lx)", frame->vector,
                caught.vector, caught.error, caught.address, caught.pc, caught.pc - (uint64_t)(uintptr_t)image_start);
    frame->pc = (uint64_t)(uintptr_t)faults_resume;
    frame->sp = resume_stack;
}

/* The kernel goes on with SP_EL0, which leaves its level's own stack pointer to the handler. */
void faults_install(void)
{
    faults_use_stack(stack + sizeof(stack));
    if (is_alone_at_el2())
        WRITE_REGISTER(vbar_el2, faults_vectors_el2);
    else
        WRITE_REGISTER(vbar_el1, faults_vectors);
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
