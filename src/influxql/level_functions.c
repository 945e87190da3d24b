/* SPDX-License-Identifier: Apache-2.0 */
/* level_functions.c -- the functions of a query as nodes; see level.h. */
#include "base/error.h"
#include "influxql/collector.h"
#include "influxql/level.h"
#include "influxql/math_call.h"
#include "influxql/series.h"
#include "model/type.h"

/* Where and how a function is computed. */
struct place {
    struct sx_iql_level *level;
    int64_t time_min_ns, time_max_ns;
    bool selects; /* the level's only function, a selector */
    stria_error *err;
};

/* ---- arguments ------------------------------------------------------------------------------ */

static stria_status refuse_type(const struct place *p, const char *function, stria_type type)
{
    return sx_fail(p->err, STRIA_INVALID,
                   "unsupported %s iterator type: *query.%sInterruptIterator", function,
                   sx_type_name(type));
}

/* Whether a name can have values: of stored series only a field has. */
static bool has_values(const struct sx_iql_level *level, const struct sx_iql_expr *var)
{
    enum sx_iql_type type = var->u.var.type;
    bool is_tag = type == SX_IQL_TYPE_TAG || type == SX_IQL_TYPE_UNKNOWN;
    for (size_t i = 0; i < level->source_count; i++) {
        const struct sx_iql_level_source *source = &level->sources[i];
        if (source->block_source->inner ? type != SX_IQL_TYPE_UNKNOWN
                                        : !is_tag && source->scan.series_count > 0)
            return sx_iql_var_type(var) != STRIA_NONE;
    }
    return false;
}

