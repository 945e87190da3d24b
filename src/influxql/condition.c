/* SPDX-License-Identifier: Apache-2.0 */
/* condition.c -- see condition.h. */
#include "influxql/condition.h"

#include "base/time_text.h"
#include "influxql/fold.h"
#include "influxql/print.h"

/* A condition that is being taken apart. */
struct split {
    struct sx_arena *arena;
    const struct sx_iql_known *known;
    stria_error *err;
    struct sx_iql_range range; /* of all that was seen */
};

static stria_status refused(struct split *split)
{
    return sx_mem_refused(split->arena->mem, sizeof(struct sx_iql_expr), split->err);
}

/* ---- ranges --------------------------------------------------------------------------------- */

struct sx_iql_range sx_iql_range_meet(struct sx_iql_range a, struct sx_iql_range b)
{
    if (b.has_min && (!a.has_min || sx_iql_instant_compare(b.min, a.min) > 0)) {
        a.has_min = true;
        a.min = b.min;
    }
    if (b.has_max && (!a.has_max || sx_iql_instant_compare(b.max, a.max) < 0)) {
        a.has_max = true;
        a.max = b.max;
    }
    return a;
}

int64_t sx_iql_range_min_ns(struct sx_iql_range range)
{
    return range.has_min ? sx_iql_instant_ns(range.min) : STRIA_TIME_MIN;
}

int64_t sx_iql_range_max_ns(struct sx_iql_range range)
{
    return range.has_max ? sx_iql_instant_ns(range.max) : STRIA_TIME_MAX;
}

/* ---- bounds of time ------------------------------------------------------------------------- */

static stria_status check_time(struct split *split, struct sx_iql_instant t)
{
    bool over = sx_iql_instant_compare(t, sx_iql_instant_of_ns(STRIA_TIME_MAX)) > 0;
    bool under = sx_iql_instant_compare(t, sx_iql_instant_of_ns(STRIA_TIME_MIN + 1)) < 0;
    if (!over && !under)
        return STRIA_OK;
    char storage[64];
    struct sx_buf text;
    sx_buf_init_fixed(&text, storage, sizeof storage);
    sx_iql_instant_put_local(&text, t);
    return sx_fail(split->err, STRIA_INVALID, "time %.*s %s time literal", (int)text.len, storage,
                   over ? "overflows" : "underflows");
}

/* The time that `value` is. */
static stria_status time_of(struct split *split, const struct sx_iql_expr *value,
                            struct sx_iql_instant *out)
{
    const struct sx_zone *zone = split->known ? split->known->zone : NULL;
    if (value->kind == SX_IQL_EXPR_STRING && sx_time_looks_so(value->u.text)) {
        if (!sx_iql_instant_parse(value->u.text, zone, out))
            return sx_fail(split->err, STRIA_INVALID, "invalid timestamp string");
        return check_time(split, *out);
    }
    if (!sx_iql_reduce(split->arena, value, split->known, &value))
        return refused(split);
    switch (value->kind) {
    case SX_IQL_EXPR_TIME:
        *out = value->u.time;
        return check_time(split, *out);
    case SX_IQL_EXPR_DURATION:
        *out = sx_iql_instant_of_ns(value->u.duration_ns);
        return STRIA_OK;
    case SX_IQL_EXPR_NUMBER:
        *out = sx_iql_instant_of_ns(sx_iql_integer_of(value->u.number));
        return STRIA_OK;
    case SX_IQL_EXPR_INTEGER:
        *out = sx_iql_instant_of_ns(value->u.integer);
        return STRIA_OK;
    default:
        return sx_fail(split->err, STRIA_INVALID,
                       "invalid operation: time and %s are not compatible",
                       sx_iql_expr_kind_name(value->kind));
    }
}

/* time `op` value */
static stria_status bound_time(struct split *split, enum sx_iql_token op,
                               const struct sx_iql_expr *value)
{
    struct sx_iql_instant t = {0};
    stria_status st = time_of(split, value, &t);
    if (st)
        return st;
    struct sx_iql_range range = {.min = t, .max = t};
    switch (op) {
    case SX_IQL_GT:
        range.min = sx_iql_instant_add(t, 1);
        range.has_min = true;
        break;
    case SX_IQL_GTE:
        range.has_min = true;
        break;
    case SX_IQL_LT:
        range.max = sx_iql_instant_add(t, -1);
        range.has_max = true;
        break;
    case SX_IQL_LTE:
        range.has_max = true;
        break;
    case SX_IQL_EQ:
        range.has_min = range.has_max = true;
        break;
    default:
        return sx_fail(split->err, STRIA_INVALID, "invalid time comparison operator: %s",
                       sx_iql_token_name(op));
    }
    split->range = sx_iql_range_meet(split->range, range);
    return STRIA_OK;
}

