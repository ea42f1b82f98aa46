/* SPDX-License-Identifier: BSD-2-Clause */
#include "loader_case.h"

#include <string.h>

#include "elf.h"
#include "fuzz.h"
#include "put.h"
#include "scenarios.h"

#define FILE_MOST    0x8000U /* bytes of a file that is made longer, or added */
#define TEXT_MOST    1000U
#define LARGEST      (8ULL << 20) /* bytes in one piece: what is larger costs time and shows nothing new */
#define GROWTH_MOST  400
#define HOLES_MOST   100
#define OPTIONS_MOST 512U
#define CHANGES_MOST 64
#define HEADERS      12
#define CALLS        0x80   /* a change from here on is a call that fails */
#define DYNAMIC      0x4020 /* where a made kernel has its dynamic section */

static const char *const paths[] = {
    "/kernel.elf",
    "/os.elf",
    "/flat.bin",
    "/boot/kernel",
    "/m/one.img",
    "/loader/loader.conf",
    "/loader/entries/a.conf",
    "/loader/entries/b+2-1.conf",
    "/loader/entries/c.conf",
    "/loader/entries/d.CONF",
    "/loader/entries",
    "/loader",
    "/EFI/Linux/a.efi",
    "/EFI/Linux/B.EFI",
    "/linux/vmlinuz",
    "/tool.efi",
    "/one.img",
    "/two.img",
};

/* What a kernel's bytes of weight are near, as made ones have them: headers, dynamic section, note, relocations. */
static const uint16_t landmarks[] = {0, 0x40, 0x78, 0xb0, 0xe8, 0x120, 0x3040, 0x3100, 0x4010, 0x4020, 0x4110};

static struct fake_file *choose_file(struct input *input, struct fake_setup *setup)
{
    uint64_t number = input_number(input, 1);

    return setup->file_count > 0 ? &setup->files[number % setup->file_count] : NULL;
}

/* A file's bytes as a copy that can be written to, of another size if asked for. */
static uint8_t *own(struct fake_file *file, size_t size)
{
    uint8_t *copy = fuzz_room(size);
    size_t kept = file->bytes.size < size ? file->bytes.size : size;

    if (kept > 0)
        memcpy(copy, file->bytes.data, kept);
    memset(copy + kept, 0, size - kept);
    file->bytes = (struct bytes){copy, size};
    if (file->missing > size)
        file->missing = size;
    return copy;
}

static void add_file(struct loader_case *one, const char *path, struct bytes bytes)
{
    if (one->setup.file_count < FAKE_FILES)
        one->setup.files[one->setup.file_count++] = (struct fake_file){.path = path, .bytes = bytes};
}

/* One of the usual paths, or any. */
static const char *make_path(struct input *input)
{
    uint64_t how = input_number(input, 1);
    char *path;

    if (how < 0xc0)
        return paths[how % COUNT(paths)];
    path = input_string(input, 300);
    return path[0] == '/' ? path : "/x";
}

/* ---- the changes ---- */

/* This call fails, by its distance from the last one that does. */
static void fail_call(struct input *input, struct loader_case *one, uint64_t distance)
{
    one->place += 1 + distance;
    if (one->place <= LOADER_CASE_CALLS)
        one->failures[one->place - 1] = (uint8_t)(1 + input_below(input, 16));
}

static void fail_from(struct input *input, struct loader_case *one)
{
    one->injection.call = 1 + (unsigned)input_number(input, 1);
    one->injection.status = (unsigned)input_below(input, 16);
    one->injection.lasting = (enum fake_lasting)input_below(input, FAKE_LASTING_COUNT);
}

static void overwrite(struct input *input, struct loader_case *one)
{
    struct fake_file *file = choose_file(input, &one->setup);
    uint64_t how = input_number(input, 1), offset = input_number(input, 2);
    struct bytes bytes = input_bytes(input, 1 + how % 16);

    if (!file || offset >= file->bytes.size)
        return;
    memcpy(own(file, file->bytes.size) + offset, bytes.data,
           bytes.size < file->bytes.size - offset ? bytes.size : file->bytes.size - (size_t)offset);
}

static uint64_t number_at(const struct fake_file *file, uint64_t offset, size_t width)
{
    return file ? bytes_number_or_zero(file->bytes, offset, width) : 0;
}

