/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Goes wrong in the way that its command line names, three calls deep and without handlers of its own: what is said
 * then is Baton's last-gasp handler's. Each faulting instruction is a symbol, at_NAME, for the test to find.
 */
#include "kit.h"
#include "memory.h"

#define NO_CANONICAL  0x8000000000000000ULL
#define ENTRY_ADDRESS 0x000ffffffffff000ULL
#define NOWHERE       0x0000666600000000ULL

/* So that the report is seen to have the registers as they were. */
#define PLANT                                                                                                          \
    "mov $0x0808080808080808, %%r8\n\t"                                                                                \
    "mov $0x0909090909090909, %%r9\n\t"                                                                                \
    "mov $0x1010101010101010, %%r10\n\t"                                                                               \
    "mov $0x1111111111111111, %%r11\n\t"                                                                               \
    "mov $0x1212121212121212, %%r12\n\t"                                                                               \
    "mov $0x1313131313131313, %%r13\n\t"                                                                               \
    "mov $0x1414141414141414, %%r14\n\t"                                                                               \
    "mov $0x1515151515151515, %%r15\n\t"
#define PLANTED "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc", "memory"

/* One instruction that goes wrong after another that does not, with an operand in rbx. The other registers that hold
 * no address are planted too. */
#define GO_WRONG(name, before, instruction, operand)                                                                   \
    __asm__ volatile(PLANT before "\n"                                                                                 \
                                  "at_" name ":\n\t" instruction                                                       \
                     :                                                                                                 \
                     : "b"(operand), "a"(0xaaaaULL), "c"(0xccccULL), "d"(0xddddULL), "S"(0x5151ULL), "D"(0xd1d1ULL)    \
                     : PLANTED)

#define NOT_INLINE __attribute__((noinline))

static uint8_t variable[64] __attribute__((aligned(64))) = {0xc3};
static volatile unsigned depth;

static bool is(const char *what, const char *name)
{
    while (*what != '\0' && *what == *name) {
        what++;
        name++;
    }
    return *what == *name;
}

static NOT_INLINE void overflow(void)
{
    volatile uint8_t frame[512];

    frame[0] = (uint8_t)depth++;
    if (depth)
        overflow();
    frame[1] = frame[0];
}

/* Takes the gibibyte that the first screen lies in out of the address space: the handler's own writes fault. */
static void unmap_screen(const struct baton *baton)
{
    const struct baton_framebuffer *screen = baton->framebuffers.first;
    uint64_t address = (uint64_t)(uintptr_t)screen->address;
    uint64_t *top = direct(baton, entry_state.cr3);
    uint64_t *next = direct(baton, top[address >> 39 & 511] & ENTRY_ADDRESS);

    next[address >> 30 & 511] = 0;
    __asm__ volatile("mov %0, %%cr3" : : "r"(entry_state.cr3) : "memory");
}

/* What the handler reads is made worse before something goes wrong. */
static void spoil(const char *what, const struct baton *baton)
{
    struct baton *spoiled = (struct baton *)(uintptr_t)baton;

    if (is(what, "spoil-screen"))
        unmap_screen(baton);
    if (is(what, "spoil-baton"))
        memset(spoiled, 0x99, sizeof(*spoiled));
}

static NOT_INLINE int inner(const char *what, const struct baton *baton)
{
    if (is(what, "overflow"))
        overflow();
    if (is(what, "write-text"))
        GO_WRONG("write_text", "", "movb $1, (%%rbx)", text_start);
    if (is(what, "execute-data"))
        GO_WRONG("execute_data", "", "call *%%rbx", variable);
    if (is(what, "read-null"))
        GO_WRONG("read_null", "", "mov 8(%%rbx), %%rbx", 0ULL);
    if (is(what, "call-null"))
        GO_WRONG("call_null", "", "call *%%rbx", 0ULL);
    if (is(what, "read-device"))
        GO_WRONG("read_device", "", "mov (%%rbx), %%ebx", baton->direct_map.base + 0xfec00000);
    if (is(what, "divide"))
        GO_WRONG("divide", "xor %%edx, %%edx", "div %%rbx", 0ULL);
    if (is(what, "interrupt"))
        GO_WRONG("interrupt", "", "int $0x40", 0ULL);
    if (is(what, "not-canonical"))
        GO_WRONG("not_canonical", "", "movb $1, (%%rbx)", NO_CANONICAL);
    if (is(what, "spoil-frame"))
        GO_WRONG("spoil_frame", "mov %%rbx, %%rbp", "ud2", NOWHERE);
    if (is(what, "spoil-flags"))
        GO_WRONG("spoil_flags", "std\n\tpushq $0x40400\n\tpopfq", "ud2", 0ULL);
    if (is(what, "spoil-stack"))
        GO_WRONG("spoil_stack", "mov %%rbx, %%rsp", "push %%rax", NOWHERE);
    GO_WRONG("undefined", "", "ud2", 0ULL);
    return (int)depth;
}

static NOT_INLINE int middle(const char *what, const struct baton *baton)
{
    return inner(what, baton) + 1;
}

static NOT_INLINE int outer(const char *what, const struct baton *baton)
{
    return middle(what, baton) + 1;
}

_Noreturn void kernel_main(const struct baton *baton)
{
    const char *what = baton->command_line;

    print("gasp: begin\n");
    spoil(what, baton);
    give_up("%d came back", outer(what, baton));
}
