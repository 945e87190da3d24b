/* SPDX-License-Identifier: Apache-2.0 */
/* print_test.c -- see print.h; recorded_test.c has many more. */
#include "influxql/print.h"
#include "influxql/fixture_test.h"

/* Statements and what they print; NULL: themselves. */
static const struct {
    const char *text;
    const char *printed;
} rows[] = {
    {"select  v  from  m", "SELECT v FROM m"},
    {"SELECT mean(v) AS \"a b\", count(DISTINCT \"x y\"), *::tag, /a\\/b/, 1.0, 2, 90m FROM m",
     NULL},
    {"SELECT v::float, t::tag, f::field FROM \"d b\".p.m, d..m, p.m, d.p./x.*/, /y/, (SELECT v "
     "FROM n WHERE a = 1 LIMIT 2)",
     NULL},
    {"SELECT v INTO d.p.m FROM x", NULL},
    {"SELECT v INTO d.p.:MEASUREMENT FROM x", NULL},
    {"SELECT v INTO p.:MEASUREMENT FROM x", NULL},
    {"SELECT v INTO \"\" FROM \"\"", NULL},
    {"SELECT \"select\"(v) FROM m", NULL},
    {"SELECT v FROM m WHERE (a = 'it\\'s' OR b !~ /c/) AND time >= now() - 1h AND c <> true",
     "SELECT v FROM m WHERE (a = 'it\\'s' OR b !~ /c/) AND time >= now() - 1h AND c != true"},
    {"SELECT v FROM m GROUP BY *, /t.*/, time(1m, -5s) fill(none) ORDER BY time LIMIT 1 OFFSET 2 "
     "SLIMIT 3 SOFFSET 4 tz('Europe/Berlin')",
     "SELECT v FROM m GROUP BY *, /t.*/, time(1m, -5s) fill(none) ORDER BY time ASC LIMIT 1 "
     "OFFSET 2 SLIMIT 3 SOFFSET 4 TZ('Europe/Berlin')"},
    {"SELECT v FROM m fill(0) ORDER BY DESC tz('')",
     "SELECT v FROM m fill(0) ORDER BY DESC TZ('UTC')"},
    {"SELECT v FROM m fill(10000000000000000000000.5)",
     "SELECT v FROM m fill(10000000000000000000000)"},
    {"SELECT v FROM m fill(null) LIMIT 0", "SELECT v FROM m"},
    {"EXPLAIN ANALYZE VERBOSE SELECT v FROM m", NULL},
    {"DELETE FROM p.m WHERE time < 5", NULL},
    {"DELETE WHERE a = 'b'", NULL},
    {"DROP SERIES FROM m, /n/ WHERE a = 'b'", NULL},
    {"CREATE DATABASE d", NULL},
    {"CREATE DATABASE d WITH DURATION 90m REPLICATION 2 SHARD DURATION 1d FUTURE LIMIT 1h PAST "
     "LIMIT 2h NAME \"p q\"",
     "CREATE DATABASE d WITH DURATION 1h30m0s REPLICATION 2 SHARD DURATION 24h0m0s FUTURE LIMIT "
     "1h PAST LIMIT 2h NAME \"p q\""},
    {"CREATE DATABASE d WITH NAME \"\"", NULL},
    {"CREATE DATABASE d WITH DURATION INF", "CREATE DATABASE d WITH DURATION 0s"},
    {"CREATE RETENTION POLICY p ON d DURATION 1h REPLICATION 1 SHARD DURATION 30m DEFAULT FUTURE "
     "LIMIT 1h PAST LIMIT 2h",
     NULL},
    {"CREATE RETENTION POLICY p ON d DURATION inf REPLICATION 1 FUTURE LIMIT 0s",
     "CREATE RETENTION POLICY p ON d DURATION 0s REPLICATION 1"},
    {"alter database d set max_tag_values=0 , max_series = default",
     "ALTER DATABASE d SET max_series = DEFAULT, max_tag_values = 0"},
    {"ALTER RETENTION POLICY default ON d DEFAULT PAST LIMIT 0s SHARD DURATION 1h REPLICATION 3",
     "ALTER RETENTION POLICY \"default\" ON d REPLICATION 3 SHARD DURATION 1h DEFAULT PAST LIMIT "
     "0s"},
    {"CREATE CONTINUOUS QUERY q ON d RESAMPLE EVERY 1h FOR 2h BEGIN SELECT mean(v) INTO x FROM m "
     "GROUP BY time(1h) END",
     NULL},
    {"CREATE CONTINUOUS QUERY q ON d BEGIN SELECT v INTO x FROM m END", NULL},
    {"DROP CONTINUOUS QUERY q ON d", NULL},
    {"CREATE SUBSCRIPTION s ON d.p DESTINATIONS ANY 'udp://a:1', 'udp://b:2'", NULL},
    {"DROP SUBSCRIPTION s ON d.p", NULL},
    {"CREATE USER u WITH PASSWORD 'secret' WITH ALL PRIVILEGES",
     "CREATE USER u WITH PASSWORD [REDACTED] WITH ALL PRIVILEGES"},
    {"SET PASSWORD FOR u = 'secret'", "SET PASSWORD FOR u = [REDACTED]"},
    {"DROP USER u", NULL},
    {"GRANT ALL ON d TO u", "GRANT ALL PRIVILEGES ON d TO u"},
    {"GRANT ALL TO u", "GRANT ALL PRIVILEGES TO u"},
    {"REVOKE READ ON d FROM u", NULL},
    {"REVOKE ALL PRIVILEGES FROM u", NULL},
    {"DROP DATABASE d", NULL},
    {"DROP MEASUREMENT \"m n\"", NULL},
    {"DROP RETENTION POLICY p ON d", NULL},
    {"DROP SHARD 18446744073709551615", NULL},
    {"KILL QUERY 5 ON \"h:1\"", NULL},
    {"SHOW DATABASES", NULL},
    {"SHOW DIAGNOSTICS FOR 'it\\'s'", NULL},
    {"SHOW STATS", NULL},
    {"SHOW GRANTS FOR u", NULL},
    {"SHOW QUERIES", NULL},
    {"SHOW CONTINUOUS QUERIES", NULL},
    {"SHOW SHARDS", NULL},
    {"SHOW SHARD GROUPS", NULL},
    {"SHOW SUBSCRIPTIONS", NULL},
    {"SHOW USERS", NULL},
    {"SHOW RETENTION POLICIES ON d", NULL},
    {"SHOW MEASUREMENTS ON \"d b\".\"p q\" WITH MEASUREMENT =~ /a/ WHERE t = 'x' ORDER BY DESC "
     "LIMIT 1 OFFSET 2",
     NULL},
    {"SHOW MEASUREMENTS ON *.* WITH MEASUREMENT = \"d b\".p.m", NULL},
    {"SHOW MEASUREMENTS ON *", NULL},
    {"SHOW SERIES ON d FROM m WHERE a = 'b' LIMIT 1", NULL},
    {"SHOW SERIES EXACT CARDINALITY FROM m GROUP BY t", NULL},
    {"SHOW MEASUREMENT CARDINALITY ON d", NULL},
    {"SHOW TAG KEY EXACT CARDINALITY", NULL},
    {"SHOW FIELD KEY CARDINALITY ON d FROM m LIMIT 1 OFFSET 1", NULL},
    {"SHOW FIELD KEYS FROM m ORDER BY time ASC", NULL},
    {"SHOW TAG KEYS ON d WITH KEY IN (a, \"b c\") SLIMIT 1 SOFFSET 2", NULL},
    {"SHOW TAG VALUES FROM m WITH KEY !~ /x/ WHERE a = 'b' LIMIT 5", NULL},
    {"SHOW TAG VALUES WITH KEY != \"a b\"", NULL},
    {"SHOW TAG VALUES CARDINALITY WITH KEY = k GROUP BY t", NULL},
    {"SELECT v FROM m; ; SHOW USERS;", "SELECT v FROM m;\nSHOW USERS"},
    {"", NULL},
};

