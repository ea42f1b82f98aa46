/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last-gasp handler, section 7. It is built as ELF and flattened to code and constants that run wherever they lie,
 * so there are no pointers in constants and no variables: all that changes is in struct trampoline_data.
 */
#include "trampoline.h"

_Static_assert(offsetof(struct trampoline_data, own_stack) == 48, "trampoline.S");
_Static_assert(offsetof(struct trampoline_data, gdtr) == 56, "trampoline.S");
_Static_assert(offsetof(struct trampoline_data, idtr) == 72, "trampoline.S");
_Static_assert(offsetof(struct trampoline_data, gdt) == 88, "trampoline.S");

struct frame {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

/* Three by five pixels, a bit each, from the top left; from the space to the underscore. Small letters are capitals. */
static const uint16_t font[64] = {
    0x0000, 0x2482, 0x5a00, 0x5f7d, 0x0000, 0x5295, 0x0000, 0x2400, 0x1491, 0x4494, 0x0aa0, 0x05d0, 0x0014,
    0x01c0, 0x0002, 0x1294, 0x7b6f, 0x2c97, 0x73e7, 0x73cf, 0x5bc9, 0x79cf, 0x79ef, 0x7292, 0x7bef, 0x7bcf,
    0x0410, 0x0414, 0x1511, 0x0e38, 0x4454, 0x7282, 0x7b67, 0x7bed, 0x6bae, 0x7927, 0x6b6e, 0x79a7, 0x79a4,
    0x796f, 0x5bed, 0x7497, 0x126f, 0x5bad, 0x4927, 0x5fed, 0x7b6d, 0x7b6f, 0x7be4, 0x7b79, 0x6bad, 0x79cf,
    0x7492, 0x5b6f, 0x5b6a, 0x5b7d, 0x5aad, 0x5a92, 0x72a7, 0x6926, 0x4889, 0x324b, 0x2a00, 0x0007};

static void plot(struct trampoline_data *d, char c)
{
    const uint32_t scale = 2, cell_width = 4 * scale, cell_height = 7 * scale;

    if (!d->screen.address)
        return;
    if (c == '\n' || (d->column + 1) * cell_width > d->screen.width) {
        d->column = 0;
        d->row++;
    }
    if (c == '\n' || (d->row + 1) * cell_height > d->screen.height)
        return; /* what is below the screen's end is still on the serial port */
    if (c >= 'a' && c <= 'z')
        c -= 32;
    uint16_t shape = c >= ' ' && c <= '_' ? font[c - ' '] : 0;
    for (uint32_t y = 0; y < cell_height; y++) {
        for (uint32_t x = 0; x < cell_width; x++) {
            uint32_t row = y / scale, column = x / scale;
            uint32_t value = row < 5 && column < 3 && (shape >> (14 - row * 3 - column) & 1) ? d->white : 0;
            uint32_t bytes = d->screen.bits_per_pixel / 8;
            volatile uint8_t *pixel = (volatile uint8_t *)d->screen.address +
                                      (uint64_t)(d->row * cell_height + y) * d->screen.pitch +
                                      (uint64_t)(d->column * cell_width + x) * bytes;
            for (uint32_t i = 0; i < bytes; i++)
                pixel[i] = (uint8_t)(value >> (8 * i));
        }
    }
    d->column++;
}

static void put(struct trampoline_data *d, char c)
{
    if (in8(0xe9) == 0xe9)
        out8(0xe9, (uint8_t)c);
    if (c == '\n')
        serial_put('\r');
    serial_put(c);
    plot(d, c);
}

static void text(struct trampoline_data *d, const char *s)
{
    while (*s)
        put(d, *s++);
}

static void hex(struct trampoline_data *d, uint64_t n, uint32_t digits)
{
    text(d, "0x");
    while (digits < 16 && n >> (4 * digits))
        digits++;
    while (digits-- > 0) {
        uint32_t digit = n >> (4 * digits) & 15;
        put(d, (char)(digit < 10 ? '0' + digit : 'a' + digit - 10));
    }
}

static void decimal(struct trampoline_data *d, uint64_t n)
{
    if (n >= 10)
        decimal(d, n / 10);
    put(d, (char)('0' + n % 10));
}

/* An address, and where it is in the kernel when it is there. */
static void address(struct trampoline_data *d, uint64_t n)
{
    hex(d, n, 16);
    if (n - d->baton->kernel.address < d->baton->kernel.size) {
        text(d, " kernel + ");
        hex(d, n - d->baton->kernel.address, 1);
    }
}

static void named(struct trampoline_data *d, const char *name, uint64_t n)
{
    text(d, name);
    hex(d, n, 16);
}

/* 115200 baud, 8 bits, no parity: whatever the kernel did, and firmware need not have set it up. */
static void prepare_serial(void)
{
    if (in8(0x3fd) == 0xff)
        return;
    out8(0x3f9, 0);
    out8(0x3fb, 0x83);
    out8(0x3f8, 1);
    out8(0x3f9, 0);
    out8(0x3fb, 3);
}

static void registers(struct trampoline_data *d, const struct frame *f)
{
    uint64_t cr0, cr3, cr4;

    __asm__ volatile("mov %%cr0, %0; mov %%cr3, %1; mov %%cr4, %2" : "=r"(cr0), "=r"(cr3), "=r"(cr4));
    text(d, "\nrip ");
    address(d, f->rip);
    named(d, "\nrax ", f->rax), named(d, " rbx ", f->rbx), named(d, " rcx ", f->rcx), named(d, " rdx ", f->rdx);
    named(d, "\nrsi ", f->rsi), named(d, " rdi ", f->rdi), named(d, " rbp ", f->rbp), named(d, " rsp ", f->rsp);
    named(d, "\nr8  ", f->r8), named(d, " r9  ", f->r9), named(d, " r10 ", f->r10), named(d, " r11 ", f->r11);
    named(d, "\nr12 ", f->r12), named(d, " r13 ", f->r13), named(d, " r14 ", f->r14), named(d, " r15 ", f->r15);
    named(d, "\ncr0 ", cr0), named(d, " cr3 ", cr3), named(d, " cr4 ", cr4);
    named(d, "\ncs ", f->cs), named(d, " ss ", f->ss), named(d, " rflags ", f->rflags);
}

/* Frames are followed upwards and only within the stack, where reading cannot fail. */
static void backtrace(struct trampoline_data *d, uint64_t frame)
{
    const struct baton_stack *stack = &d->baton->stack;

    text(d, "\nbacktrace:\n");
    for (int n = 0; n < 16 && frame % 8 == 0 && frame >= stack->base && frame - stack->base <= stack->size - 16; n++) {
        const uint64_t *pair = (const uint64_t *)frame; /* the caller's frame, the return address */
        text(d, "  ");
        address(d, pair[1]);
        put(d, '\n');
        if (pair[0] <= frame)
            break;
        frame = pair[0];
    }
}

__attribute__((visibility("hidden"))) void last_gasp(const struct frame *f, struct trampoline_data *d)
{
    uint64_t cr2;

    if (d->depth++ > 0) {
        d->screen.address = NULL; /* it may be what failed */
        if (d->depth == 2) {
            text(d, "\nsecond: exception ");
            decimal(d, f->vector);
            named(d, " in the last-gasp handler at ", f->rip);
            put(d, '\n');
        }
        return;
    }
    prepare_serial();
    __asm__ volatile("mov %%cr2, %0" : "=r"(cr2));
    text(d, "\nsecond: exception ");
    decimal(d, f->vector);
    named(d, ", error ", f->error);
    text(d, ", cr2 ");
    address(d, cr2);
    registers(d, f);
    backtrace(d, f->rbp);
    text(d, "log:\n");
    const struct baton_log *log = &d->baton->log;
    for (uint64_t at = log->size > 1024 ? log->size - 1024 : 0; at < log->size; at++)
        put(d, log->text[at]);
}
