/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate.c -- see aggregate.h: windows, stretches of rows, points. */
#include "query/aggregate.h"

#include "base/hash.h"
#include "base/sort.h"
#include "query/aggregate_priv.h"

/* ---- kinds and types ------------------------------------------------------------------------ */

static bool is_number(stria_type type)
{
    return type == STRIA_FLOAT || type == STRIA_INT || type == STRIA_UINT;
}

bool sx_agg_takes(enum sx_agg_kind kind, stria_type type)
{
    switch (kind) {
    case SX_AGG_SUM:
    case SX_AGG_MEAN:
    case SX_AGG_SPREAD:
    case SX_AGG_STDDEV:
    case SX_AGG_MEDIAN:
    case SX_AGG_PERCENTILE:
        return is_number(type);
    case SX_AGG_MIN:
    case SX_AGG_MAX:
        return is_number(type) || type == STRIA_BOOL;
    default:
        return is_number(type) || type == STRIA_BOOL || type == STRIA_STRING;
    }
}

stria_type sx_agg_type(enum sx_agg_kind kind, stria_type type)
{
    switch (kind) {
    case SX_AGG_COUNT:
    case SX_AGG_COUNT_DISTINCT:
        return STRIA_INT;
    case SX_AGG_MEAN:
    case SX_AGG_STDDEV:
    case SX_AGG_MEDIAN:
        return STRIA_FLOAT;
    default:
        return type;
    }
}

/* ---- making and unmaking -------------------------------------------------------------------- */

static stria_status init_state(struct sx_aggregate *agg, uint32_t call, stria_error *err)
{
    struct sx_agg_state *state = &agg->states[call];
    stria_type type = agg->options.types[agg->options.calls[call].column];
    state->open_slot = SX_AGG_NO_SLOT;
    sx_column_init(&state->values, agg->mem, type);
    sx_column_init(&state->times, agg->mem, STRIA_TIME);
    sx_map_init(&state->entry_map, agg->mem);
    if (!agg->options.beside_count)
        return STRIA_OK;
    state->beside = sx_mem_zalloc(agg->mem, agg->options.beside_count * sizeof *state->beside);
    if (!state->beside)
        return sx_mem_refused(agg->mem, sizeof *state->beside, err);
    for (uint32_t i = 0; i < agg->options.beside_count; i++)
        sx_column_init(&state->beside[i], agg->mem, agg->options.types[agg->options.beside[i]]);
    return STRIA_OK;
}

stria_status sx_aggregate_create(const struct sx_agg_options *options, struct sx_aggregate **out,
                                 stria_error *err)
{
    struct sx_mem *mem = options->mem;
    stria_status st = STRIA_OK;
    *out = NULL;
    struct sx_aggregate *agg = sx_mem_zalloc(mem, sizeof *agg);
    if (!agg)
        return sx_mem_refused(mem, sizeof *agg, err);
    agg->options = *options;
    agg->mem = mem;
    agg->current = SX_AGG_NO_SLOT;
    sx_arena_init(&agg->strings, mem, 1024);
    sx_map_init(&agg->slot_map, mem);
    agg->states = sx_mem_zalloc(mem, (options->call_count + 1) * sizeof *agg->states);
    agg->dense = sx_mem_zalloc(mem, (options->column_count + 1) * sizeof *agg->dense);
    agg->dense_made = sx_mem_zalloc(mem, options->column_count + 1);
    if (!agg->states || !agg->dense || !agg->dense_made)
        st = sx_mem_refused(mem, options->call_count * sizeof *agg->states, err);
    for (uint32_t i = 0; i < options->call_count && !st; i++)
        st = init_state(agg, i, err);
    for (uint32_t i = 0; i < options->call_count && !st; i++) {
        struct sx_dense **dense = &agg->dense[options->calls[i].column];
        if (!*dense && !(*dense = sx_mem_alloc(mem, sizeof **dense)))
            st = sx_mem_refused(mem, sizeof **dense, err);
    }
    if (st) {
        sx_aggregate_destroy(agg);
        return st;
    }
    *out = agg;
    return STRIA_OK;
}

static void deinit_state(struct sx_aggregate *agg, struct sx_agg_state *state)
{
    sx_mem_free(agg->mem, state->cells);
    sx_mem_free(agg->mem, state->runs);
    sx_mem_free(agg->mem, state->entries);
    sx_column_deinit(&state->values);
    sx_column_deinit(&state->times);
    for (uint32_t i = 0; state->beside && i < agg->options.beside_count; i++)
        sx_column_deinit(&state->beside[i]);
    sx_mem_free(agg->mem, state->beside);
    sx_map_deinit(&state->entry_map);
}

