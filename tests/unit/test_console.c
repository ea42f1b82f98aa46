/* SPDX-License-Identifier: BSD-2-Clause */
/* baton/console.h on a screen in memory, read back by its own font. The serial port is left to the boots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <baton/console.h>

#define UNTOUCHED 0x5a
#define PADDING   32u /* bytes after each row of pixels and after the last */

struct screen {
    struct baton_framebuffer framebuffer;
    struct baton_console console;
};

static struct baton_framebuffer framebuffer_of(uint32_t width, uint32_t height)
{
    struct baton_framebuffer framebuffer = {
        .width = width,
        .height = height,
        .pitch = width * 4 + PADDING,
        .bits_per_pixel = 32,
        .red_mask = 0xff0000,
        .green_mask = 0x00ff00,
        .blue_mask = 0x0000ff,
    };

    framebuffer.size = (uint64_t)framebuffer.pitch * height;
    framebuffer.address = malloc(framebuffer.size);
    assert_non_null(framebuffer.address);
    memset(framebuffer.address, UNTOUCHED, framebuffer.size);
    return framebuffer;
}

static void screen_start(struct screen *screen, uint32_t width, uint32_t height)
{
    screen->framebuffer = framebuffer_of(width, height);
    baton_console_start_on(&screen->console, &screen->framebuffer, NULL);
}

static void screen_end(struct screen *screen)
{
    free(screen->framebuffer.address);
}

static uint32_t pixel_at(const struct screen *screen, uint32_t x, uint32_t y)
{
    const uint8_t *row = (const uint8_t *)screen->framebuffer.address + (size_t)y * screen->framebuffer.pitch;
    uint32_t pixel;

    memcpy(&pixel, row + (size_t)x * 4, sizeof(pixel));
    return pixel;
}

static bool cell_shows(const struct screen *screen, uint32_t column, uint32_t row, char c)
{
    const struct baton_console *console = &screen->console;
    const uint8_t *glyph = baton_console_glyph(c);

    for (uint32_t y = 0; y < BATON_CONSOLE_CELL_HEIGHT; y++) {
        for (uint32_t x = 0; x < BATON_CONSOLE_CELL_WIDTH; x++) {
            uint32_t pixel = pixel_at(screen, console->left + column * BATON_CONSOLE_CELL_WIDTH + x,
                                      console->top + row * BATON_CONSOLE_CELL_HEIGHT + y);
            bool lit = y > 0 && baton_console_dot(glyph, x, y - 1);

            if (pixel != (lit ? BATON_CONSOLE_FOREGROUND : BATON_CONSOLE_BACKGROUND))
                return false;
        }
    }
    return true;
}

/* One row of a screen at scale 1 as text, without the spaces at its end; '\1' for what is no character. */
static const char *read_row(const struct screen *screen, uint32_t row)
{
    static char text[256];
    size_t length = 0;

    for (uint32_t column = 0; column < screen->console.columns && column < sizeof(text) - 1; column++) {
        char c = ' ';

        while (c <= '~' && !cell_shows(screen, column, row, c))
            c++;
        text[column] = c <= '~' ? c : '\1';
        if (c != ' ')
            length = column + 1;
    }
    text[length] = '\0';
    return text;
}

static void test_glyphs_differ(void **state)
{
    (void)state;
    for (int a = ' '; a <= '~'; a++) {
        for (unsigned y = 0; y < BATON_CONSOLE_GLYPH_HEIGHT; y++)
            assert_true(baton_console_glyph((char)a)[y] < 1u << BATON_CONSOLE_GLYPH_WIDTH);
        for (int b = ' '; b < a; b++)
            assert_memory_not_equal(baton_console_glyph((char)a), baton_console_glyph((char)b),
                                    BATON_CONSOLE_GLYPH_HEIGHT);
    }
    assert_ptr_equal(baton_console_glyph('\x7f'), baton_console_glyph('?'));
    assert_ptr_equal(baton_console_glyph((char)0xe4), baton_console_glyph('?'));
}

/* What the host's library would have written. */
static void check_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void check_print(const char *format, ...)
{
    struct screen screen;
    char expected[128];
    va_list arguments;

    screen_start(&screen, 800, 300);
    va_start(arguments, format);
    vsnprintf(expected, sizeof(expected), format, arguments);
    va_end(arguments);
    va_start(arguments, format);
    baton_console_print_list(&screen.console, format, arguments);
    va_end(arguments);
    baton_console_put(&screen.console, '\n');
    assert_string_equal(read_row(&screen, 0), expected);
    screen_end(&screen);
}

