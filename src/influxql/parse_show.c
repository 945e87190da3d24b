/* SPDX-License-Identifier: Apache-2.0 */
/* parse_show.c -- see parse_priv.h: SHOW. */
#include "influxql/parse_priv.h"

/* The clauses a statement may have; they always come in this order. */
enum clause {
    CLAUSE_ON = 1,
    CLAUSE_FROM = 2,
    CLAUSE_KEY = 4,          /* WITH KEY, which may be left out */
    CLAUSE_KEY_REQUIRED = 8, /* WITH KEY */
    CLAUSE_WHERE = 16,
    CLAUSE_GROUP = 32,
    CLAUSE_ORDER = 64,
    CLAUSE_LIMIT = 128,  /* LIMIT and OFFSET */
    CLAUSE_SLIMIT = 256, /* SLIMIT and SOFFSET */
};

#define CARDINALITY_CLAUSES (CLAUSE_ON | CLAUSE_FROM | CLAUSE_WHERE | CLAUSE_GROUP | CLAUSE_LIMIT)

/* ---- clauses -------------------------------------------------------------------------------- */

static stria_status put_key(struct sx_iql_parser *p, struct sx_iql_show *show,
                            struct sx_iql_expr key)
{
    show->key = sx_iql_expr_new(p->arena, key);
    return show->key ? STRIA_OK : sx_iql_fail_memory(p);
}

/* What follows IN. */
static stria_status parse_key_list(struct sx_iql_parser *p, struct sx_iql_show *show)
{
    struct sx_iql_expr key = {.kind = SX_IQL_EXPR_LIST};
    stria_status st = sx_iql_expect(p, SX_IQL_LPAREN);
    if (!st)
        st = sx_iql_parse_list(p, SX_IQL_IDENT, &key.u.list.items, &key.u.list.count);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_RPAREN);
    return st ? st : put_key(p, show, key);
}

static stria_status parse_key(struct sx_iql_parser *p, struct sx_iql_show *show)
{
    stria_status st = sx_iql_expect(p, SX_IQL_WITH);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_KEY);
    if (st)
        return st;
    struct sx_iql_lexeme op = sx_iql_next_word(p);
    show->key_op = op.token;
    switch (op.token) {
    case SX_IQL_IN:
        return parse_key_list(p, show);
    case SX_IQL_EQ:
    case SX_IQL_NEQ: {
        struct sx_iql_expr key = {.kind = SX_IQL_EXPR_STRING};
        st = sx_iql_parse_name(p, &key.u.text);
        return st ? st : put_key(p, show, key);
    }
    case SX_IQL_EQ_REGEX:
    case SX_IQL_NEQ_REGEX:
        st = sx_iql_parse_regex(p, &show->key);
        if (st || show->key)
            return st;
        return sx_iql_fail_found(p, sx_iql_next_word(p), "regex");
    default:
        return sx_iql_fail_found(p, op, "IN, =, =~");
    }
}

static stria_status parse_optional_key(struct sx_iql_parser *p, struct sx_iql_show *show)
{
    if (!sx_iql_accept(p, SX_IQL_WITH))
        return STRIA_OK;
    sx_iql_unread(p);
    return parse_key(p, show);
}

static stria_status parse_limits(struct sx_iql_parser *p, unsigned clauses,
                                 struct sx_iql_limits *limits)
{
    stria_status st = STRIA_OK;
    if (clauses & CLAUSE_LIMIT)
        st = sx_iql_parse_limit(p, SX_IQL_LIMIT, &limits->limit);
    if (!st && (clauses & CLAUSE_LIMIT))
        st = sx_iql_parse_limit(p, SX_IQL_OFFSET, &limits->offset);
    if (!st && (clauses & CLAUSE_SLIMIT))
        st = sx_iql_parse_limit(p, SX_IQL_SLIMIT, &limits->slimit);
    if (!st && (clauses & CLAUSE_SLIMIT))
        st = sx_iql_parse_limit(p, SX_IQL_SOFFSET, &limits->soffset);
    return st;
}

static stria_status parse_clauses(struct sx_iql_parser *p, unsigned clauses,
                                  struct sx_iql_show *show)
{
    stria_status st = STRIA_OK;
    if ((clauses & CLAUSE_ON) && sx_iql_accept(p, SX_IQL_ON))
        st = sx_iql_parse_name(p, &show->database);
    if (!st && (clauses & CLAUSE_FROM) && sx_iql_accept(p, SX_IQL_FROM))
        st = sx_iql_parse_sources(p, false, &show->sources);
    if (!st && (clauses & CLAUSE_KEY))
        st = parse_optional_key(p, show);
    if (!st && (clauses & CLAUSE_KEY_REQUIRED))
        st = parse_key(p, show);
    if (!st && (clauses & CLAUSE_WHERE))
        st = sx_iql_parse_condition(p, &show->condition);
    if (!st && (clauses & CLAUSE_GROUP))
        st = sx_iql_parse_dimensions(p, &show->dimensions);
    if (!st && (clauses & CLAUSE_ORDER))
        st = sx_iql_parse_order(p, &show->order);
    return st ? st : parse_limits(p, clauses, &show->limits);
}

