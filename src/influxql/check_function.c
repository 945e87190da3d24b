/* SPDX-License-Identifier: Apache-2.0 */
/* check_function.c -- see check.h: the arguments of every function. */
#include "influxql/check_priv.h"

#include "influxql/print.h"

#include <inttypes.h>

/* A call that is being checked. */
struct call {
    const char *name;
    const struct sx_iql_expr *const *args;
    size_t count;
};

static bool is_kind(const struct sx_iql_expr *expr, enum sx_iql_expr_kind kind)
{
    return expr->kind == kind;
}

static bool is_named(const struct sx_iql_expr *call, const char *name)
{
    return is_kind(call, SX_IQL_EXPR_CALL) && sx_bytes_equal(call->u.call.name, sx_bytes_of(name));
}

/* ---- arguments ------------------------------------------------------------------------------ */

static stria_status check_count(struct sx_iql_field_check *check, const struct call *call,
                                size_t min, size_t max)
{
    if (call->count >= min && call->count <= max)
        return STRIA_OK;
    if (min == max)
        return sx_fail(check->err, STRIA_INVALID,
                       "invalid number of arguments for %s, expected %zu, got %zu", call->name, min,
                       call->count);
    return sx_fail(
        check->err, STRIA_INVALID,
        "invalid number of arguments for %s, expected at least %zu but no more than %zu, got %zu",
        call->name, min, max, call->count);
}

/* A field, `*` or a regular expression. */
static stria_status check_symbol(struct sx_iql_field_check *check, const char *name,
                                 const struct sx_iql_expr *arg)
{
    bool wildcard = is_kind(arg, SX_IQL_EXPR_WILDCARD);
    if (is_kind(arg, SX_IQL_EXPR_VAR))
        return STRIA_OK;
    if (!wildcard && !is_kind(arg, SX_IQL_EXPR_REGEX))
        return sx_fail(check->err, STRIA_INVALID, "expected field argument in %s()", name);
    if (!check->may_be_wildcard)
        return sx_fail(check->err, STRIA_INVALID, "unsupported expression with %s: %s()",
                       wildcard ? "wildcard" : "regex field", name);
    check->checked->only_selectors = false;
    return STRIA_OK;
}

static stria_status check_distinct(struct sx_iql_field_check *check,
                                   const struct sx_iql_expr *const *args, size_t count, bool nested)
{
    if (count == 0)
        return sx_fail(check->err, STRIA_INVALID,
                       "distinct function requires at least one argument");
    if (count != 1)
        return sx_fail(check->err, STRIA_INVALID, "distinct function can only have one argument");
    if (!is_kind(args[0], SX_IQL_EXPR_VAR))
        return sx_fail(check->err, STRIA_INVALID, "expected field argument in distinct()");
    if (!nested)
        check->checked->has_distinct = true;
    check->checked->only_selectors = false;
    return STRIA_OK;
}

/* A duration above zero. name: of the function, where the error tells it; or NULL. */
static stria_status check_unit(struct sx_iql_field_check *check, const struct sx_iql_expr *arg,
                               const char *name)
{
    if (!is_kind(arg, SX_IQL_EXPR_DURATION)) {
        if (!name)
            return sx_fail(check->err, STRIA_INVALID, "second argument must be a duration");
        return sx_fail(check->err, STRIA_INVALID,
                       "second argument to %s must be a duration, got %s", name,
                       sx_iql_expr_kind_name(arg->kind));
    }
    if (arg->u.duration_ns > 0)
        return STRIA_OK;
    return sx_iql_fail_expr(check->arena->mem, check->err, arg,
                            "duration argument must be positive, got ");
}

/* The field or the call inside a transformation such as derivative(). */
static stria_status check_inner(struct sx_iql_field_check *check, const char *name,
                                const struct sx_iql_expr *arg, bool distinct_allowed)
{
    struct sx_iql_checked *checked = check->checked;
    if (is_kind(arg, SX_IQL_EXPR_CALL)) {
        if (checked->interval_ns == 0)
            return sx_fail(check->err, STRIA_INVALID, "%s aggregate requires a GROUP BY interval",
                           name);
        if (distinct_allowed && is_named(arg, "distinct"))
            return check_distinct(check, arg->u.call.args, arg->u.call.arg_count, true);
        return sx_iql_check_field(check, arg);
    }
    if (checked->interval_ns != 0 && !checked->interval_inherited)
        return sx_fail(check->err, STRIA_INVALID,
                       "aggregate function required inside the call to %s", name);
    return check_symbol(check, name, arg);
}

