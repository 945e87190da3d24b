/* SPDX-License-Identifier: Apache-2.0 */
/* check.c -- see check.h: SELECT as a whole. */
#include "influxql/check.h"

#include "base/time_text.h"
#include "influxql/check_priv.h"
#include "influxql/math_call.h"
#include "influxql/print.h"

/* One SELECT while it is checked. */
struct check {
    struct sx_arena *arena;
    stria_error *err;
    int64_t now_ns;
    struct sx_iql_checked *checked;
};

static stria_status refused(struct check *check)
{
    return sx_mem_refused(check->arena->mem, sizeof(struct sx_iql_expr), check->err);
}

static stria_status fail(struct check *check, const char *text)
{
    return sx_fail(check->err, STRIA_INVALID, "%s", text);
}

/* ---- condition ------------------------------------------------------------------------------ */

static stria_status check_condition(struct check *check, const struct sx_iql_expr *expr);

static stria_status check_condition_call(struct check *check, const struct sx_iql_expr *expr)
{
    struct sx_bytes name = expr->u.call.name;
    size_t arity = sx_iql_math_arity(name);
    if (!arity)
        return sx_iql_fail_expr(check->arena->mem, check->err, expr,
                                "invalid function call in condition: ");
    if (sx_bytes_equal(name, SX_LITERAL("log")))
        arity = 1; /* the peer counts its arguments differently here */
    if (expr->u.call.arg_count != arity)
        return sx_fail(check->err, STRIA_INVALID,
                       "invalid number of arguments for %.*s, expected %zu, got %zu", (int)name.len,
                       (const char *)name.ptr, arity, expr->u.call.arg_count);
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < arity && !st; i++)
        st = check_condition(check, expr->u.call.args[i]);
    return st;
}

/* Only math functions may be called. What is in parentheses is not looked at, as with the peer. */
static stria_status check_condition(struct check *check, const struct sx_iql_expr *expr)
{
    if (expr->kind == SX_IQL_EXPR_CALL)
        return check_condition_call(check, expr);
    if (expr->kind != SX_IQL_EXPR_BINARY)
        return STRIA_OK;
    const struct sx_iql_expr **spine = sx_iql_spine(check->arena, expr);
    if (!spine)
        return refused(check);
    stria_status st = check_condition(check, spine[0]->u.binary.left);
    for (size_t i = 0; i < expr->u.binary.spine && !st; i++)
        st = check_condition(check, spine[i]->u.binary.right);
    return st;
}

/* The right side of =~ and !~ must be a regular expression and not more, as in `a =~ /x/ + 1`. */
static bool visit_regex(void *user, const struct sx_iql_expr *expr)
{
    const struct sx_iql_expr **bad = user;
    if (expr->kind == SX_IQL_EXPR_BINARY &&
        (expr->u.binary.op == SX_IQL_EQ_REGEX || expr->u.binary.op == SX_IQL_NEQ_REGEX) &&
        expr->u.binary.right->kind != SX_IQL_EXPR_REGEX)
        *bad = expr->u.binary.right;
    return true;
}

static stria_status check_regexes(struct check *check)
{
    const struct sx_iql_expr *bad = NULL;
    if (!sx_iql_walk(check->arena->mem, check->checked->select.condition, visit_regex, &bad))
        return refused(check);
    if (!bad)
        return STRIA_OK;
    return sx_fail(check->err, STRIA_INVALID,
                   "likely malformed statement, unable to rewrite: interface conversion: "
                   "influxql.Expr is %s, not *influxql.RegexLiteral",
                   sx_iql_expr_kind_name(bad->kind));
}

/* ---- dimensions ----------------------------------------------------------------------------- */

/* The second argument of time(interval, offset); *offset_ns and *literal are what it comes to. */
static stria_status offset_of(struct check *check, const struct sx_iql_expr *arg,
                              const struct sx_zone *zone, int64_t *offset_ns)
{
    int64_t interval_ns = check->checked->interval_ns;
    struct sx_iql_instant t;
    switch (arg->kind) {
    case SX_IQL_EXPR_DURATION:
        /* Nothing is left over by -1, and it must not divide INT64_MIN. */
        *offset_ns = interval_ns == 0 || interval_ns == -1 ? 0 : arg->u.duration_ns % interval_ns;
        return STRIA_OK;
    case SX_IQL_EXPR_TIME:
        *offset_ns = sx_iql_instant_remainder(arg->u.time, interval_ns);
        return STRIA_OK;
    case SX_IQL_EXPR_CALL:
        if (!sx_bytes_equal(arg->u.call.name, SX_LITERAL("now")))
            return fail(check, "time dimension offset function must be now()");
        if (arg->u.call.arg_count)
            return fail(check, "time dimension offset now() function requires no arguments");
        *offset_ns = sx_iql_instant_remainder(sx_iql_instant_of_ns(check->now_ns), interval_ns);
        return STRIA_OK;
    case SX_IQL_EXPR_STRING:
        if (!sx_time_looks_so(arg->u.text))
            break;
        if (!sx_iql_instant_parse(arg->u.text, zone, &t))
            return fail(check, "invalid timestamp string");
        *offset_ns = sx_iql_instant_remainder(t, interval_ns);
        check->checked->bad_offset = arg;
        return STRIA_OK;
    default:
        break;
    }
    return fail(check, "time dimension offset must be duration or now()");
}

