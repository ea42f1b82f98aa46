/* SPDX-License-Identifier: BSD-2-Clause */
/* The books: what the loader holds of the firmware's. */
#include "chaos.h"

#define HELD 512

static struct held {
    enum chaos_kind kind;
    bool is_offered; /* a call that failed was to give it back */
    uint64_t subject;
    uint64_t pages;
    unsigned call;
} all[HELD];
static unsigned count;

static const char *const names[] = {
    [CHAOS_PAGES] = "pages", [CHAOS_POOL] = "a block from the pool", [CHAOS_EVENT] = "an event"};

static struct held *find(enum chaos_kind kind, uint64_t subject)
{
    for (unsigned i = 0; i < count; i++) {
        if (all[i].kind == kind && all[i].subject == subject)
            return &all[i];
    }
    return NULL;
}

void chaos_hold(enum chaos_kind kind, uint64_t subject, uint64_t pages)
{
    if (count == HELD)
        give_up("the loader holds more than %u things", HELD);
    all[count++] = (struct held){kind, false, subject, pages, fake_calls()};
}

bool chaos_let_go(enum chaos_kind kind, uint64_t subject, uint64_t pages)
{
    struct held *held = find(kind, subject);

    if (!held || held->is_offered || held->pages != pages) {
        chaos_complain(RULE_NOT_ITS_OWN, "the loader gives back %s at %#llx, %llu of them, which it does not have",
                       names[kind], (unsigned long long)subject, (unsigned long long)pages);
        return false;
    }
    *held = all[--count];
    return true;
}

void chaos_offer(enum chaos_kind kind, uint64_t subject)
{
    struct held *held = find(kind, subject);

    if (held)
        held->is_offered = true;
    else
        chaos_complain(RULE_NOT_ITS_OWN, "the loader gives back %s at %#llx, which it does not have", names[kind],
                       (unsigned long long)subject);
}

void chaos_held_start_run(void)
{
    count = 0;
}

void chaos_each_held(enum chaos_kind kind, void (*function)(uint64_t subject, uint64_t pages))
{
    for (unsigned i = 0; i < count; i++) {
        if (all[i].kind == kind)
            function(all[i].subject, all[i].pages);
    }
}

static void give_back(const struct held *held)
{
    void *subject = (void *)(uintptr_t)held->subject;

    if (held->kind == CHAOS_PAGES)
        need(boot->FreePages(held->subject, held->pages), "pages cannot be freed");
    else if (held->kind == CHAOS_POOL)
        need(boot->FreePool(subject), "a block cannot be freed");
    else
        need(boot->CloseEvent(subject), "an event cannot be closed");
}

void chaos_held_end_run(bool complain)
{
    for (unsigned i = 0; i < count; i++) {
        if (complain && !all[i].is_offered)
            chaos_complain((enum chaos_rule)(RULE_KEPT_PAGES + all[i].kind), "the loader keeps %s of call %u, at %#llx",
                           names[all[i].kind], all[i].call, (unsigned long long)all[i].subject);
        give_back(&all[i]);
    }
    count = 0;
}
