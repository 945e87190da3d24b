/* SPDX-License-Identifier: Apache-2.0 */
/* collector.c -- see collector.h. */
#include "influxql/collector.h"

#include "influxql/input.h"
#include "influxql/totals.h"
#include "scan/block.h"

/* Windows of the first stretch are as many as points are wanted; later ones are so much longer. */
#define STRETCH_GROWTH 8
#define STRETCH_WINDOWS_MAX 100000

struct sx_iql_collector {
    struct sx_iql_level *level;
    struct sx_mem *mem;
    struct sx_agg_call *calls;
    uint32_t call_count;
    size_t call_capacity;
    stria_type *types; /* of the level's vars */
    struct sx_aggregate *agg;
    struct sx_iql_totals totals;
    struct sx_agg_points *points;     /* by call */
    struct sx_agg_summary *summaries; /* by call; NULL: no rollups are read */
    struct sx_iql_input **inputs;     /* by source */
    size_t input_count;
    bool all_first, all_last; /* one window, and each series settles with its first or last value */
    /* the series of the outermost answer at hand */
    const struct sx_iql_group *outermost;
    bool begun;
    const struct sx_iql_group **sets; /* the block's series, by number of set */
    size_t set_count, set_capacity;
    int64_t range_min_ns, range_max_ns; /* of all calls */
    int64_t next_ns;         /* where the next stretch begins, in the query's direction */
    int64_t stretch_windows; /* 0: everything in one */
    bool ended;
};

struct collector_node {
    struct sx_iql_node node; /* first */
    struct sx_iql_collector *collector;
    uint32_t index;
    size_t at; /* points given */
    struct sx_iql_points points;
    struct sx_vector *beside;
    uint64_t *words;
    uint8_t *copies; /* of the times and values given; NULL: they stay where they are */
};

/* ---- making and unmaking -------------------------------------------------------------------- */

stria_status sx_iql_collector_create(struct sx_iql_level *level, struct sx_iql_collector **out,
                                     stria_error *err)
{
    struct sx_iql_collector *c = sx_mem_zalloc(level->mem, sizeof *c);
    *out = c;
    if (!c)
        return sx_mem_refused(level->mem, sizeof *c, err);
    c->level = level;
    c->mem = level->mem;
    c->totals.mem = level->mem;
    return STRIA_OK;
}

void sx_iql_collector_destroy(struct sx_iql_collector *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->input_count; i++)
        sx_iql_input_destroy(c->inputs[i]);
    for (uint32_t i = 0; c->points && i < c->call_count; i++)
        sx_agg_points_deinit(&c->points[i], c->mem);
    sx_iql_totals_deinit(&c->totals);
    sx_aggregate_destroy(c->agg);
    sx_mem_free(c->mem, c->calls);
    sx_mem_free(c->mem, c->types);
    sx_mem_free(c->mem, c->points);
    sx_mem_free(c->mem, c->summaries);
    sx_mem_free(c->mem, c->inputs);
    sx_mem_free(c->mem, c->sets);
    sx_mem_free(c->mem, c);
}

static bool same_call(const struct sx_agg_call *a, const struct sx_agg_call *b)
{
    return a->kind == b->kind && a->column == b->column && a->percentile == b->percentile &&
           a->time_min_ns == b->time_min_ns && a->time_max_ns == b->time_max_ns &&
           a->keeps_time == b->keeps_time;
}

stria_status sx_iql_collector_add(struct sx_iql_collector *c, const struct sx_agg_call *call,
                                  uint32_t *index, stria_error *err)
{
    for (*index = 0; *index < c->call_count; ++*index)
        if (same_call(&c->calls[*index], call))
            return STRIA_OK;
    if (!SX_GROW(c->mem, c->calls, c->call_capacity, (size_t)c->call_count + 1))
        return sx_mem_refused(c->mem, sizeof *call, err);
    c->calls[c->call_count++] = *call;
    return STRIA_OK;
}

bool sx_iql_collector_is_used(const struct sx_iql_collector *c)
{
    return c->call_count > 0;
}

