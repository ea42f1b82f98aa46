/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_variables.h"

#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "utf.h"

#define KEPT    32
#define NAME    64 /* units, NUL included */
#define TEXT    1200
#define USUAL   (EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)
#define SYSTEMS (USUAL | EFI_VARIABLE_NON_VOLATILE)

static const EFI_GUID loaders = LOADER_VARIABLE, global = EFI_GLOBAL_VARIABLE;

struct variable {
    bool used;
    EFI_GUID owner;
    CHAR16 name[NAME];
    uint32_t attributes;
    uint8_t *value; /* of exactly its size */
    size_t size;
};

static struct variable variables[KEPT];

struct bytes fake_variable_text(const char *text)
{
    struct text whole = text_of(text);
    uint16_t *units = calloc(whole.length + 3, sizeof(*units));
    size_t length = 0;

    if (!units)
        abort();
    (void)utf16_from_utf8(units, whole.length + 3, whole);
    while (units[length++] != 0)
        ;
    return (struct bytes){(const uint8_t *)units, length * sizeof(*units)};
}

/* ---- the store ---- */

static bool same_name(const CHAR16 *a, const CHAR16 *b)
{
    size_t i = 0;

    while (a[i] != 0 && a[i] == b[i])
        i++;
    return a[i] == b[i];
}

static struct variable *find(const EFI_GUID *owner, const CHAR16 *name)
{
    for (size_t i = 0; i < KEPT; i++) {
        if (variables[i].used && memcmp(&variables[i].owner, owner, sizeof(*owner)) == 0 &&
            same_name(variables[i].name, name))
            return &variables[i];
    }
    return NULL;
}

static const CHAR16 *widen(const char *name, CHAR16 ret_wide[NAME])
{
    size_t length = strlen(name);

    if (length >= NAME)
        abort();
    for (size_t i = 0; i <= length; i++)
        ret_wide[i] = (CHAR16)name[i];
    return ret_wide;
}

static struct variable *find_plain(const char *name)
{
    CHAR16 wide[NAME];

    return find(&loaders, widen(name, wide));
}

static size_t space_used(void)
{
    size_t used = 0;

    for (size_t i = 0; i < KEPT; i++)
        used += variables[i].used ? variables[i].size : 0;
    return used;
}

static void forget(struct variable *variable)
{
    free(variable->value);
    *variable = (struct variable){0};
}

static void give_value(struct variable *variable, const void *data, size_t size)
{
    free(variable->value);
    variable->value = malloc(size);
    if (!variable->value)
        abort();
    memcpy(variable->value, data, size);
    variable->size = size;
}

/* NULL: there are too many. */
static struct variable *add(const EFI_GUID *owner, const CHAR16 *name, uint32_t attributes, struct bytes value)
{
    for (size_t i = 0; i < KEPT; i++) {
        struct variable *variable = &variables[i];

        if (variable->used)
            continue;
        *variable = (struct variable){.used = true, .owner = *owner, .attributes = attributes};
        for (size_t k = 0; k < NAME - 1 && name[k] != 0; k++)
            variable->name[k] = name[k];
        give_value(variable, value.data, value.size);
        return variable;
    }
    return NULL;
}

/* In place of one that is there; a variable without a value is none. */
static void add_plain(const char *name, uint32_t attributes, struct bytes value)
{
    CHAR16 wide[NAME];
    struct variable *there = find_plain(name);

    if (there)
        forget(there);
    if (value.size > 0 && !add(&loaders, widen(name, wide), attributes != 0 ? attributes : SYSTEMS, value))
        abort();
}

/* ---- what is there when the machine is switched on ---- */

/* ConOut: a graphics adapter, or a serial port behind an ACPI node. */
static void add_console(void)
{
    static const uint8_t screen[] = {2, 1, 12, 0, 0xd0, 0x41, 3, 0x0a, 0, 0, 0, 0, 0x7f, 0xff, 4, 0};
    static const uint8_t serial[] = {2, 1, 12, 0,    0xd0, 0x41, 1, 5, 0, 0, 0, 0, 3, 14,   19,   0, 0, 0,
                                     0, 0, 0,  0xc2, 1,    0,    0, 0, 0, 0, 8, 1, 1, 0x7f, 0xff, 4, 0};
    struct bytes path = fake_has(FAKE_QUIRK_SERIAL_CONSOLE) ? (struct bytes){serial, sizeof(serial)}
                                                            : (struct bytes){screen, sizeof(screen)};

    (void)add(&global, u"ConOut", SYSTEMS, path);
}

