/* SPDX-License-Identifier: Apache-2.0 */
/* chunks.h -- finding and decoding the rows of a series in a segment.
 *
 * Algorithm   A cursor keeps the directory of the stripe it looked at last: series are asked for in
 *             key order, so each stripe's directory is read once. Of a stripe only the blocks of
 *             the wanted columns are read.
 * Threads     One owner; the segment must be held and loaded. */
#ifndef SX_SEGMENT_CHUNKS_H
#define SX_SEGMENT_CHUNKS_H

#include "codec/aggregate.h"
#include "codec/tables.h"
#include "segment/segment.h"

/* The chunks of one column in the stripe at hand. */
struct sx_column_chunks {
    bool loaded;
    struct sx_chunk *chunks; /* sorted by group */
    size_t chunk_count;
    struct sx_bytes table_bytes; /* of the coder tables that its chunks share */
    struct sx_tables *tables;    /* made ready when a chunk is decoded first */
};

struct sx_segment_cursor {
    struct sx_segment *segment;
    struct sx_mem *mem;
    uint32_t stripe;       /* UINT32_MAX: none */
    struct sx_arena arena; /* of the stripe at hand */
    struct sx_group *groups;
    struct sx_column_chunks *columns; /* by column of the measurement */
    uint32_t column_count;
    struct sx_buf block;
    struct sx_buf bytes; /* of a chunk */
    struct sx_buf dense; /* values of present rows */
    /* the time column decoded last: many series share one */
    struct sx_block_ref times_ref;
    uint32_t times_count;
    size_t times_capacity;
    int64_t *times;
};

void sx_segment_cursor_init(struct sx_segment_cursor *cursor, struct sx_segment *segment,
                            struct sx_mem *mem);
void sx_segment_cursor_deinit(struct sx_segment_cursor *cursor);
/* Gives back what decoding made: times that were told end. The stripe at hand stays. */
void sx_segment_cursor_trim(struct sx_segment_cursor *cursor);

/* The stripes that may hold rows of a series: first, and how many follow. */
void sx_segment_stripes_of(const struct sx_segment *segment,
                           const struct sx_segment_measurement *measurement, uint32_t series,
                           uint32_t *first, uint32_t *count);

/* Reads the groups of a stripe, unless they are at hand. Returns OK, CORRUPT, IO, NOMEM. */
stria_status sx_segment_cursor_stripe(struct sx_segment_cursor *cursor, uint32_t stripe,
                                      stria_error *err);

/* The chunk of a column for a group of the stripe at hand; *chunk is NULL when it has none. */
stria_status sx_segment_cursor_chunk(struct sx_segment_cursor *cursor, uint32_t group,
                                     uint32_t column, const struct sx_chunk **chunk,
                                     stria_error *err);

/* The times of a group of the stripe at hand: ascending, row_count of them; valid until the next
 * call for another group. */
stria_status sx_segment_cursor_times(struct sx_segment_cursor *cursor, uint32_t group,
                                     const int64_t **ts_ns, stria_error *err);

/* The values of rows [first, first + count) of a chunk, one for each row; `present` gets a bit for
 * each ((count + 63) / 64 words), and *all_present whether it is all ones. Strings are copied to
 * `strings`. The chunk is of the stripe at hand; row_count: of its group. */
stria_status sx_segment_cursor_values(struct sx_segment_cursor *cursor,
                                      const struct sx_chunk *chunk, uint32_t row_count,
                                      stria_type type, uint32_t first, uint32_t count, void *values,
                                      uint64_t *present, bool *all_present,
                                      struct sx_arena *strings, stria_error *err);

/* Adds up ranges of the rows of a chunk of numbers without making their values
 * (codec/aggregate.h). has of each of out is 0 where that cannot be told: rows without a value,
 * values that are no numbers, forms that would have to be decoded.
 * Returns  OK, CORRUPT, IO, NOMEM. */
stria_status sx_segment_cursor_totals(struct sx_segment_cursor *cursor,
                                      const struct sx_chunk *chunk, uint32_t row_count,
                                      stria_type type, const struct sx_column_ranges *ranges,
                                      unsigned want, struct sx_column_totals *out,
                                      stria_error *err);

#endif
