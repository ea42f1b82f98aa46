/* SPDX-License-Identifier: BSD-2-Clause */
#include "loader_verdict.h"

#include <string.h>
#include <strings.h>

#include "fake_configuration.h"
#include "fake_memory.h"
#include "fuzz.h"
#include "judge.h"
#include "phys.h"
#include "read_kernel.h"
#include "start_verdict.h"
#include "verdict.h"

#define TRIED_AGAIN 8 /* tries that a person makes who types as in a scenario */
#define STACK_SIZE  0x10000ULL
#define ENTRIES     "/loader/entries/"
#define IMAGES      "/EFI/Linux/"

/* ---- what was booted ---- */

/* Memory of the loader's at a pointer of the kernel's; NULL when it is not. */
static const void *see(const struct baton *baton, const void *pointer, uint64_t size)
{
    uint64_t physical = (uintptr_t)pointer - baton->direct_map.base;

    return pointer && physical < FAKE_PHYSICAL_END && fake_memory_is_loaders(physical, size, EfiLoaderData)
               ? phys_to_ptr(physical)
               : NULL;
}

static const char *see_text(const struct baton *baton, const char *pointer)
{
    const char *text = see(baton, pointer, 1);
    size_t length = 0;

    while (text && text[length] != '\0')
        text = see(baton, pointer, ++length + 1);
    if (!text)
        fake_complain("the baton has a string at %p that the kernel cannot read", (const void *)pointer);
    return text;
}

/* The file of a path on a volume that takes large letters for small ones; the first one counts. */
static const struct fake_file *find_file(const char *path)
{
    const struct fake_setup *setup = fake_setup();

    for (size_t i = 0; i < setup->file_count; i++) {
        if (strcasecmp(setup->files[i].path, path) == 0)
            return &setup->files[i];
    }
    return NULL;
}

static bool is_configuration(const struct fake_file *file)
{
    return strncasecmp(file->path, ENTRIES, strlen(ENTRIES)) == 0;
}

/* Which may be an entry without a file of its own. */
static bool is_image(const struct fake_file *file)
{
    return strncasecmp(file->path, IMAGES, strlen(IMAGES)) == 0;
}

/* Whether an entry has these words. */
static bool is_configured(const char *words)
{
    const struct fake_setup *setup = fake_setup();

    for (size_t i = 0; i < setup->file_count; i++) {
        const struct fake_file *file = &setup->files[i];

        if (is_configuration(file) && memmem(file->bytes.data, file->bytes.size, words, strlen(words)))
            return true;
    }
    return false;
}

/* What the loader does not read as bytes of one file each is left alone. */
static bool is_plain(const char *text)
{
    for (; text && *text != '\0'; text++) {
        if ((unsigned char)*text >= 0x80)
            return false;
    }
    return text != NULL;
}

/* ---- what is to be expected of it ---- */

/* A module has the bytes of the file that it is named after, or, when an entry gives names, those of any file. */
static bool expect_module(const struct baton *baton, const struct baton_module *module, struct expected_module *ret)
{
    const struct fake_setup *setup = fake_setup();
    const char *name = see_text(baton, module->name), *line = see_text(baton, module->command_line);
    const struct fake_file *file = name && !is_configured("name=") ? find_file(name) : NULL;
    const void *bytes = see(baton, module->address, module->size > 0 ? module->size : 1);

    if (!name || !line || !bytes)
        return false;
    for (size_t i = 0; i < setup->file_count && !file && is_configured("name="); i++) {
        const struct bytes *other = &setup->files[i].bytes;

        if (other->size == module->size && memcmp(other->data, bytes, other->size) == 0)
            file = &setup->files[i];
    }
    if (!file) {
        fake_complain("the module \"%s\" is no file on the volume", name);
        return false;
    }
    *ret = (struct expected_module){name, line, file->bytes};
    return true;
}

static bool expect_modules(const struct baton *baton, struct expected *expected)
{
    const struct baton_list *list = &baton->modules;
    const struct baton_module *modules;

    if (list->count == 0)
        return true;
    if (list->count > EXPECTED_MODULES || list->stride != sizeof(*modules))
        return false;
    modules = see(baton, list->first, list->count * sizeof(*modules));
    for (expected->module_count = 0; modules && expected->module_count < list->count; expected->module_count++) {
        const struct baton_module *module = &modules[expected->module_count];

        if (!is_plain(see_text(baton, module->name)) ||
            !expect_module(baton, module, &expected->modules[expected->module_count]))
            return false;
    }
    return modules != NULL;
}