/* Where the setup has nothing: what is no text, or names nothing, or has other attributes than it should. */
static void add_junk(void)
{
    static const uint8_t zeros[4096], half[] = {'a', 0, '.'}, lone[] = {0, 0xd8, 'x', 0}, bell[] = {7, 0};
    static const uint8_t soon[] = {'s', 0, 'o', 0, 'o', 0, 'n', 0};
    static const struct fake_variable junk[] = {
        {"LoaderEntryOneShot", {half, sizeof(half)}, 0},
        {"LoaderEntryDefault", {lone, sizeof(lone)}, 0},
        {"LoaderEntryLastBooted", {bell, sizeof(bell)}, 0},
        {"LoaderConfigTimeout", {soon, sizeof(soon)}, 0},
        {"LoaderConfigTimeoutOneShot", {zeros, sizeof(zeros)}, 0},
        {"LoaderInfo", {soon, sizeof(soon)}, EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS},
        {"LoaderEntries", {zeros, 1}, 0},
    };

    for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
        if (!find_plain(junk[i].name))
            add_plain(junk[i].name, junk[i].attributes, junk[i].value);
    }
}

static void add_indications(void)
{
    static const uint64_t supported = EFI_OS_INDICATIONS_BOOT_TO_FW_UI | 0x40;
    const uint64_t *asked = &fake_setup()->indications;

    if (fake_setup()->has_setup)
        (void)add(&global, u"OsIndicationsSupported", USUAL, (struct bytes){(const uint8_t *)&supported, 8});
    if (*asked != 0)
        (void)add(&global, u"OsIndications", SYSTEMS, (struct bytes){(const uint8_t *)asked, 8});
}

void fake_variables_stop(void)
{
    for (size_t i = 0; i < KEPT; i++)
        forget(&variables[i]);
}

void fake_variables_start(void)
{
    const struct fake_setup *setup = fake_setup();

    add_console();
    add_indications();
    for (size_t i = 0; i < setup->variable_count; i++)
        add_plain(setup->variables[i].name, setup->variables[i].attributes, setup->variables[i].value);
    if (fake_has(FAKE_QUIRK_JUNK_VARIABLES))
        add_junk();
}

/* ---- the services ---- */

