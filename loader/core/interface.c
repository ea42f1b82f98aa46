/* SPDX-License-Identifier: BSD-2-Clause */
#include "interface.h"

#include "checked.h"
#include "device_path.h"
#include "format.h"
#include "memory.h"
#include "utf.h"

#define VENDOR_UNITS 100
#define SECOND       1000000ULL /* microseconds */

static size_t length_of(const uint16_t *units, size_t most)
{
    size_t length = 0;

    while (length < most && units[length] != 0)
        length++;
    return length;
}

static bool has_controls(const uint16_t *units, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (units[i] < ' ' || units[i] == 0x7f)
            return true;
    }
    return false;
}

bool interface_read_id(struct bytes value, char ret_id[INTERFACE_TEXT_SIZE])
{
    uint16_t units[INTERFACE_UNITS];
    size_t length;

    if (value.size == 0 || value.size % 2 != 0 || value.size > sizeof(units))
        return false;
    memcpy(units, value.data, value.size);
    length = length_of(units, value.size / 2);
    if (length == 0 || length == INTERFACE_UNITS || has_controls(units, length))
        return false;
    (void)utf8_from_utf16(ret_id, INTERFACE_TEXT_SIZE, units, length);
    return true;
}

bool interface_parse_timeout(struct text text, struct interface_timeout *ret_timeout)
{
    static const char *const words[] = {
        [INTERFACE_MENU_FORCED] = "menu-force",
        [INTERFACE_MENU_HIDDEN] = "menu-hidden",
        [INTERFACE_MENU_DISABLED] = "menu-disabled",
    };
    struct interface_timeout timeout = {INTERFACE_MENU_TIMED, 0};
    uint64_t seconds;

    for (size_t i = INTERFACE_MENU_FORCED; i <= INTERFACE_MENU_DISABLED; i++) {
        if (text_is(text, words[i]))
            timeout.menu = (enum interface_menu)i;
    }
    if (timeout.menu == INTERFACE_MENU_TIMED) {
        if (text_starts_with(text, "0x") || text_starts_with(text, "0X") || !text_number(text, false, &seconds))
            return false;
        if (seconds == 0)
            timeout.menu = INTERFACE_MENU_HIDDEN;
        else if (seconds >= UINT32_MAX)
            timeout.menu = INTERFACE_MENU_FORCED;
        else
            timeout.seconds = (uint32_t)seconds;
    }
    *ret_timeout = timeout;
    return true;
}

bool interface_read_timeout(struct bytes value, bool one_shot, struct interface_timeout *ret_timeout)
{
    char text[INTERFACE_TEXT_SIZE];

    if (!interface_read_id(value, text) || !interface_parse_timeout(text_of(text), ret_timeout))
        return false;
    if (one_shot && ret_timeout->menu != INTERFACE_MENU_TIMED)
        ret_timeout->menu = INTERFACE_MENU_FORCED;
    return true;
}

bool interface_list_add(struct interface_list *list, const char *id)
{
    struct text text = text_of(id);
    size_t room = list->size - list->used;

    /* A byte makes one unit at the most. */
    if (text.length == 0 || room < 2 || text.length > room - 2)
        return false;
    (void)utf16_from_utf8(list->units + list->used, room, text);
    list->used += length_of(list->units + list->used, room) + 1;
    return true;
}

bool interface_write_time(uint64_t counter, uint64_t frequency, char ret_text[INTERFACE_TEXT_SIZE])
{
    uint64_t time, rest;

    if (frequency == 0 || !checked_multiply(counter / frequency, SECOND, &time))
        return false;
    /* Where the product does not fit, the frequency is far above 1 MHz, and leaving its last digits out is no loss. */
    if (checked_multiply(counter % frequency, SECOND, &rest))
        rest /= frequency;
    else
        rest = counter % frequency / (frequency / SECOND);
    if (!checked_add(time, rest, &time))
        return false;
    (void)format_text(ret_text, INTERFACE_TEXT_SIZE, "%llu", (unsigned long long)time);
    return true;
}

/* A path that grows by the units of one node after the other. */
struct path {
    uint16_t units[INTERFACE_UNITS];
    size_t length;
};

static bool add_unit(struct path *path, uint64_t unit)
{
    if (path->length == INTERFACE_UNITS - 1)
        return false;
    path->units[path->length++] = (uint16_t)unit;
    return true;
}

/* One backslash stands before each node's part, whether the nodes have none, one or two there. */
static bool add_node(struct path *path, struct bytes node)
{
    uint64_t unit;

    for (size_t i = DEVICE_NODE_HEADER; bytes_number(node, i, 2, &unit) && unit != 0; i += 2) {
        bool is_first = i == DEVICE_NODE_HEADER, follows = path->length > 0 && path->units[path->length - 1] == '\\';

        if (is_first && !follows && unit != '\\' && !add_unit(path, '\\'))
            return false;
        if (!(is_first && follows && unit == '\\') && !add_unit(path, unit))
            return false;
    }
    return true;
}

bool interface_write_image(struct bytes path, char ret_text[INTERFACE_TEXT_SIZE])
{
    struct path file = {.length = 0};
    struct device_node node;

    for (uint64_t offset = 0;; offset += node.bytes.size) {
        if (!device_path_node(path, offset, &node))
            return false;
        if (device_node_is_end(&node))
            break;
        if (node.kind == DEVICE_NODE_FILE && !add_node(&file, node.bytes))
            return false;
    }
    if (file.length == 0)
        return false;
    (void)utf8_from_utf16(ret_text, INTERFACE_TEXT_SIZE, file.units, file.length);
    return true;
}

void interface_write_firmware(const uint16_t *vendor, uint32_t revision, char text[INTERFACE_TEXT_SIZE])
{
    char name[3 * VENDOR_UNITS + 1] = "unknown";

    if (vendor)
        (void)utf8_from_utf16(name, sizeof(name), vendor, length_of(vendor, VENDOR_UNITS));
    (void)format_text(text, INTERFACE_TEXT_SIZE, "%s %u.%02u", name, revision >> 16, revision & 0xffff);
}

void interface_write_firmware_type(uint32_t revision, char text[INTERFACE_TEXT_SIZE])
{
    (void)format_text(text, INTERFACE_TEXT_SIZE, "UEFI %u.%02u", revision >> 16, revision & 0xffff);
}

bool interface_write_count_path(const char *path, char ret_text[INTERFACE_TEXT_SIZE])
{
    size_t length = text_length(path);

    if (length >= INTERFACE_UNITS)
        return false;
    for (size_t i = 0; i <= length; i++)
        ret_text[i] = (char)(path[i] == '/' ? '\\' : path[i]);
    return true;
}

/* The first three groups are numbers, and so little-endian. */
void interface_write_guid(const uint8_t guid[16], char text[INTERFACE_TEXT_SIZE])
{
    static const uint8_t order[] = {3, 2, 1, 0, '-', 5, 4, '-', 7, 6, '-', 8, 9, '-', 10, 11, 12, 13, 14, 15};
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < sizeof(order); i++) {
        if (order[i] == '-') {
            *text++ = '-';
        } else {
            *text++ = digits[guid[order[i]] >> 4];
            *text++ = digits[guid[order[i]] & 15];
        }
    }
    *text = '\0';
}
