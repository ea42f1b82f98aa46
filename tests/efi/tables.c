/* SPDX-License-Identifier: BSD-2-Clause */
/* ACPI's and SMBIOS' tables and a device tree, where and as other firmware has them. */
#include "inject.h"

#include "abi/configuration_table.h"
#include "memory.h"

#define RSDP_1_SIZE       20
#define RSDP_SIZE         36
#define SMBIOS2_SIZE      31
#define SMBIOS3_SIZE      24
#define RESERVATIONS      3    /* runs of conventional memory: the block, a child, a child that is switched off */
#define RESERVATION_PAGES 1024 /* more than the loader needs */
#define TREE_ROOM         EFI_PAGE_SIZE
#define STRINGS           ((const uint8_t *)"#address-cells\0#size-cells\0reg\0status")
#define STRINGS_SIZE      38
#define STRING_ADDRESS    0
#define STRING_SIZE       15
#define STRING_REG        27
#define STRING_STATUS     31

static EFI_PHYSICAL_ADDRESS run = 0xffffffff; /* with what the device tree reserves */

static const EFI_GUID acpi20 = EFI_ACPI_20_TABLE_GUID, acpi10 = ACPI_TABLE_GUID, smbios2 = SMBIOS_TABLE_GUID,
                      smbios3 = SMBIOS3_TABLE_GUID, device_tree = EFI_DTB_TABLE_GUID;

static void *find(const EFI_GUID *guid)
{
    for (UINTN i = 0; i < system_table->NumberOfTableEntries; i++)
        if (memcmp(&system_table->ConfigurationTable[i].VendorGuid, guid, sizeof(*guid)) == 0)
            return system_table->ConfigurationTable[i].VendorTable;
    return NULL;
}

static void install(const EFI_GUID *guid, void *table)
{
    EFI_STATUS status = boot->InstallConfigurationTable(guid, table);

    if (table || status != EFI_NOT_FOUND)
        need(status, "a configuration table cannot be installed");
}

static uint8_t *new_page(EFI_MEMORY_TYPE type)
{
    EFI_PHYSICAL_ADDRESS page = 0xffffffff;

    need(boot->AllocatePages(AllocateMaxAddress, type, 1, &page), "no page for a table");
    memset((void *)(uintptr_t)page, 0, EFI_PAGE_SIZE);
    return (uint8_t *)(uintptr_t)page;
}

static uint8_t *copy_of(const void *table, size_t size, EFI_MEMORY_TYPE type)
{
    uint8_t *page = new_page(type);

    memcpy(page, table, size);
    return page;
}

static uint64_t number(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;

    while (bytes-- > 0)
        value = value << 8 | at[bytes];
    return value;
}

/* Makes the sum of `size` bytes zero by the one at `at`. */
static void make_sum(uint8_t *bytes, size_t size, size_t at)
{
    bytes[at] = 0;
    for (size_t i = 0; i < size; i++)
        if (i != at)
            bytes[at] = (uint8_t)(bytes[at] - bytes[i]);
}

static void set_number(uint8_t *at, unsigned bytes, uint64_t value)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

/* Root pointer and XSDT in a reserved page each. */
static void move_acpi(const uint8_t *rsdp)
{
    const uint8_t *xsdt = (const uint8_t *)(uintptr_t)number(rsdp + 24, 8);
    uint8_t *new_rsdp = copy_of(rsdp, RSDP_SIZE, EfiReservedMemoryType);
    uint8_t *new_xsdt = copy_of(xsdt, number(xsdt + 4, 4), EfiReservedMemoryType);

    set_number(new_rsdp + 24, 8, (uintptr_t)new_xsdt);
    make_sum(new_rsdp, RSDP_1_SIZE, 8);
    make_sum(new_rsdp, RSDP_SIZE, 32);
    install(&acpi20, new_rsdp);
    say("moved rsdp=%#llx xsdt=%#llx", (unsigned long long)(uintptr_t)new_rsdp,
        (unsigned long long)(uintptr_t)new_xsdt);
}

