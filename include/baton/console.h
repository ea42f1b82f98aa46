/* SPDX-License-Identifier: 0BSD */
/*
 * Text for a kernel, on the screen and on the serial port, in three lines:
 *
 *     struct baton_console console;
 *
 *     baton_console_start(&console, baton);
 *     baton_console_print(&console, "hello from %s\n", baton->kernel.path);
 *
 * Without a framebuffer the text goes to the serial port only, without a serial port to the screen only.
 *
 * The screen is written and never read (reading a write-combining framebuffer is slow), and no copy of it is kept, so
 * it does not scroll: after the last line the text goes on at the top, and each line is cleared before it is used. The
 * newest text is what stands above the one empty line.
 *
 * The header stands alone with baton.h (C11, C23, C++17; gcc and clang; no C library, no floating point, no calls to
 * memcpy or memset) and may be copied into a kernel's tree. A console is a plain structure without pointers to itself;
 * it does no locking.
 */
#ifndef BATON_CONSOLE_H
#define BATON_CONSOLE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <baton/baton.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Colours are 0xRRGGBB, whatever the framebuffer's own format. */
#define BATON_CONSOLE_FOREGROUND 0xe6e6e6u
#define BATON_CONSOLE_BACKGROUND 0x10131au

/* A character's cell, in pixels at scale 1: 5 x 9 are the glyph's, the rest is space. */
#define BATON_CONSOLE_CELL_WIDTH   6u
#define BATON_CONSOLE_CELL_HEIGHT  11u
#define BATON_CONSOLE_GLYPH_WIDTH  5u
#define BATON_CONSOLE_GLYPH_HEIGHT 9u

/* May be read by everyone; is written by the functions below only. */
struct baton_console {
    uint8_t *pixels; /* NULL when there is no screen */
    uint32_t width;  /* pixels */
    uint32_t height; /* pixels */
    uint32_t pitch;  /* bytes from one row of pixels to the next */
    uint32_t red_mask;
    uint32_t green_mask;
    uint32_t blue_mask;
    uint32_t scale;      /* screen pixels to one of the font's, each way */
    uint32_t cell_width; /* a character's, in screen pixels */
    uint32_t cell_height;
    uint32_t left;              /* where the text begins: pixels from the screen's left edge */
    uint32_t top;               /* and from its top */
    uint32_t columns;           /* characters; 0 when there is no screen */
    uint32_t rows;              /* characters; 0 when there is no screen */
    uint32_t column;            /* where the next character goes; `columns` when that is the next line */
    uint32_t row;               /* where the next character goes */
    uint32_t foreground;        /* 0xRRGGBB */
    uint32_t background;        /* 0xRRGGBB */
    bool wrapped;               /* the text went on at the top: lines must be cleared before they are used */
    struct baton_serial serial; /* kind 0: none */
    uint32_t patience; /* how often the serial port is asked whether it is ready, before a character is dropped */
};

/* ---- the serial port: what the baton names, or on x86_64 COM1 at 115200 baud, 8N1 ---- */

/* About a second: a port that stopped costs this once, and from then on one look per character. */
#define BATON_CONSOLE_PATIENCE 1000000u

#define BATON_CONSOLE_COM1 0x3f8u

/* The registers of a UART that are used, by number. */
#define BATON_CONSOLE_16550_STATUS 5u
#define BATON_CONSOLE_PL011_FLAGS  6u

/* Without an address the registers are I/O ports. */
static inline void baton_console_register_write(const struct baton_serial *serial, uint32_t number, uint32_t value)
{
    uint8_t *place;

#if defined(__x86_64__)
    if (!serial->registers) {
        __asm__ volatile("outb %0, %1" : : "a"((uint8_t)value), "Nd"((uint16_t)(serial->physical + number)));
        return;
    }
#endif
    place = (uint8_t *)serial->registers + (uint64_t)number * serial->stride;
    if (serial->stride == 4)
        *(volatile uint32_t *)(void *)place = value;
    else
        *(volatile uint8_t *)place = (uint8_t)value;
}

