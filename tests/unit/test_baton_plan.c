/* SPDX-License-Identifier: BSD-2-Clause */
/* Baton's own protocol: what it takes for a kernel, what it plans, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "made_boot.h"
#include "made_elf.h"
#include "permissions.h"

#define PAGE 4096ULL
#define HIGH 0xffffffff80000000ULL

static struct made_boot boot;
static struct chance chance;

static int setup(void **state)
{
    (void)state;
    log_reset();
    chance = chance_case(0);
    made_boot_start(&boot, &chance);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    made_boot_end(&boot);
    return 0;
}

static uint8_t *zeros(size_t size)
{
    uint8_t *bytes = calloc(size > 0 ? size : 1, 1);

    assert_non_null(bytes);
    return bytes;
}

/* A kernel of a page of code at `base`, and a page of data; its headers are at `table`. */
static void add_elf(uint64_t base, uint64_t table, size_t size)
{
    const struct elf_segment segments[] = {
        {ELF_SEGMENT_LOAD, ELF_READ | ELF_EXECUTE, 0x1000, base, 0, 0x800, 0x800, 0x1000},
        {ELF_SEGMENT_LOAD, ELF_READ | ELF_WRITE, 0x2000, base + 0x1000, 0, 0x10, 0x1800, 0x1000},
    };
    struct elf_header header = made_elf_header(base + 0x10, 2);
    uint8_t *file = zeros(size);

    header.segment_offset = table;
    made_elf_write_header(file, &header);
    for (size_t i = 0; i < 2; i++)
        made_elf_write_segment(file + table + i * ELF_PROGRAM_HEADER_SIZE, &segments[i]);
    made_boot_add_file(&boot, "/kernel.elf", file, size);
}

/* ---- recognise ---- */

static void test_recognise(void **state)
{
    const struct {
        const char *path, *head;
        bool load_address, entry_offset, memory_size;
        const struct protocol *protocol;
    } rows[] = {
        {"/boot/kernel.elf", "\177ELF", false, false, false, &protocol_baton},
        {"/vmlinuz", "\177ELF-and-more", false, false, false, &protocol_baton},
        {"/kernel.bin", "\177ELF", true, true, true, &protocol_baton},
        {"/kernel", "\177EL", false, false, false, NULL},
        {"/kernel", "plain", false, false, false, NULL},
        {"/kernel", "", false, false, false, NULL},
        {"/kernel.bin", "plain", false, false, false, &protocol_baton},
        {"/KERNEL.BIN", "p", false, false, false, &protocol_baton},
        {"/kernel.bin.old", "plain", false, false, false, NULL},
        {"/kernel", "plain", true, false, false, &protocol_baton},
        {"/kernel", "plain", false, true, false, &protocol_baton},
        {"/kernel", "plain", false, false, true, &protocol_baton},
        {"/kernel.bin", "MZ", false, false, false, &protocol_efi_image}, /* an EFI program, whatever else is said */
        {"/kernel", "MZ\x90", true, true, true, &protocol_efi_image},
        {"/kernel", "M", true, false, false, &protocol_baton},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        boot.files[0] = (struct plan_file){
            .path = rows[i].path, .head = {(const uint8_t *)rows[i].head, strlen(rows[i].head)}, .size = 100};
        boot.entry.has_load_address = rows[i].load_address;
        boot.entry.has_entry_offset = rows[i].entry_offset;
        boot.entry.has_memory_size = rows[i].memory_size;
        if (protocol_recognise(&boot.input) != rows[i].protocol)
            fail_msg("row %zu", i);
    }
    assert_string_equal(protocol_baton.name, "Baton");
}

/* ---- kernels that are linked high ---- */

static void check_ok(void)
{
    enum status status = made_boot_plan(&boot);

    if (status != STATUS_OK)
        fail_msg("%d: %s", status, boot.error.text);
}

static const struct plan_request *request(size_t index)
{
    assert_true(index < boot.plan.request_count);
    return &boot.plan.requests[index];
}

