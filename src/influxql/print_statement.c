/* SPDX-License-Identifier: Apache-2.0 */
/* print_statement.c -- see print.h: every statement but SELECT. */
#include "influxql/literal.h"
#include "influxql/print.h"
#include "influxql/print_priv.h"

#include <inttypes.h>

static void put_on(struct sx_buf *out, struct sx_bytes database)
{
    sx_buf_put_text(out, " ON ");
    sx_iql_put_name(out, database);
}

static void put_optional_on(struct sx_buf *out, struct sx_bytes database)
{
    if (database.len)
        put_on(out, database);
}

static void put_duration_clause(struct sx_buf *out, const char *words, int64_t ns)
{
    sx_buf_put_text(out, words);
    sx_iql_put_duration(out, ns);
}

/* ---- SHOW ----------------------------------------------------------------------------------- */

static void print_key(struct sx_buf *out, const struct sx_iql_show *show)
{
    if (!show->key)
        return;
    sx_buf_put_text(out, " WITH KEY ");
    sx_buf_put_text(out, sx_iql_token_name(show->key_op));
    sx_buf_put_u8(out, ' ');
    if (show->key->kind == SX_IQL_EXPR_STRING)
        sx_iql_put_name(out, show->key->u.text);
    else
        sx_iql_print_expr(out, show->key);
}

static void print_show(struct sx_buf *out, const char *words, const struct sx_iql_show *show)
{
    sx_buf_put_text(out, words);
    put_optional_on(out, show->database);
    if (show->sources.count) {
        sx_buf_put_text(out, " FROM ");
        sx_iql_print_sources(out, &show->sources);
    }
    print_key(out, show);
    sx_iql_print_condition(out, show->condition);
    sx_iql_print_dimensions(out, &show->dimensions);
    sx_iql_print_order(out, &show->order);
    sx_iql_print_limits(out, &show->limits);
}

static void print_cardinality(struct sx_buf *out, const char *words, const struct sx_iql_show *show)
{
    sx_buf_put_text(out, words);
    print_show(out, show->exact ? " EXACT CARDINALITY" : " CARDINALITY", show);
}

static void print_show_measurements(struct sx_buf *out, const struct sx_iql_show *show)
{
    sx_buf_put_text(out, "SHOW MEASUREMENTS");
    if (show->any_database)
        sx_buf_put_text(out, " ON *");
    else
        put_optional_on(out, show->database);
    if (show->any_database || show->database.len) {
        if (show->any_policy)
            sx_buf_put_text(out, ".*");
        else if (show->policy.len)
            sx_buf_put_u8(out, '.');
        if (!show->any_policy && show->policy.len)
            sx_iql_put_name(out, show->policy);
    }
    if (show->sources.count) {
        sx_buf_put_text(out, " WITH MEASUREMENT ");
        sx_buf_put_text(out, show->sources.items[0].regex ? "=~ " : "= ");
        sx_iql_print_sources(out, &show->sources);
    }
    sx_iql_print_condition(out, show->condition);
    sx_iql_print_order(out, &show->order);
    sx_iql_print_limits(out, &show->limits);
}

static void print_module(struct sx_buf *out, const char *words, struct sx_bytes module)
{
    sx_buf_put_text(out, words);
    if (module.len) {
        sx_buf_put_text(out, " FOR ");
        sx_iql_put_string(out, module);
    }
}

/* SHOW statements; false: it is none that this function knows. */
static bool print_any_show(struct sx_buf *out, const struct sx_iql_statement *statement)
{
    const struct sx_iql_show *show = &statement->u.show;
    switch (statement->kind) {
    case SX_IQL_STATEMENT_SHOW_FIELD_KEY_CARDINALITY:
        print_cardinality(out, "SHOW FIELD KEY", show);
        return true;
    case SX_IQL_STATEMENT_SHOW_FIELD_KEYS:
        print_show(out, "SHOW FIELD KEYS", show);
        return true;
    case SX_IQL_STATEMENT_SHOW_MEASUREMENT_CARDINALITY:
        print_cardinality(out, "SHOW MEASUREMENT", show);
        return true;
    case SX_IQL_STATEMENT_SHOW_MEASUREMENTS:
        print_show_measurements(out, show);
        return true;
    case SX_IQL_STATEMENT_SHOW_POLICIES:
        print_show(out, "SHOW RETENTION POLICIES", show);
        return true;
    case SX_IQL_STATEMENT_SHOW_SERIES:
        print_show(out, "SHOW SERIES", show);
        return true;
    case SX_IQL_STATEMENT_SHOW_SERIES_CARDINALITY:
        print_cardinality(out, "SHOW SERIES", show);
        return true;
    case SX_IQL_STATEMENT_SHOW_TAG_KEY_CARDINALITY:
        print_cardinality(out, "SHOW TAG KEY", show);
        return true;
    case SX_IQL_STATEMENT_SHOW_TAG_KEYS:
        print_show(out, "SHOW TAG KEYS", show);
        return true;
    case SX_IQL_STATEMENT_SHOW_TAG_VALUES:
        print_show(out, "SHOW TAG VALUES", show);
        return true;
    case SX_IQL_STATEMENT_SHOW_TAG_VALUES_CARDINALITY:
        print_cardinality(out, "SHOW TAG VALUES", show);
        return true;
    default:
        return false;
    }
}

