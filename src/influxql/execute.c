/* SPDX-License-Identifier: Apache-2.0 */
/* execute.c -- see execute.h: which statement does what. */
#include "influxql/execute.h"

#include "base/error.h"
#include "influxql/check.h"
#include "influxql/open.h"

enum sx_iql_action sx_iql_action_of(const struct sx_iql_statement *statement)
{
    switch (statement->kind) {
    case SX_IQL_STATEMENT_CREATE_DATABASE:
    case SX_IQL_STATEMENT_DROP_DATABASE:
    case SX_IQL_STATEMENT_CREATE_POLICY:
    case SX_IQL_STATEMENT_ALTER_DATABASE:
    case SX_IQL_STATEMENT_ALTER_POLICY:
    case SX_IQL_STATEMENT_DROP_POLICY:
    case SX_IQL_STATEMENT_DELETE:
    case SX_IQL_STATEMENT_DROP_SERIES:
    case SX_IQL_STATEMENT_DROP_MEASUREMENT:
        return SX_IQL_COMMANDS;
    default:
        return SX_IQL_READS; /* or tells that it is not supported */
    }
}

const char *sx_iql_statement_words(const struct sx_iql_statement *statement)
{
    static const char *const words[] = {
        [SX_IQL_STATEMENT_SELECT] = "SELECT",
        [SX_IQL_STATEMENT_EXPLAIN] = "EXPLAIN",
        [SX_IQL_STATEMENT_DELETE] = "DELETE",
        [SX_IQL_STATEMENT_DROP_SERIES] = "DROP SERIES",
        [SX_IQL_STATEMENT_ALTER_DATABASE] = "ALTER DATABASE",
        [SX_IQL_STATEMENT_ALTER_POLICY] = "ALTER RETENTION POLICY",
        [SX_IQL_STATEMENT_CREATE_DATABASE] = "CREATE DATABASE",
        [SX_IQL_STATEMENT_CREATE_POLICY] = "CREATE RETENTION POLICY",
        [SX_IQL_STATEMENT_CREATE_CONTINUOUS_QUERY] = "CREATE CONTINUOUS QUERY",
        [SX_IQL_STATEMENT_CREATE_SUBSCRIPTION] = "CREATE SUBSCRIPTION",
        [SX_IQL_STATEMENT_CREATE_USER] = "CREATE USER",
        [SX_IQL_STATEMENT_DROP_CONTINUOUS_QUERY] = "DROP CONTINUOUS QUERY",
        [SX_IQL_STATEMENT_DROP_DATABASE] = "DROP DATABASE",
        [SX_IQL_STATEMENT_DROP_MEASUREMENT] = "DROP MEASUREMENT",
        [SX_IQL_STATEMENT_DROP_POLICY] = "DROP RETENTION POLICY",
        [SX_IQL_STATEMENT_DROP_SHARD] = "DROP SHARD",
        [SX_IQL_STATEMENT_DROP_SUBSCRIPTION] = "DROP SUBSCRIPTION",
        [SX_IQL_STATEMENT_DROP_USER] = "DROP USER",
        [SX_IQL_STATEMENT_GRANT] = "GRANT",
        [SX_IQL_STATEMENT_GRANT_ADMIN] = "GRANT",
        [SX_IQL_STATEMENT_REVOKE] = "REVOKE",
        [SX_IQL_STATEMENT_REVOKE_ADMIN] = "REVOKE",
        [SX_IQL_STATEMENT_SET_PASSWORD] = "SET PASSWORD",
        [SX_IQL_STATEMENT_KILL_QUERY] = "KILL QUERY",
        [SX_IQL_STATEMENT_SHOW_CONTINUOUS_QUERIES] = "SHOW CONTINUOUS QUERIES",
        [SX_IQL_STATEMENT_SHOW_DATABASES] = "SHOW DATABASES",
        [SX_IQL_STATEMENT_SHOW_DIAGNOSTICS] = "SHOW DIAGNOSTICS",
        [SX_IQL_STATEMENT_SHOW_FIELD_KEY_CARDINALITY] = "SHOW FIELD KEY CARDINALITY",
        [SX_IQL_STATEMENT_SHOW_FIELD_KEYS] = "SHOW FIELD KEYS",
        [SX_IQL_STATEMENT_SHOW_GRANTS] = "SHOW GRANTS",
        [SX_IQL_STATEMENT_SHOW_MEASUREMENT_CARDINALITY] = "SHOW MEASUREMENT CARDINALITY",
        [SX_IQL_STATEMENT_SHOW_MEASUREMENTS] = "SHOW MEASUREMENTS",
        [SX_IQL_STATEMENT_SHOW_POLICIES] = "SHOW RETENTION POLICIES",
        [SX_IQL_STATEMENT_SHOW_QUERIES] = "SHOW QUERIES",
        [SX_IQL_STATEMENT_SHOW_SERIES] = "SHOW SERIES",
        [SX_IQL_STATEMENT_SHOW_SERIES_CARDINALITY] = "SHOW SERIES CARDINALITY",
        [SX_IQL_STATEMENT_SHOW_SERIES_LIMITS] = "SHOW SERIES LIMITS",
        [SX_IQL_STATEMENT_SHOW_SHARD_GROUPS] = "SHOW SHARD GROUPS",
        [SX_IQL_STATEMENT_SHOW_SHARDS] = "SHOW SHARDS",
        [SX_IQL_STATEMENT_SHOW_STATS] = "SHOW STATS",
        [SX_IQL_STATEMENT_SHOW_SUBSCRIPTIONS] = "SHOW SUBSCRIPTIONS",
        [SX_IQL_STATEMENT_SHOW_TAG_KEY_CARDINALITY] = "SHOW TAG KEY CARDINALITY",
        [SX_IQL_STATEMENT_SHOW_TAG_KEYS] = "SHOW TAG KEYS",
        [SX_IQL_STATEMENT_SHOW_TAG_VALUES] = "SHOW TAG VALUES",
        [SX_IQL_STATEMENT_SHOW_TAG_VALUES_CARDINALITY] = "SHOW TAG VALUES CARDINALITY",
        [SX_IQL_STATEMENT_SHOW_USERS] = "SHOW USERS",
    };
    if (statement->kind == SX_IQL_STATEMENT_SELECT && statement->u.select->target)
        return "SELECT INTO";
    return words[statement->kind];
}

