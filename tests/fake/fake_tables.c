/* SPDX-License-Identifier: BSD-2-Clause */
/* What firmware leaves in memory for an operating system: small, but whole. */
#include <string.h>

#include "abi/configuration_table.h"
#include "device_tree.h"
#include "fake.h"
#include "fake_configuration.h"
#include "fake_memory.h"
#include "phys.h"
#include "physical.h"
#include "put.h"

#define RECLAIM    0x3d680000ULL /* in ACPI reclaim memory, a page each */
#define RSDP       (RECLAIM + 0x1014)
#define XSDT       (RECLAIM + 0x2000)
#define FADT       (RECLAIM + 0x3000)
#define MADT       (RECLAIM + 0x5000)
#define HPET       (RECLAIM + 0x5100)
#define SPCR       (RECLAIM + 0x5200)
#define RHCT       (RECLAIM + 0x5300)
#define DSDT       (RECLAIM + 0x7ff0) /* on two pages */
#define FACS       0x3d6a0000ULL      /* in ACPI NVS */
#define SMBIOS3    0x3d400100ULL      /* in runtime data */
#define STRUCTURES 0x3d402000ULL

static const struct fake_pages pages[] = {
    {0x3d400000, 0x1000}, {STRUCTURES, 0x1000},       {RECLAIM + 0x1000, 0x3000},
    {MADT, 0x1000},       {RECLAIM + 0x7000, 0x2000}, {FACS, 0x1000},
};

/* With BROKEN_TABLES: two tables cannot be read, one has a wrong checksum and is there all the same. */
#define BROKEN_PAGES 4
#define SMBIOS_PAGES 2 /* the first ones */

static struct fake_pages pages_of(uint64_t base, uint64_t size)
{
    uint64_t first = base & ~(FAKE_PAGE - 1);

    return (struct fake_pages){first, (base + size - first + FAKE_PAGE - 1) & ~(FAKE_PAGE - 1)};
}

const struct bytes *fake_tables_entry_tree(void)
{
    const struct bytes *tree = &fake_setup()->entry_tree;

    return tree->size > 0 && fake_configuration_loaders(&fake_tree_kind.guid) ? tree : NULL;
}

size_t fake_tables_pages(struct fake_pages *ret_pages)
{
    size_t count = sizeof(pages) / sizeof(pages[0]);

    if (fake_has(FAKE_QUIRK_NO_TABLES))
        count = 0;
    else if (fake_has(FAKE_QUIRK_BROKEN_RSDP))
        count = SMBIOS_PAGES;
    else if (fake_has(FAKE_QUIRK_BROKEN_TABLES))
        count = BROKEN_PAGES;
    memcpy(ret_pages, pages, count * sizeof(pages[0]));
    if (fake_tables_entry_tree())
        ret_pages[count++] =
            pages_of((uintptr_t)fake_configuration_loaders(&fake_tree_kind.guid), fake_tables_entry_tree()->size);
    else if (fake_setup()->device_tree.size > 0)
        ret_pages[count++] = pages_of(FAKE_TREE, fake_setup()->device_tree.size);
    return count;
}

size_t fake_tables_reservations(struct fake_pages ret_pages[FAKE_RESERVATIONS])
{
    size_t count = 0;

    if (fake_setup()->device_tree.size > 0)
        ret_pages[count++] = (struct fake_pages){FAKE_RESERVED, FAKE_RESERVED_SIZE};
    if (fake_tables_entry_tree())
        ret_pages[count++] = (struct fake_pages){FAKE_ALSO_RESERVED, FAKE_RESERVED_SIZE};
    return count;
}

uint64_t fake_tables_rsdp(void)
{
    return fake_has(FAKE_QUIRK_NO_TABLES) || fake_has(FAKE_QUIRK_BROKEN_RSDP) ? 0 : RSDP;
}

bool fake_tables_lack_isa(void)
{
    return fake_setup()->isa && fake_tables_rsdp() == 0;
}

uint64_t fake_tables_smbios3(void)
{
    return fake_has(FAKE_QUIRK_NO_TABLES) ? 0 : SMBIOS3;
}

static void seal(uint8_t *at, size_t size, size_t checksum)
{
    at[checksum] = (uint8_t)(at[checksum] - bytes_sum((struct bytes){at, size}));
}

static uint8_t *start_table(uint64_t address, const char *signature, size_t size)
{
    uint8_t *at = phys_to_ptr(address);

    memcpy(at, signature, 4);
    put_number(at + 4, 4, size);
    return at;
}

static void make_fadt(void)
{
    uint8_t *at = start_table(FADT, "FACP", 276);
    bool broken = fake_has(FAKE_QUIRK_BROKEN_TABLES);

    put_number(at + 36, 4, broken ? 0x70000000 : FACS);
    put_number(at + 140, 8, broken ? 0xfffffffffffff000 : DSDT);
    seal(at, 276, 9);
    if (broken)
        return;
    at = phys_to_ptr(FACS);
    memcpy(at, "FACS", 4);
    put_number(at + 4, 4, 64);
    seal(start_table(DSDT, "DSDT", 200), 200, 9);
}

