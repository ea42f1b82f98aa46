/* SPDX-License-Identifier: BSD-2-Clause */
/* Secure Boot: how the firmware says that it is on, or fails to, and what may then be started. */
#include "fake_pe.h"
#include "scenario_parts.h"

#define HIGH 0xffffffff80000000ULL

static const struct fake_secure on = {.is_there = true, .secure_boot = 1};

static void add_high(struct scenario *scenario, struct fake_secure secure)
{
    scenario->setup.secure = secure;
    scenario_add_text(scenario, SCENARIO_ENTRY, "kernel /os.elf\n");
    scenario_add_elf(scenario, HIGH);
}

static void refuse_high(struct scenario *scenario, struct fake_secure secure, const char *words)
{
    add_high(scenario, secure);
    scenario->end = FAKE_RETURNED;
    scenario->words = words;
}

static void make_off(struct scenario *scenario)
{
    add_high(scenario, (struct fake_secure){.is_there = true});
    scenario->words = "Secure Boot is off\n";
}

static void make_setup(struct scenario *scenario)
{
    add_high(scenario, (struct fake_secure){.is_there = true, .setup_mode = 1});
    scenario->words = "Secure Boot is off: the firmware is in setup mode\n";
}

/* Which contradicts itself. */
static void make_on_in_setup(struct scenario *scenario)
{
    add_high(scenario, (struct fake_secure){.is_there = true, .secure_boot = 1, .setup_mode = 1});
    scenario->words = "Secure Boot is off: the firmware is in setup mode\n";
}

/* ---- on ---- */

static void make_elf(struct scenario *scenario)
{
    refuse_high(scenario, on,
                "/os.elf: is an ELF kernel, which nobody verifies, nor its modules, and Secure Boot is on. Boot a "
                "signed EFI program, or switch Secure Boot off");
}

static void make_modules(struct scenario *scenario)
{
    scenario->setup.secure = on;
    scenario_add_text(scenario, SCENARIO_ENTRY, "kernel /os.elf\nmodule /one\n");
    scenario_add_elf(scenario, HIGH);
    scenario_add_module(scenario, "/one", "", fake_pattern(100, 1));
    scenario->end = FAKE_RETURNED;
    scenario->words = "/os.elf: is an ELF kernel, which nobody verifies, nor its modules";
}

static void make_flat(struct scenario *scenario)
{
    scenario->setup.secure = on;
    scenario_add_text(scenario, SCENARIO_ENTRY, "kernel /os.img\nload-address 0x2000000\nmemory-size 0x6000\n");
    scenario_add_kernel(scenario, "/os.img", fake_kernel_flat(0x2000000, 0, 0x6000));
    scenario->exact = true;
    scenario->end = FAKE_RETURNED;
    scenario->words = "/os.img: is a flat kernel, which nobody verifies";
}

static void add_linux(struct scenario *scenario, const char *entry)
{
    scenario->setup.secure = on;
    scenario_add_file(scenario, "/vmlinuz", fake_pe_program());
    scenario_add_file(scenario, "/initrd.img", fake_pattern(10, 1));
    scenario_add_text(scenario, entry, "linux /vmlinuz\noptions quiet\ninitrd /initrd.img\n");
}

static void make_unsigned(struct scenario *scenario)
{
    add_linux(scenario, SCENARIO_ENTRY);
    scenario->words = "/vmlinuz: the firmware does not let it start (EFI_ACCESS_DENIED): Secure Boot wants a signature";
}

static void add_signed_linux(struct scenario *scenario, const char *entry)
{
    add_linux(scenario, entry);
    scenario->setup.files[0].is_signed = true;
    scenario->start.path = "/vmlinuz";
    scenario->start.options = "quiet";
    scenario->start.initrd = fake_pattern(10, 1);
    scenario->end = FAKE_STARTED;
}

/* Nobody verifies the initrd and the command line. */
static void make_signed(struct scenario *scenario)
{
    add_signed_linux(scenario, SCENARIO_ENTRY);
    scenario->words = "Secure Boot is on\n";
}

static void make_next(struct scenario *scenario)
{
    add_signed_linux(scenario, "/loader/entries/Z.conf");
    scenario_add_text(scenario, SCENARIO_ENTRY, "kernel /os.elf\n");
    scenario_add_file(scenario, "/os.elf", fake_kernel_elf(&(struct fake_recipe){.base = HIGH}).file);
    scenario->entries = 2;
    scenario->words = "/os.elf: is an ELF kernel, which nobody verifies";
}

/* Then it is as good as not there. */
static void make_setup_unreadable(struct scenario *scenario)
{
    struct fake_secure secure = on;

    secure.setup_status = EFI_DEVICE_ERROR;
    refuse_high(scenario, secure, "and Secure Boot is on. ");
}

/* ---- the firmware does not say ---- */

static void make_unreadable(struct scenario *scenario)
{
    refuse_high(scenario, (struct fake_secure){.is_there = true, .status = EFI_DEVICE_ERROR},
                "/os.elf: is an ELF kernel, which nobody verifies, nor its modules, and the firmware fails to say "
                "whether Secure Boot is on");
}

static void make_long(struct scenario *scenario)
{
    refuse_high(scenario, (struct fake_secure){.is_there = true, .extra = 1}, "the firmware fails to say");
}

static void make_empty(struct scenario *scenario)
{
    refuse_high(scenario, (struct fake_secure){.is_there = true, .extra = -1}, "the firmware fails to say");
}

/* Should it be on, the firmware looks at the image. */
static void make_unreadable_image(struct scenario *scenario)
{
    make_signed(scenario);
    scenario->setup.secure.status = EFI_SECURITY_VIOLATION;
    scenario->words = "Secure Boot is on or off: the firmware does not say\n";
}

static const struct scenario_maker makers[] = {
    {"Secure Boot, off", make_off, 0},
    {"Secure Boot, setup mode", make_setup, 0},
    {"Secure Boot, on in setup mode", make_on_in_setup, 0},
    {"Secure Boot, ELF kernel", make_elf, 1},
    {"Secure Boot, ELF kernel and module", make_modules, 1},
    {"Secure Boot, flat kernel", make_flat, 1},
    {"Secure Boot, unsigned image", make_unsigned, 1},
    {"Secure Boot, signed image", make_signed, 0},
    {"Secure Boot, kernel, then an image", make_next, 1},
    {"Secure Boot, no setup mode", make_setup_unreadable, 1},
    {"Secure Boot, unreadable", make_unreadable, 1},
    {"Secure Boot, two bytes", make_long, 1},
    {"Secure Boot, no byte", make_empty, 1},
    {"Secure Boot, unreadable, image", make_unreadable_image, 0},
};
const struct scenario_maker_list scenarios_secure = {makers, sizeof(makers) / sizeof(makers[0])};