static uint64_t header_at(uint64_t index)
{
    return ELF_HEADER_SIZE + index * ELF_PROGRAM_HEADER_SIZE;
}

/* A number in what says how a kernel is loaded; often the address of a byte of its own. */
static void set_number(struct input *input, struct loader_case *one)
{
    struct fake_file *file = choose_file(input, &one->setup);
    uint64_t landmark = landmarks[input_below(input, COUNT(landmarks))], how = input_number(input, 1);
    uint64_t offset = landmark + how % 32 * 4;
    uint64_t value = how & 0x80 ? number_at(file, header_at(0) + 16, 8) + input_number(input, 2) : input_wide(input);
    unsigned width = how & 0x40 ? 8 : how & 0x20 ? 4 : 2;

    if (file && offset + width <= file->bytes.size)
        put_number(own(file, file->bytes.size) + offset, width, value);
}

/* A program header like another one. */
static void set_header(struct input *input, struct loader_case *one)
{
    static const uint32_t kinds[] = {ELF_SEGMENT_LOAD, ELF_SEGMENT_DYNAMIC, ELF_SEGMENT_INTERP, ELF_SEGMENT_NOTE,
                                     ELF_SEGMENT_RELRO};
    struct fake_file *file = choose_file(input, &one->setup);
    uint64_t how = input_number(input, 1), places = input_number(input, 1);
    uint64_t shift = input_number(input, 2), size = input_number(input, 2);
    uint64_t index = places % HEADERS, model = header_at(places / HEADERS % HEADERS);
    uint8_t *bytes, *header;

    if (!file || file->bytes.size < header_at(HEADERS))
        return;
    bytes = own(file, file->bytes.size);
    header = bytes + header_at(index);
    memmove(header, bytes + model, ELF_PROGRAM_HEADER_SIZE);
    put_number(header, 4, kinds[how % COUNT(kinds)]);
    if (how & 0x80)
        put_number(header + 4, 4, how >> 4 & 7);
    put_number(header + 8, 8, number_at(file, header_at(index) + 8, 8) + shift);
    put_number(header + 16, 8, number_at(file, header_at(index) + 16, 8) + shift);
    if (size != 0) {
        put_number(header + 32, 8, how & 8 ? 0 : size);
        put_number(header + 40, 8, size);
    }
    if (index >= number_at(file, 56, 2))
        put_number(bytes + 56, 2, index + 1);
}

/* An entry of a made kernel's dynamic section. */
static void set_tag(struct input *input, struct loader_case *one)
{
    static const uint32_t tags[] = {0, 7, 8, 9, 23, 2, 20, 36, 35, 37, 30, 0x6ffffffb, 1, 18, 22, 5};
    struct fake_file *file = choose_file(input, &one->setup);
    uint64_t how = input_number(input, 1), value = input_number(input, 2), offset = DYNAMIC + (how >> 4) % 8 * 16;
    uint8_t *bytes;

    if (how & 0x80)
        value += number_at(file, header_at(0) + 16, 8);
    else if (tags[how % COUNT(tags)] == 0x6ffffffb)
        value <<= 16;
    if (!file || offset + 16 > file->bytes.size)
        return;
    bytes = own(file, file->bytes.size) + offset;
    put_number(bytes, 8, tags[how % COUNT(tags)]);
    put_number(bytes + 8, 8, value);
}

static void resize(struct input *input, struct loader_case *one)
{
    struct fake_file *file = choose_file(input, &one->setup);
    size_t size = (size_t)input_number(input, 2) % FILE_MOST;

    if (file)
        (void)own(file, size);
}

/* What the firmware says of its size is not so, or it cannot be read everywhere. */
static void damage(struct input *input, struct loader_case *one)
{
    struct fake_file *file = choose_file(input, &one->setup);
    uint64_t how = input_number(input, 1), place = input_number(input, 2);

    if (!file)
        return;
    if (how & 1)
        file->bad = place;
    else
        file->missing = place <= file->bytes.size ? place : file->bytes.size;
}

