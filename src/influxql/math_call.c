/* SPDX-License-Identifier: Apache-2.0 */
/* math_call.c -- see math_call.h. */
#include "influxql/math_call.h"

#include <math.h>

static double log_of_base(double value, double base)
{
    return log(value) / log(base);
}

/* Exactly one of the functions of each row is set. `keeps_integers`: integers are left as they are
 * (abs apart, which takes off their sign). */
static const struct function {
    const char *name;
    double (*one)(double);
    double (*two)(double, double);
    bool keeps_integers;
} functions[] = {
    {.name = "abs", .one = fabs, .keeps_integers = true},
    {.name = "sin", .one = sin},
    {.name = "cos", .one = cos},
    {.name = "tan", .one = tan},
    {.name = "asin", .one = asin},
    {.name = "acos", .one = acos},
    {.name = "atan", .one = atan},
    {.name = "atan2", .two = atan2},
    {.name = "exp", .one = exp},
    {.name = "log", .two = log_of_base},
    {.name = "ln", .one = log},
    {.name = "log2", .one = log2},
    {.name = "log10", .one = log10},
    {.name = "sqrt", .one = sqrt},
    {.name = "pow", .two = pow},
    {.name = "floor", .one = floor, .keeps_integers = true},
    {.name = "ceil", .one = ceil, .keeps_integers = true},
    {.name = "round", .one = round, .keeps_integers = true},
};

static const struct function *find(struct sx_bytes name)
{
    for (size_t i = 0; i < SX_COUNT_OF(functions); i++)
        if (sx_bytes_equal(name, sx_bytes_of(functions[i].name)))
            return &functions[i];
    return NULL;
}

static size_t arity_of(const struct function *function)
{
    return function->one ? 1 : 2;
}

size_t sx_iql_math_arity(struct sx_bytes name)
{
    const struct function *function = find(name);
    return function ? arity_of(function) : 0;
}

static bool number_of(const struct sx_iql_expr *literal, double *out)
{
    switch (literal->kind) {
    case SX_IQL_EXPR_NUMBER:
        *out = literal->u.number;
        return true;
    case SX_IQL_EXPR_INTEGER:
        *out = (double)literal->u.integer;
        return true;
    case SX_IQL_EXPR_UNSIGNED:
        *out = (double)literal->u.unsigned_integer;
        return true;
    default:
        return false;
    }
}

/* Of an integer; of an unsigned one the peer has no literal to answer with. */
static struct sx_iql_expr keep_integer(const struct function *function,
                                       const struct sx_iql_expr *literal)
{
    struct sx_iql_expr out = {.kind = SX_IQL_EXPR_NIL};
    if (literal->kind == SX_IQL_EXPR_INTEGER) {
        out = *literal;
        if (function->one == fabs && out.u.integer < 0)
            out.u.integer = (int64_t)(0 - (uint64_t)out.u.integer);
    }
    return out;
}

bool sx_iql_math_call(struct sx_bytes name, const struct sx_iql_expr *const *args, size_t arg_count,
                      struct sx_iql_expr *out)
{
    const struct function *function = find(name);
    if (!function || arg_count != arity_of(function))
        return false;
    double a, b = 0;
    if (function->keeps_integers && args[0]->kind != SX_IQL_EXPR_NUMBER) {
        *out = keep_integer(function, args[0]);
    } else if (!number_of(args[0], &a) || (arg_count == 2 && !number_of(args[1], &b))) {
        *out = (struct sx_iql_expr){.kind = SX_IQL_EXPR_NIL};
    } else {
        *out = (struct sx_iql_expr){.kind = SX_IQL_EXPR_NUMBER};
        out->u.number = arg_count == 2 ? function->two(a, b) : function->one(a);
    }
    return true;
}