static void test_print(void **state)
{
    (void)state;
    check_print("plain, 100%%");
    check_print("%s|%8s|%-8s|%c%c", "text", "right", "left", 'x', '~');
    check_print("%d %d %d %i", 0, -1, INT32_MIN, INT32_MAX);
    check_print("%5d|%-5d|%05d|%05d|%2d", 42, 42, 42, -42, 12345);
    check_print("%u %u %x %08x %8x", 0u, UINT32_MAX, 0xdeadbeefu, 0xbeefu, 0xbeefu);
    check_print("%ld %lu %lx %016lx", INT64_MIN, UINT64_MAX, UINT64_MAX, 0x12345678abUL);
    check_print("%lld %llu %llx %zu", -1LL, 1ULL << 63, 1ULL << 63, (size_t)-1);
    check_print("%p|%12lu|%-12lu|", (void *)0xb00, 7UL, 7UL);
}

/* Without the compiler's look at the format. */
static void print_unchecked(struct baton_console *console, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    baton_console_print_list(console, format, arguments);
    va_end(arguments);
}

static void test_print_oddities(void **state)
{
    struct screen screen;

    (void)state;
    screen_start(&screen, 400, 300);
    print_unchecked(&screen.console, "%s %q%%\n", (const char *)NULL);
    assert_string_equal(read_row(&screen, 0), "(none) q%");
    print_unchecked(&screen.console, "a%");
    print_unchecked(&screen.console, "b%-08l");
    assert_string_equal(read_row(&screen, 1), "ab");
    screen_end(&screen);
}

/* Nothing is written after a row's pixels, and every pixel is. */
static void test_stays_within_rows(void **state)
{
    struct screen screen;

    (void)state;
    screen_start(&screen, 333, 222);
    for (unsigned i = 0; i < 3000; i++)
        baton_console_print(&screen.console, "%x%s", i, i % 7 == 0 ? "\n" : "");
    baton_console_fill(&screen.console, 300, 200, UINT32_MAX, UINT32_MAX, 0xffffff);
    baton_console_fill(&screen.console, 333, 0, 1, 1, 0xffffff);
    baton_console_fill(&screen.console, 0, 222, 1, 1, 0xffffff);
    baton_console_draw(&screen.console, 330, 0, 'x');
    baton_console_draw(&screen.console, 0, UINT32_MAX, 'x');
    for (uint32_t y = 0; y < 222; y++) {
        for (uint32_t x = 0; x < 333 + PADDING / 4; x++)
            assert_int_equal(pixel_at(&screen, x, y) == 0x5a5a5a5a, x >= 333);
    }
    assert_int_equal(pixel_at(&screen, 332, 221), 0xffffff);
    assert_int_equal(pixel_at(&screen, 332, 199), BATON_CONSOLE_BACKGROUND);
    screen_end(&screen);
}

static void check_format(uint32_t red, uint32_t green, uint32_t blue, uint32_t colour, uint32_t pixel)
{
    struct screen screen;

    screen.framebuffer = framebuffer_of(64, 48);
    screen.framebuffer.red_mask = red;
    screen.framebuffer.green_mask = green;
    screen.framebuffer.blue_mask = blue;
    baton_console_start_on(&screen.console, &screen.framebuffer, NULL);
    baton_console_fill(&screen.console, 1, 1, 1, 1, colour);
    assert_int_equal(pixel_at(&screen, 1, 1), pixel);
    screen_end(&screen);
}

static void test_pixel_formats(void **state)
{
    (void)state;
    check_format(0xff0000, 0xff00, 0xff, 0x123456, 0x123456);
    check_format(0xff, 0xff00, 0xff0000, 0x123456, 0x563412);
    check_format(0x3ff00000, 0xffc00, 0x3ff, 0xff00ff, 0x3ff003ff);
    check_format(0xf800, 0x07e0, 0x1f, 0xffffff, 0xffff);
    check_format(0xff000000, 0xff0000, 0xff00, 0xff8000, 0xff800000);
    check_format(0, 0xff00, 0, 0xffffff, 0xff00);
}

/* Newest text at the top, one empty line, then the oldest that is left. */
static void test_goes_on_at_the_top(void **state)
{
    struct screen screen;
    unsigned rows;

    (void)state;
    screen_start(&screen, 200, 120);
    rows = screen.console.rows;
    assert_true(rows > 5);
    for (unsigned i = 0; i < rows; i++)
        baton_console_print(&screen.console, "%sline %u of old", i > 0 ? "\n" : "", i);
    assert_string_equal(read_row(&screen, 0), "line 0 of old");
    baton_console_print(&screen.console, "\nnew\nnewer");
    assert_string_equal(read_row(&screen, 0), "new");
    assert_string_equal(read_row(&screen, 1), "newer");
    assert_string_equal(read_row(&screen, 2), "");
    assert_string_equal(read_row(&screen, 3), "line 3 of old");
    screen_end(&screen);
}