/* Whole pages, labelled as what they are, anywhere unless it says otherwise. */
static void check_requests(bool kernel_is_exact)
{
    const struct plan *plan = &boot.plan;
    const size_t step = boot.facts.efi_map.descriptor_size;
    const struct {
        size_t index;
        uint32_t kind;
    } known[] = {
        {plan->kernel, BATON_MEMORY_KERNEL},         {plan->stack, BATON_MEMORY_STACK},
        {plan->trampoline, BATON_MEMORY_TRAMPOLINE}, {plan->tables, BATON_MEMORY_PAGE_TABLES},
        {plan->baton, BATON_MEMORY_BATON},           {plan->maps, BATON_MEMORY_BATON},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        assert_int_equal(request(known[i].index)->kind, known[i].kind);
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(known[i].index, known[k].index);
    }
    assert_int_equal(plan->request_count, 6 + plan->module_count);
    for (size_t i = 0; i < plan->request_count; i++) {
        assert_true(request(i)->size > 0 && request(i)->size % PAGE == 0 && request(i)->labelled % PAGE == 0);
        assert_true(request(i)->labelled <= request(i)->size && request(i)->alignment >= PAGE);
        assert_true(request(i)->what != NULL && request(i)->what[0] != '\0');
        assert_int_equal(request(i)->exact, kernel_is_exact && i == plan->kernel);
        assert_int_equal(request(i)->executable, i == plan->trampoline);
    }
    assert_true(request(plan->stack)->size >= 64 * 1024 + PAGE);
    assert_int_equal(plan->stack_top, request(plan->stack)->size);
    assert_true(request(plan->trampoline)->size >=
                boot.facts.machine.trampoline_code + boot.facts.machine.trampoline_data);
    /* the final map may have 64 descriptors more or a page of them, and each request splits one into three */
    assert_true(plan->maps_layout.raw_size >=
                boot.facts.efi_map.bytes.size + (64 * step > PAGE ? 64 * step : PAGE) + 2 * plan->request_count * step);
}

static void test_high(void **state)
{
    (void)state;
    boot.facts.framebuffer_count = FACTS_FRAMEBUFFERS;
    add_elf(HIGH, 64, 0x3000);
    check_ok();
    check_requests(false);
    assert_int_equal(boot.plan.entry, HIGH + 0x10);
    assert_int_equal(boot.plan.direct_map_base, 0xffff800000000000);
    assert_int_equal(boot.plan.direct_map_limit, 0x0000400000000000);
    assert_int_equal(request(boot.plan.kernel)->size, 0x3000);
    assert_string_equal(request(boot.plan.kernel)->what, "/kernel.elf");
    assert_int_equal(boot.asked_for_bytes, 0);
    assert_true(boot.asked_for_room > 2);
}

/* The direct map lies in the half of the upper half in which the kernel is not. */
static void test_direct_map(void **state)
{
    static const struct {
        uint64_t base, direct_map;
    } rows[] = {
        {0xffff800000000000, 0xffffc00000000000},
        {0xffffbfffffffd000, 0xffffc00000000000},
        {0xffffc00000000000, 0xffff800000000000},
        {0xffffffffffffd000, 0xffff800000000000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void)teardown(NULL);
        (void)setup(NULL);
        add_elf(rows[i].base, 64, 0x3000);
        check_ok();
        assert_int_equal(boot.plan.direct_map_base, rows[i].direct_map);
        assert_int_equal(boot.plan.direct_map_limit, 0x0000400000000000);
    }
}

static void test_kernel_across_the_middle(void **state)
{
    (void)state;
    add_elf(0xffffbfffffffe000, 64, 0x3000);
    assert_int_equal(made_boot_plan(&boot), STATUS_UNSUPPORTED);
    assert_string_equal(boot.error.text,
                        "/kernel.elf: reaches from 0xffffbfffffffe000 across 0xffffc00000000000, which leaves no room "
                        "for the direct map on either side. Link the kernel at 0xffffffff80000000.");
}

/* ---- low ones ---- */

