/* SPDX-License-Identifier: BSD-2-Clause */
#include "manage.h"

#include "graphics.h"

#define SECONDS_TO_READ 10 /* an error stays on the screen for so long, or until a key */

static void apply_log_level(struct boot *boot, const struct entry *entry)
{
    if (entry->has_log_level)
        sinks_set_level(&boot->sinks, entry->log_level);
    else
        sinks_set_level(&boot->sinks, boot->choice.config.has_log_level ? boot->choice.config.log_level : LOG_WARNING);
}

/* The screen stays until a key, or for a while. */
static void wait_for_reader(const struct boot *boot)
{
    console_print(&boot->sinks.screen, text_of("Press a key to go on; in ten seconds it goes on by itself.\n"));
    (void)console_wait_for_key(&boot->firmware, SECONDS_TO_READ);
}

void show_error(const struct boot *boot, const struct error *error)
{
    console_forget_keys(&boot->firmware);
    log_error("%s", error->text);
    wait_for_reader(boot);
}

/* Puts back what the entry changed, with its files and its memory. */
static void undo_entry(struct boot *boot, const struct entry *entry, size_t mark)
{
    ledger_undo(&boot->ledger, mark);
    if (entry->has_video)
        graphics_find(&boot->firmware, &boot->facts);
}

/* The default is the first, and the others follow in their order. */
static size_t ith_to_try(const struct choice *choice, size_t i)
{
    if (i == 0)
        return choice->chosen;
    return i <= choice->chosen ? i - 1 : i;
}

/* Tries the entries in order, each once, until one boots. Returns STATUS_OK when what was started came back, and the
 * last one's failure when none boots. */
enum status manage(struct boot *boot, struct error *error)
{
    enum status status = STATUS_NOT_FOUND;

    for (size_t i = 0; i < boot->choice.count; i++) {
        const struct entry *entry = &boot->choice.entries[ith_to_try(&boot->choice, i)];
        size_t mark = boot->ledger.count;

        apply_log_level(boot, entry);
        log_info("booting %s (%s)", entry->kernel, entry->file);
        status = boot_entry(boot, entry, error);
        undo_entry(boot, entry, mark);
        if (status == STATUS_OK) {
            log_info("%s has ended; going back to the firmware", entry->kernel);
            return STATUS_OK;
        }
        show_error(boot, error);
    }
    log_warning("nothing is left to boot; going back to the firmware");
    return status;
}
