/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What cannot be known from inside comes as words on the kernel's command line:
 *
 *     path=/kernel.elf       the kernel's file
 *     partition=0123…        the boot partition's GUID, 32 hexadecimal digits, as its bytes stand on the disk
 *     has=a,b lacks=c        facts that must, or must not, be there (names in facts.c)
 *     modules=N              how many there are
 *     secure-boot=N          how Secure Boot is set: BATON_SECURE_BOOT_...
 *     random                 the boot asks for a random slide
 *     log=word               a word that the log has
 *     quick                  overwrite one page in many above 512 MiB
 *     five                   the machine has five levels of page tables
 *     level=N                aarch64: the exception level that the kernel is entered at
 *     from-el2               aarch64: the firmware's level is 2, and the kernel's is not
 *     rtc=N                  aarch64: where the machine has its PL031
 *     reserved=N             of a device tree that the entry's is in the place of: what it reserves,
 *     reserved-size=N        so many bytes
 *     pl011=N                aarch64: where the UART is that a device tree names, and no ACPI table
 *     lies=all, lies=a,b     tell these lies before the verdict
 *
 * and as words in a module's command line: size=N sum=N (FNV-1a), and self for the kernel's own file.
 */
#include "selfcheck.h"

/* Behind "key=" or at the end of "key"; NULL when the word is not there. */
static const char *find(const char *text, const char *key)
{
    uint64_t length = string_length(key);

    while (*text != '\0') {
        if (bytes_equal(text, key, length) && (text[length] == '=' || text[length] == ' ' || text[length] == '\0'))
            return text[length] == '=' ? text + length + 1 : text + length;
        while (*text != '\0' && *text != ' ')
            text++;
        while (*text == ' ')
            text++;
    }
    return NULL;
}

bool option_given(const char *command_line, const char *key)
{
    return find(command_line, key) != NULL;
}

bool option_text(const char *command_line, const char *key, char *ret_value)
{
    const char *from = find(command_line, key);
    unsigned length = 0;

    if (!from)
        return false;
    for (; from[length] != '\0' && from[length] != ' ' && length + 1 < OPTION_TEXT; length++)
        ret_value[length] = from[length];
    ret_value[length] = '\0';
    return true;
}

static unsigned digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return (unsigned)(digit - '0');
    if (digit >= 'a' && digit <= 'f')
        return (unsigned)(digit - 'a' + 10);
    return 16;
}

bool option_number(const char *command_line, const char *key, uint64_t *ret_value)
{
    const char *from = find(command_line, key);
    unsigned base = 10;
    uint64_t value = 0;

    if (!from)
        return false;
    if (from[0] == '0' && from[1] == 'x') {
        base = 16;
        from += 2;
    }
    if (digit_value(*from) >= base)
        return false;
    for (; digit_value(*from) < base; from++)
        value = value * base + digit_value(*from);
    *ret_value = value;
    return *from == '\0' || *from == ' ';
}

bool option_lists(const char *command_line, const char *key, const char *word)
{
    uint64_t length = string_length(word);
    char list[OPTION_TEXT];

    if (!option_text(command_line, key, list))
        return false;
    for (const char *at = list; *at != '\0';) {
        if (bytes_equal(at, word, length) && (at[length] == ',' || at[length] == '\0'))
            return true;
        while (*at != '\0' && *at != ',')
            at++;
        at += *at == ',';
    }
    return false;
}
