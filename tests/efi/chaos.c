/* SPDX-License-Identifier: BSD-2-Clause */
/* The runs, one after the other, and what became of each. */
#include "chaos.h"

#include "format.h"
#include "memory.h"

#define LOADER_ROOM (256 * 1024)
#define WARM_UPS    2
#define EXITS_TRIED 16

struct chaos_run chaos_run;

static const char *const way_names[CHAOS_WAYS] = {
    [FAKE_ONCE] = "once",   [FAKE_SERVICE] = "service", [FAKE_ALL] = "all",
    [FAKE_OFTEN] = "often", [CHAOS_HALF] = "half",      [CHAOS_HALVES] = "halves",
    [CHAOS_NONE] = "none",  [CHAOS_NONES] = "nones",    [CHAOS_STALE] = "stale",
};
static const char *const end_names[] = {
    [CHAOS_RETURNED] = "returned", [CHAOS_PROGRAM] = "program", [CHAOS_KERNEL] = "kernel", [CHAOS_RESET] = "reset"};

static uint8_t file[LOADER_ROOM];
static UINTN file_size;
static EFI_DEVICE_PATH_PROTOCOL *loader_path;
static EFI_SYSTEM_TABLE *loader_table;
static uint64_t runs, injections, wrong;
static uint64_t called[FAKE_SERVICE_COUNT];

#define NAME_OF(number, name) [RULE_##number] = (name),
static const char *const rule_names[RULE_COUNT] = {CHAOS_RULES(NAME_OF)};

static void complain(enum chaos_rule rule, const char *format, va_list arguments)
{
    char line[400];

    format_list(line, sizeof(line), format, arguments);
    chaos_run.wrong++;
    say("chaos WRONG: %s: %s", rule_names[rule], line);
}

void chaos_complain(enum chaos_rule rule, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain(rule, format, arguments);
    va_end(arguments);
}

/* What fake_calls.c has to say. */
void fake_complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain(RULE_ILLEGAL_CALL, format, arguments);
    va_end(arguments);
}

static void read_loader(EFI_HANDLE volume)
{
    static const EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    static CHAR16 name[SETTING_TEXT];
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *files;
    EFI_FILE_PROTOCOL *root, *loader;

    for (size_t i = 0; settings.start[i] != '\0'; i++)
        name[i] = (CHAR16)settings.start[i];
    file_size = sizeof(file);
    need(boot->HandleProtocol(volume, &guid, (void **)&files), "no file system");
    need(files->OpenVolume(files, &root), "the volume does not open");
    need(root->Open(root, &loader, name, EFI_FILE_MODE_READ, 0), "there is no loader");
    need(loader->Read(loader, &file_size, file), "the loader cannot be read");
    (void)loader->Close(loader); /* cannot fail */
    (void)root->Close(root);
    if (file_size == sizeof(file))
        give_up("the loader is too large");
}

/* How many pages the firmware has taken for itself, or given back, when nothing else is different; or 0. */
static int64_t growth(const struct page_counts *before, const struct page_counts *after)
{
    struct page_counts now = *after;
    uint64_t grown = now.pages[EfiBootServicesData] - before->pages[EfiBootServicesData];

    now.pages[EfiBootServicesData] -= grown;
    now.pages[EfiConventionalMemory] += grown;
    if (now.handles != before->handles || memcmp(now.pages, before->pages, sizeof(now.pages)) != 0)
        return 0;
    return (int64_t)grown;
}

/* All is back, to the page. */
static void compare(const struct page_counts *before, const struct page_counts *after)
{
    for (unsigned type = 0; type < sizeof(before->pages) / sizeof(before->pages[0]); type++) {
        if (before->pages[type] != after->pages[type])
            chaos_complain(RULE_PAGES, "there were %llu pages of type %u, and now there are %llu",
                           (unsigned long long)before->pages[type], type, (unsigned long long)after->pages[type]);
    }
    if (before->handles != after->handles)
        chaos_complain(RULE_HANDLES, "there were %llu handles, and now there are %llu",
                       (unsigned long long)before->handles, (unsigned long long)after->handles);
}

