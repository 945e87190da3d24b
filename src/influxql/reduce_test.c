/* SPDX-License-Identifier: Apache-2.0 */
/* reduce_test.c -- see reduce.h; fold_test.c has the rules of two literals. */
#include "influxql/reduce.h"
#include "influxql/fixture_test.h"

#define NOW_NS 1700000000000000000 /* 2023-11-14T22:13:20Z */

static void test_what_does_not_hang_on_data_is_computed(void **state)
{
    static const struct {
        const char *text, *reduced;
    } rows[] = {
        {"a + 1 + 2", "a + 1 + 2"},
        {"1 + 2 + a", "3 + a"},
        {"a + (1 + 2)", "a + 3"},
        {"(a + 1)", "a + 1"},
        {"((a))", "a"},
        {"(a) + 1", "a + 1"},
        {"f(1 + 2, (a))", "f(3, a)"},
        {"time > now() - 1h", "time > '2023-11-14T21:13:20Z'"},
        {"now()", "'2023-11-14T22:13:20Z'"},
        {"now(1)", "now(1)"},
        {"\"now()\" = a", "'2023-11-14T22:13:20Z' = a"},
        {"a = 1 AND 1 = 1", "a = 1"},
        {"1 = 1 AND a = 1", "a = 1"},
        {"a = 1 AND 1 = 2", "false"},
        {"a = 1 OR 1 = 1", "true"},
        {"a = 1 OR false", "a = 1"},
        {"false OR a = 1 OR false", "a = 1"},
        {"a =~ /x/", "a =~ /x/"},
        {"a > sqrt(16)", "a > 4.0"},
        {"-a", "-1 * a"},
    };
    struct iql_test *test = *state;
    struct sx_iql_known known = {.has_now = true, .now_ns = NOW_NS, .has_math = true};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        const struct sx_iql_expr *expr;
        print_message("%s\n", rows[i].text);
        assert_true(sx_iql_reduce(&test->arena, iql_test_expr(test, rows[i].text), &known, &expr));
        assert_string_equal(iql_test_print_expr(test, expr), rows[i].reduced);
    }
}

static void test_without_knowledge_calls_stay(void **state)
{
    struct iql_test *test = *state;
    const struct sx_iql_expr *expr;
    assert_true(sx_iql_reduce(&test->arena, iql_test_expr(test, "now() + sqrt(4)"), NULL, &expr));
    assert_string_equal(iql_test_print_expr(test, expr), "now() + sqrt(4)");
    assert_true(sx_iql_reduce(&test->arena, NULL, NULL, &expr));
    assert_null(expr);
}

static void test_parentheses_around_operators_are_kept_inside(void **state)
{
    struct iql_test *test = *state;
    const struct sx_iql_expr *expr;
    const struct sx_iql_expr *text = iql_test_expr(test, "(a + 1)");
    assert_true(sx_iql_reduce_inner(&test->arena, text, NULL, &expr));
    assert_string_equal(iql_test_print_expr(test, expr), "(a + 1)");
}

static void test_the_original_is_not_changed(void **state)
{
    struct iql_test *test = *state;
    const struct sx_iql_expr *text = iql_test_expr(test, "a + (1 + 2) * f(3 - 1)");
    const struct sx_iql_expr *expr;
    assert_true(sx_iql_reduce(&test->arena, text, NULL, &expr));
    assert_string_equal(iql_test_print_expr(test, expr), "a + 3 * f(2)");
    assert_string_equal(iql_test_print_expr(test, text), "a + (1 + 2) * f(3 - 1)");
}

static void test_refused_memory_is_told(void **state)
{
    struct iql_test *test = *state;
    const struct sx_iql_expr *text =
        iql_test_expr(test, "a + (1 + 2) * f(3 - 1, 'x' + 'y') > now() OR (b) = 1.5 & 1");
    struct sx_iql_known known = {.has_now = true, .now_ns = NOW_NS, .has_math = true};
    for (int64_t n = 1;; n++) {
        struct sx_arena arena;
        const struct sx_iql_expr *expr;
        sx_arena_init(&arena, &test->mem, 32);
        atomic_store(&test->fault.fired, false);
        atomic_store(&test->fault.countdown, n);
        bool ok = sx_iql_reduce(&arena, text, &known, &expr);
        sx_arena_deinit(&arena);
        assert_int_equal(ok, !atomic_load(&test->fault.fired));
        if (ok)
            break;
    }
    atomic_store(&test->fault.countdown, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IQL_TEST(test_what_does_not_hang_on_data_is_computed),
        IQL_TEST(test_without_knowledge_calls_stay),
        IQL_TEST(test_parentheses_around_operators_are_kept_inside),
        IQL_TEST(test_the_original_is_not_changed),
        IQL_TEST(test_refused_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