static stria_status parse_show(struct sx_iql_parser *p, struct sx_iql_statement *out,
                               enum sx_iql_statement_kind kind, unsigned clauses)
{
    out->kind = kind;
    return parse_clauses(p, clauses, &out->u.show);
}

/* [EXACT] CARDINALITY and the clauses. */
static stria_status parse_key_cardinality(struct sx_iql_parser *p, struct sx_iql_statement *out,
                                          enum sx_iql_statement_kind kind)
{
    out->u.show.exact = sx_iql_accept(p, SX_IQL_EXACT);
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    if (found.token != SX_IQL_CARDINALITY)
        return sx_iql_fail_found(p, found,
                                 out->u.show.exact ? "CARDINALITY" : "EXACT, CARDINALITY");
    return parse_show(p, out, kind, CARDINALITY_CLAUSES);
}

/* ---- what is stored ------------------------------------------------------------------------- */

stria_status sx_iql_parse_show_field_key(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    return parse_key_cardinality(p, out, SX_IQL_STATEMENT_SHOW_FIELD_KEY_CARDINALITY);
}

stria_status sx_iql_parse_show_field_keys(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    return parse_show(p, out, SX_IQL_STATEMENT_SHOW_FIELD_KEYS,
                      CLAUSE_ON | CLAUSE_FROM | CLAUSE_ORDER | CLAUSE_LIMIT);
}

stria_status sx_iql_parse_show_measurement_exact(struct sx_iql_parser *p,
                                                 struct sx_iql_statement *out)
{
    out->u.show.exact = true;
    stria_status st = sx_iql_expect(p, SX_IQL_CARDINALITY);
    return st ? st : sx_iql_parse_show_measurement(p, out);
}

stria_status sx_iql_parse_show_measurement(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    return parse_show(p, out, SX_IQL_STATEMENT_SHOW_MEASUREMENT_CARDINALITY, CARDINALITY_CLAUSES);
}

/* A name, or `*`, which sets *any. */
static stria_status parse_name_or_any(struct sx_iql_parser *p, struct sx_bytes *name, bool *any)
{
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    *any = found.token == SX_IQL_MUL;
    if (found.token == SX_IQL_IDENT)
        *name = found.text;
    else if (!*any)
        return sx_iql_fail_found(p, found, "identifier or *");
    return STRIA_OK;
}

static stria_status parse_with_measurement(struct sx_iql_parser *p, struct sx_iql_show *show)
{
    stria_status st = sx_iql_expect(p, SX_IQL_MEASUREMENT);
    if (st)
        return st;
    struct sx_iql_lexeme op = sx_iql_next_word(p);
    if (op.token != SX_IQL_EQ && op.token != SX_IQL_EQ_REGEX)
        return sx_iql_fail_found(p, op, "=, =~");
    show->sources.items = sx_arena_alloc(p->arena, sizeof *show->sources.items);
    if (!show->sources.items)
        return sx_iql_fail_memory(p);
    show->sources.count = 1;
    return sx_iql_parse_source(p, false, show->sources.items);
}

stria_status sx_iql_parse_show_measurements(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    struct sx_iql_show *show = &out->u.show;
    stria_status st = STRIA_OK;
    if (sx_iql_accept(p, SX_IQL_ON)) {
        st = parse_name_or_any(p, &show->database, &show->any_database);
        if (!st && sx_iql_accept(p, SX_IQL_DOT))
            st = parse_name_or_any(p, &show->policy, &show->any_policy);
    }
    if (!st && sx_iql_accept(p, SX_IQL_WITH))
        st = parse_with_measurement(p, show);
    if (st)
        return st;
    return parse_show(p, out, SX_IQL_STATEMENT_SHOW_MEASUREMENTS,
                      CLAUSE_WHERE | CLAUSE_ORDER | CLAUSE_LIMIT);
}

stria_status sx_iql_parse_show_policies(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    return parse_show(p, out, SX_IQL_STATEMENT_SHOW_POLICIES, CLAUSE_ON);
}

