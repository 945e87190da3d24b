/* SPDX-License-Identifier: Apache-2.0 */
/* command_test.c -- statements that change databases and retention policies, as commands. */
#include "influxql/execute.h"

#include "influxql/stored_fixture_test.h"

#define HOUR ((int64_t)3600 * 1000000000)

struct row {
    const char *statement;
    struct sx_command want;
    const char *error; /* NULL: none */
};

static void assert_text(const char *statement, struct sx_bytes got, struct sx_bytes want)
{
    if (!sx_bytes_equal(got, want))
        fail_msg("%s: %.*s", statement, (int)got.len, (const char *)got.ptr);
}

static void assert_command(struct stored_test *t, const struct row *row)
{
    struct sx_iql_context context = stored_test_context(t);
    struct sx_iql_command_storage storage;
    struct sx_command got;
    stria_error err = {0};
    const struct sx_iql_statement *statement = stored_test_parse(t, row->statement);
    assert_int_equal(sx_iql_action_of(statement), SX_IQL_COMMANDS);
    stria_status st = sx_iql_command(statement, &context, &storage, &got, &err);
    assert_int_equal(st, err.code);
    if (st || row->error) {
        assert_string_equal(err.text, row->error ? row->error : "");
        sx_iql_command_release(&storage);
        return;
    }
    assert_int_equal(got.kind, row->want.kind);
    assert_int_equal(got.settings, row->want.settings);
    assert_text(row->statement, got.database, row->want.database);
    assert_text(row->statement, got.policy, row->want.policy);
    assert_int_equal(got.duration_ns, row->want.duration_ns);
    assert_int_equal(got.shard_duration_ns, row->want.shard_duration_ns);
    assert_int_equal(got.replica_count, row->want.replica_count);
    assert_int_equal(got.future_limit_ns, row->want.future_limit_ns);
    assert_int_equal(got.past_limit_ns, row->want.past_limit_ns);
    assert_memory_equal(got.limits, row->want.limits, sizeof got.limits);
    sx_iql_command_release(&storage);
}

#define NAMES(d, p)                                                                                \
    .database = {(const uint8_t *)(d), sizeof(d) - 1},                                             \
    .policy = {(const uint8_t *)(p), sizeof(p) - 1}

static void test_statements_become_commands(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"CREATE DATABASE x", {.kind = SX_CREATE_DATABASE, NAMES("x", "")}, NULL},
        {"CREATE DATABASE x WITH DURATION 2d REPLICATION 3 SHARD DURATION 90m FUTURE LIMIT 1h "
         "PAST LIMIT 2h NAME y",
         {.kind = SX_CREATE_DATABASE,
          NAMES("x", "y"),
          .settings = SX_POLICY_DURATION | SX_POLICY_REPLICATION | SX_POLICY_SHARD_DURATION |
                      SX_POLICY_FUTURE_LIMIT | SX_POLICY_PAST_LIMIT | SX_POLICY_NAME,
          .duration_ns = 48 * HOUR,
          .replica_count = 3,
          .shard_duration_ns = 3 * HOUR / 2,
          .future_limit_ns = HOUR,
          .past_limit_ns = 2 * HOUR},
         NULL},
        {"CREATE DATABASE x WITH DURATION 1m",
         {0},
         "retention policy duration must be at least 1h0m0s"},
        {"CREATE DATABASE \"..\"", {0}, "invalid name"},
        {"DROP DATABASE x", {.kind = SX_DROP_DATABASE, NAMES("x", "")}, NULL},
        {"CREATE RETENTION POLICY r ON d DURATION INF REPLICATION 1 DEFAULT",
         {.kind = SX_CREATE_POLICY,
          NAMES("d", "r"),
          .settings = SX_POLICY_DURATION | SX_POLICY_REPLICATION | SX_POLICY_DEFAULT,
          .replica_count = 1},
         NULL},
        {"CREATE RETENTION POLICY r ON d DURATION 1h REPLICATION 1 SHARD DURATION 2h",
         {0},
         "retention policy duration must be greater than the shard duration"},
        {"ALTER DATABASE d SET max_series = 5, max_tag_values = DEFAULT",
         {.kind = SX_ALTER_DATABASE,
          NAMES("d", ""),
          .settings = SX_DATABASE_LIMIT(SX_LIMIT_SERIES) | SX_DATABASE_LIMIT(SX_LIMIT_TAG_VALUES),
          .limits = {5, 0, SX_LIMIT_OF_STORE}},
         NULL},
        {"ALTER RETENTION POLICY p ON d DURATION 1d",
         {.kind = SX_ALTER_POLICY,
          NAMES("d", "p"),
          .settings = SX_POLICY_DURATION,
          .duration_ns = 24 * HOUR},
         NULL},
        {"ALTER RETENTION POLICY p ON d DURATION 1m",
         {0},
         "retention policy duration must be at least 1h0m0s"},
        {"ALTER RETENTION POLICY p ON none DEFAULT", {0}, "database not found: none"},
        {"DROP RETENTION POLICY r ON d", {.kind = SX_DROP_POLICY, NAMES("d", "r")}, NULL},
    };
    struct stored_test t;
    stored_test_init(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        assert_command(&t, &rows[i]);
    stored_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements_become_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
