/* SPDX-License-Identifier: Apache-2.0 */
/* print.c -- see print.h: expressions, sources and SELECT. */
#include "influxql/print.h"

#include "base/float_format.h"
#include "influxql/literal.h"
#include "influxql/print_priv.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define ERROR_EXPR_MAX 2000 /* more than an error's text holds */
#define SPINE_SHORT 4       /* binary expressions in a row that need no memory to walk */

/* ---- expressions ---------------------------------------------------------------------------- */

static void print_binary(struct sx_buf *out, const struct sx_iql_expr *expr)
{
    const struct sx_iql_expr *few[SPINE_SHORT];
    const struct sx_iql_expr **spine = few;
    size_t count = expr->u.binary.spine;
    if (count > SPINE_SHORT && !(spine = sx_mem_alloc(out->mem, count * sizeof *spine))) {
        out->failed = true;
        return;
    }
    for (size_t i = count; i-- > 0; expr = expr->u.binary.left)
        spine[i] = expr;
    sx_iql_print_expr(out, expr);
    for (size_t i = 0; i < count && !out->failed; i++) {
        sx_buf_put_u8(out, ' ');
        sx_buf_put_text(out, sx_iql_token_name(spine[i]->u.binary.op));
        sx_buf_put_u8(out, ' ');
        sx_iql_print_expr(out, spine[i]->u.binary.right);
    }
    if (spine != few)
        sx_mem_free(out->mem, spine);
}

static void print_exprs(struct sx_buf *out, const struct sx_iql_expr *const *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            sx_buf_put_text(out, ", ");
        sx_iql_print_expr(out, items[i]);
    }
}

static void print_list(struct sx_buf *out, const struct sx_iql_expr *expr)
{
    sx_buf_put_u8(out, '(');
    for (size_t i = 0; i < expr->u.list.count; i++) {
        if (i)
            sx_buf_put_text(out, ", ");
        sx_iql_put_name(out, expr->u.list.items[i]);
    }
    sx_buf_put_u8(out, ')');
}

static void print_wildcard(struct sx_buf *out, enum sx_iql_token type)
{
    sx_buf_put_u8(out, '*');
    if (type == SX_IQL_FIELD)
        sx_buf_put_text(out, "::field");
    else if (type == SX_IQL_TAG)
        sx_buf_put_text(out, "::tag");
}

/* `distinct` is a keyword, but a call all the same. */
static void print_call(struct sx_buf *out, const struct sx_iql_expr *expr)
{
    if (sx_bytes_equal(expr->u.call.name, SX_LITERAL("distinct")))
        sx_buf_put_bytes(out, expr->u.call.name);
    else
        sx_iql_put_name(out, expr->u.call.name);
    sx_buf_put_u8(out, '(');
    print_exprs(out, expr->u.call.args, expr->u.call.arg_count);
    sx_buf_put_u8(out, ')');
}

