/* SPDX-License-Identifier: Apache-2.0 */
/* parse_select.c -- see parse_priv.h: SELECT and its clauses. */
#include "influxql/parse_priv.h"

#include "base/int_text.h"

/* ---- fields --------------------------------------------------------------------------------- */

static bool visit_condition_operator(void *user, const struct sx_iql_expr *expr)
{
    enum sx_iql_token *found = user;
    if (expr->kind != SX_IQL_EXPR_BINARY)
        return true;
    switch (expr->u.binary.op) {
    case SX_IQL_EQ:
    case SX_IQL_NEQ:
    case SX_IQL_EQ_REGEX:
    case SX_IQL_NEQ_REGEX:
    case SX_IQL_LT:
    case SX_IQL_LTE:
    case SX_IQL_GT:
    case SX_IQL_GTE:
    case SX_IQL_AND:
    case SX_IQL_OR:
        *found = expr->u.binary.op;
        return false;
    default:
        return true;
    }
}

static stria_status parse_field_expr(struct sx_iql_parser *p, const struct sx_iql_expr **out)
{
    stria_status st = sx_iql_parse_regex(p, out);
    if (st || *out)
        return st;
    struct sx_iql_pos pos = sx_iql_next_word(p).pos;
    sx_iql_unread(p);
    st = sx_iql_parse_expression(p, out);
    if (st)
        return st;
    enum sx_iql_token bad = SX_IQL_ILLEGAL;
    if (!sx_iql_walk(p->arena->mem, *out, visit_condition_operator, &bad))
        return sx_iql_fail_memory(p);
    if (bad != SX_IQL_ILLEGAL)
        return sx_fail(p->err, STRIA_SYNTAX,
                       "invalid operator %s in SELECT clause at line %u, char %u; operator is "
                       "intended for WHERE clause",
                       sx_iql_token_name(bad), pos.line + 1, pos.column + 1);
    return STRIA_OK;
}

static stria_status parse_fields(struct sx_iql_parser *p, struct sx_iql_select *select)
{
    for (;;) {
        struct sx_iql_field field = {.alias = {.ptr = (const uint8_t *)""}};
        stria_status st = parse_field_expr(p, &field.expr);
        if (!st && sx_iql_accept(p, SX_IQL_AS))
            st = sx_iql_parse_name(p, &field.alias);
        if (st)
            return st;
        select->fields =
            sx_iql_grow(p->arena, select->fields, select->field_count, sizeof *select->fields);
        if (!select->fields)
            return sx_iql_fail_memory(p);
        select->fields[select->field_count++] = field;
        sx_iql_skip_white(p);
        if (sx_iql_next(p).token != SX_IQL_COMMA)
            break;
    }
    sx_iql_unread(p);
    return STRIA_OK;
}

static bool visit_call(void *user, const struct sx_iql_expr *expr)
{
    bool *is_raw = user;
    if (expr->kind == SX_IQL_EXPR_CALL)
        *is_raw = false;
    return *is_raw;
}

static stria_status find_calls(struct sx_iql_parser *p, struct sx_iql_select *select)
{
    select->is_raw = true;
    for (size_t i = 0; i < select->field_count; i++)
        if (!sx_iql_walk(p->arena->mem, select->fields[i].expr, visit_call, &select->is_raw))
            return sx_iql_fail_memory(p);
    return STRIA_OK;
}

/* ---- sources and target --------------------------------------------------------------------- */

/* Puts the parts of a path into their places: the last is the name, unless that is elsewhere. */
static void place_path(struct sx_iql_source *out, const struct sx_bytes *parts, size_t count,
                       bool name_last)
{
    const struct sx_bytes none = {.ptr = (const uint8_t *)""};
    *out = (struct sx_iql_source){.database = none, .policy = none, .name = none};
    if (name_last)
        out->name = parts[--count];
    if (count)
        out->policy = parts[--count];
    if (count)
        out->database = parts[--count];
}

