/* SPDX-License-Identifier: 0BSD */
/*
 * The project's logo as text: one character is one square of the picture, LOGO_SCALE(width) screen pixels each way.
 * A dot lets the background through, every other character has its colour below.
 *
 * The picture is in the middle of the screen's width and begins at one sixteenth of its height.
 */
#ifndef TOUR_LOGO_H
#define TOUR_LOGO_H

#include <stdint.h>

#define LOGO_WIDTH  75u
#define LOGO_HEIGHT 18u

/* The whole number that brings the logo nearest to a third of the screen's width. */
#define LOGO_SCALE(screen_width) (((screen_width) + LOGO_WIDTH * 3 / 2) / (LOGO_WIDTH * 3))
#define LOGO_TOP(screen_height)  ((screen_height) / 16)

struct logo_colour {
    char square;
    uint32_t colour; /* 0xRRGGBB */
};

static const struct logo_colour logo_colours[] = {
    {'W', 0xf4f1e8}, /* white: the letters, the bands' light */
    {'w', 0xd8d2c2}, /* the bands */
    {'g', 0xa39a86}, /* the bands' shade */
    {'Y', 0xffd166}, /* the baton's light */
    {'O', 0xf79a2e}, /* the baton */
    {'R', 0xd9541e}, /* the baton's shade */
    {'k', 0x8a3212}, /* its hollow */
    {'d', 0x55617a}, /* the air it passes through */
};

static const char *const logo_rows[LOGO_HEIGHT] = {
    ".............YYY...........................................................",
    "............WYkkY.......WWW................................................",
    "....dddddd.WWYkkkY......WWW....................WWW.........................",
    "..........YYWWYkkY......WWW....................WWW.........................",
    ".........YYYWwwYYY......WWW....................WWW.........................",
    "ddddddd.YYYOOwwgR.......WWW....................WWW.........................",
    "........YYYOOOggg.......WWW.WWWW....WWWWWWW...WWWWWWW....WWWWW....WWW.WWWW.",
    ".......YYYOOORRRR.......WWWWWWWWW...WWWWWWWW..WWWWWWW...WWWWWWW...WWWWWWWWW",
    "..ddd.YYYOOORRRR........WWWW..WWW........WWW...WWW.....WWWW.WWWW..WWWW..WWW",
    ".....YYYOOOORRR.........WWW...WWW........WWW...WWW.....WWW...WWW..WWW...WWW",
    "....YYYOOOORRR..........WWW...WWW...WWWWWWWW...WWW.....WWW...WWW..WWW...WWW",
    "...WWYOOOORRR...........WWW...WWW..WWWWWWWWW...WWW.....WWW...WWW..WWW...WWW",
    "..YWWOOOORRR............WWW...WWW..WWW...WWW...WWW.....WWW...WWW..WWW...WWW",
    ".YYYwwOORRR.............WWW...WWW..WWW...WWW...WWW.....WWW...WWW..WWW...WWW",
    ".YYOwwwgRR..............WWWW..WWW..WWW..WWWW...WWWW....WWWW.WWWW..WWW...WWW",
    "..OOOOggg...............WWWWWWWWW..WWWWWWWWW....WWWWW...WWWWWWW...WWW...WWW",
    "...OORRR................WWW.WWWW....WWWW.WWW.....WWWW....WWWWW....WWW...WWW",
    "....RRR....................................................................",
};

#endif
