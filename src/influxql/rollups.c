/* SPDX-License-Identifier: Apache-2.0 */
/* rollups.c -- see rollups.h. */
#include "influxql/rollups.h"

#include "base/error.h"
#include "influxql/schema.h"
#include "influxql/vars.h"
#include "scan/rollup_ranges.h"

/* ---- what is asked for ---------------------------------------------------------------------- */

struct asking {
    struct sx_iql_rollups *rollups;
    struct sx_arena *arena;
    bool fits, no_memory;
};

static const struct {
    const char *name;
    unsigned needs; /* bits by enum sx_agg_summary_column */
    bool is_sum;
} functions[] = {
    {"count", 1 << SX_AGG_SUMMARY_COUNT, false},
    {"sum", 1 << SX_AGG_SUMMARY_COUNT | 1 << SX_AGG_SUMMARY_SUM, true},
    {"mean", 1 << SX_AGG_SUMMARY_COUNT | 1 << SX_AGG_SUMMARY_SUM, true},
    {"min", 1 << SX_AGG_SUMMARY_LEAST, false},
    {"max", 1 << SX_AGG_SUMMARY_GREATEST, false},
    {"first", 1 << SX_AGG_SUMMARY_FIRST | 1 << SX_AGG_SUMMARY_FIRST_NS, false},
    {"last", 1 << SX_AGG_SUMMARY_LAST | 1 << SX_AGG_SUMMARY_LAST_NS, false},
};

static const char *const suffixes[SX_AGG_SUMMARY_COLUMNS] = {
    "_count", "_sum", "_min", "_max", "_first", "_last", "_first_ns", "_last_ns"};

static bool same_var(const struct sx_iql_expr *a, const struct sx_iql_expr *b)
{
    return a->u.var.type == b->u.var.type && sx_bytes_equal(a->u.var.name, b->u.var.name);
}

static struct sx_iql_rollup_field *find_field(const struct sx_iql_rollups *r,
                                              const struct sx_iql_expr *var)
{
    for (size_t i = 0; i < r->field_count; i++)
        if (same_var(r->fields[i].var, var))
            return &r->fields[i];
    return NULL;
}

/* A column with an aggregate of a field. False: no memory. */
static bool add_column(struct asking *a, struct sx_iql_rollup_field *field, size_t which)
{
    struct sx_iql_rollups *r = a->rollups;
    struct sx_bytes name = field->var->u.var.name;
    size_t suffix_size = strlen(suffixes[which]);
    struct sx_scan_column *columns =
        sx_arena_array(a->arena, (size_t)r->column_count + 1, sizeof *columns);
    uint8_t *text = sx_arena_alloc(a->arena, name.len + suffix_size);
    if (!columns || !text)
        return false;
    if (r->column_count)
        memcpy(columns, r->columns, r->column_count * sizeof *columns);
    memcpy(text, name.ptr, name.len);
    memcpy(text + name.len, suffixes[which], suffix_size);
    bool is_int = which == SX_AGG_SUMMARY_COUNT || which >= SX_AGG_SUMMARY_FIRST_NS;
    columns[r->column_count] =
        (struct sx_scan_column){.name = sx_bytes_make(text, name.len + suffix_size),
                                .type = is_int ? STRIA_INT : sx_iql_var_type(field->var)};
    r->columns = columns;
    field->summary.columns[which] = r->column_count++;
    return true;
}

static bool add_field(struct asking *a, const struct sx_iql_expr *var, unsigned needs)
{
    struct sx_iql_rollups *r = a->rollups;
    struct sx_iql_rollup_field *field = find_field(r, var);
    if (!field) {
        struct sx_iql_rollup_field *fields =
            sx_arena_array(a->arena, r->field_count + 1, sizeof *fields);
        if (!fields)
            return false;
        if (r->field_count)
            memcpy(fields, r->fields, r->field_count * sizeof *fields);
        r->fields = fields;
        field = &fields[r->field_count++];
        field->var = var;
        for (size_t i = 0; i < SX_AGG_SUMMARY_COLUMNS; i++)
            field->summary.columns[i] = SX_AGG_NO_COLUMN;
    }
    for (size_t i = 0; i < SX_AGG_SUMMARY_COLUMNS; i++)
        if ((needs >> i & 1) && field->summary.columns[i] == SX_AGG_NO_COLUMN &&
            !add_column(a, field, i))
            return false;
    return true;
}

static bool is_number(stria_type type)
{
    return type == STRIA_FLOAT || type == STRIA_INT || type == STRIA_UINT;
}

