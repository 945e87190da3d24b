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

/* Whether a least or greatest value takes the place of the cell's. */
static bool is_more_extreme(const struct sx_agg_cell *cell, enum sx_agg_kind kind, stria_type type,
                            const union sx_agg_value *value, int64_t ts_ns)
{
    int order = cell->count ? sx_agg_compare(type, value, &cell->value) : 0;
    bool better = kind == SX_AGG_MAX ? order > 0 : order < 0;
    return cell->count == 0 || better || (order == 0 && ts_ns < cell->ts_ns);
}

static void update_extreme(struct sx_agg_cell *cell, const struct sx_agg_stretch *s,
                           uint32_t *selected_row)
{
    uint32_t i = extreme(s, s->call->kind == SX_AGG_MAX);
    union sx_agg_value value = sx_agg_value_at(s->type, s->dense->values, i);
    if (is_more_extreme(cell, s->call->kind, s->type, &value, sx_agg_stretch_ts(s, i)))
        take(cell, s, i, selected_row);
}

static void widen_spread(struct sx_agg_cell *cell, stria_type type, union sx_agg_value least,
                         union sx_agg_value greatest)
{
    union sx_agg_value low = {.u64 = cell->value.u64_pair[0]};
    union sx_agg_value high = {.u64 = cell->value.u64_pair[1]};
    if (cell->count == 0 || sx_agg_compare(type, &least, &low) < 0)
        cell->value.u64_pair[0] = least.u64;
    if (cell->count == 0 || sx_agg_compare(type, &greatest, &high) > 0)
        cell->value.u64_pair[1] = greatest.u64;
}

static void update_spread(struct sx_agg_cell *cell, const struct sx_agg_stretch *s)
{
    widen_spread(cell, s->type, sx_agg_value_at(s->type, s->dense->values, extreme(s, false)),
                 sx_agg_value_at(s->type, s->dense->values, extreme(s, true)));
}

/* ---- the first and the last ----------------------------------------------------------------- */

/* Whether, of two values of one time, the peer takes `a`. */
static bool wins_tie(enum sx_agg_kind kind, stria_type type, const union sx_agg_value *a,
                     const union sx_agg_value *b)
{
    int order = sx_agg_compare(type, a, b);
    return type == STRIA_BOOL && kind == SX_AGG_FIRST ? order < 0 : order > 0;
}

/* Whether a first or last value takes the place of the cell's. */
static bool is_further(const struct sx_agg_cell *cell, enum sx_agg_kind kind, stria_type type,
                       const union sx_agg_value *value, int64_t ts_ns)
{
    bool better = kind == SX_AGG_LAST ? ts_ns > cell->ts_ns : ts_ns < cell->ts_ns;
    return cell->count == 0 || better ||
           (ts_ns == cell->ts_ns && wins_tie(kind, type, value, &cell->value));
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
        if (wins_tie(s->call->kind, s->type, &other, &value)) {
            value = other;
            best = i;
        }
    }
    if (is_further(cell, s->call->kind, s->type, &value, ts))
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
    bool is_extreme = call->kind == SX_AGG_MIN || call->kind == SX_AGG_MAX;
    bool better = is_extreme ? is_more_extreme(cell, call->kind, type, value, ts)
                             : is_further(cell, call->kind, type, value, ts);
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

/* ---- totals --------------------------------------------------------------------------------- */

static void take_totals(struct sx_agg_cell *cell, uint64_t bits, int64_t ts_ns)
{
    cell->value = (union sx_agg_value){.u64 = bits};
    cell->ts_ns = ts_ns;
}

void sx_agg_update_totals(struct sx_agg_state *state, uint32_t slot, const struct sx_agg_call *call,
                          stria_type type, const struct sx_agg_totals *t)
{
    struct sx_agg_cell *cell = &state->cells[slot];
    union sx_agg_value least = {.u64 = t->min}, greatest = {.u64 = t->max};
    union sx_agg_value first = {.u64 = t->first}, last = {.u64 = t->last};
    sx_agg_close(state, call); /* the sum of a window before */
    switch (call->kind) {
    case SX_AGG_SUM:
    case SX_AGG_MEAN:
        if (type == STRIA_FLOAT) {
            add_to_cell(cell, sx_f64_of_bits(t->sum), t->count);
            return;
        }
        cell->value.u64 += t->sum;
        break;
    case SX_AGG_MIN:
        if (is_more_extreme(cell, call->kind, type, &least, t->min_ts))
            take_totals(cell, t->min, t->min_ts);
        break;
    case SX_AGG_MAX:
        if (is_more_extreme(cell, call->kind, type, &greatest, t->max_ts))
            take_totals(cell, t->max, t->max_ts);
        break;
    case SX_AGG_FIRST:
        if (is_further(cell, call->kind, type, &first, t->first_ts))
            take_totals(cell, t->first, t->first_ts);
        break;
    case SX_AGG_LAST:
        if (is_further(cell, call->kind, type, &last, t->last_ts))
            take_totals(cell, t->last, t->last_ts);
        break;
    case SX_AGG_SPREAD:
        widen_spread(cell, type, least, greatest);
        break;
    default: /* a count; other kinds take no totals */
        break;
    }
    cell->count += t->count;
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