void sx_aggregate_destroy(struct sx_aggregate *agg)
{
    if (!agg)
        return;
    for (uint32_t i = 0; agg->states && i < agg->options.call_count; i++)
        deinit_state(agg, &agg->states[i]);
    for (uint32_t i = 0; agg->dense && i < agg->options.column_count; i++)
        sx_mem_free(agg->mem, agg->dense[i]);
    sx_mem_free(agg->mem, agg->states);
    sx_mem_free(agg->mem, agg->dense);
    sx_mem_free(agg->mem, agg->dense_made);
    sx_mem_free(agg->mem, agg->slots);
    sx_mem_free(agg->mem, agg->beside);
    sx_mem_free(agg->mem, agg->beside_has);
    sx_map_deinit(&agg->slot_map);
    sx_arena_deinit(&agg->strings);
    sx_mem_free(agg->mem, agg);
}

void sx_aggregate_advance(struct sx_aggregate *agg)
{
    agg->slot_count = 0;
    agg->current = SX_AGG_NO_SLOT;
    sx_map_clear(&agg->slot_map);
    for (uint32_t i = 0; i < agg->options.call_count; i++) {
        struct sx_agg_state *state = &agg->states[i];
        state->open_slot = SX_AGG_NO_SLOT;
        state->in_series = false;
        state->run_count = state->entry_count = 0;
        sx_column_reset(&state->values, state->values.type);
        sx_column_reset(&state->times, STRIA_TIME);
        for (uint32_t j = 0; j < agg->options.beside_count; j++)
            sx_column_reset(&state->beside[j], state->beside[j].type);
        sx_map_clear(&state->entry_map);
    }
}

void sx_aggregate_begin(struct sx_aggregate *agg)
{
    sx_aggregate_advance(agg);
    sx_arena_reset(&agg->strings);
}

void sx_aggregate_end_series(struct sx_aggregate *agg)
{
    for (uint32_t i = 0; i < agg->options.call_count; i++) {
        sx_agg_close(&agg->states[i], &agg->options.calls[i]);
        agg->states[i].in_series = false;
    }
}

bool sx_aggregate_series_has_all(const struct sx_aggregate *agg)
{
    for (uint32_t i = 0; i < agg->options.call_count; i++)
        if (!agg->states[i].in_series)
            return false;
    return true;
}

/* ---- windows -------------------------------------------------------------------------------- */

static uint64_t slot_hash_of(const struct sx_agg_slot *slot)
{
    return sx_hash_u64((uint64_t)slot->begin_ns * 0x9e3779b97f4a7c15u + slot->set);
}

static uint64_t slot_hash(const void *owner, uint32_t value)
{
    return slot_hash_of(&((const struct sx_aggregate *)owner)->slots[value]);
}

static bool slot_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_agg_slot *a = &((const struct sx_aggregate *)owner)->slots[value];
    const struct sx_agg_slot *b = key;
    return a->begin_ns == b->begin_ns && a->set == b->set;
}

static bool add_cells(struct sx_aggregate *agg)
{
    uint32_t beside_count = agg->options.beside_count;
    for (uint32_t i = 0; i < agg->options.call_count; i++) {
        struct sx_agg_state *state = &agg->states[i];
        if (!SX_GROW(agg->mem, state->cells, state->cell_capacity, agg->slot_count + 1))
            return false;
        state->cells[agg->slot_count] = (struct sx_agg_cell){0};
    }
    return !beside_count || (SX_GROW(agg->mem, agg->beside, agg->beside_capacity,
                                     (agg->slot_count + 1) * beside_count) &&
                             SX_GROW(agg->mem, agg->beside_has, agg->beside_has_capacity,
                                     (agg->slot_count + 1) * beside_count));
}

/* Makes the window of a time the current one. False: no memory. */
static bool find_slot(struct sx_aggregate *agg, uint32_t set, int64_t ts_ns)
{
    struct sx_window window = sx_window_at(&agg->options.windows, ts_ns);
    struct sx_agg_slot slot = {.begin_ns = window.begin_ns, .set = set};
    agg->window = window;
    if (agg->current != SX_AGG_NO_SLOT && agg->current + 1 < agg->slot_count &&
        slot_equal(agg, agg->current + 1, &slot)) {
        agg->current++;
        return true;
    }
    uint64_t hash = slot_hash_of(&slot);
    agg->current = sx_map_find(&agg->slot_map, hash, slot_equal, agg, &slot);
    if (agg->current != SX_MAP_NONE)
        return true;
    agg->current = SX_AGG_NO_SLOT;
    if (agg->slot_count >= SX_AGG_NO_SLOT ||
        !SX_GROW(agg->mem, agg->slots, agg->slot_capacity, agg->slot_count + 1) ||
        !sx_map_reserve(&agg->slot_map, agg->slot_count + 1, slot_hash, agg) || !add_cells(agg))
        return false;
    agg->current = (uint32_t)agg->slot_count++;
    agg->slots[agg->current] = slot;
    sx_map_put(&agg->slot_map, hash, agg->current);
    return true;
}