static void find_range(struct sx_iql_collector *c)
{
    c->range_min_ns = INT64_MAX;
    c->range_max_ns = INT64_MIN;
    c->all_first = c->all_last = c->level->frame.windows.interval_ns == 0;
    for (uint32_t i = 0; i < c->call_count; i++) {
        c->range_min_ns = SX_MIN(c->range_min_ns, c->calls[i].time_min_ns);
        c->range_max_ns = SX_MAX(c->range_max_ns, c->calls[i].time_max_ns);
        c->all_first = c->all_first && c->calls[i].kind == SX_AGG_FIRST;
        c->all_last = c->all_last && c->calls[i].kind == SX_AGG_LAST;
    }
    if (c->range_min_ns == INT64_MIN) /* calls on a sub-query, which bounds itself */
        c->range_min_ns = c->level->frame.windows.time_min_ns;
    if (c->range_max_ns == INT64_MAX)
        c->range_max_ns = c->level->frame.windows.time_max_ns;
}

static stria_status create_aggregate(struct sx_iql_collector *c, stria_error *err)
{
    struct sx_iql_level *level = c->level;
    bool selects = c->call_count == 1 && level->beside_count && c->calls[0].keeps_beside;
    struct sx_agg_options options = {.mem = c->mem,
                                     .windows = level->frame.windows,
                                     .calls = c->calls,
                                     .call_count = c->call_count,
                                     .column_count = (uint32_t)level->vars.count,
                                     .beside = level->beside,
                                     .beside_count = selects ? level->beside_count : 0,
                                     .descending = !level->frame.ascending};
    c->types = sx_mem_zalloc(c->mem, (level->vars.count + 1) * sizeof *c->types);
    c->points = sx_mem_zalloc(c->mem, c->call_count * sizeof *c->points);
    if (!c->types || !c->points)
        return sx_mem_refused(c->mem, sizeof *c->points, err);
    for (size_t i = 0; i < level->vars.count; i++)
        c->types[i] = sx_iql_var_type(level->vars.items[i]);
    options.types = c->types;
    stria_status st = sx_aggregate_create(&options, &c->agg, err);
    for (uint32_t i = 0; i < c->call_count && !st; i++)
        if (!sx_agg_points_init(&c->points[i], c->agg, i))
            st = sx_mem_refused(c->mem, sizeof *c->points, err);
    if (st || options.beside_count)
        return st;
    c->totals = (struct sx_iql_totals){.mem = c->mem,
                                       .agg = c->agg,
                                       .calls = c->calls,
                                       .types = c->types,
                                       .call_count = c->call_count,
                                       .windows = &level->frame.windows,
                                       .keeps_times = level->outer != NULL};
    return sx_iql_totals_init(&c->totals, err);
}

/* Where the calls find what they want in rollups; calls are of names that those were chosen for. */
static stria_status find_summaries(struct sx_iql_collector *c, stria_error *err)
{
    const struct sx_iql_level *level = c->level;
    c->summaries = sx_mem_zalloc(c->mem, c->call_count * sizeof *c->summaries);
    if (!c->summaries)
        return sx_mem_refused(c->mem, c->call_count * sizeof *c->summaries, err);
    for (uint32_t i = 0; i < c->call_count; i++) {
        const struct sx_agg_summary *summary =
            sx_iql_rollups_summary(level->rollups, level->vars.items[c->calls[i].column]);
        if (!summary)
            return sx_fail(err, STRIA_INTERNAL, "rollups do not have what is asked for");
        c->summaries[i] = *summary;
    }
    return STRIA_OK;
}

