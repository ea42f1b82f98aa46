/* SPDX-License-Identifier: BSD-2-Clause */
/* The runs in which lies are told, and when in a run that is. */
#include "chaos_lies.h"

/* By the setting `lies`. */
static const struct chaos_lie *const tables[][4] = {
    [1] = {chaos_lies_said, chaos_lies_left, chaos_lies_calls}, /* kernels are booted */
    [2] = {chaos_lies_programs},                                /* programs are started */
};

const EFI_SYSTEM_TABLE *chaos_lie_table;
struct chaos_arguments *chaos_lie_call;
unsigned chaos_lie_tries;
const EFI_GUID chaos_lie_guid =
    EFI_GUID_VALUE(0x1b0c9a52, 0x7c1d, 0x4d0f, 0x8e, 0x25, 0x4f, 0x0a, 0x6b, 0x93, 0xd1, 0x77);

static const struct chaos_lie *now; /* NULL: none */
static bool is_told;                /* in this run */

static EFI_STATUS EFIAPI refuse_pages(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, UINTN count,
                                      EFI_PHYSICAL_ADDRESS *address)
{
    (void)how;
    (void)type;
    (void)count;
    (void)address;
    chaos_run.injections++;
    fake_note_failure();
    return EFI_OUT_OF_RESOURCES;
}

bool chaos_lies_fail(unsigned *ret_call)
{
    if (now)
        *ret_call = now->fails;
    return now != NULL;
}

void chaos_lies_prepare(void)
{
    if (!now)
        return;
    is_told = false;
    chaos_lie_tries++;
    chaos_machine_lie(now->check);
    if (now->prepare)
        now->prepare();
    say("chaos lie %s breaks %s", now->name, now->rule);
}

void chaos_lies_call(enum fake_service service, struct chaos_arguments *arguments)
{
    if (!now || is_told || (now->at != ANY_CALL && now->at != service) || now->phase != fake_phase())
        return;
    is_told = true;
    chaos_lie_call = arguments;
    if (now->tell)
        now->tell();
    if (now->is_refused)
        CHAOS_TARGET(FAKE_AllocatePages, refuse_pages);
}

void chaos_lies_undo(void)
{
    if (!now)
        return;
    if (!is_told)
        give_up("the lie %s was not told", now->name);
    if (now->undo)
        now->undo();
    chaos_machine_lie(0);
    chaos_memory_install();
    chaos_files_install();
    chaos_exit_install();
}

void chaos_lies_tell(const EFI_SYSTEM_TABLE *table, void (*run)(enum chaos_way way, unsigned number))
{
    chaos_lie_table = table;
    if (settings.lies >= sizeof(tables) / sizeof(tables[0]))
        give_up("there are no lies %llu", (unsigned long long)settings.lies);
    for (size_t i = 0; tables[settings.lies][i]; i++) {
        for (now = tables[settings.lies][i]; now->name; now++) {
            chaos_lie_tries = 0;
            run(now->way, now->number);
        }
    }
    now = NULL;
}