/* Cuts the rows at hand into stretches of one window each. */
static bool find_spans(struct sx_aggregate *agg, uint32_t set)
{
    const int64_t *ts = agg->rows->ts_ns;
    uint32_t n = agg->rows->row_count;
    bool known = agg->current != SX_AGG_NO_SLOT && agg->slots[agg->current].set == set;
    agg->span_count = 0;
    for (uint32_t i = 0; i < n;) {
        if ((!known || ts[i] < agg->window.begin_ns || ts[i] >= agg->window.end_ns) &&
            !find_slot(agg, set, ts[i]))
            return false;
        known = true;
        int64_t begin = agg->window.begin_ns, end = agg->window.end_ns;
        uint32_t first = i++;
        while (i < n && ts[i] >= begin && ts[i] < end)
            i++;
        agg->spans[agg->span_count++] = (struct sx_agg_span){
            .slot = agg->current, .begin = (uint16_t)first, .end = (uint16_t)i};
    }
    return true;
}

/* ---- feeding -------------------------------------------------------------------------------- */

static const struct sx_dense *dense_of(struct sx_aggregate *agg, uint32_t column)
{
    if (!agg->dense_made[column]) {
        sx_dense_make(agg->dense[column], &agg->rows->columns[column], agg->rows->row_count,
                      agg->selected);
        agg->dense_made[column] = true;
    }
    return agg->dense[column];
}

/* Keeps the values beside a selected one. */
static bool keep_beside(struct sx_aggregate *agg, uint32_t slot, uint32_t row)
{
    uint32_t count = agg->options.beside_count;
    for (uint32_t i = 0; i < count; i++) {
        const struct sx_vector *vector = &agg->rows->columns[agg->options.beside[i]];
        size_t at = (size_t)slot * count + i;
        agg->beside_has[at] = vector->type != STRIA_NONE && sx_vector_has(vector, row);
        if (!agg->beside_has[at])
            continue;
        agg->beside[at] = sx_agg_value_at(vector->type, vector->values, row);
        if (vector->type == STRIA_STRING && !sx_string_keep(&agg->strings, &agg->beside[at].string))
            return false;
    }
    return true;
}

static bool feed_stretch(struct sx_aggregate *agg, struct sx_agg_state *state, uint32_t slot,
                         const struct sx_agg_stretch *stretch)
{
    uint32_t row;
    state->in_series = true;
    if (sx_agg_gathers_values(stretch->call->kind) || sx_agg_gathers_entries(stretch->call->kind))
        return sx_agg_gather(agg, state, slot, stretch);
    sx_agg_update(state, slot, stretch, &row);
    if (row == UINT32_MAX)
        return true;
    if (stretch->type == STRIA_STRING &&
        !sx_string_keep(&agg->strings, &state->cells[slot].value.string))
        return false;
    return keep_beside(agg, slot, row);
}

/* The rows of a span that lie in a call's range; false: none. */
static bool clip(const struct sx_aggregate *agg, const struct sx_agg_call *call,
                 const struct sx_agg_span *span, uint32_t *begin, uint32_t *end)
{
    const int64_t *ts = agg->rows->ts_ns;
    uint32_t b = span->begin, e = span->end;
    while (b < e && (ts[b] < call->time_min_ns || ts[b] > call->time_max_ns))
        b++;
    while (e > b && (ts[e - 1] < call->time_min_ns || ts[e - 1] > call->time_max_ns))
        e--;
    *begin = b;
    *end = e;
    return b < e;
}

