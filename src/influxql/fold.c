/* SPDX-License-Identifier: Apache-2.0 */
/* fold.c -- see fold.h. Integers wrap as in Go. */
#include "influxql/fold.h"

#include <math.h>

struct fold {
    struct sx_arena *arena;
    enum sx_iql_token op;
    const struct sx_zone *zone;
    struct sx_iql_expr *out;
    bool *refused;
};

int64_t sx_iql_integer_of(double value)
{
    if (value >= -0x1p63 && value < 0x1p63)
        return (int64_t)value;
    return INT64_MIN;
}

/* ---- results -------------------------------------------------------------------------------- */

static bool give_boolean(struct fold *f, bool value)
{
    *f->out = (struct sx_iql_expr){.kind = SX_IQL_EXPR_BOOLEAN, .u.boolean = value};
    return true;
}

static bool give_number(struct fold *f, double value)
{
    *f->out = (struct sx_iql_expr){.kind = SX_IQL_EXPR_NUMBER, .u.number = value};
    return true;
}

static bool give_integer(struct fold *f, uint64_t value)
{
    *f->out = (struct sx_iql_expr){.kind = SX_IQL_EXPR_INTEGER, .u.integer = (int64_t)value};
    return true;
}

static bool give_unsigned(struct fold *f, uint64_t value)
{
    *f->out = (struct sx_iql_expr){.kind = SX_IQL_EXPR_UNSIGNED, .u.unsigned_integer = value};
    return true;
}

static bool give_duration(struct fold *f, uint64_t value)
{
    *f->out = (struct sx_iql_expr){.kind = SX_IQL_EXPR_DURATION, .u.duration_ns = (int64_t)value};
    return true;
}

static bool give_time(struct fold *f, struct sx_iql_instant value)
{
    *f->out = (struct sx_iql_expr){.kind = SX_IQL_EXPR_TIME, .u.time = value};
    return true;
}

/* The result of a comparison of two things in `order` (<0, 0, >0); false: no comparison. */
static bool give_order(struct fold *f, int order)
{
    switch (f->op) {
    case SX_IQL_EQ:
        return give_boolean(f, order == 0);
    case SX_IQL_NEQ:
        return give_boolean(f, order != 0);
    case SX_IQL_LT:
        return give_boolean(f, order < 0);
    case SX_IQL_LTE:
        return give_boolean(f, order <= 0);
    case SX_IQL_GT:
        return give_boolean(f, order > 0);
    case SX_IQL_GTE:
        return give_boolean(f, order >= 0);
    default:
        return false;
    }
}

/* ---- numbers -------------------------------------------------------------------------------- */

static bool fold_numbers(struct fold *f, double a, double b)
{
    switch (f->op) {
    case SX_IQL_ADD:
        return give_number(f, a + b);
    case SX_IQL_SUB:
        return give_number(f, a - b);
    case SX_IQL_MUL:
        return give_number(f, a * b);
    case SX_IQL_DIV:
        return give_number(f, b == 0 ? 0 : a / b);
    case SX_IQL_MOD:
        return give_number(f, fmod(a, b));
    case SX_IQL_EQ:
        return give_boolean(f, a == b);
    case SX_IQL_NEQ:
        return give_boolean(f, a != b);
    case SX_IQL_LT:
        return give_boolean(f, a < b);
    case SX_IQL_LTE:
        return give_boolean(f, a <= b);
    case SX_IQL_GT:
        return give_boolean(f, a > b);
    case SX_IQL_GTE:
        return give_boolean(f, a >= b);
    default:
        return false;
    }
}

/* a / b, where INT64_MIN / -1 is INT64_MIN and nothing is divided by 0. */
static int64_t divide(int64_t a, int64_t b)
{
    if (b == 0)
        return 0;
    return b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;
}

static bool fold_integers(struct fold *f, int64_t a, int64_t b)
{
    switch (f->op) {
    case SX_IQL_ADD:
        return give_integer(f, (uint64_t)a + (uint64_t)b);
    case SX_IQL_SUB:
        return give_integer(f, (uint64_t)a - (uint64_t)b);
    case SX_IQL_MUL:
        return give_integer(f, (uint64_t)a * (uint64_t)b);
    case SX_IQL_DIV:
        return give_number(f, b == 0 ? 0 : (double)a / (double)b);
    case SX_IQL_MOD:
        return give_integer(f, b == 0 || b == -1 ? 0 : (uint64_t)(a % b));
    case SX_IQL_BITWISE_AND:
        return give_integer(f, (uint64_t)a & (uint64_t)b);
    case SX_IQL_BITWISE_OR:
        return give_integer(f, (uint64_t)a | (uint64_t)b);
    case SX_IQL_BITWISE_XOR:
        return give_integer(f, (uint64_t)a ^ (uint64_t)b);
    default:
        return give_order(f, (a > b) - (a < b));
    }
}