/* A boot that must come through, whatever was done to it. */
static bool must_boot(bool injected)
{
    if (settings.refused)
        return false;
    switch ((unsigned)chaos_run.way) {
    case FAKE_ONCE:
        /* A program is loaded by its path, which begins with the volume's. */
        return !injected || !(fake_injected_vital() || chaos_run.lacks_path);
    case CHAOS_HALF:
    case CHAOS_HALVES:
    case CHAOS_NONE:
        return true;
    case CHAOS_STALE:
        return chaos_run.number < EXITS_TRIED;
    default:
        return !injected;
    }
}

static void judge_kernel(void)
{
    uint64_t check = chaos_run.verdict;

    if (check > RULE_KERNEL_STACK - RULE_KERNEL_HEAD + 1)
        give_up("the kernel has no check %llu", (unsigned long long)check);
    if (check != 0)
        chaos_complain((enum chaos_rule)(RULE_KERNEL_HEAD + check - 1), "the kernel was given something wrong");
    if (fake_phase() != FAKE_LEFT)
        chaos_complain(RULE_ENTERED_EARLY, "the kernel was entered, though boot services had not ended");
}

static void judge(bool injected)
{
    bool booted = chaos_run.end == CHAOS_KERNEL || chaos_run.end == CHAOS_PROGRAM;

    if (chaos_run.end == CHAOS_KERNEL)
        judge_kernel();
    if (must_boot(injected) && !booted)
        chaos_complain(RULE_NOT_ENTERED, "no kernel was entered, and no program came back content");
    if (settings.refused && booted)
        chaos_complain(RULE_ENTERED, "a kernel was entered, or a program came back content");
    if (chaos_run.way == CHAOS_STALE && chaos_run.number >= EXITS_TRIED && chaos_run.end != CHAOS_RESET)
        chaos_complain(RULE_NOT_RESET, "boot services do not end, and the machine was not reset");
}

static void start_loader(void)
{
    static const EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    EFI_LOADED_IMAGE_PROTOCOL *loaded;
    bool is_back;

    need(boot->LoadImage(0, own_image, loader_path, file, file_size, &chaos_run.loader), "the loader does not load");
    need(boot->HandleProtocol(chaos_run.loader, &guid, (void **)&loaded), "no loaded image");
    loaded->SystemTable = loader_table;
    chaos_held_start_run();
    chaos_files_start_run();
    chaos_images_start_run();
    chaos_pages_protect();
    chaos_run.result = boot->StartImage(chaos_run.loader, NULL, NULL);
    chaos_pages_release();
    chaos_images_end_run();
    is_back = chaos_run.end == CHAOS_RETURNED || chaos_run.end == CHAOS_PROGRAM;
    chaos_held_end_run(is_back);
    chaos_files_end_run(is_back);
    chaos_screens_end_run(is_back);
}

static void start_calls(void)
{
    struct fake_injection injection = {.status = chaos_run.status, .lasting = (enum fake_lasting)chaos_run.way};

    if (!chaos_lies_fail(&injection.call) && chaos_run.way < CHAOS_STATUS_WAYS)
        injection.call = chaos_run.number;
    fake_calls_start(&injection);
}

/* The verdict, in one line that harness/chaos_run.py reads; and what is counted over all runs. */
static void tell(int64_t grown)
{
    const struct chaos_run *run = &chaos_run;
    unsigned injected = fake_injected() + run->injections;

    for (unsigned i = 0; i < FAKE_SERVICE_COUNT; i++)
        called[i] += fake_calls_of((enum fake_service)i);
    injections += injected > 0 ? 1 : 0;
    wrong += run->wrong > 0 ? 1 : 0;
    say_aloud("chaos run=%llu way=%s number=%u status=%u service=%s injected=%u calls=%u end=%s result=%#llx shown=%u "
              "mute=%u grown=%lld wrong=%u",
              (unsigned long long)runs, run->number > 0 ? way_names[run->way] : "no", run->number, run->status,
              fake_injected() > 0 ? fake_service_name(fake_injected_service()) : "no", injected, fake_calls(),
              end_names[run->end], (unsigned long long)run->result, run->shown, fake_calls_failed(FAKE_OutputString),
              (long long)grown, run->wrong);
}

