/* SPDX-License-Identifier: BSD-2-Clause */
#include "symbols.h"

#include <baton/baton.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "architecture.h"
#include "checked.h"
#include "elf.h"
#include "host_tools.h"
#include "process.h"

#define KERNEL      " kernel + 0x"
#define LONGEST_HEX 16
#define OUTPUT_MOST (1U << 20)
#define TOOL_MS     60000

/* ---- the report ---- */

/* The hexadecimal digits that end before `end`, behind "0x"; false when there are none. */
static bool number_before(const char *start, const char *end, uint64_t *ret_number)
{
    const char *digits = end;

    while (digits > start && end - digits < LONGEST_HEX && strchr("0123456789abcdef", digits[-1]))
        digits--;
    if (digits == end || digits - start < 2 || digits[-1] != 'x' || digits[-2] != '0')
        return false;
    *ret_number = strtoull(digits, NULL, 16);
    return true;
}

/* The number of the backtrace's frame that the line is about; -1 when it is another line. */
static int frame_of(const char *line)
{
    line += strspn(line, " ");
    return line[0] == '#' && line[1] >= '0' && line[1] <= '9' ? (int)strtol(line + 1, NULL, 10) : -1;
}

/* Whether the address is there already; as a frame of the backtrace it is then known, too. */
static bool is_known(struct symbols_address *addresses, size_t count, const struct symbols_address *wanted)
{
    for (size_t i = 0; i < count; i++) {
        if (addresses[i].offset != wanted->offset || (wanted->is_returned && !addresses[i].is_returned))
            continue;
        if (addresses[i].frame >= 0 && wanted->frame >= 0)
            continue;
        if (wanted->frame >= 0)
            addresses[i].frame = wanted->frame;
        return true;
    }
    return false;
}

/* The addresses of one line, which ends at `end`. */
static size_t find_in_line(const char *line, const char *end, struct symbols_address *addresses, size_t count)
{
    const char *found = line;

    while ((found = strstr(found, KERNEL)) && found < end && count < SYMBOLS_MOST) {
        struct symbols_address address = {.frame = frame_of(line)};
        char *digits_end;

        address.offset = strtoull(found + strlen(KERNEL), &digits_end, 16);
        address.is_returned = address.frame > 0;
        if (number_before(line, found, &address.run) && !is_known(addresses, count, &address))
            addresses[count++] = address;
        found = digits_end > found ? digits_end : found + 1;
    }
    return count;
}

size_t symbols_find(const char *report, struct symbols_address *addresses)
{
    size_t count = 0;

    for (const char *line = report; *line != '\0';) {
        size_t length = strcspn(line, "\n");

        count = find_in_line(line, line + length, addresses, count);
        line += length + (line[length] == '\n');
    }
    return count;
}

/* ---- the kernel's file ---- */

/* The link address of the kernel's first page. */
static enum status find_base(struct pool *pool, const char *kernel, uint64_t *ret_base, struct error *error)
{
    struct bytes head, table = {NULL, 0};
    struct elf_header header;
    struct elf_segment segment;
    uint64_t size, lowest = UINT64_MAX;
    enum status status = host_file_check(kernel, &size, error);

    if (status == STATUS_OK)
        status = host_file_read(pool, kernel, ELF_HEADER_SIZE, &head, error);
    if (status == STATUS_OK)
        status = elf_parse_header(head, size, architecture_elf_machine(head), kernel, &header, error);
    if (status == STATUS_OK)
        status = host_file_read_at(pool, kernel, header.segment_offset,
                                   (size_t)header.segment_count * header.segment_stride, &table, error);
    if (status != STATUS_OK)
        return status;
    for (uint32_t i = 0; elf_read_segment(table, &header, i, &segment); i++) {
        if (segment.kind == ELF_SEGMENT_LOAD && segment.memory_size > 0)
            lowest = min_u64(lowest, segment.address);
    }
    if (lowest == UINT64_MAX)
        return error_set(error, STATUS_INVALID, "%s: has no segment to load", kernel);
    *ret_base = align_down(lowest, BATON_PAGE_SIZE);
    return STATUS_OK;
}

/* The tool that knows functions and lines, and its options so far: for each address one line with it, and then its
 * function, file and line, and those that it was inlined into. */
static enum status find_tool(struct pool *pool, struct list *argv, struct error *error)
{
    const char *tool = NULL;
    struct error other;

    if (host_tool_find(pool, "addr2line", &tool, error) == STATUS_OK) {
        list_add(pool, argv, tool);
    } else if (host_tool_find(pool, "llvm-symbolizer", &tool, &other) == STATUS_OK) {
        list_add(pool, argv, tool);
        list_add(pool, argv, "--output-style=GNU");
    } else {
        return STATUS_NOT_FOUND; /* and the error says what to install */
    }
    list_add(pool, argv, "-afpiC");
    return STATUS_OK;
}

