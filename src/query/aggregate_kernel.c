/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate_kernel.c -- values of a stretch into the cell of its window; see aggregate_priv.h. */
#include "query/aggregate_priv.h"

#include <math.h>

/* ---- values --------------------------------------------------------------------------------- */

union sx_agg_value sx_agg_value_at(stria_type type, const void *values, size_t i)
{
    union sx_agg_value value = {0};
    memcpy(&value, (const uint8_t *)values + i * sx_type_size(type), sx_type_size(type));
    return value;
}

int sx_agg_compare(stria_type type, const union sx_agg_value *a, const union sx_agg_value *b)
{
    switch (type) {
    case STRIA_FLOAT:
        return (a->f64 > b->f64) - (a->f64 < b->f64);
    case STRIA_INT:
        return (a->i64 > b->i64) - (a->i64 < b->i64);
    case STRIA_UINT:
        return (a->u64 > b->u64) - (a->u64 < b->u64);
    case STRIA_BOOL:
        return (int)a->boolean - (int)b->boolean;
    default:
        return sx_bytes_compare(sx_bytes_make(a->string.ptr, a->string.len),
                                sx_bytes_make(b->string.ptr, b->string.len));
    }
}

/* ---- the least and the greatest ------------------------------------------------------------- */

/* The index of the first value, from `begin` in steps of `step`, that none of the others is
 * `op`. */
#define DEFINE_EXTREME(name, value_type, op)                                                       \
    static uint32_t name(const value_type *v, uint32_t begin, uint32_t count, int step)            \
    {                                                                                              \
        uint32_t best = begin, i = begin;                                                          \
        value_type found = v[begin];                                                               \
        for (uint32_t n = 1; n < count; n++) {                                                     \
            i += (uint32_t)step;                                                                   \
            if (v[i] op found) {                                                                   \
                found = v[i];                                                                      \
                best = i;                                                                          \
            }                                                                                      \
        }                                                                                          \
        return best;                                                                               \
    }

DEFINE_EXTREME(least_f64, double, <)
DEFINE_EXTREME(least_i64, int64_t, <)
DEFINE_EXTREME(least_u64, uint64_t, <)
DEFINE_EXTREME(least_u8, uint8_t, <)
DEFINE_EXTREME(greatest_f64, double, >)
DEFINE_EXTREME(greatest_i64, int64_t, >)
DEFINE_EXTREME(greatest_u64, uint64_t, >)
DEFINE_EXTREME(greatest_u8, uint8_t, >)

static bool is_backwards(const struct sx_agg_stretch *s)
{
    return sx_agg_stretch_ts(s, s->begin) > sx_agg_stretch_ts(s, s->end - 1);
}

/* The earliest of the least (or greatest) values of a stretch. */
static uint32_t extreme(const struct sx_agg_stretch *s, bool greatest)
{
    bool backwards = is_backwards(s);
    uint32_t count = s->end - s->begin, begin = backwards ? s->end - 1 : s->begin;
    int step = backwards ? -1 : 1;
    const void *v = s->dense->values;
    switch (s->type) {
    case STRIA_FLOAT:
        return greatest ? greatest_f64(v, begin, count, step) : least_f64(v, begin, count, step);
    case STRIA_INT:
        return greatest ? greatest_i64(v, begin, count, step) : least_i64(v, begin, count, step);
    case STRIA_UINT:
        return greatest ? greatest_u64(v, begin, count, step) : least_u64(v, begin, count, step);
    default:
        return greatest ? greatest_u8(v, begin, count, step) : least_u8(v, begin, count, step);
    }
}

static void take(struct sx_agg_cell *cell, const struct sx_agg_stretch *s, uint32_t i,
                 uint32_t *selected_row)
{
    cell->value = sx_agg_value_at(s->type, s->dense->values, i);
    cell->ts_ns = sx_agg_stretch_ts(s, i);
    *selected_row = sx_dense_row(s->dense, i);
}