/* Statements of words alone; NULL: it is none. */
static const char *fixed_text(enum sx_iql_statement_kind kind)
{
    switch (kind) {
    case SX_IQL_STATEMENT_SHOW_CONTINUOUS_QUERIES:
        return "SHOW CONTINUOUS QUERIES";
    case SX_IQL_STATEMENT_SHOW_DATABASES:
        return "SHOW DATABASES";
    case SX_IQL_STATEMENT_SHOW_QUERIES:
        return "SHOW QUERIES";
    case SX_IQL_STATEMENT_SHOW_SERIES_LIMITS:
        return "SHOW SERIES LIMITS";
    case SX_IQL_STATEMENT_SHOW_SHARD_GROUPS:
        return "SHOW SHARD GROUPS";
    case SX_IQL_STATEMENT_SHOW_SHARDS:
        return "SHOW SHARDS";
    case SX_IQL_STATEMENT_SHOW_SUBSCRIPTIONS:
        return "SHOW SUBSCRIPTIONS";
    case SX_IQL_STATEMENT_SHOW_USERS:
        return "SHOW USERS";
    default:
        return NULL;
    }
}

/* ---- databases and policies ----------------------------------------------------------------- */

static void print_create_database(struct sx_buf *out, const struct sx_iql_policy *policy)
{
    sx_buf_put_text(out, "CREATE DATABASE ");
    sx_iql_put_name(out, policy->database);
    if (!policy->has_settings)
        return;
    sx_buf_put_text(out, " WITH");
    size_t before = out->len;
    if (policy->has_duration) {
        sx_buf_put_text(out, " DURATION ");
        sx_iql_put_clock_duration(out, policy->duration_ns);
    }
    if (policy->has_replication)
        sx_buf_printf(out, " REPLICATION %" PRId64, policy->replication);
    if (policy->has_shard) {
        sx_buf_put_text(out, " SHARD DURATION ");
        sx_iql_put_clock_duration(out, policy->shard_ns);
    }
    if (policy->has_future)
        put_duration_clause(out, " FUTURE LIMIT ", policy->future_ns);
    if (policy->has_past)
        put_duration_clause(out, " PAST LIMIT ", policy->past_ns);
    if (policy->name.len || out->len == before) {
        sx_buf_put_text(out, " NAME ");
        sx_iql_put_name(out, policy->name);
    }
}

static void print_policy(struct sx_buf *out, const char *words, const struct sx_iql_policy *policy,
                         bool create)
{
    sx_buf_put_text(out, words);
    sx_iql_put_name(out, policy->name);
    put_on(out, policy->database);
    if (policy->has_duration)
        put_duration_clause(out, " DURATION ", policy->duration_ns);
    if (policy->has_replication)
        sx_buf_printf(out, " REPLICATION %" PRId64, policy->replication);
    if (create ? policy->shard_ns > 0 : policy->has_shard)
        put_duration_clause(out, " SHARD DURATION ", policy->shard_ns);
    if (policy->is_default)
        sx_buf_put_text(out, " DEFAULT");
    if (create ? policy->future_ns != 0 : policy->has_future)
        put_duration_clause(out, " FUTURE LIMIT ", policy->future_ns);
    if (create ? policy->past_ns != 0 : policy->has_past)
        put_duration_clause(out, " PAST LIMIT ", policy->past_ns);
    if (policy->has_rollup && policy->rollup_count == 0)
        sx_buf_put_text(out, " ROLLUP NONE");
    for (size_t i = 0; i < policy->rollup_count; i++) {
        put_duration_clause(out, i ? ", " : " ROLLUP ", policy->rollups[i].interval_ns);
        if (policy->rollups[i].duration_ns)
            put_duration_clause(out, " DURATION ", policy->rollups[i].duration_ns);
    }
}

