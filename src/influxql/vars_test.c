/* SPDX-License-Identifier: Apache-2.0 */
/* vars_test.c -- names are numbered once each, with their types. */
#include "influxql/vars.h"

#include "influxql/fixture_test.h"

static void test_a_name_has_one_number_for_each_type(void **state)
{
    struct iql_test *test = *state;
    struct sx_iql_vars vars = {0};
    const struct sx_iql_expr *expr = iql_test_expr(test, "a + mean(b::float) * a / b::integer");
    assert_true(sx_iql_vars_add_all(&vars, &test->mem, expr));
    assert_int_equal(vars.count, 3);
    static const struct {
        const char *text;
        uint32_t number;
        stria_type type;
    } rows[] = {
        {"a", 0, STRIA_STRING},
        {"b::float", 1, STRIA_FLOAT},
        {"b::integer", 2, STRIA_INT},
        {"b", UINT32_MAX, STRIA_STRING},
        {"c", UINT32_MAX, STRIA_STRING},
        {"c::tag", UINT32_MAX, STRIA_STRING},
        {"c::boolean", UINT32_MAX, STRIA_BOOL},
        {"c::unsigned", UINT32_MAX, STRIA_UINT},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        const struct sx_iql_expr *var = iql_test_expr(test, rows[i].text);
        assert_int_equal(sx_iql_vars_find(&vars, var), rows[i].number);
        assert_int_equal(sx_iql_var_type(var), rows[i].type);
    }
    assert_int_equal(sx_iql_vars_add(&vars, &test->mem, iql_test_expr(test, "b::float")), 1);
    assert_int_equal(sx_iql_vars_add(&vars, &test->mem, iql_test_expr(test, "d")), 3);
    sx_mem_free(&test->mem, vars.items);
}

static void test_a_refused_allocation_is_told(void **state)
{
    struct iql_test *test = *state;
    struct sx_iql_vars vars = {0};
    const struct sx_iql_expr *var = iql_test_expr(test, "a");
    atomic_store(&test->fault.countdown, 1);
    assert_int_equal(sx_iql_vars_add(&vars, &test->mem, var), UINT32_MAX);
    atomic_store(&test->fault.countdown, 1);
    assert_false(sx_iql_vars_add_all(&vars, &test->mem, var));
    atomic_store(&test->fault.countdown, -1);
    assert_int_equal(vars.count, 0);
    sx_mem_free(&test->mem, vars.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IQL_TEST(test_a_name_has_one_number_for_each_type),
        IQL_TEST(test_a_refused_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