static bool feed_call(struct sx_aggregate *agg, uint32_t index)
{
    const struct sx_agg_call *call = &agg->options.calls[index];
    const struct sx_dense *dense = dense_of(agg, call->column);
    struct sx_agg_stretch stretch = {.call = call,
                                     .type = agg->options.types[call->column],
                                     .dense = dense,
                                     .row_ts_ns = agg->rows->ts_ns};
    if (dense->count == 0)
        return true;
    for (uint32_t i = 0; i < agg->span_count; i++) {
        uint32_t begin, end;
        if (!clip(agg, call, &agg->spans[i], &begin, &end))
            continue;
        stretch.begin = sx_dense_rank(dense, begin);
        stretch.end = sx_dense_rank(dense, end);
        stretch.is_last = i + 1 == agg->span_count;
        if (stretch.begin < stretch.end &&
            !feed_stretch(agg, &agg->states[index], agg->spans[i].slot, &stretch))
            return false;
    }
    return true;
}

stria_status sx_aggregate_feed(struct sx_aggregate *agg, uint32_t set, const struct sx_rows *rows,
                               const uint64_t *selected, stria_error *err)
{
    agg->rows = rows;
    agg->selected = selected;
    memset(agg->dense_made, 0, agg->options.column_count);
    bool good = find_spans(agg, set);
    for (uint32_t i = 0; i < agg->options.call_count && good; i++)
        good = feed_call(agg, i);
    return good ? STRIA_OK : sx_mem_refused(agg->mem, sizeof(struct sx_agg_cell), err);
}

stria_status sx_aggregate_feed_summaries(struct sx_aggregate *agg, uint32_t set,
                                         const struct sx_rows *rows,
                                         const struct sx_agg_summary *summaries, stria_error *err)
{
    const struct sx_agg_options *o = &agg->options;
    agg->rows = rows;
    if (!find_spans(agg, set))
        return sx_mem_refused(agg->mem, sizeof(struct sx_agg_cell), err);
    for (uint32_t c = 0; c < o->call_count; c++)
        for (uint32_t s = 0; s < agg->span_count; s++)
            for (uint32_t i = agg->spans[s].begin; i < agg->spans[s].end; i++)
                sx_agg_update_summary(&agg->states[c], &o->calls[c], o->types[o->calls[c].column],
                                      agg->spans[s].slot, rows, i, &summaries[c]);
    return STRIA_OK;
}

bool sx_agg_takes_totals(enum sx_agg_kind kind)
{
    switch (kind) {
    case SX_AGG_COUNT:
    case SX_AGG_SUM:
    case SX_AGG_MEAN:
    case SX_AGG_MIN:
    case SX_AGG_MAX:
    case SX_AGG_FIRST:
    case SX_AGG_LAST:
    case SX_AGG_SPREAD:
        return true;
    default:
        return false;
    }
}

stria_status sx_aggregate_feed_totals(struct sx_aggregate *agg, uint32_t set, int64_t ts_ns,
                                      const struct sx_agg_totals *totals, stria_error *err)
{
    bool known = agg->current != SX_AGG_NO_SLOT && agg->slots[agg->current].set == set &&
                 ts_ns >= agg->window.begin_ns && ts_ns < agg->window.end_ns;
    if (!known && !find_slot(agg, set, ts_ns))
        return sx_mem_refused(agg->mem, sizeof(struct sx_agg_cell), err);
    for (uint32_t i = 0; i < agg->options.call_count; i++) {
        const struct sx_agg_call *call = &agg->options.calls[i];
        if (totals[i].count == 0)
            continue;
        agg->states[i].in_series = true;
        sx_agg_update_totals(&agg->states[i], agg->current, call, agg->options.types[call->column],
                             &totals[i]);
    }
    return STRIA_OK;
}

/* ---- points --------------------------------------------------------------------------------- */

bool sx_agg_points_init(struct sx_agg_points *points, struct sx_aggregate *agg, uint32_t call)
{
    const struct sx_agg_call *c = &agg->options.calls[call];
    uint32_t count = agg->options.beside_count;
    *points = (struct sx_agg_points){0};
    sx_column_init(&points->values, agg->mem, sx_agg_type(c->kind, agg->options.types[c->column]));
    if (!count)
        return true;
    points->beside = sx_mem_zalloc(agg->mem, count * sizeof *points->beside);
    if (!points->beside)
        return false;
    points->beside_count = count;
    for (uint32_t i = 0; i < count; i++)
        sx_column_init(&points->beside[i], agg->mem, agg->options.types[agg->options.beside[i]]);
    return true;
}

void sx_agg_points_deinit(struct sx_agg_points *points, struct sx_mem *mem)
{
    sx_mem_free(mem, points->ts_ns);
    sx_mem_free(mem, points->sets);
    sx_column_deinit(&points->values);
    for (uint32_t i = 0; i < points->beside_count; i++)
        sx_column_deinit(&points->beside[i]);
    sx_mem_free(mem, points->beside);
    *points = (struct sx_agg_points){0};
}