/* Runs the tool; *ret_output is what it says. */
static enum status run_tool(struct pool *pool, const struct scratch *scratch, const struct list *argv,
                            const char **ret_output, struct error *error)
{
    const char *path = pool_format(pool, "%s/symbols", scratch->path);
    int output = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct process process = {0};
    struct bytes bytes;
    enum status status;

    if (output < 0)
        return error_set(error, STATUS_DEVICE, "%s: cannot be made", path);
    status = process_start(argv->items, output, NULL, &process, error);
    (void)close(output); /* the tool has it */
    if (status == STATUS_OK && process_wait(&process, process_now() + TOOL_MS) != PROCESS_ENDED)
        status = error_set(error, STATUS_DEVICE, "%s did not come to its end", argv->items[0]);
    process_end(&process, 0);
    if (status == STATUS_OK)
        status = host_file_read(pool, path, OUTPUT_MOST, &bytes, error);
    if (status == STATUS_OK)
        *ret_output = pool_copy(pool, (const char *)bytes.data, bytes.size);
    return status;
}

static enum status ask(struct pool *pool, const struct scratch *scratch, const char *kernel,
                       const struct symbols_address *addresses, size_t count, const char **ret_output,
                       struct error *error)
{
    struct list argv = {0};
    uint64_t base = 0;
    enum status status = find_base(pool, kernel, &base, error);

    if (status == STATUS_OK)
        status = find_tool(pool, &argv, error);
    if (status != STATUS_OK)
        return status;
    list_add(pool, &argv, "-e");
    list_add(pool, &argv, kernel);
    for (size_t i = 0; i < count; i++)
        list_add(pool, &argv,
                 pool_format(pool, "0x%llx",
                             (unsigned long long)(base + addresses[i].offset - (addresses[i].is_returned ? 1 : 0))));
    return run_tool(pool, scratch, &argv, ret_output, error);
}

/* ---- printing ---- */

/* Takes the part of the output that is about one address: up to the next line that begins with one. Its first line
 * begins behind "0x…: ". */
static const char *take_answer(struct pool *pool, const char **output)
{
    const char *start = *output + strcspn(*output, " \n");
    const char *end = start;

    do {
        end += strcspn(end, "\n");
        end += *end == '\n';
    } while (*end != '\0' && strncmp(end, "0x", 2) != 0);
    *output = end;
    start += *start == ' ';
    return start < end ? pool_copy(pool, start, (size_t)(end - start)) : "";
}

/* "FUNCTION at FILE:LINE"; the tools say ?? for what they do not know. */
static const char *describe_line(struct pool *pool, const char *line)
{
    const char *unknown = strstr(line, " at ??:");

    if (strncmp(line, "??", 2) == 0)
        return "not in a function that this file names";
    if (unknown)
        return pool_format(pool, "%.*s (compile with -g for the line)", (int)(unknown - line), line);
    return line;
}

static void print_answer(struct pool *pool, const struct symbols_address *address, const char *answer, FILE *file)
{
    const char *frame = address->frame >= 0 ? pool_format(pool, "#%d", address->frame) : "";
    bool first = true;

    while (*answer != '\0') {
        int length = (int)strcspn(answer, "\n");
        const char *line = describe_line(pool, pool_copy(pool, answer, (size_t)length));

        if (first)
            (void)fprintf(file, "  %-3s 0x%016llx  %s\n", frame, (unsigned long long)address->run, line);
        else
            (void)fprintf(file, "  %-3s %18s %s\n", "", "", line);
        first = false;
        answer += length + (answer[length] == '\n');
    }
}

void symbols_print(struct pool *pool, const struct scratch *scratch, const char *kernel, const char *report, FILE *file)
{
    struct symbols_address *addresses = pool_take(pool, SYMBOLS_MOST * sizeof(*addresses));
    size_t count = symbols_find(report, addresses);
    const char *output = "";
    struct error error;

    if (count == 0)
        return;
    if (ask(pool, scratch, kernel, addresses, count, &output, &error) != STATUS_OK) {
        (void)fprintf(file, "baton: no functions and lines for the kernel's addresses: %s\n", error.text);
        return;
    }
    (void)fprintf(file, "baton: the kernel's addresses in that report, by %s:\n", kernel);
    for (size_t i = 0; i < count && *output != '\0'; i++)
        print_answer(pool, &addresses[i], take_answer(pool, &output), file);
}
