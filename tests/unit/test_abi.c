/* SPDX-License-Identifier: BSD-2-Clause */
/* Our UEFI headers against gnu-efi's: sizes, offsets, constants and GUIDs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "abi/table.h"

/* Prints each difference, so that one run shows all of them. */
static void test_tables_agree(void **state)
{
    size_t differences = 0;

    (void)state;
    assert_int_equal(abi_ours_count, abi_theirs_count);
    for (size_t i = 0; i < abi_ours_count; i++) {
        const struct abi_row *ours = &abi_ours[i];
        const struct abi_row *theirs = &abi_theirs[i];

        assert_string_equal(ours->name, theirs->name);
        if (ours->value != theirs->value) {
            printf("%s: ours 0x%llx, gnu-efi's 0x%llx\n", ours->name, (unsigned long long)ours->value,
                   (unsigned long long)theirs->value);
            differences++;
        }
        if (memcmp(&ours->guid, &theirs->guid, sizeof(ours->guid)) != 0) {
            printf("%s: the GUIDs differ\n", ours->name);
            differences++;
        }
    }
    assert_int_equal(differences, 0);
}

/* Guards against a list that was emptied by a slip in the preprocessor. */
static void test_tables_are_filled(void **state)
{
    (void)state;
    assert_true(abi_ours_count > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_are_filled),
        cmocka_unit_test(test_tables_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
