/* SPDX-License-Identifier: Apache-2.0 */
/* delete.c -- see delete.h.
 *
 * Algorithm   Whether a name is a field or a tag depends on the measurement. So the series that the
 *             tags of the condition leave are looked at first, where a name in it is a field: any
 *             that the condition does not decide is an error, as with the peer. Then every name is
 *             a tag, and what compares fields holds for no series.
 *             FROM a, /b/ becomes one regular expression: ^a$|(?:b). */
#include "influxql/delete.h"

#include "base/error.h"
#include "base/regex.h"
#include "influxql/check.h"
#include "influxql/show.h"

struct deletion {
    struct sx_iql_showing showing; /* first */
    struct sx_iql_command_storage *storage;
    bool any; /* measurement */
};

static stria_status refused(struct deletion *d, stria_error *err)
{
    return sx_mem_refused(d->showing.mem, sizeof(struct sx_tag_expr), err);
}

/* ---- the condition, as one on tags ---------------------------------------------------------- */

static stria_status new_expr(struct deletion *d, struct sx_tag_expr expr,
                             const struct sx_tag_expr **out, stria_error *err)
{
    struct sx_tag_expr *made = sx_arena_alloc(&d->storage->arena, sizeof *made);
    *out = made;
    if (!made)
        return refused(d, err);
    *made = expr;
    return STRIA_OK;
}

static stria_status match(struct deletion *d, struct sx_bytes key, stria_match_op op,
                          struct sx_bytes value, const struct sx_tag_expr **out, stria_error *err)
{
    if (sx_bytes_equal(key, SX_LITERAL("_name")))
        return sx_fail(err, STRIA_UNSUPPORTED,
                       "stria: _name in the WHERE clause of a delete is not supported");
    return new_expr(
        d, (struct sx_tag_expr){.kind = SX_TAG_MATCH, .op = op, .key = key, .value = value}, out,
        err);
}

static stria_status both(struct deletion *d, enum sx_tag_expr_kind kind,
                         const struct sx_tag_expr *left, const struct sx_tag_expr *right,
                         const struct sx_tag_expr **out, stria_error *err)
{
    return new_expr(d, (struct sx_tag_expr){.kind = kind, .left = left, .right = right}, out, err);
}

/* tag = tag: a series has both; tag != tag: it has the first alone. */
static stria_status match_tags(struct deletion *d, struct sx_bytes a, struct sx_bytes b, bool equal,
                               const struct sx_tag_expr **out, stria_error *err)
{
    const struct sx_tag_expr *left = NULL, *right = NULL;
    stria_status st = match(d, a, STRIA_MATCH_NOT_EQUAL, SX_LITERAL(""), &left, err);
    if (!st)
        st = match(d, b, equal ? STRIA_MATCH_NOT_EQUAL : STRIA_MATCH_EQUAL, SX_LITERAL(""), &right,
                   err);
    return st ? st : both(d, SX_TAG_AND, left, right, out, err);
}

static bool may_be_tag(const struct sx_iql_expr *expr)
{
    return expr->kind == SX_IQL_EXPR_VAR &&
           (expr->u.var.type == SX_IQL_TYPE_UNKNOWN || expr->u.var.type == SX_IQL_TYPE_TAG);
}

static stria_status leaf_of(struct deletion *d, const struct sx_iql_expr *expr,
                            const struct sx_tag_expr **out, stria_error *err)
{
    const struct sx_iql_expr *key = expr->u.binary.left, *value = expr->u.binary.right;
    enum sx_iql_token op = expr->u.binary.op;
    if (key->kind != SX_IQL_EXPR_VAR) {
        key = expr->u.binary.right;
        value = expr->u.binary.left;
    }
    if (may_be_tag(key) && value->kind == SX_IQL_EXPR_STRING)
        return match(d, key->u.var.name,
                     op == SX_IQL_EQ ? STRIA_MATCH_EQUAL : STRIA_MATCH_NOT_EQUAL, value->u.text,
                     out, err);
    if (may_be_tag(key) && value->kind == SX_IQL_EXPR_REGEX)
        return match(d, key->u.var.name,
                     op == SX_IQL_EQ_REGEX ? STRIA_MATCH_REGEX : STRIA_MATCH_NOT_REGEX,
                     value->u.text, out, err);
    if (may_be_tag(key) && may_be_tag(value))
        return match_tags(d, key->u.var.name, value->u.var.name, op == SX_IQL_EQ, out, err);
    return new_expr(d, (struct sx_tag_expr){.kind = SX_TAG_FALSE}, out, err);
}

