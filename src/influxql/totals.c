/* SPDX-License-Identifier: Apache-2.0 */
/* totals.c -- see totals.h. */
#include "influxql/totals.h"

#define WINDOW_ROWS_MIN 256 /* on average: of fewer, reading the rows is about as fast */

struct sx_iql_totals_column {
    uint32_t var;
    unsigned want; /* SX_TOTAL_* */
};

/* ---- making and unmaking -------------------------------------------------------------------- */

static unsigned want_of(const struct sx_iql_totals *t, const struct sx_agg_call *call)
{
    switch (call->kind) {
    case SX_AGG_SUM:
    case SX_AGG_MEAN:
        return SX_TOTAL_COUNT | SX_TOTAL_SUM;
    case SX_AGG_MIN:
    case SX_AGG_MAX:
        return SX_TOTAL_COUNT | SX_TOTAL_RANGE |
               (call->keeps_time || t->keeps_times ? SX_TOTAL_PLACES : 0);
    case SX_AGG_SPREAD:
        return SX_TOTAL_COUNT | SX_TOTAL_RANGE;
    case SX_AGG_FIRST:
        return SX_TOTAL_COUNT | SX_TOTAL_FIRST;
    case SX_AGG_LAST:
        return SX_TOTAL_COUNT | SX_TOTAL_LAST;
    default:
        return SX_TOTAL_COUNT;
    }
}

static uint32_t column_of(const struct sx_iql_totals *t, uint32_t var)
{
    uint32_t i = 0;
    while (i < t->column_count && t->columns[i].var != var)
        i++;
    return i;
}

stria_status sx_iql_totals_init(struct sx_iql_totals *t, stria_error *err)
{
    for (uint32_t i = 0; i < t->call_count; i++)
        if (!sx_agg_takes_totals(t->calls[i].kind))
            return STRIA_OK;
    t->columns = sx_mem_zalloc(t->mem, ((size_t)t->call_count + 1) * sizeof *t->columns);
    t->totals = sx_mem_zalloc(t->mem, ((size_t)t->call_count + 1) * sizeof *t->totals);
    if (!t->columns || !t->totals)
        return sx_mem_refused(t->mem, t->call_count * sizeof *t->totals, err);
    for (uint32_t i = 0; i < t->call_count; i++) {
        uint32_t k = column_of(t, t->calls[i].column);
        t->columns[k].var = t->calls[i].column;
        t->columns[k].want |= want_of(t, &t->calls[i]);
        t->column_count = SX_MAX(t->column_count, k + 1);
    }
    t->usable = true;
    return STRIA_OK;
}

void sx_iql_totals_deinit(struct sx_iql_totals *t)
{
    sx_mem_free(t->mem, t->columns);
    sx_mem_free(t->mem, t->totals);
    sx_mem_free(t->mem, t->ends);
    sx_mem_free(t->mem, t->parts);
}

/* ---- windows -------------------------------------------------------------------------------- */

/* Whether every call counts all rows of a stretch. */
static bool calls_span(const struct sx_iql_totals *t, const struct sx_stretch *rows)
{
    for (uint32_t i = 0; i < t->call_count; i++)
        if (t->calls[i].time_min_ns > rows->min_ts || t->calls[i].time_max_ns < rows->max_ts)
            return false;
    return true;
}

static bool windows_are_long(const struct sx_iql_totals *t, const struct sx_stretch *rows)
{
    uint64_t span = (uint64_t)rows->max_ts - (uint64_t)rows->min_ts;
    uint64_t windows = t->windows->interval_ns > 0 ? span / (uint64_t)t->windows->interval_ns : 0;
    return rows->row_count / (windows + 1) >= WINDOW_ROWS_MIN;
}

/* The first row at or behind a time, of rows [first, count). */
static uint32_t row_behind(const int64_t *ts, uint32_t first, uint32_t count, int64_t time_ns)
{
    while (first < count) {
        uint32_t middle = first + (count - first) / 2;
        if (ts[middle] < time_ns)
            first = middle + 1;
        else
            count = middle;
    }
    return first;
}

/* Cuts the rows at the ends of windows. ts: NULL when one window has them all. */
static stria_status cut(struct sx_iql_totals *t, const struct sx_stretch *rows, const int64_t *ts,
                        struct sx_column_ranges *ranges, stria_error *err)
{
    *ranges = (struct sx_column_ranges){0};
    for (uint32_t end = 0; end < rows->row_count;) {
        struct sx_window window = sx_window_at(t->windows, ts ? ts[end] : rows->min_ts);
        if (!SX_GROW(t->mem, t->ends, t->end_capacity, ranges->count + 1))
            return sx_mem_refused(t->mem, sizeof *t->ends, err);
        end = ts ? row_behind(ts, end + 1, rows->row_count, window.end_ns) : rows->row_count;
        t->ends[ranges->count++] = end;
    }
    ranges->ends = t->ends;
    return STRIA_OK;
}

/* ---- feeding -------------------------------------------------------------------------------- */