static inline uint32_t baton_console_register_read(const struct baton_serial *serial, uint32_t number)
{
    const uint8_t *place;

#if defined(__x86_64__)
    if (!serial->registers) {
        uint8_t value;

        __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"((uint16_t)(serial->physical + number)));
        return value;
    }
#endif
    place = (const uint8_t *)serial->registers + (uint64_t)number * serial->stride;
    return serial->stride == 4 ? *(const volatile uint32_t *)(const void *)place : *(const volatile uint8_t *)place;
}

/* Waits, but not for ever, until `bits` of a register are set, or clear. */
static inline bool baton_console_serial_wait(const struct baton_serial *serial, uint32_t number, uint32_t bits,
                                             bool set, uint32_t patience)
{
    while (((baton_console_register_read(serial, number) & bits) != 0) != set) {
        if (patience-- == 0)
            return false;
    }
    return true;
}

#if defined(__x86_64__)
/* COM1; kind 0 when there is none. What the loader still had to send is let out first. */
static inline struct baton_serial baton_console_serial_start(const struct baton_serial *told)
{
    const struct baton_serial none = {NULL, 0, 0, 0};
    const struct baton_serial com1 = {NULL, BATON_CONSOLE_COM1, BATON_SERIAL_16550, 1};

    if (told->kind != 0)
        return *told;
    if (baton_console_register_read(&com1, BATON_CONSOLE_16550_STATUS) == 0xff)
        return none; /* nobody answers on the bus */
    if (!baton_console_serial_wait(&com1, BATON_CONSOLE_16550_STATUS, 0x40, true, BATON_CONSOLE_PATIENCE))
        return none;
    baton_console_register_write(&com1, 1, 0x00); /* no interrupts */
    baton_console_register_write(&com1, 3, 0x80); /* the divisor: 115200 / 1 */
    baton_console_register_write(&com1, 0, 0x01);
    baton_console_register_write(&com1, 1, 0x00);
    baton_console_register_write(&com1, 3, 0x03); /* 8 bits, no parity, 1 stop bit */
    baton_console_register_write(&com1, 2, 0x01); /* FIFO on */
    baton_console_register_write(&com1, 4, 0x03); /* ready, and says so */
    return com1;
}
#else
static inline struct baton_serial baton_console_serial_start(const struct baton_serial *told)
{
    return *told;
}
#endif

/* By the debug console extension, or by the call that is older than all extensions: an SBI may lack either. */
static inline bool baton_console_sbi_put(char c)
{
#if defined(__riscv)
    register uint64_t a0 __asm__("a0") = (uint8_t)c;
    register uint64_t a1 __asm__("a1") = 0;
    register uint64_t a6 __asm__("a6") = 2;
    register uint64_t a7 __asm__("a7") = 0x4442434e;

    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
    if (a0 == 0)
        return true;
    a0 = (uint8_t)c;
    a7 = 1;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
    return a0 == 0;
#else
    (void)c;
    return false;
#endif
}

/* false when the character was dropped. */
static inline bool baton_console_serial_put(const struct baton_serial *serial, char c, uint32_t patience)
{
    switch (serial->kind) {
    case BATON_SERIAL_16550:
        if (!baton_console_serial_wait(serial, BATON_CONSOLE_16550_STATUS, 0x20, true, patience))
            return false;
        break;
    case BATON_SERIAL_PL011:
        if (!baton_console_serial_wait(serial, BATON_CONSOLE_PL011_FLAGS, 0x20, false, patience))
            return false;
        break;
    case BATON_SERIAL_SBI:
        return baton_console_sbi_put(c);
    default:
        return false;
    }
    baton_console_register_write(serial, 0, (uint8_t)c);
    return true;
}

/* ---- the screen ---- */

/* One component (0 to 255) of a colour, where `mask` wants it. */
static inline uint32_t baton_console_component(uint32_t value, uint32_t mask)
{
    const uint32_t lowest = mask & (0 - mask); /* its lowest bit. Not by a builtin, which may be a call */

    if (mask == 0)
        return 0;
    return (uint32_t)(((uint64_t)(mask / lowest) * value + 127) / 255) * lowest;
}

