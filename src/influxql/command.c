/* SPDX-License-Identifier: Apache-2.0 */
/* command.c -- statements that change something, as commands; see execute.h. */
#include "base/regex.h"
#include "influxql/check.h"
#include "influxql/delete.h"
#include "influxql/schema.h"

#include <string.h>

static void policy_settings(const struct sx_iql_policy *policy, struct sx_command *command)
{
    command->database = policy->database;
    command->policy = policy->name;
    command->duration_ns = policy->duration_ns;
    command->shard_duration_ns = policy->shard_ns;
    command->replica_count = policy->replication;
    command->future_limit_ns = policy->future_ns;
    command->past_limit_ns = policy->past_ns;
    command->settings = (policy->has_duration ? SX_POLICY_DURATION : 0U) |
                        (policy->has_replication ? SX_POLICY_REPLICATION : 0U) |
                        (policy->has_shard ? SX_POLICY_SHARD_DURATION : 0U) |
                        (policy->is_default ? SX_POLICY_DEFAULT : 0U) |
                        (policy->has_future ? SX_POLICY_FUTURE_LIMIT : 0U) |
                        (policy->has_past ? SX_POLICY_PAST_LIMIT : 0U) |
                        (policy->has_rollup ? SX_POLICY_ROLLUP : 0U);
    memcpy(command->rollups, policy->rollups, sizeof command->rollups);
    command->rollup_count = policy->rollup_count;
}

static void alter_database(const struct sx_iql_database_limits *limits, struct sx_command *command)
{
    command->kind = SX_ALTER_DATABASE;
    command->database = limits->database;
    for (int i = 0; i < SX_LIMIT_KIND_COUNT; i++) {
        command->settings |= limits->given[i] ? SX_DATABASE_LIMIT(i) : 0U;
        command->limits[i] = limits->limits[i];
    }
}

/* What is wrong with ALTER whatever the policy is; the peer looks for database and policy first. */
static stria_status check_alter(const struct sx_iql_statement *statement,
                                const struct sx_iql_context *context, stria_error *err)
{
    const struct sx_iql_policy *policy = &statement->u.policy;
    const struct sx_database *database;
    stria_status st = sx_iql_find_database(context, policy->database, &database, err);
    if (!st && sx_database_policy(database, policy->name))
        st = sx_iql_check_named(statement, err);
    return st;
}

stria_status sx_iql_command(const struct sx_iql_statement *statement,
                            const struct sx_iql_context *context,
                            struct sx_iql_command_storage *storage, struct sx_command *command,
                            stria_error *err)
{
    stria_status st = sx_iql_check_statement(statement, err);
    *command = (struct sx_command){0};
    *storage = (struct sx_iql_command_storage){0};
    sx_arena_init(&storage->arena, context->request->mem, 1024);
    if (st)
        return st;
    switch (statement->kind) {
    case SX_IQL_STATEMENT_CREATE_DATABASE:
        policy_settings(&statement->u.policy, command);
        command->kind = SX_CREATE_DATABASE;
        if (statement->u.policy.name.len)
            command->settings |= SX_POLICY_NAME;
        return STRIA_OK;
    case SX_IQL_STATEMENT_ALTER_DATABASE:
        alter_database(&statement->u.database_limits, command);
        return STRIA_OK;
    case SX_IQL_STATEMENT_DROP_DATABASE:
        command->kind = SX_DROP_DATABASE;
        command->database = statement->u.names.name;
        return STRIA_OK;
    case SX_IQL_STATEMENT_CREATE_POLICY:
        policy_settings(&statement->u.policy, command);
        command->kind = SX_CREATE_POLICY;
        return STRIA_OK;
    case SX_IQL_STATEMENT_ALTER_POLICY:
        policy_settings(&statement->u.policy, command);
        command->kind = SX_ALTER_POLICY;
        return check_alter(statement, context, err);
    case SX_IQL_STATEMENT_DELETE:
    case SX_IQL_STATEMENT_DROP_SERIES:
    case SX_IQL_STATEMENT_DROP_MEASUREMENT:
        return sx_iql_delete_command(statement, context, storage, command, err);
    default:
        command->kind = SX_DROP_POLICY;
        command->database = statement->u.names.database;
        command->policy = statement->u.names.name;
        return STRIA_OK;
    }
}

void sx_iql_command_release(struct sx_iql_command_storage *storage)
{
    sx_regex_destroy(storage->regex);
    sx_arena_deinit(&storage->arena);
    *storage = (struct sx_iql_command_storage){0};
}
