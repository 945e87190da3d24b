/* SPDX-License-Identifier: Apache-2.0 */
/* execute_test.c -- which statement does what, and what is told of those that do nothing. */
#include "influxql/execute.h"

#include "influxql/select_fixture_test.h"

static void test_statements_read_or_command(void **state)
{
    (void)state;
    static const struct {
        const char *statement;
        enum sx_iql_action action;
        const char *words;
    } rows[] = {
        {"SELECT f FROM cpu", SX_IQL_READS, "SELECT"},
        {"SELECT f INTO x FROM cpu", SX_IQL_READS, "SELECT INTO"},
        {"SHOW DATABASES", SX_IQL_READS, "SHOW DATABASES"},
        {"SHOW TAG VALUES WITH KEY = k", SX_IQL_READS, "SHOW TAG VALUES"},
        {"CREATE DATABASE d", SX_IQL_COMMANDS, "CREATE DATABASE"},
        {"DROP RETENTION POLICY p ON d", SX_IQL_COMMANDS, "DROP RETENTION POLICY"},
        {"KILL QUERY 3", SX_IQL_READS, "KILL QUERY"},
    };
    struct stored_test t;
    select_test_init(&t, SELECT_TEST_MIXED);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        const struct sx_iql_statement *statement = stored_test_parse(&t, rows[i].statement);
        assert_int_equal(sx_iql_action_of(statement), rows[i].action);
        assert_string_equal(sx_iql_statement_words(statement), rows[i].words);
    }
    stored_test_deinit(&t);
}

static void test_what_is_not_supported_is_named(void **state)
{
    (void)state;
    static const struct select_test_row rows[] = {
        {"SELECT f INTO x FROM cpu", "error: stria: SELECT INTO is not supported"},
        {"EXPLAIN SELECT f FROM cpu", "error: stria: EXPLAIN is not supported"},
        {"SHOW SHARDS", "error: stria: SHOW SHARDS is not supported"},
        {"SELECT no_such(f) FROM cpu", "error: undefined function no_such()"},
    };
    select_test_rows(rows, SX_COUNT_OF(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements_read_or_command),
        cmocka_unit_test(test_what_is_not_supported_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
