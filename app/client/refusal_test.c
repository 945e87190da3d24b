/* SPDX-License-Identifier: Apache-2.0 */
/* refusal_test.c -- counts and sentences in the texts of refused writes. */
#include "app/client/refusal.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const struct row {
    const char *text;
    uint64_t count;
    const char *first;
} rows[] = {
    {"", 0, ""},
    {"database not found: \"x\"", 0, "database not found: \"x\""},
    {"unable to parse 'a': missing fields", 1, "unable to parse 'a': missing fields"},
    {"unable to parse 'a': missing fields\nunable to parse 'b': invalid number", 2,
     "unable to parse 'a': missing fields"},
    {"partial write: unable to parse 'a': missing fields\nunable to parse 'b': bad timestamp "
     "dropped=0",
     2, "unable to parse 'a': missing fields"},
    {"partial write: field type conflict: input field \"v\" on measurement \"m\" is type float, "
     "already exists as type integer dropped=17",
     17,
     "field type conflict: input field \"v\" on measurement \"m\" is type float, already exists as "
     "type integer dropped=17"},
    {"partial write: dropped 3 points outside retention policy of duration 1h0m0s dropped=3 for "
     "database: x for retention policy: y",
     3,
     "dropped 3 points outside retention policy of duration 1h0m0s dropped=3 for database: x for "
     "retention policy: y"},
    {"unable to parse 'm dropped=': missing field value", 1,
     "unable to parse 'm dropped=': missing field value"},
};

static void test_refused_points_are_counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_bytes text = sx_bytes_of(rows[i].text);
        print_message("%s\n", rows[i].text);
        assert_int_equal(sx_refusal_count(text), rows[i].count);
        assert_true(sx_bytes_equal(sx_refusal_take(&text), sx_bytes_of(rows[i].first)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_points_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
