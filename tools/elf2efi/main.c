/* SPDX-License-Identifier: BSD-2-Clause */
/* elf2efi: makes an EFI application of a static-PIE ELF file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"

static const char usage[] = "Usage: elf2efi IN.elf OUT.efi [SBAT.csv]\n"
                            "\n"
                            "Makes a PE32+ EFI application of a static-PIE ELF64 file that was linked with\n"
                            "loader/loader.lds. Each loadable segment becomes a section, but for the one with the\n"
                            "dynamic table; relocations go into .reloc, and SBAT.csv, which says by what names\n"
                            "the program can be revoked, into .sbat. The same input gives the same bytes.\n";

/* Says what the system said about `path`. */
static bool complain(const char *path)
{
    (void)fprintf(stderr, "elf2efi: %s: %s\n", path, strerror(errno)); /* nothing is left to do if it fails */
    return false;
}

/* The caller frees `ret_file->data`. */
static bool read_stream(FILE *stream, struct bytes *ret_file)
{
    uint8_t *data = NULL;
    size_t size = 0, room = 0;

    do {
        if (size == room) {
            uint8_t *larger = realloc(data, room = room ? 2 * room : 65536);

            if (!larger) {
                free(data);
                return false;
            }
            data = larger;
        }
        size += fread(data + size, 1, room - size, stream);
    } while (!feof(stream) && !ferror(stream));
    if (ferror(stream)) {
        free(data);
        return false;
    }
    *ret_file = (struct bytes){data, size};
    return true;
}

static bool read_file(const char *path, struct bytes *ret_file)
{
    FILE *stream = fopen(path, "rb");
    bool good = stream && read_stream(stream, ret_file);

    if (!good)
        (void)complain(path); /* before fclose, which may change errno */
    if (stream)
        (void)fclose(stream); /* it was only read from */
    return good;
}

static bool write_file(const char *path, struct bytes file)
{
    FILE *stream = fopen(path, "wb");
    bool good;

    if (!stream)
        return complain(path);
    good = fwrite(file.data, 1, file.size, stream) == file.size;
    good = fclose(stream) == 0 && good;
    return good || complain(path);
}

/* Converts with as much scratch room as it takes. */
static bool convert(const struct convert_input *input, const char *output)
{
    struct error error = {""};
    enum status status = STATUS_NEED_ROOM;
    bool good = false;

    for (size_t size = 4 * input->elf.size + 65536; status == STATUS_NEED_ROOM; size *= 2) {
        struct arena arena = {malloc(size), size, 0};
        struct bytes efi;

        if (!arena.base)
            return complain(input->name);
        status = convert_elf(input, &arena, &efi, &error);
        if (status == STATUS_OK)
            good = write_file(output, efi);
        free(arena.base);
    }
    if (status != STATUS_OK)
        (void)fprintf(stderr, "elf2efi: %s\n", error.text); /* nothing is left to do if it fails */
    return good;
}

int main(int count, char **arguments)
{
    struct convert_input input = {0};
    bool good;

    if (count == 2 && (strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "-h") == 0))
        return fputs(usage, stdout) == EOF ? EXIT_FAILURE : EXIT_SUCCESS;
    for (int i = 1; i < count; i++) {
        if (arguments[i][0] == '-') {
            (void)fprintf(stderr, "elf2efi: unknown option %s; try elf2efi --help\n", arguments[i]);
            return EXIT_FAILURE;
        }
    }
    if (count < 3 || count > 4) {
        (void)fprintf(stderr, "elf2efi: wants two files or three: an ELF file, the EFI file to write, SBAT lines\n%s",
                      usage);
        return EXIT_FAILURE;
    }
    input.name = arguments[1];
    good = read_file(arguments[1], &input.elf) && (count == 3 || read_file(arguments[3], &input.sbat)) &&
           convert(&input, arguments[2]);
    free((void *)input.elf.data); /* read_file's */
    free((void *)input.sbat.data);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