/* 0xRRGGBB as the framebuffer stores it. */
static inline uint32_t baton_console_pixel(const struct baton_console *console, uint32_t colour)
{
    return baton_console_component(colour >> 16 & 0xff, console->red_mask) |
           baton_console_component(colour >> 8 & 0xff, console->green_mask) |
           baton_console_component(colour & 0xff, console->blue_mask);
}

/* Pixels are volatile so that no compiler makes a call to memset of a loop that fills. */
static inline volatile uint32_t *baton_console_line(const struct baton_console *console, uint32_t x, uint32_t y)
{
    return (volatile uint32_t *)(void *)(console->pixels + (size_t)y * console->pitch) + x;
}

/* Fills a rectangle; what of it lies outside the screen is left out. All in screen pixels. */
static inline void baton_console_fill(const struct baton_console *console, uint32_t x, uint32_t y, uint32_t width,
                                      uint32_t height, uint32_t colour)
{
    uint32_t pixel = baton_console_pixel(console, colour);

    if (!console->pixels || x >= console->width || y >= console->height)
        return;
    if (width > console->width - x)
        width = console->width - x;
    if (height > console->height - y)
        height = console->height - y;
    for (uint32_t row = 0; row < height; row++) {
        volatile uint32_t *pixels = baton_console_line(console, x, y + row);

        for (uint32_t column = 0; column < width; column++)
            pixels[column] = pixel;
    }
}