static double number_of(const struct sx_iql_expr *literal)
{
    return literal->kind == SX_IQL_EXPR_INTEGER ? (double)literal->u.integer : literal->u.number;
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* The rows of all sources as points, of a name's values or without any. */
static stria_status build_rows(struct place *p, uint32_t var, uint64_t row_max,
                               struct sx_iql_node **node)
{
    struct sx_iql_level *level = p->level;
    size_t count = 0;
    stria_status st = STRIA_OK;
    struct sx_iql_node **inputs =
        sx_arena_array(level->schema->arena, level->source_count, sizeof *inputs);
    if (!inputs)
        return sx_mem_refused(level->mem, level->source_count * sizeof *inputs, p->err);
    for (size_t i = 0; i < level->source_count && !st; i++) {
        st = level->sources[i].block_source->inner
                 ? sx_iql_mapper_create(level, i, var, &inputs[count], p->err)
                 : sx_iql_series_create(level, i, var, p->time_min_ns, p->time_max_ns, row_max,
                                        &inputs[count], p->err);
        count += !st;
    }
    if (!st && count > 1)
        return sx_iql_merge_create(&level->frame, inputs, count, node, p->err);
    if (!st)
        *node = inputs[0];
    for (size_t i = 0; st && i < count; i++)
        sx_iql_node_destroy(inputs[i]);
    return st;
}

static struct sx_iql_frame frame_of(const struct place *p)
{
    struct sx_iql_frame frame = p->level->frame;
    frame.windows.time_min_ns = p->time_min_ns;
    frame.windows.time_max_ns = p->time_max_ns;
    return frame;
}

/* ---- plain aggregates and selectors --------------------------------------------------------- */

static const struct {
    const char *name;
    enum sx_agg_kind kind;
} aggregates[] = {
    {"count", SX_AGG_COUNT},       {"sum", SX_AGG_SUM},       {"mean", SX_AGG_MEAN},
    {"min", SX_AGG_MIN},           {"max", SX_AGG_MAX},       {"first", SX_AGG_FIRST},
    {"last", SX_AGG_LAST},         {"spread", SX_AGG_SPREAD}, {"stddev", SX_AGG_STDDEV},
    {"median", SX_AGG_MEDIAN},     {"mode", SX_AGG_MODE},     {"percentile", SX_AGG_PERCENTILE},
    {"distinct", SX_AGG_DISTINCT},
};

static bool find_aggregate(struct sx_bytes name, enum sx_agg_kind *kind, const char **word)
{
    for (size_t i = 0; i < SX_COUNT_OF(aggregates); i++)
        if (sx_bytes_equal(name, sx_bytes_of(aggregates[i].name))) {
            *kind = aggregates[i].kind;
            *word = aggregates[i].name;
            return true;
        }
    return false;
}

static stria_status add_aggregate(struct place *p, enum sx_agg_kind kind,
                                  const struct sx_iql_expr *call, const struct sx_iql_expr *var,
                                  struct sx_iql_node **node)
{
    struct sx_iql_level *level = p->level;
    bool stored = true;
    struct sx_agg_call agg = {.kind = kind,
                              .column = sx_iql_vars_add(&level->vars, level->mem, var),
                              .time_min_ns = p->time_min_ns,
                              .time_max_ns = p->time_max_ns};
    uint32_t index;
    for (size_t i = 0; i < level->source_count; i++)
        stored = stored && !level->sources[i].block_source->inner;
    if (!stored) { /* the rows of a sub-query are all meant */
        agg.time_min_ns = INT64_MIN;
        agg.time_max_ns = INT64_MAX;
    }
    if (kind == SX_AGG_PERCENTILE)
        agg.percentile = number_of(call->u.call.args[1]);
    agg.keeps_time = p->selects && level->frame.windows.interval_ns == 0;
    agg.keeps_beside = p->selects && level->beside_count;
    if (agg.column == UINT32_MAX)
        return sx_mem_refused(level->mem, sizeof agg, p->err);
    stria_status st = sx_iql_collector_add(level->collector, &agg, &index, p->err);
    return st ? st : sx_iql_collector_node(level->collector, index, node, p->err);
}

/* A function of a name; *node is NULL when that has no values. */
static stria_status build_aggregate(struct place *p, const struct sx_iql_expr *call,
                                    enum sx_agg_kind kind, const char *word,
                                    struct sx_iql_node **node)
{
    const struct sx_iql_expr *arg = call->u.call.args[0];
    *node = NULL;
    if (kind == SX_AGG_COUNT && arg->kind == SX_IQL_EXPR_CALL) { /* count(distinct(f)) */
        kind = SX_AGG_COUNT_DISTINCT;
        arg = arg->u.call.args[0];
    }
    if (arg->kind != SX_IQL_EXPR_VAR || !has_values(p->level, arg))
        return STRIA_OK;
    if (!sx_agg_takes(kind, sx_iql_var_type(arg)))
        return refuse_type(p, word, sx_iql_var_type(arg));
    stria_status st = add_aggregate(p, kind, call, arg, node);
    struct sx_iql_frame frame = frame_of(p);
    if (st || kind == SX_AGG_DISTINCT || frame.windows.interval_ns == 0 ||
        frame.fill == SX_IQL_FILL_NONE)
        return st;
    struct sx_iql_node *input = *node;
    return sx_iql_fill_create(&frame, input, kind == SX_AGG_COUNT || kind == SX_AGG_COUNT_DISTINCT,
                              node, p->err);
}

/* ---- steps ---------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum sx_iql_step_kind kind;
    bool non_negative;
    const char *word; /* in messages */
    enum sx_iql_technical_kind technical;
} steps[] = {
    {"derivative", SX_IQL_STEP_DERIVATIVE, false, "derivative", 0},
    {"non_negative_derivative", SX_IQL_STEP_DERIVATIVE, true, "derivative", 0},
    {"difference", SX_IQL_STEP_DIFFERENCE, false, "difference", 0},
    {"non_negative_difference", SX_IQL_STEP_DIFFERENCE, true, "difference", 0},
    {"cumulative_sum", SX_IQL_STEP_CUMULATIVE_SUM, false, "cumulative sum", 0},
    {"moving_average", SX_IQL_STEP_MOVING_AVERAGE, false, "moving average", 0},
    {"elapsed", SX_IQL_STEP_ELAPSED, false, "elapsed", 0},
    {"integral", SX_IQL_STEP_INTEGRAL, false, "integral", 0},
    {"exponential_moving_average", SX_IQL_STEP_TECHNICAL, false, "exponential moving average",
     SX_IQL_TECHNICAL_EMA},
    {"double_exponential_moving_average", SX_IQL_STEP_TECHNICAL, false,
     "double exponential moving average", SX_IQL_TECHNICAL_DEMA},
    {"triple_exponential_moving_average", SX_IQL_STEP_TECHNICAL, false,
     "triple exponential moving average", SX_IQL_TECHNICAL_TEMA},
    {"triple_exponential_derivative", SX_IQL_STEP_TECHNICAL, false, "triple exponential derivative",
     SX_IQL_TECHNICAL_TRIX},
    {"relative_strength_index", SX_IQL_STEP_TECHNICAL, false, "relative strength index",
     SX_IQL_TECHNICAL_RSI},
    {"kaufmans_efficiency_ratio", SX_IQL_STEP_TECHNICAL, false, "kaufmans efficiency ratio",
     SX_IQL_TECHNICAL_KER},
    {"kaufmans_adaptive_moving_average", SX_IQL_STEP_TECHNICAL, false,
     "kaufmans adaptive moving average", SX_IQL_TECHNICAL_KAMA},
    {"chande_momentum_oscillator", SX_IQL_STEP_TECHNICAL, false, "chande momentum oscillator",
     SX_IQL_TECHNICAL_CMO},
};