/* An RSDT of what the XSDT has, and a root pointer of revision 0 to it. */
static uint8_t *old_acpi(const uint8_t *rsdp)
{
    const uint8_t *xsdt = (const uint8_t *)(uintptr_t)number(rsdp + 24, 8);
    uint8_t *new_rsdp = copy_of(rsdp, RSDP_1_SIZE, EfiACPIReclaimMemory);
    uint8_t *rsdt = copy_of(xsdt, 36, EfiACPIReclaimMemory);
    size_t count = (size_t)((number(xsdt + 4, 4) - 36) / 8);

    for (size_t i = 0; i < count; i++)
        set_number(rsdt + 36 + 4 * i, 4, number(xsdt + 36 + 8 * i, 8));
    memcpy(rsdt, "RSDT", 4);
    set_number(rsdt + 4, 4, 36 + 4 * count);
    make_sum(rsdt, 36 + 4 * count, 9);
    new_rsdp[15] = 0;
    set_number(new_rsdp + 16, 4, (uintptr_t)rsdt);
    make_sum(new_rsdp, RSDP_1_SIZE, 8);
    return new_rsdp;
}

static uint8_t *damaged(const void *table, size_t size)
{
    uint8_t *copy = copy_of(table, size, EfiACPIReclaimMemory);

    copy[size - 1] ^= 1;
    return copy;
}

static void spoil_acpi(void)
{
    const uint8_t *rsdp = find(&acpi20);

    if (!rsdp || number(rsdp + 24, 8) == 0)
        give_up("the firmware has no XSDT");
    if (settings.acpi == 1)
        move_acpi(rsdp);
    if (settings.acpi == 2 || settings.acpi == 4)
        install(&acpi20, damaged(rsdp, RSDP_SIZE));
    if (settings.acpi == 3 || settings.acpi == 5)
        install(&acpi20, NULL);
    install(&acpi10, settings.acpi == 3 || settings.acpi == 4 ? old_acpi(rsdp) : NULL);
}

/* smbios 1: both entry points have wrong checksums. 2: that of the 32-bit one only. 3: that of the 64-bit one only.
 * Firmware that has one of them gets the other, without a structure more. */
static void spoil_smbios(void)
{
    uint8_t *two = find(&smbios2), *three = find(&smbios3);

    if (!two && !three)
        give_up("the firmware has no SMBIOS");
    if (!three) {
        three = new_page(EfiACPIReclaimMemory);
        memcpy(three, "_SM3_\0\x18\x03", 8);
        set_number(three + 12, 4, number(two + 22, 2));
        set_number(three + 16, 8, number(two + 24, 4));
        make_sum(three, SMBIOS3_SIZE, 5);
    }
    if (!two) {
        two = new_page(EfiACPIReclaimMemory);
        memcpy(two, "_SM_\0\x1f\x03\0", 8);
        memcpy(two + 16, "_DMI_", 5);
        set_number(two + 22, 2, number(three + 12, 4));
        set_number(two + 24, 4, number(three + 16, 8));
        make_sum(two + 16, SMBIOS2_SIZE - 16, 5);
        make_sum(two, SMBIOS2_SIZE, 4);
    }
    install(&smbios2, settings.smbios == 3 ? two : damaged(two, SMBIOS2_SIZE));
    install(&smbios3, settings.smbios == 2 ? three : damaged(three, SMBIOS3_SIZE));
}

/* ---- a device tree (Devicetree Specification 0.4, chapter 5) ---- */

struct tree {
    uint8_t *bytes;
    size_t size;
};

static void put(struct tree *tree, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        tree->bytes[tree->size++] = (uint8_t)(value >> (24 - 8 * i));
}

static void put_64(struct tree *tree, uint64_t value)
{
    put(tree, (uint32_t)(value >> 32));
    put(tree, (uint32_t)value);
}

static void put_bytes(struct tree *tree, const void *bytes, size_t size)
{
    memcpy(tree->bytes + tree->size, bytes, size);
    tree->size += (size + 3) & ~(size_t)3;
}

static void begin_node(struct tree *tree, const char *name, size_t size)
{
    put(tree, 1);
    put_bytes(tree, name, size);
}