static void print_limits(struct sx_buf *out, const struct sx_iql_database_limits *limits)
{
    const char *before = " SET ";
    sx_buf_put_text(out, "ALTER DATABASE ");
    sx_iql_put_name(out, limits->database);
    for (int i = 0; i < SX_LIMIT_KIND_COUNT; i++) {
        if (!limits->given[i])
            continue;
        sx_buf_printf(out, "%s%s = ", before, sx_iql_limit_name((enum sx_limit_kind)i));
        if (limits->limits[i] == SX_LIMIT_OF_STORE)
            sx_buf_put_text(out, "DEFAULT");
        else
            sx_buf_printf(out, "%" PRIu64, limits->limits[i]);
        before = ", ";
    }
}

static void print_continuous_query(struct sx_buf *out, const struct sx_iql_continuous_query *query)
{
    sx_buf_put_text(out, "CREATE CONTINUOUS QUERY ");
    sx_iql_put_name(out, query->name);
    put_on(out, query->database);
    if (query->every_ns > 0 || query->for_ns > 0)
        sx_buf_put_text(out, " RESAMPLE");
    if (query->every_ns > 0)
        put_duration_clause(out, " EVERY ", query->every_ns);
    if (query->for_ns > 0)
        put_duration_clause(out, " FOR ", query->for_ns);
    sx_buf_put_text(out, " BEGIN ");
    sx_iql_print_select(out, query->select);
    sx_buf_put_text(out, " END");
}

static void print_delete(struct sx_buf *out, const char *words, const struct sx_iql_delete *del)
{
    sx_buf_put_text(out, words);
    if (del->sources.count) {
        sx_buf_put_text(out, " FROM ");
        sx_iql_print_sources(out, &del->sources);
    }
    sx_iql_print_condition(out, del->condition);
}

/* ---- names and users ------------------------------------------------------------------------ */

static void print_named(struct sx_buf *out, const char *words, struct sx_bytes name)
{
    sx_buf_put_text(out, words);
    sx_iql_put_name(out, name);
}

static void print_subscription(struct sx_buf *out, const char *words,
                               const struct sx_iql_names *names)
{
    print_named(out, words, names->name);
    put_on(out, names->database);
    sx_buf_put_u8(out, '.');
    sx_iql_put_name(out, names->policy);
    for (size_t i = 0; i < names->destination_count; i++) {
        if (i)
            sx_buf_put_text(out, ", ");
        else
            sx_buf_printf(out, " DESTINATIONS %s ", sx_iql_token_name(names->mode));
        sx_iql_put_string(out, names->destinations[i]);
    }
}

/* GRANT x ON d TO u, REVOKE x ON d FROM u; without a database: of all. */
static void print_grant(struct sx_buf *out, const struct sx_iql_statement *statement)
{
    static const char *const privileges[] = {[SX_IQL_PRIVILEGE_READ] = "READ",
                                             [SX_IQL_PRIVILEGE_WRITE] = "WRITE",
                                             [SX_IQL_PRIVILEGE_ALL] = "ALL PRIVILEGES"};
    enum sx_iql_statement_kind kind = statement->kind;
    const struct sx_iql_user *user = &statement->u.user;
    bool grant = kind == SX_IQL_STATEMENT_GRANT || kind == SX_IQL_STATEMENT_GRANT_ADMIN;
    sx_buf_put_text(out, grant ? "GRANT " : "REVOKE ");
    sx_buf_put_text(out, privileges[user->privilege]);
    if (kind == SX_IQL_STATEMENT_GRANT || kind == SX_IQL_STATEMENT_REVOKE)
        put_on(out, user->database);
    print_named(out, grant ? " TO " : " FROM ", user->name);
}

static void print_create_user(struct sx_buf *out, const struct sx_iql_user *user)
{
    print_named(out, "CREATE USER ", user->name);
    sx_buf_put_text(out, " WITH PASSWORD [REDACTED]");
    if (user->admin)
        sx_buf_put_text(out, " WITH ALL PRIVILEGES");
}

static void print_user(struct sx_buf *out, const struct sx_iql_statement *statement)
{
    const struct sx_iql_user *user = &statement->u.user;
    switch (statement->kind) {
    case SX_IQL_STATEMENT_CREATE_USER:
        print_create_user(out, user);
        break;
    case SX_IQL_STATEMENT_DROP_USER:
        print_named(out, "DROP USER ", user->name);
        break;
    case SX_IQL_STATEMENT_SET_PASSWORD:
        print_named(out, "SET PASSWORD FOR ", user->name);
        sx_buf_put_text(out, " = [REDACTED]");
        break;
    case SX_IQL_STATEMENT_SHOW_GRANTS:
        print_named(out, "SHOW GRANTS FOR ", user->name);
        break;
    default:
        print_grant(out, statement);
        break;
    }
}