static EFI_STATUS EFIAPI get_variable(const CHAR16 *name, const EFI_GUID *owner, uint32_t *attributes, UINTN *size,
                                      void *data)
{
    EFI_STATUS status = fake_call(FAKE_GetVariable);
    const struct variable *variable;
    size_t room;

    if (!name || !owner || !size || !data) {
        fake_complain("GetVariable: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    if (status != EFI_SUCCESS) {
        fake_secure_failed(name, status);
        return status;
    }
    if (memcmp(owner, &global, sizeof(global)) == 0 && fake_secure_variable(name, size, data, &status))
        return status;
    if (fake_has(FAKE_QUIRK_NO_VARIABLES))
        return EFI_UNSUPPORTED;
    variable = find(owner, name);
    if (!variable)
        return EFI_NOT_FOUND;
    if (attributes)
        *attributes = variable->attributes;
    room = *size;
    *size = variable->size;
    if (room < variable->size)
        return EFI_BUFFER_TOO_SMALL;
    memcpy(data, variable->value, variable->size);
    return EFI_SUCCESS;
}

/* The one variable of UEFI's own that the loader writes. */
static bool is_indications(const CHAR16 *name, const EFI_GUID *owner, uint32_t attributes, UINTN size)
{
    return memcmp(owner, &global, sizeof(*owner)) == 0 && same_name(name, u"OsIndications") && attributes == SYSTEMS &&
           size == sizeof(uint64_t);
}

/* Whether the loader may write such a variable. */
static bool is_odd(const CHAR16 *name, const EFI_GUID *owner, uint32_t attributes, UINTN size, const void *data)
{
    size_t length = 0;

    if (!name || !owner || (size > 0 && !data))
        return true;
    while (length < NAME && name[length] != 0)
        length++;
    return length == 0 || length == NAME || (attributes & ~SYSTEMS) != 0 ||
           (size > 0 && (attributes & USUAL) != USUAL) ||
           (memcmp(owner, &loaders, sizeof(*owner)) != 0 && !is_indications(name, owner, attributes, size));
}

/* What a value of this size would be refused for. */
static EFI_STATUS check_room(const struct variable *variable, size_t size)
{
    size_t space = fake_setup()->variable_space != 0 ? fake_setup()->variable_space : FAKE_VARIABLE_SPACE;
    size_t kept = space_used() - (variable ? variable->size : 0);

    if (size > FAKE_VARIABLE_MOST)
        return EFI_INVALID_PARAMETER;
    return size > space || kept > space - size ? EFI_OUT_OF_RESOURCES : EFI_SUCCESS;
}

static EFI_STATUS write(struct variable *variable, const CHAR16 *name, const EFI_GUID *owner, uint32_t attributes,
                        struct bytes value)
{
    EFI_STATUS status;

    if (variable && variable->attributes != attributes)
        return EFI_INVALID_PARAMETER;
    /* The loader may not know, when it could not be read. */
    if ((attributes & EFI_VARIABLE_NON_VOLATILE) && variable && variable->size == value.size &&
        memcmp(variable->value, value.data, value.size) == 0 && fake_calls_failed(FAKE_GetVariable) == 0 &&
        !fake_has(FAKE_QUIRK_NO_VARIABLES) && !fake_setup()->typed) /* a person may ask for what is there */
        fake_complain("SetVariable: what is kept already is written anew");
    status = check_room(variable, value.size);
    if (status != EFI_SUCCESS)
        return status;
    if (variable)
        give_value(variable, value.data, value.size);
    else if (!add(owner, name, attributes, value))
        return EFI_OUT_OF_RESOURCES;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_variable(const CHAR16 *name, const EFI_GUID *owner, uint32_t attributes, UINTN size,
                                      const void *data)
{
    EFI_STATUS status = fake_call(FAKE_SetVariable);
    struct variable *variable;

    if (is_odd(name, owner, attributes, size, data)) {
        fake_complain("SetVariable: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    variable = find(owner, name);
    /* To be deleted: what is said not to be there is not there. */
    if (status == EFI_NOT_FOUND && size == 0 && variable)
        forget(variable);
    if (status != EFI_SUCCESS)
        return status;
    if (fake_has(FAKE_QUIRK_FIXED_VARIABLES))
        return EFI_WRITE_PROTECTED;
    if (size > 0)
        return write(variable, name, owner, attributes, (struct bytes){data, size});
    if (!variable)
        return EFI_NOT_FOUND;
    forget(variable);
    return EFI_SUCCESS;
}

void fake_variables_install(EFI_RUNTIME_SERVICES *runtime)
{
    runtime->GetVariable = get_variable;
    runtime->SetVariable = set_variable;
}

/* ---- what is there now ---- */

bool fake_variable_find(const char *name, struct bytes *ret_value, uint32_t *ret_attributes)
{
    const struct variable *variable = find_plain(name);

    if (!variable)
        return false;
    *ret_value = (struct bytes){variable->value, variable->size};
    *ret_attributes = variable->attributes;
    return true;
}

const char *fake_variable_read(const char *name)
{
    static char text[TEXT];
    uint16_t units[TEXT / 3];
    struct bytes value;
    uint32_t attributes;

    if (!fake_variable_find(name, &value, &attributes) || value.size < 2 || value.size % 2 != 0 ||
        value.size > sizeof(units))
        return NULL;
    memcpy(units, value.data, value.size);
    if (units[value.size / 2 - 1] != 0)
        return NULL;
    (void)utf8_from_utf16(text, sizeof(text), units, value.size / 2 - 1);
    return text;
}

bool fake_variable_asks_for_setup(void)
{
    const struct variable *variable = find(&global, u"OsIndications");
    uint64_t asked = 0;

    if (variable && variable->size == sizeof(asked))
        memcpy(&asked, variable->value, sizeof(asked));
    /* What the loader could not read it cannot keep. */
    if (fake_calls_failed(FAKE_GetVariable) > 0)
        return (asked & EFI_OS_INDICATIONS_BOOT_TO_FW_UI) != 0;
    return asked == (fake_setup()->indications | EFI_OS_INDICATIONS_BOOT_TO_FW_UI);
}

size_t fake_variables_told(void)
{
    size_t count = 0;

    for (size_t i = 0; i < KEPT; i++)
        count += variables[i].used && memcmp(&variables[i].owner, &loaders, sizeof(loaders)) == 0 &&
                 !(variables[i].attributes & EFI_VARIABLE_NON_VOLATILE);
    return count;
}

uint64_t fake_variables_digest(void)
{
    uint64_t number = 0;

    for (size_t i = 0; i < KEPT; i++) {
        const struct variable *variable = &variables[i];

        number = number * 0x100000001b3 + variable->size + variable->attributes;
        for (size_t k = 0; k < variable->size; k++)
            number = (number ^ variable->value[k]) * 0x100000001b3;
    }
    return number;
}
