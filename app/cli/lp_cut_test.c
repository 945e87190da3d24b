/* SPDX-License-Identifier: Apache-2.0 */
/* lp_cut_test.c -- batches of line protocol end with a line, never inside of one. */
#include "app/cli/lp_cut.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const struct row {
    const char *name, *whole, *rest; /* the text is both; the cut is between them */
} rows[] = {
    {"nothing", "", ""},
    {"no end", "", "m v=1"},
    {"one line", "m v=1\n", ""},
    {"the start of a second", "m v=1\n", "m v=2"},
    {"blank lines", "\n \n\n", "  "},
    {"carriage returns", "m v=1\r\n", "m"},
    {"a quoted end", "m v=1\n", "m s=\"a\n"},
    {"a quoted end and a real one", "m s=\"a\nb\" 1\n", "m"},
    {"an escaped quote", "", "m s=\"a\\\"\n"},
    {"an escaped backslash", "m s=\"a\\\\\"\n", ""},
    {"a backslash at the end of all", "m v=1\n", "m s=\"\\"},
    {"a quote in a tag", "m,t=\"a v=1\n", "m"},
    {"a quote in a field name", "m \"a=1\n", "m"},
    {"a quote in a later field name", "m a=1,\"b=2\n", "m"},
    {"an equals sign in a tag", "m,a=b,c=d \"f=1\n", "m"},
    {"an escaped space is no start of fields", "m\\ v=\"1\n", "m"},
    {"a comma behind the equals sign in a string", "m s=\"a,b\",t=\"c\nd\" 1\n", "x"},
    {"an escaped end", "", "m\\\nx v=1"},
    {"an end behind two backslashes", "m,t=a\\\\\n", "x v=1"},
    {"a comment with a quote", "# it's \"so\n", "m"},
    {"a comment with a backslash", "# so\\\n", "m"},
    {"a comment behind white space", " \t# m s=\"a\n", "m"},
    {"a comment behind a line", "m s=\"a\"\n# v=\"\n", "m"},
    {"a string that is not closed", "m v=1\n", "m s=\"a\nm v=2\nm v=3\n"},
};

static void test_the_cut_is_behind_the_last_whole_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        char text[128];
        int len = snprintf(text, sizeof text, "%s%s", rows[i].whole, rows[i].rest);
        print_message("%s\n", rows[i].name);
        assert_int_equal(sx_lp_cut(sx_bytes_make(text, (size_t)len)), strlen(rows[i].whole));
    }
}

/* However much of a text is there, what is cut off is a line's end of the whole text. */
static void test_a_cut_of_less_is_a_cut_of_more(void **state)
{
    (void)state;
    static const char text[] =
        "a,b=\"c d=1 1\n# x=\" \\\ne s=\"f\n\\\"g\",h=\",\n\" 2\n\ni\\\n v=1\n";
    static const size_t ends[] = {0, 13, 21, 42, 43, 51};
    for (size_t len = 0; len < sizeof text; len++) {
        size_t wanted = 0;
        for (size_t i = 0; i < SX_COUNT_OF(ends); i++)
            if (ends[i] <= len)
                wanted = ends[i];
        print_message("%zu bytes\n", len);
        assert_int_equal(sx_lp_cut(sx_bytes_make(text, len)), wanted);
    }
}

static void test_lines_are_counted_by_their_ends(void **state)
{
    (void)state;
    assert_int_equal(sx_lp_count_lines(sx_bytes_of("")), 0);
    assert_int_equal(sx_lp_count_lines(sx_bytes_of("a")), 0);
    assert_int_equal(sx_lp_count_lines(sx_bytes_of("a\n\nb\n")), 3);
}

static void test_points_are_the_lines_that_say_something(void **state)
{
    (void)state;
    assert_int_equal(sx_lp_count_points(sx_bytes_of("")), 0);
    assert_int_equal(sx_lp_count_points(sx_bytes_of("\n \n# a\n\r\n")), 0);
    assert_int_equal(sx_lp_count_points(sx_bytes_of("m v=1")), 1);
    assert_int_equal(sx_lp_count_points(sx_bytes_of("m v=1\n\nm v=2\r\n #\nm s=\"a\nb\"\nx")), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_cut_is_behind_the_last_whole_line),
        cmocka_unit_test(test_a_cut_of_less_is_a_cut_of_more),
        cmocka_unit_test(test_lines_are_counted_by_their_ends),
        cmocka_unit_test(test_points_are_the_lines_that_say_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
