/* SPDX-License-Identifier: Apache-2.0 */
/* check_field.c -- see check.h: the fields of a SELECT. */
#include "influxql/check_priv.h"
#include "influxql/math_call.h"

static stria_status check_math(struct sx_iql_field_check *check, const struct sx_iql_expr *expr,
                               size_t arity)
{
    struct sx_bytes name = expr->u.call.name;
    if (expr->u.call.arg_count != arity)
        return sx_fail(check->err, STRIA_INVALID,
                       "invalid number of arguments for %.*s, expected %zu, got %zu", (int)name.len,
                       (const char *)name.ptr, arity, expr->u.call.arg_count);
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < arity && !st; i++)
        if (!sx_iql_is_literal(expr->u.call.args[i]))
            st = sx_iql_check_field(check, expr->u.call.args[i]);
    return st;
}

static stria_status check_binary(struct sx_iql_field_check *check, const struct sx_iql_expr *expr)
{
    check->may_be_wildcard = false;
    const struct sx_iql_expr **spine = sx_iql_spine(check->arena, expr);
    if (!spine)
        return sx_mem_refused(check->arena->mem, sizeof *spine, check->err);
    const struct sx_iql_expr *left = spine[0]->u.binary.left;
    bool literal = sx_iql_is_literal(left);
    if (literal && sx_iql_is_literal(spine[0]->u.binary.right))
        return sx_fail(check->err, STRIA_INVALID,
                       "cannot perform a binary expression on two literals");
    stria_status st = literal ? STRIA_OK : sx_iql_check_field(check, left);
    for (size_t i = 0; i < expr->u.binary.spine && !st; i++)
        if (!sx_iql_is_literal(spine[i]->u.binary.right))
            st = sx_iql_check_field(check, spine[i]->u.binary.right);
    return st;
}

stria_status sx_iql_check_field(struct sx_iql_field_check *check, const struct sx_iql_expr *expr)
{
    size_t arity;
    switch (expr->kind) {
    case SX_IQL_EXPR_WILDCARD:
    case SX_IQL_EXPR_REGEX:
        if (!check->may_be_wildcard)
            return sx_fail(check->err, STRIA_INVALID, "unable to use %s in a binary expression",
                           expr->kind == SX_IQL_EXPR_REGEX ? "regex" : "wildcard");
        check->checked->has_auxiliary = true;
        return STRIA_OK;
    case SX_IQL_EXPR_VAR:
        check->checked->has_auxiliary = true;
        return STRIA_OK;
    case SX_IQL_EXPR_CALL:
        arity = sx_iql_math_arity(expr->u.call.name);
        return arity ? check_math(check, expr, arity) : sx_iql_check_function(check, expr);
    case SX_IQL_EXPR_DISTINCT:
        check->checked->call_count++;
        check->checked->has_distinct = true;
        check->checked->only_selectors = false;
        return STRIA_OK;
    case SX_IQL_EXPR_BINARY:
        return check_binary(check, expr);
    case SX_IQL_EXPR_PAREN:
        return sx_iql_check_field(check, expr->u.inner);
    default:
        return sx_fail(check->err, STRIA_INVALID, "field must contain at least one variable");
    }
}
