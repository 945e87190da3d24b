/* SPDX-License-Identifier: Apache-2.0 */
/* check_test.c -- see check.h: what is found out about a SELECT. recorded_test.c has the texts of
 * most errors. */
#include "influxql/check.h"
#include "influxql/fixture_test.h"

#define NOW_NS 1700000000000000000 /* 2023-11-14T22:13:20Z */
#define MINUTE_NS ((int64_t)60 * 1000000000)

static struct sx_iql_checked *checked(struct iql_test *test, const char *text)
{
    const struct sx_iql_statement *statement = iql_test_statement(test, text);
    struct sx_iql_checked *out;
    print_message("%s\n", text);
    if (sx_iql_check_select(&test->arena, statement->u.select, NOW_NS, &out, &test->err))
        fail_msg("%s", test->err.text);
    return out;
}

static void test_fields_are_rewritten(void **state)
{
    static const struct {
        const char *text, *rewritten;
    } rows[] = {
        {"SELECT time AS t, v + 1 + 2 FROM m", "SELECT v + 1 + 2 FROM m"},
        {"SELECT v * (1 + 2), time FROM m", "SELECT v * 3 FROM m"},
        {"SELECT DISTINCT v FROM m", "SELECT distinct(v) FROM m"},
        {"SELECT count(DISTINCT v) / 2 * (1 + count(DISTINCT v)) FROM m",
         "SELECT count(distinct(v)) / 2 * (1 + count(distinct(v))) FROM m"},
        {"SELECT abs(-2) * v FROM m", "SELECT 2 * v FROM m"},
        {"SELECT v FROM m WHERE a = 1 AND time > now()", "SELECT v FROM m WHERE a = 1"},
        {"SELECT mean(v) FROM m GROUP BY time(5m, now()), (h)",
         "SELECT mean(v) FROM m GROUP BY time(5m, 200s), h"},
        {"SELECT v FROM (SELECT v FROM m WHERE a = 1 + 2 AND time > 5) WHERE time > 7",
         "SELECT v FROM (SELECT v FROM m WHERE a = 1 + 2 AND time > 5)"},
    };
    struct iql_test *test = *state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        sx_iql_print_select(&test->text, &checked(test, rows[i].text)->select);
        assert_string_equal(iql_test_text(test), rows[i].rewritten);
    }
}

static void test_a_select_without_functions_is_raw(void **state)
{
    struct sx_iql_checked *c = checked(*state, "SELECT v, time AS t FROM m WHERE time >= 5");
    assert_true(c->select.is_raw && c->only_selectors && c->has_auxiliary && c->ascending);
    assert_int_equal(c->call_count, 0);
    assert_true(c->time_min_ns == 5);
    assert_true(c->time_max_ns == STRIA_TIME_MAX);
    assert_true(sx_bytes_equal(c->time_name, SX_LITERAL("t")));
    assert_int_equal(c->interval_ns, 0);
    assert_null(c->subqueries[0]);
    assert_false(checked(*state, "SELECT DISTINCT v FROM m")->select.is_raw);
}

static void test_grouped_time_ends_now(void **state)
{
    struct sx_iql_checked *c = checked(
        *state, "SELECT derivative(mean(v), 1s) FROM m GROUP BY time(10m, -1m), h ORDER BY DESC");
    assert_true(c->time_min_ns == STRIA_TIME_MIN);
    assert_true(c->time_max_ns == NOW_NS);
    assert_true(c->interval_ns == 10 * MINUTE_NS);
    assert_true(c->interval_offset_ns == -MINUTE_NS);
    assert_int_equal(c->extra_intervals, 1);
    assert_int_equal(c->call_count, 2);
    assert_false(c->ascending || c->only_selectors || c->has_auxiliary || c->has_distinct);
    c = checked(*state,
                "SELECT moving_average(mean(v), 7) FROM m WHERE time < 9 GROUP BY time(1s)");
    assert_int_equal(c->extra_intervals, 7);
    assert_true(c->time_max_ns == 8);
}

static void test_selectors_and_top_are_noted(void **state)
{
    struct sx_iql_checked *c = checked(*state, "SELECT top(v, host, 3) FROM m");
    assert_true(c->only_selectors && c->has_auxiliary);
    assert_true(sx_bytes_equal(c->top_bottom, SX_LITERAL("top")));
    c = checked(*state, "SELECT top(v, host, 3) INTO x FROM m");
    assert_false(c->has_auxiliary);
    c = checked(*state, "SELECT max(v), host FROM m");
    assert_true(c->only_selectors && c->has_auxiliary);
    c = checked(*state, "SELECT distinct(v) FROM m");
    assert_true(c->has_distinct && !c->only_selectors);
    assert_false(checked(*state, "SELECT count(distinct(v)) FROM m")->has_distinct);
    c = checked(*state, "SELECT max(*) FROM m");
    assert_false(c->only_selectors || c->has_auxiliary);
}