stria_status sx_iql_collector_open(struct sx_iql_collector *c, stria_error *err)
{
    struct sx_iql_level *level = c->level;
    size_t source_count = level->block->source_count, count = 0;
    bool stored = true;
    uint32_t *vars =
        sx_arena_array(level->schema->arena, c->call_count + level->beside_count, sizeof *vars);
    c->inputs = sx_mem_zalloc(c->mem, (source_count + 1) * sizeof *c->inputs);
    if (!vars || !c->inputs)
        return sx_mem_refused(c->mem, source_count * sizeof *c->inputs, err);
    for (uint32_t i = 0; i < c->call_count; i++)
        vars[count++] = c->calls[i].column;
    for (uint32_t i = 0; i < level->beside_count; i++)
        vars[count++] = level->beside[i];
    find_range(c);
    stria_status st = create_aggregate(c, err);
    if (!st && level->rollups)
        st = find_summaries(c, err);
    for (size_t i = 0; i < source_count && !st; i++) {
        st = sx_iql_input_create(level, i, vars, count, &c->inputs[i], err);
        if (!st && (c->all_first || c->all_last))
            sx_iql_input_expect(c->inputs[i], 1);
        c->input_count = i + 1;
        stored = stored && !st && sx_iql_input_is_stored(c->inputs[i]);
    }
    /* The first windows alone are read if nothing but a LIMIT says how many. */
    int64_t limit = level->block->select.limits.limit, offset = level->block->select.limits.offset;
    bool bounded = level->frame.ascending ? c->range_min_ns > STRIA_TIME_MIN
                                          : c->range_max_ns < STRIA_TIME_MAX;
    if (!st && stored && bounded && limit > 0 && !level->outer &&
        level->frame.windows.interval_ns > 0 && offset < STRETCH_WINDOWS_MAX)
        c->stretch_windows = SX_MIN(limit + offset, STRETCH_WINDOWS_MAX);
    return st;
}

/* ---- reading -------------------------------------------------------------------------------- */

static stria_status begin(struct sx_iql_collector *c, const struct sx_iql_group *outermost,
                          stria_error *err)
{
    (void)err;
    c->outermost = outermost;
    c->begun = true;
    c->ended = false;
    c->set_count = 0;
    c->next_ns = c->level->frame.ascending ? c->range_min_ns : c->range_max_ns;
    sx_aggregate_begin(c->agg);
    for (uint32_t i = 0; i < c->call_count; i++) {
        struct sx_agg_points *points = &c->points[i];
        points->count = 0;
        sx_column_reset(&points->values, points->values.type);
        for (uint32_t k = 0; k < points->beside_count; k++)
            sx_column_reset(&points->beside[k], points->beside[k].type);
    }
    return STRIA_OK;
}

/* The number of a series of the block; UINT32_MAX: no memory. Series come in their order, so it is
 * the last one or a new one; those of sub-queries come again. */
static uint32_t set_of(struct sx_iql_collector *c, const struct sx_iql_group *group)
{
    for (size_t i = c->set_count; i > 0; i--)
        if (c->sets[i - 1] == group)
            return (uint32_t)(i - 1);
    if (!SX_GROW(c->mem, c->sets, c->set_capacity, c->set_count + 1))
        return UINT32_MAX;
    c->sets[c->set_count] = group;
    return (uint32_t)c->set_count++;
}

/* Feeds the rows that come next without reading them, if that can be done. */
static stria_status collect_totals(struct sx_iql_collector *c, struct sx_iql_input *input,
                                   bool *fed, stria_error *err)
{
    struct sx_iql_input_stretch stretch;
    *fed = false;
    if (!c->totals.usable)
        return STRIA_OK;
    stria_status st = sx_iql_input_stretch(input, &stretch, err);
    if (st || !stretch.rows)
        return st;
    uint32_t set = set_of(c, stretch.group);
    if (set == UINT32_MAX)
        return sx_mem_refused(c->mem, sizeof *c->sets, err);
    st = sx_iql_totals_feed(&c->totals, &stretch, set, fed, err);
    if (!st && *fed)
        sx_iql_input_pass(input);
    return st;
}

