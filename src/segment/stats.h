/* SPDX-License-Identifier: Apache-2.0 */
/* stats.h -- what a chunk's directory entry tells of its values, and its bytes.
 *
 * Why         Pruning and first, last, count, min and max over whole chunks without decoding them.
 * Format      docs/FORMAT.md "Statistics". Numbers are written by the chunk's type: INT zigzag
 *             varint, UINT varint, FLOAT as varint n << 4 | p (zigzag n, value n / 10^p, p 0 to 9,
 *             when that gives the same bits back) or 0f and the 8 bytes. BOOL as 0 or 1. Strings
 *             have none.
 * Invariants  min and max leave NaN out; of equal values the earliest row counts. sum is present
 *             only when it is exact in the type (ints without overflow; floats that are integers
 *             and whose absolute sum stays below 2^53).
 * Threads     Pure. */
#ifndef SX_SEGMENT_STATS_H
#define SX_SEGMENT_STATS_H

#include "base/buf.h"
#include "stria.h"

struct sx_chunk_stats {
    uint32_t count;     /* values */
    uint32_t nan_count; /* of FLOAT: all NaNs, stale ones too */
    bool has_numbers; /* the fields below count: the type has an order and some value is not NaN */
    bool has_sum;
    uint64_t first, last; /* bits of the first and last value, NaN or not */
    uint64_t min, max, sum;
    uint32_t min_row, max_row; /* indexes among the chunk's rows (not among its values) */
    uint32_t reset_count;      /* times a value is less than the one before it */
};

/* Statistics of `count` (1 and more) values; `rows[i]`: the chunk's row of value i, NULL: i. */
void sx_chunk_stats_make(struct sx_chunk_stats *stats, stria_type type, const void *values,
                         uint32_t count, const uint16_t *rows);

/* Appends them; a refusal shows in out->failed. count itself is stored elsewhere. */
void sx_chunk_stats_put(struct sx_buf *out, stria_type type, const struct sx_chunk_stats *stats);
/* Takes them off the front of *in; stats->count must be set. False: damaged. */
SX_MUST_CHECK bool sx_chunk_stats_get(struct sx_bytes *in, stria_type type,
                                      struct sx_chunk_stats *stats);

#endif
