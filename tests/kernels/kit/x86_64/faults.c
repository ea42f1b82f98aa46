/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptor tables of the kernel's own, and faults that are expected. */
#include "kit.h"

#define VECTORS       32
#define CODE_SELECTOR 0x08
#define DATA_SELECTOR 0x10
#define TSS_SELECTOR  0x18

struct frame {
    uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

struct __attribute__((packed)) gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t stack; /* the IST entry */
    uint8_t attributes;
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};

struct __attribute__((packed)) task_state {
    uint32_t reserved1;
    uint64_t rsp[3];
    uint64_t reserved2;
    uint64_t ist[7];
    uint64_t reserved3;
    uint16_t reserved4;
    uint16_t io_map;
};

#pragma GCC visibility push(hidden)
extern const uint8_t faults_entries[VECTORS][16];
extern const uint8_t faults_resume[];
#pragma GCC visibility pop
bool faults_attempt(void (*function)(void *), void *argument, uint64_t *ret_stack);
void faults_handle(struct frame *frame);

static struct gate gates[VECTORS];
static struct task_state task;
static uint64_t descriptors[5];
static uint8_t stack[16384] __attribute__((aligned(16)));

static bool expected;
static uint64_t resume_stack;
static struct fault caught;

static uint64_t read_cr2(void)
{
    uint64_t value;

    __asm__ volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}

void faults_handle(struct frame *frame)
{
    caught = (struct fault){frame->vector, frame->error, read_cr2(), frame->rip};
    if (!expected)
        give_up("fault %lu error %#lx address %#lx at rip %#lx (image + %#lx)", caught.vector, caught.error,
                caught.address, caught.pc, caught.pc - (uint64_t)(uintptr_t)image_start);
    frame->rip = (uint64_t)(uintptr_t)faults_resume;
    frame->rsp = resume_stack;
}

static void load_tables(void)
{
    const struct table_register gdtr = {sizeof(descriptors) - 1, (uint64_t)(uintptr_t)descriptors};
    const struct table_register idtr = {sizeof(gates) - 1, (uint64_t)(uintptr_t)gates};

    __asm__ volatile("lgdt %0\n\t"
                     "pushq %2\n\t"
                     "lea 1f(%%rip), %%rax\n\t"
                     "push %%rax\n\t"
                     "lretq\n"
                     "1:\n\t"
                     "mov %3, %%ss\n\t"
                     "mov %3, %%ds\n\t"
                     "mov %3, %%es\n\t"
                     "ltr %4\n\t"
                     "lidt %1"
                     :
                     : "m"(gdtr), "m"(idtr), "i"(CODE_SELECTOR), "r"(DATA_SELECTOR), "r"((uint16_t)TSS_SELECTOR)
                     : "rax", "memory");
}

void faults_install(void)
{
    uint64_t base = (uint64_t)(uintptr_t)&task;

    for (unsigned i = 0; i < VECTORS; i++) {
        uint64_t entry = (uint64_t)(uintptr_t)faults_entries[i];

        gates[i] = (struct gate){.offset_low = (uint16_t)entry,
                                 .selector = CODE_SELECTOR,
                                 .stack = 1,
                                 .attributes = 0x8e,
                                 .offset_middle = (uint16_t)(entry >> 16),
                                 .offset_high = (uint32_t)(entry >> 32)};
    }
    task.ist[0] = (uint64_t)(uintptr_t)(stack + sizeof(stack));
    task.io_map = sizeof(task);
    descriptors[1] = 0x00af9b000000ffffULL;
    descriptors[2] = 0x00cf93000000ffffULL;
    descriptors[3] = (sizeof(task) - 1) | (base & 0xffffff) << 16 | 0x89ULL << 40 | (base >> 24 & 0xff) << 56;
    descriptors[4] = base >> 32;
    load_tables();
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
