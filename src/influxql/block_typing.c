/* SPDX-License-Identifier: Apache-2.0 */
/* block_typing.c -- the types of names and expressions, as the peer assigns them; see block.h. */
#include "base/error.h"
#include "influxql/block.h"
#include "influxql/math_call.h"
#include "influxql/print.h"

#include <stdio.h>

bool sx_iql_type_gives_way(enum sx_iql_type type, enum sx_iql_type to)
{
    if (type == SX_IQL_TYPE_UNKNOWN)
        return true;
    if (type == SX_IQL_TYPE_UNSIGNED)
        return to != SX_IQL_TYPE_UNKNOWN && to <= SX_IQL_TYPE_INTEGER;
    if (to == SX_IQL_TYPE_UNSIGNED)
        return type >= SX_IQL_TYPE_STRING;
    return to != SX_IQL_TYPE_UNKNOWN && to < type;
}

struct typing {
    struct sx_iql_schema *schema;
    const struct sx_iql_block_source *sources;
    size_t source_count;
    stria_error *err;
};

/* ---- names ---------------------------------------------------------------------------------- */

enum sx_iql_type sx_iql_stored_type(stria_type type)
{
    switch (type) {
    case STRIA_FLOAT:
        return SX_IQL_TYPE_FLOAT;
    case STRIA_INT:
        return SX_IQL_TYPE_INTEGER;
    case STRIA_UINT:
        return SX_IQL_TYPE_UNSIGNED;
    case STRIA_STRING:
        return SX_IQL_TYPE_STRING;
    case STRIA_BOOL:
        return SX_IQL_TYPE_BOOLEAN;
    default:
        return SX_IQL_TYPE_UNKNOWN;
    }
}

static stria_status map_in_measurement(const struct typing *t, struct sx_iql_measurement *m,
                                       struct sx_bytes name, enum sx_iql_type *type)
{
    *type = sx_iql_stored_type(sx_iql_field_type(m, name));
    if (*type != SX_IQL_TYPE_UNKNOWN)
        return STRIA_OK;
    bool has = false;
    stria_status st = sx_iql_schema_has_tag(t->schema, m, name, &has, t->err);
    if (has)
        *type = SX_IQL_TYPE_TAG;
    return st;
}

const struct sx_iql_expr *sx_iql_field_by_name(struct sx_iql_schema *schema,
                                               const struct sx_iql_select *select,
                                               struct sx_bytes name)
{
    const struct sx_iql_expr *found = NULL;
    struct sx_buf text;
    sx_buf_init(&text, schema->mem, 1 << 24);
    for (size_t i = 0; i < select->field_count && !found; i++) {
        const struct sx_iql_expr *expr = select->fields[i].expr;
        sx_buf_clear(&text);
        sx_iql_put_field_name(&text, &select->fields[i]);
        if (!text.failed && sx_bytes_equal(sx_buf_bytes(&text), name))
            found = expr;
        if (!expr || found || !sx_iql_is_top_bottom(expr))
            continue;
        const struct sx_iql_expr *const *args = expr->u.call.args;
        for (size_t k = 1; k + 1 < expr->u.call.arg_count && !found; k++)
            if (args[k]->kind == SX_IQL_EXPR_VAR && sx_bytes_equal(args[k]->u.var.name, name))
                found = args[k];
    }
    sx_buf_deinit(&text);
    return found;
}

static stria_status map_in_block(const struct typing *t, const struct sx_iql_block *inner,
                                 struct sx_bytes name, enum sx_iql_type *type)
{
    const struct sx_iql_expr *expr = sx_iql_field_by_name(t->schema, &inner->select, name);
    *type = SX_IQL_TYPE_UNKNOWN;
    if (expr) {
        stria_status st =
            sx_iql_type_of(t->schema, inner->sources, inner->source_count, expr, type, t->err);
        if (st)
            return st;
    }
    for (size_t i = 0; *type == SX_IQL_TYPE_UNKNOWN && i < inner->select.dimensions.count; i++) {
        const struct sx_iql_expr *dimension = inner->select.dimensions.items[i];
        if (dimension->kind == SX_IQL_EXPR_VAR && sx_bytes_equal(dimension->u.var.name, name))
            *type = SX_IQL_TYPE_TAG;
    }
    return STRIA_OK;
}

static stria_status map_name(const struct typing *t, struct sx_bytes name, enum sx_iql_type *out)
{
    stria_status st = STRIA_OK;
    *out = SX_IQL_TYPE_UNKNOWN;
    for (size_t i = 0; i < t->source_count && !st; i++) {
        const struct sx_iql_block_source *source = &t->sources[i];
        enum sx_iql_type type;
        if (source->inner) {
            st = map_in_block(t, source->inner, name, &type);
            if (!st && sx_iql_type_gives_way(*out, type))
                *out = type;
        }
        for (size_t k = 0; k < source->measurement_count && !st; k++) {
            st = map_in_measurement(t, source->measurements[k], name, &type);
            if (!st && sx_iql_type_gives_way(*out, type))
                *out = type;
        }
    }
    return st;
}