static void test_subqueries_inherit_time_and_interval(void **state)
{
    struct sx_iql_checked *c =
        checked(*state, "SELECT mean(v) FROM n, (SELECT max(v) AS v FROM m WHERE time < 70m AND "
                        "a = 1 + 2) WHERE time > 50m AND time < 90m GROUP BY time(1m)");
    assert_null(c->subqueries[0]);
    struct sx_iql_checked *inner = c->subqueries[1];
    assert_true(inner->time_min_ns == 50 * MINUTE_NS + 1);
    assert_true(inner->time_max_ns == 70 * MINUTE_NS - 1);
    assert_true(inner->interval_ns == MINUTE_NS && inner->interval_inherited);
    assert_string_equal(iql_test_print_expr(*state, inner->select.condition), "a = 3");
    c = checked(*state, "SELECT v FROM (SELECT mean(v) AS v FROM m GROUP BY time(2m))");
    assert_true(c->interval_ns == 0);
    assert_true(c->subqueries[0]->interval_ns == 2 * MINUTE_NS);
    assert_false(c->subqueries[0]->interval_inherited);
    assert_int_equal(c->subqueries[0]->select.fill, SX_IQL_FILL_NONE);
    c = checked(*state, "SELECT v FROM (SELECT v FROM m) ORDER BY DESC");
    assert_false(c->subqueries[0]->ascending);
}

static void test_rules_beyond_the_recorded_ones(void **state)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"SELECT 1 + 's' FROM m", "cannot perform a binary expression on two literals"},
        {"SELECT max(*) + 1 FROM m", "unsupported expression with wildcard: max()"},
        {"SELECT bottom(v + 1, 2) FROM m",
         "expected first argument to be a field in bottom(), found v + 1"},
        {"SELECT holt_winters(v, 2, 2) FROM m GROUP BY time(1m)",
         "must use aggregate function with holt_winters"},
        {"SELECT chande_momentum_oscillator(v, 3, -2) FROM m",
         "chande_momentum_oscillator hold period must be greater than or equal to 0"},
        {"SELECT chande_momentum_oscillator(v, 3, 1, 'x') FROM m",
         "chande_momentum_oscillator warmup type must be one of: 'none' 'exponential' 'simple'"},
        {"SELECT v FROM m WHERE log(v, 2) > 1",
         "invalid number of arguments for log, expected 1, got 2"},
        {"SELECT v FROM m WHERE abs(mean(v)) > 1", "invalid function call in condition: mean(v)"},
        {"SELECT v FROM m WHERE a =~ /x/ + 1",
         "likely malformed statement, unable to rewrite: interface conversion: influxql.Expr is "
         "*influxql.BinaryExpr, not *influxql.RegexLiteral"},
        {"SELECT mean(v) FROM m GROUP BY time(1m, f())",
         "time dimension offset function must be now()"},
        {"SELECT mean(v) FROM m GROUP BY time(1m, '2024-13-01')", "invalid timestamp string"},
        {"SELECT v FROM (SELECT mean(v), w FROM m)",
         "mixing aggregate and non-aggregate queries is not supported"},
        {"SELECT v FROM (SELECT v FROM m ORDER BY DESC)",
         "subqueries must be ordered in the same direction as the query itself"},
    };
    struct iql_test *test = *state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_iql_query query;
        struct sx_iql_checked *out;
        print_message("%s\n", rows[i].text);
        assert_int_equal(iql_test_parse(test, rows[i].text, &query), STRIA_OK);
        assert_int_equal(sx_iql_check_select(&test->arena, query.statements[0]->u.select, NOW_NS,
                                             &out, &test->err),
                         STRIA_INVALID);
        assert_string_equal(test->err.text, rows[i].error);
        assert_null(out);
    }
}

static void test_an_offset_that_is_a_text_is_refused_at_last(void **state)
{
    struct iql_test *test = *state;
    struct sx_iql_checked *c =
        checked(test, "SELECT mean(v) FROM m GROUP BY time(1m, '2024-01-01T00:00:05Z')");
    assert_true(c->interval_offset_ns == 5000000000);
    assert_int_equal(sx_iql_check_offset(&test->mem, c, &test->err), STRIA_INVALID);
    assert_string_equal(test->err.text, "invalid time dimension offset: '2024-01-01T00:00:05Z'");
    c = checked(test, "SELECT mean(v) FROM m GROUP BY time(1m, '2024-01-01T00:00:05Z' + 1s)");
    assert_int_equal(sx_iql_check_offset(&test->mem, c, &test->err), STRIA_OK);
    assert_true(c->interval_offset_ns == 6000000000);
    c = checked(test, "SELECT mean(v) FROM m GROUP BY time(0s, 1m)");
    assert_true(c->interval_ns == 0 && c->interval_offset_ns == 0);
}