static void print_names(struct sx_buf *out, const struct sx_iql_statement *statement)
{
    const struct sx_iql_names *names = &statement->u.names;
    switch (statement->kind) {
    case SX_IQL_STATEMENT_CREATE_SUBSCRIPTION:
        print_subscription(out, "CREATE SUBSCRIPTION ", names);
        break;
    case SX_IQL_STATEMENT_DROP_SUBSCRIPTION:
        print_subscription(out, "DROP SUBSCRIPTION ", names);
        break;
    case SX_IQL_STATEMENT_DROP_CONTINUOUS_QUERY:
        print_named(out, "DROP CONTINUOUS QUERY ", names->name);
        put_on(out, names->database);
        break;
    case SX_IQL_STATEMENT_DROP_DATABASE:
        print_named(out, "DROP DATABASE ", names->name);
        break;
    case SX_IQL_STATEMENT_DROP_MEASUREMENT:
        print_named(out, "DROP MEASUREMENT ", names->name);
        break;
    case SX_IQL_STATEMENT_DROP_POLICY:
        print_named(out, "DROP RETENTION POLICY ", names->name);
        put_on(out, names->database);
        break;
    case SX_IQL_STATEMENT_DROP_SHARD:
        sx_buf_printf(out, "DROP SHARD %" PRIu64, names->id);
        break;
    case SX_IQL_STATEMENT_KILL_QUERY:
        sx_buf_printf(out, "KILL QUERY %" PRIu64, names->id);
        put_optional_on(out, names->name);
        break;
    case SX_IQL_STATEMENT_SHOW_DIAGNOSTICS:
        print_module(out, "SHOW DIAGNOSTICS", names->name);
        break;
    default:
        print_module(out, "SHOW STATS", names->name);
        break;
    }
}

/* ---- all ------------------------------------------------------------------------------------ */

void sx_iql_print_statement(struct sx_buf *out, const struct sx_iql_statement *statement)
{
    const char *fixed = fixed_text(statement->kind);
    if (fixed) {
        sx_buf_put_text(out, fixed);
        return;
    }
    if (print_any_show(out, statement))
        return;
    switch (statement->kind) {
    case SX_IQL_STATEMENT_SELECT:
        sx_iql_print_select(out, statement->u.select);
        break;
    case SX_IQL_STATEMENT_EXPLAIN:
        sx_buf_printf(out, "EXPLAIN %s%s", statement->u.explain.analyze ? "ANALYZE " : "",
                      statement->u.explain.verbose ? "VERBOSE " : "");
        sx_iql_print_select(out, statement->u.explain.select);
        break;
    case SX_IQL_STATEMENT_DELETE:
        print_delete(out, "DELETE", &statement->u.del);
        break;
    case SX_IQL_STATEMENT_DROP_SERIES:
        print_delete(out, "DROP SERIES", &statement->u.del);
        break;
    case SX_IQL_STATEMENT_CREATE_DATABASE:
        print_create_database(out, &statement->u.policy);
        break;
    case SX_IQL_STATEMENT_CREATE_POLICY:
        print_policy(out, "CREATE RETENTION POLICY ", &statement->u.policy, true);
        break;
    case SX_IQL_STATEMENT_ALTER_DATABASE:
        print_limits(out, &statement->u.database_limits);
        break;
    case SX_IQL_STATEMENT_ALTER_POLICY:
        print_policy(out, "ALTER RETENTION POLICY ", &statement->u.policy, false);
        break;
    case SX_IQL_STATEMENT_CREATE_CONTINUOUS_QUERY:
        print_continuous_query(out, &statement->u.continuous_query);
        break;
    case SX_IQL_STATEMENT_CREATE_USER:
    case SX_IQL_STATEMENT_DROP_USER:
    case SX_IQL_STATEMENT_SET_PASSWORD:
    case SX_IQL_STATEMENT_SHOW_GRANTS:
    case SX_IQL_STATEMENT_GRANT:
    case SX_IQL_STATEMENT_GRANT_ADMIN:
    case SX_IQL_STATEMENT_REVOKE:
    case SX_IQL_STATEMENT_REVOKE_ADMIN:
        print_user(out, statement);
        break;
    default:
        print_names(out, statement);
        break;
    }
}

void sx_iql_print_query(struct sx_buf *out, const struct sx_iql_query *query)
{
    for (size_t i = 0; i < query->count; i++) {
        if (i)
            sx_buf_put_text(out, ";\n");
        sx_iql_print_statement(out, query->statements[i]);
    }
}