static stria_status parse_target(struct sx_iql_parser *p, bool required,
                                 const struct sx_iql_source **out)
{
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    if (found.token != SX_IQL_INTO) {
        if (required)
            return sx_iql_fail_found(p, found, "INTO");
        sx_iql_unread(p);
        return STRIA_OK;
    }
    struct sx_bytes parts[3];
    size_t count;
    stria_status st = sx_iql_parse_path(p, parts, &count);
    if (st)
        return st;
    bool named = count == 3 || sx_iql_lexer_peek(&p->lexer) != ':';
    if (!named) {
        st = sx_iql_expect(p, SX_IQL_COLON);
        if (!st)
            st = sx_iql_expect(p, SX_IQL_MEASUREMENT);
        if (st)
            return st;
    }
    struct sx_iql_source *target = sx_arena_alloc(p->arena, sizeof *target);
    if (!target)
        return sx_iql_fail_memory(p);
    place_path(target, parts, count, named);
    *out = target;
    return STRIA_OK;
}

/* The parenthesis was read. */
static stria_status parse_subquery(struct sx_iql_parser *p, struct sx_iql_pos pos,
                                   struct sx_iql_source *out)
{
    *out = (struct sx_iql_source){0};
    stria_status st = sx_iql_enter(p, pos);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_SELECT);
    if (!st)
        st = sx_iql_parse_select(p, false, &out->subquery);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_RPAREN);
    if (st)
        return st;
    sx_iql_leave(p);
    return STRIA_OK;
}

stria_status sx_iql_parse_source(struct sx_iql_parser *p, bool subqueries,
                                 struct sx_iql_source *out)
{
    const struct sx_iql_expr *regex;
    stria_status st = sx_iql_parse_regex(p, &regex);
    if (st)
        return st;
    struct sx_bytes parts[3];
    size_t count = 0;
    if (!regex) {
        if (subqueries) {
            struct sx_iql_lexeme found = sx_iql_next_word(p);
            if (found.token == SX_IQL_LPAREN)
                return parse_subquery(p, found.pos, out);
            sx_iql_unread(p);
        }
        st = sx_iql_parse_path(p, parts, &count);
        if (!st && count < 3)
            st = sx_iql_parse_regex(p, &regex);
        if (st)
            return st;
    }
    place_path(out, parts, count, !regex);
    out->regex = regex;
    return STRIA_OK;
}

stria_status sx_iql_parse_sources(struct sx_iql_parser *p, bool subqueries,
                                  struct sx_iql_sources *out)
{
    *out = (struct sx_iql_sources){0};
    do {
        struct sx_iql_source source;
        stria_status st = sx_iql_parse_source(p, subqueries, &source);
        if (st)
            return st;
        out->items = sx_iql_grow(p->arena, out->items, out->count, sizeof *out->items);
        if (!out->items)
            return sx_iql_fail_memory(p);
        out->items[out->count++] = source;
    } while (sx_iql_accept(p, SX_IQL_COMMA));
    return STRIA_OK;
}

/* ---- clauses -------------------------------------------------------------------------------- */

stria_status sx_iql_parse_condition(struct sx_iql_parser *p, const struct sx_iql_expr **out)
{
    *out = NULL;
    return sx_iql_accept(p, SX_IQL_WHERE) ? sx_iql_parse_expression(p, out) : STRIA_OK;
}

stria_status sx_iql_parse_dimensions(struct sx_iql_parser *p, struct sx_iql_exprs *out)
{
    *out = (struct sx_iql_exprs){0};
    if (!sx_iql_accept(p, SX_IQL_GROUP))
        return STRIA_OK;
    stria_status st = sx_iql_expect(p, SX_IQL_BY);
    if (st)
        return st;
    do {
        const struct sx_iql_expr *expr;
        st = sx_iql_parse_regex(p, &expr);
        if (!st && !expr) {
            st = sx_iql_parse_expression(p, &expr);
            if (!st)
                sx_iql_skip_white(p);
        }
        if (st)
            return st;
        out->items = sx_iql_grow(p->arena, out->items, out->count, sizeof *out->items);
        if (!out->items)
            return sx_iql_fail_memory(p);
        out->items[out->count++] = expr;
    } while (sx_iql_next(p).token == SX_IQL_COMMA);
    sx_iql_unread(p);
    return STRIA_OK;
}