/* The nine rows of a character's glyph; bit 4 is the leftmost pixel. Bytes that are not printable ASCII are "?". */
static inline const uint8_t *baton_console_glyph(char c)
{
    static const uint8_t font[95][BATON_CONSOLE_GLYPH_HEIGHT] = {
        /* clang-format off */
        {0x00,0x00,0x00,0x00,0x00,0x00,0x00,0x00,0x00}, {0x04,0x04,0x04,0x04,0x04,0x00,0x04,0x00,0x00}, /* space ! */
        {0x0a,0x0a,0x0a,0x00,0x00,0x00,0x00,0x00,0x00}, {0x0a,0x0a,0x1f,0x0a,0x1f,0x0a,0x0a,0x00,0x00}, /* " # */
        {0x04,0x0f,0x14,0x0e,0x05,0x1e,0x04,0x00,0x00}, {0x19,0x19,0x02,0x04,0x08,0x13,0x13,0x00,0x00}, /* $ % */
        {0x0c,0x12,0x14,0x08,0x15,0x12,0x0d,0x00,0x00}, {0x04,0x04,0x04,0x00,0x00,0x00,0x00,0x00,0x00}, /* & ' */
        {0x02,0x04,0x08,0x08,0x08,0x04,0x02,0x00,0x00}, {0x08,0x04,0x02,0x02,0x02,0x04,0x08,0x00,0x00}, /* ( ) */
        {0x00,0x04,0x15,0x0e,0x15,0x04,0x00,0x00,0x00}, {0x00,0x04,0x04,0x1f,0x04,0x04,0x00,0x00,0x00}, /* * + */
        {0x00,0x00,0x00,0x00,0x00,0x0c,0x0c,0x04,0x08}, {0x00,0x00,0x00,0x1f,0x00,0x00,0x00,0x00,0x00}, /* , - */
        {0x00,0x00,0x00,0x00,0x00,0x0c,0x0c,0x00,0x00}, {0x01,0x01,0x02,0x04,0x08,0x10,0x10,0x00,0x00}, /* . / */
        {0x0e,0x11,0x13,0x15,0x19,0x11,0x0e,0x00,0x00}, {0x04,0x0c,0x04,0x04,0x04,0x04,0x0e,0x00,0x00}, /* 0 1 */
        {0x0e,0x11,0x01,0x02,0x04,0x08,0x1f,0x00,0x00}, {0x0e,0x11,0x01,0x06,0x01,0x11,0x0e,0x00,0x00}, /* 2 3 */
        {0x02,0x06,0x0a,0x12,0x1f,0x02,0x02,0x00,0x00}, {0x1f,0x10,0x1e,0x01,0x01,0x11,0x0e,0x00,0x00}, /* 4 5 */
        {0x06,0x08,0x10,0x1e,0x11,0x11,0x0e,0x00,0x00}, {0x1f,0x01,0x02,0x04,0x04,0x04,0x04,0x00,0x00}, /* 6 7 */
        {0x0e,0x11,0x11,0x0e,0x11,0x11,0x0e,0x00,0x00}, {0x0e,0x11,0x11,0x0f,0x01,0x02,0x0c,0x00,0x00}, /* 8 9 */
        {0x00,0x00,0x0c,0x0c,0x00,0x0c,0x0c,0x00,0x00}, {0x00,0x00,0x0c,0x0c,0x00,0x0c,0x0c,0x04,0x08}, /* : ; */
        {0x02,0x04,0x08,0x10,0x08,0x04,0x02,0x00,0x00}, {0x00,0x00,0x1f,0x00,0x1f,0x00,0x00,0x00,0x00}, /* < = */
        {0x08,0x04,0x02,0x01,0x02,0x04,0x08,0x00,0x00}, {0x0e,0x11,0x01,0x02,0x04,0x00,0x04,0x00,0x00}, /* > ? */
        {0x0e,0x11,0x17,0x15,0x17,0x10,0x0e,0x00,0x00}, {0x0e,0x11,0x11,0x11,0x1f,0x11,0x11,0x00,0x00}, /* @ A */
        {0x1e,0x11,0x11,0x1e,0x11,0x11,0x1e,0x00,0x00}, {0x0e,0x11,0x10,0x10,0x10,0x11,0x0e,0x00,0x00}, /* B C */
        {0x1e,0x11,0x11,0x11,0x11,0x11,0x1e,0x00,0x00}, {0x1f,0x10,0x10,0x1e,0x10,0x10,0x1f,0x00,0x00}, /* D E */
        {0x1f,0x10,0x10,0x1e,0x10,0x10,0x10,0x00,0x00}, {0x0e,0x11,0x10,0x17,0x11,0x11,0x0e,0x00,0x00}, /* F G */
        {0x11,0x11,0x11,0x1f,0x11,0x11,0x11,0x00,0x00}, {0x0e,0x04,0x04,0x04,0x04,0x04,0x0e,0x00,0x00}, /* H I */
        {0x01,0x01,0x01,0x01,0x01,0x11,0x0e,0x00,0x00}, {0x11,0x12,0x14,0x18,0x14,0x12,0x11,0x00,0x00}, /* J K */
        {0x10,0x10,0x10,0x10,0x10,0x10,0x1f,0x00,0x00}, {0x11,0x1b,0x15,0x15,0x11,0x11,0x11,0x00,0x00}, /* L M */
        {0x11,0x19,0x15,0x13,0x11,0x11,0x11,0x00,0x00}, {0x0e,0x11,0x11,0x11,0x11,0x11,0x0e,0x00,0x00}, /* N O */
        {0x1e,0x11,0x11,0x1e,0x10,0x10,0x10,0x00,0x00}, {0x0e,0x11,0x11,0x11,0x15,0x12,0x0d,0x00,0x00}, /* P Q */
        {0x1e,0x11,0x11,0x1e,0x14,0x12,0x11,0x00,0x00}, {0x0f,0x10,0x10,0x0e,0x01,0x01,0x1e,0x00,0x00}, /* R S */
        {0x1f,0x04,0x04,0x04,0x04,0x04,0x04,0x00,0x00}, {0x11,0x11,0x11,0x11,0x11,0x11,0x0e,0x00,0x00}, /* T U */
        {0x11,0x11,0x11,0x11,0x0a,0x0a,0x04,0x00,0x00}, {0x11,0x11,0x11,0x15,0x15,0x1b,0x11,0x00,0x00}, /* V W */
        {0x11,0x11,0x0a,0x04,0x0a,0x11,0x11,0x00,0x00}, {0x11,0x11,0x0a,0x04,0x04,0x04,0x04,0x00,0x00}, /* X Y */
        {0x1f,0x01,0x02,0x04,0x08,0x10,0x1f,0x00,0x00}, {0x0e,0x08,0x08,0x08,0x08,0x08,0x0e,0x00,0x00}, /* Z [ */
        {0x10,0x10,0x08,0x04,0x02,0x01,0x01,0x00,0x00}, {0x0e,0x02,0x02,0x02,0x02,0x02,0x0e,0x00,0x00}, /* \ ] */
        {0x04,0x0a,0x11,0x00,0x00,0x00,0x00,0x00,0x00}, {0x00,0x00,0x00,0x00,0x00,0x00,0x00,0x1f,0x00}, /* ^ _ */
        {0x08,0x04,0x00,0x00,0x00,0x00,0x00,0x00,0x00}, {0x00,0x00,0x0e,0x01,0x0f,0x11,0x0f,0x00,0x00}, /* ` a */
        {0x10,0x10,0x16,0x19,0x11,0x11,0x1e,0x00,0x00}, {0x00,0x00,0x0e,0x11,0x10,0x11,0x0e,0x00,0x00}, /* b c */
        {0x01,0x01,0x0d,0x13,0x11,0x11,0x0f,0x00,0x00}, {0x00,0x00,0x0e,0x11,0x1f,0x10,0x0e,0x00,0x00}, /* d e */
        {0x06,0x08,0x08,0x1e,0x08,0x08,0x08,0x00,0x00}, {0x00,0x00,0x0f,0x11,0x11,0x11,0x0f,0x01,0x0e}, /* f g */
        {0x10,0x10,0x16,0x19,0x11,0x11,0x11,0x00,0x00}, {0x04,0x00,0x0c,0x04,0x04,0x04,0x0e,0x00,0x00}, /* h i */
        {0x02,0x00,0x06,0x02,0x02,0x02,0x02,0x02,0x0c}, {0x10,0x10,0x12,0x14,0x18,0x14,0x12,0x00,0x00}, /* j k */
        {0x0c,0x04,0x04,0x04,0x04,0x04,0x0e,0x00,0x00}, {0x00,0x00,0x1a,0x15,0x15,0x15,0x15,0x00,0x00}, /* l m */
        {0x00,0x00,0x16,0x19,0x11,0x11,0x11,0x00,0x00}, {0x00,0x00,0x0e,0x11,0x11,0x11,0x0e,0x00,0x00}, /* n o */
        {0x00,0x00,0x1e,0x11,0x11,0x11,0x1e,0x10,0x10}, {0x00,0x00,0x0f,0x11,0x11,0x11,0x0f,0x01,0x01}, /* p q */
        {0x00,0x00,0x16,0x19,0x10,0x10,0x10,0x00,0x00}, {0x00,0x00,0x0f,0x10,0x0e,0x01,0x1e,0x00,0x00}, /* r s */
        {0x08,0x08,0x1e,0x08,0x08,0x08,0x06,0x00,0x00}, {0x00,0x00,0x11,0x11,0x11,0x13,0x0d,0x00,0x00}, /* t u */
        {0x00,0x00,0x11,0x11,0x11,0x0a,0x04,0x00,0x00}, {0x00,0x00,0x11,0x11,0x15,0x15,0x0a,0x00,0x00}, /* v w */
        {0x00,0x00,0x11,0x0a,0x04,0x0a,0x11,0x00,0x00}, {0x00,0x00,0x11,0x11,0x11,0x11,0x0f,0x01,0x0e}, /* x y */
        {0x00,0x00,0x1f,0x02,0x04,0x08,0x1f,0x00,0x00}, {0x06,0x08,0x08,0x10,0x08,0x08,0x06,0x00,0x00}, /* z { */
        {0x04,0x04,0x04,0x04,0x04,0x04,0x04,0x00,0x00}, {0x0c,0x02,0x02,0x01,0x02,0x02,0x0c,0x00,0x00}, /* | } */
        {0x00,0x00,0x00,0x08,0x15,0x02,0x00,0x00,0x00}, /* ~ */
        /* clang-format on */
    };

    return font[c >= ' ' && c <= '~' ? c - ' ' : '?' - ' '];
}

