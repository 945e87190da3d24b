/* SPDX-License-Identifier: Apache-2.0 */
/* math_call_test.c -- see math_call.h. */
#include "influxql/math_call.h"
#include "influxql/reduce.h"
#include "influxql/fixture_test.h"

static void test_math_of_constants(void **state)
{
    static const struct {
        const char *call, *value;
    } rows[] = {
        {"abs(-2)", "2"},
        {"abs(-2.5)", "2.5"},
        {"abs(-9223372036854775808)", "-9223372036854775808"},
        {"abs(18446744073709551615)", "nil"},
        {"abs('x')", "nil"},
        {"floor(7)", "7"},
        {"floor(-1.5)", "-2.0"},
        {"ceil(1.2)", "2.0"},
        {"round(-2.5)", "-3.0"},
        {"round(0.49999999999999994)", "0.0"},
        {"round(18446744073709551615)", "nil"},
        {"sqrt(16)", "4.0"},
        {"sqrt(18446744073709551615)", "4294967296.0"},
        {"pow(2, 10)", "1024.0"},
        {"pow(2, 'x')", "nil"},
        {"atan2(0, 1)", "0.0"},
        {"log(8, 2)", "3.0"},
        {"log2(8)", "3.0"},
        {"log10(1000)", "3.0"},
        {"ln(1)", "0.0"},
        {"exp(0)", "1.0"},
        {"sin(0)", "0.0"},
        {"cos(0)", "1.0"},
        {"tan(0)", "0.0"},
        {"asin(0)", "0.0"},
        {"acos(1)", "0.0"},
        {"atan(0)", "0.0"},
        {"sqrt(-1)", "NaN"},
        {"sqrt(1s)", "nil"},
        {"sqrt(1, 2)", "sqrt(1, 2)"},
        {"sqrt()", "sqrt()"},
        {"pow(2)", "pow(2)"},
        {"mean(1)", "mean(1)"},
        {"sqrt(v)", "sqrt(v)"},
        {"sqrt(abs(-4))", "2.0"},
    };
    struct iql_test *test = *state;
    struct sx_iql_known known = {.has_math = true};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        const struct sx_iql_expr *expr;
        print_message("%s\n", rows[i].call);
        assert_true(sx_iql_reduce(&test->arena, iql_test_expr(test, rows[i].call), &known, &expr));
        assert_string_equal(iql_test_print_expr(test, expr), rows[i].value);
    }
}

static void test_functions_of_math_have_one_or_two_arguments(void **state)
{
    (void)state;
    assert_int_equal(sx_iql_math_arity(SX_LITERAL("abs")), 1);
    assert_int_equal(sx_iql_math_arity(SX_LITERAL("log")), 2);
    assert_int_equal(sx_iql_math_arity(SX_LITERAL("ln")), 1);
    assert_int_equal(sx_iql_math_arity(SX_LITERAL("mean")), 0);
    assert_int_equal(sx_iql_math_arity(SX_LITERAL("")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IQL_TEST(test_math_of_constants),
        IQL_TEST(test_functions_of_math_have_one_or_two_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