/* Parses an expression if it begins with the name `word`; *out is NULL if not. */
static stria_status parse_named_call(struct sx_iql_parser *p, const char *word,
                                     const struct sx_iql_expr **out)
{
    *out = NULL;
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    sx_iql_unread(p);
    if (found.token != SX_IQL_IDENT || !sx_iql_same_word(found.text, word))
        return STRIA_OK;
    stria_status st = sx_iql_parse_expression(p, out);
    if (!st && (*out)->kind != SX_IQL_EXPR_CALL)
        st = sx_fail(p->err, STRIA_SYNTAX, "%s must be a function call", word);
    return st;
}

static stria_status parse_fill(struct sx_iql_parser *p, struct sx_iql_select *select)
{
    static const struct {
        const char *word;
        enum sx_iql_fill fill;
    } words[] = {
        {"null", SX_IQL_FILL_NULL},
        {"none", SX_IQL_FILL_NONE},
        {"previous", SX_IQL_FILL_PREVIOUS},
        {"linear", SX_IQL_FILL_LINEAR},
    };
    const struct sx_iql_expr *call;
    stria_status st = parse_named_call(p, "fill", &call);
    if (st || !call)
        return st;
    if (call->u.call.arg_count != 1)
        return sx_fail(p->err, STRIA_SYNTAX,
                       "fill requires an argument, e.g.: 0, null, none, previous, linear");
    const struct sx_iql_expr *arg = call->u.call.args[0];
    if (arg->kind == SX_IQL_EXPR_INTEGER || arg->kind == SX_IQL_EXPR_NUMBER) {
        select->fill = SX_IQL_FILL_NUMBER;
        select->fill_value = arg;
        return STRIA_OK;
    }
    for (size_t i = 0; i < SX_COUNT_OF(words); i++)
        if (arg->kind == SX_IQL_EXPR_VAR && arg->u.var.type == SX_IQL_TYPE_UNKNOWN &&
            sx_bytes_equal(arg->u.var.name, sx_bytes_of(words[i].word))) {
            select->fill = words[i].fill;
            return STRIA_OK;
        }
    return sx_fail(p->err, STRIA_SYNTAX, "expected number argument in fill()");
}

static stria_status parse_zone(struct sx_iql_parser *p, struct sx_iql_select *select)
{
    const struct sx_iql_expr *call;
    stria_status st = parse_named_call(p, "tz", &call);
    if (st || !call)
        return st;
    if (call->u.call.arg_count != 1)
        return sx_fail(p->err, STRIA_SYNTAX, "tz requires exactly one argument");
    const struct sx_iql_expr *arg = call->u.call.args[0];
    if (arg->kind != SX_IQL_EXPR_STRING)
        return sx_fail(p->err, STRIA_SYNTAX, "expected string argument in tz()");
    struct sx_bytes name = arg->u.text;
    bool utc = name.len == 0 || sx_bytes_equal(name, SX_LITERAL("UTC"));
    select->zone_name = utc ? SX_LITERAL("UTC") : name;
    if (utc ||
        (p->options->find_zone && p->options->find_zone(p->options->user, name, &select->zone)))
        return STRIA_OK;
    return sx_fail(p->err, STRIA_SYNTAX, "unable to find time zone %.*s",
                   (int)SX_MIN(name.len, STRIA_ERROR_TEXT_MAX), (const char *)name.ptr);
}