static void test_low(void **state)
{
    (void)state;
    add_elf(0x200000, 64, 0x3000);
    check_ok();
    check_requests(true);
    assert_int_equal(request(boot.plan.kernel)->address, 0x200000);
    assert_int_equal(boot.plan.direct_map_base, 0);
    assert_int_equal(boot.plan.direct_map_limit, 0x0000800000000000);
    assert_int_equal(boot.plan.entry, 0x200010);
    assert_int_equal(boot.plan.mapping_count, 0);
}

static void test_low_is_taken(void **state)
{
    (void)state;
    boot.facts.taken[0] = (struct taken_range){0x201000, 0x1000, "the stack that the loader runs on"};
    boot.facts.taken_count = 1;
    add_elf(0x200000, 64, 0x3000);
    assert_int_equal(made_boot_plan(&boot), STATUS_NO_MEMORY);
    assert_string_equal(boot.error.text,
                        "/kernel.elf: must lie at 0x200000-0x203000, but 0x201000-0x202000 is taken by the stack that "
                        "the loader runs on. Link it in the upper half (0xffffffff80000000), then Baton can put it "
                        "anywhere; or link it elsewhere. This machine has room at 0x100000.");
}

static void test_linked_at_zero(void **state)
{
    (void)state;
    add_elf(0, 64, 0x3000);
    assert_int_equal(made_boot_plan(&boot), STATUS_INVALID);
    assert_non_null(strstr(boot.error.text, "/kernel.elf: is linked at address 0"));
}

static void test_flat(void **state)
{
    (void)state;
    boot.entry.has_entry_offset = true;
    boot.entry.entry_offset = 0x20;
    boot.entry.has_memory_size = true;
    boot.entry.memory_size = 0x5001;
    made_boot_add_file(&boot, "/kernel.bin", zeros(0x1234), 0x1234);
    check_ok();
    check_requests(true);
    assert_int_equal(request(boot.plan.kernel)->address, 0x100000);
    assert_int_equal(request(boot.plan.kernel)->size, 0x6000);
    assert_int_equal(request(boot.plan.kernel)->alignment, PAGE);
    assert_int_equal(boot.plan.entry, 0x100020);
    assert_int_equal(boot.plan.direct_map_base, 0);
}

static void test_flat_is_taken(void **state)
{
    (void)state;
    boot.entry.has_load_address = true;
    boot.entry.load_address = 48 << 20;
    made_boot_add_file(&boot, "/flat", zeros(0x1000), 0x1000);
    assert_int_equal(made_boot_plan(&boot), STATUS_NO_MEMORY);
    assert_string_equal(boot.error.text,
                        "/flat: must lie at 0x3000000-0x3001000, but 0x3000000-0x3100000 is taken by the firmware "
                        "(BootServicesData). Give it another load-address in its boot entry, and link it there; or "
                        "make it an ELF kernel in the upper half, which Baton can put anywhere. This machine has room "
                        "at 0x100000.");
}