bool sx_agg_points_add(struct sx_aggregate *agg, struct sx_agg_points *points, int64_t ts_ns,
                       uint32_t set)
{
    if (!SX_GROW(agg->mem, points->ts_ns, points->ts_capacity, points->count + 1) ||
        !SX_GROW(agg->mem, points->sets, points->set_capacity, points->count + 1) ||
        !sx_column_reserve(&points->values, 1))
        return false;
    for (uint32_t i = 0; i < points->beside_count; i++)
        if (!sx_column_reserve(&points->beside[i], 1))
            return false;
    points->ts_ns[points->count] = ts_ns;
    points->sets[points->count++] = set;
    return true;
}

struct slot_order {
    const struct sx_aggregate *agg;
    const struct sx_agg_cell *selected; /* of a selector: its cells; NULL: none */
};

/* By window; in a window by the time of the value that was selected; then by set. */
static int compare_slots(const void *a, const void *b, void *context)
{
    const struct slot_order *o = context;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    const struct sx_agg_slot *x = &o->agg->slots[i], *y = &o->agg->slots[k];
    int order = (x->begin_ns > y->begin_ns) - (x->begin_ns < y->begin_ns);
    if (order == 0 && o->selected)
        order = (o->selected[i].ts_ns > o->selected[k].ts_ns) -
                (o->selected[i].ts_ns < o->selected[k].ts_ns);
    if (order == 0)
        order = (x->set > y->set) - (x->set < y->set);
    return o->agg->options.descending ? -order : order;
}

static bool is_selector(enum sx_agg_kind kind)
{
    return kind == SX_AGG_MIN || kind == SX_AGG_MAX || kind == SX_AGG_FIRST || kind == SX_AGG_LAST;
}

/* The slots in the order of a call's points; NULL: no memory. */
static uint32_t *order_slots(struct sx_aggregate *agg, uint32_t call)
{
    struct slot_order by = {.agg = agg};
    uint32_t *order = sx_mem_alloc(agg->mem, (agg->slot_count + 1) * sizeof *order);
    bool sorted = true;
    if (is_selector(agg->options.calls[call].kind))
        by.selected = agg->states[call].cells;
    for (uint32_t i = 0; order && i < agg->slot_count; i++) {
        order[i] = i;
        sorted = sorted && (i == 0 || compare_slots(&order[i - 1], &order[i], &by) < 0);
    }
    if (order && !sorted)
        sx_sort(order, agg->slot_count, sizeof *order, compare_slots, &by);
    return order;
}

static bool take_cells(struct sx_aggregate *agg, uint32_t index, const uint32_t *order,
                       struct sx_agg_points *points)
{
    const struct sx_agg_call *call = &agg->options.calls[index];
    const struct sx_agg_state *state = &agg->states[index];
    stria_type type = agg->options.types[call->column];
    uint32_t beside_count = agg->options.beside_count;
    for (size_t i = 0; i < agg->slot_count; i++) {
        const struct sx_agg_cell *cell = &state->cells[order[i]];
        const struct sx_agg_slot *slot = &agg->slots[order[i]];
        if (cell->count == 0)
            continue;
        if (!sx_agg_points_add(agg, points, call->keeps_time ? cell->ts_ns : slot->begin_ns,
                               slot->set))
            return false;
        union sx_agg_value value = sx_agg_cell_result(call, type, cell);
        sx_column_put(&points->values, &value);
        for (uint32_t j = 0; j < beside_count; j++) {
            size_t at = (size_t)order[i] * beside_count + j;
            if (agg->beside_has[at])
                sx_column_put(&points->beside[j], &agg->beside[at]);
            else
                sx_column_put_null(&points->beside[j]);
        }
    }
    return true;
}

stria_status sx_aggregate_take(struct sx_aggregate *agg, uint32_t call,
                               struct sx_agg_points *points, stria_error *err)
{
    enum sx_agg_kind kind = agg->options.calls[call].kind;
    sx_aggregate_end_series(agg);
    uint32_t *order = order_slots(agg, call);
    bool good = order != NULL;
    if (good && (sx_agg_gathers_values(kind) || sx_agg_gathers_entries(kind)))
        good = sx_agg_gather_take(agg, call, order, points);
    else if (good)
        good = take_cells(agg, call, order, points);
    sx_mem_free(agg->mem, order);
    return good ? STRIA_OK : sx_mem_refused(agg->mem, agg->slot_count * sizeof *order, err);
}