/* Whether the glyph has a pixel at `x`, `y`; both may be one outside it. */
static inline bool baton_console_dot(const uint8_t *glyph, uint32_t x, uint32_t y)
{
    return x < BATON_CONSOLE_GLYPH_WIDTH && y < BATON_CONSOLE_GLYPH_HEIGHT && (glyph[y] >> (4 - x) & 1) != 0;
}

/*
 * Whether the screen pixel `x`, `y` of a scaled glyph is lit. Where two of the font's pixels touch at a corner only,
 * the two dark ones beside them lend their half that lies at that corner: diagonals are smooth at any scale.
 */
static inline bool baton_console_lit(const uint8_t *glyph, uint32_t scale, uint32_t x, uint32_t y)
{
    uint32_t dot_x = x / scale, dot_y = y / scale;
    uint32_t right = x % scale, left = scale - 1 - right;
    uint32_t down = y % scale, up = scale - 1 - down;
    uint32_t beside = right > left ? dot_x + 1 : dot_x - 1;
    uint32_t above = down > up ? dot_y + 1 : dot_y - 1;
    uint32_t from_corner = (right > left ? left : right) + (down > up ? up : down);

    if (baton_console_dot(glyph, dot_x, dot_y))
        return true;
    return from_corner * 2 + 1 < scale && baton_console_dot(glyph, beside, dot_y) &&
           baton_console_dot(glyph, dot_x, above) && !baton_console_dot(glyph, beside, above);
}