/* time(interval[, offset]), whose offset becomes a duration. */
static stria_status check_time_dimension(struct check *check, const struct sx_iql_expr **dimension)
{
    const struct sx_iql_expr *call = *dimension;
    size_t count = call->u.call.arg_count;
    const struct sx_iql_expr **args = call->u.call.args;
    if (!sx_bytes_equal(call->u.call.name, SX_LITERAL("time")))
        return fail(check, "only time() calls allowed in dimensions");
    if (count < 1 || count > 2)
        return fail(check, "time dimension expected 1 or 2 arguments");
    if (args[0]->kind != SX_IQL_EXPR_DURATION)
        return fail(check, "time dimension must have duration argument");
    if (check->checked->interval_ns != 0)
        return fail(check, "multiple time dimensions not allowed");
    check->checked->interval_ns = args[0]->u.duration_ns;
    if (count == 1)
        return STRIA_OK;
    stria_status st =
        offset_of(check, args[1], check->checked->select.zone, &check->checked->interval_offset_ns);
    if (st || args[1]->kind != SX_IQL_EXPR_CALL)
        return st;
    const struct sx_iql_expr **with_offset = sx_arena_array(check->arena, 2, sizeof *with_offset);
    if (!with_offset)
        return refused(check);
    with_offset[0] = args[0];
    with_offset[1] = sx_iql_expr_new(
        check->arena, (struct sx_iql_expr){.kind = SX_IQL_EXPR_DURATION,
                                           .u.duration_ns = check->checked->interval_offset_ns});
    *dimension =
        with_offset[1] ? sx_iql_call(check->arena, call->u.call.name, with_offset, 2) : NULL;
    return *dimension ? STRIA_OK : refused(check);
}

static stria_status check_dimensions(struct check *check)
{
    struct sx_iql_exprs *dimensions = &check->checked->select.dimensions;
    const struct sx_iql_expr **items =
        sx_arena_array(check->arena, dimensions->count, sizeof *items);
    if (!items)
        return refused(check);
    for (size_t i = 0; i < dimensions->count; i++) {
        if (!sx_iql_reduce(check->arena, dimensions->items[i], NULL, &items[i]))
            return refused(check);
        stria_status st = STRIA_OK;
        switch (items[i]->kind) {
        case SX_IQL_EXPR_VAR:
            if (sx_iql_same_word(items[i]->u.var.name, "time"))
                st = fail(check, "time() is a function and expects at least one argument");
            break;
        case SX_IQL_EXPR_CALL:
            st = check_time_dimension(check, &items[i]);
            break;
        case SX_IQL_EXPR_WILDCARD:
        case SX_IQL_EXPR_REGEX:
            break;
        default:
            st = fail(check, "only time and tag dimensions allowed");
        }
        if (st)
            return st;
    }
    dimensions->items = items;
    return STRIA_OK;
}

/* ---- fields --------------------------------------------------------------------------------- */

/* Whether a field is the time, which is always selected. */
static bool is_time_field(const struct sx_iql_expr *expr)
{
    return expr->kind == SX_IQL_EXPR_VAR && sx_bytes_equal(expr->u.var.name, SX_LITERAL("time"));
}

/* Reduces and checks the fields; *count: of those that are not the time. */
static stria_status check_fields(struct check *check, size_t *count)
{
    static const struct sx_iql_known known = {.has_math = true};
    struct sx_iql_select *select = &check->checked->select;
    struct sx_iql_field *fields = sx_arena_array(check->arena, select->field_count, sizeof *fields);
    if (!fields)
        return refused(check);
    *count = 0;
    for (size_t i = 0; i < select->field_count; i++) {
        fields[i] = select->fields[i];
        if (is_time_field(fields[i].expr)) {
            if (fields[i].alias.len)
                check->checked->time_name = fields[i].alias;
            continue;
        }
        if (!sx_iql_reduce(check->arena, fields[i].expr, &known, &fields[i].expr))
            return refused(check);
        ++*count;
        struct sx_iql_field_check field = {.arena = check->arena,
                                           .err = check->err,
                                           .checked = check->checked,
                                           .may_be_wildcard = true};
        stria_status st = sx_iql_check_field(&field, fields[i].expr);
        if (st)
            return st;
    }
    select->fields = fields;
    return STRIA_OK;
}