/* One run. False: nothing had to fail, there are no more such calls. With `ret_grown` the firmware may take pages for
 * itself; this says how many. */
static bool run_once(enum chaos_way way, unsigned number, unsigned status, bool is_last, int64_t *ret_grown)
{
    struct page_counts before, after;
    int64_t grown = 0;
    bool injected;

    chaos_run = (struct chaos_run){.way = way, .number = number, .status = status, .is_last = is_last};
    runs++;
    say("chaos begins %llu", (unsigned long long)runs);
    chaos_lies_prepare();
    before = memory_count();
    start_calls();
    start_loader();
    after = memory_count();
    injected = fake_injected() + chaos_run.injections > 0;
    if (runs > WARM_UPS && ret_grown)
        *ret_grown = grown = growth(&before, &after);
    if (runs > WARM_UPS && grown == 0)
        compare(&before, &after);
    judge(injected);
    chaos_lies_undo();
    tell(grown);
    return injected;
}

/* The same. Even when it is warm the firmware's pool grows by a page in one run of a thousand, whichever finds it full.
 * What the loader leaves behind, it leaves behind each time: so such a run is done again, and then all must be back. */
static bool run(enum chaos_way way, unsigned number, unsigned status, bool is_last)
{
    int64_t grown = 0;
    bool injected = run_once(way, number, status, is_last, &grown);

    return grown != 0 ? run_once(way, number, status, is_last, NULL) : injected;
}

static void run_lie(enum chaos_way way, unsigned number)
{
    (void)run(way, number, 0, false);
}

/* Nothing fails. */
static void run_plain(bool is_last)
{
    (void)run((enum chaos_way)FAKE_ONCE, 0, 0, is_last);
}

static unsigned statuses_of(enum chaos_way way)
{
    size_t count = fake_status_count(fake_injected_service());

    if (way != (enum chaos_way)FAKE_ONCE && way != (enum chaos_way)FAKE_SERVICE)
        return 1;
    return settings.statuses != 0 && settings.statuses < count ? (unsigned)settings.statuses : (unsigned)count;
}

/* N = 1, 2, 3, … until a run needs no failure. */
static void run_way(enum chaos_way way)
{
    unsigned calls = fake_calls(); /* of a run before, with nothing injected */

    for (unsigned number = 1;; number++) {
        unsigned status = 0;

        if (way == CHAOS_STALE && number > EXITS_TRIED + 1)
            return;
        do {
            bool injected = run(way, number, status, false);

            /* A call that cannot fail has nothing injected, and is not the end. */
            if (!injected && (way >= CHAOS_STATUS_WAYS || number > calls))
                return;
            status++;
        } while (fake_injected() > 0 && status < statuses_of(way));
    }
}

void chaos(EFI_HANDLE volume, EFI_DEVICE_PATH_PROTOCOL *path)
{
    loader_path = path;
    read_loader(volume);
    loader_table = chaos_system_table();
    for (unsigned i = 0; i < WARM_UPS; i++)
        run_plain(false);
    for (unsigned way = 0; way < CHAOS_WAYS; way++) {
        if (!(settings.chaos >> way & 1))
            continue;
        run_plain(false);
        run_way((enum chaos_way)way);
    }
    if (settings.lies)
        chaos_lies_tell(loader_table, run_lie);
    for (unsigned i = 0; i < RULE_COUNT; i++)
        say("chaos rule %s", rule_names[i]);
    for (unsigned i = 0; i < FAKE_SERVICE_COUNT; i++)
        say("chaos called %s %llu", fake_service_name((enum fake_service)i), (unsigned long long)called[i]);
    say_aloud("chaos done runs=%llu injections=%llu wrong=%llu", (unsigned long long)runs,
              (unsigned long long)injections, (unsigned long long)wrong);
    run_plain(true);
    leave(settings.exit);
}