static stria_status build(struct place *p, const struct sx_iql_expr *expr,
                          struct sx_iql_node **node);

/* Functions between neighbours look one window further back. */
static struct place widen(const struct place *p, enum sx_iql_step_kind kind)
{
    struct place wide = *p;
    int64_t interval = p->level->frame.windows.interval_ns;
    if (interval == 0 || kind == SX_IQL_STEP_CUMULATIVE_SUM || kind == SX_IQL_STEP_INTEGRAL)
        return wide;
    if (p->level->frame.ascending) {
        if (__builtin_sub_overflow(p->time_min_ns, interval, &wide.time_min_ns) ||
            wide.time_min_ns < STRIA_TIME_MIN)
            wide.time_min_ns = STRIA_TIME_MIN;
    } else if (__builtin_add_overflow(p->time_max_ns, interval, &wide.time_max_ns) ||
               wide.time_max_ns > STRIA_TIME_MAX) {
        wide.time_max_ns = STRIA_TIME_MAX;
    }
    return wide;
}

static int64_t unit_of(const struct place *p, const struct sx_iql_expr *call,
                       enum sx_iql_step_kind kind)
{
    const int64_t second = 1000000000;
    if (call->u.call.arg_count > 1 && call->u.call.args[1]->kind == SX_IQL_EXPR_DURATION)
        return call->u.call.args[1]->u.duration_ns;
    if (kind == SX_IQL_STEP_ELAPSED)
        return 1;
    if (kind == SX_IQL_STEP_DERIVATIVE && p->level->frame.windows.interval_ns > 0)
        return p->level->frame.windows.interval_ns;
    return second;
}

static enum sx_iql_warmup warmup_of(const struct sx_iql_expr *call, enum sx_iql_technical_kind kind)
{
    if (call->u.call.arg_count < 4)
        return kind == SX_IQL_TECHNICAL_CMO ? SX_IQL_WARMUP_NONE : SX_IQL_WARMUP_EXPONENTIAL;
    struct sx_bytes word = call->u.call.args[3]->u.text;
    if (sx_bytes_equal(word, SX_LITERAL("none")))
        return SX_IQL_WARMUP_NONE;
    return sx_bytes_equal(word, SX_LITERAL("simple")) ? SX_IQL_WARMUP_SIMPLE
                                                      : SX_IQL_WARMUP_EXPONENTIAL;
}

