/* SPDX-License-Identifier: Apache-2.0 */
/* ast.c -- see ast.h. */
#include "influxql/ast.h"

#include <assert.h>

const char *sx_iql_type_name(enum sx_iql_type type)
{
    static const char *const names[] = {
        [SX_IQL_TYPE_UNKNOWN] = "unknown",   [SX_IQL_TYPE_FLOAT] = "float",
        [SX_IQL_TYPE_INTEGER] = "integer",   [SX_IQL_TYPE_STRING] = "string",
        [SX_IQL_TYPE_BOOLEAN] = "boolean",   [SX_IQL_TYPE_TIME] = "time",
        [SX_IQL_TYPE_DURATION] = "duration", [SX_IQL_TYPE_TAG] = "tag",
        [SX_IQL_TYPE_ANY_FIELD] = "field",   [SX_IQL_TYPE_UNSIGNED] = "unsigned",
    };
    return names[type];
}

bool sx_iql_is_literal(const struct sx_iql_expr *expr)
{
    static const bool literals[] = {
#define EXPR_LITERAL(name, text, literal) [SX_IQL_EXPR_##name] = (literal),
        SX_IQL_EXPR_MAP(EXPR_LITERAL)
#undef EXPR_LITERAL
    };
    return literals[expr->kind];
}

const char *sx_iql_expr_kind_name(enum sx_iql_expr_kind kind)
{
    static const char *const names[] = {
#define EXPR_NAME(name, text, literal) [SX_IQL_EXPR_##name] = "*influxql." text,
        SX_IQL_EXPR_MAP(EXPR_NAME)
#undef EXPR_NAME
    };
    return names[kind];
}

/* ---- nodes ---------------------------------------------------------------------------------- */

const struct sx_iql_expr *sx_iql_expr_new(struct sx_arena *arena, struct sx_iql_expr expr)
{
    struct sx_iql_expr *node = sx_arena_alloc(arena, sizeof *node);
    if (node)
        *node = expr;
    return node;
}

const struct sx_iql_expr *sx_iql_binary(struct sx_arena *arena, enum sx_iql_token op,
                                        const struct sx_iql_expr *left,
                                        const struct sx_iql_expr *right)
{
    uint32_t spine = left->kind == SX_IQL_EXPR_BINARY ? left->u.binary.spine + 1 : 1;
    return sx_iql_expr_new(arena, (struct sx_iql_expr){.kind = SX_IQL_EXPR_BINARY,
                                                       .u.binary = {op, spine, left, right}});
}

const struct sx_iql_expr *sx_iql_paren(struct sx_arena *arena, const struct sx_iql_expr *inner)
{
    return sx_iql_expr_new(arena,
                           (struct sx_iql_expr){.kind = SX_IQL_EXPR_PAREN, .u.inner = inner});
}

const struct sx_iql_expr *sx_iql_call(struct sx_arena *arena, struct sx_bytes name,
                                      const struct sx_iql_expr **args, size_t arg_count)
{
    return sx_iql_expr_new(
        arena, (struct sx_iql_expr){.kind = SX_IQL_EXPR_CALL, .u.call = {name, args, arg_count}});
}

const struct sx_iql_expr *sx_iql_var(struct sx_arena *arena, struct sx_bytes name,
                                     enum sx_iql_type type)
{
    return sx_iql_expr_new(arena,
                           (struct sx_iql_expr){.kind = SX_IQL_EXPR_VAR, .u.var = {name, type}});
}

/* ---- walking -------------------------------------------------------------------------------- */

const struct sx_iql_expr **sx_iql_spine(struct sx_arena *arena, const struct sx_iql_expr *expr)
{
    assert(expr->kind == SX_IQL_EXPR_BINARY);
    size_t count = expr->u.binary.spine;
    const struct sx_iql_expr **spine = sx_arena_array(arena, count, sizeof *spine);
    if (!spine)
        return NULL;
    for (size_t i = count; i-- > 0; expr = expr->u.binary.left)
        spine[i] = expr;
    return spine;
}

struct walk_stack {
    const struct sx_iql_expr **items;
    size_t count;
    size_t capacity;
};