static void test_flat_refusals(void **state)
{
    static const struct {
        uint64_t load_address, entry_offset, memory_size; /* UINT64_MAX: not given */
        const char *message;
    } rows[] = {
        {UINT64_MAX, UINT64_MAX, 0x1233,
         "/loader/entries/x.conf: memory-size is 4659, but /kernel.bin alone has 4660 bytes. Leave memory-size out, or "
         "give it the size with .bss."},
        {0, UINT64_MAX, UINT64_MAX,
         "/loader/entries/x.conf: load-address 0x0 and memory-size 4660 do not make sense together. Use an address "
         "from 0x100000 on where the machine has memory."},
        {0xfffffffffffff000, UINT64_MAX, UINT64_MAX,
         "/loader/entries/x.conf: load-address 0xfffffffffffff000 and memory-size 4660 do not make sense together. Use "
         "an address from 0x100000 on where the machine has memory."},
        {0x00007fffffffe000, UINT64_MAX, 0x2001,
         "/loader/entries/x.conf: load-address 0x7fffffffe000 and memory-size 8193 do not make sense together. Use an "
         "address from 0x100000 on where the machine has memory."},
        {0x100000, UINT64_MAX, UINT64_MAX - 1,
         "/loader/entries/x.conf: load-address 0x100000 and memory-size 18446744073709551614 do not make sense "
         "together. Use an address from 0x100000 on where the machine has memory."},
        {UINT64_MAX, 0x1234, UINT64_MAX,
         "/loader/entries/x.conf: entry-offset 0x1234 lies behind the 4660 bytes of /kernel.bin. Give the offset of "
         "its first instruction, or leave the key out."},
        {UINT64_MAX, UINT64_MAX - 1, UINT64_MAX,
         "/loader/entries/x.conf: entry-offset 0xfffffffffffffffe lies behind the 4660 bytes of /kernel.bin. Give the "
         "offset of its first instruction, or leave the key out."},
    };

    (void)state;
    made_boot_add_file(&boot, "/kernel.bin", zeros(0x1234), 0x1234);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        boot.entry.has_load_address = rows[i].load_address != UINT64_MAX;
        boot.entry.load_address = rows[i].load_address;
        boot.entry.has_entry_offset = rows[i].entry_offset != UINT64_MAX;
        boot.entry.entry_offset = boot.entry.has_entry_offset ? rows[i].entry_offset : 0;
        boot.entry.has_memory_size = rows[i].memory_size != UINT64_MAX;
        boot.entry.memory_size = rows[i].memory_size;
        assert_int_equal(made_boot_plan(&boot), STATUS_INVALID);
        assert_string_equal(boot.error.text, rows[i].message);
    }
}

/* What is wrong with a file of 0 bytes is not its address. */
static void test_flat_is_empty(void **state)
{
    (void)state;
    made_boot_add_file(&boot, "/kernel.bin", zeros(0), 0);
    if (boot.protocol) /* else the flow says it */
        assert_int_equal(made_boot_plan(&boot), STATUS_INVALID);
    assert_true(!boot.protocol || strstr(boot.error.text, "is empty"));
}

/* ---- what else can be wrong ---- */

static void test_elf_is_refused(void **state)
{
    (void)state;
    add_elf(HIGH, 64, 0x3000);
    boot.content[0][4] = 1;
    assert_int_equal(made_boot_plan(&boot), STATUS_UNSUPPORTED);
    assert_non_null(strstr(boot.error.text, "/kernel.elf: is a 32-bit ELF file"));
    boot.content[0][4] = 2;
    boot.content[0][64 + 4] = 7; /* the first segment's flags */
    assert_int_equal(made_boot_plan(&boot), STATUS_INVALID);
    assert_non_null(strstr(boot.error.text, "/kernel.elf: segment 0 (0xffffffff80000000-0xffffffff800007ff) is "
                                            "writable and executable (RWE)"));
}

static void check_refused(enum secure_boot state, const char *message)
{
    boot.facts.secure_boot = state;
    assert_int_equal(made_boot_plan(&boot), message ? STATUS_UNSUPPORTED : STATUS_OK);
    if (message)
        assert_string_equal(boot.error.text, message);
}

/* Whatever is in it. */
static void test_secure_boot(void **state)
{
    (void)state;
    add_elf(HIGH, 64, 0x3000);
    made_boot_add_file(&boot, "/initrd", zeros(10), 10);
    check_refused(SECURE_BOOT_OFF, NULL);
    check_refused(SECURE_BOOT_SETUP, NULL);
    check_refused(SECURE_BOOT_ON, "/kernel.elf: is an ELF kernel, which nobody verifies, nor its modules, and Secure "
                                  "Boot is on. Boot a signed EFI program, or switch Secure Boot off in the firmware's "
                                  "setup.");
    check_refused(SECURE_BOOT_UNKNOWN, "/kernel.elf: is an ELF kernel, which nobody verifies, nor its modules, and the "
                                       "firmware fails to say whether Secure Boot is on, which forbids that. Start the "
                                       "machine again; if it still fails, update the firmware.");
    boot.content[0][4] = 1;
    check_refused(SECURE_BOOT_ON, "/kernel.elf: is an ELF kernel, which nobody verifies, nor its modules, and Secure "
                                  "Boot is on. Boot a signed EFI program, or switch Secure Boot off in the firmware's "
                                  "setup.");
}