static void begin_property(struct tree *tree, uint32_t name, uint32_t size)
{
    put(tree, 3);
    put(tree, size);
    put(tree, name);
}

static void put_cells(struct tree *tree)
{
    begin_property(tree, STRING_ADDRESS, 4);
    put(tree, 2);
    begin_property(tree, STRING_SIZE, 4);
    put(tree, 2);
}

static void put_child(struct tree *tree, const char *name, size_t size, uint64_t base, const char *status)
{
    begin_node(tree, name, size);
    begin_property(tree, STRING_REG, 16);
    put_64(tree, base);
    put_64(tree, RESERVATION_PAGES * EFI_PAGE_SIZE);
    begin_property(tree, STRING_STATUS, 5 + (status[0] == 'd' ? 4 : 0));
    put_bytes(tree, status, 5 + (status[0] == 'd' ? 4 : 0));
    put(tree, 2);
}

/* `base`: conventional memory, which stays free: only the tree says that it is not. */
static void make_tree(struct tree *tree, const uint64_t base[RESERVATIONS])
{
    struct tree head = {tree->bytes, 0};
    size_t structure, strings;

    tree->size = 40;
    put_64(tree, base[0] + 0x123); /* part of a page */
    put_64(tree, (RESERVATION_PAGES - 1) * EFI_PAGE_SIZE);
    put_64(tree, 0);
    put_64(tree, 0);
    structure = tree->size;
    begin_node(tree, "", 1);
    put_cells(tree);
    begin_node(tree, "reserved-memory", 16);
    put_cells(tree);
    put_child(tree, "kept@0", 7, base[1], "okay");
    put_child(tree, "off@0", 6, base[2], "disabled");
    put(tree, 2);
    put(tree, 2);
    put(tree, 9);
    strings = tree->size;
    put_bytes(tree, STRINGS, STRINGS_SIZE);
    put(&head, 0xd00dfeed);
    put(&head, (uint32_t)tree->size);
    put(&head, (uint32_t)structure);
    put(&head, (uint32_t)strings);
    put(&head, 40);
    put(&head, 17);
    put(&head, 16);
    put(&head, 0);
    put(&head, STRINGS_SIZE);
    put(&head, (uint32_t)(strings - structure));
}

static uint64_t sum(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0xcbf29ce484222325ULL;

    for (size_t i = 0; i < size; i++)
        value = (value ^ bytes[i]) * 0x100000001b3ULL;
    return value;
}

/* The highest free pages: when they are released, the firmware gives them to whoever asks next. */
static void add_device_tree(void)
{
    struct tree tree = {new_page(EfiBootServicesData), 0};
    uint64_t base[RESERVATIONS];

    need(boot->AllocatePages(AllocateMaxAddress, EfiLoaderData, 2 * RESERVATIONS * RESERVATION_PAGES, &run),
         "no pages to reserve");
    for (unsigned i = 0; i < RESERVATIONS; i++)
        base[i] = run + (2 * (RESERVATIONS - i) - 1) * RESERVATION_PAGES * EFI_PAGE_SIZE;
    make_tree(&tree, base);
    if (settings.device_tree == 2)
        tree.bytes[0] ^= 1;
    install(&device_tree, tree.bytes);
    say("tree at=%#llx size=%#llx sum=%#llx block=%#llx child=%#llx off=%#llx",
        (unsigned long long)(uintptr_t)tree.bytes, (unsigned long long)tree.size,
        (unsigned long long)sum(tree.bytes, tree.size), (unsigned long long)base[0], (unsigned long long)base[1],
        (unsigned long long)base[2]);
}

void tables_spoil(void)
{
    if (settings.acpi)
        spoil_acpi();
    if (settings.smbios)
        spoil_smbios();
    if (settings.device_tree)
        add_device_tree();
}

void tables_release(void)
{
    if (settings.device_tree)
        need(boot->FreePages(run, 2 * RESERVATIONS * RESERVATION_PAGES), "the pages to reserve cannot be freed");
    settings.device_tree = 0;
}
