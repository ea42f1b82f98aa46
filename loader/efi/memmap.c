/* SPDX-License-Identifier: BSD-2-Clause */
#include "memmap.h"

#include "console.h"
#include "format.h"
#include "map.h"
#include "phys.h"

#define LINE_SIZE   128 /* a row has 76, which fits into the menu, too */
#define OTHER_LINES 2   /* above and below the descriptors */

static size_t write_row(const struct efi_map *map, size_t index, char *line)
{
    const struct efi_descriptor *descriptor = efi_map_at(map, index);
    char type[20];

    (void)format_text(type, sizeof(type), "type 0x%x", descriptor->type);
    return format_text(line, LINE_SIZE, "%-19s %11llx %7llx %8llu %16llx %10llx\n",
                       efi_type_is_known(descriptor->type) ? efi_type_name(descriptor->type) : type,
                       (unsigned long long)descriptor->physical, (unsigned long long)descriptor->virtual_address,
                       (unsigned long long)descriptor->pages, (unsigned long long)descriptor->attributes,
                       (unsigned long long)ptr_to_phys(map->bytes.data + index * map->descriptor_size));
}

/* `room` has LINE_SIZE bytes for each line, which none is longer than: numbers have 20 digits at the most. */
static size_t write_map(const struct efi_map *map, char *room)
{
    size_t count = efi_map_count(map);
    size_t used = format_text(room, LINE_SIZE, "%-19s %11s %7s %8s %16s %10s\n", "Type", "Physical", "Virtual", "Pages",
                              "Attributes", "Descriptor");

    for (size_t i = 0; i < count; i++)
        used += write_row(map, i, room + used);
    return used + format_text(room + used, LINE_SIZE, "%zu descriptors of %zu bytes, version %u\n", count,
                              map->descriptor_size, map->descriptor_version);
}

enum status memmap_write(struct ledger *ledger, struct text *ret_text, struct error *error)
{
    struct fetched_map fetched;
    void *room = NULL;
    enum status status = map_fetch(ledger, &fetched, error);

    if (status == STATUS_OK)
        status = ledger_memory(ledger, (efi_map_count(&fetched.map) + OTHER_LINES) * LINE_SIZE, &room, error);
    if (status == STATUS_OK)
        *ret_text = (struct text){room, write_map(&fetched.map, room)};
    return status;
}

enum status memmap_command(const struct firmware *firmware, struct error *error)
{
    struct console console;
    struct ledger ledger;
    struct text text;
    enum status status;

    console_start(&console, firmware);
    ledger_start(&ledger, firmware);
    status = memmap_write(&ledger, &text, error);
    if (status == STATUS_OK)
        console_print(&console, text);
    ledger_undo(&ledger, 0);
    return status;
}