static void print_leaf(struct sx_buf *out, const struct sx_iql_expr *expr)
{
    switch (expr->kind) {
    case SX_IQL_EXPR_VAR:
        sx_iql_put_name(out, expr->u.var.name);
        if (expr->u.var.type != SX_IQL_TYPE_UNKNOWN) {
            sx_buf_put_text(out, "::");
            sx_buf_put_text(out, sx_iql_type_name(expr->u.var.type));
        }
        break;
    case SX_IQL_EXPR_DISTINCT:
        sx_buf_put_text(out, "DISTINCT ");
        sx_iql_put_name(out, expr->u.text);
        break;
    case SX_IQL_EXPR_WILDCARD:
        print_wildcard(out, expr->u.wildcard);
        break;
    case SX_IQL_EXPR_BOOLEAN:
        sx_buf_put_text(out, expr->u.boolean ? "true" : "false");
        break;
    case SX_IQL_EXPR_NUMBER:
        sx_iql_put_number(out, expr->u.number);
        break;
    case SX_IQL_EXPR_INTEGER:
        sx_buf_printf(out, "%" PRId64, expr->u.integer);
        break;
    case SX_IQL_EXPR_UNSIGNED:
        sx_buf_printf(out, "%" PRIu64, expr->u.unsigned_integer);
        break;
    case SX_IQL_EXPR_STRING:
        sx_iql_put_string(out, expr->u.text);
        break;
    case SX_IQL_EXPR_DURATION:
        sx_iql_put_duration(out, expr->u.duration_ns);
        break;
    case SX_IQL_EXPR_TIME:
        sx_buf_put_u8(out, '\'');
        sx_iql_instant_put_utc(out, expr->u.time);
        sx_buf_put_u8(out, '\'');
        break;
    case SX_IQL_EXPR_REGEX:
        sx_iql_put_regex(out, expr->u.text);
        break;
    case SX_IQL_EXPR_LIST:
        print_list(out, expr);
        break;
    default:
        sx_buf_put_text(out, "nil");
        break;
    }
}

void sx_iql_print_expr(struct sx_buf *out, const struct sx_iql_expr *expr)
{
    if (expr->kind == SX_IQL_EXPR_BINARY) {
        print_binary(out, expr);
    } else if (expr->kind == SX_IQL_EXPR_PAREN) {
        sx_buf_put_u8(out, '(');
        sx_iql_print_expr(out, expr->u.inner);
        sx_buf_put_u8(out, ')');
    } else if (expr->kind == SX_IQL_EXPR_CALL) {
        print_call(out, expr);
    } else {
        print_leaf(out, expr);
    }
}

stria_status sx_iql_fail_expr(struct sx_mem *mem, stria_error *err, const struct sx_iql_expr *expr,
                              const char *format, ...)
{
    char before[200];
    va_list args;
    va_start(args, format);
    vsnprintf(before, sizeof before, format, args);
    va_end(args);
    struct sx_buf text;
    sx_buf_init(&text, mem, SIZE_MAX / 2);
    sx_iql_print_expr(&text, expr);
    stria_status st;
    if (text.failed)
        st = sx_buf_refused(&text, "text of an error", err);
    else
        st = sx_fail(err, STRIA_INVALID, "%s%.*s", before, (int)SX_MIN(text.len, ERROR_EXPR_MAX),
                     (const char *)text.ptr);
    sx_buf_deinit(&text);
    return st;
}

/* ---- SELECT --------------------------------------------------------------------------------- */

static bool is_empty_target(const struct sx_iql_source *source)
{
    return source->database.len == 0 && source->policy.len == 0 && source->name.len == 0;
}

void sx_iql_print_source(struct sx_buf *out, const struct sx_iql_source *source)
{
    if (source->subquery) {
        sx_buf_put_u8(out, '(');
        sx_iql_print_select(out, source->subquery);
        sx_buf_put_u8(out, ')');
        return;
    }
    if (source->database.len) {
        sx_iql_put_name(out, source->database);
        sx_buf_put_u8(out, '.');
    }
    if (source->policy.len)
        sx_iql_put_name(out, source->policy);
    if (source->database.len || source->policy.len)
        sx_buf_put_u8(out, '.');
    if (source->name.len)
        sx_iql_put_name(out, source->name);
    else if (source->regex)
        sx_iql_print_expr(out, source->regex);
}

void sx_iql_print_sources(struct sx_buf *out, const struct sx_iql_sources *sources)
{
    for (size_t i = 0; i < sources->count; i++) {
        const struct sx_iql_source *source = &sources->items[i];
        if (i)
            sx_buf_put_text(out, ", ");
        sx_iql_print_source(out, source);
        if (!source->subquery && !source->name.len && !source->regex)
            sx_buf_put_text(out, "\"\"");
    }
}