static stria_status collect_input(struct sx_iql_collector *c, struct sx_iql_input *input,
                                  int64_t time_min_ns, int64_t time_max_ns, stria_error *err)
{
    const struct sx_iql_input_rows *in;
    bool stored = sx_iql_input_is_stored(input);
    stria_status st =
        sx_iql_input_begin(input, c->outermost, time_min_ns, time_max_ns, c->all_last, err);
    while (!st) {
        bool fed;
        st = collect_totals(c, input, &fed, err);
        if (!st && !fed) {
            st = sx_iql_input_next(input, &in, err);
            if (st || !in)
                break;
            if (in->begins_series)
                sx_aggregate_end_series(c->agg);
            uint32_t set = set_of(c, in->group);
            if (set == UINT32_MAX)
                st = sx_mem_refused(c->mem, sizeof *c->sets, err);
            else if (in->are_rollups)
                st = sx_aggregate_feed_summaries(c->agg, set, in->rows, c->summaries, err);
            else
                st = sx_aggregate_feed(c->agg, set, in->rows, in->selected, err);
        }
        if (!st && stored && (c->all_first || c->all_last) && sx_aggregate_series_has_all(c->agg))
            sx_iql_input_skip(input);
    }
    sx_aggregate_end_series(c->agg);
    return st;
}

/* The end of the stretch that begins at next_ns; moves next_ns behind it. */
static int64_t take_stretch(struct sx_iql_collector *c)
{
    const struct sx_windows *w = &c->level->frame.windows;
    bool ascending = c->level->frame.ascending;
    int64_t last = ascending ? c->range_max_ns : c->range_min_ns, length, end;
    c->ended = true;
    if (c->stretch_windows == 0 ||
        __builtin_mul_overflow(w->interval_ns, c->stretch_windows, &length) ||
        __builtin_add_overflow(c->next_ns, ascending ? length : -length, &end) ||
        (ascending ? end >= last : end <= last))
        return last;
    end = ascending ? sx_window_at(w, end).begin_ns - 1 : sx_window_at(w, end).begin_ns;
    if (ascending ? end < c->next_ns || end >= last : end > c->next_ns || end <= last)
        return last;
    c->ended = false;
    c->stretch_windows = SX_MIN(c->stretch_windows, INT64_MAX / STRETCH_GROWTH) * STRETCH_GROWTH;
    return end;
}

/* Appends the points of a call; a window that begins with time itself is shown as the epoch. */
static stria_status take_points(struct sx_iql_collector *c, uint32_t index, stria_error *err)
{
    struct sx_agg_points *points = &c->points[index];
    size_t before = points->count;
    stria_status st = sx_aggregate_take(c->agg, index, points, err);
    for (size_t i = before; i < points->count && !c->calls[index].keeps_time; i++)
        if (points->ts_ns[i] == STRIA_TIME_MIN)
            points->ts_ns[i] = 0;
    return st;
}

/* Reads the next stretch of the range; its points are appended to those there are. */
static stria_status collect(struct sx_iql_collector *c, stria_error *err)
{
    bool ascending = c->level->frame.ascending;
    int64_t begin_ns = c->next_ns, end_ns = take_stretch(c);
    stria_status st = sx_request_check(c->level->request, err);
    c->next_ns = ascending ? end_ns + !c->ended : end_ns - !c->ended;
    for (size_t i = 0; i < c->input_count && !st; i++)
        st = collect_input(c, c->inputs[i], ascending ? begin_ns : end_ns,
                           ascending ? end_ns : begin_ns, err);
    for (uint32_t i = 0; i < c->call_count && !st; i++)
        st = take_points(c, i, err);
    sx_aggregate_advance(c->agg);
    return st;
}

/* ---- nodes ---------------------------------------------------------------------------------- */

static stria_status node_begin(struct sx_iql_node *node, const struct sx_iql_group *outermost,
                               stria_error *err)
{
    struct collector_node *n = (struct collector_node *)(void *)node;
    n->at = 0;
    if (n->collector->begun && n->collector->outermost == outermost)
        return STRIA_OK; /* another node of it began already */
    return begin(n->collector, outermost, err);
}

static void cut_beside(struct collector_node *n, const struct sx_agg_points *all, uint32_t count)
{
    for (uint32_t i = 0; i < n->node.beside_count; i++) {
        const struct sx_column *column = &all->beside[i];
        uint64_t *words = n->words + (size_t)i * SX_VECTOR_WORDS;
        n->beside[i] =
            (struct sx_vector){.type = column->type, .values = sx_column_at(column, n->at)};
        if (!column->absent_count)
            continue;
        memset(words, 0, SX_VECTOR_WORDS * sizeof *words);
        sx_bits_copy(words, 0, column->present, n->at, count);
        n->beside[i].present = words;
    }
}

