/* SPDX-License-Identifier: Apache-2.0 */
/* rollups.h -- which part of what a query reads may come from rollups.
 *
 * Why         The mean by hour of a month of rows is read a hundred times faster from rows by hour.
 * Algorithm   A level may use rollups if all it computes are aggregates that rollups have, of
 *             windows that are made of whole buckets. The range of a measurement is cut into pieces
 *             then: those that rollups speak of, and those that rows must be read for.
 * Invariants  The answer is the same, bit for bit: sums of floats, whose last digits depend on the
 *             order of adding, are taken only where a window is one bucket.
 * Threads     One owner; the level must live as long. */
#ifndef SX_INFLUXQL_ROLLUPS_H
#define SX_INFLUXQL_ROLLUPS_H

#include "influxql/block.h"
#include "query/aggregate.h"
#include "query/window.h"
#include "scan/reader.h"

#define SX_IQL_PIECES_MAX 64

/* A field that aggregates are wanted of. */
struct sx_iql_rollup_field {
    const struct sx_iql_expr *var;
    struct sx_agg_summary summary; /* which columns of the rows of rollups are its own */
};

struct sx_iql_rollups {
    struct sx_windows windows;
    bool has_float_sum;
    struct sx_iql_rollup_field *fields;
    size_t field_count, field_capacity;
    struct sx_scan_column *columns; /* to be read of rollups */
    uint32_t column_count;
};

/* A stretch of the range. */
struct sx_iql_piece {
    int64_t min_ns, max_ns;              /* inclusive */
    const struct sx_view_rollup *rollup; /* NULL: rows are read */
};

/* What a block's functions need of rollups; *rollups is NULL if it cannot use them. Lives in the
 * schema's arena. windows: those of the level; their range is that of all functions.
 * Returns OK, NOMEM. */
stria_status sx_iql_rollups_create(struct sx_iql_schema *schema, const struct sx_iql_block *block,
                                   const struct sx_windows *windows,
                                   struct sx_iql_rollups **rollups, stria_error *err);

/* Cuts a range of a measurement into pieces, which live in the schema's arena; *count 0: no rollups
 * are good for any of it. Returns OK, NOMEM. */
stria_status sx_iql_rollups_cut(const struct sx_iql_rollups *rollups,
                                const struct sx_iql_measurement *measurement, struct sx_mem *mem,
                                struct sx_arena *arena, int64_t time_min_ns, int64_t time_max_ns,
                                struct sx_iql_piece **pieces, size_t *count, stria_error *err);

/* Where the aggregates of a name stand in rows of rollups. */
const struct sx_agg_summary *sx_iql_rollups_summary(const struct sx_iql_rollups *rollups,
                                                    const struct sx_iql_expr *var);

#endif