/* Where a flat kernel lies only its entry says; the rest follows from that. */
static bool expect_flat(const struct fake_result *result, struct bytes file, struct fake_kernel *ret_kernel)
{
    const struct baton_kernel *placed = &result->entry.baton->kernel;
    bool is_usual = !is_configured("load-address") && !is_configured("memory-size") && !is_configured("entry-offset");

    if (file.size == 0 || file.size > placed->size || result->entry.entry - placed->address >= file.size ||
        (is_usual && (placed->address != 0x100000 || result->entry.entry != placed->address)) ||
        (file.size >= 2 && memcmp(file.data, "MZ", 2) == 0)) {
        fake_complain("a flat kernel of %zu bytes lies at 0x%llx, size 0x%llx, and is entered at 0x%llx", file.size,
                      (unsigned long long)placed->address, (unsigned long long)placed->size,
                      (unsigned long long)result->entry.entry);
        return false;
    }
    *ret_kernel = (struct fake_kernel){
        .file = file,
        .flat = true,
        .base = placed->address,
        .size = placed->size,
        .entry = result->entry.entry,
        .segments = {{placed->address, 0, file.size, placed->size, 7}},
        .segment_count = 1,
    };
    return true;
}

/* Without VHE in the lower half only. */
static bool can_be_at_el2(const struct fake_kernel *kernel)
{
    return fake_setup()->processor == FAKE_AARCH64_VHE || fake_setup()->processor == FAKE_AARCH64_HOST ||
           (fake_setup()->processor == FAKE_AARCH64_EL2 && !kernel->high);
}

static void check_required(const struct baton *baton, const struct fake_kernel *kernel,
                           const struct kernel_wishes *wishes)
{
    uint64_t there =
        BATON_FEATURE_NO_EXECUTE | BATON_FEATURE_MINIMUM_RAM | BATON_FEATURE_IDENTITY_MAP | BATON_FEATURE_KERNEL_FILE;

    there |= baton->facts & BATON_FACT_FRAMEBUFFER ? BATON_FEATURE_FRAMEBUFFER : 0;
    there |= baton->facts & BATON_FACT_RSDP ? BATON_FEATURE_ACPI : 0;
    there |= baton->facts & BATON_FACT_DEVICE_TREE ? BATON_FEATURE_DEVICE_TREE : 0;
    there |= baton->facts & BATON_FACT_ENTROPY ? BATON_FEATURE_ENTROPY : 0;
    there |= kernel->movable && (baton->facts & BATON_FACT_ENTROPY) ? BATON_FEATURE_RANDOM_SLIDE : 0;
    there |= fake_setup()->levels == 5 ? BATON_FEATURE_FIVE_LEVELS : 0;
    there |= can_be_at_el2(kernel) ? BATON_FEATURE_EL2 : 0;
    if (wishes->required & ~there)
        fake_complain("the kernel requires 0x%llx of what is not there",
                      (unsigned long long)(wishes->required & ~there));
}

static bool expect_elf(const struct fake_result *result, struct bytes file, struct fake_kernel *kernel,
                       struct expected *expected)
{
    const struct baton *baton = result->entry.baton;
    struct kernel_wishes wishes;
    uint64_t alignment, asked;

    if (!read_kernel(file, kernel, &wishes, &alignment))
        return false;
    asked = wishes.required | wishes.wanted;
    if (baton->kernel.physical % alignment != 0)
        fake_complain("the kernel at 0x%llx is not aligned to 0x%llx", (unsigned long long)baton->kernel.physical,
                      (unsigned long long)alignment);
    check_required(baton, kernel, &wishes);
    expected->random = is_configured("kaslr") || (asked & BATON_FEATURE_RANDOM_SLIDE);
    expected->identity_map = kernel->high && (asked & BATON_FEATURE_IDENTITY_MAP);
    expected->kernel_file = (asked & BATON_FEATURE_KERNEL_FILE) != 0;
    expected->at_el2 = (asked & BATON_FEATURE_EL2) && can_be_at_el2(kernel);
    expected->stack_size = (wishes.stack + FAKE_PAGE - 1) & ~(FAKE_PAGE - 1);
    if (expected->stack_size < STACK_SIZE)
        expected->stack_size = STACK_SIZE;
    return true;
}

/* False, perhaps with a complaint, when nothing can be said. */
static bool expect(const struct fake_result *result, struct fake_kernel *kernel, struct expected *expected)
{
    const struct baton *baton = result->entry.baton;
    const struct fake_file *file;

    expected->path = see_text(baton, baton->kernel.path);
    expected->command_line = see_text(baton, baton->command_line);
    if (!expected->path || !expected->command_line || !is_plain(expected->path))
        return false;
    file = find_file(expected->path);
    if (!file) {
        fake_complain("there is no file \"%s\", which was booted", expected->path);
        return false;
    }
    expected->kernel = kernel;
    if (!expect_modules(baton, expected))
        return false;
    return file->bytes.size >= 4 && memcmp(file->bytes.data, "\177ELF", 4) == 0
               ? expect_elf(result, file->bytes, kernel, expected)
               : expect_flat(result, file->bytes, kernel);
}