/* Of a field of the SELECT: names may stand only in functions that rollups have. */
static bool visit(void *user, const struct sx_iql_expr *expr)
{
    struct asking *a = user;
    size_t i = 0;
    if (expr->kind == SX_IQL_EXPR_VAR || expr->kind == SX_IQL_EXPR_DISTINCT)
        a->fits = false;
    if (expr->kind != SX_IQL_EXPR_CALL)
        return a->fits;
    while (i < SX_COUNT_OF(functions) &&
           !sx_bytes_equal(expr->u.call.name, sx_bytes_of(functions[i].name)))
        i++;
    if (i == SX_COUNT_OF(functions)) /* a function of functions, or none that rollups have */
        return a->fits;
    const struct sx_iql_expr *arg = expr->u.call.arg_count ? expr->u.call.args[0] : NULL;
    if (!arg || arg->kind != SX_IQL_EXPR_VAR || !is_number(sx_iql_var_type(arg))) {
        a->fits = false;
        return false;
    }
    a->rollups->has_float_sum =
        a->rollups->has_float_sum || (functions[i].is_sum && sx_iql_var_type(arg) == STRIA_FLOAT);
    a->no_memory = a->no_memory || !add_field(a, arg, functions[i].needs);
    return false;
}

/* Of the condition: fields in it need the rows. */
static bool visit_condition(void *user, const struct sx_iql_expr *expr)
{
    struct asking *a = user;
    if (expr->kind == SX_IQL_EXPR_VAR && expr->u.var.type != SX_IQL_TYPE_TAG)
        a->fits = false;
    return a->fits;
}

static bool level_fits(const struct sx_iql_block *block, const struct sx_windows *windows)
{
    bool fits = windows->interval_ns > 0 && !windows->zone && !block->outer &&
                windows->interval_ns % SX_ROLLUP_5M_NS == 0 &&
                windows->offset_ns % SX_ROLLUP_5M_NS == 0;
    bool any = false;
    for (size_t i = 0; i < block->source_count && fits; i++) {
        fits = !block->sources[i].inner;
        for (size_t j = 0; j < block->sources[i].measurement_count && fits; j++)
            any = any || block->sources[i].measurements[j]->view->rollup_count;
    }
    return fits && any;
}

stria_status sx_iql_rollups_create(struct sx_iql_schema *schema, const struct sx_iql_block *block,
                                   const struct sx_windows *windows, struct sx_iql_rollups **out,
                                   stria_error *err)
{
    struct asking a = {.arena = schema->arena, .fits = true};
    *out = NULL;
    if (!level_fits(block, windows))
        return STRIA_OK;
    a.rollups = sx_arena_zalloc(schema->arena, sizeof *a.rollups);
    bool good = a.rollups != NULL;
    if (good)
        a.rollups->windows = *windows;
    for (size_t i = 0; good && a.fits && i < block->select.field_count; i++)
        good = sx_iql_walk(schema->mem, block->select.fields[i].expr, visit, &a);
    if (good && a.fits)
        good = sx_iql_walk(schema->mem, block->select.condition, visit_condition, &a);
    if (!good || a.no_memory)
        return sx_mem_refused(schema->mem, sizeof *a.rollups, err);
    if (a.fits && a.rollups->field_count)
        *out = a.rollups;
    return STRIA_OK;
}

const struct sx_agg_summary *sx_iql_rollups_summary(const struct sx_iql_rollups *r,
                                                    const struct sx_iql_expr *var)
{
    const struct sx_iql_rollup_field *field = find_field(r, var);
    return field ? &field->summary : NULL;
}

/* ---- pieces --------------------------------------------------------------------------------- */

/* Whether each field is stored with one type in a measurement, the one it is asked for as. */
static bool types_fit(const struct sx_iql_rollups *r, const struct sx_iql_measurement *m)
{
    for (size_t i = 0; i < r->field_count; i++) {
        const struct sx_iql_expr *var = r->fields[i].var;
        size_t count = 0;
        for (size_t j = 0; j < m->stored->column_count; j++)
            count += sx_bytes_equal(m->stored->columns[j].name, var->u.var.name);
        if (count != 1 || sx_iql_field_type(m, var->u.var.name) != sx_iql_var_type(var))
            return false;
    }
    return true;
}

static bool interval_fits(const struct sx_iql_rollups *r, int64_t interval_ns)
{
    const struct sx_windows *w = &r->windows;
    return w->interval_ns % interval_ns == 0 && w->offset_ns % interval_ns == 0 &&
           (!r->has_float_sum || w->interval_ns == interval_ns);
}

/* The good ranges of one interval, cut to the whole buckets in the range of all functions. */
struct choice {
    const struct sx_view_rollup *rollup;
    struct sx_rollup_ranges ranges;
    size_t at;
};

