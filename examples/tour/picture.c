/* SPDX-License-Identifier: 0BSD */
#include "picture.h"

#include "kinds.h"
#include "logo.h"
#include "map.h"
#include "text.h"

#define MAP_ROWS       8u  /* lines of text that the bar is cut into */
#define LABEL_COLUMNS  13u /* before the bar: the address at which the row begins */
#define LEGEND_COLUMNS 35u /* of text for one kind */
#define COLOUR_DIM     0x8f99adu

/* ---- the title ---- */

static uint32_t logo_scale(const struct baton_console *screen)
{
    uint32_t scale = LOGO_SCALE(screen->width);

    return scale > 0 ? scale : 1;
}

static void draw_square(struct baton_console *screen, uint32_t x, uint32_t y, char square)
{
    uint32_t scale = logo_scale(screen);

    for (size_t i = 0; i < sizeof(logo_colours) / sizeof(logo_colours[0]); i++) {
        if (logo_colours[i].square == square)
            baton_console_fill(screen, x, y, scale, scale, logo_colours[i].colour);
    }
}

static void draw_logo(struct baton_console *screen)
{
    uint32_t scale = logo_scale(screen);
    uint32_t width = LOGO_WIDTH * scale;
    uint32_t left = screen->width > width ? (screen->width - width) / 2 : 0;

    for (uint32_t y = 0; y < LOGO_HEIGHT; y++) {
        for (uint32_t x = 0; x < LOGO_WIDTH; x++)
            draw_square(screen, left + x * scale, LOGO_TOP(screen->height) + y * scale, logo_rows[y][x]);
    }
}

void picture_draw_title(struct baton_console *screen, const struct baton *baton)
{
    uint64_t length = text_length(baton->loader_name) + text_length(baton->loader_version) +
                      text_length(baton->kernel.path) + text_length(" : ");
    uint32_t bottom, row;

    if (screen->columns == 0)
        return;
    draw_logo(screen);
    bottom = LOGO_TOP(screen->height) + LOGO_HEIGHT * logo_scale(screen);
    row = (bottom - screen->top) / screen->cell_height + 2;
    baton_console_move(screen, length < screen->columns ? (uint32_t)(screen->columns - length) / 2 : 0, row);
    baton_console_colour(screen, COLOUR_DIM, BATON_CONSOLE_BACKGROUND);
    baton_console_print(screen, "%s %s: %s", baton->loader_name, baton->loader_version, baton->kernel.path);
    baton_console_move(screen, 0, row + 2);
}

/* ---- the memory map ---- */

/* The bar: `pages` pages of memory along `length` pixels, cut into rows of `width`. */
struct bar {
    struct baton_console *screen;
    uint32_t left, top; /* screen pixels */
    uint32_t width;     /* screen pixels */
    uint64_t length;    /* screen pixels */
    uint64_t pages;
};

/* Where RAM ends: what lies above (devices, the firmware's flash) is left out of the picture. */
static uint64_t ram_end(const struct baton *baton)
{
    uint64_t end = 0;

    BATON_FOR_EACH (struct baton_memory, entry, &baton->memory_map) {
        if (entry->kind != BATON_MEMORY_RESERVED && entry->kind != BATON_MEMORY_MMIO &&
            entry->kind != BATON_MEMORY_FRAMEBUFFER)
            end = entry->base + entry->size;
    }
    return end;
}

static uint64_t pages_below(const struct baton *baton, uint64_t end)
{
    uint64_t pages = 0;

    BATON_FOR_EACH (struct baton_memory, entry, &baton->memory_map) {
        if (entry->base < end)
            pages += entry->size / BATON_PAGE_SIZE;
    }
    return pages;
}

/* Pixels `from` to `to` of the bar, however many rows they run over. */
static void draw_run(const struct bar *bar, uint64_t from, uint64_t to, uint32_t colour)
{
    uint32_t gap = bar->screen->scale;

    while (from < to) {
        uint32_t row = (uint32_t)(from / bar->width);
        uint32_t x = (uint32_t)(from % bar->width);
        uint64_t run = to - from < bar->width - x ? to - from : bar->width - x;

        baton_console_fill(bar->screen, bar->left + x, bar->top + row * bar->screen->cell_height + gap, (uint32_t)run,
                           bar->screen->cell_height - 2 * gap, colour);
        from += run;
    }
}

