/* SPDX-License-Identifier: Apache-2.0 */
/* rollup_rows.h -- the rows of a series -> one row a bucket of time, with aggregates of its fields.
 *
 * Use         init; for each series: begin with its columns, feed its rows, end; what came of it
 *             stands in the members below.
 * Format      A field v that holds numbers becomes v_count (int), v_sum, v_min, v_max, v_first,
 *             v_last (of the field's type), v_first_ns and v_last_ns (int: nanoseconds from the
 *             bucket's begin to the first and the last value). The time of a row is its bucket's
 *             begin. A field without a value in a bucket has none of them there. NaN and infinities
 *             do not count, as in queries. Sums are those of queries: of floats as in base/sum.h,
 *             of integers modulo 2^64.
 *             v=1 at 00:01, v=4 at 00:04, by 5m: v_count=2 v_sum=5 v_min=1 v_max=4 v_first=1
 *             v_last=4 v_first_ns=60000000000 v_last_ns=240000000000, at 00:00.
 * Limits      Memory: of a row 8 bytes a column; up to SX_COLUMN_VALUES_MAX buckets.
 * Threads     One owner. */
#ifndef SX_ENGINE_ROLLUP_ROWS_H
#define SX_ENGINE_ROLLUP_ROWS_H

#include "base/sum.h"
#include "engine/rewrite.h"

#define SX_ROLLUP_COLUMNS 8 /* of a field */

/* A field of the series, and its bucket at hand. */
struct sx_rollup_field {
    uint32_t column; /* of the rows */
    stria_type type;
    uint64_t count;
    struct sx_float_sum float_sum;
    uint64_t sum, least, greatest, first, last; /* the bits of the values */
    int64_t first_ts, last_ts;
};

struct sx_rollup_rows {
    struct sx_mem *mem;
    int64_t interval_ns;
    struct sx_arena names;
    struct sx_rollup_field *fields;
    size_t field_count, field_capacity;
    int64_t bucket; /* its begin; valid when bucket_begun */
    bool bucket_begun;
    bool inexact; /* of a series so far: some least or greatest value is -0, or a name is doubled */
    struct sx_block block;
    stria_type *types;
    size_t type_capacity;
    /* the result */
    struct sx_writer_column *columns;
    size_t column_count, column_capacity;
};

void sx_rollup_rows_init(struct sx_rollup_rows *rows, struct sx_mem *mem, int64_t interval_ns);
void sx_rollup_rows_deinit(struct sx_rollup_rows *rows); /* of a zeroed one as well */

/* Begins a series; bucket_count: most buckets that its rows reach into. Returns OK, NOMEM. */
stria_status sx_rollup_rows_begin(struct sx_rollup_rows *rows, const struct sx_scan_column *columns,
                                  uint32_t column_count, uint32_t bucket_count, stria_error *err);
/* Adds rows, in ascending order. */
void sx_rollup_rows_feed(struct sx_rollup_rows *rows, const struct sx_rows *from);
/* Ends the series. The result: block.ts_ns and block.row_count, and columns, of which those
 * without any value are left out. */
void sx_rollup_rows_end(struct sx_rollup_rows *rows);
/* Writes some of the result's rows. Returns what sx_rewrite_put() returns, and NOMEM. */
stria_status sx_rollup_rows_write(const struct sx_rollup_rows *rows, struct sx_rewrite *rewrite,
                                  uint32_t first, uint32_t count, stria_error *err);

#endif
