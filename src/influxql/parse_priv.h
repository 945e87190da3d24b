/* SPDX-License-Identifier: Apache-2.0 */
/* parse_priv.h -- what the files of the parser share: the stream of tokens, and who parses what.
 *
 *   parse.c         the entry, and which words begin which statement
 *   parse_core.c    tokens, errors, names, numbers, durations
 *   parse_expr.c    expressions
 *   parse_select.c  SELECT and its clauses, which other statements use too
 *   parse_show.c    SHOW ...
 *   parse_ddl.c     databases, policies, continuous queries, subscriptions
 *   parse_admin.c   users, rights, DELETE, DROP and KILL
 *
 * Invariants  Every function that returns a status has written *p->err when it is not OK. Tokens
 *             that were read can be put back, up to three in a row. */
#ifndef SX_INFLUXQL_PARSE_PRIV_H
#define SX_INFLUXQL_PARSE_PRIV_H

#include "influxql/lexer.h"
#include "influxql/parse.h"

struct sx_iql_parser {
    struct sx_arena *arena;
    stria_error *err;
    const struct sx_iql_parse_options *options;
    struct sx_iql_lexer lexer;
    struct sx_iql_lexeme ring[3]; /* the last three tokens, and how many are to be read again */
    uint32_t newest, unread;
    uint32_t depth;
};

/* ---- parse_core.c --------------------------------------------------------------------------- */

/* The next token, white space and comments among them. */
struct sx_iql_lexeme sx_iql_next(struct sx_iql_parser *p);
/* The next token that is neither white space nor a comment. */
struct sx_iql_lexeme sx_iql_next_word(struct sx_iql_parser *p);
void sx_iql_unread(struct sx_iql_parser *p);
/* Takes the next word if it is `token`. */
bool sx_iql_accept(struct sx_iql_parser *p, enum sx_iql_token token);
/* Takes the next token if it is white space. */
void sx_iql_skip_white(struct sx_iql_parser *p);
/* Reads a regular expression, unless tokens were put back. */
struct sx_iql_lexeme sx_iql_next_regex(struct sx_iql_parser *p);

/* "found X, expected Y at line L, char C". */
stria_status sx_iql_fail_found(struct sx_iql_parser *p, struct sx_iql_lexeme found,
                               const char *expected);
/* The text and " at line L, char C". */
stria_status sx_iql_fail_at(struct sx_iql_parser *p, struct sx_iql_pos pos, const char *format, ...)
    SX_FORMAT(3, 4);
/* Puts " at line L, char C" behind the text in *p->err. */
stria_status sx_iql_fail_here(struct sx_iql_parser *p, struct sx_iql_pos pos, stria_status status);
static inline stria_status sx_iql_fail_memory(struct sx_iql_parser *p)
{
    (void)sx_mem_refused(p->arena->mem, p->arena->block_size, p->err);
    return STRIA_NOMEM;
}

/* Takes the next word, which must be `token`. */
stria_status sx_iql_expect(struct sx_iql_parser *p, enum sx_iql_token token);
stria_status sx_iql_parse_name(struct sx_iql_parser *p, struct sx_bytes *out);
stria_status sx_iql_parse_string(struct sx_iql_parser *p, struct sx_bytes *out);
/* a.b.c, with `count` of 1 to 3; a part may be empty. Ends before `/` and `:`. */
stria_status sx_iql_parse_path(struct sx_iql_parser *p, struct sx_bytes parts[3], size_t *count);
/* "name1, name2" and "'string1', 'string2'". */
stria_status sx_iql_parse_list(struct sx_iql_parser *p, enum sx_iql_token token,
                               struct sx_bytes **items, size_t *count);
/* A duration or INF, which is 0. */
stria_status sx_iql_parse_duration_or_inf(struct sx_iql_parser *p, int64_t *out);
/* The duration that a text is: SYNTAX, without a position, if it is none. */
stria_status sx_iql_parse_duration(struct sx_iql_parser *p, struct sx_bytes text, int64_t *out);
/* A duration. */
stria_status sx_iql_parse_plain_duration(struct sx_iql_parser *p, int64_t *out);
/* 1 to INT32_MAX. */
stria_status sx_iql_parse_count(struct sx_iql_parser *p, int64_t *out);
stria_status sx_iql_parse_id(struct sx_iql_parser *p, uint64_t *out);

/* Counts a level of nesting at `pos`; LIMIT when it is one too many. */
stria_status sx_iql_enter(struct sx_iql_parser *p, struct sx_iql_pos pos);
void sx_iql_leave(struct sx_iql_parser *p);

/* Room for one more item behind `count` (moves the array when it is full); NULL: no memory. */
void *sx_iql_grow(struct sx_arena *arena, void *items, size_t count, size_t item_size);

/* ---- parse_expr.c --------------------------------------------------------------------------- */

stria_status sx_iql_parse_expression(struct sx_iql_parser *p, const struct sx_iql_expr **out);
/* *out is NULL when none begins here. */
stria_status sx_iql_parse_regex(struct sx_iql_parser *p, const struct sx_iql_expr **out);

/* ---- parse_select.c ------------------------------------------------------------------------- */

/* SELECT was read. */
stria_status sx_iql_parse_select(struct sx_iql_parser *p, bool target_required,
                                 const struct sx_iql_select **out);
stria_status sx_iql_parse_source(struct sx_iql_parser *p, bool subqueries,
                                 struct sx_iql_source *out);
stria_status sx_iql_parse_sources(struct sx_iql_parser *p, bool subqueries,
                                  struct sx_iql_sources *out);
/* WHERE, GROUP BY, ORDER BY and LIMIT n with their kin, if they are there. */
stria_status sx_iql_parse_condition(struct sx_iql_parser *p, const struct sx_iql_expr **out);
stria_status sx_iql_parse_dimensions(struct sx_iql_parser *p, struct sx_iql_exprs *out);
stria_status sx_iql_parse_order(struct sx_iql_parser *p, struct sx_iql_order *out);
stria_status sx_iql_parse_limit(struct sx_iql_parser *p, enum sx_iql_token word, int64_t *out);

/* ---- statements: the words that begin them were read ---------------------------------------- */

typedef stria_status (*sx_iql_statement_parser)(struct sx_iql_parser *p,
                                                struct sx_iql_statement *out);

/* parse_show.c */
stria_status sx_iql_parse_show_continuous_queries(struct sx_iql_parser *,
                                                  struct sx_iql_statement *);
stria_status sx_iql_parse_show_databases(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_diagnostics(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_field_key(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_field_keys(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_grants(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_measurement_exact(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_measurement(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_measurements(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_policies(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_queries(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_series(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_shard_groups(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_shards(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_stats(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_subscriptions(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_tag_key(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_tag_keys(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_tag_values(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_show_users(struct sx_iql_parser *, struct sx_iql_statement *);

/* parse_ddl.c */
stria_status sx_iql_parse_create_database(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_alter_database(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_create_policy(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_alter_policy(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_create_continuous_query(struct sx_iql_parser *,
                                                  struct sx_iql_statement *);
stria_status sx_iql_parse_create_subscription(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_drop_subscription(struct sx_iql_parser *, struct sx_iql_statement *);

/* parse_admin.c */
stria_status sx_iql_parse_delete(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_drop_series(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_drop_continuous_query(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_drop_database(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_drop_measurement(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_drop_policy(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_drop_shard(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_drop_user(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_create_user(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_set_password(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_grant(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_revoke(struct sx_iql_parser *, struct sx_iql_statement *);
stria_status sx_iql_parse_kill_query(struct sx_iql_parser *, struct sx_iql_statement *);

#endif