/* The arguments of a function of technical analysis: (field, period[, hold[, warmup]]). */
static void read_technical(const struct sx_iql_expr *call, struct sx_iql_step *step)
{
    step->count = call->u.call.args[1]->u.integer;
    step->warmup = warmup_of(call, step->technical);
    step->hold_count = call->u.call.arg_count > 2 ? call->u.call.args[2]->u.integer : -1;
}

static stria_status build_step(struct place *p, const struct sx_iql_expr *call, size_t index,
                               struct sx_iql_node **node)
{
    struct sx_iql_step step = {.kind = steps[index].kind,
                               .non_negative = steps[index].non_negative,
                               .technical = steps[index].technical,
                               .unit_ns = unit_of(p, call, steps[index].kind)};
    struct place wide = widen(p, step.kind);
    struct sx_iql_node *input = NULL;
    wide.selects = false;
    if (step.kind == SX_IQL_STEP_MOVING_AVERAGE)
        step.count = call->u.call.args[1]->u.integer;
    if (step.kind == SX_IQL_STEP_TECHNICAL)
        read_technical(call, &step);
    stria_status st = build(&wide, call->u.call.args[0], &input);
    *node = NULL;
    if (st || !input)
        return st;
    if (!sx_iql_step_takes(step.kind, input->type)) {
        st = refuse_type(p, steps[index].word, input->type);
        sx_iql_node_destroy(input);
        return st;
    }
    struct sx_iql_frame frame = frame_of(&wide);
    return sx_iql_step_create(&frame, input, &step, node, p->err);
}

/* ---- top, bottom, sample -------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum sx_iql_choose_kind kind;
} choices[] = {
    {"top", SX_IQL_CHOOSE_TOP}, {"bottom", SX_IQL_CHOOSE_BOTTOM}, {"sample", SX_IQL_CHOOSE_SAMPLE}};

/* The tags among the arguments, by name, as numbers of what stands beside; a field counts for
 * nothing, as with the peer. */
static stria_status list_tags(const struct place *p, const struct sx_iql_expr *call,
                              struct sx_iql_choose *choose)
{
    struct sx_iql_level *level = p->level;
    uint32_t *tags =
        sx_arena_array(level->schema->arena, call->u.call.arg_count, sizeof *choose->tags);
    if (!tags)
        return sx_mem_refused(level->mem, call->u.call.arg_count * sizeof *tags, p->err);
    for (uint32_t i = 0; i < level->beside_count; i++) /* they are sorted by name */
        for (size_t k = 1; k < call->u.call.arg_count; k++) {
            const struct sx_iql_expr *arg = call->u.call.args[k];
            if (arg->kind != SX_IQL_EXPR_VAR ||
                sx_iql_vars_find(&level->vars, arg) != level->beside[i])
                continue;
            if (arg->u.var.type == SX_IQL_TYPE_TAG || arg->u.var.type == SX_IQL_TYPE_UNKNOWN)
                tags[choose->tag_count++] = i;
            break;
        }
    choose->tags = tags;
    return STRIA_OK;
}

static stria_status build_choose(struct place *p, const struct sx_iql_expr *call, size_t index,
                                 struct sx_iql_node **node)
{
    struct sx_iql_level *level = p->level;
    const struct sx_iql_expr *arg = call->u.call.args[0];
    const struct sx_iql_expr *count = call->u.call.args[call->u.call.arg_count - 1];
    struct sx_iql_choose choose = {.kind = choices[index].kind,
                                   .count = (uint64_t)SX_MAX(count->u.integer, 0)};
    stria_type type = sx_iql_var_type(arg);
    *node = NULL;
    if (!has_values(level, arg))
        return STRIA_OK;
    if (choose.kind != SX_IQL_CHOOSE_SAMPLE && (type == STRIA_STRING || type == STRIA_BOOL))
        return refuse_type(p, choices[index].name, type);
    stria_status st = list_tags(p, call, &choose);
    struct sx_iql_node *input = NULL;
    if (!st)
        st = build_rows(p, sx_iql_vars_find(&level->vars, arg), 0, &input);
    if (st)
        return st;
    struct sx_iql_frame frame = frame_of(p);
    return sx_iql_choose_create(&frame, input, &choose, level->block->tag_count, node, p->err);
}