/* Draws one character with its top left corner at `x`, `y` (screen pixels); nothing unless all of it fits. */
static inline void baton_console_draw(const struct baton_console *console, uint32_t x, uint32_t y, char c)
{
    const uint8_t *glyph = baton_console_glyph(c);
    uint32_t foreground = baton_console_pixel(console, console->foreground);
    uint32_t background = baton_console_pixel(console, console->background);
    uint32_t scale = console->scale;

    if (!console->pixels || scale == 0 || console->cell_width > console->width ||
        x > console->width - console->cell_width || console->cell_height > console->height ||
        y > console->height - console->cell_height)
        return;
    for (uint32_t row = 0; row < console->cell_height; row++) {
        volatile uint32_t *pixels = baton_console_line(console, x, y + row);

        /* One of the font's rows of space above the glyph, one below. */
        for (uint32_t column = 0; column < console->cell_width; column++) {
            bool lit = row >= scale && baton_console_lit(glyph, scale, column, row - scale);

            pixels[column] = lit ? foreground : background;
        }
    }
}

/* For the text from here on. */
static inline void baton_console_colour(struct baton_console *console, uint32_t foreground, uint32_t background)
{
    console->foreground = foreground;
    console->background = background;
}

/* The next character goes to this column and row of the screen, both counted from 0. */
static inline void baton_console_move(struct baton_console *console, uint32_t column, uint32_t row)
{
    console->column = column < console->columns ? column : 0;
    console->row = row < console->rows ? row : 0;
}

/* Makes the whole screen the background's colour; text starts at the top again. */
static inline void baton_console_clear(struct baton_console *console)
{
    baton_console_fill(console, 0, 0, console->width, console->height, console->background);
    baton_console_move(console, 0, 0);
    console->wrapped = false;
}

static inline void baton_console_clear_row(const struct baton_console *console, uint32_t row)
{
    baton_console_fill(console, 0, console->top + row * console->cell_height, console->width, console->cell_height,
                       console->background);
}

static inline void baton_console_new_line(struct baton_console *console)
{
    console->column = 0;
    console->row++;
    if (console->row >= console->rows) {
        console->row = 0;
        console->wrapped = true;
        baton_console_clear_row(console, 0);
    }
    if (console->wrapped && console->row + 1 < console->rows)
        baton_console_clear_row(console, console->row + 1);
}

static inline void baton_console_screen_put(struct baton_console *console, char c)
{
    if (console->columns == 0)
        return;
    if (c == '\n') {
        baton_console_new_line(console);
        return;
    }
    if (c == '\r') {
        console->column = 0;
        return;
    }
    if (console->column >= console->columns)
        baton_console_new_line(console);
    baton_console_draw(console, console->left + console->column * console->cell_width,
                       console->top + console->row * console->cell_height, c);
    console->column++;
}