static void test_long_lines_and_returns(void **state)
{
    struct screen screen;
    uint32_t columns;

    (void)state;
    screen_start(&screen, 200, 120);
    columns = screen.console.columns;
    for (uint32_t i = 0; i < columns; i++)
        baton_console_put(&screen.console, 'a');
    assert_int_equal(screen.console.row, 0); /* a full line alone does not begin the next */
    baton_console_print(&screen.console, "b\rc\n");
    assert_int_equal(strlen(read_row(&screen, 0)), columns);
    assert_string_equal(read_row(&screen, 1), "c");
    baton_console_move(&screen.console, 3, 4);
    baton_console_write(&screen.console, "here and no further", 4);
    assert_string_equal(read_row(&screen, 4), "   here");
    baton_console_move(&screen.console, columns, screen.console.rows);
    assert_int_equal(screen.console.column + screen.console.row, 0);
    screen_end(&screen);
}

/* At every scale each of the font's pixels is a whole block, and only corners between two of them are added. */
static void test_scales(void **state)
{
    (void)state;
    for (uint32_t scale = 1; scale <= 5; scale++) {
        struct screen screen;

        screen_start(&screen, 640 * scale, 400 * scale);
        assert_int_equal(screen.console.scale, scale);
        assert_int_equal(screen.console.columns, 105);
        for (int c = ' '; c <= '~'; c++) {
            const uint8_t *glyph = baton_console_glyph((char)c);

            for (uint32_t y = 0; y < BATON_CONSOLE_GLYPH_HEIGHT * scale; y++) {
                for (uint32_t x = 0; x < BATON_CONSOLE_CELL_WIDTH * scale; x++) {
                    bool lit = baton_console_lit(glyph, scale, x, y);
                    bool dot = baton_console_dot(glyph, x / scale, y / scale);

                    assert_true(scale == 1 ? lit == dot : lit || !dot);
                }
            }
        }
        screen_end(&screen);
    }
    assert_true(baton_console_lit(baton_console_glyph('/'), 2, 6, 6));   /* below and left of a step to the right */
    assert_false(baton_console_lit(baton_console_glyph('L'), 2, 2, 11)); /* the inside of a corner */
}

static void check_refused(struct baton_framebuffer framebuffer)
{
    struct baton_console console;
    uint8_t before = *(uint8_t *)framebuffer.address;

    baton_console_start_on(&console, &framebuffer, NULL);
    baton_console_print(&console, "nobody\nsees %d\n", 1);
    baton_console_clear(&console);
    baton_console_move(&console, 1, 1);
    assert_null(console.pixels);
    assert_int_equal(console.columns, 0);
    assert_int_equal(*(uint8_t *)framebuffer.address, before);
}

static void test_without_a_screen(void **state)
{
    struct baton_framebuffer good = framebuffer_of(100, 50);
    struct baton_framebuffer bad = good;
    struct baton_console console;
    struct baton baton = {.magic = BATON_MAGIC};

    (void)state;
    baton_console_start_on(&console, NULL, NULL);
    baton_console_print(&console, "nobody sees this\n");
    assert_null(baton_next(&baton.framebuffers, NULL));
    bad.bits_per_pixel = 24;
    check_refused(bad);
    bad = good;
    bad.pitch = 396;
    check_refused(bad);
    bad.pitch = 401;
    check_refused(bad);
    bad = good;
    bad.size--;
    check_refused(bad);
    free(good.address);
}

/* Too small for a character: still cleared, and nothing written past its end. */
static void test_tiny_screens(void **state)
{
    (void)state;
    for (uint32_t width = 1; width < 20; width++) {
        for (uint32_t height = 1; height < 30; height++) {
            struct screen screen;

            screen_start(&screen, width, height);
            baton_console_print(&screen.console, "a\nbc\n%d", 1000000);
            assert_int_equal(pixel_at(&screen, width - 1, height - 1), BATON_CONSOLE_BACKGROUND);
            assert_int_equal(pixel_at(&screen, width, height - 1), 0x5a5a5a5a);
            screen_end(&screen);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_glyphs_differ),          cmocka_unit_test(test_print),
        cmocka_unit_test(test_print_oddities),         cmocka_unit_test(test_stays_within_rows),
        cmocka_unit_test(test_pixel_formats),          cmocka_unit_test(test_goes_on_at_the_top),
        cmocka_unit_test(test_long_lines_and_returns), cmocka_unit_test(test_scales),
        cmocka_unit_test(test_without_a_screen),       cmocka_unit_test(test_tiny_screens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
