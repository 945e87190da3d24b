/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate.h -- sum, min and max of a part of a column, without its values being made.
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

/* Adds up values [first, first + range_count) of the `count` of a column of FLOAT, INT, UINT or
 * TIME; range_count > 0. in, tables: as for sx_column_decode_shared.
 * want     SX_WANT_* of what is asked for; what is not asked for may cost nothing.
 * Returns  OK (look at out->has), CORRUPT, VERSION. */
stria_status sx_column_aggregate(struct sx_bytes in, stria_type type, size_t count, size_t first,
                                 size_t range_count, const struct sx_tables *tables, unsigned want,
                                 struct sx_column_totals *out, stria_error *err);

#endif
