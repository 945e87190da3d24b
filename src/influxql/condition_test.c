/* SPDX-License-Identifier: Apache-2.0 */
/* condition_test.c -- see condition.h; recorded_test.c has the texts of many more. */
#include "influxql/condition.h"
#include "influxql/fixture_test.h"

#define NOW_NS 1700000000000000000

static void test_bounds_of_time_are_taken_out(void **state)
{
    static const struct {
        const char *text;
        const char *rest; /* "": nothing */
        int64_t min_ns, max_ns;
    } rows[] = {
        {"a = 1", "a = 1", STRIA_TIME_MIN, STRIA_TIME_MAX},
        {"time > 5", "", 6, STRIA_TIME_MAX},
        {"time >= 5", "", 5, STRIA_TIME_MAX},
        {"time < 5", "", STRIA_TIME_MIN, 4},
        {"time <= 5", "", STRIA_TIME_MIN, 5},
        {"TIME = 5", "", 5, 5},
        {"5 > time", "", STRIA_TIME_MIN, 4},
        {"5 <= time", "", 5, STRIA_TIME_MAX},
        {"time > 1s", "", 1000000001, STRIA_TIME_MAX},
        {"time > 1.9", "", 2, STRIA_TIME_MAX},
        {"time > '1970-01-01T00:00:00.000000007Z'", "", 8, STRIA_TIME_MAX},
        {"time > now() - 1h", "", NOW_NS - 3600000000000 + 1, STRIA_TIME_MAX},
        {"time > 1 AND time > 3 AND time < 9 AND time < 7", "", 4, 6},
        {"a = 1 AND time > 1 AND b = 2", "a = 1 AND b = 2", 2, STRIA_TIME_MAX},
        {"(a = 1 OR b = 2) AND time > 1", "a = 1 OR b = 2", 2, STRIA_TIME_MAX},
        {"c = 3 AND (a = 1 OR b = 2) AND time > 1", "c = 3 AND (a = 1 OR b = 2)", 2,
         STRIA_TIME_MAX},
        {"a = 1 OR time > 1", "a = 1", 2, STRIA_TIME_MAX},
        {"time > 1 OR time < 9", "", 2, 8},
        {"(time > 1) AND ((a = 1))", "a = 1", 2, STRIA_TIME_MAX},
        {"true", "", STRIA_TIME_MIN, STRIA_TIME_MAX},
        {"false", "false", STRIA_TIME_MIN, STRIA_TIME_MAX},
        {"1 = 1 AND a = 1", "a = 1", STRIA_TIME_MIN, STRIA_TIME_MAX},
        {"a > 1 + 2", "a > 3", STRIA_TIME_MIN, STRIA_TIME_MAX},
        {"time > 9223372036854775807", "", INT64_MIN, STRIA_TIME_MAX}, /* wraps */
        {"time < 9223372036854775807", "", STRIA_TIME_MIN, INT64_MAX - 1},
    };
    struct iql_test *test = *state;
    struct sx_iql_known known = {.has_now = true, .now_ns = NOW_NS};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        const struct sx_iql_expr *rest;
        struct sx_iql_range range;
        print_message("%s\n", rows[i].text);
        assert_int_equal(sx_iql_split_condition(&test->arena, iql_test_expr(test, rows[i].text),
                                                &known, &rest, &range, &test->err),
                         STRIA_OK);
        assert_string_equal(iql_test_print_expr(test, rest), rows[i].rest);
        assert_true(sx_iql_range_min_ns(range) == rows[i].min_ns);
        assert_true(sx_iql_range_max_ns(range) == rows[i].max_ns);
    }
}

static void test_what_is_no_condition_is_refused(void **state)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"a", "invalid condition expression: a"},
        {"a = 1 AND 'x'", "invalid condition expression: 'x'"},
        {"(5) OR a = 1", "invalid condition expression: 5"},
        {"time != 5", "invalid time comparison operator: !="},
        {"time + 5", "invalid time comparison operator: +"},
        {"time > a", "invalid operation: time and *influxql.VarRef are not compatible"},
        {"time > 1h + 1", "invalid operation: time and *influxql.BinaryExpr are not compatible"},
        {"time > 'noon'", "invalid operation: time and *influxql.StringLiteral are not compatible"},
        {"time =~ /x/", "invalid operation: time and *influxql.RegexLiteral are not compatible"},
        {"time > '2024-13-01'", "invalid timestamp string"},
        {"time > '9999-12-31'", "time 9999-12-31T00:00:00+01:00 overflows time literal"},
        {"time > '1677-01-01T00:00:00Z'", "time 1677-01-01T00:00:00Z underflows time literal"},
        {"time > '2262-04-11' + 1w", "time 2262-04-18T00:00:00+02:00 overflows time literal"},
    };
    struct iql_test *test = *state;
    struct sx_iql_known known = {.zone = test->berlin};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        const struct sx_iql_expr *rest;
        struct sx_iql_range range;
        print_message("%s\n", rows[i].text);
        assert_int_equal(sx_iql_split_condition(&test->arena, iql_test_expr(test, rows[i].text),
                                                &known, &rest, &range, &test->err),
                         STRIA_INVALID);
        assert_string_equal(test->err.text, rows[i].error);
    }
}

static void test_refused_memory_is_told(void **state)
{
    struct iql_test *test = *state;
    const struct sx_iql_expr *text = iql_test_expr(
        test, "(a = 1 + 2 OR b = 'x' + 'y') AND time > now() - 1h AND (c =~ /z/) AND d = 4");
    struct sx_iql_known known = {.has_now = true, .now_ns = NOW_NS};
    for (int64_t n = 1;; n++) {
        struct sx_arena arena;
        const struct sx_iql_expr *rest;
        struct sx_iql_range range;
        sx_arena_init(&arena, &test->mem, 32);
        atomic_store(&test->fault.fired, false);
        atomic_store(&test->fault.countdown, n);
        stria_status st = sx_iql_split_condition(&arena, text, &known, &rest, &range, &test->err);
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
        IQL_TEST(test_bounds_of_time_are_taken_out),
        IQL_TEST(test_what_is_no_condition_is_refused),
        IQL_TEST(test_refused_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