static void write_text(struct input *input, struct loader_case *one)
{
    struct fake_file *file = choose_file(input, &one->setup);
    const char *text = input_string(input, TEXT_MOST);

    if (file)
        file->bytes = (struct bytes){(const uint8_t *)text, strlen(text)};
}

/* At the end of a file, a line. */
static void add_line(struct input *input, struct loader_case *one)
{
    static const char *const keys[] = {"kernel ",      "linux ",        "module ",       "options ", "load-address ",
                                       "memory-size ", "entry-offset ", "log-level ",    "video ",   "kaslr ",
                                       "default ",     "version ",      "architecture ", "efi ",     "initrd "};
    struct fake_file *file = choose_file(input, &one->setup);
    uint64_t how = input_number(input, 1);
    const char *key = keys[how % COUNT(keys)];
    const char *value = how & 0x80 ? paths[input_below(input, COUNT(paths))] : input_string(input, 40);
    size_t size = file ? file->bytes.size : 0;
    uint8_t *bytes;

    if (!file || size > FILE_MOST)
        return;
    bytes = own(file, size + strlen(key) + strlen(value) + 1) + size;
    memcpy(bytes, key, strlen(key));
    memcpy(bytes + strlen(key), value, strlen(value));
    bytes[strlen(key) + strlen(value)] = '\n';
}

static void add_any(struct input *input, struct loader_case *one)
{
    const char *path = make_path(input);
    uint64_t how = input_number(input, 1);

    if (how & 1) {
        const struct fake_file *file = choose_file(input, &one->setup);

        add_file(one, path, file ? file->bytes : (struct bytes){(const uint8_t *)"", 0});
    } else {
        add_file(one, path, input_bytes(input, (size_t)(how >> 1)));
    }
}

static void rename_file(struct input *input, struct loader_case *one)
{
    struct fake_file *file = choose_file(input, &one->setup);
    const char *path = make_path(input);

    if (file)
        file->path = path;
}

static void remove_file(struct input *input, struct loader_case *one)
{
    struct fake_file *file = choose_file(input, &one->setup);

    if (file)
        *file = one->setup.files[--one->setup.file_count];
}

static void set_quirk(struct input *input, struct loader_case *one)
{
    one->setup.quirks ^= 1ULL << input_below(input, FAKE_QUIRK_COUNT);
}

static void set_machine(struct input *input, struct loader_case *one)
{
    struct fake_setup *setup = &one->setup;
    uint64_t how = input_number(input, 2);

    if (setup->processor == FAKE_X86_64)
        setup->levels = how & 1 ? 5 : 4;
    setup->small_pages = (how & 2) != 0;
    setup->frequency_unknown = (how & 4) != 0;
    setup->no_processor_random = (how & 8) != 0;
    setup->no_execute_broken = (how & 0x70) == 0x70;
    setup->confidential = (how & 0x380) == 0x380;
    setup->keys = how >> 10 & 3;
    setup->keyboard = (enum fake_keyboard)((how >> 4 & 7) % FAKE_KEYBOARD_COUNT);
    setup->stale_exits = how >> 12 == 15 ? 100 : (unsigned)(how >> 12);
    setup->growth = (unsigned)input_below(input, GROWTH_MOST);
    setup->holes = (unsigned)input_below(input, HOLES_MOST);
}

/* Memory of another type where the usual machine has free memory. */
static void claim(struct input *input, struct loader_case *one)
{
    static const uint64_t bases[] = {0, 0x100000, 0x200000, 0x2000000, 48 << 20, 0x3bff0000, 0x3e3f0000, 0x100000000};
    uint64_t how = input_number(input, 1), page = input_number(input, 2), size = input_number(input, 2);
    uint64_t type = input_number(input, 1);

    if (one->setup.claim_count == FAKE_CLAIMS)
        return;
    one->setup.claims[one->setup.claim_count++] = (struct fake_claim){
        .base = bases[how % COUNT(bases)] + page * FAKE_PAGE,
        .size = size * FAKE_PAGE,
        .type = type < 0xf0 ? (uint32_t)type % 17 : 0x70000000U + (uint32_t)type,
        .attributes = how & 0x80 ? input_wide(input) : 0xf,
    };
}

