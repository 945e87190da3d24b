/* SPDX-License-Identifier: Apache-2.0 */
/* parse.c -- see parse.h: the entry, and the words that begin statements. */
#include "influxql/parse.h"

#include "influxql/parse_priv.h"

/* A word, and what may follow it: other words, or the rest of a statement. The order of a list is
 * that of the peer's "expected ..." texts. */
struct branch {
    enum sx_iql_token token;
    bool hidden;               /* not the peer's: its texts do not name it */
    const struct branch *next; /* NULL: `parse` does the rest */
    size_t next_count;
    sx_iql_statement_parser parse;
};

#define GROUP(word, list)                                                                          \
    {                                                                                              \
        .token = SX_IQL_##word, .next = (list), .next_count = SX_COUNT_OF(list)                    \
    }
#define STATEMENT(word, function)                                                                  \
    {                                                                                              \
        .token = SX_IQL_##word, .parse = sx_iql_parse_##function                                   \
    }

static const struct branch show_continuous[] = {STATEMENT(QUERIES, show_continuous_queries)};
static const struct branch show_field[] = {
    STATEMENT(KEY, show_field_key),
    STATEMENT(KEYS, show_field_keys),
};
static const struct branch show_grants[] = {STATEMENT(FOR, show_grants)};
static const struct branch show_measurement[] = {
    STATEMENT(EXACT, show_measurement_exact),
    STATEMENT(CARDINALITY, show_measurement),
};
static const struct branch show_retention[] = {STATEMENT(POLICIES, show_policies)};
static const struct branch show_shard[] = {STATEMENT(GROUPS, show_shard_groups)};
static const struct branch show_tag[] = {
    STATEMENT(KEY, show_tag_key),
    STATEMENT(KEYS, show_tag_keys),
    STATEMENT(VALUES, show_tag_values),
};
static const struct branch show[] = {
    GROUP(CONTINUOUS, show_continuous),
    STATEMENT(DATABASES, show_databases),
    STATEMENT(DIAGNOSTICS, show_diagnostics),
    GROUP(FIELD, show_field),
    GROUP(GRANTS, show_grants),
    GROUP(MEASUREMENT, show_measurement),
    STATEMENT(MEASUREMENTS, show_measurements),
    STATEMENT(QUERIES, show_queries),
    GROUP(RETENTION, show_retention),
    STATEMENT(SERIES, show_series),
    GROUP(SHARD, show_shard),
    STATEMENT(SHARDS, show_shards),
    STATEMENT(STATS, show_stats),
    STATEMENT(SUBSCRIPTIONS, show_subscriptions),
    GROUP(TAG, show_tag),
    STATEMENT(USERS, show_users),
};

static const struct branch create_continuous[] = {STATEMENT(QUERY, create_continuous_query)};
static const struct branch create_retention[] = {STATEMENT(POLICY, create_policy)};
static const struct branch create[] = {
    GROUP(CONTINUOUS, create_continuous),
    STATEMENT(DATABASE, create_database),
    STATEMENT(USER, create_user),
    GROUP(RETENTION, create_retention),
    STATEMENT(SUBSCRIPTION, create_subscription),
};

static const struct branch drop_continuous[] = {STATEMENT(QUERY, drop_continuous_query)};
static const struct branch drop_retention[] = {STATEMENT(POLICY, drop_policy)};
static const struct branch drop[] = {
    GROUP(CONTINUOUS, drop_continuous),
    STATEMENT(DATABASE, drop_database),
    STATEMENT(MEASUREMENT, drop_measurement),
    GROUP(RETENTION, drop_retention),
    STATEMENT(SERIES, drop_series),
    STATEMENT(SHARD, drop_shard),
    STATEMENT(SUBSCRIPTION, drop_subscription),
    STATEMENT(USER, drop_user),
};

static const struct branch alter_retention[] = {STATEMENT(POLICY, alter_policy)};
static const struct branch alter[] = {
    GROUP(RETENTION, alter_retention),
    {.token = SX_IQL_DATABASE, .parse = sx_iql_parse_alter_database, .hidden = true},
};
static const struct branch set_password[] = {STATEMENT(FOR, set_password)};
static const struct branch set[] = {GROUP(PASSWORD, set_password)};
static const struct branch kill_what[] = {STATEMENT(QUERY, kill_query)};

static stria_status parse_select_statement(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    out->kind = SX_IQL_STATEMENT_SELECT;
    return sx_iql_parse_select(p, false, &out->u.select);
}

static stria_status parse_explain(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    out->kind = SX_IQL_STATEMENT_EXPLAIN;
    out->u.explain.analyze = sx_iql_accept(p, SX_IQL_ANALYZE);
    out->u.explain.verbose = sx_iql_accept(p, SX_IQL_VERBOSE);
    stria_status st = sx_iql_expect(p, SX_IQL_SELECT);
    return st ? st : sx_iql_parse_select(p, false, &out->u.explain.select);
}