stria_status sx_iql_map_name(struct sx_iql_schema *schema,
                             const struct sx_iql_block_source *sources, size_t source_count,
                             struct sx_bytes name, enum sx_iql_type *type, stria_error *err)
{
    struct typing t = {
        .schema = schema, .sources = sources, .source_count = source_count, .err = err};
    return map_name(&t, name, type);
}

/* ---- operators ------------------------------------------------------------------------------ */

static bool is_number(enum sx_iql_type type)
{
    return type == SX_IQL_TYPE_FLOAT || type == SX_IQL_TYPE_INTEGER || type == SX_IQL_TYPE_UNSIGNED;
}

static bool is_comparison(enum sx_iql_token op)
{
    return op == SX_IQL_EQ || op == SX_IQL_NEQ || op == SX_IQL_LT || op == SX_IQL_LTE ||
           op == SX_IQL_GT || op == SX_IQL_GTE;
}

static bool is_bitwise(enum sx_iql_token op)
{
    return op == SX_IQL_BITWISE_AND || op == SX_IQL_BITWISE_OR || op == SX_IQL_BITWISE_XOR;
}

static enum sx_iql_type number_type(enum sx_iql_token op, enum sx_iql_type left,
                                    enum sx_iql_type right)
{
    bool has_float = left == SX_IQL_TYPE_FLOAT || right == SX_IQL_TYPE_FLOAT;
    if (op == SX_IQL_AND || op == SX_IQL_OR || (is_bitwise(op) && has_float))
        return SX_IQL_TYPE_UNKNOWN;
    if (has_float)
        return SX_IQL_TYPE_FLOAT;
    return left == right ? left : SX_IQL_TYPE_UNSIGNED;
}

/* The type of `left op right`; UNKNOWN: they do not go together. */
static enum sx_iql_type result_type(enum sx_iql_token op, enum sx_iql_type left,
                                    enum sx_iql_type right)
{
    if (is_comparison(op) || op == SX_IQL_EQ_REGEX || op == SX_IQL_NEQ_REGEX)
        return SX_IQL_TYPE_BOOLEAN;
    if (is_number(left) && is_number(right))
        return number_type(op, left, right);
    if (left == SX_IQL_TYPE_BOOLEAN && right == SX_IQL_TYPE_BOOLEAN &&
        (is_bitwise(op) || op == SX_IQL_AND || op == SX_IQL_OR))
        return SX_IQL_TYPE_BOOLEAN;
    return SX_IQL_TYPE_UNKNOWN;
}

static stria_status type_error(const struct typing *t, const struct sx_iql_expr *expr,
                               const char *message)
{
    struct sx_buf text;
    sx_buf_init(&text, t->schema->mem, 1 << 24);
    sx_iql_print_expr(&text, expr);
    stria_status st = text.failed ? sx_buf_refused(&text, "error text", t->err)
                                  : sx_fail(t->err, STRIA_INVALID, "type error: %.*s: %s",
                                            (int)text.len, (const char *)text.ptr, message);
    sx_buf_deinit(&text);
    return st;
}

/* Signed and unsigned integers are not mixed, but for integer literals. */
static stria_status check_signs(const struct typing *t, const struct sx_iql_expr *expr,
                                enum sx_iql_type left, enum sx_iql_type right)
{
    char message[100];
    bool left_is_unsigned = left == SX_IQL_TYPE_UNSIGNED;
    if (!(left_is_unsigned && right == SX_IQL_TYPE_INTEGER) &&
        !(left == SX_IQL_TYPE_INTEGER && right == SX_IQL_TYPE_UNSIGNED))
        return STRIA_OK;
    const struct sx_iql_expr *u = left_is_unsigned ? expr->u.binary.left : expr->u.binary.right;
    const struct sx_iql_expr *i = left_is_unsigned ? expr->u.binary.right : expr->u.binary.left;
    const char *op = sx_iql_token_name(expr->u.binary.op);
    if (sx_iql_is_literal(u))
        (void)snprintf(message, sizeof message,
                       "cannot use %s with an integer and unsigned literal", op);
    else if (!sx_iql_is_literal(i))
        (void)snprintf(
            message, sizeof message,
            "cannot use %s between an integer and unsigned, an explicit cast is required", op);
    else
        return STRIA_OK;
    return type_error(t, expr, message);
}

static stria_status type_of_pair(const struct typing *t, const struct sx_iql_expr *expr,
                                 enum sx_iql_type left, enum sx_iql_type right,
                                 enum sx_iql_type *out)
{
    char message[100];
    stria_status st = check_signs(t, expr, left, right);
    if (st)
        return st;
    if (left == SX_IQL_TYPE_UNKNOWN || right == SX_IQL_TYPE_UNKNOWN) {
        *out = left == SX_IQL_TYPE_UNKNOWN ? right : left;
        return STRIA_OK;
    }
    *out = result_type(expr->u.binary.op, left, right);
    if (*out != SX_IQL_TYPE_UNKNOWN)
        return STRIA_OK;
    (void)snprintf(message, sizeof message, "incompatible types: %s and %s", sx_iql_type_name(left),
                   sx_iql_type_name(right));
    return type_error(t, expr, message);
}

