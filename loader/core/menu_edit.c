/* SPDX-License-Identifier: BSD-2-Clause */
#include "menu_edit.h"

#include "checked.h"
#include "memory.h"
#include "menu_keys.h"
#include "utf.h"

bool menu_edit_start(struct menu_edit *edit, char *room, size_t size, struct text text)
{
    if (text.length >= size)
        return false;
    if (text.length > 0)
        memmove(room, text.data, text.length);
    room[text.length] = '\0';
    *edit = (struct menu_edit){.text = room, .size = size, .length = text.length, .cursor = text.length};
    return true;
}

/* Whether that is no place for the cursor. */
static bool is_inside(const struct menu_edit *edit, size_t place)
{
    return place > 0 && place < edit->length && ((uint8_t)edit->text[place] & 0xc0) == 0x80;
}

/* A character is a byte and the continuation bytes behind it, also where that is malformed: so both ways agree. */
static size_t next_place(const struct menu_edit *edit, size_t place)
{
    if (place < edit->length)
        place++;
    while (is_inside(edit, place))
        place++;
    return place;
}

static size_t previous_place(const struct menu_edit *edit, size_t place)
{
    if (place > 0)
        place--;
    while (is_inside(edit, place))
        place--;
    return place;
}

static size_t next_word(const struct menu_edit *edit, size_t place)
{
    while (place < edit->length && edit->text[place] == ' ')
        place++;
    while (place < edit->length && edit->text[place] != ' ')
        place++;
    return place;
}

static size_t previous_word(const struct menu_edit *edit, size_t place)
{
    while (place > 0 && edit->text[place - 1] == ' ')
        place--;
    while (place > 0 && edit->text[place - 1] != ' ')
        place--;
    return place;
}

static void cut(struct menu_edit *edit, size_t start, size_t end)
{
    memmove(edit->text + start, edit->text + end, edit->length + 1 - end);
    edit->length -= end - start;
    edit->cursor = start;
}

static void insert(struct menu_edit *edit, uint32_t code)
{
    uint16_t unit = (uint16_t)code;
    char bytes[4]; /* of 3, and a NUL */
    size_t length;

    if (code < ' ' || (code > '~' && code < 0xa0) || code > 0xffff || (code >= 0xd800 && code <= 0xdfff))
        return;
    length = utf8_from_utf16(bytes, sizeof(bytes), &unit, 1);
    if (length >= edit->size - edit->length)
        return;
    memmove(edit->text + edit->cursor + length, edit->text + edit->cursor, edit->length + 1 - edit->cursor);
    memcpy(edit->text + edit->cursor, bytes, length);
    edit->length += length;
    edit->cursor += length;
}

/* Where the cursor goes; where it is for keys that do not move it. */
static size_t target_of(const struct menu_edit *edit, uint32_t code)
{
    switch (code) {
    case MENU_CODE_LEFT:
        return previous_place(edit, edit->cursor);
    case MENU_CODE_RIGHT:
        return next_place(edit, edit->cursor);
    case MENU_CODE_HOME:
        return 0;
    case MENU_CODE_END:
        return edit->length;
    case MENU_CODE_WORD_LEFT:
    case MENU_CODE_UP: /* a serial terminal has no other key for it */
        return previous_word(edit, edit->cursor);
    case MENU_CODE_WORD_RIGHT:
    case MENU_CODE_DOWN:
        return next_word(edit, edit->cursor);
    default:
        return edit->cursor;
    }
}

void menu_edit_key(struct menu_edit *edit, uint32_t code)
{
    size_t cursor = edit->cursor;

    switch (code) {
    case MENU_CODE_BACKSPACE:
        cut(edit, previous_place(edit, cursor), cursor);
        break;
    case MENU_CODE_DELETE:
        cut(edit, cursor, next_place(edit, cursor));
        break;
    case MENU_CODE_CTRL('K'):
        cut(edit, cursor, edit->length);
        break;
    case MENU_CODE_CTRL('U'):
        cut(edit, 0, cursor);
        break;
    case MENU_CODE_CTRL('W'):
        cut(edit, previous_word(edit, cursor), cursor);
        break;
    case MENU_CODE_WORD_DELETE:
        cut(edit, cursor, next_word(edit, cursor));
        break;
    default:
        insert(edit, code);
        edit->cursor = target_of(edit, code);
    }
}

static size_t characters_before(const struct menu_edit *edit, size_t place, size_t count)
{
    while (count-- > 0)
        place = previous_place(edit, place);
    return place;
}

/* Moves what is shown as little as may be: the cursor is in it, and no room stays empty that text could fill. */
static void scroll(struct menu_edit *edit, size_t width)
{
    size_t lowest = characters_before(edit, edit->cursor, width - 1);
    size_t highest = (size_t)min_u64(edit->cursor, characters_before(edit, edit->length, width - 1));

    edit->first = (size_t)max_u64(lowest, min_u64(edit->first, highest));
    while (is_inside(edit, edit->first)) /* what it was the start of is gone */
        edit->first--;
}

void menu_edit_draw(struct menu_edit *edit, struct text_screen *screen, size_t row, size_t column, size_t width)
{
    size_t place, end = column + width - 1;

    scroll(edit, width - 2);
    place = edit->first;
    text_screen_put(screen, row, column, 1, TEXT_DIM, text_of(place > 0 ? "<" : " "));
    while (++column < end) {
        size_t next = next_place(edit, place);

        text_screen_put(screen, row, column, 1, place == edit->cursor ? TEXT_HIGHLIGHT : TEXT_NORMAL,
                        (struct text){edit->text + place, next - place});
        /* Behind the text there is room for the cursor alone. */
        if (place == edit->length)
            return;
        place = next;
    }
    text_screen_put(screen, row, column, 1, TEXT_DIM, text_of(place < edit->length ? ">" : " "));
}