static bool fold_unsigned(struct fold *f, uint64_t a, uint64_t b)
{
    switch (f->op) {
    case SX_IQL_ADD:
        return give_unsigned(f, a + b);
    case SX_IQL_SUB:
        return give_unsigned(f, a - b);
    case SX_IQL_MUL:
        return give_unsigned(f, a * b);
    case SX_IQL_DIV:
        return give_unsigned(f, b == 0 ? 0 : a / b);
    case SX_IQL_MOD:
        return give_unsigned(f, b == 0 ? 0 : a % b);
    default:
        return give_order(f, (a > b) - (a < b));
    }
}

static bool is_order(enum sx_iql_token op)
{
    return op == SX_IQL_LT || op == SX_IQL_LTE || op == SX_IQL_GT || op == SX_IQL_GTE;
}

static void to_number(struct sx_iql_expr *literal)
{
    double value = literal->kind == SX_IQL_EXPR_INTEGER ? (double)literal->u.integer
                                                        : (double)literal->u.unsigned_integer;
    *literal = (struct sx_iql_expr){.kind = SX_IQL_EXPR_NUMBER, .u.number = value};
}

static void to_unsigned(struct sx_iql_expr *literal)
{
    uint64_t value = (uint64_t)literal->u.integer;
    *literal = (struct sx_iql_expr){.kind = SX_IQL_EXPR_UNSIGNED, .u.unsigned_integer = value};
}

/* ---- times and durations -------------------------------------------------------------------- */

static bool fold_duration(struct fold *f, int64_t a, const struct sx_iql_expr *right)
{
    struct sx_iql_instant t;
    int64_t b;
    switch (right->kind) {
    case SX_IQL_EXPR_DURATION:
        b = right->u.duration_ns;
        if (f->op == SX_IQL_ADD)
            return give_duration(f, (uint64_t)a + (uint64_t)b);
        if (f->op == SX_IQL_SUB)
            return give_duration(f, (uint64_t)a - (uint64_t)b);
        return give_order(f, (a > b) - (a < b));
    case SX_IQL_EXPR_NUMBER:
    case SX_IQL_EXPR_INTEGER:
        b = right->kind == SX_IQL_EXPR_INTEGER ? right->u.integer
                                               : sx_iql_integer_of(right->u.number);
        if (f->op == SX_IQL_MUL)
            return give_duration(f, (uint64_t)a * (uint64_t)b);
        return f->op == SX_IQL_DIV && give_duration(f, (uint64_t)divide(a, b));
    case SX_IQL_EXPR_TIME:
        return f->op == SX_IQL_ADD && give_time(f, sx_iql_instant_add(right->u.time, a));
    case SX_IQL_EXPR_STRING:
        return f->op == SX_IQL_ADD && sx_iql_instant_parse(right->u.text, f->zone, &t) &&
               give_time(f, sx_iql_instant_add(t, a));
    case SX_IQL_EXPR_NIL:
        return give_boolean(f, false);
    default:
        return false;
    }
}

static bool fold_time_and_duration(struct fold *f, struct sx_iql_instant a, int64_t b)
{
    if (f->op == SX_IQL_ADD)
        return give_time(f, sx_iql_instant_add(a, b));
    if (f->op == SX_IQL_SUB)
        return give_time(f, sx_iql_instant_add(a, (int64_t)(0 - (uint64_t)b)));
    return false;
}

static bool fold_time(struct fold *f, struct sx_iql_instant a, const struct sx_iql_expr *right)
{
    struct sx_iql_instant b;
    switch (right->kind) {
    case SX_IQL_EXPR_DURATION:
        return fold_time_and_duration(f, a, right->u.duration_ns);
    case SX_IQL_EXPR_INTEGER:
        return fold_time_and_duration(f, a, right->u.integer);
    case SX_IQL_EXPR_STRING:
        if (!sx_iql_instant_parse(right->u.text, f->zone, &b))
            return false;
        break;
    case SX_IQL_EXPR_TIME:
        b = right->u.time;
        break;
    case SX_IQL_EXPR_NIL:
        return give_boolean(f, false);
    default:
        return false;
    }
    if (f->op == SX_IQL_SUB)
        return give_duration(f, (uint64_t)sx_iql_instant_sub(a, b));
    return give_order(f, sx_iql_instant_compare(a, b));
}

/* ---- by the kind of the left side ----------------------------------------------------------- */

static bool fold_boolean_left(struct fold *f, bool a, const struct sx_iql_expr *right)
{
    if (right->kind == SX_IQL_EXPR_NIL)
        return give_boolean(f, false);
    if (right->kind != SX_IQL_EXPR_BOOLEAN)
        return false;
    bool b = right->u.boolean;
    switch (f->op) {
    case SX_IQL_EQ:
        return give_boolean(f, a == b);
    case SX_IQL_NEQ:
    case SX_IQL_BITWISE_XOR:
        return give_boolean(f, a != b);
    case SX_IQL_AND:
    case SX_IQL_BITWISE_AND:
        return give_boolean(f, a && b);
    case SX_IQL_OR:
    case SX_IQL_BITWISE_OR:
        return give_boolean(f, a || b);
    default:
        return false;
    }
}