/*
 * Draws the usable entries or all the others. Those are never thinner than a pixel of the font's, and move on to stand
 * beside one another where many are so small.
 */
static void draw_entries(const struct bar *bar, const struct baton *baton, bool usable)
{
    uint64_t page = 0;
    uint64_t drawn = 0;

    BATON_FOR_EACH (struct baton_memory, entry, &baton->memory_map) {
        uint64_t from = page * bar->length / bar->pages;
        uint64_t to;

        page += entry->size / BATON_PAGE_SIZE;
        if (page > bar->pages)
            return;
        to = page * bar->length / bar->pages;
        if (usable != (entry->kind == BATON_MEMORY_USABLE))
            continue;
        if (from < drawn)
            from = drawn;
        if (to < from + bar->screen->scale)
            to = from + bar->screen->scale;
        drawn = to < bar->length ? to : bar->length;
        draw_run(bar, from, drawn, kind_colour(entry->kind));
    }
}

/* The physical address of the page that the map's pages count as number `number`. */
static uint64_t address_of_page(const struct baton *baton, uint64_t number)
{
    BATON_FOR_EACH (struct baton_memory, entry, &baton->memory_map) {
        uint64_t pages = entry->size / BATON_PAGE_SIZE;

        if (number < pages)
            return entry->base + number * BATON_PAGE_SIZE;
        number -= pages;
    }
    return 0;
}

static void draw_bar(struct baton_console *screen, const struct baton *baton, uint64_t pages)
{
    uint32_t first_row = screen->row;
    struct bar bar;

    bar.screen = screen;
    bar.left = screen->left + LABEL_COLUMNS * screen->cell_width;
    bar.top = screen->top + first_row * screen->cell_height;
    bar.width = (screen->columns - LABEL_COLUMNS) * screen->cell_width;
    bar.length = (uint64_t)bar.width * MAP_ROWS;
    bar.pages = pages;
    baton_console_colour(screen, COLOUR_DIM, BATON_CONSOLE_BACKGROUND);
    for (uint32_t row = 0; row < MAP_ROWS; row++) {
        baton_console_move(screen, 0, first_row + row);
        baton_console_print(screen, "0x%010lx", address_of_page(baton, pages * row / MAP_ROWS));
    }
    draw_entries(&bar, baton, true);
    draw_entries(&bar, baton, false);
    baton_console_move(screen, 0, first_row + MAP_ROWS + 1);
}

/* "12 KiB", "34 MiB", in six columns. */
static void print_size(struct baton_console *screen, uint64_t kib)
{
    if (kib < 10240)
        baton_console_print(screen, "%6lu KiB", kib);
    else if (kib < 10240ULL * 1024)
        baton_console_print(screen, "%6lu MiB", kib / 1024);
    else
        baton_console_print(screen, "%6lu GiB", kib / 1024 / 1024);
}

static void draw_legend(struct baton_console *screen, const struct baton *baton)
{
    uint32_t first_row = screen->row;
    uint32_t per_row = screen->columns / LEGEND_COLUMNS > 0 ? screen->columns / LEGEND_COLUMNS : 1;
    uint32_t count = 0;

    for (uint32_t kind = 1; kind < KINDS_END; kind++) {
        uint64_t pages = map_count_pages(baton, KIND(kind));
        uint32_t column = count % per_row * LEGEND_COLUMNS;
        uint32_t row = first_row + count / per_row;

        if (pages == 0)
            continue;
        count++;
        baton_console_fill(screen, screen->left + column * screen->cell_width,
                           screen->top + row * screen->cell_height + screen->scale, 2 * screen->cell_width,
                           screen->cell_height - 2 * screen->scale, kind_colour(kind));
        baton_console_move(screen, column + 3, row);
        baton_console_print(screen, "%-16s ", kind_name(kind));
        print_size(screen, pages * (BATON_PAGE_SIZE / 1024));
    }
    baton_console_move(screen, 0, first_row + (count + per_row - 1) / per_row + 1);
}

void picture_draw_memory_map(struct baton_console *screen, const struct baton *baton)
{
    uint64_t pages = pages_below(baton, ram_end(baton));

    if (screen->columns <= LABEL_COLUMNS || pages == 0)
        return;
    draw_bar(screen, baton, pages);
    baton_console_colour(screen, BATON_CONSOLE_FOREGROUND, BATON_CONSOLE_BACKGROUND);
    draw_legend(screen, baton);
}
