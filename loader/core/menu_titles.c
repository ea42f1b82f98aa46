/* SPDX-License-Identifier: BSD-2-Clause */
#include "menu_titles.h"

#include "format.h"
#include "sort.h"

#define DETAILS          3
#define MACHINE_ID_SHOWN 8

/* What else is told of an item, by round; empty when there is no such thing. */
static struct text detail_of(const struct menu_item *item, unsigned round)
{
    const char *string = round == 0 ? item->version : round == 1 ? item->machine_id : item->id;
    struct text text = text_of(string ? string : "");

    if (round == 1 && text.length > MACHINE_ID_SHOWN)
        text.length = MACHINE_ID_SHOWN;
    return text;
}

static int compare_shown(const void *a, const void *b)
{
    const char *left = (*(const struct menu_item *const *)a)->shown;
    const char *right = (*(const struct menu_item *const *)b)->shown;

    while (*left != '\0' && *left == *right) {
        left++;
        right++;
    }
    return (uint8_t)*left - (uint8_t)*right;
}

static bool add_detail(struct menu_item *item, unsigned round, struct arena *arena)
{
    struct text detail = detail_of(item, round);
    size_t size = text_length(item->shown) + detail.length + sizeof(" ()");
    char *title;

    if (detail.length == 0)
        return true;
    title = arena_take(arena, size, 1);
    if (!title)
        return false;
    (void)format_text(title, size, "%s (%.*s)", item->shown, (int)detail.length, detail.data); /* it has the room */
    item->shown = title;
    return true;
}

/* `sorted` is in order; each run of items that look the same gets more. */
static bool tell_apart(struct menu_item **sorted, size_t count, unsigned round, struct arena *arena)
{
    for (size_t start = 0, end; start < count; start = end) {
        end = start + 1;
        while (end < count && compare_shown(&sorted[start], &sorted[end]) == 0)
            end++;
        for (size_t i = start; end - start > 1 && i < end; i++) {
            if (!add_detail(sorted[i], round, arena))
                return false;
        }
    }
    return true;
}

enum status menu_make_titles(struct menu_item *items, size_t count, struct arena *arena)
{
    size_t used = arena->used;
    struct menu_item **sorted = arena_take(arena, count, sizeof(struct menu_item *));

    for (size_t i = 0; sorted && i < count; i++) {
        items[i].shown = items[i].title ? items[i].title : items[i].id;
        sorted[i] = &items[i];
    }
    for (unsigned round = 0; round < DETAILS; round++) {
        if (sorted)
            sort(sorted, count, sizeof(struct menu_item *), compare_shown);
        if (!sorted || !tell_apart(sorted, count, round, arena)) {
            arena->used = used;
            return STATUS_NEED_ROOM;
        }
    }
    return STATUS_OK;
}
