/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate.h -- sum, min and max of parts of a column, without its values being made.
 *
 * Why         A query for sums over windows needs no doubles: packed integers are added as they
 *             are, at a fraction of the time of decoding.
 * Invariants  An answer is what the values themselves give, in any order of adding: sums are told
 *             only where every partial sum is exact (integers that do not overflow; doubles that
 *             are multiples of a power of two and stay below 2^53 of them). Otherwise there is no
 *             answer, and the caller decodes.
 * Threads     Pure. Needs the default floating-point mode. */
#ifndef SX_CODEC_AGGREGATE_H
#define SX_CODEC_AGGREGATE_H

#include "base/bytes.h"
#include "stria.h"

struct sx_tables;

#define SX_WANT_SUM 1u
#define SX_WANT_RANGE 2u /* min and max */

struct sx_column_totals {
    unsigned has;      /* of SX_WANT_*: what could be told */
    uint64_t sum;      /* bits of a value of the column's type: double, int64 or uint64 */
    uint64_t min, max; /* alike */
};

/* Parts of a column that follow one another: the first begins at value `first`, each ends before
 * its number in `ends`. They are not empty. */
struct sx_column_ranges {
    uint32_t first;
    const uint32_t *ends;
    size_t count;
};

/* Adds up parts of the `count` values of a column of FLOAT, INT, UINT or TIME. in, tables: as for
 * sx_column_decode_shared.
 * want     SX_WANT_* of what is asked for; what is not asked for may cost nothing.
 * out      one for each part.
 * Returns  OK (look at has of each), CORRUPT, VERSION. */
stria_status sx_column_aggregate_ranges(struct sx_bytes in, stria_type type, size_t count,
                                        const struct sx_column_ranges *ranges,
                                        const struct sx_tables *tables, unsigned want,
                                        struct sx_column_totals *out, stria_error *err);

/* The same for values [first, first + range_count) alone. */
static inline stria_status sx_column_aggregate(struct sx_bytes in, stria_type type, size_t count,
                                               size_t first, size_t range_count,
                                               const struct sx_tables *tables, unsigned want,
                                               struct sx_column_totals *out, stria_error *err)
{
    uint32_t end = (uint32_t)(first + range_count);
    struct sx_column_ranges ranges = {.first = (uint32_t)first, .ends = &end, .count = 1};
    return sx_column_aggregate_ranges(in, type, count, &ranges, tables, want, out, err);
}

#endif