static void test_secure_boot_flat(void **state)
{
    (void)state;
    made_boot_add_file(&boot, "/kernel.bin", zeros(0x1234), 0x1234);
    check_refused(SECURE_BOOT_OFF, NULL);
    check_refused(SECURE_BOOT_ON, "/kernel.bin: is a flat kernel, which nobody verifies, nor its modules, and Secure "
                                  "Boot is on. Boot a signed EFI program, or switch Secure Boot off in the firmware's "
                                  "setup.");
}

static void test_larger_than_memory(void **state)
{
    const struct elf_segment segment = {
        ELF_SEGMENT_LOAD, ELF_READ | ELF_EXECUTE, 0x1000, 0xffff900000000000, 0, 0x800, 0x100000000, 0x1000};

    (void)state;
    add_elf(HIGH, 64, 0x3000);
    made_elf_write_segment(boot.content[0] + 64, &segment);
    made_elf_write_segment(boot.content[0] + 64 + 56, &(struct elf_segment){0});
    boot.content[0][24 + 3] = 0; /* the entry: 0xffff900000000010 */
    memcpy(boot.content[0] + 24, "\x10\0\0\0\0\x90\xff\xff", 8);
    assert_int_equal(made_boot_plan(&boot), STATUS_NO_MEMORY);
    assert_string_equal(boot.error.text,
                        "/kernel.elf: needs 4194304 KiB of memory in one piece, and the largest free piece of this "
                        "machine has 3145728 KiB. Give the machine more memory, or make it smaller.");
}

static void test_large_modules(void **state)
{
    (void)state;
    add_elf(HIGH, 64, 0x3000);
    made_boot_add_file(&boot, "/initrd", NULL, 0);
    boot.files[1].size = 0xc0000001;
    assert_int_equal(made_boot_plan(&boot), STATUS_NO_MEMORY);
    assert_string_equal(boot.error.text,
                        "/initrd: needs 3145732 KiB of memory in one piece, and the largest free piece of this machine "
                        "has 3145728 KiB. Give the machine more memory, or make it smaller.");
    boot.files[1].size = UINT64_MAX - 4094;
    assert_int_equal(made_boot_plan(&boot), STATUS_INVALID);
    assert_string_equal(boot.error.text, "/initrd: its size of 18446744073709547521 bytes is absurd. Copy it again.");
    boot.files[1].size = 0xc0000000; /* the largest piece, and no room for anything but in the others */
    check_ok();
    made_boot_add_file(&boot, "/more", NULL, 0);
    boot.files[2].size = 0x40000000; /* fits by itself */
    assert_int_equal(made_boot_plan(&boot), STATUS_NO_MEMORY);
    assert_string_equal(boot.error.text,
                        "/kernel.elf: the kernel, its modules and what Baton adds need more than the 4187776 KiB that "
                        "are free on this machine. Give it more memory, or load less.");
}

static void test_absurd_map(void **state)
{
    (void)state;
    add_elf(HIGH, 64, 0x3000);
    boot.facts.efi_map.bytes.size = 65 << 20;
    assert_int_equal(made_boot_plan(&boot), STATUS_INVALID);
    assert_string_equal(boot.error.text, "/loader/entries/x.conf: the entry's texts, or the firmware's memory map, "
                                         "are absurdly long. Shorten its options.");
}

/* ---- asking for more ---- */

/* The headers may lie anywhere in the file; they are asked for once, exactly. */
static void test_headers_far_away(void **state)
{
    (void)state;
    add_elf(HIGH, 0x2f00, 0x3000);
    check_ok();
    assert_int_equal(boot.asked_for_bytes, 1);
    assert_int_equal(boot.files[0].extents[0].offset, 0x2f00);
    assert_int_equal(boot.files[0].extents[0].bytes.size, 2 * ELF_PROGRAM_HEADER_SIZE);
    check_requests(false);
}

