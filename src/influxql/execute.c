/* SPDX-License-Identifier: Apache-2.0 */
/* execute.c -- see execute.h. */
#include "influxql/execute.h"

#include "base/error.h"

enum sx_iql_action sx_iql_action_of(const struct sx_iql_statement *statement)
{
    switch (statement->kind) {
    case SX_IQL_STATEMENT_CREATE_DATABASE:
    case SX_IQL_STATEMENT_DROP_DATABASE:
        return SX_IQL_COMMANDS;
    default:
        return SX_IQL_UNSUPPORTED;
    }
}

const char *sx_iql_statement_words(const struct sx_iql_statement *statement)
{
    switch (statement->kind) {
    case SX_IQL_STATEMENT_CREATE_DATABASE:
        return "CREATE DATABASE";
    case SX_IQL_STATEMENT_DROP_DATABASE:
        return "DROP DATABASE";
    default:
        return "this statement";
    }
}

stria_status sx_iql_open(const struct sx_iql_statement *statement,
                         const struct sx_iql_context *context, struct sx_table_source **source,
                         stria_error *err)
{
    (void)context;
    *source = NULL;
    return sx_fail(err, STRIA_UNSUPPORTED, "stria: %s is not supported",
                   sx_iql_statement_words(statement));
}

stria_status sx_iql_command(const struct sx_iql_statement *statement,
                            const struct sx_iql_context *context, struct sx_command *command,
                            stria_error *err)
{
    (void)context;
    (void)err;
    if (statement->kind == SX_IQL_STATEMENT_DROP_DATABASE) {
        *command =
            (struct sx_command){.kind = SX_DROP_DATABASE, .database = statement->u.names.name};
        return STRIA_OK;
    }
    *command =
        (struct sx_command){.kind = SX_CREATE_DATABASE, .database = statement->u.policy.database};
    return STRIA_OK;
}