static bool is_logical(const struct sx_iql_expr *expr)
{
    return expr->kind == SX_IQL_EXPR_BINARY &&
           (expr->u.binary.op == SX_IQL_AND || expr->u.binary.op == SX_IQL_OR);
}

static stria_status tags_of(struct deletion *d, const struct sx_iql_expr *expr,
                            const struct sx_tag_expr **out, stria_error *err);

/* Joins terms by halves: the depth of a stored condition is limited. */
static stria_status join(struct deletion *d, enum sx_tag_expr_kind kind,
                         const struct sx_tag_expr **terms, size_t count,
                         const struct sx_tag_expr **out, stria_error *err)
{
    const struct sx_tag_expr *left = NULL, *right = NULL;
    *out = terms[0];
    if (count == 1)
        return STRIA_OK;
    stria_status st = join(d, kind, terms, count / 2, &left, err);
    if (!st)
        st = join(d, kind, terms + count / 2, count - count / 2, &right, err);
    return st ? st : both(d, kind, left, right, out, err);
}

/* A chain of AND and OR from the left: stretches of one operator are joined. */
static stria_status chain_of(struct deletion *d, const struct sx_iql_expr *expr,
                             const struct sx_tag_expr **out, stria_error *err)
{
    size_t length = expr->u.binary.spine, first = 0;
    const struct sx_iql_expr **spine = sx_iql_spine(&d->storage->arena, expr);
    const struct sx_tag_expr **terms =
        sx_arena_array(&d->storage->arena, length + 1, sizeof *terms);
    if (!spine || !terms)
        return refused(d, err);
    while (!is_logical(spine[first]))
        first++;
    stria_status st = tags_of(d, first ? spine[first - 1] : spine[0]->u.binary.left, out, err);
    for (size_t i = first, count; i < length && !st;) {
        enum sx_iql_token op = spine[i]->u.binary.op;
        terms[0] = *out;
        for (count = 1; i < length && spine[i]->u.binary.op == op && !st; i++)
            st = tags_of(d, spine[i]->u.binary.right, &terms[count++], err);
        if (!st)
            st = join(d, op == SX_IQL_AND ? SX_TAG_AND : SX_TAG_OR, terms, count, out, err);
    }
    return st;
}

static stria_status tags_of(struct deletion *d, const struct sx_iql_expr *expr,
                            const struct sx_tag_expr **out, stria_error *err)
{
    if (expr->kind == SX_IQL_EXPR_PAREN)
        return tags_of(d, expr->u.inner, out, err);
    if (is_logical(expr))
        return chain_of(d, expr, out, err);
    if (expr->kind == SX_IQL_EXPR_BINARY)
        return leaf_of(d, expr, out, err);
    bool all = expr->kind == SX_IQL_EXPR_BOOLEAN && expr->u.boolean;
    return new_expr(d, (struct sx_tag_expr){.kind = all ? SX_TAG_TRUE : SX_TAG_FALSE}, out, err);
}

/* ---- fields --------------------------------------------------------------------------------- */

struct search {
    const struct sx_iql_measurement *measurement;
    bool found;
};

/* What the index alone may not be able to decide. */
static bool find_field(void *user, const struct sx_iql_expr *expr)
{
    struct search *search = user;
    if (expr->kind == SX_IQL_EXPR_VAR)
        search->found = search->found || !may_be_tag(expr) ||
                        sx_iql_field_type(search->measurement, expr->u.var.name) != STRIA_NONE;
    else if (expr->kind != SX_IQL_EXPR_BINARY && expr->kind != SX_IQL_EXPR_PAREN)
        search->found =
            search->found || (expr->kind != SX_IQL_EXPR_STRING && expr->kind != SX_IQL_EXPR_REGEX);
    return !search->found;
}

static stria_status visit(struct sx_iql_showing *s, struct sx_iql_measurement *m, stria_error *err)
{
    struct deletion *d = (struct deletion *)(void *)s; /* its first member */
    struct sx_iql_listing listing;
    const struct sx_iql_listed *listed = NULL;
    struct search search = {.measurement = m};
    d->any = true;
    if (!sx_iql_walk(s->mem, s->condition, find_field, &search))
        return refused(d, err);
    if (!search.found)
        return STRIA_OK;
    stria_status st = sx_iql_show_list(s, &listing, m, s->condition, false, err);
    while (!st && !(st = sx_iql_listing_next(&listing, &listed, err)) && listed)
        if (listed->by_rows)
            st = sx_fail(err, STRIA_INVALID,
                         "shard %u: fields not supported in WHERE clause during deletion",
                         m->policy_id);
    sx_iql_listing_deinit(&listing);
    return st;
}