static void need_intervals(struct sx_iql_field_check *check, int64_t count)
{
    check->checked->only_selectors = false;
    if (check->checked->extra_intervals < count)
        check->checked->extra_intervals = count;
}

/* ---- functions ------------------------------------------------------------------------------ */

/* count, max and others with one field and nothing else. */
static stria_status check_plain(struct sx_iql_field_check *check, const struct call *call)
{
    stria_status st = check_count(check, call, 1, 1);
    return st ? st : check_symbol(check, call->name, call->args[0]);
}

static stria_status check_aggregate(struct sx_iql_field_check *check, const struct call *call)
{
    check->checked->only_selectors = false;
    return check_plain(check, call);
}

static stria_status check_count_call(struct sx_iql_field_check *check, const struct call *call)
{
    check->checked->only_selectors = false;
    stria_status st = check_count(check, call, 1, 1);
    if (st)
        return st;
    const struct sx_iql_expr *arg = call->args[0];
    if (is_named(arg, "distinct"))
        return check_distinct(check, arg->u.call.args, arg->u.call.arg_count, true);
    if (is_kind(arg, SX_IQL_EXPR_DISTINCT))
        return STRIA_OK; /* its argument is a field */
    return check_symbol(check, call->name, arg);
}

static stria_status check_count_hll(struct sx_iql_field_check *check, const struct call *call)
{
    stria_status st = check_count(check, call, 1, 1);
    if (st)
        return st;
    check->checked->only_selectors = false;
    if (is_kind(call->args[0], SX_IQL_EXPR_CALL))
        return sx_iql_check_field(check, call->args[0]);
    return check_symbol(check, call->name, call->args[0]);
}

static stria_status check_percentile(struct sx_iql_field_check *check, const struct call *call)
{
    stria_status st = check_count(check, call, 2, 2);
    if (st)
        return st;
    if (!is_kind(call->args[1], SX_IQL_EXPR_INTEGER) && !is_kind(call->args[1], SX_IQL_EXPR_NUMBER))
        return sx_fail(check->err, STRIA_INVALID, "expected float argument in percentile()");
    return check_symbol(check, call->name, call->args[0]);
}

static stria_status check_sample(struct sx_iql_field_check *check, const struct call *call)
{
    stria_status st = check_count(check, call, 2, 2);
    if (st)
        return st;
    if (!is_kind(call->args[1], SX_IQL_EXPR_INTEGER))
        return sx_fail(check->err, STRIA_INVALID, "expected integer argument in sample()");
    if (call->args[1]->u.integer <= 0)
        return sx_fail(check->err, STRIA_INVALID,
                       "sample window must be greater than 1, got %" PRId64,
                       call->args[1]->u.integer);
    return check_symbol(check, call->name, call->args[0]);
}

static stria_status check_distinct_call(struct sx_iql_field_check *check, const struct call *call)
{
    return check_distinct(check, call->args, call->count, false);
}

/* derivative, elapsed */
static stria_status check_rate(struct sx_iql_field_check *check, const struct call *call)
{
    stria_status st = check_count(check, call, 1, 2);
    if (!st && call->count == 2)
        st = check_unit(check, call->args[1], call->name);
    if (st)
        return st;
    need_intervals(check, 1);
    return check_inner(check, call->name, call->args[0], true);
}

/* difference, cumulative_sum */
static stria_status check_difference(struct sx_iql_field_check *check, const struct call *call)
{
    if (call->count != 1)
        return check_count(check, call, 1, 1);
    need_intervals(check, 1);
    return check_inner(check, call->name, call->args[0], true);
}

static stria_status check_moving_average(struct sx_iql_field_check *check, const struct call *call)
{
    stria_status st = check_count(check, call, 2, 2);
    if (st)
        return st;
    const struct sx_iql_expr *window = call->args[1];
    if (!is_kind(window, SX_IQL_EXPR_INTEGER))
        return sx_fail(check->err, STRIA_INVALID,
                       "second argument for moving_average must be an integer, got %s",
                       sx_iql_expr_kind_name(window->kind));
    if (window->u.integer <= 1)
        return sx_fail(check->err, STRIA_INVALID,
                       "moving_average window must be greater than 1, got %" PRId64,
                       window->u.integer);
    need_intervals(check, window->u.integer);
    return check_inner(check, call->name, call->args[0], true);
}

static stria_status check_integral(struct sx_iql_field_check *check, const struct call *call)
{
    stria_status st = check_count(check, call, 1, 2);
    if (!st && call->count == 2)
        st = check_unit(check, call->args[1], NULL);
    if (st)
        return st;
    check->checked->only_selectors = false;
    return check_symbol(check, call->name, call->args[0]);
}