/* A device tree that no scenario has for its kernel: what it reserves is not known. */
static bool lists_another_tree(void)
{
    const struct bytes *expected = &fake_setup()->entry_tree;
    const void *listed = fake_configuration_loaders(&fake_tree_kind.guid);

    return listed &&
           (expected->size == 0 || memcmp(phys_to_ptr((uintptr_t)listed), expected->data, expected->size) != 0);
}

static void check_jump(const struct fake_result *result)
{
    static struct fake_kernel kernel;
    static struct expected expected;
    const struct baton *baton = result->entry.baton;
    uint64_t physical = baton ? ptr_to_phys(baton) : 0;

    if (fake_setup()->confidential || fake_has(FAKE_QUIRK_CONFIDENTIAL) || fake_setup()->no_execute_broken)
        fake_complain("a kernel was booted on a machine where none may be");
    if (fake_secure_forbids_kernels() && !fake_secure_was_denied())
        fake_complain("a kernel was booted that nobody has verified");
    if (!baton || !fake_memory_is_loaders(physical, FAKE_PAGE, EfiLoaderData)) {
        fake_complain("there is no baton");
        return;
    }
    expected = (struct expected){0};
    if (!lists_another_tree() && expect(result, &kernel, &expected))
        judge(result, &expected);
}

/* ---- what was said ---- */

static unsigned count_entries(void)
{
    const struct fake_setup *setup = fake_setup();
    unsigned count = 1; /* without any, what stands in for them */

    count += volume_names_automatic() ? 1 : 0;
    for (size_t i = 0; i < setup->file_count; i++)
        count += is_configuration(&setup->files[i]) || is_image(&setup->files[i]) ? 1 : 0;
    return count;
}

/* A person may want something else, too. */
static bool may_be_no_boot(void)
{
    return fake_setup()->options_size > 0 || fake_setup()->shell[0] != NULL || fake_setup()->typed;
}

/* A kernel was entered, or an image ran that did not come back, or came back content. */
static bool is_boot(const struct fake_result *result)
{
    return result->end == FAKE_JUMPED || result->end == FAKE_STARTED ||
           (result->end == FAKE_RETURNED && fake_started()->came_back);
}

/* Whether an error says why the last entry was not booted, or why there is none. */
static bool is_explained(const struct fake_result *result)
{
    const char *last = NULL;

    for (const char *at = fake_log_text(); (at = strstr(at, "\ninfo: booting ")) != NULL; at++)
        last = at;
    return last ? strstr(last, "\nerror: ") != NULL : result->errors > 0 && !result->last_is_mistake;
}

static void check_errors(const struct fake_result *result)
{
    unsigned shown = 0, most = count_entries() + result->mistakes + (fake_setup()->typed ? TRIED_AGAIN : 0);

    if (!is_boot(result) && result->end != FAKE_RESTARTED && result->end != FAKE_WAITED && !may_be_no_boot() &&
        !is_explained(result))
        fake_complain("nothing says why nothing was booted");
    if (result->errors > most)
        fake_complain("%u errors were shown, and %u is the most", result->errors, most);
    /* In a menu a program may come back content, and what is tried after it fail: the last one counts. */
    if (result->end == FAKE_RETURNED && !fake_setup()->typed && !(fake_started()->came_back && result->errors > 0) &&
        EFI_ERROR(result->status) != (result->errors > 0))
        fake_complain("with %u errors shown the loader returned 0x%zx", result->errors, result->status);
    for (const char *at = fake_console_text(); (at = strstr(at, "error:")) != NULL; at++) /* a row may end there */
        shown++;
    if (fake_calls_failed(FAKE_OutputString) == 0 && !fake_has(FAKE_QUIRK_NO_CONOUT) && result->end != FAKE_RESET &&
        shown < result->errors)
        fake_complain("of %u errors the screen showed %u", result->errors, shown);
    if (result->end == FAKE_RESTARTED && !volume_names_automatic() && !fake_setup()->typed)
        fake_complain("the machine was restarted, which nobody asked for");
    if (result->end == FAKE_RESET && fake_calls_of(FAKE_ExitBootServices) == 0)
        fake_complain("the machine was reset, though the firmware had not been left");
}

struct fake_result loader_verdict_run(const struct fake_setup *setup, const struct fake_injection *injection)
{
    struct fake_result result = fake_run(setup, injection);

    if (result.end == FAKE_JUMPED)
        check_jump(&result);
    start_verdict_give();
    verdict_once();
    check_errors(&result);
    return result;
}