/* ---- starting ---- */

static inline void baton_console_screen_start(struct baton_console *console,
                                              const struct baton_framebuffer *framebuffer)
{
    uint32_t scale;

    /* Only what the masks can describe, and only when its own figures hold together. */
    if (framebuffer->bits_per_pixel != 32 || (framebuffer->pitch & 3) != 0 ||
        framebuffer->pitch / 4 < framebuffer->width || framebuffer->address == NULL ||
        (uint64_t)framebuffer->pitch * framebuffer->height > framebuffer->size)
        return;
    console->pixels = (uint8_t *)framebuffer->address;
    console->width = framebuffer->width;
    console->height = framebuffer->height;
    console->pitch = framebuffer->pitch;
    console->red_mask = framebuffer->red_mask;
    console->green_mask = framebuffer->green_mask;
    console->blue_mask = framebuffer->blue_mask;
    /* About 100 columns and 35 rows or more, within a margin of half a character. */
    scale = console->width / 640 < console->height / 400 ? console->width / 640 : console->height / 400;
    console->scale = scale > 0 ? scale : 1;
    console->cell_width = BATON_CONSOLE_CELL_WIDTH * console->scale;
    console->cell_height = BATON_CONSOLE_CELL_HEIGHT * console->scale;
    if (console->width >= 2 * console->cell_width && console->height >= 2 * console->cell_height) {
        console->columns = console->width / console->cell_width - 1;
        console->rows = console->height / console->cell_height - 1;
        console->left = (console->width - console->columns * console->cell_width) / 2;
        console->top = (console->height - console->rows * console->cell_height) / 2;
    }
    baton_console_clear(console);
}

/* Clears the screen. `framebuffer` may be NULL: no screen. `serial` is the baton's; NULL: no serial port. */
static inline void baton_console_start_on(struct baton_console *console, const struct baton_framebuffer *framebuffer,
                                          const struct baton_serial *serial)
{
    console->pixels = NULL;
    console->width = 0;
    console->height = 0;
    console->pitch = 0;
    console->red_mask = 0;
    console->green_mask = 0;
    console->blue_mask = 0;
    console->scale = 1;
    console->cell_width = BATON_CONSOLE_CELL_WIDTH;
    console->cell_height = BATON_CONSOLE_CELL_HEIGHT;
    console->left = 0;
    console->top = 0;
    console->columns = 0;
    console->rows = 0;
    console->column = 0;
    console->row = 0;
    console->wrapped = false;
    console->patience = BATON_CONSOLE_PATIENCE;
    baton_console_colour(console, BATON_CONSOLE_FOREGROUND, BATON_CONSOLE_BACKGROUND);
    if (framebuffer)
        baton_console_screen_start(console, framebuffer);
    console->serial.kind = 0;
    if (serial)
        console->serial = baton_console_serial_start(serial);
}

/* On the first framebuffer, if there is one, and on the serial port, if there is one. */
static inline void baton_console_start(struct baton_console *console, const struct baton *baton)
{
    baton_console_start_on(console, (const struct baton_framebuffer *)baton_next(&baton->framebuffers, NULL),
                           &baton->serial);
}

/* ---- text ---- */

/* One character. "\n" ends a line (and is "\r\n" on the serial port), "\r" goes back to its start. */
static inline void baton_console_put(struct baton_console *console, char c)
{
    baton_console_screen_put(console, c);
    if (console->serial.kind == 0)
        return;
    if (c == '\n')
        (void)baton_console_serial_put(&console->serial, '\r', console->patience);
    console->patience = baton_console_serial_put(&console->serial, c, console->patience) ? BATON_CONSOLE_PATIENCE : 0;
}

/* `size` bytes of text. */
static inline void baton_console_write(struct baton_console *console, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        baton_console_put(console, text[i]);
}

/* One conversion of baton_console_print, as it stands between "%" and its letter. */
struct baton_console_format {
    bool left;       /* "-" */
    bool zero;       /* "0" */
    bool wide;       /* "l", "ll" or "z": the number has 64 bits */
    uint32_t width;  /* at least so many characters */
    uint64_t number; /* to be written */
    char sign;       /* before the number; 0: none */
};

