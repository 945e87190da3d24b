/* SPDX-License-Identifier: Apache-2.0 */
/* execute.h -- a parsed statement -> what it does: an answer to read, or a command for the engine.
 *
 * Why         Languages say what is wanted; exec carries it out. So nothing here knows the engine,
 *             and another language needs no other way to the data.
 * Threads     One owner a statement. */
#ifndef SX_INFLUXQL_EXECUTE_H
#define SX_INFLUXQL_EXECUTE_H

#include "base/arena.h"
#include "influxql/ast.h"
#include "model/command.h"
#include "model/request.h"
#include "query/table_source.h"
#include "query/view_provider.h"

struct sx_iql_context {
    const struct sx_view_provider *views;
    struct sx_request *request;
    struct sx_bytes database; /* of the request; empty: none */
    struct sx_bytes policy;   /* of the request; empty: the database's default */
};

enum sx_iql_action {
    SX_IQL_READS,       /* sx_iql_open() */
    SX_IQL_COMMANDS,    /* sx_iql_command() */
    SX_IQL_UNSUPPORTED, /* "stria: X is not supported" */
};

enum sx_iql_action sx_iql_action_of(const struct sx_iql_statement *statement);

/* "CREATE DATABASE", "SELECT INTO": the words that name a kind of statement. Static string. */
const char *sx_iql_statement_words(const struct sx_iql_statement *statement);

/* Plans a statement that reads. The statement, the context and the query's arena must live as long
 * as the source.
 * Returns  OK; or the statement's error, in the peer's words: NOT_FOUND (database, policy),
 *          INVALID, LIMIT, UNSUPPORTED ("stria: X is not supported"), NOMEM, CORRUPT, IO,
 *          CANCELLED, TIMEOUT. */
stria_status sx_iql_open(const struct sx_iql_statement *statement,
                         const struct sx_iql_context *context, struct sx_table_source **source,
                         stria_error *err);

/* What a command points to beside its statement. */
struct sx_iql_command_storage {
    struct sx_arena arena;
    struct sx_regex *regex;
};

/* What a statement wants changed; kind 0: nothing. It lives as long as the statement, the context
 * and the storage, which is to be released in any case.
 * Returns  OK; the statement's error, as sx_iql_open(). */
stria_status sx_iql_command(const struct sx_iql_statement *statement,
                            const struct sx_iql_context *context,
                            struct sx_iql_command_storage *storage, struct sx_command *command,
                            stria_error *err);
void sx_iql_command_release(struct sx_iql_command_storage *storage);

#endif
