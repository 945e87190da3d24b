/* SPDX-License-Identifier: Apache-2.0 */
/* literal_test.c -- see literal.h. */
#include "influxql/literal.h"
#include "influxql/fixture_test.h"

#include <math.h>

static void test_names_are_quoted_where_they_must_be(void **state)
{
    static const struct {
        const char *name;
        const char *text;
    } rows[] = {
        {"cpu", "cpu"},
        {"_a1", "_a1"},
        {"1a", "\"1a\""},
        {"a b", "\"a b\""},
        {"", "\"\""},
        {"select", "\"select\""},
        {"SELECT", "\"SELECT\""},
        {"and", "\"and\""},
        {"true", "\"true\""},
        {"time", "time"},
        {"a.b", "\"a.b\""},
        {"a\"b\\c\nd", "\"a\\\"b\\\\c\\nd\""},
        {"it's", "\"it's\""},
        {"\xc3\xbc", "\"\xc3\xbc\""},
    };
    struct iql_test *test = *state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        sx_iql_put_name(&test->text, sx_bytes_of(rows[i].name));
        assert_string_equal(iql_test_text(test), rows[i].text);
    }
}

static void test_parts_of_a_path_but_the_last_are_always_quoted(void **state)
{
    struct iql_test *test = *state;
    struct sx_bytes parts[] = {SX_LITERAL("a"), SX_LITERAL(""), SX_LITERAL("c"), SX_LITERAL("d e")};
    sx_iql_put_path(&test->text, parts, 4);
    assert_string_equal(iql_test_text(test), "\"a\"..\"c\".\"d e\"");
    sx_iql_put_path(&test->text, parts + 1, 2);
    assert_string_equal(iql_test_text(test), "\"\".c");
}

static void test_strings_and_regexes_are_escaped(void **state)
{
    struct iql_test *test = *state;
    sx_iql_put_string(&test->text, SX_LITERAL("it's \\ \"x\"\n"));
    assert_string_equal(iql_test_text(test), "'it\\'s \\\\ \"x\"\\n'");
    sx_iql_put_regex(&test->text, SX_LITERAL("/a/b\\.c/"));
    assert_string_equal(iql_test_text(test), "/\\/a\\/b\\.c\\//");
    sx_iql_put_regex(&test->text, SX_LITERAL(""));
    assert_string_equal(iql_test_text(test), "//");
}

static void test_numbers_always_have_a_point_and_never_an_exponent(void **state)
{
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        {0, "0.0"},          {1, "1.0"}, {-2.5, "-2.5"}, {1e21, "1000000000000000000000.0"},
        {1e-7, "0.0000001"},
    };
    struct iql_test *test = *state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        sx_iql_put_number(&test->text, rows[i].value);
        assert_string_equal(iql_test_text(test), rows[i].text);
    }
    sx_iql_put_number(&test->text, (double)INFINITY);
    assert_string_equal(iql_test_text(test), "+Inf");
    sx_iql_put_number(&test->text, (double)NAN);
    assert_string_equal(iql_test_text(test), "NaN");
}

static void test_numbers_are_read_back(void **state)
{
    (void)state;
    double value;
    assert_true(sx_iql_parse_number(SX_LITERAL("1.5"), &value));
    assert_true(value == 1.5);
    assert_true(sx_iql_parse_number(SX_LITERAL("-Inf"), &value));
    assert_true(isinf(value) && value < 0);
    assert_true(sx_iql_parse_number(SX_LITERAL("+Inf"), &value));
    assert_true(isinf(value) && value > 0);
    assert_true(sx_iql_parse_number(SX_LITERAL("NaN"), &value));
    assert_true(isnan(value));
    assert_false(sx_iql_parse_number(SX_LITERAL("x"), &value));
    assert_false(sx_iql_parse_number(SX_LITERAL(""), &value));
}

static void test_durations_come_in_the_peers_two_forms(void **state)
{
    static const struct {
        int64_t ns;
        const char *text, *clock;
    } rows[] = {
        {0, "0s", "0s"},
        {5400000000000, "90m", "1h30m0s"},
        {604800000000000, "1w", "168h0m0s"},
        {1500000000, "1500ms", "1500ms"},
        {-1000, "-1u", "-1u"},
    };
    struct iql_test *test = *state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        sx_iql_put_duration(&test->text, rows[i].ns);
        assert_string_equal(iql_test_text(test), rows[i].text);
        sx_iql_put_clock_duration(&test->text, rows[i].ns);
        assert_string_equal(iql_test_text(test), rows[i].clock);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IQL_TEST(test_names_are_quoted_where_they_must_be),
        IQL_TEST(test_parts_of_a_path_but_the_last_are_always_quoted),
        IQL_TEST(test_strings_and_regexes_are_escaped),
        IQL_TEST(test_numbers_always_have_a_point_and_never_an_exponent),
        IQL_TEST(test_numbers_are_read_back),
        IQL_TEST(test_durations_come_in_the_peers_two_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
