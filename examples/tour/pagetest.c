/* SPDX-License-Identifier: 0BSD */
#include "pagetest.h"

#include "kept.h"
#include "kinds.h"
#include "map.h"
#include "pages.h"

#define LAST_WORD      (BATON_PAGE_SIZE / sizeof(uint64_t) - 1)
#define PAGES_IN_MIB   (0x100000ULL / BATON_PAGE_SIZE)
#define PROGRESS_PAGES (1024 * PAGES_IN_MIB)

/* No two pages have the same first word; the last is its inverse. */
static uint64_t mark(uint64_t physical)
{
    return physical ^ 0xb0a7000000000b0aULL;
}

/* Returns how many pages there were. */
static uint64_t write_pages(struct report *report, struct pages *pages, const char *what)
{
    uint64_t count = 0;

    for (uint64_t *page = pages_allocate(pages); page; page = pages_allocate(pages)) {
        uint64_t value = mark(pages_physical(pages, page));

        page[0] = value;
        page[LAST_WORD] = ~value;
        count++;
        if (count % PROGRESS_PAGES == 0)
            report_note(report, "%llu MiB of %s memory written", count / PAGES_IN_MIB, what);
    }
    return count;
}

/* By the map, not by the allocator: each page must have been handed out, and must still hold its own words. */
static bool verify_pages(struct report *report, const struct pages *pages, const char *what)
{
    BATON_FOR_EACH (struct baton_memory, entry, pages->map) {
        if (!kind_is_in(entry->kind, pages->kinds))
            continue;
        for (uint64_t at = 0; at < entry->size; at += BATON_PAGE_SIZE) {
            const uint64_t *page = pages_address(pages, entry->base + at);
            uint64_t value = mark(entry->base + at);

            if (page[0] != value || page[LAST_WORD] != ~value)
                return report_failure(report, "the %s page at 0x%lx holds 0x%lx ... 0x%lx instead of 0x%lx ... 0x%lx",
                                      what, entry->base + at, page[0], page[LAST_WORD], value, ~value);
        }
    }
    return true;
}

/* Gives back every page, and finds that as many can be had again. */
static uint64_t recycle_pages(struct pages *pages)
{
    uint64_t count = 0;

    BATON_FOR_EACH (struct baton_memory, entry, pages->map) {
        for (uint64_t at = 0; kind_is_in(entry->kind, pages->kinds) && at < entry->size; at += BATON_PAGE_SIZE)
            pages_free(pages, pages_address(pages, entry->base + at));
    }
    while (pages_allocate(pages))
        count++;
    return count;
}

static bool check_kept(struct report *report, const struct baton *given, const struct baton *baton, uint32_t kinds,
                       const struct kept *before)
{
    struct kept after;

    if (!kept_survey(report, given, baton, kinds, &after))
        return false;
    if (after.ranges != before->ranges || after.bytes != before->bytes || after.checksum != before->checksum)
        return report_failure(report, "something that must be kept has changed");
    return true;
}

bool pagetest_run(struct report *report, const struct baton *given, const struct baton *baton, uint32_t kinds,
                  const char *what)
{
    uint64_t expected = map_count_pages(baton, kinds);
    struct kept before;
    struct pages pages;
    uint64_t count;

    if (!kept_survey(report, given, baton, kinds, &before))
        return false;
    pages_start(&pages, baton, kinds);
    count = write_pages(report, &pages, what);
    if (count != expected)
        return report_failure(report, "%lu %s pages were handed out, the map has %lu", count, what, expected);
    if (!verify_pages(report, &pages, what))
        return false;
    count = recycle_pages(&pages);
    if (count != expected)
        return report_failure(report, "%lu %s pages were given back, %lu came out again", expected, what, count);
    if (!check_kept(report, given, baton, kinds, &before))
        return false;
    report_result(report, "all %lu %s pages (%llu MiB) allocated, written, verified: ok", count, what,
                  count / PAGES_IN_MIB);
    report_note(report, "%lu ranges (%lu KiB) that must be kept lie elsewhere and are unchanged: ok", before.ranges,
                before.bytes / 1024);
    return true;
}