static void set_options(struct input *input, struct loader_case *one)
{
    struct fake_setup *setup = &one->setup;
    uint64_t how = input_number(input, 1);

    if (how & 1) {
        setup->shell[how >> 1 & 3] = input_string(input, 60);
    } else {
        struct bytes bytes = input_bytes(input, (size_t)input_number(input, 2) % OPTIONS_MOST);

        setup->options = bytes.data;
        setup->options_size = (uint32_t)bytes.size;
    }
}

/* What an image does that is started, and what the firmware does with it. */
static void set_program(struct input *input, struct loader_case *one)
{
    static const EFI_STATUS statuses[] = {EFI_SUCCESS,   EFI_SECURITY_VIOLATION, EFI_UNSUPPORTED, EFI_ACCESS_DENIED,
                                          EFI_NOT_FOUND, EFI_INVALID_PARAMETER,  EFI_LOAD_ERROR,  EFI_TIMEOUT};
    uint64_t how = input_number(input, 1), which = input_number(input, 1);
    EFI_STATUS status = statuses[which % COUNT(statuses)];

    one->setup.program = (struct fake_program){
        .comes_back = how & 1,
        .talks = how & 2,
        .is_driver = how & 4,
        .other_initrd = how & 8,
        .status = which >> 4 == 0 ? status : EFI_SUCCESS,
        .load_status = which >> 4 == 1 ? status : EFI_SUCCESS,
        .start_status = which >> 4 == 2 ? status : EFI_SUCCESS,
    };
}

/* What an operating system has said: one of the entries, or anything. */
static void set_variable(struct input *input, struct loader_case *one)
{
    static const char *const names[] = {"LoaderEntryOneShot",  "LoaderEntryDefault",         "LoaderEntryLastBooted",
                                        "LoaderConfigTimeout", "LoaderConfigTimeoutOneShot", "LoaderInfo"};
    static const char *const values[] = {"a.conf", "b*", "@saved", "c.conf", "menu-force", "5", "a.efi", "tool.efi"};
    uint64_t how = input_number(input, 1), which = input_number(input, 1);
    const char *text = which & 0x40 ? input_string(input, 40) : values[which % COUNT(values)];
    size_t length = strlen(text) + 1;
    uint8_t *wide = fuzz_room(2 * length);

    memset(wide, 0, 2 * length);
    for (size_t i = 0; i < length; i++)
        wide[2 * i] = (uint8_t)text[i];
    if (one->setup.variable_count < FAKE_VARIABLES)
        one->setup.variables[one->setup.variable_count++] = (struct fake_variable){
            .name = names[how % COUNT(names)],
            .value = which & 0x80 ? input_bytes(input, (size_t)input_number(input, 2) % 1000)
                                  : (struct bytes){wide, 2 * length},
        };
    if (how & 0x80)
        one->setup.variable_space = (size_t)(1 + how % 32 * 20);
}

/* seeds.py knows them by their numbers. */
static void (*const changes[])(struct input *, struct loader_case *) = {
    fail_from,   overwrite, set_number,  resize, damage,      write_text, add_line, add_any,     rename_file,
    remove_file, set_quirk, set_machine, claim,  set_options, set_header, set_tag,  set_program, set_variable,
};

void loader_case_make(struct input *input, struct loader_case *ret_case)
{
    struct scenario *all;
    size_t number = (size_t)input_below(input, scenarios_usual() + 1);

    (void)scenarios(&all);
    memset(ret_case, 0, sizeof(*ret_case));
    /* The verdict reads what was booted off the boot volume alone. */
    if (number > 0 && !all[number - 1].setup.second.is_there)
        ret_case->setup = all[number - 1].setup;
    if (ret_case->setup.typed && strchr(ret_case->setup.typed, 'e'))
        ret_case->setup.typed = NULL; /* a command line that is edited is not the entry's */
    for (unsigned i = 0; i < CHANGES_MOST && input->size > 0; i++) {
        uint64_t kind = input_number(input, 1);

        if (kind >= CALLS)
            fail_call(input, ret_case, kind - CALLS);
        else
            changes[kind % COUNT(changes)](input, ret_case);
    }
    ret_case->setup.by_chance = true;
    ret_case->setup.largest = LARGEST;
    ret_case->injection.listed = (struct bytes){ret_case->failures, sizeof(ret_case->failures)};
}