static void update_extreme(struct sx_agg_cell *cell, const struct sx_agg_stretch *s,
                           uint32_t *selected_row)
{
    bool greatest = s->call->kind == SX_AGG_MAX;
    uint32_t i = extreme(s, greatest);
    union sx_agg_value value = sx_agg_value_at(s->type, s->dense->values, i);
    int order = cell->count ? sx_agg_compare(s->type, &value, &cell->value) : 0;
    bool better = greatest ? order > 0 : order < 0;
    if (cell->count == 0 || better || (order == 0 && sx_agg_stretch_ts(s, i) < cell->ts_ns))
        take(cell, s, i, selected_row);
}

static void update_spread(struct sx_agg_cell *cell, const struct sx_agg_stretch *s)
{
    union sx_agg_value least = sx_agg_value_at(s->type, s->dense->values, extreme(s, false));
    union sx_agg_value greatest = sx_agg_value_at(s->type, s->dense->values, extreme(s, true));
    union sx_agg_value low = {.u64 = cell->value.u64_pair[0]};
    union sx_agg_value high = {.u64 = cell->value.u64_pair[1]};
    if (cell->count == 0 || sx_agg_compare(s->type, &least, &low) < 0)
        cell->value.u64_pair[0] = least.u64;
    if (cell->count == 0 || sx_agg_compare(s->type, &greatest, &high) > 0)
        cell->value.u64_pair[1] = greatest.u64;
}

/* ---- the first and the last ----------------------------------------------------------------- */

/* Whether, of two values of one time, the peer takes `a`. */
static bool is_taken(stria_type type, enum sx_agg_kind kind, const union sx_agg_value *a,
                     const union sx_agg_value *b)
{
    int order = sx_agg_compare(type, a, b);
    return type == STRIA_BOOL && kind == SX_AGG_FIRST ? order < 0 : order > 0;
}

static bool wins_tie(const struct sx_agg_stretch *s, const union sx_agg_value *a,
                     const union sx_agg_value *b)
{
    return is_taken(s->type, s->call->kind, a, b);
}

static void update_end(struct sx_agg_cell *cell, const struct sx_agg_stretch *s,
                       uint32_t *selected_row)
{
    bool last = s->call->kind == SX_AGG_LAST;
    bool from_end = is_backwards(s) != last;
    uint32_t i = from_end ? s->end - 1 : s->begin, best = i;
    int64_t ts = sx_agg_stretch_ts(s, i);
    union sx_agg_value value = sx_agg_value_at(s->type, s->dense->values, i);
    for (uint32_t n = 1; n < s->end - s->begin; n++) {
        i = from_end ? i - 1 : i + 1;
        if (sx_agg_stretch_ts(s, i) != ts)
            break;
        union sx_agg_value other = sx_agg_value_at(s->type, s->dense->values, i);
        if (wins_tie(s, &other, &value)) {
            value = other;
            best = i;
        }
    }
    bool better = last ? ts > cell->ts_ns : ts < cell->ts_ns;
    if (cell->count == 0 || better || (ts == cell->ts_ns && wins_tie(s, &value, &cell->value)))
        take(cell, s, best, selected_row);
}

/* ---- sums ----------------------------------------------------------------------------------- */

static void add_integers(struct sx_agg_cell *cell, const struct sx_agg_stretch *s)
{
    const uint64_t *v = (const uint64_t *)s->dense->values + s->begin;
    uint64_t sum = cell->value.u64;
    for (uint32_t i = 0; i < s->end - s->begin; i++)
        sum += v[i]; /* wraps around, as with the peer; the same for both kinds of integers */
    cell->value.u64 = sum;
}

static void add_to_cell(struct sx_agg_cell *cell, double sum, uint64_t count)
{
    cell->value.f64 = cell->count ? cell->value.f64 + sum : sum;
    cell->count += count;
}

static void add_floats(struct sx_agg_state *state, uint32_t slot, const struct sx_agg_stretch *s)
{
    const double *v = (const double *)s->dense->values + s->begin;
    size_t count = s->end - s->begin;
    if (state->open_slot != slot) {
        sx_agg_close(state, s->call);
        if (!s->is_last) {
            add_to_cell(&state->cells[slot], sx_float_sum_of(v, count), count);
            return;
        }
        state->open_slot = slot;
        sx_float_sum_begin(&state->sum);
    }
    sx_float_sum_add(&state->sum, v, count);
}

