/* SPDX-License-Identifier: Apache-2.0 */
/* rows.h -- the rows of one write: made from a seed, put into a batch, put into the oracle.
 *
 * Invariants  The same write gives the same rows, always. Every write carries one row of the series
 *             of marks, at a time of its own: from whether that is there, a test knows whether the
 *             whole write must be there.
 * Threads     One owner. */
#ifndef SX_TESTS_ROWS_H
#define SX_TESTS_ROWS_H

#include "oracle.h"
#include "universe.h"

#include "model/batch.h"

enum write_kind {
    WRITE_ONE = 0,
    WRITE_MANY_SERIES,
    WRITE_RUN,           /* many rows of a few series, in order */
    WRITE_LATE,          /* the same, backwards */
    WRITE_DUPLICATES,    /* equal times within the batch */
    WRITE_OVER,          /* times that other writes use too */
    WRITE_SUBSET,        /* rows with some of the columns */
    WRITE_ALL_TYPES,     /* a value of every type in each row */
    WRITE_TEXTS,         /* strings, long ones too */
    WRITE_WIDE,          /* 80 columns, few of them present */
    WRITE_CLASH,         /* a field with a type that is not its usual one */
    WRITE_OLD,           /* around the end of the policy's time */
    WRITE_EXTREME_TIMES, /* the first and last that are allowed */
    WRITE_BACKFILL,      /* some years back, a window each */
    WRITE_IMPORT,        /* years of some series, one after the other, as lines of text */
    WRITE_KIND_COUNT
};

struct write {
    enum write_kind kind;
    uint64_t seed;
    uint32_t id;         /* of the write, ascending; at most 999,999 */
    int64_t now_ns;      /* the clock when it is made */
    int64_t duration_ns; /* of its policy; 0: for ever */
};

/* When the mark of a write stands. */
static inline int64_t write_mark_ns(const struct write *w)
{
    return w->now_ns + w->id;
}

#define ROWS_RUNS_MAX 6

struct test_run {
    uint32_t measurement;
    uint16_t columns[UNIVERSE_WIDE_COLUMNS]; /* sorted by (name, type) */
    uint32_t column_count;
    bool has_presence;
};

struct test_row {
    uint32_t run, series;
    int64_t ts_ns;
    uint64_t present[2]; /* by place in the run's columns */
    size_t first_value;  /* in values: one for each column */
};

struct test_rows {
    struct test_run runs[ROWS_RUNS_MAX];
    uint32_t run_count;
    struct test_row *rows;
    size_t row_count, row_capacity;
    uint64_t *values;
    size_t value_count, value_capacity;
};

void rows_make(struct test_rows *rows, const struct write *w); /* `rows` is zero */
void rows_free(struct test_rows *rows);

/* Fills an empty batch with some of the rows; false: no memory (of the batch's budget). */
bool rows_to_batch(const struct test_rows *rows, size_t first, size_t count,
                   struct sx_batch *batch);

struct rows_outcome {
    uint64_t row_count, sample_count, conflict_count, outside_count;
};

/* What the store must make of the rows. */
void rows_apply(const struct test_rows *rows, const struct write *w, struct oracle *oracle,
                struct oracle_policy *policy, struct rows_outcome *outcome);

#endif