static stria_status refuse(const struct sx_iql_statement *statement, stria_error *err)
{
    return sx_fail(err, STRIA_UNSUPPORTED, "stria: %s is not supported",
                   sx_iql_statement_words(statement));
}

stria_status sx_iql_open(const struct sx_iql_statement *statement,
                         const struct sx_iql_context *context, struct sx_table_source **source,
                         stria_error *err)
{
    *source = NULL;
    stria_status st = sx_iql_check_statement(statement, err);
    if (st)
        return st;
    switch (statement->kind) {
    case SX_IQL_STATEMENT_SELECT:
        return statement->u.select->target
                   ? refuse(statement, err)
                   : sx_iql_open_select(statement->u.select, context, source, err);
    case SX_IQL_STATEMENT_SHOW_DATABASES:
        return sx_iql_open_databases(context, source, err);
    case SX_IQL_STATEMENT_SHOW_POLICIES:
        return sx_iql_open_policies(statement->u.show.database, context, source, err);
    case SX_IQL_STATEMENT_SHOW_MEASUREMENTS:
        return sx_iql_open_measurements(&statement->u.show, context, source, err);
    case SX_IQL_STATEMENT_SHOW_TAG_KEYS:
    case SX_IQL_STATEMENT_SHOW_TAG_VALUES:
    case SX_IQL_STATEMENT_SHOW_FIELD_KEYS:
        return sx_iql_open_stored(statement, context, source, err);
    case SX_IQL_STATEMENT_SHOW_SERIES:
        return sx_iql_open_series(&statement->u.show, context, source, err);
    case SX_IQL_STATEMENT_SHOW_SERIES_CARDINALITY:
    case SX_IQL_STATEMENT_SHOW_MEASUREMENT_CARDINALITY:
    case SX_IQL_STATEMENT_SHOW_FIELD_KEY_CARDINALITY:
    case SX_IQL_STATEMENT_SHOW_TAG_KEY_CARDINALITY:
    case SX_IQL_STATEMENT_SHOW_TAG_VALUES_CARDINALITY:
        return sx_iql_open_cardinality(statement, context, source, err);
    case SX_IQL_STATEMENT_SHOW_SERIES_LIMITS:
        return sx_iql_open_limits(context, source, err);
    case SX_IQL_STATEMENT_SHOW_USERS:
    case SX_IQL_STATEMENT_SHOW_GRANTS:
    case SX_IQL_STATEMENT_SHOW_CONTINUOUS_QUERIES:
    case SX_IQL_STATEMENT_SHOW_SUBSCRIPTIONS:
    case SX_IQL_STATEMENT_DROP_CONTINUOUS_QUERY:
    case SX_IQL_STATEMENT_DROP_SUBSCRIPTION:
    case SX_IQL_STATEMENT_KILL_QUERY:
    case SX_IQL_STATEMENT_GRANT:
    case SX_IQL_STATEMENT_GRANT_ADMIN:
    case SX_IQL_STATEMENT_REVOKE:
    case SX_IQL_STATEMENT_REVOKE_ADMIN:
    case SX_IQL_STATEMENT_SET_PASSWORD:
    case SX_IQL_STATEMENT_DROP_USER:
        return sx_iql_open_admin(statement, context, source, err);
    default:
        return refuse(statement, err);
    }
}
