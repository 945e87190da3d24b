/* SPDX-License-Identifier: Apache-2.0 */
/* reader.h -- the rows of a series over all sources of a view, merged, as batches of vectors.
 *
 * Algorithm   The pieces of a series (a group of a segment, a stretch of a memtable) are sorted by
 *             time. Pieces that overlap nothing are decoded straight into the answer; pieces that
 *             overlap are decoded together and merged by (time, rank): a column's value is that of
 *             the newest source that has one. Only the wanted columns are read.
 * Invariants  Times of a series ascend strictly (descend, if asked so), and lie in the asked range.
 *             Where only the first rows of a series are wanted, a piece is decoded in parts, the
 *             first of which is small.
 * Limits      Memory: a block of up to 16,384 rows per piece of an overlapping stretch.
 * Threads     One owner; view and series set must be held. */
#ifndef SX_SCAN_READER_H
#define SX_SCAN_READER_H

#include "scan/block.h"
#include "scan/series_set.h"

/* A column as it is wanted. Stored columns of the same name and another type are converted where
 * that makes sense (integers to float, integer and unsigned into each other); others give no
 * value. */
struct sx_scan_column {
    struct sx_bytes name;
    stria_type type;
};

struct sx_reader;

struct sx_reader_options {
    struct sx_view *view;
    const struct sx_scan_column *columns; /* borrowed; NULL: all, exactly as stored */
    uint32_t column_count;
    int64_t time_min_ns, time_max_ns; /* inclusive */
    bool descending;
    uint32_t first_rows; /* about so many rows of each series will be read; 0: all */
    struct sx_request *request;
};

stria_status sx_reader_create(const struct sx_reader_options *options, struct sx_reader **reader,
                              stria_error *err);
void sx_reader_destroy(struct sx_reader *reader); /* NULL is allowed */

/* Begins a series. Going through series in key order is much the fastest. */
stria_status sx_reader_series(struct sx_reader *reader, const struct sx_scan_series *series,
                              stria_error *err);

/* The columns of the rows to come: those of the options, or all of the series sorted by (name,
 * type). */
const struct sx_scan_column *sx_reader_columns(const struct sx_reader *reader, uint32_t *count);

/* How many rows the sources have for the series, about: rows of equal time count several times,
 * rows outside the range may count. */
uint64_t sx_reader_row_estimate(const struct sx_reader *reader);

/* The next rows of the series (up to SX_VECTOR_MAX), or NULL at its end; they live until the next
 * call. Rows without any wanted value may be among them.
 * Returns  OK, CORRUPT, IO, NOMEM, CANCELLED, TIMEOUT. After a failure the series has no more
 *          rows. */
stria_status sx_reader_next(struct sx_reader *reader, const struct sx_rows **rows,
                            stria_error *err);

/* Whether the series has certainly no more rows. */
bool sx_reader_is_at_end(const struct sx_reader *reader);

#endif