/* Shown less and less of the file, the plan is the same, or the file is too short for an ELF header. */
static void test_every_head(void **state)
{
    (void)state;
    add_elf(HIGH, 64, 0x3000);
    for (size_t head = 4; head <= 200; head++) {
        made_boot_show_head(&boot, head);
        boot.files[0].extent_count = 0;
        boot.asked_for_bytes = 0;
        if (head < ELF_HEADER_SIZE) {
            assert_int_equal(made_boot_plan(&boot), STATUS_INVALID);
            assert_non_null(strstr(boot.error.text, "is truncated"));
            continue;
        }
        check_ok();
        assert_int_equal(boot.asked_for_bytes, head < 64 + 2 * ELF_PROGRAM_HEADER_SIZE);
        check_requests(false);
    }
}

/* Planned in rooms of every size: nothing but STATUS_NEED_ROOM, nothing written behind them, and in the end a plan. */
static void test_every_room(void **state)
{
    struct plan plan;
    struct plan_want want;
    uint8_t untouched[sizeof(plan)];
    enum status status = STATUS_NEED_ROOM;

    (void)state;
    add_elf(HIGH, 64, 0x3000);
    made_boot_add_file(&boot, "/module", zeros(5), 5);
    memset(untouched, 0xaa, sizeof(untouched));
    for (size_t size = 0; status == STATUS_NEED_ROOM; size += 40) {
        uint8_t *room = malloc(size > 0 ? size : 1);
        struct arena arena = {room, size, 0};

        assert_non_null(room);
        assert_true(size < 100000);
        memset(&plan, 0xaa, sizeof(plan));
        status = protocol_baton.plan(&boot.input, &arena, &plan, &want, &boot.error);
        if (status == STATUS_NEED_ROOM)
            assert_memory_equal(&plan, untouched, sizeof(plan));
        free(room);
    }
    assert_int_equal(status, STATUS_OK);
}

/* ---- what is said of a kernel that boots ---- */

static void test_notes(void **state)
{
    char log[1024];

    (void)state;
    boot.entry.has_load_address = true;
    boot.entry.load_address = 0x5000;
    add_elf(HIGH + 0x10, 64, 0x3000); /* begins in the middle of a page */
    check_ok();
    log_copy(log, sizeof(log));
    assert_string_equal(log, "warning: /kernel.elf: 2 segment(s) begin in the middle of a page, the last at "
                             "0xffffffff80001010. Align them to 4096 bytes in the linker script.\n"
                             "info: /loader/entries/x.conf: load-address, entry-offset and memory-size do nothing for "
                             "an ELF kernel, which says these itself\n");
    assert_true(boot.asked_for_room > 2); /* and yet it is said once */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_recognise, setup, teardown),
        cmocka_unit_test_setup_teardown(test_high, setup, teardown),
        cmocka_unit_test_setup_teardown(test_direct_map, setup, teardown),
        cmocka_unit_test_setup_teardown(test_kernel_across_the_middle, setup, teardown),
        cmocka_unit_test_setup_teardown(test_low, setup, teardown),
        cmocka_unit_test_setup_teardown(test_low_is_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(test_linked_at_zero, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flat, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flat_is_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flat_refusals, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flat_is_empty, setup, teardown),
        cmocka_unit_test_setup_teardown(test_elf_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_secure_boot, setup, teardown),
        cmocka_unit_test_setup_teardown(test_secure_boot_flat, setup, teardown),
        cmocka_unit_test_setup_teardown(test_larger_than_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_large_modules, setup, teardown),
        cmocka_unit_test_setup_teardown(test_absurd_map, setup, teardown),
        cmocka_unit_test_setup_teardown(test_headers_far_away, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_head, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_room, setup, teardown),
        cmocka_unit_test_setup_teardown(test_notes, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