static bool fold_unsigned_left(struct fold *f, struct sx_iql_expr *left, struct sx_iql_expr *right)
{
    switch (right->kind) {
    case SX_IQL_EXPR_NUMBER:
        to_number(left);
        return fold_numbers(f, left->u.number, right->u.number);
    case SX_IQL_EXPR_INTEGER:
        if (right->u.integer < 0 && is_order(f->op))
            return give_order(f, 1);
        to_unsigned(right);
        return fold_unsigned(f, left->u.unsigned_integer, right->u.unsigned_integer);
    case SX_IQL_EXPR_UNSIGNED:
        return fold_unsigned(f, left->u.unsigned_integer, right->u.unsigned_integer);
    default:
        return false;
    }
}

static bool fold_integer_left(struct fold *f, struct sx_iql_expr *left, struct sx_iql_expr *right)
{
    int64_t a = left->u.integer;
    switch (right->kind) {
    case SX_IQL_EXPR_NUMBER:
        to_number(left);
        return fold_numbers(f, left->u.number, right->u.number);
    case SX_IQL_EXPR_INTEGER:
        return fold_integers(f, a, right->u.integer);
    case SX_IQL_EXPR_UNSIGNED:
        if (a < 0 && is_order(f->op))
            return give_order(f, -1);
        to_unsigned(left);
        return fold_unsigned(f, left->u.unsigned_integer, right->u.unsigned_integer);
    case SX_IQL_EXPR_DURATION: /* the integer is a time */
        return fold_time_and_duration(f, sx_iql_instant_of_ns(a), right->u.duration_ns);
    case SX_IQL_EXPR_TIME: /* the integer is a duration */
    case SX_IQL_EXPR_STRING:
    case SX_IQL_EXPR_NIL:
        return fold_duration(f, a, right);
    default:
        return false;
    }
}

static bool fold_number_left(struct fold *f, double a, struct sx_iql_expr *right)
{
    switch (right->kind) {
    case SX_IQL_EXPR_NUMBER:
        return fold_numbers(f, a, right->u.number);
    case SX_IQL_EXPR_INTEGER:
        return fold_numbers(f, a, (double)right->u.integer);
    case SX_IQL_EXPR_UNSIGNED:
        to_number(right);
        return fold_numbers(f, a, right->u.number);
    case SX_IQL_EXPR_NIL:
        return give_boolean(f, false);
    default:
        return false;
    }
}

static bool join(struct fold *f, struct sx_bytes a, struct sx_bytes b)
{
    uint8_t *joined = sx_arena_alloc(f->arena, a.len + b.len);
    if (!joined) {
        *f->refused = true;
        return false;
    }
    if (a.len)
        memcpy(joined, a.ptr, a.len);
    if (b.len)
        memcpy(joined + a.len, b.ptr, b.len);
    *f->out = (struct sx_iql_expr){.kind = SX_IQL_EXPR_STRING,
                                   .u.text = sx_bytes_make(joined, a.len + b.len)};
    return true;
}

static bool fold_string_left(struct fold *f, struct sx_bytes text, const struct sx_iql_expr *right)
{
    struct sx_iql_instant a;
    bool equality = f->op == SX_IQL_EQ || f->op == SX_IQL_NEQ;
    switch (right->kind) {
    case SX_IQL_EXPR_STRING:
        if (f->op == SX_IQL_ADD)
            return join(f, text, right->u.text);
        if (sx_iql_instant_parse(text, f->zone, &a) && fold_time(f, a, right))
            return true;
        /* No two times, or one that is none: strings are only equal or not. */
        return equality && give_order(f, !sx_bytes_equal(text, right->u.text));
    case SX_IQL_EXPR_DURATION:
    case SX_IQL_EXPR_TIME:
    case SX_IQL_EXPR_INTEGER:
        return sx_iql_instant_parse(text, f->zone, &a) && fold_time(f, a, right);
    case SX_IQL_EXPR_NIL:
        return equality && give_boolean(f, false);
    default:
        return false;
    }
}

bool sx_iql_fold(struct sx_arena *arena, enum sx_iql_token op, struct sx_iql_expr *left,
                 struct sx_iql_expr *right, const struct sx_zone *zone, struct sx_iql_expr *out,
                 bool *refused)
{
    struct fold f = {.arena = arena, .op = op, .zone = zone, .out = out, .refused = refused};
    switch (left->kind) {
    case SX_IQL_EXPR_BOOLEAN:
        return fold_boolean_left(&f, left->u.boolean, right);
    case SX_IQL_EXPR_DURATION:
        return fold_duration(&f, left->u.duration_ns, right);
    case SX_IQL_EXPR_INTEGER:
        return fold_integer_left(&f, left, right);
    case SX_IQL_EXPR_UNSIGNED:
        return fold_unsigned_left(&f, left, right);
    case SX_IQL_EXPR_NUMBER:
        return fold_number_left(&f, left->u.number, right);
    case SX_IQL_EXPR_STRING:
        return fold_string_left(&f, left->u.text, right);
    case SX_IQL_EXPR_TIME:
        return fold_time(&f, left->u.time, right);
    case SX_IQL_EXPR_NIL:
        return (op == SX_IQL_EQ || op == SX_IQL_NEQ) && give_boolean(&f, false);
    default:
        return false;
    }
}
