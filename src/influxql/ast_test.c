/* SPDX-License-Identifier: Apache-2.0 */
/* ast_test.c -- see ast.h. */
#include "influxql/ast.h"
#include "influxql/fixture_test.h"

static void test_a_spine_is_the_left_side_from_inside_out(void **state)
{
    struct iql_test *test = *state;
    const struct sx_iql_expr *expr = iql_test_expr(test, "a + b * c - d");
    assert_int_equal(expr->u.binary.spine, 2);
    const struct sx_iql_expr **spine = sx_iql_spine(&test->arena, expr);
    assert_string_equal(iql_test_print_expr(test, spine[0]), "a + b * c");
    assert_ptr_equal(spine[1], expr);
    assert_string_equal(iql_test_print_expr(test, spine[0]->u.binary.left), "a");
}

static bool note(void *user, const struct sx_iql_expr *expr)
{
    struct iql_test *test = user;
    if (expr->kind == SX_IQL_EXPR_VAR)
        sx_buf_put_bytes(&test->text, expr->u.var.name);
    else
        sx_buf_printf(&test->text, "<%s>", sx_iql_expr_kind_name(expr->kind) + 10);
    return expr->kind != SX_IQL_EXPR_PAREN;
}

static void test_walks_go_parents_first_and_left_first(void **state)
{
    struct iql_test *test = *state;
    const struct sx_iql_expr *expr = iql_test_expr(test, "a + f(b, c * d) - (e) / g");
    assert_true(sx_iql_walk(&test->mem, expr, note, test));
    assert_string_equal(iql_test_text(test),
                        "<BinaryExpr><BinaryExpr>a<Call>b<BinaryExpr>cd<BinaryExpr><ParenExpr>g");
    assert_true(sx_iql_walk(&test->mem, NULL, note, test));
}

static bool count(void *user, const struct sx_iql_expr *expr)
{
    (void)expr;
    ++*(size_t *)user;
    return true;
}

static void test_long_chains_are_walked_and_time_is_found_in_them(void **state)
{
    struct iql_test *test = *state;
    struct sx_buf text;
    sx_buf_init(&text, &test->mem, 1 << 24);
    sx_buf_put_text(&text, "time > 1");
    for (int i = 0; i < 200000; i++)
        sx_buf_put_text(&text, " OR a = 1");
    const struct sx_iql_expr *expr;
    assert_int_equal(sx_iql_parse_expr(&test->arena, sx_buf_bytes(&text), NULL, &expr, NULL), 0);
    assert_int_equal(expr->u.binary.spine, 200001);
    size_t nodes = 0;
    assert_true(sx_iql_walk(&test->mem, expr, count, &nodes));
    assert_int_equal(nodes, 200001 * 3 + 200000);
    assert_true(sx_iql_has_time(expr));
    sx_buf_deinit(&text);
}

static void test_time_is_found_left_of_comparisons_only(void **state)
{
    static const struct {
        const char *text;
        bool has;
    } rows[] = {
        {"time > 0", true},        {"TIME > 0", true},  {"a = 1 AND (b = 2 OR (time < 5))", true},
        {"a = 1 OR b = 2", false}, {"0 < time", false}, {"f(time) > 0", false},
        {"a > time", false},       {"(time)", false},
    };
    struct iql_test *test = *state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        print_message("%s\n", rows[i].text);
        assert_int_equal(sx_iql_has_time(iql_test_expr(test, rows[i].text)), rows[i].has);
    }
    assert_false(sx_iql_has_time(NULL));
}

static void test_statements_tell_whether_they_change_something_and_what_they_name(void **state)
{
    static const struct {
        const char *text;
        bool changes;
        const char *database;
    } rows[] = {
        {"SELECT v FROM d.p.m", false, ""},
        {"SELECT v INTO x FROM m", true, ""},
        {"DELETE FROM m", true, ""},
        {"DROP DATABASE d", true, ""},
        {"CREATE DATABASE d", true, ""},
        {"CREATE RETENTION POLICY p ON d DURATION 1h REPLICATION 1", true, "d"},
        {"SHOW TAG KEYS ON d", false, "d"},
        {"SHOW DATABASES", false, ""},
        {"DROP CONTINUOUS QUERY q ON d", true, "d"},
        {"GRANT READ ON d TO u", true, "d"},
        {"KILL QUERY 1", false, ""},
        {"EXPLAIN SELECT v INTO x FROM m", false, ""},
    };
    struct iql_test *test = *state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        print_message("%s\n", rows[i].text);
        const struct sx_iql_statement *statement = iql_test_statement(test, rows[i].text);
        assert_int_equal(sx_iql_statement_changes(statement), rows[i].changes);
        assert_true(
            sx_bytes_equal(sx_iql_statement_database(statement), sx_bytes_of(rows[i].database)));
    }
}

static void test_kinds_have_the_peers_names(void **state)
{
    (void)state;
    assert_string_equal(sx_iql_expr_kind_name(SX_IQL_EXPR_VAR), "*influxql.VarRef");
    assert_string_equal(sx_iql_expr_kind_name(SX_IQL_EXPR_NIL), "*influxql.NilLiteral");
    assert_string_equal(sx_iql_type_name(SX_IQL_TYPE_ANY_FIELD), "field");
    assert_string_equal(sx_iql_type_name(SX_IQL_TYPE_UNSIGNED), "unsigned");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IQL_TEST(test_a_spine_is_the_left_side_from_inside_out),
        IQL_TEST(test_walks_go_parents_first_and_left_first),
        IQL_TEST(test_long_chains_are_walked_and_time_is_found_in_them),
        IQL_TEST(test_time_is_found_left_of_comparisons_only),
        IQL_TEST(test_statements_tell_whether_they_change_something_and_what_they_name),
        IQL_TEST(test_kinds_have_the_peers_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
