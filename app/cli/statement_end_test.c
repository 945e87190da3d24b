/* SPDX-License-Identifier: Apache-2.0 */
/* statement_end_test.c -- what is whole at the end of its line, and what goes on. */
#include "app/cli/statement_end.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const struct row {
    const char *text;
    bool whole;
} rows[] = {
    {"", true},
    {"SHOW DATABASES", true},
    {"SHOW DATABASES;", true},
    {"SELECT mean(v) FROM m GROUP BY time(1m)", true},
    {"SELECT mean(", false},
    {"SELECT mean(\nv) FROM m", true},
    {"SELECT mean(;", true},
    {"SELECT v FROM m WHERE s = 'it", false},
    {"SELECT v FROM m WHERE s = 'it\\'s", false},
    {"SELECT v FROM m WHERE s = 'it\\'s'", true},
    {"SELECT v FROM m WHERE s = 'a;", false},
    {"SELECT v FROM \"my", false},
    {"SELECT v FROM \"my (\"", true},
    {"SELECT v FROM m \\", false},
    {"SELECT v FROM m \\\nWHERE v > 1", true},
    {"SELECT v /* why", false},
    {"SELECT v /* why ' ( */ FROM m", true},
    {"SELECT v -- why ' (", true},
    {"SELECT v -- why ' (\nFROM (SELECT", false},
    {"SELECT v FROM m WHERE host =~ /it's(/", true},
    {"SELECT v FROM m WHERE host !~ /a\\/b", false},
    {"SELECT /a'/ FROM db.rp./b(/ GROUP BY /c\"/", true},
    {"SELECT v / 2, (w) / (3) FROM m", true},
    {"SELECT v / 'x", false},
    {"SELECT (/x)/) FROM m", true},
    {")", true},
};

static void test_statements_end_with_their_line_unless_something_is_open(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        print_message("%s\n", rows[i].text);
        assert_int_equal(sx_statement_is_whole(sx_bytes_of(rows[i].text)), rows[i].whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements_end_with_their_line_unless_something_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