static int64_t bucket_up(int64_t ts, int64_t interval_ns)
{
    int64_t start = sx_window_start(ts, interval_ns);
    return start == ts ? ts : start > INT64_MAX - interval_ns ? INT64_MAX : start + interval_ns;
}

static void clip(const struct sx_iql_rollups *r, struct choice *c, int64_t min_ns, int64_t max_ns)
{
    int64_t interval_ns = c->rollup->interval_ns;
    int64_t first = SX_MAX(r->windows.time_min_ns, min_ns);
    int64_t last = SX_MIN(r->windows.time_max_ns, max_ns);
    size_t kept = 0;
    last = last == INT64_MAX ? last : sx_window_start(last + 1, interval_ns);
    last -= last != INT64_MIN;
    first = first == INT64_MIN ? first : bucket_up(first, interval_ns);
    for (size_t i = 0; i < c->ranges.count; i++) {
        struct sx_rollup_range range = c->ranges.items[i];
        range.min_ns = SX_MAX(range.min_ns, first);
        range.max_ns = SX_MIN(range.max_ns, last);
        if (range.min_ns < range.max_ns)
            c->ranges.items[kept++] = range;
    }
    c->ranges.count = kept;
}

/* What comes at a time: the longest buckets that are good for it, else rows up to where some
 * are. */
static struct sx_iql_piece piece_at(struct choice *choices, size_t count, int64_t ts,
                                    int64_t max_ns)
{
    struct sx_iql_piece piece = {.min_ns = ts, .max_ns = max_ns};
    for (size_t i = 0; i < count; i++) {
        struct choice *c = &choices[i];
        while (c->at < c->ranges.count && c->ranges.items[c->at].max_ns < ts)
            c->at++;
        if (c->at == c->ranges.count)
            continue;
        const struct sx_rollup_range *range = &c->ranges.items[c->at];
        if (range->min_ns > ts) {
            piece.max_ns = SX_MIN(piece.max_ns, range->min_ns - 1);
        } else if (ts % c->rollup->interval_ns == 0) {
            piece.max_ns = SX_MIN(piece.max_ns, range->max_ns);
            piece.rollup = c->rollup;
            break;
        }
    }
    return piece;
}

static stria_status find_choices(const struct sx_iql_rollups *r, const struct sx_view *view,
                                 struct sx_mem *mem, int64_t min_ns, int64_t max_ns,
                                 struct choice *choices, size_t *count, stria_error *err)
{
    stria_status st = STRIA_OK;
    static const int64_t intervals[] = {SX_ROLLUP_1H_NS, SX_ROLLUP_5M_NS};
    *count = 0;
    for (size_t k = 0; k < SX_COUNT_OF(intervals); k++)
        for (size_t i = 0; i < view->rollup_count && !st; i++) {
            struct choice *c = &choices[*count];
            if (view->rollups[i].interval_ns != intervals[k] || !interval_fits(r, intervals[k]))
                continue;
            *c = (struct choice){.rollup = &view->rollups[i]};
            ++*count;
            st = sx_rollup_ranges_init(&c->ranges, mem, view, i, err);
            if (!st)
                clip(r, c, min_ns, max_ns);
        }
    return st;
}

stria_status sx_iql_rollups_cut(const struct sx_iql_rollups *r, const struct sx_iql_measurement *m,
                                struct sx_mem *mem, struct sx_arena *arena, int64_t time_min_ns,
                                int64_t time_max_ns, struct sx_iql_piece **out, size_t *count,
                                stria_error *err)
{
    struct choice choices[SX_ROLLUPS_MAX] = {0};
    size_t choice_count;
    bool any = false;
    *count = 0;
    if (!m->view->rollup_count || !types_fit(r, m))
        return STRIA_OK;
    stria_status st =
        find_choices(r, m->view, mem, time_min_ns, time_max_ns, choices, &choice_count, err);
    *out = st ? NULL : sx_arena_array(arena, SX_IQL_PIECES_MAX, sizeof **out);
    if (!st && !*out)
        st = sx_mem_refused(mem, SX_IQL_PIECES_MAX * sizeof **out, err);
    for (int64_t ts = time_min_ns; !st; ts = (*out)[*count - 1].max_ns + 1) {
        bool last = *count + 1 == SX_IQL_PIECES_MAX;
        (*out)[*count] = last ? (struct sx_iql_piece){.min_ns = ts, .max_ns = time_max_ns}
                              : piece_at(choices, choice_count, ts, time_max_ns);
        any = any || (*out)[*count].rollup;
        if ((*out)[(*count)++].max_ns >= time_max_ns)
            break;
    }
    for (size_t i = 0; i < SX_ROLLUPS_MAX; i++)
        sx_rollup_ranges_deinit(&choices[i].ranges);
    if (!any)
        *count = 0;
    return st;
}
