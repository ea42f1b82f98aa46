/* SPDX-License-Identifier: BSD-2-Clause */
/* LoadImage, StartImage, UnloadImage, and the program that runs between them (UEFI 2.10, section 7.4). */
#include "fake_images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/device_path.h"
#include "abi/load_file.h"
#include "abi/loaded_image.h"
#include "fake.h"
#include "fake_memory.h"
#include "phys.h"
#include "utf.h"

#define IMAGES     8
#define PATH_SIZE  600
#define UNITS      4096
#define TEXT_SIZE  (3 * UNITS + 1)
#define NODE_SIZE  4
#define INITRD_MAX (64U << 20)

struct image {
    bool loaded;
    EFI_LOADED_IMAGE_PROTOCOL protocol;
    bool on_second;
    char path[PATH_SIZE];
};

static struct {
    struct image images[IMAGES];
    struct fake_started started;
    char path[PATH_SIZE], options[TEXT_SIZE];
    uint8_t seed[FAKE_SEED_SIZE];
    uint8_t *initrd, *tree;
    EFI_LOAD_FILE2_PROTOCOL other;
} state;

static const EFI_GUID loaded_image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
static const EFI_GUID load_file_guid = EFI_LOAD_FILE2_PROTOCOL_GUID;
static const EFI_GUID device_path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;

/* Linux's own path (drivers/firmware/efi/libstub/efi-stub-helper.c names the GUID). */
static const struct {
    EFI_DEVICE_PATH_PROTOCOL header;
    EFI_GUID guid;
    EFI_DEVICE_PATH_PROTOCOL end;
} initrd_path = {{MEDIA_DEVICE_PATH, MEDIA_VENDOR_DP, {20, 0}},
                 LINUX_EFI_INITRD_MEDIA_GUID,
                 {END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, {4, 0}}};

const struct fake_started *fake_started(void)
{
    return &state.started;
}

/* ---- the path that an image is loaded by ---- */

static size_t node_length(const uint8_t *node)
{
    return node[2] | (size_t)node[3] << 8;
}

static bool is_end(const uint8_t *node)
{
    return node[0] == END_DEVICE_PATH_TYPE;
}

/* Takes the path of a volume off the beginning. NULL when it does not begin so. */
static const uint8_t *behind_volume(const uint8_t *path, EFI_HANDLE device)
{
    const uint8_t *volume = fake_protocols_find(device, &device_path_guid);

    while (volume && !is_end(volume)) {
        if (memcmp(path, volume, node_length(volume)) != 0)
            return NULL;
        path += node_length(volume);
        volume += node_length(volume);
    }
    return volume ? path : NULL;
}

/* The one file node that must be there, as "/folder/name". */
static bool read_path(const EFI_DEVICE_PATH_PROTOCOL *path, bool *ret_on_second, char ret_path[PATH_SIZE])
{
    const uint8_t *node = behind_volume((const uint8_t *)path, fake_boot_device());
    size_t units;

    *ret_on_second = !node;
    if (!node)
        node = behind_volume((const uint8_t *)path, fake_second_device());
    if (!node || node[0] != MEDIA_DEVICE_PATH || node[1] != MEDIA_FILEPATH_DP || !is_end(node + node_length(node)))
        return false;
    units = (node_length(node) - NODE_SIZE) / 2;
    for (size_t i = 0; i < units && i < PATH_SIZE - 1; i++) {
        uint16_t unit = (uint16_t)(node[NODE_SIZE + 2 * i] | node[NODE_SIZE + 2 * i + 1] << 8);

        if ((unit == 0) != (i + 1 == units) || unit == '/')
            return false;
        ret_path[i] = (char)(unit == '\\' ? '/' : unit < 0x80 ? unit : '?');
    }
    return units > 1 && ret_path[0] == '/';
}

/* ---- loading ---- */

static struct image *image_of(EFI_HANDLE handle)
{
    for (size_t i = 0; i < IMAGES; i++) {
        if (handle == &state.images[i] && state.images[i].loaded)
            return &state.images[i];
    }
    return NULL;
}

static void remove_image(struct image *image)
{
    image->loaded = false;
    fake_protocols_remove(image, &loaded_image_guid);
}

static EFI_STATUS add_image(bool on_second, const char *path, EFI_HANDLE *ret_image)
{
    const struct fake_program *program = &fake_setup()->program;

    for (size_t i = 0; i < IMAGES; i++) {
        struct image *image = &state.images[i];

        if (image->loaded)
            continue;
        *image = (struct image){.loaded = true, .on_second = on_second};
        image->protocol = (EFI_LOADED_IMAGE_PROTOCOL){
            .Revision = EFI_LOADED_IMAGE_PROTOCOL_REVISION,
            .ParentHandle = fake_image(),
            .DeviceHandle = on_second ? fake_second_device() : fake_boot_device(),
            .ImageCodeType = program->is_driver ? EfiBootServicesCode : EfiLoaderCode,
        };
        strcpy(image->path, path);
        fake_protocols_add(image, &loaded_image_guid, &image->protocol);
        *ret_image = image;
        return EFI_SUCCESS;
    }
    return EFI_OUT_OF_RESOURCES;
}