static inline void baton_console_repeat(struct baton_console *console, char c, size_t count)
{
    while (count-- > 0)
        baton_console_put(console, c);
}

static inline void baton_console_print_padded(struct baton_console *console, const struct baton_console_format *format,
                                              const char *text, size_t size)
{
    size_t used = size + (format->sign ? 1 : 0);
    size_t padding = format->width > used ? format->width - used : 0;

    if (!format->left && !format->zero)
        baton_console_repeat(console, ' ', padding);
    if (format->sign)
        baton_console_put(console, format->sign);
    if (!format->left && format->zero)
        baton_console_repeat(console, '0', padding);
    baton_console_write(console, text, size);
    if (format->left)
        baton_console_repeat(console, ' ', padding);
}

static inline void baton_console_print_number(struct baton_console *console, const struct baton_console_format *format,
                                              uint32_t base)
{
    char digits[20];
    size_t start = sizeof(digits);
    uint64_t number = format->number;

    do {
        digits[--start] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number > 0);
    baton_console_print_padded(console, format, digits + start, sizeof(digits) - start);
}

static inline void baton_console_print_string(struct baton_console *console, struct baton_console_format *format,
                                              const char *string)
{
    const char *text = string ? string : "(none)";
    size_t size = 0;

    while (text[size] != '\0')
        size++;
    format->zero = false;
    baton_console_print_padded(console, format, text, size);
}

/* Reads flags, width and length; returns where the letter stands. */
static inline const char *baton_console_parse(const char *text, struct baton_console_format *format)
{
    format->left = false;
    format->zero = false;
    format->wide = false;
    format->width = 0;
    format->number = 0;
    format->sign = '\0';
    for (; *text == '-' || *text == '0'; text++) {
        format->left = format->left || *text == '-';
        format->zero = format->zero || *text == '0';
    }
    for (; *text >= '0' && *text <= '9'; text++)
        format->width = format->width * 10 + (uint32_t)(*text - '0');
    for (; *text == 'l' || *text == 'z'; text++)
        format->wide = true;
    return text;
}

/* As baton_console_print, with the arguments as a list. */
__attribute__((format(printf, 2, 0))) static inline void baton_console_print_list(struct baton_console *console,
                                                                                  const char *text, va_list arguments)
{
    for (; *text != '\0'; text++) {
        struct baton_console_format format;
        int64_t number;

        if (*text != '%') {
            baton_console_put(console, *text);
            continue;
        }
        text = baton_console_parse(text + 1, &format);
        switch (*text) {
        case '\0':
            return;
        case 's':
            baton_console_print_string(console, &format, va_arg(arguments, const char *));
            break;
        case 'c':
            baton_console_put(console, (char)va_arg(arguments, int));
            break;
        case 'd':
        case 'i':
            number = format.wide ? va_arg(arguments, int64_t) : va_arg(arguments, int);
            format.sign = number < 0 ? '-' : '\0';
            format.number = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
            baton_console_print_number(console, &format, 10);
            break;
        case 'u':
        case 'x':
            format.number = format.wide ? va_arg(arguments, uint64_t) : va_arg(arguments, unsigned);
            baton_console_print_number(console, &format, *text == 'x' ? 16 : 10);
            break;
        case 'p':
            format.number = (uintptr_t)va_arg(arguments, void *);
            baton_console_write(console, "0x", 2);
            baton_console_print_number(console, &format, 16);
            break;
        default:
            baton_console_put(console, *text);
            break;
        }
    }
}

/*
 * printf's %s %c %d %i %u %x %p %%, with "l", "ll" or "z" before d, u and x for 64 bits, a width, and the flags "-"
 * (pad on the right) and "0" (pad a number with zeros). An unknown letter is written as it stands.
 */
__attribute__((format(printf, 2, 3))) static inline void baton_console_print(struct baton_console *console,
                                                                             const char *text, ...)
{
    va_list arguments;

    va_start(arguments, text);
    baton_console_print_list(console, text, arguments);
    va_end(arguments);
}

#ifdef __cplusplus
}
#endif

#endif