static stria_status check_hold(struct sx_iql_field_check *check, const struct call *call)
{
    const struct sx_iql_expr *hold = call->args[2];
    if (!is_kind(hold, SX_IQL_EXPR_INTEGER))
        return sx_fail(check->err, STRIA_INVALID, "%s hold period must be an integer", call->name);
    bool from_one = strcmp(call->name, "triple_exponential_derivative") == 0;
    if (hold->u.integer != -1 && hold->u.integer < (from_one ? 1 : 0))
        return sx_fail(check->err, STRIA_INVALID,
                       "%s hold period must be greater than or equal to %d", call->name, from_one);
    return STRIA_OK;
}

static stria_status check_warmup(struct sx_iql_field_check *check, const struct call *call,
                                 bool none_allowed)
{
    const struct sx_iql_expr *warmup = call->args[3];
    if (!is_kind(warmup, SX_IQL_EXPR_STRING))
        return sx_fail(check->err, STRIA_INVALID, "%s warmup type must be a string", call->name);
    if (sx_bytes_equal(warmup->u.text, SX_LITERAL("exponential")) ||
        sx_bytes_equal(warmup->u.text, SX_LITERAL("simple")) ||
        (none_allowed && sx_bytes_equal(warmup->u.text, SX_LITERAL("none"))))
        return STRIA_OK;
    return sx_fail(check->err, STRIA_INVALID,
                   "%s warmup type must be one of:%s 'exponential' 'simple'", call->name,
                   none_allowed ? " 'none'" : "");
}

/* (field, period[, hold period[, warmup type]]) */
static stria_status check_technical(struct sx_iql_field_check *check, const struct call *call,
                                    size_t count_max, bool none_allowed)
{
    stria_status st = check_count(check, call, 2, count_max);
    if (st)
        return st;
    const struct sx_iql_expr *period = call->args[1];
    if (!is_kind(period, SX_IQL_EXPR_INTEGER))
        return sx_fail(check->err, STRIA_INVALID, "%s period must be an integer", call->name);
    if (period->u.integer < 1)
        return sx_fail(check->err, STRIA_INVALID, "%s period must be greater than or equal to 1",
                       call->name);
    if (call->count >= 3)
        st = check_hold(check, call);
    if (!st && call->count >= 4)
        st = check_warmup(check, call, none_allowed);
    if (st)
        return st;
    need_intervals(check, period->u.integer);
    return check_inner(check, call->name, call->args[0], false);
}

static stria_status check_exponential(struct sx_iql_field_check *check, const struct call *call)
{
    return check_technical(check, call, 4, false);
}

static stria_status check_kaufmans(struct sx_iql_field_check *check, const struct call *call)
{
    return check_technical(check, call, 3, false);
}

static stria_status check_chande(struct sx_iql_field_check *check, const struct call *call)
{
    return check_technical(check, call, 4, true);
}

static stria_status check_holt_winters(struct sx_iql_field_check *check, const struct call *call)
{
    stria_status st = check_count(check, call, 3, 3);
    if (st)
        return st;
    const struct sx_iql_expr *count = call->args[1];
    const struct sx_iql_expr *season = call->args[2];
    if (!is_kind(count, SX_IQL_EXPR_INTEGER))
        return sx_fail(check->err, STRIA_INVALID, "expected integer argument as second arg in %s",
                       call->name);
    if (count->u.integer <= 0)
        return sx_fail(check->err, STRIA_INVALID,
                       "second arg to %s must be greater than 0, got %" PRId64, call->name,
                       count->u.integer);
    if (!is_kind(season, SX_IQL_EXPR_INTEGER))
        return sx_fail(check->err, STRIA_INVALID, "expected integer argument as third arg in %s",
                       call->name);
    if (season->u.integer < 0)
        return sx_fail(check->err, STRIA_INVALID,
                       "third arg to %s cannot be negative, got %" PRId64, call->name,
                       season->u.integer);
    check->checked->only_selectors = false;
    if (!is_kind(call->args[0], SX_IQL_EXPR_CALL))
        return sx_fail(check->err, STRIA_INVALID, "must use aggregate function with %s",
                       call->name);
    return check_inner(check, call->name, call->args[0], true);
}