/* ---- deviation ------------------------------------------------------------------------------ */

static double as_float(stria_type type, const void *values, size_t i)
{
    switch (type) {
    case STRIA_INT:
        return (double)((const int64_t *)values)[i];
    case STRIA_UINT:
        return (double)((const uint64_t *)values)[i];
    default:
        return ((const double *)values)[i];
    }
}

/* Welford's method: the mean and the sum of squared differences from it, value by value. */
static void add_deviation(struct sx_agg_state *state, uint32_t slot, const struct sx_agg_stretch *s)
{
    if (state->open_slot != slot) {
        sx_agg_close(state, s->call);
        state->open_slot = slot;
        state->deviation = (struct sx_agg_cell){0};
    }
    struct sx_agg_cell d = state->deviation;
    for (uint32_t i = s->begin; i < s->end; i++) {
        double value = as_float(s->type, s->dense->values, i);
        double from_mean = value - d.value.f64_pair[0];
        d.count++;
        d.value.f64_pair[0] += from_mean / (double)d.count;
        d.value.f64_pair[1] += from_mean * (value - d.value.f64_pair[0]);
    }
    state->deviation = d;
}

/* Chan's method for two sets of values. */
static void join_deviations(struct sx_agg_cell *to, const struct sx_agg_cell *from)
{
    if (to->count == 0) {
        *to = *from;
        return;
    }
    double a = (double)to->count, b = (double)from->count, n = a + b;
    double difference = from->value.f64_pair[0] - to->value.f64_pair[0];
    to->value.f64_pair[0] += difference * (b / n);
    to->value.f64_pair[1] += from->value.f64_pair[1] + difference * difference * (a * b / n);
    to->count += from->count;
}

/* ---- all ------------------------------------------------------------------------------------ */

void sx_agg_close(struct sx_agg_state *state, const struct sx_agg_call *call)
{
    if (state->open_slot == SX_AGG_NO_SLOT)
        return;
    struct sx_agg_cell *cell = &state->cells[state->open_slot];
    if (call->kind == SX_AGG_STDDEV)
        join_deviations(cell, &state->deviation);
    else
        add_to_cell(cell, sx_float_sum_end(&state->sum), state->sum.count);
    state->open_slot = SX_AGG_NO_SLOT;
}

void sx_agg_update(struct sx_agg_state *state, uint32_t slot, const struct sx_agg_stretch *stretch,
                   uint32_t *selected_row)
{
    struct sx_agg_cell *cell = &state->cells[slot];
    *selected_row = UINT32_MAX;
    switch (stretch->call->kind) {
    case SX_AGG_COUNT:
        break;
    case SX_AGG_SUM:
    case SX_AGG_MEAN:
        if (stretch->type == STRIA_FLOAT) {
            add_floats(state, slot, stretch);
            return;
        }
        add_integers(cell, stretch);
        break;
    case SX_AGG_MIN:
    case SX_AGG_MAX:
        update_extreme(cell, stretch, selected_row);
        break;
    case SX_AGG_FIRST:
    case SX_AGG_LAST:
        update_end(cell, stretch, selected_row);
        break;
    case SX_AGG_SPREAD:
        update_spread(cell, stretch);
        break;
    case SX_AGG_STDDEV:
        add_deviation(state, slot, stretch);
        return;
    default: /* the kinds that gather */
        return;
    }
    cell->count += stretch->end - stretch->begin;
}

/* ---- rollups -------------------------------------------------------------------------------- */

/* The bits of a number of a row. */
static union sx_agg_value summary_value(const struct sx_rows *rows, uint32_t column, uint32_t i)
{
    return sx_agg_value_at(STRIA_UINT, rows->columns[column].values, i);
}