/* Whether the fields go together. */
static stria_status check_mix(struct check *check, size_t field_count)
{
    const struct sx_iql_checked *checked = check->checked;
    if (field_count == 0)
        return fail(check, "at least 1 non-time field must be queried");
    if (checked->call_count > 1 && checked->top_bottom.len)
        return sx_fail(check->err, STRIA_INVALID,
                       "selector function %.*s() cannot be combined with other functions",
                       (int)checked->top_bottom.len, (const char *)checked->top_bottom.ptr);
    if (checked->call_count == 0) {
        if (checked->select.fill == SX_IQL_FILL_NONE)
            return fail(check, "fill(none) must be used with a function");
        if (checked->select.fill == SX_IQL_FILL_LINEAR)
            return fail(check, "fill(linear) must be used with a function");
        if (checked->interval_ns != 0 && !checked->interval_inherited)
            return fail(check, "GROUP BY requires at least one aggregate function");
    }
    if (checked->has_distinct && (checked->call_count != 1 || checked->has_auxiliary))
        return fail(check, "aggregate function distinct() cannot be combined with other functions "
                           "or fields");
    if (checked->has_auxiliary && !checked->only_selectors)
        return fail(check, "mixing aggregate and non-aggregate queries is not supported");
    if (checked->has_auxiliary && checked->call_count > 1)
        return fail(check,
                    "mixing multiple selector functions with tags or fields is not supported");
    return STRIA_OK;
}

/* ---- rewriting ------------------------------------------------------------------------------ */

/* DISTINCT f as distinct(f). */
static const struct sx_iql_expr *call_of_distinct(struct check *check,
                                                  const struct sx_iql_expr *expr)
{
    const struct sx_iql_expr **args = sx_arena_array(check->arena, 1, sizeof *args);
    if (!args)
        return NULL;
    args[0] = sx_iql_var(check->arena, expr->u.text, SX_IQL_TYPE_UNKNOWN);
    return args[0] ? sx_iql_call(check->arena, SX_LITERAL("distinct"), args, 1) : NULL;
}

static const struct sx_iql_expr *rewrite_distinct(struct check *check,
                                                  const struct sx_iql_expr *expr);

static const struct sx_iql_expr *rewrite_binary(struct check *check, const struct sx_iql_expr *expr)
{
    const struct sx_iql_expr **spine = sx_iql_spine(check->arena, expr);
    if (!spine)
        return NULL;
    const struct sx_iql_expr *left = rewrite_distinct(check, spine[0]->u.binary.left);
    for (size_t i = 0; i < expr->u.binary.spine && left; i++) {
        const struct sx_iql_expr *old = spine[i];
        const struct sx_iql_expr *right = rewrite_distinct(check, old->u.binary.right);
        if (!right)
            return NULL;
        left = left == old->u.binary.left && right == old->u.binary.right
                   ? old
                   : sx_iql_binary(check->arena, old->u.binary.op, left, right);
    }
    return left;
}

static const struct sx_iql_expr *rewrite_call(struct check *check, const struct sx_iql_expr *expr)
{
    size_t count = expr->u.call.arg_count;
    const struct sx_iql_expr **args = sx_arena_array(check->arena, count, sizeof *args);
    if (!args)
        return NULL;
    bool changed = false;
    for (size_t i = 0; i < count; i++) {
        args[i] = rewrite_distinct(check, expr->u.call.args[i]);
        if (!args[i])
            return NULL;
        changed = changed || args[i] != expr->u.call.args[i];
    }
    return changed ? sx_iql_call(check->arena, expr->u.call.name, args, count) : expr;
}

/* The expression with every DISTINCT f in it as distinct(f); NULL: no memory. */
static const struct sx_iql_expr *rewrite_distinct(struct check *check,
                                                  const struct sx_iql_expr *expr)
{
    switch (expr->kind) {
    case SX_IQL_EXPR_DISTINCT:
        return call_of_distinct(check, expr);
    case SX_IQL_EXPR_CALL:
        return rewrite_call(check, expr);
    case SX_IQL_EXPR_BINARY:
        return rewrite_binary(check, expr);
    case SX_IQL_EXPR_PAREN: {
        const struct sx_iql_expr *inner = rewrite_distinct(check, expr->u.inner);
        if (!inner || inner == expr->u.inner)
            return inner ? expr : NULL;
        return sx_iql_paren(check->arena, inner);
    }
    default:
        return expr;
    }
}