/* ---- sources -------------------------------------------------------------------------------- */

/* A name as a pattern: letters, digits and what is not ASCII as they are. */
static void put_quoted(struct sx_buf *pattern, struct sx_bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.ptr[i];
        bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
        if (plain)
            sx_buf_put_u8(pattern, c);
        else
            sx_buf_printf(pattern, "\\x%02x", c);
    }
}

static stria_status set_pattern(struct deletion *d, const struct sx_iql_sources *sources,
                                struct sx_selector *selector, stria_error *err)
{
    struct sx_buf pattern;
    sx_buf_init(&pattern, d->showing.mem, SX_REGEX_SIZE_MAX);
    for (size_t i = 0; i < sources->count; i++) {
        const struct sx_iql_source *source = &sources->items[i];
        sx_buf_put_text(&pattern, i ? "|(?:" : "(?:");
        if (source->regex) {
            sx_buf_put_bytes(&pattern, source->regex->u.text);
        } else {
            sx_buf_put_text(&pattern, "^");
            put_quoted(&pattern, source->name);
            sx_buf_put_text(&pattern, "$");
        }
        sx_buf_put_text(&pattern, ")");
    }
    stria_status st = pattern.failed ? sx_buf_refused(&pattern, "list of measurements", err)
                                     : sx_regex_create(d->showing.mem, sx_buf_bytes(&pattern),
                                                       &d->storage->regex, err);
    selector->measurement_regex = d->storage->regex;
    sx_buf_deinit(&pattern);
    return st;
}

static stria_status set_sources(struct deletion *d, const struct sx_iql_sources *sources,
                                struct sx_command *command, stria_error *err)
{
    struct sx_selector *selector = &command->selector;
    selector->all_measurements = sources->count == 0;
    if (!sources->count)
        return STRIA_OK;
    command->policy = sources->items[0].policy;
    for (size_t i = 1; i < sources->count; i++)
        if (!sx_bytes_equal(sources->items[i].policy, command->policy))
            return sx_fail(err, STRIA_UNSUPPORTED,
                           "stria: deleting from several retention policies at once is not "
                           "supported");
    if (sources->count > 1 || sources->items[0].regex)
        return set_pattern(d, sources, selector, err);
    selector->measurement = sources->items[0].name;
    return STRIA_OK;
}

/* ---- all ------------------------------------------------------------------------------------ */

static stria_status fill(struct deletion *d, const struct sx_iql_statement *statement,
                         struct sx_command *command, stria_error *err)
{
    const struct sx_iql_showing *s = &d->showing;
    struct sx_selector *selector = &command->selector;
    stria_status st = sx_iql_check_named(statement, err);
    if (!st)
        st = set_sources(d, &s->show->sources, command, err);
    if (!st && s->condition)
        st = tags_of(d, s->condition, &selector->tags, err);
    if (!st)
        st = sx_iql_show_each(&d->showing, SX_IQL_POLICY_ALL, visit, err);
    if (st || !d->any)
        return st;
    selector->time_min_ns = s->has_min ? s->time_min_ns : INT64_MIN;
    selector->time_max_ns = s->has_max ? s->time_max_ns : INT64_MAX;
    command->kind = statement->kind == SX_IQL_STATEMENT_DELETE        ? SX_DELETE_ROWS
                    : statement->kind == SX_IQL_STATEMENT_DROP_SERIES ? SX_DROP_SERIES
                                                                      : SX_DROP_MEASUREMENT;
    return STRIA_OK;
}

stria_status sx_iql_delete_command(const struct sx_iql_statement *statement,
                                   const struct sx_iql_context *context,
                                   struct sx_iql_command_storage *storage,
                                   struct sx_command *command, stria_error *err)
{
    struct deletion d = {.storage = storage};
    struct sx_iql_source measurement = {0};
    struct sx_iql_show show = {.database = context->database};
    if (!sx_catalog_database(context->views->catalog, context->database))
        return sx_fail(err, STRIA_NOT_FOUND, "database not found: %.*s", (int)context->database.len,
                       (const char *)context->database.ptr);
    command->database = context->database;
    if (statement->kind == SX_IQL_STATEMENT_DROP_MEASUREMENT) {
        measurement.name = statement->u.names.name;
        show.sources = (struct sx_iql_sources){.items = &measurement, .count = 1};
    } else {
        show.sources = statement->u.del.sources;
        show.condition = statement->u.del.condition;
    }
    stria_status st = sx_iql_showing_init(&d.showing, &show, context, err);
    if (!st)
        st = fill(&d, statement, command, err);
    sx_iql_showing_deinit(&d.showing);
    return st;
}