static stria_status check_top_limit(struct sx_iql_field_check *check, const struct call *call)
{
    const struct sx_iql_expr *limit = call->args[call->count - 1];
    int64_t select_limit = check->checked->select.limits.limit;
    if (!is_kind(limit, SX_IQL_EXPR_INTEGER))
        return sx_iql_fail_expr(check->arena->mem, check->err, limit,
                                "expected integer as last argument in %s(), found ", call->name);
    if (limit->u.integer <= 0)
        return sx_fail(check->err, STRIA_INVALID,
                       "limit (%" PRId64 ") in %s function must be at least 1", limit->u.integer,
                       call->name);
    if (select_limit > 0 && limit->u.integer > select_limit)
        return sx_fail(check->err, STRIA_INVALID,
                       "limit (%" PRId64
                       ") in %s function can not be larger than the LIMIT (%" PRId64
                       ") in the select statement",
                       limit->u.integer, call->name, select_limit);
    return STRIA_OK;
}

/* top, bottom: (field[, tags or fields], limit) */
static stria_status check_top_bottom(struct sx_iql_field_check *check, const struct call *call)
{
    struct sx_iql_checked *checked = check->checked;
    if (checked->top_bottom.len)
        return sx_fail(check->err, STRIA_INVALID,
                       "selector function %.*s() cannot be combined with other functions",
                       (int)checked->top_bottom.len, (const char *)checked->top_bottom.ptr);
    if (call->count < 2)
        return sx_fail(check->err, STRIA_INVALID,
                       "invalid number of arguments for %s, expected at least 2, got %zu",
                       call->name, call->count);
    stria_status st = check_top_limit(check, call);
    if (st)
        return st;
    if (!is_kind(call->args[0], SX_IQL_EXPR_VAR))
        return sx_iql_fail_expr(check->arena->mem, check->err, call->args[0],
                                "expected first argument to be a field in %s(), found ",
                                call->name);
    for (size_t i = 1; i + 1 < call->count; i++) {
        if (!is_kind(call->args[i], SX_IQL_EXPR_VAR))
            return sx_iql_fail_expr(check->arena->mem, check->err, call->args[i],
                                    "only fields or tags are allowed in %s(), found ", call->name);
        if (!checked->select.target)
            checked->has_auxiliary = true;
    }
    checked->top_bottom = sx_bytes_of(call->name);
    return STRIA_OK;
}

static const struct function {
    const char *name;
    stria_status (*check)(struct sx_iql_field_check *, const struct call *);
} functions[] = {
    {"max", check_plain},
    {"min", check_plain},
    {"first", check_plain},
    {"last", check_plain},
    {"count", check_count_call},
    {"sum", check_aggregate},
    {"mean", check_aggregate},
    {"median", check_aggregate},
    {"mode", check_aggregate},
    {"stddev", check_aggregate},
    {"spread", check_aggregate},
    {"sum_hll", check_aggregate},
    {"percentile", check_percentile},
    {"sample", check_sample},
    {"distinct", check_distinct_call},
    {"top", check_top_bottom},
    {"bottom", check_top_bottom},
    {"derivative", check_rate},
    {"non_negative_derivative", check_rate},
    {"elapsed", check_rate},
    {"difference", check_difference},
    {"non_negative_difference", check_difference},
    {"cumulative_sum", check_difference},
    {"moving_average", check_moving_average},
    {"exponential_moving_average", check_exponential},
    {"double_exponential_moving_average", check_exponential},
    {"triple_exponential_moving_average", check_exponential},
    {"relative_strength_index", check_exponential},
    {"triple_exponential_derivative", check_exponential},
    {"kaufmans_efficiency_ratio", check_kaufmans},
    {"kaufmans_adaptive_moving_average", check_kaufmans},
    {"chande_momentum_oscillator", check_chande},
    {"integral", check_integral},
    {"count_hll", check_count_hll},
    {"holt_winters", check_holt_winters},
    {"holt_winters_with_fit", check_holt_winters},
};

stria_status sx_iql_check_function(struct sx_iql_field_check *check, const struct sx_iql_expr *expr)
{
    struct sx_bytes name = expr->u.call.name;
    check->checked->call_count++;
    for (size_t i = 0; i < SX_COUNT_OF(functions); i++)
        if (sx_bytes_equal(name, sx_bytes_of(functions[i].name)))
            return functions[i].check(check, &(struct call){.name = functions[i].name,
                                                            .args = expr->u.call.args,
                                                            .count = expr->u.call.arg_count});
    return sx_fail(check->err, STRIA_INVALID, "undefined function %.*s()",
                   (int)SX_MIN(name.len, STRIA_ERROR_TEXT_MAX), (const char *)name.ptr);
}