stria_status sx_iql_parse_limit(struct sx_iql_parser *p, enum sx_iql_token word, int64_t *out)
{
    *out = 0;
    if (!sx_iql_accept(p, word))
        return STRIA_OK;
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    if (found.token != SX_IQL_INTEGER)
        return sx_iql_fail_found(p, found, "integer");
    (void)!sx_int_parse(found.text, out); /* what is too large is the largest */
    if (*out < 0)
        return sx_iql_fail_at(p, found.pos, "%s must be >= 0", sx_iql_token_name(word));
    return STRIA_OK;
}

static stria_status fail_order(struct sx_iql_parser *p)
{
    return sx_fail(p->err, STRIA_SYNTAX, "only ORDER BY time supported at this time");
}

/* A name and perhaps ASC or DESC. */
static stria_status parse_order_field(struct sx_iql_parser *p, struct sx_bytes *name,
                                      bool *descending)
{
    stria_status st = sx_iql_parse_name(p, name);
    if (st)
        return st;
    enum sx_iql_token token = sx_iql_next_word(p).token;
    *descending = token == SX_IQL_DESC;
    if (token != SX_IQL_ASC && token != SX_IQL_DESC)
        sx_iql_unread(p);
    return STRIA_OK;
}

stria_status sx_iql_parse_order(struct sx_iql_parser *p, struct sx_iql_order *out)
{
    *out = (struct sx_iql_order){0};
    if (!sx_iql_accept(p, SX_IQL_ORDER))
        return STRIA_OK;
    stria_status st = sx_iql_expect(p, SX_IQL_BY);
    if (st)
        return st;
    struct sx_bytes name;
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    *out = (struct sx_iql_order){.present = true};
    if (found.token == SX_IQL_ASC || found.token == SX_IQL_DESC) {
        out->descending = found.token == SX_IQL_DESC;
    } else if (found.token == SX_IQL_IDENT) {
        out->named = true;
        sx_iql_unread(p);
        st = parse_order_field(p, &name, &out->descending);
        if (st)
            return st;
        if (!sx_bytes_equal(name, SX_LITERAL("time")))
            return fail_order(p);
    } else {
        return sx_iql_fail_found(p, found, "identifier, ASC, DESC");
    }
    bool more = false;
    while (sx_iql_accept(p, SX_IQL_COMMA)) {
        bool ignored;
        st = parse_order_field(p, &name, &ignored);
        if (st)
            return st;
        more = true;
    }
    return more ? fail_order(p) : STRIA_OK;
}

/* ---- SELECT --------------------------------------------------------------------------------- */

stria_status sx_iql_parse_select(struct sx_iql_parser *p, bool target_required,
                                 const struct sx_iql_select **out)
{
    struct sx_iql_select *select = sx_arena_zalloc(p->arena, sizeof *select);
    if (!select)
        return sx_iql_fail_memory(p);
    stria_status st = parse_fields(p, select);
    if (!st)
        st = parse_target(p, target_required, &select->target);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_FROM);
    if (!st)
        st = sx_iql_parse_sources(p, true, &select->sources);
    if (!st)
        st = sx_iql_parse_condition(p, &select->condition);
    if (!st)
        st = sx_iql_parse_dimensions(p, &select->dimensions);
    if (!st)
        st = parse_fill(p, select);
    if (!st)
        st = sx_iql_parse_order(p, &select->order);
    if (!st)
        st = sx_iql_parse_limit(p, SX_IQL_LIMIT, &select->limits.limit);
    if (!st)
        st = sx_iql_parse_limit(p, SX_IQL_OFFSET, &select->limits.offset);
    if (!st)
        st = sx_iql_parse_limit(p, SX_IQL_SLIMIT, &select->limits.slimit);
    if (!st)
        st = sx_iql_parse_limit(p, SX_IQL_SOFFSET, &select->limits.soffset);
    if (!st)
        st = parse_zone(p, select);
    if (!st)
        st = find_calls(p, select);
    *out = select;
    return st;
}
