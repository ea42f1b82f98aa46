/* SPDX-License-Identifier: BSD-2-Clause */
#include "judge.h"

#include <string.h>

#include "fake_memory.h"
#include "phys.h"

#define STACK_SIZE 0x10000ULL

bool judge_is_kind(const struct judge *judge, uint64_t base, uint64_t size, uint32_t kind)
{
    uint64_t at = base;

    for (size_t i = 0; i < judge->memory_count && at < base + size; i++) {
        const struct baton_memory *entry = &judge->memory[i];

        if (at >= entry->base && at < entry->base + entry->size) {
            if (entry->kind != kind)
                return false;
            at = entry->base + entry->size;
        }
    }
    return at >= base + size;
}

/* Without looking at the map, which has to be found first. */
static const void *reach(const struct judge *judge, const void *pointer, uint64_t size, const char *what)
{
    uint64_t physical = (uintptr_t)pointer - judge->direct_base;

    if (pointer && physical < FAKE_PHYSICAL_END && fake_memory_is_loaders(physical, size, EfiLoaderData))
        return phys_to_ptr(physical);
    check_broken(CHECK_POINTER_MEMORY, "%s at %p, size 0x%llx, is not in memory of the loader's", what, pointer,
                 (unsigned long long)size);
    return NULL;
}

const void *judge_pointer(const struct judge *judge, const void *pointer, uint64_t size, const char *what)
{
    const void *found = reach(judge, pointer, size, what);

    if (found && !judge_is_kind(judge, (uintptr_t)pointer - judge->direct_base, size, BATON_MEMORY_BATON)) {
        check_broken(CHECK_POINTER_KIND, "%s at %p is not in memory of the kind baton", what, pointer);
        return NULL;
    }
    return found;
}

/* The baton itself, found by the entry's argument; then the memory map, which says what it lies in. */
static bool find_baton(struct judge *judge)
{
    uint64_t address = judge->result->entry.argument;
    const struct baton *own = judge->result->entry.baton;
    uint64_t physical = own ? ptr_to_phys(own) : 0;

    if (!own || address % FAKE_PAGE != 0 || physical >= FAKE_PHYSICAL_END ||
        !fake_memory_is_loaders(physical, FAKE_PAGE, EfiLoaderData)) {
        check_broken(CHECK_BATON_PAGE, "the baton at 0x%llx is not a page of the loader's",
                     (unsigned long long)address);
        return false;
    }
    judge->baton = own;
    judge->direct_base = own->direct_map.base;
    if (address != judge->direct_base + physical) {
        check_broken(CHECK_BATON_ADDRESS, "the baton's address is 0x%llx, physical 0x%llx", (unsigned long long)address,
                     (unsigned long long)physical);
        return false;
    }
    judge->memory_count = own->memory_map.count;
    if (own->memory_map.stride != sizeof(struct baton_memory) || judge->memory_count == 0) {
        check_broken(CHECK_MAP_LIST, "the memory map has %zu entries, %u bytes apart", judge->memory_count,
                     own->memory_map.stride);
        return false;
    }
    judge->memory = reach(judge, own->memory_map.first, judge->memory_count * sizeof(struct baton_memory), "the map");
    return judge->memory != NULL;
}

static void check_baton(const struct judge *judge)
{
    const struct baton *baton = judge->baton;
    const uint8_t *bytes = (const uint8_t *)baton;
    uint64_t physical = judge->result->entry.argument - judge->direct_base;

    if (baton->magic != BATON_MAGIC || baton->version != BATON_VERSION || baton->size != sizeof(*baton))
        check_broken(CHECK_BATON_HEAD, "the baton's head is wrong");
    for (size_t i = sizeof(*baton); i < FAKE_PAGE; i++) {
        if (bytes[i] != 0) {
            check_broken(CHECK_BATON_TAIL, "byte %zu behind the baton is not zero", i);
            break;
        }
    }
    if (!judge_is_kind(judge, physical, FAKE_PAGE, BATON_MEMORY_BATON))
        check_broken(CHECK_BATON_KIND, "the baton is not in memory of its kind");
}

static void check_stack(const struct judge *judge)
{
    const struct baton_stack *stack = &judge->baton->stack;
    uint64_t size = judge->expected->stack_size != 0 ? judge->expected->stack_size : STACK_SIZE;
    uint64_t physical = stack->base - judge->direct_base;

    if (stack->size != size || judge->result->entry.stack_top != stack->base + stack->size || stack->base % 16 != 0)
        check_broken(CHECK_STACK_PLACE, "the stack is 0x%llx, 0x%llx bytes, entered at 0x%llx",
                     (unsigned long long)stack->base, (unsigned long long)stack->size,
                     (unsigned long long)judge->result->entry.stack_top);
    if (!judge_is_kind(judge, physical - FAKE_PAGE, size + FAKE_PAGE, BATON_MEMORY_STACK))
        check_broken(CHECK_STACK_KIND, "the stack and its guard are not in memory of their kind");
}

