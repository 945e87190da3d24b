/* SPDX-License-Identifier: Apache-2.0 */
/* totals.h -- aggregates out of what the store knows of its rows, instead of the rows.
 *
 * Algorithm   A stretch of rows that nothing overlaps is cut into windows. If the directory or the
 *             packed values tell what every call needs of each window, the aggregate is fed with
 *             that; else the rows are read.
 * Invariants  The answer is the same as that of the rows, bit for bit.
 * Limits      Windows of few rows are not worth it, and are read.
 * Threads     One owner. */
#ifndef SX_INFLUXQL_TOTALS_H
#define SX_INFLUXQL_TOTALS_H

#include "influxql/input.h"
#include "query/aggregate.h"

struct sx_iql_totals_column;

struct sx_iql_totals {
    struct sx_mem *mem;
    struct sx_aggregate *agg;
    const struct sx_agg_call *calls; /* borrowed */
    const stria_type *types;         /* of the vars; borrowed */
    uint32_t call_count;
    const struct sx_windows *windows;
    bool keeps_times;                     /* of values that are selected, whatever the call says */
    bool usable;                          /* all calls can be fed with totals */
    struct sx_iql_totals_column *columns; /* the different ones of the calls */
    uint32_t column_count;
    struct sx_agg_totals *totals; /* by call */
    uint32_t *ends;               /* of the windows at hand: rows of the stretch */
    size_t end_capacity;
    struct sx_stretch_totals *parts; /* by column, then window */
    size_t part_capacity;
};

/* Its mem, agg, calls, types, call_count, windows and keeps_times are set by the caller, the rest
 * is 0. Returns OK, NOMEM. To be deinitialised in any case. */
stria_status sx_iql_totals_init(struct sx_iql_totals *totals, stria_error *err);
void sx_iql_totals_deinit(struct sx_iql_totals *totals);

/* Feeds the aggregate with a stretch. *fed: whether that could be done; else the rows must be read.
 * Returns OK, NOMEM. */
stria_status sx_iql_totals_feed(struct sx_iql_totals *totals,
                                const struct sx_iql_input_stretch *stretch, uint32_t set, bool *fed,
                                stria_error *err);

#endif