static enum sx_iql_token mirrored(enum sx_iql_token op)
{
    switch (op) {
    case SX_IQL_GT:
        return SX_IQL_LT;
    case SX_IQL_LT:
        return SX_IQL_GT;
    case SX_IQL_GTE:
        return SX_IQL_LTE;
    case SX_IQL_LTE:
        return SX_IQL_GTE;
    default:
        return op;
    }
}

static bool is_time(const struct sx_iql_expr *expr)
{
    return expr->kind == SX_IQL_EXPR_VAR && sx_iql_same_word(expr->u.var.name, "time");
}

/* ---- the rest ------------------------------------------------------------------------------- */

static stria_status split_expr(struct split *split, const struct sx_iql_expr *expr,
                               const struct sx_iql_expr **rest);

/* A binary expression that is neither AND nor OR. */
static stria_status split_comparison(struct split *split, const struct sx_iql_expr *expr,
                                     const struct sx_iql_expr **rest)
{
    const struct sx_iql_expr *left = expr->u.binary.left;
    const struct sx_iql_expr *right = expr->u.binary.right;
    *rest = NULL;
    if (is_time(left))
        return bound_time(split, expr->u.binary.op, right);
    if (is_time(right))
        return bound_time(split, mirrored(expr->u.binary.op), left);
    if (!sx_iql_reduce_inner(split->arena, expr, split->known, rest))
        return refused(split);
    return STRIA_OK;
}

static bool is_logic(const struct sx_iql_expr *expr)
{
    return expr->kind == SX_IQL_EXPR_BINARY &&
           (expr->u.binary.op == SX_IQL_AND || expr->u.binary.op == SX_IQL_OR);
}

/* A chain of AND and OR. What bounds only time leaves nothing of itself. */
static stria_status split_logic(struct split *split, const struct sx_iql_expr *expr,
                                const struct sx_iql_expr **rest)
{
    const struct sx_iql_expr **spine = sx_iql_spine(split->arena, expr);
    if (!spine)
        return refused(split);
    size_t count = expr->u.binary.spine;
    size_t first = count; /* the innermost of the chain */
    while (first && is_logic(spine[first - 1]))
        first--;
    const struct sx_iql_expr *left = NULL;
    stria_status st = split_expr(split, spine[first]->u.binary.left, &left);
    for (size_t i = first; i < count && !st; i++) {
        const struct sx_iql_expr *right = NULL;
        st = split_expr(split, spine[i]->u.binary.right, &right);
        if (st || !right)
            continue;
        if (!left)
            left = right;
        else if (!sx_iql_reduce_pair(split->arena, spine[i]->u.binary.op, left, right, NULL, &left))
            return refused(split);
    }
    *rest = left;
    return st;
}

static stria_status split_paren(struct split *split, const struct sx_iql_expr *expr,
                                const struct sx_iql_expr **rest)
{
    stria_status st = split_expr(split, expr->u.inner, rest);
    if (st || !*rest || (*rest)->kind != SX_IQL_EXPR_BINARY)
        return st;
    *rest = sx_iql_paren(split->arena, *rest);
    return *rest ? STRIA_OK : refused(split);
}

static stria_status split_expr(struct split *split, const struct sx_iql_expr *expr,
                               const struct sx_iql_expr **rest)
{
    if (is_logic(expr))
        return split_logic(split, expr, rest);
    switch (expr->kind) {
    case SX_IQL_EXPR_BINARY:
        return split_comparison(split, expr, rest);
    case SX_IQL_EXPR_PAREN:
        return split_paren(split, expr, rest);
    case SX_IQL_EXPR_BOOLEAN:
        *rest = expr;
        return STRIA_OK;
    default:
        return sx_iql_fail_expr(split->arena->mem, split->err, expr,
                                "invalid condition expression: ");
    }
}

stria_status sx_iql_split_condition(struct sx_arena *arena, const struct sx_iql_expr *condition,
                                    const struct sx_iql_known *known,
                                    const struct sx_iql_expr **rest, struct sx_iql_range *range,
                                    stria_error *err)
{
    struct split split = {.arena = arena, .known = known, .err = err};
    *rest = NULL;
    *range = (struct sx_iql_range){0};
    if (!condition)
        return STRIA_OK;
    stria_status st = split_expr(&split, condition, rest);
    if (st)
        return st;
    *range = split.range;
    if (*rest && (*rest)->kind == SX_IQL_EXPR_PAREN)
        *rest = (*rest)->u.inner;
    if (*rest && (*rest)->kind == SX_IQL_EXPR_BOOLEAN && (*rest)->u.boolean)
        *rest = NULL;
    return STRIA_OK;
}