void sx_iql_print_condition(struct sx_buf *out, const struct sx_iql_expr *condition)
{
    if (!condition)
        return;
    sx_buf_put_text(out, " WHERE ");
    sx_iql_print_expr(out, condition);
}

void sx_iql_print_dimensions(struct sx_buf *out, const struct sx_iql_exprs *dimensions)
{
    if (!dimensions->count)
        return;
    sx_buf_put_text(out, " GROUP BY ");
    print_exprs(out, dimensions->items, dimensions->count);
}

void sx_iql_print_order(struct sx_buf *out, const struct sx_iql_order *order)
{
    if (!order->present)
        return;
    sx_buf_put_text(out, " ORDER BY ");
    if (order->named)
        sx_buf_put_text(out, "time ");
    sx_buf_put_text(out, order->descending ? "DESC" : "ASC");
}

static void print_limit(struct sx_buf *out, const char *word, int64_t value)
{
    if (value > 0)
        sx_buf_printf(out, " %s %" PRId64, word, value);
}

void sx_iql_print_limits(struct sx_buf *out, const struct sx_iql_limits *limits)
{
    print_limit(out, "LIMIT", limits->limit);
    print_limit(out, "OFFSET", limits->offset);
    print_limit(out, "SLIMIT", limits->slimit);
    print_limit(out, "SOFFSET", limits->soffset);
}

static void print_target(struct sx_buf *out, const struct sx_iql_source *target)
{
    sx_buf_put_text(out, " INTO ");
    if (is_empty_target(target)) {
        sx_buf_put_text(out, "\"\"");
        return;
    }
    sx_iql_print_source(out, target);
    if (!target->name.len)
        sx_buf_put_text(out, ":MEASUREMENT");
}

static void print_fill_number(struct sx_buf *out, const struct sx_iql_expr *value)
{
    uint8_t text[SX_FLOAT_PLAIN_TEXT_MAX];
    sx_buf_put_text(out, " fill(");
    if (value->kind == SX_IQL_EXPR_INTEGER || (value->u.number == 0 && signbit(value->u.number)))
        sx_iql_print_expr(out, value);
    else
        sx_buf_put(out, text, sx_float_write_plain(text, value->u.number));
    sx_buf_put_u8(out, ')');
}

static void print_fill(struct sx_buf *out, const struct sx_iql_select *select)
{
    switch (select->fill) {
    case SX_IQL_FILL_NULL:
        break;
    case SX_IQL_FILL_NONE:
        sx_buf_put_text(out, " fill(none)");
        break;
    case SX_IQL_FILL_NUMBER:
        print_fill_number(out, select->fill_value);
        break;
    case SX_IQL_FILL_PREVIOUS:
        sx_buf_put_text(out, " fill(previous)");
        break;
    case SX_IQL_FILL_LINEAR:
        sx_buf_put_text(out, " fill(linear)");
        break;
    }
}

void sx_iql_print_select(struct sx_buf *out, const struct sx_iql_select *select)
{
    sx_buf_put_text(out, "SELECT ");
    for (size_t i = 0; i < select->field_count; i++) {
        if (i)
            sx_buf_put_text(out, ", ");
        sx_iql_print_expr(out, select->fields[i].expr);
        if (select->fields[i].alias.len) {
            sx_buf_put_text(out, " AS ");
            sx_iql_put_name(out, select->fields[i].alias);
        }
    }
    if (select->target)
        print_target(out, select->target);
    sx_buf_put_text(out, " FROM ");
    sx_iql_print_sources(out, &select->sources);
    sx_iql_print_condition(out, select->condition);
    sx_iql_print_dimensions(out, &select->dimensions);
    print_fill(out, select);
    sx_iql_print_order(out, &select->order);
    sx_iql_print_limits(out, &select->limits);
    if (select->zone_name.len) {
        sx_buf_put_text(out, " TZ(");
        sx_iql_put_string(out, select->zone_name);
        sx_buf_put_u8(out, ')');
    }
}
