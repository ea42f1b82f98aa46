/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_configuration.h"

#include <stdlib.h>
#include <string.h>

#include "fake.h"

#define NAMES 8

static const struct fake_configuration_kind *const kinds[] = {&fake_tree_kind, &fake_seed_kind};

static struct {
    EFI_SYSTEM_TABLE *system;
    EFI_CONFIGURATION_TABLE listed[NAMES];
    struct name {
        EFI_GUID guid;
        void *table, *others; /* listed now, and last by others than the loader; NULL: nothing */
        unsigned call;        /* of the loader's, the last that changed it */
    } names[NAMES];
    size_t count;
} state;

static bool same(const EFI_GUID *a, const EFI_GUID *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* A new one, where nobody has used it. */
static struct name *name_of(const EFI_GUID *guid)
{
    size_t i = 0;

    while (i < state.count && !same(&state.names[i].guid, guid))
        i++;
    if (i == NAMES)
        abort();
    if (i == state.count)
        state.names[state.count++] = (struct name){.guid = *guid};
    return &state.names[i];
}

/* The list as everybody sees it. */
static void set_table(struct name *name, void *table)
{
    size_t count = 0;

    name->table = table;
    for (size_t i = 0; i < state.count; i++) {
        if (state.names[i].table)
            state.listed[count++] = (EFI_CONFIGURATION_TABLE){state.names[i].guid, state.names[i].table};
    }
    state.system->NumberOfTableEntries = count;
    state.system->ConfigurationTable = count > 0 ? state.listed : NULL;
}

static const struct fake_configuration_kind *kind_of(const EFI_GUID *guid)
{
    for (size_t i = 0; guid && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (same(&kinds[i]->guid, guid))
            return kinds[i];
    }
    return NULL;
}

static EFI_STATUS EFIAPI install_table(const EFI_GUID *guid, void *table)
{
    EFI_STATUS status = fake_call(FAKE_InstallConfigurationTable);
    const struct fake_configuration_kind *kind = kind_of(guid);
    struct name *name = kind ? name_of(guid) : NULL;

    if (!kind || (!table && !name->table)) {
        fake_complain("InstallConfigurationTable: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    fake_set_vital(kind->is_vital);
    if (table != name->others && !kind->fits(table))
        fake_complain("InstallConfigurationTable: a table that is in no memory for it");
    if (status == EFI_SUCCESS) {
        set_table(name, table);
        name->call = fake_calls();
    } else if (table == name->others) {
        kind->stuck(name->others);
    }
    return status;
}

void fake_configuration_start(EFI_SYSTEM_TABLE *system)
{
    memset(&state, 0, sizeof(state));
    state.system = system;
}

void fake_configuration_install(EFI_BOOT_SERVICES *boot)
{
    boot->InstallConfigurationTable = install_table;
}

void fake_configuration_list(const EFI_GUID *guid, const void *table)
{
    struct name *name = name_of(guid);

    name->others = (void *)(uintptr_t)table;
    set_table(name, name->others);
}

void *fake_configuration_loaders(const EFI_GUID *guid)
{
    const struct name *name = name_of(guid);

    return name->table == name->others ? NULL : name->table;
}

void fake_configuration_check(void)
{
    for (size_t i = 0; i < state.count; i++) {
        if (state.names[i].table != state.names[i].others)
            fake_complain("what call %u did to the configuration tables was not taken back", state.names[i].call);
    }
}
