/* SPDX-License-Identifier: BSD-2-Clause */
#include "memmap.h"

#include "console.h"
#include "format.h"
#include "map.h"
#include "phys.h"

#define LINE_SIZE 128 /* a row fits into 80 columns */

static void print_map(const struct console *console, const struct efi_map *map)
{
    char line[LINE_SIZE], type[20];
    size_t count = efi_map_count(map);

    (void)format_text(line, sizeof(line), "%-19s %12s %8s %9s %16s %10s\n", "Type", "Physical", "Virtual", "Pages",
                      "Attributes", "Descriptor");
    console_print(console, text_of(line));
    for (size_t i = 0; i < count; i++) {
        struct efi_descriptor descriptor = efi_map_read(map, i);

        (void)format_text(type, sizeof(type), "type 0x%x", descriptor.type);
        (void)format_text(line, sizeof(line), "%-19s %12llx %8llx %9llu %16llx %10llx\n",
                          efi_type_is_known(descriptor.type) ? efi_type_name(descriptor.type) : type,
                          (unsigned long long)descriptor.physical, (unsigned long long)descriptor.virtual_address,
                          (unsigned long long)descriptor.pages, (unsigned long long)descriptor.attributes,
                          (unsigned long long)ptr_to_phys(map->bytes.data + i * map->descriptor_size));
        console_print(console, text_of(line));
    }
    (void)format_text(line, sizeof(line), "%zu descriptors of %zu bytes, version %u\n", count, map->descriptor_size,
                      map->descriptor_version);
    console_print(console, text_of(line));
}

enum status memmap_command(const struct firmware *firmware, struct error *error)
{
    struct console console;
    struct ledger ledger;
    struct fetched_map fetched;
    enum status status;

    console_start(&console, firmware);
    ledger_start(&ledger, firmware);
    status = map_fetch(&ledger, &fetched, error);
    if (status == STATUS_OK)
        print_map(&console, &fetched.map);
    ledger_undo(&ledger, 0);
    return status;
}