stria_status sx_iql_parse_show_series(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    struct sx_iql_lexeme word = sx_iql_next_word(p);
    if (word.token == SX_IQL_IDENT && sx_iql_same_word(word.text, "limits")) {
        out->kind = SX_IQL_STATEMENT_SHOW_SERIES_LIMITS; /* not one of the peer's */
        return STRIA_OK;
    }
    sx_iql_unread(p);
    bool exact = sx_iql_accept(p, SX_IQL_EXACT);
    if (!sx_iql_accept(p, SX_IQL_CARDINALITY))
        return parse_show(p, out, SX_IQL_STATEMENT_SHOW_SERIES,
                          CLAUSE_ON | CLAUSE_FROM | CLAUSE_WHERE | CLAUSE_ORDER | CLAUSE_LIMIT);
    out->u.show.exact = exact;
    return parse_show(p, out, SX_IQL_STATEMENT_SHOW_SERIES_CARDINALITY, CARDINALITY_CLAUSES);
}

stria_status sx_iql_parse_show_tag_key(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    return parse_key_cardinality(p, out, SX_IQL_STATEMENT_SHOW_TAG_KEY_CARDINALITY);
}

stria_status sx_iql_parse_show_tag_keys(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    return parse_show(p, out, SX_IQL_STATEMENT_SHOW_TAG_KEYS,
                      CLAUSE_ON | CLAUSE_FROM | CLAUSE_KEY | CLAUSE_WHERE | CLAUSE_ORDER |
                          CLAUSE_LIMIT | CLAUSE_SLIMIT);
}

stria_status sx_iql_parse_show_tag_values(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    enum sx_iql_token token = sx_iql_next_word(p).token;
    if (token != SX_IQL_EXACT && token != SX_IQL_CARDINALITY) {
        sx_iql_unread(p);
        return parse_show(p, out, SX_IQL_STATEMENT_SHOW_TAG_VALUES,
                          CLAUSE_ON | CLAUSE_FROM | CLAUSE_KEY_REQUIRED | CLAUSE_WHERE |
                              CLAUSE_ORDER | CLAUSE_LIMIT);
    }
    out->u.show.exact = token == SX_IQL_EXACT;
    stria_status st = STRIA_OK;
    if (out->u.show.exact)
        st = sx_iql_expect(p, SX_IQL_CARDINALITY);
    return st ? st
              : parse_show(p, out, SX_IQL_STATEMENT_SHOW_TAG_VALUES_CARDINALITY,
                           CARDINALITY_CLAUSES | CLAUSE_KEY_REQUIRED);
}

/* ---- what is going on ----------------------------------------------------------------------- */

static stria_status show_nothing_more(struct sx_iql_statement *out, enum sx_iql_statement_kind kind)
{
    out->kind = kind;
    return STRIA_OK;
}

static stria_status parse_module(struct sx_iql_parser *p, struct sx_iql_statement *out,
                                 enum sx_iql_statement_kind kind)
{
    out->kind = kind;
    if (!sx_iql_accept(p, SX_IQL_FOR))
        return STRIA_OK;
    return sx_iql_parse_string(p, &out->u.names.name);
}

stria_status sx_iql_parse_show_continuous_queries(struct sx_iql_parser *p,
                                                  struct sx_iql_statement *out)
{
    (void)p;
    return show_nothing_more(out, SX_IQL_STATEMENT_SHOW_CONTINUOUS_QUERIES);
}

stria_status sx_iql_parse_show_databases(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    (void)p;
    return show_nothing_more(out, SX_IQL_STATEMENT_SHOW_DATABASES);
}

stria_status sx_iql_parse_show_diagnostics(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    return parse_module(p, out, SX_IQL_STATEMENT_SHOW_DIAGNOSTICS);
}

stria_status sx_iql_parse_show_grants(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    out->kind = SX_IQL_STATEMENT_SHOW_GRANTS;
    return sx_iql_parse_name(p, &out->u.user.name);
}

stria_status sx_iql_parse_show_queries(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    (void)p;
    return show_nothing_more(out, SX_IQL_STATEMENT_SHOW_QUERIES);
}

stria_status sx_iql_parse_show_shard_groups(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    (void)p;
    return show_nothing_more(out, SX_IQL_STATEMENT_SHOW_SHARD_GROUPS);
}

stria_status sx_iql_parse_show_shards(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    (void)p;
    return show_nothing_more(out, SX_IQL_STATEMENT_SHOW_SHARDS);
}

stria_status sx_iql_parse_show_stats(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    return parse_module(p, out, SX_IQL_STATEMENT_SHOW_STATS);
}

stria_status sx_iql_parse_show_subscriptions(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    (void)p;
    return show_nothing_more(out, SX_IQL_STATEMENT_SHOW_SUBSCRIPTIONS);
}

stria_status sx_iql_parse_show_users(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    (void)p;
    return show_nothing_more(out, SX_IQL_STATEMENT_SHOW_USERS);
}