/* A PL011 in memory, 32 bits a register. */
static void make_spcr(void)
{
    uint8_t *at = start_table(SPCR, "SPCR", 80);

    at[36] = 3;
    at[41] = 32;
    put_number(at + 44, 8, FAKE_SERIAL);
    seal(at, 80, 9);
}

/* One hart, and what it can do. */
static void make_rhct(const char *isa)
{
    const size_t length = 8 + strlen(isa) + 1, size = 56 + length + 16;
    uint8_t *at = start_table(RHCT, "RHCT", size);

    put_number(at + 48, 4, 2);
    put_number(at + 52, 4, 56);
    put_number(at + 58, 2, length);
    put_number(at + 62, 2, strlen(isa) + 1);
    memcpy(at + 64, isa, strlen(isa) + 1);
    put_number(at + 56 + length, 2, 0xffff);
    put_number(at + 58 + length, 2, 16);
    put_number(at + 62 + length, 2, 1);
    put_number(at + 68 + length, 4, 56);
    seal(at, size, 9);
}

static void make_acpi(void)
{
    const size_t size = 36 + 8 * (fake_is_aarch64() || fake_setup()->isa ? 4U : 3U);
    uint8_t *at = start_table(XSDT, "XSDT", size);

    put_number(at + 36, 8, FADT);
    put_number(at + 44, 8, MADT);
    put_number(at + 52, 8, HPET);
    if (fake_is_aarch64()) {
        put_number(at + 60, 8, SPCR);
        make_spcr();
    }
    if (fake_setup()->isa) {
        put_number(at + 60, 8, RHCT);
        make_rhct(fake_setup()->isa);
    }
    seal(at, size, 9);
    make_fadt();
    at = start_table(MADT, "APIC", 44 + 12);
    at[44] = 1;
    at[45] = 12;
    put_number(at + 48, 4, 0xfec00000);
    seal(at, 56, 9);
    at = start_table(HPET, "HPET", 56);
    put_number(at + 44, 8, 0xfed00000);
    seal(at, 56, 9);
    if (fake_has(FAKE_QUIRK_BROKEN_TABLES))
        at[9]++;
    at = phys_to_ptr(RSDP);
    memcpy(at, "RSD PTR ", 8);
    at[15] = 2;
    put_number(at + 20, 4, 36);
    put_number(at + 24, 8, XSDT);
    seal(at, 20, 8);
    seal(at, 36, 32);
    if (fake_has(FAKE_QUIRK_BROKEN_RSDP))
        at[8]++;
}

static void make_smbios(void)
{
    uint8_t *at = phys_to_ptr(SMBIOS3);

    memcpy(at, "_SM3_", 5);
    at[6] = 24;
    at[7] = 3;
    put_number(at + 12, 4, 0x100);
    put_number(at + 16, 8, STRUCTURES);
    seal(at, 24, 5);
    memset(phys_to_ptr(STRUCTURES), 0, 0x100);
}

/* ---- device trees ---- */

static bool tree_fits(const void *table)
{
    return fake_memory_is_loaders((uintptr_t)table, DEVICE_TREE_HEADER, EfiACPIReclaimMemory) &&
           !fake_memory_is_in_use(ptr_to_phys(table), DEVICE_TREE_HEADER);
}

/* The loader could not do more. */
static void take_tree_back(const void *others)
{
    fake_configuration_list(&fake_tree_kind.guid, others);
}

const struct fake_configuration_kind fake_tree_kind = {
    .guid = EFI_DTB_TABLE_GUID, .is_vital = true, .fits = tree_fits, .stuck = take_tree_back};

/* ---- all of it ---- */

void fake_tables_start(void)
{
    static const EFI_GUID acpi = EFI_ACPI_20_TABLE_GUID, smbios = SMBIOS3_TABLE_GUID;
    const struct bytes *device_tree = &fake_setup()->device_tree;

    (void)fake_memory_open(RECLAIM, 0x20000);
    (void)fake_memory_open(FACS, 64);
    make_acpi();
    make_smbios();
    if (!fake_has(FAKE_QUIRK_NO_TABLES)) {
        fake_configuration_list(&acpi, (void *)(uintptr_t)RSDP);
        fake_configuration_list(&smbios, (void *)(uintptr_t)SMBIOS3);
    }
    if (device_tree->size > 0) {
        memcpy(fake_memory_open(FAKE_TREE, FAKE_PAGE / 2), device_tree->data, device_tree->size);
        fake_configuration_list(&fake_tree_kind.guid, (void *)(uintptr_t)FAKE_TREE);
    }
}
