/* SPDX-License-Identifier: BSD-2-Clause */
#include "shell.h"

#include <string.h>

const char *shell_quote(struct pool *pool, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%";
    const char *quoted = "'";

    if (*word != '\0' && word[strspn(word, plain)] == '\0')
        return word;
    while (*word != '\0') {
        int length = (int)strcspn(word, "'");

        quoted = pool_format(pool, "%s%.*s%s", quoted, length, word, word[length] == '\'' ? "'\\''" : "");
        word += length + (word[length] == '\'');
    }
    return pool_format(pool, "%s'", quoted);
}

const char *shell_command(struct pool *pool, const struct list *argv)
{
    char *line = pool_copy(pool, "", 0);

    for (size_t i = 0; i < argv->count; i++) {
        const char *before = i == 0 ? "" : argv->items[i][0] == '-' ? " \\\n    " : " ";

        line = pool_format(pool, "%s%s%s", line, before, shell_quote(pool, argv->items[i]));
    }
    return line;
}