/* Where stretches are read one after the other, the lists grow while another node's points are
 * held: these are copied. */
static stria_status copy_points(struct collector_node *n, stria_error *err)
{
    struct sx_iql_points *points = &n->points;
    size_t value_size = sx_type_size(points->value.type);
    size_t times_size = SX_VECTOR_MAX * sizeof(int64_t);
    if (n->collector->stretch_windows == 0 || n->collector->call_count == 1)
        return STRIA_OK;
    if (!n->copies)
        n->copies = sx_mem_alloc(n->node.mem, times_size + SX_VECTOR_MAX * sizeof(stria_bytes));
    if (!n->copies)
        return sx_mem_refused(n->node.mem, times_size, err);
    memcpy(n->copies, points->ts_ns, points->row_count * sizeof(int64_t));
    memcpy(n->copies + times_size, points->value.values, points->row_count * value_size);
    points->ts_ns = (const int64_t *)(const void *)n->copies;
    points->value.values = n->copies + times_size;
    return STRIA_OK;
}

static stria_status node_next(struct sx_iql_node *node, const struct sx_iql_points **points,
                              stria_error *err)
{
    struct collector_node *n = (struct collector_node *)(void *)node;
    struct sx_iql_collector *c = n->collector;
    const struct sx_agg_points *all = &c->points[n->index];
    *points = NULL;
    c->begun = false; /* the next begin is that of another series */
    while (n->at >= all->count) {
        if (c->ended)
            return STRIA_OK;
        stria_status st = collect(c, err);
        if (st)
            return st;
    }
    uint32_t set = all->sets[n->at], count = 1;
    while (count < SX_VECTOR_MAX && n->at + count < all->count && all->sets[n->at + count] == set)
        count++;
    cut_beside(n, all, count);
    n->points = (struct sx_iql_points){
        .group = c->sets[set],
        .row_count = count,
        .ts_ns = all->ts_ns + n->at,
        .value = {.type = all->values.type, .values = sx_column_at(&all->values, n->at)},
        .beside = n->beside};
    n->at += count;
    *points = &n->points;
    return copy_points(n, err);
}

static void node_destroy(struct sx_iql_node *node)
{
    struct collector_node *n = (struct collector_node *)(void *)node;
    sx_mem_free(node->mem, n->beside);
    sx_mem_free(node->mem, n->words);
    sx_mem_free(node->mem, n->copies);
    sx_mem_free(node->mem, n);
}

static const struct sx_iql_node_ops ops = {
    .begin = node_begin, .next = node_next, .destroy = node_destroy};

stria_status sx_iql_collector_node(struct sx_iql_collector *c, uint32_t index,
                                   struct sx_iql_node **node, stria_error *err)
{
    struct sx_iql_level *level = c->level;
    const struct sx_agg_call *call = &c->calls[index];
    uint32_t beside_count = call->keeps_beside ? level->beside_count : 0;
    *node = NULL;
    struct collector_node *n = sx_mem_zalloc(c->mem, sizeof *n);
    if (!n)
        return sx_mem_refused(c->mem, sizeof *n, err);
    n->node = (struct sx_iql_node){
        .ops = &ops,
        .mem = c->mem,
        .request = level->request,
        .type = sx_agg_type(call->kind, sx_iql_var_type(level->vars.items[call->column])),
        .beside_types = level->beside_types,
        .beside_count = beside_count};
    n->collector = c;
    n->index = index;
    n->beside = sx_mem_zalloc(c->mem, (beside_count + 1) * sizeof *n->beside);
    n->words =
        sx_mem_zalloc(c->mem, ((size_t)beside_count + 1) * SX_VECTOR_WORDS * sizeof *n->words);
    if (!n->beside || !n->words) {
        node_destroy(&n->node);
        return sx_mem_refused(c->mem, sizeof *n, err);
    }
    *node = &n->node;
    return STRIA_OK;
}