static void test_statements_are_checked_before_and_after_names_are_looked_up(void **state)
{
    static const struct {
        const char *text, *before, *after;
    } rows[] = {
        {"SELECT v FROM _series", "unable to use system source '_series': use SHOW SERIES instead",
         NULL},
        {"SELECT v FROM _tagKey",
         "unable to use system source '_tagKey': use the appropriate meta command instead", NULL},
        {"SELECT v FROM m, (SELECT v FROM \"\")", "invalid measurement", NULL},
        {"EXPLAIN SELECT v FROM \"\"", "invalid measurement", NULL},
        {"SHOW SERIES CARDINALITY FROM \"\"", "invalid measurement", NULL},
        {"SHOW FIELD KEY CARDINALITY WHERE time > 0",
         "SHOW FIELD KEY CARDINALITY doesn't support time in WHERE clause", NULL},
        {"SHOW TAG KEY EXACT CARDINALITY WHERE time > 0",
         "SHOW TAG KEY EXACT CARDINALITY doesn't support time in WHERE clause", NULL},
        {"SHOW TAG VALUES CARDINALITY WITH KEY = k", NULL, NULL},
        {"CREATE DATABASE \"a/b\"", "invalid name", NULL},
        {"CREATE DATABASE \"a\xc2\xa0"
         "b\"",
         "invalid name", NULL},
        {"CREATE DATABASE \"\xc3\xa4 b\"", NULL, NULL},
        {"CREATE DATABASE d WITH NAME \"..\"", "invalid name", NULL},
        {"CREATE DATABASE d WITH DURATION 59m", "retention policy duration must be at least 1h0m0s",
         NULL},
        {"CREATE RETENTION POLICY p ON d DURATION 2h REPLICATION 1 SHARD DURATION 3h",
         "retention policy duration must be greater than the shard duration", NULL},
        {"ALTER RETENTION POLICY p ON d DURATION 1m", NULL,
         "retention policy duration must be at least 1h0m0s"},
        {"ALTER RETENTION POLICY p ON d DURATION 2h SHARD DURATION 3h", NULL,
         "retention policy duration must be greater than the shard duration"},
        {"DROP SERIES FROM m WHERE time > 0", NULL,
         "DROP SERIES doesn't support time in WHERE clause"},
        {"SHOW TAG VALUES FROM p.m, n, q.m WITH KEY = k", NULL,
         "only one retention policy allowed in SHOW TAG VALUES query: \"q\", \"p\""},
        {"SHOW TAG VALUES FROM p.m, n, p.o WITH KEY = k", NULL, NULL},
        {"DELETE FROM m WHERE time > 0", NULL, NULL},
    };
    struct iql_test *test = *state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        const struct sx_iql_statement *statement = iql_test_statement(test, rows[i].text);
        print_message("%s\n", rows[i].text);
        test->err = (stria_error){0};
        assert_int_equal(sx_iql_check_statement(statement, &test->err),
                         rows[i].before ? STRIA_INVALID : STRIA_OK);
        assert_string_equal(test->err.text, rows[i].before ? rows[i].before : "");
        test->err = (stria_error){0};
        assert_int_equal(sx_iql_check_named(statement, &test->err),
                         rows[i].after ? STRIA_INVALID : STRIA_OK);
        assert_string_equal(test->err.text, rows[i].after ? rows[i].after : "");
    }
}

static void test_refused_memory_is_told(void **state)
{
    struct iql_test *test = *state;
    const struct sx_iql_statement *statement = iql_test_statement(
        test, "SELECT count(DISTINCT v) + (1 + 2) * mean(w), percentile(x, 5) / 2 FROM m, "
              "(SELECT DISTINCT v FROM n WHERE abs(a) > 3 AND time > now()) WHERE b = 'x' + 'y' "
              "AND c =~ /z/ GROUP BY time(1m, now()), h");
    for (int64_t n = 1;; n++) {
        struct sx_arena arena;
        struct sx_iql_checked *out;
        sx_arena_init(&arena, &test->mem, 32);
        atomic_store(&test->fault.fired, false);
        atomic_store(&test->fault.countdown, n);
        stria_status st =
            sx_iql_check_select(&arena, statement->u.select, NOW_NS, &out, &test->err);
        sx_arena_deinit(&arena);
        if (!atomic_load(&test->fault.fired)) {
            assert_int_equal(st, STRIA_OK);
            break;
        }
        assert_int_equal(st, STRIA_NOMEM);
    }
    atomic_store(&test->fault.countdown, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IQL_TEST(test_fields_are_rewritten),
        IQL_TEST(test_a_select_without_functions_is_raw),
        IQL_TEST(test_grouped_time_ends_now),
        IQL_TEST(test_selectors_and_top_are_noted),
        IQL_TEST(test_subqueries_inherit_time_and_interval),
        IQL_TEST(test_rules_beyond_the_recorded_ones),
        IQL_TEST(test_an_offset_that_is_a_text_is_refused_at_last),
        IQL_TEST(test_statements_are_checked_before_and_after_names_are_looked_up),
        IQL_TEST(test_refused_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
