/* SPDX-License-Identifier: BSD-2-Clause */
#include "checks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fake.h"

#define MESSAGE_SIZE 1024

#define CHECK_NAME(identifier, name) name,
static const char *const names[] = {JUDGE_CHECKS(CHECK_NAME) VERDICT_CHECKS(CHECK_NAME)};

static bool noticed[CHECK_COUNT];

const char *check_name(enum check check)
{
    return names[check];
}

void checks_start(void)
{
    memset(noticed, 0, sizeof(noticed));
}

bool check_is_broken(enum check check)
{
    return noticed[check];
}

void check_broken(enum check check, const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list arguments;

    noticed[check] = true;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    fake_complain("%s: %s", names[check], message);
}