/* ---- all ------------------------------------------------------------------------------------ */

/* The points of a name or a function; *node is NULL when there can be none. */
static stria_status build(struct place *p, const struct sx_iql_expr *expr,
                          struct sx_iql_node **node)
{
    struct sx_bytes name = expr->u.call.name;
    enum sx_agg_kind kind;
    const char *word;
    *node = NULL;
    if (expr->kind == SX_IQL_EXPR_VAR) {
        if (!has_values(p->level, expr))
            return STRIA_OK;
        uint32_t var = sx_iql_vars_find(&p->level->vars, expr);
        return build_rows(p, var, 0, node);
    }
    if (find_aggregate(name, &kind, &word))
        return build_aggregate(p, expr, kind, word, node);
    for (size_t i = 0; i < SX_COUNT_OF(steps); i++)
        if (sx_bytes_equal(name, sx_bytes_of(steps[i].name)))
            return build_step(p, expr, i, node);
    for (size_t i = 0; i < SX_COUNT_OF(choices); i++)
        if (sx_bytes_equal(name, sx_bytes_of(choices[i].name)))
            return build_choose(p, expr, i, node);
    return sx_fail(p->err, STRIA_UNSUPPORTED, "stria: the function %.*s() is not supported",
                   (int)name.len, (const char *)name.ptr);
}

static bool is_selector(const struct sx_iql_expr *call)
{
    static const char *const names[] = {"min",    "max", "first",  "last",
                                        "sample", "top", "bottom", "percentile"};
    for (size_t i = 0; i < SX_COUNT_OF(names); i++)
        if (sx_bytes_equal(call->u.call.name, sx_bytes_of(names[i])))
            return true;
    return false;
}

/* LIMIT and OFFSET are of each function's points. */
static stria_status limit(struct sx_iql_level *level, int64_t count, struct sx_iql_node **node,
                          stria_error *err)
{
    int64_t offset = level->block->select.limits.offset;
    struct sx_iql_node *input = *node;
    if (!input || (count <= 0 && offset <= 0))
        return STRIA_OK;
    return sx_iql_limit_create(&level->frame, input, count, offset, node, err);
}

stria_status sx_iql_build_call(struct sx_iql_level *level, size_t index, struct sx_iql_node **node,
                               stria_error *err)
{
    struct place place = {.level = level,
                          .time_min_ns = level->frame.windows.time_min_ns,
                          .time_max_ns = level->frame.windows.time_max_ns,
                          .selects = level->call_count == 1 && is_selector(level->calls[index]),
                          .err = err};
    stria_status st = build(&place, level->calls[index], node);
    return st ? st : limit(level, level->block->select.limits.limit, node, err);
}

stria_status sx_iql_build_raw(struct sx_iql_level *level, struct sx_iql_node **node,
                              stria_error *err)
{
    const struct sx_iql_limits *limits = &level->block->select.limits;
    struct place place = {.level = level,
                          .time_min_ns = level->frame.windows.time_min_ns,
                          .time_max_ns = level->frame.windows.time_max_ns,
                          .err = err};
    int64_t count = limits->limit;
    if (count == 0 && limits->offset > 0) /* OFFSET alone leaves one row, as with the peer */
        count = 1;
    uint64_t row_max = 0;
    /* One more than is wanted: as many the peer reads of each series of a sub-query. */
    if (count > 0 && limits->offset < INT64_MAX - count)
        row_max = (uint64_t)count + (uint64_t)limits->offset + 1;
    stria_status st = build_rows(&place, UINT32_MAX, row_max, node);
    return st ? st : limit(level, count, node, err);
}
