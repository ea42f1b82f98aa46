/* SPDX-License-Identifier: BSD-2-Clause */
#include "progress.h"

#include "checked.h"
#include "format.h"
#include "text.h"

#define MEBIBYTE        (1ULL << 20)
#define LARGEST_PIECE   (1ULL << 40)
#define FREQUENCY_LEAST 1000U /* Hz: below it no time can be told */
#define PIECE_SECONDS   2U
#define LAST_SECONDS    3U    /* that the last one may take */
#define CONSOLE_SHARE   10U   /* of the time, one part */
#define NUMBERS_SIZE    80    /* bytes; three numbers of 64 bits fit */
#define PATH_LEAST      8     /* columns: less of it says nothing */
#define ENOUGH          10240 /* of a unit: the next one would be too coarse for less */

static uint64_t between(uint64_t before, uint64_t now)
{
    return now > before ? now - before : 0; /* another processor's counter may be behind */
}

void progress_start(struct progress *progress, uint64_t frequency, uint64_t total, uint64_t now)
{
    *progress = (struct progress){
        .frequency = frequency >= FREQUENCY_LEAST ? frequency : 0, .total = total, .start = now, .due = frequency / 2};
}

/* Whether all that is left can be one call, after which there is nothing more to show. */
static bool ends_soon(const struct progress *progress)
{
    uint64_t left = progress->total > progress->done ? progress->total - progress->done : 0, ticks;

    if (!checked_multiply(left / MEBIBYTE + 1, progress->mebibyte, &ticks))
        return false;
    if (progress->elapsed >= progress->frequency / 2) /* there is a line to look at meanwhile */
        return ticks / LAST_SECONDS <= progress->frequency;
    return checked_add(progress->elapsed, ticks, &ticks) && ticks <= progress->frequency;
}

/* MiB up to the first line, and from one to the next. */
static uint64_t mebibytes_of_a_piece(const struct progress *progress)
{
    const uint64_t first = progress->frequency / 10 * 6; /* a little more than half a second */
    uint64_t ticks =
        progress->elapsed >= progress->frequency / 2 ? progress->frequency * PIECE_SECONDS : first - progress->elapsed;

    if (!progress->is_measured)
        return 1;
    return max_u64(min_u64(ticks / max_u64(progress->mebibyte, 1), LARGEST_PIECE / MEBIBYTE), 1);
}

uint64_t progress_next(const struct progress *progress, uint64_t size)
{
    if (progress->frequency == 0 || (progress->is_measured && ends_soon(progress)))
        return size;
    return min_u64(mebibytes_of_a_piece(progress) * MEBIBYTE, size);
}

void progress_read(struct progress *progress, uint64_t count, uint64_t before, uint64_t now)
{
    progress->done += count;
    progress->elapsed = between(progress->start, now);
    if (count < MEBIBYTE)
        return; /* the call itself may have taken most of the time */
    progress->mebibyte = between(before, now) / (count / MEBIBYTE);
    progress->is_measured = true;
}

bool progress_is_due(const struct progress *progress)
{
    return progress->frequency != 0 && progress->done < progress->total && progress->elapsed >= progress->due;
}

void progress_shown(struct progress *progress, uint64_t before, uint64_t now)
{
    uint64_t pause = max_u64(progress->frequency / 4, between(before, now) * (CONSOLE_SHARE - 1));

    progress->due = between(progress->start, now) + pause;
}

/* Of these KiB, and what they are divided by: 1024 to that power. */
static unsigned unit_of(uint64_t kibibytes)
{
    unsigned unit = 0;

    while (unit < 2 && kibibytes >> (10 * unit) >= ENOUGH)
        unit++;
    return unit;
}

static size_t write_numbers(const struct progress *progress, char text[NUMBERS_SIZE])
{
    static const char *const names[] = {"KiB", "MiB", "GiB"};
    uint64_t milliseconds = max_u64(progress->elapsed / (max_u64(progress->frequency, FREQUENCY_LEAST) / 1000), 1);
    uint64_t rate = (progress->done >> 10) * 1000 / milliseconds; /* KiB in a second; the product has 64 bits */
    unsigned unit = unit_of(progress->total >> 10), rate_unit = unit_of(rate);

    return format_text(text, NUMBERS_SIZE, "%llu of %llu %s, %llu %s/s",
                       (unsigned long long)(progress->done >> 10 >> (10 * unit)),
                       (unsigned long long)(progress->total >> 10 >> (10 * unit)), names[unit],
                       (unsigned long long)(rate >> (10 * rate_unit)), names[rate_unit]);
}

/* The end of a path, of so many bytes at the most. A character is not cut, and takes no more columns than it has
 * bytes. */
static const char *end_of(const char *path, size_t size)
{
    size_t length = text_length(path);
    const char *end = path + (length > size ? length - size : 0);

    while (((uint8_t)*end & 0xc0) == 0x80)
        end++;
    return end;
}

size_t progress_write(const struct progress *progress, const char *path, char *text, size_t columns)
{
    static const char separator[] = ": ", cut[] = "...";
    char numbers[NUMBERS_SIZE];
    size_t length = write_numbers(progress, numbers), room = columns - min_u64(columns, length + sizeof(separator) - 1);
    bool is_cut = text_length(path) > room;

    if (is_cut && room < PATH_LEAST)
        path = "";
    else if (is_cut)
        path = end_of(path, room - (sizeof(cut) - 1));
    length = format_text(text, columns + 1, "%s%s%s%s", is_cut && path[0] != '\0' ? cut : "", path,
                         path[0] != '\0' ? separator : "", numbers);
    return min_u64(length, columns);
}
