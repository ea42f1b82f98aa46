/* SPDX-License-Identifier: BSD-2-Clause */
/* Lies about which calls are made, and about what arrives at the kernel. */
#include "chaos_lies.h"

#include "memory.h"

/* ---- calls that must not be ---- */

static void call_unknown(void)
{
    (void)chaos_lie_table->BootServices->ReinstallProtocolInterface(own_image, &chaos_lie_guid, NULL, NULL);
}

static void ask_for_unknown(void)
{
    static const EFI_GUID disk_io =
        EFI_GUID_VALUE(0xce345171, 0xba0b, 0x11d2, 0x8e, 0x4f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b);
    void *interface;

    need(chaos_lie_table->BootServices->LocateProtocol(&disk_io, NULL, &interface), "no disk for a lie");
}

static void wait(void)
{
    (void)chaos_lie_table->BootServices->Stall(1);
}

static void *real_exit;

static EFI_STATUS EFIAPI exit_and_wait(EFI_HANDLE image, UINTN key)
{
    EFI_STATUS(EFIAPI * function)(EFI_HANDLE, UINTN) = (EFI_STATUS(EFIAPI *)(EFI_HANDLE, UINTN))real_exit;
    EFI_STATUS status = function(image, key);

    wait();
    return status;
}

static void wait_behind_exit(void)
{
    real_exit = chaos_target(FAKE_ExitBootServices);
    CHAOS_TARGET(FAKE_ExitBootServices, exit_and_wait);
}

/* ---- the way out ---- */

static void exit_other_image(void)
{
    chaos_lie_call->first = (uint64_t)(uintptr_t)own_image;
}

static void fail_map(void)
{
    UINTN size = 0, key, step;
    uint32_t version;

    (void)chaos_lie_table->BootServices->GetMemoryMap(&size, NULL, &key, &step, &version); /* too small */
}

/* Boot services have not ended, and the loader believes they have. */
static EFI_STATUS EFIAPI exit_in_appearance(EFI_HANDLE image, UINTN key)
{
    (void)image;
    (void)key;
    chaos_machine_save(true);
    return EFI_SUCCESS;
}

static void enter_early(void)
{
    CHAOS_TARGET(FAKE_ExitBootServices, exit_in_appearance);
}

/* ---- what arrives at the kernel ---- */

/* A bit of a number in the kernel's read-only data (`pattern`); wherever that is in these pages. */
static void spoil_pattern(uint64_t base, uint64_t pages)
{
    uint32_t *words = (uint32_t *)(uintptr_t)base;

    for (uint64_t i = 0; i + 3 < pages * EFI_PAGE_SIZE / sizeof(*words); i++) {
        if (words[i] == 0 && words[i + 1] == 2654435761U && words[i + 2] == 2654435761U * 2)
            words[i + 2] ^= 1;
    }
}

static void spoil_kernel(void)
{
    chaos_each_held(CHAOS_PAGES, spoil_pattern);
}

/* The module begins with a page; MODULE in harness/chaos_scenarios.py. */
static void spoil_content(uint64_t base, uint64_t pages)
{
    static const uint8_t start[] = {0, 7, 14, 21, 28, 35, 42, 49};

    for (uint64_t i = 0; i < pages; i++) {
        uint8_t *bytes = (uint8_t *)(uintptr_t)(base + i * EFI_PAGE_SIZE);

        if (memcmp(bytes, start, sizeof(start)) == 0)
            bytes[2345] ^= 1;
    }
}

static void spoil_module(void)
{
    chaos_each_held(CHAOS_PAGES, spoil_content);
}

const struct chaos_lie chaos_lies_calls[] = {
    {"unknown-call", "unknown-call", .at = ANY_CALL, .tell = call_unknown},
    {"unknown-protocol", "unknown-protocol", .at = ANY_CALL, .tell = ask_for_unknown},
    {"call-behind-exit", "illegal-call", .at = FAKE_ExitBootServices, .tell = wait_behind_exit},
    {"call-behind-failed-exit", "illegal-call", .at = FAKE_GetMemoryMap, .phase = FAKE_LEAVING, .tell = wait,
     .way = CHAOS_STALE, .number = 1},
    {"exit-other-image", "exit-image", .at = FAKE_ExitBootServices, .tell = exit_other_image},
    {"exit-without-map", "exit-map", .at = FAKE_ExitBootServices, .tell = wait},
    {"exit-with-failed-map", "exit-map", .at = FAKE_ExitBootServices, .tell = fail_map},
    {"entered-early", "entered-early", .at = FAKE_ExitBootServices, .tell = enter_early},

    {"kernel-head", "kernel-head", .at = ANY_CALL, .check = RULE_KERNEL_HEAD + 1},
    {"kernel-map", "kernel-map", .at = ANY_CALL, .check = RULE_KERNEL_MAP + 1},
    {"kernel-bytes", "kernel-bytes", .at = FAKE_ExitBootServices, .tell = spoil_kernel},
    {"kernel-zeros", "kernel-zeros", .at = ANY_CALL, .check = RULE_KERNEL_ZEROS + 1},
    {"kernel-modules", "kernel-modules", .at = FAKE_ExitBootServices, .tell = spoil_module},
    {"kernel-stack", "kernel-stack", .at = ANY_CALL, .check = RULE_KERNEL_STACK + 1},
    {.name = NULL},
};