static void test_statements_print_as_the_peer_prints_them(void **state)
{
    struct iql_test *test = *state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_iql_query query;
        print_message("%s\n", rows[i].text);
        if (iql_test_parse(test, rows[i].text, &query))
            fail_msg("%s", test->err.text);
        sx_iql_print_query(&test->text, &query);
        assert_string_equal(iql_test_text(test), rows[i].printed ? rows[i].printed : rows[i].text);
    }
}

static void test_a_sign_before_a_field_prints_as_a_product(void **state)
{
    struct iql_test *test = *state;
    assert_string_equal(iql_test_print_expr(test, iql_test_expr(test, "-x + -(y) - -3 * +z")),
                        "-1 * x + -1 * (y) - -3 * 1 * z");
}

static void test_errors_hold_the_expression(void **state)
{
    struct iql_test *test = *state;
    stria_error err;
    const struct sx_iql_expr *expr = iql_test_expr(test, "a + 'b' * 2");
    assert_int_equal(sx_iql_fail_expr(&test->mem, &err, expr, "bad %s: ", "thing"), STRIA_INVALID);
    assert_string_equal(err.text, "bad thing: a + 'b' * 2");
    assert_int_equal(sx_iql_fail_expr(&test->mem, NULL, expr, "x"), STRIA_INVALID);
}

static void test_refused_memory_fails_the_buffer(void **state)
{
    struct iql_test *test = *state;
    const struct sx_iql_expr *expr =
        iql_test_expr(test, "a + b + c + d + e + f + (g + h + i + j + k + l) AND m + n");
    stria_error err;
    for (int64_t n = 1;; n++) {
        atomic_store(&test->fault.fired, false);
        atomic_store(&test->fault.countdown, n);
        stria_status st = sx_iql_fail_expr(&test->mem, &err, expr, "x: ");
        if (!atomic_load(&test->fault.fired)) {
            assert_int_equal(st, STRIA_INVALID);
            break;
        }
        assert_int_equal(st, STRIA_NOMEM);
    }
    atomic_store(&test->fault.countdown, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IQL_TEST(test_statements_print_as_the_peer_prints_them),
        IQL_TEST(test_a_sign_before_a_field_prints_as_a_product),
        IQL_TEST(test_errors_hold_the_expression),
        IQL_TEST(test_refused_memory_fails_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
