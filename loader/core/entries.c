/* SPDX-License-Identifier: BSD-2-Clause */
#include "entries.h"

#include "memory.h"

static const char *const usual_kernels[] = {"/boot/kernel.elf", "/kernel.elf", "/kernel.bin", NULL};

bool entries_can_boot(const struct entry *entry, const char *architecture)
{
    if (!entry_is_for(entry, architecture)) {
        log_info("%s: is for the architecture %s, and this machine is %s", entry->file, entry->architecture,
                 architecture);
        return false;
    }
    if (entry->kernel_key == ENTRY_KERNEL_URL) {
        log_info("%s: is started from a network (uki-url), which Baton does not do", entry->file);
        return false;
    }
    if (entry->kernel_key == ENTRY_KERNEL_NONE) {
        log_warning("%s: names no kernel. Add a line like: kernel /boot/kernel.elf", entry->file);
        return false;
    }
    return true;
}

static char comparable(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c + ('a' - 'A'));
    return (char)(c == '\\' ? '/' : c);
}

/* The loader's volume is FAT, where case means nothing. */
bool entries_is_loader(const struct entry *entry, const char *image)
{
    size_t i = 0;

    if (entry->action != ENTRY_BOOT || !entry->kernel || entry->volume != 0 || image[0] == '\0')
        return false;
    while (image[i] != '\0' && comparable(image[i]) == comparable(entry->kernel[i]))
        i++;
    return image[i] == entry->kernel[i];
}

void entries_put_first(struct entry *entries, size_t index)
{
    struct entry chosen = entries[index];

    memmove(entries + 1, entries, index * sizeof(entries[0]));
    entries[0] = chosen;
}

const char *entries_usual_kernel(size_t index)
{
    return usual_kernels[index];
}

struct entry entries_stand_in(const char *path)
{
    return (struct entry){.file = "(no configuration)",
                          .id = "(no configuration)",
                          .kernel_key = ENTRY_KERNEL_KERNEL,
                          .kernel = path,
                          .options = ""};
}

enum status entries_refuse_all(size_t files, struct error *error)
{
    return error_set(error, STATUS_NOT_FOUND,
                     "%s: holds no entry (of %zu) that this version of Baton can boot on this machine. The line "
                     "'log-level info' "
                     "in %s lets it say why for each.",
                     ENTRIES_FOLDER, files, ENTRIES_LOADER_CONF);
}

enum status entries_refuse_empty(struct error *error)
{
    return error_set(error, STATUS_NOT_FOUND,
                     "There is no kernel to boot: the volume that the loader came from has no entries in %s, and "
                     "neither %s, %s nor %s. Copy a kernel to one of these places.",
                     ENTRIES_FOLDER, usual_kernels[0], usual_kernels[1], usual_kernels[2]);
}

enum status entries_refuse_missing(const char *path, struct error *error)
{
    return error_set(error, STATUS_NOT_FOUND,
                     "%s: there is no such file on its volume. Check the path; it begins at the volume's root.", path);
}

enum status entries_refuse_folder(const char *path, struct error *error)
{
    return error_set(error, STATUS_INVALID,
                     "%s: is a folder, not a file. Name a file in it, or put a file in its place.", path);
}

enum status entries_refuse_file(const char *path, struct error *error)
{
    return error_set(
        error, STATUS_INVALID,
        "%s: is a file, not a folder. Make it a folder, with a file in it for each boot entry; or delete it.", path);
}