static stria_status rewrite_fields(struct check *check)
{
    struct sx_iql_select *select = &check->checked->select;
    size_t kept = 0;
    for (size_t i = 0; i < select->field_count; i++) {
        struct sx_iql_field field = select->fields[i];
        if (is_time_field(field.expr))
            continue;
        field.expr = rewrite_distinct(check, field.expr);
        if (!field.expr)
            return refused(check);
        select->fields[kept++] = field;
    }
    select->field_count = kept;
    select->is_raw = select->is_raw && !check->checked->has_distinct;
    return STRIA_OK;
}

/* ---- SELECT --------------------------------------------------------------------------------- */

/* All of a SELECT but its fields. */
static stria_status check_frame(struct check *check)
{
    struct sx_iql_checked *checked = check->checked;
    struct sx_iql_known known = {
        .has_now = true, .now_ns = check->now_ns, .zone = checked->select.zone};
    checked->ascending = !checked->select.order.descending;
    checked->only_selectors = true;
    checked->time_name = SX_LITERAL("time");
    stria_status st =
        sx_iql_split_condition(check->arena, checked->select.condition, &known,
                               &checked->select.condition, &checked->range, check->err);
    if (!st && checked->select.condition)
        st = check_condition(check, checked->select.condition);
    if (!st)
        st = check_dimensions(check);
    if (st)
        return st;
    if (!checked->range.has_max && checked->interval_ns != 0) {
        checked->range.has_max = true;
        checked->range.max = sx_iql_instant_of_ns(check->now_ns);
    }
    return STRIA_OK;
}

static stria_status check_contents(struct check *check);

static stria_status new_check(struct check *check, const struct sx_iql_select *select)
{
    check->checked = sx_arena_zalloc(check->arena, sizeof *check->checked);
    if (!check->checked)
        return refused(check);
    check->checked->select = *select;
    return STRIA_OK;
}

static stria_status check_subquery(const struct check *outer, const struct sx_iql_select *select,
                                   struct sx_iql_checked **out)
{
    struct check check = *outer;
    const struct sx_iql_checked *around = outer->checked;
    stria_status st = new_check(&check, select);
    if (!st)
        st = check_frame(&check);
    if (st)
        return st;
    struct sx_iql_checked *checked = check.checked;
    struct sx_iql_known known = {
        .has_now = true, .now_ns = check.now_ns, .has_math = true, .zone = select->zone};
    if (!sx_iql_reduce(check.arena, checked->select.condition, &known, &checked->select.condition))
        return refused(&check);
    if (select->order.present && checked->ascending != around->ascending)
        return fail(&check, "subqueries must be ordered in the same direction as the query itself");
    checked->ascending = around->ascending;
    checked->range = sx_iql_range_meet(checked->range, around->range);
    if (checked->interval_ns != 0 && checked->select.fill == SX_IQL_FILL_NULL)
        checked->select.fill = SX_IQL_FILL_NONE;
    if (around->interval_ns != 0 && checked->interval_ns == 0) {
        checked->interval_ns = around->interval_ns;
        checked->interval_offset_ns = around->interval_offset_ns;
        checked->interval_inherited = true;
    }
    *out = checked;
    return check_contents(&check);
}

/* The fields and the sub-queries. */
static stria_status check_contents(struct check *check)
{
    struct sx_iql_checked *checked = check->checked;
    const struct sx_iql_sources *sources = &checked->select.sources;
    size_t count = 0;
    stria_status st = check_fields(check, &count);
    if (!st)
        st = check_mix(check, count);
    if (!st)
        st = rewrite_fields(check);
    if (st)
        return st;
    checked->time_min_ns = sx_iql_range_min_ns(checked->range);
    checked->time_max_ns = sx_iql_range_max_ns(checked->range);
    checked->subqueries =
        sx_arena_zalloc(check->arena, sources->count * sizeof *checked->subqueries);
    if (!checked->subqueries)
        return refused(check);
    for (size_t i = 0; i < sources->count && !st; i++)
        if (sources->items[i].subquery)
            st = check_subquery(check, sources->items[i].subquery, &checked->subqueries[i]);
    return st ? st : check_regexes(check);
}

stria_status sx_iql_check_select(struct sx_arena *arena, const struct sx_iql_select *select,
                                 int64_t now_ns, struct sx_iql_checked **checked, stria_error *err)
{
    struct check check = {.arena = arena, .err = err, .now_ns = now_ns};
    *checked = NULL;
    stria_status st = new_check(&check, select);
    if (!st)
        st = check_frame(&check);
    if (!st)
        st = check_contents(&check);
    if (!st)
        *checked = check.checked;
    return st;
}

stria_status sx_iql_check_offset(struct sx_mem *mem, const struct sx_iql_checked *checked,
                                 stria_error *err)
{
    if (!checked->bad_offset)
        return STRIA_OK;
    return sx_iql_fail_expr(mem, err, checked->bad_offset, "invalid time dimension offset: ");
}
