/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate.h -- aggregates and selectors of several columns at once, by window, over many series.
 *
 * Why         A query like SELECT mean(a), max(b) GROUP BY time(1m) reads each series once,
 *             whatever it asks for; and reads one series after the other, so that the rows of many
 *             never have to be merged by time.
 * Algorithm   Rows are cut into stretches of one window. A kernel goes over the values of a stretch
 *             and leaves its result in the window's cell; windows are found by hash, or are the one
 *             that follows the one before. What needs all values of a window (median, percentile)
 *             or each different one (distinct, mode) gathers them.
 * Invariants  The result depends on the values, the order of the series and the times, never on how
 *             rows were cut into batches. Equal times: first() and last() take the greater value,
 *             as the peer does; min() and max() the earlier time.
 * Limits      Memory: 32 bytes a window and call, plus what is gathered, of the budget it was
 *             given.
 * Threads     One owner. */
#ifndef SX_QUERY_AGGREGATE_H
#define SX_QUERY_AGGREGATE_H

#include "base/mem.h"
#include "model/vector.h"
#include "query/column.h"
#include "query/window.h"

enum sx_agg_kind {
    SX_AGG_COUNT = 0,
    SX_AGG_SUM,
    SX_AGG_MEAN,
    SX_AGG_MIN,
    SX_AGG_MAX,
    SX_AGG_FIRST,
    SX_AGG_LAST,
    SX_AGG_SPREAD,
    SX_AGG_STDDEV,
    SX_AGG_MEDIAN,
    SX_AGG_MODE,
    SX_AGG_PERCENTILE,
    SX_AGG_DISTINCT,
    SX_AGG_COUNT_DISTINCT,
};

struct sx_agg_call {
    enum sx_agg_kind kind;
    uint32_t column;                  /* of the rows: its values */
    double percentile;                /* 0 to 100 */
    int64_t time_min_ns, time_max_ns; /* rows outside do not count for it; both inclusive */
    bool keeps_time;   /* a selector: its point has the value's own time, not its window's begin */
    bool keeps_beside; /* a selector that columns stand beside */
};

/* Which columns of rows that are rollups have the aggregates of a column, by 5 minutes or so;
 * SX_AGG_NO_COLUMN: none, it is not needed. */
enum sx_agg_summary_column {
    SX_AGG_SUMMARY_COUNT = 0,
    SX_AGG_SUMMARY_SUM,
    SX_AGG_SUMMARY_LEAST,
    SX_AGG_SUMMARY_GREATEST,
    SX_AGG_SUMMARY_FIRST,
    SX_AGG_SUMMARY_LAST,
    SX_AGG_SUMMARY_FIRST_NS, /* from the row's time to that of the first value */
    SX_AGG_SUMMARY_LAST_NS,
    SX_AGG_SUMMARY_COLUMNS,
};
#define SX_AGG_NO_COLUMN UINT32_MAX

struct sx_agg_summary {
    uint32_t columns[SX_AGG_SUMMARY_COLUMNS];
};

struct sx_agg_options {
    struct sx_mem *mem;
    struct sx_windows windows;
    const struct sx_agg_call *calls; /* borrowed */
    uint32_t call_count;
    const stria_type *types; /* of the rows' columns; borrowed */
    uint32_t column_count;
    /* Columns whose values stand beside the one that is selected; borrowed. With any there is one
     * call, a selector. */
    const uint32_t *beside;
    uint32_t beside_count;
    bool descending; /* the order of the results, and of the rows */
};

/* Whether a kind takes values of a type, and the type of its result. */
bool sx_agg_takes(enum sx_agg_kind kind, stria_type type);
stria_type sx_agg_type(enum sx_agg_kind kind, stria_type type);

struct sx_aggregate;

/* Returns OK, NOMEM. */
stria_status sx_aggregate_create(const struct sx_agg_options *options, struct sx_aggregate **agg,
                                 stria_error *err);
void sx_aggregate_destroy(struct sx_aggregate *agg); /* NULL is allowed */

/* Forgets everything that was fed. */
void sx_aggregate_begin(struct sx_aggregate *agg);
/* The same, but strings in points that were taken stay. */
void sx_aggregate_advance(struct sx_aggregate *agg);

/* Rows of one series, which follow those of the call before unless end_series was called. Times do
 * not turn round inside a call.
 * set       which of several sets of results the rows belong to (the tags of a sub-query's series).
 * selected  the rows that count; NULL: all.
 * Returns   OK, NOMEM. */
stria_status sx_aggregate_feed(struct sx_aggregate *agg, uint32_t set, const struct sx_rows *rows,
                               const uint64_t *selected, stria_error *err);

/* The same of rollups: each row tells what the values of a stretch of time came to that lies in one
 * window and in the range of each call. All calls are counts, sums, means, minima, maxima, first or
 * last values of numbers; sums and means of floats get a whole window in one row.
 * summaries  of each call. */
stria_status sx_aggregate_feed_summaries(struct sx_aggregate *agg, uint32_t set,
                                         const struct sx_rows *rows,
                                         const struct sx_agg_summary *summaries, stria_error *err);

/* ---- values that need not be looked at ---- */

/* What the values of a call's column come to in one window. */
struct sx_agg_totals {
    uint64_t count; /* 0: there is no value */
    /* bits of values of the column's type; those that the call's kind needs are set */
    uint64_t sum, min, max, first, last;
    int64_t min_ts, max_ts, first_ts, last_ts; /* the earliest of equal values */
};

/* Whether a call can be fed with totals. */
bool sx_agg_takes_totals(enum sx_agg_kind kind);

/* Feeds all calls what rows of one series come to that lie in the window of ts_ns, instead of the
 * rows. A sum of doubles must be exact in any order of adding, and no other rows of the series may
 * be in the window. A min_ts or max_ts may be any time of the window if the call does not keep it,
 * the value is no zero of a double, and there is but one set.
 * totals    one for each call.
 * Returns   OK, NOMEM. */
stria_status sx_aggregate_feed_totals(struct sx_aggregate *agg, uint32_t set, int64_t ts_ns,
                                      const struct sx_agg_totals *totals, stria_error *err);

/* Whether every call got a value of the series at hand: then rows that come later cannot change a
 * first(), nor those that come before, read backwards, a last(). */
bool sx_aggregate_series_has_all(const struct sx_aggregate *agg);

/* Another series follows. */
void sx_aggregate_end_series(struct sx_aggregate *agg);

/* What a call came to: points in the order of windows, then sets. */
struct sx_agg_points {
    size_t count;
    int64_t *ts_ns;
    uint32_t *sets;
    struct sx_column values;
    struct sx_column *beside;
    uint32_t beside_count;
    size_t ts_capacity, set_capacity;
};

/* Makes an empty list for the points of a call. False: no memory (it is to be deinitialised then,
 * too). */
SX_MUST_CHECK bool sx_agg_points_init(struct sx_agg_points *points, struct sx_aggregate *agg,
                                      uint32_t call);
void sx_agg_points_deinit(struct sx_agg_points *points, struct sx_mem *mem);

/* Appends the points of a call, once all series were fed; a window without a value gives none.
 * Strings in them live until begin. Returns OK, NOMEM. */
stria_status sx_aggregate_take(struct sx_aggregate *agg, uint32_t call,
                               struct sx_agg_points *points, stria_error *err);

#endif
