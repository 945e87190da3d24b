/* SPDX-License-Identifier: Apache-2.0 */
/* reduce.c -- see reduce.h. */
#include "influxql/reduce.h"

#include "influxql/fold.h"
#include "influxql/math_call.h"

#include <assert.h>

static bool give(struct sx_arena *arena, struct sx_iql_expr expr, const struct sx_iql_expr **out)
{
    *out = sx_iql_expr_new(arena, expr);
    return *out != NULL;
}

static bool is_boolean(const struct sx_iql_expr *expr, bool value)
{
    return expr->kind == SX_IQL_EXPR_BOOLEAN && expr->u.boolean == value;
}

/* AND and OR with a side that decides or does not matter; NULL: neither. */
static const struct sx_iql_expr *reduce_logic(enum sx_iql_token op, const struct sx_iql_expr *left,
                                              const struct sx_iql_expr *right)
{
    bool deciding = op == SX_IQL_OR;
    if (is_boolean(left, deciding))
        return left;
    if (is_boolean(right, deciding))
        return right;
    if (is_boolean(left, !deciding))
        return right;
    return is_boolean(right, !deciding) ? left : NULL;
}

bool sx_iql_reduce_pair(struct sx_arena *arena, enum sx_iql_token op,
                        const struct sx_iql_expr *left, const struct sx_iql_expr *right,
                        const struct sx_iql_known *known, const struct sx_iql_expr **out)
{
    if (op == SX_IQL_AND || op == SX_IQL_OR) {
        *out = reduce_logic(op, left, right);
        if (*out)
            return true;
    }
    if (sx_iql_is_literal(left)) {
        struct sx_iql_expr a = *left;
        struct sx_iql_expr b = *right;
        struct sx_iql_expr result;
        bool refused = false;
        if (sx_iql_fold(arena, op, &a, &b, known ? known->zone : NULL, &result, &refused))
            return give(arena, result, out);
        if (refused || (a.kind != left->kind && !give(arena, a, &left)) ||
            (b.kind != right->kind && !give(arena, b, &right)))
            return false;
    }
    *out = sx_iql_binary(arena, op, left, right);
    return *out != NULL;
}

static bool reduce_binary(struct sx_arena *arena, const struct sx_iql_expr *expr,
                          const struct sx_iql_known *known, const struct sx_iql_expr **out)
{
    const struct sx_iql_expr **spine = sx_iql_spine(arena, expr);
    if (!spine)
        return false;
    const struct sx_iql_expr *left;
    if (!sx_iql_reduce_inner(arena, spine[0]->u.binary.left, known, &left))
        return false;
    assert(left);
    for (size_t i = 0; i < expr->u.binary.spine; i++) {
        const struct sx_iql_expr *right;
        if (!sx_iql_reduce_inner(arena, spine[i]->u.binary.right, known, &right) ||
            !sx_iql_reduce_pair(arena, spine[i]->u.binary.op, left, right, known, &left))
            return false;
        assert(left);
    }
    *out = left;
    return true;
}

static bool reduce_call(struct sx_arena *arena, const struct sx_iql_expr *expr,
                        const struct sx_iql_known *known, const struct sx_iql_expr **out)
{
    size_t count = expr->u.call.arg_count;
    const struct sx_iql_expr **args = sx_arena_array(arena, count, sizeof *args);
    if (!args)
        return false;
    bool literals = true;
    for (size_t i = 0; i < count; i++) {
        if (!sx_iql_reduce_inner(arena, expr->u.call.args[i], known, &args[i]))
            return false;
        literals = literals && sx_iql_is_literal(args[i]);
    }
    struct sx_iql_expr value;
    if (literals && known && known->has_now && count == 0 &&
        sx_bytes_equal(expr->u.call.name, SX_LITERAL("now")))
        value = (struct sx_iql_expr){.kind = SX_IQL_EXPR_TIME,
                                     .u.time = sx_iql_instant_of_ns(known->now_ns)};
    else if (!literals || !known || !known->has_math ||
             !sx_iql_math_call(expr->u.call.name, args, count, &value))
        value = (struct sx_iql_expr){.kind = SX_IQL_EXPR_CALL,
                                     .u.call = {expr->u.call.name, args, count}};
    return give(arena, value, out);
}

bool sx_iql_reduce_inner(struct sx_arena *arena, const struct sx_iql_expr *expr,
                         const struct sx_iql_known *known, const struct sx_iql_expr **out)
{
    switch (expr->kind) {
    case SX_IQL_EXPR_BINARY:
        return reduce_binary(arena, expr, known, out);
    case SX_IQL_EXPR_CALL:
        return reduce_call(arena, expr, known, out);
    case SX_IQL_EXPR_PAREN: {
        const struct sx_iql_expr *inner;
        if (!sx_iql_reduce_inner(arena, expr->u.inner, known, &inner))
            return false;
        *out = inner->kind == SX_IQL_EXPR_BINARY ? sx_iql_paren(arena, inner) : inner;
        return *out != NULL;
    }
    case SX_IQL_EXPR_VAR: /* a field that is called "now()" is the time, too */
        if (known && known->has_now && sx_bytes_equal(expr->u.var.name, SX_LITERAL("now()")))
            return give(arena,
                        (struct sx_iql_expr){.kind = SX_IQL_EXPR_TIME,
                                             .u.time = sx_iql_instant_of_ns(known->now_ns)},
                        out);
        *out = expr;
        return true;
    default:
        *out = expr;
        return true;
    }
}

bool sx_iql_reduce(struct sx_arena *arena, const struct sx_iql_expr *expr,
                   const struct sx_iql_known *known, const struct sx_iql_expr **out)
{
    *out = NULL;
    if (!expr)
        return true;
    if (!sx_iql_reduce_inner(arena, expr, known, out))
        return false;
    if ((*out)->kind == SX_IQL_EXPR_PAREN)
        *out = (*out)->u.inner;
    return true;
}
