/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies about what is on the disk when a boot was counted. */
#include <string.h>

#include "lies.h"

#define COUNTED "counted"
#define ENTRIES "/loader/entries/"
#define NOW     ENTRIES "a+2-1.conf"

static const struct fake_file *counted_file(void)
{
    return fake_volume_find(false, NOW);
}

static void lose(struct told *told, uint64_t number)
{
    (void)told, (void)number;
    fake_blocks_delete(counted_file());
}

static void spoil(struct told *told, uint64_t offset)
{
    (void)told;
    (void)fake_blocks_write(counted_file(), offset, (struct bytes){(const uint8_t *)"?", 1});
}

static void call_it(struct told *told, uint64_t number)
{
    static const char *const names[] = {ENTRIES "a+4.conf", ENTRIES "a+1-2.conf", ENTRIES "a+2-1-0.conf"};

    (void)told;
    (void)fake_blocks_rename(counted_file(), names[number]);
}

static void expect_one_more(struct told *told, uint64_t number)
{
    (void)number;
    told->scenario->names[1] = ENTRIES "b+1.conf";
}

/* The same run, as if it came after a power cut. */
static void end_after_cut(struct told *told, uint64_t end)
{
    told->scenario->setup.writes.is_the_same = true;
    told->result->end = (enum fake_end)end;
}

static void leave_twin(struct told *told, uint64_t number)
{
    (void)number;
    told->scenario->setup.writes.is_the_same = true;
    (void)fake_blocks_create(false, ENTRIES "a+1-2.conf");
}

static const struct lie lies[] = {
    {FOR("the entry's file", COUNT_LOST), TELL(lose, 0), ON(COUNTED)},
    {FOR("a byte of the entry's file", COUNT_LOST), TELL(spoil, 5), ON(COUNTED)},
    {FOR("a byte more of the entry's file", COUNT_LOST), TELL(spoil, sizeof("kernel /os.elf\noptions one two\n") - 1),
     ON(COUNTED)},
    {FOR("a try that was given back", COUNT_GROWN), TELL(call_it, 0), ON(COUNTED)},
    {FOR("two tries at once", COUNT_NAME), TELL(call_it, 1), ON(COUNTED)},
    {FOR("a name without counters", COUNT_NAMES), TELL(call_it, 2), ON(COUNTED)},
    {FOR("a file that is not there", COUNT_NAMES), TELL(expect_one_more, 0), ON(COUNTED)},
    {FOR("nothing is booted after a cut", CUT_BOOT), TELL(end_after_cut, FAKE_RETURNED), ON(COUNTED)},
    {FOR("a twin that stays", CUT_TWINS), TELL(leave_twin, 0), ON(COUNTED)},
};
const struct lie_list lies_counts = {lies, COUNT(lies)};