static EFI_STATUS EFIAPI load_image(BOOLEAN boot_policy, EFI_HANDLE parent, EFI_DEVICE_PATH_PROTOCOL *path,
                                    void *source, UINTN size, EFI_HANDLE *ret_image)
{
    const struct fake_program *program = &fake_setup()->program;
    EFI_STATUS status = fake_call(FAKE_LoadImage);
    char name[PATH_SIZE];
    bool on_second = false;
    const struct fake_file *file;

    if (boot_policy || parent != fake_image() || !path || source || size != 0 || !ret_image ||
        !read_path(path, &on_second, name)) {
        fake_complain("LoadImage: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    if (status == EFI_SECURITY_VIOLATION)
        (void)add_image(on_second, name, ret_image);
    if (status != EFI_SUCCESS)
        return status;
    file = fake_volume_find(on_second, name);
    if (!file)
        return EFI_NOT_FOUND;
    if (file->bytes.size < 2 || memcmp(file->bytes.data, "MZ", 2) != 0)
        return EFI_UNSUPPORTED;
    if (!fake_secure_lets_load(file))
        return EFI_ACCESS_DENIED;
    if (program->load_status == EFI_SUCCESS || program->load_status == EFI_SECURITY_VIOLATION)
        status = add_image(on_second, name, ret_image);
    return program->load_status != EFI_SUCCESS ? program->load_status : status;
}

static EFI_STATUS EFIAPI unload_image(EFI_HANDLE handle)
{
    EFI_STATUS status = fake_call(FAKE_UnloadImage);
    struct image *image = image_of(handle);

    /* Asking for what has ended is no mistake: nobody can know. A failure that is injected is none that lasts. */
    if (image)
        remove_image(image);
    return status != EFI_SUCCESS ? status : image ? EFI_SUCCESS : EFI_INVALID_PARAMETER;
}

/* ---- the program ---- */

/* What it was given as options. */
static void read_options(const EFI_LOADED_IMAGE_PROTOCOL *loaded)
{
    const uint16_t *units = loaded->LoadOptions;
    size_t count = loaded->LoadOptionsSize / 2;

    if (loaded->LoadOptionsSize == 0)
        return;
    if (!units || loaded->LoadOptionsSize % 2 != 0 || count > UNITS || units[count - 1] != 0) {
        fake_complain("StartImage: the load options are no text");
        return;
    }
    (void)utf8_from_utf16(state.options, sizeof(state.options), units, count - 1);
    state.started.options = state.options;
}

/* As Linux does: asks for the size, then for the bytes. */
static EFI_STATUS fetch_initrd(void)
{
    EFI_LOAD_FILE2_PROTOCOL *loader;
    EFI_DEVICE_PATH_PROTOCOL *path = (EFI_DEVICE_PATH_PROTOCOL *)(uintptr_t)&initrd_path.end;
    EFI_HANDLE handle = fake_protocols_by_path(&initrd_path);
    UINTN size = 0;

    loader = handle ? fake_protocols_find(handle, &load_file_guid) : NULL;
    if (!loader || loader == &state.other)
        return EFI_SUCCESS;
    if (loader->LoadFile(loader, path, 1, &size, NULL) != EFI_UNSUPPORTED ||
        loader->LoadFile(loader, NULL, 0, &size, NULL) != EFI_INVALID_PARAMETER)
        fake_complain("LoadFile2: took odd arguments");
    if (loader->LoadFile(loader, path, 0, &size, NULL) != EFI_BUFFER_TOO_SMALL || size == 0 || size > INITRD_MAX) {
        fake_complain("LoadFile2: does not say how large the initrd is");
        return EFI_LOAD_ERROR;
    }
    state.initrd = malloc(size);
    if (!state.initrd)
        abort();
    memset(state.initrd, 0xa5, size);
    state.started.initrd = (struct bytes){state.initrd, size};
    size--;
    if (loader->LoadFile(loader, path, 0, &size, state.initrd) != EFI_BUFFER_TOO_SMALL)
        fake_complain("LoadFile2: wrote into a buffer that is too small");
    /* Nobody is bound to take the first no for an answer. */
    state.started.initrd_failed = true;
    fake_volume_reads_into(state.started.initrd);
    for (unsigned tries = 0; tries < 2 && state.started.initrd_failed; tries++)
        state.started.initrd_failed = loader->LoadFile(loader, path, 0, &size, state.initrd) != EFI_SUCCESS;
    fake_volume_reads_into((struct bytes){NULL, 0});
    fake_progress_check();
    return state.started.initrd_failed ? EFI_LOAD_ERROR : EFI_SUCCESS;
}

void fake_images_check_withdrawn(const EFI_GUID *guid, void *interface)
{
    EFI_LOAD_FILE2_PROTOCOL *loader = interface;
    EFI_DEVICE_PATH_PROTOCOL *path = (EFI_DEVICE_PATH_PROTOCOL *)(uintptr_t)&initrd_path.end;
    UINTN size = 0;

    if (memcmp(guid, &load_file_guid, sizeof(*guid)) == 0 &&
        loader->LoadFile(loader, path, 0, &size, NULL) != EFI_NOT_FOUND)
        fake_complain("LoadFile2: gives what is taken back");
}

/* No two programs get the same. */
void fake_images_give_seed(void)
{
    struct bytes seed = fake_seed_read();

    if (seed.size == 0)
        return;
    if (memcmp(seed.data, state.seed, sizeof(state.seed)) == 0)
        fake_complain("the random seed is that of a program before");
    memcpy(state.seed, seed.data, sizeof(state.seed));
    state.started.seed = (struct bytes){state.seed, sizeof(state.seed)};
    if (fake_setup()->program.takes_seed)
        fake_seed_take();
}

/* A line, another one, and what is no text (UEFI 2.10, 7.4). */
static void leave_words(UINTN *size, CHAR16 **words)
{
    static const CHAR16 text[] = u"out of paper\r\nPC LOAD LETTER\0\xd800\x1";

    *words = fake_memory_pool(sizeof(text));
    memcpy(*words, text, sizeof(text));
    *size = sizeof(text);
}

/* A copy of it: its memory may be given back before anybody looks. */
static void look_for_tree(void)
{
    uint64_t physical = (uintptr_t)fake_configuration_loaders(&fake_tree_kind.guid);
    const uint8_t *tree;
    size_t size;

    if (physical == 0)
        return;
    tree = phys_to_ptr(physical);
    size = (size_t)tree[4] << 24 | (size_t)tree[5] << 16 | (size_t)tree[6] << 8 | tree[7];
    state.tree = malloc(size + 1);
    if (!state.tree)
        abort();
    memcpy(state.tree, tree, size);
    state.started.device_tree = (struct bytes){state.tree, size};
}

static EFI_STATUS EFIAPI start_image(EFI_HANDLE handle, UINTN *size, CHAR16 **words)
{
    const struct fake_program *program = &fake_setup()->program;
    EFI_STATUS status = fake_call(FAKE_StartImage);
    struct image *image = image_of(handle);

    if (!image || !size || !words) {
        fake_complain("StartImage: odd arguments");
        return EFI_INVALID_PARAMETER;
    }
    if (status == EFI_SUCCESS)
        status = program->start_status;
    if (status != EFI_SUCCESS) /* it stays loaded */
        return status;
    free(state.initrd);
    state.initrd = NULL;
    free(state.tree);
    state.tree = NULL;
    strcpy(state.path, image->path);
    state.started =
        (struct fake_started){.on_second = image->on_second, .path = state.path, .count = state.started.count + 1};
    read_options(&image->protocol);
    look_for_tree();
    fake_images_give_seed();
    status = fetch_initrd();
    fake_volume_check_written();
    if (status == EFI_SUCCESS && !program->comes_back)
        fake_end_run(FAKE_STARTED);
    if (status == EFI_SUCCESS)
        status = program->status;
    state.started.came_back = status == EFI_SUCCESS;
    if (program->sets_text_mode)
        fake_console_change();
    if (program->talks)
        leave_words(size, words);
    if (program->is_driver && status == EFI_SUCCESS)
        image->protocol.ParentHandle = NULL; /* it stays, and is nobody's any longer */
    else
        remove_image(image);
    return status;
}

/* ---- all of it ---- */

static EFI_STATUS EFIAPI load_other(EFI_LOAD_FILE2_PROTOCOL *this, EFI_DEVICE_PATH_PROTOCOL *path, BOOLEAN boot_policy,
                                    UINTN *size, void *buffer)
{
    (void)this, (void)path, (void)boot_policy, (void)size, (void)buffer;
    return EFI_NOT_FOUND;
}

void fake_images_start(void)
{
    static int handle;

    fake_images_stop();
    memset(&state, 0, sizeof(state));
    state.other.LoadFile = load_other;
    if (!fake_setup()->program.other_initrd)
        return;
    fake_protocols_add(&handle, &device_path_guid, (void *)(uintptr_t)&initrd_path);
    fake_protocols_add(&handle, &load_file_guid, &state.other);
}

void fake_images_stop(void)
{
    free(state.initrd);
    free(state.tree);
    state.initrd = state.tree = NULL;
    state.started = (struct fake_started){0};
}

void fake_images_install(EFI_BOOT_SERVICES *boot)
{
    boot->LoadImage = load_image;
    boot->StartImage = start_image;
    boot->UnloadImage = unload_image;
}

void fake_images_check(void)
{
    for (size_t i = 0; i < IMAGES; i++) {
        if (state.images[i].loaded && state.images[i].protocol.ParentHandle)
            fake_complain("the image of %s is still loaded", state.images[i].path);
    }
}