static const struct branch statements[] = {
    {.token = SX_IQL_SELECT, .parse = parse_select_statement},
    STATEMENT(DELETE, delete),
    GROUP(SHOW, show),
    GROUP(CREATE, create),
    GROUP(DROP, drop),
    {.token = SX_IQL_EXPLAIN, .parse = parse_explain},
    STATEMENT(GRANT, grant),
    STATEMENT(REVOKE, revoke),
    GROUP(ALTER, alter),
    GROUP(SET, set),
    GROUP(KILL, kill_what),
};

static stria_status fail_branch(struct sx_iql_parser *p, struct sx_iql_lexeme found,
                                const struct branch *list, size_t count)
{
    char storage[STRIA_ERROR_TEXT_MAX];
    struct sx_buf expected;
    sx_buf_init_fixed(&expected, storage, sizeof storage - 1);
    for (size_t i = 0; i < count; i++) {
        if (list[i].hidden)
            continue;
        if (i)
            sx_buf_put_text(&expected, ", ");
        sx_buf_put_text(&expected, sx_iql_token_name(list[i].token));
    }
    storage[expected.len] = 0;
    return sx_iql_fail_found(p, found, storage);
}

static stria_status parse_statement(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    const struct branch *list = statements;
    size_t count = SX_COUNT_OF(statements);
    for (;;) {
        struct sx_iql_lexeme found = sx_iql_next_word(p);
        size_t i = 0;
        while (i < count && list[i].token != found.token)
            i++;
        if (i == count)
            return fail_branch(p, found, list, count);
        if (list[i].parse)
            return list[i].parse(p, out);
        count = list[i].next_count;
        list = list[i].next;
    }
}

static stria_status parse_statements(struct sx_iql_parser *p, struct sx_iql_query *query)
{
    bool separated = true;
    *query = (struct sx_iql_query){0};
    for (;;) {
        struct sx_iql_lexeme found = sx_iql_next_word(p);
        if (found.token == SX_IQL_EOF)
            return STRIA_OK;
        if (found.token == SX_IQL_SEMICOLON) {
            separated = true;
            continue;
        }
        if (!separated)
            return sx_iql_fail_found(p, found, ";");
        separated = false;
        sx_iql_unread(p);
        struct sx_iql_statement *statement = sx_arena_zalloc(p->arena, sizeof *statement);
        if (!statement)
            return sx_iql_fail_memory(p);
        stria_status st = parse_statement(p, statement);
        if (st)
            return st;
        query->statements =
            sx_iql_grow(p->arena, query->statements, query->count, sizeof *query->statements);
        if (!query->statements)
            return sx_iql_fail_memory(p);
        query->statements[query->count++] = statement;
    }
}

/* ---- entry ---------------------------------------------------------------------------------- */

static stria_status fail_nul(struct sx_bytes text, const uint8_t *nul, stria_error *err)
{
    unsigned line = 1;
    for (const uint8_t *at = text.ptr; at < nul; at++)
        line += *at == '\n';
    return sx_fail(err, STRIA_SYNTAX, "found a NUL byte at line %u", line);
}

static stria_status begin(struct sx_iql_parser *p, struct sx_arena *arena, struct sx_bytes text,
                          const struct sx_iql_parse_options *options, stria_error *err)
{
    static const struct sx_iql_parse_options none;
    *p = (struct sx_iql_parser){.arena = arena, .err = err, .options = options ? options : &none};
    if (text.len > SX_IQL_TEXT_MAX)
        return sx_fail(err, STRIA_LIMIT, "query text of %zu bytes is longer than %zu bytes",
                       text.len, SX_IQL_TEXT_MAX);
    const uint8_t *nul = text.len ? memchr(text.ptr, 0, text.len) : NULL;
    if (nul)
        return fail_nul(text, nul, err);
    text = sx_arena_dup(arena, text);
    if (!text.ptr)
        return sx_iql_fail_memory(p);
    sx_iql_lexer_init(&p->lexer, arena, text);
    return STRIA_OK;
}

/* Texts that could not be kept for lack of memory may have changed what was parsed. */
static stria_status end(struct sx_iql_parser *p, stria_status st)
{
    if (p->lexer.refused)
        st = sx_iql_fail_memory(p);
    sx_iql_lexer_deinit(&p->lexer);
    return st;
}

stria_status sx_iql_parse(struct sx_arena *arena, struct sx_bytes text,
                          const struct sx_iql_parse_options *options, struct sx_iql_query *query,
                          stria_error *err)
{
    struct sx_iql_parser p;
    *query = (struct sx_iql_query){0};
    stria_status st = begin(&p, arena, text, options, err);
    if (st)
        return st;
    return end(&p, parse_statements(&p, query));
}

stria_status sx_iql_parse_expr(struct sx_arena *arena, struct sx_bytes text,
                               const struct sx_iql_parse_options *options,
                               const struct sx_iql_expr **expr, stria_error *err)
{
    struct sx_iql_parser p;
    *expr = NULL;
    stria_status st = begin(&p, arena, text, options, err);
    if (st)
        return st;
    st = sx_iql_parse_expression(&p, expr);
    if (!st) {
        struct sx_iql_lexeme last = sx_iql_next_word(&p);
        if (last.token != SX_IQL_EOF)
            st = sx_iql_fail_found(&p, last, "EOF");
    }
    return end(&p, st);
}