/* ---- expressions ---------------------------------------------------------------------------- */

static stria_status type_of(const struct typing *t, const struct sx_iql_expr *expr,
                            enum sx_iql_type *out);

static stria_status type_of_binary(const struct typing *t, const struct sx_iql_expr *expr,
                                   enum sx_iql_type *out)
{
    const struct sx_iql_expr **spine = sx_iql_spine(t->schema->arena, expr);
    if (!spine)
        return sx_mem_refused(t->schema->mem, sizeof *spine, t->err);
    enum sx_iql_type left;
    stria_status st = type_of(t, spine[0]->u.binary.left, &left);
    for (size_t i = 0; i < expr->u.binary.spine && !st; i++) {
        enum sx_iql_type right;
        st = type_of(t, spine[i]->u.binary.right, &right);
        if (!st)
            st = type_of_pair(t, spine[i], left, right, &left);
    }
    *out = left;
    return st;
}

static bool is_one_of(struct sx_bytes name, const char *const *names)
{
    for (; *names; names++)
        if (sx_bytes_equal(name, sx_bytes_of(*names)))
            return true;
    return false;
}

static stria_status type_of_call(const struct typing *t, const struct sx_iql_expr *expr,
                                 enum sx_iql_type *out)
{
    static const char *const floats[] = {"mean",
                                         "median",
                                         "integral",
                                         "stddev",
                                         "derivative",
                                         "non_negative_derivative",
                                         "moving_average",
                                         "exponential_moving_average",
                                         "double_exponential_moving_average",
                                         "triple_exponential_moving_average",
                                         "relative_strength_index",
                                         "triple_exponential_derivative",
                                         "kaufmans_efficiency_ratio",
                                         "kaufmans_adaptive_moving_average",
                                         "chande_momentum_oscillator",
                                         "holt_winters",
                                         "holt_winters_with_fit",
                                         NULL};
    static const char *const integers[] = {"count", "elapsed", NULL};
    static const char *const kept[] = {"abs", "floor", "ceil", "round", NULL};
    struct sx_bytes name = expr->u.call.name;
    stria_status st = STRIA_OK;
    *out = SX_IQL_TYPE_UNKNOWN;
    for (size_t i = 0; i < expr->u.call.arg_count && !st; i++) {
        enum sx_iql_type type;
        st = type_of(t, expr->u.call.args[i], &type);
        if (i == 0)
            *out = type;
    }
    if (st)
        return st;
    if (is_one_of(name, floats) || (sx_iql_math_arity(name) && !is_one_of(name, kept)))
        *out = SX_IQL_TYPE_FLOAT;
    else if (is_one_of(name, integers))
        *out = SX_IQL_TYPE_INTEGER;
    return STRIA_OK;
}

static stria_status type_of(const struct typing *t, const struct sx_iql_expr *expr,
                            enum sx_iql_type *out)
{
    *out = SX_IQL_TYPE_UNKNOWN;
    switch (expr->kind) {
    case SX_IQL_EXPR_VAR:
        *out = expr->u.var.type;
        if (*out != SX_IQL_TYPE_UNKNOWN && *out != SX_IQL_TYPE_ANY_FIELD)
            return STRIA_OK;
        return map_name(t, expr->u.var.name, out);
    case SX_IQL_EXPR_CALL:
        return type_of_call(t, expr, out);
    case SX_IQL_EXPR_BINARY:
        return type_of_binary(t, expr, out);
    case SX_IQL_EXPR_PAREN:
        return type_of(t, expr->u.inner, out);
    case SX_IQL_EXPR_NUMBER:
        *out = SX_IQL_TYPE_FLOAT;
        return STRIA_OK;
    case SX_IQL_EXPR_INTEGER:
        *out = SX_IQL_TYPE_INTEGER;
        return STRIA_OK;
    case SX_IQL_EXPR_UNSIGNED:
        *out = SX_IQL_TYPE_UNSIGNED;
        return STRIA_OK;
    case SX_IQL_EXPR_STRING:
        *out = SX_IQL_TYPE_STRING;
        return STRIA_OK;
    case SX_IQL_EXPR_BOOLEAN:
        *out = SX_IQL_TYPE_BOOLEAN;
        return STRIA_OK;
    default:
        return STRIA_OK;
    }
}

stria_status sx_iql_type_of(struct sx_iql_schema *schema, const struct sx_iql_block_source *sources,
                            size_t source_count, const struct sx_iql_expr *expr,
                            enum sx_iql_type *type, stria_error *err)
{
    struct typing t = {
        .schema = schema, .sources = sources, .source_count = source_count, .err = err};
    return type_of(&t, expr, type);
}