static void check_modules(const struct judge *judge)
{
    const struct expected *expected = judge->expected;
    const struct baton_list *list = &judge->baton->modules;
    const struct baton_module *modules;

    if (list->count != expected->module_count || (list->count > 0 ? list->stride != sizeof(*modules) : !!list->first)) {
        check_broken(CHECK_MODULE_LIST, "there are %u modules", list->count);
        return;
    }
    modules = list->count > 0 ? judge_pointer(judge, list->first, list->count * sizeof(*modules), "the modules") : NULL;
    for (size_t i = 0; modules && i < list->count; i++) {
        const struct expected_module *wanted = &expected->modules[i];
        uint64_t size = (wanted->bytes.size + FAKE_PAGE - 1) & ~(FAKE_PAGE - 1);
        const char *name = judge_pointer(judge, modules[i].name, strlen(wanted->name) + 1, "a module's name");
        const char *line =
            judge_pointer(judge, modules[i].command_line, strlen(wanted->command_line) + 1, "a module's line");
        const uint8_t *bytes;

        if (!name || !line || strcmp(name, wanted->name) != 0 || strcmp(line, wanted->command_line) != 0)
            check_broken(CHECK_MODULE_TEXTS, "module %zu has a wrong name or command line", i);
        if (size == 0)
            size = FAKE_PAGE;
        if (modules[i].size != wanted->bytes.size || modules[i].physical % FAKE_PAGE != 0 ||
            (uintptr_t)modules[i].address != judge->direct_base + modules[i].physical ||
            !judge_is_kind(judge, modules[i].physical, size, BATON_MEMORY_MODULE) ||
            !fake_memory_is_loaders(modules[i].physical, size, EfiLoaderData)) {
            check_broken(CHECK_MODULE_PLACE, "module %zu is badly placed", i);
            continue;
        }
        bytes = phys_to_ptr(modules[i].physical);
        if (memcmp(bytes, wanted->bytes.data, wanted->bytes.size) != 0)
            check_broken(CHECK_MODULE_BYTES, "module %zu did not arrive", i);
        for (uint64_t at = wanted->bytes.size; at < size; at++) {
            if (bytes[at] != 0) {
                check_broken(CHECK_MODULE_TAIL, "module %zu: the rest of its last page is not zero", i);
                break;
            }
        }
    }
}

/* Nothing that was handed over lies on the stack or the tables that the loader itself ran with, or in memory that the
 * device tree reserves. */
static void check_taken(const struct judge *judge)
{
    struct fake_pages taken[FAKE_TAKEN + FAKE_RESERVATIONS];
    size_t count = fake_machine_taken(taken);

    count += fake_tables_reservations(taken + count);
    for (size_t i = 0; i < judge->memory_count; i++) {
        const struct baton_memory *entry = &judge->memory[i];

        for (size_t j = 0; j < count; j++) {
            if (entry->kind >= BATON_MEMORY_TRAMPOLINE && entry->kind <= BATON_MEMORY_MODULE &&
                entry->base < taken[j].base + taken[j].size && taken[j].base < entry->base + entry->size)
                check_broken(CHECK_IN_USE, "memory of kind %u lies on what is in use, at 0x%llx", entry->kind,
                             (unsigned long long)taken[j].base);
        }
    }
}

/* What the firmware has drawn must not come out of a cache over what the kernel draws. */
static void check_screen_caches(const struct judge *judge)
{
    struct baton_framebuffer screen;

    if (!(judge->baton->facts & BATON_FACT_FRAMEBUFFER) || !fake_graphics_screen(&screen))
        return;
    for (uint64_t page = screen.physical; page < screen.physical + screen.size; page += FAKE_PAGE) {
        if (!fake_caches_are_clean(page)) {
            check_broken(CHECK_CLEAN_SCREEN, "the screen's caches were not cleaned at 0x%llx",
                         (unsigned long long)page);
            return;
        }
    }
}

/* What the loader wrote is clean to memory as it is now. The trampoline is the machine's own business. */
static void check_caches(const struct judge *judge)
{
    if (fake_is_injected()) /* it is not noted then */
        return;
    check_screen_caches(judge);
    for (size_t i = 0; i < judge->memory_count; i++) {
        const struct baton_memory *entry = &judge->memory[i];

        if (entry->kind != BATON_MEMORY_PAGE_TABLES && entry->kind != BATON_MEMORY_BATON &&
            entry->kind != BATON_MEMORY_KERNEL && entry->kind != BATON_MEMORY_MODULE)
            continue;
        for (uint64_t page = entry->base; page < entry->base + entry->size; page += FAKE_PAGE) {
            if (!fake_memory_is_loaders(page, FAKE_PAGE, EfiLoaderData) || fake_caches_are_clean(page))
                continue;
            check_broken(CHECK_CLEAN, "0x%llx, of kind %u, was written after its caches were cleaned, or never cleaned",
                         (unsigned long long)page, entry->kind);
            return;
        }
    }
}

void judge(const struct fake_result *result, const struct expected *expected)
{
    static struct judge it;

    it = (struct judge){.result = result, .expected = expected};
    if (!find_baton(&it))
        return;
    check_baton(&it);
    judge_map(&it);
    judge_kernel(&it);
    check_stack(&it);
    check_modules(&it);
    check_taken(&it);
    check_caches(&it);
    judge_facts(&it);
    judge_paging(&it);
}