/* Whether no other rows of the series lie in the windows of a stretch: a sum of doubles is told for
 * a whole window of a series only. */
static bool windows_are_whole(const struct sx_iql_totals *t, struct sx_reader *reader,
                              const struct sx_stretch *rows)
{
    int64_t begin_ns = sx_window_at(t->windows, rows->min_ts).begin_ns;
    int64_t end_ns = sx_window_at(t->windows, rows->max_ts).end_ns;
    return sx_reader_stretch_is_alone(reader, begin_ns, end_ns == INT64_MAX ? end_ns : end_ns - 1);
}

/* Finds what the windows come to in each column. */
static stria_status find_parts(struct sx_iql_totals *t, struct sx_iql_reader *reader,
                               const struct sx_stretch *rows, const struct sx_column_ranges *ranges,
                               bool *known, stria_error *err)
{
    stria_status st = STRIA_OK;
    *known = true;
    if (!SX_GROW(t->mem, t->parts, t->part_capacity, t->column_count * ranges->count))
        return sx_mem_refused(t->mem, sizeof *t->parts, err);
    for (uint32_t i = 0; i < t->column_count && *known && !st; i++) {
        const struct sx_iql_totals_column *column = &t->columns[i];
        if (column->want & SX_TOTAL_SUM && t->types[column->var] == STRIA_FLOAT)
            *known = windows_are_whole(t, sx_iql_reader_stored(reader), rows);
        if (*known)
            st = sx_iql_reader_totals(reader, column->var, ranges, column->want, known,
                                      t->parts + i * ranges->count, err);
    }
    return st;
}

static struct sx_agg_totals totals_of(const struct sx_stretch_totals *part,
                                      const struct sx_stretch *rows, const int64_t *ts,
                                      const struct sx_column_ranges *ranges, size_t range)
{
    uint32_t first = range ? ranges->ends[range - 1] : 0, last = ranges->ends[range] - 1;
    int64_t first_ts = ts ? ts[first] : rows->min_ts, last_ts = ts ? ts[last] : rows->max_ts;
    /* rows of the least and the greatest are told only where their times count */
    bool placed = ts && part->count > 0 && ranges->count == 1;
    return (struct sx_agg_totals){.count = part->count,
                                  .sum = part->sum,
                                  .min = part->min,
                                  .max = part->max,
                                  .first = part->first,
                                  .last = part->last,
                                  .min_ts = placed ? ts[part->min_row] : first_ts,
                                  .max_ts = placed ? ts[part->max_row] : first_ts,
                                  .first_ts = first_ts,
                                  .last_ts = last_ts};
}

static stria_status feed_parts(struct sx_iql_totals *t, const struct sx_stretch *rows,
                               const int64_t *ts, const struct sx_column_ranges *ranges,
                               uint32_t set, stria_error *err)
{
    stria_status st = STRIA_OK;
    for (size_t k = 0; k < ranges->count && !st; k++) {
        uint32_t first = k ? ranges->ends[k - 1] : 0;
        for (uint32_t i = 0; i < t->call_count; i++) {
            size_t column = column_of(t, t->calls[i].column);
            t->totals[i] = totals_of(&t->parts[column * ranges->count + k], rows, ts, ranges, k);
        }
        st = sx_aggregate_feed_totals(t->agg, set, ts ? ts[first] : rows->min_ts, t->totals, err);
    }
    return st;
}

stria_status sx_iql_totals_feed(struct sx_iql_totals *t, const struct sx_iql_input_stretch *stretch,
                                uint32_t set, bool *fed, stria_error *err)
{
    const struct sx_stretch *rows = stretch->rows;
    struct sx_reader *reader = sx_iql_reader_stored(stretch->reader);
    struct sx_column_ranges ranges;
    const int64_t *ts = NULL;
    bool known, places = false;
    *fed = false;
    if (!t->usable || !calls_span(t, rows))
        return STRIA_OK;
    bool one_window = rows->max_ts < sx_window_at(t->windows, rows->min_ts).end_ns;
    if (!one_window && !windows_are_long(t, rows))
        return STRIA_OK;
    for (uint32_t i = 0; i < t->column_count; i++)
        places = places || t->columns[i].want & SX_TOTAL_PLACES;
    if (!one_window && places)
        return STRIA_OK;
    stria_status st = STRIA_OK;
    if (!one_window)
        st = sx_reader_stretch_times(reader, &ts, err);
    if (st || (!one_window && !ts))
        return st;
    st = cut(t, rows, ts, &ranges, err);
    if (!st)
        st = find_parts(t, stretch->reader, rows, &ranges, &known, err);
    if (st || !known)
        return st;
    if (places) { /* only now: mostly they are not told */
        st = sx_reader_stretch_times(reader, &ts, err);
        if (st || !ts)
            return st;
    }
    if (stretch->begins_series)
        sx_aggregate_end_series(t->agg);
    *fed = true;
    return feed_parts(t, rows, ts, &ranges, set, err);
}
