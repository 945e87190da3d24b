/* SPDX-License-Identifier: Apache-2.0 */
/* fold_test.c -- see fold.h. */
#include "influxql/fold.h"
#include "influxql/reduce.h"
#include "influxql/fixture_test.h"

#include <math.h>

/* Expressions and what they come to. */
static const struct {
    const char *text, *value;
} rows[] = {
    {"1 + 2", "3"},
    {"9223372036854775807 + 1", "-9223372036854775808"},
    {"1 - 2", "-1"},
    {"3 * 4", "12"},
    {"7 / 2", "3.5"},
    {"7 / 0", "0.0"},
    {"7 % 4", "3"},
    {"-7 % 4", "-3"},
    {"7 % 0", "0"},
    {"-9223372036854775808 % -1", "0"},
    {"6 & 3", "2"},
    {"6 | 3", "7"},
    {"6 ^ 3", "5"},
    {"1 < 2", "true"},
    {"2 <= 1", "false"},
    {"1.5 + 2", "3.5"},
    {"2 * 1.5", "3.0"},
    {"1.5 / 0", "0.0"},
    {"5.5 % 2", "1.5"},
    {"1 = 1.0", "true"},
    {"1.5 != 1.5", "false"},
    {"1.5 >= 1", "true"},
    {"1 & 1.5", "1.0 & 1.5"},
    {"9223372036854775808 + 1", "9223372036854775809"},
    {"18446744073709551615 + 1", "0"},
    {"9223372036854775808 / 0", "0"},
    {"9223372036854775808 % 10", "8"},
    {"9223372036854775808 * 2.0", "18446744073709552000.0"},
    {"-1 < 9223372036854775808", "true"},
    {"-1 > 9223372036854775808", "false"},
    {"9223372036854775808 >= -1", "true"},
    {"5 & 9223372036854775808", "5 & 9223372036854775808"},
    {"1.0 + 9223372036854775808", "9223372036854776000.0"},
    {"true AND false", "false"},
    {"true & true", "true"},
    {"true ^ true", "false"},
    {"true = false", "false"},
    {"true + false", "true + false"},
    {"true = 1", "true = 1"},
    {"1h + 30m", "90m"},
    {"1h - 90m", "-30m"},
    {"1h > 59m", "true"},
    {"1h * 2", "2h"},
    {"1h * 2.9", "2h"},
    {"1h / 4", "15m"},
    {"1h / 0.5", "0s"},
    {"1h / 0", "0s"},
    {"1h / 1h", "1h / 1h"},
    {"2 * 1h", "2 * 1h"},
    {"60000000000 + 1s", "'1970-01-01T00:01:01Z'"},
    {"60000000000 - 1s", "'1970-01-01T00:00:59Z'"},
    {"'2024-03-05' + 1h", "'2024-03-05T01:00:00Z'"},
    {"'2024-03-05' - 1", "'2024-03-04T23:59:59.999999999Z'"},
    {"1h + '2024-03-05'", "'2024-03-05T01:00:00Z'"},
    {"1h - '2024-03-05'", "1h - '2024-03-05'"},
    {"5 + '2024-03-05'", "'2024-03-05T00:00:00.000000005Z'"},
    {"'2024-03-05' - '2024-03-04'", "1d"},
    {"'2024-03-05' = '2024-03-05 00:00:00'", "true"},
    {"'2024-03-05' != '2024-03-05T00:00:00Z'", "false"},
    {"'2024-03-05' < '2024-03-06'", "true"},
    {"'2024-13-05' = '2024-13-05'", "true"},
    {"'a' = 'b'", "false"},
    {"'a' != 'b'", "true"},
    {"'a' < 'b'", "'a' < 'b'"},
    {"'a' + 'b'", "'ab'"},
    {"'' + ''", "''"},
    {"'a' + 1h", "'a' + 1h"},
    {"'0001-01-01' + '9999-12-31'", "'0001-01-019999-12-31'"},
};

static void test_two_literals_become_one(void **state)
{
    struct iql_test *test = *state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        const struct sx_iql_expr *expr;
        print_message("%s\n", rows[i].text);
        assert_true(sx_iql_reduce(&test->arena, iql_test_expr(test, rows[i].text), NULL, &expr));
        assert_string_equal(iql_test_print_expr(test, expr), rows[i].value);
    }
}

static void test_strings_are_local_times_of_the_zone(void **state)
{
    struct iql_test *test = *state;
    struct sx_iql_known known = {.zone = test->berlin};
    const struct sx_iql_expr *expr;
    assert_true(
        sx_iql_reduce(&test->arena, iql_test_expr(test, "'2024-03-05' + 0s"), &known, &expr));
    assert_string_equal(iql_test_print_expr(test, expr), "'2024-03-04T23:00:00Z'");
}

static void test_nothing_is_equal_to_nil(void **state)
{
    struct iql_test *test = *state;
    static const char *const texts[] = {"abs('x') = 1",    "1 = abs('x')",    "1.5 > abs('x')",
                                        "'a' != abs('x')", "true = abs('x')", "1h < abs('x')"};
    struct sx_iql_known known = {.has_math = true};
    for (size_t i = 0; i < SX_COUNT_OF(texts); i++) {
        const struct sx_iql_expr *expr;
        print_message("%s\n", texts[i]);
        assert_true(sx_iql_reduce(&test->arena, iql_test_expr(test, texts[i]), &known, &expr));
        assert_string_equal(iql_test_print_expr(test, expr), "false");
    }
}

static void test_doubles_become_integers_as_on_the_peers_machine(void **state)
{
    (void)state;
    assert_true(sx_iql_integer_of(1.9) == 1);
    assert_true(sx_iql_integer_of(-1.9) == -1);
    assert_true(sx_iql_integer_of(1e19) == INT64_MIN);
    assert_true(sx_iql_integer_of(-1e19) == INT64_MIN);
    assert_true(sx_iql_integer_of((double)NAN) == INT64_MIN);
    assert_true(sx_iql_integer_of(-0x1p63) == INT64_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IQL_TEST(test_two_literals_become_one),
        IQL_TEST(test_strings_are_local_times_of_the_zone),
        IQL_TEST(test_nothing_is_equal_to_nil),
        IQL_TEST(test_doubles_become_integers_as_on_the_peers_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
