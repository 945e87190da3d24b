/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate_priv.h -- the insides of aggregate.h: aggregate.c (windows, series, points),
 * aggregate_kernel.c (values to cells), aggregate_gather.c (what needs all values of a window). */
#ifndef SX_QUERY_AGGREGATE_PRIV_H
#define SX_QUERY_AGGREGATE_PRIV_H

#include "base/map.h"
#include "query/aggregate.h"
#include "query/dense.h"
#include "base/sum.h"

union sx_agg_value {
    double f64;
    int64_t i64;
    uint64_t u64;
    uint8_t boolean;
    stria_bytes string;
    double f64_pair[2]; /* spread: the least and the greatest; deviation: mean, squares */
    int64_t i64_pair[2];
    uint64_t u64_pair[2];
};

/* What is known of a call in a window. */
struct sx_agg_cell {
    uint64_t count; /* 0: nothing yet */
    int64_t ts_ns;  /* of the selected value */
    union sx_agg_value value;
};

#define SX_AGG_NO_SLOT UINT32_MAX

/* A window of a set. */
struct sx_agg_slot {
    int64_t begin_ns;
    uint32_t set;
};

/* Values of one window that were gathered, in `values` of the call. */
struct sx_agg_run {
    uint32_t slot;
    uint32_t count;
    size_t first;
};

/* A different value of a window. */
struct sx_agg_entry {
    uint32_t slot;
    uint64_t count;
    int64_t ts_min_ns, ts_max_ns;
    union sx_agg_value value;
};

struct sx_agg_state {
    struct sx_agg_cell *cells; /* by slot */
    size_t cell_capacity;
    bool in_series; /* the series at hand has a value for it */
    /* the sum or deviation of the window and series at hand */
    uint32_t open_slot;
    struct sx_float_sum sum;
    struct sx_agg_cell deviation;
    /* median, percentile */
    struct sx_agg_run *runs;
    size_t run_count, run_capacity;
    struct sx_column values;
    struct sx_column times; /* percentile */
    struct sx_column *beside;
    /* distinct, mode */
    struct sx_map entry_map;
    struct sx_agg_entry *entries;
    size_t entry_count, entry_capacity;
};

/* A stretch of rows of one window. */
struct sx_agg_span {
    uint32_t slot;
    uint16_t begin, end;
};

struct sx_aggregate {
    struct sx_agg_options options;
    struct sx_mem *mem;
    struct sx_arena strings;
    struct sx_agg_state *states; /* by call */

    struct sx_agg_slot *slots;
    size_t slot_count, slot_capacity;
    struct sx_map slot_map;
    uint32_t current;           /* slot of the rows before; SX_AGG_NO_SLOT: none */
    struct sx_window window;    /* of the current slot */
    union sx_agg_value *beside; /* by slot and column beside */
    uint8_t *beside_has;
    size_t beside_capacity, beside_has_capacity;

    /* of the rows at hand */
    const struct sx_rows *rows;
    struct sx_agg_span spans[SX_VECTOR_MAX];
    uint32_t span_count;
    struct sx_dense **dense; /* by column; made when a call needs it */
    bool *dense_made;
    const uint64_t *selected;
};

/* Values of one stretch on their way into a cell. */
struct sx_agg_stretch {
    const struct sx_agg_call *call;
    stria_type type;
    const struct sx_dense *dense;
    const int64_t *row_ts_ns; /* by row */
    uint32_t begin, end;      /* of the dense values */
    bool is_last;             /* the window may go on after it */
};

static inline int64_t sx_agg_stretch_ts(const struct sx_agg_stretch *s, uint32_t i)
{
    return s->row_ts_ns[sx_dense_row(s->dense, i)];
}

static inline bool sx_agg_gathers_values(enum sx_agg_kind kind)
{
    return kind == SX_AGG_MEDIAN || kind == SX_AGG_PERCENTILE;
}

static inline bool sx_agg_gathers_entries(enum sx_agg_kind kind)
{
    return kind == SX_AGG_DISTINCT || kind == SX_AGG_COUNT_DISTINCT || kind == SX_AGG_MODE;
}

/* The order of two values of a type: <0, 0, >0. */
int sx_agg_compare(stria_type type, const union sx_agg_value *a, const union sx_agg_value *b);
/* Value i of an array. */
union sx_agg_value sx_agg_value_at(stria_type type, const void *values, size_t i);

/* Takes a stretch into the cell of its slot. *selected_row gets the row whose value the cell now
 * holds, or UINT32_MAX when it holds another one. */
void sx_agg_update(struct sx_agg_state *state, uint32_t slot, const struct sx_agg_stretch *stretch,
                   uint32_t *selected_row);
/* Takes row i of rollups into the cell of its slot. */
void sx_agg_update_summary(struct sx_agg_state *state, const struct sx_agg_call *call,
                           stria_type type, uint32_t slot, const struct sx_rows *rows, uint32_t i,
                           const struct sx_agg_summary *summary);
/* The same for values of which the totals are known. */
void sx_agg_update_totals(struct sx_agg_state *state, uint32_t slot, const struct sx_agg_call *call,
                          stria_type type, const struct sx_agg_totals *totals);
/* Brings the open sum or deviation into its cell. */
void sx_agg_close(struct sx_agg_state *state, const struct sx_agg_call *call);
/* The result of a cell that has values. */
union sx_agg_value sx_agg_cell_result(const struct sx_agg_call *call, stria_type type,
                                      const struct sx_agg_cell *cell);

/* Gathers a stretch. False: no memory. */
SX_MUST_CHECK bool sx_agg_gather(struct sx_aggregate *agg, struct sx_agg_state *state,
                                 uint32_t slot, const struct sx_agg_stretch *stretch);
/* Appends the points of a call that gathers; `order` are the slots in the order of the answer.
 * False: no memory. */
SX_MUST_CHECK bool sx_agg_gather_take(struct sx_aggregate *agg, uint32_t call,
                                      const uint32_t *order, struct sx_agg_points *points);
/* Appends the time and the set of a point whose value follows. False: no memory. */
SX_MUST_CHECK bool sx_agg_points_add(struct sx_aggregate *agg, struct sx_agg_points *points,
                                     int64_t ts_ns, uint32_t set);

#endif