/* Another value that may take the cell, seen at a time. */
static void offer(struct sx_agg_cell *cell, const struct sx_agg_call *call, stria_type type,
                  const union sx_agg_value *value, int64_t ts)
{
    bool better = cell->count == 0;
    int order = better ? 0 : sx_agg_compare(type, value, &cell->value);
    switch (call->kind) {
    case SX_AGG_MIN:
        better = better || order < 0 || (order == 0 && ts < cell->ts_ns);
        break;
    case SX_AGG_MAX:
        better = better || order > 0 || (order == 0 && ts < cell->ts_ns);
        break;
    default:
        better = better || (call->kind == SX_AGG_FIRST ? ts < cell->ts_ns : ts > cell->ts_ns) ||
                 (ts == cell->ts_ns && is_taken(type, call->kind, value, &cell->value));
        break;
    }
    cell->count++;
    if (!better)
        return;
    cell->value = *value;
    cell->ts_ns = ts;
}

static void add_sum(struct sx_agg_cell *cell, stria_type type, const union sx_agg_value *sum,
                    uint64_t count)
{
    if (type == STRIA_FLOAT) {
        add_to_cell(cell, sum->f64, count);
        return;
    }
    cell->value.u64 += sum->u64;
    cell->count += count;
}

/* What of a summary decides about a call. */
static enum sx_agg_summary_column summary_column(enum sx_agg_kind kind)
{
    switch (kind) {
    case SX_AGG_COUNT:
        return SX_AGG_SUMMARY_COUNT;
    case SX_AGG_MIN:
        return SX_AGG_SUMMARY_LEAST;
    case SX_AGG_MAX:
        return SX_AGG_SUMMARY_GREATEST;
    case SX_AGG_FIRST:
        return SX_AGG_SUMMARY_FIRST;
    case SX_AGG_LAST:
        return SX_AGG_SUMMARY_LAST;
    default:
        return SX_AGG_SUMMARY_SUM;
    }
}

void sx_agg_update_summary(struct sx_agg_state *state, const struct sx_agg_call *call,
                           stria_type type, uint32_t slot, const struct sx_rows *rows, uint32_t i,
                           const struct sx_agg_summary *summary)
{
    struct sx_agg_cell *cell = &state->cells[slot];
    uint32_t column = summary->columns[summary_column(call->kind)];
    int64_t ts = rows->ts_ns[i];
    if (!sx_vector_has(&rows->columns[column], i))
        return;
    union sx_agg_value value = summary_value(rows, column, i);
    state->in_series = true;
    switch (call->kind) {
    case SX_AGG_COUNT:
        cell->count += value.u64;
        return;
    case SX_AGG_SUM:
    case SX_AGG_MEAN:
        sx_agg_close(state, call);
        add_sum(cell, type, &value,
                summary_value(rows, summary->columns[SX_AGG_SUMMARY_COUNT], i).u64);
        return;
    case SX_AGG_FIRST:
        ts += summary_value(rows, summary->columns[SX_AGG_SUMMARY_FIRST_NS], i).i64;
        break;
    case SX_AGG_LAST:
        ts += summary_value(rows, summary->columns[SX_AGG_SUMMARY_LAST_NS], i).i64;
        break;
    default:
        break;
    }
    offer(cell, call, type, &value, ts);
}

/* ---- results -------------------------------------------------------------------------------- */

static union sx_agg_value spread_of(stria_type type, const struct sx_agg_cell *cell)
{
    union sx_agg_value out = {0};
    if (type == STRIA_FLOAT)
        out.f64 = cell->value.f64_pair[1] - cell->value.f64_pair[0];
    else
        out.u64 = cell->value.u64_pair[1] - cell->value.u64_pair[0];
    return out;
}

union sx_agg_value sx_agg_cell_result(const struct sx_agg_call *call, stria_type type,
                                      const struct sx_agg_cell *cell)
{
    union sx_agg_value out = cell->value;
    switch (call->kind) {
    case SX_AGG_COUNT:
        out.i64 = (int64_t)cell->count;
        break;
    case SX_AGG_MEAN:
        out.f64 = (type == STRIA_FLOAT  ? cell->value.f64
                   : type == STRIA_UINT ? (double)cell->value.u64
                                        : (double)cell->value.i64) /
                  (double)cell->count;
        break;
    case SX_AGG_SPREAD:
        return spread_of(type, cell);
    case SX_AGG_STDDEV:
        out.f64 = cell->count < 2 ? (double)NAN
                                  : sqrt(cell->value.f64_pair[1] / (double)(cell->count - 1));
        break;
    default:
        break;
    }
    return out;
}