/* Puts the children of a node on the stack, the first on top. */
static bool push_children(struct sx_mem *mem, struct walk_stack *stack,
                          const struct sx_iql_expr *expr)
{
    size_t more = expr->kind == SX_IQL_EXPR_CALL ? expr->u.call.arg_count : 2;
    if (!SX_GROW(mem, stack->items, stack->capacity, stack->count + more))
        return false;
    switch (expr->kind) {
    case SX_IQL_EXPR_BINARY:
        stack->items[stack->count++] = expr->u.binary.right;
        stack->items[stack->count++] = expr->u.binary.left;
        break;
    case SX_IQL_EXPR_PAREN:
        stack->items[stack->count++] = expr->u.inner;
        break;
    case SX_IQL_EXPR_CALL:
        for (size_t i = expr->u.call.arg_count; i-- > 0;)
            stack->items[stack->count++] = expr->u.call.args[i];
        break;
    default:
        break;
    }
    return true;
}

bool sx_iql_walk(struct sx_mem *mem, const struct sx_iql_expr *expr, sx_iql_visit visit, void *user)
{
    struct walk_stack stack = {0};
    bool ok = true;
    while (expr && ok) {
        if (visit(user, expr) && expr->kind <= SX_IQL_EXPR_CALL)
            ok = push_children(mem, &stack, expr);
        expr = stack.count ? stack.items[--stack.count] : NULL;
    }
    sx_mem_free(mem, stack.items);
    return ok;
}

bool sx_iql_has_time(const struct sx_iql_expr *expr)
{
    while (expr) {
        if (expr->kind == SX_IQL_EXPR_PAREN) {
            expr = expr->u.inner;
            continue;
        }
        if (expr->kind != SX_IQL_EXPR_BINARY)
            return false;
        const struct sx_iql_expr *left = expr->u.binary.left;
        if (expr->u.binary.op != SX_IQL_AND && expr->u.binary.op != SX_IQL_OR)
            return left->kind == SX_IQL_EXPR_VAR && sx_iql_same_word(left->u.var.name, "time");
        if (sx_iql_has_time(expr->u.binary.right))
            return true;
        expr = left;
    }
    return false;
}

/* ---- statements ----------------------------------------------------------------------------- */

bool sx_iql_statement_changes(const struct sx_iql_statement *statement)
{
    static const bool changes[] = {
#define STATEMENT_CHANGES(name, member, changes) [SX_IQL_STATEMENT_##name] = (changes),
        SX_IQL_STATEMENT_MAP(STATEMENT_CHANGES)
#undef STATEMENT_CHANGES
    };
    if (statement->kind == SX_IQL_STATEMENT_SELECT)
        return statement->u.select->target != NULL;
    return changes[statement->kind];
}

const char *sx_iql_limit_name(enum sx_limit_kind kind)
{
    static const char *const names[] = {"max_series", "max_new_series", "max_tag_values"};
    return names[kind];
}

struct sx_bytes sx_iql_statement_database(const struct sx_iql_statement *statement)
{
    switch (statement->kind) {
    case SX_IQL_STATEMENT_ALTER_POLICY:
    case SX_IQL_STATEMENT_CREATE_POLICY:
        return statement->u.policy.database;
    case SX_IQL_STATEMENT_CREATE_CONTINUOUS_QUERY:
        return statement->u.continuous_query.database;
    case SX_IQL_STATEMENT_CREATE_SUBSCRIPTION:
    case SX_IQL_STATEMENT_DROP_CONTINUOUS_QUERY:
    case SX_IQL_STATEMENT_DROP_POLICY:
    case SX_IQL_STATEMENT_DROP_SUBSCRIPTION:
        return statement->u.names.database;
    case SX_IQL_STATEMENT_GRANT:
    case SX_IQL_STATEMENT_REVOKE:
        return statement->u.user.database;
    case SX_IQL_STATEMENT_SHOW_FIELD_KEY_CARDINALITY:
    case SX_IQL_STATEMENT_SHOW_FIELD_KEYS:
    case SX_IQL_STATEMENT_SHOW_MEASUREMENT_CARDINALITY:
    case SX_IQL_STATEMENT_SHOW_MEASUREMENTS:
    case SX_IQL_STATEMENT_SHOW_POLICIES:
    case SX_IQL_STATEMENT_SHOW_SERIES:
    case SX_IQL_STATEMENT_SHOW_SERIES_CARDINALITY:
    case SX_IQL_STATEMENT_SHOW_TAG_KEY_CARDINALITY:
    case SX_IQL_STATEMENT_SHOW_TAG_KEYS:
    case SX_IQL_STATEMENT_SHOW_TAG_VALUES:
    case SX_IQL_STATEMENT_SHOW_TAG_VALUES_CARDINALITY:
        return statement->u.show.database;
    default:
        return sx_bytes_make("", 0);
    }
}
